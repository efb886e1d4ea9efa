"""Payment: how budgets and amounts per head turn claims into fund expenditure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, index

Array = NDArray[np.float64]

CAPITATED = [index("benefit", name) for name in BENEFITS if name not in ("maternity_allowance", "long_term_care")]
"""Benefits that an amount per head can cover."""
_INPATIENT = index("benefit", "inpatient")


def budget_closure(claims: Array, budget: Array, softness: Array, retained: Array, threshold: Array) -> Array:
    """Return expenditure under a budget with softness and retention (handbook 4, closure rule).

    ``X = B + lambda max(0, C - B) - (1 - rho 1[x > x0]) max(0, B - C)`` with ``x = C / B``; at or below the threshold
    the fund pays the claims, so X jumps at x0 by design. With softness 1 and nothing retained X = C.

    Parameters
    ----------
    claims, budget : array, yuan
        Claims under fee for service, and the budget.
    softness, retained, threshold : array
        lambda, rho and x0.
    """
    keeps = np.where(claims > threshold * budget, retained, 0.0)
    over, under = np.maximum(claims - budget, 0.0), np.maximum(budget - claims, 0.0)
    result: Array = claims - (1 - softness) * over + keeps * under  # the formula above, exact where nothing binds
    return result


def risk_corridor(
    claims: Array, budget: Array, threshold: Array, retained: Array, shared: Array, limit: Array
) -> Array:
    """Return expenditure under a budget with a risk corridor (handbook 4.2).

    ``x <= x0: C``; ``x0 < x <= 1: C + rho (B - C)``; ``1 < x <= x1: B + sg (C - B)``; beyond ``B (1 + sg (x1 - 1))``.
    The rule jumps at x0 by design.

    Parameters
    ----------
    claims, budget : array, yuan
    threshold, retained, shared, limit : array
        x0, rho, sg and x1.
    """
    surplus = np.where(claims > threshold * budget, claims + retained * (budget - claims), claims)
    within = np.minimum(claims, limit * budget) - budget
    overspend = claims - (1 - shared) * within - np.maximum(claims - limit * budget, 0.0)
    result: Array = np.where(claims <= budget, surplus, overspend)
    return result


def project_budget(assumptions: Assumptions, claims: Array, revenue: Array, capitated: Array | None = None) -> Array:
    """Return the inpatient budget of every year (path, region, year, scheme), yuan.

    It starts at the claims of the base year (or at the multiple of them that a rolled set gives) and follows
    ``B_t = B_{t-1} (1 + g_B) + psi (C_{t-1} - B_{t-1})``. Where it follows revenue,
    ``g_B = (1 - s) g + s min(g_revenue, g_claims)`` with the declared growth g.

    Parameters
    ----------
    claims, revenue, capitated : array (path, region, year, scheme)
        As of `close_budget`.
    """
    base = assumptions.base_year

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"payment.{name}", base)

    share = yearly("budgeted_share") if capitated is None else yearly("budgeted_share") * (1 - capitated)
    inside = share * claims
    budget = inside[:, :, 0]
    if "opening.budget_over_claims" in assumptions:
        budget = budget * assumptions["opening.budget_over_claims"]
    declared, follows, catch_up = yearly("budget_growth"), yearly("budget_follows_revenue"), yearly("catch_up")
    seen = np.minimum(_growth(revenue), _growth(inside)) if follows[:, 1:].any() else None
    result = np.empty_like(claims)
    for year in range(claims.shape[2]):
        if year:
            gap = inside[:, :, year - 1] - budget
            growth = declared[:, year]
            if seen is not None and follows[:, year].any():
                growth = (1 - follows[:, year]) * growth + follows[:, year] * seen[:, :, year - 1]
            budget = budget * (1 + growth) + catch_up[:, year - 1] * gap
            budget = _with_share(budget, share[:, year - 1], share[:, year], claims[:, :, year - 1])
        result[:, :, year] = budget
    return result


def close_budget(assumptions: Assumptions, claims: Array, revenue: Array, capitated: Array | None = None) -> Array:
    """Return inpatient expenditure from claims under the payment rule of the set.

    The budgeted share of claims meets the budget of `project_budget`; the rest is paid as claimed.

    Parameters
    ----------
    claims : array (path, region, year, scheme), yuan
    revenue : array (path, region, year, scheme), yuan
        Contribution income of the scheme before interest.
    capitated : array (region, year, scheme), optional
        Share of the members whose inpatient care is paid per head; it is outside the budget.

    Returns
    -------
    array (path, region, year, scheme), yuan
    """
    rule = assumptions.options["payment_rule"]
    if rule == "fee_for_service":
        return claims
    base = assumptions.base_year

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"payment.{name}", base)

    share = yearly("budgeted_share") if capitated is None else yearly("budgeted_share") * (1 - capitated)
    inside = share * claims
    budget = project_budget(assumptions, claims, revenue, capitated)
    threshold, retained = yearly("retention_threshold"), yearly("retained_share")
    if rule == "closure":
        paid = budget_closure(inside, budget, yearly("overspend_softness"), retained, threshold)
    else:
        shared, limit = yearly("overspend_share"), yearly("overspend_limit")
        paid = risk_corridor(inside, budget, threshold, retained, shared, limit)
    result: Array = claims + (paid - inside)
    return result


def _with_share(budget: Array, before: Array, now: Array, claims: Array) -> Array:
    """Budget after a change of the budgeted share; one that begins anew starts at last year's claims."""
    ratio = np.divide(now, before, out=np.ones_like(now), where=before > 0)
    result: Array = np.where(before > 0, budget * ratio, now * claims)
    return result


