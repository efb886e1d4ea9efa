"""The view of a session: read from the address once, changed by widgets, written back at the end of each run.

Three traps shape this module. A widget that shows labels would write the label into the address, and a link in one
language would break in the other; and a select box remembers its label in the browser. So one canonical view lives in
the session, widgets have keys that hold the language, and each copies its value into the view when it changes. And a
browser sends the values of all its widgets with whatever it asks: what it has not yet drawn anew, as after an undo,
comes back as it was, and looks like a change that nobody made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from poolcast.dashboard.services.sets import LoadedSet
from poolcast.dashboard.state import ViewState, parse
from poolcast.parameters.errors import PoolcastError

_VIEW, _NOTES, _OWN, _SENT, _REPLACED, _WRONG = "view", "notes", "own_sets", "sent", "replaced", "wrong"
MOST_OWN = 3
"""Sets of their own that a session holds; a further one takes the place of the oldest, as they lie in memory."""


def begin() -> ViewState:
    """Return the view of this run; on the first run of a session it is read from the address."""
    if _VIEW not in st.session_state:
        view, ignored = parse(st.query_params.to_dict())
        st.session_state[_VIEW] = view
        st.session_state[_NOTES] = ignored
    return current()


def is_first_visit() -> bool:
    """Whether a session begins, and nothing in its address says what to show."""
    return _VIEW not in st.session_state and not st.query_params.to_dict()


def current() -> ViewState:
    """Return the view as it stands."""
    view: ViewState = st.session_state[_VIEW]
    return view


def ignored_keys() -> tuple[str, ...]:
    """Return, once, the keys of the address that could not be read."""
    return tuple(st.session_state.pop(_NOTES, ()))


def ignore(*keys: str) -> None:
    """Note keys of the address whose value nobody knows, for the one message of `ignored_keys`."""
    st.session_state[_NOTES] = (*st.session_state.get(_NOTES, ()), *keys)


def change(**values: Any) -> ViewState:
    """Change fields of the view, also from a callback of a widget."""
    st.session_state[_VIEW] = current().changed(**values)
    return current()


def finish() -> None:
    """Write the view into the address; the last line of each run."""
    query = current().to_query()
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def sender() -> str:
    """Return version and set of whoever made the link, as long as the view is still of the set and years it named."""
    view = current()
    key = (view.set, view.to)
    if own_set() is not None or st.session_state.setdefault(_SENT, key) != key:
        forget_sender()
    return current().v


def forget_sender() -> None:
    """Drop what a link said of its sender."""
    change(v="")


def own_sets() -> Mapping[str, LoadedSet]:
    """Return by name the sets that this reader edited or uploaded; nobody else sees them, and no link holds them."""
    found: dict[str, LoadedSet] = st.session_state.get(_OWN, {})
    return found


def own_set() -> LoadedSet | None:
    """Return the reader's own set of the name in view; None where he sees the one that is shipped."""
    return own_sets().get(current().set)


def keep_set(loaded: LoadedSet | None, name: str = "") -> None:
    """Work with an edited or uploaded set from now on; None goes back to the set as it was shipped.

    Parameters
    ----------
    loaded : LoadedSet or None
    name : str
        Which one goes back; the one in view where empty.

    Raises
    ------
    ResultError
        Where the reader may not edit.
    """
    from poolcast.dashboard.access import check_may_edit

    if loaded is not None:
        check_may_edit()
    gone = (name or current().set) if loaded is None else loaded.name
    others = [(key, held) for key, held in own_sets().items() if key != gone]
    kept = others if loaded is None else [*others, (loaded.name, loaded)][-MOST_OWN:]
    st.session_state[_OWN] = dict(kept)
    if loaded is not None:
        change(set=loaded.name)


def refuse(error: PoolcastError) -> None:
    """Note why something was not done that a reader asked for, to be said once on the next run."""
    st.session_state[_WRONG] = error


def refused() -> PoolcastError | None:
    """Return, once, why what was asked for was not done."""
    found: PoolcastError | None = st.session_state.pop(_WRONG, None)
    return found


