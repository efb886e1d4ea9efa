"""The budget statement of a fund holder: official lines by ledger, year beside year (handbook 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine, Transfer
from poolcast.budget.footing import foot
from poolcast.budget.lines import BALANCE, CLOSING, EXPENDITURE, OPENING, REVENUE, TAKEN_OVER, StatementLine, sums_of
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
ColumnKey = Literal["outcome", "budget", "outlook", "draft", "plan_2", "plan_3"]

_ROUNDING = 1e-15
"""What a sum of a few figures in double precision may be off by, relative: 0.01 yuan of ten trillion."""
_STOCKS = (OPENING, TAKEN_OVER, CLOSING)


@dataclass(frozen=True)
class Column:
    """One column of amounts.

    Parameters
    ----------
    key : str
        ``outcome`` of the last closed year, ``budget`` approved for the running year, ``outlook`` of the running year,
        ``draft`` of the next year, and the second and third year of the rolling plan.
    year : int
    label : Words
    basis : Words
        Where the amounts come from.
    """

    key: ColumnKey
    year: int
    label: Words
    basis: Words


@dataclass(frozen=True)
class Statement:
    """The budget statement of a region or pool.

    Parameters
    ----------
    region : str
        Code of the holder.
    name : Words
    kind : {"region", "pool"}
    year : int
        Year of the draft.
    ledgers : tuple of str
        Ledgers that the holder keeps.
    lines : tuple of StatementLine
        The rows.
    columns : tuple of Column
    amounts : array (column, ledger, line), yuan; payable months in months
        NaN where a row does not apply or a column has no figure. A stock is of 31 December of the year of its column.
    transfers : tuple of Transfer
        Rows of two ledgers that must show the same amount.
    synthetic : bool
        Whether figures are made up.
    unit : float
        What the amounts were rounded to, in yuan; 0 for unrounded.
    """

    region: str
    name: Words
    kind: str
    year: int
    ledgers: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    columns: tuple[Column, ...]
    amounts: Array = field(repr=False)
    transfers: tuple[Transfer, ...] = field(repr=False)
    synthetic: bool = False
    unit: float = 0.0

    def __post_init__(self) -> None:
        frozen = np.array(self.amounts, dtype=np.float64)
        frozen.flags.writeable = False
        object.__setattr__(self, "amounts", frozen)

    def row(self, code: str) -> int:
        """Return the position of a row."""
        return _place(code, [line.code for line in self.lines], "line")

    def column(self, key: str) -> int:
        """Return the position of a column."""
        return _place(key, [column.key for column in self.columns], "column")

    def has(self, key: str) -> bool:
        """Return whether there is such a column."""
        return any(column.key == key for column in self.columns)

    def value(self, line: str, ledger: str, column: str = "draft") -> float:
        """Return one figure, as in ``value("E1.1", "EPF", "draft")``; NaN where the row does not apply.

        Raises
        ------
        ResultError
            Where there is no such row, ledger or column.
        """
        place = (self.column(column), _place(ledger, self.ledgers, "ledger"), self.row(line))
        return float(self.amounts[place])

    def change(self, column: str = "draft", against: str = "outlook") -> Array:
        """Return the change (ledger, line) of one column against another, yuan or months."""
        result: Array = self.amounts[self.column(column)] - self.amounts[self.column(against)]
        return result

    def relative_change(self, column: str = "draft", against: str = "outlook") -> Array:
        """Return the change (ledger, line) over the absolute figure of the other column; NaN where that is zero."""
        before = np.abs(self.amounts[self.column(against)])
        change = self.change(column, against)
        result: Array = np.divide(change, before, out=np.full_like(change, np.nan), where=before > 0)
        return result

    def lines_of(self, ledger: str) -> tuple[StatementLine, ...]:
        """Return the rows that apply to a ledger in any column."""
        values = self.amounts[:, _place(ledger, self.ledgers, "ledger")]
        return tuple(line for number, line in enumerate(self.lines) if np.isfinite(values[:, number]).any())

    def misfits(self, tolerance: float = 0.005) -> tuple[Problem, ...]:
        """Return every sum, transfer and stock that does not foot within a tolerance in yuan: none, if all is well."""
        return tuple(problem for column in range(len(self.columns)) for problem in _misfits(self, column, tolerance))

    def displayed(self, unit: float = 1e4) -> Statement:
        """Return the statement rounded to whole units so that every displayed figure foots exactly.

        Stocks are rounded to the nearest unit, so that an opening reserve is shown as the last closing one; transfers
        between ledgers as well, the same on both sides; the balance is what the stocks leave, revenue is rounded to the
        nearest, and rows take up the rest by largest remainders. A figure may thus differ by a unit or two from its own
        rounding, and never by more than the sums need.

        Parameters
        ----------
        unit : float, yuan
            1e4 for whole 万元, 1e6 for 亿元 with two decimals.
        """
        rounded = np.stack([_displayed(self, column, unit) for column in range(len(self.columns))])
        return replace(self, amounts=rounded, unit=unit)

    def table(self, ledger: str) -> pd.DataFrame:
        """Return one row a line that applies to a ledger: words, level, the columns, change and relative change."""
        import pandas as pd

        place = _place(ledger, self.ledgers, "ledger")
        codes = [line.code for line in self.lines_of(ledger)]
        rows = [self.row(code) for code in codes]
        data: dict[str, object] = {
            "line": codes,
            "label": [self.lines[row].label.en for row in rows],
            "label_zh": [self.lines[row].label.zh for row in rows],
            "level": [self.lines[row].level for row in rows],
            "unit": [self.lines[row].unit for row in rows],
        }
        for number, column in enumerate(self.columns):
            data[column.key] = self.amounts[number, place, rows]
        if self.has("outlook"):
            data["change"] = self.change()[place, rows]
            data["relative_change"] = self.relative_change()[place, rows]
        return pd.DataFrame(data)


def statement_of(
    accounts: AccountsByLine,
    region: str,
    year: int,
    *,
    name: Words | None = None,
    kind: str = "region",
    base_year: int | None = None,
    approved: Mapping[tuple[str, str], float] | None = None,
    synthetic: bool = False,
) -> Statement:
    """Return the statement of a holder for a draft year: last outcome, budget, outlook, draft, and the plan behind it.

    Parameters
    ----------
    accounts : AccountsByLine
        Every year of the projection.
    region : str
        Code of a region or pool.
    year : int
        Year of the draft, from the base year on.
    name, kind : Words and str
        Of the holder.
    base_year : int, optional
        Last closed year; the first year of the accounts where it is left out.
    approved : mapping of (ledger, line) to yuan, optional
        The budget approved for the running year.
    synthetic : bool

    Raises
    ------
    ResultError
        Where the holder or the year is not in the projection.
    """
    closed = accounts.years[0] if base_year is None else base_year
    if year not in accounts.years:
        allowed = f"{accounts.years[0]} to {accounts.years[-1]}"
        raise ResultError(Problem("year", str(year), allowed, "Name a year of the projection."))
    place = _place(region, accounts.regions, "region")
    here = accounts.amounts[place]
    keeps = np.isfinite(here[..., [number for number, line in enumerate(accounts.lines) if line.code in ("R", "E")]])
    kept = [number for number in range(len(accounts.ledgers)) if keeps[:, number].any()]
    columns = _columns(accounts.years, year, closed, approved is not None)
    ledgers = tuple(accounts.ledgers[number] for number in kept)
    codes = [line.code for line in accounts.lines]
    amounts = [
        _approved(approved or {}, ledgers, codes)
        if column.key == "budget"
        else here[accounts.years.index(column.year)][kept]
        for column in columns
    ]
    transfers = tuple(one for one in accounts.transfers if one.source in ledgers and one.target in ledgers)
    words = name or Words(region, region)
    return Statement(
        region, words, kind, year, ledgers, accounts.lines, columns, np.array(amounts), transfers, synthetic
    )


def _columns(years: tuple[int, ...], year: int, closed: int, has_budget: bool) -> tuple[Column, ...]:
    """Return the columns of a statement; years outside the projection have none."""
    account, projected = Words("accounts of the closed year", "决算数"), Words("projection", "预测数")

    def basis(of: int) -> Words:
        return account if of <= closed else projected

    wanted: list[tuple[ColumnKey, int, Words, Words]] = [
        ("outcome", year - 2, Words("Last outcome", "上年决算数"), basis(year - 2)),
        ("outlook", year - 1, Words("Forecast outcome", "本年预计执行数"), basis(year - 1)),
        ("draft", year, Words("Draft budget", "下年预算草案"), basis(year)),
        ("plan_2", year + 1, Words("Plan, second year", "滚动规划第二年"), basis(year + 1)),
        ("plan_3", year + 2, Words("Plan, third year", "滚动规划第三年"), basis(year + 2)),
    ]
    if has_budget:
        approved = Words("budget as approved", "批复预算数")
        wanted.insert(1, ("budget", year - 1, Words("Budget", "本年预算数"), approved))
    return tuple(Column(*one) for one in wanted if one[1] in years)


def _approved(given: Mapping[tuple[str, str], float], ledgers: tuple[str, ...], codes: list[str]) -> Array:
    result = np.full((len(ledgers), len(codes)), np.nan)
    for (ledger, line), amount in given.items():
        if ledger in ledgers and line in codes:
            result[ledgers.index(ledger), codes.index(line)] = amount
    return result


def _displayed(statement: Statement, column: int, unit: float) -> Array:
    """Return a column (ledger, line) rounded to whole units that foot."""
    values = statement.amounts[column] / unit
    result = np.array(statement.amounts[column])
    shared = _shared(statement, values)
    for place, ledger in enumerate(statement.ledgers):
        own = {line.code: float(values[place, number]) for number, line in enumerate(statement.lines)}
        shown = _displayed_ledger(statement.lines, own, shared.get(ledger, {}))
        for number, line in enumerate(statement.lines):
            if line.code in shown:
                result[place, number] = shown[line.code] * unit
            elif line.unit == "yuan" and np.isfinite(own[line.code]):
                result[place, number] = float(np.rint(own[line.code])) * unit
    return result


def _shared(statement: Statement, values: Array) -> dict[str, dict[str, int]]:
    """Return how the rows of transfers are shown, by ledger: rounded to the nearest, the same on both sides."""
    result: dict[str, dict[str, int]] = {}
    for one in statement.transfers:
        received = values[statement.ledgers.index(one.target), statement.row(one.received_on)]
        if not np.isfinite(received):
            continue
        result.setdefault(one.target, {})[one.received_on] = int(np.rint(received))
        if np.isfinite(values[statement.ledgers.index(one.source), statement.row(one.paid_on)]):
            result.setdefault(one.source, {})[one.paid_on] = int(one.sign) * int(np.rint(received))
    return result


def _displayed_ledger(
    lines: tuple[StatementLine, ...], own: Mapping[str, float], shared: Mapping[str, int]
) -> dict[str, int]:
    """Return the rows of one ledger in whole units: stocks first, then the balance, both sides, and their rows."""
    sums = sums_of(lines)
    shown = {code: int(np.rint(own[code])) for code in _STOCKS if np.isfinite(own[code])}
    free_revenue = foot(own, sums, REVENUE, None, shared)
    free_expenditure = foot(own, sums, EXPENDITURE, None, shared)
    if CLOSING not in shown:
        shown |= free_revenue | free_expenditure
        if REVENUE in shown and EXPENDITURE in shown:
            shown[BALANCE] = shown[REVENUE] - shown[EXPENDITURE]
        return shown
    balance = shown[CLOSING] - shown[OPENING] - shown.get(TAKEN_OVER, 0)
    received = free_revenue.get(REVENUE, 0)
    spent = foot(own, sums, EXPENDITURE, received - balance, shared)
    if (
        spent.get(EXPENDITURE, 0) != received - balance
    ):  # every row of expenditure is shown elsewhere: revenue gives way
        free_revenue = foot(own, sums, REVENUE, spent.get(EXPENDITURE, 0) + balance, shared)
    return shown | free_revenue | spent | {BALANCE: balance}


def _misfits(statement: Statement, column: int, tolerance: float) -> list[Problem]:
    values = statement.amounts[column]
    rows = {line.code: number for number, line in enumerate(statement.lines)}
    problems = []
    for place, ledger in enumerate(statement.ledgers):
        own = values[place]
        parts = {line.code: own[[rows[part] for part in line.parts]] for line in statement.lines if line.parts}
        checks = [(code, np.nansum(of_sum)) for code, of_sum in parts.items() if np.isfinite(of_sum).any()]
        stocks = np.nansum(own[[rows[OPENING], rows[TAKEN_OVER], rows[BALANCE]]])
        checks += [(CLOSING, stocks)] if np.isfinite(own[rows[CLOSING]]) else []
        checks += [(BALANCE, own[rows[REVENUE]] - own[rows[EXPENDITURE]])] if np.isfinite(own[rows[BALANCE]]) else []
        for code, wanted in checks:
            found = own[rows[code]]
            if np.isfinite(found) and not abs(found - wanted) <= tolerance + _ROUNDING * abs(found):
                problems.append(_misfit(statement, column, f"{ledger} {code}", found, wanted))
    for one in statement.transfers:
        pays = one.sign * values[statement.ledgers.index(one.source), rows[one.paid_on]]
        receives = values[statement.ledgers.index(one.target), rows[one.received_on]]
        if not abs(np.nan_to_num(pays) - np.nan_to_num(receives)) <= tolerance:
            problems.append(_misfit(statement, column, f"{one.source} to {one.target}", pays, receives))
    return problems


def _misfit(statement: Statement, column: int, what: str, found: float, wanted: float) -> Problem:
    place = f"statement of {statement.region}, {statement.columns[column].key}, {what}"
    return Problem(place, f"{found:,.2f}", f"{wanted:,.2f}", "Correct the parts, or the sum.")


def _place(name: str, known: tuple[str, ...] | list[str], what: str) -> int:
    if name not in known:
        raise ResultError(Problem(what, name, ", ".join(known), did_you_mean(name, known) or "Name one of those."))
    return known.index(name)


__all__ = ["Column", "Statement", "statement_of"]
