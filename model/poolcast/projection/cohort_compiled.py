"""The cohort component compiled: lays the inputs out for `cohort_kernel` and runs it in threads."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from poolcast.projection.cohort import CohortInputs, CohortResult, FloatArray, PathMultipliers
from poolcast.projection.cohort_kernel import ROW, VECTOR, Options, Rates, Results, project_tasks

BATCHES_PER_WORKER = 8


def project_compiled(
    inputs: CohortInputs,
    multipliers: PathMultipliers,
    *,
    keep_population: bool,
    workers: int,
    block: int | None = None,
) -> CohortResult:
    """Project all paths and regions by the compiled kernel.

    Parameters
    ----------
    inputs : CohortInputs
        Opening stock, rates, migrants and weights.
    multipliers : PathMultipliers
        Factors by path, region and year.
    keep_population, workers : bool, int
        As of `poolcast.projection.cohort.project_cohort`.
    block : int, optional
        Paths in a block, at most 128; chosen so that all workers have something to do.

    Returns
    -------
    CohortResult
        As of `poolcast.projection.cohort.project_cohort`.
    """
    paths, regions, years = multipliers.paths, inputs.regions, inputs.years
    width = min(block, ROW) if block else _block_width(paths, regions, workers)
    rates = _rates(inputs, multipliers)
    options = _options(inputs, paths, width, keep_population, patterned=multipliers.mortality_index is not None)
    factors = tuple(map(_plain, (multipliers.mortality, multipliers.fertility, multipliers.migration)))
    kept = np.empty((paths if keep_population else 0, regions, years + 1, 2 * inputs.ages))
    measures = np.empty((paths, regions, years + 1, inputs.measures))
    results = Results(measures, np.empty((3, paths, regions, years)), kept)

    tasks = options.blocks * regions
    edges = np.linspace(0, tasks, min(tasks, workers * BATCHES_PER_WORKER) + 1).astype(int).tolist()
    if workers == 1:
        project_tasks(0, tasks, rates, options, factors, results)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda batch: project_tasks(*batch, rates, options, factors, results), pairwise(edges)))

    migrants = inputs.migration_start.sum(axis=(2, 3)) + inputs.migration_end.sum(axis=(2, 3))
    return CohortResult(
        measures=measures,
        births=results.flows[0],
        deaths=results.flows[1],
        net_migrants=multipliers.migration * migrants.T,
        clipped=results.flows[2],
        population=kept.reshape(paths, regions, years + 1, 2, inputs.ages) if keep_population else None,
    )


def _block_width(paths: int, regions: int, workers: int) -> int:
    """Paths in a block: few blocks, of like size, yet a task for every worker where paths allow it."""
    blocks = max(math.ceil(paths / ROW), min(math.ceil(workers / regions), math.ceil(paths / VECTOR)))
    return math.ceil(paths / blocks)


def _plain(array: FloatArray) -> FloatArray:
    """The one kind of array that the kernel is compiled for; others, a read-only one too, are copied."""
    return np.require(array, np.float64, ["C", "A", "W"])


def _mortality_groups(multipliers: PathMultipliers) -> tuple[npt.NDArray[np.int64], FloatArray, FloatArray]:
    """Group of each sex and age of arrival, the pattern of each group, and the index (region, year, path).

    Sexes and ages with the same pattern are one group. Paths are innermost, as in the kernel.
    """
    if multipliers.mortality_index is None:
        return np.zeros((0, 0), dtype=np.int64), np.zeros(0), np.zeros((0, 0, 0))
    pattern = multipliers.pattern_by_arrival()
    values, group = np.unique(pattern, return_inverse=True)
    index = np.ascontiguousarray(np.moveaxis(multipliers.mortality_index, 0, -1))
    return group.reshape(pattern.shape).astype(np.int64), values, index


def _rates(inputs: CohortInputs, multipliers: PathMultipliers) -> Rates:
    group, pattern, index = _mortality_groups(multipliers)

    def cells(array: FloatArray) -> FloatArray:
        return _plain(array).reshape(*array.shape[:-2], 2 * inputs.ages)

    return Rates(
        population=cells(inputs.population),
        death_probability=_plain(inputs.death_probability),
        fertility_rate=_plain(inputs.fertility_rate),
        male_birth_share=_plain(inputs.male_birth_share),
        migration_start=cells(inputs.migration_start),
        migration_end=cells(inputs.migration_end),
        weights=cells(inputs.weights),
        mortality_group=group,
        mortality_pattern=pattern,
        mortality_index=index,
    )


def _options(inputs: CohortInputs, paths: int, width: int, keep_population: bool, *, patterned: bool) -> Options:
    fertile = np.flatnonzero(inputs.fertility_rate.any(axis=(0, 1))).tolist() or [0, -1]
    return Options(
        blocks=math.ceil(paths / width),
        width=width,
        first_fertile_age=fertile[0],
        last_fertile_age=fertile[-1] + 1,
        any_migration_start=bool(inputs.migration_start.any()),
        births_include_migrants=inputs.births_include_migrants,
        keep_population=keep_population,
        patterned=patterned,
    )
