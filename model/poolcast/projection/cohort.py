"""The cohort component: what goes in, what comes out, and the one door to it.

Axes, always in this order and never permuted: path, region, year, sex, age. Sex is male = 0, female = 1. Ages are
single years 0, 1, ... with an open last group; A is their number (101 for 0-100+, but any A >= 1 will do). A flow
belongs to one of T years, a stock to one of T + 1 year ends, of which the first is the opening stock.

The step knows no calendar: its year may run from one 31 December to the next or from one 1 July to the next.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Implementation = Literal["auto", "compiled", "reference"]

MALE, FEMALE = 0, 1
SERIAL_PATHS = 10
"""Below this number of paths a compiled run costs more than it saves (docs/design-changes.md)."""


@dataclass(frozen=True)
class CohortInputs:
    """All that the cohort component reads, for R regions, T years, A ages and K measures.

    Parameters
    ----------
    population : array (region, sex, age), persons
        Opening stock, at the opening year end.
    death_probability : array (year, region, sex, age + 1), share of a cohort
        One minus the survival ratio, by where the cohort arrives: [0] the newborn of the year; [j] from age j - 1 to
        age j for 1 <= j <= A - 1, so that [A - 1] leads from A - 2 into the open group; [A] inside the open group.
        With A = 1 there are [0], the newborn, and [1], everybody else.
    fertility_rate : array (year, region, age), births per woman and year
        By age at last birthday.
    male_birth_share : array (year, region), share
        Boys among the births.
    migration_start : array (year, region, sex, age), persons
        Net migrants who arrive before the step, by age at its start; they age, die and give birth with the others.
    migration_end : array (year, region, sex, age), persons
        Net migrants who arrive at the end of the step, by age at its end.
    births_include_migrants : bool
        Whether the women at the end of the year count in the births with `migration_end` (the UN's `even`, with half
        of the migrants at each end) or before it (the UN's `end`). Migrants of age 0 join after the births in both.
    weights : array (year end, region, measure, sex, age), any unit per person
        What each person adds to each measure at each year end; entry 0 belongs to the opening stock.

    Raises
    ------
    ValueError
        If a shape, a type or a value cannot be; the message holds all that was found.

    Notes
    -----
    Handbook 6.2; the UN's step as in Population Division (2024), World Population Prospects 2024,
    Methodology report.
    """

    population: FloatArray
    death_probability: FloatArray
    fertility_rate: FloatArray
    male_birth_share: FloatArray
    migration_start: FloatArray
    migration_end: FloatArray
    births_include_migrants: bool
    weights: FloatArray

    def __post_init__(self) -> None:
        found = _faults_of_arrays(self, self._shapes()) if self.population.ndim == 3 else ["population: not 3 axes"]
        if not found:
            found = [*_below_zero(self, "population", "fertility_rate")]
            found += _outside_zero_and_one(self, "death_probability", "male_birth_share")
        if found:
            raise ValueError("cohort inputs: " + "; ".join(found))

    @property
    def regions(self) -> int:
        """Number of regions."""
        return int(self.population.shape[0])

    @property
    def ages(self) -> int:
        """Number of ages, the open group included."""
        return int(self.population.shape[2])

    @property
    def years(self) -> int:
        """Number of years to project."""
        return int(self.death_probability.shape[0])

    @property
    def measures(self) -> int:
        """Number of measures that the weights ask for."""
        return int(self.weights.shape[2]) if self.weights.ndim == 5 else 0

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        regions, ages, years = self.regions, self.ages, self.years
        return {
            "population": (regions, 2, max(ages, 1)),
            "death_probability": (years, regions, 2, ages + 1),
            "fertility_rate": (years, regions, ages),
            "male_birth_share": (years, regions),
            "migration_start": (years, regions, 2, ages),
            "migration_end": (years, regions, 2, ages),
            "weights": (years + 1, regions, self.measures, 2, ages),
        }


@dataclass(frozen=True)
class PathMultipliers:
    """What sets one path apart from another; 1 everywhere is the central path.

    Parameters
    ----------
    mortality : array (path, region, year), factor
        On `death_probability`, whose product is then capped at 1.
    fertility : array (path, region, year), factor
        On the births.
    migration : array (path, region, year), factor
        On both arrays of net migrants.
    mortality_index : array (path, region, year) or None
        K: death probabilities are multiplied by ``exp(pattern K)`` besides `mortality`, before the cap.
    mortality_pattern : array (sex, age) or None
        By age at the start of the year: the entry [j] of `death_probability` for 1 <= j <= A, which leads from age
        j - 1, takes the pattern of age j - 1; the newborn, [0], take that of age 0.

    Notes
    -----
    A region axis of length one serves all regions, without copies of it.
    """

    mortality: FloatArray
    fertility: FloatArray
    migration: FloatArray
    mortality_index: FloatArray | None = None
    mortality_pattern: FloatArray | None = None

    def __post_init__(self) -> None:
        names = ["mortality", "fertility", "migration"]
        names += ["mortality_index"] if self.mortality_index is not None else []
        found = _faults_of_arrays(self, dict.fromkeys(names, self.mortality.shape))
        if (self.mortality_index is None) != (self.mortality_pattern is None):
            found.append("mortality_index and mortality_pattern: one without the other")
        if self.mortality_pattern is not None and not np.isfinite(self.mortality_pattern).all():
            found.append("mortality_pattern: values missing or infinite")
        if not found and (self.mortality.ndim != 3 or not self.paths):
            found = ["mortality: not 3 axes, or no path"]
        if not found:
            found = [*_below_zero(self, "mortality", "fertility")]
        if found:
            raise ValueError("path multipliers: " + "; ".join(found))

    @classmethod
    def central(cls, years: int, paths: int = 1) -> PathMultipliers:
        """Multipliers of 1: paths that are all the central one."""
        ones = np.ones((paths, 1, years))
        return cls(ones, ones, ones)

    @property
    def paths(self) -> int:
        """Number of paths."""
        return int(self.mortality.shape[0])

    def pattern_by_arrival(self) -> FloatArray:
        """The pattern as `death_probability` is laid out, (sex, age + 1); zero where there is none."""
        if self.mortality_pattern is None:
            return np.zeros((2, 1))
        return np.concatenate([self.mortality_pattern[:, :1], self.mortality_pattern], axis=1)


@dataclass(frozen=True)
class CohortResult:
    """What the cohort component returns.

    Parameters
    ----------
    measures : array (path, region, year end, measure)
        Sums over sex and age of people times `weights`.
    births, deaths, net_migrants : array (path, region, year), persons
        Flows of the year. Deaths include those of the year's newborn; net migrants are those asked for.
    clipped : array (path, region, year), persons
        People who were not there to leave: a cell that more net migrants leave than it holds is set to zero, and the
        rest is counted here, so that the identity below stays exact and the engine can refuse.
    population : array (path, region, year end, sex, age), persons, or None
        Kept only when asked for.

    Notes
    -----
    With P the sum of the population: P_t - P_{t-1} = births - deaths + net migrants + clipped.
    """

    measures: FloatArray
    births: FloatArray
    deaths: FloatArray
    net_migrants: FloatArray
    clipped: FloatArray
    population: FloatArray | None


def project_cohort(
    inputs: CohortInputs,
    multipliers: PathMultipliers | None = None,
    *,
    keep_population: bool = False,
    implementation: Implementation = "auto",
    workers: int | None = None,
) -> CohortResult:
    """Carry a population by single age and sex through the years (handbook 6.2).

    P_{a,s,t} = P_{a-1,s,t-1} S_{a,s,t} + M_{a,s,t}; births B_t = sum_a f_{a,t} (P_{a,f,t-1} + P'_{a,f,t}) / 2.

    Parameters
    ----------
    inputs : CohortInputs
        Opening stock, rates, migrants and weights.
    multipliers : PathMultipliers, optional
        The paths; without them there is one, the central one.
    keep_population : bool
        Whether the result holds the population by sex and age (A times two numbers a path, region and year end).
    implementation : {"auto", "compiled", "reference"}
        "reference" is the plain NumPy twin, "compiled" the kernel; they agree to 1e-10. "auto" takes the twin for
        fewer than 10 paths, and where numba is not installed.
    workers : int, optional
        Threads of the compiled kernel, as many as there are processors by default. Results do not depend on it.

    Returns
    -------
    CohortResult
        Measures and flows, and the population where asked for.

    Raises
    ------
    ValueError
        If the multipliers do not fit the inputs, or fewer than one worker is asked for.
    """
    paths = PathMultipliers.central(inputs.years) if multipliers is None else multipliers
    if paths.mortality.shape[1:] not in ((1, inputs.years), (inputs.regions, inputs.years)):
        raise ValueError(
            f"path multipliers: {paths.mortality.shape[1:]} regions and years, "
            f"not (1 or {inputs.regions}, {inputs.years})"
        )
    pattern = paths.mortality_pattern
    if pattern is not None and pattern.shape != (2, inputs.ages):
        raise ValueError(f"path multipliers: mortality_pattern: shape {pattern.shape}, not {(2, inputs.ages)}")
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers}, not 1 or more")
    if implementation == "auto":
        worthwhile = paths.paths >= SERIAL_PATHS and find_spec("numba") is not None
        implementation = "compiled" if worthwhile else "reference"
    if implementation == "reference":
        from poolcast.projection.cohort_reference import project_reference

        return project_reference(inputs, paths, keep_population=keep_population)
    from poolcast.projection.cohort_compiled import project_compiled  # numba is heavy: only where it is used

    return project_compiled(inputs, paths, keep_population=keep_population, workers=workers or os.cpu_count() or 1)


def _faults_of_arrays(holder: object, shapes: dict[str, tuple[int, ...]]) -> list[str]:
    found = []
    for name, shape in shapes.items():
        array: FloatArray = getattr(holder, name)
        if array.dtype != np.float64:
            found.append(f"{name}: {array.dtype}, not float64")
        elif array.shape != shape:
            found.append(f"{name}: shape {array.shape}, not {shape}")
        elif not np.isfinite(array).all():
            found.append(f"{name}: {np.count_nonzero(~np.isfinite(array))} values missing or infinite")
    return found


def _below_zero(holder: object, *names: str) -> list[str]:
    return [f"{name}: below zero" for name in names if np.any(getattr(holder, name) < 0.0)]


def _outside_zero_and_one(holder: object, *names: str) -> list[str]:
    return [
        f"{name}: outside 0 to 1" for name in names if np.any((getattr(holder, name) < 0) | (getattr(holder, name) > 1))
    ]
