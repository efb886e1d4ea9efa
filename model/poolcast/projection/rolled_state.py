"""What a rolled set starts from: stocks, levels, amounts in yuan of the new base year, and the carried state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, RESIDENT_STATUSES, index, positions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.age_sums import death_burden_at_year_ends, gain_at_year_ends
from poolcast.projection.care import SCHEME_OF_STATUS
from poolcast.projection.claims import by_scheme
from poolcast.projection.contributions import coverage_before_shift, resident_financing
from poolcast.projection.coverage import opening_state, project_status_shares
from poolcast.projection.engine import Projection
from poolcast.projection.payment import project_budget

Array = NDArray[np.float64]

_INPATIENT, _OUTPATIENT, _CHRONIC, _DUAL, _MATERNITY, _, _LONG_TERM = (
    index("benefit", benefit) for benefit in BENEFITS
)
_RESIDENTS = positions("status", RESIDENT_STATUSES)
_CLOSED = 1
"""Position of the closed year among the years of the old projection, and of its year end less one."""


def rebased(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Return stocks, levels and amounts of the new base year, by parameter.

    Parameters
    ----------
    later : Assumptions
        The set on its new years, with the values of the old one.
    projection : Projection
        That of the old set.
    """
    return {
        **_people(projection),
        **_economy(later, projection),
        **_use_and_cost(later, projection),
        **_amounts_of_law(later, projection),
        **_wages(later, projection),
        **_convergence(later),
    }


