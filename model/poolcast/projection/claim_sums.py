"""Claims added up over statuses: what the ledgers need of them, by the compiled kernel where there are many paths."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.projection.benefits import has_outbreak
from poolcast.projection.claims import Claims, by_scheme, settle
from poolcast.projection.drivers import Drivers
from poolcast.projection.economy import CostTrend, Economy
from poolcast.projection.payment import capitated_share
from poolcast.projection.people import People

Array = NDArray[np.float64]

_INPATIENT, _CHRONIC, _LONG_TERM = (index("benefit", name) for name in ("inpatient", "chronic", "long_term_care"))
_RESIDENTS, _EMPLOYEES = positions("status", RESIDENT_STATUSES), positions("status", EMPLOYEE_STATUSES)
_CIVIL_SERVICE = [index("status", "active"), index("status", "retired")]
_OUTSIDE = index("tier", "out_of_region")


@dataclass(frozen=True)
class ClaimSums:
    """What the ledgers need of the claims; arrays (path, region, year, ...), yuan a year.

    Parameters
    ----------
    payments : array (..., scheme, benefit)
        What the pooled funds pay.
    outside : array (..., scheme)
        The part of the inpatient payments that goes to hospitals outside the region.
    long_term_care : array
        Payments for long-term care, both schemes.
    own_counted, own_of_residents : array
        What the law leaves to residents: inpatient and chronic care, which critical-illness insurance counts; all.
    own_of_stays, own_of_entitled : array
        What it leaves to employees: inpatient care; all that of unit employees and retired members.
    above_ceiling : array
        In-policy inpatient bills of employees above the ceiling of the pooled fund.
    procurement_saving : array (..., scheme)
    """

    payments: Array
    outside: Array
    long_term_care: Array
    own_counted: Array
    own_of_residents: Array
    own_of_stays: Array
    own_of_entitled: Array
    above_ceiling: Array
    procurement_saving: Array


def by_kernel(assumptions: Assumptions, drivers: Drivers) -> bool:
    """Whether the kernel adds the claims up: in a simulation, unless cases of an outbreak or amounts per head ask more.

    Neither the number of paths nor their block matters, so that a path has the same bits in every block.
    """
    if not drivers.simulated or find_spec("numba") is None:
        return False
    return not has_outbreak(assumptions) and capitated_share(assumptions) is None


def add_up(claims: Claims) -> ClaimSums:
    """Return the sums of claims that are known by status."""
    own = claims.own_payments
    return ClaimSums(
        payments=by_scheme(claims.payments, 3),
        outside=by_scheme(claims.inpatient_payments[..., _OUTSIDE], 3),
        long_term_care=claims.payments[..., _LONG_TERM].sum(-1),
        own_counted=own[..., _RESIDENTS, :][..., [_INPATIENT, _CHRONIC]].sum((-1, -2)),
        own_of_residents=own[..., _RESIDENTS, :].sum((-1, -2)),
        own_of_stays=own[..., _INPATIENT][..., _EMPLOYEES].sum(-1),
        own_of_entitled=own[..., _CIVIL_SERVICE, :].sum((-1, -2)),
        above_ceiling=claims.above_ceiling[..., _EMPLOYEES].sum(-1),
        procurement_saving=claims.procurement_saving,
    )


def add_up_by_kernel(
    assumptions: Assumptions, people: People, economy: Economy, trend: CostTrend, revenue: Array, drivers: Drivers
) -> ClaimSums:
    """Return the sums without ever holding claims by status.

    Parameters
    ----------
    revenue : array (path, region, year, scheme), yuan
        As of `poolcast.projection.claims.project_claims`.
    """
    from poolcast.projection.claims_compiled import sum_compiled  # numba is heavy: only where it is used
    from poolcast.projection.claims_kernel import CIVIL_SERVICE, EMPLOYEES_INPATIENT, RESIDENTS, RESIDENTS_COUNTED

    sums = sum_compiled(assumptions, people, economy, trend, drivers)
    settled = settle(assumptions, sums.claimed, revenue)
    asked = sums.claimed[..., _INPATIENT]
    kept = np.divide(settled.paid[..., _INPATIENT], asked, out=np.zeros_like(asked), where=asked > 0)
    payments = np.where(sums.claimed > 0, settled.paid, 0.0)
    return ClaimSums(
        payments=payments,
        outside=sums.outside * kept,
        long_term_care=payments[..., 0, _LONG_TERM] + payments[..., 1, _LONG_TERM],
        own_counted=sums.own[..., RESIDENTS_COUNTED],
        own_of_residents=sums.own[..., RESIDENTS],
        own_of_stays=sums.own[..., EMPLOYEES_INPATIENT],
        own_of_entitled=sums.own[..., CIVIL_SERVICE],
        above_ceiling=sums.above,
        procurement_saving=settled.saving,
    )
