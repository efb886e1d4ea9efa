"""Classes of change: what a parameter is between two valuations of the same funds, as trust-fund reports tell apart."""

from __future__ import annotations

from poolcast.parameters.declaration import Words

PERIOD, ERROR, DATA, ASSUMPTIONS, LAW, REST = (
    "valuation_period",
    "forecast_error",
    "new_data",
    "new_assumptions",
    "new_law",
    "other",
)

CLASSES: dict[str, Words] = {
    PERIOD: Words("Change of valuation period", "评估期变动"),
    ERROR: Words("Forecast error", "预测误差"),
    DATA: Words("New data", "新数据"),
    ASSUMPTIONS: Words("New assumptions", "新假设"),
    LAW: Words("New law", "新政策"),
    REST: Words("Other (version, inputs not at hand)", "其他(版本、缺失输入)"),
}
"""In the fixed order in which one valuation is turned into the other."""

_BY_NAME: dict[str, str] = {
    "accounts.members": DATA,
    "ledger.opening_reserve": ERROR,
    "population.at_previous_year_end": DATA,
    "population.at_base_year_end": DATA,
    "coverage.previous_status_share": DATA,
    "coverage.status_share": DATA,
    "coverage.women_retiring_at_50_share": DATA,
    "health.decedent_cost_ratio": DATA,
    "economy.average_wage": DATA,
    "economy.disposable_income": DATA,
    "economy.average_pension": DATA,
    "economy.gross_domestic_product": DATA,
    "revenue.relative_wage": DATA,
    "revenue.wage_relativity": DATA,
    "revenue.wage_coefficient_of_variation": DATA,
    "revenue.wage_class_share": DATA,
    "revenue.wage_class_relative_wage": DATA,
    "revenue.wage_compliance": ASSUMPTIONS,
    "revenue.collection_rate": ASSUMPTIONS,
    "revenue.flexible_collection_rate": ASSUMPTIONS,
    "revenue.resident_collection_rate": ASSUMPTIONS,
    "revenue.arrears_recovery_rate": ASSUMPTIONS,
    "revenue.arrears_write_off_rate": ASSUMPTIONS,
    "utilisation.inpatient_rate": DATA,
    "utilisation.inpatient_cost": DATA,
    "utilisation.outpatient_bill": DATA,
    "utilisation.chronic_bill": DATA,
    "utilisation.dual_channel_bill": DATA,
    "inpatient.cost_coefficient_of_variation": DATA,
    "inpatient.relative_cost": DATA,
    "inpatient.repeat_share": DATA,
    "inpatient.tier_share": ASSUMPTIONS,
    "outpatient.share_without_use": DATA,
    "outpatient.cost_coefficient_of_variation": DATA,
    "outpatient.share_between_deductible_and_ceiling": DATA,
    "maternity.payment_per_birth": DATA,
    "critical_illness.share_without_claim": DATA,
    "critical_illness.cost_coefficient_of_variation": DATA,
    "long_term_care.prevalence": DATA,
    "long_term_care.take_up": ASSUMPTIONS,
    "long_term_care.institution_share": ASSUMPTIONS,
    "long_term_care.institution_cost": DATA,
    "long_term_care.home_cost": DATA,
    "civil_service.member_share": DATA,
    "retirement.delay": LAW,
    "retirement.early_share": ASSUMPTIONS,
    "retirement.late_share": ASSUMPTIONS,
    "retirement.late_months": ASSUMPTIONS,
    "ledger.fiscal_subsidy": LAW,
    "ledger.schemes_merged": LAW,
    "payment.case_mix_growth": ASSUMPTIONS,
    "coverage.waiting_months": LAW,
    "coverage.waiting_months_per_missed_year": LAW,
    "outbreak.reimbursement_rate": LAW,
    "outbreak.in_policy_share": LAW,
}

_BY_FIRST_WORD: dict[str, str] = {
    "population": ASSUMPTIONS,
    "health": ASSUMPTIONS,
    "coverage": ASSUMPTIONS,
    "economy": ASSUMPTIONS,
    "utilisation": ASSUMPTIONS,
    "cost": ASSUMPTIONS,
    "behaviour": ASSUMPTIONS,
    "account": ASSUMPTIONS,
    "ledger": ASSUMPTIONS,
    "retirement": LAW,
    "revenue": LAW,
    "resident": LAW,
    "benefits": LAW,
    "inpatient": LAW,
    "outpatient": LAW,
    "chronic": LAW,
    "dual_channel": LAW,
    "maternity": LAW,
    "critical_illness": LAW,
    "long_term_care": LAW,
    "assistance": LAW,
    "large_amount": LAW,
    "civil_service": LAW,
    "payment": LAW,
    "settlement": LAW,
    "price_trigger": LAW,
    "holiday": LAW,
    "prepayment": LAW,
    "procurement": LAW,
    "backstop": LAW,
    "adjustment": LAW,
    "common_pool": LAW,
    "provider_budget": LAW,
    "capitation": LAW,
    "outbreak": ASSUMPTIONS,
    "phasing": ASSUMPTIONS,
    "uncertainty": ASSUMPTIONS,
    "warning": ASSUMPTIONS,
    "opening": DATA,
    "accounts": ERROR,
    "calibration": ERROR,
}


def class_of(parameter: str) -> str:
    """Return the class of change of a parameter.

    Control totals and reserves of the closed year are the error of the forecast; other stocks, levels and profiles that
    are observed are data; what the law or a notice sets is law; the rest, which drives the future, is assumed.
    """
    return _BY_NAME.get(parameter) or _BY_FIRST_WORD[parameter.partition(".")[0]]
