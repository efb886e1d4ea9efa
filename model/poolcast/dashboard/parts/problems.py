"""What a page shows when there is nothing, not yet anything, or something wrong."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import PurePath

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from poolcast.dashboard import session
from poolcast.dashboard.context import BASELINE, Context
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import library
from poolcast.dashboard.services.projections import is_projected, is_warm
from poolcast.dashboard.words import t
from poolcast.parameters.errors import PoolcastError

_DRAWN = "drawn"
_LOG = logging.getLogger(__name__)


def problem_list(error: PoolcastError, language: str) -> None:
    """Show every problem with its place, what is allowed and how to mend it; the rest of the page goes on."""
    with st.container(border=True):
        st.markdown(f"**:material/error: {t('e.title', language)}**")
        for problem in error.shown():
            named = replace(problem, file=PurePath(problem.file).name)  # no path of the server leaves it
            told = zip(("e.found", "e.allowed", "e.mend"), problem.words_in(language), strict=True)
            colon = "：" if language == "zh" else ": "
            st.text("\n".join([named.place_in(language), *(f"{t(key, language)}{colon}{text}" for key, text in told)]))


def unexpected(code: str, language: str) -> None:
    """Say that something went wrong that nobody foresaw, with the code under which it stands in the log."""
    st.warning(t("e.unexpected", language, code=code), icon=":material/report:")


@contextmanager
def guarded(place: str) -> Iterator[None]:
    """Turn what goes wrong in a part of a page into words, and leave everything around it as it is.

    A part that runs by itself, as one that looks again every second, is not within the page that made it.

    Parameters
    ----------
    place : str
        What is drawn, for the log.
    """
    try:
        yield
    except PoolcastError as error:
        problem_list(error, session.current().lang)
    except Exception:  # noqa: BLE001 - the reader gets a sentence and a code, the log the whole story
        code = secrets.token_hex(3).upper()
        _LOG.exception("%s, code %s", place, code)
        unexpected(code, session.current().lang)


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
def waiting(sentence: str, place: DeltaGenerator) -> Iterator[None]:
    """Show a grey sketch of bar and page and a sentence in a place while the first result is made."""
    with place.container(key="sketch"):
        st.skeleton(height=44)
        st.html(f'<div class="pc-note" role="status">{safe(sentence)}</div>')
        st.skeleton(height=90)
        st.skeleton(height=344)
    try:
        yield
    finally:
        place.empty()


def first_results(make: Callable[[], Context], place: DeltaGenerator) -> Context:
    """Return the context of a run; before the first picture of a session, set and projections come under a sketch.

    On later runs the old picture stays until the new one is there.

    Parameters
    ----------
    make : callable
        Reads the set and returns the context.
    place : DeltaGenerator
        An empty place above everything else.
    """
    if st.session_state.get(_DRAWN):
        return make()
    if not is_warm():
        with waiting(t("n.first", session.current().lang), place):
            here = make()
            _project(here)
    else:
        here = make()
        if not is_projected(here.loaded, library.scenario(BASELINE)):
            with waiting(here.t("n.projecting"), place):
                _project(here)
    st.session_state[_DRAWN] = True
    return here


def _project(here: Context) -> None:
    """Project the baseline and the picked scenarios; what is wrong with one of them is said where it is shown."""
    with suppress(PoolcastError):
        here.projected()
        _ = here.failed
