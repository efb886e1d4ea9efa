"""The frame of every page: configuration, navigation, header bar, and what happens when something goes wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from poolcast.dashboard import access, session
from poolcast.dashboard.context import palette, set_context
from poolcast.dashboard.parts.header import header
from poolcast.dashboard.parts.history import one_step_a_page
from poolcast.dashboard.parts.problems import first_results, guarded, problem_list
from poolcast.dashboard.parts.reproduce import forget_offer
from poolcast.dashboard.parts.sharing import reproduce
from poolcast.dashboard.parts.tone import style
from poolcast.dashboard.parts.tour import begin as begin_tour
from poolcast.dashboard.parts.tour import tour
from poolcast.dashboard.resolving import resolve
from poolcast.dashboard.services.lasting import set_aside
from poolcast.dashboard.words import t
from poolcast.uncertainty.allocator import return_memory

_HERE = Path(__file__).parent
_PAGES = _HERE / "pages"

ICONS = {
    "overview": ":material/dashboard:",
    "forecast": ":material/ssid_chart:",
    "compare": ":material/compare_arrows:",
    "build": ":material/tune:",
    "uncertainty": ":material/waves:",
    "solve": ":material/target:",
    "assumptions": ":material/table_chart:",
    "budget": ":material/account_balance:",
    "help": ":material/help:",
}
"""Ids of the pages in the order of a planner's path; a page is shown once its file is there."""


def pages() -> dict[str, st.Page]:
    """Return the pages that there are, by id."""
    language = session.current().lang
    return {
        page: st.Page(
            _PAGES / f"{page}.py",
            title=t(f"nav.{page}", language),
            icon=icon,
            url_path=page,
            default=page == "overview",
        )
        for page, icon in ICONS.items()
        if (_PAGES / f"{page}.py").is_file()
    }


def show() -> None:
    """Draw the page that the address names."""
    return_memory()  # before the threads of jobs come, each with an arena of its own
    if session.is_first_visit():
        begin_tour()
    view = session.begin()
    st.set_page_config(
        page_title=t("bar.title", view.lang), page_icon=str(_HERE / "static" / "icon.png"), layout="wide"
    )
    ground = "dark" if palette().dark else "light"
    st.logo(str(_HERE / "static" / f"logo_{ground}.svg"), size="medium")
    if not access.admitted():
        return
    found = pages()
    chosen = st.navigation(list(found.values()), position="top")
    page = next(name for name, item in found.items() if item.title == chosen.title)
    style()
    one_step_a_page()
    sketch = st.empty()  # on every run, so that what follows keeps its place on the page
    with guarded("frame"):  # as of a set that cannot be read
        context = first_results(lambda: resolve(page, found), sketch)
        set_context(context)
        forget_offer()
        box = header(context)
        if (wrong := session.refused()) is not None:
            problem_list(wrong, context.language)
        tour(context)
        wanted = st.session_state.pop("go", None)
        if wanted in found:
            st.switch_page(found[wanted])
        with guarded(f"page {page}"):  # what goes wrong in it leaves the bar and the other pages as they are
            chosen.run()
        reproduce(context, box)
    session.finish()
    set_aside()
