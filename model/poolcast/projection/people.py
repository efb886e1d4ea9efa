"""The first layer: the population, its statuses, and the age sums that the money layer needs.

Demography, coverage and entitlement go in; sums over sex and age come out, one for each year end. Nothing here knows a
price, a rate of contribution or an interest rate, so that a change of those never runs this layer again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

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

    def exposure(self, at_year_ends: Array) -> Array:
        """Return the exposure of each year from a stock (path, region, year_end, ...): weighted mean of two ends."""
        weight = self.closing_weight
        result: Array = weight * at_year_ends[:, :, 1:] + (1 - weight) * at_year_ends[:, :, :-1]
        return result


_CACHE: OrderedDict[str, People] = OrderedDict()
_CACHE_SIZE = 16
_LOCK = threading.Lock()


def project_people(assumptions: Assumptions, drivers: Drivers = NO_DRIVERS) -> People:
    """Run the cohort, its coverage and the age sums; the central run is cached by the content of what it reads.

    Parameters
    ----------
    assumptions : Assumptions
        Reads the parameters of layer ``cohort``.
    drivers : Drivers
        Mortality, fertility and migration project the population anew in every path.

    Raises
    ------
    AssumptionError
        If net migration takes more people out of a cell than it holds.
    """
    if any(array is not None for array in (drivers.mortality, drivers.fertility, drivers.migration)):
        return _run(assumptions, drivers)
    key = assumptions.digest(COHORT_PARAMETERS)
    with _LOCK:
        if key in _CACHE:
            _CACHE.move_to_end(key)
            return _CACHE[key]
    people = _run(assumptions, drivers)
    with _LOCK:
        _CACHE[key] = people
        while len(_CACHE) > _CACHE_SIZE:
            _CACHE.popitem(last=False)
    return people


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


def _run(assumptions: Assumptions, drivers: Drivers) -> People:
    years = assumptions.last_year - assumptions.base_year
    regions = len(assumptions.regions)
    ages = assumptions["population.at_base_year_end"].shape[-1]
    inputs = cohort_inputs(assumptions, np.empty((years + 1, regions, 0, 2, ages)))
    central = project_cohort(inputs, keep_population=True, implementation="reference")
    if central.population is None:  # pragma: no cover - asked for above
        raise RuntimeError("the cohort kept no population")
    _refuse_clipping(assumptions, central)
    previous = assumptions["population.at_previous_year_end"]
    population = np.concatenate([previous[:, None], central.population[0]], axis=1)
    shares = project_status_shares(assumptions, population)
    measures = measures_of(assumptions, years)
    opening = contract(population[:, :1], shares[:, :1], measures, 0)[None]
    if drivers.paths == 1 and drivers is NO_DRIVERS:
        result = central
        later = contract(population[:, 1:], shares[:, 1:], measures, 1)[None]
        total = central.population.sum((-1, -2))
    else:
        weights = dense_weights(shares[:, 1:], measures)
        result = project_cohort(cohort_inputs(assumptions, weights), _multipliers(drivers, years))
        _refuse_clipping(assumptions, result)
        total, later = result.measures[..., -1], result.measures[..., :-1]
    sums = np.concatenate([np.broadcast_to(opening, (later.shape[0], *opening.shape[1:])), later], axis=2)
    before = np.broadcast_to(previous.sum((-1, -2))[None, :, None], (total.shape[0], regions, 1))
    return _gather(assumptions, sums, measures, result, np.concatenate([before, total], axis=2), population)


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
    given = [drivers.mortality, drivers.fertility, drivers.migration]
    shape = np.broadcast_shapes(*((1, 1, years), *(array[..., 1:].shape for array in given if array is not None)))
    filled = [np.ones(shape) if array is None else np.broadcast_to(array[..., 1:], shape) for array in given]
    return PathMultipliers(*(np.ascontiguousarray(array) for array in filled))


def _gather(
    assumptions: Assumptions,
    values: Array,
    measures: list[Measure],
    result: CohortResult,
    population: Array,
    by_age: Array,
) -> People:
    shape = values.shape[:3]
    sums = {name: np.zeros((*shape, len(STATUSES))) for name in SUMS}
    by_sex = {"active_by_sex": np.zeros((*shape, 2)), "relative_wages": np.zeros((*shape, 2))}
    for number, measure in enumerate(measures):
        if measure.name in by_sex and measure.sex is not None:
            by_sex[measure.name][..., measure.sex] = values[..., number]
        else:
            sums[measure.name][..., measure.status] = values[..., number]
    weight = float(assumptions["coverage.exposure_weight_of_closing_stock"])
    base_births = (weight * sums["births"][:, :, 1] + (1 - weight) * sums["births"][:, :, 0]).sum(-1)[..., None]
    if "opening.births" in assumptions:
        base_births = np.broadcast_to(assumptions["opening.births"].sum(-1)[None, :, None], base_births.shape)
    unknown = np.full_like(base_births, np.nan)
    paths = result.births.shape[0]
    if paths != base_births.shape[0]:
        base_births, unknown = (np.repeat(array, paths, axis=0) for array in (base_births, unknown))
    return People(
        sums=sums,
        active_by_sex=by_sex["active_by_sex"],
        relative_wages=by_sex["relative_wages"],
        population=population,
        births=np.concatenate([base_births, result.births], axis=2),
        deaths=np.concatenate([unknown, result.deaths], axis=2),
        net_migrants=np.concatenate([unknown, result.net_migrants], axis=2),
        population_by_age=by_age,
        closing_weight=weight,
    )
