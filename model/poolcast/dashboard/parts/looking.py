"""Parts of a page that look again every second while something is computed, and no longer.

Streamlit keeps the timer of a fragment until the whole page runs again, which an idle reader never asks for: every open
page would draw itself each second for ever. So a fragment ends its own timer, and does so without a run of the page,
during which a click could be lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.parts.problems import guarded

SECONDS = 1.0
"""Between two looks."""
SOON = 0.5
"""Between two looks where the answer takes about a second; a look costs as much as drawing."""


def looking(waits: Callable[[], bool], seconds: float = SECONDS) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a fragment of a function that draws, looked at again while `waits` says that something will come.

    What is drawn may ask for something new, as after a click in it. A fragment without a timer cannot give itself one,
    so the page is then drawn once more.

    Parameters
    ----------
    waits : callable
        Whether something is still being computed; asked before each drawing, so that the last one shows everything.
    seconds : float
        Between two looks.
    """

    def made(draw: Callable[[], None]) -> Callable[[], None]:
        has_timer = waits()
        is_over = [not has_timer]

        @st.fragment(run_every=seconds if has_timer else None)
        @wraps(draw)
        def shown() -> None:
            comes = False  # also where something goes wrong: it would go wrong again every second
            with guarded(draw.__qualname__):
                awaited = waits()
                draw()
                session.finish()  # a choice in this part alone changes the view too
                comes = awaited or waits()  # what came meanwhile is drawn the next time
                if comes and is_over[0]:
                    st.rerun()
            if has_timer and not comes:  # each time: a run that a click cuts short never says it
                is_over[0] = True
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
