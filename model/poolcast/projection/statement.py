"""The lines of the budget statement (handbook 5.2), in one place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.declaration import Words

Array = NDArray[np.float64]

REVENUE_LINES: dict[str, Words] = {
    "R1.1": Words("Contributions of units", "单位缴费"),
    "R1.2": Words("Contributions of members to accounts", "个人缴费(划入账户)"),
    "R1.3": Words("Contributions of flexible workers", "灵活就业人员缴费"),
    "R1.4": Words("Premiums of residents", "居民个人缴费"),
    "R1.5": Words("Arrears recovered", "清缴欠费"),
    "R1.6": Words("Late fees", "滞纳金"),
    "R1.7": Words("Contributions by the unemployment fund", "失业保险基金代缴"),
    "R1.8": Words("Contributions of retired members", "退休人员缴费"),
    "R1.9": Words("Split of contributions to personal accounts", "缴费划入个人账户"),
    "R2.1": Words("Subsidy of the central government", "中央财政补助"),
    "R2.2": Words("Subsidy of the province", "省级财政补助"),
    "R2.3": Words("Subsidy of city and county", "市县财政补助"),
    "R2.4": Words("Premium aid from medical assistance", "医疗救助资助参保"),
    "R2.5": Words("Other fiscal subsidy", "其他财政补贴"),
    "R3": Words("Interest", "利息收入"),
    "R4": Words("Transfers from other ledgers", "转移收入"),
    "R5": Words("Subsidy from the upper level", "上级补助收入"),
    "R6": Words("Remittance from the lower level", "下级上解收入"),
    "R7": Words("Other revenue", "其他收入"),
}

EXPENDITURE_LINES: dict[str, Words] = {
    "E1.1": Words("Inpatient care", "住院支出"),
    "E1.2": Words("General outpatient care", "普通门诊支出"),
    "E1.3": Words("Chronic and special outpatient care", "门诊慢特病支出"),
    "E1.4": Words("Dual-channel drugs", "双通道药品支出"),
    "E1.5": Words("Maternity care", "生育医疗支出"),
    "E1.6": Words("Maternity allowance", "生育津贴支出"),
    "E1.7": Words("Other benefits", "其他待遇支出"),
    "E1.8": Words("Long-term care", "长期护理支出"),
    "E2": Words("Critical-illness premium", "大病保险支出"),
    "E3": Words("Transfers to other ledgers", "转移支出"),
    "E4": Words("Subsidy to the lower level", "补助下级支出"),
    "E5": Words("Remittance to the upper level", "上解上级支出"),
    "E6": Words("Other expenditure", "其他支出"),
}

CARE_LINES = ("E1.1", "E1.2", "E1.3", "E1.4", "E1.5")
"""Lines that pay for care; the maternity allowance replaces a wage."""

BENEFIT_LINES: dict[str, str] = {
    "inpatient": "E1.1",
    "outpatient": "E1.2",
    "chronic": "E1.3",
    "dual_channel": "E1.4",
    "maternity_care": "E1.5",
    "maternity_allowance": "E1.6",
    "long_term_care": "E1.8",
}

CARE_LINES = ("E1.1", "E1.2", "E1.3", "E1.4", "E1.5")
"""Lines of care, whose prices may rise."""


def add_lines(lines: Array) -> Array:
    """Add statement lines (..., line) up, one after the other.

    NumPy's own sum goes over the lines in an order that depends on the number of paths and holders, and a path must not
    know how many others are computed with it.
    """
    total = np.zeros_like(lines[..., 0])
    for line in range(lines.shape[-1]):
        total += lines[..., line]
    return total
