"""The national months: real figures of 2013-2018, and the pattern they lend to a fund without months of its own.

``data/national_months.csv`` holds the months of urban basic medical insurance (employees and urban residents together)
and of maternity insurance; ``data/national_year_to_date.csv`` later cumulative figures of each scheme and totals of
years; ``data/sources.csv`` their documents. They lie in the package rather than in an assumption set because every set
needs them as a fallback and the engine, which knows years only, never reads them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.calendar import premium_factors
from poolcast.budget.months import MONTHS, MonthlyHistory
from poolcast.budget.seasonal_methods import estimate, factors_of
from poolcast.parameters.declaration import Words

Array = NDArray[np.float64]

_DATA = Path(__file__).parent / "data"
FLOWS = ("revenue", "expenditure")
URBAN, MATERNITY = "urban_basic_medical", "maternity"
INTEGRATION_YEARS = (2017, 2018)
"""Years in which rural members entered by the hundred million inside the year: left out of the pattern."""


@dataclass(frozen=True)
class NationalPattern:
    """A seasonal pattern of the country.

    Parameters
    ----------
    factors : array (12,)
        Add to 12.
    grade : str
    source : Words
        What it rests on.
    """

    factors: Array
    grade: str
    source: Words


@lru_cache(maxsize=1)
def national_months() -> dict[str, MonthlyHistory]:
    """Return the months of each series of the ministry, with lines ``revenue`` and ``expenditure``.

    Totals of years without a November or December come from the later table of year totals; see the traps in
    docs/monthly-execution.md.
    """
    rows = _rows("national_months.csv")
    years = tuple(sorted({int(row["year"]) for row in rows}))
    totals = _totals()
    result = {}
    for scheme in (URBAN, MATERNITY):
        amounts = np.full((len(FLOWS), len(years), MONTHS), np.nan)
        for row in rows:
            if row["scheme"] == scheme:
                place = years.index(int(row["year"])), int(row["month"]) - 1
                for flow, name in enumerate(FLOWS):
                    amounts[flow][place] = float(row[name])
        known = np.array([[totals.get((scheme, flow, year), np.nan) for year in years] for flow in FLOWS])
        known = np.where(np.isfinite(amounts.sum(-1)), np.nan, known)
        result[scheme] = MonthlyHistory(FLOWS, years, amounts, None, known, "MOHRSS_MONTHLY", "B+")
    return result


def year_totals() -> dict[tuple[str, str, int], float]:
    """Return the totals of years printed later (scheme, flow, year), yuan."""
    return _totals()


def sources() -> dict[str, dict[str, str]]:
    """Return the documents behind the months, by key."""
    return {row["source"]: row for row in _rows("sources.csv")}


@lru_cache(maxsize=16)
def national_pattern(scheme: str, flow: str) -> NationalPattern:
    """Return the pattern of a flow.

    Employees and residents: the two-month steps of 2023 (and what of them is known), shaped inside each step like the
    months of 2013-2016, which mix both schemes. Maternity: its own months.

    Parameters
    ----------
    scheme : {"employee", "resident", "maternity"}
    flow : {"revenue", "expenditure", "subsidy"}
        ``subsidy`` is what remains of the residents' revenue without their premiums.
    """
    if scheme == MATERNITY:
        shape = _months_pattern(MATERNITY, flow)
        source = Words("months of maternity insurance 2013-2016", "2013-2016年全国生育保险月度数据")
        return NationalPattern(shape, "B+", source)
    if flow == "subsidy":
        return _subsidy_pattern()
    shape = _months_pattern(URBAN, flow)
    steps = _steps(scheme, flow, 2023) or _steps(scheme, flow, 2022)
    start = 0
    factors = shape.copy()
    for end, share in steps:
        part = shape[start:end]
        factors[start:end] = part / part.sum() * share * MONTHS
        start = end
    source = Words(
        f"cumulative figures of 2023 for the {scheme} scheme, shaped by the urban months of 2013-2016",
        f"2023年{'职工' if scheme == 'employee' else '居民'}医保累计数,期内按2013-2016年城镇月度数据分布",
    )
    return NationalPattern(factors, "C", source)


def _subsidy_pattern() -> NationalPattern:
    """Residents' revenue less their premiums, which arrive evenly from September to February."""
    revenue = national_pattern("resident", "revenue").factors
    totals = _points()
    premium = totals[("resident", "personal_premium", 2023)][MONTHS]
    share = premium / totals[("resident", "revenue", 2023)][MONTHS]
    rest = np.maximum(revenue - share * premium_factors(9, 2, booked_when_covered=False), 0.0)
    source = Words(
        "residents' revenue of 2023 less premiums collected from September to February",
        "2023年居民医保收入扣除9月至次年2月集中征缴的个人缴费",
    )
    return NationalPattern(factors_of(rest), "C", source)


def _months_pattern(scheme: str, flow: str) -> Array:
    history = national_months()[scheme].before(INTEGRATION_YEARS[0])
    factors, _ = estimate(history.of(flow), "ratio")
    return factors


def _steps(scheme: str, flow: str, year: int) -> list[tuple[int, float]]:
    """Return (last month, share of the year) of each step between cumulative figures."""
    points = _points().get((scheme, flow, year), {})
    total = points.get(MONTHS)
    if total is None:
        return []
    steps, before = [], 0.0
    for month in sorted(points):
        steps.append((month, (points[month] - before) / total))
        before = points[month]
    return steps


@lru_cache(maxsize=1)
def _points() -> dict[tuple[str, str, int], dict[int, float]]:
    points: dict[tuple[str, str, int], dict[int, float]] = {}
    for row in _rows("national_year_to_date.csv"):
        key = row["scheme"], row["flow"], int(row["year"])
        points.setdefault(key, {})[int(row["month"])] = float(row["amount"])
    return points


def _totals() -> dict[tuple[str, str, int], float]:
    return {key: months[MONTHS] for key, months in _points().items() if MONTHS in months}


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
