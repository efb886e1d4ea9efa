"""Reproduce: the command line and the Python lines that print the numbers of a page."""

from __future__ import annotations

import streamlit as st

from poolcast.dashboard.context import Context
from poolcast.dashboard.services.reproduce import Kind, Recipe, View, recipe

_KINDS: dict[str, Kind] = {"compare": "compare", "uncertainty": "simulate"}
"""What the pages print where it is not simply the levels of the scenarios; a page may offer its own view."""
_OFFERED = "offered_view"


def offer(here: Context, view: View) -> None:
    """Let a page say itself what prints its numbers, where region, ledger and scenarios do not say it."""
    st.session_state[_OFFERED] = (here.page, view)


def view_of(here: Context) -> View:
    """Return what prints the numbers of a page."""
    page, offered = st.session_state.get(_OFFERED, ("", None))
    if page == here.page and isinstance(offered, View):
        return offered
    return View(
        _KINDS.get(here.page, "levels"),
        here.loaded,
        tuple(here.scenario(shown.id) for shown in here.usable),
        "" if here.page == "overview" else here.region,
        here.ledger,
        here.view.year,
        here.view.measure,
        here.view.paths,
        here.view.seed,
        language=here.language,
    )


def recipe_of(here: Context) -> Recipe:
    """Return the command and the lines of Python of a page."""
    return recipe(view_of(here))


def command_line(here: Context) -> str:
    """Return the command that prints what the page shows."""
    return recipe_of(here).command
