"""Declarations: thresholds of the early warning (handbook 5.4). A set may give its own by ledger; the engine reads none.

Where a set gives none, the default stands: it is the threshold that docs/early-warning.md publishes with its scores.
"""

from __future__ import annotations

from poolcast.parameters.declaration import Evidence, Parameter, Words


def _threshold(
    name: str, unit: str, low: float, high: float, default: float, evidence: Evidence, label: Words, help_: Words,
    section: str = "5.4",
) -> Parameter:
    return Parameter(
        f"warning.{name}", ("ledger",), unit, low, high, label, help_, evidence, section, default=default,
        layer="budget", needed="never",
    )  # fmt: skip


PARAMETERS: tuple[Parameter, ...] = (
    _threshold(
        "red_months", "months", 0, 24, 3, "source_unverified", Words("Insufficient below", "不足:低于"),
        Words("Payable months below which a reserve is insufficient: red (MOHRSS 2009 No. 67).",
              "可支付月数低于此数为结余不足,红色(人社部发〔2009〕67号)。"),
    ),
    _threshold(
        "orange_months", "months", 0, 36, 6, "assumption", Words("Low below", "偏低:低于"),
        Words("Payable months below which a reserve is to be rebuilt: orange.", "可支付月数低于此数应补充结余,橙色。"),
    ),
    _threshold(
        "ample_months", "months", 0, 60, 9, "source_unverified", Words("Ample from", "充裕:不低于"),
        Words("Payable months from which a reserve is ample (MOHRSS 2009 No. 67: six to nine in principle).",
              "可支付月数达到此数为充裕(人社部发〔2009〕67号:原则上6至9个月)。"),
    ),
    _threshold(
        "excessive_months", "months", 0, 120, 15, "source_unverified", Words("Excessive above", "过高:高于"),
        Words("Payable months above which a reserve is excessive (MOHRSS 2009 No. 67).",
              "可支付月数高于此数为过高(人社部发〔2009〕67号)。"),
    ),
    _threshold(
        "growth_gap", "rate_per_year", -0.2, 0.2, 0, "assumption", Words("Growth gap", "支出与收入增速差"),
        Words("Expenditure growing faster than revenue by more than this, two years running.",
              "支出增速连续两年高于收入增速超过此数。"),
    ),
    _threshold(
        "deficit_share", "fraction", 0, 1, 0, "assumption", Words("Deficit, share of expenditure", "当期赤字占支出"),
        Words("A deficit of the year above this share of expenditure.", "当期赤字占支出比例高于此数。"),
    ),
    _threshold(
        "chance_low_orange", "fraction", 0, 1, 0.10, "assumption",
        Words("Chance of a red reserve, orange", "结余不足概率(橙色)"),
        Words("Chance above this that payable months fall below the red line within five years.",
              "五年内可支付月数低于红线的概率高于此数。"),
    ),
    _threshold(
        "chance_low_red", "fraction", 0, 1, 0.25, "assumption", Words("Chance of a red reserve, red", "结余不足概率(红色)"),
        Words("Chance above this that payable months fall below the red line within five years.",
              "五年内可支付月数低于红线的概率高于此数。"),
    ),
    _threshold(
        "chance_exhausted", "fraction", 0, 1, 0.05, "assumption", Words("Chance of exhaustion", "结余耗尽概率"),
        Words("Chance above this that the reserve is exhausted within five years.", "五年内结余耗尽的概率高于此数。"), "7.3",
    ),
    _threshold(
        "dependency_fall", "ratio", 0, 5, 0.1, "assumption", Words("Fall of the dependency ratio", "抚养比年降幅"),
        Words("Contributors per retiree falling by more than this in a year.", "缴费人数与退休人数之比一年下降超过此数。"),
    ),
    _threshold(
        "provider_share", "fraction", 0, 1, 0.03, "assumption", Words("Borne by hospitals", "医疗机构承担比例"),
        Words("Claims that hospitals bear above this share of the fund's expenditure.",
              "医疗机构承担的费用占基金支出的比例高于此数。"),
    ),
    _threshold(
        "collection_rate", "fraction", 0, 1, 0.95, "assumption", Words("Collection rate", "征缴率下限"),
        Words("A collection rate below this.", "征缴率低于此数。"),
    ),
    _threshold(
        "arrears_share", "ratio", 0, 5, 0.03, "assumption", Words("Arrears over what is due", "欠费占应缴比例"),
        Words("Arrears at the year end above this share of what is due in the year.", "年末欠费占当年应缴的比例高于此数。"),
    ),
    _threshold(
        "prepaid_months", "months", 0, 12, 1, "assumption", Words("Prepaid months", "预付月数上限"),
        Words("Money prepaid to providers above this many months of expenditure.", "预付金高于此数的月支出。"),
    ),
    _threshold(
        "months_ahead", "months", -12, 24, 4, "estimated", Words("Months three years on", "三年后可支付月数"),
        Words("Payable months three years on, at the balance and growth of today, below this; chosen from the curve in "
              "docs/early-warning.md.",
              "按当前结余率和支出增速,三年后可支付月数低于此数;取值见 docs/early-warning.md 的曲线。"),
    ),
    _threshold(
        "experience_chance", "fraction", 0, 1, 0.045, "estimated", Words("Chance by experience", "经验耗尽概率"),
        Words("Chance of exhaustion within three years, as simulated funds in the same state had it, above this; chosen "
              "from the curve in docs/early-warning.md.",
              "处于同样状态的模拟基金三年内耗尽的比例高于此数;取值见 docs/early-warning.md 的曲线。"),
    ),
)
