"""Scenario files: YAML in, scenarios out, every problem at once with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.location import available_scenarios, display, find_scenario
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.yaml_fields import Fields, parsed, shown
from poolcast.scenarios.catalogue import find_lever
from poolcast.scenarios.entries import is_number, lever_call, phase_in_of, selectors
from poolcast.scenarios.phase_in import AT_ONCE
from poolcast.scenarios.reform import Kind, Reform
from poolcast.scenarios.scenario import BASELINE, LeverCall, Scenario

KINDS: tuple[Kind, ...] = ("set", "scale", "shift")
_KEYS = ("name", "title", "why", "source", "extends", "reforms")
_AMOUNTS = {"set": ("values", "value"), "scale": ("by",), "shift": ("by",)}
_INLINE = re.compile(r"(?P<parameter>[a-z_.]+)=(?P<value>[^@]+)(@(?P<year>\d{4}))?")


def load_scenario(name_or_file: str | os.PathLike[str]) -> Scenario:
    """Read a scenario by name or file; ``baseline`` is the law in force, without reforms.

    Raises
    ------
    ScenarioError
        With every problem of the file, and of those that it extends.
    """
    return _load(name_or_file, ())


def _load(name_or_file: str | os.PathLike[str], seen: tuple[Path, ...]) -> Scenario:
    lever = find_lever(str(name_or_file))
    if lever is not None and not Path(name_or_file).suffix:
        return Scenario(lever.id, lever.title, lever.explanation, "; ".join(lever.documents), (LeverCall(lever),))
    path = find_scenario(name_or_file).resolve()
    file = display(path)
    if path in seen:
        chain = " extends ".join(item.stem for item in (*seen, path))
        raise ScenarioError(
            Problem(
                file,
                f"a circle: {chain}",
                "a scenario that does not extend itself",
                "Remove one `extends`.",
                column="extends",
            )
        )
    document = _document(_text(path, file), file)
    return _scenario(document, file, path.stem, (*seen, path))


def read_scenario(text: str, file: str, name: str = "") -> Scenario:
    """Read a scenario from the text of a file that nobody has put in a folder.

    Parameters
    ----------
    text : str
        YAML.
    file : str
        Name of the file, for messages only: nothing of that name is opened.
    name : str
        Name that the scenario must have; any where empty.

    Raises
    ------
    ScenarioError
        With every problem. Such a text may extend scenarios that a name finds, but no file.
    """
    document = _document(text, file)
    extended = str(document.get("extends") or "")
    if extended and extended not in available_scenarios() and find_lever(extended) is None:
        allowed = ", ".join(sorted(available_scenarios()))
        remedy = did_you_mean(extended, available_scenarios()) or "Extend a scenario by its name."
        raise ScenarioError(Problem(file, f"'{extended}'", allowed, remedy, column="extends"))
    return _scenario(document, file, name, ())


def read_changes(entries: object, file: str) -> tuple[Reform | LeverCall, ...]:
    """Return the changes of the plain data of ``reforms:``, however it came here.

    Raises
    ------
    ScenarioError
        With every problem.
    """
    problems: list[Problem] = []
    fields = Fields(file, problems)
    if not isinstance(entries, list):
        fields.refuse(None, "reforms", shown(entries), "a list of changes", "Write each change as an entry of a list.")
        raise ScenarioError(problems)
    changes = [_reform(fields, item, number) for number, item in enumerate(entries, start=1)]
    if problems:
        raise ScenarioError(problems)
    return tuple(item for item in changes if item)


def _scenario(document: Mapping[str, Any], file: str, stem: str, seen: tuple[Path, ...]) -> Scenario:
    """Return the scenario of a document; `stem` is the name that it must have, any where empty."""
    problems: list[Problem] = []
    fields = Fields(file, problems)
    fields.known_keys(document, _KEYS)
    name = fields.text(document, "name")
    title, why = fields.words(document, "title"), fields.words(document, "why")
    source = fields.text(document, "source", required=False)
    inherited: tuple[Reform | LeverCall, ...] = ()
    if document.get("extends"):
        inherited = _load(str(document["extends"]), seen).reforms
    listed = document.get("reforms") or []
    reforms = [_reform(fields, item, number) for number, item in enumerate(listed, start=1)]
    if name and stem and name != stem:
        fields.refuse(
            fields.line(document, "name"),
            "name",
            f"'{name}'",
            f"'{stem}', as the file",
            "Give file and name the same word.",
        )
    if problems:
        raise ScenarioError(problems)
    return Scenario(name, title, why, source, (*inherited, *(item for item in reforms if item)), file)


def _text(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(Problem(file, "a file that is not utf-8", "utf-8", "Save the file as utf-8.")) from None


def _document(text: str, file: str) -> Mapping[str, Any]:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    remedy = "Mend the line; mind colons, indents and quotes."
    try:
        document = parsed(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        found = f"text that is no YAML: {error.problem}"
        raise ScenarioError(Problem(file, found, "YAML", remedy, row=line)) from None
    except YAMLError as error:
        found = f"text that is no YAML: {' '.join(str(error).split())}"
        raise ScenarioError(Problem(file, found, "YAML", remedy)) from None
    if not isinstance(document, Mapping):
        raise ScenarioError(
            Problem(file, "no keys at the top", "name, title, why, reforms", "Start from a shipped scenario.")
        )
    return document


def _reform(fields: Fields, item: Any, number: int) -> Reform | LeverCall | None:
    place = f"reforms[{number}]"
    if not isinstance(item, Mapping):
        fields.refuse(None, place, shown(item), "set, scale or shift with a parameter", "Write `- set: parameter`.")
        return None
    if "lever" in item:
        return lever_call(fields, item, place)
    kinds = [kind for kind in KINDS if kind in item]
    if len(kinds) != 1:
        found = " and ".join(kinds) or ", ".join(map(str, item)) or "nothing"
        fields.refuse(
            fields.line(item), place, found, "one of lever, set, scale, shift", "Give each change its own entry."
        )
        return None
    kind = kinds[0]
    fields.known_keys(item, (kind, "where", "phase_in", *_AMOUNTS[kind]), f"{place}.")
    parameter = str(item[kind])
    if parameter not in PARAMETERS:
        remedy = did_you_mean(parameter, PARAMETERS) or "See `poolcast list parameters`."
        fields.refuse(
            fields.line(item, kind),
            f"{place}.{kind}",
            f"an unknown parameter '{parameter}'",
            "a declared parameter",
            remedy,
        )
        return None
    before = len(fields.problems)
    amounts = _amounts(fields, item, kind, parameter, place)
    where = selectors(fields, item, place)
    phase_in = phase_in_of(fields, item, place) or AT_ONCE
    if len(fields.problems) > before:
        return None
    return Reform(kind, parameter, amounts, where, fields.line(item, kind), phase_in)


def _amounts(fields: Fields, item: Mapping[str, Any], kind: str, parameter: str, place: str) -> dict[int, float]:
    key = next((key for key in _AMOUNTS[kind] if key in item), _AMOUNTS[kind][0])
    given = item.get(key)
    dated = PARAMETERS[parameter].is_dated
    allowed = "{2027: amount, ...}" if dated else "one number"
    line = fields.line(item, key)
    if dated and isinstance(given, Mapping) and given:
        amounts = {}
        for year, amount in given.items():
            if not isinstance(year, int) or isinstance(year, bool) or not is_number(amount):
                fields.refuse(
                    fields.line(given, year), f"{place}.{key}", f"{year}: {amount}", allowed, "Give a number by year."
                )
            else:
                amounts[year] = float(amount)
        return amounts
    if not dated and given is not None and is_number(given):
        return {0: float(given)}
    remedy = "Give the year from which it holds." if dated else f"{parameter} has no years."
    fields.refuse(line, f"{place}.{key}", shown(given), allowed, remedy)
    return {}


def with_reforms(scenario: Scenario, texts: list[str]) -> Scenario:
    """Return a scenario with reforms from the command line, ``parameter=value@year``, after its own.

    Raises
    ------
    ScenarioError
        With every text that cannot be read.
    """
    problems: list[Problem] = []
    reforms = []
    for text in texts:
        match = _INLINE.fullmatch(text.strip())
        allowed = "parameter=value@year, for example revenue.employer_rate=0.085@2027"
        if match is None:
            problems.append(Problem("--reform", f"'{text}'", allowed, "Write the change in this form."))
            continue
        parameter = match["parameter"]
        if parameter not in PARAMETERS:
            remedy = did_you_mean(parameter, PARAMETERS) or "See `poolcast list parameters`."
            problems.append(Problem("--reform", f"an unknown parameter '{parameter}'", "a declared parameter", remedy))
            continue
        try:
            value = float(match["value"])
        except ValueError:
            problems.append(Problem("--reform", f"'{match['value']}'", "a number", "Write 0.085 for 8.5 %."))
            continue
        dated = PARAMETERS[parameter].is_dated
        if dated != bool(match["year"]):
            remedy = "Add @year." if dated else "Leave @year out."
            problems.append(Problem("--reform", f"'{text}'", allowed if dated else "parameter=value", remedy))
            continue
        reforms.append(Reform("set", parameter, {int(match["year"] or 0): value}))
    if problems:
        raise ScenarioError(problems)
    if not reforms:
        return scenario
    name = f"{scenario.name}+reforms"
    return Scenario(name, scenario.title, scenario.why, scenario.source, (*scenario.reforms, *reforms), scenario.file)


__all__ = ["BASELINE", "load_scenario", "read_changes", "read_scenario", "with_reforms"]
