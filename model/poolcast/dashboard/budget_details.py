"""What stands around the statement of the page Budget: its sentence, its file, and the details below the fold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from poolcast.budget.execution import with_totals
from poolcast.budget.fund_months import FundMonths
from poolcast.budget.lines import BALANCE, EXPENDITURE, REVENUE
from poolcast.budget.provider_budget import FUNDS
from poolcast.budget.schedule import RELATIVE_CHANGE, Schedule
from poolcast.budget.schedules import TITLES
from poolcast.dashboard import session
from poolcast.dashboard.budget_parts import Shown, uploads
from poolcast.dashboard.charts.budget import Array, cash_through_the_year, month_name
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.chart_card import chart_card, show_table
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import budgets, takeaways
from poolcast.reporting.formats import (
    NOT_DEFINED,
    PERCENT,
    Scale,
    growth_text,
    money_scale_in,
    money_text,
    probability_text,
    range_text,
    rounded,
)

if TYPE_CHECKING:
    import pandas as pd

PANELS = ("monthly", "cash", "adjustment", "provider", "schedules")


def answer(here: Context, shown: Shown) -> tuple[str, list[str]]:
    """Return the sentence of the page and its grey basis: the range, the last month, how money is booked."""
    statement, months = shown.statement, shown.months
    outlook, draft = (statement.row(EXPENDITURE), statement.row(BALANCE))
    name = here.held.name_of(here.region)
    if months is None or not months.known:
        sentence = takeaways.budget_draft(
            shown.made.year, statement.row(REVENUE).amounts["draft"], outlook.amounts["draft"],
            draft.amounts["draft"], name, here.ledger, here.language,
        )  # fmt: skip
        return sentence, [here.t("budget.no_months_short", year=shown.made.outlook_year)]
    done = months.watched.execution
    rate = float(done.rate[done.lines.index(EXPENDITURE)])
    execution = takeaways.Execution(months.known, rate, outlook.amounts["outlook"], outlook.amounts["budget"])
    until = here.t("budget.until", year=months.year, month=month_name(here, months.known))
    sentence = takeaways.budget(execution, name, here.ledger, until, here.language)
    low, high = (shown.scale.show(value) for value in (outlook.low, outlook.high))
    between, unit = range_text(low, high, here.language), here.say(shown.scale.unit)
    said = f"{between} {unit}" if here.language == "zh" else f"{between} ({unit})"
    return sentence, [here.t("budget.range", range=said)]


def chart_scale(shown: Shown) -> Scale:
    """Return the unit of figures: that of the statement, with one digit."""
    return Scale(shown.scale.divisor, 1 if shown.unit == "yi" else 0, shown.scale.unit)


def plan_table(here: Context, found: Mapping[str, Array]) -> pd.DataFrame:
    """Return the numbers of the figure, yuan."""
    import pandas as pd

    frame: dict[str, Sequence[object]] = {here.t("budget.month_head"): [month_name(here, one) for one in range(1, 13)]}
    for key in ("plan", "actual", "outlook", "low", "high"):
        frame[here.t(f"budget_series.{key}")] = [None if math.isnan(v) else round(v, 2) for v in found[key].tolist()]
    return pd.DataFrame(frame)


def download(here: Context, shown: Shown) -> None:
    """Draw the download of the statement, with months, cash and schedules; made once the button is open."""
    box = st.popover(here.t("budget.excel"), icon=":material/download:", key="budget_excel", on_change="rerun")
    if not box.open:
        return
    with box:
        notes = [here.t("budget.excel_note"), *([here.t("budget.excel_example")] if uploads(here).is_example else [])]
        st.html(f'<div class="pc-note">{safe(" ".join(notes))}</div>')
        name = files.file_name(here, "budget", "xlsx")
        st.download_button(
            here.t("a.xlsx"), _workbook(here, shown), name, files.XLSX,
            key=session.key_of("budget_xlsx"), on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _workbook(here: Context, shown: Shown) -> bytes:
    """Return the workbook of the region in view; made once for what is shown, and kept in this session."""
    given = uploads(here)
    key = (here.loaded.digest, shown.scenario.digest, shown.scenario.name, here.region, here.ledger, here.language)
    files_given = (given.months, given.approved)
    held = st.session_state.get("budget_book")
    if held is not None and held[0] == key and all(one is two for one, two in zip(held[2], files_given, strict=True)):
        kept: bytes = held[1]
        return kept
    with st.spinner(here.t("budget.excel_wait")):
        made = shown.made
        if given.is_example:  # what is made up stands in no file
            made = budgets.with_uploads(shown.plain, replace(given, months=None), here.region, here.ledger)
        content = budgets.workbook(made, here.region, here.language)
    st.session_state["budget_book"] = (key, content, files_given)
    return content


# ----------------------------------------------------------------------------------------------------- below the fold


def below(here: Context, shown: Shown) -> None:
    """Draw the details, each made only once it is open."""
    draw = {
        "monthly": _monthly, "cash": _cash, "adjustment": _adjustment, "provider": _providers, "schedules": _schedules,
    }  # fmt: skip
    for panel in PANELS:
        box = st.expander(here.t(f"budget_panel.{panel}"), key=f"budget_{panel}", on_change="rerun")
        if box.open:
            with box:
                draw[panel](here, shown)


def monthly_table(here: Context, months: FundMonths, kind: str) -> pd.DataFrame:
    """Return a row a line and a column a month, yuan.

    Parameters
    ----------
    here : Context
    months : FundMonths
    kind : {"phased", "actual", "expected"}
    """
    import pandas as pd

    table = months.expected if kind == "expected" else getattr(months.watched, kind)
    names, values = with_totals(months.lines, table)
    labels = dict(zip(months.lines, months.labels, strict=True))
    found: dict[str, Sequence[object]] = {here.t("budget.code"): list(names)}
    totals = {REVENUE: here.t("budget.revenue"), EXPENDITURE: here.t("budget.expenditure")}
    found[here.t("budget.line")] = [here.say(labels[one]) if one in labels else totals[one] for one in names]
    for month in range(12):
        found[month_name(here, month + 1)] = [None if math.isnan(v) else round(v, 2) for v in values[:, month].tolist()]
    found[here.t("budget.whole_year")] = [round(v, 2) if v == v else None for v in values.sum(-1).tolist()]
    return pd.DataFrame(found)


def _monthly(here: Context, shown: Shown) -> None:
    months = shown.months
    if months is None:
        st.html(f'<div class="pc-note">{safe(here.t("budget.cannot_phase"))}</div>')
        return
    kinds = ["phased", "actual", "expected"] if months.known else ["phased"]
    kind = str(session.choice_of("budget_kind", "phased"))
    kind = kind if kind in kinds else "phased"
    st.segmented_control(
        here.t("budget_panel.monthly"), kinds, format_func=lambda one: here.t(f"budget_kind.{one}"),
        label_visibility="collapsed", required=True, **session.kept("budget_kind", kind),
    )  # fmt: skip
    table = _scaled(here, monthly_table(here, months, kind), chart_scale(shown))
    show_table(table, key="table_monthly", alt=here.t("budget_panel.monthly"))
    how = "；" if here.language == "zh" else "; "
    patterns = dict.fromkeys(here.say(months.watched.patterns.method_words(line)) for line in months.lines)
    st.html(f'<div class="pc-note">{safe(here.t("budget.patterns", patterns=how.join(patterns)))}</div>')


def _scaled(here: Context, table: pd.DataFrame, scale: Scale) -> Any:
    """Return a table of yuan in the unit of the page, its text as it is."""
    numbers = [name for name in table.columns if table[name].dtype.kind == "f"]
    heads = {name: f"{name}" for name in numbers}
    shown = table.copy()
    for name in numbers:
        shown[name] = shown[name] / scale.divisor
    unit = here.say(scale.unit)
    shown = shown.rename(columns=heads | {here.t("budget.line"): f"{here.t('budget.line')} · {unit}"})
    styled: Any = shown.style
    return styled.format(lambda v: NOT_DEFINED if v != v else rounded(v, scale.digits), subset=numbers)


def _cash(here: Context, shown: Shown) -> None:
    if shown.months is None:
        st.html(f'<div class="pc-note">{safe(here.t("budget.cannot_phase"))}</div>')
        return
    months, cash = shown.months, shown.months.cash
    scale = shown.scale
    low, high = (scale.show(value) for value in (cash.lowest_low, cash.lowest_high))
    unit = here.say(scale.unit)
    values = {
        "day": cash.lowest_day.isoformat(),
        "amount": scale.show(cash.lowest),
        "unit": unit,
        "range": range_text(low, high, here.language),
        "share": probability_text(cash.lowest_day_probability, language=here.language),
        "below": probability_text(cash.probability_below, language=here.language),
    }
    said = here.t("budget.cash_low", **values)
    figure = cash_through_the_year(here, cash, chart_scale(shown))
    title = here.t("budget.cash_title", year=months.year)
    chart_card(
        title, "cash", figure, partial(_cash_table, here, months), said, note=said, how=here.t("budget.how_cash")
    )


def _cash_table(here: Context, months: FundMonths) -> pd.DataFrame:
    import pandas as pd

    names = [month_name(here, month) for month in range(1, 13)]
    ends = [round(float(value), 2) for value in months.cash.month_end]
    shares = [round(100 * float(value), 1) for value in months.cash.month_of_lowest]
    heads = (here.t("budget.month_head"), here.t("budget.cash_end"), here.t("budget.cash_share"))
    return pd.DataFrame(dict(zip(heads, (names, ends, shares), strict=True)))


def _adjustment(here: Context, shown: Shown) -> None:
    import pandas as pd

    if shown.months is None or not shown.months.known:
        st.html(f'<div class="pc-note">{safe(here.t("budget.no_months"))}</div>')
        return
    record, scale = shown.months.watched.adjustment, shown.scale
    labels = dict(zip(shown.months.lines, shown.months.labels, strict=True))
    if not record.adjustments:
        st.html(f'<div class="pc-note">{safe(here.t("budget.no_adjustment"))}</div>')
        return
    rows = [
        {
            here.t("budget.code"): one.line,
            here.t("budget.line"): here.say(labels[one.line]) if one.line in labels else one.line,
            here.t("budget.approved"): scale.show(one.approved),
            here.t("budget.proposed"): scale.show(one.proposed),
            here.t("budget.change"): scale.show(one.change, sign=True),
            here.t("budget.reason"): here.say(one.reason),
        }
        for one in record.adjustments
    ]
    show_table(pd.DataFrame(rows), key="table_adjustment", alt=here.t("budget_panel.adjustment"))
    before, after = (money_text(value, here.language) for value in (record.balance_before, record.balance_after))
    note = here.t("budget.adjusted_balance", before=before, after=after)
    st.html(f'<div class="pc-note">{safe(note)} {safe(here.say(record.procedure))}</div>')


def _providers(here: Context, shown: Shown) -> None:
    import pandas as pd

    found = budgets.provider_budget(shown.made, here.region, here.ledger) if here.ledger in FUNDS else None
    if found is None:
        st.html(f'<div class="pc-note">{safe(here.t("budget.no_providers"))}</div>')
        return
    scale = Scale(1e4, 0, money_scale_in("wan", []).unit) if shown.unit == "yi" and found.total < 1e10 else shown.scale
    rows = [
        {
            here.t("budget.block"): here.say(block.label),
            here.t("budget.provider_budget", year=found.year): scale.show(block.budget),
            here.t("budget.growth"): growth_text(block.growth),
            here.t("budget.claims"): scale.show(block.claims),
            here.t("budget.settled"): scale.show(block.settled),
            here.t("budget.retained"): scale.show(block.retained),
            here.t("budget.borne"): scale.show(block.borne),
            here.t("budget.shared"): scale.show(block.shared),
        }
        for block in found.blocks
        if block.budget or block.claims
    ]
    st.html(f'<div class="pc-note">{safe(here.say(scale.unit))}</div>')
    show_table(pd.DataFrame(rows), key="table_providers", alt=here.t("budget_panel.provider"))
    key = "budget.within" if found.within_guideline else "budget.beyond"
    limit = growth_text(min(found.revenue_growth, found.need_growth))
    notes = [here.t(key, growth=growth_text(found.growth), limit=limit)]
    for price in found.prices.values():
        values = {"start": rounded(price.at_start, 2), "end": rounded(price.at_end, 2)}
        notes.append(here.t(f"budget_price.{price.method}", **values))
    st.html(f'<div class="pc-note">{" · ".join(map(safe, notes))}</div>')


def schedules(here: Context, shown: Shown) -> Mapping[str, Schedule]:
    """Return the schedules of the region in view in their order, S6 of the fund in view among them."""
    found = dict(budgets.schedules_of(shown.made, here.region))
    if budgets.can_be_phased(shown.made, here.region, here.ledger):
        found["S6"] = budgets.draft_months(
            shown.made, here.loaded, shown.scenario, here.region, here.ledger
        ).schedule()  # fmt: skip
    return {code: found[code] for code in TITLES if code in found}


def schedule_table(here: Context, schedule: Schedule) -> pd.DataFrame:
    """Return a schedule in the language of the page, unrounded."""
    import pandas as pd

    rows = []
    for row in schedule.rows:
        cells: dict[str, Any] = {here.t("budget.line"): "　" * row.level + here.say(row.label)}
        for column, value in zip(schedule.columns, row.values, strict=True):
            cells[here.say(column.label)] = value
        cells[here.t("budget.unit")] = here.t(f"budget_unit.{row.unit}") if row.unit in UNIT_WORDS else row.unit
        rows.append(cells)
    return pd.DataFrame(rows)


UNIT_WORDS = ("yuan", "persons", "ratio", "fraction", "months", "services")
"""Units of schedules that have words in the catalogue."""


def _schedules(here: Context, shown: Shown) -> None:
    found = schedules(here, shown)
    codes = list(found)
    chosen = str(session.choice_of("budget_schedule", codes[0]))
    code = chosen if chosen in found else codes[0]
    st.segmented_control(
        here.t("budget_panel.schedules"), codes, format_func=lambda one: f"{one} {here.say(found[one].title)}",
        label_visibility="collapsed", required=True, **session.kept("budget_schedule", code),
    )  # fmt: skip
    table = schedule_table(here, found[code])
    if table.empty:
        st.html(f'<div class="pc-note">{safe(here.t("budget.empty_schedule"))}</div>')
        return
    show_table(_shown_schedule(here, table), key=f"table_{code}", alt=code, height=420)


def _shown_schedule(here: Context, table: pd.DataFrame) -> pd.DataFrame:
    """Return a schedule as it is shown: people whole, shares and growth in per cent, all else by its size."""
    unit, growth = here.t("budget.unit"), here.say(RELATIVE_CHANGE)

    def shown(name: str, value: object, of: object) -> str:
        if not isinstance(value, (int, float)):
            return str(value)
        if not math.isfinite(value):
            return NOT_DEFINED
        if name == growth:
            return growth_text(float(value))
        if of == here.t("budget_unit.persons"):
            return rounded(float(value), 0)
        if of == here.t("budget_unit.fraction"):
            return PERCENT.show(float(value))
        return rounded(float(value), 0 if abs(value) >= 1e4 else 2 if abs(value) >= 10 else 4)

    units = list(table[unit])
    made = {
        name: [shown(name, value, of) for value, of in zip(table[name], units, strict=True)]
        for name in map(str, table.columns)
    }
    made[unit] = ["%" if of == here.t("budget_unit.fraction") else of for of in units]
    return type(table)(made)
