"""Panels of chances: the headline, probabilities by year, years of events, bad cases, and whether paths are enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from poolcast.parameters.declaration import Words
from poolcast.reporting.formats import money_scale, money_unit
from poolcast.reporting.sensitivity_figures import Figure, band, event_bars, figure_of_years, plain_line, tint
from poolcast.reporting.sensitivity_panels import CHANCE, Cell, Column, Panel, Subject, chance_words, ledger_words
from poolcast.reporting.sensitivity_words import CHANCE_WORDS, EVENT_WORDS, W
from poolcast.reporting.theme import DRAINS, layout
from poolcast.uncertainty.findings import ByScenario

_LINES = (
    ("deficit", DRAINS, "solid"),
    ("months_below_6", "#B8860B", "dash"),
    ("months_below_3", "#C0392B", "solid"),
    ("exhausted", "#3D0F1C", "dot"),
)
_EVENT_COLOURS = {"exhaustion": "#6B1F33", "first_deficit": DRAINS}
_FUND_COLOURS = {"EPF": "#1D4E7A", "RPF": "#C47A1C"}
_TAILS = (
    ("shortfall_value_at_risk", Words("Shortfall at the horizon, value at risk", "期末缺口在险值"), "money"),
    ("shortfall_tail_mean", Words("Shortfall at the horizon, tail mean", "期末缺口尾部均值"), "money"),
    ("largest_deficit_value_at_risk", Words("Largest deficit of a year, value at risk", "最大年度赤字在险值"), "money"),
    ("largest_deficit_tail_mean", Words("Largest deficit of a year, tail mean", "最大年度赤字尾部均值"), "money"),
    ("relative_shortfall", Words("Mean shortfall over revenue of the last year", "平均缺口占末年收入"), "rate"),
)


def headline_panel(subject: Subject) -> Panel:
    """Return the headline of every scenario, region and fund: months in some years, exhaustion, its median year."""
    years = headline_years(subject)
    columns = [Column(W["scenario"]), Column(W["region"]), Column(W["ledger"])]
    for year in years:
        for key in ("10", "50", "90"):
            columns.append(Column(Words(f"Months {year}, {key} %", f"{year} 年可支付月数 {key}%"), "months"))
    by = subject.last_year
    columns += [
        Column(Words(f"Exhausted by {by}", f"{by} 年前耗尽的概率"), "chance"),
        Column(W["error"], "chance"),
        Column(Words("Median year of exhaustion", "耗尽年份中位数"), "year"),
    ]
    rows: list[list[Cell]] = []
    for found in subject.scenarios:
        for region, ledger in subject.places:
            if subject.has_reserve(found, region, ledger):
                rows.append(headline_row(subject, found, region, ledger, years))
    unit = Words("months; probabilities", "个月；概率")
    return Panel("headline", "headline", Words("In short", "要点"), unit, columns, rows)


def headline_years(subject: Subject) -> list[int]:
    """Return the years of the headline: the fifth after the base year, each tenth, the last."""
    near, last = subject.base_year + 5, subject.last_year
    tenths = [year for year in range(near + 1, last) if year % 10 == 0 and year - near >= 5 and last - year >= 5]
    return sorted({min(near, last), *tenths, last})


def headline_row(subject: Subject, found: ByScenario, region: str, ledger: str, years: Sequence[int]) -> list[Cell]:
    """Return one row of the headline."""
    place = {"region": region, "ledger": ledger}
    fan = found.fans["payable_months"]["quantile"].sel(place)
    code = ledger_words(ledger)
    row: list[Cell] = [subject.title(found.name), subject.regions[region]]
    row.append(Words(f"{ledger} {code.en}", f"{ledger} {code.zh}"))
    row += [float(fan.sel(year=year, level=level)) for year in years for level in (0.10, 0.50, 0.90)]
    distribution = found.events["exhaustion"].sel(place)
    row += [1.0 - float(distribution["never"]), float(distribution["never_error"])]
    middle = median_year(found, "exhaustion", region, ledger)
    never = Words(f"not by {subject.last_year}", f"{subject.last_year} 年前不会")
    row.append(never if middle is None else float(middle))
    return row


def median_year(found: ByScenario, event: str, region: str, ledger: str) -> int | None:
    """Return the year by which half of the futures have met an event; None where half have not within the horizon."""
    shares = found.events[event]["probability"].sel(region=region, ledger=ledger)
    reached = np.flatnonzero(np.cumsum(shares.values) >= 0.5 - 1e-12)
    return int(shares.year.values[reached[0]]) if len(reached) else None


def chance_panels(subject: Subject) -> Iterator[Panel]:
    """Yield for each scenario, region and fund the probabilities of a year, and of it or before."""
    for found in subject.scenarios:
        for region, ledger in subject.places:
            if subject.has_reserve(found, region, ledger):
                for suffix in ("", "_by"):
                    yield _chances(subject, found, region, ledger, suffix)


def _chances(subject: Subject, found: ByScenario, region: str, ledger: str, suffix: str) -> Panel:
    data = found.chances.sel(region=region, ledger=ledger)
    years = [int(year) for year in data.year.values if year > subject.base_year]
    data = data.sel(year=years)
    names = [name for name, *_ in _LINES]
    traces = [
        plain_line(years, data[name + suffix].values.tolist(), CHANCE, CHANCE_WORDS[name], colour, dash)
        for name, colour, dash in _LINES
    ]
    figure = figure_of_years(traces, subject.base_year, subject.last_year)
    figure["layout"]["yaxis"] |= {"range": [0, 102], "ticksuffix": "%"}
    columns = [Column(W["year"], "year")]
    for name in names:
        columns += [Column(CHANCE_WORDS[name], "chance"), Column(Words("±", "±"), "chance")]
    rows = [
        [
            float(year),
            *(float(data[name + end].sel(year=year)) for name in names for end in (suffix, f"{suffix}_error")),
        ]
        for year in years
    ]
    code = ledger_words(ledger)
    when = Words("in the year", "当年") if not suffix else Words("in the year or before", "该年或此前")
    last = years[-1]
    few, gone = (float(data[f"{name}{suffix}"].sel(year=last)) for name in ("months_below_6", "exhausted"))
    errors = [float(data[f"{name}{suffix}_error"].sel(year=last)) for name in ("months_below_6", "exhausted")]
    below, exhausted = chance_words(few, errors[0]), chance_words(gone, errors[1])
    start = Words(f"In {last}", f"{last} 年") if not suffix else Words(f"By {last}", f"至 {last} 年")
    return Panel(
        section="chances",
        sheet="chances",
        title=Words(f"{code.en}: {when.en}", f"{code.zh}：{when.zh}"),
        unit=W["share"],
        columns=columns,
        rows=rows,
        leads=[*_leads(subject, found, region, ledger), (Words("When", "时点"), when)],
        sentence=Words(
            f"{start.en}: below 6 months {below.en}, exhausted {exhausted.en}.",
            f"{start.zh}：不足 6 个月 {below.zh}，已耗尽 {exhausted.zh}。",
        ),
        figure=figure,
        keys=[(colour, dash, CHANCE_WORDS[name]) for name, colour, dash in _LINES],
        size="half",
        region=region,
        scenario=found.name,
    )


def event_panels(subject: Subject) -> Iterator[Panel]:
    """Yield the distribution of exhaustion and of the first deficit."""
    for found in subject.scenarios:
        for region, ledger in subject.places:
            if subject.has_reserve(found, region, ledger):
                for event in ("exhaustion", "first_deficit"):
                    yield _event(subject, found, event, region, ledger)


def _event(subject: Subject, found: ByScenario, event: str, region: str, ledger: str) -> Panel:
    data = found.events[event].sel(region=region, ledger=ledger)
    years = [int(year) for year in data.year.values]
    shares, errors = data["probability"].values.tolist(), data["error"].values.tolist()
    never, never_error = float(data["never"]), float(data["never_error"])
    words = Words(f"not by {subject.last_year}", f"{subject.last_year} 年前不会")
    rows: list[list[Cell]] = [
        [float(year), *pair] for year, pair in zip(years, zip(shares, errors, strict=True), strict=True)
    ]
    rows.append([words, never, never_error])
    middle = median_year(found, event, region, ledger)
    rest = chance_words(never, never_error)
    half = Words("Fewer than half of the futures see it. ", "不到半数的模拟出现。")
    if middle is not None:
        half = Words(f"Half of the futures see it by {middle}. ", f"半数模拟在 {middle} 年或此前出现。")
    code, name = ledger_words(ledger), EVENT_WORDS[event]
    return Panel(
        section="events",
        sheet="events",
        title=Words(f"{code.en}: {name.en}", f"{code.zh}：{name.zh}"),
        unit=W["share"],
        columns=[Column(W["year"], "year"), Column(W["probability"], "chance"), Column(W["error"], "chance")],
        rows=rows,
        leads=[*_leads(subject, found, region, ledger), (W["event"], name)],
        sentence=Words(
            f"{half.en}Not by {subject.last_year}: {rest.en}.", f"{half.zh}{subject.last_year} 年前不会：{rest.zh}。"
        ),
        figure=event_bars(years, shares, never, _EVENT_COLOURS[event], words),
        keys=[(_EVENT_COLOURS[event], "fill", name), ("#5F6B77", "hatch", words)],
        size="half",
        region=region,
        scenario=found.name,
    )


def tail_panels(subject: Subject) -> Iterator[Panel]:
    """Yield the bad cases of each scenario and region, a row a fund."""
    needed = Words("Reserve needed, 5 years at 5 %", "五年内耗尽概率 5% 所需结余")
    for found in subject.scenarios:
        for region in subject.regions:
            rows: list[list[Cell]] = []
            for place, ledger in subject.places:
                if place != region or not subject.has_reserve(found, region, ledger):
                    continue
                code, one = ledger_words(ledger), found.tails.sel(region=region, ledger=ledger)
                row: list[Cell] = [Words(f"{ledger} {code.en}", f"{ledger} {code.zh}")]
                for name, *_ in _TAILS:
                    row += [float(one[key]) if key in one else np.nan for key in (name, f"{name}_error")]
                both = (found.reserve_needed, found.reserve_needed_error)
                rows.append([*row, *(float(array.sel(region=region, ledger=ledger)) for array in both)])
            if not rows:
                continue
            columns = [
                Column(W["ledger"]),
                *(column for _, words, style in _TAILS for column in (Column(words, style), Column(W["error"], style))),
                Column(needed, "money"),
                Column(W["error"], "money"),
            ]
            scale = money_scale(
                cell
                for row in rows
                for cell, column in zip(row, columns, strict=True)
                if column.style == "money" and isinstance(cell, float)
            )
            yield Panel(
                section="tails",
                sheet="tails",
                title=Words("Bad cases by fund", "各基金的不利情形"),
                unit=money_unit(scale, "nominal", subject.base_year),
                columns=columns,
                rows=rows,
                leads=[(W["scenario"], subject.title(found.name)), (W["region"], subject.regions[region])],
                region=region,
                scenario=found.name,
                size="full",
                money=scale,
            )


def convergence_panels(subject: Subject) -> Iterator[Panel]:
    """Yield how the probability of exhaustion settles; nothing where paths were counted instead of kept."""
    for found in subject.scenarios:
        for region in subject.regions if found.settling is not None else ():
            yield _settling(subject, found, region)


def _settling(subject: Subject, found: ByScenario, region: str) -> Panel:
    assert found.settling is not None
    ledgers = [ledger for place, ledger in subject.places if place == region]
    counts = [int(number) for number in found.settling.paths.values]
    traces, keys = [], []
    columns = [Column(W["paths"], "count")]
    rows: list[list[Cell]] = [[float(number)] for number in counts]
    english, chinese = [], []
    for ledger in ledgers:
        one = found.settling.sel(region=region, ledger=ledger)
        share, error = one["probability"].values, one["error"].values
        colour, name = _FUND_COLOURS[ledger], ledger_words(ledger)
        traces += band(counts, (share - 2 * error).tolist(), (share + 2 * error).tolist(), CHANCE, tint(colour, 0.16))
        traces.append(plain_line(counts, share.tolist(), CHANCE, name, colour))
        keys.append((colour, "solid", name))
        columns += [Column(name, "chance"), Column(Words("±", "±"), "chance")]
        for row, value, spread in zip(rows, share.tolist(), error.tolist(), strict=True):
            row += [value, spread]
        text = chance_words(float(share[-1]), float(error[-1]))
        english.append(f"{name.en} {text.en}")
        chinese.append(f"{name.zh} {text.zh}")
    figure: Figure = {"data": traces, "layout": layout()}
    ticks = (20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000)
    shown = [number for number in ticks if counts[0] <= number <= counts[-1]]
    figure["layout"]["xaxis"] |= {"type": "log", "tickvals": shown, "ticktext": [f"{number:,}" for number in shown]}
    figure["layout"]["yaxis"] |= {"ticksuffix": "%", "nticks": 6}
    return Panel(
        section="convergence",
        sheet="convergence",
        title=Words(f"Exhausted by {subject.last_year}", f"{subject.last_year} 年前耗尽的概率"),
        unit=Words("% of futures, by number of paths", "占模拟次数 %，横轴为路径数"),
        columns=columns,
        rows=rows,
        leads=[(W["scenario"], subject.title(found.name)), (W["region"], subject.regions[region])],
        sentence=Words(
            f"After {counts[-1]:,} paths: {'; '.join(english)}.", f"{counts[-1]:,} 条路径后：{'；'.join(chinese)}。"
        ),
        figure=figure,
        keys=keys,
        region=region,
        scenario=found.name,
        size="full",
    )


def _leads(subject: Subject, found: ByScenario, region: str, ledger: str) -> list[tuple[Words, Words]]:
    code = ledger_words(ledger)
    return [
        (W["scenario"], subject.title(found.name)),
        (W["region"], subject.regions[region]),
        (W["ledger"], Words(f"{ledger} {code.en}", f"{ledger} {code.zh}")),
    ]
