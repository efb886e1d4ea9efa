"""The sheet of a planner's file as words with their cells: CSV or Excel, nothing in it evaluated."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast.budget.sent_workbooks import UNREADABLE, opened, unreadable
from poolcast.parameters.errors import Problem
from poolcast.parameters.location import display
from poolcast.parameters.tables import read_text

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_ROWS = 20_000
"""A year of every line of every fund of a province has fewer."""


@dataclass(frozen=True)
class Sheet:
    """Rows of words, with the place of each for readers.

    Parameters
    ----------
    file : str
    rows : list of list of str
    numbers : list of int
        Number of each row in the file.
    is_workbook : bool
        Whether places are cells such as ``C5``.
    problems : list of Problem
        Receives what is wrong.
    """

    file: str
    rows: list[list[str]]
    numbers: list[int]
    is_workbook: bool
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, column: int | None, found: str, allowed: str, remedy: str, kind: str = "") -> None:
        """Add a problem with its place."""
        cell = None
        if column is not None:
            cell = f"{_letter(column)}{self.numbers[row]}" if self.is_workbook else _letter(column)
        self.problems.append(Problem(self.file, found, allowed, remedy, row=self.numbers[row], column=cell, kind=kind))


def read_sheet(path: Path, problems: list[Problem]) -> Sheet | None:
    """Return the table of a CSV file or the first sheet of a workbook; None where it is refused as a whole."""
    file = display(path)
    if not path.is_file():
        problems.append(Problem("--actuals", f"'{path}', which is not there", "a file", "Name a CSV or Excel file."))
        return None
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb"):
        return _workbook(path, file, problems)
    text = read_text(path, problems)
    if text is None:
        return None
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        found = f"a row that cannot be read ({error})"
        problems.append(Problem(file, found, "cells separated by commas", "Close the quotation mark.", kind="file"))
        return None
    if (filled := sum(map(any, rows))) > MOST_ROWS:
        problems.append(_too_long(file, f"{filled:,} rows"))
        return None
    sheet = Sheet(file, rows, list(range(1, len(rows) + 1)), is_workbook=False)
    sheet.problems.extend(problems)
    return sheet


def _workbook(path: Path, file: str, problems: list[Problem]) -> Sheet | None:
    """Return the first sheet of a workbook as words; formulas stay as they are written."""
    book = opened(path, file, problems, read_only=True)
    if book is None:
        return None
    try:
        rows = _rows(book)
    except UNREADABLE as error:
        problems.append(unreadable(file, error))
        return None
    finally:
        book.close()
    if rows is None:
        problems.append(_too_long(file, f"more than {MOST_ROWS:,} rows"))
        return None
    return Sheet(file, rows, list(range(1, len(rows) + 1)), is_workbook=True)


def _rows(book: Workbook) -> list[list[str]] | None:
    """Return the rows of the first sheet as words; None where there are more than a year of months can have."""
    rows: list[list[str]] = []
    for row in book.worksheets[0].iter_rows(values_only=True) if book.worksheets else ():
        words = [_word(cell) for cell in row]
        if len(rows) < MOST_ROWS:
            rows.append(words)
        elif any(words):
            return None
    return rows


def _too_long(file: str, found: str) -> Problem:
    return Problem(file, found, f"at most {MOST_ROWS:,}", "Keep the table of months only.", kind="file")


def _word(cell: Any) -> str:
    """Return a cell of a workbook as a word; a date, into which Excel turns 2026-03, as year and month."""
    if cell is None:
        return ""
    if isinstance(cell, (datetime, date)):
        return f"{cell.year}-{cell.month:02d}"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (bool, int, float, str)):
        return str(cell).strip()
    return "=" + type(cell).__name__  # array formulas and data tables come as objects


def _letter(column: int) -> str:
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