def key_of(name: str) -> str:
    """Return the key of a widget: its name and the language, in which its options are shown."""
    return f"{name}@{current().lang}"


def bound(name: str, value: Any, change_view: Callable[[Any], object]) -> dict[str, Any]:
    """Return key and callback that tie a widget to a value kept elsewhere.

    Parameters
    ----------
    name : str
        Name of the widget, without the language.
    value : object
        What it shows in this run.
    change_view : callable
        Takes the new value when the reader changes it.

    Returns
    -------
    dict
        ``key`` and ``on_change``, for the widget's call.
    """
    key = key_of(name)
    replaced: dict[str, list[Any]] = st.session_state.setdefault(_REPLACED, {})
    before = st.session_state.get(key, _ABSENT)
    if before == value:
        replaced.pop(key, None)
    else:
        st.session_state[key] = value
        if before is not _ABSENT:  # a browser that is several steps behind may still hold any of them
            replaced.setdefault(key, []).append(before)

    def changed() -> None:
        found, run = st.session_state[key], get_script_run_ctx(suppress_warning=True)
        if _is_of_other_parts(run):
            st.session_state[key] = value
        elif not (found in replaced.get(key, ()) and _is_press(run)):
            try:
                change_view(found)
            except PoolcastError as error:  # there is no page yet on which it could be said
                refuse(error)

    return {"key": key, "on_change": changed}


def kept(name: str, value: Any) -> dict[str, Any]:
    """Return key and callback of a widget whose choice no link holds: it stays when the language is switched.

    Parameters
    ----------
    name : str
        Name of the widget, without the language.
    value : object
        What it shows; see `choice_of`.
    """
    return bound(name, value, lambda chosen: st.session_state.__setitem__(f"kept_{name}", chosen))


def choice_of(name: str, otherwise: Any) -> Any:
    """Return what was chosen in a widget of `kept`."""
    return st.session_state.get(f"kept_{name}", otherwise)


_ABSENT = object()


def _is_of_other_parts(run: Any) -> bool:
    """Whether a run, in which the callback of a widget is called, is of parts of the page without that widget.

    A reader's move of a widget runs the whole page or the part that the widget is in. A change that comes with a run of
    other parts alone, as those of a timer, was made by nobody.
    """
    try:
        from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
    except ImportError:  # another Streamlit: every change counts, as it does without this
        return False
    parts: list[str] = getattr(run, "fragment_ids_this_run", None) or []
    return bool(parts) and ThreadState.get().fragment_id not in parts


def _is_press(run: Any) -> bool:
    """Whether the message from the browser that a run answers is of a button.

    Who presses a button has not, with the same message, put a slider back to what it showed before the page moved it.
    """
    state = getattr(getattr(run, "session_state", None), "_state", None)
    sent = getattr(state, "_current_interaction_widget_states", None)
    return sent is not None and any(widget.trigger_value for widget in sent.widgets)


def select(field: str, options: Sequence[Any], label: str, show: Callable[[Any], str], **more: Any) -> Any:
    """Show a select box for a field of the view, and return its value."""
    return _choice(st.selectbox, field, options, label, show, more)


def segments(field: str, options: Sequence[Any], label: str, show: Callable[[Any], str], **more: Any) -> Any:
    """Show a row of buttons, one of which is pressed, for a field of the view, and return its value."""
    more.setdefault("label_visibility", "collapsed")
    return _choice(st.segmented_control, field, options, label, show, {**more, "required": True})


def _choice(
    widget: Callable[..., Any],
    field: str,
    options: Sequence[Any],
    label: str,
    show: Callable[[Any], str],
    more: dict[str, Any],
) -> Any:
    value = getattr(current(), field)
    if value not in options:
        value = options[0]
    name = more.pop("name", field)
    tied = bound(name, value, lambda chosen: change(**{field: chosen}) if chosen in options else None)
    return widget(label, options, format_func=show, **tied, **more)
