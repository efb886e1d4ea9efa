"""How numbers are shown to readers: units chosen for a whole table, rounding at the very end, one style throughout.

Money is shown in 亿元 (100 million yuan, as the Statistical Yearbook's English edition has it) or 万元, never rounded
in files that a machine reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from poolcast.parameters.declaration import Words

MINUS = "\u2212"
NOT_DEFINED = "—"

BANDS: tuple[tuple[str, float, float, str, str, Words], ...] = (
    ("exhausted", -math.inf, 0.0, "#3D0F1C", "✕", Words("Exhausted", "已耗尽")),
    ("red", 0.0, 3.0, "#C0392B", "▼", Words("Red", "红")),
    ("orange", 3.0, 6.0, "#EDA63A", "◆", Words("Orange", "橙")),
    ("normal", 6.0, 9.0, "#A9D3C4", "●", Words("Normal", "正常")),
    ("ample", 9.0, 15.0, "#2B7A9B", "▲", Words("Ample", "充裕")),
    ("excessive", 15.0, math.inf, "#3F3A8C", "■", Words("Excessive", "过高")),
)
"""Bands of payable months (handbook 5.4): name, above, up to, colour, symbol, words."""

MONTHS_DIGITS = 4
"""Decimals of payable months that count for a band, as for a warning (`budget.warning_rules`)."""

LEDGERS_WITH_BANDS = ("EPF", "RPF")
"""The bands of handbook 5.4 are defined for the two pooled funds."""


@dataclass(frozen=True)
class Scale:
    """A unit for a column, a table or an axis: divide by `divisor`, show `digits` decimals.

    Parameters
    ----------
    divisor : float
        What a value is divided by.
    digits : int
        Decimals shown.
    unit : Words
        The unit for the header.
    suffix : str
        Printed right behind each number, as ``%`` is.
    """

    divisor: float
    digits: int
    unit: Words
    suffix: str = ""

    def show(self, value: float, *, sign: bool = False) -> str:
        """Return the value in this unit, or a dash where it is not defined."""
        if not math.isfinite(value):
            return NOT_DEFINED
        return rounded(value / self.divisor, self.digits, sign=sign) + self.suffix


def rounded(value: float, digits: int, *, sign: bool = False) -> str:
    """Return a number rounded half away from zero, with thousands commas and a true minus."""
    factor = 10**digits
    magnitude = math.floor(abs(value) * factor + 0.5 + 1e-9) / factor
    text = f"{magnitude:,.{digits}f}"
    if magnitude == 0:
        return text
    if value < 0:
        return MINUS + text
    return "+" + text if sign else text


def money_scale(values: Iterable[float], prices: str = "nominal") -> Scale:
    """Choose the unit of a table or an axis by its largest value.

    Parameters
    ----------
    values : iterable of float
        Yuan, or for ``gdp`` fractions of GDP; NaN is passed over.
    prices : {"nominal", "real", "gdp"}
        How the money is expressed.
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if prices == "gdp":
        digits = 2 if largest >= 0.01 else 3 if largest >= 0.001 else 4
        return Scale(0.01, digits, Words("% of GDP", "占 GDP %"))
    if largest >= 1e8:
        digits = 0 if largest >= 1e12 else 1
        return Scale(1e8, digits, Words("100m yuan", "亿元"))
    if largest >= 1e4:
        return Scale(1e4, 0, Words("10k yuan", "万元"))
    return Scale(1.0, 2, Words("yuan", "元"))


def money_unit(scale: Scale, prices: str, base_year: int) -> Words:
    """Return the unit of money with its prices, for the head of a table or a figure."""
    if prices == "gdp":
        return scale.unit
    if prices == "real":
        return Words(f"{scale.unit.en} of {base_year}", f"{scale.unit.zh}，{base_year} 年不变价")
    return Words(f"{scale.unit.en}, nominal", f"{scale.unit.zh}，当年价")


MONTHS = Scale(1.0, 1, Words("months", "个月"))
RATIO = Scale(1.0, 2, Words("persons", "人"))
PERCENT = Scale(0.01, 2, Words("%", "%"), "%")
WHOLE_PERCENT = Scale(0.01, 0, Words("%", "%"), "%")
FACTOR = Scale(1.0, 4, Words("ratio", "比值"))


PERSONS = Scale(1e4, 0, Words("10k persons", "万人"))


UNITS = {"yi": 1e8, "wan": 1e4, "yuan": 1.0}
"""Units of money that a reader may ask for."""


