"""Money of a synthetic set: wages, cost levels, financing, payment, and rules of ledgers; all but the accounts."""

from __future__ import annotations

import numpy as np

from poolcast.calibration.region_profiles import RegionProfile, SetPlan, generator
from poolcast.calibration.set_tables import Table, number
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import SCHEMES, TIERS, TRANCHES

_PROFILES = ("utilisation.inpatient_cost", "utilisation.outpatient_bill", "utilisation.chronic_bill")
_WAGE_ELASTICITY = 0.55
_INCOME_ELASTICITY = 0.6
_FINANCING = ("resident.personal_premium", "resident.subsidy")
_FINANCING_YEARS = (2026, 2027, 2028, 2030, 2035, 2040, 2045, 2050, 2055, 2060, 2065, 2070, 2075)
_TIER_STATUSES = (
    ("active|flexible|unemployed|paying_past_retirement", 2),
    ("retired", 4),
    ("child|adult_resident|uninsured", 0),
)


def cost_level(region: RegionProfile, base: Assumptions, scheme: int) -> float:
    """Return the cost of care of a region over that of the base set: it follows wages or incomes by an elasticity."""
    year = base.base_year
    if scheme == 0:
        return float((region.wage / base.in_year("economy.average_wage", year)[0]) ** _WAGE_ELASTICITY)
    return float((region.income / base.in_year("economy.disposable_income", year)[0]) ** _INCOME_ELASTICITY)


def money_tables(plan: SetPlan, base: Assumptions) -> list[Table]:
    """Return the tables of the economy, cost profiles, benefits, financing, payment and ledgers' rules."""
    return [
        _economy(plan, base),
        _cost_profiles(plan, base),
        _benefits(plan, base),
        _financing(plan, base),
        _payment_and_ledgers(plan),
    ]


def _economy(plan: SetPlan, base: Assumptions) -> Table:
    table, year = Table("economy"), base.base_year
    wage = base.in_year("economy.average_wage", year)[0]
    pension = base.in_year("economy.average_pension", year)[0]
    history = {
        name: base.in_year(name, year - 1)[0] / base.in_year(name, year)[0]
        for name in ("economy.average_wage", "economy.disposable_income", "economy.average_pension")
    }
    given = {(figure.parameter, figure.axes.get("region"), figure.axes.get("year")) for figure in plan.figures}
    for region in plan.regions:
        for name, level, sources in (
            ("economy.average_wage", region.wage, region.wage_sources),
            ("economy.disposable_income", region.income, region.income_sources),
            ("economy.average_pension", pension * (region.wage / wage) ** 0.8, ""),
        ):
            evidence, grade = ("estimated", "C") if sources else ("synthetic", "")
            for back in (2, 1, 0):
                place = {"region": region.code, "year": str(year - back)}
                if (name, *place.values()) in given:
                    continue
                note = "level of the base year run back at the growth of China" if back else "see README"
                amount = number(level * history[name] ** back, 5)
                table.add(name, amount, evidence=evidence, grade=grade, source=sources, note=note, **place)
        table.add("economy.gross_domestic_product", number(region.product, 5), region=region.code, year=str(year))
    return table


def _cost_profiles(plan: SetPlan, base: Assumptions) -> Table:
    """Return bills by age: the curves of the base set times the cost level of a region, or the mean of a parent."""
    table = Table("use_and_cost")
    for code, members in plan.profile_places.items():
        for name in _PROFILES:
            for scheme, word in enumerate(SCHEMES):
                level = float(np.mean([cost_level(region, base, scheme) for region in members]))
                table.add_ages(name, level * base[name][0, scheme], 4, region=code, scheme=word)
    for region in plan.regions:
        for scheme, word in enumerate(SCHEMES):
            bill = cost_level(region, base, scheme) * base["utilisation.dual_channel_bill"][0, scheme]
            table.add("utilisation.dual_channel_bill", number(bill, 4), region=region.code, scheme=word)
    return table


