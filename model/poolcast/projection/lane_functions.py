"""Functions for inner loops over paths: exponential, logarithm and limited expected value.

The compiler works on several paths at once only where nothing branches and nothing is called. These functions are put
in their place (`inline`) and agree with NumPy's to the last bit or two. They are the same operations in the same order
for every path, whether the compiler takes it with its neighbours or by itself: a path has the same bits in any block.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

in_place: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(
    nogil=True, cache=True, error_model="numpy", inline="always"
)

_LOG2_E, _LN2_HIGH, _LN2_LOW = 1.4426950408889634, 6.93147180369123816490e-01, 1.90821492927058770002e-10
_BIAS, _FRACTION = np.int64(1023), np.int64(52)
_TWO_TO_52 = np.int64(2**52)
_ROOT_OF_HALF = np.int64(0x3FE6A09E00000000)
"""Bits of the number at which the logarithm begins a new power of two."""


@in_place
def exponential(x):  # type: ignore[no-untyped-def]
    """Return e to the power x, between -700 and 700: ``2^k e^r`` with a Taylor polynomial of |r| <= ln 2 / 2."""
    x = x if x > -700.0 else -700.0
    x = x if x < 700.0 else 700.0
    power = math.floor(x * _LOG2_E + 0.5)
    r = (x - power * _LN2_HIGH) - power * _LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * np.int64((np.int64(power) + _BIAS) << _FRACTION).view(np.float64)


@in_place
def logarithm(x):  # type: ignore[no-untyped-def]
    """Return the natural logarithm of a positive, finite number (fdlibm's); for anything else some finite number."""
    bits = np.float64(x).view(np.int64)
    power = np.int64(np.int64(bits - _ROOT_OF_HALF) >> _FRACTION)
    f = np.int64(bits - np.int64(power * _TWO_TO_52)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    tail = 1.531383769920937332e-01 + z * 1.479819860511658591e-01
    tail = 2.222219843214978396e-01 + z * (1.818357216161805012e-01 + z * tail)
    tail = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * tail)))
    half = 0.5 * f * f
    exponent = np.float64(power)
    return exponent * _LN2_HIGH - ((half - (s * (half + tail) + exponent * _LN2_LOW)) - f)


@in_place
def tail_over_density(deviate):  # type: ignore[no-untyped-def]
    """Return ``Phi(-x) exp(x^2 / 2)`` of x >= 0 (Hart and others, Computer Approximations, 1968, function 5666)."""
    above = 3.52624965998911e-02 * deviate + 0.700383064443688
    above = above * deviate + 6.37396220353165
    above = above * deviate + 33.912866078383
    above = above * deviate + 112.079291497871
    above = above * deviate + 221.213596169931
    above = above * deviate + 220.206867912376
    below = 8.83883476483184e-02 * deviate + 1.75566716318264
    below = below * deviate + 16.064177579207
    below = below * deviate + 86.7807322029461
    below = below * deviate + 296.564248779674
    below = below * deviate + 637.333633378831
    below = below * deviate + 793.826512519948
    below = below * deviate + 440.413735824752
    return above / below


@in_place
def mean_below(mean, limit, log_ratio, half_variance, deviation):  # type: ignore[no-untyped-def]
    """Return E[min(C, limit)] of a lognormal amount; see `limited_expected_value`.

    With ``s = (ln(u/mu) + d^2/2) / d`` the densities of both terms of ``mu Phi(s - d) + u Phi(-s)`` are one number,
    ``mu exp(-(s - d)^2/2) = u exp(-s^2/2)``, so that one exponential serves both.

    Parameters
    ----------
    mean, limit : number
        Positive, finite; a limit of zero may stand with any logarithm.
    log_ratio : number
        ``ln(limit / mean)``.
    """
    upper = (log_ratio + half_variance) / deviation
    lower = upper - deviation
    density = limit * exponential(-0.5 * upper * upper)
    tail, other = density * tail_over_density(abs(upper)), density * tail_over_density(abs(lower))
    first = mean - other if lower > 0.0 else other
    second = tail if upper > 0.0 else limit - tail
    return first + second if deviation > 0.0 else min(mean, limit)
