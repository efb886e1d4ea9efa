"""Choosing some order statistics of every cell, compiled; `poolcast.uncertainty.order_statistics` is the door.

The loops let go of the interpreter lock, so that two threads can reduce a measure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

_compile: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(nogil=True, cache=True, error_model="numpy")
_SMALL = 48
"""Values up to which insertion beats the general sort."""


@_compile
def select_into(values: NDArray[np.float64], ranks: NDArray[np.intp], result: NDArray[np.float64]) -> None:
    """Put the values at increasing ranks of every cell (cell, path) into a result (cell, rank).

    The bucket of x is ``floor((x - lowest) buckets / (highest - lowest))``, which does not fall as x rises, rounding
    included: so the ranks within a bucket are those of its own values.
    """
    cells, paths = values.shape
    buckets = 64
    while buckets < paths // 2 and buckets < 32_768:
        buckets *= 2
    bucket_of = np.empty(paths, dtype=np.int32)
    starts = np.empty(buckets + 1, dtype=np.int64)
    homes = np.empty(len(ranks), dtype=np.int64)
    place = np.empty(buckets, dtype=np.int64)
    held = np.empty(paths)
    for cell in range(cells):
        row = values[cell]
        lowest, highest, known = _span(row)
        scale = buckets / (highest - lowest)
        if not known or not (0.0 < scale < np.inf):
            if known and lowest == highest:
                result[cell, :] = lowest
            else:
                result[cell] = np.sort(row)[ranks]
            continue
        _count(row, lowest, scale, bucket_of, starts)
        _find(ranks, starts, homes, place)
        for path in range(paths):
            slot = place[bucket_of[path]]
            if slot >= 0:
                held[slot] = row[path]
                place[bucket_of[path]] = slot + 1
        _read(ranks, starts, homes, held, result[cell])


@_compile
def _span(row: NDArray[np.float64]) -> tuple[float, float, bool]:
    """Return the smallest and largest value, and whether all are numbers."""
    lowest, highest, total = row[0], row[0], 0.0
    for path in range(len(row)):
        value = row[path]
        lowest = value if value < lowest else lowest
        highest = value if value > highest else highest
        total += value * 0.0  # stays zero unless one is infinite or not a number
    return lowest, highest, total == 0.0


@_compile
def _count(
    row: NDArray[np.float64],
    lowest: float,
    scale: float,
    bucket_of: NDArray[np.int32],
    starts: NDArray[np.int64],
) -> None:
    """Note the bucket of every path, and how many paths lie in the buckets before each."""
    last = len(starts) - 2
    for path in range(len(row)):
        bucket = int((row[path] - lowest) * scale)
        bucket_of[path] = bucket if bucket < last else last
    starts[:] = 0
    for path in range(len(row)):
        starts[bucket_of[path] + 1] += 1
    for bucket in range(1, len(starts)):
        starts[bucket] += starts[bucket - 1]


@_compile
def _find(
    ranks: NDArray[np.intp], starts: NDArray[np.int64], homes: NDArray[np.int64], place: NDArray[np.int64]
) -> None:
    """Find the bucket of each rank; only these buckets get a place where their values are gathered."""
    place[:] = -1
    bucket = 0
    for number in range(len(ranks)):
        low, high = bucket, len(starts) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if starts[middle] <= ranks[number]:
                low = middle
            else:
                high = middle
        bucket = low
        homes[number] = bucket
        place[bucket] = starts[bucket]


@_compile
def _read(
    ranks: NDArray[np.intp],
    starts: NDArray[np.int64],
    homes: NDArray[np.int64],
    held: NDArray[np.float64],
    result: NDArray[np.float64],
) -> None:
    """Sort the gathered buckets, each once, and read the ranks."""
    before = -1
    for number in range(len(ranks)):
        if homes[number] != before:
            before = homes[number]
            first, end = starts[before], starts[before + 1]
            if end - first > _SMALL:
                held[first:end] = np.sort(held[first:end])
            else:
                for at in range(first + 1, end):
                    value, to = held[at], at
                    while to > first and held[to - 1] > value:
                        held[to] = held[to - 1]
                        to -= 1
                    held[to] = value
        result[number] = held[ranks[number]]
