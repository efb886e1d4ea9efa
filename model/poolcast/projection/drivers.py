"""Drivers: how each path of a simulation departs from the set's own path."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Drivers:
    """Deviations by path, region and year; a region axis of length one holds for every region.

    Every array has the axes ``(path, region, year)``; the years are those of the projection, base year first, and the
    base year itself is never moved. ``None`` leaves a driver on the set's path.

    Parameters
    ----------
    wage_growth, consumer_prices, unit_cost_growth, interest_rate : array or None
        Added to the growth or interest rate of the year.
    utilisation : array or None
        Multiplies the use of every benefit.
    mortality, fertility, migration : array or None
        Multiply death probabilities, births and net migrants; the population is projected anew in every path.
    collection : array or None
        Multiplies the collection rates of units and flexible workers.
    """

    wage_growth: Array | None = None
    consumer_prices: Array | None = None
    unit_cost_growth: Array | None = None
    interest_rate: Array | None = None
    utilisation: Array | None = None
    mortality: Array | None = None
    fertility: Array | None = None
    migration: Array | None = None
    collection: Array | None = None

    @property
    def paths(self) -> int:
        """Number of paths; one where nothing moves."""
        given = [getattr(self, item.name) for item in fields(self)]
        return max((array.shape[0] for array in given if array is not None), default=1)

    def added(self, name: str) -> Array | float:
        """Return an additive deviation, zero where there is none; the base year is zero."""
        return self._deviation(name, 0.0)

    def factor(self, name: str) -> Array | float:
        """Return a multiplicative deviation, one where there is none; the base year is one."""
        return self._deviation(name, 1.0)

    def _deviation(self, name: str, neutral: float) -> Array | float:
        array: Array | None = getattr(self, name)
        if array is None:
            return neutral
        moved = array.copy()
        moved[..., 0] = neutral
        return moved


NO_DRIVERS = Drivers()
