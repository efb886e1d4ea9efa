"""The tile map: a square a region, its band as colour and symbol, its months as a number."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

from poolcast.dashboard.context import Context
from poolcast.reporting.formats import BANDS, MONTHS, band_of
from poolcast.reporting.theme import layout

GAP = 0.03
SYMBOLS = {name: symbol for name, _, _, _, symbol, _ in BANDS}


def places_of(regions: Sequence[str], tiles: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Return the places of regions; those without one stand in a grid, in order of their codes."""
    if all(code in tiles for code in regions):
        return {code: tiles[code] for code in regions}
    width = max(1, math.ceil(math.sqrt(len(regions))))
    return {code: (number % width, number // width) for number, code in enumerate(sorted(regions))}


def tile_map(here: Context, months: Mapping[str, float], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the figure; a click on a tile gives the region's code as custom data.

    Parameters
    ----------
    here : Context
    months : mapping of str to float
        Payable months by region; NaN where the region keeps no reserve of the ledger.
    names : mapping of str to str
        Short names.
    """
    places = places_of(list(months), here.held.tiles)
    shapes, notes, points = [], [], []
    for code, (column, row) in places.items():
        band = band_of(months[code])
        ground, ink = here.palette.bands[band] if band else (here.palette.panel, here.palette.muted)
        shapes.append(
            {
                "type": "rect",
                "x0": column + GAP,
                "x1": column + 1 - GAP,
                "y0": row + GAP * 1.5,
                "y1": row + 1 - GAP * 1.5,
                "fillcolor": ground,
                "line": {"width": 0},
                "layer": "below",
            }
        )
        value = "—" if band is None else f"{MONTHS.show(max(months[code], 0.0))} {SYMBOLS[band]}"
        text = f"{html.escape(names[code])}<br><b>{value}</b>"
        notes.append(
            {"x": column + 0.5, "y": row + 0.5, "text": text, "showarrow": False, "font": {"size": 12.5, "color": ink}}
        )
        points.append((column + 0.5, row + 0.5, code, f"{html.escape(names[code])}: {value}"))
    columns = max(column for column, _ in places.values()) + 1
    depth = max(row for _, row in places.values()) + 1
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [point[0] for point in points],
        "y": [point[1] for point in points],
        "customdata": [point[2] for point in points],
        "text": [point[3] for point in points],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 44, "symbol": "square", "opacity": 0},
    }
    spec = layout(here.palette, margin={"l": 2, "r": 2, "t": 2, "b": 2}, shapes=shapes, annotations=notes)
    hidden = {"visible": False, "fixedrange": True}
    spec["xaxis"] = hidden | {"range": [0, columns]}
    spec["yaxis"] = hidden | {"range": [depth, 0]}
    spec |= {"hovermode": "closest", "clickmode": "event+select", "uirevision": "keep"}
    return {"data": [trace], "layout": spec}
