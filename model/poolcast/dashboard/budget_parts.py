"""The parts of the page Budget: what is shown of a fund, the statement as a table, and the upload of months."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import streamlit as st

from poolcast.budget.annual_budget import AnnualBudget
from poolcast.budget.execution import ALERTS
from poolcast.budget.fund_months import FundMonths
from poolcast.budget.lines import EXPENDITURE
from poolcast.dashboard import session
from poolcast.dashboard.access import check_may_edit, editing
from poolcast.dashboard.charts.budget import Array, cumulative_months, month_name
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files
from poolcast.dashboard.parts.problems import problem_list
from poolcast.dashboard.parts.reproduce import offer
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import budgets
from poolcast.dashboard.services.budget_rows import Row, ShownStatement, shown_statement
from poolcast.dashboard.services.budgets import Uploads
from poolcast.dashboard.services.month_files import example_months, months_workbook
from poolcast.dashboard.services.reproduce import View
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.parameters.errors import PoolcastError
from poolcast.reporting.formats import MONTHS, Scale, money_scale_in, range_text, rounded
from poolcast.scenarios.scenario import Scenario

_UPLOADS, _MADE, _SHOWN = "budget_uploads", "budget_made", "budget_shown"
_ALERT_BANDS = {"amber": "orange", "red": "red"}


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Parameters
    ----------
    plain, made : AnnualBudget
        Without and with the reader's months.
    scenario : Scenario
    months : FundMonths or None
        None where the fund cannot be phased.
    statement : ShownStatement
    unit : {"yi", "wan", "yuan"}
    scale : Scale
        How money of the statement is shown.
    curve : mapping of str to array (12,), or None
        Spending cumulated by month, yuan (`cumulative_months`).
    """

    plain: AnnualBudget
    made: AnnualBudget
    scenario: Scenario
    months: FundMonths | None
    statement: ShownStatement
    unit: str
    scale: Scale
    curve: Mapping[str, Array] | None = None


def shown_of(here: Context, scenario: str) -> Shown:
    """Return what the page shows of the fund in view.

    Raises
    ------
    PoolcastError
        Where the set, the scenario or the months do not fit.
    """
    chosen = here.scenario(scenario)
    plain = budgets.annual_budget(here.loaded, chosen)
    made = _made_with(here, plain, chosen)
    months = None
    if budgets.can_be_phased(made, here.region, here.ledger):
        months = budgets.fund_months(made, here.loaded, chosen, here.region, here.ledger)
    unit = unit_of(here, made)
    key = (here.region, here.ledger, unit)
    held = st.session_state.get(_SHOWN)
    if held is None or held[0] is not made or held[1] is not months or held[2] != key:
        curve = None if months is None else cumulative_months(months, EXPENDITURE)
        held = (made, months, key, shown_statement(made, here.region, here.ledger, months, unit), curve)
        st.session_state[_SHOWN] = held
    statement, curve = held[3], held[4]
    digits = {1e7: 1, 1e6: 2, 1e4: 0, 0.01: 2}[statement.step]
    scale = money_scale_in(unit, [math.nan])
    return Shown(plain, made, chosen, months, statement, unit, Scale(scale.divisor, digits, scale.unit), curve)


def _made_with(here: Context, plain: AnnualBudget, scenario: Scenario) -> AnnualBudget:
    """Return the budget with what this reader gave; made once for the region in view, and kept in this session."""
    given = uploads(here)
    if given.months is None and given.approved is None:
        return plain
    key = (here.loaded.digest, scenario.digest, scenario.name, here.region, here.ledger)
    held = st.session_state.get(_MADE)
    if held is None or held[0] != key or held[1] is not given:
        held = (key, given, budgets.with_uploads(plain, given, here.region, here.ledger))
        st.session_state[_MADE] = held
    made: AnnualBudget = held[2]
    return made


def unit_of(here: Context, made: AnnualBudget) -> str:
    """Return the unit in view, or the one that fits the revenue of the fund."""
    if here.view.unit != "auto":
        return here.view.unit
    revenue = made.statements[here.region].value("R", here.ledger, "draft")
    return "yi" if abs(revenue) >= 1e8 else "wan"


# ---------------------------------------------------------------------------------------------------- the statement


