"""Execution of the budget: what came in and went out so far against the phased budget, and what to say of it (5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS, known_months
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError

Array = NDArray[np.float64]

AMBER, RED = 0.05, 0.10
"""Departures of the execution rate from one that call for attention [assumption, handbook 5.3]."""
LEAST_MONTHS = 3
"""Months before which no alert is given [assumption, handbook 5.3]."""

ALERTS: dict[str, Words] = {
    "none": Words("on budget", "正常"),
    "amber": Words("off budget", "偏离预算"),
    "red": Words("far off budget", "严重偏离预算"),
    "early": Words("too early to say", "月份不足,暂不判断"),
    "unknown": Words("no budget or no months", "无预算或无月度数据"),
}


@dataclass(frozen=True)
class Execution:
    """The months so far against the phased budget.

    Parameters
    ----------
    lines : tuple of str
        Statement lines, then ``R`` and ``E`` for all revenue and all expenditure.
    months : int
        Months known, from January on.
    actual, phased : array (line,), yuan
        Cumulative to the last known month; NaN for a line without months.
    rate : array (line,)
        Execution rate: actual over phased.
    budget_rate : array (line,)
        Actual over the budget of the whole year, as budget reports print it.
    alerts : tuple of str
        Keys of `ALERTS`, by line.
    """

    lines: tuple[str, ...]
    months: int
    actual: Array
    phased: Array
    rate: Array
    budget_rate: Array
    alerts: tuple[str, ...]


def execution(lines: Sequence[str], actual: Array, phased: Array) -> Execution:
    """Return the execution of a budget by line.

    Parameters
    ----------
    lines : sequence of str
        Statement lines.
    actual : array (line, 12), yuan
        Months so far, not cumulative; NaN for those to come and for lines without months.
    phased : array (line, 12), yuan
        The phased budget.

    Raises
    ------
    ResultError
        If months are missing before known ones, or the arrays do not fit the lines.
    """
    check_shapes(lines, actual, phased)
    months = known_months(actual)
    silent = ~np.isfinite(actual).any(-1, keepdims=True)
    names, comparable = with_totals(lines, np.where(silent, np.nan, phased))
    _, actual = with_totals(lines, actual)
    phased = np.concatenate([phased, comparable[len(lines) :]])  # a total is compared over the lines that are known
    known = np.isfinite(actual[:, :months]).all(-1) & (months > 0)
    done = np.where(known, actual[:, :months].sum(-1), np.nan)
    planned = phased[:, :months].sum(-1)
    budget = phased.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(planned != 0, done / planned, np.nan)
        budget_rate = np.where(budget != 0, done / budget, np.nan)
    alerts = tuple(alert_of(float(value), months) for value in rate)
    return Execution(names, months, done, planned, rate, budget_rate, alerts)


def alert_of(rate: float, months: int) -> str:
    """Return what an execution rate calls for after so many months: a key of `ALERTS`."""
    if np.isnan(rate):
        return "unknown"
    if months < LEAST_MONTHS:
        return "early"
    departure = round(abs(rate - 1), 12)  # 1.05 - 1 is a little more than 0.05 in binary numbers
    return "red" if departure > RED else "amber" if departure > AMBER else "none"


def with_totals(lines: Sequence[str], table: Array) -> tuple[tuple[str, ...], Array]:
    """Return lines and a table (line, ...) with ``R`` and ``E`` after them, the sums over revenue and expenditure.

    A total that is among the lines stays as it is given. A line without months counts as nothing; a sum is not known
    where no line of it is.
    """
    names, rows = list(lines), [table]
    for side in ("R", "E"):
        if side not in lines:
            of_side = table[_places(lines, side)]
            known = np.isfinite(of_side).any(0)
            rows.append(np.where(known, np.nansum(of_side, axis=0), np.nan)[None])
            names.append(side)
    return tuple(names), np.concatenate(rows)


def _places(lines: Sequence[str], side: str) -> list[int]:
    """Return the places of a side's total, where it is given, else of its lines."""
    if side in lines:
        return [lines.index(side)]
    return [place for place, line in enumerate(lines) if line.startswith(side)]


def check_shapes(lines: Sequence[str], *tables: Array) -> None:
    """Refuse tables that do not have a row for each line and twelve months."""
    wrong = [table.shape for table in tables if table.shape != (len(lines), MONTHS)]
    if wrong:
        remedy = "Give one row of twelve months for every line, in the order of the lines."
        raise ResultError(Problem("months", f"a table of shape {wrong[0]}", f"({len(lines)}, {MONTHS})", remedy))


def rolling_balance(before: Array, actual: Array, lines: Sequence[str]) -> Array:
    """Return the balance of the last twelve months (12,), yuan, at the end of each month of the year.

    It is the current balance that the test of prepayment looks at (handbook 4, 5.3).

    Parameters
    ----------
    before, actual : array (line, 12), yuan
        Months of the year before and of the running year; NaN for months to come.
    lines : sequence of str
        Statement lines; revenue less expenditure is the balance.
    """
    check_shapes(lines, before, actual)
    months = np.concatenate([_balance(before, lines), _balance(actual, lines)])
    sums = np.convolve(months, np.ones(MONTHS), mode="valid")
    result: Array = sums[1:]
    return result


def _balance(table: Array, lines: Sequence[str]) -> Array:
    """Return revenue less expenditure (12,); NaN where nothing is known of a month."""
    known = np.isfinite(table).any(0)
    revenue, expenditure = (np.nansum(table[_places(lines, side)], axis=0) for side in ("R", "E"))
    return np.where(known, revenue - expenditure, np.nan)
