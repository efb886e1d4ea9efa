"""The compliance rules C01-C36 (handbook 9) as data: text, source, severity by rule set, what they read, their test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolcast.outlook import compliance_checks as checks
from poolcast.outlook.compliance_case import Check, both, equal_to, unchecked
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES
from poolcast.parameters.declaration import Words

Severity = Literal["error", "warning", "information"]
Reads = Literal["parameters", "scenario", "result", "nothing"]
RuleSet = Literal["national", "hebei"]
RULE_SETS: dict[RuleSet, Words] = {
    "national": Words("National rules; those of Hebei's opinions for information", "全国规则；河北意见仅作参考"),
    "hebei": Words("National rules and the opinions of Hebei province", "全国规则和河北省意见"),
}

_E: Severity = "error"
_W: Severity = "warning"
_I: Severity = "information"


@dataclass(frozen=True)
class Rule:
    """A rule that a set, a scenario or a result can be checked against.

    Parameters
    ----------
    id : str
        Number of the handbook.
    text, source : Words and str
        What it asks for; document, with the evidence tag of the handbook.
    national, hebei : {"error", "warning", "information"}
        Severity in each rule set. A rule of Hebei's opinions alone is information elsewhere.
    reads : {"parameters", "scenario", "result", "nothing"}
        What it looks at; nothing where the model does not hold what it is about.
    check : Check
        Its test.
    """

    id: str
    text: Words
    source: str
    national: Severity
    hebei: Severity
    reads: Reads
    check: Check

    def severity(self, rules: RuleSet) -> Severity:
        """Return the severity in a rule set."""
        return self.hebei if rules == "hebei" else self.national


def _rule(
    number: int, en: str, zh: str, source: str, severity: tuple[Severity, Severity], reads: Reads, check: Check
) -> Rule:
    return Rule(f"C{number:02}", Words(en, zh), source, *severity, reads, check)


_INSURED = (*EMPLOYEE_STATUSES, *RESIDENT_STATUSES)

_DECLARED: tuple[Rule, ...] = (
    _rule(
        1,
        "Primary institutions reimburse at least 90 % of in-policy inpatient bills, in principle",
        "基层医疗机构住院政策范围内支付比例原则上不低于90%",
        "seed 001 section 3",
        (_W, _E),
        "parameters",
        checks.primary_tier_at_least(0.9, _INSURED),
    ),
    _rule(
        2,
        "Lower tiers reimburse more: primary above secondary above tertiary",
        "基层报销比例适当提高：一级高于二级、二级高于三级",
        "seed 001 section 3; seed 002",
        (_E, _E),
        "parameters",
        both(
            checks.tier_gap(_INSURED, "primary", "secondary", 0), checks.tier_gap(_INSURED, "secondary", "tertiary", 0)
        ),
    ),
    _rule(
        3,
        "Residents: primary at least 10 points above secondary",
        "居民：基层高于二级10个百分点以上",
        "seed 001 section 3",
        (_I, _E),
        "parameters",
        checks.tier_gap(RESIDENT_STATUSES, "primary", "secondary", 0.10),
    ),
    _rule(
        4,
        "Employees: primary at least 3 points above secondary",
        "职工：基层高于二级3个百分点以上",
        "seed 001 section 3",
        (_I, _E),
        "parameters",
        checks.tier_gap(EMPLOYEE_STATUSES, "primary", "secondary", 0.03),
    ),
    _rule(
        5,
        "Residents: secondary at least 15 points above tertiary",
        "居民：二级高于三级15个百分点以上",
        "seed 001 section 3",
        (_I, _E),
        "parameters",
        checks.tier_gap(RESIDENT_STATUSES, "secondary", "tertiary", 0.15),
    ),
    _rule(
        6,
        "Employees: secondary at least 5 points above tertiary",
        "职工：二级高于三级5个百分点以上",
        "seed 001 section 3",
        (_I, _E),
        "parameters",
        checks.tier_gap(EMPLOYEE_STATUSES, "secondary", "tertiary", 0.05),
    ),
    _rule(
        7,
        "Members pay at most 2 %, and accounts of the active receive no more than that",
        "个人缴费不超过2%，在职职工账户划入不超过缴费基数的2%",
        "seed 000 section 3",
        (_E, _E),
        "parameters",
        checks.account_credit,
    ),
    _rule(
        8,
        "Employers pay into the pooled fund: at most 30 % to accounts before the reform, nothing after",
        "单位缴费进入统筹基金：改革前划入个人账户不超过30%，改革后不划入",
        "seed 000 section 3",
        (_W, _W),
        "parameters",
        checks.employer_share_in_accounts,
    ),
    _rule(
        9,
        "Outpatient pooling of employees pays from 50 %",
        "职工门诊共济支付比例从50%起步",
        "seed 000 section 3",
        (_E, _E),
        "parameters",
        checks.outpatient_floor,
    ),
    _rule(
        10,
        "Outpatient pooling covers all employee members, the retired no worse than the active",
        "门诊共济覆盖全体职工参保人员，退休人员待遇不低于在职",
        "seed 000 section 3",
        (_W, _W),
        "parameters",
        checks.retired_not_below_active,
    ),
    _rule(
        11,
        "Accounts serve the member and relatives; pooled money reaches them as credit of the retired only",
        "个人账户限本人及近亲属使用，统筹基金仅向退休人员账户划入",
        "seed 000 section 3; seed 004 section 4",
        (_E, _E),
        "parameters",
        checks.no_pooled_money_to_accounts,
    ),
    _rule(
        12,
        "The funds of the two schemes are accounted for separately",
        "职工与居民两项基金分账核算",
        "seed 001 section 3",
        (_E, _E),
        "parameters",
        checks.schemes_apart,
    ),
    _rule(
        13,
        "Budget by revenue, balanced with a slight surplus",
        "以收定支、收支平衡、略有结余",
        "seed 002",
        (_W, _W),
        "result",
        checks.no_deficit,
    ),
    _rule(
        14,
        "The approved budget is not adjusted at will",
        "不得随意调整预算",
        "seed 002",
        (_W, _W),
        "nothing",
        unchecked("A projection holds no budgets changed within a year.", "预测不含年度中的预算调整。"),
    ),
    _rule(
        15,
        "Benefits fit what can be afforded: actuarial balance over ten years",
        "待遇与承受能力相适应，保持十年精算平衡",
        "seed 002",
        (_W, _W),
        "result",
        checks.actuarial_balance_of_ten_years,
    ),
    _rule(
        16,
        "Premiums are collected in full (95 % and more)",
        "应收尽收（征缴率95%以上）",
        "seed 002",
        (_W, _W),
        "parameters",
        checks.collected_in_full,
    ),
    _rule(
        17,
        "Payment reform covers all care; fee for service does not grow",
        "支付方式改革全覆盖，按项目付费占比不上升",
        "seed 002",
        (_W, _W),
        "parameters",
        checks.budgets_widen,
    ),
    _rule(
        18,
        "Retained and shared parts lie between 0 and 1; the fund never bears all overspending",
        "结余留用和超支分担比例在0至1之间，超支不全由基金承担",
        "seed 002",
        (_E, _E),
        "parameters",
        checks.sharing_ratios,
    ),
    _rule(
        19,
        "No local drug list beyond the national one after 2022",
        "2022年后不得自行增补药品目录",
        "seed 001 section 12",
        (_I, _E),
        "nothing",
        unchecked("The model holds no share of local drug lists.", "模型不含地方增补目录份额。"),
    ),
    _rule(
        20,
        "No local benefits beyond the treatment list",
        "不得在待遇清单外出台政策",
        "seed 001 section 4",
        (_W, _W),
        "parameters",
        checks.lines_beyond_the_list,
    ),
    _rule(
        21,
        "Pooled by municipality at least (residents 2020, employees 2021)",
        "居民2020年、职工2021年起市级统筹",
        "seed 001 section 10",
        (_W, _W),
        "parameters",
        checks.pooled_by_municipality,
    ),
    _rule(
        22,
        "Xiong'an New Area is a pooling region of its own",
        "雄安新区为独立统筹区",
        "seed 001 section 15",
        (_I, _I),
        "parameters",
        checks.new_area_by_itself,
    ),
    _rule(
        23,
        "Savings of volume-based procurement return to hospitals each year",
        "集采结余资金按年度返还",
        "seed 001 section 19",
        (_W, _W),
        "parameters",
        checks.procurement_returned,
    ),
    _rule(
        24,
        "Price reform does not raise the growth of medical expense",
        "价格调整不增加医疗费用增幅",
        "seed 000 section 6",
        (_W, _W),
        "scenario",
        checks.prices_not_raised,
    ),
    _rule(
        25,
        "In-policy inpatient payment ratio about 80 % (employees) and 70 % (residents)",
        "政策范围内住院支付比例职工80%左右、居民70%左右",
        "seed 003",
        (_W, _W),
        "result",
        checks.inpatient_ratio,
    ),
    _rule(
        26,
        "Participation stable about 95 %",
        "参保率稳定在95%左右",
        "seed 003; seed 004 section 4",
        (_W, _W),
        "result",
        checks.participation,
    ),
    _rule(
        27,
        "No national limit of the length of stay",
        "国家层面没有限制住院天数",
        "seed 004 section 1",
        (_I, _I),
        "scenario",
        checks.no_limit_of_stay,
    ),
    _rule(
        28,
        "Contribution base bounded at 60 % and 300 % of the average wage",
        "缴费基数下限60%、上限300%",
        "handbook 2.1",
        (_W, _W),
        "parameters",
        both(equal_to("revenue.base_floor_multiple", 0.6), equal_to("revenue.base_cap_multiple", 3.0)),
    ),
    _rule(
        29,
        "Prepayment from 12 payable months (EPF) or 6 (RPF), and without deficit",
        "预付金：职工基金可支付12个月、居民6个月以上且无赤字",
        "source: NHSA and MoF, November 2024",
        (_E, _E),
        "parameters",
        checks.prepayment_thresholds,
    ),
    _rule(
        30,
        "Critical-illness insurance: threshold at most half of income per head, first tranche from 60 %",
        "大病保险：起付线不高于人均可支配收入50%，首段支付比例不低于60%",
        "source to be verified: Guo Ban Fa [2021] 42",
        (_W, _W),
        "parameters",
        checks.critical_illness_terms,
    ),
    _rule(
        31,
        "Critical-illness bonus: each step at least 1,000 yuan, in all at most 20 % of the ceiling",
        "大病保险激励：每次提高不少于1000元，累计不超过原封顶线20%",
        "source: State Council guidance, August 2024, as reported",
        (_W, _W),
        "nothing",
        unchecked("The model holds no bonus of ceilings.", "模型不含封顶线激励参数。"),
    ),
    _rule(
        32,
        "The retirement age follows the national schedule everywhere",
        "退休年龄按国家统一安排，地方不得推迟",
        "source: NPC Standing Committee and State Council, September 2024",
        (_E, _E),
        "parameters",
        checks.retirement_schedule,
    ),
    _rule(
        33,
        "Administration cost is not charged to the fund",
        "不得从基金列支管理费用",
        "source: Social Insurance Law art 69",
        (_E, _E),
        "parameters",
        checks.nothing_hidden(
            "ledger.other_expenditure", "E6", "Other expenditure cannot be split by purpose", "其他支出无法按用途拆分"
        ),
    ),
    _rule(
        34,
        "Fines are not booked as fund income",
        "罚没收入不得列为基金收入",
        "source: Decree 735 art 45",
        (_E, _E),
        "parameters",
        checks.nothing_hidden(
            "ledger.other_revenue", "R7", "Other revenue cannot be split by origin", "其他收入无法按来源拆分"
        ),
    ),
    _rule(
        35,
        "Vested retirees pay no contribution (lever F10 apart)",
        "达到年限的退休人员不缴费（政策工具F10除外）",
        "source: Social Insurance Law art 27",
        (_W, _W),
        "parameters",
        equal_to("revenue.retiree_rate", 0.0, unless_lever="F10"),
    ),
    _rule(
        36,
        "Long-term care insurance: severe disability first, lasting six months",
        "长期护理保险先保重度失能，失能状态持续6个月",
        "source: China Taxation News, November 2025",
        (_I, _I),
        "nothing",
        checks.severe_disability,
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _DECLARED}
