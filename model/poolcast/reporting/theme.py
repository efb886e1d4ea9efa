"""Colours, dashes and the layout that all figures share: blue adds to a fund, orange drains it.

The one theme of reports and dashboard. Reports are light; the dashboard follows its reader, so that every colour that
depends on the ground stands in a `Palette`. Distances between colours were checked for protan, deutan and tritan eyes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FONT = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',"
    "'Hiragino Sans GB',system-ui,sans-serif"
)
TEXT, MUTED, GRID, LINE, RULE = "#1B242D", "#5F6B77", "#E6EBEF", "#D5DCE3", "#9AA5AF"
ADDS, DRAINS = "#2166AC", "#D9722B"
SCENARIO_COLOURS = ("#27313D", "#148292", "#8143C8", "#C8145A", "#B8860B")
ADDS_TEXT, DRAINS_TEXT = ADDS, "#A8500F"
SCENARIO_DASHES = ("solid", "solid", "dash", "dot", "dashdot")
SCENARIO_WIDTHS = (2.2, 2.8, 2.2, 2.2, 2.2)
"""A scenario keeps its place, and so its colour and dash, on a whole page."""

FLOW_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""Dash by scenario where the colour already says revenue or expenditure."""

EXPENDITURE_TINTS = ("#A8500F", "#D9722B", "#ECA36B", "#F5CDAE", "#E3D3C6", "#C9B7A7", "#8C6A4F")
REVENUE_TINTS = ("#134B7F", "#3F7FBF", "#8DB6DD", "#C5D9EC", "#DCE6F0")
LEDGER_COLOURS = {
    "EPF": "#1D4E7A",
    "RPF": "#C47A1C",
    "EPA": "#8C98A4",
    "LTCI": "#5B8F6A",
    "CII": "#A8629A",
    "MAF": "#6B5B4B",
}
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


@dataclass(frozen=True)
class Palette:
    """Colours that depend on the ground on which a figure lies.

    Parameters
    ----------
    dark : bool
        Whether the ground is dark.
    page, panel : str
        The ground of the page and of what is set off from it.
    text, muted, grid, line, rule : str
        Text, text of less weight, grid of figures, borders, axes.
    accent : str
        Controls, links and the line of a single scenario.
    adds, drains, adds_text, drains_text : str
        What adds to a fund and what drains it, as areas and as text.
    scenarios, scenario_texts : tuple of str
        By place, the baseline first: lines, and text in the colour of the line.
    bands : dict of str to (ground, text)
        By band of payable months (handbook 5.4).
    revenue, expenditure, ages : tuple of str
        Tints of stacked parts; children, working and retired ages.
    """

    dark: bool
    page: str
    panel: str
    text: str
    muted: str
    grid: str
    line: str
    rule: str
    accent: str
    adds: str
    drains: str
    adds_text: str
    drains_text: str
    scenarios: tuple[str, ...]
    scenario_texts: tuple[str, ...]
    bands: dict[str, tuple[str, str]]
    revenue: tuple[str, ...] = REVENUE_TINTS
    expenditure: tuple[str, ...] = EXPENDITURE_TINTS
    ages: tuple[str, str, str] = ("#9DB9D6", "#3F7FBF", "#1D4E7A")


LIGHT = Palette(
    dark=False,
    page="#FFFFFF",
    panel="#F3F6F8",
    text=TEXT,
    muted=MUTED,
    grid=GRID,
    line=LINE,
    rule=RULE,
    accent="#0E5E6F",
    adds=ADDS,
    drains=DRAINS,
    adds_text=ADDS_TEXT,
    drains_text=DRAINS_TEXT,
    scenarios=SCENARIO_COLOURS,
    scenario_texts=(*SCENARIO_COLOURS[:4], "#8A6500"),
    bands={
        "exhausted": ("#3D0F1C", "#FFFFFF"),
        "red": ("#C0392B", "#FFFFFF"),
        "orange": ("#EDA63A", TEXT),
        "normal": ("#A9D3C4", TEXT),
        "ample": ("#2B7A9B", "#FFFFFF"),
        "excessive": ("#3F3A8C", "#FFFFFF"),
    },
)
DARK = Palette(
    dark=True,
    page="#12181F",
    panel="#1B232C",
    text="#E3E8EE",
    muted="#9BA7B3",
    grid="#2A343F",
    line="#33404C",
    rule="#6B7783",
    accent="#45B3CC",
    adds="#6FB1E8",
    drains="#F0954F",
    adds_text="#6FB1E8",
    drains_text="#F0954F",
    scenarios=("#E3E8EE", "#45B3CC", "#A679F0", "#FF4F86", "#F0D24A"),
    scenario_texts=("#E3E8EE", "#45B3CC", "#A679F0", "#FF4F86", "#F0D24A"),
    bands={
        "exhausted": ("#8C2A44", "#FFFFFF"),
        "red": ("#E5564A", "#12181F"),
        "orange": ("#F0B04F", "#12181F"),
        "normal": ("#BFE3D6", "#12181F"),
        "ample": ("#4FA9CC", "#12181F"),
        "excessive": ("#8F8AE6", "#12181F"),
    },
)


def layout(palette: Palette = LIGHT, **changes: Any) -> dict[str, Any]:
    """Return the layout of a figure over years; keywords replace whole entries.

    Parameters
    ----------
    palette : Palette
        Colours by ground.
    **changes
        Entries of a Plotly layout.
    """
    axis = {"fixedrange": True, "automargin": False, "zeroline": False, "tickfont": {"color": palette.muted}}
    axis["tickangle"] = 0  # words are never turned, least of all where room is short
    base: dict[str, Any] = {
        "font": {"family": FONT, "size": 12.5, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 56, "r": 14, "t": 14, "b": 28},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": palette.page, "bordercolor": palette.line},
        "separators": ".,",
        "dragmode": False,
        "bargap": 0.12,
        "xaxis": {
            **axis,
            "showgrid": False,
            "ticks": "outside",
            "tickformat": "d",
            "linecolor": palette.rule,
            "showline": True,
        },
        "yaxis": {
            **axis,
            "tickformat": ",",
            "gridcolor": palette.grid,
            "zeroline": True,
            "zerolinecolor": palette.rule,
            "rangemode": "tozero",
        },
        "shapes": [],
        "annotations": [],
    }
    return {**base, **changes}
