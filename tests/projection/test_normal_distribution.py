"""The tabulated normal distribution, and the compiled limited expected value, against SciPy and each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from poolcast.projection.limited_expected_value import _mean_below, limited_expected_value
from poolcast.projection.normal_distribution import COMPILED_FROM, normal_distribution


def test_the_table_is_the_normal_distribution() -> None:
    deviates = np.concatenate([np.linspace(-10, 10, 100_003), [0.0, -9.0, 9.0, np.inf, -np.inf]])
    assert np.abs(normal_distribution(deviates) - ndtr(deviates)).max() < 1e-13
    assert np.isnan(normal_distribution(np.array([np.nan])))[0]
    assert (np.diff(normal_distribution(np.linspace(-8, 8, 50_000))) >= -1e-15).all()


def test_the_compiled_twin_has_the_same_bits() -> None:
    pytest.importorskip("numba")
    from poolcast.projection.normal_distribution_compiled import mean_below

    random = np.random.default_rng(1)
    size = COMPILED_FROM + 3
    mean = np.exp(random.normal(8, 1, size))
    limit = np.exp(random.normal(8, 2, size))
    spread = random.choice([0.0, 0.6, 1.3], size)
    mean[:4], limit[4:8], spread[8:12] = [0.0, np.nan, 1.0, 2.0], [0.0, -1.0, np.inf, np.nan], 0.0
    variance = np.log1p(spread * spread)
    with np.errstate(all="ignore"):
        arguments = (mean, limit, np.log(limit / mean), variance / 2, np.sqrt(variance))
        plain, compiled = _mean_below(*arguments), mean_below(*arguments)
    assert np.array_equal(plain, compiled, equal_nan=True)
    assert np.array_equal(limited_expected_value(mean, spread, limit), compiled, equal_nan=True)
    few = limited_expected_value(mean[:1000], spread[:1000], limit[:1000])
    assert np.array_equal(few, compiled[:1000], equal_nan=True)
