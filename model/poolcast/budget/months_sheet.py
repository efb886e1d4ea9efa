"""The sheet of a planner's file as words with their cells: CSV or Excel, nothing in it evaluated."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from poolcast.parameters.errors import Problem
from poolcast.parameters.location import display
from poolcast.parameters.tables import read_text

LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 200_000_000
MOST_ROWS = 20_000


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
    sheet = Sheet(file, rows, list(range(1, len(rows) + 1)), is_workbook=False)
    sheet.problems.extend(problems)
    return sheet


def _workbook(path: Path, file: str, problems: list[Problem]) -> Sheet | None:
    """Return the first sheet of a workbook as words; formulas stay as they are written."""
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook

    def refuse(found: str, allowed: str, remedy: str) -> None:
        problems.append(Problem(file, found, allowed, remedy, kind="file"))

    try:
        with ZipFile(path) as parts:
            names = parts.namelist()
            size = sum(part.file_size for part in parts.infolist())
    except BadZipFile:
        refuse("no workbook of the form .xlsx", "an Excel workbook (.xlsx)", "Save it as .xlsx, or as CSV UTF-8.")
        return None
    if path.suffix.lower() != ".xlsx" or any(name.endswith("vbaProject.bin") for name in names):
        refuse("a workbook with macros, or of another form", "a workbook without macros (.xlsx)", "Save it as .xlsx.")
    if any("externalLink" in name for name in names):
        refuse("links to other workbooks", "a workbook that stands alone", "Break the links (Data > Edit links).")
    if size > LARGEST_UNPACKED or path.stat().st_size > LARGEST_FILE:
        refuse("a workbook that is too large", f"at most {LARGEST_FILE // 10**6} MB", "Keep the table of months only.")
    if problems:
        return None
    try:
        book = load_workbook(path, read_only=True, data_only=False)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        refuse(f"a workbook that cannot be read ({error})", "an Excel workbook", "Save it again, or as CSV UTF-8.")
        return None
    rows = []
    for row in book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS):
        rows.append([_word(cell) for cell in row])
    book.close()
    return Sheet(file, rows, list(range(1, len(rows) + 1)), is_workbook=True)


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
