"""Schedule S7: the assumptions behind the draft, with their evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from poolcast.budget.schedule import Schedule, ScheduleColumn, ScheduleRow
from poolcast.budget.statement import Statement
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Parameter, Words
from poolcast.parameters.declarations import PARAMETERS

_MOST_CELLS = 16
"""Parameters with more cells a region and year are profiles: they are in the set, and named in its documentation."""


def assumption_schedule(assumptions: Assumptions, statement: Statement, title: Words) -> Schedule:
    """Return the assumptions of a region with their values in the outlook and draft year, evidence and source.

    Profiles by age and the parameters of the simulation are left out; a pool has none of its own.

    Parameters
    ----------
    assumptions : Assumptions
        After the scenario.
    statement : Statement
        Of a region.
    title : Words
    """
    columns = (
        ScheduleColumn("outlook", Words(f"Year {statement.year - 1}", f"{statement.year - 1} 年")),
        ScheduleColumn("draft", Words(f"Year {statement.year}", f"{statement.year} 年")),
        ScheduleColumn("evidence", Words("Evidence", "依据类型"), "text"),
        ScheduleColumn("source", Words("Source", "来源"), "text"),
    )
    rows: tuple[ScheduleRow, ...] = ()
    if statement.region in assumptions.region_codes:
        rows = tuple(row for name in assumptions.values for row in _rows(assumptions, PARAMETERS[name], statement))
    return Schedule("S7", title, statement.region, columns, rows)


def _rows(assumptions: Assumptions, parameter: Parameter, statement: Statement) -> Iterator[ScheduleRow]:
    if parameter.layer in ("accounts", "uncertainty") or parameter.group == "opening":
        return
    axes = [axis for axis in parameter.dimensions if axis not in ("region", "year")]
    members = [assumptions.axis_members(axis) for axis in axes]
    if math.prod(map(len, members)) > _MOST_CELLS or set(axes) & {"age", "sex", "destination"}:
        return
    row, values = assumptions.region_codes.index(statement.region), []
    for year in (statement.year - 1, statement.year):
        shown = max(year, assumptions.base_year)
        cells = assumptions.in_year(parameter.name, shown) if parameter.is_dated else assumptions[parameter.name]
        values.append(cells[row] if "region" in parameter.dimensions else cells)
    evidence, source = _evidence(assumptions, parameter.name, statement.region)
    for cell in product(*(range(len(names)) for names in members)):
        named = [str(names[at]) for names, at in zip(members, cell, strict=True)]
        if "ledger" in axes and named[axes.index("ledger")] not in assumptions.ledgers:
            continue
        before, after = float(values[0][cell]), float(values[1][cell])
        if np.isnan(before) and np.isnan(after):
            continue
        words = [AXES[axis].member_labels_zh.get(name, name) for axis, name in zip(axes, named, strict=True)]
        label = Words(
            ", ".join([parameter.label.en, *(name.replace("_", " ") for name in named)]),
            " ".join([parameter.label.zh, *words]),
        )
        key = (
            f"{parameter.name}[{', '.join(f'{a}={n}' for a, n in zip(axes, named, strict=True))}]"
            if axes
            else parameter.name
        )
        yield ScheduleRow(key, label, (before, after, evidence, source), parameter.unit, 0, parameter.name)


def _evidence(assumptions: Assumptions, name: str, region: str) -> tuple[str, str]:
    """Return evidence and source of a parameter for a region, every kind once."""
    known = [one for one in assumptions.provenance.get(name, ()) if one.region in (region, "", "all")]
    known = known or list(assumptions.provenance.get(name, ()))
    evidence = dict.fromkeys(one.evidence for one in known)
    sources = dict.fromkeys(one.source for one in known if one.source)
    return ", ".join(evidence), "; ".join(sources)


__all__ = ["assumption_schedule"]
