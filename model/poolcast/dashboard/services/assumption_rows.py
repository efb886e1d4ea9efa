"""The parameters of a set as rows of a grid: cells that hold the same are one row, a path of years its turning points.

A parameter may hold a hundred thousand cells. What a reader can see and change is what its tables gave: one value for
several statuses, a growth rate of 2026, 2035 and 2050 with straight lines between. A row therefore stands for a
rectangle of members and one turning point of its path. A curve over ages, or what has too many rows, is one row that
scales it as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.dashboard.services.assumption_paths import SAME, moves_in_steps, turning_points
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.parameters.assumptions import Array
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import UNITS, Parameter, Words
from poolcast.parameters.declarations import PARAMETERS

MOST_ROWS = 24
"""A parameter of more rows than this is scaled as a whole."""
MOST_TURNS = 6
_THINNED = (0, 1, 5, 10, 20)
"""Years after the first one that stand for a path with more turning points than `MOST_TURNS`."""
_GROWS_FROM_BASE = (
    "economy.average_wage",
    "economy.gross_domestic_product",
    "economy.disposable_income",
    "economy.average_pension",
)
"""Levels of which the projection reads the base year alone: afterwards they grow at rates of their own."""
Kind = Literal["value", "scale", "absent"]

SECTIONS: dict[str, tuple[str, ...]] = {
    "people": ("population", "health"),
    "coverage": ("coverage", "retirement"),
    "economy": ("economy",),
    "financing": ("revenue", "resident", "holiday"),
    "use": ("utilisation", "behaviour", "outbreak"),
    "cost": ("cost", "price_trigger", "procurement"),
    "basic": ("benefits", "inpatient", "outpatient", "chronic", "dual_channel", "maternity"),
    "further": ("critical_illness", "assistance", "large_amount", "civil_service", "long_term_care"),
    "payment": ("payment", "capitation", "provider_budget", "settlement", "prepayment"),
    "funds": ("ledger", "account", "backstop", "adjustment", "common_pool"),
    "chance": ("uncertainty",),
    "budget": ("phasing", "warning"),
    "accounts": ("accounts", "calibration", "opening"),
}
"""Groups of parameters under each heading of the page, in the order in which a planner asks for them."""

_PLANNERS: dict[str, tuple[float, Words]] = {
    "fraction": (100.0, Words("%", "%")),
    "rate_per_year": (100.0, Words("% a year", "%/年")),
    "yuan": (1e-8, Words("100m yuan", "亿元")),
    "persons": (1e-4, Words("10k persons", "万人")),
}
_SHORT: dict[str, Words] = {
    "yuan_per_person_year": Words("yuan/person", "元/人·年"),
    "services_per_person_year": Words("per person", "次/人·年"),
    "births_per_woman_year": Words("per woman", "个/妇女·年"),
    "yuan_per_service": Words("yuan each", "元/次"),
}
SCALE_UNIT = Words("scale, %", "倍率 %")


@dataclass(frozen=True)
class Row:
    """What a reader sees and changes in one line.

    Parameters
    ----------
    parameter : str
        Dotted name.
    kind : {"value", "scale", "absent"}
        A value; a curve that is scaled as a whole; or a parameter that the set does not hold.
    value : float
        Value in the declared unit; 1 of a curve; NaN of what is absent.
    where : tuple of (axis, members)
        As in a table cell; every member of an axis that is not named.
    region : str
        Code of the region, empty where the parameter has none.
    year, until : int or None
        The turning point and the last year to which its value holds unchanged; None of what has no years.
    before, after : int or None
        The turning points before and after it, between which a change fades out.
    path : tuple of (year, value)
        The whole path of which it is a turning point.
    """

    parameter: str
    kind: Kind
    value: float
    where: tuple[tuple[str, str], ...] = ()
    region: str = ""
    year: int | None = None
    until: int | None = None
    before: int | None = None
    after: int | None = None
    path: tuple[tuple[int, float], ...] = field(default=(), repr=False)

    @cached_property
    def key(self) -> str:
        """What tells the row from all others of a set."""
        words = ",".join(f"{axis}={members}" for axis, members in self.where)
        return f"{self.parameter};{self.region};{words};{'' if self.year is None else self.year}"

    @property
    def declared(self) -> Parameter:
        """The declaration of the parameter."""
        found: Parameter = PARAMETERS[self.parameter]
        return found

    @property
    def factor(self) -> float:
        """What a stored value is multiplied by to be shown in planners' units."""
        return 100.0 if self.kind == "scale" else factor_of(self.declared)

    @property
    def unit(self) -> Words:
        """Unit in which the value is shown."""
        return SCALE_UNIT if self.kind == "scale" else unit_of(self.declared)

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value in the declared unit; of a curve, of what it is scaled by."""
        if self.kind == "scale":
            return 0.0, 10.0
        return self.declared.minimum, self.declared.maximum

    def shown(self, value: float) -> float:
        """Return a stored value in planners' units, without the dust of the multiplication."""
        return float(f"{value * self.factor:.10g}")

    def stored(self, shown: float) -> float:
        """Return a value in planners' units as it is stored."""
        return float(f"{shown / self.factor:.12g}")

    def place_words(self, language: str) -> str:
        """Return the members and the years in words; empty where the row holds for all of them."""
        parts = [member_words(axis, members, language) for axis, members in self.where]
        if self.year is not None and (self.before is not None or self.after is not None):
            if self.until is None or self.until == self.year:
                parts.append(str(self.year))
            elif self.after is None:
                parts.append(f"{self.year} 年起" if language == "zh" else f"from {self.year}")
            else:
                parts.append(f"{self.year}–{self.until}")
        return " · ".join(parts)


