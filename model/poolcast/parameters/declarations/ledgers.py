"""Declarations: reserves, interest and pooling."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

_RYL = ("region", "year", "ledger")
_RYG = ("region", "year", "scheme")
_FUND = "option:adjustment_fund=employee|resident|both"
_COMMON_POOL = "option:cross_province_pool=employee|resident|both"

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "ledger.opening_reserve", ("region", "ledger"), "yuan", -1e14, 1e14, Words("Reserve at the base year end", "基年末累计结余"),
        Words("Stock from which the projection starts; only of ledgers that hold a reserve.", "预测起点的累计结余,仅对有结余的账户。"), "source", "6.8", layer="ledger",
        needed_members=(("ledger", ("EPF", "EPA", "RPF", "LAS", "LTCI", "ADJ", "VBPR")),),
    ),
    Parameter(
        "ledger.interest_rate", _RYL, "rate_per_year", -0.01, 0.15, Words("Interest rate", "利率"),
        Words("Rate on the opening reserve.", "期初结余利率。"), "assumption", "2.5", default=0.018, layer="ledger",
    ),
    Parameter(
        "ledger.borrowing_margin", (), "rate_per_year", 0, 0.15, Words("Borrowing margin", "借款利差"),
        Words("Added to the interest rate where the opening reserve is negative.", "期初结余为负时加在利率上的利差。"), "assumption", "6.8", default=0.02, layer="ledger",
    ),
    Parameter(
        "ledger.flow_timing", (), "fraction", 0, 1, Words("Time weight of flows", "流量计息时间"),
        Words("Part of the year for which the balance of the year bears interest.", "当年收支计息的年份比例。"), "assumption", "6.8", default=0.5, layer="ledger",
    ),
    Parameter(
        "account.spending_propensity", ("region", "year"), "fraction", 0, 3, Words("Spending out of accounts", "个人账户支出倾向"),
        Words("Expenditure of personal accounts as a share of their income of the year.", "个人账户支出占当年收入的比例。"), "derived", "3.5", default=0.905, needed="ledger:EPA",
    ),
    Parameter(
        "backstop.months", _RYL, "months", 0, 24, Words("Fiscal backstop", "财政兜底月数"),
        Words("Payable months up to which the budget refills the fund when last year's reserve fell short; zero for none.", "上年结余不足时财政补足到的可支付月数,0 为不兜底。"), "source", "6.8", default=0.0, between="step", layer="ledger",
    ),
    Parameter(
        "holiday.cut", ("region", "year"), "fraction", 0, 1, Words("Rate holiday", "阶段性降费幅度"),
        Words("Share of the employer contribution of the year that is waived when last year's reserve allows it; zero for none.", "上年结余达标时当年减免的单位缴费比例,0 为不启用。"), "assumption", "2.1", default=0.0, between="step", layer="ledger",
    ),
    Parameter(
        "holiday.minimum_months", (), "months", 0, 60, Words("Months needed for a rate holiday", "降费所需可支付月数"),
        Words("Payable months at the last year end above which the employer contribution may be waived.", "允许减免单位缴费的上年末可支付月数。"), "source_unverified", "2.1", default=6.0, layer="ledger",
    ),
    Parameter(
        "adjustment.pay_in_rate", _RYG, "fraction", 0, 0.3, Words("Pay-in to the adjustment fund", "调剂金上解比例"),
        Words("Share of contribution income that a region pays in.", "各区缴费收入上解调剂金的比例。"), "assumption", "1.4", default=0.05, between="step", layer="ledger", needed=_FUND,
    ),
    Parameter(
        "adjustment.grant_share", (), "fraction", 0, 1, Words("Granted share of the gap", "调剂补助比例"),
        Words("Share of a recognised gap that the adjustment fund grants.", "认定缺口中由调剂金补助的比例。"), "assumption", "1.4", default=0.8, layer="ledger", needed=_FUND,
    ),
    Parameter(
        "adjustment.minimum_months", (), "months", 0, 24, Words("Own reserve before a grant", "补助前自留月数"),
        Words("Payable months that a region may keep before its reserve counts against the gap.", "结余冲抵缺口前可保留的可支付月数。"), "assumption", "1.4", default=6.0, layer="ledger", needed=_FUND,
    ),
    Parameter(
        "adjustment.enforcement_coefficient", _RYG, "fraction", 0, 1, Words("Enforcement coefficient", "征缴考核系数"),
        Words("Cuts the recognised gap of a region that collects or keeps budgets badly.", "按征缴和预算执行考核调减认定缺口。"), "assumption", "1.4", default=1.0, layer="ledger", needed=_FUND,
    ),
    Parameter(
        "common_pool.pay_in_rate", _RYG, "fraction", 0, 1, Words("Pay-in to the pool across provinces", "跨省共同基金上解比例"),
        Words("Share of what the fund spends on inpatient care outside the region that a member pays in.", "成员按基金统筹区外住院支出上解的比例。"), "assumption", "1.4", default=0.05, between="step", layer="ledger", needed=_COMMON_POOL,
    ),
    Parameter(
        "common_pool.grant_share", (), "fraction", 0, 1, Words("Granted share of the gap, across provinces", "跨省共同基金补助比例"),
        Words("Share of a recognised gap that the pool across provinces grants.", "认定缺口中由跨省共同基金补助的比例。"), "assumption", "1.4", default=0.8, layer="ledger", needed=_COMMON_POOL,
    ),
    Parameter(
        "common_pool.minimum_months", (), "months", 0, 24, Words("Own reserve before a grant across provinces", "跨省补助前自留月数"),
        Words("Payable months that a member may keep before its reserve counts against the gap.", "结余冲抵缺口前成员可保留的可支付月数。"), "assumption", "1.4", default=6.0, layer="ledger", needed=_COMMON_POOL,
    ),
    Parameter(
        "common_pool.enforcement_coefficient", _RYG, "fraction", 0, 1, Words("Enforcement coefficient across provinces", "跨省征缴考核系数"),
        Words("Cuts the recognised gap of a member that collects or keeps budgets badly.", "按征缴和预算执行考核调减成员认定缺口。"), "assumption", "1.4", default=1.0, layer="ledger", needed=_COMMON_POOL,
    ),
    Parameter(
        "ledger.schemes_merged", ("region", "year"), "switch", 0, 1, Words("One ledger for both schemes", "两制度并账"),
        Words("From the first year with 1 on, the employee fund takes over reserve and all lines of the resident fund.", "自首个取1的年份起,职工统筹基金接收居民基金的结余和全部收支。"), "assumption", "1.4", default=0.0, between="step", layer="ledger", integer=True, needed="option:scheme_ledgers=common",
    ),
)
