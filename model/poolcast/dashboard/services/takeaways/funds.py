"""The sentences of Overview, Forecast and Uncertainty: whether, when and how surely ledgers are exhausted."""

from __future__ import annotations

import math

from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.headline import reserve_state
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.takeaways.place import (
    Place,
    closed_up,
    cover_of,
    inside,
    merged,
    plain,
    title_of,
    together,
    value_of,
)
from poolcast.reporting.formats import WHOLE_PERCENT, probability_text


def overview(item: Projected, ledger: str, year: int, language: str) -> str:
    """Say how many regions exhaust a ledger, and which is first."""
    outcome = item.outcome
    place = Place("", ledger, year, language)
    held = [code for code in outcome.regions if reserve_state(item, code, ledger)[0] != "none"]
    common: dict[str, object] = {
        "set": plain(item.loaded.title.in_language(language)),
        "n": len(held),
        "last": outcome.last_year,
    }
    if not held:
        return place.say("take.overview_no_data", None, **common)
    if len(held) == 1:
        return forecast(item, held[0], ledger, year, language)
    states = {code: reserve_state(item, code, ledger) for code in held}
    already = [code for code, (state, _) in states.items() if state == "already"]
    coming = {code: year for code, (state, year) in states.items() if state == "number"}
    if already:
        return place.say("take.overview_already", None, **common, already=len(already), count=len(coming))

    def name(code: str) -> str:
        return plain(outcome.region_name(code).in_language(language))

    if coming:
        first = min(coming, key=lambda code: coming[code])
        return place.say(
            "take.overview_some", None, **common, count=len(coming), place=name(first), first=int(coming[first])
        )
    months = {code: value_of(item, "payable_months", code, ledger, year) for code in held}
    fewest = min(months, key=lambda code: months[code] if math.isfinite(months[code]) else math.inf)
    return place.say("take.overview_none", None, **common, place=name(fewest), months=place.months(months[fewest]))


def forecast(item: Projected, region: str, ledger: str, year: int, language: str) -> str:
    """Say whether and when a ledger is exhausted under a scenario, and when it first runs a deficit."""
    place = Place(region, ledger, year, language)
    outcome = item.outcome
    if region not in outcome.regions or not outcome.holds(region, ledger):
        return place.say("take.forecast_no_data", item)
    state, when = reserve_state(item, region, ledger)
    base, last = outcome.base_year, outcome.last_year
    if state == "none" and (sentence := merged(item, place)):
        return sentence
    if state == "none":
        spent = outcome.series("expenditure", region, ledger)
        return place.say(
            "take.forecast_no_reserve", item, base=base, before=place.money(spent[0]), after=place.money(spent[-1])
        )
    if state == "already":
        reserve = value_of(item, "reserve", region, ledger, base)
        share = WHOLE_PERCENT.show(cover_of(item, region, ledger, base))
        return place.say("take.forecast_already", item, base=base, reserve=place.money(reserve), share=share)
    scenario = title_of(item, language)
    if state == "number":
        share = WHOLE_PERCENT.show(cover_of(item, region, ledger, int(when)))
        first = place.say("take.forecast_year", item, scenario=scenario, year=int(when), share=share)
    else:
        months = outcome.series("payable_months", region, ledger)
        first = place.say(
            "take.forecast_never",
            item,
            scenario=scenario,
            base=base,
            before=place.months(months[0]),
            after=place.months(months[-1]),
        )
    deficit = outcome.event_year("first_deficit", region, ledger)
    second = (
        place.say("take.forecast_no_deficit", item, last=last)
        if deficit is None
        else place.say("take.forecast_deficit", item, year=deficit)
    )
    return together(first, second, language)


def uncertainty(item: Projected, region: str, ledger: str, year: int, language: str, found: Found | None = None) -> str:
    """Say how likely a ledger is exhausted by the year in focus, and how wide the months may lie then."""
    place = Place(region, ledger, year, language)
    if reserve_state(item, region, ledger)[0] == "none":
        return merged(item, place) or place.say("take.uncertain_no_data", item)
    if found is None:
        single = inside(forecast(item, region, ledger, year, language))
        return place.say("take.uncertain_waiting", item, sentence=single)
    bands = found.bands
    share, error = bands.probability("exhausted_by", region, ledger, year)
    low, median, high = (
        place.months(bands.quantile("payable_months", level, region, ledger)[year]) for level in (0.1, 0.5, 0.9)
    )
    values = {"runs": f"{bands.paths:,}", "low": low, "median": median, "high": high}
    if share == 0:
        sentence = place.say("take.uncertain_none", item, **values)
    elif share == 1:
        sentence = place.say("take.uncertain_all", item, **values)
    elif bands.quantile("payable_months", 0.9, region, ledger)[year] <= 0:
        shown = probability_text(share, bands.paths, error, language)
        sentence = place.say("take.uncertain_most", item, share=shown, **values)
    else:
        shown = probability_text(share, bands.paths, error, language)
        sentence = place.say("take.uncertain_some", item, share=shown, **values)
    sentence = closed_up(sentence)
    if not bands.is_partial:
        return sentence
    return together(sentence, place.say("take.uncertain_partial", item, runs=f"{bands.paths:,}"), language)
