"""Build: put policies together and see the effect while moving."""

import streamlit as st

from poolcast.dashboard import build_effect, build_files, build_levers, session
from poolcast.dashboard import build_state as state
from poolcast.dashboard.build_page import effect_of
from poolcast.dashboard.context import context
from poolcast.dashboard.parts.looking import SECONDS, SOON, looking
from poolcast.dashboard.parts.problems import guarded, problem_list
from poolcast.dashboard.parts.takeaway import takeaway
from poolcast.dashboard.services import takeaways
from poolcast.parameters.errors import PoolcastError

FEW_REGIONS = 3
"""Of a set whose band takes about a second."""

here = context()


def follow(effect: build_effect.Effect) -> None:
    """Draw metrics, chart, rules and plan; looked at again and again while something is still being computed."""

    @looking(effect.waits, SOON if len(here.held.regions) <= FEW_REGIONS else SECONDS)
    def shown() -> None:
        found = effect.found() if effect.is_changed else None
        known = {effect.item.name: found} if found is not None else {}
        sentence = takeaways.build(
            effect.first, effect.item, here.region, here.ledger, effect.year, here.language, found=known
        )
        runs = "" if found is None else here.t("forecast.runs", n=f"{found.bands.paths:,}", seed=here.view.seed)
        takeaway(sentence, [runs] if runs else [])
        build_effect.metrics(effect, found)
        build_effect.lines(effect, found, sentence)
        left, right = st.columns(2)
        with left:
            build_effect.rules(effect)
        with right:
            build_effect.schedule(effect)

    shown()


@st.fragment
def page() -> None:
    """Draw the whole page: a move of a lever draws it anew, and nothing around it."""
    with guarded("page build"):
        draw()


def draw() -> None:
    """Draw the effect, and then the levers.

    The effect is drawn before the levers, whose controls show already what was asked for: the browser draws the chart
    while the server goes on.
    """
    if "go" in st.session_state:
        st.rerun()
    left, right = st.columns([37, 63])
    effect, refused = None, None
    try:
        effect = effect_of(here)
    except PoolcastError as error:
        refused = error
    session.finish()  # before the part with a timer of its own
    with right:
        head = st.container(key="build_row")
        if (wrong := state.error()) is not None:
            problem_list(wrong, here.language)
        if effect is not None:
            follow(effect)
        elif refused is not None:
            takeaway(here.t("build.cannot"), here.scope)
            problem_list(refused, here.language)
    with head:
        build_files.row(here, effect)
    with left:
        build_levers.levers(here)


page()
