"""The left half of the page Build: search, groups, and a card for every lever."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from poolcast.dashboard import build_state as state
from poolcast.dashboard import session
from poolcast.dashboard.access import editing
from poolcast.dashboard.build_lever_controls import controls
from poolcast.dashboard.build_parameters import parameter_cards
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import scenarios as library
from poolcast.dashboard.services.arguments import argument_text
from poolcast.dashboard.services.drafts import Draft
from poolcast.scenarios.catalogue import LEVERS
from poolcast.scenarios.lever import Lever
from poolcast.scenarios.scenario import LeverCall

MOST_OPEN = 3
"""Levers that are on show their controls all at once up to this number; of more, only the one touched last."""


def levers(here: Context) -> None:
    """Draw search, filter, and the levers or what the search found."""
    st.text_input(
        here.t("build.search_label"),
        placeholder=here.t("build.search"),
        icon=":material/search:",
        label_visibility="collapsed",
        **session.bound("build_search", state.recalled("search", ""), partial(state.remember, "search")),
    )
    text = str(state.recalled("search", "")).strip()
    if text:
        _hits(here, text)
        return
    chosen = _filter(here)
    with st.container(height=500, border=False, key="list_levers"):
        if chosen == state.ON:
            _on(here)
        elif chosen == state.STRESS:
            st.caption(here.t("build.stress_note"))
            _cards(here, [lever for lever in LEVERS.values() if lever.stress])
        else:
            for group in library.lever_groups():
                _group(here, group)


def _filter(here: Context) -> str:
    stress = sum(lever.stress for lever in LEVERS.values())
    names = {
        state.ON: here.t("build.on", n=len(state.draft())),
        state.ALL: here.t("build.all", n=len(LEVERS)),
        state.STRESS: here.t("build.stress", n=stress),
    }
    chosen = state.recalled("filter", state.ALL)
    st.segmented_control(
        here.t("build.filter"),
        list(names),
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        **session.bound("build_filter", chosen, partial(state.remember, "filter")),
    )
    return str(state.recalled("filter", state.ALL))


def _hits(here: Context, text: str) -> None:
    """Draw what a search finds, policies and assumptions apart; the first lever found shows its controls."""
    hits = library.search(text)
    st.button(
        here.t("build.clear"),
        key=session.key_of("build_clear"),
        icon=":material/close:",
        type="tertiary",
        on_click=lambda: state.remember("search", ""),
    )
    with st.container(height=500, border=False, key="list_hits"):
        if hits.is_empty:
            st.caption(here.t("build.no_hits", text=text))
            return
        if hits.levers:
            st.html(f'<div class="pc-head">{safe(here.t("build.hits_levers", n=len(hits.levers)))}</div>')
            _cards(here, hits.levers)
        if hits.presets:
            st.html(f'<div class="pc-head">{safe(here.t("build.hits_presets", n=len(hits.presets)))}</div>')
            for preset in hits.presets[:4]:
                st.button(
                    here.say(preset.title),
                    key=session.key_of(f"hit_{preset.id}"),
                    icon=":material/playlist_add:",
                    type="tertiary",
                    on_click=partial(state.load, Draft.of(preset.scenario), here.say(preset.title)),
                    **editing(here.language),
                )
        if hits.parameters:
            parameter_cards(here, hits.parameters)


def _group(here: Context, group: library.LeverGroup) -> None:
    """Draw a group; its levers only while it is open, and one group at a time."""
    on = sum(state.draft().position(lever.id) is not None for lever in group.levers)
    label = f"{here.say(group.title)} :gray[{len(group.levers)}]"
    if on:
        label += f" :blue-badge[{here.t('build.on', n=on)}]"
    is_open = state.recalled("group", "") == group.id
    box = st.expander(
        label,
        **session.bound(
            f"group_{group.id}", is_open, lambda opened: state.remember("group", group.id if opened else "")
        ),
    )
    if box.open:
        with box:
            _cards(here, group.levers)


def _on(here: Context) -> None:
    """Draw what is switched on: levers as cards, parameters below."""
    entries = state.draft().entries
    calls = [item.lever for item in entries if isinstance(item, LeverCall)]
    if not entries:
        st.caption(here.t("build.none_on"))
        return
    _cards(here, calls)
    parameter_cards(here, (), only_changed=True)


def _cards(here: Context, found: Sequence[Lever]) -> None:
    on = [lever.id for lever in found if state.draft().position(lever.id) is not None]
    last = state.recalled("lever", on[0] if on else "")
    for lever in found:
        _card(here, lever, lever.id in on, lever.id == last or len(on) <= MOST_OPEN)


def _card(here: Context, lever: Lever, is_on: bool, is_open: bool) -> None:
    with st.container(border=True, key=f"lever_{lever.id}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, key=f"leverhead_{lever.id}"):
            st.toggle(
                here.say(lever.title),
                width="stretch",
                **editing(here.language, None if is_on and is_open else _told(here, lever)),
                **session.bound(f"on_{lever.id}", is_on, partial(state.switch, lever.id)),
            )
            st.html(_badges(here, lever), width="content")
            if is_on and is_open:
                _about(here, lever)
        call = state.draft().call(lever.id)
        if not is_on or call is None:
            return
        if is_open:
            controls(here, lever, call)
        elif lever.arguments:
            main = lever.arguments[0]
            value = {**lever.defaults, **call.arguments}[main.name]
            text = f"{here.say(main.label)} {argument_text(main, value, here.language)}"
            st.button(
                text,
                key=session.key_of(f"edit_{lever.id}"),
                icon=":material/tune:",
                type="tertiary",
                on_click=partial(state.open_lever, lever.id),
            )


_TONES = {"seed": "seed", "public": "public", "verify": "verify", "assumed": "assumed", "stress": "stress"}


def _badges(here: Context, lever: Lever) -> str:
    """Return evidence and the ledgers touched, with the way their balance goes."""
    found = library.badges(lever)
    marks = [
        f'<span class="pc-badge pc-{_TONES.get(badge, "assumed")}">{safe(here.say(library.BADGES[badge]))}</span>'
        for badge in (*found[:1], *(badge for badge in found[1:] if badge in ("stress", "record")))
    ]
    touched = library.touched(lever, here.loaded)
    own = next((one for one in touched if one.ledger == here.ledger), touched[0] if touched else None)
    if own is not None:
        arrow = {"+": "↑", "-": "↓", "0": "→", "either": "↕"}[own.sign]
        rest = f" +{len(touched) - 1}" if len(touched) > 1 else ""
        told = "; ".join(f"{here.say(one.name)} {_ARROWS[one.sign]}" for one in touched)
        marks.append(f'<span class="pc-badge" title="{safe(told)}">{safe(own.ledger)} {arrow}{rest}</span>')
    return f'<div class="pc-badges">{"".join(marks)}</div>'


_ARROWS = {"+": "↑", "-": "↓", "0": "→", "either": "↕"}
"""Which way the balance of a ledger is expected to go."""


def _told(here: Context, lever: Lever) -> str:
    """Return what a lever is, for the tip of one that is off: without widgets of its own, as there are many."""
    lines = [f"**{lever.id}** {here.say(lever.explanation)}"]
    if lever.stress:
        lines.append(f"**{here.t('build.stress_source')}**")
    if lever.no_effect is not None:
        lines.append(here.say(lever.no_effect))
    if lever.documents:
        lines.append(f"{here.t('build.documents')}: {', '.join(lever.documents)}")
    return "\n\n".join(lines).replace("$", "\\$").replace("~", "\\~")


def _about(here: Context, lever: Lever) -> None:
    """Draw what a lever is behind its button: paragraph, documents, defaults with evidence, ledgers, what is open."""
    box = st.popover(
        here.t("build.about"), icon=":material/info:", type="tertiary", key=f"more_{lever.id}", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        lines = [f"**{lever.id} · {here.say(lever.title)}**", here.say(lever.explanation)]
        if lever.stress:
            lines.append(f":orange-badge[{here.t('build.stress_source')}]")
        if lever.no_effect is not None:
            lines.append(here.say(lever.no_effect))
        if lever.documents:
            lines.append(f"{here.t('build.documents')}: {', '.join(lever.documents)}")
        st.markdown("  \n".join(lines))
        for argument in lever.arguments:
            low, default, high = (
                argument_text(argument, value, here.language)
                for value in (argument.minimum, argument.default, argument.maximum)
            )
            told = here.t("build.argument", name=here.say(argument.label), default=default, low=low, high=high)
            st.caption(f"{told} [{argument.evidence}] {argument.source}")
        for one in library.touched(lever, here.loaded):
            st.caption(f"{here.say(one.name)} {_ARROWS[one.sign]} {here.say(one.reason)}")
        st.caption(here.t("build.notches_tip"))
