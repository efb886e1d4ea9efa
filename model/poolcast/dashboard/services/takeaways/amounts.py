"""Values and changes of parameters, arguments and unknowns, in the unit in which planners speak."""

from __future__ import annotations

from poolcast.outlook.unknowns import Unknown
from poolcast.reporting.formats import PERCENT, growth_text, rounded


def value_text(unknown: Unknown, value: float, language: str) -> str:
    """Return a value of an unknown: a factor as such, an addition to a rate in points, all else as an amount."""
    kind = getattr(unknown, "kind", "set")
    if kind == "scale":
        return f"{rounded(value, 3)} {'倍' if language == 'zh' else 'times'}"
    return (change_text if kind == "shift" else amount_text)(value, unknown.unit, language)


def moved_text(unknown: Unknown, change: float, language: str) -> str:
    """Return a change of an unknown, signed: of a factor in per cent of what there is, of all else in its unit."""
    if getattr(unknown, "kind", "set") == "scale":
        return growth_text(change)
    return change_text(change, unknown.unit, language)


def amount_text(value: float, unit: str, language: str) -> str:
    """Return a value of a parameter or an argument in the unit in which planners speak."""
    from poolcast.parameters.declaration import UNITS

    if unit in ("fraction", "rate_per_year"):
        return PERCENT.show(value)
    english, chinese = UNITS[unit]
    digits = 0 if float(value).is_integer() else 4 if unit == "ratio" else 2
    shown = rounded(value, digits)
    if unit == "ratio" and digits:
        shown = shown.rstrip("0")
    return f"{shown} {chinese if language == 'zh' else english}"


def change_text(value: float, unit: str, language: str) -> str:
    """Return a change of a parameter or an argument, signed; of a rate in points, never in per cent."""
    from poolcast.parameters.declaration import UNITS
    from poolcast.reporting.formats import rate_change_text

    if unit in ("fraction", "rate_per_year"):
        return rate_change_text(value, language)
    english, chinese = UNITS[unit]
    digits = 4 if unit == "ratio" else 0 if float(value).is_integer() else 2
    return f"{rounded(value, digits, sign=True)} {chinese if language == 'zh' else english}"
