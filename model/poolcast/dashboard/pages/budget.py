"""Budget and early warning: this year, next year, and what is off course."""

import streamlit as st

from poolcast.dashboard import budget_details, session
from poolcast.dashboard import budget_parts as parts
from poolcast.dashboard.budget_warnings import warnings_card
from poolcast.dashboard.charts.budget import spending_against_plan
from poolcast.dashboard.context import context
from poolcast.dashboard.parts.chart_card import chart_card
from poolcast.dashboard.parts.one_scenario import one_scenario
from poolcast.dashboard.parts.problems import empty
from poolcast.dashboard.parts.takeaway import plain, takeaway
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import budgets

here = context()
chosen = here.one
whole = budgets.annual_budget(here.loaded, here.scenario(chosen.id))


def choose_unit(unit: str) -> None:
    """Draw the choice of the unit of money."""
    tied = session.bound("budget_unit", unit, lambda wanted: session.change(unit=wanted))
    st.segmented_control(
        here.t("budget.unit"), ["yi", "wan", "yuan"], format_func=lambda one: here.t(f"money_unit.{one}"),
        required=True, label_visibility="collapsed", **tied,
    )  # fmt: skip


def statement(shown: parts.Shown) -> None:
    """Draw the statement with its unit, the upload and the download."""
    with st.container(border=True, key="card_statement"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head_statement"):
            grey = here.say(shown.scale.unit)
            head = f'<div class="pc-head">{safe(here.t("budget.statement"))} <small>{safe(grey)}</small></div>'
            st.html(head, width="stretch")
            if parts.uploads(here).is_example:
                st.html(f'<span class="pc-synthetic">{safe(here.t("bar.synthetic"))}</span>', width="content")
            choose_unit(shown.unit)
            parts.upload_box(here, whole, shown.months)
            budget_details.download(here, shown)
        with st.container(height=500, border=False, key="sheet_statement"):
            st.html(parts.statement_html(here, shown, every_row=bool(st.session_state.get("every_row", False))))
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="foot_statement"):
            notes = parts.upload_remarks(here, shown) or [here.t("budget.no_months")]
            st.html(f'<div class="pc-note">{safe(" · ".join(notes))}</div>', width="stretch")
            st.toggle(here.t("budget.every_row"), key="every_row")


def plan(shown: parts.Shown, sentence: str) -> None:
    """Draw spending against the phased plan."""
    title = here.t("budget.against_plan")
    if shown.months is None or shown.curve is None:
        chart_card(title, "plan", None, None, title, empty=here.t("budget.cannot_phase"), height="half")
        return
    months, curve = shown.months, shown.curve
    figure = spending_against_plan(here, curve, months.known, budget_details.chart_scale(shown))
    chart_card(
        title, "plan", figure, lambda: budget_details.plan_table(here, curve), f"{title}: {plain(sentence)}",
        scope=str(months.year), how=here.t("budget.how_plan"), note=here.say(months.basis), height="half",
    )  # fmt: skip


if parts.no_account(here, whole):
    takeaway(here.t("e.no_ledger"), here.scope)
    empty(here.t("budget.other_ledger"), "account_balance")
else:
    shown = parts.shown_of(here, chosen.id)
    parts.reproduced(here, shown)
    sentence, basis = budget_details.answer(here, shown)
    with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
        with st.container(width="stretch"):
            takeaway(sentence, basis)
        one_scenario(here)
    parts.upload_problems(here)
    left, right = st.columns([63, 37])
    with left:
        statement(shown)
    with right:
        warnings_card(here, shown)
        plan(shown, sentence)
    budget_details.below(here, shown)
