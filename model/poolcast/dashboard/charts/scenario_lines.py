"""Several scenarios over the years: levels with bands of two of them, or differences with the paired band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from poolcast.dashboard.charts.labels import value_label
from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.context import Context, Shown
from poolcast.dashboard.services.bands import FANS, Found
from poolcast.dashboard.services.headline import reserve_state
from poolcast.dashboard.services.history import History
from poolcast.dashboard.services.projections import Projected
from poolcast.reporting.formats import LEDGERS_WITH_BANDS, MONTHS, Scale, money_scale_in
from poolcast.reporting.theme import FLOW_DASHES

FLOWS = "revenue"
MEASURES = ("payable_months", "reserve", "balance", FLOWS)
"""What can be drawn; the last stands for revenue and expenditure together."""

Kind = Literal["level", "difference"]
_HISTORY = 10


@dataclass(frozen=True)
class Drawn:
    """A scenario of a figure.

    Parameters
    ----------
    shown : Shown
        Name, colour and dash.
    item : Projected
        Its projection.
    found : Found or None
        Its bands, with those of the difference, where they are known.
    """

    shown: Shown
    item: Projected
    found: Found | None = None


def values_of(here: Context, item: Projected, name: str) -> list[float]:
    """Return a measure by year for the place in view; payable months never below zero."""
    values = item.outcome.series(name, here.region, here.ledger)
    return (
        [max(value, 0.0) if math.isfinite(value) else value for value in values] if name == "payable_months" else values
    )


def measures_of(here: Context, item: Projected) -> tuple[str, ...]:
    """Return what can be drawn for the ledger in view."""
    kept = []
    for name in MEASURES:
        asked = "expenditure" if name == FLOWS else name
        if any(math.isfinite(value) for value in item.outcome.series(asked, here.region, here.ledger)):
            kept.append(name)
    return tuple(kept)


def scale_of(here: Context, drawn: Sequence[Drawn], measure: str, kind: Kind) -> Scale:
    """Return the unit of a figure."""
    if measure == "payable_months":
        return MONTHS
    names = ("revenue", "expenditure") if measure == FLOWS else (measure,)
    values = [value for one in drawn for name in names for value in _shown_values(here, drawn, one, name, kind)]
    return money_scale_in(here.view.unit, values)


def _shown_values(here: Context, drawn: Sequence[Drawn], one: Drawn, name: str, kind: Kind) -> list[float]:
    own = values_of(here, one.item, name)
    if kind == "level":
        return own
    base = values_of(here, drawn[0].item, name)
    return [value - other for value, other in zip(own, base, strict=True)]


def scenario_lines(
    here: Context,
    drawn: Sequence[Drawn],
    measure: str,
    kind: Kind = "level",
    past: History | None = None,
    starts: Sequence[tuple[int, str]] = (),
    height: Literal["below_cards", "effect"] = "below_cards",
) -> dict[str, Any]:
    """Return a figure of scenarios over the years.

    Parameters
    ----------
    here : Context
    drawn : sequence of Drawn
        The first is what the others are compared with; the second is in focus, and has a band too.
    measure : str
        One of `MEASURES`.
    kind : {"level", "difference"}
    past : History, optional
        Accounts before the base year, for levels.
    starts : sequence of (year, text)
        First years of policies, to be marked.
    height : {"below_cards", "effect"}
        Room of the card, for spreading labels.
    """
    scale = scale_of(here, drawn, measure, kind)
    years = drawn[0].item.outcome.years
    before = {} if past is None or kind == "difference" or measure == FLOWS else _before(here, past, measure, drawn)
    first = min([*before, years[0]])
    figure = OverYears(here, scale, first, years[-1], height=height)
    if measure == "payable_months" and kind == "level":
        figure.limits(low=0.0)
    for number, one in enumerate(drawn[:2]):
        _band(here, figure, one, measure, kind, (0.12, 0.2)[number])
    if before:
        figure.line(list(before), list(before.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    if measure == FLOWS:
        _flows(here, figure, drawn, kind, scale)
    else:
        for one in drawn if kind == "level" else drawn[1:]:
            _line(here, figure, drawn, one, measure, kind, scale)
    if kind == "difference":
        figure.threshold(0.0, "", here.palette.scenarios[0])
    elif measure == "payable_months" and here.ledger in LEDGERS_WITH_BANDS:
        figure.rail()
    _mark_starts(here, figure, starts)
    return figure.specification()


def _before(here: Context, past: History, measure: str, drawn: Sequence[Drawn]) -> dict[int, float]:
    base = here.held.base_year
    found = past.of(measure, here.region, here.ledger)
    kept = {year: value for year, value in sorted(found.items()) if base - _HISTORY <= year < base}
    if kept:
        kept[base] = values_of(here, drawn[0].item, measure)[0]
    return kept


def _band(here: Context, figure: OverYears, one: Drawn, measure: str, kind: Kind, opacity: float) -> None:
    if one.found is None or measure not in FANS:
        return
    if kind == "level":
        fan = one.found.bands.fans[measure]["quantile"]
    elif one.found.paired is not None:
        fan = one.found.paired.fans[measure]["quantile"]
    else:
        return
    if here.region not in fan.region.values:
        return
    place = fan.sel(region=here.region, ledger=here.ledger)
    years = [int(year) for year in place.year.values if year >= here.held.base_year]
    low, high = (place.sel(level=level, year=years).values.tolist() for level in (0.1, 0.9))
    if measure == "payable_months" and kind == "level":
        low, high = ([max(value, 0.0) for value in end] for end in (low, high))
    figure.band(years, low, high, one.shown.colour, opacity)


def _line(
    here: Context, figure: OverYears, drawn: Sequence[Drawn], one: Drawn, measure: str, kind: Kind, scale: Scale
) -> None:
    years = one.item.outcome.years
    values = _shown_values(here, drawn, one, measure, kind)
    state, when = reserve_state(one.item, here.region, here.ledger)
    if kind == "level" and measure == "payable_months" and state == "number":
        end = int(when)
        cut = [value if year < end else math.nan for year, value in zip(years, values, strict=True)]
        cut[years.index(end)] = 0.0
        figure.scenario(one.shown, years, cut, here.t("compare.exhausted_in", name=_bold(one.shown.title), year=end))
        figure.crossed(end, one.shown.colour)
        return
    if kind == "difference":
        label = f"{_bold(one.shown.title)} {scale.show(values[-1], sign=True)}"
    else:
        label = value_label(one.shown.title, values[-1], scale)
    figure.scenario(one.shown, years, values, label)


def _bold(text: str) -> str:
    return value_label(text, math.nan, MONTHS)


def _flows(here: Context, figure: OverYears, drawn: Sequence[Drawn], kind: Kind, scale: Scale) -> None:
    """Revenue and expenditure: the colour says which of the two, the dash which scenario."""
    looks = (
        ("revenue", here.t("compare.revenue"), here.palette.adds, here.palette.adds_text),
        ("expenditure", here.t("compare.expenditure"), here.palette.drains, here.palette.drains_text),
    )
    for one in drawn if kind == "level" else drawn[1:]:
        for name, word, colour, text in looks:
            values = _shown_values(here, drawn, one, name, kind)
            told = f"{word} · {one.shown.title}"
            labelled = value_label(told, math.nan, scale) if one in drawn[:2] else None
            dash = FLOW_DASHES[one.shown.place]
            width = 2.6 if one is drawn[-1] else 2.0
            figure.line(
                one.item.outcome.years, values, told, colour, dash=dash, width=width, label=labelled, text_colour=text
            )


def _mark_starts(here: Context, figure: OverYears, starts: Sequence[tuple[int, str]]) -> None:
    for level, (year, text) in enumerate(starts):  # each a line lower, for years that lie close would cover each other
        figure.start(year, text, here.palette.scenario_texts[1], level)
