"""Claims: services times payment, after behaviour, audit, procurement and payment rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, SCHEMES, index
from poolcast.projection.behaviour import response_multiplier
from poolcast.projection.benefits import Entitlement, project_entitlement
from poolcast.projection.care import INSURED, SCHEME_OF_STATUS, Care, project_care
from poolcast.projection.drivers import NO_DRIVERS, Drivers
from poolcast.projection.economy import CostTrend, Economy
from poolcast.projection.payment import Heads, capitated_share, close_budget, correction_per_head
from poolcast.projection.people import People

Array = NDArray[np.float64]

_MEDICAL = [index("benefit", name) for name in ("inpatient", "outpatient", "chronic", "dual_channel", "maternity_care")]
_PROCURED = [index("benefit", name) for name in ("inpatient", "chronic")]
_INPATIENT = index("benefit", "inpatient")
_OUT_OF_REGION = index("tier", "out_of_region")
_NEED = {"inpatient": "inpatient_cost", "outpatient": "outpatient_bill", "chronic": "chronic_bill"}
"""Age sums that say how the need of the members of a status grows with their age."""


@dataclass(frozen=True)
class Claims:
    """What members use and who pays, path, region, year first.

    Parameters
    ----------
    services, bills, in_policy_bills, entitled, payments : array (path, region, year, status, benefit)
        Services and yuan; entitled is what the law gives the patients, payments what the pooled funds pay after audit,
        procurement, budgets and amounts per head. The difference is the providers', not the patients'.
    inpatient_payments : array (path, region, year, status, tier), yuan
    above_ceiling : array (path, region, year, status), yuan
        In-policy inpatient bills above the ceiling of the pooled fund.
    claimed : array (path, region, year, scheme, benefit), yuan
        Claims before audit, procurement, budgets and amounts per head.
    procurement_saving : array (path, region, year, scheme), yuan
    provider_borne : array (path, region, year, scheme), yuan
        Claims less what budgets and amounts per head pay; negative where providers keep a surplus.
    entitlement : Entitlement
        Payment per service, for the reference of the behavioural response.
    """

    services: Array
    bills: Array
    in_policy_bills: Array
    entitled: Array
    payments: Array
    inpatient_payments: Array
    above_ceiling: Array
    claimed: Array
    procurement_saving: Array
    provider_borne: Array
    entitlement: Entitlement

    @cached_property
    def own_payments(self) -> Array:
        """In-policy bills that the law leaves to the patients (path, region, year, status, benefit), yuan."""
        result: Array = np.maximum(self.in_policy_bills - self.entitled, 0.0)
        return result


def by_scheme(status_values: Array, axis: int) -> Array:
    """Add an array over the insured statuses of each scheme; the scheme axis takes the place of the status axis."""
    moved = np.moveaxis(status_values, axis, 0)
    shape = (*status_values.shape[:axis], len(SCHEMES), *status_values.shape[axis + 1 :])
    added = np.zeros(shape)
    by_scheme_first = np.moveaxis(added, axis, 0)
    for status in np.flatnonzero(INSURED).tolist():
        by_scheme_first[SCHEME_OF_STATUS[status]] += moved[status]
    return added


def project_claims(
    assumptions: Assumptions,
    people: People,
    economy: Economy,
    trend: CostTrend,
    revenue: Array,
    drivers: Drivers = NO_DRIVERS,
    expected: CostTrend | None = None,
) -> Claims:
    """Return services, bills and payments of every benefit (handbook 6.5-6.8).

    Parameters
    ----------
    revenue : array (path, region, year, scheme), yuan
        Contribution income of each scheme, which budgets and amounts per head may follow.
    drivers : Drivers
        How strongly patients respond.
    expected : CostTrend, optional
        Trend on which amounts per head rest: that of the set's own path, where `trend` departs from it.
    """
    strength = drivers.factor("elasticity")
    care = project_care(assumptions, people, trend, paths=np.shape(strength)[0] if np.ndim(strength) else 1)
    entitlement = project_entitlement(assumptions, care, economy, strength)
    services = care.services * response_multiplier(assumptions, entitlement.own_share, strength)
    gross = services * entitlement.payment
    claimed = by_scheme(gross, 3)
    settled = settle(assumptions, claimed, revenue, outbreak_stays(services, entitlement))
    kept = np.divide(settled.paid, claimed, out=np.zeros_like(claimed), where=claimed > 0)
    payments = gross * np.take(kept, SCHEME_OF_STATUS, axis=3)
    per_tier = services[..., _INPATIENT, None] * entitlement.tier_share * entitlement.tier_payment
    inpatient_payments = per_tier * np.take(kept[..., _INPATIENT], SCHEME_OF_STATUS, axis=3)[..., None]
    borne = settled.borne
    if capitated_share(assumptions) is not None:
        added, added_by_tier = _per_head(
            assumptions, people, services, entitlement, settled.audited, claimed, revenue, expected or trend
        )
        payments, inpatient_payments = payments + added, inpatient_payments + added_by_tier
        borne = borne - by_scheme(added, 3).sum(-1)
    bills, in_policy_bills = services * _bill_per_service(care, entitlement), services * entitlement.in_policy
    entitled, above_ceiling = gross, services[..., _INPATIENT] * entitlement.above_ceiling
    cheaper = cheaper_by_procurement(assumptions)
    if cheaper is not None:
        cheaper = np.take(cheaper, SCHEME_OF_STATUS, axis=3)
        bills, in_policy_bills, entitled = bills * cheaper, in_policy_bills * cheaper, entitled * cheaper
        above_ceiling = above_ceiling * cheaper[..., _INPATIENT]
    return Claims(
        services=services,
        bills=bills,
        in_policy_bills=in_policy_bills,
        entitled=entitled,
        payments=payments,
        inpatient_payments=inpatient_payments,
        above_ceiling=above_ceiling,
        claimed=claimed,
        procurement_saving=settled.saving,
        provider_borne=borne,
        entitlement=entitlement,
    )


@dataclass(frozen=True)
class Settled:
    """Claims of each scheme after audit, procurement and budgets; arrays (path, region, year, scheme, ...), yuan.

    Parameters
    ----------
    audited, paid : array (..., benefit)
        After audit and procurement; after budgets too, before amounts per head.
    saving, borne : array
        By procurement; claims less what budgets pay.
    """

    audited: Array
    paid: Array
    saving: Array
    borne: Array


def settle(assumptions: Assumptions, claimed: Array, revenue: Array, stays: Array | None = None) -> Settled:
    """Return what audit, procurement and the payment rule of the set leave of the claims (handbook 4).

    Parameters
    ----------
    claimed : array (path, region, year, scheme, benefit), yuan
    revenue : array (path, region, year, scheme), yuan
        As of `project_claims`.
    stays : array (path, region, year, scheme), yuan, optional
        The part of the inpatient claims for cases of an outbreak, which no budget and no amount per head covers.
    """
    audited, saving = audit_and_procure(assumptions, claimed)
    paid = audited.copy()
    waived = 0.0 if stays is None else waived_stays(stays, claimed, audited)
    budgeted = audited[..., _INPATIENT] - waived
    capitated = capitated_share(assumptions)
    by_budget = close_budget(assumptions, budgeted, revenue, None if capitated is None else capitated[..., _INPATIENT])
    paid[..., _INPATIENT] = by_budget + waived
    return Settled(audited, paid, saving, budgeted - by_budget)


def waived_stays(stays: Array, claimed: Array, audited: Array) -> Array:
    """Return what audit leaves of inpatient claims for an outbreak's cases, all arrays of claims by scheme, yuan."""
    before, now = claimed[..., _INPATIENT], audited[..., _INPATIENT]
    result: Array = stays * np.divide(now, before, out=np.zeros_like(before), where=before > 0)
    return result


