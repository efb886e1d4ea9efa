"""Declarations: how the risk drivers move around the path of the set (handbook 7.1, 7.2).

Every driver follows the same law, ``x_t = persistence x_{t-1} + deviation e_t`` with standard normal innovations e that
are correlated between drivers; persistence 1 is a random walk, and bounds reflect it. What x does to the engine is said
in docs/uncertainty.md. Nothing here changes a single run.
"""

from __future__ import annotations

from poolcast.parameters.declaration import Parameter, Words


def _scalar(
    name: str, unit: str, low: float, high: float, label: Words, help_: Words, default: float, section: str = "7.1"
) -> Parameter:
    return Parameter(
        f"uncertainty.{name}", (), unit, low, high, label, help_, "assumption", section, default=default,
        layer="uncertainty", needed="never",
    )  # fmt: skip


def _by_driver(name: str, unit: str, low: float, high: float, label: Words, help_: Words) -> Parameter:
    return Parameter(
        f"uncertainty.{name}", ("driver",), unit, low, high, label, help_, "assumption", "7.1",
        layer="uncertainty", needed="never",
    )  # fmt: skip


PARAMETERS: tuple[Parameter, ...] = (
    _by_driver(
        "persistence", "fraction", 0, 1, Words("Persistence", "持续性"),
        Words("Share of last year's deviation that is left this year; 1 is a random walk.",
              "上年偏离在本年保留的比例；1 为随机游走。"),
    ),
    _by_driver(
        "deviation", "ratio", 0, 2, Words("Standard deviation of the innovation", "新息标准差"),
        Words("Yearly; in points of growth or interest as a fraction, births per woman for fertility, otherwise relative. "
              "Collection: of the collection rate itself.",
              "每年；增长率和利率为百分点（小数），生育为人均生育数，其余为相对值；征缴率为其本身的标准差。"),
    ),
    Parameter(
        "uncertainty.lower_bound", ("driver",), "ratio", -10, 10, Words("Lower bound", "下限"),
        Words("Where the driven quantity (total fertility, interest rate) is reflected or cut; others have none.",
              "被驱动的量（总和生育率、利率）的反射或截断下限，其余没有。"),
        "assumption", "7.1", layer="uncertainty", needed="never",
        needed_members=(("driver", ("fertility", "interest")),),
    ),
    Parameter(
        "uncertainty.upper_bound", ("driver",), "ratio", -10, 10, Words("Upper bound", "上限"),
        Words("Where total fertility is reflected; others have none.", "总和生育率的反射上限，其余没有。"),
        "assumption", "7.1", layer="uncertainty", needed="never", needed_members=(("driver", ("fertility",)),),
    ),
    _by_driver(
        "national_share", "fraction", 0, 1, Words("National share", "全国共同部分"),
        Words("Share of the variance of the innovation that all regions have in common; the rest is each region's own.",
              "新息方差中各地共同的部分，其余为各地自身。"),
    ),
    Parameter(
        "uncertainty.correlation", ("driver", "other_driver"), "ratio", -1, 1, Words("Correlation", "相关系数"),
        Words("Correlation of the national innovations of two drivers; not given is zero. A matrix that is none is replaced "
              "by the nearest one, which is reported.",
              "两个因素的全国新息的相关系数，未给出为零；不是相关矩阵时以最近的相关矩阵代替并报告。"),
        "assumption", "7.2", layer="uncertainty", needed="never",
    ),
    _scalar(
        "epidemic_probability", "fraction", 0, 1, Words("Probability of an epidemic", "疫情概率"),
        Words("Chance a year that an epidemic begins where there is none.", "无疫情时每年暴发的概率。"), 0.03,
    ),
    _scalar(
        "epidemic_longest", "years", 1, 10, Words("Longest epidemic", "疫情最长年数"),
        Words("It lasts from one year to this many, each as likely.", "持续一年至此年数，等概率。"), 3,
    ),
    _scalar(
        "epidemic_use_lowest", "ratio", -0.95, 0, Words("Use in the first year, lowest", "首年利用降幅下限"),
        Words("Lower end of the triangular change of use in the first year.", "首年利用变化三角分布的下端。"), -0.30,
    ),
    _scalar(
        "epidemic_use_likely", "ratio", -0.95, 0, Words("Use in the first year, most likely", "首年利用最可能变化"),
        Words("Most likely change of use in the first year.", "首年利用变化三角分布的众数。"), -0.15,
    ),
    _scalar(
        "epidemic_use_highest", "ratio", -0.95, 0, Words("Use in the first year, highest", "首年利用降幅上限"),
        Words("Upper end of the triangular change of use in the first year.", "首年利用变化三角分布的上端。"), -0.05,
    ),
    _scalar(
        "epidemic_use_later", "ratio", -0.95, 0.5, Words("Use in later years of an epidemic", "后续年份利用变化"),
        Words("Change of use in the second and further years.", "第二年及以后的利用变化。"), -0.05,
    ),
    _scalar(
        "epidemic_rebound", "ratio", 0, 1, Words("Rebound of use", "反弹"),
        Words("Rise of use in the year after an epidemic.", "疫情结束次年的利用上升。"), 0.12,
    ),
    _scalar(
        "epidemic_revenue", "ratio", -0.5, 0, Words("Revenue in an epidemic", "疫情年收入变化"),
        Words("Change of the collection rates in every year of an epidemic.", "疫情各年征缴率的变化。"), -0.03,
    ),
    _scalar(
        "epidemic_extra_cost", "fraction", 0, 0.5, Words("Extra cost in an epidemic, at most", "疫情额外支出上限"),
        Words("Extra expenditure of the pooled funds as a share of their payments, even between zero and this.",
              "统筹基金额外支出占医疗支付的比例，在零与此值之间均匀。"), 0.02,
    ),
    _scalar(
        "benefit_level_deviation", "ratio", 0, 1, Words("Uncertainty of the cost level", "费用水平的不确定性"),
        Words("Lognormal deviation, once a path, of the level of cost after the base year (calibration factors).",
              "每条路径一次，基年以后费用水平（校准系数）的对数正态偏差。"), 0.05,
    ),
    _scalar(
        "elasticity_deviation", "ratio", 0, 1, Words("Uncertainty of elasticities", "弹性的不确定性"),
        Words("Lognormal deviation, once a path, of the elasticities of patients.", "每条路径一次，患者弹性的对数正态偏差。"),
        0.05,
    ),
    _scalar(
        "policy_delay", "years", 0, 10, Words("Longest delay of a policy", "政策最长推迟"),
        Words("A reform comes on time or up to this many years late, on time being likeliest (triangular).",
              "改革按时或最多推迟此年数，按时最可能（三角分布）。"), 2,
    ),
    _scalar(
        "policy_effect_spread", "fraction", 0, 1, Words("Spread of the effect of a policy", "政策效果的离散"),
        Words("A reform works at one less this to one plus this times its size, its own size being likeliest.",
              "改革力度为一减此值至一加此值倍，原力度最可能。"), 0.5,
    ),
)
