"""Sheets of a workbook as words: which sheet is what, its columns, its rows, and where each cell stands."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.layout import HELPER
from poolcast.parameters.exchange.safe_files import Limits, check_workbook, refusal, repacked, unpack
from poolcast.parameters.exchange.sheet_scan import Scan, address, scan_sheets

_HEADER_WITHIN = 12
"""The names of the columns stand in one of the first rows."""


@dataclass(frozen=True)
class Sheet:
    """A sheet that is read.

    Parameters
    ----------
    title : str
        Its name in the workbook.
    kind, name : str
        What it is (`layout.READ`), and the name of its table.
    columns : dict of str to int
        Position of each column that is read, from zero.
    helpers : dict of str to int
        Position of each column that is not.
    header : int
        Row of the names of the columns, from zero.
    rows : list of (int, list of str)
        Row in the workbook, from zero, and its cells in the order of `columns`; rows that are empty are left out.
    notes : dict of int to list of str
        Cells of the helpers by row, in the order of `helpers`.
    """

    title: str
    kind: str
    name: str
    columns: dict[str, int]
    helpers: dict[str, int]
    header: int
    rows: list[tuple[int, list[str]]]
    notes: dict[int, list[str]]

    def cell(self, row: int, column: str | None) -> str | None:
        """Return the address of a cell by row and name of the column."""
        return address(row, self.columns[column]) if column in self.columns else None

    def helper(self, row: int, name: str) -> str:
        """Return the cell of a helper; empty where there is none."""
        if name not in self.helpers:
            return ""
        return self.notes.get(row, [""] * len(self.helpers))[list(self.helpers).index(name)]


def read_sheets(
    content: bytes, file: str, limits: Limits, problems: list[Problem]
) -> tuple[list[Sheet], list[str]] | None:
    """Read the sheets of a workbook that say what they are.

    Parameters
    ----------
    content : bytes
        The workbook.
    file : str
        Its name for readers.
    limits : Limits
        What it may hold.
    problems : list of Problem
        Receives what is wrong.

    Returns
    -------
    list of Sheet, list of str
        What was read, and the names of the sheets that were left alone; None where the file is refused.
    """
    members = unpack(content, file, limits, problems)
    if members is None or not check_workbook(members, file, problems):
        return None
    scans = scan_sheets(members, file, limits, problems)
    if not scans:
        return None
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(repacked(members))
        cells = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in book.sheet_names}
    except CalamineError as error:
        problems.append(
            refusal(
                file,
                (
                    f"a workbook that cannot be read ({error})",
                    "a workbook as Excel writes it",
                    "Save it again in Excel.",
                ),
                (f"工作簿无法读取({error})", "Excel 写出的工作簿", "请用 Excel 重新保存。"),
            )
        )
        return None
    sheets: list[Sheet] = []
    ignored: list[str] = []
    for title, grid in cells.items():
        kind, name = _kind(title, grid)
        if kind in layout.READ:
            sheet = _sheet(file, title, kind, name, grid, scans.get(title, Scan()), problems)
            if sheet is not None:
                sheets.append(sheet)
        elif not kind:
            ignored.append(title)
    return sheets, ignored


def _kind(title: str, grid: Sequence[Sequence[Any]]) -> tuple[str, str]:
    """Return what a sheet is and the name of its table; empty for one of the planner's own."""
    first = [str(cell).strip() for cell in (grid[0] if grid else [])]
    mark, _, kind = first[0].partition(":") if first else ("", "", "")
    if mark == layout.MARK:
        return kind, (first[1] if len(first) > 1 and first[1] else title)
    word = title.split(" ")[0].lower()
    if word in layout.COLUMNS_OF or word in (layout.GUIDE, layout.REFERENCE, layout.LISTS):
        return word, word
    if _header_row(grid, ("parameter", "value")) is not None:
        return (layout.TOTALS if word == layout.TOTALS else layout.TABLE), title
    return "", ""


def _header_row(grid: Sequence[Sequence[Any]], wanted: Sequence[str]) -> int | None:
    """Return the row that names the columns: the first that holds all of those wanted."""
    for number, row in enumerate(grid[:_HEADER_WITHIN]):
        words = {str(cell).strip() for cell in row}
        if words.issuperset(wanted):
            return number
    return None


