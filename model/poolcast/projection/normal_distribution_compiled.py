"""Compiled twins of the normal distribution and the limited expected value: the same operations in the same order.

The logarithm stays outside: the processor's own and NumPy's differ in the last bit.
"""

from __future__ import annotations

import math
from typing import Any

import numba

from poolcast.projection.normal_distribution import CUBICS, NODES_A_UNIT, REACH

_inline: Any = numba.njit(cache=True, error_model="numpy")
_over_arrays: Any = numba.vectorize(  # type: ignore[no-untyped-call]
    ["float64(float64, float64, float64, float64, float64)"], nopython=True, cache=True
)


@_inline
def _from_table(deviate):  # type: ignore[no-untyped-def]
    """Return the probability that a standard normal number is below the deviate."""
    if deviate <= -REACH:
        return 0.0
    if deviate >= REACH:
        return 1.0
    place = (deviate + REACH) * NODES_A_UNIT
    node = int(place)
    part = place - node
    return CUBICS[node, 0] + part * (CUBICS[node, 1] + part * (CUBICS[node, 2] + part * CUBICS[node, 3]))


@_inline
def mean_below_limit(mean, limit, log_ratio, half_variance, deviation):  # type: ignore[no-untyped-def]
    """Return E[min(C, limit)] of a lognormal amount; see `limited_expected_value._mean_below`."""
    if mean > 0.0 and limit > 0.0 and math.isfinite(limit) and deviation > 0.0:
        standard = (log_ratio + half_variance) / deviation
        return mean * _from_table(standard - deviation) + limit * _from_table(-standard)
    if math.isnan(mean) or math.isnan(limit) or math.isnan(deviation):
        return math.nan
    return min(mean, max(limit, 0.0))


@_over_arrays
def mean_below(mean, limit, log_ratio, half_variance, deviation):  # type: ignore[no-untyped-def]
    """Return `mean_below_limit` of arrays."""
    return mean_below_limit(mean, limit, log_ratio, half_variance, deviation)
