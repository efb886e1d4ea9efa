"""Second layers: critical-illness insurance of residents and large-amount subsidy of employees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.projection.economy import Economy
from poolcast.projection.limited_expected_value import layer

Array = NDArray[np.float64]


def critical_illness_claims(assumptions: Assumptions, economy: Economy, own: Array, heads: Array) -> Array:
    """Return the expected claims of critical-illness insurance (handbook 3.8).

    ``sum_j r_j (E[min(Y, u_j)] - E[min(Y, l_j)])`` with Y the yearly in-policy own share of inpatient and chronic
    care after the resident fund, a zero-inflated lognormal; the tranches start at the threshold.

    Parameters
    ----------
    own : array (path, region, year), yuan
        Y added up over the residents.
    heads : array (path, region, year)
        Average residents.

    Returns
    -------
    array (path, region, year), yuan a year
    """
    base = assumptions.base_year
    claiming = 1 - assumptions["critical_illness.share_without_claim"][None, :, None]
    mean = np.divide(own, heads * claiming, out=np.zeros_like(own), where=heads > 0)
    spread = assumptions["critical_illness.cost_coefficient_of_variation"][None, :, None]
    threshold = assumptions.from_year("critical_illness.threshold_multiple", base)[None] * economy.previous_income
    index_to_base = economy.previous_wage / economy.previous_wage[:, :, :1]
    scale = index_to_base ** assumptions["benefits.indexation"][None, :, None]
    lower, total = threshold, np.zeros_like(mean)
    tranches = assumptions["critical_illness.tranche_upper"].shape[1]
    bonus = assumptions.from_year("critical_illness.ceiling_bonus", base)[None]
    for tranche in range(tranches):
        raised = scale * (1 + bonus) if tranche == tranches - 1 else scale
        upper = threshold + assumptions["critical_illness.tranche_upper"][None, :, tranche, None] * raised
        rate = assumptions.from_year("critical_illness.tranche_rate", base)[None, :, :, tranche]
        total = total + rate * layer(mean, spread, lower, upper)
        lower = upper
    result: Array = heads * claiming * total
    return result


def large_amount_claims(assumptions: Assumptions, above: Array, own: Array) -> Array:
    """Return the payments of the large-amount subsidy (path, region, year), yuan a year (handbook 1.1).

    A rate on the in-policy inpatient bills above the ceiling of the pooled fund, and a rate on the own share below it.

    Parameters
    ----------
    above, own : array (path, region, year), yuan
        In-policy inpatient bills of the employees: above the ceiling, and what the law leaves to the patients.
    """
    base = assumptions.base_year
    rate = assumptions.from_year("large_amount.reimbursement_rate", base)[None]
    second = assumptions.from_year("large_amount.own_share_rate", base)[None]
    result: Array = rate * above + second * np.maximum(own - above, 0.0)
    return result
