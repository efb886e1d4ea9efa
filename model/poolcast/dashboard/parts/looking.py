"""Parts of a page that look again while something is computed, and no longer.

Streamlit keeps the timer of a fragment until the whole page runs again, which an idle reader never asks for: every open
page would draw itself each second for ever. So a fragment sets its own timer at each drawing: it ends it once nothing
more will come, and looks less often while many readers wait, as a look costs the server as much as drawing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.parts.problems import guarded
from poolcast.dashboard.services.jobs import shared_jobs

try:
    from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
except ImportError:  # a Streamlit that does not tell a fragment its name: timers go on until the page runs again
    ThreadState = None  # type: ignore[assignment,misc]

SECONDS = 1.0
"""Between two looks."""
SOON = 0.5
"""Between two looks where the answer takes about a second."""
LOOKS = 8
"""Looks a second of all readers together, about what a server has time for beside their moves."""


def looking(waits: Callable[[], bool], seconds: float = SECONDS) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a fragment of a function that draws, looked at again while `waits` says that something will come.

    Parameters
    ----------
    waits : callable
        Whether something is still being computed; asked before each drawing, so that the last one shows everything, and
        after it, as what is drawn may ask for something new.
    seconds : float
        Between two looks; more where many readers wait.
    """

    def made(draw: Callable[[], None]) -> Callable[[], None]:
        @st.fragment(run_every=seconds if ThreadState is None else None)
        @wraps(draw)
        def shown() -> None:
            comes = False  # also where something goes wrong: it would go wrong again every second
            with guarded(draw.__qualname__):
                awaited = waits()
                draw()
                session.finish()  # a choice in this part alone changes the view too
                comes = awaited or waits()  # what came meanwhile is drawn the next time
            look_again(pace(seconds, shared_jobs().sessions) if comes else None)

        return shown

    return made


def pace(seconds: float, readers: int) -> float:
    """Return the seconds between two looks, in steps of half a second, where so many readers wait."""
    return max(seconds, math.ceil(2 * readers / LOOKS) / 2)


def look_again(seconds: float | None) -> None:
    """Let the fragment that is being drawn be drawn anew every so many seconds; no longer where None.

    Said at each drawing: one that a click cuts short says nothing. The browser leaves a timer that has these seconds.
    """
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    run = get_script_run_ctx(suppress_warning=True)
    fragment = None if ThreadState is None else ThreadState.get().fragment_id
    if run is None or not fragment:
        return
    message = ForwardMsg()
    if seconds is None:
        message.stop_auto_rerun.fragment_ids.append(fragment)
    else:
        message.auto_rerun.interval, message.auto_rerun.fragment_id = seconds, fragment
    run.enqueue(message)
