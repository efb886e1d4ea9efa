"""Figures of the page Uncertainty: fan, years of exhaustion, tornado, chances by year, parts of the variance."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolcast.dashboard.charts.labels import text_width
from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.context import Context, Shown
from poolcast.reporting.figure_parts import numbers
from poolcast.reporting.formats import WHOLE_PERCENT, Scale, rounded
from poolcast.reporting.theme import layout

FANS = ((0.05, 0.95, 0.10), (0.10, 0.90, 0.12), (0.25, 0.75, 0.20))
"""Bands of a fan: lower and upper quantile, and how dark each lies upon the one below it."""


@dataclass(frozen=True)
class Bar:
    """A line of a tornado: what is moved, and what both sides do to the measure, in base units."""

    label: str
    low: float
    high: float


def chances(
    here: Context,
    years: Sequence[int],
    lines: Mapping[str, Sequence[float]],
    against: Mapping[str, Sequence[float]] | None = None,
) -> dict[str, Any]:
    """Return probabilities by year: ``months_below_6``, ``months_below_3`` and ``exhausted_by``, in that order.

    Parameters
    ----------
    here : Context
    years : sequence of int
    lines : mapping of str to sequence of float
        Fractions by year.
    against : mapping, optional
        The same of the baseline, drawn thin and grey.
    """
    dark = here.palette.dark
    looks = {
        "months_below_6": ("#F0B04F" if dark else "#9A6A00", "dash"),
        "months_below_3": ("#E5564A" if dark else "#C0392B", "solid"),
        "exhausted_by": (here.palette.text, "dot"),
    }
    figure = OverYears(here, WHOLE_PERCENT, years[0], years[-1])
    figure.limits(low=0.0, high=1.12)
    for name, values in (against or {}).items():
        told = f"{here.t(f'chance.{name}')} · {here.t('baseline.name')}"
        figure.line(years, values, told, here.palette.rule, dash=looks[name][1], width=1.2)
    for name, values in lines.items():
        colour, dash = looks[name]
        label = f"<b>{here.t(f'chance.{name}')}</b>"
        figure.line(years, values, here.t(f"chance.{name}"), colour, dash=dash, width=2.2, label=label)
    return figure.specification()


def exhaustion_years(
    here: Context,
    shown: Shown,
    counts: Mapping[int, float],
    never: float,
    against: tuple[Shown, Mapping[int, float], float] | None,
    medians: Sequence[tuple[Shown, int]],
) -> dict[str, Any]:
    """Return bars of runs by the year in which the reserve is used up, a hatched one for those in which it is not.

    Parameters
    ----------
    here : Context
    shown : Shown
        The scenario of the bars.
    counts : mapping of int to float
        Runs by year.
    never : float
        Runs without exhaustion.
    against : (Shown, counts, never), optional
        The baseline, as an outline.
    medians : sequence of (Shown, year)
        Median years that lie within the horizon.
    """
    years = list(counts)
    last = years[-1]
    apart = last + max(4, round(len(years) / 6))  # its word must not touch the last year
    width = max(1.6, len(years) / 14)
    hatched = {"color": here.palette.page if here.palette.dark else "#FFFFFF", "line": {"color": shown.colour}}
    hatched["line"] = {"color": shown.colour, "width": 1}
    traces: list[dict[str, Any]] = [
        _runs(years, list(counts.values()), shown.title, {"color": shown.colour, "opacity": 0.78}, 0.86),
        _runs([apart], [never], f"{shown.title} · {here.t('uncertainty.never')}", hatched, width)
        | {"hovertemplate": "%{y:,.0f}"},
    ]
    traces[1]["marker"]["pattern"] = {"shape": "/", "fgcolor": shown.colour, "size": 6}
    if against is not None:
        other, held, other_never = against
        edges = [edge for year in held for edge in (year - 0.5, year + 0.5)]
        steps = [value for value in held.values() for _ in (0, 1)]
        outline = {"color": other.colour, "width": 1.6}
        traces.append(_outline(edges, steps, other.title, outline))
        ends = [apart - width / 2, apart + width / 2]
        traces.append(_outline(ends, [other_never] * 2, other.title, outline))
    top = max([*counts.values(), never, *([*against[1].values(), against[2]] if against else []), 1.0])
    notes = [
        {
            "x": apart,
            "y": never,
            "yshift": 9,
            "text": f"<b>{rounded(never, 0)}</b>",
            "showarrow": False,
            "font": {"size": 12, "color": shown.text_colour},
        }
    ]
    shapes = []
    for level, (one, year) in enumerate(medians):
        dash = "dash" if level else "solid"
        line = {"type": "line", "x0": year, "x1": year, "yref": "paper", "y0": 0, "y1": 1}
        shapes.append(line | {"line": {"color": one.colour, "width": 1.4, "dash": dash}})
        right = level > 0 or year < years[0] + 0.35 * len(years)
        late = year > years[0] + 0.6 * len(years)
        notes.append(
            {
                "x": year,
                "yref": "paper",
                "y": 1,
                "yshift": 2 + (0 if len(medians) < 2 else 13 * (1 - level)),
                "text": f"<b>{html.escape(_short(one.title))} {year}</b>",
                "showarrow": False,
                "xanchor": "right" if late else "left" if right else "center",
                "yanchor": "bottom",
                "font": {"size": 11.5, "color": one.text_colour},
            }
        )
    spec = layout(here.palette, shapes=shapes, annotations=notes, barmode="overlay", hovermode="closest", bargap=0.1)
    spec["margin"] = {"l": 46, "r": 12, "t": 34, "b": 24}
    step = 10 if len(years) > 26 else 5 if len(years) > 10 else 2
    ticks = [year for year in years if year % step == 0 and year < apart - width / 2 - 2]
    spec["xaxis"] |= {
        "range": [years[0] - 1, apart + width / 2 + 0.8],
        "tickvals": [*ticks, apart],
        "ticktext": [*map(str, ticks), here.t("uncertainty.never")],
    }
    spec["yaxis"] |= {"range": [0, top * 1.14], "nticks": 5, "rangemode": "normal"}
    return {"data": traces, "layout": spec | {"uirevision": "keep"}}


def _short(title: str, most: int = 14) -> str:
    return title if len(title) <= most else title[: most - 1] + "…"


def _runs(
    places: Sequence[float], values: Sequence[float], name: str, marker: dict[str, Any], width: float
) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(places),
        "y": [round(value, 2) for value in values],
        "name": html.escape(name),
        "marker": marker,
        "width": width,
        "hovertemplate": "%{x}: %{y:,.0f}",
    }


def _outline(places: Sequence[float], values: Sequence[float], name: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(places),
        "y": list(values),
        "name": html.escape(name),
        "line": line,
        "hoverinfo": "skip",
    }


def tornado(here: Context, bars: Sequence[Bar], scale: Scale) -> dict[str, Any]:
    """Return horizontal bars, the strongest on top: blue adds to the fund, orange drains it, signs beside them."""
    traces: list[dict[str, Any]] = []
    for name, arrow in (("low", "−"), ("high", "+")):
        values = [getattr(bar, name) for bar in bars]
        drawn = numbers(values, scale)
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": drawn,
                "y": list(range(len(bars))),
                "name": arrow,
                "marker": {
                    "color": [here.palette.adds if (value or 0.0) >= 0 else here.palette.drains for value in drawn]
                },
                "text": [scale.show(value, sign=True) if math.isfinite(value) and value else "" for value in values],
                "textposition": "outside",
                "textangle": 0,
                "textfont": {"size": 12, "color": here.palette.text},
                "constraintext": "none",
                "cliponaxis": False,
                "hovertemplate": f"{arrow} %{{x:,.{scale.digits}f}}{scale.suffix}",
            }
        )
    known = [value for trace in traces for value in trace["x"] if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    room = 0.16 * max(high - low, 1e-9)
    return _sideways(here, traces, [bar.label for bar in bars], (low - room, high + room))


def parts_of_variance(
    here: Context, labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[float], Sequence[float]]]
) -> dict[str, Any]:
    """Return horizontal bars side by side with whiskers: (name, colour, values, half widths), fractions."""
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "x": numbers(values, WHOLE_PERCENT),
            "y": list(range(len(labels))),
            "name": html.escape(name),
            "marker": {"color": colour},
            "error_x": {
                "type": "data",
                "array": [error or 0.0 for error in numbers(errors, WHOLE_PERCENT)],
                "color": here.palette.muted,
                "thickness": 1.2,
                "width": 2.5,
            },
            "hovertemplate": "%{x:.0f}%",
        }
        for name, colour, values, errors in series
    ]
    # the axis holds the whiskers too, of which some reach below nothing
    known = [
        value + side * error
        for trace in traces
        for value, error in zip(trace["x"], trace["error_x"]["array"], strict=True)
        if value is not None
        for side in (-1, 1)
    ]
    low, high = min([0.0, *known]), max([10.0, *known])
    ends = (low - 0.03 * (high - low), high + 0.03 * (high - low))
    spec = _sideways(here, traces, labels, ends)
    spec["layout"] |= {"barmode": "group", "showlegend": True, "bargap": 0.25}
    spec["layout"]["legend"] = {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"}
    spec["layout"]["margin"]["t"] = 26
    spec["layout"]["xaxis"]["ticksuffix"] = "%"
    return spec


def _sideways(
    here: Context, traces: list[dict[str, Any]], labels: Sequence[str], ends: tuple[float, float]
) -> dict[str, Any]:
    left = min(max((text_width(label) for label in labels), default=40), 230) + 14
    spec = layout(here.palette, barmode="overlay", bargap=0.3, hovermode="closest")
    spec["margin"] = {"l": left, "r": 16, "t": 6, "b": 24}
    spec["xaxis"] |= {
        "range": list(ends),
        "showgrid": True,
        "gridcolor": here.palette.grid,
        "zeroline": True,
        "zerolinecolor": here.palette.rule,
        "tickformat": ",",
        "nticks": 7,
        "showline": False,
    }
    spec["yaxis"] |= {
        "tickvals": list(range(len(labels))),
        "ticktext": [html.escape(label) + " " for label in labels],
        "range": [len(labels) - 0.4, -0.6],
        "rangemode": "normal",
        "showgrid": False,
        "zeroline": False,
        "tickfont": {"color": here.palette.text, "size": 12},
    }
    return {"data": traces, "layout": spec | {"uirevision": "keep"}}


def settling(here: Context, paths: Sequence[int], shares: Sequence[float], errors: Sequence[float]) -> dict[str, Any]:
    """Return how a probability settles as runs are added, with a band of two standard errors."""
    low = [max(share - 2 * error, 0.0) for share, error in zip(shares, errors, strict=True)]
    high = [min(share + 2 * error, 1.0) for share, error in zip(shares, errors, strict=True)]
    figure = OverYears(here, WHOLE_PERCENT, paths[0], paths[-1], from_zero=False)
    figure.band(paths, low, high, here.palette.accent, 0.2)
    figure.line(paths, shares, here.t("uncertainty.settling"), here.palette.accent)
    spec = figure.specification()
    spec["layout"]["xaxis"] |= {"range": [0, paths[-1] * 1.02], "dtick": None, "nticks": 6, "tickformat": ","}
    title = {"text": here.t("s.runs"), "standoff": 4, "font": {"size": 12}}
    spec["layout"]["xaxis"] |= {"tickmode": "auto", "title": title}
    spec["layout"]["margin"]["b"] = 40
    return spec
