"""The axes of the model: their order, their members and their names in both languages.

The order is fixed once for the whole house (design, section 3). Axes are dropped, never permuted; an axis of
length one is still an axis.
"""

from __future__ import annotations

from dataclasses import dataclass, field

AGES = tuple(range(101))
OPEN_AGE = 100
"""The last age stands for 100 and over."""

SEXES = ("male", "female")
STATUSES = (
    "child",
    "adult_resident",
    "active",
    "flexible",
    "retired",
    "paying_past_retirement",
    "unemployed",
    "uninsured",
)
SCHEMES = ("employee", "resident")
BENEFITS = (
    "inpatient",
    "outpatient",
    "chronic",
    "dual_channel",
    "maternity_care",
    "maternity_allowance",
    "long_term_care",
)
TIERS = ("primary", "secondary", "tertiary", "out_of_region")
LEDGERS = ("EPF", "EPA", "RPF", "CII", "LAS", "CSS", "MAF", "LTCI", "ADJ", "VBPR")
WAGE_CLASSES = tuple(f"class_{number}" for number in range(1, 11))
TRANCHES = ("tranche_1", "tranche_2", "tranche_3")
RESPONSE_YEARS = ("first", "second", "third")
GOVERNMENT_LEVELS = ("central", "provincial", "local")
RISK_DRIVERS = (
    "wages",
    "consumer_prices",
    "care_prices",
    "inpatient_use",
    "outpatient_use",
    "employment",
    "fertility",
    "mortality",
    "migration",
    "interest",
    "collection",
)
"""What a simulation moves by a process of its own (handbook 7.1); the epidemic and the parameters come on top."""
_DRIVER_WORDS_ZH = (
    "工资",
    "消费价格",
    "医疗价格",
    "住院利用",
    "门诊利用",
    "正规就业",
    "生育",
    "死亡",
    "迁移",
    "利率",
    "征缴率",
)

EMPLOYEE_STATUSES = ("active", "flexible", "retired", "paying_past_retirement", "unemployed")
RESIDENT_STATUSES = ("child", "adult_resident")
INSURED_STATUSES = tuple(status for status in STATUSES if status != "uninsured")
CONTRIBUTING_STATUSES = ("active", "flexible", "unemployed", "paying_past_retirement")


@dataclass(frozen=True)
class Axis:
    """A named axis.

    Parameters
    ----------
    name : str
        Name of the axis, as in tables and results.
    members : tuple of str
        Its members in order; empty where the assumption set names them (region, destination, year).
    label, label_zh : str
        Words for readers.
    member_labels_zh : dict
        Chinese words of the members.
    """

    name: str
    members: tuple[str, ...]
    label: str
    label_zh: str
    member_labels_zh: dict[str, str] = field(default_factory=dict)


AXES: dict[str, Axis] = {
    axis.name: axis
    for axis in (
        Axis("region", (), "Region", "统筹区"),
        Axis("destination", (), "Destination region", "迁入统筹区"),
        Axis("year", (), "Year", "年份"),
        Axis(
            "status",
            STATUSES,
            "Status",
            "参保状态",
            dict(
                zip(
                    STATUSES,
                    ("少儿学生", "成年居民", "在职职工", "灵活就业", "退休", "超龄缴费", "领取失业金", "未参保"),
                    strict=True,
                )
            ),
        ),
        Axis("scheme", SCHEMES, "Scheme", "制度", {"employee": "职工医保", "resident": "居民医保"}),
        Axis("sex", SEXES, "Sex", "性别", {"male": "男", "female": "女"}),
        Axis("age", tuple(str(age) for age in AGES), "Age", "年龄"),
        Axis(
            "benefit",
            BENEFITS,
            "Benefit",
            "待遇",
            dict(
                zip(
                    BENEFITS,
                    ("住院", "普通门诊", "门诊慢特病", "双通道药品", "生育医疗", "生育津贴", "长期护理"),
                    strict=True,
                )
            ),
        ),
        Axis(
            "tier",
            TIERS,
            "Tier",
            "医疗机构级别",
            dict(zip(TIERS, ("基层", "二级", "三级", "统筹区外"), strict=True)),
        ),
        Axis(
            "ledger",
            LEDGERS,
            "Ledger",
            "基金(账)",
            dict(
                zip(
                    LEDGERS,
                    (
                        "职工统筹基金",
                        "个人账户",
                        "居民统筹基金",
                        "大病保险",
                        "职工大额补助",
                        "公务员医疗补助",
                        "医疗救助基金",
                        "长期护理保险",
                        "调剂金",
                        "集采结余留用",
                    ),
                    strict=True,
                )
            ),
        ),
        Axis("wage_class", WAGE_CLASSES, "Wage class", "工资档"),
        Axis("tranche", TRANCHES, "Tranche", "分段", dict(zip(TRANCHES, ("第一段", "第二段", "第三段"), strict=True))),
        Axis(
            "response_year",
            RESPONSE_YEARS,
            "Year of response",
            "反应年",
            dict(zip(RESPONSE_YEARS, ("第一年", "第二年", "第三年"), strict=True)),
        ),
        Axis(
            "government",
            GOVERNMENT_LEVELS,
            "Level of government",
            "政府级次",
            dict(zip(GOVERNMENT_LEVELS, ("中央", "省级", "市县"), strict=True)),
        ),
        Axis("driver", RISK_DRIVERS, "Risk driver", "风险因素", dict(zip(RISK_DRIVERS, _DRIVER_WORDS_ZH, strict=True))),
        Axis(
            "other_driver",
            RISK_DRIVERS,
            "Other risk driver",
            "另一风险因素",
            dict(zip(RISK_DRIVERS, _DRIVER_WORDS_ZH, strict=True)),
        ),
    )
}


def index(axis: str, member: str) -> int:
    """Return the position of a member on an axis with fixed members."""
    return AXES[axis].members.index(member)


def positions(axis: str, members: tuple[str, ...]) -> list[int]:
    """Return the positions of several members on an axis with fixed members."""
    return [index(axis, member) for member in members]
