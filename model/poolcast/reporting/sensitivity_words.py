"""Words of the sensitivity report: headings of its sections with how to read them, columns, names of sheets."""

from __future__ import annotations

from poolcast.parameters.declaration import Words

SECTIONS: dict[str, tuple[Words, Words]] = {
    "headline": (
        Words("In short", "要点"),
        Words(
            "Median and, in brackets, the band in which 8 in 10 simulated futures lie. ± is one standard error of the "
            "simulation.",
            "中位数，括号内为八成模拟所在的范围；± 为模拟的一倍标准误。",
        ),
    ),
    "fans": (
        Words("Ranges of reserve, balance and payable months", "累计结余、当期结余和可支付月数的范围"),
        Words(
            "Solid line: median. Bands from dark to light: the middle 50, 80 and 90 in 100 simulated futures. Dotted "
            "line: the single run, in which nothing deviates from the assumptions.",
            "实线为中位数；色带由深到浅为居中的 50%、80%、90% 的模拟。点线为单次推算，即一切与假设无偏离时的结果。",
        ),
    ),
    "chances": (
        Words("Probabilities by year", "逐年概率"),
        Words(
            "Share of simulated futures in which a year ends so; at the right, in which that year or one before did.",
            "该年出现此情形的模拟占比；右图为该年或此前已出现过的占比。",
        ),
    ),
    "events": (
        Words("Year of first deficit and of exhaustion", "首次收不抵支与结余耗尽的年份"),
        Words(
            "Each bar is the share of futures in which the event first comes in that year; the hatched bar those in "
            "which it does not come within the horizon. All bars add up to 100 %.",
            "每根柱为事件首次发生于该年的模拟占比；斜线柱为测算期内未发生的占比；各柱合计 100%。",
        ),
    ),
    "tails": (
        Words("Bad cases", "不利情形"),
        Words(
            "Value at risk: exceeded in 5 of 100 futures. Tail mean: the average of those 5. Shortfall is the "
            "reserve of "
            "the last year with its sign turned; negative figures are a reserve that is left even then. Reserve "
            "needed: to "
            "add at the end of the base year so that exhaustion within five years is no likelier than 5 %; negative: "
            "so much could be spared.",
            "在险值：100 次模拟中有 5 次超过。尾部均值：这 5 次的平均。缺口为末年累计结余的相反数，负数表示届时仍有"
            "结余。所需结余：基年末需增加多少，才能使五年内耗尽的概率不超过 5%；负数表示可以减少多少。",
        ),
    ),
    "differences": (
        Words("Differences between scenarios", "情景之差"),
        Words(
            "Scenario less the first one, future by future under the same shocks: the band is that of the difference. "
            "Where it does not hold zero, the sign of the effect is sure within these assumptions.",
            "各情景与首个情景之差，逐次模拟、冲击相同；色带为差值的范围。色带不含零时，"
            "在所列假设下影响的方向是确定的。",
        ),
    ),
    "tornado": (
        Words("What matters most, one thing at a time", "什么最影响结果（逐项变动）"),
        Words(
            "Only one risk moves, the others stay on their path. Tornado: each risk moved as far as in 1 of 10 "
            "futures, "
            "on its low (↓) and on its high side (↑). Blue adds to the measure, orange takes from it.",
            "每次只变动一项风险，其余不变。龙卷风图：各风险取其十分之一概率的偏低（↓）和偏高（↑）。蓝色使指标增加，"
            "橙色使其减少。",
        ),
    ),
    "sobol": (
        Words("Parts of the variance (Sobol indices)", "方差分解（Sobol 指数）"),
        Words(
            "First order: the part of the variance that a risk makes by itself. Total: with its share in what risks "
            "make "
            "together. Whiskers: 95 % intervals; a small negative index is zero within them. Here risks are drawn "
            "independently, without the correlations of the simulation above, because the indices are not defined "
            "otherwise.",
            "一阶指数：该风险单独产生的方差占比。总指数：另含与其他风险共同作用的部分。须线为 95% 区间；略小于零的指数"
            "在区间内即为零。此处各风险独立抽样，不含上文模拟中的相关性，因为指数只在独立时有定义。",
        ),
    ),
    "grid": (
        Words("Two things at once", "两项同时变动"),
        Words(
            "Single runs without shocks: what a choice gives if everything else comes as assumed.",
            "单次推算，不含冲击：其余一切如假设时，各种取值的结果。",
        ),
    ),
    "pooling": (
        Words("Value of pooling", "统筹层次提高的价值"),
        Words(
            "Reserve that keeps exhaustion within {years} years at {chance} or below: each region alone, and its share "
            "(by contribution bases) of what one common ledger needs under the same shocks. The saving has two parts: "
            "deficits of some that surpluses of others were expected to meet, and shocks that even out.",
            "使 {years} 年内耗尽概率不超过 {chance} 所需的结余：各地单独持有，与同样冲击下共用一本账时按缴费基数分摊的"
            "部分。节约由两部分组成：预期中的盈亏互补，与风险分散。",
        ),
    ),
    "convergence": (
        Words("Are there enough paths?", "模拟次数是否足够"),
        Words(
            "Probability of exhaustion within the horizon as paths are added, with a band of two standard errors (as "
            "of "
            "independent paths). Where the line still drifts, take more paths.",
            "随模拟次数增加，测算期内耗尽概率的估计值，色带为两倍标准误（按独立路径计）。若曲线仍在漂移，应增加次数。",
        ),
    ),
    "basis": (
        Words("What it rests on", "依据"),
        Words(
            "Processes by which the drivers move around their assumed paths, how strongly they move together, and what "
            "is needed to make the same numbers again.",
            "各驱动因素围绕假设路径波动的过程、相互间的相关程度，以及复现相同数字所需的信息。",
        ),
    ),
}
"""Heading of each section and how to read it, in the order of the page."""

