"""Control variate: its expectation is exact, its mean agrees with the plain one, and its error is smaller and
honest."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.parameters.errors import ResultError
from poolcast.uncertainty.control_variate import Features, Surrogate, _covariance, mean_reserve

SEEDS = range(12)


def test_mean_agrees_with_the_plain_mean_and_is_far_surer(short_china):
    found = mean_reserve(short_china, "reserve(EPF, year=2032)", paths=400, pilot=200, seed=1)
    assert abs(found.mean - found.plain_mean) < 3 * found.plain_error
    assert found.error < found.plain_error / 4
    assert found.variance_ratio == pytest.approx((found.plain_error / found.error) ** 2)
    assert found.coefficients[0] == pytest.approx(1, abs=0.1)


def test_the_error_is_as_large_as_other_seeds_show(short_china):
    found = [mean_reserve(short_china, "reserve(RPF, year=2030)", paths=150, pilot=150, seed=seed) for seed in SEEDS]
    stated = np.sqrt(np.mean([one.error**2 for one in found]))
    # relative error of the spread of twelve: 1 / sqrt(22)
    assert np.std([one.mean for one in found], ddof=1) == pytest.approx(stated, rel=3 / np.sqrt(22))


def test_expectation_by_hand():
    # one year, one feature of variance 0.04: E exp(1 + 2 z) = exp(1 + 2 * 0.04), E exp(0.5) = exp(0.5)
    surrogate = Surrogate(np.array([[1.0, 2.0]]), np.array([[0.5, 0.0]]), np.array([3.0]), 7.0)
    features = Features(np.zeros((2, 1, 1)), np.array([[[0.04]]]), np.zeros((2, 0)))
    assert surrogate.expectation(features) == pytest.approx(7 + 3 * (np.exp(1.08) - np.exp(0.5)))
    assert surrogate.reserve(features) == pytest.approx(7 + 3 * (np.exp(1) - np.exp(0.5)))


def test_covariance_by_hand():
    # phi 0.5: x1 = e1, x2 = 0.5 e1 + e2; sums: e1, 1.5 e1 + e2
    found = _covariance(np.array([0.5]), np.eye(1), 2, 1)
    assert found[0] == pytest.approx(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    assert found[1] == pytest.approx(np.array([[1.25, 1.75, 0], [1.75, 3.25, 0], [0, 0, 1]]))


def test_regions_have_their_own_features(short_hebei):
    found = mean_reserve(short_hebei, "reserve(RPF, year=2029, region=130100)", paths=100, pilot=100, seed=1)
    assert found.variance_ratio > 5


def test_what_is_no_reserve_is_refused(short_china):
    with pytest.raises(ResultError) as caught:
        mean_reserve(short_china, "balance(EPF, year=2030)", paths=10)
    assert len(caught.value.problems) == 2
    with pytest.raises(ResultError, match="year=2032"):
        mean_reserve(poolcast.calibrate(short_china), "reserve(EPF)")
