"""Axis cells of a table: ``male``, ``all``, ``active|flexible``, ``60-64``, ``85+``, ``2027``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import AGES, AXES, OPEN_AGE
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.number_cells import Fault
from poolcast.parameters.tables import Column

ALL = "all"
FIRST_YEAR, LAST_YEAR = 1900, 2300
_AGE_SPAN = re.compile(r"([0-9]{1,3})\s*-\s*([0-9]{1,3})")
_OPEN_AGES = re.compile(r"([0-9]{1,3})\+")
_DATE = re.compile(r".*(月|日|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).*", re.IGNORECASE)
_AGE_ALLOWED = "an age 0 to 100 (100 is 100 and over), 'all', a range such as 60-64 or 85+, several joined by |"

FIXED_MEMBERS: dict[str, dict[str, int]] = {
    name: {member: position for position, member in enumerate(axis.members)}
    for name, axis in AXES.items()
    if axis.members
}


@dataclass(frozen=True)
class AxisColumn:
    """A column of axis cells, ready to be expanded.

    Parameters
    ----------
    codes : array (row,)
        Word of each row.
    empty : array (word,)
        Whether the word is the empty cell.
    start, count : array (word,)
        Where the positions of a word begin in `positions`, and how many it selects (none for a faulty word).
    positions : array
        Positions on the axis (for ``year``: years).
    faults : dict of int to Fault
        Words that select nothing, by their number.
    """

    codes: NDArray[np.intp]
    empty: NDArray[np.bool_]
    start: NDArray[np.intp]
    count: NDArray[np.intp]
    positions: NDArray[np.intp]
    faults: dict[int, Fault]


def read_axis_column(axis: str, column: Column, members: Mapping[str, int] | None) -> AxisColumn:
    """Read the distinct words of an axis column once.

    Parameters
    ----------
    axis : str
        Name of the axis.
    column : Column
        The cells.
    members : mapping of str to int, or None
        Positions of the members that the set names (region, destination); None where they are not known because
        ``set.yaml`` is broken: then nothing is selected and nothing is reported.
    """
    counts: list[int] = []
    selected: list[int] = []
    faults: dict[int, Fault] = {}
    for number, word in enumerate(column.words):
        chosen: tuple[int, ...] | Fault = ()
        if word and members is not None:
            chosen = select(axis, word, members)
        if isinstance(chosen, Fault):
            faults[number] = chosen
            chosen = ()
        counts.append(len(chosen))
        selected.extend(chosen)
    count = np.asarray(counts, dtype=np.intp)
    empty = np.array([word == "" for word in column.words], dtype=bool)
    start = np.cumsum(count) - count
    return AxisColumn(column.codes, empty, start, count, np.asarray(selected, dtype=np.intp), faults)


def select(axis: str, word: str, members: Mapping[str, int]) -> tuple[int, ...] | Fault:
    """Return the positions that an axis cell selects, in order and each once, or what is wrong with the cell."""
    if axis == "year":
        return _select_year(word)
    if word == ALL:
        # On the region axis `all` is a level of its own; elsewhere it stands for every member.
        return (members[ALL],) if ALL in members else tuple(members.values())
    chosen: list[int] = []
    for part in (part.strip() for part in word.split("|")):
        positions = _select_ages(part) if axis == "age" else _select_member(axis, part, members)
        if isinstance(positions, Fault):
            return positions
        chosen.extend(positions)
    if len(set(chosen)) < len(chosen):
        return Fault(f"'{word}', which names a member twice", "each member once", "Remove the repetition.")
    return tuple(chosen)


def expand(columns: list[AxisColumn], rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], list[NDArray[np.intp]]]:
    """Turn rows into cells: every combination of the members that the cells of a row select.

    Parameters
    ----------
    columns : list of AxisColumn
        The axes of the parameter.
    rows : array
        Rows of the table.

    Returns
    -------
    rows : array (cell,)
        Row from which each cell comes.
    positions : list of array (cell,)
        Positions on each axis.
    """
    positions: list[NDArray[np.intp]] = []
    for column in columns:
        codes = column.codes[rows]
        count = column.count[codes]
        if (count == 1).all():
            positions.append(column.positions[column.start[codes]])
            continue
        again = np.repeat(np.arange(len(rows)), count)
        offset = np.arange(len(again)) - (np.cumsum(count) - count)[again]
        positions = [earlier[again] for earlier in positions]
        positions.append(column.positions[column.start[codes][again] + offset])
        rows = rows[again]
    return rows, positions


def _select_year(word: str) -> tuple[int, ...] | Fault:
    if word.isascii() and word.isdigit() and FIRST_YEAR <= int(word) <= LAST_YEAR:
        return (int(word),)
    remedy = "Write one row a year; years between given years are filled as the parameter declares."
    if word == ALL:
        remedy = "Write the first year only; the value is carried on from there."
    return Fault(f"'{word}'", f"one year from {FIRST_YEAR} to {LAST_YEAR}", remedy)


def _select_ages(part: str) -> tuple[int, ...] | Fault:
    if part.isascii() and part.isdigit() and int(part) <= OPEN_AGE:
        return (int(part),)
    if open_ages := _OPEN_AGES.fullmatch(part):
        first, last = int(open_ages[1]), OPEN_AGE
    elif span := _AGE_SPAN.fullmatch(part):
        first, last = int(span[1]), int(span[2])
    elif _DATE.fullmatch(part):
        return Fault(
            f"'{part}', a date into which Excel turned an age range",
            _AGE_ALLOWED,
            "Format the column as text before typing a range such as 10-14.",
        )
    else:
        return Fault(f"'{part}'", _AGE_ALLOWED, "Write the age in completed years.")
    if first > last or last > OPEN_AGE:
        return Fault(f"'{part}'", _AGE_ALLOWED, "Write the lower age first; no age is above 100.")
    return AGES[first : last + 1]


def _select_member(axis: str, part: str, members: Mapping[str, int]) -> tuple[int, ...] | Fault:
    position = members.get(part)
    if position is not None and part != ALL:
        return (position,)
    names = [name for name in members if name != ALL]
    shown = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    allowed = f"{shown}, 'all', or several joined by |"
    if part == ALL:
        return Fault("'all' joined with other members", allowed, "Write 'all' alone.")
    if not part:
        return Fault("an empty member beside |", allowed, "Remove the |.")
    if axis in ("region", "destination"):
        same = [name for name in names if part.isdigit() and name.isdigit() and int(name) == int(part)]
        if same:
            return Fault(
                f"'{part}', a code that lost its leading zeros",
                allowed,
                f"Write {same[0]}; in Excel format the column as text.",
            )
        allowed = f"codes of set.yaml: {allowed}"
    return Fault(f"'{part}'", allowed, did_you_mean(part, names) or "Use one of the allowed names.")
