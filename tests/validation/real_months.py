"""The year-end outlook on the real national months of 2015-2018: from each month, with earlier years alone as history.

No budget of this series was published. The budget of a year is what a planner without foresight would have written: the
outcome of last year, grown as it grew the year before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS, MonthlyHistory
from poolcast.budget.national_months import URBAN, national_months
from poolcast.budget.phasing import phase
from poolcast.budget.seasonal import SeasonalPatterns, seasonal_patterns
from poolcast.budget.year_end import year_end_outlook

Array = NDArray[np.float64]

YEARS = (2015, 2016, 2017, 2018)
WAYS = ("blend", "nowcast", "straight_line")


@dataclass(frozen=True)
class RealYear:
    """A year of the national months, foretold month by month.

    Parameters
    ----------
    year, flow
        What is foretold; the outcome is the December figure, or the later year total where there is none.
    budget, outcome : float, yuan
    is_later_total : bool
        Whether the outcome is that of another, later table.
    central : dict of way to array (12,), yuan
        Seen with 0..11 months known; NaN where the months known end before.
    low, high : dict of way to array (12,), yuan
    patterns : SeasonalPatterns
    """

    year: int
    flow: str
    budget: float
    outcome: float
    is_later_total: bool
    central: dict[str, Array]
    low: dict[str, Array]
    high: dict[str, Array]
    patterns: SeasonalPatterns


def naive_budgets(history: MonthlyHistory) -> Array:
    """Return last year's outcome grown as in the year before (line, year); NaN for the first two years."""
    outcomes = np.array([history.outcomes(line) for line in history.lines])
    budgets = np.full(outcomes.shape, np.nan)
    budgets[:, 2:] = outcomes[:, 1:-1] ** 2 / outcomes[:, :-2]
    return budgets


def real_year(year: int, flow: str, scheme: str = URBAN, *, to_last_month: bool = False) -> RealYear:
    """Foretell a year from each of its months.

    With `to_last_month` the outcome is what had come in by the last month of the series, so that no other table is
    needed for years without a December.
    """
    whole = national_months()[scheme]
    whole = replace(whole, budgets=naive_budgets(whole))
    assert whole.budgets is not None
    line, place = whole.lines.index(flow), whole.years.index(year)
    history = whole.before(year)
    budget = float(whole.budgets[line, place])
    patterns = seasonal_patterns([flow], "EPF", history)
    phased = phase(np.array([budget]), patterns)
    months = whole.of(flow)[place]
    last = int(np.isfinite(months).sum())
    outcome = float(whole.outcomes(flow)[place])
    if to_last_month:
        phased[:, last:] = 0.0
        budget, outcome = float(phased.sum()), float(np.nansum(months))
    central = {way: np.full(MONTHS, np.nan) for way in WAYS}
    low = {way: np.full(MONTHS, np.nan) for way in WAYS[:2]}
    high = {way: np.full(MONTHS, np.nan) for way in WAYS[:2]}
    for known in range(min(MONTHS, last + (not to_last_month))):
        so_far = np.where(np.arange(MONTHS) < known, months, np.nan)[None]
        outlook = year_end_outlook([flow], so_far, phased, patterns.noise)
        for way, band in (("blend", outlook.blend), ("nowcast", outlook.nowcast)):
            central[way][known] = band.central[0]
            low[way][known], high[way][known] = band.low[0], band.high[0]
        central["straight_line"][known] = outlook.straight_line[0] * (last / MONTHS if to_last_month else 1.0)
    is_later_total = last < MONTHS and not to_last_month
    return RealYear(year, flow, budget, outcome, is_later_total, central, low, high, patterns)


def table(years: list[RealYear]) -> str:
    """Return the table of the documentation: error of each way by months known, and whether the band held."""
    rows = [
        "| flow | year | months | budget | blend | nowcast | straight line | band of the blend | band of the nowcast |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for real in years:
        for known in range(MONTHS):
            if np.isnan(real.central["blend"][known]):
                continue
            errors = [real.central[way][known] / real.outcome - 1 for way in WAYS]
            straight = f"{errors[2]:+.1%}" if known else ""
            bands = []
            for way in WAYS[:2]:
                low, high = real.low[way][known] / real.outcome - 1, real.high[way][known] / real.outcome - 1
                bands.append(f"{low:+.1%} to {high:+.1%}{'' if low <= 0 <= high else ', missed'}")
            first = f"{real.budget / real.outcome - 1:+.1%}" if not known else ""
            rows.append(
                f"| {real.flow} | {real.year} | {known} | {first} | {errors[0]:+.1%} | {errors[1]:+.1%} | {straight} |"
                f" {bands[0]} | {bands[1]} |"
            )
    return "\n".join(rows)


def summary(years: list[RealYear]) -> str:
    """Return the mean absolute error over the years by months known, and the share of bands that held."""
    rows = [
        "| months known | blend | nowcast | straight line | bands of the blend held | bands of the nowcast held |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for known in range(MONTHS):
        usable = [real for real in years if np.isfinite(real.central["blend"][known])]
        mean = {way: np.mean([abs(real.central[way][known] / real.outcome - 1) for real in usable]) for way in WAYS}
        held = [
            sum(real.low[way][known] <= real.outcome <= real.high[way][known] for real in usable) for way in WAYS[:2]
        ]
        straight = f"{mean['straight_line']:.1%}" if known else ""
        rows.append(
            f"| {known} | {mean['blend']:.1%} | {mean['nowcast']:.1%} | {straight} |"
            f" {held[0]} of {len(usable)} | {held[1]} of {len(usable)} |"
        )
    return "\n".join(rows)
