"""Claims: services times payment, after behaviour, audit, procurement and payment rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import SCHEMES, index
from poolcast.projection.behaviour import response_multiplier
from poolcast.projection.benefits import Entitlement, project_entitlement
from poolcast.projection.care import INSURED, SCHEME_OF_STATUS, Care, project_care
from poolcast.projection.drivers import NO_DRIVERS, Drivers
from poolcast.projection.economy import CostTrend, Economy
from poolcast.projection.payment import close_budget
from poolcast.projection.people import People

Array = NDArray[np.float64]

_MEDICAL = [index("benefit", name) for name in ("inpatient", "outpatient", "chronic", "dual_channel", "maternity_care")]
_PROCURED = [index("benefit", name) for name in ("inpatient", "chronic")]
_INPATIENT = index("benefit", "inpatient")


@dataclass(frozen=True)
class Claims:
    """What members use and who pays, path, region, year first.

    Parameters
    ----------
    services, bills, in_policy_bills, entitled, payments : array (path, region, year, status, benefit)
        Services and yuan; entitled is what the law gives the patients, payments what the pooled funds pay after audit,
        procurement and budgets. The difference is the providers', not the patients'.
    inpatient_payments : array (path, region, year, status, tier), yuan
    above_ceiling : array (path, region, year, status), yuan
        In-policy inpatient bills above the ceiling of the pooled fund.
    claimed : array (path, region, year, scheme, benefit), yuan
        Claims before audit, procurement and budgets.
    procurement_saving : array (path, region, year, scheme), yuan
    provider_borne : array (path, region, year, scheme), yuan
        Inpatient claims less what the budget pays; negative where providers keep a surplus.
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

    @property
    def own_payments(self) -> Array:
        """In-policy bills that the law leaves to the patients (path, region, year, status, benefit), yuan."""
        result: Array = np.maximum(self.in_policy_bills - self.entitled, 0.0)
        return result


def by_scheme(status_values: Array, axis: int) -> Array:
    """Add an array over the insured statuses of each scheme; the scheme axis takes the place of the status axis."""
    moved = np.moveaxis(status_values, axis, -1) * INSURED
    added = np.stack([moved[..., scheme == SCHEME_OF_STATUS].sum(-1) for scheme in range(len(SCHEMES))], axis=-1)
    return np.moveaxis(added, -1, axis)


def project_claims(
    assumptions: Assumptions,
    people: People,
    economy: Economy,
    trend: CostTrend,
    revenue: Array,
    drivers: Drivers = NO_DRIVERS,
) -> Claims:
    """Return services, bills and payments of every benefit (handbook 6.5-6.8).

    Parameters
    ----------
    revenue : array (path, region, year, scheme), yuan
        Contribution income of each scheme, which budgets may follow.
    drivers : Drivers
        How strongly patients respond.
    """
    strength = drivers.factor("elasticity")
    care = project_care(assumptions, people, trend, paths=np.shape(strength)[0] if np.ndim(strength) else 1)
    entitlement = project_entitlement(assumptions, care, economy, strength)
    services = care.services * response_multiplier(assumptions, entitlement.own_share, strength)
    gross = services * entitlement.payment
    claimed = by_scheme(gross, 3)
    after, saving = _audit_and_procure(assumptions, claimed)
    budgeted = after[..., _INPATIENT]
    after = after.copy()
    after[..., _INPATIENT] = close_budget(assumptions, budgeted, revenue)
    kept = np.divide(after, claimed, out=np.zeros_like(claimed), where=claimed > 0)
    payments = gross * np.take(kept, SCHEME_OF_STATUS, axis=3)
    per_tier = services[..., _INPATIENT, None] * entitlement.tier_share * entitlement.tier_payment
    cheaper = _cheaper_by_procurement(assumptions, services.shape)
    return Claims(
        services=services,
        bills=services * _bill_per_service(care, entitlement) * cheaper,
        in_policy_bills=services * entitlement.in_policy * cheaper,
        entitled=gross * cheaper,
        payments=payments,
        inpatient_payments=per_tier * np.take(kept[..., _INPATIENT], SCHEME_OF_STATUS, axis=3)[..., None],
        above_ceiling=services[..., _INPATIENT] * entitlement.above_ceiling * cheaper[..., _INPATIENT],
        claimed=claimed,
        procurement_saving=saving,
        provider_borne=budgeted - after[..., _INPATIENT],
        entitlement=entitlement,
    )


def _cheaper_by_procurement(assumptions: Assumptions, shape: tuple[int, ...]) -> Array:
    """Factor on bills after volume-based procurement (path, region, year, status, benefit); patients save as well."""
    factor = np.ones((1, *shape[1:]))
    if "procurement.saving_share" in assumptions:
        saving = assumptions.from_year("procurement.saving_share", assumptions.base_year)[None]
        factor[..., _PROCURED] = 1 - np.take(saving, SCHEME_OF_STATUS, axis=3)[..., None]
    return factor


def _bill_per_service(care: Care, entitlement: Entitlement) -> Array:
    """Bill per service; of an admission the mean over the mix of tiers."""
    cost = care.unit_cost.copy()
    cost[..., _INPATIENT] = (entitlement.tier_share * entitlement.tier_cost).sum(-1)
    return cost


def _audit_and_procure(assumptions: Assumptions, claimed: Array) -> tuple[Array, Array]:
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
