"""Tidy tables of a country folder, turned into arrays; all that is wrong is collected, never guessed."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import display
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.number_cells import Fault, read_number
from poolcast.parameters.tables import read_text
from poolcast.projection.cohort import FloatArray

OPEN_GROUP = -1

Keys = Mapping[str, Sequence[int] | Sequence[str]]

TABLES = ("population", "mortality", "survival", "fertility", "migration_total", "migration", "srb")
"""Endings of the files; of two that fit, the longer stands first."""


@dataclass(frozen=True)
class Grouping:
    """Groups of ages that follow each other without a gap.

    Parameters
    ----------
    starts : tuple of int
        First age of each.
    end : int or None
        First age after the last; None where the last is open.
    """

    starts: tuple[int, ...]
    end: int | None


class CountryTable:
    """One table: rows of words with their line numbers, and where their problems go.

    Parameters
    ----------
    path : Path
        The file.
    columns : sequence of str
        Columns that it must have; others are left alone.
    problems : list of Problem
        Receives everything that is wrong.
    """

    def __init__(self, path: Path, columns: Sequence[str], problems: list[Problem]) -> None:
        self.file = path.name
        self._problems = problems
        self._refused = 0
        self.rows: list[tuple[int, list[str]]] = []
        self._position: dict[str, int] = {}
        self._width = 0
        text = read_text(path, problems)
        if text is None:
            self._refused = 1
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(row)]
        except csv.Error as error:
            self.refuse(
                f"a row that cannot be read ({error})", "cells between commas", "Mend the quotes.", reader.line_num
            )
            return
        self._position = {name: place for place, name in enumerate(rows[0][1])}
        missing = [name for name in columns if name not in self._position]
        for name in missing:
            remedy = did_you_mean(name, self._position) or "Name the columns in the first line."
            self.refuse("no such column", f"the columns {', '.join(columns)}", remedy, rows[0][0], name)
        if not missing:
            self._width = len(rows[0][1])
            self.rows = rows[1:]

    def refuse(self, found: str, allowed: str, remedy: str, line: int | None = None, column: str | None = None) -> None:
        """Add a problem of this table."""
        self._refused += 1
        kind = f"{self.file} {column or ''}"
        self._problems.append(Problem(self.file, found, allowed, remedy, row=line, column=column, kind=kind))

    def sound(self) -> bool:
        """Whether nothing has been refused so far."""
        return self._refused == 0

    def has(self, column: str) -> bool:
        """Whether there is such a column."""
        return column in self._position

    def word(self, row: list[str], column: str) -> str:
        """A cell; nothing where the row is too short."""
        position = self._position[column]
        return row[position] if position < len(row) else ""

    def whole(self, line: int, row: list[str], column: str) -> int | None:
        """A whole number in a cell; what is none is refused."""
        word = self.word(row, column)
        digits = word[1:] if word.startswith("-") else word
        if digits.isascii() and digits.isdigit():
            return int(word)
        self.refuse(f"'{word}'", "a whole number", f"Write the {column} in digits alone.", line, column)
        return None

    def keep(self, column: str, first: int | None, last: int | None) -> None:
        """Drop the rows outside the range unread; a number that cannot be read is refused."""
        kept, position = [], self._position.get(column, 0)
        for line, row in self.rows:
            number = self.whole(line, row, column) if len(row) > position else None
            if number is not None and (number < (first or number) or number > (last or number)):
                continue
            if len(row) != self._width:
                self.refuse(f"{len(row)} cells", f"{self._width}, as in the header", "Mend the commas.", line)
            elif number is not None:
                kept.append((line, row))
        self.rows = kept

    def values(self, column: str) -> list[int]:
        """Distinct whole numbers of a column, rising."""
        words = {self.word(row, column) for _, row in self.rows}
        return sorted({int(word) for word in words if word.removeprefix("-").isdigit()})

    def grouping(self) -> Grouping | None:
        """The age groups of a table, from `age_start` and `age_width`; refused where they leave gaps or overlap."""
        widths: dict[int, int] = {}
        for line, row in self.rows:
            start, width = self.whole(line, row, "age_start"), self.whole(line, row, "age_width")
            if start is None or width is None:
                continue
            if width < 1 and width != OPEN_GROUP:
                self.refuse(f"{width}", "1 or more, or -1 for the open group", "Write years.", line, "age_width")
            elif widths.setdefault(start, width) != width:
                self.refuse(
                    f"{width} and {widths[start]} for age {start}",
                    "one width",
                    "Use the same groups.",
                    line,
                    "age_width",
                )
        if not self.sound() or not widths:
            return None
        starts = sorted(widths)
        for start, following in itertools.pairwise(starts):
            if start + widths[start] != following:
                found = f"age {start} with width {widths[start]}, then age {following}"
                self.refuse(found, "groups without gap or overlap", "Add or mend the group.", column="age_start")
        last = widths[starts[-1]]
        return Grouping(tuple(starts), None if last == OPEN_GROUP else starts[-1] + last) if self.sound() else None

    def grid(self, keys: Keys, value: str, low: float, high: float, remedy: str) -> FloatArray:
        """The values by key; duplicates, unknown keys, gaps and values out of bounds are refused.

        Parameters
        ----------
        keys : mapping of column to sequence of int or str
            Axes of the array in order, each with all that it must hold.
        value : str
            Column of the values.
        low, high : float
            Bounds, allowed themselves.
        remedy : str
            What to do about a value out of bounds.

        Returns
        -------
        array (one axis a key)
            NaN where a value was refused.
        """
        places = [{str(key): place for place, key in enumerate(axis)} for axis in keys.values()]
        columns = [self._position.get(column, 0) for column in keys]
        position = self._position.get(value, 0)
        array = np.full([len(axis) for axis in keys.values()], np.nan)
        seen: dict[tuple[int, ...], int] = {}
        for line, row in self.rows:
            found = [known.get(row[column]) for known, column in zip(places, columns, strict=True)]
            place = tuple(number for number in found if number is not None)
            if len(place) < len(found):
                self._refuse_key(line, row, keys, found)
            elif place in seen:
                named = ", ".join(f"{column} {row[self._position[column]]}" for column in keys)
                self.refuse(f"{named} again (first in line {seen[place]})", "each once", "Remove one row.", line)
            else:
                seen[place] = line
                array[place] = self._number(line, row[position], value, low, high, remedy)
        self._refuse_gaps(keys, seen)
        return array

    def _refuse_key(self, line: int, row: list[str], keys: Keys, found: Sequence[int | None]) -> None:
        for (column, axis), place in zip(keys.items(), found, strict=True):
            if place is None:
                allowed = ", ".join(map(str, axis)) if len(axis) < 4 else f"{axis[0]}, {axis[1]}, ... {axis[-1]}"
                self.refuse(f"'{self.word(row, column)}'", allowed, "Rename or remove the row.", line, column)

    def _number(self, line: int, word: str, column: str, low: float, high: float, remedy: str) -> float:
        number = read_number(word)
        if isinstance(number, Fault):
            self.refuse(number.found, number.allowed, number.remedy, line, column)
            return np.nan
        if not low <= number <= high:
            allowed = f"{low:g} or more" if high == np.inf else f"{low:g} to {high:g}"
            self.refuse(word, allowed, remedy, line, column)
            return np.nan
        return number

    def _refuse_gaps(self, keys: Keys, seen: Mapping[tuple[int, ...], int]) -> None:
        if not self.sound():
            return  # a refused row is a gap already
        missing = (place for place in np.ndindex(*(len(axis) for axis in keys.values())) if place not in seen)
        first = next(missing, None)
        if first is not None:
            named = ", ".join(
                f"{column} {axis[place]}" for (column, axis), place in zip(keys.items(), first, strict=True)
            )
            others = sum(1 for _ in missing)
            more = f" and {others} more" if others else ""
            self.refuse(f"no row for {named}{more}", "a row for each", "Add the rows, or project fewer years.")


def files_of_country(folder: Path, problems: list[Problem]) -> tuple[str, dict[str, Path]]:
    """The country's name and its files by table; names that begin with the country's and go on are other material."""
    refuse = refuser(display(folder), problems)
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
        table = next((table for table in TABLES if path.stem.endswith(f"_{table}")), None)
        if table:
            found.setdefault(path.stem.removesuffix(f"_{table}"), {})[table] = path
    countries = [name for name in found if not any(name.startswith(f"{other}_") for other in found)]
    if not folder.is_dir():
        refuse("no folder of this name", "a folder with the tables of a country", "Check the path.")
    elif not countries:
        refuse("no tables", "<country>_population.csv and the others", "Name the files <country>_<table>.csv.")
    elif len(countries) > 1:
        refuse(f"the countries {', '.join(countries)}", "one country", "Give each country a folder of its own.")
    if problems:
        raise AssumptionError(problems)
    files = found[countries[0]]
    needed = ["population", "fertility", "srb"]
    needed += [] if "survival" in files else ["mortality"]
    needed += [] if "migration" in files else ["migration_total"]
    for table in needed:
        if table not in files:
            refuse(f"no {countries[0]}_{table}.csv", "each table once", "Add the table.")
    return countries[0], files


def refuser(place: str, problems: list[Problem]) -> Callable[[str, str, str], None]:
    """A function that adds a problem of one place: found, allowed, remedy."""

    def refuse(found: str, allowed: str, remedy: str) -> None:
        problems.append(Problem(place, found, allowed, remedy))

    return refuse
