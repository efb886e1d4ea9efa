"""Figures of a forecast as plain Plotly specifications in both languages.

A text in two languages stands in a specification as one string, ``§English¦中文``; `in_language` picks one. So a
page can hold each figure once and switch its language, and a program can make a figure for one language::

    plotly.graph_objects.Figure(in_language(chart.figure, "zh"))
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES
from poolcast.parameters.declaration import Words
from poolcast.reporting.figure_parts import (
    Chart,
    bar,
    both,
    cross,
    equal,
    in_language,
    labelled,
    level,
    line,
    nice_step,
    over_years,
    scenario_line,
    stacked,
    year_beside,
)
from poolcast.reporting.formats import (
    BANDS,
    LEDGERS_WITH_BANDS,
    MONTHS,
    PERCENT,
    PERSONS,
    RATIO,
    Scale,
    money_scale,
    money_unit,
)
from poolcast.reporting.outcome import Outcome
from poolcast.reporting.theme import (
    ADDS,
    DRAINS,
    EXPENDITURE_TINTS,
    FLOW_DASHES,
    GRID,
    MUTED,
    PEOPLE_TINTS,
    SCENARIO_COLOURS,
    TEXT,
    layout,
)
from poolcast.reporting.words import MEASURES, WORDS, member_words

__all__ = ["Chart", "in_language"]


def revenue_and_expenditure(outcomes: Sequence[Outcome], region: str, ledger: str, prices: str) -> Chart:
    """Revenue (blue) and expenditure (orange) as the accounts print them; the dash tells the scenario."""
    measures = (("revenue", ADDS), ("expenditure", DRAINS))
    values = {
        (outcome.name, name): _flow(outcome, name, region, ledger, prices)
        for outcome in outcomes
        for name, _ in measures
    }
    scale = money_scale((value for series in values.values() for value in series), prices)
    balanced = all(equal(values[outcome.name, "revenue"], values[outcome.name, "expenditure"]) for outcome in outcomes)
    shown = measures[1:] if balanced else measures
    traces = [
        line(
            outcome.years,
            values[outcome.name, name],
            scale,
            labelled(MEASURES[name], outcome, outcomes),
            colour,
            FLOW_DASHES[position],
        )
        for position, outcome in enumerate(outcomes)
        for name, colour in shown
    ]
    keys = [(colour, "solid", MEASURES[name]) for name, colour in shown]
    if len(outcomes) > 1:
        keys += [(MUTED, FLOW_DASHES[position], outcome.title) for position, outcome in enumerate(outcomes)]
    note = Words("Financed to balance: revenue equals need.", "以支定收：收入等于需要。") if balanced else None
    note = note or _gap_note(outcomes, region, ledger)
    title = WORDS["revenue_and_expenditure"] if not balanced else MEASURES["expenditure"]
    unit = money_unit(scale, prices, outcomes[0].base_year)
    return Chart(f"{ledger}-flows", title, unit, over_years(traces, outcomes), keys, note)


def balance(outcomes: Sequence[Outcome], region: str, ledger: str, prices: str) -> Chart:
    """Balance of the year, interest inside."""
    chart = _by_scenario("balance", outcomes, region, ledger, prices)
    return replace(chart, note=_gap_note(outcomes, region, ledger))


def reserve(outcomes: Sequence[Outcome], region: str, ledger: str, prices: str) -> Chart:
    """Reserve at 31 December, up to its exhaustion."""
    return _by_scenario("reserve", outcomes, region, ledger, prices, stop_at_exhaustion=True)


def payable_months(outcomes: Sequence[Outcome], region: str, ledger: str) -> Chart:
    """Payable months on the spending of the same year, with the bands of handbook 5.4."""
    chart = _by_scenario("payable_months", outcomes, region, ledger, "nominal", stop_at_exhaustion=True)
    if ledger not in LEDGERS_WITH_BANDS:
        return chart
    top = max([18.0, *(value for trace in chart.figure["data"] for value in trace["y"] if value is not None)]) * 1.05
    chart.figure["layout"]["yaxis"] |= {"range": [0, top]}
    chart.figure["layout"]["shapes"] += [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": max(lower, 0.0),
            "y1": min(upper, top),
            "fillcolor": colour,
            "opacity": 0.15,
            "line": {"width": 0},
            "layer": "below",
        }
        for name, lower, upper, colour, _, _ in BANDS
        if name != "exhausted"
    ]
    limits = {"red": "<3", "orange": "3–6", "normal": "6–9", "ample": "9–15", "excessive": ">15"}
    keys = [
        (colour, "zone", Words(f"{symbol} {words.en} {limits[name]}", f"{symbol} {words.zh} {limits[name]}"))
        for name, _, _, colour, symbol, words in BANDS
        if name in limits
    ]
    return replace(chart, keys=keys)


def income_cover(outcomes: Sequence[Outcome], region: str, ledger: str) -> Chart:
    """Share of a year's spending that its income before interest pays: what goes on after exhaustion."""
    traces = []
    for position, outcome in enumerate(outcomes):
        income = outcome.series("revenue_before_interest", region, ledger)
        spent = outcome.series("expenditure", region, ledger)
        share = [a / b if b else math.nan for a, b in zip(income, spent, strict=True)]
        traces.append(scenario_line(position, outcome, share, Scale(0.01, 1, Words("%", "%"), "%")))
    figure = over_years(traces, outcomes)
    figure["layout"]["shapes"].append(level(100.0))
    figure["layout"]["yaxis"]["ticksuffix"] = "%"
    note = Words("Below 100 % the reserve or the budget has to pay the rest.", "低于 100% 时，其余须由结余或财政支付。")
    return Chart(f"{ledger}-cover", MEASURES["income_cover"], Words("% of expenditure", "占支出 %"), figure, (), note)


