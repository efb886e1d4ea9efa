"""What a sentence speaks of: region, ledger and year, their names, and the figures of a scenario there."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from poolcast.dashboard.services.headline import merged_in
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.sets import ledger_name
from poolcast.dashboard.words import t
from poolcast.outlook.measures import income_cover
from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import money_text, months_text

BASELINE_WORDS = Words("current law", "现行政策")


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


def closed_up(text: str) -> str:
    """Return a sentence without spaces between Chinese words: in Chinese one stands beside a number only."""
    return re.sub(r"(?<=[\u4e00-\u9fff])(\*?) (?=\*?[\u4e00-\u9fff])", r"\1", text)


def inside(text: str) -> str:
    """Return words as they stand inside a sentence: in English without their capital."""
    return text[:1].lower() + text[1:]


def ledger_words(ledger: str, language: str) -> str:
    """Return the name of a ledger as it stands inside a sentence."""
    return inside(ledger_name(ledger).in_language(language))


def title_of(item: Projected, language: str) -> str:
    """Return the title of a scenario."""
    if not item.scenario.reforms:
        return BASELINE_WORDS.in_language(language)
    return plain(item.scenario.title.in_language(language))


def merged(item: Projected, place: Place) -> str:
    """Say that a scenario merges the ledger into another one; empty where it does not."""
    year = merged_in(item, place.region, place.ledger)
    scenario = title_of(item, place.language)
    return "" if year is None else place.say("take.merged", item, scenario=scenario, since=year)


def value_of(item: Projected, name: str, region: str, ledger: str, year: int) -> float:
    """Return a yearly variable of a region and ledger in a year, in its unit; NaN outside the projection."""
    number = year - item.outcome.base_year
    values = item.outcome.series(name, region, ledger)
    return values[number] if 0 <= number < len(values) else math.nan


def cover_of(item: Projected, region: str, ledger: str, year: int) -> float:
    """Return the part of spending that the income of a year pays, interest apart."""
    return float(income_cover(item.forecast).sel(region=region, ledger=ledger, year=year))


def together(first: str, second: str, language: str) -> str:
    """Put two sentences side by side."""
    return f"{first}{second}" if language == "zh" else f"{first} {second}"
