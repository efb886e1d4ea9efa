"""Declarations: control totals of the accounts, and the factors that calibration finds.

Values of the layer ``accounts`` are read for the years that the tables give; they are neither filled nor carried on.
"""

from __future__ import annotations

from poolcast.parameters.axes import BENEFITS, INSURED_STATUSES
from poolcast.parameters.declaration import Parameter, Words

_ACCOUNTS = "option:calibration=accounts"


def _factor(name: str, dimensions: tuple[str, ...], en: str, zh: str) -> Parameter:
    return Parameter(
        f"calibration.{name}", dimensions, "ratio", 0, 100,
        Words(f"Calibration factor: {en}", f"校准系数:{zh}"),
        Words("Found once on the unreformed base year, then frozen; one where the accounts are met without it.",
              "在未改革的基年求得后冻结;无需校准时为1。"),
        "derived", "6.10", default=1.0, needed="never",
    )


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "accounts.members", ("region", "year", "status"), "persons", 0, 2e9, Words("Members in the accounts", "参保人数"),
        Words("Members at the year end by status; the uninsured are what remains of the population.", "按状态的年末参保人数,未参保为人口余数。"), "source", "6.10", layer="accounts", needed=_ACCOUNTS, first_year=-1,
        needed_members=(("status", INSURED_STATUSES),),
    ),
    Parameter(
        "accounts.revenue", ("region", "year", "ledger"), "yuan", 0, 1e15, Words("Revenue in the accounts", "基金收入"),
        Words("Revenue as the accounts print it, interest and subsidy inside.", "决算口径基金收入(含利息和补助)。"), "source", "6.10", layer="accounts", needed=_ACCOUNTS,
        needed_members=(("ledger", ("EPF", "EPA", "RPF", "LTCI")),),
    ),
    Parameter(
        "accounts.expenditure", ("region", "year", "ledger"), "yuan", 0, 1e15, Words("Expenditure in the accounts", "基金支出"),
        Words("Expenditure as the accounts print it.", "决算口径基金支出。"), "source", "6.10", layer="accounts", needed=_ACCOUNTS,
        needed_members=(("ledger", ("EPF", "EPA", "RPF", "MAF", "LTCI")),),
    ),
    Parameter(
        "accounts.reserve", ("region", "year", "ledger"), "yuan", -1e14, 1e15, Words("Reserve in the accounts", "累计结余"),
        Words("Cumulated balance at the year end.", "年末累计结余。"), "source", "6.10", layer="accounts", needed=_ACCOUNTS,
        needed_members=(("ledger", ("EPF", "EPA", "RPF")),),
    ),
    Parameter(
        "accounts.benefit_expenditure", ("region", "year", "scheme", "benefit"), "yuan", 0, 1e15, Words("Benefit expenditure in the accounts", "分项待遇支出"),
        Words("Expenditure of the pooled funds by benefit; with premiums and transfers it adds to the expenditure of the ledger.", "统筹基金分项待遇支出,与保费和转移支出合计等于基金支出。"), "derived", "6.10", layer="accounts", needed=_ACCOUNTS,
        needed_members=(("benefit", tuple(benefit for benefit in BENEFITS if benefit != "long_term_care")),),
    ),
    Parameter(
        "accounts.admissions", ("region", "year", "scheme"), "persons", 0, 1e10, Words("Admissions in the accounts", "住院人次"),
        Words("Admissions of the year by scheme.", "按制度的全年住院人次。"), "source", "6.10", layer="accounts", needed="never",
    ),
    Parameter(
        "accounts.cost_per_admission", ("region", "year", "scheme"), "yuan_per_service", 0, 1e6, Words("Cost per admission in the accounts", "次均住院费用"),
        Words("Mean bill of an admission by scheme.", "按制度的次均住院费用。"), "source", "6.10", layer="accounts", needed="never",
    ),
    Parameter(
        "accounts.medical_expense", ("region", "year", "scheme"), "yuan", 0, 1e15, Words("Medical expense of members", "参保人医疗费用"),
        Words("Total bills of members, pharmacies included.", "参保人医疗总费用(含药店)。"), "source", "6.10", layer="accounts", needed="never",
    ),
    _factor("contribution_base", ("region",), "contribution base", "缴费基数"),
    _factor("pooled_contribution", ("region",), "employer contribution", "单位缴费"),
    _factor("resident_financing", ("region",), "resident financing per head", "居民人均筹资"),
    _factor("account_spending", ("region",), "account spending", "个人账户支出"),
    _factor("long_term_care_revenue", ("region",), "long-term care revenue", "长护险收入"),
    _factor("critical_illness_premium", ("region",), "critical-illness premium", "大病保险保费"),
    _factor("assistance", ("region",), "medical assistance", "医疗救助"),
    Parameter(
        "calibration.other_expenditure_share", ("region", "ledger"), "fraction", -1, 1, Words("Residual expenditure of the accounts", "决算残差支出比例"),
        Words("What the accounts show beyond the modelled lines, as a share of them; carried on as statement line E6.", "决算超出建模各项的部分占比,以后计入其他支出。"), "derived", "6.10", default=0.0, needed="never",
    ),
    _factor("admissions", ("region", "scheme"), "admissions", "住院人次"),
    _factor("cost_per_admission", ("region", "scheme"), "cost per admission", "次均住院费用"),
    _factor("benefit", ("region", "scheme", "benefit"), "benefit payments", "待遇支付"),
    Parameter(
        "calibration.reference_own_share", ("region", "year", "status", "benefit"), "fraction", 0, 1, Words("Patient share of the unreformed law", "现行法自付比例"),
        Words("Patient share of the in-policy bill before any reform, to which the behavioural response refers.", "改革前政策内自付比例,行为反应的参照。"), "derived", "6.7", needed="never",
    ),
    Parameter(
        "calibration.reference_tier_own_share", ("region", "year", "status", "tier"), "fraction", 0, 1, Words("Patient share by tier of the unreformed law", "现行法分级自付比例"),
        Words("Patient share of inpatient bills by tier before any reform, to which tier switching refers.", "改革前分级住院自付比例,级别转换的参照。"), "derived", "6.7", needed="never",
    ),
)