def opening_parameters(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Return the state that the new base year could not tell, ``opening.*``.

    Parameters
    ----------
    later : Assumptions
        The set on its new years.
    projection : Projection
        That of the old set.
    """
    old = projection.assumptions
    people = projection.money.people
    births = people.in_year("births")[0, :, _CLOSED]
    total = births.sum(-1, keepdims=True)
    share = np.divide(births, total, out=np.zeros_like(births), where=total > 0)
    values = {
        "opening.gained_years": _at_year_ends(later, gain_at_year_ends(old)),
        "opening.death_burden": _at_year_ends(later, death_burden_at_year_ends(old)),
        "opening.births": share * people.births[0, :, _CLOSED, None],
        "opening.tier_share": old["opening.tier_share"]
        if "opening.tier_share" in old
        else old.in_year("inpatient.tier_share", old.base_year),
        "opening.arrears_over_due": _arrears_over_due(projection),
        "opening.overdraft_bears_margin": np.ones(()),
    }
    if old.options["coverage_movement"] == "by_cohort":
        names = ("opening.women_50_share", "opening.entry_increment")
        values |= dict(zip(names, opening_state(old, people.population_by_age), strict=True))
    if old.options["payment_rule"] != "fee_for_service":
        values["opening.budget_over_claims"] = _budget_over_claims(projection)
    if "long_term_care.coverage_share" in old:
        values["opening.long_term_care_coverage"] = coverage_before_shift(old)[:, 0]
    if "VBPR" in old.ledgers:
        flows = projection.flows
        values["opening.procurement_retained"] = flows.total(flows.revenue, "VBPR")[0, :, _CLOSED - 1]
    return values


def scaled_from_base(later: Assumptions, name: str, factor: Array) -> Array:
    """Return a dated parameter with the values from the base year on multiplied; earlier ones stay history.

    Parameters
    ----------
    factor : array (region, ...)
        Axes of the parameter without the year; trailing ones may be left out.
    """
    dimensions = PARAMETERS[name].dimensions
    result = later[name].copy()
    first = later.year_position(later.base_year)
    wide = factor.reshape(*factor.shape, *[1] * (len(dimensions) - 1 - factor.ndim))
    result[:, first:] *= np.expand_dims(wide, dimensions.index("year"))
    return result


def _people(projection: Projection) -> dict[str, Array]:
    old = projection.assumptions
    population = projection.money.people.population_by_age
    shares = project_status_shares(old, population)
    return {
        "population.at_previous_year_end": population[:, 1],
        "population.at_base_year_end": population[:, 2],
        "coverage.previous_status_share": shares[:, 1],
        "coverage.status_share": shares[:, 2],
    }


def _economy(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Levels of the closed year, held afterwards as the reader holds them; the engine lets them grow."""
    economy = projection.money.economy
    levels = {
        "economy.average_wage": economy.wage,
        "economy.disposable_income": economy.income,
        "economy.average_pension": economy.pension,
        "economy.gross_domestic_product": economy.gross_domestic_product,
    }
    result = {}
    for name, level in levels.items():
        result[name] = later[name].copy()
        result[name][:, later.year_position(later.base_year) :] = level[0, :, _CLOSED, None]
    return result


def _use_and_cost(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Profiles and bills at the use and unit cost of the closed year, where the indices begin anew."""
    use, cost = projection.money.trend.use[0, :, _CLOSED], projection.money.trend.unit_cost[0, :, _CLOSED]
    bill = use[:, None] * cost

    def by_region(name: str, factor: Array) -> Array:
        result: Array = later[name] * factor.reshape(*factor.shape, *[1] * (later[name].ndim - factor.ndim))
        return result

    result = {
        "utilisation.inpatient_rate": by_region("utilisation.inpatient_rate", use[:, _INPATIENT]),
        "utilisation.inpatient_cost": by_region("utilisation.inpatient_cost", cost[..., _INPATIENT]),
        "utilisation.outpatient_bill": by_region("utilisation.outpatient_bill", bill[..., _OUTPATIENT]),
        "utilisation.chronic_bill": by_region("utilisation.chronic_bill", bill[..., _CHRONIC]),
        "utilisation.dual_channel_bill": by_region("utilisation.dual_channel_bill", bill[..., _DUAL]),
        "maternity.payment_per_birth": scaled_from_base(
            later, "maternity.payment_per_birth", bill[:, SCHEME_OF_STATUS, _MATERNITY]
        ),
    }
    if "long_term_care.take_up" in later:
        result |= {
            name: scaled_from_base(later, name, cost[:, 0, _LONG_TERM])
            for name in ("long_term_care.institution_cost", "long_term_care.home_cost")
        }
        result["long_term_care.take_up"] = scaled_from_base(later, "long_term_care.take_up", use[:, _LONG_TERM])
        apart = cost[:, 1, _LONG_TERM] / cost[:, 0, _LONG_TERM]
        if (apart != 1).any():  # one cost serves both schemes: what they grow apart goes into the multiplier
            factor = np.ones_like(cost)
            factor[:, 1, _LONG_TERM] = apart
            result["cost.multiplier"] = scaled_from_base(later, "cost.multiplier", factor)
    return result


def _amounts_of_law(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Deductibles, ceilings, premiums and aid, given in yuan of the base year: now of the new one."""
    old, money = projection.assumptions, projection.money
    wage = money.economy.previous_wage[0]
    index_of_law = (wage[:, _CLOSED] / wage[:, 0]) ** old["benefits.indexation"]
    names = ("inpatient.deductible", "outpatient.deductible", "outpatient.ceiling")
    result = {name: scaled_from_base(later, name, index_of_law) for name in names}
    growth = (money.trend.unit_cost[0, ..., _INPATIENT] * money.trend.use[0, ..., None, _INPATIENT])[:, _CLOSED]
    if "CII" in old.ledgers:
        upper = later["critical_illness.tranche_upper"] * index_of_law[:, None]
        result["critical_illness.tranche_upper"] = np.minimum(
            upper, PARAMETERS["critical_illness.tranche_upper"].maximum
        )
        # premium (1 + f (g G - 1)) = premium' (1 + f' (G - 1)); f' is one number, exact for 0, 1 and a single region
        follows = float(old["critical_illness.premium_follows_cost"])
        premium = 1 + follows * (growth[:, 1] - 1)
        result["critical_illness.premium_per_head"] = scaled_from_base(
            later, "critical_illness.premium_per_head", premium
        )
        result["critical_illness.premium_follows_cost"] = np.asarray(np.mean(follows * growth[:, 1] / premium))
    if "LAS" in old.ledgers:
        result["large_amount.premium_per_head"] = scaled_from_base(later, "large_amount.premium_per_head", growth[:, 0])
    if "MAF" in old.ledgers:
        heads = money.people.in_year("members")[0][..., _RESIDENTS].sum(-1)
        own = money.claims.own_payments[0][..., _RESIDENTS, :].sum((-1, -2))
        per_head = np.divide(own, heads, out=np.zeros_like(own), where=heads > 0)
        growth_of_own = np.divide(
            per_head[:, _CLOSED], per_head[:, 0], out=np.ones_like(per_head[:, 0]), where=per_head[:, 0] > 0
        )
        result["assistance.direct_aid_per_resident"] = scaled_from_base(
            later, "assistance.direct_aid_per_resident", growth_of_own
        )
    return result


def _wages(later: Assumptions, projection: Projection) -> dict[str, Array]:
    """Wage of unit employees over the average wage: relative wages are normed to the mean of the base year anew."""
    people = projection.money.people
    sums = [people.exposure(array).sum(-1)[0] for array in (people.relative_wages, people.active_by_sex)]
    mean = np.divide(sums[0], sums[1], out=np.ones_like(sums[0]), where=sums[1] > 0)
    moved = np.divide(mean[:, _CLOSED], mean[:, 0], out=np.ones_like(mean[:, 0]), where=mean[:, 0] > 0)
    return {"revenue.wage_relativity": later["revenue.wage_relativity"] * moved}


def _convergence(later: Assumptions) -> dict[str, Array]:
    """One year of the convergence of costs is over: the rest of the gap over the rest of the years."""
    years = float(later["cost.convergence_years"])
    left = max(years - 1, 0.0)
    gap = later["cost.convergence_gap"] * (left / years)
    return {"cost.convergence_gap": gap, "cost.convergence_years": np.asarray(max(left, 1.0))}


def _at_year_ends(later: Assumptions, values: Array) -> Array:
    """Return a state of the old year ends (region, year_end, sex, age) on the new year axis.

    Given at the year ends before, at and after the new base year end and held as the reader holds it; what was known
    of the year end before stays as history.
    """
    result = np.full((values.shape[0], len(later.years), *values.shape[2:]), np.nan)
    first = later.year_position(later.base_year - 1)
    result[:, first : first + 3] = values[:, 1:4]
    result[:, first + 3 :] = values[:, 3:4]
    return result


def _budget_over_claims(projection: Projection) -> Array:
    old, money = projection.assumptions, projection.money
    claims = money.claims.provider_borne + _inpatient_payments(projection)
    revenue = np.stack(
        np.broadcast_arrays(money.contributions.pooled_income, resident_financing(old, money.people)), axis=-1
    )
    budget = project_budget(old, claims, revenue)[0, :, _CLOSED]
    inside = old.from_year("payment.budgeted_share", old.base_year)[:, _CLOSED] * claims[0, :, _CLOSED]
    result: Array = np.divide(budget, inside, out=np.ones_like(budget), where=inside > 0)
    return result


def _inpatient_payments(projection: Projection) -> Array:
    return by_scheme(projection.money.claims.payments, 3)[..., _INPATIENT]


def _arrears_over_due(projection: Projection) -> Array:
    old, paid = projection.assumptions, projection.money.contributions
    collection = np.minimum(old.in_year("revenue.collection_rate", old.base_year + 1), 1.0)
    due = paid.units[0, :, _CLOSED] / collection
    result: Array = np.divide(paid.arrears[0, :, _CLOSED - 1], due, out=np.zeros_like(due), where=due > 0)
    return result
