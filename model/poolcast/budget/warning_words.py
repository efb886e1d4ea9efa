"""Early warnings in sentences, in both languages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from poolcast.budget.warning_rules import LEVELS, WarningRule
from poolcast.parameters.axes import AXES

if TYPE_CHECKING:
    from poolcast.budget.warning_results import EarlyWarning

_LEDGERS_EN = {"EPF": "employee pooled fund", "RPF": "resident fund"}


def figure(rule: WarningRule, value: float, language: str = "en") -> str:
    """Return a value of a rule as readers see it: per cent, months or a ratio.

    Examples
    --------
    >>> from poolcast.budget.warning_rules import RULES
    >>> figure(RULES["deficit"], 0.0312), figure(RULES["low_reserve"], 2.96, "zh")
    ('3.1%', '3.0 个月')
    """
    return "—" if math.isnan(value) else _shown(rule, value, language, 2 if rule.unit == "ratio" else 1)


def figures(rule: WarningRule, value: float, limit: float, language: str = "en") -> tuple[str, str]:
    """Return a value and its threshold with as many digits as tell them apart, four at most.

    Examples
    --------
    >>> from poolcast.budget.warning_rules import RULES
    >>> figures(RULES["low_reserve"], 2.96, 3.0)
    ('2.96 months', '3.00 months')
    """
    first = 2 if rule.unit == "ratio" else 1
    for digits in range(first, 5):
        pair = _shown(rule, value, language, digits), _shown(rule, limit, language, digits)
        if pair[0] != pair[1]:
            return pair
    return figure(rule, value, language), figure(rule, limit, language)


def _shown(rule: WarningRule, value: float, language: str, digits: int) -> str:
    if rule.unit == "fraction":
        return f"{round(100 * value, digits) + 0.0:.{digits}f}%"  # adding zero: no "-0.0"
    unit = "" if rule.unit == "ratio" else " 个月" if language == "zh" else " months"
    return f"{round(value, digits) + 0.0:.{digits}f}{unit}"


def sentence(warning: EarlyWarning, language: str = "en") -> str:
    """Return who, what, how much against which threshold, since when, and how reliable."""
    return _chinese(warning) if language == "zh" else _english(warning)


_SOURCES_ZH = (
    ("threshold from the curve of docs/early-warning.md", "阈值取自 docs/early-warning.md 的曲线"),
    ("coefficients and threshold of docs/early-warning.md", "系数和阈值见 docs/early-warning.md"),
    ("deviation of execution above 5 % amber, 10 % red", "执行率偏离 5% 黄色、10% 红色"),
    ("MOHRSS [2009] No. 67", "人社部发〔2009〕67 号"),
    (" (to be verified)", "（待核实）"),
    ("handbook", "手册"),
    ("assumption", "假设"),
    ("estimated", "估计"),
    ("; ", "；"),
    (", ", "，"),
    (": ", "："),
)


def source_in(source: str, language: str) -> str:
    """Return the source of a rule in ``en`` or ``zh``."""
    if language != "zh":
        return source
    for english, chinese in _SOURCES_ZH:
        source = source.replace(english, chinese)
    return source


def _english(one: EarlyWarning) -> str:
    fund = f"{one.region_name.en}, {_LEDGERS_EN.get(one.ledger, one.ledger)} ({one.ledger})"
    text = f"{fund}, {LEVELS[one.level].en}: {one.rule.title.en.lower()} in {one.year}"
    if one.is_projected:
        text += " (projected)"
    value, limit = figures(one.rule, one.value, one.threshold)
    text += f": {one.what.en or value}"
    if not math.isnan(one.error):
        text += f" ± {100 * one.error:.1f} points"
    text += f", threshold {limit}"
    if one.since < one.year:
        text += f"; since {one.since}{' or before' if one.since_open else ''}"
    return f"{text}.{_score(one, 'en')}"


def _chinese(one: EarlyWarning) -> str:
    fund = f"{one.region_name.zh}{AXES['ledger'].member_labels_zh[one.ledger]}（{one.ledger}）"
    text = (
        f"{fund}{LEVELS[one.level].zh}预警：{one.year}年{'（预测）' if one.is_projected else ''}{one.rule.title.zh}，"
    )
    value, limit = figures(one.rule, one.value, one.threshold, "zh")
    text += one.what.zh or value
    if not math.isnan(one.error):
        text += f"±{100 * one.error:.1f}个百分点"
    text += f"，阈值{limit}"
    if one.since < one.year:
        text += f"；自{one.since}年{'或更早' if one.since_open else ''}起"
    return f"{text}。{_score(one, 'zh')}"


def _score(one: EarlyWarning, language: str) -> str:
    if one.score is None or math.isnan(one.score.miss_rate):
        return ""
    return one.score.sentence(language) if language == "zh" else f" {one.score.sentence(language)}"
