"""What a reader changes on the page of assumptions: kept beside the set, checked, and turned into a set of his own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from poolcast.dashboard.services.assumption_paths import changed_path, edits_of
from poolcast.dashboard.services.assumption_rows import (
    SECTIONS,
    Row,
    rows_of,
    section_of,
    section_parameters,
    section_rows,
)
from poolcast.dashboard.services.projections import projected, series
from poolcast.dashboard.services.sets import MINE, LoadedSet, edited_set
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.scenarios.scenario import BASELINE

if TYPE_CHECKING:
    import pandas as pd

_WEAK_GRADES = ("C+", "C", "D")
_WEAK = ("assumption", "source_unverified", "synthetic")


@dataclass(frozen=True)
class Changes:
    """Changes of one reader against a set.

    Parameters
    ----------
    base : LoadedSet
        The set as it was shipped or uploaded.
    short : Words
        Its short title.
    values : mapping of key to (Row, value)
        New values by key of row, in the declared unit.
    placed : LoadedSet or None
        The set that the session works with because of them; None without any.
    pending : tuple of Problem
        Why the last changes do not hold yet.
    """

    base: LoadedSet
    short: Words
    values: Mapping[str, tuple[Row, float]] = field(default_factory=dict)
    placed: LoadedSet | None = None
    pending: tuple[Problem, ...] = ()

    @property
    def mine(self) -> LoadedSet:
        """The set with the changes that hold."""
        return self.base if self.placed is None else self.placed

    @property
    def parameters(self) -> tuple[str, ...]:
        """Parameters that are changed, each once."""
        return tuple(dict.fromkeys(row.parameter for row, _ in self.values.values()))

    def value_of(self, row: Row) -> float:
        """Return the value of a row with the changes."""
        found = self.values.get(row.key)
        return row.value if found is None else found[1]

    def with_value(self, row: Row, value: float) -> Changes:
        """Return the changes with another value of a row; its own value takes the change back.

        Where the set would contradict itself (shares that do not add to one), the change waits for the ones that
        mend it: the session goes on with the last set that holds, and `pending` says what is missing.
        """
        values = {key: held for key, held in self.values.items() if key != row.key}
        if not math.isclose(value, row.value, rel_tol=1e-12, abs_tol=1e-15):
            values[row.key] = (row, value)
        return self._with(values)

    def without(self, parameter: str) -> Changes:
        """Return the changes without those of a parameter."""
        return self._with({key: held for key, held in self.values.items() if held[0].parameter != parameter})

    def _with(self, values: Mapping[str, tuple[Row, float]]) -> Changes:
        if not values:
            return Changes(self.base, self.short, placed=None if self.base.is_named else self.base)
        try:
            made = edited_set(self.base, edits_of(values))
        except AssumptionError as error:
            return replace(self, values=values, pending=tuple(error.problems))
        title = Words(MINE.en.format(title=self.short.en), MINE.zh.format(title=self.short.zh))
        return Changes(self.base, self.short, values, replace(made, title=title))

    def alone(self, parameter: str) -> LoadedSet:
        """Return the set with the changes of one parameter only; the shipped one where they do not hold alone."""
        chosen = {key: held for key, held in self.values.items() if held[0].parameter == parameter}
        try:
            return edited_set(self.base, edits_of(chosen))
        except AssumptionError:
            return self.base


def fault_of(row: Row, value: float | None) -> Problem | None:
    """Return what is wrong with a new value of a row: nothing given, not held, out of bounds, not whole.

    Parameters
    ----------
    row : Row
    value : float or None
        In the declared unit, or what a curve is scaled by.
    """
    low, high = row.bounds
    bounds = f"{row.shown(low):,.6g} – {row.shown(high):,.6g}"
    name = row.declared.label

    def refuse(english: tuple[str, str, str], chinese: tuple[str, str, str]) -> Problem:
        return Problem(row.parameter, *english, column="value", zh=chinese)

    if row.kind == "absent":
        return refuse(
            (f"a value of {name.en}", "a parameter that this set holds", "Give it in the workbook of the set."),
            (f"{name.zh} 的数值", "本集已有的参数", "请在工作簿中给出该参数后上传。"),
        )
    if value is None or not math.isfinite(value):
        return refuse(
            (f"no value of {name.en}", f"{bounds} ({row.unit.en})", "Write a number, or restore the shipped value."),
            (f"{name.zh} 未填写", f"{bounds}（{row.unit.zh}）", "请填写数字，或恢复随附值。"),
        )
    shown = f"{row.shown(value):,.6g}"
    if not low <= value <= high:
        return refuse(
            (f"{shown} for {name.en}", f"{bounds} ({row.unit.en})", "Check the value and its unit."),
            (f"{name.zh} = {shown}", f"{bounds}（{row.unit.zh}）", "请核对数值和单位。"),
        )
    if row.kind == "value" and row.declared.integer and not float(value).is_integer():
        return refuse(
            (f"{shown} for {name.en}", "a whole number", "Round it."),
            (f"{name.zh} = {shown}", "整数", "请取整。"),
        )
    return None


class Count(NamedTuple):
    """How many parameters a heading has, and how many the set holds."""

    declared: int
    held: int


def counts(loaded: LoadedSet) -> dict[str, Count]:
    """Return how many parameters stand under each heading."""
    found = {}
    for section in SECTIONS:
        names = section_parameters(section)
        found[section] = Count(len(names), sum(name in loaded.assumptions for name in names))
    return found


def is_weak(loaded: LoadedSet, name: str, region: str = "") -> bool:
    """Whether a parameter rests on weak evidence: an assumption, made up, not verified, or of a low grade.

    Parameters
    ----------
    loaded : LoadedSet
    name : str
    region : str
        Only what holds for this region, where it is named.
    """
    entries = loaded.assumptions.provenance.get(name, ())
    return any(
        entry.evidence in _WEAK or entry.grade in _WEAK_GRADES or (entry.evidence == "borrowed" and not entry.source)
        for entry in entries
        if not region or entry.region in (region, "all")
    )


def found_rows(loaded: LoadedSet, region: str, text: str) -> tuple[Row, ...]:
    """Return the rows of every parameter whose name or words hold all words of a search."""
    words = text.casefold().split()

    def hits(name: str) -> bool:
        declared = PARAMETERS[name]
        both = (declared.label.en, declared.label.zh, declared.help.en, declared.help.zh, name, name.replace("_", " "))
        page = " ".join(both).casefold()
        return all(word in page for word in words)

    return _all_rows(loaded, region, hits)


def weak_rows(loaded: LoadedSet, region: str, section: str) -> tuple[Row, ...]:
    """Return the rows under a heading that rest on weak evidence."""
    weak = {name for name in section_parameters(section) if is_weak(loaded, name, region)}
    return tuple(row for row in section_rows(loaded, section, region) if row.parameter in weak)


def rows_of_changed(changes: Changes) -> tuple[Row, ...]:
    """Return the rows that are changed, of whatever region, in the order in which they were."""
    return tuple(row for row, _ in changes.values.values())


def _all_rows(loaded: LoadedSet, region: str, wanted: Callable[[str], bool]) -> tuple[Row, ...]:
    order = {section: number for number, section in enumerate(SECTIONS)}
    chosen = sorted((name for name in PARAMETERS if wanted(name)), key=lambda name: order[section_of(name)])
    return tuple(row for name in chosen for row in rows_of(loaded, name, region))


@dataclass(frozen=True)
class Effect:
    """What changes do to the payable months of a ledger, or to its reserve where months have no meaning.

    Parameters
    ----------
    measure : {"payable_months", "reserve"}
    before, after : float
        Months, or yuan.
    """

    measure: str
    before: float
    after: float

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


def effect(base: LoadedSet, changed: LoadedSet, region: str, ledger: str, year: int) -> Effect | None:
    """Return what changes of a set do in a year under current law; None where the region holds no such ledger."""
    items = [projected(one, BASELINE) for one in (base, changed)]
    for measure in ("payable_months", "reserve"):
        values = []
        for item in items:
            if region not in item.forecast.region.values or ledger not in item.forecast.ledger.values:
                return None
            values.append(series(item, measure, region, ledger).get(year, math.nan))
        if all(map(math.isfinite, values)):
            return Effect(measure, *values)
    return None


def trial(row: Row) -> tuple[float, float] | None:
    """Return a new value with which the effect of a parameter is tried, and the change in planners' units.

    A rate or share moves by one percentage point, anything else by ten per cent, towards the side on which there is
    room; None where the bounds leave none.
    """
    if row.kind == "absent":
        return None
    low, high = row.bounds
    step = 0.01 if row.kind == "value" and row.factor == 100.0 else 0.1 * (abs(row.value) or 1.0)
    if row.kind == "value" and row.declared.integer:
        step = max(1.0, round(step))
    for signed in (step, -step):
        if low <= row.value + signed <= high:
            return row.value + signed, row.shown(signed)
    return None


def difference_table(changes: Changes, language: str, headings: Mapping[str, str]) -> pd.DataFrame:
    """Return every changed row with its value in both sets.

    Parameters
    ----------
    changes : Changes
    language : {"en", "zh"}
    headings : mapping
        Words of the columns: name, parameter, region, place, unit, shipped, mine, difference.
    """
    import pandas as pd

    names = {region.code: region.name.in_language(language) for region in changes.base.assumptions.regions}
    rows = []
    for row, value in changes.values.values():
        rows.append(
            {
                "name": row.declared.label.in_language(language),
                "parameter": row.parameter,
                "region": names.get(row.region, ""),
                "place": row.place_words(language),
                "unit": row.unit.in_language(language),
                "shipped": row.shown(row.value),
                "mine": row.shown(value),
                "difference": row.shown(value - row.value),
            }
        )
    columns = ("name", "parameter", "region", "place", "unit", "shipped", "mine", "difference")
    return pd.DataFrame(rows, columns=list(columns)).rename(columns=dict(headings))


def path_of(changes: Changes, row: Row) -> tuple[dict[int, float], dict[int, float]]:
    """Return the path of a row by year as shipped and as changed; empty where it has no years."""
    return dict(row.path), changed_path(row, changes.values) if row.path else {}
