"""Where every figure of a statement stands in its workbook: inputs, and the formulas that make the sums.

A sheet a ledger, a row a line, a column a year. Lines without parts are inputs; sums, balance, stocks and payable
months are formulas, the receiving side of a transfer is a reference to the paying one, and an opening reserve to the
last closing one. Writer and reader both rest on this plan, so that neither can place a figure where the other does not
look for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from poolcast.budget.lines import (
    BALANCE,
    CLOSING,
    EXPENDITURE,
    MONTHS,
    MONTHS_NEXT,
    OPENING,
    REVENUE,
    TAKEN_OVER,
)
from poolcast.budget.statement import Statement

UNIT = 1e4
"""Money of the workbook is in 万元."""
ROUNDING = 100.0
"""Figures are shown to 0.01 万元, rounded so that they foot."""
HEADER_ROW, YEAR_ROW, BASIS_ROW, FIRST_ROW = 5, 6, 7, 8
"""Rows of a ledger's sheet, counted from 1."""
CODE_COLUMN, LABEL_COLUMN, FIRST_COLUMN = 1, 2, 3

Kind = Literal["input", "formula", "fixed"]


@dataclass(frozen=True)
class StatementCell:
    """A figure in its cell.

    Parameters
    ----------
    ledger, line, column : str
        The sheet, the row and the column.
    address : str
        As ``D12``.
    kind : {"input", "formula", "fixed"}
        A planner may overwrite an input; a fixed figure is closed or follows from years that are not shown.
    formula : str
        With its equals sign; empty for anything else.
    shown : float
        In the unit of the workbook (万元, months), rounded so that it foots.
    exact : float, yuan or months
        Unrounded.
    """

    ledger: str
    line: str
    column: str
    address: str
    kind: Kind
    formula: str
    shown: float
    exact: float


def letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    Examples
    --------
    >>> letters(3), letters(28)
    ('C', 'AB')
    """
    result = ""
    while column:
        column, rest = divmod(column - 1, 26)
        result = chr(65 + rest) + result
    return result


def cells_of(statement: Statement, closed_until: int) -> tuple[StatementCell, ...]:
    """Return the cells of a statement.

    Parameters
    ----------
    statement : Statement
        Unrounded.
    closed_until : int
        Last closed year, whose accounts nobody overwrites.
    """
    return _Plan(statement, closed_until).cells()


class _Plan:
    """Places of rows and columns, and what each cell holds."""

    def __init__(self, statement: Statement, closed_until: int) -> None:
        self.statement = statement
        self.closed_until = closed_until
        self.shown = statement.displayed(ROUNDING)
        self.rows = {
            ledger: {line.code: FIRST_ROW + number for number, line in enumerate(statement.lines_of(ledger))}
            for ledger in statement.ledgers
        }
        self.received = {(one.target, one.received_on): one for one in statement.transfers}
        self.lines = {line.code: line for line in statement.lines}

    def cells(self) -> tuple[StatementCell, ...]:
        found = []
        for ledger, rows in self.rows.items():
            for number, column in enumerate(self.statement.columns):
                for code in rows:
                    exact = self.exact(ledger, code, number)
                    if not np.isfinite(exact):
                        continue
                    money = self.lines[code].unit == "yuan"
                    place = (number, self.statement.ledgers.index(ledger), self.statement.row(code))
                    shown = float(np.round(self.shown.amounts[place] / UNIT, 2)) if money else exact
                    formula = self.formula(ledger, code, number)
                    closed = column.key != "budget" and column.year <= self.closed_until
                    free = money and self.lines[code].side in ("revenue", "expenditure")
                    kind: Kind = "formula" if formula else "input" if free and not closed else "fixed"
                    address = self.address(ledger, code, number)
                    found.append(StatementCell(ledger, code, column.key, address, kind, formula, shown, exact))
        return tuple(found)

    def exact(self, ledger: str, code: str, column: int) -> float:
        place = self.statement.ledgers.index(ledger)
        return float(self.statement.amounts[column, place, self.statement.row(code)])

    def has(self, ledger: str, code: str, column: int) -> bool:
        return code in self.rows.get(ledger, {}) and bool(np.isfinite(self.exact(ledger, code, column)))

    def address(self, ledger: str, code: str, column: int) -> str:
        return f"{letters(FIRST_COLUMN + column)}{self.rows[ledger][code]}"

    def formula(self, ledger: str, code: str, column: int) -> str:
        """Return the formula of a cell; empty for an input or a fixed figure."""
        transfer = self.received.get((ledger, code))
        if transfer is not None and self.has(transfer.source, transfer.paid_on, column):
            sign = "-" if transfer.sign < 0 else ""
            return f"={sign}{transfer.source}!{self.address(transfer.source, transfer.paid_on, column)}"
        parts = [part for part in self.lines[code].parts if self.has(ledger, part, column)]
        if parts:
            return f"=SUM({','.join(self.address(ledger, part, column) for part in parts)})"
        if code == BALANCE and all(self.has(ledger, side, column) for side in (REVENUE, EXPENDITURE)):
            return f"={self.address(ledger, REVENUE, column)}-{self.address(ledger, EXPENDITURE, column)}"
        if code == OPENING:
            before = self.column_before(column)
            return (
                ""
                if before is None or not self.has(ledger, CLOSING, before)
                else f"={self.address(ledger, CLOSING, before)}"
            )
        if code == CLOSING and all(self.has(ledger, one, column) for one in (OPENING, BALANCE)):
            terms = [one for one in (OPENING, TAKEN_OVER, BALANCE) if self.has(ledger, one, column)]
            return "=" + "+".join(self.address(ledger, one, column) for one in terms)
        if code in (MONTHS, MONTHS_NEXT) and self.has(ledger, CLOSING, column):
            spending = column if code == MONTHS else self.column_after(column)
            if spending is not None and self.has(ledger, EXPENDITURE, spending):
                spent = self.address(ledger, EXPENDITURE, spending)
                return f'=IF({spent}>0,12*{self.address(ledger, CLOSING, column)}/{spent},"")'
        return ""

    def column_before(self, column: int) -> int | None:
        """Return the column of the year before; of the approved budget the last outcome."""
        return self._of_year(self.statement.columns[column].year - 1)

    def column_after(self, column: int) -> int | None:
        return self._of_year(self.statement.columns[column].year + 1)

    def _of_year(self, year: int) -> int | None:
        for number, column in enumerate(self.statement.columns):
            if column.year == year and column.key != "budget":
                return number
        return None


__all__ = [
    "BASIS_ROW",
    "CODE_COLUMN",
    "FIRST_COLUMN",
    "FIRST_ROW",
    "HEADER_ROW",
    "LABEL_COLUMN",
    "ROUNDING",
    "UNIT",
    "YEAR_ROW",
    "StatementCell",
    "cells_of",
    "letters",
]
