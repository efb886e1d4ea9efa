"""Colours, dashes and the layout that all figures share: blue adds to a fund, orange drains it."""

from __future__ import annotations

from typing import Any

FONT = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'Hiragino Sans GB',system-ui,sans-serif"
)
TEXT, MUTED, GRID, LINE, RULE = "#1B242D", "#5F6B77", "#E6EBEF", "#D5DCE3", "#9AA5AF"
ADDS, DRAINS = "#2166AC", "#D9722B"
SCENARIO_COLOURS = ("#27313D", "#148292", "#8143C8", "#C8145A", "#B8860B")
SCENARIO_DASHES = ("solid", "solid", "dash", "dot", "dashdot")
SCENARIO_WIDTHS = (2.2, 2.8, 2.2, 2.2, 2.2)
"""A scenario keeps its place, and so its colour and dash, on a whole page."""

FLOW_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""Dash by scenario where the colour already says revenue or expenditure."""

EXPENDITURE_TINTS = ("#A8500F", "#D9722B", "#ECA36B", "#F5CDAE", "#E3D3C6", "#C9B7A7", "#8C6A4F")
PEOPLE_TINTS = {
    "child": "#C5D9EC",
    "adult_resident": "#8DB6DD",
    "active": "#134B7F",
    "flexible": "#3F7FBF",
    "unemployed": "#6B9A94",
    "paying_past_retirement": "#B9A46A",
    "retired": "#C47A1C",
    "uninsured": "#D5DCE3",
}


def layout(**changes: Any) -> dict[str, Any]:
    """Return the layout of a figure over years; keywords replace whole entries.

    Parameters
    ----------
    **changes
        Entries of a Plotly layout.
    """
    axis = {"fixedrange": True, "automargin": False, "zeroline": False, "tickfont": {"color": MUTED}}
    base: dict[str, Any] = {
        "font": {"family": FONT, "size": 12.5, "color": TEXT},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 56, "r": 14, "t": 14, "b": 28},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#FFFFFF", "bordercolor": LINE},
        "separators": ".,",
        "dragmode": False,
        "bargap": 0.12,
        "xaxis": {
            **axis,
            "showgrid": False,
            "ticks": "outside",
            "tickformat": "d",
            "linecolor": RULE,
            "showline": True,
        },
        "yaxis": {
            **axis,
            "tickformat": ",",
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": RULE,
            "rangemode": "tozero",
        },
        "shapes": [],
        "annotations": [],
    }
    return {**base, **changes}
