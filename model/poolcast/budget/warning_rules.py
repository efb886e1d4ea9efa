"""Bands of payable months and rules of early warning (handbook 5.4) as data: words, source, thresholds, readings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.budget import warning_measures as measures
from poolcast.budget.warning_series import WATCHED, FundSeries
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS

MONTHS_DIGITS = 4
"""Decimals of payable months that count: accounts in files are rounded, so that a reserve of three months read from
them is off by some millionths, and no reader sees why 3.0 should be less than 3.0."""

Array = NDArray[np.float64]
Level = Literal["green", "yellow", "orange", "red"]
LEVELS: dict[Level, Words] = {
    "green": Words("green", "绿色"),
    "yellow": Words("yellow", "黄色"),
    "orange": Words("orange", "橙色"),
    "red": Words("red", "红色"),
}
"""Levels of a warning from none to the worst; colours and symbols are the business of pages."""

Kind = Literal["band", "trend", "chance", "experience", "execution"]


def rank(level: Level) -> int:
    """Return how bad a level is: 0 for green."""
    return tuple(LEVELS).index(level)


def worst(levels: list[Level]) -> Level:
    """Return the worst of some levels; green for none."""
    return max(levels, key=rank, default="green")


def threshold(parameter: str, ledger: str, assumptions: Assumptions | None = None) -> float:
    """Return a threshold for a ledger: what the set gives, else what its declaration publishes."""
    if assumptions is not None and parameter in assumptions:
        given = float(assumptions[parameter][LEDGERS.index(ledger)])
        if np.isfinite(given):
            return given
    default: float | None = PARAMETERS[parameter].default
    assert default is not None  # every threshold is published
    return default


@dataclass(frozen=True)
class Band:
    """A band of payable months.

    Parameters
    ----------
    id : str
        exhausted, red, orange, normal, ample or excessive.
    title, action : Words
        Its name; what the handbook asks for.
    source : str
        Document, with the evidence tag.
    level : Level
        What it adds to the light.
    worry : int
        Place in the order of worry: 0 the worst.
    """

    id: str
    title: Words
    action: Words
    source: str
    level: Level
    worry: int


_NO_67 = "MOHRSS [2009] No. 67 (to be verified)"
_DECLARED_BANDS = (
    Band(
        "exhausted", Words("Exhausted", "已耗尽"),
        Words("Borrow or subsidise; emergency review of benefits", "借款或财政补助,紧急复核待遇"),
        "Social Insurance Law art 65", "red", 0,
    ),
    Band(
        "red", Words("Red: insufficient", "红:不足"),
        Words("Insufficient: adjust financing or benefits", "结余不足,调整筹资或待遇"), _NO_67, "red", 1,
    ),
    Band(
        "orange", Words("Orange: low", "橙:偏低"),
        Words("Plan to rebuild within three years; no rate holiday; residents: no prepayment",
              "三年内补足计划,不得阶段性降费,居民医保不得预付"),
        "assumption; prepayment of residents: NHSA and MoF, November 2024", "orange", 2,
    ),
    Band(
        "normal", Words("Normal", "正常"), Words("Keep", "保持"),
        f"{_NO_67}: six to nine months in principle; 8.5 months of residents called safe by NHSA for 2023", "green", 3,
    ),
    Band(
        "ample", Words("Ample", "充裕"), Words("EPF from 12 months: prepayment allowed", "职工统筹12个月以上可预付"),
        "NHSA and MoF, November 2024", "green", 4,
    ),
    Band(
        "excessive", Words("Excessive", "过高"), Words("Test a lower rate or better benefits", "测算降费率或提高待遇"),
        f"{_NO_67}: above 15 excessive", "green", 5,
    ),
)  # fmt: skip
BANDS: dict[str, Band] = {band.id: band for band in _DECLARED_BANDS}
"""The six bands, the most worrying first."""


def band_numbers(months: Array, ledger: str, assumptions: Assumptions | None = None) -> Array:
    """Return the band of payable months as its number in the order of worry, 0 exhausted to 5 excessive.

    Exhausted at zero and below; red below 3, orange below 6, normal below 9, ample up to 15, excessive above, by the
    thresholds of the ledger. NaN where the months are not known.
    """
    red, orange, ample, excessive = (
        threshold(f"warning.{name}_months", ledger, assumptions) for name in ("red", "orange", "ample", "excessive")
    )
    months = np.round(months, MONTHS_DIGITS)
    passed = (months > 0).astype(float) + (months >= red) + (months >= orange) + (months >= ample)
    result: Array = np.where(months > 0, passed + (months > excessive), 0.0)
    return np.where(np.isnan(months), np.nan, result)


def band_of(months: float, ledger: str, assumptions: Assumptions | None = None) -> Band | None:
    """Return the band of payable months; None where they are not known.

    Examples
    --------
    >>> band_of(2.9, "EPF").id, band_of(3.0, "EPF").id, band_of(15.0, "EPF").id
    ('red', 'orange', 'ample')
    """
    number = band_numbers(np.array(months, dtype=np.float64), ledger, assumptions)
    return None if np.isnan(number) else _DECLARED_BANDS[int(number)]


@dataclass(frozen=True)
class WarningRule:
    """A rule of early warning.

    Parameters
    ----------
    id : str
        Short name, the same in files and scores.
    number : str
        Number in the handbook's list; empty for a rule of our own.
    kind : {"band", "trend", "chance", "experience", "execution"}
        What it rests on: this year's stock, the course of years, a simulation, simulated funds in the same state, or
        the months of the budget.
    title, meaning : Words
        Its name; what it says in one sentence.
    source : str
        Document or evidence tag.
    reads : tuple of str
        Figures of `FundSeries`, or measures of a simulation.
    unit : str
        Unit of its value: fraction, months, ratio.
    fires : {"above", "below"}
        On which side of the threshold.
    levels : tuple of (Level, str)
        Level and the parameter with its threshold, the mildest first.
    value : callable or None
        The value by year of a fund; None where a simulation or the months of the budget say it.
    condition : str
        When it is quiet in a year, in the grammar of conditions, with ``{ledger} {year} {threshold} {horizon}``; empty
        where the grammar has no measure for it.
    unknowns : mapping of ledger to unknowns
        What `poolcast.budget.warning_clearing` tries, in that order.
    remedy : Words
        What clears it, in words.
    ledgers : tuple of str
    """

    id: str
    number: str
    kind: Kind
    title: Words
    meaning: Words
    source: str
    reads: tuple[str, ...]
    unit: Literal["fraction", "months", "ratio"]
    fires: Literal["above", "below"]
    levels: tuple[tuple[Level, str], ...]
    value: Callable[[FundSeries], Array] | None
    remedy: Words
    condition: str = ""
    unknowns: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ledgers: tuple[str, ...] = WATCHED

    def thresholds(self, ledger: str, assumptions: Assumptions | None = None) -> tuple[tuple[Level, float], ...]:
        """Return level and threshold, the mildest first."""
        return tuple((level, threshold(name, ledger, assumptions)) for level, name in self.levels)

    def fired(self, values: Array, limit: float) -> NDArray[np.bool_]:
        """Return where values are beyond a threshold; exactly on it is not beyond, nor is what is not known."""
        if self.unit == "months":
            values = np.round(values, MONTHS_DIGITS)
        return values > limit if self.fires == "above" else values < limit

    def level_of(self, value: float, ledger: str, assumptions: Assumptions | None = None) -> tuple[Level, float]:
        """Return the worst level that a value reaches and its threshold; green and the mildest threshold for none."""
        limits = self.thresholds(ledger, assumptions)
        reached = [pair for pair in limits if bool(self.fired(np.array(value), pair[1]))]
        return reached[-1] if reached else ("green", limits[0][1])

    def tried(self, ledger: str) -> tuple[str, ...]:
        """Return the unknowns that may clear it in a ledger."""
        return dict(self.unknowns).get(ledger, ())


_FINANCING = (
    ("EPF", ("revenue.employer_rate", "shift:cost.excess_growth")),
    ("RPF", ("scale:resident.subsidy", "scale:resident.personal_premium", "shift:cost.excess_growth")),
)
_GROWTH_FIRST = tuple(
    (ledger, tuple(sorted(names, key=lambda name: "growth" not in name))) for ledger, names in _FINANCING
)
_MONEY = Words("More financing, or slower growth of cost", "提高筹资或控制费用增长")

_DECLARED: tuple[WarningRule, ...] = (
    WarningRule(
        "low_reserve", "band", "band", Words("Low reserve", "结余偏低"),
        Words("The reserve pays for fewer months than the bands ask for", "累计结余可支付月数低于分级要求"),
        f"handbook 5.4: {_NO_67}; assumption", ("reserve", "expenditure"), "months", "below",
        (("orange", "warning.orange_months"), ("red", "warning.red_months")), measures.payable_months,
        _MONEY, "payable_months({ledger}, year={year}) >= {threshold}", _FINANCING,
    ),
    WarningRule(
        "growth_gap", "i", "trend", Words("Spending outgrows revenue", "支出增速连续高于收入"),
        Words("Expenditure grew faster than revenue in two years running; the smaller of the two gaps",
              "支出增速连续两年高于收入增速(取较小的差距)"),
        "handbook 5.4 (i), assumption", ("revenue", "expenditure"), "fraction", "above",
        (("yellow", "warning.growth_gap"),), measures.growth_gap, _MONEY, "", _GROWTH_FIRST,
    ),
    WarningRule(
        "deficit", "ii", "trend", Words("Current deficit", "当期收不抵支"),
        Words("The year's expenditure exceeds its revenue, interest and subsidy inside; as a share of expenditure",
              "当期支出大于收入(收入含利息和补助),占支出比例"),
        "handbook 5.4 (ii), assumption", ("revenue", "expenditure"), "fraction", "above",
        (("yellow", "warning.deficit_share"),), measures.deficit_share, _MONEY,
        "balance({ledger}, year={year}) >= 0", _FINANCING,
    ),
    WarningRule(
        "chance_low", "iii", "chance", Words("Chance of a red reserve", "五年内结余不足的概率"),
        Words("Chance that payable months fall below the red line within five years", "五年内可支付月数低于红线的概率"),
        "handbook 5.4 (iii), assumption", ("payable_months",), "fraction", "above",
        (("orange", "warning.chance_low_orange"), ("red", "warning.chance_low_red")), None, _MONEY,
        "payable_months({ledger}, horizon={horizon}) >= {red_months}", _FINANCING,
    ),
    WarningRule(
        "dependency", "iv", "trend", Words("Fewer contributors per retiree", "抚养比下降"),
        Words("Contributors per retiree fell by more than the threshold in the year",
              "缴费人数与退休人数之比年降幅超过阈值"),
        "handbook 5.4 (iv), assumption", ("dependency_ratio",), "ratio", "above",
        (("yellow", "warning.dependency_fall"),), measures.dependency_fall,
        Words("No money clears it: later retirement, wider enrolment, or a higher rate to bear it",
              "资金不能消除:延迟退休、扩大参保,或以费率承受"), "", (), ("EPF",),
    ),
    WarningRule(
        "provider_share", "v", "trend", Words("Hospitals bear the cost", "医疗机构承担过高"),
        Words("Claims that hospitals bear under budgets, as a share of the fund's expenditure",
              "总额控制下由医疗机构承担的费用占基金支出比例"),
        "handbook 5.4 (v), assumption", ("provider_share",), "fraction", "above",
        (("yellow", "warning.provider_share"),), measures.provider_share,
        Words("A budget nearer to claims, or fewer services", "预算更接近实际需要,或控制服务量"), "", (),
    ),
    WarningRule(
        "collection", "vi", "trend", Words("Low collection", "征缴率偏低"),
        Words("The share of what is due that arrives in the year", "当年应缴中到账的比例"),
        "handbook 5.4 (vi), assumption", ("collection_rate",), "fraction", "below",
        (("yellow", "warning.collection_rate"),), measures.collection_rate,
        Words("Collect what is due", "应收尽收"), "",
        (("EPF", ("revenue.collection_rate",)), ("RPF", ("revenue.resident_collection_rate",))),
    ),
    WarningRule(
        "arrears", "vii", "trend", Words("High arrears", "欠费偏高"),
        Words("Arrears at the year end over what units owe for the year", "年末欠费占单位当年应缴比例"),
        "handbook 5.4 (vii), assumption", ("arrears_share",), "fraction", "above",
        (("yellow", "warning.arrears_share"),), measures.arrears_share,
        Words("Recover arrears, or collect more of what is due", "清缴欠费或提高征缴率"), "",
        (("EPF", ("revenue.arrears_recovery_rate", "revenue.collection_rate")),), ("EPF",),
    ),
    WarningRule(
        "prepaid", "viii", "trend", Words("High prepayment", "预付过多"),
        Words("Money prepaid to providers over a month's expenditure", "预付金相当于月支出的倍数"),
        "handbook 5.4 (viii), assumption", ("prepaid", "expenditure"), "months", "above",
        (("yellow", "warning.prepaid_months"),), measures.prepaid_months,
        Words("Prepay less", "减少预付"), "",
        (("EPF", ("prepayment.months[scheme=employee]",)), ("RPF", ("prepayment.months[scheme=resident]",))),
    ),
    WarningRule(
        "months_ahead", "", "trend", Words("Months three years on", "三年后可支付月数"),
        Words("Payable months three years on if balance and growth stay as they are",
              "按当前结余率和支出增速推算的三年后可支付月数"),
        "estimated: threshold from the curve of docs/early-warning.md", ("revenue", "expenditure", "reserve"),
        "months", "below", (("orange", "warning.months_ahead"),), measures.months_ahead, _MONEY, "", _FINANCING,
    ),
    WarningRule(
        "experience_chance", "", "experience", Words("Exhaustion by experience", "按经验的耗尽概率"),
        Words("Chance of exhaustion within three years, as simulated funds in the same state had it",
              "同样状态的模拟基金三年内耗尽的比例"),
        "estimated: coefficients and threshold of docs/early-warning.md", ("revenue", "expenditure", "reserve"),
        "fraction", "above", (("orange", "warning.experience_chance"),), measures.experience_chance, _MONEY, "",
        _FINANCING,
    ),
    WarningRule(
        "chance_exhausted", "", "chance", Words("Chance of exhaustion", "五年内耗尽的概率"),
        Words("Chance that the reserve is exhausted within five years", "五年内累计结余耗尽的概率"),
        "handbook 7.3, assumption", ("reserve",), "fraction", "above", (("red", "warning.chance_exhausted"),), None,
        _MONEY, "reserve({ledger}, horizon={horizon}) >= 0", _FINANCING,
    ),
    WarningRule(
        "execution", "", "execution", Words("Off the budget", "预算执行偏离"),
        Words("The months of the budget year say so", "来自预算年度各月执行情况"),
        "assumption: deviation of execution above 5 % amber, 10 % red", (), "fraction", "above", (), None,
        Words("See the outlook of the year; adjust the budget by procedure", "见全年预计;按程序调整预算"),
    ),
)  # fmt: skip

RULES: dict[str, WarningRule] = {rule.id: rule for rule in _DECLARED}
"""Every rule by its short name, in the order of the handbook, our own after them."""

BY_YEAR: tuple[WarningRule, ...] = tuple(rule for rule in _DECLARED if rule.value is not None)
"""Rules that the figures of a fund answer year by year."""
CHANCES: tuple[WarningRule, ...] = tuple(rule for rule in _DECLARED if rule.kind == "chance")
"""Rules that a simulation answers."""
CHANCE_YEARS = 5
"""Years ahead of which chances speak (handbook 5.4 iii, 7.3)."""
