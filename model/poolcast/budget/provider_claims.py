"""Provider claims: what local providers, providers elsewhere and individuals claim, by payment method and scheme."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, index
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.projection.claims import audit_and_procure, by_scheme, outbreak_stays, waived_stays
from poolcast.projection.contributions import resident_financing
from poolcast.projection.economy import growth_index
from poolcast.projection.engine import Projection
from poolcast.projection.payment import budget_closure, capitated_share, project_budget, risk_corridor

Array = NDArray[np.float64]

METHODS: dict[str, Words] = {
    "drg": Words("Groups (DRG)", "按病组付费(DRG)"),
    "dip": Words("Points (DIP)", "按病种分值付费(DIP)"),
    "per_diem": Words("By the day", "按床日付费"),
    "capitation": Words("Per head", "按人头付费"),
    "other_inpatient": Words("Inpatient care by item", "住院按项目付费"),
    "outpatient": Words("General outpatient care", "普通门诊"),
    "chronic": Words("Chronic and special outpatient care", "门诊慢特病"),
    "dual_channel": Words("Dual-channel drugs", "双通道药品"),
    "maternity_care": Words("Maternity care", "生育医疗"),
}
"""Blocks of the budget of providers, by payment method; those under a budget first."""

UNDER_BUDGET = ("drg", "dip")
_CARE = ("inpatient", "outpatient", "chronic", "dual_channel", "maternity_care")
_OUTPATIENT_BLOCKS = ("outpatient", "chronic", "dual_channel", "maternity_care")
_INPATIENT, _OUTSIDE = index("benefit", "inpatient"), index("tier", "out_of_region")
NEEDED = (
    "payment.budgeted_share",
    "provider_budget.planned_surplus",
    "provider_budget.risk_share",
    "provider_budget.individual_payment_share",
    "provider_budget.per_diem_share",
    "provider_budget.points_share",
    "provider_budget.points_per_case",
)


@dataclass(frozen=True)
class ProviderClaims:
    """Claims and payments by scheme; arrays (region, year, scheme), yuan a year, unless said otherwise.

    Parameters
    ----------
    claimed : array (method, region, year, scheme)
        Claims of providers in the region after audit and procurement.
    wanted : array (method, ...)
        What the payment rule of the set allots: the budget under DRG and DIP, elsewhere what is expected to be paid.
    paid : array (method, ...)
        What the engine pays: with `outside` and `individual` exactly the lines of care of the statement.
    outside : array
        Inpatient care outside the region.
    individual : array
        Repaid to members who paid the bill themselves.
    own_share : array (method, ...)
        What patients and other payers bear of the bills of DRG and DIP; zero elsewhere.
    cases, points : array (method, ...)
        Cases of DRG and DIP, and their weight (DRG, average case of the base year 1) or points (DIP).
    """

    claimed: Array = field(repr=False)
    wanted: Array = field(repr=False)
    paid: Array = field(repr=False)
    outside: Array = field(repr=False)
    individual: Array = field(repr=False)
    own_share: Array = field(repr=False)
    cases: Array = field(repr=False)
    points: Array = field(repr=False)


def refuse_missing(assumptions: Assumptions) -> None:
    """Refuse a set that lacks what the budget of providers rests on.

    Raises
    ------
    AssumptionError
        With every parameter that is missing, and shares that exceed one.
    """
    place = f"assumption set {assumptions.name}"
    problems = [
        Problem(place, f"no {name}", "the parameters of the budget of providers", "Give it, or base the set on china.")
        for name in NEEDED
        if name not in assumptions
    ]
    if not problems:
        both = assumptions["payment.budgeted_share"] + assumptions["provider_budget.per_diem_share"]
        if (both > 1 + 1e-9).any():
            found = f"payment.budgeted_share + provider_budget.per_diem_share = {np.nanmax(both):g}"
            problems.append(Problem(place, found, "at most 1", "Lower one of them."))
    if problems:
        raise AssumptionError(problems)


def provider_claims(projection: Projection) -> ProviderClaims:
    """Return the claims of providers by method (handbook 4), from the same run as the statement.

    The budgeted share of inpatient claims meets the budget of `payment.project_budget`; stays outside the region are
    taken to be in it in proportion. The share of payments to individuals is the same for all care within the region.

    Parameters
    ----------
    projection : Projection
        A single run.
    """
    assumptions, claims = projection.assumptions, projection.money.claims
    refuse_missing(assumptions)

    def yearly(name: str) -> Array:
        return assumptions.from_year(name, assumptions.base_year)

    after, _ = audit_and_procure(assumptions, claims.claimed)
    audited = after[0]
    payments = by_scheme(claims.payments, 3)[0]
    outside = by_scheme(claims.inpatient_payments[..., _OUTSIDE], 3)[0]
    within = 1 - _ratio(outside, payments[..., _INPATIENT])
    direct = 1 - yearly("provider_budget.individual_payment_share")
    local = direct * within
    stays = outbreak_stays(claims.services, claims.entitlement)
    waived = 0.0 if stays is None else waived_stays(stays, claims.claimed, after)[0]
    open_claims = audited[..., _INPATIENT] - waived
    capitated = capitated_share(assumptions)
    of_heads = np.zeros_like(audited) if capitated is None else capitated
    inside, budget, paid = _under_budget(projection, open_claims, of_heads[..., _INPATIENT])
    heads_claims = of_heads[..., _INPATIENT] * open_claims
    heads_paid = np.zeros_like(inside)
    if capitated is not None:
        heads_paid = payments[..., _INPATIENT] - (audited[..., _INPATIENT] - inside + paid) + heads_claims
    per_diem = np.minimum(yearly("provider_budget.per_diem_share"), 1 - yearly("payment.budgeted_share"))
    per_diem = per_diem * (1 - of_heads[..., _INPATIENT]) * open_claims
    rest = audited[..., _INPATIENT] - inside - per_diem - heads_claims
    points_share = yearly("provider_budget.points_share")
    claimed = {"drg": (1 - points_share) * inside * local, "dip": points_share * inside * local}
    wanted = {"drg": (1 - points_share) * budget * local, "dip": points_share * budget * local}
    settled = {"drg": (1 - points_share) * paid * local, "dip": points_share * paid * local}
    claimed |= {"per_diem": per_diem * local, "capitation": heads_claims * local, "other_inpatient": rest * local}
    settled |= {"per_diem": per_diem * local, "capitation": heads_paid * local, "other_inpatient": rest * local}
    for name in _OUTPATIENT_BLOCKS:
        number = index("benefit", name)
        by_head = of_heads[..., number]
        added = payments[..., number] - audited[..., number] if capitated is not None else 0.0
        claimed["capitation"] = claimed["capitation"] + by_head * audited[..., number] * direct
        settled["capitation"] = settled["capitation"] + (by_head * audited[..., number] + added) * direct
        claimed[name] = settled[name] = (1 - by_head) * audited[..., number] * direct
    wanted |= {name: settled[name] for name in METHODS if name not in UNDER_BUDGET}
    care = payments[..., [BENEFITS.index(name) for name in _CARE]].sum(-1)
    own, cases, points = _cases(projection, {name: claimed[name] for name in UNDER_BUDGET}, open_claims)
    return ProviderClaims(
        _stacked(claimed),
        _stacked(wanted),
        _stacked(settled),
        outside,
        (care - outside) * yearly("provider_budget.individual_payment_share"),
        _stacked(own),
        _stacked(cases),
        _stacked(points),
    )


def _under_budget(projection: Projection, claims: Array, capitated: Array) -> tuple[Array, Array, Array]:
    """Return claims under a budget, the budget, and what it pays, as the engine does (region, year, scheme)."""
    assumptions, money = projection.assumptions, projection.money

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"payment.{name}", assumptions.base_year)

    inside = yearly("budgeted_share") * (1 - capitated) * claims
    rule = assumptions.options["payment_rule"]
    if rule == "fee_for_service" and "payment.budget_growth" not in assumptions:
        return inside, inside, inside
    income = np.broadcast_arrays(money.contributions.pooled_income, resident_financing(assumptions, money.people))
    budget = project_budget(assumptions, claims[None], np.stack(income, axis=-1), capitated)[0]
    if rule == "fee_for_service":
        return inside, budget, inside
    return inside, budget, settle(assumptions, inside, budget)


def settle(assumptions: Assumptions, claims: Array, budget: Array) -> Array:
    """Return what the fund pays for claims under a budget by the payment rule of a set (handbook 4.2, closure rule).

    Parameters
    ----------
    claims, budget : array (..., region, year, scheme), yuan
    """
    rule = assumptions.options["payment_rule"]
    if rule == "fee_for_service":
        return claims

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"payment.{name}", assumptions.base_year)

    threshold, retained = yearly("retention_threshold"), yearly("retained_share")
    if rule == "closure":
        return budget_closure(claims, budget, yearly("overspend_softness"), retained, threshold)
    return risk_corridor(claims, budget, threshold, retained, yearly("overspend_share"), yearly("overspend_limit"))


def _cases(
    projection: Projection, claimed: dict[str, Array], inpatient: Array
) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Return the patients' share, cases, and points of DRG and DIP, in proportion to their part of inpatient claims."""
    assumptions, claims = projection.assumptions, projection.money.claims
    bills, entitled, services = (
        by_scheme(values[..., _INPATIENT], 3)[0] for values in (claims.bills, claims.entitled, claims.services)
    )
    coding = growth_index(assumptions.from_year("payment.case_mix_growth", assumptions.base_year)[None], 2)[0]
    own: dict[str, Array] = {}
    cases: dict[str, Array] = {}
    points: dict[str, Array] = {}
    for name, amount in claimed.items():
        part = _ratio(amount, inpatient)
        own[name] = part * (bills - entitled)
        cases[name] = part * services
        points[name] = cases[name] * coding
    points["dip"] = points["dip"] * assumptions["provider_budget.points_per_case"][:, None]
    return own, cases, points


def _stacked(amounts: dict[str, Array]) -> Array:
    """Return amounts by method (method, region, year, scheme); zero for methods that are not named."""
    shape = next(iter(amounts.values())).shape
    return np.stack([np.broadcast_to(amounts.get(name, np.zeros(())), shape) for name in METHODS])


def _ratio(part: Array, whole: Array) -> Array:
    result: Array = np.divide(part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0)
    return result


__all__ = ["METHODS", "UNDER_BUDGET", "ProviderClaims", "provider_claims", "refuse_missing", "settle"]