def statement_html(here: Context, shown: Shown, *, every_row: bool) -> str:
    """Return the statement as a table: code, line, years, months so far, execution, outlook with its range."""
    statement, running = shown.statement, shown.made.outlook_year
    heads = "".join(f'<th scope="col"{kind}>{text}</th>' for text, kind in _heads(here, shown))
    rows = "".join(_row(here, shown, row) for row in statement.rows if every_row or _is_usual(row))
    caption = here.t("budget.caption", year=running, unit=here.say(shown.scale.unit), place=here.region_name)
    return (
        f'<table class="pc-table"><caption>{safe(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _is_usual(row: Row) -> bool:
    """Whether a row is shown unasked: neither zeros only nor a part of a line by the ledger that it goes to."""
    return row.is_total or not (row.is_empty or "/" in row.code)


def _heads(here: Context, shown: Shown) -> list[tuple[str, str]]:
    found = [(safe(here.t("budget.code")), ' class="text"'), (safe(here.t("budget.line")), ' class="text"')]
    for column in _columns(shown):
        found.append((f"{safe(here.t(f'budget_column.{column}', year=_year(shown, column)))}", ""))
        if column == _last_of_running(shown):
            found += _heads_of_months(here, shown)
        if column == "outlook" and shown.months is not None:
            found.append((safe(here.t("budget.eight_in_ten")), f' title="{safe(here.t("tip.eight_in_ten"))}"'))
    return found


def _columns(shown: Shown) -> list[str]:
    """Return the columns of amounts in view: outcome, budget (or projection), outlook, draft."""
    return [one for one in ("outcome", "budget", "outlook", "draft") if shown.statement.has(one)]


def _last_of_running(shown: Shown) -> str:
    return "budget" if shown.statement.has("budget") else "outcome"


def _heads_of_months(here: Context, shown: Shown) -> list[tuple[str, str]]:
    if not shown.statement.months:
        return []
    span = here.t("budget.span", first=month_name(here, 1), last=month_name(here, shown.statement.months))
    return [(safe(span), ""), (safe(here.t("budget.execution")), "")]


def _year(shown: Shown, column: str) -> int:
    return next(one.year for one in shown.statement.columns if one.key == column)


def _row(here: Context, shown: Shown, row: Row) -> str:
    cells = [f'<td class="text">{safe(row.code)}</td>']
    cells.append(f'<th scope="row" style="padding-left:{8 + 14 * row.level}px">{safe(here.say(row.label))}</th>')
    for column in _columns(shown):
        cells.append(f"<td>{_amount(row, row.amounts.get(column, math.nan), shown.scale)}</td>")
        if column == _last_of_running(shown) and shown.statement.months:
            cells += [f"<td>{_amount(row, row.so_far, shown.scale)}</td>", _execution(here, row)]
        if column == "outlook" and shown.months is not None:
            cells.append(f'<td class="range">{_range(here, row, shown.scale)}</td>')
    kind = ' class="total"' if row.is_total else ' class="sub"' if row.level <= 1 and row.unit == "yuan" else ""
    return f"<tr{kind}>{''.join(cells)}</tr>"


def _amount(row: Row, value: float, scale: Scale) -> str:
    if not math.isfinite(value):
        return ""
    return MONTHS.show(max(value, 0.0)) if row.unit == "months" else scale.show(value)


def _execution(here: Context, row: Row) -> str:
    """Return the cell of the execution rate: its colour where it is off, and then the departure with its sign."""
    if not math.isfinite(row.rate):
        return "<td></td>"
    text = rounded(100 * row.rate, 1)
    band = _ALERT_BANDS.get(row.alert)
    if band is None:
        return f"<td>{text}</td>"
    ground, ink = here.palette.bands[band]
    away = rounded(100 * (row.rate - 1), 1, sign=True)
    words = safe(here.say(ALERTS[row.alert]))
    return (
        f'<td class="alert" style="background:{ground};color:{ink}" title="{words}">{text} <small>{away}</small></td>'
    )


def _range(here: Context, row: Row, scale: Scale) -> str:
    if not math.isfinite(row.low + row.high):
        return ""
    low, high = (_amount(row, value, scale) for value in (row.low, row.high))
    return low if low == high else range_text(low, high, here.language)


# ------------------------------------------------------------------------------------------------------- the upload


def belonging(loaded: LoadedSet) -> tuple[str, str, int]:
    """Return to what months and an approved budget belong: the funds of a set, whatever a reader changes in it."""
    return loaded.name, loaded.sent, loaded.base_year


def uploads(here: Context) -> Uploads:
    """Return what this reader gave for the set in view; of another set, nothing."""
    held = st.session_state.get(_UPLOADS)
    return held[1] if held is not None and held[0] == belonging(here.loaded) else Uploads()


def keep(here: Context, given: Uploads) -> None:
    """Keep what a reader gave, for the set in view and this session only."""
    st.session_state[_UPLOADS] = (belonging(here.loaded), given)


def upload_box(here: Context, plain: AnnualBudget, fund: FundMonths | None) -> None:
    """Draw the button behind which months and the approved budget are given, and files to fill in."""
    box = st.popover(here.t("budget.upload"), icon=":material/upload:", key="budget_upload", on_change="rerun")
    if not box.open:
        return
    with box:
        given = uploads(here)
        st.html(f'<div class="pc-note">{safe(here.t("budget.upload_note", year=plain.outlook_year))}</div>')
        _uploader(here, "months", lambda name, content: _take_months(here, plain, name, content))
        _uploader(here, "approved", lambda name, content: _take_budget(here, plain, name, content))
        with st.container(horizontal=True):
            if fund is not None:
                name = files.file_name(here, "months", "xlsx")
                made = months_workbook(fund, here.language)
                st.download_button(
                    here.t("budget.template"), made, name, files.XLSX, key=session.key_of("budget_template"),
                    on_click="ignore", icon=":material/download:", type="tertiary",
                )  # fmt: skip
                st.button(
                    here.t("budget.example"), key=session.key_of("budget_example"), icon=":material/science:",
                    type="tertiary", on_click=lambda: _take_example(here, plain, fund), **editing(here.language),
                )  # fmt: skip
            if given.months is not None or given.approved is not None:
                st.button(
                    here.t("budget.forget"), key=session.key_of("budget_forget"), icon=":material/delete:",
                    type="tertiary", on_click=lambda: _forget(here), **editing(here.language),
                )  # fmt: skip


def _uploader(here: Context, kind: str, take: Callable[[str, bytes], None]) -> None:
    """Draw an uploader; a file is read once, and what is wrong with it is kept until another comes."""
    endings = [ending.removeprefix(".") for ending in budgets.ENDINGS[kind]]
    number = st.session_state.get("budget_forgotten", 0)
    file = st.file_uploader(
        here.t(f"budget_upload.{kind}"), type=endings, key=session.key_of(f"budget_{kind}_{number}"),
        max_upload_size=budgets.LARGEST_UPLOAD // 10**6, **editing(here.language),
    )  # fmt: skip
    if file is None:
        return
    check_may_edit()
    content = file.getvalue()
    mark = (kind, belonging(here.loaded), hashlib.sha256(content).hexdigest())
    if st.session_state.get(f"budget_read_{kind}") == mark:
        return
    st.session_state[f"budget_read_{kind}"] = mark
    take(file.name, content)
    st.rerun()


def _take_months(here: Context, plain: AnnualBudget, name: str, content: bytes) -> None:
    _take(here, lambda: Uploads(budgets.read_uploaded_months(name, content, plain), uploads(here).approved), name)


def _take_budget(here: Context, plain: AnnualBudget, name: str, content: bytes) -> None:
    _take(here, lambda: Uploads(uploads(here).months, budgets.read_uploaded_budget(name, content, plain)), name)


def _take_example(here: Context, plain: AnnualBudget, fund: FundMonths) -> None:
    content = months_workbook(fund, here.language, example_months(fund))
    name = here.t("budget.example_file")

    def read() -> Uploads:
        months = budgets.read_uploaded_months(f"{name}.xlsx", content, plain)
        return Uploads(replace(months, file=name, remarks=()), uploads(here).approved, is_example=True)

    _take(here, read, name)


def _take(here: Context, read: Callable[[], Uploads], name: str) -> None:
    """Keep what could be read; otherwise keep what is wrong with it, and go on with what there was."""
    check_may_edit()
    st.session_state.pop("budget_problems", None)
    try:
        keep(here, read())
    except PoolcastError as error:
        st.session_state["budget_problems"] = (name, error)


def _forget(here: Context) -> None:
    keep(here, Uploads())
    for name in ("budget_problems", "budget_read_months", "budget_read_approved"):
        st.session_state.pop(name, None)
    st.session_state["budget_forgotten"] = st.session_state.get("budget_forgotten", 0) + 1


def upload_problems(here: Context) -> None:
    """Show everything that is wrong with the file that was given last; nothing of it was loaded."""
    found = st.session_state.get("budget_problems")
    if found is None:
        return
    name, error = found
    st.html(f'<div class="pc-note">{safe(here.t("budget.refused", file=name, n=len(error.problems)))}</div>')
    problem_list(error, here.language)


def upload_remarks(here: Context, shown: Shown) -> list[str]:
    """Return what should be known of the files that figures rest on."""
    given = uploads(here)
    found = []
    if given.months is not None:
        mine = shown.made.months is not None and (here.region, here.ledger) in shown.made.months.given
        key = "budget.months_of" if mine else "budget.months_elsewhere"
        found.append(here.t(key, file=given.months.file, n=shown.statement.months))
        found += [here.say(remark) for remark in given.months.remarks[:3]]
    if given.approved is not None:
        found.append(here.t("budget.approved_of", file=given.approved.file))
    elif shown.statement.has("budget"):
        found.append(here.t("budget.not_approved"))
    return found


def reproduced(here: Context, shown: Shown) -> None:
    """Let the bar offer the command and the lines of Python that print this budget; made-up months are in none."""
    given = uploads(here)
    months = "" if given.months is None or given.is_example else given.months.file
    approved = "" if given.approved is None else given.approved.file
    view = View(
        "budget", here.loaded, (shown.scenario,), here.region, here.ledger,
        actuals=months, approved=approved, language=here.language,
    )  # fmt: skip
    offer(here, view)


def no_account(here: Context, made: AnnualBudget) -> bool:
    """Return whether the region in view keeps no account of the ledger in view."""
    return here.region not in made.statements or here.ledger not in made.statements[here.region].ledgers
