"""The hand-worked example of the handbook (section 11) as an assumption set of the ordinary format.

Men of ages 58, 59 and 60 and over, the years 2025 and 2026. The base year is 2024, whose year-end stocks survive
unchanged into 2025, so that the stocks of 2025 are the given exposures; exposures are closing stocks. Whoever is
younger than 58 stands outside (uninsured).
"""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.minimal_set import write_minimal_set

WAGE_2025 = 83_200.0
WAGES = (36_000.0, 90_000.0, 300_000.0)
SHARES = (0.2, 0.7, 0.1)

_STATUS = [
    ({"status": "uninsured", "age": "0-57"}, 1.0),
    ({"status": "child|adult_resident|active|flexible|retired|paying_past_retirement|unemployed", "age": "0-57"}, 0.0),
    ({"status": "active", "age": "58-59"}, 0.6),
    ({"status": "flexible", "age": "58-59"}, 0.1),
    ({"status": "adult_resident", "age": "58-59"}, 0.3),
    ({"status": "retired", "age": "60+"}, 0.55),
    ({"status": "flexible", "age": "60+"}, 0.05),
    ({"status": "adult_resident", "age": "60+"}, 0.4),
    ({"status": "child|retired|paying_past_retirement|unemployed|uninsured", "age": "58-59"}, 0.0),
    ({"status": "child|active|paying_past_retirement|unemployed|uninsured", "age": "60+"}, 0.0),
]
_EMPLOYEES = "active|flexible|retired|paying_past_retirement|unemployed"
_OTHERS = "child|adult_resident|uninsured"


def _tiers(values: tuple[float, float, float], status: str = "all") -> list[tuple[dict[str, str], float]]:
    named = zip(("primary", "secondary", "tertiary"), values, strict=True)
    return [({"status": status, "tier": tier}, value) for tier, value in named] + [
        ({"status": status, "tier": "out_of_region"}, 0.0)
    ]


