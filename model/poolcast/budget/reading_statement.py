"""Reading a budget workbook back: what a planner overwrote becomes the new figures, sums computed anew and checked.

Nothing in a workbook is evaluated. An input that still shows what was written gives the unrounded figure again; one
that was overwritten gives what stands there. Sums, stocks and the receiving side of transfers are made from the inputs,
never read: a formula that is no longer the one written is a problem, as is a number in its place that says another
thing than the inputs.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcast.budget.lines import StatementLine
from poolcast.budget.sent_workbooks import opened
from poolcast.budget.statement import Statement
from poolcast.budget.statement_cells import (
    CODE_COLUMN,
    FIRST_COLUMN,
    FIRST_ROW,
    UNIT,
    YEAR_ROW,
    StatementCell,
    letters,
)
from poolcast.budget.statement_formulas import recomputed
from poolcast.budget.statement_memory import SHEET, Memory, recalled
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.location import display
from poolcast.parameters.number_cells import Fault, read_number

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_SAME = 0.005
"""万元 by which a cell may differ from what was written and still be untouched: half of the last digit shown."""
_LARGE = 10.0
"""Times the written figure above which an overwritten one is remarked upon: perhaps in another unit."""


@dataclass(frozen=True)
class Edit:
    """An input that a planner overwrote.

    Parameters
    ----------
    ledger, line, column : str
    cell : str
        As ``EPF!D12``.
    before, after : float, yuan
    note : str
        What the planner wrote beside the row.
    """

    ledger: str
    line: str
    column: str
    cell: str
    before: float
    after: float
    note: str = ""


@dataclass(frozen=True)
class StatementRead:
    """A statement read back.

    Parameters
    ----------
    file : str
    statement : Statement
        With the figures of the workbook, unrounded, its sums computed anew.
    written : Statement
        As it had been written.
    edits : tuple of Edit
    notes : mapping of (ledger, line) to str
    set_name, set_digest, scenario : str
        What it had been written from.
    remarks : tuple of Words
        What is allowed but should be looked at.
    """

    file: str
    statement: Statement
    written: Statement = field(repr=False)
    edits: tuple[Edit, ...]
    notes: Mapping[tuple[str, str], str]
    set_name: str
    set_digest: str
    scenario: str
    remarks: tuple[Words, ...] = ()

    def rows_of(self, year: int) -> dict[tuple[str, str], float]:
        """Return the budget of a year by ledger and line, yuan: its draft, else the budget approved for it.

        Raises
        ------
        ResultError
            Where the workbook holds neither.
        """
        keys = {column.key: column.year for column in self.statement.columns}
        key = next((key for key in ("draft", "budget") if keys.get(key) == year), None)
        if key is None:
            held = ", ".join(f"{key} of {of}" for key, of in keys.items() if key in ("draft", "budget"))
            remedy = "Name the workbook in which that year is the draft."
            raise ResultError(Problem(self.file, held, f"a draft or budget of {year}", remedy))
        values = self.statement.amounts[self.statement.column(key)]
        return {
            (ledger, line.code): float(values[place, number])
            for place, ledger in enumerate(self.statement.ledgers)
            for number, line in enumerate(self.statement.lines)
            if line.unit == "yuan" and np.isfinite(values[place, number])
        }


def read_statement(path: str | os.PathLike[str]) -> StatementRead:
    """Read a budget workbook that `poolcast budget --out` wrote, edited or not.

    Raises
    ------
    ResultError
        With every problem and its cell.
    """
    file = Path(path).expanduser()
    name = display(file)
    book = _opened(file, name)
    memory = _memory(book, name)
    problems: list[Problem] = []
    found = _Reader(name, book, memory, problems)
    statement, edits, remarks = found.read()
    if problems:
        raise ResultError(problems)
    return StatementRead(
        name,
        statement,
        memory.statement,
        tuple(edits),
        found.notes,
        memory.set_name,
        memory.set_digest,
        memory.scenario,
        tuple(remarks),
    )


def is_workbook(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is an Excel workbook by its name."""
    return Path(path).suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb")


