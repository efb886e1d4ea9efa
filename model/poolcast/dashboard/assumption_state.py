"""What the page of assumptions keeps of its reader: his changes, the file he sent, the rows that his grid shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from poolcast.dashboard import session
from poolcast.dashboard.context import Context
from poolcast.dashboard.services import library
from poolcast.dashboard.services.assumption_changes import Changes, fault_of
from poolcast.dashboard.services.assumption_files import Upload, read
from poolcast.dashboard.services.assumption_rows import Row
from poolcast.dashboard.services.sets import uploaded_set
from poolcast.parameters.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

_CHANGES, _REFUSED, _FILE, _OF_SET = "assume_changes", "assume_refused", "assume_file", "assume_of_set"
_GRID, _VERSION, _SHOWN = "assume_grid", "assume_version", "assume_shown"


def changes(here: Context) -> Changes:
    """Return the changes of this reader against the set in view; none when he has gone back to it.

    Those of other sets are kept beside them, as the sets are that came of them.
    """
    held = _every().get(here.loaded.name)
    if held is not None and here.loaded is held.mine:
        return held
    fresh = Changes(here.loaded, here.held.short)
    _every()[here.loaded.name] = fresh
    st.session_state.pop(_REFUSED, None)
    _next_grid()
    return fresh


def _every() -> dict[str, Changes]:
    """Return the changes of this reader by the name of their set."""
    found: dict[str, Changes] = st.session_state.setdefault(_CHANGES, {})
    return found


def put(new: Changes) -> None:
    """Keep changes; every page of this session works with their set from now on."""
    session.keep_set(new.placed, new.base.name)
    held = {name: changes for name, changes in _every().items() if name in session.own_sets() or changes.placed is None}
    st.session_state[_CHANGES] = held | {new.base.name: new}


def restore(held: Changes, parameter: str) -> None:
    """Give a parameter its shipped values back."""
    put(held.without(parameter))
    st.session_state.pop(_REFUSED, None)
    _next_grid()


def restore_all(held: Changes) -> None:
    """Give every parameter its shipped values back."""
    for parameter in held.parameters:
        held = held.without(parameter)
    put(held)
    st.session_state.pop(_REFUSED, None)
    _next_grid()


def refused(held: Changes) -> tuple[Problem, ...]:
    """Return why the last numbers typed into the grid of a set were not taken."""
    name, found = st.session_state.get(_REFUSED, ("", ()))
    return tuple(found) if name == held.base.name else ()


def _next_grid() -> None:
    """Make the next grid a new one: it forgets what was typed and shows the values as they are."""
    st.session_state[_VERSION] = int(st.session_state.get(_VERSION, 0)) + 1


@dataclass(frozen=True)
class Grid:
    """A grid: its key, its rows, and the table with which it began, which must not change under it."""

    key: str
    rows: tuple[Row, ...]
    frame: Any


def grid(name: str, rows: Sequence[Row], make: Any) -> Grid:
    """Return the grid of a view; its table stays as it was when the view was opened.

    Parameters
    ----------
    name : str
        What the view shows: set, region, heading, search.
    rows : sequence of Row
        Its rows now.
    make : callable
        Makes the table of rows.
    """
    held: Grid | None = st.session_state.get(_GRID)
    if held is not None and held.key not in st.session_state:  # the reader was on another page: what he typed is gone
        _next_grid()
    key = session.key_of(f"grid_{st.session_state.get(_VERSION, 0)}_{name}")
    if held is None or held.key != key:
        held = Grid(key, tuple(rows), make(rows))
        st.session_state[_GRID] = held
    return held


def take_edits(held: Changes) -> None:
    """Take what was typed into the grid: the callback of the grid."""
    shown: Grid = st.session_state[_GRID]
    typed = st.session_state[shown.key]["edited_rows"]
    problems: list[Problem] = []
    new = held
    for number, cells in typed.items():
        if "mine" not in cells:
            continue
        row = shown.rows[int(number)]
        value = None if cells["mine"] is None else row.stored(float(cells["mine"]))
        fault = fault_of(row, value)
        if fault is not None or value is None:
            problems += [fault] if fault is not None else []
            continue
        if value != new.value_of(row):
            new = new.with_value(row, value)
            show(row)
    put(new)
    st.session_state[_REFUSED] = (held.base.name, tuple(problems))
    if problems:
        _next_grid()


def show(row: Row) -> None:
    """Show a row beside the grid."""
    st.session_state[_SHOWN] = line_of(row)


def shown() -> str:
    """Return the line that is shown beside the grid."""
    return str(st.session_state.get(_SHOWN, ""))


def show_line(line: str) -> None:
    """Show a line beside the grid; the callback of its select box."""
    st.session_state[_SHOWN] = line


def line_of(row: Row) -> str:
    """Return what the turning points of one path have in common."""
    return row.key.rsplit(";", 1)[0]


def upload() -> Upload | None:
    """Return the last file that was sent, with its problems."""
    found: Upload | None = st.session_state.get(_FILE)
    return found


def upload_of_set(here: Context) -> Upload | None:
    """Return the file from which the set in view was read, where it was uploaded."""
    sent: dict[str, Upload] = st.session_state.get(_OF_SET, {})
    return sent.get(changes(here).base.sent)


def forget_upload() -> None:
    """Close the list of problems."""
    st.session_state.pop(_FILE, None)


def uploader_key() -> str:
    """Return the key of the uploader; another one after each file, so that it is empty again."""
    return session.key_of(f"assume_upload_{st.session_state.get('assume_uploads', 0)}")


def receive(content: bytes, name: str) -> None:
    """Read a file that was sent; if everything is right, every page works with it."""
    sent = read(content, name)
    st.session_state["assume_uploads"] = int(st.session_state.get("assume_uploads", 0)) + 1
    st.session_state[_FILE] = sent
    if sent.imported is None:
        return
    made = uploaded_set(sent.imported.assumptions, content)
    session.keep_set(made)
    kept = {own.sent for own in session.own_sets().values()}
    files = {mark: file for mark, file in st.session_state.get(_OF_SET, {}).items() if mark in kept}
    st.session_state[_OF_SET] = files | {made.sent: sent}
    held = library.summary_of_loaded(made)
    view = session.current()
    if view.region not in held.regions and view.region not in held.places:
        session.change(region="")
    session.change(to=None, year=None)
    put(Changes(made, held.short, placed=made))
    st.session_state.pop(_REFUSED, None)
    _next_grid()


def frame_of(here: Context, held: Changes, rows: Sequence[Row], evidence: Any) -> pd.DataFrame:
    """Return the table of rows as the grid begins with it."""
    import pandas as pd

    names = {region.code: region.name for region in held.base.assumptions.regions}
    table = []
    for row in rows:
        place = row.place_words(here.language)
        elsewhere = row.region and row.region != here.region and row.region in names
        label = [here.say(row.declared.label), place, here.say(names[row.region]) if elsewhere else ""]
        low, high = row.bounds
        value = held.value_of(row)
        state = "assume.is_absent" if row.kind == "absent" else "assume.is_changed" if row.key in held.values else ""
        table.append(
            {
                "name": " · ".join(part for part in label if part),
                "unit": here.say(row.unit),
                "mine": None if row.kind == "absent" else row.shown(value),
                "shipped": None if row.kind == "absent" else row.shown(row.value),
                "range": bounds_words(here, row.shown(low), row.shown(high)),
                "evidence": evidence(row),
                "state": here.t(state) if state else "",
            }
        )
    columns = ["name", "unit", "mine", "shipped", "range", "evidence", "state"]
    made = pd.DataFrame(table, columns=columns)
    return made.astype({"mine": "float64", "shipped": "float64"})


def bounds_words(here: Context, low: float, high: float) -> str:
    """Return the allowed range in words; an end beyond all reason is left open."""
    huge = 1e6
    if high >= huge:
        return f"≥ {low:,.6g}" if low > -huge else "—"
    if low < 0:
        return here.t(
            "assume.from_to", low=f"{low:,.6g}".replace("-", "\u2212"), high=f"{high:,.6g}".replace("-", "\u2212")
        )
    return f"{low:,.6g}–{high:,.6g}"
