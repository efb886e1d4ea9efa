"""Words of tables, figures and pages, in English and Chinese; looked up by key, never written twice."""

from __future__ import annotations

from poolcast.outlook.catalogue_of_measures import MEASURES as _CATALOGUE
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words

LANGUAGES = ("en", "zh")

MEASURES: dict[str, Words] = {name: measure.label for name, measure in _CATALOGUE.items()}
"""Measures of a forecast, by the names that they have in results, conditions and files."""

PRICES: dict[str, Words] = {
    "nominal": Words("nominal yuan", "当年价"),
    "real": Words("constant yuan of the base year", "基年不变价"),
    "gdp": Words("share of GDP", "占 GDP 比重"),
}

WORDS: dict[str, Words] = {
    "accounts": Words("Accounts", "收支情况"),
    "actual": Words("accounts", "决算"),
    "already": Words("exhausted", "已耗尽"),
    "assumption_set": Words("Assumption set", "假设集"),
    "basis": Words("Basis of payable months", "可支付月数口径"),
    "basis_current": Words("spending of the same year", "当年支出"),
    "base_year": Words("Base year", "基年"),
    "benefits": Words("Expenditure by benefit", "按待遇分的支出"),
    "calibration": Words("Calibration factors", "校准系数"),
    "command": Words("Command", "命令"),
    "digest": Words("Content digest", "内容摘要值"),
    "evidence": Words("Evidence", "依据"),
    "factor": Words("Factor", "系数"),
    "grade": Words("Grade", "等级"),
    "headline": Words("Where each fund is heading", "各项基金走向"),
    "last_year": Words("Last year", "末年"),
    "ledger": Words("Ledger", "基金(账)"),
    "made": Words("Made", "生成时间"),
    "members_by_status": Words("Members by status", "按状态分的参保人数"),
    "no": Words("no", "否"),
    "not_by": Words("not by {year}", "{year} 年前不会"),
    "outside": Words("outside 0.80 to 1.25", "超出 0.80 至 1.25"),
    "overview": Words("Overview", "概览"),
    "parameter": Words("Parameter", "参数"),
    "parameters": Words("Parameters", "参数个数"),
    "prices": Words("Prices", "价格口径"),
    "projection": Words("projection", "预测"),
    "pyramid": Words("Population by age and sex", "人口年龄结构"),
    "rates": Words("Cost rate and income rate, employees", "职工医保成本率与收入率"),
    "region": Words("Pooling region", "统筹区"),
    "revenue_and_expenditure": Words("Revenue and expenditure", "收入与支出"),
    "scenario": Words("Scenario", "情景"),
    "source": Words("Source", "来源"),
    "sources": Words("Sources", "资料来源"),
    "statement": Words(
        "Projections, not forecasts: the law in force at the end of the base year, mechanically continued under the "
        "listed assumptions. What will be decided in the meantime is not in them.",
        "这是推算，不是预言：按基年年末有效的政策和所列假设机械延续，不包含今后的政策决定。",
    ),
    "synthetic": Words(
        "Synthetic data: values of this set are generated; they describe no real region.",
        "合成数据：本假设集含有生成的数据，不代表真实地区。",
    ),
    "synthetic_short": Words("Synthetic data", "合成数据"),
    "table": Words("Table", "表"),
    "unit": Words("Unit", "单位"),
    "value": Words("Value", "数值"),
    "version": Words("Version", "版本"),
    "warning": Words("Warning", "提示"),
    "within": Words("within 0.80 to 1.25", "在 0.80 至 1.25 之内"),
    "year": Words("Year", "年份"),
    "yes": Words("yes", "是"),
}

STATUSES: dict[str, Words] = {
    "child": Words("Children and students", "少儿学生"),
    "adult_resident": Words("Adult residents", "成年居民"),
    "active": Words("Active", "在职职工"),
    "flexible": Words("Flexible workers", "灵活就业"),
    "retired": Words("Retired", "退休"),
    "paying_past_retirement": Words("Paying past retirement", "超龄缴费"),
    "unemployed": Words("Unemployed", "领取失业金"),
    "uninsured": Words("Uninsured", "未参保"),
}

LEDGER_NAMES: dict[str, str] = {
    "EPF": "Employee pooled fund",
    "EPA": "Personal accounts",
    "RPF": "Resident fund",
    "CII": "Critical illness insurance of residents",
    "LAS": "Large-amount subsidy of employees",
    "CSS": "Civil servants' medical subsidy",
    "MAF": "Medical assistance fund",
    "LTCI": "Long-term care insurance",
    "ADJ": "Adjustment fund",
    "VBPR": "Retained surplus of volume-based purchasing",
}
"""English names; the Chinese ones stand with the axis."""

EVIDENCES: dict[str, Words] = {
    "seed": Words("policy document", "文件依据"),
    "source": Words("published", "公开资料"),
    "source_unverified": Words("to be verified", "待核实"),
    "derived": Words("derived from published figures", "由公开资料推算"),
    "assumption": Words("assumption", "假设"),
    "estimated": Words("estimated", "估计"),
    "borrowed": Words("borrowed from another set", "借用其他假设集"),
    "synthetic": Words("synthetic", "合成"),
}


def word(key: str, language: str) -> str:
    """Return the words of a key in a language.

    Parameters
    ----------
    key : str
        Key of `WORDS`, `MEASURES` or `PRICES`.
    language : {"en", "zh"}
        Language wanted.
    """
    for catalogue in (WORDS, MEASURES, PRICES):
        if key in catalogue:
            return catalogue[key].in_language(language)
    raise KeyError(key)


def member_words(axis: str, member: str) -> Words:
    """Return the name of a status, benefit, tier, sex or scheme in both languages."""
    chinese = AXES[axis].member_labels_zh.get(member, member)
    if axis == "status" and member in STATUSES:
        return Words(STATUSES[member].en, chinese)
    return Words(member.replace("_", " ").capitalize(), chinese)
