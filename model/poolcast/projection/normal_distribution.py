"""The standard normal distribution function from a table, the same to the last bit in NumPy and compiled.

A simulation asks for it a billion times. Between the nodes of the table, 1/512 apart, a cubic runs through values and
slopes (Hermite); the error is below 1e-13, and beyond nine standard deviations the value is zero or one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]

REACH = 9.0
NODES_A_UNIT = 512
COMPILED_FROM = 2**18
"""Numbers from which a compiled twin pays; loading it takes half a second."""
COMPILED_FROM_WHEN_LOADED = 2**12
"""The same in a process that has the compiler loaded already, as a simulation has."""

_NODES = np.arange(-REACH, REACH + 1.5 / NODES_A_UNIT, 1 / NODES_A_UNIT)


def _cubics() -> Array:
    """Coefficients of the cubic from each node to the next, constant first (node, power)."""
    values = ndtr(_NODES)
    slopes = np.exp(-_NODES * _NODES / 2) / np.sqrt(2 * np.pi) / NODES_A_UNIT
    low, low_slope = values[:-1], slopes[:-1]
    rise, high_slope = values[1:] - low, slopes[1:]
    second, third = 3.0 * rise - 2.0 * low_slope - high_slope, low_slope + high_slope - 2.0 * rise
    return np.ascontiguousarray(np.stack([low, low_slope, second, third], axis=-1))


CUBICS: Array = _cubics()


def normal_distribution(deviates: Array) -> Array:
    """Return the probability that a standard normal number is below each deviate.

    Parameters
    ----------
    deviates : array
        Finite or infinite; NaN gives NaN.
    """
    inside = np.clip(deviates, -REACH, REACH)
    known = np.where(np.isnan(inside), 0.0, inside)
    place = (known + REACH) * NODES_A_UNIT
    node = place.astype(np.intp)
    part = place - node
    constant, first, second, third = (CUBICS[node, power] for power in range(4))
    value = constant + part * (first + part * (second + part * third))
    value = np.where(known <= -REACH, 0.0, np.where(known >= REACH, 1.0, value))
    result: Array = np.where(np.isnan(inside), np.nan, value)
    return result
