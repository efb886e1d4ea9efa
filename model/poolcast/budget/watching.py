"""The year watched: phased budget, execution, outlook and proposed adjustment of a ledger in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.adjustment import AdjustmentRecord, propose_adjustment
from poolcast.budget.calendar import PhasingCalendar
from poolcast.budget.execution import Execution, execution, rolling_balance, with_totals
from poolcast.budget.monthly_noise import MonthlyNoise, monthly_noise, noise_of
from poolcast.budget.months import MONTHS, MonthlyHistory, known_months
from poolcast.budget.phasing import phase, phased_band
from poolcast.budget.seasonal import SeasonalPatterns, seasonal_patterns
from poolcast.budget.year_end import YearEndOutlook, nowcast_quantiles, year_end_outlook

Array = NDArray[np.float64]


@dataclass(frozen=True)
class YearWatched:
    """A year of a ledger, watched month by month.

    Parameters
    ----------
    year : int
    ledger : str
    patterns : SeasonalPatterns
        By line.
    phased, phased_low, phased_high : array (line, 12), yuan
        The phased budget and the 80 % band of each month.
    actual : array (line, 12), yuan
        Months so far; NaN for those to come.
    execution : Execution
        By line, then ``R`` and ``E``.
    outlook : YearEndOutlook
        By line, then ``R`` and ``E``, whose bands come from the months of the sums and not from those of the lines.
    rolling_balance : array (12,) or None, yuan
        Balance of the last twelve months at the end of each month; None where last year's months are not known.
    adjustment : AdjustmentRecord
        What is proposed; nothing changes the budget by itself.
    noise_of_totals : tuple of MonthlyNoise
        How the months of the totals after the lines depart from their pattern.
    """

    year: int
    ledger: str
    patterns: SeasonalPatterns
    phased: Array
    phased_low: Array
    phased_high: Array
    actual: Array
    execution: Execution
    outlook: YearEndOutlook
    rolling_balance: Array | None
    adjustment: AdjustmentRecord
    noise_of_totals: tuple[MonthlyNoise, ...] = field(default=(), repr=False)

    def cumulative_band(self, total: str) -> tuple[Array, Array]:
        """Return the 80 % band (12,), yuan, of a total cumulated to the end of each month, given the months so far.

        Parameters
        ----------
        total : {"R", "E"}

        Notes
        -----
        In months known it is what is known; where no nowcast can be made, NaN in the months to come.
        """
        place = self.outlook.lines.index(total)
        names = [*self.patterns.lines, *self.outlook.lines[len(self.patterns.lines) :]]
        _, phased = with_totals(self.patterns.lines, self.phased)
        _, actual = with_totals(self.patterns.lines, _on_budget_where_silent(self.actual, self.phased))
        at, months = names.index(total), self.outlook.months
        known = actual[at, :months]
        noise = [*self.patterns.noise, *self.noise_of_totals][at]
        low, high = np.full(MONTHS, np.nan), np.full(MONTHS, np.nan)
        low[:months] = high[:months] = np.cumsum(known)
        if self.outlook.nowcast_is_blend[place]:
            return low, high
        for month in range(months, MONTHS):
            to_here = np.where(np.arange(MONTHS) <= month, phased[at], 0.0)
            low[month], _, high[month] = nowcast_quantiles(known, to_here, noise)
        return low, high

    @property
    def projected_balance(self) -> tuple[float, float, float]:
        """Balance of the year as the nowcast has it, yuan: 80 % band and centre as (low, central, high).

        The errors of both sides are taken to be independent, as in the draws of cash.
        """
        places = [self.outlook.lines.index(side) for side in ("R", "E")]
        nowcast = self.outlook.nowcast
        revenue, expenditure = (float(nowcast.central[place]) for place in places)
        down = np.hypot(revenue - nowcast.low[places[0]], nowcast.high[places[1]] - expenditure)
        up = np.hypot(nowcast.high[places[0]] - revenue, expenditure - nowcast.low[places[1]])
        central = revenue - expenditure
        return central - float(down), central, central + float(up)


@dataclass(frozen=True)
class PrepaymentTest:
    """Whether providers may be paid in advance (handbook 4): three tests, all of which must be passed.

    Parameters
    ----------
    enough_months, no_deficit_last_year, no_deficit_ahead : bool
    """

    enough_months: bool
    no_deficit_last_year: bool
    no_deficit_ahead: bool

    @property
    def is_passed(self) -> bool:
        """Whether an advance is allowed."""
        return self.enough_months and self.no_deficit_last_year and self.no_deficit_ahead


def apply_prepayment_tests(
    payable_months: float, minimum_months: float, last_balance: float, rolling: Array, projected: float
) -> PrepaymentTest:
    """Apply the tests of the national notice to a fund.

    Parameters
    ----------
    payable_months, minimum_months : float
        At the last year end; ``prepayment.minimum_months`` of the scheme.
    last_balance : float, yuan
        Balance of the year before.
    rolling : array (12,), yuan
        `rolling_balance` so far; NaN for months to come. The newest month counts.
    projected : float, yuan
        Balance that the year is expected to end with.
    """
    known = rolling[np.isfinite(rolling)]
    newest = float(known[-1]) if len(known) else projected
    return PrepaymentTest(payable_months >= minimum_months, last_balance >= 0, min(newest, projected) >= 0)


def watch_year(
    year: int,
    lines: Sequence[str],
    ledger: str,
    annual: Array,
    actual: Array,
    history: MonthlyHistory | None = None,
    calendar: PhasingCalendar | None = None,
    *,
    wage_growth: float = 0.0,
    seed: int = 1,
) -> YearWatched:
    """Watch a year of a ledger.

    Parameters
    ----------
    year : int
    lines : sequence of str
        Statement lines; totals are made here.
    ledger : str
    annual : array (line,), yuan
        The approved budget.
    actual : array (line, 12), yuan
        Months so far, not cumulative; NaN for those to come.
    history : MonthlyHistory or None
        Closed years before `year`; later ones are left out.
    calendar, wage_growth
        See `seasonal_patterns`.
    seed : int
        Of the band of the blend.
    """
    known = history.before(year) if history is not None else None
    patterns = seasonal_patterns(lines, ledger, known, calendar, wage_growth=wage_growth)
    phased = phase(annual, patterns)
    low, high = phased_band(annual, patterns)
    names, all_actual = with_totals(lines, _on_budget_where_silent(actual, phased))
    all_actual[: len(lines)] = actual
    _, all_phased = with_totals(lines, phased)
    sides = [_noise_of_side(side, lines, annual, known) for side in names[len(lines) :]]
    outlook = year_end_outlook(names, all_actual, all_phased, [*patterns.noise, *sides], seed=seed)
    before = None
    if known is not None and year - 1 in known.years and set(lines) <= set(known.lines):
        place = known.years.index(year - 1)
        before = np.array([known.of(line)[place] for line in lines])
    return YearWatched(
        year,
        ledger,
        patterns,
        phased,
        low,
        high,
        actual,
        execution(lines, actual, phased),
        outlook,
        rolling_balance(before, actual, lines) if before is not None else None,
        propose_adjustment(outlook, year),
        tuple(sides),
    )


def _on_budget_where_silent(actual: Array, phased: Array) -> Array:
    """Return the months so far with lines of which nothing is known on their budget: totals need every line."""
    silent = ~np.isfinite(actual).any(-1, keepdims=True)
    return np.where(silent & (np.arange(MONTHS) < known_months(actual)), phased, actual)


def _noise_of_side(side: str, lines: Sequence[str], annual: Array, history: MonthlyHistory | None) -> MonthlyNoise:
    """Return the noise of all revenue or all expenditure: from the sums of closed years if every line has them."""
    of_side = [line for line, amount in zip(lines, annual, strict=True) if line.startswith(side) and amount]
    if history is not None and of_side and set(of_side) <= set(history.lines):
        return noise_of(history.added(side, of_side), side)
    return monthly_noise(np.full((0, MONTHS), np.nan), np.zeros(0), borrowed=True)
