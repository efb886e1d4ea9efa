"""The year-end outlook by hand, against the Kalman filter of statsmodels, and where logs do not exist."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from poolcast.budget.monthly_noise import MonthlyNoise, monthly_noise, noise_of, shape_covariance
from poolcast.budget.months import MonthlyHistory
from poolcast.budget.year_end import _conditional, drawn_years, nowcast_quantiles, year_end_outlook

PRIOR = monthly_noise(np.full((0, 12), np.nan), np.zeros(0))


def single(level: float, noise: float, correlation: float, drift: float, closing: float = 0.0) -> MonthlyNoise:
    covariance = level**2 + noise**2 * shape_covariance(correlation, drift, closing)
    return MonthlyNoise(np.ones(1), covariance[None], 0, noise, correlation, drift, level)


def months(*known: float) -> np.ndarray:
    return np.array([[*known, *[np.nan] * (12 - len(known))]])


def test_covariance_by_hand() -> None:
    covariance = shape_covariance(0.5, 0.1, 2.0)
    assert covariance[0, 0] == pytest.approx(1 + 0.1)
    assert covariance[2, 5] == pytest.approx(0.5**3 + 0.1 * 3)
    assert covariance[11, 11] == pytest.approx(1 + 0.1 * 12 + 2.0)
    assert covariance[11, 10] == pytest.approx(0.5 + 0.1 * 11)


def test_the_covariance_is_the_filter_of_statsmodels() -> None:
    """Forecasts and likelihood of a local level with an autoregressive part, given the same parameters."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    level, noise, correlation, drift = 0.07, 0.05, 0.4, 0.08
    observed = np.array([0.06, 0.01, 0.09, 0.04, 0.02])
    model = UnobservedComponents(np.append(observed, [np.nan] * 7), "rwalk", autoregressive=1)
    first = np.diag([level**2 + drift * noise**2, noise**2])
    model.ssm.initialize_known(np.zeros(2), first)
    names = dict(zip(model.param_names, range(3), strict=True))
    parameters = np.empty(3)
    parameters[names["sigma2.level"]] = drift * noise**2
    parameters[names["sigma2.ar"]] = noise**2 * (1 - correlation**2)
    parameters[names["ar.L1"]] = correlation
    result = model.smooth(parameters)
    ours = single(level, noise, correlation, drift)
    mean, covariance, _ = _conditional(observed, np.arange(5), np.arange(5, 12), ours)
    assert mean[0] == pytest.approx(result.filter_results.forecasts[0, 5:], rel=1e-6)
    assert np.diag(covariance[0]) == pytest.approx(result.filter_results.forecasts_error_cov[0, 0, 5:], rel=1e-6)
    likelihood = multivariate_normal(np.zeros(5), ours.covariance[0, :5, :5]).logpdf(observed)
    assert likelihood == pytest.approx(result.filter_results.llf_obs.sum(), rel=1e-6)


def test_weights_are_bayes_rule() -> None:
    quiet, loud = single(0.05, 0.02, 0.0, 0.0), single(0.05, 0.10, 0.0, 0.0)
    both = MonthlyNoise(np.array([0.3, 0.7]), np.concatenate([quiet.covariance, loud.covariance]), 0, 0, 0, 0, 0)
    observed = np.array([0.04, -0.01, 0.02])
    _, _, weights = _conditional(observed, np.arange(3), np.arange(3, 12), both)
    densities = np.array([multivariate_normal(np.zeros(3), c[:3, :3]).pdf(observed) for c in both.covariance])
    expected = both.weights * densities / (both.weights @ densities)
    assert weights == pytest.approx(expected)
    assert 0.1 < weights[0] < 0.9


def test_history_teaches_the_noise() -> None:
    generator = np.random.Generator(np.random.Philox(key=3))
    for size in (0.025, 0.12):
        logs = generator.normal(0, size, (12, 12)) + generator.normal(0, 0.5, (12, 1)) + np.linspace(0, 1, 12)
        learnt = monthly_noise(logs, np.full(12, np.nan))
        assert learnt.noise == pytest.approx(size, rel=0.35)  # neither levels of years nor the season count as noise
        assert learnt.correlation < 0.2
    walk = np.cumsum(generator.normal(0, 0.05, (12, 12)), axis=-1)
    assert monthly_noise(walk, np.full(12, np.nan)).drift > 0.2


