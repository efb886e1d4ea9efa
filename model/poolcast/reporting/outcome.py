"""Outcome: one scenario's forecast with its events, as every table, figure and page reads it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean
from poolcast.reporting.formats import NOT_DEFINED, year_text

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

DISPLAY_ORDER = ("EPF", "RPF", "EPA", "LTCI", "CII", "LAS", "CSS", "MAF", "ADJ", "VBPR")
"""The funds that can run dry first; then the others."""

EVENTS = ("first_deficit", "first_deficit_before_interest", "exhaustion")


@dataclass(frozen=True)
class Outcome:
    """A scenario with its forecast.

    Parameters
    ----------
    name : str
        Name of the scenario.
    title : Words
        Its title in both languages.
    forecast : xarray.Dataset
        The forecast in nominal yuan, single run (no path dimension).
    """

    name: str
    title: Words
    forecast: xr.Dataset = field(repr=False)

    @classmethod
    def of(cls, forecast: xr.Dataset) -> Outcome:
        """Make an outcome from a forecast, which knows its scenario's name and title."""
        name = str(forecast.attrs["scenario"])
        title = Words(str(forecast.attrs["scenario_title"]), str(forecast.attrs["scenario_title_zh"]))
        return cls(name, title, forecast)

    @property
    def base_year(self) -> int:
        """Last closed year."""
        return int(self.forecast.attrs["base_year"])

    @property
    def last_year(self) -> int:
        """Last year of the projection."""
        return int(self.forecast["year"].values[-1])

    @cached_property
    def years(self) -> list[int]:
        """Years from the base year on."""
        return [int(year) for year in self.forecast["year"].values if year >= self.base_year]

    @property
    def synthetic(self) -> bool:
        """Whether the set holds made-up data."""
        return bool(int(self.forecast.attrs.get("synthetic", 0)))

    @property
    def regions(self) -> list[str]:
        """Codes of regions and pools."""
        return [str(code) for code in self.forecast["region"].values]

    @property
    def ledgers(self) -> list[str]:
        """Codes of the ledgers held, in the order in which they are shown."""
        held = [str(code) for code in self.forecast["ledger"].values]
        return sorted(held, key=lambda code: DISPLAY_ORDER.index(code) if code in DISPLAY_ORDER else len(held))

    def region_name(self, code: str) -> Words:
        """Return the name of a region or pool in both languages."""
        return self._name("region", code)

    def ledger_name(self, code: str) -> Words:
        """Return the name of a ledger in both languages."""
        return self._name("ledger", code)

    def _name(self, axis: str, code: str) -> Words:
        return self._names[axis, code]

    @cached_property
    def _names(self) -> dict[tuple[str, str], Words]:
        names = {}
        for axis in ("region", "ledger"):
            columns = (self.forecast[name].values for name in (axis, f"{axis}_name", f"{axis}_name_zh"))
            for code, english, chinese in zip(*columns, strict=True):
                names[axis, str(code)] = Words(str(english), str(chinese))
        return names

    def holds(self, region: str, ledger: str) -> bool:
        """Whether the region (or pool) has money in the ledger."""
        return any(
            math.isfinite(value) for name in ("revenue", "expenditure") for value in self.series(name, region, ledger)
        )

    def series(self, name: str, region: str, ledger: str | None = None, prices: str = "nominal") -> list[float]:
        """Return a variable by year from the base year on, for a region and, where it has one, a ledger."""
        array = self._array(name, prices)
        place = self._places.get(("region", region))
        if place is None:  # a pool of another scenario
            return [math.nan] * len(self.years)
        values = array[:, place] if ledger is None else array[:, place, self._places["ledger", ledger]]
        return [float(value) for value in values[-len(self.years) :]]

    def _array(self, name: str, prices: str) -> NDArray[np.float64]:
        """Return a variable (year, region, ...) without labels: a page reads dozens of series at each move."""
        if (name, prices) not in self._arrays:
            self._arrays[name, prices] = self.in_prices(prices)[name].transpose("year", "region", ...).values
        return self._arrays[name, prices]

    @cached_property
    def _arrays(self) -> dict[tuple[str, str], NDArray[np.float64]]:
        return {}

    @cached_property
    def _places(self) -> dict[tuple[str, str], int]:
        return {
            (axis, str(code)): position
            for axis in ("region", "ledger")
            for position, code in enumerate(self.forecast[axis].values)
        }

    def in_prices(self, prices: str) -> xr.Dataset:
        """Return the forecast with money in nominal yuan, constant yuan or as a share of GDP."""
        if prices not in self._by_prices:
            from poolcast.outlook.measures import PRICES, in_prices

            known = next(word for word in PRICES if word == prices)
            self._by_prices[prices] = in_prices(self.forecast, known)
        return self._by_prices[prices]

    @cached_property
    def _by_prices(self) -> dict[str, xr.Dataset]:
        return {"nominal": self.forecast}

    @cached_property
    def _events(self) -> dict[str, xr.DataArray]:
        from poolcast.outlook import measures

        return {name: getattr(measures, name)(self.forecast) for name in EVENTS}

    def event_year(self, event: str, region: str, ledger: str) -> int | None:
        """Return the year of an event, or None where it is not within the horizon.

        Parameters
        ----------
        event : str
            One of `EVENTS`.
        region, ledger : str
            Codes.
        """
        if ("region", region) not in self._places:
            return None
        year = float(self._events[event].sel(region=region, ledger=ledger))
        return None if math.isnan(year) else int(year)

    def event_text(self, event: str, region: str, ledger: str, language: str) -> str:
        """Return the year of an event as text, that it is not within the horizon, or a dash where it has no meaning."""
        year = self.event_year(event, region, ledger)
        if not self._has_event(event, region, ledger) or (year is None and self.merged_since(region, ledger)):
            return NOT_DEFINED
        return year_text(year, self.last_year, language)

    def _has_event(self, event: str, region: str, ledger: str) -> bool:
        """Whether an event can happen: exhaustion needs a reserve, a deficit a balance that the holder answers for."""
        if event == "exhaustion" or self.has_reserve(region, ledger):
            return self.has_reserve(region, ledger)
        kept_elsewhere = bool(self.forecast.reserve.sel(ledger=ledger).notnull().any())
        has_balance = any(math.isfinite(value) for value in self.series("balance", region, ledger))
        return has_balance and not kept_elsewhere

    def merged_since(self, region: str, ledger: str) -> int | None:
        """Return the year from which the merged fund holds what was this ledger's; None where none does."""
        if "schemes_merged" not in self.forecast or not self.has_reserve(region, ledger):
            return None
        kept = [math.isfinite(value) for value in self.series("reserve", region, ledger)]
        return None if kept[-1] else self.years[kept.index(False)]

    def has_reserve(self, region: str, ledger: str) -> bool:
        """Whether the ledger keeps a reserve of its own."""
        return any(math.isfinite(value) for value in self.series("reserve", region, ledger))


