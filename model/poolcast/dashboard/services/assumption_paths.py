"""Paths of years behind the rows of a grid: where one turns, and what changes of its turning points make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from poolcast.dashboard.services.sets import Edit
from poolcast.parameters.declaration import Parameter

if TYPE_CHECKING:
    from poolcast.dashboard.services.assumption_rows import Row


SAME = 1e-9
"""Values that differ by less, as a part of the larger one, are the same."""


def turning_points(values: Sequence[float], *, step: bool = False) -> list[int]:
    """Return the positions at which a path of straight lines turns: its first value, each bend, and its last.

    Examples
    --------
    >>> turning_points([5.0, 5.0, 5.0])
    [0]
    >>> turning_points([4.0, 3.0, 2.0, 2.0, 2.0])
    [0, 2]
    >>> turning_points([1.0, 1.0, 2.0, 2.0], step=True)
    [0, 2]
    """
    path = np.asarray(values, dtype=np.float64)
    close = SAME * max(1.0, float(np.abs(path).max()))
    if step:
        return [0, *(np.flatnonzero(np.abs(np.diff(path)) > close) + 1).tolist()]
    slopes = np.diff(path)
    bends = (np.flatnonzero(np.abs(np.diff(slopes)) > close) + 1).tolist()
    ends = [len(path) - 1] if slopes.size and abs(slopes[-1]) > close else []
    return [0, *(bend for bend in bends if bend != 0), *ends]


def moves_in_steps(parameter: Parameter) -> bool:
    """Whether a parameter keeps a value until the next one is given; accounts of a year say nothing of the next."""
    return parameter.between == "step" or parameter.layer == "accounts"


def changed_path(row: Row, changes: Mapping[str, tuple[Row, float]]) -> dict[int, float]:
    """Return the path of a row by year after all changes of its turning points, each fading out to its neighbours.

    Parameters
    ----------
    row : Row
        A row with years.
    changes : mapping of key to (Row, value)
        New values of rows, in the declared unit.
    """
    step = moves_in_steps(row.declared)
    path = dict(row.path)
    for other, value in changes.values():
        if (other.parameter, other.region, other.where) != (row.parameter, row.region, row.where):
            continue
        for year in path:
            path[year] += (value - other.value) * _weight(other, year, step)
    low, high = row.bounds
    return {year: min(max(value, low), high) for year, value in path.items()}


def _weight(row: Row, year: int, step: bool) -> float:
    """Return how much of a change of a turning point holds in a year."""
    point = row.year if row.year is not None else year
    if row.before is not None and year < point:
        return 0.0 if step else max(0.0, (year - row.before) / (point - row.before))
    if row.after is not None and year > point:
        if step:
            return float(year < row.after)
        return max(0.0, (row.after - year) / (row.after - point))
    return 1.0


def edits_of(changes: Mapping[str, tuple[Row, float]]) -> tuple[Edit, ...]:
    """Return the edits of a set that changes of rows amount to."""
    edits: list[Edit] = []
    done: set[tuple[str, str, tuple[tuple[str, str], ...]]] = set()
    for row, value in changes.values():
        where = (*((("region", row.region),) if row.region else ()), *row.where)
        if row.kind == "scale":
            edits.append(Edit(row.parameter, value, where, is_factor=True))
        elif not row.path:
            edits.append(Edit(row.parameter, value, where))
        elif (row.parameter, row.region, row.where) not in done:
            done.add((row.parameter, row.region, row.where))
            edits += _runs(row, where, changed_path(row, changes))
    return tuple(edits)


def _runs(row: Row, where: tuple[tuple[str, str], ...], path: Mapping[int, float]) -> list[Edit]:
    """Return an edit for each run of years of one value, of the years that change."""
    before = dict(row.path)
    edits: list[Edit] = []
    for year, value in path.items():
        if value == before[year]:
            continue
        if edits and edits[-1].value == value and edits[-1].last_year == year - 1:
            edits[-1] = Edit(row.parameter, value, where, edits[-1].first_year, year)
        else:
            edits.append(Edit(row.parameter, value, where, year, year))
    return edits
