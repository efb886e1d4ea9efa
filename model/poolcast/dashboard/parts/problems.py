"""What a page shows when there is nothing, not yet anything, or something wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from poolcast.dashboard.words import t
from poolcast.parameters.errors import PoolcastError


def problem_list(error: PoolcastError, language: str) -> None:
    """Show every problem with its place, what is allowed and how to mend it; the rest of the page goes on."""
    with st.container(border=True):
        st.markdown(f"**:material/error: {t('e.title', language)}**")
        for problem in error.shown():
            named = replace(problem, file=PurePath(problem.file).name)  # no path of the server leaves it
            told = (("e.found", problem.found), ("e.allowed", problem.allowed), ("e.mend", problem.remedy))
            st.text("\n".join([named.place, *(f"{t(key, language)}: {text}" for key, text in told)]))


def unexpected(code: str, language: str) -> None:
    """Say that something went wrong that nobody foresaw, with the code under which it stands in the log."""
    st.warning(t("e.unexpected", language, code=code), icon=":material/report:")


def empty(sentence: str, icon: str, button: str = "", action: Callable[[], None] | None = None, key: str = "") -> None:
    """Show an empty state: an icon, one sentence and, where something can be done, one button.

    Parameters
    ----------
    sentence : str
        Why there is nothing.
    icon : str
        Name of a Material symbol.
    button, action, key : str, callable, str
        Label, what it does, and the key of the button.
    """
    with st.container(horizontal_alignment="center", gap="small"):
        st.markdown(f":material/{icon}: {sentence}", width="content")
        if button and action is not None:
            st.button(button, key=key or f"empty_{icon}", on_click=action, type="primary")


@contextmanager
def waiting(sentence: str, height: int = 344) -> Iterator[None]:
    """Show a grey sketch of the page and a sentence while its first result is made."""
    place = st.empty()
    with place.container():
        st.html(f'<div class="pc-note" role="status">{sentence}</div>')
        st.skeleton(height=height)
    try:
        yield
    finally:
        place.empty()
