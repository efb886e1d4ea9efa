"""Declarations: what the funds pay for."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_RY = ("region", "year")
_RYK = ("region", "year", "status")
_RYG = ("region", "year", "scheme")
_RYKT = ("region", "year", "status", "tier")
_LTCI = "ledger:LTCI"
_OUTBREAK = (("benefit", ("inpatient", "outpatient", "chronic", "dual_channel")),)

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "benefits.indexation", ("region",), "fraction", 0, 1, Words("Indexation of deductibles and ceilings", "起付线封顶线指数化"),
        Words("1 lets deductibles and ceilings given in yuan follow last year's average wage, 0 freezes them.",
              "1 以元计的起付线和封顶线随上年平均工资调整,0 冻结。"),
        "assumption", "3.2", default=1.0,
    ),
    Parameter(
        "inpatient.in_policy_share", ("region", "year", "scheme", "tier"), "fraction", 0, 1, Words("In-policy share of inpatient bills", "住院政策范围内比例"),
        Words("Part of the bill under the rules.", "总费用中政策范围内比例。"), "assumption", "3.1", default=0.9,
    ),
    Parameter(
        "inpatient.deductible", _RYKT, "yuan_per_service", 0, 50_000, Words("Inpatient deductible", "住院起付线"),
        Words("Deductible of a first admission in yuan of the base year.", "首次住院起付线(基年元)。"), "assumption", "3.1", default=500.0, between="step",
    ),
    Parameter(
        "inpatient.reimbursement_rate", _RYKT, "fraction", 0, 1, Words("Inpatient reimbursement rate", "住院报销比例"),
        Words("Share of the in-policy bill above the deductible that the fund pays.", "起付线以上政策内费用的基金支付比例。"), "assumption", "3.1", default=0.8, between="step",
    ),
    Parameter(
        "inpatient.ceiling_multiple", _RYG, "ratio", 0.5, 1e6, Words("Inpatient ceiling", "住院封顶线倍数"),
        Words("Ceiling of the fund's payment for a stay as a multiple of the average wage (employees) or of disposable income (residents).",
              "单次支付上限,职工按平均工资、居民按可支配收入的倍数。"), "source_unverified", "3.1", default=6.0, between="step",
    ),
    Parameter(
        "inpatient.cost_coefficient_of_variation", ("region", "scheme"), "ratio", 0, 5, Words("Spread of the cost per admission", "住院费用变异系数"),
        Words("Coefficient of variation of the bill of a stay within a tier; zero pays at the mean.", "同级别住院费用变异系数,0 按均值计算。"), "assumption", "3.1", default=1.3,
    ),
    Parameter(
        "inpatient.tier_share", _RYKT, "fraction", 0, 1, Words("Tier mix of admissions", "住院级别构成"),
        Words("Share of the admissions of a status at each tier; adds to one.", "各级别住院占比,合计为1。"), "derived", "3.1", default=0.25, adds_to_one_over=("tier",),
    ),
    Parameter(
        "inpatient.relative_cost", ("region", "scheme", "tier"), "ratio", 0.05, 10, Words("Relative cost by tier", "级别相对费用"),
        Words("Cost per admission of a tier over the mean; normed by the mix of the base year.", "各级别次均费用与均值之比,按基年构成归一。"), "derived", "3.1", default=1.0,
    ),
    Parameter(
        "inpatient.repeat_share", ("region", "scheme"), "fraction", 0, 1, Words("Share of repeat admissions", "再次住院比例"),
        Words("Share of admissions that are the second or a later one of the year.", "当年第二次及以后住院的比例。"), "assumption", "3.1", default=0.2,
    ),
    Parameter(
        "inpatient.repeat_deductible_factor", ("region", "scheme"), "fraction", 0, 1, Words("Deductible of repeat admissions", "再次住院起付线系数"),
        Words("Deductible of a repeat admission over that of the first.", "再次住院起付线与首次之比。"), "source", "3.1", default=0.75,
    ),
    Parameter(
        "outpatient.in_policy_share", _RYG, "fraction", 0, 1, Words("In-policy share of outpatient bills", "门诊政策范围内比例"),
        Words("Part of the general outpatient bill under the rules.", "普通门诊费用中政策范围内比例。"), "assumption", "3.2", default=0.9,
    ),
    Parameter(
        "outpatient.deductible", _RYK, "yuan_per_person_year", 0, 50_000, Words("Outpatient deductible", "门诊起付线"),
        Words("Yearly deductible in yuan of the base year.", "年度起付线(基年元)。"), "assumption", "3.2", default=200.0, between="step",
    ),
    Parameter(
        "outpatient.reimbursement_rate", _RYK, "fraction", 0, 1, Words("Outpatient reimbursement rate", "门诊报销比例"),
        Words("Share of the in-policy bill between deductible and ceiling that the fund pays.", "起付线与封顶线之间政策内费用的支付比例。"), "assumption", "3.2", default=0.55, between="step",
    ),
    Parameter(
        "outpatient.ceiling", _RYK, "yuan_per_person_year", 0, 1e6, Words("Outpatient ceiling", "门诊封顶线"),
        Words("Yearly ceiling of the fund's payment per member in yuan of the base year.", "年度基金支付封顶线(基年元)。"), "assumption", "3.2", default=3000.0, between="step",
    ),
    Parameter(
        "outpatient.share_without_use", ("region", "status"), "fraction", 0, 0.99, Words("Members without outpatient use", "全年无门诊者比例"),
        Words("Share of members without an in-policy outpatient bill in the year.", "全年无政策内门诊费用者比例。"), "assumption", "3.2", default=0.35,
    ),
    Parameter(
        "outpatient.cost_coefficient_of_variation", ("region", "scheme"), "ratio", 0, 5, Words("Spread of outpatient bills", "门诊费用变异系数"),
        Words("Coefficient of variation of the yearly bill among users.", "使用者年度费用变异系数。"), "assumption", "3.2", default=1.5,
        needed="option:outpatient_layers=distribution",
    ),
    Parameter(
        "outpatient.share_between_deductible_and_ceiling", _RYK, "fraction", 0, 1, Words("Share between deductible and ceiling", "起付线与封顶线间比例"),
        Words("Share of the in-policy bill that falls between deductible and ceiling, where claims give it directly.", "政策内费用落在起付线与封顶线之间的比例(由理赔数据直接给出)。"),
        "assumption", "11.1", needed="option:outpatient_layers=fixed_share",
    ),
    Parameter(
        "chronic.in_policy_share", _RYG, "fraction", 0, 1, Words("In-policy share of chronic outpatient bills", "门诊慢特病政策内比例"),
        Words("Part of the bill under the rules.", "总费用中政策范围内比例。"), "assumption", "3.3", default=0.9,
    ),
    Parameter(
        "chronic.reimbursement_rate", _RYK, "fraction", 0, 1, Words("Reimbursement rate of chronic outpatient care", "门诊慢特病报销比例"),
        Words("Share of the in-policy bill that the fund pays.", "政策内费用的基金支付比例。"), "assumption", "3.3", default=0.75, between="step",
    ),
    Parameter(
        "dual_channel.reimbursement_rate", _RYG, "fraction", 0, 1, Words("Reimbursement rate of dual-channel drugs", "双通道药品报销比例"),
        Words("Share of the in-policy bill that the fund pays.", "政策内费用的基金支付比例。"), "assumption", "1.2", default=0.6, between="step",
    ),
    Parameter(
        "outbreak.case_share", ("region", "year", "scheme", "benefit"), "fraction", 0, 1, Words("Cases of an outbreak", "疫情病例比例"),
        Words("Share of the admissions, or of the yearly bills, that are cases of an outbreak: no deductible, no ceiling, and rates of their own.", "住院人次(或年度费用)中疫情病例的比例:不设起付线和封顶线,执行单独比例。"), "assumption", "3.10", default=0.0, between="step", needed_members=_OUTBREAK,
    ),
    Parameter(
        "outbreak.in_policy_share", _RYG, "fraction", 0, 1, Words("In-policy share of outbreak cases", "疫情病例政策内比例"),
        Words("Part of the bill of an outbreak case under the rules; 1 lifts the limits of the catalogue.", "疫情病例费用中政策范围内比例,1 为目录限制豁免。"), "assumption", "3.10", default=1.0,
    ),
    Parameter(
        "outbreak.reimbursement_rate", _RYG, "fraction", 0, 1, Words("Reimbursement rate of outbreak cases", "疫情病例报销比例"),
        Words("Share of the in-policy bill of an outbreak case that the fund pays; 1 waives the patient's share.", "疫情病例政策内费用的基金支付比例,1 为个人免付。"), "assumption", "3.10", default=1.0,
    ),
    Parameter(
        "maternity.payment_per_birth", _RYK, "yuan_per_service", 0, 100_000, Words("Maternity care per birth", "每例生育医疗支付"),
        Words("Fund payment for medical care of a birth by the status of the mother, in yuan of the base year; grows with cost.", "按母亲状态每例生育的基金医疗支付(基年元),随费用增长。"),
        "assumption", "3.4", default=5000.0,
    ),
    Parameter(
        "maternity.leave_days", _RY, "days", 0, 400, Words("Days of maternity allowance", "生育津贴天数"),
        Words("Days of leave for which the allowance is paid.", "发放生育津贴的天数。"), "source_unverified", "3.4", default=158.0, between="step",
    ),
    Parameter(
        "maternity.allowance_coverage", _RYK, "fraction", 0, 1, Words("Births with allowance", "享受津贴的生育比例"),
        Words("Share of the births of a status for which the allowance is paid.", "该状态生育中享受津贴的比例。"), "source", "3.4", default=1.0,
    ),
    Parameter(
        "critical_illness.premium_per_head", _RY, "yuan_per_person_year", 0, 2_000, Words("Critical-illness premium", "大病保险筹资标准"),
        Words("Premium per resident that the resident fund pays, in yuan of the base year.", "居民基金按人头划转的大病保险保费(基年元)。"), "assumption", "3.8", default=90.0, needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.premium_follows_cost", (), "fraction", 0, 1, Words("Premium follows cost", "保费随费用增长"),
        Words("1 lets the premium grow with inpatient cost per resident at constant age, 0 leaves it as given.", "1 保费随同龄居民住院人均费用增长,0 按给定值。"), "assumption", "3.8", default=1.0, needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.threshold_multiple", _RY, "ratio", 0, 5, Words("Critical-illness threshold", "大病保险起付线"),
        Words("Threshold of the own share as a multiple of last year's disposable income per head.", "起付线与上年人均可支配收入之比。"), "source", "3.8", default=0.5, between="step", needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.tranche_upper", ("region", "tranche"), "yuan_per_person_year", 0, 1e9, Words("Upper end of a tranche", "大病分段上限"),
        Words("Upper end of a tranche above the threshold in yuan of the base year; the last is the ceiling.", "起付线以上分段上限(基年元),末段为封顶线。"), "source", "3.8", needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.tranche_rate", ("region", "year", "tranche"), "fraction", 0, 1, Words("Rate of a tranche", "大病分段报销比例"),
        Words("Share of the own share within a tranche that critical-illness insurance pays.", "分段内自付费用的大病保险支付比例。"), "source", "3.8", between="step", needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.ceiling_bonus", _RY, "fraction", 0, 1, Words("Bonus on the critical-illness ceiling", "大病封顶线奖励"),
        Words("Rise of the upper end of the last tranche for continuous enrolment and years without a claim, as a share of it.", "连续参保和零报销奖励提高末段上限的比例。"), "source", "3.8", default=0.0, between="step", needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.share_without_claim", ("region",), "fraction", 0, 0.999, Words("Residents without own share", "无自付费用居民比例"),
        Words("Share of residents without a stay, and so without a large own share, in the year; one lognormal then serves the others.", "全年无自付费用的居民比例。"), "assumption", "3.8", default=0.5, needed="ledger:CII",
    ),
    Parameter(
        "critical_illness.cost_coefficient_of_variation", ("region",), "ratio", 0, 10, Words("Spread of own shares", "自付费用变异系数"),
        Words("Coefficient of variation of the yearly own share among those who have one.", "有自付费用者的变异系数。"), "assumption", "3.8", default=2.5, needed="ledger:CII",
    ),
    Parameter(
        "long_term_care.prevalence", ("region", "sex", "age"), "fraction", 0, 1, Words("Severe disability", "重度失能率"),
        Words("Share of people with a disability of the levels that entitle.", "达到待遇等级的失能人口比例。"), "assumption", "3.6", layer="cohort", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.coverage_share", _RY, "fraction", 0, 1, Words("Members with long-term care insurance", "长护险覆盖率"),
        Words("Share of the insured of both schemes who are members of long-term care insurance.", "两制度参保人中长护险参保比例。"), "derived", "3.6", default=0.0, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.take_up", _RY, "fraction", 0, 1, Words("Take-up of long-term care", "长护待遇享受率"),
        Words("Share of the entitled members who draw benefits.", "符合条件者实际享受待遇的比例。"), "derived", "3.6", default=0.6, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.institution_share", _RY, "fraction", 0, 1, Words("Share of institutional care", "机构照护比例"),
        Words("Share of the beneficiaries in institutions.", "机构照护受益人比例。"), "assumption", "3.6", default=0.25, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.institution_cost", _RY, "yuan_per_person_year", 0, 300_000, Words("Cost of institutional care", "机构照护费用"),
        Words("Cost per beneficiary and year in yuan of the base year; grows by the cost rule of the benefit.", "每受益人年费用(基年元),按待遇费用规则增长。"), "assumption", "3.6", default=21_000.0, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.home_cost", _RY, "yuan_per_person_year", 0, 300_000, Words("Cost of care at home", "居家照护费用"),
        Words("Cost per beneficiary and year in yuan of the base year.", "每受益人年费用(基年元)。"), "assumption", "3.6", default=11_400.0, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.institution_reimbursement_rate", _RY, "fraction", 0, 1, Words("Reimbursement of institutional care", "机构照护支付比例"),
        Words("Share of the cost that the fund pays.", "费用中基金支付比例。"), "assumption", "3.6", default=0.7, between="step", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.home_reimbursement_rate", _RY, "fraction", 0, 1, Words("Reimbursement of care at home", "居家照护支付比例"),
        Words("Share of the cost that the fund pays.", "费用中基金支付比例。"), "assumption", "3.6", default=0.7, between="step", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.employee_rate", _RY, "fraction", 0, 0.03, Words("Long-term care rate of employees", "长护险职工费率"),
        Words("Total rate on the contribution bases of covered contributing members.", "覆盖的在职参保人缴费基数总费率。"), "assumption", "3.6", default=0.003, between="step", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.retiree_rate", _RY, "fraction", 0, 0.03, Words("Long-term care rate of retired members", "长护险退休费率"),
        Words("Rate on the pension of covered retired members.", "覆盖的退休人员养老金费率。"), "assumption", "3.6", default=0.0015, between="step", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.resident_rate", _RY, "fraction", 0, 0.03, Words("Long-term care rate of residents", "长护险居民费率"),
        Words("Rate on disposable income of covered residents.", "覆盖居民可支配收入费率。"), "assumption", "3.6", default=0.0015, between="step", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.shifted_employer_rate", _RY, "fraction", 0, 0.01, Words("Employer rate shifted to long-term care", "单位费率划转长护险"),
        Words("Part of the medical employer rate that moves to long-term care insurance for coverage above that of the base year.", "超过基年覆盖部分由单位医保费率划转长护险的费率。"), "assumption", "3.6", default=0.0015, between="step", needed=_LTCI,
    ),
    Parameter(
        "long_term_care.share_from_pooled_fund", _RY, "fraction", 0, 1, Words("Long-term care revenue from the pooled fund", "长护险收入中统筹划转比例"),
        Words("Share of the revenue from employees and retired members that is a transfer from the employee pooled fund.", "长护险收入中由职工统筹基金划转的比例。"), "assumption", "3.6", default=0.35, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.share_from_accounts", _RY, "fraction", 0, 1, Words("Long-term care revenue from accounts", "长护险收入中个人账户划转比例"),
        Words("Share of the revenue from employees and retired members that is a transfer from personal accounts.", "长护险收入中由个人账户划转的比例。"), "assumption", "3.6", default=0.3, needed=_LTCI,
    ),
    Parameter(
        "long_term_care.share_from_budget", _RY, "fraction", 0, 1, Words("Long-term care revenue from the budget", "长护险收入中财政比例"),
        Words("Share of the revenue from residents that is a fiscal subsidy.", "长护险收入中财政补助的比例。"), "assumption", "3.6", default=0.2, needed=_LTCI,
    ),
    Parameter(
        "assistance.direct_aid_per_resident", _RY, "yuan_per_person_year", 0, 5_000, Words("Direct medical aid", "直接医疗救助"),
        Words("Aid for bills per insured resident in the base year; grows with the own share of residents.", "基年每参保居民直接救助金额,随居民自付增长。"), "derived", "3.9", default=50.0, needed="ledger:MAF",
    ),
    Parameter(
        "large_amount.premium_per_head", _RY, "yuan_per_person_year", 0, 2_000, Words("Large-amount premium", "大额医疗补助筹资"),
        Words("Premium per member of the employee scheme in yuan of the base year; follows cost.", "职工参保人人均筹资(基年元),随费用增长。"), "assumption", "1.1", default=100.0, needed="ledger:LAS",
    ),
    Parameter(
        "large_amount.share_from_accounts", _RY, "fraction", 0, 1, Words("Large-amount premium from accounts", "大额补助个账负担比例"),
        Words("Share of the premium taken from personal accounts; the rest comes from units and members.", "保费由个人账户负担的比例,其余由单位和个人缴纳。"), "assumption", "1.1", default=0.5, needed="ledger:LAS",
    ),
    Parameter(
        "large_amount.reimbursement_rate", _RY, "fraction", 0, 1, Words("Large-amount reimbursement rate", "大额补助支付比例"),
        Words("Share of the in-policy bill above the ceiling of the pooled fund that is paid.", "统筹封顶线以上政策内费用的支付比例。"), "assumption", "1.1", default=0.85, between="step", needed="ledger:LAS",
    ),
    Parameter(
        "large_amount.own_share_rate", _RY, "fraction", 0, 1, Words("Large-amount payment of own shares", "大额补助自付补偿比例"),
        Words("Share of the own share of inpatient bills below the ceiling that is paid as a second layer.", "封顶线以下住院自付费用的二次补偿比例。"), "assumption", "1.1", default=0.05, between="step", needed="ledger:LAS",
    ),
    Parameter(
        "civil_service.member_share", _RY, "fraction", 0, 1, Words("Members with civil-service subsidy", "公务员补助人员比例"),
        Words("Share of unit employees and retired members entitled to the civil servants' subsidy.", "在职和退休人员中享受公务员补助的比例。"), "assumption", "1.1", default=0.06, needed="ledger:CSS",
    ),
    Parameter(
        "civil_service.subsidy_rate", _RY, "fraction", 0, 1, Words("Civil-service subsidy rate", "公务员补助比例"),
        Words("Share of the own in-policy payments of those entitled that is paid.", "享受人员政策内自付的补助比例。"), "assumption", "1.1", default=0.5, between="step", needed="ledger:CSS",
    ),
)