def _growth(amounts: Array) -> Array:
    """Growth of an amount over the year before, from the second year on; zero where there was nothing.

    Parameters
    ----------
    amounts : array (path, region, year, scheme)
    """
    now, before = amounts[:, :, 1:], amounts[:, :, :-1]
    result = np.divide(now, before, out=np.ones(now.shape), where=before > 0)
    result -= 1
    return result


def settle_per_head(
    claims: Array, amount: Array, outside: Array, deducted: Array, retained: Array, gate: Array, shared: Array
) -> Array:
    """Return expenditure under an amount per head (handbook 4.6).

    ``A' = max(0, A - delta O)``, ``C' = C - O``;
    ``X = O + C' + rho min(max(0, A' - C'), (1 - x0) A') - (1 - sg) max(0, C' - A')``: stays outside the region are
    paid in full and taken off the amount, a surplus is kept up to the quality gate, an overspend is shared.

    Parameters
    ----------
    claims, amount, outside : array, yuan
        Claims C of the members paid per head, the amount A for them, and the part O of the claims from outside the
        region.
    deducted, retained, gate, shared : array
        delta, rho, x0 and sg, the fund's share of the overspend.
    """
    inside, purse = claims - outside, np.maximum(amount - deducted * outside, 0.0)
    kept = retained * np.minimum(np.maximum(purse - inside, 0.0), (1 - gate) * purse)
    borne = (1 - shared) * np.maximum(inside - purse, 0.0)
    result: Array = claims + kept - borne
    return result


def capitated_share(assumptions: Assumptions) -> Array | None:
    """Return the share of members paid per head (region, year, scheme, benefit); None where nobody is."""
    given = assumptions.from_year("capitation.share", assumptions.base_year)
    share = np.zeros_like(given)
    share[..., CAPITATED] = given[..., CAPITATED]
    return share if share.any() else None


@dataclass(frozen=True)
class Heads:
    """What the amount per head rests on; the first axes are (path, region, year, scheme).

    Parameters
    ----------
    members : array, persons
        Average members of the scheme.
    need : array (..., benefit), ratio
        Claims per head that the age and status of the members would make at the prices and use of the base year, over
        those of the base year.
    cost_index : array (..., benefit), base year 1
        Expected cost per member at constant age.
    revenue : array, yuan
        Contribution income.
    """

    members: Array
    need: Array
    cost_index: Array
    revenue: Array


def amount_per_head(assumptions: Assumptions, share: Array, claims: Array, heads: Heads) -> Array:
    """Return the amounts for the members paid per head (path, region, year, scheme), yuan (handbook 4.6).

    ``A(t) = N(t) sum_b s_b(t) kappa(t) p_b G_b(t) (1 + ra (need_b(t) - 1))`` with p the claims per head of the base
    year and ``G(t) = G(t-1) (1 + g + w_c g_cost + w_r g_revenue per head)``. All benefits are one purse.

    Parameters
    ----------
    share : array (region, year, scheme, benefit)
        Share s of the members paid per head.
    claims : array (path, region, year, scheme, benefit), yuan
        Claims of all members after audit; those of the base year set the amount.
    """

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"capitation.{name}", assumptions.base_year)[None]

    per_head = _per_head(heads.revenue, heads.members)
    revenue_growth = np.divide(
        per_head[:, :, 1:], per_head[:, :, :-1], out=np.ones_like(per_head[:, :, 1:]), where=per_head[:, :, :-1] > 0
    )
    cost_growth = heads.cost_index[:, :, 1:] / heads.cost_index[:, :, :-1] - 1
    growth = (yearly("growth")[:, :, 1:] + yearly("follows_revenue")[:, :, 1:] * (revenue_growth - 1))[..., None]
    growth = growth + yearly("follows_cost")[:, :, 1:, :, None] * cost_growth
    grown = np.concatenate([np.ones_like(growth[:, :, :1]), np.cumprod(1 + growth, axis=2)], axis=2)
    adjusted = 1 + yearly("risk_adjustment")[..., None] * (heads.need - 1)
    of_base = _per_head(claims[:, :, :1], heads.members[:, :, :1, :, None])
    result: Array = (share[None] * of_base * grown * adjusted).sum(-1) * yearly("amount_ratio") * heads.members
    return result


def correction_per_head(assumptions: Assumptions, share: Array, claims: Array, outside: Array, heads: Heads) -> Array:
    """Return expenditure less claims of the members paid per head, over their claims within the region.

    A positive part is the surplus that providers keep, a negative one the overspend that they bear. Where nothing was
    claimed within the region nothing is settled.

    Parameters
    ----------
    share : array (region, year, scheme, benefit)
    claims : array (path, region, year, scheme, benefit), yuan
        Claims of all members after audit.
    outside : array (path, region, year, scheme), yuan
        The part of the inpatient claims from outside the region.

    Returns
    -------
    array (path, region, year, scheme)
    """

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"capitation.{name}", assumptions.base_year)[None]

    total = (share[None] * claims).sum(-1)
    elsewhere = share[None, ..., _INPATIENT] * outside
    paid = settle_per_head(
        total,
        amount_per_head(assumptions, share, claims, heads),
        elsewhere,
        yearly("out_of_region_deducted"),
        yearly("retained_share"),
        yearly("quality_gate"),
        yearly("overspend_share"),
    )
    inside = total - elsewhere
    result: Array = np.divide(paid - total, inside, out=np.zeros_like(inside), where=inside > 0)
    return result


def _per_head(amount: Array, members: Array) -> Array:
    shape = np.broadcast_shapes(amount.shape, members.shape)
    result: Array = np.divide(amount, members, out=np.zeros(shape), where=members > 0)
    return result
