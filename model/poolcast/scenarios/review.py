"""What a scenario's author should know: changes that change nothing, and changes that meet on the same values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import LeverCall, Scenario


@dataclass(frozen=True)
class Remark:
    """A remark on a scenario: not wrong, but worth a look.

    Parameters
    ----------
    kind : {"idle", "overlap", "scope"}
        A change without effect on any value, two changes of the same values, or a lever that does on this set less
        than its name says.
    text, text_zh : str
        In both languages.
    """

    kind: str
    text: str
    text_zh: str


def review(scenario: Scenario, assumptions: Assumptions) -> list[Remark]:
    """Return the remarks on a scenario for a set, in the order of its changes.

    Changes act in their order, each on what the earlier ones left; where two meet on the same values the later one
    acts last, which for a ``set`` means that it wins.

    Parameters
    ----------
    scenario : Scenario
        Must apply to the set without problems.
    assumptions : Assumptions
        Calibrated set.
    """
    remarks: list[Remark] = []
    touched: list[tuple[str, dict[str, NDArray[np.bool_]]]] = []
    for number, item in enumerate(scenario.reforms, start=1):
        if isinstance(item, LeverCall) and item.lever.remark is not None:
            said = item.lever.remark({**item.lever.defaults, **item.arguments}, assumptions)
            if said is not None:
                remarks.append(Remark("scope", f"{_name(item)}: {said.en}", f"{_name(item)}:{said.zh}"))
        before = _part(scenario, number - 1).apply(assumptions)
        after = _part(scenario, number).apply(assumptions)
        changed = _changed(before, after)
        name = _name(item)
        if not changed and before.options == after.options:
            remarks.append(
                Remark("idle", f"{name} changes no value of set {assumptions.name}", f"{name} 未改变假设集的任何数值")
            )
        for earlier, values in touched:
            shared = [key for key in changed if key in values and (changed[key] & values[key]).any()]
            if shared:
                listed = ", ".join(shared)
                remarks.append(
                    Remark(
                        "overlap",
                        f"{earlier} and {name} both change {listed}; {name} acts last",
                        f"{earlier} 与 {name} 都调整 {listed}，以后者最后生效",
                    )
                )
        touched.append((name, changed))
    return remarks


def _part(scenario: Scenario, count: int) -> Scenario:
    """Return the scenario with its first changes only."""
    return Scenario(
        scenario.name, scenario.title, scenario.why, scenario.source, scenario.reforms[:count], scenario.file
    )


def _changed(before: Assumptions, after: Assumptions) -> dict[str, NDArray[np.bool_]]:
    """Return which cells of which parameters differ."""
    found = {}
    for name, values in after.values.items():
        old = before.values.get(name)
        if old is None:
            old = np.full_like(values, PARAMETERS[name].default or 0.0)  # a lever brought it
        if values is old:
            continue
        differs = (values != old) & ~(np.isnan(values) & np.isnan(old))
        if differs.any():
            found[name] = differs
    return found


def _name(item: Reform | LeverCall) -> str:
    if isinstance(item, LeverCall):
        return f"{item.lever.id} {item.lever.name}"
    return f"{item.kind} {item.parameter}"
