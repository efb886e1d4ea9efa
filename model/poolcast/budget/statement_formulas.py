"""What the formulas of a budget workbook make of its inputs, computed without Excel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.lines import (
    BALANCE,
    CLOSING,
    EXPENDITURE,
    MONTHS,
    MONTHS_NEXT,
    OPENING,
    REVENUE,
    TAKEN_OVER,
    StatementLine,
)
from poolcast.budget.statement import Statement
from poolcast.budget.statement_cells import StatementCell

Array = NDArray[np.float64]


def recomputed(statement: Statement, amounts: Array, cells: tuple[StatementCell, ...]) -> Array:
    """Return the amounts with every formula computed anew from the inputs, unrounded.

    What no edit touches stays as it is to the last bit.

    Parameters
    ----------
    statement : Statement
        As written.
    amounts : array (column, ledger, line), yuan
        The same with the inputs overwritten; changed in place.
    cells : tuple of StatementCell
        Which of them are formulas.
    """
    rows = {line.code: number for number, line in enumerate(statement.lines)}
    lines = {line.code: line for line in statement.lines}
    made = {(cell.ledger, cell.line, cell.column) for cell in cells if cell.kind == "formula"}
    before = np.array(statement.amounts)
    touched = np.zeros(before.shape[:2], dtype=bool)
    for number, column in enumerate(statement.columns):
        for one in statement.transfers:
            source, target = statement.ledgers.index(one.source), statement.ledgers.index(one.target)
            if (one.target, one.received_on, column.key) in made:
                amounts[number, target, rows[one.received_on]] = one.sign * amounts[number, source, rows[one.paid_on]]
        for place, ledger in enumerate(statement.ledgers):
            own = amounts[number, place]
            touched[number, place] = bool(np.any(np.nan_to_num(own) != np.nan_to_num(before[number, place])))
            if touched[number, place]:
                for code in (REVENUE, EXPENDITURE):
                    _sum_up(
                        own,
                        rows,
                        lines,
                        code,
                        {line for book, line, key in made if (book, key) == (ledger, column.key)},
                    )
    for number, column in enumerate(statement.columns):
        year_before = _column_of(statement, column.year - 1)
        for place, ledger in enumerate(statement.ledgers):
            own = amounts[number, place]

            def is_made(code: str, ledger: str = ledger, key: str = column.key) -> bool:
                return (ledger, code, key) in made

            moved = touched[number, place]
            if is_made(BALANCE) and moved:
                own[rows[BALANCE]] = own[rows[REVENUE]] - own[rows[EXPENDITURE]]
            if is_made(OPENING) and year_before is not None:
                opening = amounts[year_before, place, rows[CLOSING]]
                moved = moved or bool(opening != before[year_before, place, rows[CLOSING]])
                own[rows[OPENING]] = opening if moved else own[rows[OPENING]]
            if is_made(CLOSING) and moved:
                own[rows[CLOSING]] = np.nansum(own[[rows[OPENING], rows[TAKEN_OVER], rows[BALANCE]]])
            touched[number, place] = moved
    _months(statement, amounts, before, rows, made)
    return amounts


def _sum_up(own: Array, rows: Mapping[str, int], lines: Mapping[str, StatementLine], code: str, made: set[str]) -> None:
    parts = lines[code].parts
    for part in parts:
        _sum_up(own, rows, lines, part, made)
    if code in made and parts:
        own[rows[code]] = float(np.nansum([own[rows[part]] for part in parts]))


def _column_of(statement: Statement, year: int) -> int | None:
    for number, column in enumerate(statement.columns):
        if column.year == year and column.key != "budget":
            return number
    return None


def _months(
    statement: Statement, amounts: Array, before: Array, rows: Mapping[str, int], made: set[tuple[str, str, str]]
) -> None:
    """Compute payable months anew where the reserve or the expenditure that they rest on has moved."""
    for number, column in enumerate(statement.columns):
        following = _column_of(statement, column.year + 1)
        for place, ledger in enumerate(statement.ledgers):
            closing = amounts[number, place, rows[CLOSING]]
            for code, of in ((MONTHS, number), (MONTHS_NEXT, following)):
                if of is None or (ledger, code, column.key) not in made:
                    continue
                same_stock = closing == before[number, place, rows[CLOSING]]
                if not (same_stock and amounts[of, place, rows[EXPENDITURE]] == before[of, place, rows[EXPENDITURE]]):
                    spent = amounts[of, place, rows[EXPENDITURE]]
                    amounts[number, place, rows[code]] = 12 * closing / spent if spent > 0 else np.nan


__all__ = ["recomputed"]
