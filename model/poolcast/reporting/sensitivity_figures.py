"""Figures of the sensitivity report: fans, lines over years, bars of events and risks, grids of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from poolcast.parameters.declaration import Words
from poolcast.reporting.figure_parts import both, level, numbers
from poolcast.reporting.formats import BANDS, MONTHS, NOT_DEFINED, Scale, band_of
from poolcast.reporting.theme import ADDS, DRAINS, GRID, MUTED, RULE, SCENARIO_COLOURS, TEXT, layout

Trace = dict[str, Any]
Figure = dict[str, Any]

DARK_INK = ("orange", "normal")
"""Bands of payable months on which text is dark."""
BAR = 25
"""Height of one horizontal bar, pixels."""


def tint(colour: str, share: float) -> str:
    """Return a colour, made transparent."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def figure_of_years(traces: list[Trace], first: int, last: int) -> Figure:
    """Return a figure over years."""
    figure: Figure = {"data": traces, "layout": layout()}
    span = last - first
    step = 10 if span > 25 else 5 if span > 10 else 2
    figure["layout"]["xaxis"] |= {"range": [first - 0.6, last + 0.6], "dtick": step, "tick0": 2000}
    figure["layout"]["yaxis"]["nticks"] = 6
    return figure


def band(years: Sequence[int], low: Sequence[float], high: Sequence[float], scale: Scale, colour: str) -> list[Trace]:
    """Return a band between two lines; the colour carries its opacity."""
    outline = {"width": 0, "color": colour}
    common = {"type": "scatter", "mode": "lines", "x": list(years), "line": outline, "hoverinfo": "skip"}
    return [
        {**common, "y": numbers(low, scale)},
        {**common, "y": numbers(high, scale), "fill": "tonexty", "fillcolor": colour},
    ]


