"""Panels of the fans: reserve, balance and payable months of each fund, and their differences between scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import MONTHS, Scale, money_scale, money_unit
from poolcast.reporting.sensitivity_figures import fan, figure_of_years, plain_line, thresholds
from poolcast.reporting.sensitivity_panels import (
    Column,
    Panel,
    Subject,
    change_of,
    ledger_words,
    measure_words,
    spans_text,
)
from poolcast.reporting.sensitivity_words import W
from poolcast.reporting.theme import MUTED, SCENARIO_COLOURS
from poolcast.uncertainty.findings import FANS, MATTERS, ByScenario, departures

if TYPE_CHECKING:
    import xarray as xr

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


def fan_panels(subject: Subject) -> Iterator[Panel]:
    """Yield a fan for each scenario, region, fund and measure."""
    for found in subject.scenarios:
        for region, ledger in subject.places:
            if subject.has_reserve(found, region, ledger):
                for measure in FANS:
                    yield _fan(subject, found, measure, region, ledger)


def difference_panels(subject: Subject) -> Iterator[Panel]:
    """Yield the difference of each further scenario from the first, future by future."""
    first = subject.scenarios[0]
    for found in subject.scenarios[1:]:
        for region, ledger in subject.places:
            if subject.has_reserve(found, region, ledger) and subject.has_reserve(first, region, ledger):
                for measure in FANS if _differs(found, region, ledger) else ():
                    yield _difference(subject, found, measure, region, ledger)


def _differs(found: ByScenario, region: str, ledger: str) -> bool:
    place = {"region": region, "ledger": ledger}
    return any(bool((found.differences[measure]["quantile"].sel(place) != 0).any()) for measure in FANS)


def unchanged_sentence(subject: Subject, region: str) -> Words | None:
    """Name the funds of a region that a scenario leaves as they are, whose differences are not drawn."""
    english, chinese = [], []
    for found in subject.scenarios[1:]:
        same = [
            ledger_words(ledger)
            for place, ledger in subject.places
            if place == region and subject.has_reserve(found, region, ledger) and not _differs(found, region, ledger)
        ]
        if same:
            title = subject.title(found.name)
            english.append(f"{title.en}: {', '.join(one.en for one in same)}")
            chinese.append(f"{title.zh}：{'、'.join(one.zh for one in same)}")
    if not english:
        return None
    return Words(f"The same on every path. {'; '.join(english)}.", f"每条路径均无差异：{'；'.join(chinese)}。")


def departure_sentence(subject: Subject, found: ByScenario, region: str) -> Words:
    """Name the funds, measures and years in which the median leaves the single run."""
    english, chinese = [], []
    for place, ledger in subject.places:
        if place != region:
            continue
        for measure in FANS:
            spans = departures(found, measure, region, ledger)
            if spans:
                fund, label, years = ledger_words(ledger), measure_words(measure), spans_text(spans)
                english.append(f"{fund.en}, {label.en.lower()}: {years}")
                chinese.append(f"{fund.zh}{label.zh}：{years.replace(', ', '、')} 年")
    times = f"{MATTERS:.0f}"
    years_compared = sum(place == region for place, _ in subject.places) * len(FANS)
    years_compared *= subject.last_year - subject.base_year
    if not english:
        return Words(
            f"Nowhere does the median leave the single run by more than {times} standard errors.",
            f"中位数与单次推算之差均未超过 {times} 倍标准误。",
        )
    return Words(
        f"The median leaves the single run by more than {times} standard errors in: {'; '.join(english)}. There the "
        f"single run is not the middle of what may come; a single year out of {years_compared} may also be chance.",
        f"中位数与单次推算之差超过 {times} 倍标准误：{'；'.join(chinese)}。这些年份的单次推算并非可能结果的中间值；"
        f"共比较 {years_compared} 个年份值，个别年份也可能出于偶然。",
    )


def _fan(subject: Subject, found: ByScenario, measure: str, region: str, ledger: str) -> Panel:
    place = {"region": region, "ledger": ledger}
    data = found.fans[measure].sel(place)
    single = found.single[measure].sel(place).values.tolist()
    years, held = _years(data, subject), _quantiles(data)
    is_months = measure == "payable_months"
    drawn = {key: _floored(values, is_months=is_months) for key, values in held.items()}
    scale = MONTHS if is_months else money_scale(value for values in held.values() for value in values)
    position = subject.position(found.name)
    traces = fan(years, drawn, scale, position, ("5-95", "10-90", "25-75"))
    traces.append(plain_line(years, _floored(single, is_months=is_months), scale, W["single"], MUTED, "dot"))
    figure = figure_of_years(traces, subject.base_year, subject.last_year)
    if is_months:
        thresholds(figure, max(value for values in held.values() for value in values if np.isfinite(value)))
    columns, rows = _table(data, years, measure, single)
    fund, label = ledger_words(ledger), measure_words(measure)
    return Panel(
        section="fans",
        sheet="fans",
        title=Words(f"{fund.en}: {label.en}", f"{fund.zh}：{label.zh}"),
        unit=_unit(scale, measure, subject.base_year),
        columns=columns,
        rows=rows,
        leads=_leads(subject, found.name, region, ledger, measure),
        sentence=_middle(held, scale, years[-1], is_months=is_months),
        figure=figure,
        keys=[
            (SCENARIO_COLOURS[position % len(SCENARIO_COLOURS)], "solid", W["median"]),
            (MUTED, "dot", W["single"]),
        ],
        region=region,
        scenario=found.name,
        money=scale,
    )


def _difference(subject: Subject, found: ByScenario, measure: str, region: str, ledger: str) -> Panel:
    place = {"region": region, "ledger": ledger}
    data = found.differences[measure].sel(place)
    years, held = _years(data, subject), _quantiles(data)
    is_months = measure == "payable_months"
    scale = MONTHS if is_months else money_scale(value for values in held.values() for value in values)
    position = subject.position(found.name)
    traces = fan(years, held, scale, position, ("10-90", "25-75"))
    figure = figure_of_years(traces, subject.base_year, subject.last_year)
    columns, rows = _table(data, years, measure, None)
    fund, label, title = ledger_words(ledger), measure_words(measure), subject.title(found.name)
    first = subject.scenarios[0].name
    leads = [*_leads(subject, found.name, region, ledger, measure)]
    leads.insert(1, (W["against"], subject.title(first)))
    return Panel(
        section="differences",
        sheet="differences",
        title=Words(f"{fund.en}: {label.en}, {title.en}", f"{fund.zh}：{label.zh}，{title.zh}"),
        unit=_unit(scale, measure, subject.base_year),
        columns=columns,
        rows=rows,
        leads=leads,
        sentence=_sure(held, scale, years),
        figure=figure,
        keys=[(SCENARIO_COLOURS[position % len(SCENARIO_COLOURS)], "solid", W["median"])],
        region=region,
        money=scale,
    )


def _leads(subject: Subject, scenario: str, region: str, ledger: str, measure: str) -> list[tuple[Words, Words]]:
    code = ledger_words(ledger)
    return [
        (W["scenario"], subject.title(scenario)),
        (W["region"], subject.regions[region]),
        (W["ledger"], Words(f"{ledger} {code.en}", f"{ledger} {code.zh}")),
        (W["measure"], measure_words(measure)),
    ]


def _table(
    data: xr.Dataset, years: list[int], measure: str, single: list[float] | None
) -> tuple[list[Column], list[list[Any]]]:
    style = "months" if measure == "payable_months" else "money"
    signed = change_of(style) if single is None else style
    columns = [Column(W["year"], "year")]
    columns += [Column(Words(f"{100 * one:.0f} %", f"{100 * one:.0f}%"), signed) for one in LEVELS]
    columns += [Column(W["median_error"], style), Column(W["mean"], signed)]
    columns += [] if single is None else [Column(W["single"], style)]
    rows = []
    for number, year in enumerate(years):
        one = data.sel(year=year)
        row = [float(year), *(float(one["quantile"].sel(level=key)) for key in LEVELS)]
        row += [float(one["quantile_error"].sel(level=0.5)), float(one["mean"])]
        rows.append(row + ([] if single is None else [single[number]]))
    return columns, rows


def _middle(held: dict[float, list[float]], scale: Scale, year: int, *, is_months: bool) -> Words:
    """Say where the last year stands."""
    low, middle, high = (scale.show(_floored([held[key][-1]], is_months=is_months)[0]) for key in (0.10, 0.50, 0.90))
    return Words(
        f"{year}: median {middle}, 8 in 10 from {low} to {high}.", f"{year} 年中位数 {middle}，八成在 {low} 至 {high}。"
    )


def _sure(held: dict[float, list[float]], scale: Scale, years: list[int]) -> Words:
    """Say in which years the sign of a difference is sure."""
    low, middle, high = (held[key] for key in (0.10, 0.50, 0.90))
    spans: list[tuple[int, int]] = []
    for year, below, above in zip(years, low, high, strict=True):
        if below > 0 or above < 0:
            spans = (
                [*spans[:-1], (spans[-1][0], year)] if spans and spans[-1][1] == year - 1 else [*spans, (year, year)]
            )
    last = scale.show(middle[-1], sign=True)
    english = f"{years[-1]}: median {last}. "
    chinese = f"{years[-1]} 年中位数 {last}。"
    if not spans:
        return Words(english + "The 80 % band holds zero throughout.", chinese + "八成范围始终包含零。")
    text = spans_text(spans)
    return Words(
        english + f"The 80 % band leaves zero out in {text}.",
        chinese + f"{text.replace(', ', '、')} 年八成范围不含零。",
    )


def _unit(scale: Scale, measure: str, base_year: int) -> Words:
    return scale.unit if measure == "payable_months" else money_unit(scale, "nominal", base_year)


def _years(data: xr.Dataset, subject: Subject) -> list[int]:
    return [int(year) for year in data.year.values if year >= subject.base_year]


def _quantiles(data: xr.Dataset) -> dict[float, list[float]]:
    return {key: [float(value) for value in data["quantile"].sel(level=key).values] for key in LEVELS}


def _floored(values: list[float], *, is_months: bool) -> list[float]:
    """Months below zero are none; the gap is in the panel of the reserve."""
    return [max(value, 0.0) if np.isfinite(value) else value for value in values] if is_months else values