def money_scale_in(unit: str, values: Iterable[float]) -> Scale:
    """Return the scale of a unit that was asked for, or the one that fits the values (``auto``)."""
    if unit not in UNITS:
        return money_scale(values)
    if unit == "yi":
        largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
        return Scale(1e8, 0 if largest >= 1e12 else 1 if largest >= 1e8 else 2, Words("100m yuan", "亿元"))
    return Scale(1e4, 0, Words("10k yuan", "万元")) if unit == "wan" else Scale(1.0, 2, Words("yuan", "元"))


def with_unit(value: float, scale: Scale, language: str, *, sign: bool = False) -> str:
    """Return a number with its unit behind it, or a dash where it is not defined."""
    shown = scale.show(value, sign=sign)
    if shown == NOT_DEFINED or scale.suffix:
        return shown
    return f"{shown} {scale.unit.in_language(language)}"


def money_text(value: float, language: str, *, sign: bool = False) -> str:
    """Return an amount of yuan with the unit that fits it: 41.5 亿元, 41.5 (100m yuan)."""
    scale = money_scale([value])
    if language == "en" and scale.divisor > 1 and math.isfinite(value):
        return f"{scale.show(value, sign=sign)} ({scale.unit.en})"  # 41.5 100m would be read as one number
    return with_unit(value, scale, language, sign=sign)


def months_text(value: float, language: str) -> str:
    """Return payable months, never below 0: what is lacking then is an amount, not a time."""
    return with_unit(max(value, 0.0) if math.isfinite(value) else value, MONTHS, language)


def growth_text(value: float, *, sign: bool = True) -> str:
    """Return a growth rate with one digit; `value` is a fraction."""
    return rounded(value * 100, 1, sign=sign) + "%" if math.isfinite(value) else NOT_DEFINED


def rate_change_text(value: float, language: str, *, short: bool = False) -> str:
    """Return a change of a rate in points, never in per cent; `value` is a fraction."""
    if not math.isfinite(value):
        return NOT_DEFINED
    unit = "pt" if language == "en" else "点" if short else "个百分点"
    return f"{rounded(value * 100, 2, sign=True)} {unit}"


def probability_text(value: float, runs: int | None = None, error: float | None = None, language: str = "zh") -> str:
    """Return a probability in whole per cent, with its simulation error where it is given.

    Parameters
    ----------
    value : float
        Fraction.
    runs : int, optional
        Number of simulated futures; where none of them shows the event it says "less than one in so many".
    error : float, optional
        Standard error, a fraction; shown as half the width of a 95 % interval.
    """
    if not math.isfinite(value):
        return NOT_DEFINED
    if value == 0 and runs:
        return f"<1/{runs:,}"
    shown = "<1%" if 0 < value < 0.01 else ">99%" if 0.99 < value < 1 else f"{rounded(value * 100, 0)}%"
    if not error:
        return shown
    return f"{shown} ±{rounded(1.96 * error * 100, 1)} {'pt' if language == 'en' else '个百分点'}"


def persons_text(value: float, language: str) -> str:
    """Return a number of people: 104.6 万人, 1,046 thousand."""
    if not math.isfinite(value):
        return NOT_DEFINED
    return f"{rounded(value / 1e3, 0)} thousand" if language == "en" else f"{rounded(value / 1e4, 1)} 万人"


def range_text(low: str, high: str, language: str) -> str:
    """Join the two ends of a range: a dash between positives, a word where a minus stands."""
    if MINUS in low or MINUS in high or not low[:1].isdigit() or not high[:1].isdigit():
        return f"{low} to {high}" if language == "en" else f"{low} 至 {high}"
    return f"{low}–{high}"


def year_text(year: int | None, last_year: int, language: str) -> str:
    """Return a year of a first deficit or of exhaustion, or that it is not within the horizon."""
    if year is None:
        return f"{last_year} 年前不会" if language == "zh" else f"not by {last_year}"
    return f"{year} 年" if language == "zh" else str(year)


def band_of(months: float) -> str | None:
    """Return the band of payable months (handbook 5.4), or None where months are not defined."""
    if math.isnan(months):
        return None
    months = round(months, MONTHS_DIGITS)  # an opening reserve of three months stays three months after calibration
    if months <= 0:
        return "exhausted"
    for name, lower, upper, *_ in BANDS[1:]:
        below_top = months <= upper if upper == 15.0 else months < upper
        if lower <= months and below_top:
            return name
    return "excessive"