def outbreak_stays(services: Array, entitlement: Entitlement) -> Array | None:
    """Inpatient claims of outbreak cases (path, region, year, scheme); None where there are none."""
    if entitlement.outbreak is None:
        return None
    return by_scheme(services[..., _INPATIENT] * entitlement.outbreak[..., _INPATIENT], 3)


def _per_head(
    assumptions: Assumptions,
    people: People,
    services: Array,
    entitlement: Entitlement,
    audited: Array,
    claimed: Array,
    revenue: Array,
    expected: CostTrend,
) -> tuple[Array, Array]:
    """Return what amounts per head add to the payments by status and benefit, and by status and tier (handbook 4.6).

    The correction falls on the claims within the region of the members paid per head; stays outside it, and cases of
    an outbreak, are paid as claimed.
    """
    share = capitated_share(assumptions)
    assert share is not None
    ordinary, of_tier = entitlement.payment, entitlement.tier_payment
    if entitlement.outbreak is not None and entitlement.tier_outbreak is not None:
        ordinary, of_tier = ordinary - entitlement.outbreak, of_tier - entitlement.tier_outbreak
    ratio = np.divide(audited, claimed, out=np.zeros_like(claimed), where=claimed > 0)
    ratio = np.take(ratio, SCHEME_OF_STATUS, axis=3)
    claims = services * ordinary * ratio
    stays = services[..., _INPATIENT, None] * entitlement.tier_share * of_tier * ratio[..., _INPATIENT, None]
    total = by_scheme(claims, 3)
    outside = by_scheme(stays[..., _OUT_OF_REGION], 3)
    heads = _heads(people, claims, revenue, expected)
    correction = correction_per_head(assumptions, share, total, outside, heads)
    factor = np.take(share[None] * correction[..., None], SCHEME_OF_STATUS, axis=3)
    added, added_by_tier = factor * claims, factor[..., _INPATIENT, None] * stays
    added_by_tier[..., _OUT_OF_REGION] = 0.0
    added[..., _INPATIENT] = added_by_tier.sum(-1)
    return added, added_by_tier


