"""Parts of a scenario file's entries: lever calls, selectors, phase-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.yaml_fields import Fields, shown
from poolcast.scenarios.catalogue import BY_NAME, LEVERS, find_lever
from poolcast.scenarios.lever import Lever
from poolcast.scenarios.phase_in import SHAPES, PhaseIn
from poolcast.scenarios.scenario import LeverCall

_KEYS = ("lever", "start", "phase_in", "where", "behaviour")


def lever_call(fields: Fields, item: Mapping[str, Any], place: str) -> LeverCall | None:
    """Read an entry ``- lever: name`` with its arguments; None, and the problems noted, where it cannot be read."""
    word = str(item["lever"])
    lever = find_lever(word)
    if lever is None:
        remedy = did_you_mean(word, (*LEVERS, *BY_NAME)) or "See `poolcast list levers`."
        fields.refuse(
            fields.line(item, "lever"),
            f"{place}.lever",
            f"an unknown lever '{word}'",
            "an id or name of a lever",
            remedy,
        )
        return None
    before = len(fields.problems)
    fields.known_keys(item, (*_KEYS, *lever.defaults), f"{place}.")
    arguments = _arguments(fields, item, lever, place)
    start = item.get("start")
    if start is not None and (not isinstance(start, int) or isinstance(start, bool)):
        fields.refuse(fields.line(item, "start"), f"{place}.start", shown(start), "a year", "Write a year, as 2027.")
    behaviour = item.get("behaviour", True)
    if not isinstance(behaviour, bool):
        fields.refuse(
            fields.line(item, "behaviour"),
            f"{place}.behaviour",
            shown(behaviour),
            "true or false",
            "Write true or false.",
        )
    phase_in = phase_in_of(fields, item, place)
    where = selectors(fields, item, place)
    if len(fields.problems) > before:
        return None
    return LeverCall(lever, arguments, start, phase_in, where, behaviour, fields.line(item, "lever"))


def _arguments(fields: Fields, item: Mapping[str, Any], lever: Lever, place: str) -> dict[str, float]:
    given = {}
    for argument in lever.arguments:
        if argument.name not in item:
            continue
        value = item[argument.name]
        allowed = f"{argument.minimum:g} to {argument.maximum:g} ({argument.unit})"
        if not is_number(value) or not argument.minimum <= float(value) <= argument.maximum:
            remedy = "Rates and shares are fractions, 0.045 for 4.5 %; the bounds are those of the lever."
            fields.refuse(fields.line(item, argument.name), f"{place}.{argument.name}", shown(value), allowed, remedy)
        else:
            given[argument.name] = float(value)
    return given


def phase_in_of(fields: Fields, item: Mapping[str, Any], place: str) -> PhaseIn | None:
    """Read ``phase_in: {years: 3, shape: s_curve}``; None where it is not given."""
    given = item.get("phase_in")
    if given is None:
        return None
    allowed = "{years: 1 to 50, shape: step, linear or s_curve}"
    years = given.get("years", 1) if isinstance(given, Mapping) else None
    shape = given.get("shape", "linear") if isinstance(given, Mapping) else None
    known = isinstance(given, Mapping) and set(given) <= {"years", "shape"}
    if (
        not known
        or not isinstance(years, int)
        or isinstance(years, bool)
        or not 1 <= years <= 50
        or shape not in SHAPES
    ):
        fields.refuse(
            fields.line(item, "phase_in"), f"{place}.phase_in", shown(given), allowed, "Write it in this form."
        )
        return None
    return PhaseIn(years, shape)


def selectors(fields: Fields, item: Mapping[str, Any], place: str) -> dict[str, str]:
    """Read ``where: {axis: members}``; members as a table cell or a list."""
    given = item.get("where") or {}
    if not isinstance(given, Mapping):
        fields.refuse(
            fields.line(item, "where"), f"{place}.where", shown(given), "{axis: members}", "Name axis and members."
        )
        return {}
    return {
        str(axis): "|".join(map(str, members)) if isinstance(members, list) else str(members)
        for axis, members in given.items()
    }


def is_number(value: Any) -> bool:
    """Whether a value is a finite number and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(float(value)) < float("inf")
