"""What a broken rule finds and asks for, in the units and the language in which planners speak."""

from __future__ import annotations

import re

from poolcast.outlook.compliance import Finding
from poolcast.parameters.declarations import PARAMETERS
from poolcast.reporting.formats import MINUS, money_text

SHARES = ("actuarial_balance", "in-policy payment ratio", "members / population")
"""Measures of results that are fractions; all other fractions are parameters and declare it."""

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_YEARS = 1900
"""Whole numbers from here on are years."""

_CHINESE = (
    (re.compile(r"^(.+) from (\d{4})$"), r"\2 年起为 \1"),
    (re.compile(r"^(.+) before (\d{4})$"), r"\2 年以前 \1"),
    (re.compile(r"^(.+) to below (.+)$"), r"\1 至不足 \2"),
    (re.compile(r"^(.+), or lever (\w+)$"), r"\1，或启用政策 \2"),
    (re.compile(r"^(.+), or a line that the list knows$"), r"\1，或已登记的科目"),
    (re.compile(r"^no flow between EPF and RPF$"), "职工与居民基金之间不划转"),
    (re.compile(r"^off$"), "不启用"),
    (re.compile(r"^municipal$"), "市级统筹"),
    (re.compile(r"^region$"), "单独统筹"),
    (re.compile(r"^Xiong'an as a pooling region$"), "雄安新区为统筹区"),
)


def found_and_required(finding: Finding, language: str) -> tuple[str, str]:
    """Return the value of a finding and what its rule asks for; the first is empty where there is no number.

    Parameters
    ----------
    finding : Finding
        Of `poolcast.outlook.compliance`, which holds fractions and yuan.
    language : {"zh", "en"}
    """
    required = finding.required.replace(">=", "≥").replace("<=", "≤")
    required = re.sub(r"^(\S+) to (?=\d)(\S+)$", r"\1–\2", required)
    share = _is_share(finding.place)
    if share:
        required = _NUMBER.sub(lambda match: _as_share(match[0]), required)
    if language == "zh":
        for pattern, words in _CHINESE:
            required = pattern.sub(words, required)
    if finding.value is None:
        return "", required
    if share:
        return _percent(finding.value), required
    if finding.place.startswith("balance("):
        return money_text(finding.value, language), required
    return f"{finding.value:.4g}".replace("-", MINUS), required


def _is_share(place: str) -> bool:
    if place.startswith(SHARES):
        return True
    name = re.match(r"[\w.]+", place)
    return name is not None and name[0] in PARAMETERS and PARAMETERS[name[0]].unit in ("fraction", "rate_per_year")


def _as_share(number: str) -> str:
    return number if float(number) >= _YEARS else _percent(float(number)) if float(number) else "0"


def _percent(value: float) -> str:
    """Return a fraction in per cent with as many of two digits as it needs."""
    shown = f"{100 * value:.2f}".rstrip("0").rstrip(".")
    return shown.replace("-", MINUS) + "%"