def factor_of(parameter: Parameter) -> float:
    """Return what a stored value is multiplied by to be shown: 100 of fractions."""
    return _PLANNERS.get(parameter.unit, (1.0, None))[0]


def unit_of(parameter: Parameter) -> Words:
    """Return the unit in which values of a parameter are shown."""
    if parameter.unit in _PLANNERS:
        return _PLANNERS[parameter.unit][1]
    return _SHORT.get(parameter.unit) or Words(*UNITS[parameter.unit])


def member_words(axis: str, members: str, language: str) -> str:
    """Return members of an axis in words, ``active|flexible`` as they stand in a table."""
    known = AXES[axis]
    if axis == "age":
        return f"{members} 岁" if language == "zh" else f"age {members}"
    words = [known.member_labels_zh.get(member, member) for member in members.split("|")]
    if language != "zh":
        words = [member.replace("_", " ") for member in members.split("|")]
    return ("、" if language == "zh" else ", ").join(words)


_ROWS: BoundedCache[tuple[Row, ...]] = BoundedCache(
    2_000, 64 * 2**20, lambda rows: 400 + sum(300 + 64 * len(row.path) for row in rows)
)


def rows_of(loaded: LoadedSet, name: str, region: str) -> tuple[Row, ...]:
    """Return the rows of a parameter in a region.

    Parameters
    ----------
    loaded : LoadedSet
        The set without the reader's changes.
    name : str
        Dotted name.
    region : str
        Code of a projected region.
    """
    return _ROWS.get((loaded.digest, name, region), lambda: _rows(loaded, PARAMETERS[name], region))


def section_rows(loaded: LoadedSet, section: str, region: str) -> tuple[Row, ...]:
    """Return the rows of every parameter under a heading; those that the set does not hold come last."""
    rows = [row for name in section_parameters(section) for row in rows_of(loaded, name, region)]
    return tuple(sorted(rows, key=lambda row: row.kind == "absent"))


def section_parameters(section: str) -> tuple[str, ...]:
    """Return the parameters under a heading in the order of their groups."""
    order = {group: number for number, group in enumerate(SECTIONS[section])}
    chosen = [name for name, parameter in PARAMETERS.items() if parameter.group in order]
    return tuple(sorted(chosen, key=lambda name: order[PARAMETERS[name].group]))


def section_of(name: str) -> str:
    """Return the heading under which a parameter stands."""
    group = PARAMETERS[name].group
    return next(section for section, groups in SECTIONS.items() if group in groups)