def rates(outcomes: Sequence[Outcome], region: str) -> Chart:
    """Cost rate and income rate of the employee scheme, in percent of contributory bases."""
    measures = (("income_rate", ADDS), ("cost_rate", DRAINS))
    traces = []
    for position, outcome in enumerate(outcomes):
        for name, colour in measures:
            values = outcome.series(name, region)
            label = labelled(MEASURES[name], outcome, outcomes)
            traces.append(line(outcome.years, values, PERCENT, label, colour, FLOW_DASHES[position]))
    figure = over_years(traces, outcomes)
    figure["layout"]["yaxis"]["ticksuffix"] = "%"
    keys = [(colour, "solid", MEASURES[name]) for name, colour in measures]
    if len(outcomes) > 1:
        keys += [(MUTED, FLOW_DASHES[position], outcome.title) for position, outcome in enumerate(outcomes)]
    note = Words("Income before interest.", "收入不含利息。")
    unit = Words("% of contributory bases", "占缴费基数 %")
    return Chart("EPF-rates", WORDS["rates"], unit, figure, keys, note)


def dependency_ratio(outcomes: Sequence[Outcome], region: str) -> Chart:
    """Contributors per retiree at the year end."""
    traces = [
        scenario_line(position, outcome, outcome.series("dependency_ratio", region), RATIO)
        for position, outcome in enumerate(outcomes)
    ]
    figure = over_years(traces, outcomes)
    return Chart("dependency", MEASURES["dependency_ratio"], RATIO.unit, figure)


def members(outcome: Outcome, region: str) -> Chart:
    """Members by status at the year end, stacked."""
    order = (
        "active",
        "flexible",
        "unemployed",
        "paying_past_retirement",
        "retired",
        "adult_resident",
        "child",
        "uninsured",
    )
    held = [str(status) for status in outcome.forecast["status"].values]
    stocks = outcome.forecast["members"].sel(region=region, year=outcome.years)
    traces, keys = [], []
    for status in order:
        if status in held:
            words = member_words("status", status)
            values = [float(value) for value in stocks.sel(status=status).values]
            traces.append(bar(outcome.years, values, PERSONS, words, PEOPLE_TINTS[status]))
            keys.append((PEOPLE_TINTS[status], "fill", words))
    return Chart("members", WORDS["members_by_status"], PERSONS.unit, stacked(traces, [outcome]), keys)


def benefits(outcome: Outcome, region: str, scheme: str, prices: str) -> Chart | None:
    """Payments of the pooled fund by benefit, stacked; None where the region has none of its own."""
    statuses = EMPLOYEE_STATUSES if scheme == "employee" else RESIDENT_STATUSES
    paid = outcome.in_prices(prices)["fund_payments"].sel(region=region, year=outcome.years)
    held = [status for status in statuses if status in paid["status"].values]
    totals = paid.sel(status=held).sum("status", min_count=1)
    series = {
        str(benefit): [float(value) for value in totals.sel(benefit=benefit).values]
        for benefit in paid["benefit"].values
        if benefit != "long_term_care"
    }
    series = {name: values for name, values in series.items() if any(value > 0 for value in values)}
    if not series:
        return None
    scale = money_scale((sum(values) for values in zip(*series.values(), strict=True)), prices)
    traces, keys = [], []
    for (name, values), colour in zip(series.items(), EXPENDITURE_TINTS, strict=False):
        words = member_words("benefit", name)
        traces.append(bar(outcome.years, values, scale, words, colour))
        keys.append((colour, "fill", words))
    ledger = "EPF" if scheme == "employee" else "RPF"
    unit = money_unit(scale, prices, outcome.base_year)
    return Chart(f"{ledger}-benefits", WORDS["benefits"], unit, stacked(traces, [outcome]), keys)


