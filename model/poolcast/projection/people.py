"""The first layer: the population, its statuses, and the age sums that the money layer needs.

Demography, coverage and entitlement go in; sums over sex and age come out, one for each year end. Nothing here knows a
price, a rate of contribution or an interest rate, so that a change of those never runs this layer again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import STATUSES
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.projection.age_sums import Measure, contract, dense_weights, measures_of
from poolcast.projection.cohort import CohortInputs, CohortResult, PathMultipliers, project_cohort
from poolcast.projection.coverage import project_status_shares
from poolcast.projection.drivers import NO_DRIVERS, Drivers
from poolcast.projection.employment import move_employment

Array = NDArray[np.float64]

COHORT_PARAMETERS = tuple(name for name, parameter in PARAMETERS.items() if parameter.layer == "cohort")
SUMS = ("members", "admissions", "inpatient_cost", "outpatient_bill", "chronic_bill", "births", "disabled")


@dataclass(frozen=True)
class People:
    """Sums over sex and age at each year end, from the one before the base year end to the last.

    Parameters
    ----------
    sums : dict of array (path, region, year_end, status)
        ``members`` (persons) and, at the rates of the year end, ``admissions`` (services a year),
        ``inpatient_cost``, ``outpatient_bill``, ``chronic_bill`` (yuan of the base year), ``births`` and ``disabled``
        (persons in need of long-term care).
    active_by_sex, relative_wages : array (path, region, year_end, sex)
        Unit employees, and the sum of their relative wages.
    population : array (path, region, year_end), persons
    births, deaths, net_migrants : array (path, region, year), persons
        Flows from the base year on; deaths and migrants of the base year are not known and NaN.
    population_by_age : array (region, year_end, sex, age), persons
        Of the central path.
    closing_weight : float
        Weight of the closing stock in the exposure of a year.
    """

    sums: dict[str, Array] = field(repr=False)
    active_by_sex: Array = field(repr=False)
    relative_wages: Array = field(repr=False)
    population: Array = field(repr=False)
    births: Array = field(repr=False)
    deaths: Array = field(repr=False)
    net_migrants: Array = field(repr=False)
    population_by_age: Array = field(repr=False)
    closing_weight: float

    def at_year_end(self, name: str) -> Array:
        """Return a sum at the year ends of the years from the base year on (path, region, year, status)."""
        return self.sums[name][:, :, 1:]

    def in_year(self, name: str) -> Array:
        """Return a sum as exposure of the years from the base year on (path, region, year, status)."""
        return self.exposure(self.sums[name])

    def at_previous_year_end(self, name: str) -> Array:
        """Return a sum at the year ends before the years from the base year on (path, region, year, status)."""
        return self.sums[name][:, :, :-1]

    def take(self, paths: NDArray[np.intp] | slice) -> People:
        """Return some paths; sums of one path serve all and stay. Those of a slice are views."""

        def of(array: Array) -> Array:
            return array[paths] if array.shape[0] > 1 else array

        return People(
            sums={name: of(array) for name, array in self.sums.items()},
            active_by_sex=of(self.active_by_sex),
            relative_wages=of(self.relative_wages),
            population=of(self.population),
            births=of(self.births),
            deaths=of(self.deaths),
            net_migrants=of(self.net_migrants),
            population_by_age=self.population_by_age,
            closing_weight=self.closing_weight,
        )

    def exposure(self, at_year_ends: Array) -> Array:
        """Return the exposure of each year from a stock (path, region, year_end, ...): weighted mean of two ends."""
        weight = self.closing_weight
        result: Array = weight * at_year_ends[:, :, 1:] + (1 - weight) * at_year_ends[:, :, :-1]
        return result


@dataclass(frozen=True)
class _Central:
    """What no path changes: the central run, and who stands in which status with which profile."""

    result: CohortResult
    total: Array  # (1, region, year_end), persons from the base year end on
    population: Array  # (region, year_end, sex, age), from the year end before the base year end on
    shares: Array
    measures: list[Measure]
    opening: Array  # (1, region, 1, measure): sums at the year end before the base year end


_CACHE: OrderedDict[str, People] = OrderedDict()
_CACHE_SIZE = 16
_PREPARED: OrderedDict[str, tuple[_Central, CohortInputs]] = OrderedDict()
_PREPARED_SIZE = 3
"""The weights of fourteen regions over fifty years are 40 MB, so few are kept."""
_KNOWN: OrderedDict[tuple[object, ...], tuple[list[Array], str]] = OrderedDict()
"""Keys of arrays seen lately: arrays of a set never change, so the same arrays need no second look at their content."""
_KNOWN_SIZE = 64
_LOCK = threading.Lock()
_Value = TypeVar("_Value")


def _cached(cache: OrderedDict[str, _Value], size: int, assumptions: Assumptions, make: Callable[[], _Value]) -> _Value:
    """Return what was made of the same parameters before; the least recently used is dropped."""
    key = cohort_content(assumptions)
    with _LOCK:
        if key in cache:
            cache.move_to_end(key)
            return cache[key]
    made = make()
    with _LOCK:
        cache[key] = made
        while len(cache) > size:
            cache.popitem(last=False)
    return made


def project_people(assumptions: Assumptions, drivers: Drivers = NO_DRIVERS) -> People:
    """Run the cohort, its coverage and the age sums; what does not differ by path is cached by what it reads.

    Parameters
    ----------
    assumptions : Assumptions
        Reads the parameters of layer ``cohort``.
    drivers : Drivers
        Mortality, fertility and migration project the population anew in every path; employment moves age sums.

    Raises
    ------
    AssumptionError
        If net migration takes more people out of a cell than it holds.
    """
    if drivers.demographic:
        people = _project_paths(assumptions, drivers)
    else:
        people = _cached(_CACHE, _CACHE_SIZE, assumptions, lambda: _project_central(assumptions))
    share = drivers.added("employment")
    return people if isinstance(share, float) else _with_employment(people, share, in_place=drivers.demographic)


def _with_employment(people: People, share: Array, *, in_place: bool) -> People:
    """Move unit employees at the year ends after the base year end; `in_place` in sums that nobody else holds."""
    at_ends = np.concatenate([np.zeros((*share.shape[:2], 1)), share], axis=2)
    sums, factor = move_employment(people.sums, at_ends, in_place=in_place)
    return replace(
        people,
        sums=sums,
        active_by_sex=people.active_by_sex * factor[..., None],
        relative_wages=people.relative_wages * factor[..., None],
    )


def cohort_content(assumptions: Assumptions) -> str:
    """Return the digest of what this layer reads; arrays met before are known by their identity."""
    arrays = [assumptions[name] for name in COHORT_PARAMETERS if name in assumptions]
    identity = (
        assumptions.name,
        assumptions.base_year,
        assumptions.last_year,
        assumptions.regions,
        assumptions.parents,
        assumptions.ledgers,
        tuple(sorted(assumptions.options.items())),
        tuple(id(array) for array in arrays),
    )
    with _LOCK:
        if identity in _KNOWN:
            _KNOWN.move_to_end(identity)
            return _KNOWN[identity][1]
    key = assumptions.digest(COHORT_PARAMETERS)
    with _LOCK:
        _KNOWN[identity] = arrays, key  # kept, so that no other array takes its place and its number
        while len(_KNOWN) > _KNOWN_SIZE:
            _KNOWN.popitem(last=False)
    return key


def cohort_inputs(assumptions: Assumptions, weights: Array) -> CohortInputs:
    """Return what the cohort component reads, for the years after the base year.

    Parameters
    ----------
    weights : array (year_end, region, measure, sex, age)
        Year ends from the base year end on.
    """
    first = assumptions.base_year + 1

    def by_year(name: str) -> Array:
        return np.ascontiguousarray(np.moveaxis(assumptions.from_year(name, first), 1, 0))

    survival = by_year("population.survival_ratio")
    death = np.empty((*survival.shape[:-1], survival.shape[-1] + 1))
    death[..., :-1] = 1 - survival
    death[..., -1] = 1 - survival[..., -1]
    migration = by_year("population.net_migration") + _internal_migration(assumptions, first)
    boys = by_year("population.male_births_per_female_birth")
    even = assumptions.options["migration_timing"] == "even"
    return CohortInputs(
        population=np.ascontiguousarray(assumptions["population.at_base_year_end"]),
        death_probability=death,
        fertility_rate=by_year("population.fertility_rate"),
        male_birth_share=boys / (1 + boys),
        migration_start=migration / 2 if even else np.zeros_like(migration),
        migration_end=migration / 2 if even else migration,
        births_include_migrants=even,
        weights=weights,
    )


def _internal_migration(assumptions: Assumptions, first: int) -> Array | float:
    """Net migrants between the regions of the set (year, region, sex, age); they add to zero over regions."""
    if "population.migration_flow" not in assumptions:
        return 0.0
    flow = assumptions.from_year("population.migration_flow", first)
    net = flow.sum(0) - flow.sum(1)
    profile = assumptions["population.migration_age_profile"]
    result: Array = net.T[:, :, None, None] * profile
    return result


def _central(assumptions: Assumptions) -> _Central:
    """Run the central path with its ages, and say what each person of it counts for."""
    years = assumptions.last_year - assumptions.base_year
    ages = assumptions["population.at_base_year_end"].shape[-1]
    inputs = cohort_inputs(assumptions, np.empty((years + 1, len(assumptions.regions), 0, 2, ages)))
    result = project_cohort(inputs, keep_population=True, implementation="reference")
    if result.population is None:  # pragma: no cover - asked for above
        raise RuntimeError("the cohort kept no population")
    _refuse_clipping(assumptions, result)
    previous = assumptions["population.at_previous_year_end"]
    population = np.concatenate([previous[:, None], result.population[0]], axis=1)
    shares = project_status_shares(assumptions, population)
    measures = measures_of(assumptions, years)
    opening = contract(population[:, :1], shares[:, :1], measures, 0)[None]
    total = result.population.sum((-1, -2))
    return _Central(replace(result, population=None), total, population, shares, measures, opening)


def _project_central(assumptions: Assumptions) -> People:
    central = _central(assumptions)
    later = contract(central.population[:, 1:], central.shares[:, 1:], central.measures, 1)[None]
    return _gather(assumptions, central, central.result, central.total, later)


def _project_paths(assumptions: Assumptions, drivers: Drivers) -> People:
    """Project the population of every path; the kernel does a block of a simulation, however few its paths are."""

    def prepare() -> tuple[_Central, CohortInputs]:
        central = _central(assumptions)
        inputs = cohort_inputs(assumptions, dense_weights(central.shares[:, 1:], central.measures))
        return replace(central, shares=np.empty(0)), inputs

    central, inputs = _cached(_PREPARED, _PREPARED_SIZE, assumptions, prepare)
    years = assumptions.last_year - assumptions.base_year
    by_kernel = drivers.simulated and find_spec("numba") is not None
    result = project_cohort(
        inputs,
        _multipliers(drivers, years),
        implementation="compiled" if by_kernel else "auto",
        workers=1 if drivers.simulated else None,  # the blocks of a simulation are spread over threads already
    )
    if not drivers.simulated:  # of thousands of paths some empty a small cell; what could not leave is counted
        _refuse_clipping(assumptions, result)
    return _gather(assumptions, central, result, result.measures[..., -1], result.measures[..., :-1])


def _refuse_clipping(assumptions: Assumptions, result: CohortResult) -> None:
    """Refuse net migration that takes more than a millionth of the people of a region below zero."""
    limit = 1e-6 * assumptions["population.at_base_year_end"].sum((1, 2))[None, :, None]
    problems = [
        Problem(
            file=f"assumption set {assumptions.name}",
            column="population.net_migration, population.migration_flow",
            found=f"{result.clipped[path, region, year]:,.0f} more people leave region "
            f"{assumptions.region_codes[region]} in {assumptions.base_year + 1 + year} than live there at their age",
            allowed="net migration that leaves no age below zero",
            remedy="Lower the out-migration of that year or spread it over more ages.",
        )
        for path, region, year in np.argwhere(result.clipped > limit)
    ]
    if problems:
        raise AssumptionError(problems)


def _multipliers(drivers: Drivers, years: int) -> PathMultipliers:
    given = [drivers.mortality, drivers.fertility, drivers.migration, drivers.mortality_index]
    shape = np.broadcast_shapes(*((1, 1, years), *(array[..., 1:].shape for array in given if array is not None)))

    def filled(array: Array | None) -> Array:
        return np.ones(shape) if array is None else np.ascontiguousarray(np.broadcast_to(array[..., 1:], shape))

    return PathMultipliers(
        mortality=filled(drivers.mortality),
        fertility=filled(drivers.fertility),
        migration=filled(drivers.migration),
        mortality_index=None if drivers.mortality_index is None else filled(drivers.mortality_index),
        mortality_pattern=None if drivers.mortality_index is None else drivers.mortality_pattern,
    )


def _evenly(places: list[int]) -> slice | list[int]:
    """Return places as a slice where they stand evenly apart, which moves without being looked up one by one."""
    steps = set(np.diff(places).tolist())
    if len(places) < 2 or len(steps) > 1 or min(steps) < 1:
        return places
    return slice(places[0], places[-1] + 1, steps.pop())


def _gather(assumptions: Assumptions, central: _Central, result: CohortResult, total: Array, later: Array) -> People:
    """Sort the sums of the year ends from the base year end on by name and status, behind those of the one before.

    Parameters
    ----------
    total : array (path, region, year_end), persons
    later : array (path, region, year_end, measure)
    """

    def of(name: str, width: int) -> Array:
        """Return the measures of a name (path, region, year_end, status or sex); zero where there is none."""
        mine = [(place, measure) for place, measure in enumerate(central.measures) if measure.name == name]
        columns = _evenly([place for place, _ in mine])
        to = _evenly([int(measure.status if measure.sex is None or width > 2 else measure.sex) for _, measure in mine])
        values = np.zeros((*later.shape[:2], later.shape[2] + 1, width))
        values[:, :, 0, to] = central.opening[:, :, 0, columns]
        values[:, :, 1:, to] = later[..., columns]
        return values

    before = assumptions["population.at_previous_year_end"].sum((-1, -2))[None, :, None]
    sums = {name: of(name, len(STATUSES)) for name in SUMS}
    weight = float(assumptions["coverage.exposure_weight_of_closing_stock"])
    base_births = (weight * sums["births"][:, :, 1] + (1 - weight) * sums["births"][:, :, 0]).sum(-1)[..., None]
    if "opening.births" in assumptions:
        base_births = np.broadcast_to(assumptions["opening.births"].sum(-1)[None, :, None], base_births.shape)
    unknown = np.full_like(base_births, np.nan)
    return People(
        sums=sums,
        active_by_sex=of("active_by_sex", 2),
        relative_wages=of("relative_wages", 2),
        population=np.concatenate([np.broadcast_to(before, (*total.shape[:2], 1)), total], axis=2),
        births=np.concatenate([base_births, result.births], axis=2),
        deaths=np.concatenate([unknown, result.deaths], axis=2),
        net_migrants=np.concatenate([unknown, result.net_migrants], axis=2),
        population_by_age=central.population,
        closing_weight=weight,
    )
