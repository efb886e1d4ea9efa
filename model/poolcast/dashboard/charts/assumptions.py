"""The path of a parameter over the years: history, the shipped set, and the set with the reader's changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolcast.dashboard.charts.labels import value_label
from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.context import Context
from poolcast.dashboard.services.assumption_rows import Row
from poolcast.reporting.formats import Scale

_YEARS_BACK = 10


def path_figure(
    context: Context,
    row: Row,
    history: Mapping[int, float],
    shipped: Mapping[int, float],
    mine: Mapping[int, float],
) -> dict[str, Any]:
    """Return the figure of a path.

    Parameters
    ----------
    context : Context
    row : Row
        A row of the path.
    history, shipped, mine : mapping of year to value
        In the declared unit.
    """
    base = context.held.base_year
    known = {year: value for year, value in history.items() if base - _YEARS_BACK <= year <= base}
    years = sorted({*known, *shipped})
    values = [*known.values(), *shipped.values(), *mine.values()]
    scale = Scale(1 / row.factor, _digits(row, values), row.unit, "%" if row.unit.en == "%" else "")
    figure = OverYears(context, scale, years[0], years[-1], from_zero=False)
    colours = context.palette
    joint = {base: known[base]} if base in known and shipped else {}
    if known:
        figure.line(list(known), list(known.values()), context.t("x.actual"), colours.scenarios[0], dots=True)
    changed = dict(mine) != dict(shipped)
    if shipped:
        path = joint | dict(shipped)
        last = list(shipped.values())[-1]
        name = context.t("assume.line_shipped")
        label = value_label(name, last, scale)
        dash, colour = ("dash", colours.muted) if changed else ("solid", colours.scenarios[0])
        figure.line(list(path), list(path.values()), name, colour, dash=dash, label=label)
    if changed:
        path = joint | dict(mine)
        name = context.t("assume.line_mine")
        label = value_label(name, list(mine.values())[-1], scale)
        figure.line(list(path), list(path.values()), name, colours.scenarios[1], label=label, width=2.8)
    low, high = min(values), max(values)
    room = (high - low) * 0.15 or abs(high) * 0.1 or 1 / row.factor
    figure.limits(low - room if low < 0 or low - room > 0 else 0.0, high + room)
    return figure.specification()


def _digits(row: Row, values: list[float]) -> int:
    largest = max((abs(row.shown(value)) for value in values), default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 100 else 2
