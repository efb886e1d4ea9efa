"""Drivers of cost: the groups of parameters that a decomposition tells apart (handbook 6.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

DRIVERS: dict[str, Words] = {
    "demography": Words("Demography", "人口"),
    "coverage": Words("Coverage and status", "参保与身份"),
    "wage": Words("Wages and indexation", "工资与指数化"),
    "utilisation": Words("Utilisation", "利用率"),
    "price": Words("Price", "价格"),
    "intensity": Words("Intensity", "服务强度"),
    "reimbursement": Words("Reimbursement", "待遇"),
    "policy": Words("Financing and payment policy", "筹资与支付政策"),
    "residual": Words("Residual", "其他"),
}
"""In the fixed order of sequential replacement."""

RESIDUAL = "residual"

_BY_NAME: dict[str, str] = {
    "utilisation.inpatient_cost": "intensity",
    "utilisation.outpatient_bill": "intensity",
    "utilisation.chronic_bill": "intensity",
    "utilisation.dual_channel_bill": "intensity",
    "cost.price_growth": "price",
    "benefits.indexation": "wage",
    "long_term_care.prevalence": "utilisation",
    "long_term_care.take_up": "utilisation",
    "long_term_care.coverage_share": "coverage",
    "long_term_care.institution_cost": "intensity",
    "long_term_care.home_cost": "intensity",
    "calibration.admissions": "utilisation",
    "calibration.cost_per_admission": "intensity",
    "assistance.direct_aid_per_resident": "reimbursement",
    "coverage.re_entry_rate": "reimbursement",
    "coverage.waiting_months": "reimbursement",
    "coverage.waiting_months_per_missed_year": "reimbursement",
    "coverage.missed_years": "reimbursement",
    "ledger.schemes_merged": "policy",
    "opening.women_50_share": "coverage",
    "opening.entry_increment": "coverage",
    "opening.gained_years": "demography",
    "opening.death_burden": "demography",
    "opening.births": "demography",
    "opening.tier_share": "reimbursement",
    "opening.budget_over_claims": "policy",
    "opening.arrears_over_due": "policy",
    "opening.long_term_care_coverage": "coverage",
    "opening.procurement_retained": "policy",
    "opening.overdraft_bears_margin": "residual",
}

_BY_FIRST_WORD: dict[str, str] = {
    "population": "demography",
    "health": "demography",
    "coverage": "coverage",
    "retirement": "coverage",
    "economy": "wage",
    "utilisation": "utilisation",
    "behaviour": "utilisation",
    "cost": "intensity",
    "inpatient": "reimbursement",
    "outpatient": "reimbursement",
    "chronic": "reimbursement",
    "dual_channel": "reimbursement",
    "outbreak": "reimbursement",
    "maternity": "reimbursement",
    "critical_illness": "reimbursement",
    "long_term_care": "reimbursement",
    "large_amount": "reimbursement",
    "civil_service": "reimbursement",
    "revenue": "policy",
    "resident": "policy",
    "assistance": "policy",
    "payment": "policy",
    "provider_budget": "policy",
    "capitation": "policy",
    "prepayment": "policy",
    "settlement": "policy",
    "price_trigger": "policy",
    "procurement": "policy",
    "backstop": "policy",
    "holiday": "policy",
    "adjustment": "policy",
    "common_pool": "policy",
}


def driver_of(parameter: str) -> str:
    """Return the driver that a parameter belongs to; accounts, reserves and factors of calibration are residual."""
    return _BY_NAME.get(parameter, _BY_FIRST_WORD.get(parameter.partition(".")[0], RESIDUAL))


def merged_drivers(merge: Mapping[str, Sequence[str]] | None) -> dict[str, frozenset[str]]:
    """Return the drivers by name in order, some of them merged into one that stands where its first member stood.

    Parameters
    ----------
    merge : mapping of str to sequence of str, optional
        Members of the merged drivers, as ``{"unit_cost": ["price", "intensity"]}``.

    Raises
    ------
    ResultError
        Where a driver is unknown, or stands in two groups.
    """
    merge = merge or {}
    named = [member for members in merge.values() for member in members]
    problems = [
        Problem("driver", member, ", ".join(DRIVERS), did_you_mean(member, DRIVERS) or "Name one of those.")
        for member in named
        if member not in DRIVERS
    ]
    if len(set(named)) < len(named):
        problems.append(Problem("driver", ", ".join(named), "each driver once", "Name each driver once."))
    if problems:
        raise ResultError(problems)
    found: dict[str, frozenset[str]] = {}
    for driver in DRIVERS:
        group = next((name for name, members in merge.items() if driver in members), driver)
        found.setdefault(group, frozenset(merge.get(group, (driver,))))
    return found
