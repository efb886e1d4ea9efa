"""The sentence that answers the question of a page, with its basis in grey behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from poolcast.dashboard.parts.tone import safe


def takeaway(sentence: str, basis: Sequence[str] = ()) -> None:
    """Show the sentence of a page.

    Parameters
    ----------
    sentence : str
        Plain text that can be pasted into a memo; what stands between asterisks is set off: ``*2* of 14``.
    basis : sequence of str
        Region, ledger, scenario, runs and seed.
    """
    marked = re.sub(r"\*(.+?)\*", r"<b>\1</b>", safe(sentence))
    pieces = [f"<span>{safe(piece)}</span>" for piece in basis]  # a line breaks between them, not inside
    grey = f"<small>{' · '.join(pieces)}</small>" if pieces else ""
    st.html(f'<div class="pc-line" role="status">{marked} {grey}</div>')


def plain(sentence: str) -> str:
    """Return a sentence without its marks, for a memo or the description of a picture."""
    return sentence.replace("*", "")
