"""Declarations: what the funds receive."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_RY = ("region", "year")

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "revenue.employer_rate", _RY, "fraction", 0, 0.2, Words("Employer rate", "单位费率"),
        Words("Contribution of the unit as a share of the contribution base.", "用人单位缴费占缴费基数的比例。"),
        "assumption", "2.1", default=0.08, between="step",
    ),
    Parameter(
        "revenue.maternity_rate", _RY, "fraction", 0, 0.03, Words("Maternity rate", "生育保险费率"),
        Words("Add-on of the employer rate for maternity where it is not inside it.", "未并入单位费率的生育保险费率。"),
        "assumption", "2.1", default=0.0, between="step",
    ),
    Parameter(
        "revenue.employee_rate", _RY, "fraction", 0, 0.05, Words("Employee rate", "个人费率"),
        Words("Own contribution of the member, all of it to the personal account.", "个人缴费率,全部计入个人账户。"),
        "seed", "2.1", default=0.02, between="step",
    ),
    Parameter(
        "revenue.flexible_rate", _RY, "fraction", 0, 0.2, Words("Flexible rate, pooled part", "灵活就业统筹费率"),
        Words("Contribution of flexible workers to the pooled fund.", "灵活就业人员缴入统筹基金的费率。"),
        "assumption", "2.1", default=0.08, between="step",
    ),
    Parameter(
        "revenue.flexible_account_share", _RY, "fraction", 0, 1, Words("Flexible members with an account", "灵活就业建账比例"),
        Words("Share of flexible members who also pay the employee rate into a personal account.", "同时建立个人账户的灵活就业人员比例。"),
        "derived", "6.4", default=0.59,
    ),
    Parameter(
        "revenue.flexible_base_multiple", _RY, "ratio", 0.2, 3, Words("Base of flexible workers", "灵活就业缴费基数倍数"),
        Words("Declared base as a multiple of last year's average wage.", "申报基数与上年平均工资之比。"),
        "assumption", "6.4", default=0.6,
    ),
    Parameter(
        "revenue.unemployed_base_multiple", _RY, "ratio", 0.2, 3, Words("Base of members on unemployment benefit", "失业人员缴费基数倍数"),
        Words("Base on which the unemployment fund pays, as a multiple of last year's average wage.", "失业保险基金代缴基数与上年平均工资之比。"),
        "assumption", "6.4", default=0.6,
    ),
    Parameter(
        "revenue.retiree_rate", _RY, "fraction", 0, 0.1, Words("Retiree contribution rate", "退休人员费率"),
        Words("Contribution of retired members on their pension; zero under present law.", "退休人员按养老金缴费的费率,现行法为零。"),
        "source", "2.2", default=0.0, between="step",
    ),
    Parameter(
        "revenue.base_floor_multiple", _RY, "ratio", 0, 1.5, Words("Floor of the contribution base", "缴费基数下限倍数"),
        Words("Lower bound as a multiple of last year's average wage.", "下限与上年平均工资之比。"),
        "source", "2.1", default=0.6, between="step",
    ),
    Parameter(
        "revenue.base_cap_multiple", _RY, "ratio", 1, 10, Words("Cap of the contribution base", "缴费基数上限倍数"),
        Words("Upper bound as a multiple of last year's average wage.", "上限与上年平均工资之比。"),
        "source", "2.1", default=3.0, between="step",
    ),
    Parameter(
        "revenue.base_switch_month", ("region",), "months", 1, 12, Words("Month in which new bounds start", "基数切换月份"),
        Words("Before this month the bounds rest on the wage of the year before last.", "该月之前上下限按前年平均工资。"),
        "assumption", "2.1", default=1, integer=True,
    ),
    Parameter(
        "revenue.base_wage_lag", (), "years", 0, 1, Words("Lag of the wage in the base", "缴费工资滞后年数"),
        Words("0 takes the wage of the year itself, 1 that of the year before.", "0 取当年工资,1 取上年工资。"),
        "assumption", "6.4", default=0, integer=True,
    ),
    Parameter(
        "revenue.wage_compliance", _RY, "fraction", 0.2, 1.2, Words("Wage compliance", "缴费工资申报率"),
        Words("Declared wage as a share of the true wage, before bounds.", "申报工资占实际工资比例(上下限之前)。"),
        "assumption", "2.1", default=0.85,
    ),
    Parameter(
        "revenue.wage_relativity", ("region",), "ratio", 0.3, 3, Words("Wage relativity of insured employees", "参保职工相对工资"),
        Words("True mean wage of unit employees over the average wage.", "单位参保职工实际平均工资与社会平均工资之比。"),
        "assumption", "2.1", default=1.13,
    ),
    Parameter(
        "revenue.relative_wage", ("region", "sex", "age"), "ratio", 0, 10, Words("Relative wage by age", "分年龄相对工资"),
        Words("Wage of unit employees by sex and age; only its shape matters, it is normed to the mean of the base year.",
              "单位职工按性别年龄的相对工资,仅用其形状,按基年均值归一。"),
        "assumption", "6.4", layer="cohort",
    ),
    Parameter(
        "revenue.wage_coefficient_of_variation", ("region",), "ratio", 0, 3, Words("Spread of wages", "工资变异系数"),
        Words("Coefficient of variation of the wages of a sex, age spread included; lognormal.", "同性别工资的变异系数(含年龄差异),对数正态。"),
        "assumption", "6.4", default=0.8, needed="option:wage_distribution=lognormal",
    ),
    Parameter(
        "revenue.wage_class_share", ("region", "wage_class"), "fraction", 0, 1, Words("Share of a wage class", "工资档人数占比"),
        Words("Share of unit employees in each wage class; adds to one, unused classes are zero.", "各工资档人数占比,合计为1,未用档为0。"),
        "assumption", "11.1", needed="option:wage_distribution=classes", adds_to_one_over=("wage_class",),
    ),
    Parameter(
        "revenue.wage_class_relative_wage", ("region", "wage_class"), "ratio", 0, 50, Words("Wage of a class", "工资档相对工资"),
        Words("Wage of a class over the mean true wage of unit employees.", "该档工资与单位职工平均工资之比。"),
        "assumption", "11.1", needed="option:wage_distribution=classes",
    ),
    Parameter(
        "revenue.collection_rate", _RY, "fraction", 0.5, 1, Words("Collection rate of units", "单位征缴率"),
        Words("Share of what is due in the year that arrives in the year.", "当年应缴中当年到账的比例。"),
        "assumption", "2.1", default=0.98,
    ),
    Parameter(
        "revenue.flexible_collection_rate", _RY, "fraction", 0.3, 1, Words("Collection rate of flexible workers", "灵活就业征缴率"),
        Words("Share of what is due in the year that arrives in the year.", "当年应缴中当年到账的比例。"),
        "assumption", "2.1", default=0.95,
    ),
    Parameter(
        "revenue.resident_collection_rate", _RY, "fraction", 0.3, 1, Words("Collection rate of residents", "居民征缴率"),
        Words("Share of the personal premium of insured residents that arrives.", "参保居民个人缴费到账比例。"),
        "assumption", "6.4", default=1.0,
    ),
    Parameter(
        "revenue.arrears_recovery_rate", _RY, "rate_per_year", 0, 1, Words("Recovery of arrears", "欠费清缴率"),
        Words("Share of the opening arrears of units that is recovered in the year.", "期初欠费当年清缴比例。"),
        "assumption", "2.1", default=0.3,
    ),
    Parameter(
        "revenue.arrears_write_off_rate", _RY, "rate_per_year", 0, 1, Words("Write-off of arrears", "欠费核销率"),
        Words("Share of the opening arrears that is written off in the year.", "期初欠费当年核销比例。"),
        "assumption", "2.1", default=0.05,
    ),
    Parameter(
        "revenue.late_fee_rate", _RY, "rate_per_year", 0, 0.3, Words("Late fees", "滞纳金率"),
        Words("Late fees received as a share of the arrears recovered.", "滞纳金占清缴欠费的比例。"),
        "assumption", "2.1", default=0.0,
    ),
    Parameter(
        "revenue.share_credited_to_active_accounts", _RY, "fraction", 0, 1,
        Words("Employer share credited to accounts", "单位缴费划入个人账户比例"),
        Words("Share of the employer contribution still credited to accounts of active members; zero after the outpatient reform.",
              "单位缴费仍划入在职个人账户的比例,门诊共济改革后为零。"),
        "assumption", "3.5", default=0.0,
    ),
    Parameter(
        "revenue.retiree_account_credit", _RY, "yuan_per_person_year", 0, 20_000, Words("Account credit of retired members", "退休人员划账定额"),
        Words("Fixed yearly credit to the account of a retired member, split off from the fund's contribution income.",
              "退休人员个人账户年划入定额,从统筹基金缴费收入中划出。"),
        "assumption", "3.5", default=1200.0,
    ),
    Parameter(
        "resident.personal_premium", _RY, "yuan_per_person_year", 0, 20_000, Words("Personal premium of residents", "居民个人缴费标准"),
        Words("Premium per head and year.", "每人每年个人缴费。"), "source", "2.4", default=400.0,
    ),
    Parameter(
        "resident.subsidy", _RY, "yuan_per_person_year", 0, 20_000, Words("Fiscal subsidy of residents", "居民财政补助标准"),
        Words("Subsidy of all governments per head and year.", "各级财政每人每年补助合计。"), "source", "2.4", default=700.0,
    ),
    Parameter(
        "resident.personal_premium_lag", (), "years", 0, 1, Words("Lag of the personal premium", "个人缴费滞后年数"),
        Words("1 where the premium of a notice is collected for the next year of cover.", "1 表示当年标准对应次年参保。"),
        "derived", "2.4", default=0, integer=True,
    ),
    Parameter(
        "resident.subsidy_share", ("region", "government"), "fraction", 0, 1, Words("Share of the subsidy by government", "财政补助分级负担"),
        Words("Share of the subsidy borne by each level of government; adds to one.", "各级财政负担补助的比例,合计为1。"),
        "assumption", "2.4", adds_to_one_over=("government",),
    ),
    Parameter(
        "assistance.premium_aid_share", _RY, "fraction", 0, 1, Words("Residents with premium aid", "资助参保居民比例"),
        Words("Share of insured residents whose premium is paid in part or whole by medical assistance.", "医疗救助资助参保人数占参保居民比例。"),
        "derived", "3.9", default=0.08, needed="ledger:MAF",
    ),
    Parameter(
        "assistance.premium_aid_rate", _RY, "fraction", 0, 1, Words("Premium aid rate", "资助参保比例"),
        Words("Share of the personal premium that assistance pays for those it aids.", "资助对象个人缴费中由救助支付的比例。"),
        "assumption", "3.9", default=0.5, needed="ledger:MAF",
    ),
    Parameter(
        "ledger.fiscal_subsidy", ("region", "year", "ledger"), "yuan", 0, 1e13, Words("Fiscal subsidy to a ledger", "财政补贴收入"),
        Words("Subsidy other than the one per resident (statement line R2).", "居民人均补助以外的财政补贴。"),
        "assumption", "5.2", default=0.0,
    ),
    Parameter(
        "ledger.other_revenue", ("region", "year", "ledger"), "yuan", 0, 1e13, Words("Other revenue", "其他收入"),
        Words("Recoveries and returns (statement line R7).", "追回资金、集采返还等。"), "assumption", "5.2", default=0.0,
    ),
    Parameter(
        "ledger.other_expenditure", ("region", "year", "ledger"), "yuan", 0, 1e13, Words("Other expenditure", "其他支出"),
        Words("Expenditure outside benefits and transfers (statement line E6).", "待遇和转移以外的支出。"), "assumption", "5.2", default=0.0,
    ),
)
