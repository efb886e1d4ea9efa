"""The bar below the navigation: set, region, ledger, scenarios; synthetic data, link, reproduction, language."""

from __future__ import annotations

from functools import partial
from typing import Any
from zlib import crc32

import streamlit as st

from poolcast.dashboard import access, session
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import origin, sharing
from poolcast.dashboard.parts.tone import line_sample, literal, safe
from poolcast.dashboard.resolving import ALL_REGIONS_PAGES
from poolcast.dashboard.services import library
from poolcast.dashboard.state import MAX_SCENARIOS

EVERY = "*"
"""What the region box holds on a page that shows every region."""


def header(context: Context) -> Any:
    """Draw the bar, and say once what of an address could not be read; return the box of `sharing.reproduce`."""
    with st.container(horizontal=True, vertical_alignment="center", key="ctx", wrap=True):
        _set(context)
        _region(context)
        _ledger(context)
        _scenarios(context)
        _chips(context)
        end = st.container(horizontal=True, vertical_alignment="center", width="content", wrap=False, key="pc_end")
        with end:
            origin.badges(context)
            sharing.share(context)
            box = sharing.reproduce_box(context)
            _language(context)
            _person(context)
    ignored = session.ignored_keys()
    if ignored:
        parts = ("、" if context.language == "zh" else ", ").join(dict.fromkeys(ignored))
        st.toast(context.t("e.link", parts=parts), icon=":material/link_off:")
    sharing.sender(context)
    return box


def _set(context: Context) -> None:
    own = session.own_sets()
    names = list(dict.fromkeys([*library.set_names(), *own]))

    def show(name: str) -> str:
        return context.say(own[name].title if name in own else library.short_title(name))

    def change(name: str) -> None:
        session.change(set=name, region="", to=None, year=None)

    # the browser remembers the label: one that changes needs a box of its own, or the old label comes back as a name
    name = f"set_{crc32(' '.join(map(show, own)).encode()):x}" if own else "set"
    st.selectbox(
        context.t("bar.set"),
        names,
        format_func=show,
        label_visibility="collapsed",
        width=250 if own else 190,
        **session.bound(name, context.view.set, change),
    )
    if context.view.set in own:
        undo, why = context.t("bar.restore"), context.t("bar.back_to_shipped")
        st.button(undo, icon=":material/undo:", key="ctx_undo", help=why, on_click=lambda: session.keep_set(None))


def _region(context: Context) -> None:
    regions = list(context.held.regions)
    everywhere = context.page in ALL_REGIONS_PAGES and len(regions) > 1
    pools = context.pools
    names = context.held.name_of

    def show(code: str) -> str:
        if code == EVERY:
            return context.t("bar.all_regions", n=len(regions))
        name = context.say(names(code))
        return context.t("bar.pool", name=name) if code in pools else name

    def change(code: str) -> None:
        if code != EVERY:
            session.change(region=code)
            st.session_state["go"] = "forecast"

    def change_here(code: str) -> None:
        session.change(region=code)

    st.selectbox(
        context.t("bar.region"),
        [*([EVERY] if everywhere else []), *regions, *pools],
        format_func=show,
        label_visibility="collapsed",
        width=150,
        disabled=len(regions) + len(pools) == 1,
        **(
            session.bound("every_region", EVERY, change)
            if everywhere
            else session.bound("region", context.region, change_here)
        ),
    )


def _ledger(context: Context) -> None:
    session.select(
        "ledger",
        list(context.held.ledgers),
        context.t("bar.ledger"),
        lambda code: context.say(context.held.ledgers[code]),
        label_visibility="collapsed",
        width=150 if context.language == "zh" else 200,
    )


def _scenarios(context: Context) -> None:
    picked = context.view.scenarios
    titles = context.titles
    # a label that changes needs a box of its own, as that of the set does
    own = "" if context.drafted is None else f"_{crc32(context.drafted.title.zh.encode()):x}"
    with st.popover(context.t("bar.scenarios", n=len(picked)), icon=":material/layers:", key="ctx_scenarios"):
        st.multiselect(
            context.t("bar.scenarios_pick"),
            list(titles),
            format_func=lambda name: context.say(titles[name]),
            max_selections=MAX_SCENARIOS,
            placeholder=context.t("bar.no_scenarios"),
            help=context.t("bar.scenarios_help"),
            width=380,
            **session.bound(f"scenarios{own}", list(picked), lambda names: session.change(scenarios=tuple(names))),
        )
        for place, shown in enumerate(context.shown[1:]):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(_chip(shown.colour, shown.dash, shown.title), width="stretch")
                if place > 0:
                    st.button(
                        context.t("bar.up"),
                        key=session.key_of(f"up_{shown.id}"),
                        icon=":material/arrow_upward:",
                        on_click=partial(_move_up, shown.id),
                    )


def _move_up(name: str) -> None:
    order = list(session.current().scenarios)
    place = order.index(name)
    order[place - 1], order[place] = order[place], order[place - 1]
    session.change(scenarios=tuple(order))


def _chip(colour: str, dash: str, title: str) -> str:
    return f'<span class="pc-chip">{line_sample(colour, dash)}{safe(title)}</span>'


def _chips(context: Context) -> None:
    failed = context.failed
    marked = (
        _chip(shown.colour, shown.dash, ("⚠ " if shown.id in failed else "") + shown.title) for shown in context.shown
    )
    with st.container(key="pc_chips"):
        st.html(f'<div class="pc-chips">{"".join(marked)}</div>')


def _language(context: Context) -> None:
    session.segments(
        "lang", ["zh", "en"], context.t("bar.language"), {"zh": "中", "en": "EN"}.__getitem__, name="language"
    )


def _person(context: Context) -> None:
    """Show who is signed in, and the way out; nothing where there is no sign-in."""
    person = access.person()
    if person is None:
        return
    key = "access.editor" if person.role == "editor" else "access.viewer"
    st.button(
        context.t("access.sign_out"),
        icon=":material/logout:",
        type="tertiary",
        key="sign_out",
        help=context.t(key, name=literal(person.name)),
        on_click=st.logout,
    )
