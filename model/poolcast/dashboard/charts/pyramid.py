"""The pyramid of ages: men left, women right, three tints that follow the legal age, the base year as an outline."""

from __future__ import annotations

import html
from typing import Any

import numpy as np

from poolcast.dashboard.charts.labels import label_margin
from poolcast.dashboard.context import Context
from poolcast.dashboard.services.funds import Ages
from poolcast.reporting.figure_parts import nice_step
from poolcast.reporting.formats import PERSONS
from poolcast.reporting.theme import layout


def pyramid(here: Context, now: Ages, base: Ages, peak: float) -> dict[str, Any]:
    """Return the figure.

    Parameters
    ----------
    here : Context
    now, base : Ages
        People of the year in view and of the base year.
    peak : float
        Largest group of any year, persons, so that the axis stands still while the year moves.
    """
    colours = here.palette
    names = [here.t("forecast.children"), here.t("forecast.working"), here.t("forecast.retired")]
    places = list(range(len(now.groups)))
    traces: list[dict[str, Any]] = []
    for sex, sign in (("male", -1.0), ("female", 1.0)):
        for part, (name, colour) in enumerate(zip(names, colours.ages, strict=True)):
            people = [float(value) for value in now.parts[sex][part] / PERSONS.divisor]
            told = [[group, round(value, 1)] for group, value in zip(now.groups, people, strict=True)]
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "x": [round(sign * value, 2) for value in people],
                    "y": places,
                    "customdata": told,
                    "name": html.escape(name),
                    "marker": {"color": colour, "line": {"width": 0}},
                    "hovertemplate": "%{customdata[0]}: %{customdata[1]:,}",
                }
            )
        total = base.parts[sex].sum(axis=0) / PERSONS.divisor
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [round(float(sign * value), 2) for value in total],
                "y": places,
                "line": {"color": colours.text, "width": 1.2, "shape": "vhv"},
                "hoverinfo": "skip",
            }
        )
    top = peak / PERSONS.divisor * 1.06
    step = nice_step(top)
    ticks = [position * step for position in range(-int(top // step), int(top // step) + 1)]
    base_label = here.t("forecast.outline", year=here.held.base_year)
    labels = [(names[2], 15.5), (names[1], 8), (names[0], 1), (base_label, 19.5)]
    unit = here.say(PERSONS.unit)
    spec = layout(
        colours, barmode="relative", bargap=0.1, hovermode="closest",
        margin={"l": 34, "r": label_margin([text for text, _ in labels]), "t": 20, "b": 24},
    )  # fmt: skip
    spec["xaxis"] |= {
        "range": [-top, top],
        "tickvals": ticks,
        "ticktext": [f"{abs(tick):,g}" for tick in ticks],
        "tickangle": 0,
        "showgrid": True,
        "gridcolor": colours.grid,
    }
    spec["yaxis"] |= {
        "range": [-0.6, len(places) - 0.4],
        "tickvals": [0, 4, 8, 12, 16, 20],
        "ticktext": ["0", "20", "40", "60", "80", "100"],
        "rangemode": "normal",
        "showgrid": False,
        "zeroline": False,
    }
    muted = {"size": 11.5, "color": colours.muted}
    at = {"xref": "paper", "yref": "paper", "y": 1, "showarrow": False, "yanchor": "bottom", "font": muted}
    beside = {"xref": "paper", "x": 1, "xshift": 6, "showarrow": False, "xanchor": "left", "font": muted}
    spec["annotations"] = [
        at | {"x": 0.02, "text": here.t("forecast.men"), "xanchor": "left"},
        at | {"x": 0.5, "text": unit, "xanchor": "center"},
        at | {"x": 0.98, "text": here.t("forecast.women"), "xanchor": "right"},
        *(beside | {"y": place, "text": text} for text, place in labels),
    ]
    spec["uirevision"] = "keep"
    return {"data": traces, "layout": spec}


def peak_of(*every: Ages) -> float:
    """Return the largest group of several years, persons."""
    return max(float(np.max(parts.sum(axis=0))) for ages in every for parts in ages.parts.values())
