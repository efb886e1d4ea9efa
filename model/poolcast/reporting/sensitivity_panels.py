"""Panels of the sensitivity report: a table, what it says in a sentence, and a figure of it; page and workbook share
them, so that both hold the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import LEDGERS_WITH_BANDS, MONTHS, NOT_DEFINED, PERCENT, Scale, money_scale
from poolcast.reporting.words import LEDGER_NAMES
from poolcast.uncertainty.findings import ByScenario, Findings

Cell = Words | str | float
"""A text, the same in both languages or not, or a number in the unit of the engine."""

CHANCE = Scale(0.01, 1, Words("%", "%"), "%")
INDEX = Scale(1.0, 3, Words("share of the variance", "占方差比重"))


YI = Scale(1e8, 1, Words("100m yuan", "亿元"))


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : Words
    style : str
        How its numbers are shown: ``text``, ``year``, ``money``, ``months``, ``chance``, ``rate``, ``index``,
        ``number`` or ``count``; ``money_change`` and ``months_change`` are differences.
    """

    name: Words
    style: str = "text"


@dataclass(frozen=True)
class Panel:
    """A table with what stands around it.

    Parameters
    ----------
    section, sheet : str
        Where it stands on the page; tables of one sheet stand below each other in the workbook.
    title, unit : Words
    columns : sequence of Column
    rows : sequence of sequence of Cell
    leads : sequence of (Words, Words)
        Name and value of what tells it from the other tables of its sheet.
    sentence : Words or None
        What it shows.
    note : Words or None
        How to read it.
    figure : dict or None
        Plotly specification with texts in both languages.
    height : int
        Of the figure, pixels; 0 for the usual one.
    keys : sequence of (colour, dash, Words)
    region, scenario : str or None
        Shown only when these are chosen.
    size : {"third", "half", "full"}
        Of the width of the page.
    money : Scale
        Unit of money in its table on the page.
    """

    section: str
    sheet: str
    title: Words
    unit: Words
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]] = field(repr=False)
    leads: Sequence[tuple[Words, Words]] = ()
    sentence: Words | None = None
    note: Words | None = None
    figure: dict[str, Any] | None = field(default=None, repr=False)
    height: int = 0
    keys: Sequence[tuple[str, str, Words]] = ()
    region: str | None = None
    scenario: str | None = None
    size: str = "third"
    money: Scale = YI


@dataclass(frozen=True)
class Subject:
    """Findings with the names of their regions, ledgers and scenarios."""

    findings: Findings

    @property
    def base_year(self) -> int:
        """Last closed year."""
        return self.findings.assumptions.base_year

    @property
    def last_year(self) -> int:
        """Last year of the projection."""
        return self.findings.assumptions.last_year

    @property
    def scenarios(self) -> tuple[ByScenario, ...]:
        """What the simulation says of each scenario."""
        return self.findings.by_scenario

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """Regions or pools with a pooled fund that has a reserve in any scenario (region, ledger)."""
        fans = [one.fans["reserve"]["mean"] for one in self.scenarios]
        return [
            (str(region), ledger)
            for region in fans[0].region.values
            for ledger in LEDGERS_WITH_BANDS
            if ledger in fans[0].ledger.values
            and any(bool(np.isfinite(fan.sel(region=region, ledger=ledger)).any()) for fan in fans)
        ]

    def has_reserve(self, found: ByScenario, region: str, ledger: str) -> bool:
        """Whether a fund has a reserve in a scenario; merged funds have none."""
        return bool(np.isfinite(found.fans["reserve"]["mean"].sel(region=region, ledger=ledger)).any())

    @cached_property
    def regions(self) -> dict[str, Words]:
        """Names of the regions that are shown."""
        held = self.findings.assumptions
        names = {unit.code: unit.name for unit in (*held.regions, *held.parents)}
        names |= {pool.code: pool.name for pool in held.pools}
        return {region: names.get(region, Words(region, region)) for region, _ in self.places}

    def title(self, scenario: str) -> Words:
        """Return the title of a scenario."""
        return next(one.title for one in self.findings.scenarios if one.name == scenario)

    def position(self, scenario: str) -> int:
        """Return the place of a scenario, on which its colour rests."""
        return [one.name for one in self.findings.scenarios].index(scenario)

    @property
    def measured(self) -> Words:
        """The measure of tornado, Sobol indices and grid, in words."""
        call = self.findings.call
        label = call.declared.label
        place = [ledger_words(call.ledger)] if call.ledger else []
        if call.region is not None:
            place.insert(0, self.regions.get(call.region, Words(call.region, call.region)))
        when = Words(f" by {call.year}" if call.is_event else f" in {call.year}", f"（{call.year} 年）")
        year = when if call.year is not None else Words("", "")
        return Words(
            ", ".join([*(one.en for one in place), label.en + year.en]),
            "，".join([*(one.zh for one in place), label.zh + year.zh]),
        )


def ledger_words(code: str) -> Words:
    """Return the name of a ledger in both languages."""
    return Words(LEDGER_NAMES[code], AXES["ledger"].member_labels_zh[code])


def measure_words(name: str) -> Words:
    """Return the name of a measure in both languages."""
    return MEASURES[name].label


def style_of(unit: str) -> str:
    """Return the style of numbers in a unit of the catalogue of measures."""
    styles = {"yuan": "money", "months": "months", "fraction": "rate", "year": "year", "month": "year"}
    return styles.get(unit, "number")


def change_of(style: str) -> str:
    """Return the style of differences: with a sign, and months may be below zero."""
    return f"{style}_change" if style in ("money", "months") else style


def scale_for(style: str, values: Sequence[float]) -> Scale:
    """Return the unit in which numbers of a style are drawn."""
    if style == "money":
        return money_scale(values)
    plain = {"months": MONTHS, "rate": PERCENT, "chance": CHANCE, "index": INDEX}
    return plain.get(style, Scale(1.0, 3, Words("", "")))


def shown(cell: Cell, style: str, money: Scale) -> Words:
    """Return a cell as a reader of the page sees it; months below zero are none."""
    if isinstance(cell, Words):
        return cell
    if isinstance(cell, str):
        return Words(cell, cell)
    if not math.isfinite(cell):
        return Words(NOT_DEFINED, NOT_DEFINED)
    if style == "year":
        text = str(int(cell))
    elif style == "count":
        text = f"{int(cell):,}"
    elif style == "money":
        text = money.show(cell)
    elif style in ("money_change", "months_change"):
        text = (money if style == "money_change" else MONTHS).show(cell, sign=True)
    elif style == "months":
        text = MONTHS.show(max(cell, 0.0))
    else:
        text = scale_for(style, []).show(cell)
    return Words(text, text)


def chance_words(value: float, error: float) -> Words:
    """Return a probability with its standard error."""
    if value in (0.0, 1.0):
        return Words("on no path", "所有路径均未出现") if value == 0 else Words("on every path", "所有路径均出现")
    points = CHANCE.show(value)
    if not math.isfinite(value):
        return Words(points, points)
    wide = Scale(0.01, 1, Words("", "")).show(error)
    return Words(f"{points} ± {wide} pt", f"{points} ± {wide} 个百分点")


def spans_text(spans: Sequence[tuple[int, int]]) -> str:
    """Return spans of years as ``2030–2034, 2040``."""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
