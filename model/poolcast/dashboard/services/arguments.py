"""Arguments of levers as controls: in planners' units, with the value in force today where one can be named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.dashboard.services.takeaways import amount_text, change_text
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.number_cells import Fault
from poolcast.parameters.selectors import select
from poolcast.reporting.formats import MINUS
from poolcast.scenarios.lever import Argument, Change, Lever

PERCENT_UNITS = ("fraction", "rate_per_year")


@dataclass(frozen=True)
class Control:
    """How an argument or a parameter is moved: a slider in the unit in which planners speak.

    Parameters
    ----------
    factor : float
        What a stored value is multiplied with to be shown: 100 for shares.
    minimum, maximum, step : float
        Bounds and step, as shown.
    form : str
        Format of the value, for the control.
    """

    factor: float
    minimum: float
    maximum: float
    step: float
    form: str

    def shown(self, value: float) -> float:
        """Return a stored value as it is shown, within the bounds."""
        return round(min(max(value * self.factor, self.minimum), self.maximum), 8)

    def stored(self, shown: float) -> float:
        """Return a shown value as it is stored."""
        return round(shown / self.factor, 10)


def control_of(argument: Argument, language: str = "en") -> Control:
    """Return the control of an argument; a change of a share is said in points, never in per cent."""
    return _control(argument.unit, argument.minimum, argument.maximum, argument.notch, language)


def control_of_parameter(name: str) -> Control:
    """Return the control of a declared parameter; unbounded ones get no upper end that could be met."""
    declared = PARAMETERS[name]
    step = 0.001 if declared.unit in PERCENT_UNITS else 1.0 if declared.maximum > 50 else 0.01
    return _control(declared.unit, max(declared.minimum, -1e12), min(declared.maximum, 1e12), step)


def _control(unit: str, minimum: float, maximum: float, step: float, language: str = "") -> Control:
    factor = 100.0 if unit in PERCENT_UNITS else 1.0
    shown = step * factor
    digits = max(0, -math.floor(math.log10(shown) + 1e-9)) if shown < 1 else 0
    digits += not math.isclose(shown, round(shown, digits))  # a step of 0.25 needs two digits
    form = f"%.{digits}f" + ("%%" if factor == 100.0 else "")
    if language and minimum < 0 < maximum:
        form = f"%+.{digits}f" + ((" 点" if language == "zh" else " pt") if factor == 100.0 else "")
    return Control(factor, round(minimum * factor, 8), round(maximum * factor, 8), round(shown, 8), form)


def argument_text(argument: Argument, value: float, language: str) -> str:
    """Return a value of an argument in words: a change signed, of shares in points; a level in its unit."""
    is_change = argument.minimum < 0 < argument.maximum
    return change_text(value, argument.unit, language) if is_change else amount_text(value, argument.unit, language)


def level_text(value: float, unit: str, language: str) -> str:
    """Return a level in its unit, without digits that say nothing."""
    if unit in PERCENT_UNITS:
        return f"{round(value * 100, 2):g}%".replace("-", MINUS)
    return amount_text(value, unit, language)


def short_text(argument: Argument, value: float, language: str) -> str:
    """Return a value of an argument for a small control: without digits that say nothing, without a long unit."""
    is_change = argument.minimum < 0 < argument.maximum
    factor = 100.0 if argument.unit in PERCENT_UNITS else 1.0
    text = f"{round(value * factor, 6):g}".replace("-", MINUS)
    if is_change and value > 0:
        text = f"+{text}"
    if factor == 1.0:
        return text
    return text + ((" 点" if language == "zh" else " pt") if is_change else "%")


_PRESENT: BoundedCache[tuple[float, ...]] = BoundedCache(512, 2**20, lambda _: 200)


def in_force(loaded: LoadedSet, lever: Lever, argument: Argument) -> float | None:
    """Return the value in the base year of what an argument changes or sets; None where it is no single value.

    Parameters
    ----------
    loaded : LoadedSet
    lever : Lever
    argument : Argument
        One that is the amount of a change of a parameter, as it stands.

    Returns
    -------
    float or None
        Mean over the members concerned and over regions; None where the argument feeds a rule or a factor.
    """
    change = next((one for one in lever.changes if one.amount == argument.name and one.kind != "scale"), None)
    if change is None or change.yearly or change.parameter not in loaded.calibrated:
        return None
    key = (loaded.digest, lever.id, argument.name)
    found = _PRESENT.get(key, lambda: _mean(loaded, change))
    return found[0] if found else None


def _mean(loaded: LoadedSet, change: Change) -> tuple[float, ...]:
    """Return the mean of a parameter over whom a change concerns, in the base year; empty where that cannot be told."""
    held = loaded.calibrated
    declared = PARAMETERS[change.parameter]
    values = held.in_year(change.parameter, held.base_year) if declared.is_dated else held[change.parameter]
    axes = [axis for axis in declared.dimensions if axis != "year"]
    for number, axis in enumerate(axes):
        chosen = _members(held, axis, change.where)
        if chosen is None:
            return ()
        values = values.take(chosen, axis=number)
    mean = float(np.mean(values)) if values.size else math.nan
    return (mean,) if math.isfinite(mean) else ()


def _members(held: Assumptions, axis: str, where: Mapping[str, str]) -> list[int] | None:
    members = {str(member): number for number, member in enumerate(held.axis_members(axis))}
    chosen = select(axis, where.get(axis, "all"), members)
    return None if isinstance(chosen, Fault) else list(chosen)
