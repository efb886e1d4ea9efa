"""Declarations: how much care is used, what it costs, and how people respond to its price."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_PROFILE = ("region", "scheme", "sex", "age")
_RYSB = ("region", "year", "scheme", "benefit")

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "utilisation.inpatient_rate", ("region", "status", "sex", "age"), "services_per_person_year", 0, 10,
        Words("Admission rate", "住院率"), Words("Admissions per member and year, by status, sex and age.", "每参保人年住院次数,按状态、性别、年龄。"),
        "derived", "6.5", layer="cohort",
    ),
    Parameter(
        "utilisation.inpatient_cost", _PROFILE, "yuan_per_service", 0, 500_000,
        Words("Cost per admission", "次均住院费用"), Words("Total bill per admission in the base year.", "基年每次住院总费用。"),
        "derived", "6.6", layer="cohort",
    ),
    Parameter(
        "utilisation.outpatient_bill", _PROFILE, "yuan_per_person_year", 0, 200_000,
        Words("General outpatient bill", "普通门诊人均费用"), Words("Bill per member and year in the base year, in-house pharmacies included.", "基年每参保人普通门诊费用。"),
        "derived", "6.5", layer="cohort",
    ),
    Parameter(
        "utilisation.chronic_bill", _PROFILE, "yuan_per_person_year", 0, 200_000,
        Words("Chronic and special outpatient bill", "门诊慢特病人均费用"), Words("Bill per member and year in the base year.", "基年每参保人门诊慢特病费用。"),
        "derived", "3.3", layer="cohort",
    ),
    Parameter(
        "utilisation.dual_channel_bill", ("region", "scheme"), "yuan_per_person_year", 0, 50_000,
        Words("Dual-channel drug bill", "双通道药品人均费用"), Words("In-policy bill of negotiated drugs from hospitals and pharmacies per member.", "每参保人双通道谈判药品政策内费用。"),
        "assumption", "1.2", default=0.0,
    ),
    Parameter(
        "utilisation.growth", ("region", "year", "benefit"), "rate_per_year", -0.3, 0.3,
        Words("Growth of use", "利用率增长"), Words("Growth of services per member at constant age.", "年龄不变时人均服务量增长率。"),
        "assumption", "6.5", default=0.0, first_year=1,
    ),
    Parameter(
        "utilisation.multiplier", ("region", "year", "status", "benefit"), "ratio", 0, 10,
        Words("Use multiplier", "利用率乘数"), Words("Multiplies use; one in the baseline, moved by policies.", "利用率乘数,基线为1,由政策调整。"),
        "assumption", "6.5", default=1.0,
    ),
    Parameter(
        "cost.autonomous_growth", _RYSB, "rate_per_year", -0.3, 0.3,
        Words("Autonomous growth of cost per member", "人均费用自主增长"),
        Words("Growth of cost per member at constant age beside the parts tied to wages.", "年龄不变时人均费用增长中与工资无关的部分。"),
        "assumption", "6.6", default=0.0, first_year=1,
    ),
    Parameter(
        "cost.income_elasticity", ("region", "year", "benefit"), "ratio", 0, 3,
        Words("Income elasticity of cost", "费用收入弹性"), Words("Part of wage growth that passes into the cost per member at constant age.", "工资增长传导到人均费用的弹性。"),
        "assumption", "6.6", default=0.0, first_year=1,
    ),
    Parameter(
        "cost.excess_growth", ("region", "year", "benefit"), "rate_per_year", -0.3, 0.3,
        Words("Excess growth of cost", "费用超额增长"), Words("Growth on top of the part tied to wages (technology and relative price).", "超出工资部分的增长(技术与相对价格)。"),
        "assumption", "6.6", default=0.0, first_year=1,
    ),
    Parameter(
        "cost.price_growth", ("region", "year"), "rate_per_year", -0.3, 0.3,
        Words("Price growth of care", "医疗服务价格增长"),
        Words("Price part of the growth of unit cost; the rest is intensity. It splits the growth, it does not add to it.", "单位费用增长中的价格部分,其余为强度;仅用于拆分。"),
        "assumption", "6.6", default=0.0, first_year=1,
    ),
    Parameter(
        "cost.multiplier", _RYSB, "ratio", 0, 10, Words("Unit cost multiplier", "单位费用乘数"),
        Words("Multiplies unit cost; one in the baseline, moved by policies.", "单位费用乘数,基线为1,由政策调整。"),
        "assumption", "6.6", default=1.0,
    ),
    Parameter(
        "cost.convergence_gap", ("region",), "fraction", -0.9, 5, Words("Cost gap to the reference region", "与参照地区费用差距"),
        Words("Relative gap that unit cost closes over the years of convergence; zero for none.", "单位费用在趋同期内需弥合的相对差距,0为不趋同。"),
        "assumption", "6.2", default=0.0,
    ),
    Parameter(
        "cost.convergence_years", (), "years", 1, 100, Words("Years of cost convergence", "费用趋同年数"),
        Words("Years over which the cost gap is closed.", "弥合费用差距所需年数。"), "assumption", "6.2", default=30, integer=True,
    ),
    Parameter(
        "behaviour.response", (), "switch", 0, 1, Words("Behavioural response", "行为反应"),
        Words("1 lets use respond to the share that patients pay, 0 does not.", "1 利用率随自付比例变化,0 不变。"),
        "assumption", "6.7", default=1, integer=True,
    ),
    Parameter(
        "behaviour.own_price_elasticity", ("scheme", "benefit"), "ratio", -2, 0, Words("Own price elasticity", "自付价格弹性"),
        Words("Elasticity of use with respect to the patient's share of the in-policy bill.", "利用率对政策内自付比例的弹性。"),
        "source", "6.7", default=-0.2,
    ),
    Parameter(
        "behaviour.cross_price_elasticity", ("scheme",), "ratio", -1, 1, Words("Cross price elasticity", "交叉价格弹性"),
        Words("Elasticity of admissions with respect to the patient's share of outpatient bills.", "住院对门诊自付比例的弹性。"),
        "source", "6.7", default=0.05,
    ),
    Parameter(
        "behaviour.phase_in", ("response_year",), "fraction", 0, 1, Words("Phase-in of the response", "反应进度"),
        Words("Cumulated share of the full response in the first, second and third year.", "第一、二、三年累计反应比例。"),
        "assumption", "6.7",
    ),
    Parameter(
        "behaviour.minimum_own_share", (), "fraction", 0, 0.5, Words("Smallest patient share", "最低自付比例"),
        Words("Patient shares below this count as this, because nothing has no logarithm.", "低于该值的自付比例按该值计。"),
        "assumption", "6.7", default=0.02,
    ),
    Parameter(
        "behaviour.minimum_multiplier", (), "ratio", 0, 1, Words("Smallest response", "行为乘数下限"),
        Words("Lower bound of the behavioural multiplier.", "行为乘数下限。"), "assumption", "6.7", default=0.6,
    ),
    Parameter(
        "behaviour.maximum_multiplier", (), "ratio", 1, 5, Words("Largest response", "行为乘数上限"),
        Words("Upper bound of the behavioural multiplier.", "行为乘数上限。"), "assumption", "6.7", default=1.6,
    ),
    Parameter(
        "behaviour.tier_switching", ("scheme",), "ratio", 0, 10, Words("Tier switching", "就医级别转换系数"),
        Words("Weight of the patient's share in the logit choice of the tier.", "就医级别选择(logit)中自付比例的系数。"),
        "assumption", "6.7", default=1.5,
    ),
)
