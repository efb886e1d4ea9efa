"""Solve: what it would take for a fund to reach a target, how surely, and in every region."""

from dataclasses import replace

import streamlit as st

from poolcast.dashboard import build_state, session, solve_details, solve_parts
from poolcast.dashboard.charts.grids import key_of_bands
from poolcast.dashboard.context import context
from poolcast.dashboard.forecast_panels import Panel
from poolcast.dashboard.parts import work
from poolcast.dashboard.parts.chart_card import chart_card
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.one_scenario import one_scenario
from poolcast.dashboard.parts.problems import empty
from poolcast.dashboard.parts.reproduce import offer
from poolcast.dashboard.parts.takeaway import plain, takeaway
from poolcast.dashboard.services import goals
from poolcast.dashboard.services.goals import Goal
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.reproduce import View
from poolcast.dashboard.solve_parts import Answer
from poolcast.dashboard.uncertainty_panels import has_reserve

here = context()
if "solve_unknown" in st.session_state:  # the builder asks about an argument of one of its levers
    session.change(what=st.session_state.pop("solve_unknown"))
    here = replace(here, view=here.view.changed(what=session.current().what))
draft = build_state.draft()  # not that of the address, which cannot hold a long one
scenario = goals.scenario_under(here.scenario(here.one.id), draft, here.view.what)
item = projected(here.loaded, scenario)
title = here.t("solve.draft") if scenario.name == draft.scenario.name else here.one.title
first = here.held.base_year + 2
year = max(here.view.year or min(here.held.base_year + 15, here.last_year), first)
choices = goals.choices(here.loaded, scenario, here.region, here.ledger, here.view.what)

text = here.view.what if here.view.what in choices else next(iter(choices), "")
target = solve_parts.usual_target(here, here.view.goal)
goal = Goal(here.loaded, scenario, here.region, here.ledger, text, here.view.goal, year, target)
likely_key = ("likely", goal.key, here.view.p, here.view.paths, here.view.seed)


def ask() -> None:
    """Begin the search with the odds of the view."""
    view = here.view
    work.forget("solve")
    work.begin(
        "solve", likely_key, lambda: goals.likely(goal, view.p, view.paths, view.seed), goals.bounded(view.paths)
    )


def computing() -> bool:
    """Whether something is on its way."""
    found = (work.status("goal", ("goal", goal.key)), work.status("solve", likely_key))
    return any(one is not None and not one.is_over for one in found)


def answers() -> None:
    """Draw the answer, the grid and the regions; they come one after another."""
    answer = Answer.of(goal, here)
    told = solve_parts.sentence(here, answer)
    single, likely = work.status("goal", ("goal", goal.key)), work.status("solve", likely_key)
    waits = answer.best is None and (single is None or not single.is_over)
    takeaway(here.t("solve.searching") if waits else told, solve_parts.basis(here, answer, title))
    work.failure(here, single)
    if not work.failure(here, likely):
        work.bar(here, likely, lambda: work.cancel("solve"), "solve")
    if answer.best is not None and not answer.best.reached:
        solve_parts.other_levers(here, choices, text)
    left, right = st.columns(2)
    with left:
        grid(answer, told)
    with right:
        regions(answer, told)


def grid(answer: Answer, told: str) -> None:
    """Draw payable months by value and year."""
    found = goals.held_rates(goal)
    if found is None:
        panel = Panel(here.t("solve.grid_title", label=here.say(choices[text].label)), None, None)
        chart_card(panel.title, "grid", None, None, panel.title, empty="◔ " + here.t("solve.searching"), height="tall")
        return
    panel = solve_parts.grid(here, answer, found, choices[text])
    chart_card(
        panel.title, "grid", panel.figure, panel.table, f"{panel.title}: {plain(told)}",
        scope=here.t("solve.grid_scope"), how=panel.how, height="tall",
    )  # fmt: skip
    st.html(key_of_bands(here))


def regions(answer: Answer, told: str) -> None:
    """Draw what every region needs."""
    panel = solve_parts.regions(here, answer, choices[text])
    status = work.status("solve", likely_key)
    searching = status is not None and not status.is_over
    scope = "solve.regions_scope" if len(here.held.regions) > 1 else "solve.odds_scope"
    chart_card(
        panel.title, "needs", panel.figure, panel.table, f"{panel.title}: {plain(told)}",
        scope=here.t(scope, unit=panel.note) if panel.figure else "",
        how=panel.how, height="tall", blank=lambda: solve_parts.invitation(here, searching, ask),
    )  # fmt: skip


def page() -> None:
    """Draw the question, the answer, and what stands below it."""
    one_scenario(here)
    solve_parts.question(here, choices, text, year, ask)
    if goals.held_central(goal) is None or goals.held_rates(goal) is None:
        work.begin("goal", ("goal", goal.key), lambda: goals.central(goal))
    looking(computing)(answers)()
    found = Answer.of(goal, here)
    seen = View(
        "solve", here.loaded, (scenario,), here.region, here.ledger, year, goal.measure, found.paths, found.seed,
        probability=here.view.p if found.likely else None, unknown=text, condition=goal.condition,
        language=here.language,
    )  # fmt: skip
    offer(here, seen)
    solve_details.below(here, goal, choices)


if choices and has_reserve(item, here.region, here.ledger):
    page()
else:
    takeaway(here.t("solve.not_here"), here.scope)
    empty(here.t("solve.not_here_why"), "info")
