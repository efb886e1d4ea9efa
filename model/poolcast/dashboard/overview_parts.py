"""The parts of the page Overview: cards of the whole set, the table of every fund, and ledger cards of a small set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from poolcast.dashboard.charts.over_time import OverYears
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.bands import event_range
from poolcast.dashboard.parts.cards import Card
from poolcast.dashboard.parts.levels import against, level_text
from poolcast.dashboard.services.attention import Row
from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.history import History
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.reporting.formats import (
    LEDGERS_WITH_BANDS,
    MONTHS,
    NOT_DEFINED,
    Scale,
    growth_text,
    money_scale,
    money_text,
    rounded,
)

if TYPE_CHECKING:
    import pandas as pd

SPARK_YEARS = 25
"""Years of the small line after the base year."""


def total_cards(here: Context, rows: Sequence[Row], past: History, item: Any) -> list[Card]:
    """Return revenue, expenditure, reserve and months of the whole set in the base year, with their growth."""
    base = here.held.base_year
    sums = {name: math.fsum(getattr(row, name) for row in rows if math.isfinite(getattr(row, name))) for name in FLOWS}
    cards = []
    for name in ("revenue", "expenditure"):
        before = [past.of(name, row.region, here.ledger).get(base - 1, math.nan) for row in rows]
        foot = _growth(here, sums[name], before, [_next(item, name, row) for row in rows])
        cards.append(_money_card(here, name, sums[name], foot))
    balance = here.t("overview.balance", amount=money_text(sums["balance"], here.language, sign=True))
    cards.append(_money_card(here, "reserve", sums["reserve"], balance))
    cards.append(_months_card(here, rows, sums))
    return cards


FLOWS = ("revenue", "expenditure", "balance", "reserve")


def _money_card(here: Context, name: str, value: float, foot: str) -> Card:
    scale = money_scale([value])
    title = f"{here.say(MEASURES[name].label)} {here.held.base_year}"
    tip = here.t("tip.reserve") if name == "reserve" else here.say(MEASURES[name].basis)
    unit = here.say(scale.unit)
    if here.language == "en" and scale.divisor > 1:
        unit = f"({unit})"  # 41.5 100m would be read as one number
    return Card(title, big=scale.show(value), unit=unit, foot=foot, tip=tip)


def _growth(here: Context, value: float, before: Sequence[float], after: Sequence[float]) -> str:
    """Return the growth against the year before where its accounts are known, else what the next year is to bring."""
    if before and all(math.isfinite(one) for one in before) and sum(before) > 0:
        return here.t("overview.growth", growth=growth_text(value / math.fsum(before) - 1))
    total = math.fsum(one for one in after if math.isfinite(one))
    if value <= 0 or not total:
        return ""
    return here.t("overview.next", year=here.held.base_year + 1, growth=growth_text(total / value - 1))


def _next(item: Any, name: str, row: Row) -> float:
    series = item.outcome.series(name, row.region, row.ledger)
    return float(series[1]) if len(series) > 1 else math.nan


def _months_card(here: Context, rows: Sequence[Row], sums: dict[str, float]) -> Card:
    title = f"{here.say(MEASURES['payable_months'].label)} {here.held.base_year}"
    held = [row.now for row in rows if math.isfinite(row.now)]
    if not held or sums["expenditure"] <= 0:
        return Card(title, big=NOT_DEFINED, foot=here.t("overview.no_months"), tip=here.t("tip.months"))
    every = 12 * sums["reserve"] / sums["expenditure"]
    foot = ""
    if len(held) > 1:
        foot = here.t("overview.spread", low=rounded(min(held), 1), high=rounded(max(held), 1))
    return Card(title, big=MONTHS.show(every), unit=here.say(MONTHS.unit), foot=foot, tip=here.t("tip.months"))


def reason(here: Context, row: Row) -> str:
    """Return the rule that fired, or will, in words with its value and threshold; a dash where none does."""
    one = row.warning
    if one is None:
        return NOT_DEFINED
    said = f"{here.say(one.rule.title)} {against(one, here.language)}"
    return here.t("overview.coming", year=one.year, rule=said) if one.is_coming else said


def light(here: Context, row: Row) -> str:
    """Return the light as symbol and word."""
    return NOT_DEFINED if row.level is None else level_text(here, row.level)


def table(here: Context, rows: Sequence[Row], year: int, found: Found | None, *, several: bool) -> pd.DataFrame:
    """Return the table of every fund, as it is shown and as it goes into files (there the small line is left out)."""
    import pandas as pd

    names = here.held.name_of
    scale = money_scale([row.expenditure for row in rows])
    frame: dict[str, Sequence[object]] = {here.t("overview.region"): [here.say(names(row.region)) for row in rows]}
    if several:
        frame[here.t("overview.ledger")] = [here.say(here.held.ledgers[row.ledger]) for row in rows]
    frame[here.t("overview.light")] = [light(here, row) for row in rows]
    for at, values in ((here.held.base_year, [row.now for row in rows]), (year, [row.then for row in rows])):
        frame[here.t("overview.months", year=at)] = [_months(value) for value in values]
    frame[here.t("overview.trend", last=_spark_end(here))] = [_spark(here, row) for row in rows]
    frame[here.say(MEASURES["first_deficit"].label)] = [_year(here, row, row.first_deficit) for row in rows]
    frame[here.t("overview.exhaustion")] = [_exhaustion(here, row, found) for row in rows]
    frame[here.t("overview.rule")] = [reason(here, row) for row in rows]
    for name in FLOWS:
        frame[headed(here, name, scale)] = [_money(getattr(row, name), scale) for row in rows]
    return pd.DataFrame(frame)


def heads(here: Context, year: int) -> dict[str, tuple[str, int, str]]:
    """Return how columns of short words and numbers are headed on the page, their pixels, and what their heads mean."""
    light, deficit = here.t("overview.light"), here.say(MEASURES["first_deficit"].label)
    found = {light: (light, 74, here.t("tip.worry")), deficit: (deficit, 86, here.t("tip.first_deficit"))}
    for at in (here.held.base_year, year):
        short = here.t("overview.months_short", year=at)
        found[here.t("overview.months", year=at)] = (short, 76, here.t("tip.months"))
    last = here.t("overview.exhaustion")
    return found | {last: (last, 134, f"{here.t('tip.exhaustion')} {here.t('tip.eight_in_ten')}")}


def headed(here: Context, name: str, scale: Scale) -> str:
    """Return the head of a column of money with its year and unit."""
    unit = here.say(scale.unit)
    bracket = f"（{unit}）" if here.language == "zh" else f" ({unit})"
    return f"{here.say(MEASURES[name].label)} {here.held.base_year}{bracket}"


def _money(value: float, scale: Scale) -> float | None:
    return round(value / scale.divisor, scale.digits) if math.isfinite(value) else None


def _months(value: float) -> float | None:
    return round(max(value, 0.0), 1) if math.isfinite(value) else None


def _spark_end(here: Context) -> int:
    return min(here.held.base_year + SPARK_YEARS, here.last_year)


def _spark(here: Context, row: Row) -> list[float]:
    """Return the months of the small line, cut where a reserve is used up or so large that others would be flat."""
    return [round(min(max(value, 0.0), TALLEST), 1) for year, value in row.months if year <= _spark_end(here)]


TALLEST = 24.0
"""Months at which small lines are cut, so that one common axis shows all of them."""


def _year(here: Context, row: Row, year: int | None) -> str:
    if year is not None:
        return str(year)
    return NOT_DEFINED if not math.isfinite(row.now) else here.t("c.never", year=here.last_year)


def _exhaustion(here: Context, row: Row, found: Found | None) -> str:
    if not math.isfinite(row.reserve):
        return NOT_DEFINED
    if row.reserve < 0:
        return here.t("c.already")
    central = str(row.exhaustion) if row.exhaustion else here.t("c.never", year=here.last_year)
    between = "" if found is None else event_range(here, found, "exhaustion", row.region, row.ledger, brief=True)
    if not between:
        return central
    if not row.exhaustion:
        central = f"{here.last_year}+"  # as the range behind it says it: both must fit the column
    return f"{central}（{between}）" if here.language == "zh" else f"{central} ({between})"


def small_chart(here: Context, item: Any, past: History, ledger: str) -> dict[str, Any] | None:
    """Return the months (or, without bands, the reserve) of a ledger as a small figure."""
    outcome = item.outcome
    name = "payable_months" if ledger in LEDGERS_WITH_BANDS or ledger == "EPA" else "reserve"
    values = outcome.series(name, here.region, ledger)
    if not any(math.isfinite(value) for value in values):
        name, values = "expenditure", outcome.series("expenditure", here.region, ledger)
        if not any(math.isfinite(value) for value in values):
            return None
    scale = MONTHS if name == "payable_months" else money_scale(values)
    before = {
        year: value for year, value in sorted(past.of(name, here.region, ledger).items()) if year <= here.held.base_year
    }
    figure = OverYears(here, scale, min([*before, here.held.base_year]), here.last_year)
    figure.unit = f"{here.say(MEASURES[name].label)} · {here.say(scale.unit)}"
    if before:
        figure.line(list(before), list(before.values()), here.t("x.actual"), here.palette.text, width=1.8, dots=True)
    end = outcome.event_year("exhaustion", here.region, ledger) if name != "expenditure" else None
    shown = [
        value if end is None or year < end else 0.0 if year == end else math.nan
        for year, value in zip(outcome.years, values, strict=True)
    ]
    label = None if end is not None else f"<b>{scale.show(values[-1])}</b>"
    figure.line(outcome.years, shown, here.t("x.projection"), here.palette.accent, label=label)
    if end is not None:
        figure.cross(end, here.palette.accent)
    if ledger in LEDGERS_WITH_BANDS:
        figure.rail()
    return figure.specification()


def short_name(here: Context, code: str) -> str:
    """Return the name of a region as it fits on a tile."""
    name = here.say(here.held.name_of(code))
    if here.language == "zh":
        return name.removesuffix("市") if len(name) > 2 else name
    return name.removesuffix(" New Area")


def months_of(here: Context, item: Any, year: int) -> dict[str, float]:
    """Return payable months by region in a year; of a region whose ledger a pool holds, those of the pool."""
    outcome = item.outcome
    number = outcome.years.index(year)
    pools = dict(zip(map(str, outcome.forecast.region.values), map(str, outcome.forecast.pool.values), strict=True))
    found = {}
    for code in here.held.regions:
        value = outcome.series("payable_months", code, here.ledger)[number]
        pool = pools.get(code, "")
        if not math.isfinite(value) and pool in outcome.regions:
            value = outcome.series("payable_months", pool, here.ledger)[number]
        found[code] = value
    return found
