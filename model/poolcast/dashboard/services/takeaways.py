"""The sentence that opens a page and answers its question, made from the numbers, in either language.

Templates are words of the catalogue (``take.*``); a page shows one, and what stands between asterisks is set off. Each
function decides which case holds, and the tests compare what it says with the numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from poolcast.dashboard.services.bands import Found
from poolcast.dashboard.services.headline import CardValue, Kind, headline, reserve_state
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.sets import LoadedSet, ledger_name, parameters_with_evidence
from poolcast.dashboard.words import t
from poolcast.outlook.measures import income_cover
from poolcast.outlook.searching import Solution
from poolcast.outlook.unknowns import Unknown
from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import (
    PERCENT,
    WHOLE_PERCENT,
    growth_text,
    money_scale,
    money_text,
    months_text,
    probability_text,
    rounded,
)

BASELINE_WORDS = Words("current law", "现行政策")
_KNOWN_EVIDENCE = ("seed", "source", "derived", "estimated")


@dataclass(frozen=True)
class Place:
    """What a sentence speaks of.

    Parameters
    ----------
    region, ledger : str
        Codes.
    year : int
        Year in focus.
    language : {"zh", "en"}
    """

    region: str
    ledger: str
    year: int
    language: str

    def say(self, key: str, item: Projected | None, **values: object) -> str:
        """Return a template of the catalogue with the names of the place filled in."""
        names: dict[str, object] = {
            "ledger": ledger_words(self.ledger, self.language),
            "year": self.year,
            "base": BASELINE_WORDS.in_language(self.language),
        }
        if item is not None:
            known = self.region in item.outcome.regions
            name = item.outcome.region_name(self.region) if known else Words(self.region, self.region)
            names["place"] = plain(name.in_language(self.language))
            names["last"] = item.outcome.last_year
        return t(key, self.language, **(names | values))

    def months(self, value: float) -> str:
        """Return payable months with their unit."""
        return months_text(value, self.language)

    def money(self, value: float, *, sign: bool = False) -> str:
        """Return an amount with its unit."""
        return money_text(value, self.language, sign=sign)


def plain(text: str) -> str:
    """Return a user's text without what would set it off in a sentence."""
    return text.replace("*", "")


def _inside(text: str) -> str:
    """Return words as they stand inside a sentence: in English without their capital."""
    return text[:1].lower() + text[1:]


def ledger_words(ledger: str, language: str) -> str:
    """Return the name of a ledger as it stands inside a sentence."""
    return _inside(ledger_name(ledger).in_language(language))


def title_of(item: Projected, language: str) -> str:
    """Return the title of a scenario."""
    if not item.scenario.reforms:
        return BASELINE_WORDS.in_language(language)
    return plain(item.scenario.title.in_language(language))


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
    months = {code: _value(item, "payable_months", code, ledger, year) for code in held}
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
    if state == "none":
        spent = outcome.series("expenditure", region, ledger)
        return place.say(
            "take.forecast_no_reserve", item, base=base, before=place.money(spent[0]), after=place.money(spent[-1])
        )
    if state == "already":
        reserve = _value(item, "reserve", region, ledger, base)
        share = WHOLE_PERCENT.show(_cover(item, region, ledger, base))
        return place.say("take.forecast_already", item, base=base, reserve=place.money(reserve), share=share)
    scenario = title_of(item, language)
    if state == "number":
        share = WHOLE_PERCENT.show(_cover(item, region, ledger, int(when)))
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
    return _together(first, second, language)


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
        own = _value(first, "payable_months", region, ledger, year)
        if not math.isfinite(own):
            return place.say("take.compare_none_no_reserve", first)
        return place.say("take.compare_none", first, own=place.months(own))
    if len(items) == 2:
        return _pair(first, items[1], place, found)
    every = [max(_value(item, "payable_months", region, ledger, year), 0.0) for item in items]
    own, known = every[0], [(months, number) for number, months in enumerate(every) if number and math.isfinite(months)]
    if not known or not math.isfinite(own):
        return _pair(first, items[1], place, found)
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
    return _together(place.say("take.build_changes", first, n=count), _pair(first, draft, place, found), language)


