"""Lee-Carter: known parameters are found again, constraints hold, and errors are as large as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.projection.un_population import life_table, survival_ratios
from poolcast.uncertainty.mortality import (
    LeeCarter,
    RandomWalk,
    difference_covariance,
    fit_lee_carter,
    fit_random_walk,
    index_deviation,
    life_expectancy_at_birth,
    life_expectancy_deviation,
    life_expectancy_slope,
    life_expectancy_under,
    mortality_multiplier,
    single_age_pattern,
)

AGES = np.array([0, 1, *range(5, 101, 5)])
ALPHA = np.stack([np.linspace(-7.5, -0.9, AGES.size), np.linspace(-8.0, -1.1, AGES.size)])
BETA = np.stack([np.linspace(2.2, 0.3, AGES.size), np.linspace(2.6, 0.5, AGES.size)])
BETA /= BETA.sum()
DRIFT, DEVIATION, NOISE = -1.1, 0.6, 0.02
HISTORIES = 300


def walk(generator: np.random.Generator, years: int) -> np.ndarray:
    return np.cumsum(np.append(0.0, DRIFT + DEVIATION * generator.standard_normal(years - 1)))


def simulated(generator: np.random.Generator, k: np.ndarray) -> np.ndarray:
    return ALPHA + BETA * k[:, None, None] + NOISE * generator.standard_normal((k.size, *ALPHA.shape))


def flat_table() -> np.ndarray:
    """Survival ratios of a Gompertz life table for two sexes."""
    age = np.arange(101)
    rate = np.stack([0.00004 * np.exp(0.095 * age), 0.00002 * np.exp(0.1 * age)]) + 0.0003
    return survival_ratios(rate, 100)


# ---------------------------------------------------------------- the fit


def test_known_parameters_are_found_again() -> None:
    generator = np.random.default_rng(20240711)
    k = walk(generator, 60)
    fit = fit_lee_carter(simulated(generator, k), np.arange(1960, 2020))
    # standard error of a cell of alpha: 0.02 / sqrt(60), of beta: 0.02 / |k|; four of them for the largest of 44 cells
    centred = k - k.mean()
    assert np.abs(fit.alpha - (ALPHA + BETA * k.mean())).max() < 4 * NOISE / math.sqrt(60)
    assert np.abs(fit.beta - BETA).max() < 4 * NOISE / np.linalg.norm(centred)
    assert np.abs(fit.k - centred).max() < 4 * NOISE / np.linalg.norm(BETA) + 1e-2 * np.abs(centred).max()
    assert abs(fit.drift - DRIFT) < 3 * fit.drift_error
    assert abs(fit.deviation / DEVIATION - 1) < 3 / math.sqrt(2 * 58)
    assert fit.explained > 0.99


@pytest.mark.parametrize("years", [np.arange(30), np.array([0, 1, 5, 6, 8, 15, 16, 17, 29])], ids=["equal", "unequal"])
def test_drift_is_unbiased_and_its_error_is_what_it_says(years: np.ndarray) -> None:
    generator = np.random.default_rng(7)
    drifts, errors, variances = [], [], []
    for _ in range(HISTORIES):
        k = walk(generator, 30)[years]
        fit = fit_lee_carter(simulated(generator, k), years)
        drifts.append(fit.drift)
        errors.append(fit.drift_error)
        variances.append(fit.deviation**2)
    true_error = DEVIATION / math.sqrt(29)
    assert abs(np.mean(drifts) - DRIFT) < 3 * true_error / math.sqrt(HISTORIES)
    # relative error of the spread of 300 drifts: 1 / sqrt(600); of the mean of 300 variances: sqrt(2 / (300 freedom))
    freedom = years.size - 2
    tolerance = 3 * math.sqrt(1 / (2 * HISTORIES) + 1 / (2 * HISTORIES * freedom))
    assert abs(np.std(drifts, ddof=1) / math.sqrt(np.mean(np.square(errors))) - 1) < tolerance
    # long steps weigh more, so that unequal ones leave fewer degrees of freedom than their number; 4 at the worst
    assert abs(np.mean(variances) / DEVIATION**2 - 1) < 3 * math.sqrt(2 / (HISTORIES * min(freedom, 4)))


def test_means_of_five_years_have_the_yearly_deviation_and_their_drift_error_is_what_it_says() -> None:
    generator = np.random.default_rng(11)
    starts = np.arange(0, 40, 5)
    found = [fit_random_walk(walk(generator, 40).reshape(8, 5).mean(axis=1), starts, 5) for _ in range(2000)]
    variance = np.mean([one.deviation**2 for one in found])
    assert abs(variance / DEVIATION**2 - 1) < 3 * math.sqrt(2 / (2000 * 5))
    spread = np.std([one.drift for one in found], ddof=1)
    stated = math.sqrt(np.mean([one.drift_error**2 for one in found]))
    assert abs(spread / stated - 1) < 3 * math.sqrt(1 / 4000 + 1 / (2 * 2000 * 5))
    uncorrected = [fit_random_walk(walk(generator, 40).reshape(8, 5).mean(axis=1), starts) for _ in range(2000)]
    # Working: 3.4 in place of 5 per difference, so that taking means for years understates the variance
    assert np.mean([one.deviation**2 for one in uncorrected]) < 0.75 * DEVIATION**2


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), years=st.integers(4, 25), sexes=st.booleans(), exposed=st.booleans())
def test_constraints_hold(seed: int, years: int, sexes: bool, exposed: bool) -> None:
    generator = np.random.default_rng(seed)
    rates = simulated(generator, 10 * walk(generator, years))
    rates = rates if sexes else rates[:, 0]
    exposures = generator.uniform(1e3, 1e5, rates.shape) if exposed else None
    when = np.cumsum(generator.integers(1, 9, years))
    fit = fit_lee_carter(rates, when, exposures)
    assert fit.beta.shape == fit.alpha.shape == rates.shape[1:]
    assert fit.beta.sum() == pytest.approx(1, abs=1e-12)
    assert fit.k.sum() == pytest.approx(0, abs=1e-9)
    assert fit.drift == pytest.approx((fit.k[-1] - fit.k[0]) / (when[-1] - when[0]))
    if exposures is not None:
        expected = exposures * np.exp(fit.alpha + fit.beta * fit.k.reshape(-1, *[1] * fit.alpha.ndim))
        axes = tuple(range(1, rates.ndim))
        assert expected.sum(axis=axes) == pytest.approx((exposures * np.exp(rates)).sum(axis=axes), rel=1e-9)


def test_without_exposures_the_index_is_the_projection_on_beta() -> None:
    generator = np.random.default_rng(3)
    rates = simulated(generator, walk(generator, 12))
    fit = fit_lee_carter(rates, np.arange(12))
    projected = ((rates - rates.mean(axis=0)) * fit.beta).sum(axis=(1, 2)) / (fit.beta**2).sum()
    assert fit.k == pytest.approx(projected, abs=1e-9)


def test_order_of_ages_does_not_matter() -> None:
    generator = np.random.default_rng(4)
    rates, exposures = simulated(generator, walk(generator, 9)), np.full((9, *ALPHA.shape), 5.0)
    one = fit_lee_carter(rates, np.arange(9), exposures)
    other = fit_lee_carter(rates[:, :, ::-1], np.arange(9), exposures)
    assert other.beta[:, ::-1] == pytest.approx(one.beta)
    assert other.k == pytest.approx(one.k)


# ---------------------------------------------------------------- the random walk


def test_random_walk_by_hand() -> None:
    # k 0, -3, -4, -9 in 2000, 2002, 2003, 2006: d = -9/6 = -1.5; residuals -3+3, -1+1.5, -5+4.5 = 0, 0.5, -0.5
    # sd^2 = (0.25 + 0.25) / (6 - (4 + 1 + 9)/6) = 0.5 / 3.66667 = 0.1363636; se = sqrt(0.1363636 / 6) = 0.150756
    found = fit_random_walk([0, -3, -4, -9], [2000, 2002, 2003, 2006])
    assert found.drift == pytest.approx(-1.5)
    assert found.deviation**2 == pytest.approx(0.5 / (11 / 3))
    assert found.drift_error == pytest.approx(0.1507557, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=3, max_size=40), st.integers(1900, 2020))
def test_complete_years_give_the_textbook_estimators(index: list[float], first: int) -> None:
    found = fit_random_walk(index, np.arange(first, first + len(index)))
    steps = np.diff(index)
    expected = RandomWalk(steps.mean(), steps.std(ddof=1), steps.std(ddof=1) / math.sqrt(steps.size))
    assert found.drift == pytest.approx(expected.drift, abs=1e-9)
    assert found.deviation == pytest.approx(expected.deviation, abs=1e-9)
    assert found.drift_error == pytest.approx(expected.drift_error, abs=1e-9)


def test_covariance_of_means_is_that_of_working() -> None:
    # adjoining means of 5: variance (2 * 25 + 1) / 15 = 3.4, covariance (25 - 1) / 30 = 0.8
    found = difference_covariance(np.array([1980.0, 1985.0, 1990.0, 1995.0]), 5)
    assert found == pytest.approx(np.array([[3.4, 0.8, 0.0], [0.8, 3.4, 0.8], [0.0, 0.8, 3.4]]))
    assert difference_covariance(np.array([0.0, 2.0, 3.0])) == pytest.approx(np.diag([2.0, 1.0]))


# ---------------------------------------------------------------- ages, multiplier and life expectancy


def test_pattern_has_mean_one_keeps_its_shape_and_does_not_overshoot() -> None:
    pattern, scale = single_age_pattern(BETA, AGES.tolist())
    assert pattern.shape == (2, 101)
    assert pattern.mean() == pytest.approx(1, abs=1e-12)
    assert (np.diff(pattern, axis=-1) <= 1e-12).all(), "falling groups give falling ages"
    assert pattern[:, 0] * scale == pytest.approx(BETA[:, 0])
    assert pattern[:, 100] * scale == pytest.approx(BETA[:, -1])
    # age 42 has its middle where that of the group 40-44 lies
    assert pattern[:, 42] * scale == pytest.approx(BETA[:, AGES.tolist().index(40)])


def test_pattern_of_equal_ages_is_one() -> None:
    pattern, scale = single_age_pattern(np.full((2, AGES.size), 0.03), AGES.tolist())
    assert pattern == pytest.approx(np.ones((2, 101)))
    assert scale == pytest.approx(0.03)


def test_scaled_pattern_and_index_give_the_rates_of_the_model() -> None:
    generator = np.random.default_rng(5)
    fit = fit_lee_carter(simulated(generator, walk(generator, 20)), np.arange(20))
    pattern, scale = single_age_pattern(fit.beta, AGES.tolist())
    moved = mortality_multiplier(pattern, fit.k * scale)
    assert moved.shape == (20, 2, 101)
    group = AGES.tolist().index(60)
    assert moved[:, :, 62] == pytest.approx(np.exp(fit.k[:, None] * fit.beta[:, group]), rel=1e-9)


def test_index_deviation_by_hand() -> None:
    # one draw of the drift of 2, steps 1, -1, 3: 0.1 * 2 * (1, 2, 3) + 0.5 * (1, 0, 3)
    found = index_deviation([2.0], 0.5 * np.cumsum([[1.0, -1.0, 3.0]], axis=-1), drift_error=0.1)
    assert found == pytest.approx(np.array([[0.7, 0.4, 2.1]]))


def test_life_expectancy_is_that_of_the_life_table() -> None:
    rate = np.stack([0.0001 * np.exp(0.09 * np.arange(101)), 0.00006 * np.exp(0.09 * np.arange(101))])
    _, person_years = life_table(rate)
    assert life_expectancy_at_birth(survival_ratios(rate, 100)) == pytest.approx(person_years.sum(axis=-1), rel=1e-9)


def test_more_deaths_shorten_life_and_the_slope_is_that_of_a_secant() -> None:
    pattern, _ = single_age_pattern(BETA, AGES.tolist())
    survival = flat_table()
    low, middle, high = life_expectancy_under(survival, pattern, [0.02, 0.0, -0.02])
    assert low < middle < high
    assert middle == pytest.approx(life_expectancy_at_birth(survival).mean())
    assert life_expectancy_slope(survival, pattern) == pytest.approx((low - high) / 0.04, rel=1e-3)


def test_life_expectancy_deviation_is_that_of_drawn_paths() -> None:
    pattern, _ = single_age_pattern(BETA, AGES.tolist())
    survival, paths = flat_table(), 4000
    generator = np.random.default_rng(9)
    draw, walk = generator.standard_normal(paths), 0.03 * generator.standard_normal((paths, 25)).cumsum(axis=-1)
    k = index_deviation(draw, walk, 0.004)[:, -1]
    drawn = life_expectancy_under(survival, pattern, k).std(ddof=1)
    stated = life_expectancy_deviation(survival, pattern, 0.03, 0.004)
    assert stated == pytest.approx(drawn, rel=3 / math.sqrt(2 * paths))
    # small spreads: the slope times sqrt((25 se)^2 + 25 sd^2)
    small = life_expectancy_deviation(survival, pattern, 0.0003, 0.00004)
    spread = math.sqrt((25 * 0.00004) ** 2 + 25 * 0.0003**2)
    assert small == pytest.approx(abs(life_expectancy_slope(survival, pattern)) * spread, rel=1e-4)


# ---------------------------------------------------------------- bad input


def test_every_fault_is_named_at_once() -> None:
    rates = np.zeros((4, 2, 3))
    rates[0, 0, 0] = -np.inf
    with pytest.raises(ValueError, match="no logarithm") as caught:
        fit_lee_carter(rates, [2000, 2001, 2001, 2004], np.zeros((4, 2, 2)))
    assert "years: not rising" in str(caught.value)
    assert "exposures: shape (4, 2, 2)" in str(caught.value)


@pytest.mark.parametrize(
    ("rates", "years", "words"),
    [
        (np.zeros((2, 5)), [2000, 2001], "at least 3"),
        (np.zeros((3, 5)), [2000, 2001, 2002], "no common movement"),
        (np.zeros(5), np.arange(5), "1 axes"),
    ],
)
def test_what_cannot_be_fitted_is_refused(rates: np.ndarray, years: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_lee_carter(rates, years)


def test_overlapping_means_are_refused() -> None:
    with pytest.raises(ValueError, match="closer than the 5 years"):
        fit_random_walk([0, 1, 2], [2000, 2005, 2008], 5)


def test_pattern_refuses_other_groups_and_no_mean() -> None:
    with pytest.raises(ValueError, match="not 22 first ages"):
        single_age_pattern(BETA, [0, 5, 10])
    with pytest.raises(ValueError, match="not positive"):
        single_age_pattern(-BETA, AGES.tolist())


def test_result_is_frozen() -> None:
    generator = np.random.default_rng(1)
    fit = fit_lee_carter(simulated(generator, walk(generator, 5)), np.arange(5))
    assert isinstance(fit, LeeCarter)
    with pytest.raises(AttributeError):
        fit.drift = 0.0  # type: ignore[misc]
