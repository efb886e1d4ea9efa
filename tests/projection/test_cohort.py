"""What must hold of any cohort projection (handbook 6.2), on random inputs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.projection.cohort import (
    FEMALE,
    MALE,
    CohortInputs,
    CohortResult,
    Implementation,
    PathMultipliers,
    project_cohort,
)
from tests.projection.cohort_cases import largest_relative_difference, random_inputs, random_multipliers

SEEDS = st.integers(0, 2**32 - 1)


def replace(inputs: CohortInputs, **changes: object) -> CohortInputs:
    return dataclasses.replace(inputs, **changes)  # type: ignore[arg-type]


def without_flows(inputs: CohortInputs) -> CohortInputs:
    zero = np.zeros_like(inputs.migration_start)
    return replace(
        inputs,
        death_probability=np.zeros_like(inputs.death_probability),
        fertility_rate=np.zeros_like(inputs.fertility_rate),
        migration_start=zero,
        migration_end=zero,
    )


def assert_conserves_people(result: CohortResult) -> None:
    assert result.population is not None
    people = result.population.sum(axis=(3, 4))
    change = result.births - result.deaths + result.net_migrants + result.clipped
    scale = people[:, :, :-1] + result.births + np.abs(result.net_migrants) + result.clipped + 1e-300
    assert (np.abs(np.diff(people, axis=2) - change) / scale).max() < 1e-12


@pytest.mark.parametrize("implementation", ["compiled", "reference"])
def test_mortality_by_age_worked_by_hand(implementation: Implementation) -> None:
    """Three ages, boys only, one year, K = ln 4; each cohort answers by its age at the start of the year.

    Pattern 0.5, 1, -0.5: factors 4^0.5 = 2, 4, 1/2. Of 1000 aged 0, q 0.1 x 2: 800 reach age 1. Of 500 aged 1, q
    0.3 x 4 > 1: all die. Of 200 in the open group, q 0.4 / 2: 160 stay. No women, so no births.
    """
    inputs = random_inputs(1, ages=3, regions=1, years=1, measures=0, migration=0.0)
    inputs = replace(
        inputs,
        population=np.array([[[1000.0, 500.0, 200.0], [0.0, 0.0, 0.0]]]),
        death_probability=np.broadcast_to([0.05, 0.1, 0.3, 0.4], (1, 1, 2, 4)).copy(),
    )
    ones = np.ones((1, 1, 1))
    pattern = np.array([[0.5, 1.0, -0.5], [0.0, 0.0, 0.0]])
    multipliers = PathMultipliers(ones, ones, ones, np.log(4.0) * ones, pattern)
    result = project_cohort(inputs, multipliers, keep_population=True, implementation=implementation)
    assert result.population is not None
    np.testing.assert_allclose(result.population[0, 0, 1, MALE], [0.0, 800.0, 160.0], rtol=1e-12)
    assert float(result.deaths[0, 0, 0]) == pytest.approx(200 + 500 + 40, rel=1e-12)


@pytest.mark.parametrize("implementation", ["compiled", "reference"])
def test_newborn_answer_as_age_0(implementation: Implementation) -> None:
    """100 women of age 1, fertility 0.2 at age 1 only, nobody else: births 0.2 x (100 + 0) / 2 = 10, all girls.

    K = ln 4 with pattern 0.5 at age 0: 0.05 x 2 of the newborn die, 9 live; a multiplier of 1.5 makes it 8.5.
    """
    inputs = random_inputs(1, ages=3, regions=1, years=1, measures=0, migration=0.0)
    inputs = replace(
        inputs,
        population=np.array([[[0.0, 0.0, 0.0], [0.0, 100.0, 0.0]]]),
        death_probability=np.broadcast_to([0.05, 0.1, 0.3, 0.4], (1, 1, 2, 4)).copy(),
        fertility_rate=np.array([[[0.0, 0.2, 0.0]]]),
        male_birth_share=np.zeros((1, 1)),
    )
    ones = np.ones((1, 1, 1))
    pattern = np.array([[0.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    for mortality, living in ((1.0, 9.0), (1.5, 8.5)):
        multipliers = PathMultipliers(mortality * ones, ones, ones, np.log(4.0) * ones, pattern)
        result = project_cohort(inputs, multipliers, keep_population=True, implementation=implementation)
        assert result.population is not None
        assert float(result.population[0, 0, 1, FEMALE, 0]) == pytest.approx(living, rel=1e-12)


@pytest.mark.parametrize("fault", ["index alone", "pattern alone", "ages"])
def test_half_a_pattern_is_refused(fault: str) -> None:
    inputs = random_inputs(2)
    ones = np.ones((1, 1, inputs.years))
    index = None if fault == "pattern alone" else ones
    pattern = {"index alone": None, "pattern alone": np.ones((2, 101)), "ages": np.ones((2, 100))}[fault]
    with pytest.raises(ValueError, match="mortality_pattern"):
        project_cohort(inputs, PathMultipliers(ones, ones, ones, index, pattern))


@settings(max_examples=250, deadline=None)
@given(
    seed=SEEDS,
    ages=st.sampled_from([1, 2, 3, 17, 101]),
    regions=st.integers(1, 3),
    years=st.integers(1, 4),
    paths=st.integers(1, 3),
    migration=st.sampled_from([0.0, 0.01, 1.0]),
    include=st.booleans(),
    pattern=st.booleans(),
)
def test_conserves_people_and_stays_at_or_above_zero(
    seed: int, ages: int, regions: int, years: int, paths: int, migration: float, include: bool, pattern: bool
) -> None:
    inputs = random_inputs(
        seed, ages=ages, regions=regions, years=years, migration=migration, births_include_migrants=include
    )
    multipliers = random_multipliers(seed, paths, inputs, pattern=pattern)
    result = project_cohort(inputs, multipliers, keep_population=True)
    assert_conserves_people(result)
    assert result.population is not None
    assert result.population.min() >= 0.0
    assert result.births.min() >= 0.0
    assert result.deaths.min() >= 0.0
    assert result.clipped.min() >= 0.0
    if migration == 0.0:
        assert result.clipped.max() == 0.0
    measured = np.einsum("prtsa,trmsa->prtm", result.population, inputs.weights)
    assert largest_relative_difference(result.measures, measured) < 1e-12


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, ages=st.sampled_from([1, 2, 17, 101]), years=st.integers(1, 5))
def test_without_rates_everybody_grows_older_and_nobody_is_lost(seed: int, ages: int, years: int) -> None:
    inputs = without_flows(random_inputs(seed, ages=ages, years=years))
    result = project_cohort(inputs, keep_population=True)
    assert result.population is not None
    assert not result.births.any()
    assert not result.deaths.any()
    for year_end in range(years + 1):
        now = result.population[0, :, year_end]
        moved = min(year_end, ages - 1)
        assert np.array_equal(now[..., moved : ages - 1], inputs.population[..., : ages - 1 - moved])
        assert not now[..., :moved].any()
        assert np.allclose(now[..., ages - 1], inputs.population[..., ages - 1 - moved :].sum(axis=-1), rtol=1e-14)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, ages=st.sampled_from([1, 2, 101]), include=st.booleans())
def test_without_lives_only_migrants_and_their_children_are_there(seed: int, ages: int, include: bool) -> None:
    inputs = random_inputs(seed, ages=ages, births_include_migrants=include)
    zero = np.zeros_like(inputs.migration_start)
    empty = replace(inputs, population=np.zeros_like(inputs.population), migration_start=zero, migration_end=zero)
    result = project_cohort(empty, keep_population=True)
    for flow in (result.births, result.deaths, result.clipped, result.measures):
        assert not flow.any()

    arriving = replace(empty, migration_end=np.abs(inputs.migration_end))
    first_year = project_cohort(arriving, keep_population=True)
    assert first_year.population is not None
    assert first_year.deaths[0, :, 0].max() <= first_year.births[0, :, 0].max()
    if not include:
        assert not first_year.births[0, :, 0].any()
        assert np.array_equal(first_year.population[0, :, 1], arriving.migration_end[0])


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, migration=st.sampled_from([0.0, 0.1]))
def test_one_age_only(seed: int, migration: float) -> None:
    inputs = random_inputs(seed, ages=1, regions=1, years=1, migration=migration)
    result = project_cohort(inputs, keep_population=True)
    assert result.population is not None
    start = inputs.population[0, :, 0] + inputs.migration_start[0, 0, :, 0]
    left = start * (1 - inputs.death_probability[0, 0, :, 1])
    births = inputs.fertility_rate[0, 0, 0] * (start[FEMALE] + left[FEMALE]) / 2
    boys = inputs.male_birth_share[0, 0]
    newborn = births * np.array([boys, 1 - boys]) * (1 - inputs.death_probability[0, 0, :, 0])
    end = np.maximum(left + newborn + inputs.migration_end[0, 0, :, 0], 0.0)
    if (start >= 0).all():
        assert np.allclose(result.population[0, 0, 1, :, 0], end, rtol=1e-13)
        assert np.allclose(result.births[0, 0, 0], births, rtol=1e-13)


@settings(max_examples=50, deadline=None)
@given(seed=SEEDS, ages=st.sampled_from([2, 17, 101]), years=st.integers(1, 6))
def test_the_open_group_alone_dies_out_at_its_own_rate(seed: int, ages: int, years: int) -> None:
    inputs = random_inputs(seed, ages=ages, years=years, migration=0.0)
    population = np.zeros_like(inputs.population)
    population[..., -1] = inputs.population[..., -1]
    oldest = replace(inputs, population=population, fertility_rate=np.zeros_like(inputs.fertility_rate))
    result = project_cohort(oldest, keep_population=True)
    assert result.population is not None
    left = np.cumprod(1 - inputs.death_probability[..., ages], axis=0).transpose(1, 0, 2)
    assert np.allclose(result.population[0, :, 1:, :, -1], population[:, None, :, -1] * left, rtol=1e-12, atol=0)
    assert not result.population[..., :-1].any()


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, split=st.integers(1, 3), include=st.booleans())
def test_two_parts_of_the_horizon_equal_one_run(seed: int, split: int, include: bool) -> None:
    inputs = random_inputs(seed, years=4, births_include_migrants=include)
    by_year = ("death_probability", "fertility_rate", "male_birth_share", "migration_start", "migration_end")
    whole = project_cohort(inputs, keep_population=True)
    first = project_cohort(
        replace(
            inputs, **{name: getattr(inputs, name)[:split] for name in by_year}, weights=inputs.weights[: split + 1]
        ),
        keep_population=True,
    )
    assert first.population is not None
    second = project_cohort(
        replace(
            inputs,
            population=first.population[0, :, -1],
            **{name: getattr(inputs, name)[split:] for name in by_year},
            weights=inputs.weights[split:],
        ),
        keep_population=True,
    )
    assert np.array_equal(whole.births[:, :, split:], second.births)
    assert np.array_equal(whole.measures[:, :, split:], second.measures)


def test_sexes_are_male_then_female() -> None:
    inputs = without_flows(random_inputs(1, ages=3, regions=1, years=1))
    fertile = replace(inputs, fertility_rate=np.full((1, 1, 3), 0.1), male_birth_share=np.full((1, 1), 0.75))
    result = project_cohort(fertile, keep_population=True)
    assert result.population is not None
    newborn = result.population[0, 0, 1, :, 0]
    assert newborn[MALE] == pytest.approx(3 * newborn[FEMALE], rel=1e-14)
    women = inputs.population[0, FEMALE]
    assert result.births[0, 0, 0] == pytest.approx(0.1 * (women.sum() + women.sum()) / 2, rel=1e-14)


def test_who_is_not_there_cannot_leave_and_is_counted() -> None:
    inputs = without_flows(random_inputs(2, ages=2, regions=1, years=1))
    population = np.array([[[10.0, 20.0], [30.0, 40.0]]])
    leaving = np.array([[[[-15.0, 0.0], [0.0, -80.0]]]])
    result = project_cohort(replace(inputs, population=population, migration_end=leaving), keep_population=True)
    assert result.population is not None
    assert result.population[0, 0, 1].tolist() == [[0.0, 30.0], [0.0, 0.0]]
    assert result.clipped[0, 0, 0] == 15.0 + 10.0
    assert result.net_migrants[0, 0, 0] == -95.0


def test_mortality_above_certainty_is_certain_death() -> None:
    inputs = random_inputs(3, years=1, migration=0.0)
    inputs = replace(inputs, death_probability=np.full_like(inputs.death_probability, 0.6))
    ones = np.ones((1, 1, 1))
    result = project_cohort(inputs, PathMultipliers(ones * 2.0, ones, ones), keep_population=True)
    assert result.population is not None
    assert not result.population[:, :, 1].any()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("population", np.full((2, 2, 101), np.nan), "missing or infinite"),
        ("population", np.full((2, 2, 101), -1.0), "below zero"),
        ("population", np.zeros((2, 101)), "not 3 axes"),
        ("death_probability", np.full((3, 2, 2, 102), 1.5), "outside 0 to 1"),
        ("death_probability", np.zeros((3, 2, 2, 101)), "shape"),
        ("male_birth_share", np.full((3, 2), 106.0), "outside 0 to 1"),
        ("weights", np.zeros((3, 2, 1, 2, 101)), "shape"),
        ("migration_end", np.zeros((3, 2, 2, 101), dtype=np.float32), "not float64"),
    ],
)
def test_inputs_that_cannot_be_are_refused(name: str, value: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=rf"{name}.*{words}"):
        replace(random_inputs(4), **{name: value})


def test_multipliers_that_do_not_fit_are_refused() -> None:
    inputs = random_inputs(5)
    with pytest.raises(ValueError, match="regions and years"):
        project_cohort(inputs, PathMultipliers.central(inputs.years + 1))
    with pytest.raises(ValueError, match="mortality: below zero"):
        PathMultipliers(np.full((1, 1, 1), -1.0), np.ones((1, 1, 1)), np.ones((1, 1, 1)))
    with pytest.raises(ValueError, match="workers"):
        project_cohort(inputs, workers=0)