def _pair(first: Projected, item: Projected, place: Place, found: Mapping[str, Found] | None) -> str:
    """Say how one scenario differs from another; that it may be noise where the paired band says so."""
    cards = headline([first, item], place.region, place.ledger, place.year, found=found, kinds=_READ)
    sentence, sure = _difference(first, item, place, cards["exhaustion"], cards["months"], cards["sum"])
    if sure:
        return sentence
    return _together(sentence, place.say("take.pair_doubtful", item), place.language)


_READ: tuple[Kind, ...] = ("exhaustion", "months", "sum")


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
    before, after = (_value(one, "expenditure", place.region, place.ledger, place.year) for one in (first, item))
    if not (math.isfinite(before) and math.isfinite(after)):
        return say("take.pair_no_data")
    if before == after:
        return say("take.pair_spending_same")
    return say("take.pair_spending", change=place.money(after - before, sign=True))


def uncertainty(item: Projected, region: str, ledger: str, year: int, language: str, found: Found | None = None) -> str:
    """Say how likely a ledger is exhausted by the year in focus, and how wide the months may lie then."""
    place = Place(region, ledger, year, language)
    if reserve_state(item, region, ledger)[0] == "none":
        return place.say("take.uncertain_no_data", item)
    if found is None:
        single = _inside(forecast(item, region, ledger, year, language))
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
    if not bands.is_partial:
        return sentence
    return _together(sentence, place.say("take.uncertain_partial", item, runs=f"{bands.paths:,}"), language)


def solve(solution: Solution | None, condition: str, language: str, probability: float | None = None) -> str:
    """Say what a goal seek found.

    Parameters
    ----------
    solution : Solution or None
        None before anything was asked.
    condition : str
        The target in words of the page.
    language : {"zh", "en"}
    probability : float, optional
        How likely the target shall be met.
    """
    if solution is None:
        return t("take.solve_before", language)
    values: dict[str, object] = {
        "label": solution.unknown.label.in_language(language),
        "present": value_text(solution.unknown, solution.unknown.present, language),
        "value": value_text(solution.unknown, solution.value, language),
        "change": moved_text(solution.unknown, solution.change, language),
        "condition": condition,
    }
    values["inside"] = _inside(str(values["label"]))
    if not solution.reached:
        low, high = (value_text(solution.unknown, end, language) for end in solution.unknown.bounds)
        sentence = t("take.solve_impossible", language, **values, low=low, high=high)
    elif solution.change == 0:
        sentence = t("take.solve_nothing", language, **values)
    elif getattr(solution.unknown, "kind", "set") == "shift":
        sentence = t("take.solve_shift", language, **values)
    else:
        sentence = t("take.solve_done", language, **values)
    if language == "zh":  # a space stands beside a number, not between two units of words
        sentence = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", sentence)
    if probability is None:
        return sentence
    likely = t("take.solve_likely", language, probability=probability_text(probability))
    return _together(sentence, likely, language)


def value_text(unknown: Unknown, value: float, language: str) -> str:
    """Return a value of an unknown: a factor as such, an addition to a rate in points, all else as an amount."""
    kind = getattr(unknown, "kind", "set")
    if kind == "scale":
        return f"{rounded(value, 3)} {'倍' if language == 'zh' else 'times'}"
    return (change_text if kind == "shift" else amount_text)(value, unknown.unit, language)


def moved_text(unknown: Unknown, change: float, language: str) -> str:
    """Return a change of an unknown, signed: of a factor in per cent of what there is, of all else in its unit."""
    if getattr(unknown, "kind", "set") == "scale":
        return growth_text(change)
    return change_text(change, unknown.unit, language)


def amount_text(value: float, unit: str, language: str) -> str:
    """Return a value of a parameter or an argument in the unit in which planners speak."""
    from poolcast.parameters.declaration import UNITS

    if unit in ("fraction", "rate_per_year"):
        return PERCENT.show(value)
    english, chinese = UNITS[unit]
    digits = 0 if float(value).is_integer() else 4 if unit == "ratio" else 2
    shown = rounded(value, digits)
    if unit == "ratio" and digits:
        shown = shown.rstrip("0")
    return f"{shown} {chinese if language == 'zh' else english}"


def change_text(value: float, unit: str, language: str) -> str:
    """Return a change of a parameter or an argument, signed; of a rate in points, never in per cent."""
    from poolcast.parameters.declaration import UNITS
    from poolcast.reporting.formats import rate_change_text

    if unit in ("fraction", "rate_per_year"):
        return rate_change_text(value, language)
    english, chinese = UNITS[unit]
    digits = 4 if unit == "ratio" else 0 if float(value).is_integer() else 2
    return f"{rounded(value, digits, sign=True)} {chinese if language == 'zh' else english}"


