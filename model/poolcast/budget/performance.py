"""Performance of closed years: budget against outcome by line, and what the deviation was made of (handbook 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from poolcast.budget.approved_budget import ApprovedBudget
from poolcast.budget.lines import StatementLine
from poolcast.budget.log_mean import shares_of_product
from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.statement import BENEFIT_LINES

if TYPE_CHECKING:
    import pandas as pd

    from poolcast.budget.annual_budget import AnnualBudget

PARTS: Mapping[str, Words] = {
    "members": Words("Number of members (volume)", "参保人数(数量)"),
    "use": Words("Use per member (volume)", "人均利用(数量)"),
    "cost": Words("Bill per service (price and mix)", "次均费用(价格与结构)"),
    "payment": Words("Fund share of the bill (policy)", "报销比例(政策)"),
    "base": Words("Base per member (price)", "人均缴费基数(价格)"),
    "rate": Words("Rate and collection (policy)", "费率与征缴(政策)"),
    "other": Words("Other", "其他"),
}
"""Parts of a deviation. Two closed accounts do not tell price from mix: the bill per service holds both."""

_STATUSES = {"EPF": EMPLOYEE_STATUSES, "RPF": RESIDENT_STATUSES}


@dataclass(frozen=True)
class Deviation:
    """A line of a closed year: budget, outcome, and the parts of their difference.

    Parameters
    ----------
    region, ledger : str
    line : StatementLine
    budget, outcome : float, yuan
    parts : mapping of str to yuan
        By `PARTS`; they add up to the difference.
    """

    region: str
    ledger: str
    line: StatementLine
    budget: float
    outcome: float
    parts: Mapping[str, float]

    @property
    def amount(self) -> float:
        """Outcome less budget, yuan."""
        return self.outcome - self.budget

    @property
    def relative(self) -> float:
        """Outcome less budget over the absolute budget; NaN where that is zero."""
        return self.amount / abs(self.budget) if self.budget else float("nan")


@dataclass(frozen=True)
class Performance:
    """Budget against outcome of a closed year.

    Parameters
    ----------
    year : int
    deviations : tuple of Deviation
    """

    year: int
    deviations: tuple[Deviation, ...]

    def of(self, region: str, ledger: str, line: str) -> Deviation:
        """Return the deviation of one line.

        Raises
        ------
        ResultError
            Where there is none.
        """
        for one in self.deviations:
            if (one.region, one.ledger, one.line.code) == (region, ledger, line):
                return one
        allowed = "a line that the budget and the outcome both have"
        raise ResultError(Problem("performance", f"{region} {ledger} {line}", allowed, "Name another."))

    def table(self) -> pd.DataFrame:
        """Return one row a line with its parts."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "region": one.region,
                    "ledger": one.ledger,
                    "line": one.line.code,
                    "label": one.line.label.en,
                    "label_zh": one.line.label.zh,
                    "budget": one.budget,
                    "outcome": one.outcome,
                    "deviation": one.amount,
                    "relative_deviation": one.relative,
                }
                | {name: one.parts.get(name, 0.0) for name in PARTS}
                for one in self.deviations
            ]
        )


def performance(drawn_up: AnnualBudget | ApprovedBudget, closed: AnnualBudget, year: int | None = None) -> Performance:
    """Compare the draft of a year with its outcome, line by line.

    Parameters
    ----------
    drawn_up : AnnualBudget or ApprovedBudget
        The budget as it was drawn up, from the set of that time; or as it was approved, from a table or a workbook,
        which knows amounts only, so that the parts of its deviations are not known.
    closed : AnnualBudget
        Any budget from a set in which the year is closed, as `poolcast.roll` makes it.
    year : int, optional
        The year of the draft where it is left out.

    Raises
    ------
    ResultError
        Where one of them does not hold the year, or it is not closed in the second.
    """
    of_year = drawn_up.year if year is None else year
    problems = []
    known = (drawn_up.year,) if isinstance(drawn_up, ApprovedBudget) else drawn_up.accounts.years
    for words, years in (("the budget", known), ("the outcome", closed.accounts.years)):
        if of_year not in years:
            allowed = f"{years[0]} to {years[-1]}"
            problems.append(Problem(f"year of {words}", str(of_year), allowed, "Name another year."))
    if of_year > closed.read.base_year:
        found = f"{of_year}, after the base year {closed.read.base_year} of {closed.read.name}"
        problems.append(Problem("year of the outcome", found, "a closed year", "Roll the set: poolcast roll."))
    if problems:
        raise ResultError(problems)
    if isinstance(drawn_up, ApprovedBudget):
        return _against_approved(drawn_up, closed)
    return _compared(drawn_up, closed, of_year)


