"""Long calculations of a page: begun once, looked at by a fragment, ended by the reader; results come from services."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts import bands
from poolcast.dashboard.parts.problems import problem_list, unexpected
from poolcast.dashboard.services.jobs import Status
from poolcast.parameters.errors import ResultError

if TYPE_CHECKING:
    from poolcast.dashboard.services.jobs import Work

_BEGUN = "begun_work"


def begin(kind: str, key: Hashable, work: Callable[[], Work], weight: int = 0) -> None:
    """Begin a calculation unless this session has begun it already; an earlier one of the same kind is ended.

    Parameters
    ----------
    kind : str
        One calculation of a kind at a time.
    key : hashable
        What is asked.
    work : callable
        Makes the work.
    weight : int
        Paths, or runs of the engine.
    """
    begun: dict[str, tuple[Hashable, str]] = st.session_state.setdefault(_BEGUN, {})
    known = begun.get(kind)
    if known is not None and known[0] == key and status(kind, key) is not None:
        return
    try:
        begun[kind] = (key, bands.jobs().submit(bands.session_id(), kind, work(), weight))
    except ResultError as error:  # the queue of the server is full
        begun.pop(kind, None)
        session.refuse(error)


def forget(kind: str) -> None:
    """Let a calculation be begun anew."""
    st.session_state.get(_BEGUN, {}).pop(kind, None)


def status(kind: str, key: Hashable) -> Status | None:
    """Return how far a calculation is; None where this session has not begun it."""
    known = st.session_state.get(_BEGUN, {}).get(kind)
    if known is None or known[0] != key:
        return None
    return bands.jobs().status(known[1], bands.session_id())


def is_under_way(kind: str) -> bool:
    """Return whether the last calculation of a kind is still on its way."""
    known = st.session_state.get(_BEGUN, {}).get(kind)
    found = None if known is None else bands.jobs().status(known[1], bands.session_id())
    return found is not None and not found.is_over


def cancel(kind: str) -> None:
    """End a calculation; what is finished stays."""
    known = st.session_state.get(_BEGUN, {}).get(kind)
    if known is not None:
        bands.jobs().cancel(known[1], bands.session_id())


def bar(here: Context, found: Status | None, end: Callable[[], None] | None, key: str) -> None:
    """Draw how far a calculation is: done and all, time left or the queue, and a button that ends it."""
    if found is None or found.is_over:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"progress_{key}"):
        st.progress(min(max(found.share, 0.0), 1.0), text=words(here, found), width="stretch")
        if end is not None:
            st.button(here.t("s.cancel"), key=session.key_of(f"cancel_{key}"), on_click=end, icon=":material/close:")


def words(here: Context, found: Status) -> str:
    """Say how far a calculation is."""
    if found.state == "queued":
        return here.t("s.queue", n=found.ahead)
    if found.total <= 1:
        return here.t("s.working")
    left = "" if math.isnan(found.left) else here.t("s.left", t=max(1, round(found.left)))
    return f"{here.t('s.working')} {found.done:,}/{found.total:,} {left}".rstrip()


def failure(here: Context, found: Status | None) -> bool:
    """Show what went wrong with a calculation; return whether anything did."""
    if found is None or found.state != "failed":
        return False
    if found.error is not None:
        problem_list(found.error, here.language)
    else:
        unexpected(found.code, here.language)
    return True
