"""A set as it lies in its folder: all its tables, and the sets it is based on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from poolcast.parameters.declaration import Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.filling import Origins
from poolcast.parameters.location import display, find_set
from poolcast.parameters.rows import Cells, SetRows, labels
from poolcast.parameters.set_file import SetFile, read_set_file
from poolcast.parameters.table_checks import add_table
from poolcast.parameters.tables import read_table, table_files


def read_rows(folder: Path, problems: list[Problem]) -> SetRows | None:
    """Read ``set.yaml`` and all tables of one set."""
    set_file = read_set_file(folder, problems)
    if set_file is None:
        return None
    rows = SetRows(set_file)
    files = table_files(folder)
    if not files:
        problems.append(
            Problem(
                display(folder), "no table", "at least one CSV file", "Put the tables beside set.yaml.", kind="file"
            )
        )
        rows.complete = False
    for path in files:
        table = read_table(path, problems)
        if table is None:
            rows.complete = False
        else:
            add_table(rows, table, problems)
    for name, cells in rows.cells.items():
        check_duplicates(PARAMETERS[name], cells, rows, problems)
    return rows


def check_duplicates(parameter: Parameter, cells: Cells, rows: SetRows, problems: list[Problem]) -> None:
    """Refuse two rows that cover the same cell at the same level."""
    size = max(int(cells.place.max()) + 1, 1)
    years = int(cells.year.max()) + 1
    keys = (cells.level * years + cells.year) * size + cells.place
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    if not len(again):
        return
    rows.doubtful.add(parameter.name)
    pairs = np.stack([cells.row[order[again]], cells.row[order[again + 1]]], axis=1)
    distinct, first, counts = np.unique(pairs, axis=0, return_index=True, return_counts=True)
    for (earlier, later), position, count in zip(distinct.tolist(), first.tolist(), counts.tolist(), strict=True):
        cell = int(order[again[position]])
        names = [
            f"{axis} {labels(axis, parameter, _one(cells, cell), rows.set_file)[0]}" for axis in parameter.dimensions
        ]
        file, line = rows.place(later)
        first_file, first_line = rows.place(earlier)
        where = f"line {first_line}" + (f" of {first_file}" if first_file != file else "")
        more = f" and {count - 1} more cells" if count > 1 else ""
        found = f"{parameter.name} again ({', '.join(names) or 'its only cell'}{more}), given first in {where}"
        problems.append(
            Problem(file, found, "each cell once", "Remove one of the two rows.", row=line, kind="duplicates")
        )


def _one(cells: Cells, position: int) -> Cells:
    """Return one cell."""
    chosen = slice(position, position + 1)
    return Cells(cells.level[chosen], cells.year[chosen], cells.place[chosen], cells.value[chosen], cells.row[chosen])


def read_origins(folder: Path, problems: list[Problem], above: tuple[Path, ...] = ()) -> Origins | None:
    """Read a set and, one after the other, the sets it is based on.

    Parameters
    ----------
    folder : Path
        Folder of the set.
    problems : list of Problem
        Receives what is wrong.
    above : tuple of Path
        Folders of the sets that rest on this one, against cycles.

    Returns
    -------
    Origins or None
        None where ``set.yaml`` cannot be read at all.
    """
    rows = read_rows(folder, problems)
    if rows is None:
        return None
    set_file = rows.set_file
    if set_file.based_on is None:
        return Origins(rows)
    above = (*above, folder.resolve())
    base_folder = _base_folder(set_file, above, problems)
    if base_folder is None:
        return Origins(rows)
    base = read_origins(base_folder, problems, above)
    if base is None:
        rows.complete = False
        return Origins(rows)
    _check_base(set_file, base.rows.set_file, problems)
    return Origins(rows, base)


def _base_folder(set_file: SetFile, above: tuple[Path, ...], problems: list[Problem]) -> Path | None:
    """Return the folder of the set named in ``based_on``."""
    assert set_file.based_on is not None
    try:
        folder = find_set(set_file.based_on)
    except AssumptionError as error:
        first = error.problems[0]
        problems.append(_of_base(set_file, first.found, first.allowed, first.remedy))
        return None
    if folder.resolve() in above:
        found = f"'{set_file.based_on}', which rests on this set again"
        problems.append(_of_base(set_file, found, "another set", "Break the cycle, or write based_on: null."))
        return None
    return folder


def _check_base(set_file: SetFile, base: SetFile, problems: list[Problem]) -> None:
    """Check that a set can take values from the set it is based on."""
    codes = {region.code for region in set_file.regions}
    base_codes = {region.code for region in base.regions}
    if len(base_codes) != 1 and not codes <= base_codes:
        found = f"'{base.name}', which has no region {', '.join(sorted(codes - base_codes))}"
        problems.append(_of_base(set_file, found, "a set with one region or with the same codes", "Name another set."))
    if base.synthetic and not set_file.synthetic:
        found = f"'{base.name}', which is synthetic"
        allowed = "a set that is not made up, or synthetic: true"
        problems.append(_of_base(set_file, found, allowed, "Mark this set as synthetic too."))


def _of_base(set_file: SetFile, found: str, allowed: str, remedy: str) -> Problem:
    return Problem(
        set_file.file, found, allowed, remedy, row=set_file.based_on_line, column="based_on", kind="set.yaml"
    )


def chain(origins: Origins) -> Sequence[Origins]:
    """Return a set and all sets below it."""
    return (origins, *chain(origins.base)) if origins.base is not None else (origins,)
