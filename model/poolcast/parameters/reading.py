"""The reader: a folder of tables becomes `Assumptions`, or one error with every problem of the set."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from poolcast.parameters.assumptions import Array, Assumptions, Provenance, Source
from poolcast.parameters.consistency import contradictions
from poolcast.parameters.declaration import Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.filling import Block, Origins, assemble, carry_back, fill_parameter
from poolcast.parameters.location import display, find_set
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.needs import missing_values, sums_not_one
from poolcast.parameters.rows import Integers, SetRows, labels, place_shape
from poolcast.parameters.selectors import ALL
from poolcast.parameters.set_file import SetFile, is_fatal
from poolcast.parameters.set_folder import chain, read_origins, read_rows

if TYPE_CHECKING:
    import pandas as pd


def load_assumptions(name_or_folder: str | os.PathLike[str], *, to: int | None = None) -> Assumptions:
    """Read and check an assumption set.

    Parameters
    ----------
    name_or_folder : str or path
        Name of a set, its folder or its ``set.yaml``; see `poolcast.parameters.location`.
    to : int, optional
        Last year of the projection, up to the set's ``longest``; its ``last_year`` where not given.

    Returns
    -------
    Assumptions

    Raises
    ------
    AssumptionError
        With all problems of the set at once, each with file, line, column and remedy.

    Examples
    --------
    >>> assumptions = load_assumptions("china", to=2040)  # doctest: +SKIP
    >>> assumptions["revenue.employer_rate"].shape  # doctest: +SKIP
    (1, 18)
    """
    folder = find_set(name_or_folder)
    problems: list[Problem] = []
    origins = read_origins(folder, problems)
    if origins is None or any(is_fatal(problem) for problem in problems):
        raise AssumptionError(problems)
    set_file = origins.rows.set_file
    last_year = _last_year(set_file, to, problems)
    assumptions, files = _build(origins, last_year)
    sets = chain(origins)
    if all(one.rows.complete for one in sets):
        doubtful = {name for one in sets for name in one.rows.doubtful}
        problems += missing_values(assumptions, files, doubtful)
        problems += sums_not_one(assumptions, files, doubtful)
        problems += contradictions(assumptions, files, doubtful)
    if problems:
        raise AssumptionError(problems)
    return assumptions


def load_observations(name_or_folder: str | os.PathLike[str], parameter: str) -> pd.DataFrame:
    """Return every value that the tables of a set give for a parameter, history included, as it was written.

    Nothing is filled, inherited or cut to the years of the projection; the set it is based on is not asked.

    Parameters
    ----------
    name_or_folder : str or path
        The set.
    parameter : str
        Dotted name.

    Returns
    -------
    DataFrame
        One row a cell: the axes of the parameter (``region`` may be a parent or ``all``), ``value``, ``unit``,
        ``evidence``, ``grade``, ``source``, ``note``, ``file`` and ``line``; sorted by the axes.
    """
    import pandas as pd

    if parameter not in PARAMETERS:
        remedy = did_you_mean(parameter, PARAMETERS) or "See `poolcast list parameters`."
        raise AssumptionError(Problem("parameter", f"unknown '{parameter}'", "a declared parameter", remedy))
    problems: list[Problem] = []
    rows = read_rows(find_set(name_or_folder), problems)
    if rows is None or problems:
        raise AssumptionError(problems)
    declared = PARAMETERS[parameter]
    texts = ("unit", "evidence", "grade", "source", "note")
    cells = rows.cells.get(parameter)
    if cells is None:
        return pd.DataFrame(columns=[*declared.dimensions, "value", *texts, "file", "line"])
    frame: dict[str, object] = {axis: labels(axis, declared, cells, rows.set_file) for axis in declared.dimensions}
    frame["value"] = cells.value
    numbers = cells.row.tolist()
    for text in texts:
        frame[text] = [rows.word(row, text) for row in numbers]
    frame["file"], frame["line"] = zip(*(rows.place(row) for row in numbers), strict=True)
    columns = [cells.level, cells.year, cells.place]
    return pd.DataFrame(frame).iloc[np.lexsort(columns[::-1])].reset_index(drop=True)


def _last_year(set_file: SetFile, to: int | None, problems: list[Problem]) -> int:
    """Return the last year of the projection."""
    if to is None:
        return set_file.last_year
    first = set_file.base_year + 1
    if first <= to <= set_file.longest:
        return to
    remedy = (
        f"The tables of '{set_file.name}' reach {set_file.longest}: extend them and raise 'longest' in {set_file.file}."
    )
    if to < first:
        remedy = f"The projection of '{set_file.name}' starts after its base year {set_file.base_year}."
    problems.append(Problem("--to", str(to), f"a year from {first} to {set_file.longest}", remedy, kind="--to"))
    return set_file.last_year


def _build(origins: Origins, last_year: int) -> tuple[Assumptions, dict[str, str]]:
    """Make the set in memory, and say in which file each parameter stands."""
    set_file = origins.rows.set_file
    years = np.arange(set_file.base_year - 2, last_year + 1, dtype=np.intp)
    codes = [region.code for region in set_file.regions]
    values: dict[str, Array] = {}
    provenance: dict[str, tuple[Provenance, ...]] = {}
    files: dict[str, str] = {}
    for parameter in PARAMETERS.values():
        found = [origins.block(parameter, code) for code in (codes if "region" in parameter.dimensions else [ALL])]
        cells = origins.rows.cells.get(parameter.name)
        files[parameter.name] = (
            display(Path(set_file.file).parent) if cells is None else origins.rows.place(int(cells.row[0]))[0]
        )
        if not any(found):
            continue
        filled = {}
        for block in found:
            if block is not None and id(block.origin) not in filled:
                late = block.borrowed and block.origin.set_file.base_year > set_file.base_year
                filled[id(block.origin)] = _fill(parameter, block.origin, years, late)
        values[parameter.name] = _frozen(parameter, assemble(parameter, found, years, filled))
        provenance[parameter.name] = tuple(_provenance(parameter, found, codes, int(years[0])))
    assumptions = Assumptions(
        set_file.name,
        set_file.title,
        set_file.description,
        set_file.base_year,
        last_year,
        set_file.regions,
        set_file.parents,
        set_file.ledgers,
        set_file.options,
        values,
        provenance,
        _sources(origins),
        set_file.synthetic,
        set_file.pools,
    )
    return assumptions, files


def _fill(parameter: Parameter, rows: SetRows, years: Integers, late: bool) -> Array:
    """Fill the years of a parameter; a set below that begins later lends its first value for the years before."""
    set_file = rows.set_file
    size = int(np.prod(place_shape(parameter, len(set_file.regions)), dtype=np.intp))
    filled = fill_parameter(parameter, rows.cells[parameter.name], len(set_file.levels), size, years)
    return carry_back(filled) if late and parameter.is_dated and parameter.layer != "accounts" else filled


def _frozen(parameter: Parameter, array: Array) -> Array:
    """Nobody moves to the region where he lives; and nobody writes into a set."""
    if "destination" in parameter.dimensions:
        own = np.arange(array.shape[0])
        array[own, own] = 0.0
    array.flags.writeable = False
    return array


def _provenance(
    parameter: Parameter, blocks: Sequence[Block | None], codes: Sequence[str], first_year: int
) -> list[Provenance]:
    """Return the distinct evidence, grade and source of each region; of ``all`` where one block serves every region."""
    held = [(code, block) for code, block in zip(codes, blocks, strict=False) if block is not None]
    entries: dict[tuple[int, str], list[tuple[str, str, str, str, int]]] = {}
    for _, block in held:
        key = (id(block.origin), block.level)
        if key not in entries:
            entries[key] = _evidence(parameter, block, first_year)
    if len(entries) == 1 and len(held) == len(blocks) and next(iter(entries))[1] == ALL:
        held = [(ALL, held[0][1])]
    return [Provenance(code, *entry) for code, block in held for entry in entries[id(block.origin), block.level]]


def _evidence(parameter: Parameter, block: Block, first_year: int) -> list[tuple[str, str, str, str, int]]:
    """Return what `Provenance` says of the rows of a block that reach the years in memory."""
    rows, cells = block.origin, block.origin.cells[parameter.name]
    here = cells.level == rows.set_file.levels[block.level]
    place, years = cells.place[here], cells.year[here]
    latest = np.full(int(place.max()) + 1, first_year if parameter.layer == "accounts" else 0)
    early = years <= first_year
    np.maximum.at(latest, place[early], years[early])
    numbers, triples = rows.evidence
    used = numbers[cells.row[here][years >= latest[place]]]
    found = [triples[number] for number in dict.fromkeys(used.tolist())]
    if not block.borrowed:
        return [(*words, "", 0) for words in found]
    name = rows.set_file.name
    base_year = first_year + 2
    back = 0
    if parameter.is_dated and parameter.layer != "accounts" and rows.set_file.base_year > base_year:
        given = int(years.min())
        back = given if given > base_year + parameter.first_year else 0
    return list(dict.fromkeys(("borrowed", grade, _below(name, source), name, back) for _, grade, source in found))


def _below(name: str, source: str) -> str:
    """Return source keys of a set below: with its name before each."""
    return ";".join(f"{name}:{key.strip()}" for key in source.split(";") if key.strip())


def _sources(origins: Origins) -> dict[str, Source]:
    """Return the cited documents; those of a set below carry its name before their key."""
    sources = dict(origins.rows.set_file.sources)
    for below in chain(origins)[1:]:
        name = below.rows.set_file.name
        for key, source in below.rows.set_file.sources.items():
            sources[f"{name}:{key}"] = Source(
                f"{name}:{key}", source.title, source.publisher, source.year, source.address, source.grade, source.note
            )
    return sources
