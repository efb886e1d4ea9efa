"""Order-free sums: fixed-point integers, so that neither the order nor the size of blocks can change a mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_LIMB = 2.0**32
"""A number is cut into a low part below this and a high part: neither can run over in ten million paths."""
_LARGEST = 2.0**68
_CELLS_AT_A_TIME = 256
_FINE, _COARSE = 2.0**-30, 2.0**-18
"""Units of sums and, before squaring, of squares, in standard deviations of the pilot."""


@dataclass(frozen=True)
class Moments:
    """Sums and sums of squares of deviations from the pilot's mean.

    Parameters
    ----------
    centre, unit : array (cell,)
        What is taken off, and the standard deviation that numbers are counted in, a power of two.
    sums : array (cell, batch, 2)
        High and low part of the sum.
    squares : array (cell, 2)
        High and low part of the sum of squares.
    beyond : array (cell,)
        Values too large to be counted; a cell with one has no mean.
    """

    centre: Array
    unit: Array
    sums: Integers
    squares: Integers
    beyond: Integers

    @classmethod
    def of(cls, pilot: Array, batches: int) -> Moments:
        """Return empty sums in the units of a pilot (path, cell)."""
        cells = pilot.shape[1]
        mean, deviation, size = np.empty(cells), np.empty(cells), np.empty(cells)
        for start in range(0, cells, _CELLS_AT_A_TIME):
            some = slice(start, start + _CELLS_AT_A_TIME)
            known = np.where(np.isfinite(pilot[:, some]), pilot[:, some], 0.0)
            mean[some], deviation[some], size[some] = known.mean(0), known.std(0), np.abs(known).max(0)
        largest = float(deviation.max(initial=0.0)) or float(size.max(initial=0.0)) or 1.0
        scale = np.where(deviation > 0, np.maximum(deviation, 1e-6 * largest), largest)
        return cls(
            mean,
            np.exp2(np.ceil(np.log2(scale))),
            np.zeros((cells, batches, 2), dtype=np.int64),
            np.zeros((cells, 2), dtype=np.int64),
            np.zeros(cells, dtype=np.int64),
        )

    def add(self, values: Array, batches: NDArray[np.intp]) -> None:
        """Add values (cell, path) of the batches (path,)."""
        scaled = (values - self.centre[:, None]) / self.unit[:, None]
        squared = np.square(scaled / _COARSE)
        with np.errstate(invalid="ignore"):
            wrong = ~(np.abs(scaled / _FINE) < _LARGEST) | ~(squared < _LARGEST)
        self.beyond[:] += wrong.sum(-1)
        high, low = _limbs(np.where(wrong, 0.0, scaled / _FINE))
        for batch in np.unique(batches):
            mine = batches == batch
            self.sums[:, batch, 0] += high[:, mine].sum(-1)
            self.sums[:, batch, 1] += low[:, mine].sum(-1)
        high, low = _limbs(np.where(wrong, 0.0, squared))
        self.squares[:, 0] += high.sum(-1)
        self.squares[:, 1] += low.sum(-1)

    def means(self, sizes: NDArray[np.int64]) -> Array:
        """Return the mean of each batch (cell, batch); sizes (batch,) are its paths."""
        total = self.sums[..., 0] * _LIMB + self.sums[..., 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.centre[:, None] + total * _FINE / sizes * self.unit[:, None]
        return self._known(mean)

    def mean(self, paths: int) -> Array:
        """Return the mean over all paths (cell,)."""
        result: Array = self._known(self.centre + self._total() / paths * self.unit)
        return result

    def deviation(self, paths: int) -> Array:
        """Return the standard deviation (cell,), with one degree of freedom taken off."""
        squares = (self.squares[:, 0] * _LIMB + self.squares[:, 1]) * _COARSE**2
        spread = np.maximum(squares - self._total() ** 2 / paths, 0.0) / max(paths - 1, 1)
        result: Array = self._known(np.sqrt(spread) * self.unit)
        return result

    def _total(self) -> Array:
        both = self.sums.sum(1)
        result: Array = (both[:, 0] * _LIMB + both[:, 1]) * _FINE
        return result

    def _known(self, values: Array) -> Array:
        unknown = self.beyond > 0
        result: Array = np.where(unknown.reshape(-1, *[1] * (values.ndim - 1)), np.nan, values)
        return result


def _limbs(values: Array) -> tuple[Integers, Integers]:
    high = np.floor(values / _LIMB)
    return high.astype(np.int64), np.rint(values - high * _LIMB).astype(np.int64)
