"""The history of the browser: one step for each page, so that "back" goes back a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

_SCRIPT = Path(__file__).parent.parent / "static" / "history.js"


def one_step_a_page() -> None:
    """Let changes of the view within a page replace the address instead of becoming steps of the browser's history."""
    with st.container(key="pc_history"):
        st.html(_script(), unsafe_allow_javascript=True)  # our own file, and nothing of a user in it


@cache
def _script() -> str:
    return f"<script>{_SCRIPT.read_text(encoding='utf-8')}</script>"