def _against_approved(approved: ApprovedBudget, closed: AnnualBudget) -> Performance:
    """Compare every row that was approved with its outcome."""
    outcome = closed.accounts
    found = []
    for number, line in enumerate(outcome.lines):
        for (region, ledger, code), before in approved.amounts.items():
            if code != line.code or line.unit != "yuan":
                continue
            after = float(outcome.at(region, approved.year)[outcome.ledgers.index(ledger), number])
            if np.isfinite(after):
                found.append(Deviation(region, ledger, line, before, after, {"other": after - before}))
    order = {code: place for place, code in enumerate(outcome.regions)}
    found.sort(key=lambda one: (order[one.region], outcome.ledgers.index(one.ledger)))
    return Performance(approved.year, tuple(found))


def _compared(drawn_up: AnnualBudget, closed: AnnualBudget, year: int) -> Performance:
    """Compare every line that both have; sums have the parts of their lines."""
    budget, outcome = drawn_up.accounts, closed.accounts
    rows = {line.code: number for number, line in enumerate(outcome.lines)}
    found: list[Deviation] = []
    sides = _Year(drawn_up, year), _Year(closed, year)
    for region in (code for code in budget.regions if code in outcome.regions):
        mine, theirs = budget.at(region, year), outcome.at(region, year)
        for ledger in (name for name in budget.ledgers if name in outcome.ledgers):
            parts: dict[str, Mapping[str, float]] = {}
            of_ledger: list[Deviation] = []
            for number, line in reversed(list(enumerate(budget.lines))):
                if line.code not in rows or line.unit != "yuan":
                    continue
                before = float(mine[budget.ledgers.index(ledger), number])
                after = float(theirs[outcome.ledgers.index(ledger), rows[line.code]])
                if np.isfinite(before) and np.isfinite(after):
                    factors = [one.factors(region, ledger, line.code) for one in sides]
                    parts[line.code] = _sum_of(line, parts) or _parts(line.code, factors, before, after)
                    of_ledger.append(Deviation(region, ledger, line, before, after, parts[line.code]))
            found += reversed(of_ledger)
    return Performance(year, tuple(found))


def _sum_of(line: StatementLine, parts: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the parts of a sum, those of its lines added up; nothing for other lines."""
    result: dict[str, float] = {}
    for code in line.parts:
        for name, amount in parts.get(code, {}).items():
            result[name] = result.get(name, 0.0) + amount
    return result


def _parts(code: str, factors: list[dict[str, float]], before: float, after: float) -> dict[str, float]:
    """Split a deviation by logarithmic means where the line is a product that both sides know."""
    one, other = factors
    if not one or not other:
        return {"other": after - before}
    pairs = {name: (one[name], other[name]) for name in one}
    rest = "rate" if code == "R1.1" else "payment"
    shares = shares_of_product(np.array(before), np.array(after), pairs, rest)
    return {name: float(share) for name, share in shares.items()}


class _Year:
    """What a budget knows of a year beside its accounts: members, services, bills and bases, pools inside."""

    def __init__(self, budget: AnnualBudget, year: int) -> None:
        self._regions = budget.accounts.regions
        forecast = budget.forecast
        self._members, self._services, self._bills = (
            with_pools(forecast, forecast[name].sel(year=year)).transpose("region", "status", ...).values
            for name in ("average_members", "services", "bills")
        )
        payroll = budget.projection.holders.total(budget.projection.money.contributions.unit_payroll)
        self._payroll = payroll[0, :, budget.accounts.years.index(year)]

    def factors(self, region: str, ledger: str, code: str) -> dict[str, float]:
        """Return the factors of a line; nothing for lines that are no product."""
        place = self._regions.index(region)
        if code == "R1.1" and ledger == "EPF":
            active = float(self._members[place, positions("status", ("active",))[0]])
            return {"members": active, "base": float(self._payroll[place]) / active} if active > 0 else {}
        benefit = next((name for name, line in BENEFIT_LINES.items() if line == code), "")
        if ledger not in _STATUSES or benefit not in ("inpatient", "outpatient", "chronic", "dual_channel"):
            return {}
        statuses, number = positions("status", _STATUSES[ledger]), index("benefit", benefit)
        heads = float(self._members[place, statuses].sum())
        services, bills = (float(values[place, statuses, number].sum()) for values in (self._services, self._bills))
        if not (heads > 0 and services > 0):
            return {}
        return {"members": heads, "use": services / heads, "cost": bills / services}


__all__ = ["PARTS", "Deviation", "Performance", "performance"]
