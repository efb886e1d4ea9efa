"""Logarithmic means: the change of a product shared out among its factors (LMDI, handbook 6.12)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def log_mean(one: ArrayLike, other: ArrayLike) -> Array:
    """Return the logarithmic mean ``L(a, b) = (a - b) / (ln a - ln b)`` of positive numbers; a where both are equal."""
    a, b = np.broadcast_arrays(np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64))
    positive = (a > 0) & (b > 0)
    ratio = np.divide(a, b, out=np.ones_like(a), where=positive)
    logarithm = np.log(ratio)
    near = np.abs(logarithm) < 1e-9
    mean = np.divide(a - b, logarithm, out=np.array((a + b) / 2), where=~near)
    return np.where(positive, mean, 0.0)


def shares_of_product(
    before: Array, after: Array, factors: Mapping[str, tuple[ArrayLike, ArrayLike]], rest: str
) -> dict[str, Array]:
    """Share the change of amounts out among the factors that they are the product of.

    ``X = f_1 f_2 ... rest``; each factor has ``L(X1, X0) ln(f1 / f0)``. What the named factors leave is the rest's, so
    that the shares add up exactly. Where an amount or a factor is not positive in both years, the change is the rest's.

    Parameters
    ----------
    before, after : array
        Amounts of the two years.
    factors : mapping of str to (before, after)
        Named factors.
    rest : str
        Name of what is left; it may be one of the factors.
    """
    weight = log_mean(after, before)
    pairs = {
        name: tuple(np.broadcast_to(np.asarray(value, dtype=np.float64), before.shape) for value in values)
        for name, values in factors.items()
    }
    usable = weight > 0
    for old, new in pairs.values():
        usable = usable & (old > 0) & (new > 0)
    result: dict[str, Array] = {}
    for name, (old, new) in pairs.items():
        growth = np.log(np.divide(new, old, out=np.ones_like(new), where=usable))
        result[name] = np.where(usable, weight * growth, 0.0)
    left = after - before - sum(result.values(), np.zeros_like(before))
    result[rest] = result.get(rest, np.zeros_like(before)) + left
    return result


__all__ = ["log_mean", "shares_of_product"]