SHEETS: dict[str, Words] = {
    "headline": Words("In short", "要点"),
    "fans": Words("Fans", "扇形图"),
    "chances": Words("Probabilities", "概率"),
    "events": Words("Years of events", "事件年份"),
    "tails": Words("Bad cases", "不利情形"),
    "differences": Words("Differences", "情景之差"),
    "tornado": Words("Tornado", "龙卷风图"),
    "standard": Words("Standard sensitivities", "标准敏感性"),
    "scenarios": Words("Scenario by driver", "情景与风险"),
    "sobol": Words("Sobol", "方差分解"),
    "grid": Words("Two-way grid", "双向表"),
    "needed": Words("Rate needed", "所需费率"),
    "pooling": Words("Pooling", "统筹价值"),
    "convergence": Words("Convergence", "收敛"),
    "processes": Words("Processes", "随机过程"),
    "evidence": Words("Evidence", "依据"),
    "correlation": Words("Correlation", "相关矩阵"),
    "facts": Words("About", "说明"),
}
"""Sheets of the workbook, in their order; also the files of the tables."""

EVENT_WORDS: dict[str, Words] = {
    "first_deficit": Words("First deficit", "首次收不抵支"),
    "first_deficit_before_interest": Words("First deficit before interest", "首次收不抵支（不含利息）"),
    "exhaustion": Words("Reserve exhausted", "结余耗尽"),
}
CHANCE_WORDS: dict[str, Words] = {
    "deficit": Words("Deficit", "收不抵支"),
    "exhausted": Words("Exhausted", "已耗尽"),
    "months_below_3": Words("Below 3 months", "不足 3 个月"),
    "months_below_6": Words("Below 6 months", "不足 6 个月"),
}
W: dict[str, Words] = {
    "year": Words("Year", "年份"),
    "region": Words("Region", "统筹区"),
    "ledger": Words("Ledger", "基金"),
    "scenario": Words("Scenario", "情景"),
    "against": Words("Less", "减去"),
    "measure": Words("Measure", "指标"),
    "event": Words("Event", "事件"),
    "single": Words("Single run", "单次推算"),
    "median": Words("Median", "中位数"),
    "median_error": Words("Error of the median", "中位数标准误"),
    "mean": Words("Mean", "均值"),
    "probability": Words("Probability", "概率"),
    "error": Words("Standard error", "标准误"),
    "risk": Words("Risk", "风险"),
    "value": Words("Value", "数值"),
    "item": Words("Item", "项目"),
    "paths": Words("Paths", "路径数"),
    "share": Words("% of futures", "占模拟次数 %"),
}
"""Names of columns."""
