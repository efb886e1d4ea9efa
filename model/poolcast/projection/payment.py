"""Payment: how budgets turn claims into fund expenditure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions

Array = NDArray[np.float64]


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


def project_budget(assumptions: Assumptions, claims: Array, revenue: Array) -> Array:
    """Return the inpatient budget of every year (path, region, year, scheme), yuan.

    It starts at the claims of the base year (or at the multiple of them that a rolled set gives) and follows
    ``B_t = B_{t-1} (1 + g_B) + psi (C_{t-1} - B_{t-1})``. Where it follows revenue,
    ``g_B = (1 - s) g + s min(g_revenue, g_claims)`` with the declared growth g.

    Parameters
    ----------
    claims, revenue : array (path, region, year, scheme), yuan
        As of `close_budget`.
    """
    base = assumptions.base_year

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"payment.{name}", base)

    share = yearly("budgeted_share")
    inside = share * claims
    budget = inside[:, :, 0]
    if "opening.budget_over_claims" in assumptions:
        budget = budget * assumptions["opening.budget_over_claims"]
    result = np.empty_like(claims)
    for year in range(claims.shape[2]):
        if year:
            gap = inside[:, :, year - 1] - budget
            declared, follows = yearly("budget_growth")[:, year], yearly("budget_follows_revenue")[:, year]
            seen = np.minimum(_growth(revenue, year), _growth(inside, year))
            growth = declared if not follows.any() else (1 - follows) * declared + follows * seen
            budget = budget * (1 + growth) + yearly("catch_up")[:, year - 1] * gap
            budget = _with_share(budget, share[:, year - 1], share[:, year], claims[:, :, year - 1])
        result[:, :, year] = budget
    return result


def close_budget(assumptions: Assumptions, claims: Array, revenue: Array) -> Array:
    """Return inpatient expenditure from claims under the payment rule of the set.

    The budgeted share of claims meets the budget of `project_budget`; the rest is paid as claimed.

    Parameters
    ----------
    claims : array (path, region, year, scheme), yuan
    revenue : array (path, region, year, scheme), yuan
        Contribution income of the scheme before interest.

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

    inside = yearly("budgeted_share") * claims
    budget = project_budget(assumptions, claims, revenue)
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


def _growth(amounts: Array, year: int) -> Array:
    """Growth of an amount (path, region, year, scheme) over the year before; zero where there was nothing."""
    now, before = amounts[:, :, year], amounts[:, :, year - 1]
    result: Array = (
        np.divide(now, before, out=np.ones(np.broadcast_shapes(now.shape, before.shape)), where=before > 0) - 1
    )
    return result
