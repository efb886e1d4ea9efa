"""The plan in time: when policies begin, how long they take to arrive, and that they then stay."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poolcast.dashboard.charts.labels import text_width, tinted
from poolcast.dashboard.context import Context
from poolcast.reporting.theme import layout

_YEARS_BEHIND = 4
MOST_ROWS = 12


@dataclass(frozen=True)
class Span:
    """A policy in time.

    Parameters
    ----------
    name : str
        For readers.
    start : int
        First year.
    phase : int
        Years over which it arrives; 1 is at once.
    """

    name: str
    start: int
    phase: int


def schedule_figure(here: Context, spans: Sequence[Span]) -> dict[str, Any]:
    """Return the plan: a light bar while a policy arrives, a full one from then on."""
    shown = list(spans)[:MOST_ROWS]
    colour = here.palette.scenarios[1]
    first = here.held.base_year + 1
    last = min(max(span.start + span.phase for span in shown) + _YEARS_BEHIND, here.last_year + 1)
    places = list(range(len(shown)))
    arrives = [max(min(span.phase if span.phase > 1 else 0, last - span.start), 0) for span in shown]
    stays = [max(last - span.start - arriving, 0) for span, arriving in zip(shown, arrives, strict=True)]
    told = [f"{html.escape(span.name)}: {span.start}–{span.start + span.phase - 1}" for span in shown]
    bars = []
    for lengths, bases, fill in (
        (arrives, [span.start for span in shown], tinted(colour, 0.42)),
        (stays, [span.start + arriving for span, arriving in zip(shown, arrives, strict=True)], colour),
    ):
        bars.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": places,
                "x": lengths,
                "base": bases,
                "marker": {"color": fill, "line": {"width": 0}},
                "customdata": told,
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    names = [_short(span.name) for span in shown]
    margin = {"l": max(map(text_width, names)) + 12, "r": 8, "t": 4, "b": 22}
    spec = layout(here.palette, margin=margin)
    spec["barmode"], spec["bargap"], spec["hovermode"] = "overlay", 0.45, "closest"
    spec["xaxis"] |= {"range": [first, last], "dtick": 2 if last - first <= 14 else 5, "tick0": 2000}
    spec["yaxis"] |= {
        "tickvals": places,
        "ticktext": [html.escape(name) for name in names],
        "range": [max(len(shown), 4) - 0.4, -0.6],
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"size": 11.5},
    }
    return {"data": bars, "layout": spec}


def _short(name: str, widest: int = 176) -> str:
    if text_width(name) <= widest:
        return name
    while text_width(name) > widest - 10:
        name = name[:-1]
    return name + "…"
