"""Declarations: what a set that was rolled knows of the years before its base year; no other set gives them.

Most of what a projection carries from year to year stands in a set's ordinary parameters. The rest is here: without
it the engine works each of these out of the base year, as if nothing had gone before.
"""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_ROLLED = "never"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "opening.women_50_share", ("region", "status", "age"), "fraction", 0, 1,
        Words("Women of original retirement age 50, by status", "分状态原退休年龄50岁女性比例"),
        Words("Share of the women of a status and age at the base year end whose original retirement age is 50; without it the retired of the base year tell it.",
              "基年末各状态各年龄女性中原退休年龄50岁者比例;未给出时由基年退休人数推得。"),
        "derived", "6.3", layer="cohort", needed=_ROLLED,
    ),
    Parameter(
        "opening.entry_increment", ("region", "sex", "age"), "fraction", 0, 1,
        Words("Entry into the employee scheme by age", "分年龄进入职工医保增量"),
        Words("Rise of the contributing share by age with which cohorts enter; without it that of the base year.",
              "队列进入职工医保的年龄增量;未给出时取基年增量。"),
        "derived", "6.3", layer="cohort", needed=_ROLLED,
    ),
    Parameter(
        "opening.gained_years", ("region", "year", "sex", "age"), "years", -50, 50,
        Words("Life expectancy gained so far", "已延长的预期寿命"),
        Words("Gain since the year end to which the age profiles belong, at the year ends before, at and after the base year end; without it the profiles belong to the base year end.",
              "自年龄曲线所属年末以来的预期寿命增量,按基年末前一年、当年和后一年给出;未给出时曲线属于基年末。"),
        "derived", "6.2", layer="cohort", needed=_ROLLED, first_year=-1,
    ),
    Parameter(
        "opening.death_burden", ("region", "year", "sex", "age"), "ratio", 0, 100,
        Words("Death-related cost so far", "临终费用变化"),
        Words("Death-related cost over that of the profiles at the year ends before, at and after the base year end; without it the first projected year is the reference.",
              "基年末前一年、当年和后一年临终费用与曲线所属年之比;未给出时以首个预测年为参照。"),
        "derived", "6.6", layer="cohort", needed=_ROLLED, first_year=-1,
    ),
    Parameter(
        "opening.births", ("region", "status"), "persons", 0, 1e8,
        Words("Births of the base year by status", "基年分状态出生人数"),
        Words("Births of the base year by the status of the mother; without it women times fertility.", "基年按母亲状态的出生人数;未给出时为妇女数乘生育率。"),
        "derived", "6.2", layer="cohort", needed=_ROLLED,
    ),
    Parameter(
        "opening.tier_share", ("region", "status", "tier"), "fraction", 0, 1,
        Words("Tier mix behind the relative costs", "相对费用所依据的级别构成"),
        Words("Mix of tiers by which relative costs are normed and the patients' share is read; without it that of the base year.",
              "相对费用归一和自付比例所依据的住院级别构成;未给出时取基年构成。"),
        "derived", "3.1", needed=_ROLLED, adds_to_one_over=("tier",),
    ),
    Parameter(
        "opening.budget_over_claims", ("region", "scheme"), "ratio", 0, 10,
        Words("Inpatient budget of the base year over claims", "基年住院预算与费用之比"),
        Words("Budget of the base year as a multiple of the claims under it; without it they are equal.", "基年预算与预算内费用之比;未给出时相等。"),
        "derived", "4", needed=_ROLLED,
    ),
    Parameter(
        "opening.arrears_over_due", ("region",), "ratio", 0, 100,
        Words("Arrears before the base year over what is due", "基年初欠费与应缴之比"),
        Words("Arrears of units at the start of the base year as a multiple of what is due in it; without it the steady state.",
              "基年初单位欠费与当年应缴之比;未给出时取稳态。"),
        "derived", "2.1", needed=_ROLLED,
    ),
    Parameter(
        "opening.long_term_care_coverage", ("region",), "fraction", 0, 1,
        Words("Long-term care coverage before the shift", "划转前长护险覆盖率"),
        Words("Coverage above which the employer rate moves to long-term care insurance; without it that of the base year.",
              "超过该覆盖率的部分由单位费率划转;未给出时取基年覆盖率。"),
        "derived", "3.6", needed=_ROLLED,
    ),
    Parameter(
        "opening.procurement_retained", ("region",), "yuan", 0, 1e13,
        Words("Procurement saving retained the year before", "上年集采结余留用"),
        Words("What was retained in the year before the base year and is paid in it; without it as much as in the base year.",
              "基年上一年留用、基年拨付的集采结余;未给出时与基年相同。"),
        "derived", "4.8", needed=_ROLLED,
    ),
    Parameter(
        "opening.overdraft_bears_margin", (), "switch", 0, 1,
        Words("Margin on an overdraft at the start of the base year", "基年初透支计借款利差"),
        Words("1 lets a negative reserve at the start of the base year pay the borrowing margin as in every projected year; without it the plain rate.",
              "1 基年初结余为负时与预测年同样计借款利差;未给出时按普通利率。"),
        "derived", "6.8", layer="ledger", needed=_ROLLED, integer=True,
    ),
)
