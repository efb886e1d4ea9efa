"""Counting paths into bins, compiled; `poolcast.uncertainty.histogram_grid` holds the NumPy twin.

The loops let go of the interpreter lock, so that blocks go on being computed while finished ones are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

_compile: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(nogil=True, cache=True, error_model="numpy")


@_compile
def count_into(
    values: NDArray[np.float64],
    knots: NDArray[np.float64],
    bins: int,
    counts: NDArray[np.uint32],
    unknown: NDArray[np.int64],
) -> None:
    """Count values (cell, path) into the bins between knots (cell, knot); see `histogram_grid.count_plain`."""
    cells, paths = values.shape
    segments = knots.shape[1] - 1
    for cell in range(cells):
        row = knots[cell]
        for path in range(paths):
            value = values[cell, path]
            if value != value:
                unknown[cell] += 1
            elif value < row[0]:
                counts[cell, 0] += 1
            elif value >= row[segments]:
                counts[cell, segments * bins + 1] += 1
            else:
                low, high = 0, segments
                while high - low > 1:
                    middle = (low + high) // 2
                    if row[middle] <= value:
                        low = middle
                    else:
                        high = middle
                place = int((value - row[low]) / (row[low + 1] - row[low]) * bins)
                counts[cell, 1 + low * bins + min(place, bins - 1)] += 1