def plain_line(
    years: Sequence[float], values: Sequence[float], scale: Scale, name: Words, colour: str, dash: str = "solid"
) -> Trace:
    """Return a line."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(years),
        "y": numbers(values, scale),
        "name": both(name),
        "line": {"color": colour, "dash": dash, "width": 2.2},
        "hovertemplate": f"%{{y:,.{scale.digits}f}}{scale.suffix}",
    }


def fan(
    years: Sequence[int], quantiles: Mapping[float, Sequence[float]], scale: Scale, position: int, bands: Sequence[str]
) -> list[Trace]:
    """Return bands and median of a fan in the colour of a scenario.

    Parameters
    ----------
    years : sequence of int
    quantiles : mapping
        Values by level.
    scale : Scale
    position : int
        Place of the scenario.
    bands : sequence of str
        Among ``5-95``, ``10-90`` and ``25-75``.
    """
    colour = SCENARIO_COLOURS[position % len(SCENARIO_COLOURS)]
    traces: list[Trace] = []
    for text, share in (("5-95", 0.12), ("10-90", 0.16), ("25-75", 0.26)):
        if text in bands:
            low, high = (quantiles[int(part) / 100] for part in text.split("-"))
            traces += band(years, low, high, scale, tint(colour, share))
    median = plain_line(years, quantiles[0.5], scale, Words("median", "中位数"), colour)
    lows, highs = (numbers(quantiles[key], scale) for key in (0.10, 0.90))
    median["customdata"] = [list(pair) for pair in zip(lows, highs, strict=True)]
    form = f",.{scale.digits}f"
    median["hovertemplate"] = both(
        Words(
            f"%{{y:{form}}} (8 in 10: %{{customdata[0]:{form}}} to %{{customdata[1]:{form}}})",
            f"%{{y:{form}}}（八成：%{{customdata[0]:{form}}} 至 %{{customdata[1]:{form}}}）",
        )
    )
    return [*traces, median]


def thresholds(figure: Figure, top: float) -> None:
    """Draw the limits of 3 and 6 months with a number, where they lie within the axis."""
    for months, colour in ((3.0, "#C0392B"), (6.0, "#B8860B")):
        if months < top:
            line = level(months)
            line["line"] = {"color": colour, "width": 1, "dash": "dot"}
            figure["layout"]["shapes"].append(line)


def event_bars(years: Sequence[int], shares: Sequence[float], never: float, colour: str, never_words: Words) -> Figure:
    """Return bars over years in percent, and a hatched one at the right for futures without the event."""
    last = years[-1]
    apart = last + max(2, round(len(years) / 10))
    width = max(1.0, len(years) / 14)
    common = {"type": "bar", "hovertemplate": "%{y:.1f}%"}
    hatched: dict[str, Any] = {
        "color": "#FFFFFF",
        "pattern": {"shape": "/", "fgcolor": MUTED, "size": 6},
        "line": {"color": MUTED},
    }
    hatched["line"]["width"] = 1
    traces: list[Trace] = [
        {**common, "x": list(years), "y": [round(100 * one, 4) for one in shares], "name": "", "width": 0.85},
        {**common, "x": [apart], "y": [round(100 * never, 4)], "name": both(never_words), "width": width},
    ]
    traces[0]["marker"], traces[1]["marker"] = {"color": colour}, hatched
    figure: Figure = {"data": traces, "layout": layout(hovermode="closest", bargap=0.1)}
    step = 10 if len(years) > 25 else 5 if len(years) > 10 else 2
    ticks = [year for year in years if year % step == 0 and year <= last - step / 4]
    figure["layout"]["xaxis"] |= {
        "range": [years[0] - 1, apart + width / 2 + 0.4],
        "tickvals": ticks,
        "ticktext": [str(year) for year in ticks],
    }
    figure["layout"]["yaxis"] |= {"ticksuffix": "%", "nticks": 6}
    figure["layout"]["annotations"] = [
        {
            "x": apart,
            "y": round(100 * never, 4),
            "text": f"{100 * never:.0f}%",
            "showarrow": False,
            "yshift": 9,
            "font": {"color": TEXT, "size": 12},
        }
    ]
    figure["layout"]["margin"] = {"l": 46, "r": 14, "t": 22, "b": 28}
    return figure


def sideways(traces: list[Trace], labels: Sequence[Words], *, mode: str = "overlay") -> tuple[Figure, int]:
    """Return a figure of horizontal bars, the first label on top, and its height."""
    figure: Figure = {"data": traces, "layout": layout(barmode=mode, bargap=0.28, hovermode="closest")}
    rows = len(labels) * (BAR if mode == "overlay" else 1.2 * BAR)
    figure["layout"]["margin"] = {"l": 10, "r": 14, "t": 8, "b": 30}
    figure["layout"]["xaxis"] |= {
        "showgrid": True,
        "gridcolor": GRID,
        "zeroline": True,
        "zerolinecolor": RULE,
        "tickformat": ",",
        "tickangle": 0,
        "nticks": 5,
    }
    figure["layout"]["yaxis"] |= {
        "tickvals": list(range(len(labels))),
        "ticktext": [both(Words(f"{label.en} ", f"{label.zh} ")) for label in labels],
        "range": [len(labels) - 0.4, -0.6],
        "rangemode": "normal",
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"color": TEXT, "size": 12},
    }
    return figure, round(rows + 52)


def tornado_bars(
    labels: Sequence[Words], low: Sequence[float], high: Sequence[float], scale: Scale
) -> tuple[Figure, int]:
    """Return the effect of each risk on its low and on its high side; blue adds, orange takes."""
    traces: list[Trace] = []
    for arrow, side, values in (
        ("↓", Words("low side", "偏低"), low),
        ("↑", Words("high side", "偏高"), high),
    ):
        drawn = numbers(values, scale)
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": drawn,
                "y": list(range(len(labels))),
                "name": both(side),
                "marker": {"color": [ADDS if (value or 0) >= 0 else DRAINS for value in drawn]},
                "text": [f"{arrow} {scale.show(value, sign=True)}" if value else "" for value in values],
                "textposition": "outside",
                "textfont": {"size": 11, "color": TEXT},
                "cliponaxis": False,
                "hovertemplate": f"%{{x:,.{scale.digits}f}}{scale.suffix}",
            }
        )
    figure, height = sideways(traces, labels)
    known = [value for trace in traces for value in trace["x"] if value is not None]
    lowest, highest = min([0.0, *known]), max([0.0, *known])
    room = 0.28 * max(highest - lowest, 1e-12)  # for the numbers behind the bars
    figure["layout"]["xaxis"]["range"] = [lowest - room if lowest < 0 else 0.0, highest + room if highest > 0 else room]
    return figure, height


def error_bars(
    labels: Sequence[Words], series: Sequence[tuple[Words, str, Sequence[float], Sequence[float]]], scale: Scale
) -> tuple[Figure, int]:
    """Return horizontal bars side by side, each with its whisker: (name, colour, values, half widths)."""
    traces: list[Trace] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": numbers(values, scale),
            "y": list(range(len(labels))),
            "name": both(name),
            "marker": {"color": colour},
            "error_x": {
                "type": "data",
                "array": [error or 0.0 for error in numbers(errors, scale)],
                "color": MUTED,
                "thickness": 1.2,
                "width": 2.5,
            },
            "hovertemplate": f"%{{x:,.{scale.digits}f}}{scale.suffix}",
        }
        for name, colour, values, errors in series
    ]
    return sideways(traces, labels, mode="group")


def number_grid(
    rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]], scale: Scale, *, present: int | None
) -> tuple[Figure, int]:
    """Return a heat map with a number in each cell; the present row has a frame.

    Payable months take the colours of their bands; other measures go from orange (lowest) to blue (highest).
    """
    is_months = scale is MONTHS
    fills, inks = [], []
    known = [value for row in values for value in row if math.isfinite(value)]
    lowest, highest = min(known, default=0.0), max(known, default=0.0)
    for row in values:
        names = [band_of(value) if is_months else None for value in row]
        order = [name for name, *_ in BANDS]
        spread = highest - lowest or 1.0
        fills.append(
            [
                None if not math.isfinite(value) else order.index(name) if name else 5 * (value - lowest) / spread
                for name, value in zip(names, row, strict=True)
            ]
        )
        inks.append([TEXT if not is_months or name is None or name in DARK_INK else "#FFFFFF" for name in names])
    stops = (
        [colour for _, _, _, colour, _, _ in BANDS] if is_months else [tint(DRAINS, 0.75), "#FFFFFF", tint(ADDS, 0.6)]
    )
    size = len(stops)
    steps = [[edge / size, colour] for at, colour in enumerate(stops) for edge in (at, at + 1)]
    smooth = [[at / (size - 1), colour] for at, colour in enumerate(stops)]
    trace: Trace = {
        "type": "heatmap",
        "z": fills,
        "x": list(range(len(columns))),
        "y": list(range(len(rows))),
        "colorscale": steps if is_months else smooth,
        "zmin": -0.5 if is_months else 0,
        "zmax": 5.5 if is_months else 5,
        "showscale": False,
        "hoverinfo": "skip",
        "xgap": 2,
        "ygap": 2,
    }
    figure: Figure = {"data": [trace], "layout": layout(hovermode="closest")}
    figure["layout"]["annotations"] = [
        {
            "x": across,
            "y": down,
            "text": _cell(value, scale, is_months=is_months),
            "showarrow": False,
            "font": {"size": 11, "color": inks[down][across]},
        }
        for down, row in enumerate(values)
        for across, value in enumerate(row)
    ]
    axis = {"showgrid": False, "zeroline": False, "rangemode": "normal", "automargin": True, "ticks": ""}
    figure["layout"]["xaxis"] |= {**axis, "tickvals": list(range(len(columns))), "ticktext": list(columns)}
    figure["layout"]["xaxis"] |= {"side": "top", "showline": False, "range": [-0.5, len(columns) - 0.5]}
    figure["layout"]["yaxis"] |= {**axis, "tickvals": list(range(len(rows))), "ticktext": list(rows)}
    figure["layout"]["yaxis"]["range"] = [len(rows) - 0.5, -0.5]
    figure["layout"]["margin"] = {"l": 20, "r": 10, "t": 26, "b": 8}
    if present is not None:
        frame = {"type": "rect", "x0": -0.5, "x1": len(columns) - 0.5, "y0": present - 0.5, "y1": present + 0.5}
        figure["layout"]["shapes"].append({**frame, "line": {"color": TEXT, "width": 2}})
    return figure, 40 + 30 * len(rows)


def _cell(value: float, scale: Scale, *, is_months: bool) -> str:
    if not math.isfinite(value):
        return NOT_DEFINED
    if is_months:
        return "✕" if value <= 0 else MONTHS.show(value)
    return scale.show(value)
