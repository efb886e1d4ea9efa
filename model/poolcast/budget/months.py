"""Months of a fund: amounts of lines by year and month, made from cumulative figures or read as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.errors import Problem, ResultError

Array = NDArray[np.float64]

MONTHS = 12


@dataclass(frozen=True)
class MonthlyHistory:
    """Months of closed years, line by line.

    Parameters
    ----------
    lines : tuple of str
        Statement lines (``R1.1`` ...), or names of series.
    years : tuple of int
        Closed years in order; a year that is not known at all may be left out.
    amounts : array (line, year, 12), yuan
        Money of the month alone, never cumulative; NaN where a month is not known.
    budgets : array (line, year), yuan, or None
        The approved budget of each year, where it is known; NaN elsewhere. It tells how far budgets are off.
    totals : array (line, year), yuan, or None
        The outcome of a year whose months are not all known; NaN elsewhere.
    source : str
        Where the months come from, for readers.
    grade : str
        Grade of the evidence, A to D.
    """

    lines: tuple[str, ...]
    years: tuple[int, ...]
    amounts: Array
    budgets: Array | None = None
    totals: Array | None = None
    source: str = ""
    grade: str = ""

    def of(self, line: str) -> Array:
        """Return the months of a line (year, 12)."""
        months: Array = self.amounts[self.lines.index(line)]
        return months

    def before(self, year: int) -> MonthlyHistory:
        """Return the years before `year` alone: what was known when it began."""
        kept = [place for place, known in enumerate(self.years) if known < year]
        return MonthlyHistory(
            self.lines,
            tuple(self.years[place] for place in kept),
            self.amounts[:, kept],
            None if self.budgets is None else self.budgets[:, kept],
            None if self.totals is None else self.totals[:, kept],
            self.source,
            self.grade,
        )

    def outcomes(self, line: str) -> Array:
        """Return the outcome of each year (year,): the sum of twelve months, else the total given, else NaN."""
        sums: Array = self.of(line).sum(-1)
        if self.totals is None:
            return sums
        return np.where(np.isnan(sums), self.totals[self.lines.index(line)], sums)

    def added(self, name: str, lines: Sequence[str]) -> MonthlyHistory:
        """Return one series, the sum of some lines."""
        places = [self.lines.index(line) for line in lines]
        return MonthlyHistory(
            (name,),
            self.years,
            self.amounts[places].sum(0, keepdims=True),
            None if self.budgets is None else self.budgets[places].sum(0, keepdims=True),
            None if self.totals is None else self.totals[places].sum(0, keepdims=True),
            self.source,
            self.grade,
        )


def months_of_cumulative(cumulative: Array) -> Array:
    """Return the months (..., 12) of figures cumulative from January.

    A month after a missing one cannot be told apart from it, so both are NaN; differences never cross a year.

    Parameters
    ----------
    cumulative : array (..., 12), yuan
        January to the month; NaN where it is not known.
    """
    before = np.concatenate([np.zeros_like(cumulative[..., :1]), cumulative[..., :-1]], axis=-1)
    months: Array = cumulative - before
    return months


def known_months(amounts: Array) -> int:
    """Return how many months from January on are known of every line that has any.

    Parameters
    ----------
    amounts : array (line, 12), yuan
        NaN where a month is not known.

    Raises
    ------
    ResultError
        If a month is missing before one that is known, or lines end in different months.
    """
    known = np.isfinite(amounts)
    some = known[known.any(-1)]
    if not len(some):
        return 0
    number = int(some[0].sum())
    if (some.sum(-1) != number).any() or not some[:, :number].all():
        found = "months with gaps, or lines that end in different months"
        remedy = "Give every line from January to the same month."
        raise ResultError(Problem("months", found, "January to one month for every line", remedy))
    return number
