"""Checks of one table against the declarations and ``set.yaml``; what is right becomes cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import EVIDENCES, GRADES, UNITS, Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem
from poolcast.parameters.nearest import did_you_mean, nearest_names
from poolcast.parameters.needs import percent_remedy
from poolcast.parameters.number_cells import Fault, plain, read_number
from poolcast.parameters.rows import Cells, Integers, SetRows, join, place_shape
from poolcast.parameters.selectors import ALL, FIXED_MEMBERS, AxisColumn, expand, read_axis_column
from poolcast.parameters.tables import Table

NEEDS_GRADE = ("seed", "source", "source_unverified")
NEEDS_NOTE = ("assumption", "synthetic", "estimated")
_MONEY_UNITS = {
    "亿元": 1e8,
    "万元": 1e4,
    "亿": 1e8,
    "万": 1e4,
    "万人": 1e4,
    "亿人": 1e8,
    "thousand persons": 1e3,
    "thousands": 1e3,
}
_MOST_SUGGESTIONS = 50


def add_table(rows: SetRows, table: Table, problems: list[Problem]) -> None:
    """Check the rows of a table and add their cells to the set.

    Parameters
    ----------
    rows : SetRows
        Receives the table and its cells.
    table : Table
        The table.
    problems : list of Problem
        Receives what is wrong.
    """
    offset = rows.offsets[-1] + len(rows.tables[-1]) if rows.tables else 0
    rows.offsets.append(offset)
    rows.tables.append(table)
    for name, cells in _TableChecker(rows, table, problems).cells(offset).items():
        earlier = rows.cells.get(name)
        rows.cells[name] = cells if earlier is None else join(earlier, cells)


class _TableChecker:
    """Checks one table against declarations and ``set.yaml``."""

    def __init__(self, rows: SetRows, table: Table, problems: list[Problem]) -> None:
        self.rows, self.table, self.problems = rows, table, problems
        self.set_file = rows.set_file
        self.column = table.columns
        self.rows.doubtful.update(table.doubtful)
        self.values = self._read_values()
        self.axes = {axis: self._read_axis(axis) for axis in AXES if axis in table.columns}

    def refuse(self, rows: Integers, column: str, kind: str, found: str, allowed: str, remedy: str) -> None:
        """Note one problem that some rows share, at the first of them."""
        more = f" (and {len(rows) - 1} more lines)" if len(rows) > 1 else ""
        line = int(self.table.lines[rows[0]])
        self.problems.append(
            Problem(self.table.file, found + more, allowed, remedy, row=line, column=column, kind=kind)
        )

    def each_word(self, name: str, check: Callable[[str], Fault | None], kind: str) -> NDArray[np.bool_]:
        """Check every distinct word of a column; return for each row whether its word was refused."""
        column = self.column[name]
        refused = np.zeros(len(column.words), dtype=bool)
        for code, word in enumerate(column.words):
            fault = check(word)
            if fault is not None:
                rows = np.flatnonzero(column.codes == code)
                if len(rows):
                    refused[code] = True
                    self.refuse(rows, name, kind, fault.found, fault.allowed, fault.remedy)
        return refused[column.codes]

    def cells(self, offset: int) -> dict[str, Cells]:
        """Check everything and return the cells by parameter."""
        groups = self._by_parameter()
        self._check_evidence()
        result = {}
        for parameter, rows in groups:
            self._check_unit(parameter, rows)
            self._check_bounds(parameter, rows)
            good = self._check_axis_cells(parameter, rows)
            if good is None or len(good) < len(rows) or np.isnan(self.values[rows]).any():
                self.rows.doubtful.add(parameter.name)
            if good is not None and len(good):
                result[parameter.name] = self._expand(parameter, good, offset)
        return result

    # -- columns ------------------------------------------------------------------------------------------------

    def _read_values(self) -> NDArray[np.float64]:
        """Read the numbers; NaN where a cell is none."""
        column = self.column["value"]
        numbers = np.full(len(column.words), np.nan)
        for code, word in enumerate(column.words):
            number = read_number(word)
            if isinstance(number, float):
                numbers[code] = number
                continue
            for row in np.flatnonzero(column.codes == code):
                self.refuse(np.array([row]), "value", "value", number.found, number.allowed, number.remedy)
        return numbers[column.codes]

    def _read_axis(self, axis: str) -> AxisColumn:
        """Read an axis column; faulty words are noted once each."""
        column = self.column[axis]
        members = FIXED_MEMBERS.get(axis, {})
        if axis in ("region", "destination"):
            codes = self.set_file.levels
            projected = {region.code: position for position, region in enumerate(self.set_file.regions)}
            chosen = codes if axis == "region" else projected
            result = read_axis_column(axis, column, chosen if self.set_file.regions_known else None)
        else:
            result = read_axis_column(axis, column, members)
        for code, fault in result.faults.items():
            rows = np.flatnonzero(column.codes == code)
            if len(rows):
                self.refuse(rows, axis, f"cells of {axis}", fault.found, fault.allowed, fault.remedy)
        return result

    def _by_parameter(self) -> list[tuple[Parameter, Integers]]:
        """Return the rows of each known parameter; unknown names are noted."""
        column = self.column["parameter"]
        order = np.argsort(column.codes, kind="stable")
        groups = (
            np.split(order, np.cumsum(np.bincount(column.codes, minlength=len(column.words)))[:-1])
            if column.words
            else []
        )
        result = []
        unknown = 0
        for word, rows in zip(column.words, groups, strict=True):
            parameter = PARAMETERS.get(word)
            if parameter is not None:
                result.append((parameter, rows))
            elif len(rows):
                unknown += 1
                self._unknown_parameter(word, rows, suggest=unknown <= _MOST_SUGGESTIONS)
        return [(parameter, rows) for parameter, rows in result if len(rows)]

    def _unknown_parameter(self, word: str, rows: Integers, suggest: bool) -> None:
        nearest = nearest_names(word, PARAMETERS) if suggest and word else ()
        self.rows.doubtful.update(nearest)
        found = f"an unknown parameter '{word}'" if word else "no parameter"
        remedy = did_you_mean(word, PARAMETERS) if nearest else "See `poolcast list parameters`."
        self.refuse(rows, "parameter", "parameter", found, "a declared parameter", remedy)

    def _check_evidence(self) -> None:
        """Check evidence, grade, source and note, each alone and together."""

        def among(names: tuple[str, ...], may_be_empty: bool) -> Callable[[str], Fault | None]:
            def check(word: str) -> Fault | None:
                if word in names or (may_be_empty and not word):
                    return None
                found = f"'{word}'" if word else "an empty cell"
                return Fault(found, ", ".join(names), did_you_mean(word, names) or "Say where the value comes from.")

            return check

        self.each_word("evidence", among(EVIDENCES, False), "evidence")
        self.each_word("grade", among(GRADES, True), "grade")
        if self.set_file.sources_known:
            self.each_word("source", self._source_fault, "source")
        evidence, graded, cited = (
            self.column["evidence"],
            ~self.column["grade"].is_empty(),
            ~self.column["source"].is_empty(),
        )
        noted = ~self.column["note"].is_empty() if "note" in self.column else np.zeros(len(self.table), dtype=bool)
        for code, word in enumerate(evidence.words):
            those = evidence.codes == code
            rules = (
                (
                    word in NEEDS_GRADE,
                    ~graded,
                    "grade",
                    f"no grade of evidence '{word}'",
                    "a grade from A to D",
                    "Grade the copy that was read.",
                ),
                (
                    word in EVIDENCES and word not in NEEDS_NOTE,
                    ~cited,
                    "source",
                    f"no source of evidence '{word}'",
                    "keys of set.yaml sources, joined by ;",
                    "Cite the document, or call the value an assumption and say why.",
                ),
                (
                    word in NEEDS_NOTE,
                    ~(cited | noted),
                    "note",
                    f"evidence '{word}' with neither source nor note",
                    "a note that says why, or a source",
                    "Say in the note where the value comes from.",
                ),
                (
                    word == "synthetic" and not self.set_file.synthetic and bool(self.set_file.name),
                    those,
                    "evidence",
                    "made-up values in a set that is not marked as synthetic",
                    "synthetic: true in set.yaml",
                    "Mark the set.",
                ),
            )
            for applies, lacking, column, found, allowed, remedy in rules:
                rows = np.flatnonzero(those & lacking) if applies else np.zeros(0, dtype=np.intp)
                if len(rows):
                    self.refuse(rows, column, column, found, allowed, remedy)

    def _source_fault(self, word: str) -> Fault | None:
        for key in word.split(";") if word else ():
            if key.strip() not in self.set_file.sources:
                remedy = did_you_mean(key.strip(), self.set_file.sources) or "Add the document to sources in set.yaml."
                return Fault(f"an unknown source '{key.strip()}'", "keys of set.yaml sources, joined by ;", remedy)
        return None

    # -- rows of one parameter ----------------------------------------------------------------------------------

    def _check_unit(self, parameter: Parameter, rows: Integers) -> None:
        """Check that the unit is the declared one."""
        column = self.column["unit"]
        for code in np.unique(column.codes[rows]):
            word = column.words[code]
            if word == parameter.unit:
                continue
            remedy = f"Give the values in {UNITS[parameter.unit][0]} and write '{parameter.unit}'."
            if word in ("%", "percent", "per cent", "pct", "百分比"):
                remedy = f"Divide the values by 100 and write '{parameter.unit}'."
            elif word in _MONEY_UNITS:
                remedy = f"Multiply the values by {_MONEY_UNITS[word]:.0e} and write '{parameter.unit}'."
            those = rows[column.codes[rows] == code]
            found = f"the unit '{word}' of {parameter.name}" if word else f"no unit of {parameter.name}"
            self.refuse(those, "unit", "unit", found, f"'{parameter.unit}'", remedy)

    def _check_bounds(self, parameter: Parameter, rows: Integers) -> None:
        """Check bounds and whole numbers, all rows of the parameter at once."""
        values = self.values[rows]
        outside = (values < parameter.minimum) | (values > parameter.maximum)
        broken = (
            (values != np.rint(values)) & np.isfinite(values) if parameter.integer else np.zeros(len(rows), dtype=bool)
        )
        if not (outside.any() or broken.any()):
            return
        self.rows.doubtful.add(parameter.name)
        bounds = f"{plain(parameter.minimum)} to {plain(parameter.maximum)} ({UNITS[parameter.unit][0]})"
        for row in rows[outside]:
            value = float(self.values[row])
            remedy = percent_remedy(parameter, value)
            self.refuse(np.array([row]), "value", "bounds", f"{plain(value)} for {parameter.name}", bounds, remedy)
        for row in rows[broken & ~outside]:
            found = f"{plain(float(self.values[row]))} for {parameter.name}"
            self.refuse(np.array([row]), "value", "whole numbers", found, f"a whole number, {bounds}", "Round it.")

    def _check_axis_cells(self, parameter: Parameter, rows: Integers) -> Integers | None:
        """Return the rows whose axis cells are right; None where a column is missing."""
        good = np.ones(len(rows), dtype=bool)
        dimensions = ", ".join(parameter.dimensions) or "none"
        for axis, column in self.axes.items():
            codes = column.codes[rows]
            empty = column.empty[codes]
            if axis in parameter.dimensions:
                if empty.any():
                    remedy = f"Fill {axis}; 'all' stands for every member." if axis != "year" else "Fill the year."
                    self.refuse(
                        rows[empty],
                        axis,
                        "axis cells",
                        f"an empty {axis} of {parameter.name}",
                        f"axes {dimensions}",
                        remedy,
                    )
                good &= column.count[codes] > 0
            elif not empty.all():
                found = f"a filled {axis} of {parameter.name}, which has no such axis"
                self.refuse(rows[~empty], axis, "axis cells", found, f"axes {dimensions}", f"Empty {axis} in this row.")
        missing = [axis for axis in parameter.dimensions if axis not in self.axes]
        if missing:
            found = f"no column {', '.join(missing)} for {parameter.name}"
            self.refuse(rows, missing[0], "axis cells", found, f"axes {dimensions}", "Add the column to the table.")
            return None
        return rows[good & self._extensive_is_right(parameter, rows)]

    def _extensive_is_right(self, parameter: Parameter, rows: Integers) -> NDArray[np.bool_]:
        """Refuse a non-zero value for all regions at once of what adds over regions."""
        if not parameter.is_extensive or not self.set_file.regions_known or "region" not in self.axes:
            return np.ones(len(rows), dtype=bool)
        everywhere = np.array([word == ALL for word in self.column["region"].words], dtype=bool)
        wrong = everywhere[self.column["region"].codes[rows]] & (self.values[rows] != 0) & ~np.isnan(self.values[rows])
        if wrong.any():
            found = f"one value of {parameter.name} for all regions"
            remedy = "Give each region its own value: what is counted in persons or yuan adds over regions."
            self.refuse(rows[wrong], "region", "all regions", found, "a region; 'all' for a zero only", remedy)
        right: NDArray[np.bool_] = ~wrong
        return right

    def _expand(self, parameter: Parameter, rows: Integers, offset: int) -> Cells:
        """Turn rows into cells."""
        expanded, positions = expand([self.axes[axis] for axis in parameter.dimensions], rows)
        by_axis = dict(zip(parameter.dimensions, positions, strict=True))
        nothing = np.zeros(len(expanded), dtype=np.intp)
        last_level = len(self.set_file.levels) - 1
        level = by_axis.pop("region", nothing + last_level)
        year = by_axis.pop("year", nothing)
        shape = place_shape(parameter, len(self.set_file.regions))
        place = np.ravel_multi_index(tuple(by_axis.values()), shape).astype(np.intp) if by_axis else nothing
        return Cells(level, year, place, self.values[expanded], expanded + offset)
