"""Care: services and bills by status and benefit, before anybody pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, RESIDENT_STATUSES, STATUSES, index, positions
from poolcast.projection.economy import CostTrend
from poolcast.projection.people import People

Array = NDArray[np.float64]

SCHEME_OF_STATUS = np.array([int(status in RESIDENT_STATUSES) for status in STATUSES])
"""Position of the scheme of each status on the scheme axis; the uninsured stand with the employees, without care."""

INSURED = np.array([status != "uninsured" for status in STATUSES], dtype=float)
_RESIDENTS = positions("status", RESIDENT_STATUSES)
_UNINSURED = index("status", "uninsured")
_BEFORE_LONG_TERM_CARE = slice(0, index("benefit", "long_term_care"))
_FROM_PROFILE = {"outpatient": "outpatient_bill", "chronic": "chronic_bill"}


@dataclass(frozen=True)
class Care:
    """Use and unit cost; every array has the axes (path, region, year, status, benefit).

    Parameters
    ----------
    services : array
        Admissions, members with cover (outpatient, chronic, dual channel: one service is a year of cover, whose bill
        grows with use and meets the yearly deductible and ceiling), births, beneficiaries of long-term care.
    unit_cost : array, yuan per service
        Bill per service; zero where a benefit pays no bill (maternity allowance).
    """

    services: Array
    unit_cost: Array

    @property
    def bills(self) -> Array:
        """Bills of the year, yuan."""
        return self.services * self.unit_cost


def by_status(scheme_values: Array) -> Array:
    """Spread an array (..., scheme) over the statuses (..., status)."""
    return np.take(scheme_values, SCHEME_OF_STATUS, axis=-1)


def project_care(assumptions: Assumptions, people: People, trend: CostTrend, paths: int = 1) -> Care:
    """Return services and bills per service: rate x exposure x trend, cost x trend (handbook 6.5, 6.6).

    Parameters
    ----------
    paths : int
        Paths to make room for, where what comes after differs by path and neither people nor trend does.
    """
    members = people.in_year("members") * INSURED
    shape = (
        *np.broadcast_shapes((paths, 1, 1), members.shape[:3], trend.use.shape[:3], trend.unit_cost.shape[:3]),
        len(STATUSES),
        len(BENEFITS),
    )
    services, unit_cost = np.zeros(shape), np.zeros(shape)
    base = assumptions.base_year
    use = trend.use[:, :, :, None] * assumptions.from_year("utilisation.multiplier", base)[None]
    cost = np.take(trend.unit_cost * assumptions.from_year("cost.multiplier", base)[None], SCHEME_OF_STATUS, axis=3)

    def put(benefit: str, count: Array, bill: Array, *, by_year_of_cover: bool = False) -> None:
        number = index("benefit", benefit)
        services[..., number] = count * (1.0 if by_year_of_cover else use[..., number])
        unit_cost[..., number] = bill * cost[..., number] * (use[..., number] if by_year_of_cover else 1.0)

    admissions = people.in_year("admissions")
    per_admission = _ratio(people.in_year("inpatient_cost"), admissions)
    put(
        "inpatient",
        admissions * _calibration(assumptions, "calibration.admissions"),
        per_admission * _calibration(assumptions, "calibration.cost_per_admission"),
    )
    for benefit, name in _FROM_PROFILE.items():
        put(benefit, members, _ratio(people.in_year(name), members), by_year_of_cover=True)
    dual_channel = by_status(assumptions["utilisation.dual_channel_bill"])[None, :, None]
    put("dual_channel", members, dual_channel, by_year_of_cover=True)
    births = _births_by_status(assumptions, people) * INSURED
    put("maternity_care", births, assumptions.from_year("maternity.payment_per_birth", base)[None])
    put("maternity_allowance", births, np.zeros(1))
    if "long_term_care.take_up" in assumptions:
        put("long_term_care", *_long_term_care(assumptions, people))
    waiting = waiting_share(assumptions, people)
    if waiting is not None:
        for status in _RESIDENTS:
            services[..., status, _BEFORE_LONG_TERM_CARE] *= 1 - waiting[..., None]
    return Care(services, unit_cost)


def waiting_share(assumptions: Assumptions, people: People) -> Array | None:
    """Return the share of the residents' exposure that pays without being entitled (handbook 3.10).

    Those who enrol after a lapse, a share rho of the uninsured U of the last year end, wait a fixed number of months
    and more for each missed year: ``rho U(t-1) (fixed + per year x missed years) / 12 / N(t)`` with the average
    residents N; a wait is never longer than the year. Children and adults wait alike, and long-term care, an
    insurance of its own, has no such wait.

    Returns
    -------
    array (path, region, year), fraction; None where nobody waits
    """
    base = assumptions.base_year

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"coverage.{name}", base)[None]

    months = months_of_wait(assumptions)
    if not months.any():
        return None
    re_entering = yearly("re_entry_rate") * people.at_previous_year_end("members")[..., _UNINSURED]
    residents = people.in_year("members")[..., _RESIDENTS].sum(-1)
    waiting = _ratio(re_entering * months / 12, residents)
    result: Array = np.minimum(waiting, 1.0)
    return result


def months_of_wait(assumptions: Assumptions) -> Array:
    """Return how long those wait who enrol after a lapse (region, year), months, at most 12 (handbook 3.10)."""

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"coverage.{name}", assumptions.base_year)

    months = yearly("waiting_months") + yearly("waiting_months_per_missed_year") * yearly("missed_years")
    result: Array = np.minimum(months, 12)
    return result


def cost_of_long_term_care(assumptions: Assumptions) -> Array:
    """Return the cost per beneficiary before any trend, institution and home mixed (region, year), yuan."""

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"long_term_care.{name}", assumptions.base_year)

    institution = yearly("institution_share")
    result: Array = institution * yearly("institution_cost") + (1 - institution) * yearly("home_cost")
    return result


def _births_by_status(assumptions: Assumptions, people: People) -> Array:
    """Births of the year shared out by the fertility of the women of each status; those of the base year if given."""
    expected = people.in_year("births")
    total = expected.sum(-1, keepdims=True)
    share = np.divide(expected, total, out=np.zeros_like(expected), where=total > 0)
    result: Array = share * people.births[..., None]
    if "opening.births" in assumptions:
        result[:, :, 0] = assumptions["opening.births"]
    return result


def _long_term_care(assumptions: Assumptions, people: People) -> tuple[Array, Array]:
    """Beneficiaries and cost per beneficiary, institution and home mixed (handbook 6.14)."""
    base = assumptions.base_year

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"long_term_care.{name}", base)[None, :, :, None]

    beneficiaries = people.in_year("disabled") * yearly("coverage_share") * yearly("take_up")
    return beneficiaries, cost_of_long_term_care(assumptions)[None, :, :, None]


def _calibration(assumptions: Assumptions, name: str) -> Array:
    return by_status(assumptions[name])[None, :, None]


def _ratio(total: Array, count: Array) -> Array:
    result: Array = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return result
