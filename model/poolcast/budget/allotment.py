"""Allotment: how the revenue of a year becomes budgets of providers (handbook 4.2, 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Allotment:
    """How the revenue of a year becomes budgets of providers; every figure in yuan.

    Parameters
    ----------
    revenue : array
    planned_surplus : array
        What the budget leaves unspent.
    not_to_providers : array
        Maternity allowance, premiums, transfers, remittances and other expenditure.
    out_of_region, individual : array
        Care outside the region, and bills repaid to members.
    risk_share : array
        Held back for the sharing of overspends at the year end.
    available : array
        What is left for providers in the region.
    wanted : array (block, ...)
        What the payment rule allots to each block.
    scale : array
        The part of what is wanted that the money allows, at most 1.
    blocks : array (block, ...)
        Budgets.
    left : array
        Available and not allotted; it adds to the reserve.
    short : array
        Wanted and not available.
    """

    revenue: Array
    planned_surplus: Array
    not_to_providers: Array
    out_of_region: Array
    individual: Array
    risk_share: Array
    available: Array
    wanted: Array
    scale: Array
    blocks: Array
    left: Array
    short: Array


def allot(
    revenue: Array,
    surplus_share: Array | float,
    not_to_providers: Array | float,
    out_of_region: Array | float,
    individual: Array | float,
    risk_share: Array | float,
    wanted: Array,
) -> Allotment:
    """Allot the revenue of a year to blocks of providers: revenue decides expenditure.

    ``A = (1 - q) max(0, (1 - s) R - P - O - M)``, ``B_b = W_b min(1, A / sum W)``: what is planned as surplus s R, what
    is not paid to providers P, care outside the region O and payments to individuals M come first; of the rest a share
    q is held back for risk; blocks that want more than is left are cut alike.

    Parameters
    ----------
    revenue : array, yuan
        R.
    surplus_share, risk_share : array or float, fraction
        s and q.
    not_to_providers, out_of_region, individual : array or float, yuan
        P, O and M.
    wanted : array (block, ...), yuan
        W.

    Examples
    --------
    >>> found = allot(np.array(1000.0), 0.05, 100.0, 80.0, 20.0, 0.04, np.array([500.0, 300.0]))
    >>> float(found.available), float(found.scale), found.blocks
    (720.0, 0.9, array([450., 270.]))
    """
    surplus = np.asarray(surplus_share * revenue)
    spendable = np.maximum(revenue - surplus - not_to_providers - out_of_region - individual, 0.0)
    held_back = np.asarray(risk_share * spendable)
    available = spendable - held_back
    total = wanted.sum(0)
    scale = np.minimum(np.divide(available, total, out=np.ones_like(total), where=total > 0), 1.0)
    blocks = wanted * scale

    def as_array(value: Array | float) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), np.shape(revenue))

    return Allotment(
        revenue,
        as_array(surplus),
        as_array(not_to_providers),
        as_array(out_of_region),
        as_array(individual),
        as_array(held_back),
        available,
        wanted,
        scale,
        blocks,
        np.maximum(available - total, 0.0),
        np.maximum(total - available, 0.0),
    )


__all__ = ["Allotment", "allot"]
