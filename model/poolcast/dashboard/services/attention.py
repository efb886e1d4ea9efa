"""Which fund of which region needs attention first: its light, the rule that fired, and what stands behind it.

The light is that of the early warnings (handbook 5.4): the worst level of the rules that fire in the base year or will
within five years. Beside it stands the worst band of payable months of these years, which colours the map.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from poolcast.budget.warning_results import EarlyWarning, Warnings
from poolcast.budget.warning_rules import Level, rank
from poolcast.dashboard.services.bands import Bands
from poolcast.dashboard.services.history import History
from poolcast.dashboard.services.projections import Projected
from poolcast.reporting.formats import BANDS, LEDGERS_WITH_BANDS, band_of

AHEAD = 5
"""Years looked ahead."""
ORDER = tuple(name for name, *_ in BANDS)
"""Bands from the worst to the best; too large a reserve is a fault of another kind and comes last."""


@dataclass(frozen=True)
class Row:
    """A fund of a region.

    Parameters
    ----------
    region, ledger : str
        Codes.
    band : str or None
        Worst band of the base year and the years looked ahead; None where the ledger has none.
    now, then : float
        Payable months in the base year and in the year in focus.
    chance : float
        That months fall below three within the years looked ahead; NaN without a simulation.
    first_deficit, exhaustion : int or None
        Years; None where they do not come within the projection.
    worst_year : int
        Year of the worst band.
    months : tuple of (year, months)
        Accounts and projection, for a small line.
    revenue, expenditure, balance, reserve : float
        Base year, yuan.
    level : Level or None
        Light of the early warnings, now or within five years; None where they do not judge the ledger.
    warning : EarlyWarning or None
        The rule behind it; None where the light is green.
    """

    region: str
    ledger: str
    band: str | None
    now: float
    then: float
    chance: float
    first_deficit: int | None
    exhaustion: int | None
    worst_year: int
    months: tuple[tuple[int, float], ...]
    revenue: float
    expenditure: float
    balance: float
    reserve: float
    level: Level | None = None
    warning: EarlyWarning | None = None

    @property
    def worry(self) -> tuple[float, float, float, float, float]:
        """What rows are sorted by: light, band, chance of fewer than three months, year of exhaustion, months."""
        light = math.inf if self.level is None else -rank(self.level)
        place = ORDER.index(self.band) if self.band is not None else len(ORDER)
        chance = 0.0 if math.isnan(self.chance) else self.chance
        return (light, place, -chance, self.exhaustion or math.inf, self.then if math.isfinite(self.then) else math.inf)


def rows(
    item: Projected,
    ledgers: Sequence[str],
    year: int,
    past: History,
    bands: Bands | None = None,
    warnings: Warnings | None = None,
) -> list[Row]:
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
    warnings : Warnings, optional
        Of the same scenario, for the light and the rule behind it.
    """
    found = [
        _judged(_row(item, region, ledger, year, past, bands), warnings)
        for ledger in ledgers
        for region in item.outcome.regions
        if _holds(item, region, ledger)
    ]
    return sorted(found, key=lambda row: row.worry)


def _judged(row: Row, warnings: Warnings | None) -> Row:
    """Return a row with its light and the worst warning behind it, one of this year before one to come."""
    own = () if warnings is None else warnings.funds
    fund = next((one for one in own if (one.region, one.ledger) == (row.region, row.ledger)), None)
    if fund is None:
        return row
    level = fund.light_ahead
    behind = (one for one in (*fund.warnings, *fund.coming) if one.level == level)
    return replace(row, level=level, warning=next(behind, None))


def _holds(item: Projected, region: str, ledger: str) -> bool:
    """Whether money moves in the ledger of a region: an adjustment fund that rests holds zeros only."""
    return any(value != 0 and math.isfinite(value) for value in item.outcome.series("expenditure", region, ledger))


def _row(item: Projected, region: str, ledger: str, year: int, past: History, bands: Bands | None) -> Row:
    outcome = item.outcome
    months = outcome.series("payable_months", region, ledger)
    years = outcome.years
    ahead = range(min(AHEAD, len(years) - 1) + 1)
    band, worst = None, 0
    if ledger in LEDGERS_WITH_BANDS and math.isfinite(months[0]):
        worst = min(ahead, key=lambda number: months[number] if math.isfinite(months[number]) else math.inf)
        band = band_of(months[worst])
    before = past.of("payable_months", region, ledger)
    line = [(at, value) for at, value in sorted(before.items()) if at < years[0]]
    line += [(at, value) for at, value in zip(years, months, strict=True) if math.isfinite(value)]
    flows = ("revenue", "expenditure", "balance", "reserve")
    revenue, expenditure, balance, reserve = (outcome.series(name, region, ledger)[0] for name in flows)
    return Row(
        region,
        ledger,
        band,
        months[0],
        months[years.index(year)] if year in years else math.nan,
        _chance(bands, region, ledger, years[ahead[-1]]),
        _event(item, "first_deficit", region, ledger),
        _event(item, "exhaustion", region, ledger),
        years[worst],
        tuple(line),
        revenue,
        expenditure,
        balance,
        reserve,
    )


def _event(item: Projected, event: str, region: str, ledger: str) -> int | None:
    return item.outcome.event_year(event, region, ledger)


def _chance(bands: Bands | None, region: str, ledger: str, year: int) -> float:
    if bands is None or region not in bands.probabilities.region.values:
        return math.nan
    return bands.probability("months_below_3_by", region, ledger, year)[0]
