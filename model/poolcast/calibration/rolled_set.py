"""Writing a rolled set: the tables of the old one with what changed in a table of its own, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions, Source
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.filling import Origins
from poolcast.parameters.location import SET_FILE
from poolcast.parameters.partial_folders import new_partial_folder
from poolcast.parameters.rows import place_shape
from poolcast.parameters.set_folder import read_origins
from poolcast.parameters.tables import table_files

Array = NDArray[np.float64]
Texts = tuple[str, str, str, str]
"""Evidence, grade, source and note of a row."""

TextsOf = Callable[[str, int | None, tuple[int, ...]], Texts]
"""From parameter, year and position on the other axes (region first) to the texts of the row."""

_LAST_COLUMNS = ("value", "unit", "evidence", "grade", "source", "note")
HEADER = ("parameter", *AXES, *_LAST_COLUMNS)
_MARK = {"en": " — rolled: ", "zh": " — 结转:"}


def changed_parameters(before: Assumptions, after: Assumptions) -> tuple[str, ...]:
    """Return the parameters whose values differ between two sets of the same years, in the order of declarations."""
    return tuple(
        name
        for name in PARAMETERS
        if name in after and not (name in before and np.array_equal(before[name], after[name], equal_nan=True))
    )


def write_rolled_tables(folder: Path, source: Path, after: Assumptions, changed: Sequence[str], texts: TextsOf) -> None:
    """Write the tables of a rolled set.

    Rows of parameters that did not change are copied as they stand. Of the others, years before the new base year stay
    as history, what was given from it on or without a year makes way for a table of its own.

    Parameters
    ----------
    folder, source : Path
        Where to write; the set that is rolled.
    after : Assumptions
        The rolled set.
    changed : sequence of str
        Parameters that changed.
    texts : callable
        Texts of the new rows.
    """
    problems: list[Problem] = []
    origins = read_origins(source, problems)
    if origins is None or problems:
        raise AssumptionError(problems)
    dropped = frozenset(changed)
    for path in table_files(source):
        _copy_kept(path, folder / path.name, dropped, after.base_year)
    rows = [list(HEADER)]
    rows += [row for name in changed for row in _rows(PARAMETERS[name], after, origins, texts)]
    name = f"rolled_{after.base_year}.csv"
    if (source / name).exists():
        name = f"rolled_{after.base_year}_again.csv"
    _write(folder / name, rows)


def _copy_kept(path: Path, target: Path, dropped: frozenset[str], base_year: int) -> None:
    records = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    header = [name.strip() for name in records[0]]
    parameter, year = header.index("parameter"), header.index("year") if "year" in header else None

    def stays(record: list[str]) -> bool:
        if not any(record) or record[parameter].strip() not in dropped:
            return any(record)
        given = "" if year is None else record[year].strip()
        return given.isdigit() and int(given) < base_year

    kept = [record for record in records[1:] if stays(record)]
    if kept:
        _write(target, [records[0], *kept])


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode())


def _rows(parameter: Parameter, after: Assumptions, origins: Origins, texts: TextsOf) -> Iterator[list[str]]:
    """Yield the new rows of a parameter that changed."""
    values = after[parameter.name]
    if parameter.is_dated:
        values = np.moveaxis(values, parameter.dimensions.index("year"), 1 if _by_region(parameter) else 0)
    codes: Sequence[str | None] = after.region_codes if _by_region(parameter) else (None,)
    for number, code in enumerate(codes):
        block = values[number] if code is not None else values
        given = _given_years(parameter, origins, code)
        if not parameter.is_dated:
            yield from _block(parameter, after, block, number, code, None, texts)
            continue
        for year in _years(parameter, after, block):
            missing = np.ones(block.shape[1:], dtype=bool) if year not in given else ~given[year]
            now = np.where(missing, block[after.year_position(year)], np.nan)
            yield from _block(parameter, after, now, number, code, year, texts)


def _by_region(parameter: Parameter) -> bool:
    return "region" in parameter.dimensions


def _given_years(parameter: Parameter, origins: Origins, code: str | None) -> dict[int, NDArray[np.bool_]]:
    """Return which cells the tables give for a region itself in each year before; these rows stay."""
    cells = origins.rows.cells.get(parameter.name)
    if cells is None or not parameter.is_dated:
        return {}
    set_file = origins.rows.set_file
    shape = place_shape(parameter, len(set_file.regions))
    level = set_file.levels[code] if code is not None else len(set_file.levels) - 1
    result: dict[int, NDArray[np.bool_]] = {}
    for year, place in zip(
        cells.year[cells.level == level].tolist(), cells.place[cells.level == level].tolist(), strict=True
    ):
        if year <= set_file.base_year:
            mask = result.setdefault(year, np.zeros(shape, dtype=bool))
            mask.flat[place] = True
    return result


def _years(parameter: Parameter, after: Assumptions, block: Array) -> list[int]:
    """Years to write: the two before the base year, it, and later ones as far as they are not filled anyway."""
    base = after.base_year
    if parameter.layer == "accounts":
        return [base]
    first = after.year_position(base)
    moves = [
        bool((~((block[at] == block[at - 1]) | (np.isnan(block[at]) & np.isnan(block[at - 1])))).any())
        for at in range(first + 1, block.shape[0])
    ]
    last = max((number + 1 for number, move in enumerate(moves) if move), default=0)
    if parameter.beyond == "grow" and last:
        last = len(moves)
    later = list(range(1, last + 1))
    if parameter.between == "step":
        later = [number for number in later if moves[number - 1]]
    return [base - 2, base - 1, base, *(base + number for number in later)]


def _block(
    parameter: Parameter,
    after: Assumptions,
    block: Array,
    region: int,
    code: str | None,
    year: int | None,
    texts: TextsOf,
) -> Iterator[list[str]]:
    """Yield the rows of one region and year, equal neighbours of age joined."""
    axes = [axis for axis in parameter.dimensions if axis not in ("region", "year")]
    by_age = bool(axes) and axes[-1] == "age"
    for position in np.ndindex(block.shape[:-1] if by_age else block.shape):
        cells = {axis: str(after.axis_members(axis)[at]) for axis, at in zip(axes, position, strict=False)}
        cells |= {"region": code} if code is not None else {}
        cells |= {"year": str(year)} if year is not None else {}
        place = (region, *position) if code is not None else position
        if not by_age:
            if np.isfinite(block[position]):
                yield _row(parameter, cells, float(block[position]), texts(parameter.name, year, place))
            continue
        line = block[position]
        for start, end in _spans(line):
            if np.isfinite(line[start]):
                ages = {"age": str(start) if end == start else f"{start}-{end}"}
                yield _row(parameter, cells | ages, float(line[start]), texts(parameter.name, year, (*place, start)))


def _spans(line: Array) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(~((line[1:] == line[:-1]) | (np.isnan(line[1:]) & np.isnan(line[:-1])))).tolist()
    yield from zip([0, *(edge + 1 for edge in edges)], [*edges, len(line) - 1], strict=True)


def _row(parameter: Parameter, cells: Mapping[str, str], value: float, texts: Texts) -> list[str]:
    number = np.format_float_positional(value, unique=True, trim="-") if value else "0"
    row = {**cells, "parameter": parameter.name, "value": number, "unit": parameter.unit}
    row |= dict(zip(("evidence", "grade", "source", "note"), texts, strict=True))
    return [row.get(column, "") for column in HEADER]


def write_rolled_set_file(
    folder: Path,
    source: Path,
    name: str,
    base_year: int,
    rolled_from: Mapping[str, object],
    words: Mapping[str, str],
    sources: Sequence[Source],
) -> None:
    """Write ``set.yaml``: that of the old set with another name and base year, and from what it was rolled."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.allow_unicode = True
    content = yaml.load((source / SET_FILE).read_text(encoding="utf-8-sig"))
    content.yaml_set_start_comment("Written by poolcast roll; see rolled_from.")
    content["name"], content["base_year"] = name, base_year
    for language in ("en", "zh"):
        for key in ("title", "description"):
            content[key][language] = str(content[key][language]).split(_MARK[language])[0].rstrip()
        content["title"][language] += f"{_MARK[language]}{base_year}"
        content["description"][language] += f"{_MARK[language]}{words[language]}"
    content["rolled_from"] = dict(rolled_from)
    if content["sources"] is None:
        content["sources"] = {}
    for document in sources:
        texts = {key: getattr(document, key) for key in ("title", "publisher", "year", "address", "grade", "note")}
        content["sources"][document.key] = {key: text for key, text in texts.items() if text}
    with (folder / SET_FILE).open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(content, file)


def valid_name(folder: Path) -> str:
    """Return a name for a set that lies in a folder."""
    return re.sub(r"[^\w.+-]+", "_", folder.name).strip(".") or "rolled"


@contextmanager
def whole_set(place: Path) -> Iterator[Path]:
    """Give a folder beside the place; rename it into place at the end, or remove it when anything fails."""
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        remedy = "Name a new folder; a set is never overwritten."
        raise AssumptionError(Problem("--to", f"'{place}', which is there already", "a new or empty folder", remedy))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = new_partial_folder(place.parent)
    except OSError as error:
        remedy = "Name a folder in which you may write."
        raise AssumptionError(Problem("--to", f"{place}: {error.strerror}", "a writable place", remedy)) from error
    try:
        yield partial
        if place.is_dir():
            place.rmdir()  # empty, as was checked; a rename onto it fails on Windows
        os.replace(partial, place)
    except OSError as error:
        remedy = "Mend that, or name another folder."
        raise AssumptionError(Problem("--to", f"{place}: {error}", "a writable place with room", remedy)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
