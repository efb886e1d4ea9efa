"""Drivers: how each path of a simulation departs from the set's own path."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Paths = slice | NDArray[np.intp]
"""Which paths: some in a row, or their numbers."""

ADDITIVE = (
    "wage_growth",
    "consumer_prices",
    "unit_cost_growth",
    "interest_rate",
    "mortality_index",
    "employment",
    "extra_cost",
)
"""Drivers that are added; zero leaves the set's path."""

MULTIPLICATIVE = (
    "utilisation",
    "inpatient_use",
    "outpatient_use",
    "benefit_level",
    "elasticity",
    "mortality",
    "fertility",
    "migration",
    "collection",
)
"""Drivers that multiply; one leaves the set's path."""

DEMOGRAPHIC = ("mortality", "mortality_index", "fertility", "migration")
"""Drivers for which the population is projected anew in every path."""

_NOT_NEGATIVE = tuple(name for name in MULTIPLICATIVE if name != "migration")


@dataclass(frozen=True)
class Drivers:
    """Deviations by path, region and year; a region axis of length one holds for every region (handbook 7.1).

    Every array but `mortality_pattern` has the axes ``(path, region, year)``; the years are those of the projection,
    base year first, and the base year itself is never moved. ``None`` leaves a driver on the set's path.

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
    inpatient_use, outpatient_use : array or None
        Multiply besides `utilisation` the use of inpatient care only, and of outpatient, chronic and dual-channel care
        only.
    benefit_level : array or None
        Multiplies the cost per service of inpatient, outpatient, chronic and dual-channel care.
    elasticity : array or None
        Multiplies own- and cross-price elasticities and the switching between tiers.
    mortality_index : array or None
        K of ``exp(pattern K)``, which multiplies death probabilities besides `mortality`; zero leaves them.
    mortality_pattern : array (sex, age) or None
        How strongly each sex and age answers to the index; by age at the start of the year. Needed with the index.
    employment : array or None
        Share of the unit employees of a year end that is gained from the adult residents, or lost to them where it is
        negative; a level of the year, not a growth rate.
    extra_cost : array or None
        Expenditure of EPF and RPF besides their benefits, as a share of their payments for care (E1.1 to E1.5).
    simulated : bool
        Whether the paths are a block of a simulation: the population then always comes from the compiled kernel, so
        that a path is the same to the last bit in a block of any size.

    Raises
    ------
    ValueError
        With every array that cannot be.
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
    inpatient_use: Array | None = None
    outpatient_use: Array | None = None
    benefit_level: Array | None = None
    elasticity: Array | None = None
    mortality_index: Array | None = None
    mortality_pattern: Array | None = None
    employment: Array | None = None
    extra_cost: Array | None = None
    simulated: bool = False

    def __post_init__(self) -> None:
        given = self._given()
        wrong = [f"{name}: not finite numbers" for name, array in given.items() if not np.isfinite(array).all()]
        wrong += [
            f"{name}: {array.ndim} axes, not path, region, year" for name, array in given.items() if array.ndim != 3
        ]
        wrong += [f"{name}: below zero" for name in _NOT_NEGATIVE if name in given and (given[name] < 0).any()]
        if "employment" in given and (given["employment"] < -1).any():
            wrong.append("employment: below -1, which is more than all unit employees")
        counts = {array.shape[0] for array in given.values() if array.ndim} - {1}
        if len(counts) > 1:
            wrong.append(f"several numbers of paths: {sorted(counts)}")
        wrong += self._faults_of_pattern()
        if wrong:
            raise ValueError("drivers: " + "; ".join(wrong))

    def _given(self) -> dict[str, Array]:
        return {name: array for name in (*ADDITIVE, *MULTIPLICATIVE) if (array := getattr(self, name)) is not None}

    def _faults_of_pattern(self) -> list[str]:
        pattern = self.mortality_pattern
        if pattern is None:
            return [] if self.mortality_index is None else ["mortality_index: without mortality_pattern"]
        if pattern.ndim != 2 or pattern.shape[0] != 2:
            return [f"mortality_pattern: shape {pattern.shape}, not two sexes and the ages"]
        return [] if np.isfinite(pattern).all() else ["mortality_pattern: not finite numbers"]

    def fit(self, regions: int, years: int, ages: int | None = None) -> None:
        """Refuse arrays whose regions, years or ages are not those of a projection, base year included.

        Raises
        ------
        ValueError
            With every array that does not fit.
        """
        wrong = [
            f"{name} has {array.shape[1]} regions and {array.shape[2]} years, not {regions} (or 1) and {years}"
            for name, array in self._given().items()
            if array.shape[1] not in (1, regions) or array.shape[2] != years
        ]
        pattern = self.mortality_pattern
        if pattern is not None and ages is not None and pattern.shape[1] != ages:
            wrong.append(f"mortality_pattern has {pattern.shape[1]} ages, not {ages}")
        if wrong:
            raise ValueError("drivers: " + "; ".join(wrong))

    @property
    def paths(self) -> int:
        """Number of paths; one where nothing moves."""
        return max((array.shape[0] for array in self._given().values()), default=1)

    @property
    def demographic(self) -> bool:
        """Whether the population differs by path."""
        return any(getattr(self, name) is not None for name in DEMOGRAPHIC)

    def slice(self, start: int, stop: int) -> Drivers:
        """Return the paths ``start <= path < stop``; an array of one path serves them all and stays.

        The arrays are views and are not checked again, so that a block costs nothing.
        """
        return self.take(slice(start, stop))

    def take(self, chosen: Paths) -> Drivers:
        """Return some paths, in the order given; see `slice`."""
        part, paths = copy.copy(self), self.paths
        for name, array in self._given().items():
            if array.shape[0] == paths:
                object.__setattr__(part, name, array[chosen])
        return part

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
