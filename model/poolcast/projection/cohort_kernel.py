"""The compiled kernel of the cohort component: the same formula as `cohort_reference`, with paths innermost.

How it is fast. One task is one region and one block of up to 64 paths. Inside it a row holds one cell (a sex and an
age) for all the paths of the block, side by side, so that every inner loop runs over paths and the processor works on
several at once. A block (202 rows of half a kB for 101 ages) stays in the second-level cache, and eight rows, which is
what the inner loops take at a time, in the first. Rows lie `ROW` apart whatever the width of the block, and the inner
loops run over `min(lanes, ROW)`: the compiler can then see that rows do not overlap, and that is what makes it
vectorise.

A lane never reads another lane and nothing is reassociated (no `fastmath`), so results are the same to the last bit
for any width of block and any number of workers. The kernel lets go of the interpreter lock; the workers are threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from poolcast.projection.cohort import FEMALE, FloatArray
from poolcast.projection.lane_functions import exponential

ROW = 64
"""Places in a row, and so the largest number of paths in a block; a row of float64 is then half a kB."""
VECTOR = 32
"""Blocks are filled up to a multiple of this, so that the compiler's vector loop has no remainder."""
CACHE_LINE = 64
HELD_YEARS = 8
"""Year ends whose totals wait to be written; all of them would push the people out of the cache."""

LANE_FUNCTIONS = "172580ff52414e36"
"""First digits of the SHA-256 of `lane_functions`: numba's cache on disk looks at the file of a function only, so that
a change there would go unnoticed here; a test asks for the right digits."""

# Every other compiled function stands in this file, for the same reason.
_compile: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(nogil=True, cache=True, error_model="numpy")


class Rates(NamedTuple):
    """Inputs by year and region, with sex and age laid out as cells (male 0, 1, ..., then female 0, 1, ...)."""

    population: FloatArray  # (region, cell)
    death_probability: FloatArray  # (year, region, sex, age + 1)
    fertility_rate: FloatArray  # (year, region, age)
    male_birth_share: FloatArray  # (year, region)
    migration_start: FloatArray  # (year, region, cell)
    migration_end: FloatArray  # (year, region, cell)
    weights: FloatArray  # (year end, region, measure, cell)
    mortality_group: npt.NDArray[np.int64]  # (sex, age + 1); nothing without a pattern
    mortality_pattern: FloatArray  # (group)
    mortality_index: FloatArray  # (region, year, path)


class Options(NamedTuple):
    """What is the same for every task."""

    blocks: int
    width: int  # paths in a block
    first_fertile_age: int
    last_fertile_age: int  # exclusive
    any_migration_start: bool
    births_include_migrants: bool
    keep_population: bool
    patterned: bool  # whether mortality has a pattern by age


class _Workspace(NamedTuple):
    """Rows of one task; each array ends in the lanes of a row."""

    people: FloatArray  # (cell * ROW), flat: windows of adjacent rows are slices
    totals: FloatArray  # (measure, ROW)
    mean_women: FloatArray  # (1, ROW): a total like the others
    flows: FloatArray  # (3, ROW): births, deaths, clipped
    factors: FloatArray  # (3, year, ROW): mortality, fertility, migration
    by_group: FloatArray  # (group * ROW), flat rows: factor of mortality of the year; unused without a pattern


class Results(NamedTuple):
    """Where the tasks write, each its own part."""

    measures: FloatArray
    flows: FloatArray  # (3, path, region, year): births, deaths, clipped
    population: FloatArray  # of no paths where it is not kept


