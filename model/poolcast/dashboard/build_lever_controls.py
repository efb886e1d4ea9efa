"""The controls of a lever that is on: its main argument with notches, its time, and the rest behind a fold."""

from __future__ import annotations

from functools import partial

import streamlit as st

from poolcast.dashboard import build_state as state
from poolcast.dashboard import session
from poolcast.dashboard.access import editing
from poolcast.dashboard.context import Context
from poolcast.dashboard.services import scenarios as library
from poolcast.dashboard.services.arguments import control_of, in_force, level_text, short_text
from poolcast.dashboard.services.drafts import Draft
from poolcast.scenarios.lever import Argument, Lever
from poolcast.scenarios.phase_in import SHAPES, PhaseIn
from poolcast.scenarios.scenario import LeverCall

LONGEST_PHASE = 30


def controls(here: Context, lever: Lever, call: LeverCall) -> None:
    """Draw the controls of a lever that is on: main argument, notches, time, and the rest behind a fold."""
    given = {**lever.defaults, **call.arguments}
    if lever.arguments:
        main = lever.arguments[0]
        _slider(here, lever, main, given[main.name])
        _notches(here, lever, main, given[main.name])
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"levertime_{lever.id}"):
        _time(here, lever, call)
        if lever.arguments and "solve" in here.pages:
            st.button(
                here.t("build.solve"),
                key=session.key_of(f"solve_{lever.id}"),
                icon=":material/target:",
                type="tertiary",
                on_click=partial(_solve, f"{lever.name}.{lever.arguments[0].name}"),
            )
        st.button(
            here.t("a.reset"),
            key=session.key_of(f"reset_{lever.id}"),
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=partial(_reset, lever.id),
            **editing(here.language),
        )
    _further(here, lever, call, given)


def _solve(unknown: str) -> None:
    """Open the page that solves for a target, this argument filled in."""
    st.session_state["solve_unknown"] = unknown
    state.leave_for("solve")


def _reset(lever: str) -> None:
    """Put a lever back to its defaults, in its place."""

    def made(draft: Draft) -> Draft:
        at = draft.position(lever)
        again = draft.without_lever(lever).with_lever(lever)
        return again if at is None else again.moved(len(again) - 1, at)

    state.do(made)


def _slider(here: Context, lever: Lever, argument: Argument, value: float) -> None:
    control = control_of(argument, here.language)
    present = in_force(here.loaded, lever, argument)
    label = here.say(argument.label)
    if present is not None:
        label += here.t("build.in_force", value=level_text(present, argument.unit, here.language))
    elif control.factor == 1.0:
        unit = here.say(library.unit_words(argument.unit))
        label += f"（{unit}）" if here.language == "zh" else f" ({unit})"
    st.slider(
        label,
        control.minimum,
        control.maximum,
        step=control.step,
        format=control.form,
        **editing(here.language),
        **session.bound(
            f"arg_{lever.id}_{argument.name}",
            control.shown(value),
            lambda moved: _set(lever.id, argument.name, control.stored(moved)),
        ),
    )


def _set(lever: str, argument: str, value: float) -> None:
    state.open_lever(lever)
    state.do(lambda draft: draft.with_argument(lever, argument, value))


def _notches(here: Context, lever: Lever, argument: Argument, value: float) -> None:
    """Draw named values of an argument, which set the slider."""
    found = {notch.value: notch for notch in library.notches(argument)}
    if len(found) < 2:
        return

    def show(at: float) -> str:
        return f"{here.say(found[at].name)} {short_text(argument, at, here.language)}"

    near = next((at for at in found if abs(at - value) < 1e-9), None)

    def change(at: float | None) -> None:
        if at is not None:
            _set(lever.id, argument.name, at)

    st.pills(
        here.t("build.notches", name=here.say(argument.label)),
        list(found),
        format_func=show,
        label_visibility="collapsed",
        **editing(here.language, here.t("build.notches_tip")),
        **session.bound(f"notch_{lever.id}", near, change),
    )


def _time(here: Context, lever: Lever, call: LeverCall) -> None:
    years = list(library.start_years(here.loaded))
    start = call.start if call.start is not None else library.usual_start(here.loaded)
    phase = call.phase_in or lever.phase_in
    st.selectbox(
        here.t("build.start"),
        years if start in years else [start, *years],
        width=96,
        **editing(here.language),
        **session.bound(
            f"start_{lever.id}", start, lambda year: state.do(lambda draft: draft.with_start(lever.id, year))
        ),
    )
    spans = sorted({1, 2, 3, 4, 5, 10, 15, 20, LONGEST_PHASE, phase.years})
    st.selectbox(
        here.t("build.phase"),
        spans,
        format_func=lambda span: here.t("build.at_once") if span == 1 else here.t("build.years", n=span),
        width=110,
        **editing(here.language),
        **session.bound(f"phase_{lever.id}", phase.years, lambda span: _phase(lever.id, PhaseIn(span, phase.shape))),
    )


def _phase(lever: str, phase: PhaseIn) -> None:
    state.do(lambda draft: draft.with_phase_in(lever, phase))


def _further(here: Context, lever: Lever, call: LeverCall, given: dict[str, float]) -> None:
    """Draw further arguments, shape of the phase-in, regions and behaviour, behind a fold."""
    is_open = bool(state.recalled(f"further_{lever.id}", False))
    box = st.expander(
        here.t("build.further"),
        type="compact",
        **session.bound(f"further_{lever.id}", is_open, partial(state.remember, f"further_{lever.id}")),
    )
    if not box.open:
        return
    with box:
        for argument in lever.arguments[1:]:
            _slider(here, lever, argument, given[argument.name])
        phase = call.phase_in or lever.phase_in
        shapes = {"step": here.t("build.step"), "linear": here.t("build.linear"), "s_curve": here.t("build.s_curve")}
        st.selectbox(
            here.t("build.shape"),
            SHAPES,
            format_func=shapes.__getitem__,
            **editing(here.language),
            **session.bound(
                f"shape_{lever.id}", phase.shape, lambda shape: _phase(lever.id, PhaseIn(phase.years, shape))
            ),
        )
        if len(here.held.regions) > 1:
            chosen = [code for code in call.where.get("region", "").split("|") if code in here.held.regions]
            st.multiselect(
                here.t("build.regions"),
                list(here.held.regions),
                format_func=lambda code: here.say(here.held.regions[code]),
                placeholder=here.t("build.every_region"),
                **editing(here.language),
                **session.bound(
                    f"regions_{lever.id}",
                    chosen,
                    lambda codes: state.do(lambda draft: draft.with_regions(lever.id, codes)),
                ),
            )
        st.toggle(
            here.t("build.behaviour"),
            **editing(here.language, here.t("build.behaviour_tip")),
            **session.bound(
                f"behaviour_{lever.id}",
                call.behaviour,
                lambda counted: state.do(lambda draft: draft.with_behaviour(lever.id, counted)),
            ),
        )
