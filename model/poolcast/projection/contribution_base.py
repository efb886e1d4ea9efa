"""The contribution base: wages between a floor and a cap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.projection.limited_expected_value import limited_expected_value

Array = NDArray[np.float64]


def lognormal_base(wage: Array, coefficient_of_variation: Array, floor: Array, cap: Array) -> Array:
    """Return the mean base of lognormal wages, ``lo + E[min(w, hi)] - E[min(w, lo)]`` (handbook 6.4).

    Parameters
    ----------
    wage : array
        Mean declared wage of a group, yuan a year.
    coefficient_of_variation : array
        Spread of the wages of the whole group.
    floor, cap : array
        Bounds of the base, yuan a year.
    """
    result: Array = (
        floor
        + limited_expected_value(wage, coefficient_of_variation, cap)
        - limited_expected_value(wage, coefficient_of_variation, floor)
    )
    return result


def class_base(wage: Array, share: Array, relative_wage: Array, floor: Array, cap: Array) -> Array:
    """Return the mean base of wage classes, ``sum_c share_c min(max(w_c, lo), hi)`` (handbook 11.1).

    Parameters
    ----------
    wage : array
        Mean declared wage of a group, yuan a year.
    share, relative_wage : array (..., wage_class)
        Share of each class and its wage over the mean, broadcast against ``wage[..., None]``.
    floor, cap : array
        Bounds of the base, yuan a year, broadcast against `wage`.
    """
    wages = np.clip(wage[..., None] * relative_wage, np.asarray(floor)[..., None], np.asarray(cap)[..., None])
    result: Array = (share * wages).sum(-1)
    return result
