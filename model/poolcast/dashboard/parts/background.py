"""Work of a page that takes longer than a reader waits: one job of a kind at a time, asked for again on each look."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from poolcast.dashboard.parts import bands
from poolcast.dashboard.services.jobs import Status, Work
from poolcast.parameters.errors import ResultError

_KNOWN = "background_jobs"
FAILED = object()
"""What a job gives that came to nothing."""


def background(
    kind: str, key: Hashable, work: Work, pause: float = 0.0, lost: Callable[[], bool] = lambda: False
) -> Status | None:
    """Return how the job of a kind stands that answers a question; it is begun where the question is new.

    Parameters
    ----------
    kind : str
        ``explain``, ``rules``: an earlier job of the session of that kind is cancelled.
    key : hashable
        The question, by content.
    work : Work
        What answers it.
    pause : float
        Seconds that the job waits before it begins: a reader who moves on within them costs nothing, and the page is
        drawn before the processors are taken.
    lost : callable
        Whether the answer of a job that is done is no longer held: others asked for more than the caches keep. It is
        then found anew, or the page would wait for ever.

    Returns
    -------
    Status or None
        None where the server is too busy to take it now; the next look asks again.
    """
    known: dict[str, tuple[Hashable, str]] = st.session_state.setdefault(_KNOWN, {})
    asked, job = known.get(kind, (None, ""))
    if asked == key:
        status = bands.jobs().status(job, bands.session_id())
        if status is not None and status.state != "cancelled" and not (status.state == "done" and lost()):
            return status  # of one that came to an end, also without a result: it is not asked over and over
    try:
        job = bands.jobs().submit(bands.session_id(), kind, work, pause=pause)
    except ResultError:
        return None
    known[kind] = (key, job)
    return bands.jobs().status(job, bands.session_id())


def result(status: Status | None) -> Any:
    """Return the result of a job that is done; None otherwise."""
    return None if status is None or status.state != "done" else status.result


def is_under_way(status: Status | None) -> bool:
    """Whether something will still come; a job that failed is not asked again."""
    return status is None or not status.is_over
