"""The statutory retirement age of 2025-2039 by birth month, and the share of a cohort past it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import AGES

Array = NDArray[np.float64]
Group = Literal["male", "female_50", "female_55"]

GROUPS: tuple[Group, ...] = ("male", "female_50", "female_55")
"""The sex axis inside coverage: women by their original retirement age."""

EARLY_MONTHS = 36
"""Largest number of months by which retirement may be brought forward."""


@dataclass(frozen=True)
class Schedule:
    """Delay of the retirement age of a group (decision of 13 September 2024, arts 1-2).

    Parameters
    ----------
    original_months : int
        Original retirement age, months.
    first_birth_year : int
        First birth year whose members are delayed.
    step_months : int
        Birth months per month of delay.
    longest_delay : int
        Delay at which the schedule ends, months.
    """

    original_months: int
    first_birth_year: int
    step_months: int
    longest_delay: int


SCHEDULES: dict[Group, Schedule] = {
    "male": Schedule(60 * 12, 1965, 4, 36),
    "female_50": Schedule(50 * 12, 1975, 2, 60),
    "female_55": Schedule(55 * 12, 1970, 4, 36),
}


def delay_months(group: Group, birth_year: int, birth_month: int) -> int:
    """Return the delay of the retirement age in months (handbook 2.3).

    ``d = 0`` before the first delayed birth year, else
    ``min(longest, floor(((y - y0) 12 + m - 1) / step) + 1)``.

    Examples
    --------
    >>> delay_months("male", 1965, 5), delay_months("female_50", 1984, 11)
    (2, 60)
    """
    schedule = SCHEDULES[group]
    if birth_year < schedule.first_birth_year:
        return 0
    months = (birth_year - schedule.first_birth_year) * 12 + birth_month - 1
    return min(schedule.longest_delay, months // schedule.step_months + 1)


def retirement_age_months(group: Group, birth_year: int, birth_month: int) -> int:
    """Return the statutory retirement age in months of life."""
    return SCHEDULES[group].original_months + delay_months(group, birth_year, birth_month)


def retirement_month(group: Group, birth_year: int, birth_month: int) -> tuple[int, int]:
    """Return year and month in which a person reaches the statutory retirement age."""
    months = birth_year * 12 + birth_month - 1 + retirement_age_months(group, birth_year, birth_month)
    return months // 12, months % 12 + 1


def minimum_pension_years(year: int) -> float:
    """Return the minimum years of pension contributions of those who reach retirement age in a year."""
    return 15.0 + 0.5 * min(max(year - 2029, 0), 10)


@dataclass(frozen=True)
class Flexibility:
    """How members use the choice around the statutory age.

    Parameters
    ----------
    early_share, late_share : float
        Shares that retire early (the whole delay taken back, at most 36 months) and late.
    late_months : float
        Months that late retirement adds.
    delay : bool
        Whether the gradual delay applies at all.
    """

    early_share: float
    late_share: float
    late_months: float
    delay: bool = True


def share_past_retirement(year: int, flexibility: Flexibility) -> Array:
    """Return the share of each age past retirement at 31 December of a year.

    A person aged a at the year end was born in year t - a; the one born in month m has lived
    ``12 (t - y) + 12.5 - m`` months (born mid-month). Members with a delay split into early, statutory and late.

    Parameters
    ----------
    year : int
        Calendar year t.
    flexibility : Flexibility
        Shares of early and late retirement, and whether the delay applies.

    Returns
    -------
    array (group, age)
        Shares, groups as in `GROUPS`, ages 0..100.
    """
    age, month = np.array(AGES)[:, None], np.arange(1, 13)
    lived = 12 * age + 12.5 - month
    return np.stack([_past(group, year - age, month, lived, flexibility).mean(-1) for group in GROUPS])


def _past(
    group: Group, birth_year: NDArray[np.int64], month: NDArray[np.int64], lived: Array, flexibility: Flexibility
) -> Array:
    schedule = SCHEDULES[group]
    original = schedule.original_months
    months = (birth_year - schedule.first_birth_year) * 12 + month - 1
    delays = np.where(months < 0, 0, np.minimum(schedule.longest_delay, months // schedule.step_months + 1))
    delays = delays * flexibility.delay
    statutory = original + delays
    early = np.maximum(original, statutory - EARLY_MONTHS)
    late = statutory + flexibility.late_months
    on_time = 1.0 - flexibility.early_share - flexibility.late_share
    chosen = (
        on_time * (lived >= statutory)
        + flexibility.early_share * (lived >= early)
        + flexibility.late_share * (lived >= late)
    )
    result: Array = np.where(delays > 0, chosen, (lived >= original).astype(float))
    return result


@lru_cache(maxsize=1024)
def retirement_hazard(year: int, flexibility: Flexibility) -> Array:
    """Return the share of each cohort's contributors that passes retirement within a year.

    ``(pi_t - pi_{t-1}) / (1 - pi_{t-1})`` of the same cohort, by age at the end of the year; one where the whole
    cohort is past retirement.

    Returns
    -------
    array (group, age)
    """
    now = share_past_retirement(year, flexibility)
    before = np.zeros_like(now)
    before[:, 1:] = share_past_retirement(year - 1, flexibility)[:, :-1]
    before[:, -1] = 1.0
    open_share = 1.0 - before
    hazard = np.where(open_share > 1e-12, (now - before) / np.where(open_share > 1e-12, open_share, 1.0), 1.0)
    result: Array = np.clip(hazard, 0.0, 1.0)
    result.flags.writeable = False
    return result
