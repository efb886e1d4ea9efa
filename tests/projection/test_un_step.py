"""One step of the UN's projection, against a scalar twin written from the description of the step."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.projection.cohort import FEMALE, MALE, FloatArray
from poolcast.projection.un_population import (
    infant_years_lived,
    life_table,
    migrant_age_profile,
    project_un_population,
    rates_at,
    single_age_fertility,
    single_age_mortality,
    survival_ratios,
)

Lives = dict[str, list[float]]


def scalar_step(
    people: Lives, survival: Lives, fertility: list[float], srb: float, migrants: Lives, timing: str
) -> Lives:
    """World Population Prospects, one year: plain numbers, one age after the other."""
    oldest = len(people["male"]) - 1
    share_before = {"end": 0.0, "even": 0.5}[timing]
    before = {sex: [people[sex][x] + share_before * migrants[sex][x] for x in range(oldest + 1)] for sex in people}
    after: Lives = {}
    for sex in people:
        after[sex] = [0.0] * (oldest + 1)
        for x in range(1, oldest):
            after[sex][x] = before[sex][x - 1] * survival[sex][x]
        after[sex][oldest] = (before[sex][oldest - 1] + before[sex][oldest]) * survival[sex][oldest]
        if timing == "even":
            for x in range(1, oldest + 1):
                after[sex][x] += 0.5 * migrants[sex][x]
    births = 0.0
    for x in range(oldest + 1):
        births += fertility[x] * (before["female"][x] + after["female"][x]) / 2
    newborn = {"female": births / (1 + srb), "male": births - births / (1 + srb)}
    for sex in people:
        after[sex][0] = newborn[sex] * survival[sex][0] + (1 - share_before) * migrants[sex][0]
        if timing == "end":
            for x in range(1, oldest + 1):
                after[sex][x] += migrants[sex][x]
    return after


@pytest.mark.parametrize("timing", ["end", "even"])
@pytest.mark.parametrize("ages", [3, 101])
def test_a_step_equals_the_scalar_twin(timing: str, ages: int) -> None:
    random = np.random.default_rng(ages)
    population = random.uniform(1e3, 1e7, (2, ages))
    survival = random.uniform(0.5, 1.0, (1, 2, ages))
    fertility = np.zeros((2, ages))
    fertility[:, 1:50] = random.uniform(0.0, 0.1, fertility[:, 1:50].shape)
    srb = np.array([1.10, 1.08])
    migrants = random.normal(0.0, 100.0, (2, 2, ages))

    result = project_un_population(population, survival, fertility, srb, migrants, migration=timing)  # type: ignore[arg-type]

    def lives(array: FloatArray) -> Lives:
        return {"male": array[MALE].tolist(), "female": array[FEMALE].tolist()}

    twin = scalar_step(
        lives(population),
        lives(survival[0]),
        ((fertility[0] + fertility[1]) / 2).tolist(),
        float(srb.mean()),
        lives((migrants[0] + migrants[1]) / 2),
        timing,
    )
    assert result.population is not None
    ours = result.population[0, 0, 1]
    assert not result.clipped.any()
    assert np.allclose(ours[MALE], twin["male"], rtol=1e-12, atol=0)
    assert np.allclose(ours[FEMALE], twin["female"], rtol=1e-12, atol=0)


def test_survival_ratios_are_those_of_the_life_table() -> None:
    rates = np.array([[0.006, 0.001, 0.01, 0.5], [0.005, 0.002, 0.02, 0.4]])
    ratio = survival_ratios(rates, 2)
    for sex, (m0, m1, m2, m3) in enumerate(rates.tolist()):
        a0 = 0.14929 - 1.99545 * m0 if sex == MALE else 0.14903 - 2.05527 * m0
        q0, q1, q2 = m0 / (1 + (1 - a0) * m0), m1 / (1 + m1 / 2), m2 / (1 + m2 / 2)
        l1, l2, l3 = 1 - q0, (1 - q0) * (1 - q1), (1 - q0) * (1 - q1) * (1 - q2)
        years = [l1 + a0 * q0, (l1 + l2) / 2, (l2 + l3) / 2, l3 / m3]
        above = years[2] + years[3]
        assert ratio[sex].tolist() == pytest.approx(
            [years[0], years[1] / years[0], above / (above + years[1])], rel=1e-14
        )


def test_rates_of_the_open_group_hold_above_it() -> None:
    rates = np.full((2, 4), 0.1)
    ratio = survival_ratios(rates, 10)
    assert ratio.shape == (2, 11)
    assert ratio[:, 5:10] == pytest.approx((1 - 0.05) / (1 + 0.05), rel=1e-12)


def test_infant_years_lived_rise_with_mortality_and_join() -> None:
    for sex, edges in ((MALE, (0.02300, 0.08307)), (FEMALE, (0.01724, 0.06891))):
        for edge in edges:
            below, above = infant_years_lived(np.array([edge - 1e-9, edge + 1e-9]), sex)
            assert below == pytest.approx(above, abs=6e-4)
        assert infant_years_lived(np.array([0.2]), sex)[0] == pytest.approx(0.31 if sex == FEMALE else 0.30, abs=5e-3)


def test_single_age_mortality_keeps_the_rates_of_the_groups() -> None:
    starts = [0, 1, *range(5, 101, 5)]
    middle = np.append((np.array(starts[:-1]) + np.array(starts[1:])) / 2, 102)
    groups = np.stack([3e-5 * np.exp(0.10 * middle), 2e-5 * np.exp(0.10 * middle)])
    groups[:, 0] = 0.005
    single = single_age_mortality(groups, starts)
    deaths, years = life_table(single)
    implied = np.add.reduceat(deaths, starts, axis=-1) / np.add.reduceat(years, starts, axis=-1)
    assert implied == pytest.approx(groups, rel=1e-7)
    assert (np.diff(single[:, 10:100], axis=1) > 0).all()


def test_single_ages_are_taken_as_they_are() -> None:
    random = np.random.default_rng(1)
    mortality = random.uniform(0, 0.5, (3, 2, 101))
    assert np.array_equal(single_age_mortality(mortality, range(101)), mortality)
    fertility = random.uniform(0, 0.1, (3, 35))
    assert np.array_equal(single_age_fertility(fertility, range(15, 50), 50, 101)[:, 15:50], fertility)


def test_single_age_fertility_keeps_the_sums_of_the_groups() -> None:
    groups = np.array([[0.0, 0.02, 0.09, 0.11, 0.05, 0.001]])
    single = single_age_fertility(groups, range(10, 40, 5), 40, 60)
    assert single.shape == (1, 60)
    assert single[0, 10:40].reshape(6, 5).sum(axis=1) == pytest.approx(5 * groups[0], rel=1e-12)
    assert single.min() >= 0.0
    assert not single[0, :15].any()
    assert not single[0, 40:].any()


def test_rates_between_calendar_years_are_their_mean() -> None:
    rates = np.array([[1.0], [2.0], [4.0]])
    centres = np.array([2024.5, 2025.5, 2026.5])
    assert rates_at(np.array([2025.0, 2026.0]), centres, rates).tolist() == [[1.5], [3.0]]
    assert rates_at(np.array([2027.0]), centres, rates).tolist() == [[5.0]]
    assert rates_at(np.array([2020.0]), centres, rates).tolist() == [[0.0]]
    assert rates_at(np.array([2020.0, 2021.0]), centres[:1], rates[:1]).tolist() == [[1.0], [1.0]]


def test_migrant_ages_add_up_and_peak_in_the_twenties() -> None:
    profile = migrant_age_profile(101)
    assert profile.sum() == pytest.approx(1.0, rel=1e-14)
    assert 20 <= int(profile[FEMALE, 10:].argmax()) + 10 <= 25
    assert np.array_equal(profile[MALE], profile[FEMALE])
