"""Processes against what is known of them: variances, correlations, bounds, distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import poolcast
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.errors import AssumptionError
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.innovations import draw_innovations
from poolcast.uncertainty.paths import (
    Centre,
    collection_factor,
    deviations,
    drivers_of,
    epidemic_factors,
    reflected_walk,
)
from poolcast.uncertainty.processes import Correlation, Epidemic, Processes

PATHS, YEARS = 4_000, 40


@pytest.fixture(scope="module")
def china():
    return poolcast.calibrate(poolcast.load_assumptions("china"))


@pytest.fixture(scope="module")
def processes(china):
    return Processes.of(china)


@pytest.fixture(scope="module")
def innovations(processes):
    return draw_innovations(processes, Draws(1), ["000000"], 0, PATHS, YEARS)


def test_an_autoregression_has_its_stationary_variance():
    normals = np.random.default_rng(1).standard_normal((PATHS, 1, 1, YEARS))
    last = deviations(normals, np.array([0.6]), np.array([0.012]))[:, 0, 0, -1]
    variance = 0.012**2 / (1 - 0.6**2)  # sigma^2 / (1 - phi^2)
    assert abs(last.var(ddof=1) / variance - 1) < 3 * np.sqrt(2 / (PATHS - 1))


def test_two_steps_by_hand():
    # x1 = 0.01 * 1 = 0.01; x2 = 0.5 * 0.01 + 0.01 * (-2) = -0.015
    shocks = np.array([1.0, -2.0])[None, None, None]
    assert np.allclose(deviations(shocks, np.array([0.5]), np.array([0.01]))[0, 0, 0], [0.01, -0.015], atol=1e-15)


def test_innovations_have_the_correlations_of_the_set(processes, innovations):
    pooled = np.moveaxis(innovations.drivers[:, 0], 1, 0).reshape(len(RISK_DRIVERS), -1)
    error = 3.5 / np.sqrt(pooled.shape[1])  # 55 correlations are looked at
    assert np.abs(np.corrcoef(pooled) - processes.correlation.used).max() < error
    assert processes.correlation.used[RISK_DRIVERS.index("wages"), RISK_DRIVERS.index("consumer_prices")] == 0.4


def test_regions_share_what_is_national(processes):
    codes = [f"{number:06d}" for number in range(4)]
    drawn = draw_innovations(processes, Draws(1), codes, 0, PATHS, 10).drivers
    for name in ("wages", "inpatient_use", "interest"):
        number = RISK_DRIVERS.index(name)
        one, other = drawn[:, 0, number].ravel(), drawn[:, 3, number].ravel()
        assert abs(one.std() - 1) < 0.02
        assert abs(np.corrcoef(one, other)[0, 1] - processes.national_share[number]) < 3.5 / np.sqrt(one.size)


def test_a_matrix_that_is_no_correlation_is_repaired_and_says_so():
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1.0]])
    repaired = Correlation.of(impossible)
    assert repaired.is_repaired
    assert repaired.smallest_eigenvalue < 0
    assert np.linalg.eigvalsh(repaired.used)[0] >= 0
    assert np.allclose(np.diag(repaired.used), 1)
    assert 0 < repaired.largest_change < 0.5
    assert np.allclose(repaired.factor @ repaired.factor.T, repaired.used)


def test_the_correlation_of_the_shipped_set_needs_no_repair(processes):
    assert not processes.correlation.is_repaired
    assert processes.correlation.smallest_eigenvalue > 0


def test_fertility_stays_inside_its_bounds_and_is_reflected():
    centre = np.full((1, YEARS), 0.7)
    normals = np.random.default_rng(2).standard_normal((PATHS, 1, YEARS))
    level = reflected_walk(normals, 0.2, centre, 0.6, 1.8)
    assert level.min() >= 0.6
    assert level.max() <= 1.8
    # one step of -1: 0.7 - 0.2 = 0.5 lies 0.1 below the bound, so it becomes 0.7
    assert reflected_walk(np.full((1, 1, 1), -1.0), 0.2, centre[:, :1], 0.6, 1.8)[0, 0, 0] == pytest.approx(0.7)


def test_collection_follows_the_beta_distribution_in_the_long_run():
    normals = np.random.default_rng(3).standard_normal((PATHS, 1, 30))
    factor = collection_factor(normals, 0.5, 0.01, np.array([0.98]))[:, 0, -1]
    size = 0.98 * 0.02 / 0.01**2 - 1
    beta = stats.beta(0.98 * size, 0.02 * size)
    assert stats.kstest(factor * beta.median(), beta.cdf).pvalue > 1e-3
    assert factor.max() * beta.median() <= 1


EPIDEMIC = Epidemic(0.03, 3, -0.30, -0.15, -0.05, -0.05, 0.12, -0.03, 0.02)


def test_an_epidemic_by_hand():
    uniforms = np.full((1, 4, 6), 0.99)
    uniforms[0, :, 1] = [0.01, 0.5, 0.4, 0.5]  # begins in the second year; 0.5 * 3 -> lasts two years; depth 0.4
    uniforms[0, 3, 2] = 0.25
    use, collection, cost = epidemic_factors(uniforms, EPIDEMIC)
    depth = -0.30 + np.sqrt(0.4 * 0.25 * 0.15)  # triangular quantile left of the mode: F(mode) = 0.15 / 0.25 = 0.6
    assert np.allclose(use[0], [1, 1 + depth, 0.95, 1.12, 1, 1])
    assert np.allclose(collection[0], [1, 0.97, 0.97, 1, 1, 1])
    assert np.allclose(cost[0], [0, 0.01, 0.005, 0, 0, 0])


def test_epidemics_begin_as_often_as_declared():
    uniforms = np.random.default_rng(4).random((20_000, 4, 1))
    use, _, _ = epidemic_factors(uniforms, EPIDEMIC)
    share = (use < 1).mean()
    assert abs(share - 0.03) < 3 * np.sqrt(0.03 * 0.97 / 20_000)
    depth = use[use < 1] - 1
    assert stats.kstest(depth, stats.triang(0.6, -0.30, 0.25).cdf).pvalue > 1e-3


def test_interest_never_falls_below_its_bound(china, processes):
    drawn = draw_innovations(processes, Draws(1), ["000000"], 0, 2000, china.last_year - china.base_year)
    centre = Centre.of(china)
    moved = drivers_of(drawn, processes, centre).interest_rate
    assert moved is not None
    assert (centre.lowest_interest[None] + moved[:, :, 1:]).min() >= -1e-15
    assert moved.min() < 0


def test_the_base_year_is_never_moved(china, processes):
    drawn = draw_innovations(processes, Draws(1), ["000000"], 0, 50, china.last_year - china.base_year)
    drivers = drivers_of(drawn, processes, Centre.of(china))
    for name in (
        "wage_growth",
        "consumer_prices",
        "unit_cost_growth",
        "employment",
        "interest_rate",
        "mortality_index",
    ):
        assert not getattr(drivers, name)[..., 0].any()
    for name in ("inpatient_use", "outpatient_use", "fertility", "migration", "collection", "benefit_level"):
        assert (getattr(drivers, name)[..., 0] == 1).all()


def test_a_set_without_processes_is_refused_with_all_that_is_missing(china):
    bare = {name: value for name, value in china.values.items() if not name.startswith("uncertainty.")}
    without = china.with_values({})
    object.__setattr__(without, "values", bare)
    with pytest.raises(AssumptionError) as caught:
        Processes.of(without)
    assert len(caught.value.problems) >= 20
    assert "based_on" in caught.value.problems[0].remedy


def test_mortality_and_migration_by_hand(china, processes):
    drawn = draw_innovations(processes, Draws(1), ["000000"], 0, 3, 2)
    number, moving = RISK_DRIVERS.index("mortality"), RISK_DRIVERS.index("migration")
    drivers = drivers_of(drawn, processes, Centre.of(poolcast.load_assumptions("china", to=2027)))
    xi = processes.deviation[number] * drawn.drivers[:, 0, number]
    drift = processes.mortality_drift_error * drawn.mortality_drift
    assert np.allclose(drivers.mortality_index[:, 0, 2], 2 * drift + xi[:, 0] + xi[:, 1], rtol=1e-12)
    first = processes.deviation[moving] * drawn.drivers[:, 0, moving, 0]
    assert np.allclose(drivers.migration[:, 0, 1], np.maximum(1 + first, 0), rtol=1e-12)
    assert np.array_equal(drivers.utilisation[:, 0, 1:], epidemic_factors(drawn.epidemic, processes.epidemic)[0])


def test_the_cost_level_of_a_region_is_partly_its_own(processes):
    level = draw_innovations(processes, Draws(2), ["a", "b"], 0, PATHS, 1).cost_level
    share = processes.national_share[RISK_DRIVERS.index("inpatient_use")]
    assert abs(level[:, 0].std() - 1) < 0.05
    assert abs(np.corrcoef(level.T)[0, 1] - share) < 3.5 / np.sqrt(PATHS)