@_compile
def project_tasks(first, last, rates, options, factors, results):  # type: ignore[no-untyped-def]
    """Run the tasks first <= number < last; a region's tasks are adjacent, so that its weights stay in the cache."""
    years, measures, cells = rates.weights.shape[0] - 1, rates.weights.shape[2], rates.weights.shape[3]
    work = _Workspace(
        people=_rows(cells),
        totals=_rows(measures).reshape(measures, ROW),
        mean_women=_rows(1).reshape(1, ROW),
        flows=_rows(3).reshape(3, ROW),
        factors=_rows(3 * years).reshape(3, years, ROW),
        by_group=_rows(len(rates.mortality_pattern)),
    )
    work.factors[:] = 1.0
    work.by_group[:] = 1.0
    held_totals = np.zeros((HELD_YEARS, measures, ROW))
    held_flows = np.zeros((3, HELD_YEARS, ROW))
    for task in range(first, last):
        region = task // options.blocks
        first_path = (task % options.blocks) * options.width
        paths = min(options.width, results.measures.shape[0] - first_path)
        lanes = min((paths + VECTOR - 1) // VECTOR * VECTOR, ROW)
        _open_task(region, first_path, paths, rates, factors, work)
        for year_end in range(years + 1):
            held = year_end % HELD_YEARS
            if year_end > 0:
                if options.patterned:
                    _open_year(region, year_end - 1, first_path, paths, rates, work)
                _project_year(region, year_end - 1, rates, options, work, lanes)
                for kind in range(3):
                    for lane in range(lanes):
                        held_flows[kind, held, lane] = work.flows[kind, lane]
            work.totals[:] = 0.0
            _contract(work.totals, work.people, rates.weights[year_end, region], lanes)
            for measure in range(
                measures
            ):  # one by one: numba compiles seconds for the message of a slice that misfits
                for lane in range(lanes):
                    held_totals[held, measure, lane] = work.totals[measure, lane]
            if options.keep_population:
                _keep(results.population, first_path, paths, region, year_end, work.people)
            if held == HELD_YEARS - 1 or year_end == years:
                _write(region, first_path, paths, year_end - held, held + 1, held_totals, held_flows, results)


@_compile
def _rows(count):  # type: ignore[no-untyped-def]
    """Rows that begin where a cache line does: a vector that lies across two lines costs half as much again."""
    raw = np.zeros(count * ROW + CACHE_LINE // 8)
    skip = -raw.ctypes.data % CACHE_LINE // 8
    return raw[skip : skip + count * ROW]


@_compile
def _open_task(region, first_path, paths, rates, factors, work):  # type: ignore[no-untyped-def]
    """Set the opening stock and turn the factors of the block's paths into rows."""
    for cell in range(rates.population.shape[1]):
        work.people[cell * ROW : (cell + 1) * ROW] = rates.population[region, cell]
    for kind in range(3):
        factor = factors[kind]
        part = region if factor.shape[1] > 1 else 0
        for lane in range(paths):
            for year in range(factor.shape[2]):
                work.factors[kind, year, lane] = factor[first_path + lane, part, year]


@_compile
def _open_year(region, year, first_path, paths, rates, work):  # type: ignore[no-untyped-def]
    """Set the row of every group of sex and age to ``exp(pattern K)``, times the factor of the year."""
    index = rates.mortality_index[region if rates.mortality_index.shape[0] > 1 else 0, year]
    for group in range(len(rates.mortality_pattern)):
        _mortality_of_group(
            work.by_group[group * ROW : (group + 1) * ROW],
            rates.mortality_pattern[group],
            index[first_path : first_path + paths],
            work.factors[0, year],
        )


@_compile
def _mortality_of_group(row, pattern, index, factor):  # type: ignore[no-untyped-def]
    for lane in range(min(len(index), ROW)):
        row[lane] = exponential(pattern * index[lane]) * factor[lane]


@_compile
def _write(region, first_path, paths, first_year_end, number, totals, flows, results):  # type: ignore[no-untyped-def]
    """Turn the rows of a few year ends into the axes of the result, as many lanes at a time as share a cache line."""
    for begin in range(0, paths, CACHE_LINE // 8):
        lanes = range(begin, min(begin + CACHE_LINE // 8, paths))
        for held in range(number):
            year_end = first_year_end + held
            for measure in range(totals.shape[1]):
                for lane in lanes:
                    results.measures[first_path + lane, region, year_end, measure] = totals[held, measure, lane]
            if year_end > 0:
                for flow in range(3):
                    for lane in lanes:
                        results.flows[flow, first_path + lane, region, year_end - 1] = flows[flow, held, lane]


@_compile
def _keep(population, first_path, paths, region, year_end, people):  # type: ignore[no-untyped-def]
    """Copy the people by sex and age into the result."""
    for lane in range(paths):
        for cell in range(population.shape[3]):
            population[first_path + lane, region, year_end, cell] = people[cell * ROW + lane]


@_compile
def _project_year(region, year, rates, options, work, lanes):  # type: ignore[no-untyped-def]
    """Take the people of a block from one year end to the next, in the order of the reference."""
    ages = rates.fertility_rate.shape[2]
    mortality, fertility, migration = work.factors[0, year], work.factors[1, year], work.factors[2, year]
    joining = rates.migration_end[year, region]
    first, last = options.first_fertile_age, options.last_fertile_age
    fertile_women = work.people[(FEMALE * ages + first) * ROW : (FEMALE * ages + last) * ROW]
    half_rates = rates.fertility_rate[year, region : region + 1, first:last] * 0.5
    births, deaths, clipped = work.flows[0], work.flows[1], work.flows[2]
    work.mean_women[:], deaths[:], clipped[:] = 0.0, 0.0, 0.0

    if options.any_migration_start:
        _migrate(work.people, rates.migration_start[year, region], 0, 2 * ages, migration, clipped, lanes)
    _contract(work.mean_women, fertile_women, half_rates, lanes)
    for sex in range(2):
        chances = rates.death_probability[year, region, sex]
        if options.patterned:
            groups = rates.mortality_group[sex]
            _survive_by_age(work.people, chances, sex * ages, ages, work.by_group, groups, deaths, lanes)
        else:
            _survive(work.people, chances, sex * ages, ages, mortality, deaths, lanes)
    if options.births_include_migrants:
        for sex in range(2):
            _migrate(work.people, joining, sex * ages + 1, (sex + 1) * ages, migration, clipped, lanes)
    _contract(work.mean_women, fertile_women, half_rates, lanes)

    for lane in range(lanes):
        births[lane] = fertility[lane] * work.mean_women[0, lane]
    boys = rates.male_birth_share[year, region]
    for sex in range(2):
        share = 1.0 - boys if sex == FEMALE else boys
        row = work.people[sex * ages * ROW : (sex * ages + 1) * ROW]
        group = rates.mortality_group[sex, 0] if options.patterned else 0
        newborn = work.by_group[group * ROW : (group + 1) * ROW] if options.patterned else mortality
        _add_newborn(row, births, share, rates.death_probability[year, region, sex, 0], newborn, deaths)

    for sex in range(2):
        last = sex * ages + 1 if options.births_include_migrants else (sex + 1) * ages
        _migrate(work.people, joining, sex * ages, last, migration, clipped, lanes)


@_compile
def _survive(people, probability, offset, ages, factor, deaths, lanes):  # type: ignore[no-untyped-def]
    """Age one sex in place from the oldest down: everybody arrives one row on, or stays in the open group."""
    open_group = people[(offset + ages - 1) * ROW : (offset + ages) * ROW]
    _survive_cell(open_group, open_group, probability[ages], factor, deaths, lanes)
    if ages == 1:
        return
    entering = people[(offset + ages - 2) * ROW : (offset + ages - 1) * ROW]
    _survive_cell(entering, entering, probability[ages - 1], factor, deaths, lanes)
    for lane in range(min(lanes, ROW)):
        open_group[lane] += entering[lane]
    age = ages - 2
    while age >= 8:
        window = people[(offset + age - 8) * ROW : (offset + age + 1) * ROW]
        _survive_eight(window, probability[age - 7 : age + 1], factor, deaths, lanes)
        age -= 8
    while age >= 1:
        arrive = people[(offset + age) * ROW : (offset + age + 1) * ROW]
        leave = people[(offset + age - 1) * ROW : (offset + age) * ROW]
        _survive_cell(arrive, leave, probability[age], factor, deaths, lanes)
        age -= 1
    people[offset * ROW : (offset + 1) * ROW] = 0.0


@_compile
def _survive_by_age(people, probability, offset, ages, factors, groups, deaths, lanes):  # type: ignore[no-untyped-def]
    """Age one sex in place, as `_survive`, with the row of factors of the group of each age of arrival."""
    open_group = people[(offset + ages - 1) * ROW : (offset + ages) * ROW]
    factor = factors[groups[ages] * ROW : (groups[ages] + 1) * ROW]
    _survive_cell(open_group, open_group, probability[ages], factor, deaths, lanes)
    if ages == 1:
        return
    entering = people[(offset + ages - 2) * ROW : (offset + ages - 1) * ROW]
    factor = factors[groups[ages - 1] * ROW : (groups[ages - 1] + 1) * ROW]
    _survive_cell(entering, entering, probability[ages - 1], factor, deaths, lanes)
    for lane in range(min(lanes, ROW)):
        open_group[lane] += entering[lane]
    age = ages - 2
    while age >= 8:
        window = people[(offset + age - 8) * ROW : (offset + age + 1) * ROW]
        _survive_eight_by_age(window, probability, factors, groups, age - 7, deaths, lanes)
        age -= 8
    while age >= 1:
        arrive = people[(offset + age) * ROW : (offset + age + 1) * ROW]
        leave = people[(offset + age - 1) * ROW : (offset + age) * ROW]
        factor = factors[groups[age] * ROW : (groups[age] + 1) * ROW]
        _survive_cell(arrive, leave, probability[age], factor, deaths, lanes)
        age -= 1
    people[offset * ROW : (offset + 1) * ROW] = 0.0


@_compile
def _survive_eight_by_age(window, probability, factors, groups, age, deaths, lanes):  # type: ignore[no-untyped-def]
    """Move the first eight of nine rows one row on, less those who die, each with the row of factors of its group.

    Chances and groups are read before the lanes run, which might otherwise overwrite them.
    """
    for first in (4, 0):
        p0, p1, p2, p3 = (
            probability[age + first],
            probability[age + first + 1],
            probability[age + first + 2],
            probability[age + first + 3],
        )
        f0, f1, f2, f3 = (
            _row_of(factors, groups[age + first]),
            _row_of(factors, groups[age + first + 1]),
            _row_of(factors, groups[age + first + 2]),
            _row_of(factors, groups[age + first + 3]),
        )
        rows = window[first * ROW : (first + 5) * ROW]
        for lane in range(min(lanes, ROW)):
            chance = p3 * f3[lane]
            dying = rows[3 * ROW + lane] * (1.0 if chance > 1.0 else chance)
            rows[4 * ROW + lane] = rows[3 * ROW + lane] - dying
            died = dying
            chance = p2 * f2[lane]
            dying = rows[2 * ROW + lane] * (1.0 if chance > 1.0 else chance)
            rows[3 * ROW + lane] = rows[2 * ROW + lane] - dying
            died += dying
            chance = p1 * f1[lane]
            dying = rows[ROW + lane] * (1.0 if chance > 1.0 else chance)
            rows[2 * ROW + lane] = rows[ROW + lane] - dying
            died += dying
            chance = p0 * f0[lane]
            dying = rows[lane] * (1.0 if chance > 1.0 else chance)
            rows[ROW + lane] = rows[lane] - dying
            deaths[lane] += died + dying


@_compile
def _row_of(rows, number):  # type: ignore[no-untyped-def]
    return rows[number * ROW : (number + 1) * ROW]


@_compile
def _survive_eight(window, probability, factor, deaths, lanes):  # type: ignore[no-untyped-def]
    """Move the first eight of nine rows one row on, less those who die."""
    for lane in range(min(lanes, ROW)):
        died = 0.0
        for row in range(7, -1, -1):
            chance = probability[row] * factor[lane]
            dying = window[row * ROW + lane] * (1.0 if chance > 1.0 else chance)
            window[(row + 1) * ROW + lane] = window[row * ROW + lane] - dying
            died += dying
        deaths[lane] += died


@_compile
def _survive_cell(arrive, leave, probability, factor, deaths, lanes):  # type: ignore[no-untyped-def]
    """Set one row to what is left of another (or of itself)."""
    for lane in range(min(lanes, ROW)):
        chance = probability * factor[lane]
        dying = leave[lane] * (1.0 if chance > 1.0 else chance)
        arrive[lane] = leave[lane] - dying
        deaths[lane] += dying


@_compile
def _add_newborn(row, births, share, probability, factor, deaths):  # type: ignore[no-untyped-def]
    """Add the newborn of one sex who live to the year end."""
    for lane in range(ROW):
        chance = probability * factor[lane]
        newborn = births[lane] * share
        dying = newborn * (1.0 if chance > 1.0 else chance)
        row[lane] += newborn - dying
        deaths[lane] += dying


@_compile
def _migrate(people, migrants, first, last, factor, clipped, lanes):  # type: ignore[no-untyped-def]
    """Add the net migrants of the cells first <= cell < last; no cell goes below zero."""
    cell = first
    while cell + 8 <= last:
        _migrate_eight(people[cell * ROW : (cell + 8) * ROW], migrants[cell : cell + 8], factor, clipped, lanes)
        cell += 8
    while cell < last:
        row = people[cell * ROW : (cell + 1) * ROW]
        for lane in range(min(lanes, ROW)):
            left = row[lane] + migrants[cell] * factor[lane]
            below = left if left < 0.0 else 0.0
            row[lane] = left - below
            clipped[lane] -= below
        cell += 1


@_compile
def _migrate_eight(window, migrants, factor, clipped, lanes):  # type: ignore[no-untyped-def]
    """Add the net migrants of eight rows."""
    for lane in range(min(lanes, ROW)):
        missing = 0.0
        for row in range(8):
            left = window[row * ROW + lane] + migrants[row] * factor[lane]
            below = left if left < 0.0 else 0.0
            window[row * ROW + lane] = left - below
            missing -= below
        clipped[lane] += missing


@_compile
def _contract(totals, people, weights, lanes):  # type: ignore[no-untyped-def]
    """Add to each row of totals the cells times the weights (total, cell), eight cells at a time."""
    cells = weights.shape[1]
    whole = cells // 8 * 8
    for cell in range(0, whole, 8):
        _contract_eight(totals, people[cell * ROW : (cell + 8) * ROW], weights, cell, lanes)
    for cell in range(whole, cells):
        row = people[cell * ROW : (cell + 1) * ROW]
        for measure in range(weights.shape[0]):
            weight, total = weights[measure, cell], totals[measure]
            for lane in range(min(lanes, ROW)):
                total[lane] += weight * row[lane]


@_compile
def _contract_eight(totals, window, weights, cell, lanes):  # type: ignore[no-untyped-def]
    """Add eight rows; their weights are read before the lanes run, which might otherwise overwrite them."""
    for measure in range(weights.shape[0]):
        total, weight = totals[measure], weights[measure]
        w0, w1, w2, w3 = weight[cell], weight[cell + 1], weight[cell + 2], weight[cell + 3]
        w4, w5, w6, w7 = weight[cell + 4], weight[cell + 5], weight[cell + 6], weight[cell + 7]
        if w0 == w1 == w2 == w3 == w4 == w5 == w6 == w7 == 0.0:  # ages at which a status or a use has nobody
            continue
        for lane in range(min(lanes, ROW)):
            low = w0 * window[lane] + w1 * window[ROW + lane]
            low += w2 * window[2 * ROW + lane] + w3 * window[3 * ROW + lane]
            high = w4 * window[4 * ROW + lane] + w5 * window[5 * ROW + lane]
            high += w6 * window[6 * ROW + lane] + w7 * window[7 * ROW + lane]
            total[lane] += low + high