VALUES = {
    "population.at_previous_year_end": 0.0,
    "population.at_base_year_end": [
        ({"sex": "female"}, 0.0),
        ({"sex": "male", "age": "0-55|60+"}, 0.0),
        ({"sex": "male", "age": "56"}, 900.0),
        ({"sex": "male", "age": "57|58"}, 1000.0),
        ({"sex": "male", "age": "59"}, 2000.0),
    ],
    "population.survival_ratio": [
        ({"year": "2025"}, 1.0),
        ({"year": "2026", "age": "0-58"}, 1.0),
        ({"year": "2026", "age": "59"}, 1 - 0.005),
        ({"year": "2026", "age": "60"}, 1 - 0.006),
        ({"year": "2026", "age": "61+"}, 1 - 0.040),
    ],
    "population.fertility_rate": 0.0,
    "population.net_migration": 0.0,
    "health.shift": 0.0,
    "coverage.previous_status_share": _STATUS,
    "coverage.status_share": _STATUS,
    "coverage.exposure_weight_of_closing_stock": 1.0,
    "economy.average_wage": 80_000.0,
    "economy.wage_growth": 0.04,
    "revenue.employer_rate": 0.08,
    "revenue.employee_rate": 0.02,
    "revenue.flexible_rate": 0.08,
    "revenue.flexible_account_share": 0.0,
    "revenue.flexible_base_multiple": 0.6,
    "revenue.wage_compliance": 1.0,
    "revenue.wage_relativity": 1.0,
    "revenue.relative_wage": 1.0,
    "revenue.wage_class_share": [
        *(({"wage_class": f"class_{n}"}, share) for n, share in enumerate(SHARES, start=1)),
        *(({"wage_class": f"class_{n}"}, 0.0) for n in range(4, 11)),
    ],
    "revenue.wage_class_relative_wage": [
        *(({"wage_class": f"class_{n}"}, wage / WAGE_2025) for n, wage in enumerate(WAGES, start=1)),
        *(({"wage_class": f"class_{n}"}, 0.0) for n in range(4, 11)),
    ],
    "revenue.collection_rate": 0.98,
    "revenue.flexible_collection_rate": 0.95,
    "revenue.arrears_recovery_rate": 0.0,
    "revenue.arrears_write_off_rate": 0.0,
    "revenue.retiree_account_credit": 1000.0,
    "resident.personal_premium": 400.0,
    "resident.subsidy": 700.0,
    "utilisation.inpatient_rate": [
        ({"status": _EMPLOYEES, "age": "0-59"}, 0.15),
        ({"status": _EMPLOYEES, "age": "60+"}, 0.45),
        ({"status": _OTHERS, "age": "0-59"}, 0.16),
        ({"status": _OTHERS, "age": "60+"}, 0.40),
    ],
    "utilisation.inpatient_cost": [({"scheme": "employee"}, 12_000.0), ({"scheme": "resident"}, 8_000.0)],
    "utilisation.outpatient_bill": [
        ({"scheme": "employee", "age": "0-59"}, 1_200.0),
        ({"scheme": "employee", "age": "60+"}, 2_400.0),
        ({"scheme": "resident"}, 120.0),
    ],
    "utilisation.chronic_bill": 0.0,
    "utilisation.growth": [
        ({"year": "2025"}, 0.0),
        ({"year": "2026", "benefit": "inpatient"}, 0.02),
        (
            {
                "year": "2026",
                "benefit": "outpatient|chronic|dual_channel|maternity_care|maternity_allowance|long_term_care",
            },
            0.0,
        ),
    ],
    "cost.autonomous_growth": [
        ({"year": "2025"}, 0.0),
        ({"year": "2026", "benefit": "inpatient"}, 1.02 * (1.01 * 1.02) - 1),
        ({"year": "2026", "benefit": "outpatient"}, 0.05),
        ({"year": "2026", "benefit": "chronic|dual_channel|maternity_care|maternity_allowance|long_term_care"}, 0.0),
    ],
    "benefits.indexation": 0.0,
    "inpatient.in_policy_share": [({"scheme": "employee"}, 0.85), ({"scheme": "resident"}, 0.80)],
    "inpatient.deductible": _tiers((200.0, 500.0, 1000.0)),
    "inpatient.reimbursement_rate": _tiers((0.92, 0.88, 0.82), _EMPLOYEES) + _tiers((0.90, 0.78, 0.62), _OTHERS),
    "inpatient.ceiling_multiple": 1e6,
    "inpatient.cost_coefficient_of_variation": 0.0,
    "inpatient.tier_share": _tiers((0.2, 0.3, 0.5)),
    "inpatient.relative_cost": 1.0,
    "inpatient.repeat_share": 0.0,
    "outpatient.in_policy_share": 1.0,
    "outpatient.reimbursement_rate": [
        ({"status": "active|flexible|paying_past_retirement|unemployed"}, 0.5),
        ({"status": "retired"}, 0.6),
        ({"status": _OTHERS}, 1.0),
    ],
    "outpatient.share_between_deductible_and_ceiling": [({"status": _EMPLOYEES}, 0.7), ({"status": _OTHERS}, 1.0)],
    "maternity.payment_per_birth": 0.0,
    "critical_illness.premium_per_head": 90.0,
    "critical_illness.premium_follows_cost": 0.0,
    "ledger.opening_reserve": [
        ({"ledger": "EPF"}, 20_000_000.0),
        ({"ledger": "RPF"}, 4_000_000.0),
        ({"ledger": "EPA"}, 5_000_000.0),
        ({"ledger": "CII"}, 0.0),
    ],
    "ledger.interest_rate": [({"ledger": "EPF|RPF|CII"}, 0.02), ({"ledger": "EPA"}, 0.0)],
    "account.spending_propensity": 0.92,
}


def write_worked_example(folder: Path) -> Path:
    """Write the set of section 11.1; return its folder."""
    return write_minimal_set(
        folder,
        name=folder.name,
        base_year=2024,
        last_year=2026,
        ledgers=("EPF", "EPA", "RPF", "CII"),
        options={"wage_distribution": "classes", "outpatient_layers": "fixed_share"},
        values=VALUES,
    )
