"""Health of longer lives: how age profiles of use move with life expectancy and with nearness to death."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import OPEN_AGE

Array = NDArray[np.float64]


def remaining_life_expectancy(survival: Array) -> Array:
    """Return the period remaining life expectancy at each age (handbook 6.2).

    With S the survival ratio by age at the end of the year, a person of age a lives through ``H_a`` further year
    ends, ``H_a = S_{a+1} (1 + H_{a+1})`` and in the open group ``H = S / (1 - S)``; ``e_a = H_a + 1/2``.

    Parameters
    ----------
    survival : array (..., age), fraction

    Returns
    -------
    array (..., age), years
    """
    remaining = np.empty_like(survival)
    last = np.minimum(survival[..., OPEN_AGE], 0.999)
    remaining[..., OPEN_AGE] = last / (1 - last)
    for age in range(OPEN_AGE - 1, -1, -1):
        remaining[..., age] = survival[..., age + 1] * (1 + remaining[..., age + 1])
    result: Array = remaining + 0.5
    return result


def gained_years(survival: Array) -> Array:
    """Return the life expectancy gained since the base year end, at every year end from the one before it on.

    Published tables jump between the last estimate and the projection, and the first projected year carries half of
    the jump (handbook 6.2). So the yearly gain of the second to third projected year is carried back:
    ``-step, 0, step`` at the year ends before, at and after the base year end; from the second projected year on
    ``e_t - e_2 + 2 step``.

    Parameters
    ----------
    survival : array (region, year, sex, age)
        Survival ratios from the first projected year on.

    Returns
    -------
    array (region, year_end, sex, age), years
    """
    expectancy = remaining_life_expectancy(survival)
    years = expectancy.shape[1]
    second, third = expectancy[:, min(1, years - 1)], expectancy[:, min(2, years - 1)]
    step = (third - second) if years > 2 else second - expectancy[:, 0]
    gain = np.empty((expectancy.shape[0], years + 2, *expectancy.shape[2:]))
    gain[:, 0], gain[:, 1], gain[:, 2] = -step, 0.0, step
    gain[:, 3:] = expectancy[:, 1:] - second[:, None] + 2 * step[:, None]
    return gain


def carried_gained_years(survival: Array, opening: Array) -> Array:
    """Return the life expectancy gained at every year end where earlier gains are known: a set that was rolled.

    ``opening`` at the year ends before, at and after the base year end, then ``e_t - e_1 + opening_1``.

    Parameters
    ----------
    survival : array (region, year, sex, age)
        Survival ratios from the first projected year on.
    opening : array (region, 3, sex, age), years

    Returns
    -------
    array (region, year_end, sex, age), years
    """
    expectancy = remaining_life_expectancy(survival)
    later = expectancy[:, 1:] - expectancy[:, :1] + opening[:, 2:3]
    return np.concatenate([opening, later], axis=1)


def shifted_profile(profile: Array, shift: Array) -> Array:
    """Return a profile read at the ages ``a - shift``, linear between single ages, clipped to 0..100.

    Parameters
    ----------
    profile : array (region, sex, age)
        Rates or amounts by age.
    shift : array (region, year_end, sex, age), years

    Returns
    -------
    array (region, year_end, sex, age)
    """
    age = np.clip(np.arange(OPEN_AGE + 1) - shift, 0, OPEN_AGE)
    lower = np.minimum(age.astype(np.int64), OPEN_AGE - 1)
    part = age - lower
    wide = np.broadcast_to(profile[:, None], shift.shape)
    below = np.take_along_axis(wide, lower, axis=-1)
    above = np.take_along_axis(wide, lower + 1, axis=-1)
    result: Array = below + part * (above - below)
    return result


def death_burden(survival: Array, decedent_ratio: Array) -> Array:
    """Return the cost of death by age against the first projected year, ``D_t / D_0`` (handbook 6.6).

    ``D = 1 + q (k - 1)``, q the share that dies within the year and k the cost of decedents over survivors; D_0 is
    that of the first projected year.

    Parameters
    ----------
    survival : array (region, year, sex, age)
        Survival ratios from the first projected year on.
    decedent_ratio : array (age,)
        k by age.

    Returns
    -------
    array (region, year, sex, age)
    """
    dying = np.empty_like(survival)
    dying[..., :OPEN_AGE] = 1 - survival[..., 1:]
    dying[..., OPEN_AGE] = 1 - survival[..., OPEN_AGE]
    burden = 1 + dying * (decedent_ratio - 1)
    result: Array = burden / burden[:, :1]
    return result


def death_related_factor(burden: Array, weight: float) -> Array:
    """Return the factor on cost by age when part of it is tied to death, ``1 + w (D_t / D_0 - 1)`` (handbook 6.6).

    Parameters
    ----------
    burden : array
        ``D_t / D_0``, see `death_burden`.
    weight : float
        0 leaves the profile as it is.
    """
    result: Array = 1 + weight * (burden - 1)
    return result
