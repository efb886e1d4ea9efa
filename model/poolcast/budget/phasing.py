"""Monthly phasing: an annual budget spread over its months, line by line (handbook 5.3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS
from poolcast.budget.seasonal import SeasonalPatterns

Array = NDArray[np.float64]


def phase(annual: Array, patterns: SeasonalPatterns, growth: Array | None = None) -> Array:
    """Return the phased budget (line, 12), yuan; its months add to the annual amounts exactly.

        phased_m = annual * sf_m / 12                                                                     (5.3.3)

    Parameters
    ----------
    annual : array (line,), yuan
        Annual amounts in the order of the lines of the patterns.
    patterns : SeasonalPatterns
    growth : array (line,), optional
        Growth of the year over the one before. Where the pattern tells which growth it holds, months are tilted from
        that to this; without it the pattern stays as it is.
    """
    factors = patterns.factors
    if growth is not None:
        held = np.where(np.isfinite(patterns.growth), patterns.growth, growth)
        slope = (np.log1p(growth) - np.log1p(held)) / MONTHS
        tilted = factors * np.exp(slope[:, None] * (np.arange(MONTHS) - (MONTHS - 1) / 2))
        total = tilted.sum(-1, keepdims=True)
        factors = np.divide(tilted * MONTHS, total, out=np.zeros_like(tilted), where=total != 0)
    months = annual[:, None] * factors / MONTHS
    months[:, -1] += annual - months.sum(-1)  # what rounding left over; at most the last bit of the sum
    result: Array = months
    return result


def phased_band(annual: Array, patterns: SeasonalPatterns) -> tuple[Array, Array]:
    """Return the 80 % band (line, 12), yuan, of each month if the year ends on its budget."""
    return annual[:, None] * patterns.low / MONTHS, annual[:, None] * patterns.high / MONTHS
