"""Declarations: structural choices that a set names in ``set.yaml``."""

from __future__ import annotations

from poolcast.parameters.declaration import Option, Words

OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option(
            "calibration",
            {
                "accounts": Words("fit the base year to the accounts", "基年按决算校准"),
                "none": Words("no accounts: every factor is one", "无决算数据,系数均为1"),
            },
            Words("Calibration", "校准"), "6.10",
        ),
        Option(
            "coverage_movement",
            {
                "by_cohort": Words("status shares move with the cohort", "参保状态随队列移动"),
                "by_age": Words("status shares stay with the age", "参保状态随年龄固定"),
            },
            Words("Movement of coverage", "参保状态推移方式"), "6.3",
        ),
        Option(
            "migration_timing",
            {
                "end": Words("migrants arrive at the end of the year", "年末迁入"),
                "even": Words("half the migrants arrive at the start, half at the end", "年初年末各半"),
            },
            Words("Timing of migration", "迁移时点"), "6.2",
        ),
        Option(
            "wage_distribution",
            {
                "lognormal": Words("lognormal wages", "对数正态工资分布"),
                "classes": Words("wage classes", "工资分档"),
            },
            Words("Distribution of wages", "工资分布"), "6.4",
        ),
        Option(
            "outpatient_layers",
            {
                "distribution": Words("limited expected values of a zero-inflated lognormal bill", "零膨胀对数正态限额期望"),
                "fixed_share": Words("a share known from claims", "由理赔数据给出的固定比例"),
            },
            Words("Outpatient layers", "门诊分层方式"), "3.2",
        ),
        Option(
            "payment_rule",
            {
                "fee_for_service": Words("the fund pays every claim", "按项目付费"),
                "closure": Words("budget with softness, retention and catch-up", "预算闭合(软约束、留用、追加)"),
                "corridor": Words("budget with risk corridor and catch-up", "预算走廊(留用、分担、追加)"),
            },
            Words("Payment of providers", "支付规则"), "4",
        ),
        Option(
            "employee_pool",
            {
                "region": Words("each region keeps its own ledgers", "各统筹区分账"),
                "parent": Words("one ledger for all regions of the same parent", "上级统收统支"),
            },
            Words("Pool of the employee scheme", "职工医保统筹层次"), "1.4",
        ),
        Option(
            "resident_pool",
            {
                "region": Words("each region keeps its own ledgers", "各统筹区分账"),
                "parent": Words("one ledger for all regions of the same parent", "上级统收统支"),
            },
            Words("Pool of the resident scheme", "居民医保统筹层次"), "1.4",
        ),
        Option(
            "adjustment_fund",
            {
                "none": Words("no adjustment fund", "无调剂金"),
                "employee": Words("for the employee scheme", "职工医保"),
                "resident": Words("for the resident scheme", "居民医保"),
                "both": Words("for both schemes, kept apart", "两制度分别调剂"),
            },
            Words("Adjustment fund", "调剂金"), "1.4",
        ),
        Option(
            "cross_province_pool",
            {
                "none": Words("no pool across provinces", "无跨省基金"),
                "employee": Words("for the employee scheme", "职工医保"),
                "resident": Words("for the resident scheme", "居民医保"),
                "both": Words("for both schemes, kept apart", "两制度分别调剂"),
            },
            Words("Pool across provinces", "跨省共同基金"), "1.4", default="none",
        ),
        Option(
            "scheme_ledgers",
            {
                "separate": Words("each scheme keeps its own ledger", "两制度分账"),
                "common": Words("one ledger for both from the years in which ledger.schemes_merged is 1", "自并账年份起两制度合为一账"),
            },
            Words("Ledgers of the schemes", "两制度账户"), "1.4", default="separate",
        ),
    )
}