def assumptions(loaded: LoadedSet, language: str) -> str:
    """Say on what a set rests, and how much of it a user has changed."""
    held = loaded.assumptions.provenance
    kinds = {
        evidence: set(parameters_with_evidence(loaded, evidence))
        for evidence in ("assumption", "source_unverified", "synthetic", "borrowed")
    }
    known = {
        name
        for name, entries in held.items()
        if entries and all(entry.evidence in _KNOWN_EVIDENCE for entry in entries)
    }
    parts = []
    if loaded.edits:
        edited = len({edit.parameter for edit in loaded.edits})
        parts.append(t("take.assume_edited", language, n=edited, set=plain(loaded.title.in_language(language))))
    parts.append(
        t(
            "take.assume_all",
            language,
            set=plain(loaded.assumptions.title.in_language(language)),
            n=sum(bool(entries) for entries in held.values()),
            known=len(known),
            assumed=len(kinds["assumption"]),
            unverified=len(kinds["source_unverified"]),
        )
    )
    if kinds["synthetic"]:
        parts.append(t("take.assume_synthetic", language, synthetic=len(kinds["synthetic"])))
    if kinds["borrowed"]:
        parts.append(t("take.assume_borrowed", language, borrowed=len(kinds["borrowed"])))
    return ("" if language == "zh" else " ").join(parts)


@dataclass(frozen=True)
class Execution:
    """How spending of a year goes so far.

    Parameters
    ----------
    months : int
        Months that are known.
    rate : float
        Spending so far over what the plan has for these months; a fraction.
    outlook, budgeted : float
        Spending of the whole year as expected, and as budgeted; yuan.
    tolerance : float
        From which distance of one on the rate counts as off the plan.
    """

    months: int
    rate: float
    outlook: float
    budgeted: float
    tolerance: float = 0.05


def budget(execution: Execution | None, region_name: Words, ledger: str, month: str, language: str) -> str:
    """Say whether spending is on course, and where the year is expected to end."""
    if execution is None or execution.months == 0:
        return t("take.budget_no_data", language)
    if execution.months < 3:
        return t("take.budget_few", language, n=execution.months)
    values: dict[str, object] = {
        "month": month,
        "place": plain(region_name.in_language(language)),
        "ledger": ledger_words(ledger, language),
        "rate": growth_text(execution.rate, sign=False),
        "outlook": money_text(execution.outlook, language),
        "gap": money_text(abs(execution.outlook - execution.budgeted), language),
    }
    if abs(execution.rate - 1) <= execution.tolerance:
        return t("take.budget_on_course", language, **values)
    key_above = execution.outlook > execution.budgeted
    return t("take.budget_above" if key_above else "take.budget_below", language, **values)


def budget_draft(
    year: int, revenue: float, expenditure: float, balance: float, region_name: Words, ledger: str, language: str
) -> str:
    """Say what the draft of a year comes to, where no months are known yet."""
    values: dict[str, object] = {
        "year": year,
        "place": plain(region_name.in_language(language)),
        "ledger": ledger_words(ledger, language),
    }
    scale = money_scale([revenue, expenditure])
    for name, value in (("revenue", revenue), ("expenditure", expenditure), ("balance", abs(balance))):
        unit = scale.unit.in_language(language)
        values[name] = f"{scale.show(value)} {unit}" if language == "zh" else f"{scale.show(value)} ({unit})"
    return t("take.budget_surplus" if balance >= 0 else "take.budget_deficit", language, **values)


def _value(item: Projected, name: str, region: str, ledger: str, year: int) -> float:
    number = year - item.outcome.base_year
    values = item.outcome.series(name, region, ledger)
    return values[number] if 0 <= number < len(values) else math.nan


def _cover(item: Projected, region: str, ledger: str, year: int) -> float:
    """Return the part of spending that the income of a year pays, interest apart."""
    return float(income_cover(item.forecast).sel(region=region, ledger=ledger, year=year))


def _together(first: str, second: str, language: str) -> str:
    """Put two sentences side by side."""
    return f"{first}{second}" if language == "zh" else f"{first} {second}"
