"""Grids of numbers in the colours of the bands, and what each region needs as dot and bar."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poolcast.dashboard.charts.labels import text_width, tinted
from poolcast.dashboard.context import Context
from poolcast.reporting.formats import BANDS, MONTHS, Scale, band_of
from poolcast.reporting.theme import layout


def heat_map(
    here: Context,
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float]],
    scale: Scale,
    *,
    present: int | None = None,
    answer: tuple[float, str] | None = None,
) -> dict[str, Any]:
    """Return a grid with a number in each cell; months take the colours of their bands, money orange to blue.

    Parameters
    ----------
    here : Context
    rows, columns : sequence of str
        Names, the first row at the bottom.
    values : sequence (row) of sequence (column) of float
        Base units.
    scale : Scale
    present : int, optional
        The row that holds now; it is framed.
    answer : (float, str), optional
        Where between the rows an answer lies, and what to write there.
    """
    known = [value for line in values for value in line if math.isfinite(value)]
    most = max((abs(value) for value in known), default=1.0) or 1.0
    shapes, notes = [], []
    for down, line in enumerate(values):
        for across, value in enumerate(line):
            ground, ink, text = _cell(here, value, scale, most)
            box = {"type": "rect", "x0": across - 0.48, "x1": across + 0.48, "y0": down - 0.46, "y1": down + 0.46}
            shapes.append(box | {"fillcolor": ground, "line": {"width": 0}, "layer": "below"})
            notes.append(
                {"x": across, "y": down, "text": text, "showarrow": False, "font": {"size": 12.5, "color": ink}}
            )
    right = 14
    for place, text, colour in (
        *([(float(present), here.t("solve.present"), here.palette.text)] if present is not None else []),
        *([(answer[0], answer[1], here.palette.accent)] if answer is not None else []),
    ):
        right = max(right, text_width(text) + 18)
        notes.append(
            {
                "xref": "paper",
                "x": 1,
                "xshift": 6,
                "y": place,
                "text": f"<b>{html.escape(text)}</b>",
                "showarrow": False,
                "xanchor": "left",
                "font": {"size": 12, "color": colour},
            }
        )
    if present is not None:
        frame = {"type": "rect", "x0": -0.5, "x1": len(columns) - 0.5, "y0": present - 0.5, "y1": present + 0.5}
        shapes.append(frame | {"line": {"color": here.palette.text, "width": 2}})
    left = max((text_width(text) for text in rows), default=40) + 14
    spec = layout(here.palette, shapes=shapes, annotations=notes, hovermode=False)
    spec["margin"] = {"l": left, "r": right, "t": 24, "b": 4}
    axis = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "rangemode": "normal"}
    letters = {"color": here.palette.text, "size": 12}
    spec["xaxis"] |= axis | {"side": "top", "range": [-0.5, len(columns) - 0.5], "tickfont": letters, "tickangle": 0}
    spec["xaxis"] |= {"tickvals": list(range(len(columns))), "ticktext": [html.escape(text) for text in columns]}
    spec["yaxis"] |= axis | {"range": [-0.52, len(rows) - 0.48], "tickfont": letters}
    spec["yaxis"] |= {"tickvals": list(range(len(rows))), "ticktext": [html.escape(text) + " " for text in rows]}
    corners = {"type": "scatter", "mode": "markers", "x": [0, len(columns) - 1], "y": [0, len(rows) - 1]}
    trace = corners | {"marker": {"opacity": 0}, "hoverinfo": "skip"}
    return {"data": [trace], "layout": spec | {"uirevision": "keep"}}


def _cell(here: Context, value: float, scale: Scale, most: float) -> tuple[str, str, str]:
    """Return ground, ink and text of a cell."""
    if not math.isfinite(value):
        return here.palette.panel, here.palette.muted, "—"
    if scale is not MONTHS:
        colour = here.palette.adds if value >= 0 else here.palette.drains
        return tinted(colour, 0.08 + 0.4 * min(abs(value) / most, 1.0)), here.palette.text, scale.show(value)
    band = band_of(value) or "exhausted"
    ground, ink = here.palette.bands[band]
    return ground, ink, "✕" if band == "exhausted" else scale.show(value)


def key_of_bands(here: Context) -> str:
    """Return the key of the colours as HTML."""
    parts = []
    for name, low, high, _, symbol, words in BANDS:
        ends = f"{low:g}–{high:g}"
        if not low > 0.0:
            ends = "≤0" if name == "exhausted" else f"<{high:g}"
        elif high == math.inf:
            ends = f">{low:g}"
        box = f'<i class="pc-box" style="background:{here.palette.bands[name][0]}"></i>'
        parts.append(f"<span>{box}{symbol} {html.escape(f'{here.say(words)} {ends}')}</span>")
    return f'<div class="pc-keys">{"".join(parts)}</div>'


@dataclass(frozen=True)
class Need:
    """What a region needs: at even odds, and for the odds asked for; NaN where no value within the bounds does it."""

    name: str
    even: float
    chosen: float
    present: float
    focus: bool = False


def needs(here: Context, rows: Sequence[Need], scale: Scale, unreachable: str) -> dict[str, Any]:
    """Return a line a region, the most needy on top: dot for even odds, bar for the chosen ones, thin for now."""
    palette = here.palette
    places = list(range(len(rows)))
    shapes, notes = [], []
    for place, row in zip(places, rows, strict=True):
        if math.isfinite(row.even) and math.isfinite(row.chosen):
            line = {"type": "line", "x0": row.even / scale.divisor, "x1": row.chosen / scale.divisor}
            shapes.append(line | {"y0": place, "y1": place, "line": {"color": tinted(palette.accent, 0.5), "width": 5}})
        known = math.isfinite(row.chosen)
        notes.append(
            {
                "x": (row.chosen if known else row.present) / scale.divisor,
                "y": place,
                "xshift": 10,
                "text": scale.show(row.chosen) if known else html.escape(unreachable),
                "showarrow": False,
                "xanchor": "left",
                "font": {"size": 12, "color": palette.text if known else palette.drains_text},
            }
        )
    marks: dict[str, Any] = {"type": "scatter", "mode": "markers", "y": places, "hovertemplate": "%{x:,.2f}"}
    dots = {"size": 10, "color": palette.page, "line": {"color": palette.accent, "width": 2}}
    bars = {"size": 15, "symbol": "line-ns", "line": {"color": palette.accent, "width": 3}}
    now = {"size": 13, "symbol": "line-ns", "line": {"color": palette.muted, "width": 1.6}}
    traces = [
        marks | {"x": _in(scale, [row.present for row in rows]), "marker": now, "name": here.t("solve.present")},
        marks | {"x": _in(scale, [row.even for row in rows]), "marker": dots, "name": here.t("solve.even")},
        marks | {"x": _in(scale, [row.chosen for row in rows]), "marker": bars, "name": here.t("solve.chosen")},
    ]
    known_values = [value for trace in traces for value in trace["x"] if value is not None]
    low, high = min(known_values, default=0.0), max(known_values, default=1.0)
    room = (high - low or 1.0) * 0.08
    left = max((text_width(row.name) for row in rows), default=40) + 16
    spec = layout(palette, shapes=shapes, annotations=notes, hovermode="closest")
    spec["margin"] = {"l": left, "r": 74, "t": 6, "b": 24}
    spec["xaxis"] |= {"range": [low - room, high + room], "tickformat": None, "nticks": 6, "ticksuffix": scale.suffix}
    spec["xaxis"] |= {"showgrid": True, "gridcolor": palette.grid}
    names = [f"<b>{html.escape(row.name)}</b> " if row.focus else html.escape(row.name) + " " for row in rows]
    spec["yaxis"] |= {"tickvals": places, "ticktext": names, "range": [len(rows) - 0.4, -0.6], "rangemode": "normal"}
    spec["yaxis"] |= {"zeroline": False, "tickfont": {"color": palette.text, "size": 12}}
    return {"data": traces, "layout": spec | {"uirevision": "keep"}}


def _in(scale: Scale, values: Sequence[float]) -> list[float | None]:
    return [value / scale.divisor if math.isfinite(value) else None for value in values]
