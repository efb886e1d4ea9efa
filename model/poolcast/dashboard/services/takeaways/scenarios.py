"""The sentences of Compare and Build: how scenarios differ, and whether that may be noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.headline import CardValue, Kind, headline, reserve_state
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.takeaways.place import Place, merged, title_of, together, value_of

_READ: tuple[Kind, ...] = ("exhaustion", "months", "sum")


def compare(
    items: Sequence[Projected],
    region: str,
    ledger: str,
    year: int,
    language: str,
    found: Mapping[str, Found] | None = None,
) -> str:
    """Say how scenarios differ from the first: one in full, several by the most and the fewest months."""
    place = Place(region, ledger, year, language)
    first = items[0]
    if len(items) == 1:
        own = value_of(first, "payable_months", region, ledger, year)
        if not math.isfinite(own):
            return merged(first, place) or place.say("take.compare_none_no_reserve", first)
        return place.say("take.compare_none", first, own=place.months(own))
    if len(items) == 2:
        return pair(first, items[1], place, found)
    every = [max(value_of(item, "payable_months", region, ledger, year), 0.0) for item in items]
    own, known = every[0], [(months, number) for number, months in enumerate(every) if number and math.isfinite(months)]
    if not known or not math.isfinite(own):
        return pair(first, items[1], place, found)
    if max(own, *(months for months, _ in known)) == 0:
        return _by_year(items, place)
    if all(abs(months - own) < 0.05 for months, _ in known):
        return place.say("take.many_same", first, n=len(items) - 1, own=place.months(own))
    best, worst = max(known), min(known)
    return place.say(
        "take.many_months",
        first,
        n=len(items) - 1,
        best=title_of(items[best[1]], language),
        high=place.months(best[0]),
        worst=title_of(items[worst[1]], language),
        low=place.months(worst[0]),
        own=place.months(own),
    )


def _by_year(items: Sequence[Projected], place: Place) -> str:
    """Rank scenarios that have all exhausted a ledger by the year in focus by the year in which they did."""
    years = [reserve_state(item, place.region, place.ledger) for item in items]
    own = years[0][1]
    known = [(year, number) for number, (state, year) in enumerate(years) if number and state == "number"]
    if not known or not math.isfinite(own):
        return place.say("take.many_same", items[0], n=len(items) - 1, own=place.months(0.0))
    latest, earliest = max(known), min(known)
    if {year for year, _ in known} == {own}:
        return place.say("take.many_same_year", items[0], n=len(items) - 1, own=int(own))
    return place.say(
        "take.many_years",
        items[0],
        n=len(items) - 1,
        best=title_of(items[latest[1]], place.language),
        high=int(latest[0]),
        worst=title_of(items[earliest[1]], place.language),
        low=int(earliest[0]),
        own=int(own),
    )


def build(
    first: Projected,
    draft: Projected,
    region: str,
    ledger: str,
    year: int,
    language: str,
    found: Mapping[str, Found] | None = None,
) -> str:
    """Say what a draft does, with the number of its changes before it."""
    place = Place(region, ledger, year, language)
    count = len(draft.scenario.reforms)
    if not count:
        return place.say("take.build_none", first)
    return together(place.say("take.build_changes", first, n=count), pair(first, draft, place, found), language)


def pair(first: Projected, item: Projected, place: Place, found: Mapping[str, Found] | None) -> str:
    """Say how one scenario differs from another; that it may be noise where the paired band says so."""
    cards = headline([first, item], place.region, place.ledger, place.year, found=found, kinds=_READ)
    sentence, sure = _difference(first, item, place, cards["exhaustion"], cards["months"], cards["sum"])
    if sure:
        return sentence
    return together(sentence, place.say("take.pair_doubtful", item), place.language)


def _difference(
    first: Projected,
    item: Projected,
    place: Place,
    when: Sequence[CardValue],
    months: Sequence[CardValue],
    sums: Sequence[CardValue],
) -> tuple[str, bool]:
    """Return the sentence of the case that holds, and whether the difference is larger than the uncertainty."""
    names = {"scenario": title_of(item, place.language), "base": title_of(first, place.language)}

    def say(key: str, **values: object) -> str:
        return place.say(key, item, **(names | values))

    states = when[0].state, when[1].state
    change = place.money(sums[1].difference, sign=True)
    if "none" in states:
        absorbed = merged(item, place) or merged(first, place)
        if absorbed:
            return absorbed, True
        return _spending(first, item, place, say), True
    if months[1].tone in ("same", "") and sums[1].tone in ("same", "") and when[1].tone in ("same", ""):
        return say("take.pair_same", after=place.months(months[1].value)), True
    if "already" in states:
        return say("take.pair_already", change=change), sums[1].is_sure
    if states == ("number", "number"):
        years = {"before": int(when[0].value), "after": int(when[1].value)}
        moved = round(when[1].difference)
        if moved == 0:
            return say("take.pair_same_year", change=change, **years), sums[1].is_sure
        if moved < 0:
            return say("take.pair_earlier", n=-moved, **years), when[1].is_sure
        return say("take.pair_later", n=moved, **years), when[1].is_sure
    if states == ("number", "never"):
        return say("take.pair_saved", before=int(when[0].value)), when[1].is_sure
    if states == ("never", "number"):
        return say("take.pair_lost", after=int(when[1].value)), when[1].is_sure
    amounts = {"before": place.months(months[0].value), "after": place.months(months[1].value)}
    if months[1].tone == "same":
        return say("take.pair_same", after=amounts["after"]), True
    if months[1].difference > 0:
        return say("take.pair_more", **amounts), months[1].is_sure
    return say("take.pair_fewer", **amounts), months[1].is_sure


def _spending(first: Projected, item: Projected, place: Place, say: Callable[..., str]) -> str:
    before, after = (value_of(one, "expenditure", place.region, place.ledger, place.year) for one in (first, item))
    if not (math.isfinite(before) and math.isfinite(after)):
        return say("take.pair_no_data")
    if before == after:
        return say("take.pair_spending_same")
    return say("take.pair_spending", change=place.money(after - before, sign=True))
