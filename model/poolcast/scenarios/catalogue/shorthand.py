"""What many levers of the catalogue share: assumed arguments, effects that follow others, figures of the base year."""

from __future__ import annotations

import numpy as np

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.parameters.declaration import Words
from poolcast.scenarios.lever import Argument, Effect, Sign

EMPLOYEES = "active|flexible|retired|paying_past_retirement|unemployed"
RESIDENTS = "child|adult_resident"
INSURED = f"{RESIDENTS}|{EMPLOYEES}"

CHRONIC_SHARE = 0.117
"""Chronic and special outpatient care over the spending of a pooled fund in 2025, where a set has no accounts
(derived: 1,585 of 13,594 and 1,244 of 10,679 x 100 m yuan, national split; assumption)."""


def assumed(
    name: str, unit: str, bounds: tuple[float, float], default: float, notch: float, label: tuple[str, str], why: str
) -> Argument:
    """Return an argument whose default is the project's own choice."""
    return Argument(name, unit, *bounds, default, notch, Words(*label), "assumption", why)


def layers_behind(
    *,
    residents_serious: Sign = "0",
    residents: Sign = "0",
    employees_inpatient: Sign = "0",
    employees: Sign = "0",
    claims: Sign = "0",
) -> tuple[Effect, ...]:
    """Return the effects on the ledgers behind the pooled funds, from the direction of what they follow.

    Parameters
    ----------
    residents_serious : {"+", "-", "0"}
        In-policy own payments of residents for inpatient and chronic care, which critical-illness insurance covers.
    residents : {"+", "-", "0"}
        Own payments of residents for all care, which direct aid follows.
    employees_inpatient, employees : {"+", "-", "0"}
        Own payments of employees for inpatient care, and for all care.
    claims : {"+", "-", "0"}
        Inpatient and chronic claims of both funds, of which hospitals keep a part of the procurement saving.
    """
    turned: dict[Sign, Sign] = {"+": "-", "-": "+"}
    found = []
    for ledger, moved, more, less in (
        ("CII", residents_serious, _CII_MORE, _CII_LESS),
        ("MAF", residents, _MAF_MORE, _MAF_LESS),
        ("LAS", employees_inpatient, _LAS_MORE, _LAS_LESS),
        ("CSS", employees, _CSS_MORE, _CSS_LESS),
    ):
        if moved in turned:
            found.append(Effect(ledger, turned[moved], more if moved == "+" else less))
    if claims in turned:
        found.append(Effect("VBPR", claims, _VBPR_MORE if claims == "+" else _VBPR_LESS))
    return tuple(found)


_CII_MORE = Words(
    "Residents' own share of inpatient and chronic bills grows, so more of it passes the threshold.",
    "居民住院和慢特病自付增加,超过大病起付线的部分增多。",
)
_CII_LESS = Words(
    "Residents' own share of inpatient and chronic bills falls, so less of it passes the threshold.",
    "居民住院和慢特病自付减少,超过大病起付线的部分减少。",
)
_MAF_MORE = Words("Direct aid follows residents' own payments, which grow.", "直接救助随居民自付增长而增加。")
_MAF_LESS = Words("Direct aid follows residents' own payments, which fall.", "直接救助随居民自付下降而减少。")
_LAS_MORE = Words("Pays a share of employees' own inpatient payments, which grow.", "按比例补偿职工住院自付,自付增加。")
_LAS_LESS = Words("Pays a share of employees' own inpatient payments, which fall.", "按比例补偿职工住院自付,自付减少。")
_CSS_MORE = Words("Pays a share of employees' own payments, which grow.", "按比例补助职工自付,自付增加。")
_CSS_LESS = Words("Pays a share of employees' own payments, which fall.", "按比例补助职工自付,自付减少。")
_VBPR_MORE = Words(
    "The retained part of procurement savings follows inpatient and chronic claims, which grow.",
    "集采结余留用随住院和慢特病费用增加。",
)
_VBPR_LESS = Words(
    "The retained part of procurement savings follows inpatient and chronic claims, which fall.",
    "集采结余留用随住院和慢特病费用减少。",
)


def has_accounts(before: Assumptions) -> bool:
    """Whether the set gives the benefit expenditure and the revenue of its base year."""
    return "accounts.benefit_expenditure" in before and "accounts.revenue" in before


def spent_on(before: Assumptions, scheme: str, benefit: str) -> float:
    """Return what the pooled fund of a scheme spent on a benefit in the base year, all regions, yuan."""
    values = before.in_year("accounts.benefit_expenditure", before.base_year)
    return float(np.nansum(values[:, index("scheme", scheme), index("benefit", benefit)]))


def medical_spending(before: Assumptions, scheme: str) -> float:
    """Return what the pooled fund of a scheme spent on all benefits but long-term care in the base year, yuan."""
    values = before.in_year("accounts.benefit_expenditure", before.base_year)[:, index("scheme", scheme)]
    return float(np.nansum(np.delete(values, index("benefit", "long_term_care"), axis=-1)))


def received(before: Assumptions, ledger: str) -> float:
    """Return the revenue of a ledger in the base year, all regions, yuan."""
    return float(np.nansum(before.in_year("accounts.revenue", before.base_year)[:, index("ledger", ledger)]))
