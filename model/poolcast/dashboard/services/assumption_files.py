"""Files of a set: the template, the set as it stands with a reader's changes, and what he sends back."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import EDITED_SOURCE, LoadedSet
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange.annotation import annotate
from poolcast.parameters.exchange.export import export_bytes
from poolcast.parameters.exchange.importing import Imported, import_set, read_upload
from poolcast.parameters.exchange.safe_files import Limits
from poolcast.parameters.exchange.template import MOST_REGIONS, write_template
from poolcast.parameters.location import available_sets
from poolcast.parameters.tables import COLUMNS, table_files

MIB = 2**20
LIMITS = Limits(packed=20 * MIB, unpacked=200 * MIB, rows=400_000, cells=8_000_000)
"""How much an upload may hold; the server refuses more than 20 MiB before it reaches the page."""
_CHANGED_TABLE = "changed_on_the_page"

__all__ = ["LIMITS", "MOST_REGIONS", "Upload", "read", "template_bytes", "workbook_bytes"]


@dataclass(frozen=True)
class Upload:
    """A file that a reader sent, and what was found in it.

    Parameters
    ----------
    name : str
        Name of the file.
    content : bytes
        The file.
    imported : Imported or None
        The set, if everything is right.
    problems : tuple of Problem
        Everything that is not.
    """

    name: str
    content: bytes = field(repr=False)
    imported: Imported | None = None
    problems: tuple[Problem, ...] = ()
    _marked: dict[str, bytes | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_workbook(self) -> bool:
        """Whether problems can be marked in a copy of the file."""
        return self.name.lower().endswith(".xlsx")

    def annotated(self, language: str) -> bytes | None:
        """Return a copy of the workbook with every problem at its cell; None for one that must not be opened."""
        if language not in self._marked:
            self._marked[language] = self._annotated(language)
        return self._marked[language]

    def _annotated(self, language: str) -> bytes | None:
        if not self.is_workbook:
            return None
        try:
            return annotate(self.content, self.problems, name=self.name, language=language, limits=LIMITS)
        except AssumptionError:
            return None


def read(content: bytes, name: str) -> Upload:
    """Read a file that was sent: whole or not at all, and by the reader of `poolcast import` alone."""
    try:
        return Upload(name, content, read_upload(content, name, limits=LIMITS))
    except AssumptionError as error:
        return Upload(name, content, problems=tuple(error.problems))


_TEMPLATES: BoundedCache[bytes] = BoundedCache(16, 16 * MIB, len)
_BOOKS: BoundedCache[bytes] = BoundedCache(8, 64 * MIB, len)


def template_bytes(regions: int, years: int, language: str, based_on: str = "china") -> bytes:
    """Return an empty workbook for new regions.

    Parameters
    ----------
    regions : int
        Up to `MOST_REGIONS`.
    years : int
        Years of accounts to enter, 1 to 5.
    language : {"en", "zh"}
        Which language comes first.
    based_on : str
        Set from which the rest is borrowed.
    """

    def make() -> bytes:
        with TemporaryDirectory(prefix="poolcast-") as folder:
            place = Path(folder) / "template.xlsx"
            write_template(place, regions=regions, years=years, language=language, based_on=based_on)
            return place.read_bytes()

    return _TEMPLATES.get((regions, years, language, based_on), make)


def workbook_bytes(
    base: LoadedSet, mine: LoadedSet, language: str, ending: str = ".xlsx", upload: Upload | None = None
) -> bytes:
    """Return the set of a reader as a file that reads back as the same set.

    Parameters
    ----------
    base : LoadedSet
        The set without changes.
    mine : LoadedSet
        The same set with them.
    language : {"en", "zh"}
        Which language comes first.
    ending : {".xlsx", ".zip"}
        Kind of file.
    upload : Upload, optional
        The file from which `base` was read, where it was uploaded.

    Raises
    ------
    AssumptionError
        Where the base is no longer there.
    """
    if not mine.edits and upload is not None and upload.name.lower().endswith(ending):
        return upload.content

    def make() -> bytes:
        with TemporaryDirectory(prefix="poolcast-") as scratch:
            folder = Path(scratch) / "set"
            _lay_out(base, folder, Path(scratch), upload)
            changed = tuple(dict.fromkeys(edit.parameter for edit in mine.edits))
            if changed:
                _write_changed(folder, mine.assumptions, changed)
            return export_bytes(folder, ending, language=language)

    return _BOOKS.get((base.digest, mine.digest, language, ending), make)


def _lay_out(base: LoadedSet, folder: Path, scratch: Path, upload: Upload | None) -> None:
    """Write the tables of a set into a folder of our own."""
    if upload is not None:
        sent = scratch / f"sent{Path(upload.name).suffix.lower()}"
        sent.write_bytes(upload.content)
        import_set(sent, folder, limits=LIMITS)
        return
    held = available_sets()[base.name]
    folder.mkdir()
    for path in (*table_files(held), held / "set.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())


def _write_changed(folder: Path, assumptions: Assumptions, names: Sequence[str]) -> None:
    """Take the values of changed parameters out of the tables, but for the history, and write them as one table."""
    first = assumptions.years[0]
    for path in table_files(folder):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            header, rows = list(reader.fieldnames or ()), list(reader)
        kept = [row for row in rows if row["parameter"] not in names or _is_history(row, first)]
        if len(kept) == len(rows):
            continue
        if not kept:
            path.unlink()
            continue
        _write(path, header, (list(row.values()) for row in kept))
    axes = [column for column in COLUMNS if any(column in PARAMETERS[name].dimensions for name in names)]
    header = ["parameter", *axes, "value", "unit", "evidence", "grade", "source", "note"]
    stem, number = _CHANGED_TABLE, 1
    while (folder / f"{stem}.csv").exists():  # a set that was changed, sent and changed again
        number += 1
        stem = f"{_CHANGED_TABLE}_{number}"
    _write(folder / f"{stem}.csv", header, (line for name in names for line in _lines(assumptions, name, axes)))


def _is_history(row: dict[str, str], first: int) -> bool:
    year = (row.get("year") or "").strip()
    return year.isdigit() and int(year) < first


def _lines(assumptions: Assumptions, name: str, axes: Sequence[str]) -> Iterator[list[str]]:
    parameter, array = PARAMETERS[name], assumptions[name]
    members = [[str(member) for member in assumptions.axis_members(axis)] for axis in parameter.dimensions]
    for position, place in zip(np.ndindex(array.shape), product(*members), strict=True):
        value = float(array[position])
        if math.isfinite(value):
            at = dict(zip(parameter.dimensions, place, strict=True))
            places = [at.get(axis, "") for axis in axes]
            yield [name, *places, repr(value), parameter.unit, "assumption", "", "", EDITED_SOURCE]


def _write(path: Path, header: Sequence[str], rows: Iterator[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
