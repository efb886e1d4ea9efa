"""Rows of a set: each checked against the declaration of its parameter and turned into cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Parameter
from poolcast.parameters.set_file import SetFile
from poolcast.parameters.tables import Table

Integers = NDArray[np.intp]


@dataclass(frozen=True)
class Cells:
    """Given cells of one parameter, as parallel arrays.

    Parameters
    ----------
    level : array (cell,)
        Position in `SetFile.levels`: a region, a parent or ``all``; the last where the parameter has no region axis.
    year : array (cell,)
        Year; 0 where the parameter has none.
    place : array (cell,)
        Flat position on the remaining axes in the declared order.
    value : array (cell,)
        The value, NaN where the cell was refused.
    row : array (cell,)
        Row of the set, see `SetRows.place`.
    """

    level: Integers
    year: Integers
    place: Integers
    value: NDArray[np.float64]
    row: Integers


@dataclass
class SetRows:
    """All rows of the tables of one set.

    Parameters
    ----------
    set_file : SetFile
        What ``set.yaml`` says.
    tables : list of Table
        The tables read.
    cells : dict of str to Cells
        Given cells by parameter.
    doubtful : set of str
        Parameters of which a row was refused; what they lack is not reported a second time.
    complete : bool
        False where a whole table was refused: then nothing can be said about what is missing.
    offsets : list of int
        Number of the first row of each table.
    """

    set_file: SetFile
    tables: list[Table] = field(default_factory=list)
    cells: dict[str, Cells] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    complete: bool = True
    offsets: list[int] = field(default_factory=list)

    def table_row(self, row: int) -> tuple[Table, int]:
        """Return the table of a row of the set and its position in it."""
        number = int(np.searchsorted(self.offsets, row, side="right")) - 1
        return self.tables[number], row - self.offsets[number]

    def place(self, row: int) -> tuple[str, int]:
        """Return file and line of a row of the set."""
        table, position = self.table_row(row)
        return table.file, int(table.lines[position])

    @cached_property
    def evidence(self) -> tuple[Integers, list[tuple[str, str, str]]]:
        """For every row of the set the number of its evidence, grade and source; and those distinct triples."""
        triples: dict[tuple[str, str, str], int] = {}
        numbers = []
        for table in self.tables:
            parts = [table.columns[name] for name in ("evidence", "grade", "source")]
            _, first, inverse = np.unique(
                np.stack([part.codes for part in parts]), axis=1, return_index=True, return_inverse=True
            )
            known = [
                triples.setdefault((parts[0][row], parts[1][row], parts[2][row]), len(triples))
                for row in first.tolist()
            ]
            numbers.append(np.array(known, dtype=np.intp)[inverse.ravel()])
        return np.concatenate(numbers), list(triples)

    def word(self, row: int, column: str) -> str:
        """Return a cell of a row of the set; empty where the table lacks the column."""
        table, position = self.table_row(row)
        return table.columns[column][position] if column in table.columns else ""


def join(first: Cells, second: Cells) -> Cells:
    """Return the cells of both."""
    return Cells(
        np.concatenate([first.level, second.level]),
        np.concatenate([first.year, second.year]),
        np.concatenate([first.place, second.place]),
        np.concatenate([first.value, second.value]),
        np.concatenate([first.row, second.row]),
    )


def place_shape(parameter: Parameter, region_count: int) -> tuple[int, ...]:
    """Return the lengths of the axes of a parameter other than region and year."""
    return tuple(
        region_count if axis == "destination" else len(AXES[axis].members)
        for axis in parameter.dimensions
        if axis not in ("region", "year")
    )


def labels(axis: str, parameter: Parameter, cells: Cells, set_file: SetFile) -> list[str] | list[int]:
    """Return the members of an axis for each cell."""
    if axis == "year":
        return [int(year) for year in cells.year]
    if axis == "region":
        codes = list(set_file.levels)
        return [codes[level] for level in cells.level.tolist()]
    shape = place_shape(parameter, len(set_file.regions))
    rest = [name for name in parameter.dimensions if name not in ("region", "year")]
    positions = np.unravel_index(cells.place, shape)[rest.index(axis)]
    members = [region.code for region in set_file.regions] if axis == "destination" else AXES[axis].members
    return [members[position] for position in positions.tolist()]
