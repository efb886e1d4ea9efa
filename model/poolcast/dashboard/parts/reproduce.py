"""Reproduce: the command line and the Python lines that print the numbers of a page."""

from __future__ import annotations

import streamlit as st

from poolcast.dashboard.context import Context
from poolcast.dashboard.services.reproduce import Recipe, View, recipe

_LEVELS = ("payable_months", "reserve", "balance", "revenue", "expenditure")
"""Measures that a forecast holds by year; the address may name others, of other pages."""
_OFFERED = "offered_view"


def offer(here: Context, view: View) -> None:
    """Let a page say itself what prints its numbers, where region, ledger and scenarios do not say it."""
    st.session_state[_OFFERED] = (here.page, view)


def forget_offer() -> None:
    """Begin a run: what a page offered before may be of another region, ledger or set."""
    st.session_state.pop(_OFFERED, None)


def view_of(here: Context) -> View:
    """Return what prints the numbers of a page: what it offered itself, or the levels of the picked scenarios."""
    page, offered = st.session_state.get(_OFFERED, ("", None))
    if page == here.page and isinstance(offered, View):
        return offered
    return View(
        "levels",
        here.loaded,
        tuple(here.scenario(shown.id) for shown in here.usable),
        "" if here.page == "overview" else here.region,
        here.ledger,
        here.view.year,
        here.view.measure if here.view.measure in _LEVELS else _LEVELS[0],
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
