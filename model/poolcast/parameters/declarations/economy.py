"""Declarations: wages, prices and incomes."""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words

PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "economy.average_wage", ("region", "year"), "yuan_per_year", 5_000, 2_000_000,
        Words("Average wage", "社会平均工资"),
        Words("Full-calibre average wage of urban units, on which bounds of the contribution base rest; given up to the base "
              "year, afterwards it grows with wage growth.", "全口径城镇单位就业人员平均工资,缴费基数上下限的依据;基年以后按工资增长率推算。"),
        "assumption", "2.1", first_year=-1,
    ),
    Parameter(
        "economy.wage_growth", ("region", "year"), "rate_per_year", -0.15, 0.3,
        Words("Wage growth", "工资增长率"), Words("Nominal growth of the average wage.", "平均工资名义增长率。"),
        "assumption", "6.4", default=0.035, first_year=1,
    ),
    Parameter(
        "economy.consumer_price_inflation", ("region", "year"), "rate_per_year", -0.1, 0.3,
        Words("Consumer price inflation", "居民消费价格涨幅"),
        Words("Deflator for money in constant yuan of the base year.", "折算基年不变价的价格指数涨幅。"),
        "assumption", "7.1", default=0.02, first_year=1,
    ),
    Parameter(
        "economy.gross_domestic_product", ("region", "year"), "yuan", 1e6, 1e16,
        Words("Gross domestic product", "地区生产总值"),
        Words("Nominal product in the base year; afterwards it grows with its growth rate.", "基年名义生产总值,以后按增长率推算。"),
        "source", "6.9",
    ),
    Parameter(
        "economy.gross_domestic_product_growth", ("region", "year"), "rate_per_year", -0.15, 0.3,
        Words("Growth of gross domestic product", "生产总值增长率"), Words("Nominal growth.", "名义增长率。"),
        "assumption", "6.9", default=0.035, first_year=1,
    ),
    Parameter(
        "economy.disposable_income", ("region", "year"), "yuan_per_person_year", 1_000, 1_000_000,
        Words("Disposable income per head", "人均可支配收入"),
        Words("Income per head up to the base year; ceilings and thresholds of the resident scheme rest on it.",
              "基年人均可支配收入,居民医保封顶线和大病起付线的依据。"),
        "source", "3.8", first_year=-1,
    ),
    Parameter(
        "economy.disposable_income_growth", ("region", "year"), "rate_per_year", -0.15, 0.3,
        Words("Growth of disposable income", "可支配收入增长率"), Words("Nominal growth per head.", "人均名义增长率。"),
        "assumption", "3.8", default=0.035, first_year=1,
    ),
    Parameter(
        "economy.average_pension", ("region", "year"), "yuan_per_person_year", 1_000, 1_000_000,
        Words("Average pension", "平均养老金"),
        Words("Basic pension of a retired member in the base year.", "基年退休人员平均基本养老金。"),
        "assumption", "2.2",
    ),
    Parameter(
        "economy.pension_growth", ("region", "year"), "rate_per_year", -0.15, 0.3,
        Words("Growth of pensions", "养老金增长率"), Words("Nominal growth of the average pension.", "平均养老金名义增长率。"),
        "assumption", "2.2", default=0.02, first_year=1,
    ),
)
