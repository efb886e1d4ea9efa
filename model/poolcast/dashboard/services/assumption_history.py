"""What the tables of a set give for the years before its projection, for the chart beside a parameter."""

from __future__ import annotations

from collections.abc import Sequence

from poolcast.dashboard.services.assumption_rows import Row
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.parameters.errors import Problem
from poolcast.parameters.location import SET_FILE, available_sets
from poolcast.parameters.rows import SetRows, labels
from poolcast.parameters.set_folder import read_rows

_TABLES: BoundedCache[SetRows | None] = BoundedCache(4, 2**28, lambda _: 2**25)
_OBSERVED: BoundedCache[dict[int, float]] = BoundedCache(500, 2**22, lambda found: 100 + 48 * len(found))


def observed(loaded: LoadedSet, row: Row) -> dict[int, float]:
    """Return the values of a row by year up to the base year: as the tables print them, else as the set holds them.

    Parameters
    ----------
    loaded : LoadedSet
        The set without the reader's changes.
    row : Row
        A row with years.
    """
    if not row.path:
        return {}
    return _OBSERVED.get((loaded.digest, row.parameter, row.region, row.where), lambda: _observed(loaded, row))


def _observed(loaded: LoadedSet, row: Row) -> dict[int, float]:
    assumptions = loaded.assumptions
    held = assumptions[row.parameter]
    wanted = {axis: members.split("|")[0] for axis, members in row.where} | (
        {"region": row.region} if row.region else {}
    )
    found: dict[int, float] = {}
    place: list[int | slice] = []
    for axis in row.declared.dimensions:
        members = [str(member) for member in assumptions.axis_members(axis)]
        place.append(slice(None) if axis == "year" else members.index(wanted[axis]) if axis in wanted else 0)
    for year, value in zip(assumptions.years, held[tuple(place)].tolist(), strict=True):
        if year <= assumptions.base_year and value == value:
            found[year] = float(value)
    if loaded.is_named:
        parents = {region.code: region.parent for region in (*assumptions.regions, *assumptions.parents)}
        levels = ["all", *(code for code in (parents.get(row.region), row.region) if code)]
        found |= _printed(loaded, row, wanted, levels)
    return dict(sorted(found.items()))


def _printed(loaded: LoadedSet, row: Row, wanted: dict[str, str], levels: Sequence[str]) -> dict[int, float]:
    """Return what the tables print for the years up to the base year; the nearest level of region wins."""
    rows = _tables(loaded.name)
    cells = None if rows is None else rows.cells.get(row.parameter)
    if rows is None or cells is None or cells.value.size > 50_000:
        return {}
    axes = {axis: labels(axis, row.declared, cells, rows.set_file) for axis in row.declared.dimensions}
    found: dict[int, tuple[int, float]] = {}
    for number, value in enumerate(cells.value.tolist()):
        year = int(axes["year"][number])
        code = str(axes["region"][number]) if "region" in axes else "all"
        fits = all(str(axes[axis][number]) == member for axis, member in wanted.items() if axis != "region")
        if year > loaded.base_year or code not in levels or not fits:
            continue
        level = levels.index(code)
        if year not in found or found[year][0] <= level:
            found[year] = (level, float(value))
    return {year: value for year, (_, value) in found.items()}


def _tables(name: str) -> SetRows | None:
    folder = available_sets().get(name)
    if folder is None:
        return None
    problems: list[Problem] = []
    return _TABLES.get((str(folder), (folder / SET_FILE).stat().st_mtime_ns), lambda: read_rows(folder, problems))
