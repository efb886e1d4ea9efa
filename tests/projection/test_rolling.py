"""A set rolled with its own projection of the next year goes on as the old one did."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.parameters.axes import index
from poolcast.parameters.errors import AssumptionError
from poolcast.projection.control_totals import FACTORS
from poolcast.projection.engine import run
from poolcast.projection.rolling import roll

TOLERANCE = 1e-9
"""Relative; measured: 1e-12 for revenue and expenditure, 2e-10 for a reserve that is a small rest of large flows."""


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china")


def projected(assumptions):
    return run(poolcast.calibrate(assumptions))


def furthest_apart(old, new, years: int) -> float:
    """Largest relative difference of revenue, expenditure and reserve of regions and pools that keep the ledger."""
    kept = np.isfinite(old.accounts.reserve[:, :, years:]) | (old.holders.count == old.holders.regions)
    kept[:, : old.holders.regions] = True
    worst = 0.0
    for name in ("revenue", "expenditure", "reserve"):
        before, after = getattr(old.accounts, name)[:, :, years:], getattr(new.accounts, name)
        assert (np.isnan(before) == np.isnan(after)).all()
        apart = np.abs(after - before) / np.maximum(np.abs(before), 1.0)
        worst = max(worst, float(np.nanmax(np.where(kept, apart, 0.0))))
    return worst


@pytest.mark.parametrize("name", ["china", "hebei"])
def test_a_set_rolled_with_its_own_projection_reproduces_it(name):
    assumptions = poolcast.load_assumptions(name)
    old, current = projected(assumptions), assumptions
    for years in (1, 2):
        current = roll(current)
        assert current.base_year == assumptions.base_year + years
        assert furthest_apart(old, projected(current), years) < TOLERANCE


@pytest.mark.parametrize("name", ["china", "hebei"])
def test_calibration_finds_the_factors_it_had(name):
    """Whatever stood in the base year was carried on: nothing is left for a factor to make good."""
    assumptions = poolcast.load_assumptions(name, to=2032)
    before, after = poolcast.calibrate(assumptions), poolcast.calibrate(roll(assumptions))
    for factor in FACTORS:
        assert after[factor] == pytest.approx(before[factor], rel=1e-9, abs=1e-12), factor


def changed(assumptions, **values):
    named = {name.replace("__", "."): value for name, value in values.items()}
    return assumptions.with_values(
        {name: np.broadcast_to(value, assumptions[name].shape).copy() for name, value in named.items()}
    )


def tiers_that_move(assumptions):
    share = assumptions["inpatient.tier_share"].copy()
    moved = 0.01 * np.arange(share.shape[1])[None, :, None]
    share[..., 0] += moved
    share[..., 2] -= moved
    return share


def variants(china):
    rules = {
        "payment.overspend_softness": 0.3,
        "payment.retained_share": 0.7,
        "payment.budget_growth": 0.01,
        "payment.catch_up": 0.5,
        "payment.budget_follows_revenue": 0.5,
    }
    closed = china.with_options(payment_rule="closure")
    closed = closed.with_values({name: np.full(china["payment.budget_growth"].shape, at) for name, at in rules.items()})
    in_debt = china["ledger.opening_reserve"].copy()
    in_debt[:, index("ledger", "RPF")] = -5e10
    return {
        "costs tied to death": changed(china, health__death_related_share=0.4),
        "no health shift": changed(china, health__shift=0.0),
        "costs converge": changed(china, cost__convergence_gap=0.3, cost__convergence_years=4),
        "last year of convergence": changed(china, cost__convergence_gap=0.3, cost__convergence_years=1),
        "indexation in part": changed(china, benefits__indexation=0.4),
        "tiers move": changed(china, inpatient__tier_share=tiers_that_move(china)),
        "status by age": china.with_options(coverage_movement="by_age"),
        "flexible share grows": changed(china, coverage__flexible_share_growth=0.02, coverage__uninsured_decline=0.05),
        "budgets": closed,
        "in debt": changed(china, ledger__opening_reserve=in_debt),
        "premium follows cost in part": changed(china, critical_illness__premium_follows_cost=0.4),
        "switch of bounds in July": changed(china, revenue__base_switch_month=7),
        "use of every benefit grows": changed(china, utilisation__growth=0.02),
        "long-term care costs part": changed(
            china, cost__autonomous_growth=np.array([0.03, 0.05])[None, None, :, None]
        ),
        "women of 50": changed(china, coverage__women_retiring_at_50_share=0.8),
        "exposure at the year end": changed(china, coverage__exposure_weight_of_closing_stock=1.0),
    }


@pytest.mark.parametrize("variant", sorted(variants(poolcast.load_assumptions("china", to=2040))))
def test_whatever_the_set_assumes_is_carried_on(variant):
    assumptions = variants(poolcast.load_assumptions("china", to=2040))[variant]
    assert furthest_apart(projected(assumptions), projected(roll(assumptions)), 1) < TOLERANCE
    assert furthest_apart(projected(assumptions), projected(roll(roll(assumptions))), 2) < TOLERANCE


def test_pooled_regions_share_the_reserve_of_the_pool():
    assumptions = poolcast.load_assumptions("hebei", to=2035).with_options(
        employee_pool="parent", resident_pool="parent"
    )
    rates = assumptions["ledger.interest_rate"].copy()
    pooled = [index("ledger", ledger) for ledger in ("EPF", "RPF")]
    rates[:, 3:, pooled] *= (1 + 0.05 * np.arange(14))[:, None, None]  # the pool bears the mean, each region its own
    assumptions = assumptions.with_values({"ledger.interest_rate": rates})
    old = projected(assumptions)
    later = roll(assumptions)
    assert furthest_apart(old, projected(later), 1) < TOLERANCE
    for pool, members in old.holders.pools.items():
        held = old.accounts.reserve[0, pool, 1, old.assumptions.ledgers.index("EPF")]
        parts = later["ledger.opening_reserve"][members, index("ledger", "EPF")]
        assert parts.sum() == pytest.approx(held, rel=1e-12)
        assert (parts != 0).all()


def test_stocks_of_the_new_base_year_are_those_of_the_projection(china):
    old, later = projected(china), roll(china)
    people = old.money.people
    assert (later["population.at_base_year_end"] == people.population_by_age[:, 2]).all()
    assert (later["population.at_previous_year_end"] == china["population.at_base_year_end"]).all()
    wage, year = china.in_year("economy.average_wage", 2025), later.base_year
    growth = china.in_year("economy.wage_growth", 2026)
    assert later.in_year("economy.average_wage", year) == pytest.approx(wage * (1 + growth), rel=1e-15)
    assert (later.in_year("economy.average_wage", 2025) == wage).all()
    members = later.in_year("accounts.members", year)[0, index("status", "retired")]
    assert members == pytest.approx(
        float(people.at_year_end("members")[0, 0, 1, index("status", "retired")]), rel=1e-15
    )
    assert (later.in_year("accounts.revenue", 2025) == china.in_year("accounts.revenue", 2025))[:, :3].all()


def test_amounts_in_yuan_of_the_base_year_are_those_of_the_new_one(china):
    """Deductible of 2026 in yuan of 2026: that of 2025 times the wage of 2025 over that of 2024."""
    later = roll(china)
    index_of_law = china.in_year("economy.average_wage", 2025) / china.in_year("economy.average_wage", 2024)
    for name in ("inpatient.deductible", "outpatient.deductible", "outpatient.ceiling"):
        before, after = china.in_year(name, 2026), later.in_year(name, 2026)
        assert after == pytest.approx(before * index_of_law[0], rel=1e-15)
        assert (later.in_year(name, 2025) == china.in_year(name, 2025)).all()


def test_a_set_that_cannot_be_rolled_says_why_all_at_once(china):
    short = poolcast.load_assumptions("china", to=2026).with_options(calibration="none", adjustment_fund="both")
    cut = np.where(np.arange(short["holiday.cut"].shape[1]) >= 0, 0.1, 0.0)[None]
    with pytest.raises(AssumptionError) as raised:
        roll(short.with_values({"holiday.cut": cut}))
    found = " ".join(problem.found for problem in raised.value.problems)
    for part in ("calibration: none", "last_year 2026", "adjustment_fund: both", "holiday.cut in 2026"):
        assert part in found
