"""The grid of a histogram: which bin a value belongs to, fixed by a pilot of exact paths.

Bins of one width would be too wide where paths are dense. So quantiles of the pilot are the knots between which bins
of one width lie, most of them about the quantiles that are reported, where no bin holds more than about 0.1 % of the
paths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty.order_statistics import can_compile

Array = NDArray[np.float64]

BINS = 2_048
"""Bins of a cell, those below and above the grid among them."""
_LOWER_HALF = (
    *(1 / 256, 1 / 128, 1 / 64),
    *(0.033, 0.050, 0.067, 0.084, 0.100, 0.117, 0.133),
    *(0.203, 0.222, 0.241, 0.260, 0.278, 0.297),
    *(0.445, 0.463, 0.482),
)
KNOT_LEVELS = (0.0, *_LOWER_HALF, 0.5, *(1 - level for level in _LOWER_HALF[::-1]), 1.0)
"""Quantiles of the pilot that are knots: close about the quantiles that are reported, seven standard
errors of those of 4,096 paths on each side, and finer at the tails, where the density falls within a stretch."""
CELLS_AT_A_TIME = 256
"""Cells whose pilot is sorted at a time."""
WIDENING = 0.5
"""Part of the pilot's range by which the grid is widened on each side."""


@dataclass(frozen=True)
class Grid:
    """Bins of every cell of a measure: one below the grid, `bins` between any two knots, one above it.

    Parameters
    ----------
    knots : array (cell, knot), not decreasing
    bins : int
        Between two knots.
    """

    knots: Array
    bins: int

    @classmethod
    def of(cls, pilot: Array, thresholds: tuple[float, ...] = ()) -> Grid:
        """Return the grid that a pilot fixes.

        A value that many paths share exactly has a bin to itself, and so has every threshold: what is below it is
        counted without error.

        Parameters
        ----------
        pilot : array (path, cell)
            Not-a-number is left out.
        thresholds : tuple of float
        """
        starts = range(0, max(1, pilot.shape[1]), CELLS_AT_A_TIME)
        knots = np.concatenate([_knots(pilot[:, start : start + CELLS_AT_A_TIME], thresholds) for start in starts])
        return cls(_with_own_bins(knots), (BINS - 2) // (knots.shape[1] - 1))

    @property
    def size(self) -> int:
        """Bins of a cell, those below and above the grid among them."""
        return (int(self.knots.shape[1]) - 1) * self.bins + 2

    def count(self, values: Array, counts: NDArray[np.uint32], unknown: NDArray[np.int64]) -> None:
        """Add values (cell, path) to counts (cell, bin); not-a-number is counted in ``unknown`` (cell,)."""
        if not can_compile():
            count_plain(values, self.knots, self.bins, counts, unknown)
            return
        from poolcast.uncertainty.histogram_kernel import count_into  # numba is heavy: only where it is used

        count_into(values, self.knots, self.bins, counts, unknown)

    def edges(self, cell: int, numbers: NDArray[np.intp], lowest: float, highest: float) -> tuple[Array, Array]:
        """Return the lower and upper ends of some bins of a cell, within the smallest and largest value met."""
        knots = self.knots[cell]
        stretch = np.clip((numbers - 1) // self.bins, 0, len(knots) - 2)
        place = (numbers - 1) - stretch * self.bins
        start, width = knots[stretch], knots[stretch + 1] - knots[stretch]
        low, high = start + width * (place / self.bins), start + width * ((place + 1) / self.bins)
        high = np.where(place + 1 == self.bins, knots[stretch + 1], high)
        low, high = np.where(numbers == 0, lowest, low), np.where(numbers == 0, knots[0], high)
        over = numbers == self.size - 1
        low, high = np.where(over, knots[-1], low), np.where(over, highest, high)
        return np.clip(low, lowest, highest), np.clip(high, lowest, highest)


def count_plain(values: Array, knots: Array, bins: int, counts: NDArray[np.uint32], unknown: NDArray[np.int64]) -> None:
    """Count values into bins in plain NumPy: the formula to read, and the twin of the compiled loop.

    Bin 0 lies below the first knot, the last bin at or above the last one; between them the bin of x is
    ``1 + k bins + floor((x - knot_k) / (knot_{k+1} - knot_k) bins)`` with k the last knot that is not above x.

    Parameters
    ----------
    values : array (cell, path)
    knots : array (cell, knot)
    bins : int
    counts : array (cell, bin), added to
    unknown : array (cell,), added to
    """
    stretches = knots.shape[1] - 1
    for cell, row in enumerate(values):
        known = row[~np.isnan(row)]
        unknown[cell] += len(row) - len(known)
        mine = knots[cell]
        stretch = np.searchsorted(mine, known, side="right") - 1
        inside = (stretch >= 0) & (stretch < stretches)
        at = stretch[inside]
        place = ((known[inside] - mine[at]) / (mine[at + 1] - mine[at]) * bins).astype(np.intp)
        number = np.where(stretch < 0, 0, stretches * bins + 1)
        number[inside] = 1 + at * bins + np.minimum(place, bins - 1)
        counts[cell] += np.bincount(number, minlength=counts.shape[1]).astype(np.uint32)


def _knots(pilot: Array, thresholds: tuple[float, ...]) -> Array:
    """Return the knots of some cells of a pilot (cell, knot), not yet apart where they are equal."""
    ordered = np.sort(np.where(np.isfinite(pilot), pilot, np.nan).T, axis=-1)
    known = np.isfinite(ordered).sum(-1)
    places = np.rint(np.array(KNOT_LEVELS) * np.maximum(known - 1, 0)[:, None]).astype(np.intp)
    inner = np.take_along_axis(ordered, places, axis=1)
    inner = np.where(known[:, None] > 0, inner, 0.0)
    lowest, highest = inner[:, :1], inner[:, -1:]
    margin = np.maximum(WIDENING * (highest - lowest), 1e-6 * np.maximum(np.abs(lowest), np.abs(highest)))
    margin = np.where(margin > 0, margin, 1.0)
    low, high = lowest - margin, highest + margin
    marks = [np.clip(np.full_like(low, number), low, high) for number in thresholds for _ in range(2)]
    result: Array = np.sort(np.concatenate([low, inner, high, *marks], axis=1), axis=1)
    return result


def _with_own_bins(knots: Array) -> Array:
    """Move the last of several equal knots up by the smallest step: the value itself then lies between the two."""
    equal = knots[:, 1:] == knots[:, :-1]
    last = equal & np.concatenate([~equal[:, 1:], np.zeros((len(knots), 1), dtype=bool)], axis=1)
    result = knots.copy()
    result[:, 1:][last] = np.nextafter(knots[:, 1:][last], np.inf)
    return result