def _benefits(plan: SetPlan, base: Assumptions) -> Table:
    table, year = Table("benefits"), str(base.base_year)
    tiers = base.in_year("inpatient.tier_share", base.base_year)[0]
    wage = base.in_year("economy.average_wage", base.base_year)[0]
    for region in plan.regions:
        for words, status in _TIER_STATUSES:
            outside = round(region.out_of_region * (1.25 if status == 0 else 1.0), 3)
            shares = np.round(tiers[status] * (1 - outside) / (1 - tiers[status, -1]), 3)
            shares[-1] = outside
            shares[-2] = 1 - shares[[0, 1, 3]].sum()
            for tier, share in zip(TIERS, shares, strict=True):
                axes = {"region": region.code, "year": year, "status": words, "tier": tier}
                table.add("inpatient.tier_share", number(share, 6), **axes)
        repeats = generator(plan.seed, "repeat", region.code).uniform(0.15, 0.28, 2)
        for word, share in zip(SCHEMES, repeats, strict=True):
            table.add("inpatient.repeat_share", number(share, 3), region=region.code, scheme=word)
        table.add("long_term_care.coverage_share", number(region.long_term_care), region=region.code, year=year)
        for place in ("institution", "home"):
            name = f"long_term_care.{place}_cost"
            cost = cost_level(region, base, 0) * base.in_year(name, base.base_year)[0]
            table.add(name, number(cost, 3), region=region.code, year=year)
        credit = round(1200 * region.wage / wage / 10) * 10
        table.add("revenue.retiree_account_credit", number(credit), region=region.code, year=year)
    for tranche, upper in zip(TRANCHES, base["critical_illness.tranche_upper"][0], strict=True):
        everywhere = "|".join(region.code for region in plan.regions)
        note = "as in the set it is based on"
        table.add("critical_illness.tranche_upper", number(upper), region=everywhere, tranche=tranche, note=note)
    for name, value in (
        ("large_amount.share_from_accounts", 0.5),
        ("large_amount.reimbursement_rate", 0.85),
        ("large_amount.own_share_rate", 0.2),
        ("civil_service.member_share", 0.06),
        ("civil_service.subsidy_rate", 0.5),
    ):
        table.add(name, number(value), region="all", year=year, evidence="assumption", note="invented")
    return table


def _financing(plan: SetPlan, base: Assumptions) -> Table:
    """Return premium and subsidy of residents: given for the base year, then at the growth of the base set."""
    table, year = Table("resident_financing"), str(base.base_year)
    for figure in plan.figures:
        if figure.parameter in _FINANCING and figure.axes.get("year") == year:
            _add_financing(table, figure.axes["region"], figure.parameter, figure.value, base)
    for region in plan.regions:
        levels = (region.resident_premium, region.resident_subsidy)
        for name, level in zip(_FINANCING, levels, strict=True):
            if level is not None:
                table.add(name, number(level, 4), region=region.code, year=year)
                _add_financing(table, region.code, name, level, base)
    return table


def _add_financing(table: Table, code: str, name: str, level: float, base: Assumptions) -> None:
    """Add the years after the base year."""
    of_base = base.in_year(name, base.base_year)[0]
    for year in _FINANCING_YEARS:
        amount = number(level * base.in_year(name, year)[0] / of_base, 4)
        table.add(name, amount, region=code, year=str(year), note="grows as in China")


def _payment_and_ledgers(plan: SetPlan) -> Table:
    """Return the budget rule, procurement, and the rules of the adjustment fund (it rests: nobody pays in)."""
    table = Table("payment_and_ledgers")
    for name, value, note in (
        ("payment.budgeted_share", 0.9, "handbook 4: inpatient spending under DRG, DIP or a global budget"),
        ("payment.overspend_softness", 0.3, "handbook 4"),
        ("payment.retained_share", 0.7, "handbook 4.2"),
        ("payment.retention_threshold", 0.85, "handbook 4.2"),
        ("payment.catch_up", 0.5, "handbook 4"),
        ("payment.audit_deduction", 0.005, "handbook 4.1; invented"),
        ("procurement.saving_share", 0.03, "handbook 4.8; invented"),
        ("procurement.retention_rate", 0.5, "handbook 4.8"),
        (
            "adjustment.pay_in_rate",
            0.05,
            "read only where a scenario opens an adjustment fund; the law in force has none",
        ),
    ):
        table.add(name, number(value), region="all", year="2025", scheme="all", evidence="assumption", note=note)
    table.add("adjustment.grant_share", "0.8", evidence="assumption", note="handbook 1.4")
    table.add("adjustment.minimum_months", "6", evidence="assumption", note="handbook 1.4")
    if plan.pools:
        _pool_across_provinces(table)
    for region in plan.regions:
        draws = generator(plan.seed, "enforcement", region.code).uniform(0.9, 1.0, 2)
        for word, drawn in zip(SCHEMES, draws, strict=True):
            coefficient = number(drawn, 2)
            table.add("adjustment.enforcement_coefficient", coefficient, region=region.code, year="2025", scheme=word)
    return table


def _pool_across_provinces(table: Table) -> None:
    """Add the rules of the pool across provinces; it rests until a scenario opens it."""
    note = "read only where a scenario opens the pool across provinces"
    axes = {"region": "all", "year": "2025", "scheme": "all"}
    table.add("common_pool.pay_in_rate", "0.05", evidence="assumption", note=f"handbook 1.4; {note}", **axes)
    table.add("common_pool.grant_share", "0.8", evidence="assumption", note="as within a province, handbook 1.4")
    table.add("common_pool.minimum_months", "6", evidence="assumption", note="as within a province, handbook 1.4")
    note = "members are taken to be assessed alike"
    table.add("common_pool.enforcement_coefficient", "1", evidence="assumption", note=note, **axes)