def pyramid(outcome: Outcome, region: str) -> Chart | None:
    """Population by five-year age group and sex: bars for the last year, outline for the base year."""
    if "population_by_age" not in outcome.forecast:
        return None
    ages = outcome.forecast["population_by_age"].sel(region=region)
    if not bool(ages.notnull().all()):  # a pool counts no people of its own
        return None
    groups = [f"{first}–{first + 4}" if first < 100 else "100+" for first in range(0, 101, 5)]
    traces: list[dict[str, Any]] = []
    male, female = "#3F7FBF", "#C47A1C"
    for sex, sign, colour in (("male", -1.0, male), ("female", 1.0, female)):
        for year, is_base in ((outcome.last_year, False), (outcome.base_year, True)):
            values = [float(value) for value in ages.sel(sex=sex, year=year).values]
            sums = [sum(values[first : first + 5]) / PERSONS.divisor for first in range(0, 101, 5)]
            name = member_words("sex", sex)
            label = both(Words(f"{name.en} {year}", f"{name.zh} {year} 年"))
            trace = {
                "x": [round(sign * value, 1) for value in sums],
                "y": list(range(len(groups))),
                "customdata": [round(value) for value in sums],
                "name": label,
                "hovertemplate": "%{customdata:,}",
            }
            if is_base:
                outline = {"color": TEXT, "width": 1.3, "shape": "vhv"}
                traces.append({**trace, "type": "scatter", "mode": "lines", "line": outline})
            else:
                traces.append({**trace, "type": "bar", "orientation": "h", "marker": {"color": colour}})
    peak = max(abs(value) for trace in traces for value in trace["x"]) * 1.05
    step = nice_step(peak / 2)
    ticks = [position * step for position in range(-2, 3)]
    figure: dict[str, Any] = {"data": traces, "layout": layout(barmode="overlay", bargap=0.08, hovermode="y unified")}
    figure["layout"]["xaxis"] |= {
        "range": [-peak, peak],
        "tickvals": ticks,
        "ticktext": [f"{abs(tick):,.0f}" for tick in ticks],
        "showgrid": True,
        "gridcolor": GRID,
    }
    figure["layout"]["yaxis"] |= {
        "tickvals": list(range(0, len(groups), 4)),
        "ticktext": groups[::4],
        "rangemode": "normal",
        "showgrid": False,
        "zeroline": False,
    }
    keys = [
        (male, "fill", Words(f"Male {outcome.last_year}", f"男 {outcome.last_year} 年")),
        (female, "fill", Words(f"Female {outcome.last_year}", f"女 {outcome.last_year} 年")),
        (TEXT, "solid", Words(str(outcome.base_year), f"{outcome.base_year} 年")),
    ]
    return Chart("pyramid", WORDS["pyramid"], PERSONS.unit, figure, keys)


def _flow(outcome: Outcome, name: str, region: str, ledger: str, prices: str) -> list[float]:
    """Return a flow by year; after exhaustion without the interest on the gap, which compounds and hides the flow."""
    values = outcome.series(name, region, ledger, prices)
    end = outcome.event_year("exhaustion", region, ledger)
    if end is None or name not in ("revenue", "balance"):
        return values
    before = outcome.series(f"{name}_before_interest", region, ledger, prices)
    return [value if year <= end else bare for year, value, bare in zip(outcome.years, values, before, strict=True)]


def _gap_note(outcomes: Sequence[Outcome], region: str, ledger: str) -> Words | None:
    """Say what is left out of the flows after exhaustion, where a scenario comes to that."""
    if all(outcome.event_year("exhaustion", region, ledger) is None for outcome in outcomes):
        return None
    return Words("After exhaustion without interest on the gap.", "结余耗尽后不含缺口的利息。")


def _by_scenario(
    name: str, outcomes: Sequence[Outcome], region: str, ledger: str, prices: str, *, stop_at_exhaustion: bool = False
) -> Chart:
    """One line a scenario; with `stop_at_exhaustion` it ends in a cross on zero."""
    values = [_flow(outcome, name, region, ledger, prices) for outcome in outcomes]
    ends = [outcome.event_year("exhaustion", region, ledger) if stop_at_exhaustion else None for outcome in outcomes]
    kept = [
        [value if end is None or year < end else math.nan for year, value in zip(outcome.years, series, strict=True)]
        for outcome, series, end in zip(outcomes, values, ends, strict=True)
    ]
    scale = MONTHS if name == "payable_months" else money_scale((value for series in kept for value in series), prices)
    traces = []
    annotations = []
    for position, (outcome, series, end) in enumerate(zip(outcomes, kept, ends, strict=True)):
        if end is not None:
            series = [0.0 if year == end else value for year, value in zip(outcome.years, series, strict=True)]
        traces.append(scenario_line(position, outcome, series, scale))
        if end is not None:
            traces.append(cross(end, SCENARIO_COLOURS[position]))
            annotations.append(year_beside(end, position, outcome))
    figure = over_years(traces, outcomes)
    figure["layout"]["annotations"] += annotations
    note = None
    if any(end is not None for end in ends):
        note = Words(
            "✕ reserve exhausted. From then on read the balance and what income covers: income still pays most "
            "benefits.",
            "✕ 结余耗尽。此后请看当期结余和收入可支付的比例：收入仍可支付大部分待遇。",
        )
    unit = scale.unit if name == "payable_months" else money_unit(scale, prices, outcomes[0].base_year)
    return Chart(f"{ledger}-{name}", MEASURES[name], unit, figure, (), note)
