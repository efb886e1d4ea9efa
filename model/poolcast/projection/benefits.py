"""Benefits: what the funds pay per service, by deductible, rate and ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, index
from poolcast.projection.behaviour import switched_tier_share
from poolcast.projection.care import SCHEME_OF_STATUS, Care, by_status
from poolcast.projection.economy import Economy
from poolcast.projection.limited_expected_value import layer, limited_expected_value

Array = NDArray[np.float64]

_INPATIENT, _OUTPATIENT, _CHRONIC, _DUAL, _MATERNITY, _ALLOWANCE, _LONG_TERM = (
    index("benefit", benefit) for benefit in BENEFITS
)
_WAIVED = [_INPATIENT, _OUTPATIENT, _CHRONIC, _DUAL]


@dataclass(frozen=True)
class Entitlement:
    """Payment per service; axes (path, region, year, status, benefit), inpatient care also by tier.

    Parameters
    ----------
    in_policy : array, yuan per service
        Part of the bill under the rules.
    payment : array, yuan per service
        What the pooled fund pays of it.
    own_share : array, fraction
        Patient's share of the in-policy bill, one where there is none; that of inpatient care at the tier mix of the
        base year, because a patient sent elsewhere has not met another price.
    tier_share, tier_cost, tier_in_policy, tier_payment, tier_own_share : array (path, region, year, status, tier)
        Mix of admissions, and amounts per admission at each tier, yuan.
    above_ceiling : array (path, region, year, status), yuan per admission
        In-policy amount above the ceiling of the pooled fund.
    outbreak, tier_outbreak : array or None
        The part of `payment` and `tier_payment` that is paid for cases of an outbreak; None where there are none. The
        own shares leave these cases out: who is treated first has not met another price.
    """

    in_policy: Array
    payment: Array
    own_share: Array
    tier_share: Array
    tier_cost: Array
    tier_in_policy: Array
    tier_payment: Array
    tier_own_share: Array
    above_ceiling: Array
    outbreak: Array | None = None
    tier_outbreak: Array | None = None


def project_entitlement(
    assumptions: Assumptions, care: Care, economy: Economy, strength: Array | float = 1.0
) -> Entitlement:
    """Return what the law pays per service, at the mean cost of each group of members (handbook 3.1-3.6).

    Parameters
    ----------
    strength : array (path, region, year) or float
        Multiplies the switching between tiers.
    """
    rules = _Rules(assumptions, care, economy, strength)
    shape = care.services.shape
    in_policy, payment = np.zeros(shape), np.zeros(shape)
    tiers = rules.inpatient()
    in_policy[..., _INPATIENT] = (tiers.share * tiers.in_policy).sum(-1)
    payment[..., _INPATIENT] = (tiers.share * tiers.payment).sum(-1)
    in_policy[..., _OUTPATIENT], payment[..., _OUTPATIENT] = rules.outpatient()
    in_policy[..., _CHRONIC], payment[..., _CHRONIC] = rules.chronic()
    in_policy[..., _DUAL], payment[..., _DUAL] = rules.dual_channel()
    in_policy[..., _MATERNITY] = payment[..., _MATERNITY] = rules.maternity_care()
    in_policy[..., _ALLOWANCE] = payment[..., _ALLOWANCE] = rules.maternity_allowance()
    if "long_term_care.take_up" in assumptions:
        in_policy[..., _LONG_TERM], payment[..., _LONG_TERM] = rules.long_term_care()
    own_share = _own_share(payment, in_policy)
    mix = base_mix(assumptions)[None, :, None]
    own_share[..., _INPATIENT] = _own_share((mix * tiers.payment).sum(-1), (mix * tiers.in_policy).sum(-1))
    ordinary = Entitlement(
        in_policy=in_policy,
        payment=payment,
        own_share=own_share,
        tier_share=tiers.share,
        tier_cost=tiers.cost,
        tier_in_policy=tiers.in_policy,
        tier_payment=tiers.payment,
        tier_own_share=_own_share(tiers.payment, tiers.in_policy),
        above_ceiling=(tiers.share * tiers.above_ceiling).sum(-1),
    )
    return with_outbreak(assumptions, care, ordinary)


def with_outbreak(assumptions: Assumptions, care: Care, ordinary: Entitlement) -> Entitlement:
    """Return the entitlement where a share of the services are cases of an outbreak (handbook 3.10).

    With w the share of cases, c the bill, p and y payment and in-policy bill of an ordinary service:
    ``payment = (1 - w) p + w r' ps' c`` and ``in-policy bill = (1 - w) y + w ps' c``. Cases meet no deductible and no
    ceiling; r' and ps' are their own rate and in-policy share.
    """
    if not has_outbreak(assumptions):
        return ordinary
    cases = assumptions.from_year("outbreak.case_share", assumptions.base_year)[None]
    cases = by_status(np.moveaxis(cases[..., _WAIVED], 3, -1))

    def of_case(name: str) -> Array:
        return by_status(assumptions.from_year(f"outbreak.{name}", assumptions.base_year)[None])

    in_policy_share = of_case("in_policy_share")
    paid_share = in_policy_share * of_case("reimbursement_rate")
    share, cost = np.zeros_like(ordinary.payment), care.unit_cost.copy()
    share[..., _WAIVED] = np.moveaxis(cases, 3, -1)
    cost[..., _INPATIENT] = (ordinary.tier_share * ordinary.tier_cost).sum(-1)
    outbreak = share * paid_share[..., None] * cost
    of_stays = share[..., _INPATIENT, None]
    tier_outbreak = of_stays * paid_share[..., None] * ordinary.tier_cost
    tier_in_policy = of_stays * in_policy_share[..., None] * ordinary.tier_cost
    return replace(
        ordinary,
        in_policy=(1 - share) * ordinary.in_policy + share * in_policy_share[..., None] * cost,
        payment=(1 - share) * ordinary.payment + outbreak,
        tier_in_policy=(1 - of_stays) * ordinary.tier_in_policy + tier_in_policy,
        tier_payment=(1 - of_stays) * ordinary.tier_payment + tier_outbreak,
        above_ceiling=(1 - share[..., _INPATIENT]) * ordinary.above_ceiling,
        outbreak=outbreak,
        tier_outbreak=tier_outbreak,
    )


@dataclass(frozen=True)
class _Tiers:
    share: Array
    cost: Array
    in_policy: Array
    payment: Array
    above_ceiling: Array


class _Rules:
    """The rules of the set applied to the unit costs of care."""

    def __init__(self, assumptions: Assumptions, care: Care, economy: Economy, strength: Array | float) -> None:
        self._assumptions = assumptions
        self._strength = strength
        self._cost = care.unit_cost
        self._economy = economy
        base_wage = economy.previous_wage[:, :, :1]
        indexation = assumptions["benefits.indexation"][None, :, None]
        self._index = (economy.previous_wage / base_wage) ** indexation

    def _yearly(self, name: str) -> Array:
        return self._assumptions.from_year(name, self._assumptions.base_year)[None]

    def _scheme_yearly(self, name: str) -> Array:
        return by_status(self._yearly(name))

    def _factor(self, benefit: int) -> Array:
        return by_status(self._assumptions["calibration.benefit"][:, :, benefit])[None, :, None]

    def inpatient(self) -> _Tiers:
        """Payment per admission at each tier: ``r (E[min(y, L)] - E[min(y, D)])`` (handbook 3.1)."""
        assumptions = self._assumptions
        cost = self._cost[..., _INPATIENT, None] * relative_cost_of_tiers(assumptions)[None, :, None]
        in_policy = cost * np.take(self._yearly("inpatient.in_policy_share"), SCHEME_OF_STATUS, axis=3)
        spread = by_status(assumptions["inpatient.cost_coefficient_of_variation"])[None, :, None, :, None]
        rate = self._yearly("inpatient.reimbursement_rate")
        deductible = self._yearly("inpatient.deductible") * self._index[..., None, None]
        repeat = by_status(assumptions["inpatient.repeat_share"])[None, :, None, :, None]
        again = by_status(assumptions["inpatient.repeat_deductible_factor"])[None, :, None, :, None]
        ceiling = self._inpatient_ceiling()[..., None]
        limit = np.divide(
            ceiling, rate, out=np.full(np.broadcast_shapes(ceiling.shape, rate.shape), np.inf), where=rate > 0
        )
        limit = limit + deductible
        below_limit = limited_expected_value(in_policy, spread, limit)
        kept = (1 - repeat) * limited_expected_value(in_policy, spread, deductible)
        kept = kept + repeat * limited_expected_value(in_policy, spread, deductible * again)
        paid = rate * np.maximum(below_limit - kept, 0.0) * self._factor(_INPATIENT)[..., None]
        paid = np.minimum(paid, in_policy)
        mix = self._yearly("inpatient.tier_share")
        share = switched_tier_share(assumptions, mix, _own_share(paid, in_policy), self._strength)
        share, paid = np.broadcast_arrays(share, paid)
        return _Tiers(share, np.broadcast_to(cost, paid.shape), in_policy, paid, in_policy - below_limit)

    def _inpatient_ceiling(self) -> Array:
        """Ceiling of a stay, yuan: multiples of the average wage (employees) and of disposable income (residents)."""
        multiple = self._yearly("inpatient.ceiling_multiple")
        basis = np.stack([self._economy.previous_wage, self._economy.previous_income], axis=-1)
        return by_status(multiple * basis)

    def outpatient(self) -> tuple[Array, Array]:
        """In-policy bill and payment per member of general outpatient pooling (handbook 3.2).

        ``(1 - p0) r (E[min(y, D + cap / r)] - E[min(y, D)])`` with y the mean among users.
        """
        in_policy = self._cost[..., _OUTPATIENT] * self._scheme_yearly("outpatient.in_policy_share")
        rate = self._yearly("outpatient.reimbursement_rate")
        if self._assumptions.options["outpatient_layers"] == "fixed_share":
            paid = rate * self._yearly("outpatient.share_between_deductible_and_ceiling") * in_policy
        else:
            users = 1 - self._assumptions["outpatient.share_without_use"][None, :, None]
            spread = by_status(self._assumptions["outpatient.cost_coefficient_of_variation"])[None, :, None]
            deductible = self._yearly("outpatient.deductible") * self._index[..., None]
            ceiling = self._yearly("outpatient.ceiling") * self._index[..., None]
            limit = np.divide(
                ceiling, rate, out=np.full(np.broadcast_shapes(ceiling.shape, rate.shape), np.inf), where=rate > 0
            )
            paid = users * rate * layer(in_policy / users, spread, deductible, deductible + limit)
        return in_policy, np.minimum(paid * self._factor(_OUTPATIENT), in_policy)

    def chronic(self) -> tuple[Array, Array]:
        """In-policy bill and payment per member of chronic and special outpatient care (handbook 3.3)."""
        in_policy = self._cost[..., _CHRONIC] * self._scheme_yearly("chronic.in_policy_share")
        paid = in_policy * self._yearly("chronic.reimbursement_rate") * self._factor(_CHRONIC)
        return in_policy, np.minimum(paid, in_policy)

    def dual_channel(self) -> tuple[Array, Array]:
        """In-policy bill and payment per member of dual-channel drugs."""
        in_policy = self._cost[..., _DUAL]
        paid = in_policy * self._scheme_yearly("dual_channel.reimbursement_rate") * self._factor(_DUAL)
        return in_policy, np.minimum(paid, in_policy)

    def maternity_care(self) -> Array:
        """Payment per birth (handbook 3.4)."""
        return self._cost[..., _MATERNITY] * self._factor(_MATERNITY)

    def maternity_allowance(self) -> Array:
        """Allowance per birth: last year's average wage over 360 days, times the days of leave (handbook 3.4)."""
        days = self._yearly("maternity.leave_days") / 360 * self._economy.previous_wage
        return days[..., None] * self._yearly("maternity.allowance_coverage") * self._factor(_ALLOWANCE)

    def long_term_care(self) -> tuple[Array, Array]:
        """Cost and payment per beneficiary, institution and home mixed (handbook 6.14)."""
        rate = long_term_care_rate(self._assumptions)[None]
        cost = self._cost[..., _LONG_TERM]
        return cost, np.minimum(cost * rate[..., None] * self._factor(_LONG_TERM), cost)


