"""Headers of tables of months: which column holds what, in Chinese or English, monthly or cumulative, in which unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from poolcast.parameters.axes import AXES, LEDGERS
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES

COLUMNS: dict[str, tuple[str, ...]] = {
    "line": ("line", "item", "项目", "科目", "代码", "行次代码"),
    "ledger": ("ledger", "fund", "基金", "账", "险种"),
    "region": ("region", "统筹区", "地区"),
    "year": ("year", "年度", "年份", "年"),
    "month": ("month", "月份", "月"),
    "amount": ("amount", "value", "金额", "数值"),
    "unit": ("unit", "单位"),
    "basis": ("basis", "口径"),
    "note": ("note", "备注", "source", "来源", "name", "名称"),
}
UNITS: dict[str, float] = {
    "yuan": 1.0,
    "元": 1.0,
    "10k yuan": 1e4,
    "万元": 1e4,
    "100m yuan": 1e8,
    "亿元": 1e8,
}
BASES: dict[str, str] = {
    "monthly": "monthly",
    "month": "monthly",
    "当月": "monthly",
    "本月": "monthly",
    "cumulative": "cumulative",
    "ytd": "cumulative",
    "year to date": "cumulative",
    "累计": "cumulative",
    "本年累计": "cumulative",
}
TOTALS = {"R": ("total revenue", "收入合计", "基金收入"), "E": ("total expenditure", "支出合计", "基金支出")}

_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG_ENGLISH = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = re.compile(
    r"(?:(?P<year>20\d{2})\s*[-/.年]\s*)?(?:1\s*[-~至]\s*)?(?P<number>1[0-2]|0?[1-9])(?:月份?)?(?P<rest>[^0-9].*)?"
)


@dataclass(frozen=True)
class MonthColumn:
    """What the header of a column of amounts says.

    Parameters
    ----------
    month : int
    year : int or None
    basis : str
        ``monthly``, ``cumulative``, or empty where the header does not say.
    unit : float
        Yuan in one unit; zero where the header does not say.
    """

    month: int
    year: int | None
    basis: str
    unit: float


def normal(word: str) -> str:
    """Return a word as it is compared: half-width, lower case, single blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", word)).strip().lower()


def column_kind(header: str) -> str | None:
    """Return what a column holds (a key of `COLUMNS`), or None."""
    word = re.sub(r"[(\[].*", "", normal(header)).strip()
    return next((kind for kind, names in COLUMNS.items() if word in names), None)


def month_column(header: str) -> MonthColumn | None:
    """Return what the header of a month says, or None where it is no month.

    ``1月累计(万元)``, ``2026-03 cumulative``, ``2026年1-3月累计``, ``Mar monthly`` and ``3月`` are months; a span of
    months such as ``1-3月`` is cumulative by its form.
    """
    word = normal(header)
    spoken = re.match(r"[a-z]+", word)
    if spoken and (number := _english_month(spoken.group())):
        match = re.match(r"[a-z]+\.?\s*(?P<year>20\d{2})?(?P<rest>.*)", word)
        year, rest = (match["year"], match["rest"]) if match else (None, "")
    elif match := _MONTH.fullmatch(word):
        number, year, rest = int(match["number"]), match["year"], match["rest"] or ""
    else:
        return None
    basis = basis_in(rest)
    if not basis and re.search(r"(?:^|[^0-9])1\s*[-~至]\s*(?:1[0-2]|[2-9])月", word):
        basis = "cumulative"
    return MonthColumn(number, int(year) if year else None, basis, unit_in(rest))


def _english_month(word: str) -> int:
    for names in (_ENGLISH, _LONG_ENGLISH):
        if word in names:
            return names.index(word) + 1
    return 9 if word == "sept" else 0


def basis_in(text: str) -> str:
    """Return the basis that a text names, or nothing."""
    word = normal(text)
    return next((basis for name, basis in BASES.items() if re.search(rf"(?<![a-z]){name}(?![a-z])", word)), "")


def unit_in(text: str) -> float:
    """Return the unit that a text names in yuan, or zero; the longest name counts."""
    word = normal(text)
    return next((UNITS[name] for name in sorted(UNITS, key=len, reverse=True) if name in word), 0.0)


def line_code(word: str) -> str | None:
    """Return the code of a statement line named by its code, its English or its Chinese words, or None."""
    return _line_names().get(normal(word))


def line_names() -> tuple[str, ...]:
    """Return every name of a line that a table may use."""
    return tuple(_line_names())


def ledger_code(word: str) -> str | None:
    """Return the code of a ledger named by its code or its Chinese word, or None."""
    labels = {normal(zh): code for code, zh in AXES["ledger"].member_labels_zh.items()}
    return {**labels, **{normal(code): code for code in LEDGERS}}.get(normal(word))


def _line_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for code, words in {**REVENUE_LINES, **EXPENDITURE_LINES}.items():
        names |= {normal(code): code, normal(words.en): code, normal(words.zh): code}
    for code, others in TOTALS.items():
        names |= {normal(code): code, **{normal(other): code for other in others}}
    return names
