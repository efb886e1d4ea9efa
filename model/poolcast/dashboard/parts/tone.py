"""The little style that Streamlit's theme does not cover, and text made safe for HTML."""

from __future__ import annotations

import html
import re
from functools import cache
from pathlib import Path

import streamlit as st

from poolcast.dashboard.context import palette
from poolcast.reporting.theme import Palette

_STYLE = Path(__file__).parent.parent / "style.css"


def style() -> None:
    """Load the style with the colours of the reader's ground."""
    st.html(f"<style>{_variables(palette())}{_rules()}</style>")


@cache
def _rules() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _variables(colours: Palette) -> str:
    named = {
        "text": colours.text,
        "muted": colours.muted,
        "line": colours.line,
        "panel": colours.panel,
        "page": colours.page,
        "accent": colours.accent,
        "adds": colours.adds_text,
        "drains": colours.drains_text,
        "amber": "#F0B04F" if colours.dark else "#8A6500",
        "amber-ground": "#2B2410" if colours.dark else "#FFF8E5",
    }
    return ":root{" + "".join(f"--pc-{name}:{colour};" for name, colour in named.items()) + "}"


def safe(text: object) -> str:
    """Return text that cannot be mark-up; every text from a user or a file passes here before `st.html`."""
    return html.escape(str(text), quote=True)


def literal(text: object) -> str:
    """Return text in which nothing is Markdown, for labels and tooltips of widgets, which read it as such."""
    return _MARKS.sub(r"\\\g<0>", " ".join(str(text).split()))


_MARKS = re.compile(r"[\\`*_{}\[\]()#+!|<>~$:-]")


def tip(text: str, explanation: str) -> str:
    """Return a term with its explanation on hover and on focus."""
    return f'<span class="pc-tip" tabindex="0" data-tip="{safe(explanation)}">{safe(text)} <i>i</i></span>'


def line_sample(colour: str, dash: str) -> str:
    """Return a short line as a key of colour and dash."""
    kind = {"solid": "solid", "dash": "dashed", "dot": "dotted", "dashdot": "double"}.get(dash, "solid")
    return f'<span class="pc-sample" style="border-top:3px {kind} {colour}"></span>'
