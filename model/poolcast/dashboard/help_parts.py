"""The parts of the page Help: glossary with search, keys, method, version and dates of the data."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from poolcast import __version__
from poolcast.dashboard import session
from poolcast.dashboard.context import Context
from poolcast.dashboard.parts.tone import safe
from poolcast.dashboard.services import library
from poolcast.dashboard.services.glossary import Entry, looked_up
from poolcast.parameters.errors import AssumptionError
from poolcast.reporting.evidence import parameters_by_evidence
from poolcast.reporting.words import EVIDENCES

KEYS = {
    "tab": "Tab",
    "enter": "Enter",
    "arrows": "← ↑ ↓ →",
    "escape": "Esc",
    "find": "Ctrl+F",
    "copy": "Ctrl+C",
    "zoom": "Ctrl +/−",
}
METHOD = {
    "population": "6.2",
    "coverage": "6.3",
    "money": "6.4–6.8",
    "calibration": "6.10",
    "ledgers": "5.4, 6.8",
    "chance": "7",
}
"""What the method does, and the sections of the handbook that say it in full."""


def glossary(here: Context) -> None:
    """Draw the glossary: a search, and the entries by kind."""
    text = st.text_input(
        here.t("help.search"),
        placeholder=here.t("help.search_hint"),
        icon=":material/search:",
        label_visibility="collapsed",
        **session.kept("help_search", session.choice_of("help_search", "")),
    ).strip()
    entries = looked_up(text)
    count = here.t("help.found", n=len(entries))
    st.html(f'<div class="pc-head">{safe(here.t("help.glossary"))} <small>{safe(count)}</small></div>')
    with st.container(height=344, border=False, key="rows_glossary"):
        if not entries:
            st.html(f'<div class="pc-note">{safe(here.t("help.nothing", text=text))}</div>')
            return
        pieces = []
        for kind, some in groupby(entries, key=lambda entry: entry.kind):
            pieces.append(f'<div class="pc-note"><b>{safe(here.t(f"kind.{kind}"))}</b></div>')
            pieces.append(f'<dl class="pc-terms">{"".join(_entry(here, entry) for entry in some)}</dl>')
        st.html("".join(pieces))


def _entry(here: Context, entry: Entry) -> str:
    name = f" <small>{safe(entry.id)}</small>" if entry.id else ""
    return f"<dt>{safe(here.say(entry.name))}{name}</dt><dd>{safe(here.say(entry.meaning))}</dd>"


def _title(here: Context, key: str) -> str:
    return f'<div class="pc-head">{safe(here.t(key))}</div>'


def _facts(facts: dict[str, str]) -> str:
    listed = "".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in facts.items())
    return f'<dl class="pc-facts">{listed}</dl>'


def about(here: Context) -> None:
    """Draw version, set and dates of the data."""
    held, loaded = here.held, here.loaded
    sources = loaded.assumptions.sources
    years = [int(source.year[:4]) for source in sources.values() if source.year[:4].isdigit()]
    cited = here.t("help.no_sources")
    if sources:
        cited = here.t("help.sources_of", n=len(sources), year=max(years, default="—"))
    joint = "、" if here.language == "zh" else ", "
    counted = parameters_by_evidence(loaded.assumptions)
    facts = {
        here.t("help.version"): __version__,
        here.t("help.set"): f"{here.say(loaded.title)} ({loaded.name})",
        here.t("help.base_year"): str(held.base_year),
        here.t("help.horizon"): str(loaded.last_year),
        here.t("help.regions"): str(len(held.regions)),
        here.t("help.parameters"): str(len(loaded.assumptions.values)),
        here.t("help.evidence"): joint.join(f"{here.say(EVIDENCES[kind])} {count}" for kind, count in counted.items()),
        here.t("help.sources"): cited,
        here.t("help.synthetic"): here.t("help.yes" if held.synthetic else "help.no"),
        here.t("help.digest"): loaded.content,
    }
    facts[here.t("help.all_sets")] = joint.join(_set_words(here, name) for name in library.set_names())
    st.html(_title(here, "help.about") + _facts(facts))


def _set_words(here: Context, name: str) -> str:
    """Return the short title of a set with its base year; of one that is broken what can be said of it."""
    try:
        held = library.summary_of(name)
    except AssumptionError:
        return here.say(library.short_title(name))
    return f"{here.say(held.short)} ({held.base_year})"


def method(here: Context) -> None:
    """Draw the method in six sentences with the sections of the handbook."""
    lines = "".join(
        f"<li>{safe(here.t(f'method.{name}'))} <small>{safe(here.t('method.section', section=section))}</small></li>"
        for name, section in METHOD.items()
    )
    note = f'<div class="pc-note">{safe(here.t("help.no_doc"))} {safe(here.t("n.conditional"))}</div>'
    st.html(f'{_title(here, "help.method")}<div class="pc-list"><ul>{lines}</ul></div>{note}')


def keyboard(here: Context) -> None:
    """Draw the keys and what they do."""
    listed = "".join(
        f'<dt><span class="pc-key">{safe(key)}</span></dt><dd>{safe(here.t(f"keyboard.{name}"))}</dd>'
        for name, key in KEYS.items()
    )
    st.html(f'{_title(here, "help.shortcuts")}<dl class="pc-facts">{listed}</dl>')
