"""The four headline numbers in words: cards with a line per scenario on Compare, metrics on Build."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from poolcast.dashboard.context import Context, Shown
from poolcast.dashboard.parts.cards import Card, CardLine
from poolcast.dashboard.services.headline import USUAL_MONTHS, CardValue, Kind
from poolcast.reporting.formats import (
    MONTHS,
    NOT_DEFINED,
    PERCENT,
    Scale,
    money_scale,
    money_text,
    probability_text,
    rate_change_text,
    rounded,
)
from poolcast.scenarios.scenario import FIRST_YEAR_OF_A_POLICY

Values = Mapping[Kind, Sequence[CardValue]]


def title_of(here: Context, kind: Kind, year: int) -> str:
    """Return the title of a card, with year and unit."""
    base = here.held.base_year
    if kind == "required":
        key = "compare.required_residents" if here.ledger == "RPF" else "compare.required"
        return here.t(key, year=year, months=f"{USUAL_MONTHS:g}")
    return {
        "exhaustion": here.t("compare.exhaustion"),
        "months": here.t("compare.months_in", year=year),
        "sum": here.t("compare.sum", first=base + 1, year=year),
    }[kind]


def short_title(here: Context, kind: Kind, year: int, unit: str = "") -> str:
    """Return the title of a narrow metric; its tip has the whole one."""
    return {
        "exhaustion": here.t("compare.short_exhaustion"),
        "months": here.t("compare.short_months", year=year),
        "required": here.t("compare.short_residents" if here.ledger == "RPF" else "compare.short_required"),
        "sum": f"{here.t('compare.short_sum')} {unit}".rstrip(),
    }[kind]


def tip_of(here: Context, kind: Kind) -> str:
    """Return what the term of a card means."""
    start = here.held.base_year + FIRST_YEAR_OF_A_POLICY
    return {
        "exhaustion": here.t("tip.exhaustion"),
        "months": here.t("tip.months"),
        "required": here.t("compare.tip_required", start=start),
        "sum": here.t("compare.tip_sum"),
    }[kind]


def sum_scale(values: Sequence[CardValue]) -> Scale:
    """Return the unit in which the sums of a card are shown."""
    return money_scale([value.value for value in values])


def value_text(here: Context, kind: Kind, value: CardValue, scale: Scale) -> str:
    """Return a number of a card as it is shown; years and money in the unit of the title."""
    if kind == "exhaustion" and value.state != "none":
        words = {"never": here.t("c.never", year=here.last_year), "already": here.t("c.already")}
        return words.get(value.state) or str(int(value.value))
    if kind == "required" and value.state == "never":
        return here.t("compare.out_of_reach")
    if not math.isfinite(value.value):
        return NOT_DEFINED
    if kind == "months":
        return MONTHS.show(value.value)
    if kind == "required":
        return rounded(value.value, 0) if here.ledger == "RPF" else PERCENT.show(value.value)
    return scale.show(value.value)


def change_text(here: Context, kind: Kind, value: CardValue, first: CardValue, scale: Scale) -> str:
    """Return the difference from the first scenario, signed or in words; empty where there is none to tell."""
    if not value.tone:
        return ""
    if value.tone == "same":
        return here.t("c.nochange")
    if kind == "exhaustion":
        return _years_text(here, value, first)
    if not math.isfinite(value.difference):
        return ""
    if kind == "months":
        return rounded(value.difference, 1, sign=True)
    if kind == "required":
        is_per_head = here.ledger == "RPF"
        return (
            rounded(value.difference, 0, sign=True)
            if is_per_head
            else rate_change_text(value.difference, here.language, short=True)
        )
    return scale.show(value.difference, sign=True)


def _years_text(here: Context, value: CardValue, first: CardValue) -> str:
    if math.isfinite(value.difference):
        years = abs(round(value.difference))
        return here.t("c.earlier", n=years) if value.difference < 0 else here.t("c.later", n=years)
    if value.state == "never":
        return here.t("compare.saved", year=int(first.value)) if first.state == "number" else here.t("compare.better")
    return here.t("compare.lost") if first.state == "never" else here.t("compare.worse")


def headline_cards(here: Context, shown: Sequence[Shown], values: Values, year: int, waiting: str) -> list[Card]:
    """Return the four cards, a line per scenario.

    Parameters
    ----------
    here : Context
    shown : sequence of Shown
        The scenarios, the first being what the others are compared with.
    values : mapping
        As `services.headline.headline` gives them; a kind that is left out is not known yet.
    year : int
        Year in focus.
    waiting : str
        What stands in place of a number that is not known yet.
    """
    made = []
    kinds: tuple[Kind, ...] = ("exhaustion", "months", "required", "sum")
    for kind in kinds:
        known = values.get(kind)
        if known is None:
            lines = [CardLine(one, waiting) for one in shown]
            foot = _foot(here, kind, (), year)
            made.append(Card(title_of(here, kind, year), lines, tip=tip_of(here, kind), foot=foot))
            continue
        scale = sum_scale(known) if kind == "sum" else MONTHS
        lines = [_line(here, kind, one, value, known[0], scale) for one, value in zip(shown, known, strict=True)]
        unit = f"（{here.say(scale.unit)}）" if here.language == "zh" else f" ({here.say(scale.unit)})"
        title = title_of(here, kind, year) + (unit if kind == "sum" else "")
        foot, parts = _foot(here, kind, known, year), _chances(known) if kind == "exhaustion" else []
        made.append(Card(title, lines, tip=tip_of(here, kind), foot=foot, parts=parts if len(set(parts)) > 1 else ()))
    return made


def _line(here: Context, kind: Kind, shown: Shown, value: CardValue, first: CardValue, scale: Scale) -> CardLine:
    more = ""
    if kind == "months" and value.gap > 0:
        more = here.t("compare.gap", gap=money_text(value.gap, here.language))
    if kind == "sum" and math.isfinite(value.present_value):
        more = here.t("compare.present_value", value=money_text(value.present_value, here.language))
    tone = value.tone or "same"
    return CardLine(
        shown,
        value_text(here, kind, value, scale),
        value.value,
        value.low,
        value.high,
        change_text(here, kind, value, first, scale),
        tone,
        value.is_sure,
        more,
    )


def _chances(values: Sequence[CardValue]) -> list[str]:
    """Return how likely each scenario exhausts the reserve by the year in focus; nothing where one is not simulated."""
    if not values or not all(math.isfinite(value.probability) for value in values):
        return []
    return [probability_text(value.probability, value.paths) for value in values]


def _foot(here: Context, kind: Kind, values: Sequence[CardValue], year: int) -> str:
    if kind == "exhaustion":
        told = _chances(values)
        if not told:
            return here.t("compare.foot_exhaustion" if here.view.scenarios else "compare.foot_pick")
        return here.t("compare.chances", year=year, chances=told[0] if len(set(told)) == 1 else "")
    return {
        "months": here.t("compare.foot_months"),
        "required": here.t("compare.foot_required"),
        "sum": here.t("compare.foot_sum"),
    }[kind]
