"""Parts of a page that look again every second while something is computed, and no longer.

Streamlit keeps the timer of a fragment until the whole page runs again, which an idle reader never asks for: every open
page would draw itself each second for ever. So a fragment ends its own timer, and does so without a run of the page,
during which a click could be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import streamlit as st

SECONDS = 1.0
"""Between two looks."""
SOON = 0.5
"""Between two looks where the answer takes about a second; a look costs as much as drawing."""


def looking(waits: Callable[[], bool], seconds: float = SECONDS) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a fragment of a function that draws, looked at again while `waits` says that something will come.

    Parameters
    ----------
    waits : callable
        Whether something is still being computed; asked before each drawing, so that the last one shows everything.
    seconds : float
        Between two looks.
    """

    def made(draw: Callable[[], None]) -> Callable[[], None]:
        is_timed = waits()

        @st.fragment(run_every=seconds if is_timed else None)
        @wraps(draw)
        def shown() -> None:
            is_over = is_timed and not waits()
            draw()
            if is_over:
                stop_looking()

        return shown

    return made


def stop_looking() -> None:
    """End the timer of the fragment that is being drawn, as Streamlit ends those of fragments that are gone."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    try:
        from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
    except ImportError:  # another Streamlit: its timers go on until the page runs again
        return
    run, fragment = get_script_run_ctx(suppress_warning=True), ThreadState.get().fragment_id
    if run is not None and fragment:
        message = ForwardMsg()
        message.stop_auto_rerun.fragment_ids.append(fragment)
        run.enqueue(message)