def test_budget_errors_teach_the_level() -> None:
    bad = monthly_noise(np.full((0, 12), np.nan), np.full(10, 0.2))
    good = monthly_noise(np.full((0, 12), np.nan), np.full(10, 0.01))
    assert bad.level > 0.15 > PRIOR.level > 0.04 > good.level
    amounts = np.full((1, 3, 12), 10.0)
    history = MonthlyHistory(("E1.1",), (2023, 2024, 2025), amounts, np.array([[100.0, 100.0, np.nan]]))
    both = monthly_noise(np.log(amounts[0]), np.array([np.log(1.2), np.log(1.2), np.nan]))
    assert noise_of(history, "E1.1").level == pytest.approx(both.level)


def test_blend_by_hand() -> None:
    outlook = year_end_outlook(["E1.1"], months(12.0, 9.0, 12.0), np.full((1, 12), 10.0), [PRIOR])
    shrink = 1 + 3 / 7 * (33 / 30 - 1)
    assert outlook.blend.central[0] == pytest.approx(33 + 90 * shrink)
    assert outlook.straight_line[0] == pytest.approx(132)
    assert outlook.budget[0] == 120
    assert outlook.actual[0] == 33
    assert outlook.blend.low[0] < outlook.blend.central[0] < outlook.blend.high[0]


def test_nowcast_of_a_sure_level_by_hand() -> None:
    """Without noise in the months the first one tells the year."""
    outlook = year_end_outlook(["E1.1"], months(11.0), np.full((1, 12), 10.0), [single(0.07, 1e-6, 0.0, 0.0)])
    assert outlook.nowcast.central[0] == pytest.approx(132, rel=1e-4)


def test_nowcast_of_noise_without_level_stays_on_the_budget() -> None:
    outlook = year_end_outlook(["E1.1"], months(11.0), np.full((1, 12), 10.0), [single(1e-6, 0.05, 0.0, 0.0)])
    assert outlook.nowcast.central[0] == pytest.approx(11 + 110, rel=2e-3)


def test_quantiles_are_those_of_drawn_years() -> None:
    phased = np.linspace(5, 15, 12)
    totals = (phased * np.exp(drawn_years(PRIOR, 7, 40_000))).sum(-1)
    low, middle, high = nowcast_quantiles(np.zeros(0), phased, PRIOR)
    assert [low, middle, high] == pytest.approx(np.quantile(totals, (0.1, 0.5, 0.9)), rel=0.004)


def test_a_closed_year_is_its_own_outlook() -> None:
    actual = np.linspace(8, 13, 12)[None]
    outlook = year_end_outlook(["R1.1"], actual, np.full((1, 12), 10.0), [PRIOR])
    for band in (outlook.blend, outlook.nowcast):
        assert [band.low[0], band.central[0], band.high[0]] == pytest.approx([actual.sum()] * 3)


def test_a_line_without_months_stays_on_its_budget() -> None:
    table = np.concatenate([months(10.0, 10.0), months()])
    outlook = year_end_outlook(["E1.1", "E6"], table, np.full((2, 12), 10.0), [PRIOR, PRIOR])
    assert outlook.blend.central[1] == 120
    assert outlook.nowcast.central[1] == pytest.approx(120, rel=5e-3)
    assert np.isnan(outlook.straight_line[1])


def test_where_logs_do_not_exist_the_nowcast_is_the_blend_and_says_so() -> None:
    outlook = year_end_outlook(["R3"], months(10.0, -2.0, 10.0), np.full((1, 12), 10.0), [PRIOR])
    assert outlook.nowcast_is_blend == (True,)
    assert outlook.nowcast.central[0] == outlook.blend.central[0]


def test_months_without_a_budget_are_left_out() -> None:
    phased = np.array([[0, 0, 30.0, 0, 0, 30, 0, 0, 30, 0, 0, 30]])
    outlook = year_end_outlook(["R3"], months(0.0, 0.0, 33.0), phased, [PRIOR])
    assert outlook.nowcast_is_blend == (False,)
    assert 123 < outlook.nowcast.central[0] < 132
    early = year_end_outlook(["R3"], months(0.0, 2.0, 33.0), phased, [PRIOR])
    assert early.nowcast.central[0] == pytest.approx(outlook.nowcast.central[0] + 2)


def test_draws_do_not_depend_on_how_many() -> None:
    many, few = drawn_years(PRIOR, 5, 100), drawn_years(PRIOR, 5, 10, first=50)
    assert np.array_equal(many[50:60], few)
    assert not np.array_equal(many[50:60], drawn_years(PRIOR, 6, 10, first=50))
