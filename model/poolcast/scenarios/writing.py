"""Writing scenarios: what `poolcast.scenarios.reading` reads, so that a scenario made in memory becomes a file."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from poolcast.parameters.declarations import PARAMETERS
from poolcast.scenarios.phase_in import AT_ONCE, PhaseIn
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import LeverCall, Scenario


def entry_of(item: Reform | LeverCall) -> dict[str, Any]:
    """Return an entry of ``reforms:`` as plain data; reading it gives the same change."""
    if isinstance(item, LeverCall):
        return _call(item)
    dated = PARAMETERS[item.parameter].is_dated
    key = ("values" if dated else "value") if item.kind == "set" else "by"
    entry: dict[str, Any] = {item.kind: item.parameter}
    if item.where:
        entry["where"] = dict(item.where)
    entry[key] = dict(sorted(item.amounts.items())) if dated else item.amounts[0]
    if item.phase_in != AT_ONCE:
        entry["phase_in"] = _phase_in(item.phase_in)
    return entry


def _call(call: LeverCall) -> dict[str, Any]:
    entry: dict[str, Any] = {"lever": call.lever.name}
    if call.start is not None:
        entry["start"] = call.start
    if call.phase_in is not None:
        entry["phase_in"] = _phase_in(call.phase_in)
    if call.where:
        entry["where"] = dict(call.where)
    if not call.behaviour:
        entry["behaviour"] = False
    return entry | dict(call.arguments)


def _phase_in(phase_in: PhaseIn) -> dict[str, Any]:
    return {"years": phase_in.years, "shape": phase_in.shape}


def document_of(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the plain data of its file; what it extends is written out."""
    document: dict[str, Any] = {
        "name": scenario.name,
        "title": {"en": scenario.title.en, "zh": scenario.title.zh},
        "why": {"en": scenario.why.en, "zh": scenario.why.zh},
    }
    if scenario.source:
        document["source"] = scenario.source
    return document | {"reforms": [entry_of(item) for item in scenario.reforms]}


def scenario_text(scenario: Scenario) -> str:
    """Return a scenario as the YAML text of its file, which must be called after its name."""
    return yaml_text(document_of(scenario))


def yaml_text(document: Mapping[str, Any]) -> str:
    """Return plain data as YAML."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 4096
    stream = StringIO()
    yaml.dump(dict(document), stream)
    return stream.getvalue()
