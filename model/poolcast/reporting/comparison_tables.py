"""Tables of a comparison for the terminal: the headline, and any measure with its difference from the baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from poolcast.outlook.catalogue_of_measures import MEASURES, Measure
from poolcast.outlook.comparison import Comparison
from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import MINUS, MONTHS, NOT_DEFINED, Scale, money_scale, year_text
from poolcast.reporting.outcome import Outcome, milestone_years
from poolcast.reporting.words import word

if TYPE_CHECKING:
    import xarray as xr
    from rich.console import Console
    from rich.table import Table

SHARE = Scale(0.01, 1, Words("%", "%"), "%")
RATE = Scale(0.01, 2, Words("%", "%"), "%")
COUNT = Scale(1e4, 0, Words("10k persons", "万人"))
RATIO = Scale(1.0, 2, Words("ratio", "比值"))

_COLUMNS = {
    "months": Words("Months", "月数"),
    "deficit": Words("First\ndeficit", "首次收\n不抵支"),
    "exhausted": Words("Reserve\nexhausted", "结余\n耗尽"),
    "balance": Words("Actuarial\nbalance", "精算\n平衡"),
    "pocket": Words("Out of\npocket", "个人\n负担"),
    "years": Words("years", "年"),
    "rank": Words("Rank", "排名"),
    "key": Words(
        "In brackets: difference from {baseline}, of shares in percentage points; without brackets there is none.",
        "括号内为与 {baseline} 的差异，比例按百分点计；无括号表示没有差异。",
    ),
}


def print_comparison(
    console: Console,
    comparison: Comparison,
    outcomes: Mapping[str, Outcome],
    language: str,
    regions: Sequence[str],
    ledgers: Sequence[str],
    measures: Sequence[str],
) -> None:
    """Print the headline and a table a measure.

    Parameters
    ----------
    console : Console
        Where to print.
    comparison : Comparison
        The comparison, its headline measures inside.
    outcomes : mapping of str to Outcome
        The scenarios, for names and milestone years.
    language : {"en", "zh"}
        Language of the words.
    regions, ledgers, measures : sequence of str
        What to show.
    """
    console.print(headline_table(comparison, outcomes, language, regions, ledgers))
    years = milestone_years(outcomes[comparison.baseline])[1:]  # in the base year there is nothing to compare
    for name in measures:
        table = measure_table(comparison, MEASURES[name], language, regions, ledgers, years)
        if table.row_count:
            console.print(table)
    if measures:
        console.print(_COLUMNS["key"].in_language(language).format(baseline=comparison.baseline), style="dim")
    console.print(word("statement", language), style="dim")
    if outcomes[comparison.baseline].synthetic:
        console.print(word("synthetic", language), style="bold yellow")


def headline_table(
    comparison: Comparison,
    outcomes: Mapping[str, Outcome],
    language: str,
    regions: Sequence[str],
    ledgers: Sequence[str],
) -> Table:
    """Return one row a ledger with a reserve, region and scenario: months, deficit, exhaustion, balance, burden."""
    from rich.text import Text

    first = outcomes[comparison.baseline]
    years = milestone_years(first)
    pocket_years = [years[min(1, len(years) - 1)], years[-1]]
    horizon = int(comparison.level("actuarial_balance").horizon.values[-1])
    table = _table(word("headline", language))
    many = len(regions) > 1
    for heading in ("ledger", *(["region"] if many else []), "scenario"):
        table.add_column(word(heading, language), no_wrap=True)
    words = {key: text.in_language(language) for key, text in _COLUMNS.items()}
    columns = [f"{words['months']}\n{year}" for year in years] + [words["deficit"], words["exhausted"]]
    columns += [f"{words['balance']}\n{horizon} {words['years']}"]
    columns += [f"{words['pocket']}\n{year}" for year in dict.fromkeys(pocket_years)]
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for ledger in ledgers:
        for region in regions:
            held = [name for name in comparison.scenarios if _keeps(comparison, name, region, ledger)]
            for name in held:
                place = {"scenario": name, "region": region, "ledger": ledger}
                labels = [ledger] + ([outcomes[name].region_name(region).in_language(language)] if many else [])
                cells = labels if name == held[0] else [""] * len(labels)
                cells = [*cells, name]
                cells += [_value(comparison, "payable_months", place, MONTHS, year=year) for year in years]
                cells += [
                    _event(comparison, event, place, first, language) for event in ("first_deficit", "exhaustion")
                ]
                cells += [_value(comparison, "actuarial_balance", place, RATE, horizon=horizon)]
                cells += [
                    _value(comparison, "out_of_pocket_share", place, SHARE, year=year)
                    for year in dict.fromkeys(pocket_years)
                ]
                table.add_row(*(Text(cell) for cell in cells), end_section=name == held[-1])
    return table


def measure_table(
    comparison: Comparison,
    measure: Measure,
    language: str,
    regions: Sequence[str],
    ledgers: Sequence[str],
    years: Sequence[int],
) -> Table:
    """Return a measure by place and scenario over milestone years or horizons: level, difference in brackets, rank."""
    from rich.text import Text

    level = comparison.level(measure.name)
    wanted = {"year": list(years), "region": list(regions), "ledger": [code for code in ledgers if _has(level, code)]}
    chosen = {axis: members for axis, members in wanted.items() if axis in level.dims}
    level, moved, rank = (
        field.sel(chosen) for field in (level, comparison.differences(measure.name), comparison.ranks(measure.name))
    )
    scale = _scale(measure, level.values, comparison.prices)
    label, unit = measure.label.in_language(language), _unit(measure, scale, comparison, language)
    single = len(regions) == 1 and "region" in level.dims
    where = comparison.regions[regions[0]][2 if language == "zh" else 1] if single else ""
    table = _table(" · ".join(part for part in (label, where, unit) if part))
    level, moved, rank = (field.isel(region=0) if single else field for field in (level, moved, rank))
    places = [axis for axis in ("region", "ledger") if axis in level.dims]
    across = next((axis for axis in ("year", "horizon") if axis in level.dims), None)
    for heading in (*places, "scenario"):
        table.add_column(word(heading, language), no_wrap=True)
    members = level[across].values.tolist() if across else [None]
    suffix = f" {_COLUMNS['years'].in_language(language)}" if across == "horizon" else ""
    for member in members:
        table.add_column("" if member is None else f"{member}{suffix}", justify="right", no_wrap=True)
    table.add_column(_COLUMNS["rank"].in_language(language), justify="right")
    last = int(years[-1])
    for place in _places(level, places):
        rows: list[list[str]] = []
        for name in comparison.scenarios:
            row, change, order = (field.sel({"scenario": name, **place}) for field in (level, moved, rank))
            cells = [
                _cell(measure, scale, _at(row, across, m), _at(change, across, m), name, comparison, last, language)
                for m in members
            ]
            position = _at(order, across, members[-1])
            rows.append([name, *cells, NOT_DEFINED if math.isnan(position) else f"{position:.0f}"])
        if measure.unit == "year" and "ledger" in place:
            lasting = comparison.keeps_to_the_end.sel({**({"region": regions[0]} if single else {}), **place})
            for texts, lasts in zip(rows, lasting.values, strict=True):
                if not lasts and math.isnan(_at(level.sel({"scenario": texts[0], **place}), across, members[-1])):
                    texts[1:-1] = [NOT_DEFINED] * (len(texts) - 2)
        if all(cell == NOT_DEFINED for row in rows for cell in row[1:-1]):
            continue
        for number, texts in enumerate(rows):
            labels = [str(code) if number == 0 else "" for code in place.values()]
            table.add_row(*(Text(text) for text in (*labels, *texts)), end_section=number == len(rows) - 1)
    return table


def _cell(
    measure: Measure,
    scale: Scale,
    value: float,
    change: float,
    scenario: str,
    comparison: Comparison,
    last: int,
    language: str,
) -> str:
    """Level as text, of scenarios with the difference from the baseline in brackets."""
    if measure.unit == "year":
        shown = year_text(None if math.isnan(value) else int(value), last, language)
        return shown if scenario == comparison.baseline or math.isnan(change) else f"{shown} ({_signed(change)})"
    shown = scale.show(value)
    moved = scale.show(change, sign=True).removesuffix(scale.suffix)
    unmoved = scenario == comparison.baseline or moved in (NOT_DEFINED, scale.show(0.0).removesuffix(scale.suffix))
    return shown if unmoved else f"{shown} ({moved})"


def _signed(change: float) -> str:
    return f"{MINUS if change < 0 else '+'}{abs(change):.0f}"


def _scale(measure: Measure, values: np.ndarray, prices: str) -> Scale:
    if measure.unit == "yuan":
        if measure.per_head:
            return Scale(1.0, 0, Words("yuan", "元"))
        return money_scale(values[np.isfinite(values)].tolist(), prices)
    if measure.unit == "fraction":
        return RATE if measure.name.endswith(("rate", "rate_change", "balance")) else SHARE
    return {"months": MONTHS, "persons": COUNT}.get(measure.unit, RATIO)


def _unit(measure: Measure, scale: Scale, comparison: Comparison, language: str) -> str:
    from poolcast.reporting.formats import money_unit

    if measure.unit in ("year", "month"):
        return word("year", language) if measure.unit == "year" else measure.label.in_language(language)
    if measure.is_flow_of_money and not measure.per_head:
        return money_unit(scale, comparison.prices, comparison.base_year).in_language(language)
    return scale.unit.in_language(language)


def _places(level: xr.DataArray, axes: Sequence[str]) -> list[dict[str, str]]:
    places: list[dict[str, str]] = [{}]
    for axis in axes:
        places = [{**place, axis: str(code)} for place in places for code in level[axis].values]
    return places


def _has(level: xr.DataArray, ledger: str) -> bool:
    return "ledger" in level.dims and ledger in level.ledger.values


def _at(row: xr.DataArray, axis: str | None, member: object) -> float:
    return float(row.sel({axis: member}) if axis else row)


def _keeps(comparison: Comparison, scenario: str, region: str, ledger: str) -> bool:
    keeps = comparison.keeps_reserve
    return ledger in keeps.ledger.values and bool(keeps.sel(scenario=scenario, region=region, ledger=ledger))


def _value(comparison: Comparison, measure: str, place: Mapping[str, str], scale: Scale, **at: int) -> str:
    value = comparison.value(measure, **place, **at)
    if measure == "payable_months":
        return NOT_DEFINED if place["ledger"] == "EPA" else "0" if value <= 0 else scale.show(value)
    return scale.show(value)


def _event(comparison: Comparison, event: str, place: Mapping[str, str], first: Outcome, language: str) -> str:
    year = comparison.value(event, **place)
    if math.isnan(year) and not bool(comparison.keeps_to_the_end.sel(dict(place))):
        return NOT_DEFINED
    return year_text(None if math.isnan(year) else int(year), first.last_year, language)


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    return Table(title=Text(title, style="bold"), title_justify="left", header_style="bold", box=box.SIMPLE_HEAD)
