"""Totals that a planner knows, spread over the members that the model needs, in the proportions of the set below.

A bulletin prints people by three age groups, members by scheme and benefits in one sum; the model needs single ages,
statuses and benefits. A row of the sheet ``totals`` gives the sum over everything that it selects, and

    value(cell) = total x weight(cell) / sum of the weights of the cells selected

with the value of the cell in the set named in ``based_on`` as its weight: for control totals in the same place relative
to the base year, otherwise in the same year. The rows that come out are ordinary rows, and their notes say what was
done.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange.sheets import Sheet, word_of
from poolcast.parameters.number_cells import plain
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.rows import Cells, SetRows, labels
from poolcast.parameters.set_file import SetFile
from poolcast.parameters.set_folder import check_duplicates
from poolcast.parameters.table_checks import add_table
from poolcast.parameters.tables import REQUIRED_COLUMNS, Table, column_of

Array = NDArray[np.float64]
_KEY = "totals"
_LAST_COLUMNS = ("value", "unit", "evidence", "grade", "source", "note")
_DIGITS = 12
_EVIDENCE_OF_PARTS = {"source": "derived", "source_unverified": "derived", "seed": "derived"}


@dataclass
class Spread:
    """Rows made of totals.

    Parameters
    ----------
    columns : tuple of str
        Columns of a table of a set.
    rows : list of list of str
        Its rows.
    places : list of int
        Row of the sheet, from zero, behind each.
    parameters : list of str
        Parameters of which a total was spread.
    doubtful : set of str
        Parameters of which a row was refused.
    """

    columns: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)


def spread_totals(
    sheet: Sheet, set_file: SetFile, file: str, problems: list[Problem], base_is_known: bool = True
) -> Spread:
    """Spread the totals of a sheet.

    Parameters
    ----------
    sheet : Sheet
        Columns as in any table; a value is the total over the cells that its row selects.
    set_file : SetFile
        The set; its ``based_on`` gives the proportions.
    file : str
        Name of the workbook for readers.
    problems : list of Problem
        Receives what is wrong, at its cell.
    base_is_known : bool
        False where ``based_on`` was refused already: then nothing more is said of totals that cannot be spread.
    """
    missing = [name for name in REQUIRED_COLUMNS if name not in sheet.columns]
    if missing:
        problems.append(
            Problem(
                file, f"no column {missing[0]}", ", ".join(REQUIRED_COLUMNS), "Restore the column.", sheet=sheet.title
            )
        )
        return Spread()
    columns = {name: column_of([words[number] for _, words in sheet.rows]) for number, name in enumerate(sheet.columns)}
    table = Table(_KEY, columns, np.array([row + 1 for row, _ in sheet.rows], dtype=np.intp))
    rows = SetRows(set_file)
    found: list[Problem] = []
    add_table(rows, table, found)
    for name, cells in rows.cells.items():
        check_duplicates(PARAMETERS[name], cells, rows, found)
    problems += [_at_its_cell(problem, sheet, file) for problem in found]
    faulty = {problem.row for problem in found}
    those = [number for number, (row, _) in enumerate(sheet.rows) if row + 1 in faulty]
    result = Spread(doubtful=rows.doubtful | {columns["parameter"][number] for number in those})
    axes = {axis for name in rows.cells for axis in PARAMETERS[name].dimensions}
    result.columns = ("parameter", *(axis for axis in AXES if axis in axes), *_LAST_COLUMNS)
    below = _Proportions(set_file)
    for name, cells in rows.cells.items():
        if name not in result.doubtful:
            _spread_parameter(PARAMETERS[name], cells, rows, sheet, below, file, result, problems, base_is_known)
    return result


def _at_its_cell(problem: Problem, sheet: Sheet, file: str) -> Problem:
    row = (problem.row or 1) - 1
    return replace(problem, file=file, row=None, sheet=sheet.title, cell=sheet.cell(row, problem.column or "parameter"))


class _Proportions:
    """The set below: a weight for every cell of a parameter."""

    def __init__(self, set_file: SetFile) -> None:
        self.set_file = set_file
        self.assumptions: Assumptions | None = None
        self.fault = "no set is named in based_on"
        if set_file.based_on is not None:
            try:
                self.assumptions = load_assumptions(set_file.based_on)
            except AssumptionError as error:
                self.fault = f"the set '{set_file.based_on}' cannot be read: {error.problems[0].found}"

    def weights(self, parameter: Parameter, code: str, year: int, place: NDArray[np.intp]) -> Array | None:
        """Return the weights of cells by their flat place on the axes other than region and year."""
        below = self.assumptions
        if below is None or parameter.name not in below or "destination" in parameter.dimensions:
            return None
        values = below[parameter.name]
        axes = list(parameter.dimensions)
        if "region" in axes:
            codes = below.region_codes
            region = 0 if len(codes) == 1 else (codes.index(code) if code in codes else -1)
            if region < 0:
                return None
            values = np.take(values, region, axis=axes.index("region"))
            axes.remove("region")
        if "year" in axes:
            same = year - self.set_file.base_year + below.base_year if parameter.layer == "accounts" else year
            at = min(max(below.year_position(same), 0), len(below.years) - 1)
            values = np.take(values, at, axis=axes.index("year"))
        weights: Array = np.nan_to_num(values.ravel()[place])
        return weights


def _spread_parameter(
    parameter: Parameter,
    cells: Cells,
    rows: SetRows,
    sheet: Sheet,
    below: _Proportions,
    file: str,
    result: Spread,
    problems: list[Problem],
    base_is_known: bool,
) -> None:
    """Add the rows of a parameter; a total that cannot be spread is refused."""
    codes = list(rows.set_file.levels)
    members = {axis: labels(axis, parameter, cells, rows.set_file) for axis in parameter.dimensions}
    for row in np.unique(cells.row).tolist():
        those = np.flatnonzero(cells.row == row)
        total, place = float(cells.value[those[0]]), sheet.rows[row][0]
        one = len(those) == 1 or total == 0
        code, year = codes[int(cells.level[those[0]])], int(cells.year[those[0]])
        weights = np.ones(len(those)) if one else below.weights(parameter, code, year, cells.place[those])
        if weights is None or not weights.sum() > 0:
            why = below.fault if below.assumptions is None else f"'{rows.set_file.based_on}' has nothing there"
            result.doubtful.add(parameter.name)
            if not base_is_known:
                continue
            problems.append(
                Problem(
                    file,
                    f"a total of {parameter.name} that cannot be spread: {why}",
                    "a total whose parts stand in the set named in based_on",
                    "Give each member a row of its own.",
                    kind="totals",
                    sheet=sheet.title,
                    cell=sheet.cell(place, "value"),
                    zh=(
                        f"{parameter.name} 的合计无法分摊:based_on 假设集中没有相应数值",
                        "based_on 假设集中有分项的合计",
                        "请为每个成员单独填一行。",
                    ),
                )
            )
            continue
        parts = np.full(len(those), 0.0) if total == 0 else total * weights / weights.sum()
        words = _words(rows, row, "" if one else rows.set_file.based_on or "", total)
        if not one and parameter.name not in result.parameters:
            result.parameters.append(parameter.name)
        for cell, part in zip(those.tolist(), parts.tolist(), strict=True):
            axes = {axis: str(members[axis][cell]) for axis in parameter.dimensions}
            value = word_of(total) if one else word_of(float(f"{part:.{_DIGITS - 1}e}"))
            given = {"parameter": parameter.name, **axes, "value": value, "unit": parameter.unit, **words}
            result.rows.append([given.get(name, "") for name in result.columns])
            result.places.append(place)


def _words(rows: SetRows, row: int, based_on: str, total: float) -> dict[str, str]:
    """Return evidence, grade, source and note of the parts of a total."""
    words = {name: rows.word(row, name) for name in ("evidence", "grade", "source", "note")}
    if based_on:
        words["evidence"] = _EVIDENCE_OF_PARTS.get(words["evidence"], words["evidence"])
        how = f"total {plain(total)} spread as in {based_on} 合计数按 {based_on} 比例分摊"
        words["note"] = "; ".join(text for text in (words["note"], how) if text)
    return words