def _opened(file: Path, name: str) -> Workbook:
    if not file.is_file():
        raise ResultError(Problem(name, "no such file", "a budget workbook (.xlsx)", "Check the path."))
    problems: list[Problem] = []
    book = opened(file, name, problems, read_only=False)
    if book is None:
        raise ResultError(problems)
    return book


def _memory(book: Workbook, name: str) -> Memory:
    try:
        sheet = book[SHEET]
        pieces = [str(row[0]) for row in sheet.iter_rows(min_col=1, max_col=1, values_only=True) if row[0] is not None]
        return recalled(pieces)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError):
        found = "a workbook that does not know where its figures belong"
        remedy = "Use a workbook of `poolcast budget --out`, and keep its hidden sheet."
        raise ResultError(Problem(name, found, "a budget workbook of this version", remedy)) from None


class _Reader:
    """Reads the inputs of every sheet and makes the statement anew."""

    def __init__(self, file: str, book: Workbook, memory: Memory, problems: list[Problem]) -> None:
        self.file = file
        self.book = book
        self.memory = memory
        self.problems = problems
        self.notes: dict[tuple[str, str], str] = {}
        self.note_column = FIRST_COLUMN + len(memory.statement.columns) + 2 * memory.statement.has("outlook")

    def read(self) -> tuple[Statement, list[Edit], list[Words]]:
        edits: list[Edit] = []
        statement = self.memory.statement
        amounts = np.array(statement.amounts)
        for ledger in statement.ledgers:
            sheet = self._sheet(ledger)
            if sheet is None:
                continue
            self._read_notes(sheet, ledger)
            for cell in self.memory.cells:
                if cell.ledger == ledger and cell.kind != "formula":
                    edit = self._input(sheet, cell)
                    if edit is not None:
                        edits.append(edit)
                        amounts[self._place(cell)] = edit.after
        remade = replace(statement, amounts=recomputed(statement, amounts, self.memory.cells))
        for ledger in statement.ledgers:
            if ledger not in self.book.sheetnames:
                continue
            for cell in self.memory.cells:
                if cell.ledger == ledger and cell.kind == "formula":
                    self._formula(self.book[ledger], cell, float(remade.amounts[self._place(cell)]))
        if not self.problems:
            self.problems += [Problem(self.file, one.found, one.allowed, one.remedy) for one in remade.misfits(0.01)]
        return remade, edits, self._remarks(edits)

    def _place(self, cell: StatementCell) -> tuple[int, int, int]:
        statement = self.memory.statement
        return statement.column(cell.column), statement.ledgers.index(cell.ledger), statement.row(cell.line)

    def _sheet(self, ledger: str) -> Worksheet | None:
        """Return the sheet of a ledger if its rows and columns are where they were written."""
        if ledger not in self.book.sheetnames:
            remedy = "Keep every sheet and its name."
            self.problems.append(Problem(self.file, f"no sheet {ledger}", f"a sheet {ledger}", remedy))
            return None
        sheet = self.book[ledger]
        rows = {
            int(cell.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")): cell.line
            for cell in self.memory.cells
            if cell.ledger == ledger
        }
        moved = [(row, code, sheet.cell(row, CODE_COLUMN).value) for row, code in rows.items()]
        for row, code, found in moved:
            if str(found).strip() != code:
                place = f"{ledger}!A{row}"
                self._problem(place, f"'{found}'", f"the line {code}", "Undo inserted, deleted or sorted rows.")
        for number, column in enumerate(self.memory.statement.columns):
            year = sheet.cell(YEAR_ROW, FIRST_COLUMN + number).value
            if year != column.year:
                place = f"{ledger}!{letters(FIRST_COLUMN + number)}{YEAR_ROW}"
                self._problem(place, f"'{year}'", str(column.year), "Undo inserted or deleted columns.")
        return sheet

    def _read_notes(self, sheet: Worksheet, ledger: str) -> None:
        for number, line in enumerate(self.memory.statement.lines_of(ledger)):
            text = sheet.cell(FIRST_ROW + number, self.note_column).value
            if isinstance(text, str) and text.strip():
                self.notes[ledger, line.code] = text.strip()

    def _input(self, sheet: Worksheet, cell: StatementCell) -> Edit | None:
        """Return what was overwritten in a cell, or None; what is wrong with it becomes a problem."""
        found, place = sheet[cell.address].value, f"{cell.ledger}!{cell.address}"
        money = self._line(cell).unit == "yuan"
        number = _number(found)
        if isinstance(number, Fault):
            self._problem(place, number.found, number.allowed, number.remedy)
            return None
        if abs(number - cell.shown) < (_SAME if money else 1e-6):
            return None
        if cell.kind == "fixed":
            allowed = f"{cell.shown:,.2f}, which is closed or follows from years not shown"
            self._problem(place, f"{number:,.2f}", allowed, "Restore it; a closed account is changed in the set.")
            return None
        if number < 0 <= cell.exact and cell.line != "R1.9":
            self._problem(place, f"{number:,.2f}", "0 or more", "A line of revenue or expenditure has no minus.")
            return None
        return Edit(
            cell.ledger,
            cell.line,
            cell.column,
            place,
            cell.exact,
            number * UNIT,
            self.notes.get((cell.ledger, cell.line), ""),
        )

    def _formula(self, sheet: Worksheet, cell: StatementCell, wanted: float) -> None:
        """Refuse a sum that is no longer the formula written, unless the number there is what the inputs make."""
        found, place = sheet[cell.address].value, f"{cell.ledger}!{cell.address}"
        if isinstance(found, str) and found.replace(" ", "").replace("$", "").replace("'", "") == cell.formula:
            return
        number = _number(found)
        scale = UNIT if self._line(cell).unit == "yuan" else 1.0
        remedy = "Restore the formula, and change the lines that it adds up."
        if isinstance(number, Fault):
            self._problem(place, number.found if found is not None else "an empty cell", cell.formula, remedy)
        elif not math.isfinite(wanted) or abs(number - wanted / scale) > 0.02 + 1e-9 * abs(wanted / scale):
            self._problem(place, f"{number:,.2f} in place of a sum", f"{wanted / scale:,.2f}, from its lines", remedy)

    def _line(self, cell: StatementCell) -> StatementLine:
        return self.memory.statement.lines[self.memory.statement.row(cell.line)]

    def _problem(self, place: str, found: str, allowed: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, found, allowed, remedy, column=place))

    def _remarks(self, edits: list[Edit]) -> list[Words]:
        remarks = []
        for one in edits:
            if abs(one.before) >= UNIT and abs(one.after) > _LARGE * abs(one.before):
                en = f"{one.cell}: {one.after / one.before:,.0f} times what was written; the unit is 万元"
                remarks.append(Words(en, f"{one.cell}:为原数的{one.after / one.before:,.0f}倍,请核对单位(万元)"))
        return remarks


def _number(found: Any) -> float | Fault:
    """Return the number of a cell."""
    if isinstance(found, bool) or found is None:
        return Fault("an empty cell" if found is None else str(found), "a number", "Write 0 where there is nothing.")
    if isinstance(found, (int, float)):
        return float(found) if math.isfinite(found) else Fault(str(found), "a number", "Write a number.")
    if isinstance(found, str) and found.startswith("="):
        remedy = "Copy the cell and paste it as a value."
        return Fault(f"a formula, which is never evaluated ({found[:40]})", "a number", remedy)
    return read_number(str(found))


__all__ = ["Edit", "StatementRead", "is_workbook", "read_statement"]