def _rows(loaded: LoadedSet, parameter: Parameter, region: str) -> tuple[Row, ...]:
    held = loaded.assumptions
    whole = held.values.get(parameter.name)
    if whole is None or not np.isfinite(whole).any():
        return (Row(parameter.name, "absent", math.nan),)
    dimensions = list(parameter.dimensions)
    array: Array = whole
    code = ""
    if "region" in dimensions:
        code = region
        array = np.take(array, held.region_codes.index(region), axis=dimensions.index("region"))
        dimensions.remove("region")
    years: tuple[int, ...] = ()
    if "year" in dimensions:
        array = np.moveaxis(array, dimensions.index("year"), -1)
        dimensions.remove("year")
        years, array = _years_of(parameter, held.years, array, held.base_year)
    else:
        array = array[..., None]
    if not np.isfinite(array).any():
        return (Row(parameter.name, "absent", math.nan),)
    members = [tuple(str(member) for member in held.axis_members(axis)) for axis in dimensions]
    found: list[Row] = []
    for where, path in _rectangles(array, dimensions, members):
        found += _turns(parameter, where, code, path, years)
        if len(found) > MOST_ROWS:
            return _scaled(parameter, code, array, dimensions, members)
    return tuple(found)


def _years_of(parameter: Parameter, years: Sequence[int], array: Array, base: int) -> tuple[tuple[int, ...], Array]:
    """Return the years of the projection; where there is nothing in them, as of accounts, those up to the base year."""
    later = np.asarray([year > base for year in years])
    chosen = later if np.isfinite(array[..., later]).any() else ~later
    if parameter.name in _GROWS_FROM_BASE:
        chosen = np.asarray([year == base for year in years])
    return tuple(year for year, take in zip(years, chosen.tolist(), strict=True) if take), array[..., chosen]


def _rectangles(
    array: Array, axes: Sequence[str], members: Sequence[tuple[str, ...]]
) -> Iterator[tuple[tuple[tuple[str, str], ...], NDArray[np.float64]]]:
    """Yield rectangles of members that share one path, and the path; members without values are left out."""
    if not axes:
        if np.isfinite(array).any():
            yield (), array
        return
    alike: dict[bytes, list[int]] = {}
    for position in range(array.shape[0]):
        if np.isfinite(array[position]).any():
            alike.setdefault(array[position].tobytes(), []).append(position)
    for positions in alike.values():
        is_all = len(positions) == array.shape[0]
        words = _ages(positions) if axes[0] == "age" else "|".join(members[0][one] for one in positions)
        for where, path in _rectangles(array[positions[0]], axes[1:], members[1:]):
            yield (where if is_all else ((axes[0], words), *where)), path


def _ages(positions: Sequence[int]) -> str:
    """Return ages as a table writes them: runs joined by a bar."""
    runs: list[list[int]] = []
    for age in positions:
        if runs and runs[-1][1] == age - 1:
            runs[-1][1] = age
        else:
            runs.append([age, age])
    last = len(AXES["age"].members) - 1
    return "|".join(
        f"{first}+" if end == last and first < last else f"{first}-{end}" if end > first else str(first)
        for first, end in runs
    )


def _scaled(
    parameter: Parameter, code: str, array: Array, axes: Sequence[str], members: Sequence[tuple[str, ...]]
) -> tuple[Row, ...]:
    """Return rows that scale: one for each member of a small first axis, or one for the whole."""
    if axes and axes[0] not in ("age", "destination") and 1 < array.shape[0] <= MOST_ROWS // 2:
        held = [one for number, one in enumerate(members[0]) if np.isfinite(array[number]).any()]
        return tuple(Row(parameter.name, "scale", 1.0, ((axes[0], one),), code) for one in held)
    return (Row(parameter.name, "scale", 1.0, (), code),)


def _turns(
    parameter: Parameter, where: tuple[tuple[str, str], ...], code: str, path: Array, years: Sequence[int]
) -> list[Row]:
    """Return a row for each turning point of a path."""
    if not years:
        return [Row(parameter.name, "value", float(path[0]), where, code)]
    known = [(year, float(value)) for year, value in zip(years, path.tolist(), strict=True) if math.isfinite(value)]
    points = turning_points([value for _, value in known], step=moves_in_steps(parameter))
    if len(points) > MOST_TURNS:
        points = [point for point in (*_THINNED, len(known) - 1) if point < len(known)]
    rows = []
    for place, point in enumerate(points):
        year, value = known[point]
        end = point
        while end + 1 < len(known) and abs(known[end + 1][1] - value) <= SAME * max(1.0, abs(value)):
            end += 1
        before = known[points[place - 1]][0] if place else None
        after = known[points[place + 1]][0] if place + 1 < len(points) else None
        rows.append(Row(parameter.name, "value", value, where, code, year, known[end][0], before, after, tuple(known)))
    return rows
