"""Figures of the page Budget: spending against the phased plan through the year, and cash through the year."""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.cash import CashFlow
from poolcast.budget.execution import with_totals
from poolcast.budget.fund_months import FundMonths
from poolcast.budget.months import MONTHS
from poolcast.dashboard.charts.labels import label_margin, spread_labels, tinted, value_label
from poolcast.dashboard.context import Context
from poolcast.reporting.figure_parts import numbers
from poolcast.reporting.formats import Scale
from poolcast.reporting.theme import layout

Array = NDArray[np.float64]

_HEIGHT = 140
_MONTHS = tuple(range(1, MONTHS + 1))


def month_name(here: Context, month: int) -> str:
    """Return the short name of a month."""
    return here.t("budget.month", n=month if here.language == "zh" else month_abbr[month])


def cumulative_months(fund: FundMonths, total: str) -> dict[str, Array]:
    """Return a total cumulated by month, yuan: plan, actual (NaN to come), outlook, low and high (12,).

    The outlook adds the lines, as the statement does; the band is that of the total.

    Parameters
    ----------
    fund : FundMonths
    total : {"R", "E"}
    """
    watched, known = fund.watched, fund.known
    names, phased = with_totals(fund.lines, watched.phased)
    _, expected = with_totals(fund.lines, fund.expected)
    at = names.index(total)
    plan, outlook = np.cumsum(phased[at]), np.cumsum(expected[at])
    low, high = watched.cumulative_band(total)
    actual = np.where(np.arange(MONTHS) < known, outlook, np.nan)
    return {"plan": plan, "actual": actual, "outlook": outlook, "low": low, "high": high}


def spending_against_plan(here: Context, found: Mapping[str, Array], known: int, scale: Scale) -> dict[str, Any]:
    """Return the figure of cumulative spending against the phased plan, with the band of the outlook.

    Parameters
    ----------
    here : Context
    found : mapping of str to array (12,), yuan
        As `cumulative_months` gives it.
    known : int
        Months known.
    scale : Scale
    """
    palette = here.palette
    colour, text = palette.drains, palette.drains_text
    ahead = list(range(max(known - 1, 0), MONTHS))
    traces = _band([_MONTHS[at] for at in ahead], found["low"][ahead], found["high"][ahead], colour, scale)
    traces.append(_line(_MONTHS, found["plan"], here.t("budget.plan"), palette.muted, scale, dash="dash", width=1.8))
    labels = [
        (found["plan"][-1] / scale.divisor, value_label(here.t("budget.plan"), found["plan"][-1], scale), palette.muted)
    ]
    if known:
        word = here.t("budget.outlook_short")
        traces.append(_line([_MONTHS[at] for at in ahead], found["outlook"][ahead], word, colour, scale, width=2.6))
        labels.append((found["outlook"][-1] / scale.divisor, value_label(word, found["outlook"][-1], scale), text))
        seen = _line(_MONTHS[:known], found["actual"][:known], here.t("x.actual"), palette.text, scale, dots=True)
        traces.append(seen)
    every = np.concatenate([found["plan"], found["outlook"], np.nan_to_num(found["high"]), [0.0]])
    return _figure(here, traces, labels, scale, (float(min(every.min(), 0.0)), float(every.max())), known)


def cash_through_the_year(here: Context, cash: CashFlow, scale: Scale) -> dict[str, Any]:
    """Return the figure of cash at the end of each working day, with its band and its lowest day."""
    palette = here.palette
    days = [day.isoformat() for day in cash.dates]
    traces = _band(days, cash.low, cash.high, palette.accent, scale)
    traces.append(_line(days, cash.balance, here.t("budget.cash"), palette.accent, scale, width=2.2))
    lowest = cash.lowest_day.isoformat()
    traces.append(
        {
            "type": "scatter", "mode": "markers", "x": [lowest], "y": [cash.lowest / scale.divisor],
            "name": here.t("budget.lowest"), "marker": {"size": 10, "color": palette.drains, "symbol": "diamond"},
            "hovertemplate": f"%{{y:,.{scale.digits}f}}",
        }
    )  # fmt: skip
    ends = np.concatenate([cash.low, cash.high, cash.balance, [0.0]])
    spec = _figure(here, traces, [], scale, (float(ends.min()), float(ends.max())), 0)
    spec["layout"]["xaxis"] |= {"type": "date", "tickformat": "%m-%d" if here.language == "zh" else "%d %b"}
    for key in ("tickvals", "ticktext", "range"):
        spec["layout"]["xaxis"].pop(key, None)
    return spec


def _line(
    x: Sequence[Any],
    y: Array,
    name: str,
    colour: str,
    scale: Scale,
    *,
    dash: str = "solid",
    width: float = 2.2,
    dots: bool = False,
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if dots else "lines",
        "x": list(x),
        "y": numbers(y.tolist(), scale),
        "name": name,
        "line": {"color": colour, "dash": dash, "width": width},
        "marker": {"size": 6, "color": colour},
        "hovertemplate": f"%{{y:,.{scale.digits}f}}",
    }


def _band(x: Sequence[Any], low: Array, high: Array, colour: str, scale: Scale) -> list[dict[str, Any]]:
    edge = {"type": "scatter", "mode": "lines", "x": list(x), "line": {"width": 0}, "hoverinfo": "skip"}
    upper = {"y": numbers(high.tolist(), scale), "fill": "tonexty", "fillcolor": tinted(colour, 0.18)}
    return [{**edge, "y": numbers(low.tolist(), scale)}, {**edge, **upper}]


def _figure(
    here: Context,
    traces: list[dict[str, Any]],
    labels: list[tuple[float, str, str]],
    scale: Scale,
    ends: tuple[float, float],
    known: int,
) -> dict[str, Any]:
    low, high = (end / scale.divisor for end in ends)
    room = (high - low or 1.0) * 0.06
    low, high = (low if low == 0 else low - room), high + room
    notes = spread_labels(labels, low, high, _HEIGHT)
    unit = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xshift": -40, "yshift": 11, "showarrow": False}
    words = {"text": here.t("budget.axis", unit=here.say(scale.unit)), "xanchor": "left", "yanchor": "bottom"}
    notes.append(unit | words | {"font": {"size": 11.5, "color": here.palette.muted}})
    margin = {"l": 46, "r": label_margin([text for _, text, _ in labels]), "t": 28, "b": 24}
    spec = layout(here.palette, margin=margin, annotations=notes)
    spec["xaxis"] |= {"range": [0.6, MONTHS + 0.3], "tickvals": list(_MONTHS), "tickangle": 0}
    if here.language == "en":  # twelve Chinese names would be turned or cut: there the unit says what the numbers are
        spec["xaxis"]["ticktext"] = [month_name(here, month) for month in _MONTHS]
    spec["yaxis"] |= {"range": [low, high], "nticks": 6, "rangemode": "normal"}
    spec["uirevision"] = "keep"
    if known:
        joint = {"type": "line", "x0": known, "x1": known, "yref": "paper", "y0": 0, "y1": 1}
        spec["shapes"] = [joint | {"line": {"color": here.palette.rule, "width": 1, "dash": "dot"}}]
    return {"data": traces, "layout": spec}
