"""Why two scenarios differ: a horizontal waterfall from zero over the parts to the total, with its band."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

from poolcast.dashboard.charts.labels import label_margin, text_width
from poolcast.dashboard.context import Context
from poolcast.reporting.formats import Scale
from poolcast.reporting.theme import layout


def waterfall_figure(
    here: Context,
    parts: Sequence[tuple[str, float]],
    total: tuple[str, float],
    scale: Scale,
    colour: str,
    text_colour: str,
    band: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Return a waterfall: each part begins where the one above ends, the total runs from zero.

    Parameters
    ----------
    here : Context
    parts : sequence of (name, value)
        What makes the difference, in yuan.
    total : tuple of (name, value)
        The whole difference.
    scale : Scale
        Unit of the axis.
    colour, text_colour : str
        Of the total: the colour of the scenario.
    band : tuple of (low, high), optional
        In which eight of ten simulated differences lie.
    """
    palette, divisor = here.palette, scale.divisor
    rows = [*parts, total]
    bases, at = [], 0.0
    for _, value in parts:
        bases.append(at / divisor)
        at += value
    bases.append(0.0)
    values = [value / divisor for _, value in rows]
    colours = [palette.adds if value >= 0 else palette.drains for _, value in parts] + [colour]
    texts = [palette.adds_text if value >= 0 else palette.drains_text for _, value in parts] + [text_colour]
    places = list(range(len(rows)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": values,
        "base": bases,
        "marker": {"color": colours, "line": {"width": 0}},
        "customdata": [[html.escape(name), scale.show(value, sign=True)] for name, value in rows],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<extra></extra>",
    }
    ends = [end for base, value in zip(bases, values, strict=True) for end in (base, base + value)]
    if band is not None:
        ends += [edge / divisor for edge in band]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = (high - low or 1.0) * 0.04
    notes = [
        {
            "x": max(base, base + value, *((edge / divisor for edge in band) if band and place == len(parts) else ())),
            "y": place,
            "text": f"<b>{scale.show(rows[place][1], sign=True)}</b>"
            if place == len(parts)
            else scale.show(rows[place][1], sign=True),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 6,
            "font": {"size": 12.5, "color": texts[place]},
        }
        for place, (base, value) in enumerate(zip(bases, values, strict=True))
    ]
    shapes = [
        {
            "type": "line",
            "x0": bases[place] + values[place],
            "x1": bases[place] + values[place],
            "y0": place,
            "y1": place + 1,
            "line": {"color": palette.rule, "width": 1},
        }
        for place in range(len(parts))
    ]
    traces: list[dict[str, Any]] = [bars]
    if band is not None and all(map(math.isfinite, band)):
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [edge / divisor for edge in band],
                "y": [len(parts), len(parts)],
                "line": {"color": palette.text, "width": 2},
                "hoverinfo": "skip",
            }
        )
    names = [_wrapped(name) for name, _ in rows]
    widest = max(text_width(line) for name in names for line in name.split("<br>"))
    margin = {"l": min(widest, 180) + 14, "r": label_margin([scale.show(value, sign=True) for _, value in rows]) + 8}
    spec = layout(palette, margin=margin | {"t": 12, "b": 26}, shapes=shapes, annotations=notes)
    spec["bargap"] = 0.38
    spec["hovermode"] = "closest"
    spec["xaxis"] |= {"range": [low - room, high + room], "nticks": 4, "showgrid": True, "gridcolor": palette.grid}
    spec["xaxis"] |= {"zeroline": True, "zerolinecolor": palette.rule, "tickformat": ",~g"}
    spec["xaxis"].pop("dtick", None)
    ticks = [*names[:-1], f"<b>{names[-1]}</b>"]
    spec["yaxis"] |= {"tickvals": places, "ticktext": ticks, "range": [len(parts) + 0.6, -0.6], "showgrid": False}
    spec["yaxis"] |= {"zeroline": False, "tickfont": {"size": 12}}
    return {"data": traces, "layout": spec}


def _wrapped(name: str, widest: int = 166) -> str:
    """Return a name for the axis, safe, broken into two lines where it is long."""
    lines, line = [], ""
    for character in name:
        if text_width(line + character) > widest:
            cut = line.rfind(" ")
            head, rest = (line[:cut], line[cut + 1 :]) if cut > 6 else (line, "")
            lines.append(head)
            line = rest
        line += character
    lines.append(line)
    if len(lines) > 2:
        lines = [lines[0], lines[1][:-1] + "…"]
    return "<br>".join(map(html.escape, lines))
