"""The statement as a page shows it: footed in a unit, with months so far, execution and the range of the outlook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.annual_budget import AnnualBudget
from poolcast.budget.execution import alert_of
from poolcast.budget.fund_months import FundMonths
from poolcast.budget.lines import (
    BALANCE,
    CLOSING,
    EXPENDITURE,
    MONTHS,
    OPENING,
    REVENUE,
    TAKEN_OVER,
    StatementLine,
    sums_of,
)
from poolcast.budget.statement import Column, Statement
from poolcast.parameters.declaration import Words

Array = NDArray[np.float64]

NOT_APPROVED = Words("projection, as no approved budget was given", "未提供批复预算，以预测数代替")
STEPS = {"yi": (1e7, 1e6), "wan": (1e4, 1e4), "yuan": (0.01, 0.01)}
"""Yuan in the last digit shown by unit: of large statements, and of those whose largest amount is below 100 亿元."""
_LARGE = 1e10


@dataclass(frozen=True)
class Row:
    """A row of the statement.

    Parameters
    ----------
    code : str
    label : Words
    level : int
        Indent.
    is_total : bool
        Whether it is one of the figures that the statement leads to.
    unit : {"yuan", "months"}
    amounts : mapping of str to float
        By column (``outcome``, ``budget``, ``outlook``, ``draft`` ...), footed; NaN where there is none.
    so_far : float
        The months so far, footed; NaN where there are none.
    rate : float
        Execution rate over the same months of the phased budget; NaN where it is not known.
    alert : str
        Key of `poolcast.budget.execution.ALERTS`.
    low, high : float
        80 % band of the outlook; NaN where it is not known.
    """

    code: str
    label: Words
    level: int
    is_total: bool
    unit: str
    amounts: Mapping[str, float]
    so_far: float = math.nan
    rate: float = math.nan
    alert: str = "unknown"
    low: float = math.nan
    high: float = math.nan

    @property
    def is_empty(self) -> bool:
        """Whether nothing but zeros stands in it."""
        every = (*self.amounts.values(), self.so_far)
        return all(value == 0 or math.isnan(value) for value in every)


@dataclass(frozen=True)
class ShownStatement:
    """The statement of a fund, ready to be shown.

    Parameters
    ----------
    columns : tuple of Column
        In the order of the years.
    rows : tuple of Row
    months : int
        Months known of the running year.
    step : float
        Yuan that the last digit shown stands for.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    months: int
    step: float

    def row(self, code: str) -> Row:
        """Return a row by its code."""
        return next(row for row in self.rows if row.code == code)

    def has(self, column: str) -> bool:
        """Return whether there is such a column."""
        return any(one.key == column for one in self.columns)


_TOTALS = (REVENUE, EXPENDITURE, BALANCE, CLOSING, MONTHS)


def shown_statement(
    made: AnnualBudget, region: str, ledger: str, months: FundMonths | None, unit: str = "yi"
) -> ShownStatement:
    """Return the statement of a fund in a unit, every displayed sum footing.

    Parameters
    ----------
    made : AnnualBudget
    region, ledger : str
    months : FundMonths or None
        The running year of the fund by the month; None where it cannot be phased.
    unit : {"yi", "wan", "yuan"}

    Raises
    ------
    ResultError
        Where the region keeps no such ledger.
    """
    statement = _with_plan(made, made.statements[region], region, months)
    place = statement.ledgers.index(ledger)
    largest = float(np.nanmax(np.abs(statement.amounts[:, place]), initial=0.0))
    step = STEPS[unit][0 if largest >= _LARGE else 1]
    footed = statement.displayed(step)
    so_far = _months_so_far(statement, ledger, months)
    done = None if so_far is None else _column(statement, place, so_far).displayed(step)
    rates, bands = _rates(statement, months), _bands(statement, ledger, months)
    rows = []
    for line in footed.lines_of(ledger):
        low, high = bands.get(line.code, (math.nan, math.nan))
        rate = rates.get(line.code, math.nan)
        rows.append(
            Row(
                line.code,
                line.label,
                line.level,
                line.code in _TOTALS,
                line.unit,
                {one.key: footed.value(line.code, ledger, one.key) for one in footed.columns},
                math.nan if done is None or line.unit != "yuan" else done.value(line.code, ledger, "outlook"),
                rate,
                alert_of(rate, 0 if months is None else months.known),
                low,
                high,
            )
        )
    return ShownStatement(footed.columns, tuple(rows), 0 if months is None else months.known, step)