def _sheet(
    file: str, title: str, kind: str, name: str, grid: Sequence[Sequence[Any]], scan: Scan, problems: list[Problem]
) -> Sheet | None:
    """Return a sheet as words; what is no plain cell is refused."""
    wanted = ("parameter", "value") if kind in (layout.TABLE, layout.TOTALS) else layout.COLUMNS_OF[kind][:2]
    header = _header_row(grid, wanted)
    if header is None:
        problems.append(
            refusal(
                file,
                (
                    f"no row that names the columns {', '.join(wanted)}",
                    "the names in row 4, as in the template",
                    "Restore the row.",
                ),
                (f"缺少列名行({', '.join(wanted)})", "模板第 4 行的列名", "请恢复该行。"),
                sheet=title,
            )
        )
        return None
    names = [str(cell).strip() for cell in grid[header]]
    columns: dict[str, int] = {}
    helpers: dict[str, int] = {}
    for position, column in enumerate(names):
        if column.startswith(HELPER):
            helpers.setdefault(column, position)
        elif column and column not in columns:
            columns[column] = position
        elif column:
            problems.append(_twice(file, title, column, address(header, position)))
        elif any(str(row[position]).strip() for row in grid[header + 1 :]):
            problems.append(_nameless(file, title, address(header, position)))
    rows, notes = [], {}
    known: dict[object, str] = {}
    special = scan.formulas | scan.errors
    for number in range(header + 1, len(grid)):
        words = []
        for position in columns.values():
            cell = grid[number][position]
            plain = type(cell) in (str, float) and not (special and (number, position) in special)
            word = known.get(cell) if plain else None
            if word is None:
                word = _word(cell, file, title, number, position, scan, problems)
                if plain:
                    known[cell] = word
            words.append(word)
        if any(words):
            rows.append((number, words))
            notes[number] = [str(grid[number][position]).strip() for position in helpers.values()]
    return Sheet(title, kind, name, columns, helpers, header, rows, notes)


def _word(cell: Any, file: str, title: str, row: int, column: int, scan: Scan, problems: list[Problem]) -> str:
    """Return a cell as a word; a formula, an error value or a date is refused."""
    at = {"sheet": title, "cell": address(row, column)}
    if (row, column) in scan.formulas:
        problems.append(
            refusal(
                file,
                ("a formula", "a plain number or text", "Copy the cell and use Paste special > Values."),
                ("公式", "普通数字或文本", "请复制单元格并“选择性粘贴 > 数值”。"),
                **at,
            )
        )
        return ""
    if (row, column) in scan.errors:
        problems.append(
            refusal(
                file,
                ("an error value such as #N/A", "a plain number or text", "Write the value."),
                ("错误值(如 #N/A)", "普通数字或文本", "请填写数值。"),
                **at,
            )
        )
        return ""
    if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)):
        problems.append(
            refusal(
                file,
                (
                    f"a date or a time ({cell})",
                    "a plain number or text",
                    "Format the cell as text and type it again; Excel turns 10-14 into a date.",
                ),
                (
                    f"日期或时间({cell})",
                    "普通数字或文本",
                    "请将单元格设为文本格式后重新输入;Excel 会把 10-14 变成日期。",
                ),
                **at,
            )
        )
        return ""
    return word_of(cell)


def word_of(cell: object) -> str:
    """Return a cell as the word that a CSV file would hold.

    Examples
    --------
    >>> word_of(2025.0), word_of(0.1), word_of(3.7e-06), word_of(True), word_of(" a ")
    ('2025', '0.1', '0.0000037', 'true', 'a')
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        number = float(cell)
        if number == int(number) and abs(number) < 1e15:
            return str(int(number))
        return np.format_float_positional(number, trim="-")
    return str(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def _twice(file: str, title: str, column: str, cell: str) -> Problem:
    return refusal(
        file,
        (f"the column '{column}' twice", "each column once", "Remove one of them."),
        (f"列“{column}”出现两次", "每列一次", "请删除其中一列。"),
        sheet=title,
        cell=cell,
    )


def _nameless(file: str, title: str, cell: str) -> Problem:
    return refusal(
        file,
        (
            "cells in a column without a name",
            "a name above every column",
            "Name the column; remarks belong into 'note', or into a column named #remark.",
        ),
        ("该列没有列名", "每列都有列名", "请补列名;说明文字写在 note 列,或列名以 # 开头的列。"),
        sheet=title,
        cell=cell,
    )


def by_kind(sheets: Sequence[Sheet], kind: str) -> Sheet | None:
    """Return the sheet of a kind of which there is one."""
    return next((sheet for sheet in sheets if sheet.kind == kind), None)


SheetsByFile = Mapping[str, Sheet]