def _heads(people: People, claims: Array, revenue: Array, expected_cost: CostTrend) -> Heads:
    """Members, their need by age and status, and the expected cost on which amounts per head rest.

    What departs from the expected cost, in a simulation or by a multiplier, is the providers' risk.
    """
    members = by_scheme(people.in_year("members"), 3)
    of_base = claims[:, :, :1]
    expected = np.broadcast_to(of_base, np.broadcast_shapes(of_base.shape, (*members.shape[:3], 1, 1))).copy()
    for number, benefit in enumerate(BENEFITS):
        need = people.in_year(_NEED.get(benefit, "members"))
        growth = np.divide(need, need[:, :, :1], out=np.zeros_like(need), where=need[:, :, :1] > 0)
        expected[..., number] *= growth
    needed = by_scheme(expected, 3)
    per_head = np.divide(needed, members[..., None], out=np.zeros_like(needed), where=members[..., None] > 0)
    first = per_head[:, :, :1]
    return Heads(
        members=members,
        need=np.divide(per_head, first, out=np.ones_like(per_head), where=first > 0),
        cost_index=expected_cost.use[:, :, :, None] * expected_cost.unit_cost,
        revenue=revenue,
    )


def cheaper_by_procurement(assumptions: Assumptions) -> Array | None:
    """Factor on bills after volume-based procurement (1, region, year, scheme, benefit); patients save as well.

    None where nothing is saved.
    """
    if "procurement.saving_share" not in assumptions:
        return None
    saving = assumptions.from_year("procurement.saving_share", assumptions.base_year)[None]
    if not saving.any():
        return None
    factor = np.ones((*saving.shape, len(BENEFITS)))
    factor[..., _PROCURED] = 1 - saving[..., None]
    return factor


def _bill_per_service(care: Care, entitlement: Entitlement) -> Array:
    """Bill per service; of an admission the mean over the mix of tiers."""
    cost = care.unit_cost.copy()
    cost[..., _INPATIENT] = (entitlement.tier_share * entitlement.tier_cost).sum(-1)
    return cost


def audit_and_procure(assumptions: Assumptions, claimed: Array) -> tuple[Array, Array]:
    """Cut medical claims by audit (handbook 4.1) and by the saving of volume-based procurement (handbook 4.8)."""
    base = assumptions.base_year
    after = claimed.copy()
    after[..., _MEDICAL] *= 1 - assumptions.from_year("payment.audit_deduction", base)[None, ..., None]
    saving = np.zeros(claimed.shape[:-1])
    if "procurement.saving_share" in assumptions:
        share = assumptions.from_year("procurement.saving_share", base)[None]
        saving = share * after[..., _PROCURED].sum(-1)
        after[..., _PROCURED] *= 1 - share[..., None]
    return after, saving
