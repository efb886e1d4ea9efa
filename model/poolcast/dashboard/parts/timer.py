"""Fragments that look again every second: the timer is ended once nothing more will come.

Streamlit keeps the timer of a fragment until the whole page is run again, which an idle reader never asks for: every
open page would draw itself each second for ever. So the fragment ends its own timer, without a run of the page, during
which a click could be lost.
"""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx


def stop_looking() -> None:
    """End the timer of the fragment that is being drawn; nothing where there is none."""
    run = get_script_run_ctx(suppress_warning=True)
    if run is None or not run.current_fragment_id:
        return
    message = ForwardMsg()
    message.stop_auto_rerun.fragment_ids.append(run.current_fragment_id)
    run.enqueue(message)
