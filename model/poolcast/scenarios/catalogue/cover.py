"""People at the base year end by region, and rates that hold for some years, for levers with a rule of their own.

Arrays have the region axis alone unless said.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.parameters.declarations import PARAMETERS

Array = NDArray[np.float64]

OUTSIDE = ("child", "adult_resident", "uninsured")
RESIDENTS = ("child", "adult_resident")


def population(before: Assumptions) -> Array:
    """Return the population at the base year end."""
    result: Array = before["population.at_base_year_end"].sum((1, 2))
    return result


def persons(before: Assumptions, statuses: tuple[str, ...], first_age: int = 0, last_age: int = 100) -> Array:
    """Return the persons of some statuses and ages at the base year end.

    Parameters
    ----------
    before : Assumptions
        The set before the change.
    statuses : tuple of str
        Statuses counted.
    first_age, last_age : int
        Ages counted, both ends included.
    """
    ages = slice(first_age, last_age + 1)
    stock = before["population.at_base_year_end"][:, None, :, ages]
    share = before["coverage.status_share"][:, [index("status", status) for status in statuses], :, ages]
    result: Array = (share * stock).sum((1, 2, 3))
    return result


def ratio(part: Array, whole: Array) -> Array:
    """Return the quotient, zero where there is no whole."""
    result: Array = np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
    return result


def yearly_decline(reduction: Array, years: float) -> Array:
    """Return the decline a year that takes a share away in some years: ``1 - (1 - reduction)^(1/years)``.

    Examples
    --------
    >>> yearly_decline(np.array([0.271]), 3).round(4)
    array([0.1])
    """
    result: Array = 1 - (1 - reduction) ** (1 / round(years))
    return result


def years_passed(before: Assumptions, start: int, most: float | None = None) -> Array:
    """Return for each year of the set how many years of a policy have come, that year inside; zero before it.

    Parameters
    ----------
    before : Assumptions
        Gives the years.
    start : int
        First year of the policy.
    most : float, optional
        The count stays there.
    """
    counted: Array = np.maximum(np.asarray(before.years) - start + 1, 0).astype(np.float64)
    return counted if most is None else np.minimum(counted, float(round(most)))


def during(before: Assumptions, start: int, years: float) -> Array:
    """Return one for each year of the set in which a policy of some years holds, zero for the others."""
    result: Array = np.diff(years_passed(before, start, years), prepend=0.0)
    return result


def more_a_year(before: Assumptions, start: int, years: float, **added: Array) -> dict[str, Array]:
    """Return yearly rates of cover (region, year) that are higher for some years and then the set's own again.

    A rate goes no further than the bounds of its declaration.

    Parameters
    ----------
    before : Assumptions
        The set before the change; rates that it does not hold are left out.
    start : int
        First year of the policy.
    years : float
        Years for which it holds.
    **added : array (region,)
        Addition by rate, named without the group ``coverage``.
    """
    holds = during(before, start, years)
    result = {}
    for name, amount in added.items():
        parameter = PARAMETERS[f"coverage.{name}"]
        if parameter.name in before:
            higher = before[parameter.name] + amount[:, None] * holds
            result[parameter.name] = np.clip(higher, parameter.minimum, parameter.maximum)
    return result
