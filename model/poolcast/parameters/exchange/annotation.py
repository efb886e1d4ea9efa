"""The sender's own workbook with every problem marked at its cell, and a list of them all in front."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.layout import LEADS_A_FORMULA
from poolcast.parameters.exchange.safe_files import LIMITS, Limits, check_workbook, repacked, unpack
from poolcast.parameters.exchange.sheet_scan import scan_sheets

_PROBLEMS = "problems"
_AUTHOR = "Poolcast"
_MARK = "FFFFC7CE"
_LONGEST_COMMENT = 1_500
_WORDS = Words("What needs mending", "问题清单")
_HEADS = (
    Words("Sheet", "工作表"),
    Words("Cell", "单元格"),
    Words("Found", "现在是"),
    Words("Allowed", "应当是"),
    Words("How to mend it", "如何改正"),
)
_ROW = re.compile(r"([0-9]+):[0-9]+")


def annotate(
    content: bytes,
    problems: Sequence[Problem],
    *,
    name: str = "workbook.xlsx",
    language: str = "zh",
    limits: Limits = LIMITS,
) -> bytes:
    """Return a workbook in which the cells with problems are coloured and carry a comment; nothing else changes.

    A sheet with the list of all problems comes first; the reader leaves it alone, so that the mended copy can be read
    as it is. Pictures and charts that the sender drew into the workbook are not kept.

    Parameters
    ----------
    content : bytes
        The workbook as it was sent.
    problems : sequence of Problem
        What the reader found in it.
    name : str
        Its name, for messages.
    language : {"en", "zh"}
        Language of the comments.
    limits : Limits
        How much it may hold.

    Raises
    ------
    AssumptionError
        If the file is one that must not be opened.
    """
    faults: list[Problem] = []
    members = unpack(content, name, limits, faults)
    safe = members is not None and check_workbook(members, name, faults) and scan_sheets(members, name, limits, faults)
    if members is None or not safe:
        raise AssumptionError(faults)
    from openpyxl import load_workbook

    book = load_workbook(repacked(members))
    by_cell: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.sheet in book.sheetnames and problem.cell:
            row = _ROW.fullmatch(problem.cell)
            by_cell.setdefault((problem.sheet or "", f"A{row[1]}" if row else problem.cell), []).append(problem)
    for (sheet, cell), found in by_cell.items():
        _mark(_first_of(book[sheet], cell), found, language)
    _list_problems(book, problems, language)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _first_of(sheet: Any, cell: str) -> Any:
    """Return a cell; of cells that are merged the first, which alone can carry a comment."""
    found = next((one for one in sheet.merged_cells.ranges if cell in one), None)
    return sheet[cell] if found is None else sheet.cell(found.min_row, found.min_col)


def _mark(cell: Any, problems: Sequence[Problem], language: str) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    lines = []
    for problem in problems:
        found, allowed, remedy = problem.words_in(language)
        heads = [head.in_language(language) for head in _HEADS[2:]]
        lines += [f"{head}: {text}" for head, text in zip(heads, (found, allowed, remedy), strict=True)]
    text = _printable("\n".join(lines))[:_LONGEST_COMMENT]
    if cell.comment is not None and cell.comment.author != _AUTHOR:
        text = f"{text}\n---\n{cell.comment.text}"
    cell.comment = Comment(text, _AUTHOR, height=120, width=380)
    cell.fill = PatternFill("solid", start_color=_MARK, end_color=_MARK)


def _list_problems(book: Any, problems: Sequence[Problem], language: str) -> None:
    """Put the list in front; an older one makes way."""
    for sheet in list(book.worksheets):
        if str(sheet["A1"].value) == f"{layout.MARK}:{_PROBLEMS}":
            book.remove(sheet)
    title = layout.sheet_name(_PROBLEMS, _WORDS.in_language(language), book.sheetnames)
    sheet = book.create_sheet(title, 0)
    for column, text in enumerate((f"{layout.MARK}:{_PROBLEMS}", _PROBLEMS, _WORDS.in_language(language)), start=1):
        _write(sheet.cell(1, column), text)
    for column, head in enumerate(_HEADS, start=1):
        _write(sheet.cell(3, column), head.in_language(language))
    for row, problem in enumerate(problems, start=4):
        for column, text in enumerate((problem.sheet or "", problem.cell or "", *problem.words_in(language)), start=1):
            _write(sheet.cell(row, column), text)
    for letter, width in zip("ABCDE", (26, 10, 50, 50, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


def _write(cell: Any, text: str) -> None:
    """Write a text that stays a text."""
    cell.value = _printable(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(LEADS_A_FORMULA)


def _printable(text: str) -> str:
    """Return a text without the signs that no workbook may hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", " ", text)
