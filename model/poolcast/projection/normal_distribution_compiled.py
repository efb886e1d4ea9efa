"""The compiled twin of `poolcast.projection.normal_distribution`: the same operations in the same order."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from poolcast.projection.normal_distribution import NODES_A_UNIT, REACH, SLOPES, VALUES

_compile: Any = numba.vectorize(["float64(float64)"], nopython=True, cache=True)  # type: ignore[no-untyped-call]


@_compile
def from_table(deviate):  # type: ignore[no-untyped-def]
    """Return the probability that a standard normal number is below the deviate."""
    if math.isnan(deviate):
        return np.nan
    if deviate <= -REACH:
        return 0.0
    if deviate >= REACH:
        return 1.0
    place = (deviate + REACH) * NODES_A_UNIT
    node = int(place)
    part = place - node
    low, low_slope = VALUES[node], SLOPES[node]
    rise, high_slope = VALUES[node + 1] - low, SLOPES[node + 1]
    curve = 3.0 * rise - 2.0 * low_slope - high_slope + part * (low_slope + high_slope - 2.0 * rise)
    return low + part * (low_slope + part * curve)
