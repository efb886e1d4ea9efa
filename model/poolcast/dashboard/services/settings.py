"""What scenarios set, side by side: a row for every lever and parameter that any of them changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolcast.dashboard.services.scenarios import usual_start
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.dashboard.services.takeaways import amount_text, change_text
from poolcast.parameters.axes import AXES
from poolcast.parameters.declarations import PARAMETERS
from poolcast.reporting.words import member_words
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import LeverCall, Scenario


@dataclass(frozen=True)
class SettingRow:
    """A lever or parameter, and what each scenario makes of it; an empty cell where it leaves it alone.

    Parameters
    ----------
    key : str
        Id of the lever, or name of the parameter with the members concerned.
    name : str
        For readers.
    cells : tuple of str
        One a scenario.
    """

    key: str
    name: str
    cells: tuple[str, ...]


def setting_rows(scenarios: Sequence[Scenario], loaded: LoadedSet, language: str) -> tuple[SettingRow, ...]:
    """Return what scenarios set, in the order in which they name it.

    Parameters
    ----------
    scenarios : sequence of Scenario
    loaded : LoadedSet
        For the year in which a lever begins where nobody says otherwise.
    language : {"zh", "en"}
    """
    names: dict[str, str] = {}
    found: list[dict[str, list[str]]] = []
    for scenario in scenarios:
        cells: dict[str, list[str]] = {}
        for item in scenario.reforms:
            key = key_of(item)
            names.setdefault(key, name_of(item, language))
            cells.setdefault(key, []).append(cell_of(item, loaded, language))
        found.append(cells)
    joint = "；" if language == "zh" else "; "
    return tuple(
        SettingRow(key, name, tuple(joint.join(cells.get(key, ())) for cells in found)) for key, name in names.items()
    )


def key_of(item: LeverCall | Reform) -> str:
    """Return what makes two changes a change of the same thing."""
    if isinstance(item, LeverCall):
        return item.lever.id
    return " ".join([item.parameter, *(f"{axis}={cell}" for axis, cell in sorted(item.where.items()))])


def name_of(item: LeverCall | Reform, language: str) -> str:
    """Return the name of a lever or parameter, with the members concerned."""
    if isinstance(item, LeverCall):
        return f"{item.lever.id} {item.lever.title.in_language(language)}"
    members = _members(item, language)
    label = PARAMETERS[item.parameter].label.in_language(language)
    return f"{label} [{members}]" if members else label


def _members(item: Reform, language: str) -> str:
    """Return the members that a change concerns in words; of a whole axis nothing, of many their number."""
    zh = language == "zh"
    told = []
    for axis, cell in item.where.items():
        chosen = cell.split("|")
        whole = axis in AXES and len(AXES[axis].members) == len(chosen) > 1
        if whole or cell == "*":
            continue
        if len(chosen) > _MOST_MEMBERS:
            name = AXES[axis].label_zh if zh else AXES[axis].label
            told.append(f"{name} {len(chosen)} 项" if zh else f"{name.lower()}: {len(chosen)}")
            continue
        named = [member_words(axis, one).in_language(language) if axis in AXES else one for one in chosen]
        told.append(("、" if zh else ", ").join(named))
    return ("；" if zh else "; ").join(told)


_MOST_MEMBERS = 3
"""Members that a name lists; more are counted, and stand in the scenario's file."""


def cell_of(item: LeverCall | Reform, loaded: LoadedSet, language: str) -> str:
    """Return what a change sets, in words: values, first year, phase-in, regions."""
    return _lever_cell(item, loaded, language) if isinstance(item, LeverCall) else _reform_cell(item, language)


def _lever_cell(call: LeverCall, loaded: LoadedSet, language: str) -> str:
    given = {**call.lever.defaults, **call.arguments}
    parts = []
    for number, argument in enumerate(call.lever.arguments):
        value = given[argument.name]
        if number == 0 or value != argument.default:
            parts.append(f"{argument.label.in_language(language)} {amount_text(value, argument.unit, language)}")
    start = call.start if call.start is not None else usual_start(loaded)
    phase = call.phase_in or call.lever.phase_in
    zh = language == "zh"
    parts.append(f"{start} 年起" if zh else f"from {start}")
    if phase.years > 1:
        parts.append(f"{phase.years} 年到位" if zh else f"over {phase.years} years")
    if "region" in call.where:
        count = len(call.where["region"].split("|"))
        parts.append(f"{count} 个地区" if zh else f"{count} regions")
    if not call.behaviour:
        parts.append("不计行为反应" if zh else "without behaviour")
    return ("，" if zh else ", ").join(parts)


def _reform_cell(reform: Reform, language: str) -> str:
    unit = PARAMETERS[reform.parameter].unit
    zh = language == "zh"
    parts = []
    for year, amount in sorted(reform.amounts.items()):
        if reform.kind == "scale":
            text = f"×{amount:g}"
        elif reform.kind == "shift":
            text = change_text(amount, unit, language)
        else:
            text = amount_text(amount, unit, language)
        dated = f"{year} 年 {text}" if zh else f"{year}: {text}"
        parts.append(text if year == 0 else dated)
    if len(parts) > 4:
        parts = [*parts[:2], "…", parts[-1]]
    return ("，" if zh else ", ").join(parts)
