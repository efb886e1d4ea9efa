"""The calendar of collection and payment: premium season, base switch, clearing of last year (handbook 2.1, 5.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem

Array = NDArray[np.float64]

_FIRST_MONTH_FOR_NEXT_YEAR = 7

_FIELDS = {
    "base_switch_month": "revenue.base_switch_month",
    "premium_first_month": "phasing.premium_first_month",
    "premium_last_month": "phasing.premium_last_month",
    "premium_booked_when_covered": "phasing.premium_booked_when_covered",
    "clearing_first_month": "phasing.clearing_first_month",
    "clearing_last_month": "phasing.clearing_last_month",
    "clearing_share": "phasing.clearing_share",
    "settlement_lag_days": "phasing.settlement_lag_days",
    "booked_when_paid": "phasing.booked_when_paid",
}


@dataclass(frozen=True)
class PhasingCalendar:
    """When a region collects and pays.

    Parameters
    ----------
    base_switch_month : int
        Month in which a new contribution base starts to hold.
    premium_first_month, premium_last_month : int
        Season in which residents pay for the next year; it may pass the turn of the year (9 to 2).
    premium_booked_when_covered : bool
        Whether premiums of the season are held as advance receipts and booked in January of the year they cover;
        otherwise they are revenue of the month in which they arrive.
    clearing_first_month, clearing_last_month : int
        Months in which the year before is cleared with providers.
    clearing_share : float
        Share of a year's benefits withheld until then.
    settlement_lag_days : float
        Working days from a service to its payment.
    booked_when_paid : bool
        Whether the accounts book benefits when they are paid, so that their months hold lag and clearing already;
        otherwise when the service is given, and cash follows later.
    """

    base_switch_month: int
    premium_first_month: int
    premium_last_month: int
    premium_booked_when_covered: bool
    clearing_first_month: int
    clearing_last_month: int
    clearing_share: float
    settlement_lag_days: float
    booked_when_paid: bool


def phasing_calendar(assumptions: Assumptions, region: str) -> PhasingCalendar:
    """Read the calendar of a region from its assumption set.

    Raises
    ------
    AssumptionError
        With every parameter that the set lacks, and what its declaration suggests.
    """
    problems, values = [], {}
    place = [known.code for known in assumptions.regions].index(region)
    for field, name in _FIELDS.items():
        if name not in assumptions or np.isnan(assumptions[name][place]):
            declared = PARAMETERS[name]
            remedy = f"Write {name} = {declared.default:g} as an assumption if you agree: {declared.help.en}"
            found = f"no value of {name} for region {region}"
            problems.append(Problem(assumptions.name, found, "a value, for the monthly phasing", remedy))
        else:
            values[field] = float(assumptions[name][place])
    if problems:
        raise AssumptionError(problems)
    return PhasingCalendar(
        round(values["base_switch_month"]),
        round(values["premium_first_month"]),
        round(values["premium_last_month"]),
        values["premium_booked_when_covered"] > 0.5,
        round(values["clearing_first_month"]),
        round(values["clearing_last_month"]),
        values["clearing_share"],
        values["settlement_lag_days"],
        values["booked_when_paid"] > 0.5,
    )


def season_months(first: int, last: int) -> list[int]:
    """Return the months of a season in its order; it may pass the turn of the year.

    Examples
    --------
    >>> season_months(9, 2)
    [9, 10, 11, 12, 1, 2]
    """
    length = (last - first) % MONTHS + 1
    return [(first - 1 + number) % MONTHS + 1 for number in range(length)]


def premium_factors(first: int, last: int, *, booked_when_covered: bool) -> Array:
    """Return the factors (12,) of residents' premiums in the months of the accounts, sum 12.

    The season's months are taken as equal [assumption]. What arrives before the turn of the year covers the next one:
    where it is held until then, January books it. A season that begins before July collects for the year itself.
    """
    months = season_months(first, last)
    factors = np.zeros(MONTHS)
    for month in months:
        early = month >= first >= _FIRST_MONTH_FOR_NEXT_YEAR
        factors[0 if booked_when_covered and early else month - 1] += MONTHS / len(months)
    return factors


def switched_factors(factors: Array, switch_month: int, wage_growth: float) -> Array:
    """Return factors (12,) with the step of the contribution base in its month.

    From the month of the switch on contributions rest on a base that is higher by the growth of wages (handbook 2.1).
    """
    stepped = factors * np.where(np.arange(1, MONTHS + 1) >= switch_month, 1 + wage_growth, 1.0)
    result: Array = stepped * (factors.sum() / stepped.sum())
    return result


def clearing_factors(factors: Array, first: int, last: int, share: float) -> Array:
    """Return factors (12,) of benefits of which a share is paid in the clearing months of the year after.

    In a steady state the share of last year is paid where that of this year is withheld.
    """
    cleared = np.zeros(MONTHS)
    months = season_months(first, last)
    for month in months:
        cleared[month - 1] += factors.sum() / len(months)
    result: Array = (1 - share) * factors + share * cleared
    return result
