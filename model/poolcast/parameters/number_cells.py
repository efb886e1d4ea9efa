"""Numbers in table cells: what is a number, and what to say about what is not."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[,'_ \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_PERCENT = re.compile(r"(?P<number>.+?)\s*(?P<sign>[%‰])")
_IN_BRACKETS = re.compile(r"\((?P<number>.+)\)")
_CHINESE_UNIT = re.compile(r"(?P<number>[^万亿]+)(?P<unit>万亿|亿|万)[元人]?")
_CHINESE_UNITS = {"万": 1e4, "亿": 1e8, "万亿": 1e12}
_NOTHING = {
    "nan",
    "na",
    "n/a",
    "#n/a",
    "null",
    "none",
    "-",
    "--",
    "—",
    "…",
    "..",
    ".",
    "inf",
    "+inf",
    "-inf",
    "infinity",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: found, allowed, remedy."""

    found: str
    allowed: str
    remedy: str


def read_number(cell: str) -> float | Fault:
    """Return the number in a cell, or what is wrong with it.

    A number is written as in ``-1234.5`` or ``1.2e6``: ASCII digits, a point, no separators. Everything else is
    refused, because ``1,234`` is one number in one country and another number in the next.
    """
    if _NUMBER.fullmatch(cell):
        number = float(cell)
        if math.isfinite(number):
            return number
    found, remedy = _diagnosis(cell)
    return Fault(found, "a number such as 1234.5 or -0.02", remedy)


def plain(number: float) -> str:
    """Return a number as a planner would write it, without needless digits."""
    return f"{number:.10g}" if abs(number) < 1e10 else f"{number:.6g}"


def _diagnosis(cell: str) -> tuple[str, str]:
    """Say what a cell holds instead of a number, and what to write."""
    if not cell:
        return "an empty value", "Write the value, or remove the row; a zero has to be written as 0."
    if cell.lower() in _NOTHING:
        return (
            f"'{cell}', which is no finite number",
            "Write a value; where none is known, assume one and mark it as an assumption.",
        )
    normal = unicodedata.normalize("NFKC", cell).strip()
    if normal != cell and isinstance(read_number(normal), float):
        return f"'{cell}' in full-width characters", f"Write {normal} in ordinary (half-width) characters."
    for pattern, reading in ((_PERCENT, _of_percent), (_IN_BRACKETS, _of_brackets), (_CHINESE_UNIT, _of_chinese_unit)):
        match = pattern.fullmatch(normal)
        if match is not None:
            remedy = reading(match)
            if remedy:
                return f"'{cell}'", remedy
    if _THOUSANDS.fullmatch(normal):
        as_comma = f", or {normal.replace(',', '.')} with a decimal point"
        other = as_comma if _DECIMAL_COMMA.fullmatch(normal) else ""
        return (
            f"'{cell}' with thousands separators",
            f"Write {re.sub(r'[^0-9.+-]', '', normal)} without separators{other}.",
        )
    if _DECIMAL_COMMA.fullmatch(normal):
        return f"'{cell}' with a comma", f"Write {normal.replace(',', '.')} with a decimal point, or no comma at all."
    if _NUMBER.fullmatch(normal):
        return f"'{cell}', which is too large for a number", "Write the number in the unit of the parameter."
    return f"'{cell}', which is no number", "Write the number alone; words belong into the note."


def _inner(match: re.Match[str]) -> float | None:
    number = read_number(match["number"].strip().replace(",", ""))
    return number if isinstance(number, float) else None


def _of_percent(match: re.Match[str]) -> str:
    number = _inner(match)
    if number is None:
        return ""
    share = number / (100 if match["sign"] == "%" else 1000)
    return f"Write the fraction: {plain(share)} for {plain(number)} {match['sign']}."


def _of_brackets(match: re.Match[str]) -> str:
    number = _inner(match)
    return "" if number is None else f"Write a negative number with a minus: -{plain(number)}."


def _of_chinese_unit(match: re.Match[str]) -> str:
    number = _inner(match)
    if number is None:
        return ""
    return f"Write the number in full: {number * _CHINESE_UNITS[match['unit']]:.15g}."
