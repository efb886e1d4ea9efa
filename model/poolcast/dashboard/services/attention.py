"""Which fund of which region needs attention first: its light, the rule behind it, and what stands behind that.

The light is that of the early warnings (handbook 5.4) in the base year, with what comes within the years looked ahead;
rules that speak of chances are judged once a simulation is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from poolcast.budget.early_warning import AHEAD, early_warnings
from poolcast.budget.warning_chances import counted_chances
from poolcast.budget.warning_history import Closed
from poolcast.budget.warning_results import EarlyWarning, FundWarnings, Warnings
from poolcast.budget.warning_rules import Level, rank
from poolcast.budget.warning_series import WATCHED
from poolcast.dashboard.services.bands import Bands
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.history import FLOWS, History
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.sets import MIB

__all__ = ["AHEAD", "Row", "rows", "warned"]

_WARNED: BoundedCache[Warnings] = BoundedCache(48, 48 * MIB, lambda found: 20_000 * (1 + len(found.funds)))


@dataclass(frozen=True)
class Row:
    """A fund of a region.

    Parameters
    ----------
    region, ledger : str
        Codes.
    warned : FundWarnings or None
        Its early warnings; None where the ledger is not judged.
    now, then : float
        Payable months in the base year and in the year in focus.
    chance : float
        Of a red reserve within the years looked ahead; NaN without a simulation.
    first_deficit, exhaustion : int or None
        Years; None where they do not come within the projection.
    months : tuple of (year, months)
        Accounts and projection, for a small line.
    revenue, expenditure, balance, reserve : float
        Base year, yuan.
    """

    region: str
    ledger: str
    warned: FundWarnings | None
    now: float
    then: float
    chance: float
    first_deficit: int | None
    exhaustion: int | None
    months: tuple[tuple[int, float], ...]
    revenue: float
    expenditure: float
    balance: float
    reserve: float

    @property
    def light(self) -> Level | None:
        """The light of the base year; None where the ledger is not judged."""
        return None if self.warned is None else self.warned.light

    @property
    def decided_by(self) -> EarlyWarning | None:
        """The warning behind the light, or, where something worse comes within the years looked ahead, that one."""
        if self.warned is None:
            return None
        now = self.warned.decided_by
        coming = self.warned.coming[0] if self.warned.coming else None
        if now is None or (coming is not None and rank(coming.level) > rank(now.level)):
            return coming
        return now

    @property
    def worry(self) -> tuple[float, ...]:
        """What rows are sorted by: light, then band, chance of a red reserve, year of exhaustion; then months."""
        months = self.then if math.isfinite(self.then) else math.inf
        if self.warned is None:
            return (math.inf, math.inf, 0.0, self.exhaustion or math.inf, months)
        return (-rank(self.warned.light), *self.warned.worry, months)


def warned(item: Projected, past: History, bands: Bands | None = None) -> Warnings:
    """Return the early warnings of a scenario, shared by content.

    Parameters
    ----------
    item : Projected
    past : History
        Accounts before the base year, more of them than the engine reads.
    bands : Bands, optional
        Of the same scenario, for the rules that speak of chances.
    """

    def make() -> Warnings:
        chances = None if bands is None else counted_chances(bands.probabilities, item.reformed)
        return early_warnings(item.forecast, item.reformed, history=_closed(past), chances=chances)

    counted = None if bands is None else (bands.paths, bands.seed)
    return _WARNED.get((*item.key, item.loaded.name, bool(past.values), counted), make)


def _closed(past: History) -> Closed:
    found: dict[tuple[str, str], dict[str, dict[int, float]]] = {}
    for (name, region, ledger), series in past.values.items():
        if name in FLOWS and ledger in WATCHED:
            found.setdefault((region, ledger), {})[name] = dict(series)
    return found


def rows(item: Projected, ledgers: Sequence[str], year: int, past: History, bands: Bands | None = None) -> list[Row]:
    """Return the funds of every region and pool that holds one of the ledgers, those that worry most first.

    Parameters
    ----------
    item : Projected
        Scenario.
    ledgers : sequence of str
        Codes.
    year : int
        Year in focus.
    past : History
        Accounts before the base year.
    bands : Bands, optional
        Of the same scenario, for chances.
    """
    judged = {(fund.region, fund.ledger): fund for fund in warned(item, past, bands).funds}
    found = [
        _row(item, region, ledger, year, past, judged.get((region, ledger)))
        for ledger in ledgers
        for region in item.outcome.regions
        if _holds(item, region, ledger)
    ]
    return sorted(found, key=lambda row: row.worry)


def _holds(item: Projected, region: str, ledger: str) -> bool:
    """Whether money moves in the ledger of a region: an adjustment fund that rests holds zeros only."""
    return any(value != 0 and math.isfinite(value) for value in item.outcome.series("expenditure", region, ledger))


def _row(item: Projected, region: str, ledger: str, year: int, past: History, judged: FundWarnings | None) -> Row:
    outcome = item.outcome
    months = outcome.series("payable_months", region, ledger)
    years = outcome.years
    before = past.of("payable_months", region, ledger)
    line = [(at, value) for at, value in sorted(before.items()) if at < years[0]]
    line += [(at, value) for at, value in zip(years, months, strict=True) if math.isfinite(value)]
    place = {name: outcome.series(name, region, ledger)[0] for name in ("revenue", "expenditure", "balance", "reserve")}
    return Row(
        region,
        ledger,
        judged,
        months[0],
        months[years.index(year)] if year in years else math.nan,
        math.nan if judged is None else judged.chance_low,
        _event(item, "first_deficit", region, ledger),
        _event(item, "exhaustion", region, ledger),
        tuple(line),
        **place,
    )


def _event(item: Projected, event: str, region: str, ledger: str) -> int | None:
    return item.outcome.event_year(event, region, ledger)
