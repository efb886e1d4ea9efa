"""The draft of a session: the steps that led to it, and how widgets change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.access import check_may_edit
from poolcast.dashboard.services.drafts import Draft, History
from poolcast.parameters.errors import PoolcastError, ScenarioError

_HISTORY, _LINK, _ERROR, _NAME, _SAVED = "draft_history", "draft_link", "draft_error", "draft_name", "draft_saved"
STRESS, ALL, ON = "stress", "all", "on"


def history() -> History:
    """Return the draft with its steps; one that came with the address takes the place of what was there."""
    link = session.current().draft
    if _HISTORY not in st.session_state or link != st.session_state.get(_LINK, ""):
        draft = Draft.of_link(link)
        st.session_state[_HISTORY] = history_of(st.session_state.get(_HISTORY), draft)
        st.session_state[_LINK] = link
    found: History = st.session_state[_HISTORY]
    return found


def history_of(before: History | None, draft: Draft) -> History:
    """Return the steps with a draft that came from elsewhere as one more."""
    return History(draft) if before is None else before.do(draft)


def draft() -> Draft:
    """Return the draft as it stands."""
    return history().draft


def keep(changed: History) -> None:
    """Keep the draft and write it into the view; a draft too long for a link stays in the session only."""
    st.session_state[_HISTORY] = changed
    st.session_state[_LINK] = changed.draft.link() or ""
    session.change(draft=st.session_state[_LINK])


def do(make: Callable[[Draft], Draft]) -> None:
    """Take a step; what cannot be is said on the page, and the draft stays as it was."""
    st.session_state.pop(_ERROR, None)
    before = history()
    try:
        check_may_edit()
        keep(before.do(make(before.draft)))
    except PoolcastError as error:
        st.session_state[_ERROR] = error


def error() -> PoolcastError | None:
    """Return what was wrong with the last step, once."""
    found: PoolcastError | None = st.session_state.pop(_ERROR, None)
    return found


def refuse(found: PoolcastError) -> None:
    """Note what is wrong with a step that was not taken."""
    st.session_state[_ERROR] = found


def undo() -> None:
    """Go one step back."""
    keep(history().undo())


def redo() -> None:
    """Go one step on."""
    keep(history().redo())


def switch(lever: str, on: bool) -> None:
    """Switch a lever on with its defaults, or off."""
    do(lambda draft: draft.with_lever(lever) if on else draft.without_lever(lever))
    if on:
        open_lever(lever)


def open_lever(lever: str) -> None:
    """Show the controls of a lever."""
    remember("lever", lever)


def remember(name: str, value: Any) -> None:
    """Keep a choice of this page that no link holds: the filter, the open group, the open lever."""
    st.session_state[f"build_{name}"] = value


def recalled(name: str, otherwise: Any) -> Any:
    """Return a choice of this page."""
    return st.session_state.get(f"build_{name}", otherwise)


def name(here_title: str) -> str:
    """Return the name of the draft."""
    return str(st.session_state.get(_NAME, here_title))


def rename(text: str) -> None:
    """Give the draft a name."""
    st.session_state[_NAME] = text.strip()[:80]


def mark_saved() -> None:
    """Note that the draft as it stands was saved."""
    st.session_state[_SAVED] = draft().digest


def is_saved() -> bool:
    """Whether the draft was saved as it stands."""
    return st.session_state.get(_SAVED) == draft().digest


def leave_for(page: str) -> None:
    """Go to another page with the next run."""
    st.session_state["go"] = page


def load(made: Draft, title: str) -> None:
    """Take the changes of a scenario in place of the draft."""
    do(lambda _: made)
    rename(title)


__all__ = [
    "ALL",
    "ON",
    "STRESS",
    "ScenarioError",
    "do",
    "draft",
    "error",
    "history",
    "is_saved",
    "keep",
    "leave_for",
    "load",
    "mark_saved",
    "name",
    "open_lever",
    "recalled",
    "redo",
    "refuse",
    "remember",
    "rename",
    "switch",
    "undo",
]