def long_term_care_rate(assumptions: Assumptions) -> Array:
    """Return the reimbursement rate of long-term care, institution and home mixed by cost (region, year)."""

    def yearly(name: str) -> Array:
        return assumptions.from_year(f"long_term_care.{name}", assumptions.base_year)

    at_institution = yearly("institution_share") * yearly("institution_cost")
    at_home = (1 - yearly("institution_share")) * yearly("home_cost")
    paid = at_institution * yearly("institution_reimbursement_rate") + at_home * yearly("home_reimbursement_rate")
    cost = at_institution + at_home
    result: Array = np.divide(paid, cost, out=np.zeros_like(at_home), where=cost > 0)
    return result


def relative_cost_of_tiers(assumptions: Assumptions) -> Array:
    """Return the cost of a stay at each tier over the mean of the base year's mix (region, status, tier)."""
    relative = assumptions["inpatient.relative_cost"][:, SCHEME_OF_STATUS]
    mean = (base_mix(assumptions) * relative).sum(-1, keepdims=True)
    result: Array = np.divide(relative, mean, out=np.zeros_like(relative), where=mean > 0)
    return result


def has_outbreak(assumptions: Assumptions) -> bool:
    """Whether some services are cases of an outbreak (handbook 3.10)."""
    cases = assumptions.from_year("outbreak.case_share", assumptions.base_year)
    return bool(cases[..., _WAIVED].any())


def base_mix(assumptions: Assumptions) -> Array:
    """Mix of tiers (region, status, tier) behind the relative costs: of the base year or carried over."""
    if "opening.tier_share" in assumptions:
        return assumptions["opening.tier_share"]
    return assumptions.in_year("inpatient.tier_share", assumptions.base_year)


def _own_share(payment: Array, in_policy: Array) -> Array:
    result: Array = 1 - np.divide(payment, in_policy, out=np.zeros_like(payment), where=in_policy > 0)
    return result
