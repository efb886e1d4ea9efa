"""The details below the fold of the page Solve: months by target year, the least-cost package, and the scenario."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from poolcast.dashboard import session, solve_parts
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import files, work
from poolcast.dashboard.parts.chart_card import show_table
from poolcast.dashboard.parts.looking import looking
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import goals, takeaways
from poolcast.dashboard.services.drafts import Draft, safe_name
from poolcast.dashboard.services.goals import Goal
from poolcast.dashboard.solve_parts import Answer
from poolcast.outlook.unknowns import Unknown
from poolcast.parameters.declaration import Words

DETAILS = ("needed", "package", "save")
MOST_PARTS = 4


def below(here: Context, goal: Goal, choices: Mapping[str, Unknown]) -> None:
    """Draw one of the details at a time; what it needs is computed once it is open."""
    kept = st.session_state.get("solve_detail", "")
    names = {name: here.t(f"solve_detail.{name}") for name in DETAILS}
    with st.container(border=True, key="card_details"):
        chosen = st.segmented_control(
            here.t("solve.details"),
            list(DETAILS),
            format_func=names.__getitem__,
            label_visibility="collapsed",
            **session.bound("detail", kept or None, lambda name: st.session_state.__setitem__("solve_detail", name)),
        )
        if chosen is None:
            st.html(f'<div class="pc-note">{safe(here.t("solve.details_note"))}</div>')
            return
        unknown = choices[goal.unknown]
        if chosen == "needed":
            _needed(here, goal, unknown)
        elif chosen == "package":
            _package(here, goal, choices)
        else:
            _save(here, Answer.of(goal, here))


def _note(text: str) -> None:
    st.html(f'<div class="pc-note">{safe(text)}</div>')


def _wait(here: Context, kind: str, key: object) -> None:
    """Draw how far a calculation is, or that it was ended."""
    status = work.status(kind, key)
    if work.failure(here, status):
        return
    if status is not None and status.is_over:
        _note(here.t("uncertainty.ended"))
        st.button(here.t("s.again"), key=session.key_of(f"again_{kind}"), on_click=lambda: work.forget(kind))
        return
    work.bar(here, status, None, kind)


def _needed(here: Context, goal: Goal, unknown: Unknown) -> None:
    @looking(lambda: goals.held_needed(goal) is None)
    def draw() -> None:
        found = goals.held_needed(goal)
        if found is None:
            work.begin("needed", ("needed", goal.key), lambda: goals.needed(goal))
            _wait(here, "needed", ("needed", goal.key))
            return
        table = solve_parts.needed_table(here, found, unknown)
        show_table(table, "table_needed", here.t("solve_detail.needed"))
        _note(here.t("solve.needed_note", label=here.say(unknown.label)))
        _downloads(here, table, "needed")

    draw()


def _downloads(here: Context, table: object, name: str) -> None:
    with st.container(horizontal=True):
        for word, ending, mime, made in (
            ("a.csv", "csv", "text/csv", files.as_csv(table, here)),  # type: ignore[arg-type]
            ("a.xlsx", "xlsx", files.XLSX, files.as_xlsx({here.t(f"solve_detail.{name}"): table}, here)),  # type: ignore[dict-item]
        ):
            st.download_button(
                here.t(word),
                made,
                files.file_name(here, name, ending),
                mime,
                key=session.key_of(f"{ending}_{name}"),
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )


def _package(here: Context, goal: Goal, choices: Mapping[str, Unknown]) -> None:
    state = st.session_state.setdefault("package", {})
    usual = [goal.unknown, *[text for text in choices if text != goal.unknown]][:2]
    picked = [text for text in state.get("parts", usual) if text in choices] or usual
    _note(here.t("solve.package_note"))
    st.multiselect(
        here.t("solve.package_parts"),
        list(choices),
        format_func=lambda text: here.say(choices[text].label),
        max_selections=MOST_PARTS,
        **session.bound("package_parts", picked, lambda chosen: state.__setitem__("parts", chosen)),
    )
    costs = state.setdefault("costs", {})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for text in picked:
            rate = choices[text].unit in ("fraction", "rate_per_year")
            unit = here.t("solve.per_point" if rate else "solve.per_cent")
            st.number_input(
                f"{here.say(choices[text].label)} · {unit}",
                0.01,
                1e6,
                step=0.5,
                width=240,
                **session.bound(
                    f"cost_{list(choices).index(text)}",
                    float(costs.get(text, 1.0)),
                    lambda value, text=text: costs.__setitem__(text, value),  # type: ignore[misc]
                ),
            )
    asked = {text: solve_parts.unit_cost(choices[text], float(costs.get(text, 1.0))) for text in picked}
    key = ("package", goal.key, tuple(sorted(asked.items())))

    def begin() -> None:
        work.begin("package", key, lambda: goals.package(goal, asked))

    status = work.status("package", key)
    known = goals.held_package(goal, asked)
    if known is None and (status is None or status.is_over):
        st.button(here.t("ask.package"), key=session.key_of("package"), icon=":material/target:", on_click=begin)
        work.failure(here, status)
        return

    @looking(lambda: goals.held_package(goal, asked) is None)
    def draw() -> None:
        found = goals.held_package(goal, asked)
        if found is None:
            _wait(here, "package", key)
            return
        word = "solve.package_done" if found.reached else "solve.package_missed"
        cost, condition = f"{found.cost:,.2f}", solve_parts.condition_words(here, goal)
        _note(here.t(word, cost=cost, condition=condition))
        table = solve_parts.package_table(here, found, asked)
        show_table(table, "table_package", here.t("solve_detail.package"))
        _note(here.t("solve.verified" if found.verified else "solve.not_verified"))
        _downloads(here, table, "package")
        if found.reached:
            save_scenario(here, Draft.of(found.scenario), "package", here.t("solve.package_title"))

    draw()


def _save(here: Context, answer: Answer) -> None:
    found = answer.best
    if found is None or not found.reached or found.change == 0:
        _note(here.t("solve.nothing_to_save"))
        return
    title = here.t(
        "solve.scenario_title",
        label=here.say(found.unknown.label),
        value=takeaways.value_text(found.unknown, found.value, here.language),
    )
    save_scenario(here, Draft.of(found.scenario), "answer", title)


def save_scenario(here: Context, draft: Draft, key: str, title: str) -> None:
    """Draw the name of a scenario, its file as the command line reads it, and the way into the builder.

    Parameters
    ----------
    here : Context
    draft : Draft
        What holds besides, and the answer.
    key : str
        Of the widgets.
    title : str
        Title that is proposed.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            here.t("solve.scenario_name"), title, max_chars=80, width=360, key=session.key_of(f"name_{key}")
        )
        stem = safe_name(name, "solved")
        text = draft.file_text(stem, Words(name, name), Words(title, title))
        st.download_button(
            here.t("solve.save"),
            text.encode(),
            f"{stem}.yaml",
            "application/yaml",
            key=session.key_of(f"save_{key}"),
            on_click="ignore",
            icon=":material/download:",
        )
        link = draft.link()
        if "build" in here.pages and link:

            def build() -> None:
                session.change(draft=link)
                st.session_state["go"] = "build"

            st.button(
                here.t("solve.to_build"), key=session.key_of(f"build_{key}"), on_click=build, icon=":material/tune:"
            )
    _note(here.t("solve.save_note"))
