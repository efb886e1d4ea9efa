"""Help: words, keys, the method, and of which year and version the numbers are."""

import streamlit as st

from poolcast import __version__
from poolcast.dashboard import help_parts, session
from poolcast.dashboard.context import context
from poolcast.dashboard.parts import tour
from poolcast.dashboard.parts.takeaway import takeaway

here = context()

takeaway(here.t("help.title"), [here.t("help.basis", version=__version__), here.say(here.held.short)])
left, right = st.columns([56, 44])

with left, st.container(border=True, key="card_glossary"):
    help_parts.glossary(here)

with right:
    st.button(
        here.t("help.tour"),
        key=session.key_of("help_tour"),
        icon=":material/play_circle:",
        on_click=tour.begin,
    )
    with st.container(border=True, key="card_about"):
        help_parts.about(here)
    with st.container(border=True, key="card_method"):
        help_parts.method(here)
    with st.container(border=True, key="card_keys"):
        help_parts.keyboard(here)
