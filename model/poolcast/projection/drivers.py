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
        Multiplies the use of medical care; births and disability stay.
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

    def __post_init__(self) -> None:
        given = {item.name: getattr(self, item.name) for item in fields(self) if getattr(self, item.name) is not None}
        wrong = [f"{name}: not finite numbers" for name, array in given.items() if not np.isfinite(array).all()]
        wrong += [
            f"{name}: {array.ndim} axes, not path, region, year" for name, array in given.items() if array.ndim != 3
        ]
        counts = {array.shape[0] for array in given.values()} - {1}
        if len(counts) > 1:
            wrong.append(f"several numbers of paths: {sorted(counts)}")
        if wrong:
            raise ValueError("drivers: " + "; ".join(wrong))

    def fit(self, regions: int, years: int) -> None:
        """Refuse arrays whose regions or years are not those of a projection, base year included.

        Raises
        ------
        ValueError
            With every array that does not fit.
        """
        wrong = [
            f"{item.name} has {array.shape[1]} regions and {array.shape[2]} years, not {regions} (or 1) and {years}"
            for item in fields(self)
            if (array := getattr(self, item.name)) is not None
            and (array.shape[1] not in (1, regions) or array.shape[2] != years)
        ]
        if wrong:
            raise ValueError("drivers: " + "; ".join(wrong))

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
