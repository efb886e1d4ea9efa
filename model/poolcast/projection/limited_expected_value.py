"""Limited expected values of a lognormal amount: the mean of what falls below a limit."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from poolcast.projection.normal_distribution import COMPILED_FROM, COMPILED_FROM_WHEN_LOADED, normal_distribution

Array = NDArray[np.float64]


def limited_expected_value(mean: Array, coefficient_of_variation: Array, limit: Array) -> Array:
    """Return ``E[min(C, u)]`` of a lognormal amount C (handbook 3.1).

    ``E[min(C, u)] = mu Phi((ln u - m - s2)/s) + u (1 - Phi((ln u - m)/s))`` with ``s2 = ln(1 + cv^2)`` and
    ``m = ln mu - s2/2``. A coefficient of variation of zero is the amount at its mean, ``min(mu, u)``.

    Parameters
    ----------
    mean : array
        Mean amount, yuan; zero gives zero.
    coefficient_of_variation : array
        Standard deviation over the mean, broadcast against `mean`.
    limit : array
        Limit in yuan, broadcast against `mean`; infinity gives the mean, zero or less gives zero.

    Returns
    -------
    array
        Limited expected value, yuan, in the broadcast shape.
    """
    mean, limit = np.asarray(mean, float), np.asarray(limit, float)
    spread = np.asarray(coefficient_of_variation, float)
    variance = np.log1p(spread * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(limit / mean)
    arguments = (mean, limit, log_ratio, variance / 2, np.sqrt(variance))
    pays = COMPILED_FROM if "numba" not in sys.modules else COMPILED_FROM_WHEN_LOADED
    if log_ratio.size >= pays and find_spec("numba") is not None:
        from poolcast.projection.normal_distribution_compiled import mean_below

        with np.errstate(invalid="ignore"):
            compiled: Array = mean_below(*arguments)
        return compiled
    return _mean_below(*arguments)


def _mean_below(mean: Array, limit: Array, log_ratio: Array, half_variance: Array, deviation: Array) -> Array:
    """Return the formula of `limited_expected_value`; the compiled twin has the same operations in the same order."""
    inside = (mean > 0) & (limit > 0) & np.isfinite(limit) & (deviation > 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        standard = (log_ratio + half_variance) / deviation
        lognormal = mean * normal_distribution(standard - deviation) + limit * normal_distribution(-standard)
    at_mean = np.minimum(mean, np.maximum(limit, 0.0)) + 0.0 * deviation
    result: Array = np.where(inside, lognormal, at_mean)
    return result


def layer(mean: Array, coefficient_of_variation: Array, lower: Array, upper: Array) -> Array:
    """Return the mean of what falls between two limits, ``E[min(C, upper)] - E[min(C, lower)]``, at least zero."""
    result: Array = np.maximum(
        limited_expected_value(mean, coefficient_of_variation, upper)
        - limited_expected_value(mean, coefficient_of_variation, lower),
        0.0,
    )
    return result
