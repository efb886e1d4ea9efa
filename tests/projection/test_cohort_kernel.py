"""The compiled kernel against its plain twin, and against itself in other blocks and with other workers."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from poolcast.projection.cohort import CohortInputs, CohortResult, Implementation, PathMultipliers, project_cohort
from tests.projection.cohort_cases import largest_relative_difference, random_inputs, random_multipliers

pytest.importorskip("numba")

FIELDS = [field.name for field in dataclasses.fields(CohortResult)]


def assert_equal(left: CohortResult, right: CohortResult, tolerance: float) -> None:
    for name in FIELDS:
        ours, theirs = getattr(left, name), getattr(right, name)
        if tolerance == 0.0:
            assert np.array_equal(ours, theirs), name
        else:
            assert largest_relative_difference(ours, theirs) < tolerance, name


@pytest.mark.parametrize("ages", [1, 2, 3, 9, 10, 11, 18, 101])
@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize("migration", [0.01, 1.0])
@pytest.mark.parametrize("pattern", [False, True])
def test_kernel_equals_its_twin(ages: int, include: bool, migration: float, pattern: bool) -> None:
    for seed, (paths, measures, national) in enumerate([(1, 0, True), (13, 1, False), (131, 3, True), (260, 8, False)]):
        inputs = random_inputs(
            seed, ages=ages, measures=measures, migration=migration, births_include_migrants=include, regions=3
        )
        multipliers = random_multipliers(seed, paths, inputs, national=national, pattern=pattern)
        compiled, reference = (
            project_cohort(inputs, multipliers, keep_population=True, implementation=implementation)
            for implementation in ("compiled", "reference")
        )
        assert_equal(compiled, reference, 1e-10)


def test_kernel_equals_its_twin_without_start_migrants_or_births() -> None:
    inputs = random_inputs(7)
    nothing = dataclasses.replace(
        inputs,
        migration_start=np.zeros_like(inputs.migration_start),
        fertility_rate=np.zeros_like(inputs.fertility_rate),
    )
    multipliers = random_multipliers(7, 40, inputs)
    for case in (nothing, dataclasses.replace(nothing, fertility_rate=inputs.fertility_rate)):
        compiled = project_cohort(case, multipliers, implementation="compiled", keep_population=True)
        assert_equal(
            compiled, project_cohort(case, multipliers, implementation="reference", keep_population=True), 1e-10
        )


@pytest.mark.parametrize("include", [False, True])
@pytest.mark.parametrize("pattern", [False, True])
def test_blocks_and_workers_leave_every_bit_as_it_is(include: bool, pattern: bool) -> None:
    from poolcast.projection.cohort_compiled import project_compiled

    inputs = random_inputs(11, regions=3, measures=7, births_include_migrants=include)
    multipliers = random_multipliers(11, 300, inputs, pattern=pattern)
    runs = [
        project_compiled(inputs, multipliers, keep_population=True, workers=workers, block=block)
        for workers, block in [(1, None), (2, None), (7, None), (1, 64), (2, 1), (3, 17), (2, 48), (1, 128)]
    ]
    for run in runs[1:]:
        assert_equal(runs[0], run, 0.0)


def test_a_path_does_not_depend_on_the_other_paths() -> None:
    inputs = random_inputs(12)
    multipliers = random_multipliers(12, 140, inputs)
    some = PathMultipliers(*(getattr(multipliers, name)[130:] for name in ("mortality", "fertility", "migration")))
    all_paths = project_cohort(inputs, multipliers, implementation="compiled")
    few_paths = project_cohort(inputs, some, implementation="compiled")
    assert np.array_equal(all_paths.measures[130:], few_paths.measures)


@pytest.mark.parametrize("implementation", ["compiled", "reference"])
def test_an_index_of_zero_and_a_pattern_of_zero_change_no_bit(implementation: Implementation) -> None:
    inputs = random_inputs(17)
    plain = random_multipliers(17, 12, inputs)
    random = np.random.default_rng(17)
    pattern, index = random.uniform(0, 1, (2, 101)), random.normal(0, 1, plain.mortality.shape)
    before = project_cohort(inputs, plain, implementation=implementation)
    for added in (
        {"mortality_index": np.zeros_like(index), "mortality_pattern": pattern},
        {"mortality_index": index, "mortality_pattern": np.zeros_like(pattern)},
    ):
        after = project_cohort(inputs, dataclasses.replace(plain, **added), implementation=implementation)
        assert largest_relative_difference(before.measures, after.measures) < 1e-13
        np.testing.assert_array_equal(before.births[:, :, :1], after.births[:, :, :1])


def test_central_path_of_a_simulation_equals_the_single_run() -> None:
    inputs = random_inputs(13, years=30)
    multipliers = random_multipliers(13, 20, inputs)
    for factor in (multipliers.mortality, multipliers.fertility, multipliers.migration):
        factor[0] = 1.0
    single = project_cohort(inputs, keep_population=True)
    simulated = project_cohort(inputs, multipliers, keep_population=True)
    for name in FIELDS:
        assert largest_relative_difference(getattr(single, name), getattr(simulated, name)[:1]) < 1e-12, name


def test_permuting_regions_permutes_results() -> None:
    inputs = random_inputs(14, regions=3)
    order = [2, 0, 1]
    changes = {
        field.name: np.take(getattr(inputs, field.name), order, axis=0 if field.name == "population" else 1)
        for field in dataclasses.fields(CohortInputs)
        if field.name != "births_include_migrants"
    }
    multipliers = random_multipliers(14, 12, inputs, national=True)
    before = project_cohort(inputs, multipliers)
    after = project_cohort(dataclasses.replace(inputs, **changes), multipliers)
    assert np.array_equal(before.measures[:, order], after.measures)


def test_read_only_inputs_serve_as_well() -> None:
    inputs = random_inputs(16)
    multipliers = random_multipliers(16, 12, inputs)
    before = project_cohort(inputs, multipliers)
    for array in (inputs.weights, inputs.population, multipliers.fertility):
        array.flags.writeable = False
    assert_equal(before, project_cohort(inputs, multipliers), 0.0)


def test_missing_values_do_not_hide_in_the_kernel() -> None:
    """Without `fastmath` a missing value stays missing to the end; the door lets none in, so force one."""
    inputs = random_inputs(15, measures=1)
    inputs.population[0, 1, 50] = np.nan
    result = project_cohort(inputs, PathMultipliers.central(inputs.years, 12), implementation="compiled")
    assert np.isnan(result.measures[:, 0]).all()
    assert np.isfinite(result.measures[:, 1]).all()


def test_single_runs_do_not_import_numba() -> None:
    script = (
        "import sys; from poolcast.projection.cohort import project_cohort;"
        "from tests.projection.cohort_cases import random_inputs;"
        "project_cohort(random_inputs(1)); assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
