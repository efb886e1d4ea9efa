"""Counters of a simulation in histograms: cells into bins, years one by one, probabilities; all in integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty.histogram_grid import Grid
from poolcast.uncertainty.order_free_sums import Moments

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
State = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class CellCounter:
    """Paths of a quantity counted into bins.

    Parameters
    ----------
    grid : Grid
    counts : array (cell, bin)
        First the paths below the grid, last those above it.
    unknown : array (cell,)
        Paths without a number.
    lowest, highest : array (cell,)
        Smallest and largest value met.
    moments : Moments
    """

    grid: Grid
    counts: NDArray[np.uint32]
    unknown: Integers
    lowest: Array
    highest: Array
    moments: Moments

    @classmethod
    def of(cls, pilot: Array, marks: tuple[float, ...], batches: int) -> CellCounter:
        """Return an empty counter on the grid of a pilot (path, cell)."""
        grid, cells = Grid.of(pilot, marks), pilot.shape[1]
        return cls(
            grid,
            np.zeros((cells, grid.size), dtype=np.uint32),
            np.zeros(cells, dtype=np.int64),
            np.full(cells, np.inf),
            np.full(cells, -np.inf),
            Moments.of(pilot, batches),
        )

    def add(self, values: Array, batches: NDArray[np.intp]) -> None:
        """Count values (path, cell) of paths that belong to batches (path,)."""
        by_cell = np.ascontiguousarray(values.T)
        self.grid.count(by_cell, self.counts, self.unknown)
        np.fmin(self.lowest, np.fmin.reduce(by_cell, axis=1), out=self.lowest)
        np.fmax(self.highest, np.fmax.reduce(by_cell, axis=1), out=self.highest)
        self.moments.add(by_cell, batches)

    @property
    def outside(self) -> tuple[int, int]:
        """Paths times cells below and above the grid."""
        return int(self.counts[:, 0].sum(dtype=np.int64)), int(self.counts[:, -1].sum(dtype=np.int64))

    def state(self) -> State:
        """Return every array by name."""
        moments = self.moments
        return {
            "knots": self.grid.knots,
            "counts": self.counts,
            "unknown": self.unknown,
            "lowest": self.lowest,
            "highest": self.highest,
            "centre": moments.centre,
            "unit": moments.unit,
            "sums": moments.sums,
            "squares": moments.squares,
            "beyond": moments.beyond,
        }

    def restore(self, state: State) -> None:
        """Take the arrays of a state."""
        _restore(self.state(), state)

    def at(self, cell: int, places: Array) -> tuple[Array, Array]:
        """Return the values at ranks of a cell, and by how many ranks each may be off.

        The value lies on the straight line within its bin, and within the smallest and largest value met. A bin that
        holds one value only is exact.

        Parameters
        ----------
        cell : int
        places : array
            Ranks from zero, not necessarily whole.
        """
        if self.unknown[cell]:
            return np.full(places.shape, np.nan), np.full(places.shape, np.nan)
        ends = np.cumsum(self.counts[cell], dtype=np.int64)
        numbers = np.searchsorted(ends, places, side="right").clip(max=len(ends) - 1)
        held = self.counts[cell][numbers].astype(np.int64)
        before = ends[numbers] - held
        low, high = self.grid.edges(cell, numbers, float(self.lowest[cell]), float(self.highest[cell]))
        weight = np.clip((places - before + 0.5) / np.maximum(held, 1), 0.0, 1.0)
        single = high <= np.nextafter(low, np.inf)
        values = np.where(single, low, low + weight * (high - low))
        error = np.where(single, 0.0, np.maximum(places - before, before + held - places))
        return values, error

    def mean_between(self, cell: int, start: int, stop: int) -> float:
        """Return the mean of the paths of ranks start to stop, without the last, each at the middle of its bin.

        Not a number where a path has none.
        """
        if self.unknown[cell]:
            return np.nan
        counts = self.counts[cell].astype(np.int64)
        ends = np.cumsum(counts)
        held = np.clip(np.minimum(ends, stop) - np.maximum(ends - counts, start), 0, None)
        used = np.flatnonzero(held)
        return float((held[used] * self.middles(cell, used)).sum() / held[used].sum())

    def mean_shortfall(self, cell: int) -> float:
        """Return the mean of what is below zero, as a positive number; not a number where a path has none."""
        if self.unknown[cell]:
            return np.nan
        used = np.flatnonzero(self.counts[cell])
        held = self.counts[cell][used].astype(np.float64)
        return float((held * np.maximum(-self.middles(cell, used), 0.0)).sum() / held.sum())

    def middles(self, cell: int, numbers: NDArray[np.intp]) -> Array:
        """Return the middles of some bins of a cell."""
        low, high = self.grid.edges(cell, numbers, float(self.lowest[cell]), float(self.highest[cell]))
        result: Array = (low + high) / 2
        return result


@dataclass(frozen=True)
class WholeCounter:
    """Paths of a measure that is a year or a month, counted one by one.

    Parameters
    ----------
    first : int
        First year or month.
    counts : array (cell, batch, value)
        Last the paths in which it does not come.
    """

    first: int
    counts: Integers

    @classmethod
    def of(cls, cells: int, first: int, last: int, batches: int) -> WholeCounter:
        """Return an empty counter of the years or months from first to last."""
        return cls(first, np.zeros((cells, batches, last - first + 2), dtype=np.int64))

    def add(self, values: Array, batches: NDArray[np.intp]) -> None:
        """Count values (path, cell); not-a-number does not come."""
        cells, never = values.shape[1], self.counts.shape[2] - 1
        numbers = np.where(np.isnan(values), never + self.first, values).astype(np.intp) - self.first
        if numbers.min(initial=0) < 0 or numbers.max(initial=0) > never:
            raise ValueError(f"years or months before {self.first} or after {self.first + never - 1}")
        np.add.at(self.counts, (np.arange(cells), batches[:, None], numbers), 1)

    def at(self, cell: int, places: Array) -> tuple[Array, Array]:
        """Return the values at ranks of a cell, on the straight line between two of them; they are exact."""
        held = self.counts[cell].sum(0)
        ends, paths = np.cumsum(held), int(held.sum())
        years = np.append(self.first + np.arange(len(held) - 1.0), np.nan)
        lower = np.floor(places)
        low, high = (
            years[np.searchsorted(ends, rank, side="right")] for rank in (lower, np.minimum(lower + 1, paths - 1))
        )
        return low * (1 - (places - lower)) + high * (places - lower), np.zeros(places.shape)

    def state(self) -> State:
        """Return every array by name."""
        return {"counts": self.counts}

    def restore(self, state: State) -> None:
        """Take the arrays of a state."""
        _restore(self.state(), state)


@dataclass(frozen=True)
class FlagCounter:
    """Paths below a threshold in each year, and in it or before.

    Parameters
    ----------
    met, by : array (cell of the whole axes, batch)
    """

    met: Integers
    by: Integers

    @classmethod
    def of(cls, shape: tuple[int, ...], batches: int) -> FlagCounter:
        """Return an empty counter for the axes of a measure."""
        size = int(np.prod(shape))
        return cls(np.zeros((size, batches), dtype=np.int64), np.zeros((size, batches), dtype=np.int64))

    def add(self, met: NDArray[np.bool_], by: NDArray[np.bool_], batches: NDArray[np.intp]) -> None:
        """Count flags (path, axes of the measure)."""
        for counts, flags in ((self.met, met), (self.by, by)):
            flat = flags.reshape(len(flags), -1)
            for batch in np.unique(batches):
                counts[:, batch] += flat[batches == batch].sum(0)

    def state(self) -> State:
        """Return every array by name."""
        return {"met": self.met, "by": self.by}

    def restore(self, state: State) -> None:
        """Take the arrays of a state."""
        _restore(self.state(), state)


def _restore(into: State, state: State) -> None:
    for name, array in into.items():
        if array.shape != state[name].shape:
            raise ValueError(f"{name}: {state[name].shape} where {array.shape} is expected")
        array.flags.writeable = True
        array[...] = state[name]
