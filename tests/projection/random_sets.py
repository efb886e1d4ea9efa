"""Random assumption sets in memory: one complete base set, every parameter moved inside its declared bounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.declarations.options import OPTIONS
from tests.fixtures.minimal_set import VALUES, write_minimal_set

ALL_LEDGERS = ("EPF", "EPA", "RPF", "CII", "LAS", "CSS", "MAF", "LTCI", "VBPR")

_ADDED = {
    "population.net_migration": 15.0,
    "population.migration_flow": 200.0,
    "health.shift": 0.3,
    "health.death_related_share": 0.3,
    "economy.wage_growth": 0.02,
    "economy.consumer_price_inflation": 0.01,
    "economy.gross_domestic_product_growth": 0.02,
    "economy.disposable_income_growth": 0.02,
    "economy.pension_growth": 0.02,
    "revenue.maternity_rate": 0.005,
    "revenue.retiree_rate": 0.01,
    "revenue.late_fee_rate": 0.05,
    "revenue.share_credited_to_active_accounts": 0.1,
    "utilisation.dual_channel_bill": 60.0,
    "utilisation.growth": 0.02,
    "cost.autonomous_growth": 0.02,
    "cost.income_elasticity": 0.5,
    "cost.excess_growth": 0.01,
    "cost.convergence_gap": 0.2,
    "coverage.flexible_share_growth": 0.01,
    "coverage.uninsured_decline": 0.02,
    "coverage.joining_share": 0.6,
    "coverage.waiting_months": 4.0,
    "coverage.waiting_months_per_missed_year": 1.0,
    "outbreak.case_share": 0.2,
    "ledger.fiscal_subsidy": 2e6,
    "ledger.other_revenue": 1e6,
    "ledger.other_expenditure": 1e6,
    "inpatient.repeat_share": 0.2,
    "procurement.saving_share": 0.05,
    "payment.budget_growth": 0.03,
    "long_term_care.coverage_share": 0.3,
    "long_term_care.shifted_employer_rate": 0.001,
    "long_term_care.share_from_pooled_fund": 0.2,
    "long_term_care.share_from_accounts": 0.2,
    "long_term_care.share_from_budget": 0.2,
    "large_amount.own_share_rate": 0.1,
    "critical_illness.ceiling_bonus": 0.2,
}
"""How far parameters may move whose base value is zero or close to it."""

_GIVEN = {
    "coverage.exposure_weight_of_closing_stock": 0.6,
    "health.death_related_share": 0.3,
    "long_term_care.coverage_share": 0.4,
    "long_term_care.share_from_pooled_fund": 0.3,
    "long_term_care.share_from_accounts": 0.3,
    "long_term_care.share_from_budget": 0.2,
    "inpatient.tier_share": [
        ({"tier": "primary"}, 0.2),
        ({"tier": "secondary"}, 0.3),
        ({"tier": "tertiary"}, 0.4),
        ({"tier": "out_of_region"}, 0.1),
    ],
}

_HELD = {
    "revenue.base_switch_month",
    "revenue.base_wage_lag",
    "resident.personal_premium_lag",
    "retirement.delay",
    "behaviour.response",
    "behaviour.phase_in",
    "behaviour.minimum_multiplier",
    "behaviour.maximum_multiplier",
    "behaviour.minimum_own_share",
    "payment.audit_deduction",
    "prepayment.months",
    "backstop.months",
    "critical_illness.tranche_upper",
    "coverage.exposure_weight_of_closing_stock",
}
"""Switches and what single tests choose themselves."""

_HALVED = (
    "long_term_care.share_from_pooled_fund",
    "long_term_care.share_from_accounts",
    "long_term_care.share_from_budget",
)


def base_set(folder: Path, **changes: Any) -> Assumptions:
    """Read a complete set that also holds what other options than its own would need."""
    values = {
        parameter.name: VALUES.get(parameter.name, parameter.default)
        for parameter in PARAMETERS.values()
        if parameter.needed.startswith("option:") and parameter.layer != "accounts"
    }
    values = {name: value for name, value in values.items() if value is not None}
    changes.setdefault("ledgers", ALL_LEDGERS)
    changes.setdefault("last_year", 2030)
    changes["values"] = {**values, **_GIVEN, **changes.get("values", {})}
    return poolcast.load_assumptions(write_minimal_set(folder, **changes))


def random_set(base: Assumptions, seed: int, **options: str) -> Assumptions:
    """Move every parameter of a set by up to 30 % and a bit, differently in every cell, inside its bounds."""
    random = np.random.default_rng(seed)
    changes = {}
    for name, values in base.values.items():
        parameter = PARAMETERS[name]
        if name in _HELD or parameter.integer or parameter.layer == "accounts":
            continue
        moved = values * (1 + random.uniform(-0.3, 0.3, values.shape))
        moved = moved + _ADDED.get(name, 0.0) * random.uniform(-1.0, 1.0, values.shape)
        if name.startswith("coverage.") and name.endswith("status_share"):
            moved = np.where(values > 0, moved, 0.0)
        low = max(parameter.minimum, -np.inf)
        moved = np.clip(moved, low, parameter.maximum)
        if name in _HALVED:
            moved = moved / 2
        if name == "population.survival_ratio":
            moved = 1 - np.clip((1 - values) * random.uniform(0.5, 1.5, values.shape), 0.0, 1.0)
        if parameter.adds_to_one_over:
            over = tuple(parameter.dimensions.index(axis) for axis in parameter.adds_to_one_over)
            moved = moved / moved.sum(axis=over, keepdims=True)
        changes[name] = moved
    for earlier, later in (("outpatient.deductible", "outpatient.ceiling"),):
        changes[later] = np.maximum(changes[later], changes[earlier])
    known = {name: choice for name, choice in options.items() if name in OPTIONS}
    return base.with_values(changes).with_options(**known)


def calibrated(assumptions: Assumptions, seed: int | None = None) -> Assumptions:
    """Calibrate; with a seed, move every factor and the reference of behaviour too."""
    fitted = poolcast.calibrate(assumptions)
    if seed is None:
        return fitted
    random = np.random.default_rng(seed)
    changes = {}
    for name, values in fitted.values.items():
        if name == "calibration.other_expenditure_share":
            changes[name] = random.uniform(-0.02, 0.02, values.shape)
        elif name.startswith("calibration."):
            changes[name] = np.clip(values * random.uniform(0.9, 1.1, values.shape), 0.0, PARAMETERS[name].maximum)
    return fitted.with_values(changes)


def ruled_set(folder: Path) -> Assumptions:
    """Every rule at once: budgets, an adjustment fund, a pool of residents, backstop and prepayment."""
    base = base_set(
        folder,
        regions=["A", "B"],
        parents={"A": "P", "B": "P"},
        last_year=2030,
        ledgers=(*ALL_LEDGERS, "ADJ"),
        options={"adjustment_fund": "employee", "resident_pool": "parent", "payment_rule": "closure"},
    )
    varied = random_set(base, 51)
    rates = varied["revenue.employer_rate"].copy()
    rates[0] /= 3
    values = {
        "revenue.employer_rate": rates,
        "ledger.opening_reserve": varied["ledger.opening_reserve"] / 20,
        "backstop.months": np.full_like(base["backstop.months"], 1.0),
        "prepayment.months": np.full_like(base["prepayment.months"], 1.0),
        "prepayment.minimum_months": np.array([1.0, 0.5]),
    }
    return calibrated(varied.with_values(values), 52)


def until(assumptions: Assumptions, last_year: int) -> Assumptions:
    """Return the set with a shorter horizon."""
    values = {}
    for name, array in assumptions.values.items():
        dimensions = PARAMETERS[name].dimensions
        if "year" in dimensions:
            kept = slice(0, assumptions.year_position(last_year) + 1)
            array = array[(slice(None),) * dimensions.index("year") + (kept,)]
        values[name] = array
    return replace(assumptions, values=values, last_year=last_year)


def with_regions(assumptions: Assumptions, order: list[int]) -> Assumptions:
    """Return the set with its regions in another order, or some of them only."""
    values = {}
    for name, array in assumptions.values.items():
        for axis, dimension in enumerate(PARAMETERS[name].dimensions):
            if dimension in ("region", "destination"):
                array = np.take(array, order, axis=axis)
        values[name] = array
    return replace(assumptions, values=values, regions=tuple(assumptions.regions[number] for number in order))