def chosen_ledgers(outcome: Outcome, wanted: Sequence[str]) -> list[str]:
    """Return the ledgers to show: all that are held, or the wanted ones.

    Raises
    ------
    ResultError
        Where a wanted ledger is absent; the message names those held.
    """
    return _chosen("--ledger", [code.upper() for code in wanted], outcome.ledgers, str(outcome.forecast.attrs["set"]))


def all_regions(outcomes: Sequence[Outcome]) -> dict[str, Words]:
    """Return the regions and pools of several outcomes with their names; some pools only one scenario may have."""
    names: dict[str, Words] = {}
    for outcome in outcomes:
        names |= {code: outcome.region_name(code) for code in outcome.regions if code not in names}
    return names


def chosen_regions(outcomes: Sequence[Outcome], wanted: Sequence[str]) -> list[str]:
    """Return the regions and pools to show: all, or the wanted ones.

    Raises
    ------
    ResultError
        Where a wanted region is absent; the message names those held.
    """
    return _chosen("--region", list(wanted), list(all_regions(outcomes)), str(outcomes[0].forecast.attrs["set"]))


def _chosen(option: str, wanted: Sequence[str], held: list[str], set_name: str) -> list[str]:
    problems = []
    for code in wanted:
        if code not in held:
            remedy = did_you_mean(code, held) or "Name one of those, or leave the option out to see all."
            problems.append(Problem(option, f"{code}, which the set {set_name} does not hold", ", ".join(held), remedy))
    if problems:
        raise ResultError(problems)
    return [code for code in held if code in wanted] if wanted else held


def milestone_years(outcome: Outcome) -> list[int]:
    """Return the years of a headline: base year, 2030 and every tenth after it, and the last."""
    chosen = {year for year in outcome.years if year % 10 == 0}
    return sorted(chosen | {outcome.base_year, outcome.last_year})


def display_years(outcome: Outcome) -> list[int]:
    """Return the years of a printed table: base year, the next five, then every fifth, and the last."""
    base, last = outcome.base_year, outcome.last_year
    chosen = {year for year in outcome.years if year <= base + 5 or year % 5 == 0 or year == last}
    return sorted(chosen)
