"""Seasonal patterns by line with their bands: from the fund's own months where it has them, else from the country's.

- three closed years or more: a method of statsmodels (STL; a structural model where months are missing); from five
  years the methods compete on the last one;
- one or two: the ratio of each month to its year;
- none: the national pattern of the scheme, or the calendar of collection, with its grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.calendar import PhasingCalendar, premium_factors, switched_factors
from poolcast.budget.monthly_noise import MonthlyNoise, monthly_noise, noise_of
from poolcast.budget.months import MONTHS, MonthlyHistory
from poolcast.budget.national_months import MATERNITY, national_pattern
from poolcast.budget.seasonal_methods import (
    HELD_OUT_YEARS,
    METHODS,
    NotConvergedError,
    allowed_methods,
    estimate,
    held_out_error,
    usable_years,
)
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError

Array = NDArray[np.float64]

BAND = 0.80
"""Coverage of every band of this room."""
_BAND_WIDTH = 1.2815515655446004

_RESIDENT_LEDGERS = ("RPF", "CII", "MAF")
_BASED_ON_WAGES = ("R1.1", "R1.2", "R1.3", "R1.7", "R1.9")
_MATERNITY_LINES = ("E1.5", "E1.6")
_EVEN_LINES = ("R3", "R7", "E6")


@dataclass(frozen=True)
class SeasonalPatterns:
    """Seasonal factors of lines.

    Parameters
    ----------
    lines : tuple of str
        Statement lines.
    factors, low, high : array (line, 12)
        Factors that add to 12 (zero for a line without money in any month), and the 80 % band in which the factor of a
        coming year lies.
    growth : array (line,)
        Growth per year that the factors hold; NaN where the method does not tell it.
    methods : tuple of str
        Keys of `METHODS`, by line.
    sources : tuple of Words
        What the pattern rests on, by line.
    grades : tuple of str
        A to D, by line.
    years : tuple of int
        Closed years used, by line.
    scores : tuple of dict
        By line the error of each competing method on the year held out, in log points; empty where none competed.
    noise : tuple of MonthlyNoise
        How months depart from the pattern, by line.
    """

    lines: tuple[str, ...]
    factors: Array
    low: Array
    high: Array
    growth: Array
    methods: tuple[str, ...]
    sources: tuple[Words, ...]
    grades: tuple[str, ...]
    years: tuple[int, ...]
    scores: tuple[dict[str, float], ...]
    noise: tuple[MonthlyNoise, ...]

    def method_words(self, line: str) -> Words:
        """Return how the pattern of a line was found, in words."""
        place = self.lines.index(line)
        method, years = METHODS[self.methods[place]], self.years[place]
        if not years:
            return Words(
                f"{method.en}; {self.sources[place].en}; grade {self.grades[place]}",
                f"{method.zh};{self.sources[place].zh};等级{self.grades[place]}",
            )
        return Words(f"{method.en}, {years} closed years", f"{method.zh},{years}个已决算年度")


@dataclass(frozen=True)
class _Pattern:
    factors: Array
    growth: float
    method: str
    source: Words
    grade: str
    years: int
    scores: dict[str, float]
    noise: MonthlyNoise


def seasonal_patterns(
    lines: Sequence[str],
    ledger: str,
    history: MonthlyHistory | None = None,
    calendar: PhasingCalendar | None = None,
    *,
    wage_growth: float = 0.0,
    methods: Mapping[str, str] | None = None,
) -> SeasonalPatterns:
    """Return the seasonal patterns of the lines of a ledger.

    Parameters
    ----------
    lines : sequence of str
        Statement lines.
    ledger : str
        Code of the ledger; it chooses the national pattern where a line has no months of its own.
    history : MonthlyHistory or None
        Months of closed years; lines that it does not hold take the national pattern.
    calendar : PhasingCalendar or None
        Premium season and base switch of the region, for lines without months of their own. Without it the national
        pattern alone serves.
    wage_growth : float
        Growth of the contribution base at its switch.
    methods : mapping of line to method
        Asks for a method by name; else the rule of the module.

    Raises
    ------
    ResultError
        If a method is asked for that is unknown or that the history does not allow.
    """
    wanted = dict(methods or {})
    problems = [problem for line in lines for problem in _refused(line, wanted.get(line), history)]
    if problems:
        raise ResultError(problems)
    patterns = []
    for line in lines:
        own = _own_pattern(line, history, wanted.get(line)) if history and line in history.lines else None
        patterns.append(own or _borrowed_pattern(line, ledger, calendar, wage_growth))
    factors = np.array([pattern.factors for pattern in patterns]).reshape(len(lines), MONTHS)
    width = np.array([_BAND_WIDTH * pattern.noise.shape_deviation(pattern.factors) for pattern in patterns])
    width = width.reshape(len(lines), MONTHS)
    return SeasonalPatterns(
        tuple(lines),
        factors,
        factors * np.exp(-width),
        factors * np.exp(width),
        np.array([pattern.growth for pattern in patterns]),
        tuple(pattern.method for pattern in patterns),
        tuple(pattern.source for pattern in patterns),
        tuple(pattern.grade for pattern in patterns),
        tuple(pattern.years for pattern in patterns),
        tuple(pattern.scores for pattern in patterns),
        tuple(pattern.noise for pattern in patterns),
    )


def _refused(line: str, method: str | None, history: MonthlyHistory | None) -> list[Problem]:
    if method is None or method == "national":
        return []
    allowed = allowed_methods(history.of(line)) if history and line in history.lines else ()
    if method in allowed:
        return []
    found = f"the method '{method}' for line {line}"
    possible = ", ".join((*allowed, "national"))
    return [Problem("methods", found, possible, "Choose one of these, or leave the choice to the rule.")]


def _own_pattern(line: str, history: MonthlyHistory, wanted: str | None) -> _Pattern | None:
    """Return the pattern of a line from its own months, or None where there are none."""
    months = history.of(line)
    allowed = allowed_methods(months)
    if not allowed or wanted == "national" or not np.nan_to_num(months).any():
        return None
    scores: dict[str, float] = {}
    if wanted is not None:
        order = [wanted]
    elif len(months[usable_years(months)]) >= HELD_OUT_YEARS and len(allowed) > 1:
        scores = _competition(months)
        order = sorted(scores, key=lambda method: scores[method])
    else:
        order = [method for method in ("stl", "structural") if method in allowed]
    for method in (*order, "ratio"):
        try:
            factors, growth = estimate(months, method)
        except NotConvergedError:
            continue  # the next one; the method that served is reported
        break
    source = Words(history.source or "months of the fund", history.source or "本基金月度数据")
    years = int(usable_years(months).sum())
    return _Pattern(factors, growth, method, source, history.grade, years, scores, noise_of(history, line))


def _competition(months: Array) -> dict[str, float]:
    """Return the held-out error of each method that the years before the last one allow."""
    scores = {}
    for method in allowed_methods(months[:-1]):
        try:
            scores[method] = held_out_error(months, method)
        except NotConvergedError:
            continue
    return scores


def _borrowed_pattern(line: str, ledger: str, calendar: PhasingCalendar | None, wage_growth: float) -> _Pattern:
    """Return what stands in for months of the fund's own."""
    scheme = "resident" if ledger in _RESIDENT_LEDGERS else "employee"
    flow = "revenue" if line.startswith("R") else "expenditure"
    prior = monthly_noise(np.full((0, MONTHS), np.nan), np.zeros(0), borrowed=True)

    def pattern(factors: Array, method: str, source: Words, grade: str) -> _Pattern:
        return _Pattern(factors, float("nan"), method, source, grade, 0, {}, prior)

    if line in _EVEN_LINES:
        return pattern(np.ones(MONTHS), "even", Words("no pattern is known", "季节模式未知"), "D")
    if line == "R1.4" and calendar is not None:
        first, last = calendar.premium_first_month, calendar.premium_last_month
        factors = premium_factors(first, last, booked_when_covered=calendar.premium_booked_when_covered)
        source = Words(f"premium season, months {first} to {last}", f"集中征缴期{first}月至{last}月")
        return pattern(factors, "calendar", source, "D")
    if line in _MATERNITY_LINES and scheme == "employee":
        national = national_pattern(MATERNITY, flow)
    elif line.startswith("R2") and scheme == "resident":
        national = national_pattern("resident", "subsidy")
    else:
        national = national_pattern(scheme, flow)
    factors, source = national.factors, national.source
    if line in _BASED_ON_WAGES and calendar is not None and calendar.base_switch_month > 1:
        month = calendar.base_switch_month
        factors = switched_factors(factors, month, wage_growth)
        source = Words(f"{source.en}; new base from month {month}", f"{source.zh};{month}月起执行新基数")
    return pattern(factors, "national", source, national.grade)