def _with_plan(made: AnnualBudget, statement: Statement, region: str, months: FundMonths | None) -> Statement:
    """Add, where months are given and no budget was approved, the projection that they are compared with."""
    if statement.has("budget") or months is None or not months.known or not statement.has("outlook"):
        return statement
    at = statement.column("outlook")
    words = Words("Projection", "本年预测数")
    column = Column("budget", made.outlook_year, words, NOT_APPROVED)
    ledgers = [made.accounts.ledgers.index(ledger) for ledger in statement.ledgers]
    plan = made.accounts.at(region, made.outlook_year)[ledgers]
    columns = (*statement.columns[:at], column, *statement.columns[at:])
    return replace(statement, columns=columns, amounts=np.insert(statement.amounts, at, plan, axis=0))


def _column(statement: Statement, place: int, values: Mapping[str, float]) -> Statement:
    """Return a statement of one column that holds figures of one ledger only."""
    amounts = np.full((1, *statement.amounts.shape[1:]), np.nan)
    for code, value in values.items():
        amounts[0, place, statement.row(code)] = value
    column = statement.columns[statement.column("outlook")]
    return replace(statement, columns=(column,), amounts=amounts)


def _filled(statement: Statement, leaves: Mapping[str, float]) -> dict[str, float]:
    """Return figures by line with the sums of those that are known."""
    found = dict(leaves)
    for one in reversed(sums_of(statement.lines)):
        known = [found[part] for part in one.parts if math.isfinite(found.get(part, math.nan))]
        if known and not math.isfinite(found.get(one.total, math.nan)):
            found[one.total] = math.fsum(known)
    return found


def _months_so_far(statement: Statement, ledger: str, months: FundMonths | None) -> dict[str, float] | None:
    """Return flows of the months so far by line, the balance, and the reserve that it has led to."""
    if months is None or not months.known:
        return None
    done = months.watched.execution
    found = _filled(statement, dict(zip(done.lines, map(float, done.actual), strict=True)))
    balance = found.get(REVENUE, math.nan) - found.get(EXPENDITURE, math.nan)
    opening = statement.value(OPENING, ledger, "outlook")
    if math.isfinite(balance):
        found[BALANCE] = balance
        if math.isfinite(opening):
            taken = statement.value(TAKEN_OVER, ledger, "outlook")
            found |= {OPENING: opening, CLOSING: opening + balance + (taken if math.isfinite(taken) else 0.0)}
            if math.isfinite(taken):
                found[TAKEN_OVER] = taken
    return {code: value for code, value in found.items() if math.isfinite(value)}


def _rates(statement: Statement, months: FundMonths | None) -> dict[str, float]:
    """Return execution rates by line, those of sums over the lines that have months."""
    if months is None or not months.known:
        return {}
    done = months.watched.execution
    known = np.isfinite(done.actual)
    actual, phased = (
        _filled(statement, dict(zip(done.lines, np.where(known, values, np.nan).tolist(), strict=True)))
        for values in (done.actual, done.phased)
    )
    own = dict(zip(done.lines, map(float, done.rate), strict=True))
    return {
        code: own.get(code, actual[code] / phased[code] if phased.get(code) else math.nan)
        for code in actual
        if not _is_stock(statement.lines[statement.row(code)])
    }


def _is_stock(line: StatementLine) -> bool:
    return line.side not in ("revenue", "expenditure")


def _bands(statement: Statement, ledger: str, months: FundMonths | None) -> dict[str, tuple[float, float]]:
    """Return the 80 % band of the outlook by line, of the balance, the closing reserve and payable months."""
    if months is None:
        return {}
    watched = months.watched
    nowcast = watched.outlook.nowcast
    found = {
        line: (float(nowcast.low[place]), float(nowcast.high[place]))
        for place, line in enumerate(watched.outlook.lines)
    }
    if REVENUE not in found or EXPENDITURE not in found:
        return found
    low, central, high = watched.projected_balance
    balance, closing = (statement.value(code, ledger, "outlook") for code in (BALANCE, CLOSING))
    down, up = central - low, high - central
    found[BALANCE] = balance - down, balance + up
    if math.isfinite(closing):
        found[CLOSING] = closing - down, closing + up
        found[MONTHS] = _band_of_months(statement, ledger, found)
    return found


def _band_of_months(statement: Statement, ledger: str, bands: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Return the band of payable months: the moves of both sides, taken to be independent as in the balance."""
    revenue, spent, closing = (statement.value(code, ledger, "outlook") for code in (REVENUE, EXPENDITURE, CLOSING))

    def months(earned: float, paid: float) -> float:
        return 12 * (closing + (earned - revenue) - (paid - spent)) / paid

    centre = months(revenue, spent)
    (poor, rich), (cheap, dear) = bands[REVENUE], bands[EXPENDITURE]
    down = math.hypot(centre - months(poor, spent), centre - months(revenue, dear))
    up = math.hypot(months(rich, spent) - centre, months(revenue, cheap) - centre)
    return centre - down, centre + up


__all__ = ["NOT_APPROVED", "STEPS", "Row", "ShownStatement", "shown_statement"]
