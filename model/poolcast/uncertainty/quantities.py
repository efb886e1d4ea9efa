"""Quantities: what a histogram counts of each path besides the measures kept, and which thresholds and years matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty.kept import KeptMeasure, Layout

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

THRESHOLDS: tuple[tuple[str, str, float], ...] = (
    ("deficit", "balance", 0.0),
    ("deficit_before_interest", "balance_before_interest", 0.0),
    ("exhausted", "reserve", 0.0),
    ("months_below_3", "payable_months", 3.0),
    ("months_below_6", "payable_months", 6.0),
)
"""Probabilities: name, measure and the number that the measure is below."""
EXTRA_MARKS = {"payable_months": (0.0,)}
"""Numbers that lie on the edge of a bin besides the thresholds."""
LARGEST_DEFICIT = "largest_deficit"
LOWEST_RESERVE = "lowest_reserve"
_BYTE = 255
RESERVE_YEARS = 5
"""Years after the base year over which the lowest reserve is taken."""


def is_whole(kept: KeptMeasure) -> bool:
    """Return whether a measure is a year or a month, counted one by one, and may not come at all."""
    return kept.measure.unit in ("year", "month")


def marks_of(measure: str) -> tuple[float, ...]:
    """Return the numbers that must lie on the edge of a bin of a measure."""
    return tuple(
        sorted({number for _, name, number in THRESHOLDS if name == measure} | {*EXTRA_MARKS.get(measure, ())})
    )


def below_threshold(kept: KeptMeasure, rows: Array, number: float, base_year: int) -> tuple[Flags, Flags]:
    """Return whether each path is below a number in a projected year, and in it or before (path, year, ...).

    Parameters
    ----------
    kept : KeptMeasure
        With a year axis.
    rows : array (path, cell)
    number : float
    base_year : int
        It and what lies before never count.
    """
    axis = 1 + kept.dimensions.index("year")
    met = np.zeros((len(rows), int(np.prod(kept.shape))), dtype=bool)
    with np.errstate(invalid="ignore"):
        met[:, kept.cells] = rows < number
    met = met.reshape(len(rows), *kept.shape)
    first = [int(year) for year in kept.coordinates["year"]].index(base_year) + 1
    met[(slice(None),) * axis + (slice(0, first),)] = False
    by = met.copy()
    years = np.moveaxis(by, axis, 0)
    for year in range(first, met.shape[axis]):  # many times as fast as an accumulation along a middle axis
        np.logical_or(years[year], years[year - 1], out=years[year])
    return met, by


def count_flags(met: Flags, batches: NDArray[np.intp], counts: NDArray[np.int64]) -> None:
    """Add how many paths of each batch meet something to counts (batch, ...).

    Parameters
    ----------
    met : array (path, ...)
    batches : array (path,)
    counts : array (batch, ...), added to
    """
    for batch in np.unique(batches):
        mine = met if (batches == batch).all() else met[batches == batch]
        for start in range(0, len(mine), _BYTE):  # bytes, which the processor adds by the dozen, cannot run over
            counts[batch] += np.add.reduce(mine[start : start + _BYTE].view(np.uint8), axis=0, dtype=np.uint8)


def derived(layout: Layout) -> dict[str, tuple[KeptMeasure, KeptMeasure]]:
    """Return the extremes over years that tails and reserves need: by name their source and the cells they have."""
    result = {}
    for name, measure in ((LARGEST_DEFICIT, "balance"), (LOWEST_RESERVE, "reserve")):
        if measure in layout.names:
            result[name] = layout[measure], without_years(layout[measure], name)
    return result


def extreme(name: str, source: KeptMeasure, target: KeptMeasure, rows: Array, base_year: int) -> Array:
    """Return an extreme over years (path, cell) from the rows of its source.

    `LARGEST_DEFICIT` is the largest negative balance of a projected year, `LOWEST_RESERVE` the lowest reserve within
    `RESERVE_YEARS` years after the base year; of the years that have one, and not a number where none has.
    """
    axis = 1 + source.dimensions.index("year")
    years = np.array([int(year) for year in source.coordinates["year"]])
    wanted = years > base_year
    if name == LOWEST_RESERVE:
        wanted &= years <= base_year + RESERVE_YEARS
    values = np.compress(wanted, source.unflatten(rows), axis=axis)
    whole = np.fmax.reduce(-values, axis=axis) if name == LARGEST_DEFICIT else np.fmin.reduce(values, axis=axis)
    result: Array = whole.reshape(len(rows), -1)[:, target.cells]
    return result


def without_years(kept: KeptMeasure, name: str) -> KeptMeasure:
    """Return a measure without its year axis, under another name: cells that have a value in any year."""
    axis = kept.dimensions.index("year")
    known = np.zeros(int(np.prod(kept.shape)), dtype=bool)
    known[kept.cells] = True
    cells = np.flatnonzero(known.reshape(kept.shape).any(axis))
    dimensions = tuple(item for item in kept.dimensions if item != "year")
    coordinates = {item: kept.coordinates[item] for item in dimensions}
    return KeptMeasure(replace(kept.measure, name=name), dimensions, coordinates, cells)
