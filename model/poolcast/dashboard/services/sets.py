"""Assumption sets as pages see them: which there are, what one holds, and a set with a user's edits as a value."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.dashboard.services.caching import BoundedCache, Held
from poolcast.parameters.assumptions import Array, Assumptions, Provenance
from poolcast.parameters.axes import AXES
from poolcast.parameters.borrowing import Borrowed, borrowed_parameters
from poolcast.parameters.consistency import contradictions
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import available_sets
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.needs import missing_values, sums_not_one
from poolcast.parameters.number_cells import Fault
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.selectors import select
from poolcast.projection.control_totals import calibrate
from poolcast.projection.pools import Holders

MIB = 2**20
LEDGER_ORDER = ("EPF", "RPF", "EPA", "CII", "LAS", "CSS", "MAF", "LTCI", "ADJ", "VBPR")
"""The two pooled funds first, then the others, as the box of ledgers shows them."""

MINE = Words("{title} (my changes)", "{title}（我的修改）")
SENT = Words("{title} (uploaded)", "{title}（上传）")
EDITED_SOURCE = "edited on the page"


@dataclass(frozen=True)
class Place:
    """A region, or a pool of regions, that holds ledgers.

    Parameters
    ----------
    code : str
    name : Words
    kind : {"region", "pool"}
    ledgers : tuple of str
        Ledgers that it holds, in the order in which they are shown.
    """

    code: str
    name: Words
    kind: str
    ledgers: tuple[str, ...]


@dataclass(frozen=True)
class Edit:
    """One change that a user makes of an assumption.

    Parameters
    ----------
    parameter : str
        Declared name.
    value : float
        New value in the declared unit, or what the values are multiplied by.
    where : tuple of (axis, members)
        As in a table cell: ``(("region", "130100"), ("status", "active|flexible"))``; every member elsewhere.
    first_year, last_year : int or None
        Years concerned, of a dated parameter; every year in memory where None.
    is_factor : bool
        Whether the values are multiplied by `value` and not replaced.
    """

    parameter: str
    value: float
    where: tuple[tuple[str, str], ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    is_factor: bool = False


@dataclass(frozen=True, eq=False)
class LoadedSet:
    """A set as a session works with it.

    Parameters
    ----------
    name : str
        Name that finds the set; of an edited one that of the set below it.
    title : Words
        Title for readers.
    assumptions : Assumptions
        As read and edited, before calibration. Shared between sessions, never changed.
    edits : tuple of Edit
        What a user changed.
    is_named : bool
        Whether `name` alone finds this content, so that a link and a command line can name it: neither edited nor
        uploaded.
    sent : str
        Hash of the file that a reader sent and from which the set, or the one below its edits, was read; empty where
        `name` finds that one.
    """

    name: str
    title: Words
    assumptions: Assumptions = field(repr=False)
    edits: tuple[Edit, ...] = ()
    is_named: bool = True
    sent: str = ""

    @cached_property
    def digest(self) -> str:
        """What tells the set from all others, for caches: its values and, of one that was sent, the file.

        Two files may give the same values under other titles, sources and notes: nobody is shown those of another.
        """
        own = self.content
        return own if not self.sent else hashlib.blake2b(f"{own} {self.sent}".encode(), digest_size=16).hexdigest()

    @property
    def content(self) -> str:
        """Hash of the values, as the command line prints it; the last year is part of it."""
        return self.assumptions.digest()

    @property
    def calibrated(self) -> Assumptions:
        """The set with its calibration factors; the engine keeps them by content."""
        return calibrate(self.assumptions)

    @property
    def base_year(self) -> int:
        """Last closed year."""
        return self.assumptions.base_year

    @property
    def last_year(self) -> int:
        """Last year of the projection."""
        return self.assumptions.last_year

    @property
    def is_synthetic(self) -> bool:
        """Whether the set holds made-up data."""
        return self.assumptions.synthetic

    @cached_property
    def borrowed(self) -> tuple[Borrowed, ...]:
        """Parameters whose values come from the set below it, in the order of the declarations."""
        return borrowed_parameters(self.assumptions)


def _bytes_of(loaded: LoadedSet) -> int:
    return sum(array.nbytes for array in loaded.assumptions.values.values())


_SETS: BoundedCache[LoadedSet] = BoundedCache(16, 512 * MIB, _bytes_of)


def held() -> Held:
    """Return how many sets are held, and their bytes."""
    return _SETS.held


def set_names() -> tuple[str, ...]:
    """Return the names of the sets there are, the national one first."""
    return tuple(sorted(available_sets(), key=lambda name: (name != "china", name)))


def load_set(name: str, to: int | None = None) -> LoadedSet:
    """Return a set by its name; read again when one of its files has changed.

    Parameters
    ----------
    name : str
        One of `set_names`: a name from an address never reaches the file system as a path.
    to : int, optional
        Last year of the projection; the set's own by default.

    Raises
    ------
    AssumptionError
        With every problem of the set.
    """
    folders = available_sets()
    if name not in folders:
        remedy = did_you_mean(name, folders) or "Choose one of them."
        raise AssumptionError(Problem("set", f"'{name}'", ", ".join(set_names()), remedy))

    def read() -> LoadedSet:
        assumptions = load_assumptions(folders[name], to=to)
        return LoadedSet(name, assumptions.title, assumptions)

    return _SETS.get((str(folders[name]), to, _stamp(folders)), read)


def _stamp(folders: Mapping[str, Path]) -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of any set changes: a set may rest on another one."""
    found = []
    for folder in folders.values():
        with os.scandir(folder) as entries:
            for entry in entries:
                status = entry.stat()
                found.append((entry.path, status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))


def uploaded_set(assumptions: Assumptions, file: bytes) -> LoadedSet:
    """Return a set that a user brought; it lives in his session, and no link names it.

    One that has the name of a set that is there says that it is not that one.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    file : bytes
        The file from which it was read.
    """
    title = assumptions.title
    if assumptions.name in available_sets():
        title = Words(SENT.en.format(title=title.en), SENT.zh.format(title=title.zh))
    mark = hashlib.blake2b(file, digest_size=16).hexdigest()
    return LoadedSet(assumptions.name, title, assumptions, is_named=False, sent=mark)


def places(loaded: LoadedSet, calibrated: Assumptions | None = None) -> tuple[Place, ...]:
    """Return the regions and then the pools that hold ledgers.

    Parameters
    ----------
    loaded : LoadedSet
    calibrated : Assumptions, optional
        The set after a scenario, which may pool regions; the set as it is by default.
    """
    assumptions = loaded.assumptions if calibrated is None else calibrated
    holders = Holders.of(assumptions)
    keeps = holders.keeps(assumptions.ledgers)
    found = []
    for number, unit in enumerate(holders.units):
        is_region = number < holders.regions
        held = {
            ledger
            for ledger, kept in zip(assumptions.ledgers, keeps[number], strict=True)
            if kept or (is_region and ledger != "ADJ")
        }
        ledgers = tuple(ledger for ledger in LEDGER_ORDER if ledger in held)
        found.append(Place(unit.code, unit.name, "region" if is_region else "pool", ledgers))
    return tuple(found)


def ledgers(loaded: LoadedSet) -> tuple[str, ...]:
    """Return the ledgers of a set in the order in which they are shown."""
    return tuple(ledger for ledger in LEDGER_ORDER if ledger in loaded.assumptions.ledgers)


def parameters_with_evidence(loaded: LoadedSet, evidence: str) -> tuple[str, ...]:
    """Return the parameters of which some value has an evidence: ``synthetic``, ``borrowed``, ``source_unverified``."""
    return tuple(
        name
        for name in PARAMETERS
        if any(entry.evidence == evidence for entry in loaded.assumptions.provenance.get(name, ()))
    )


def edited_set(loaded: LoadedSet, edits: Sequence[Edit]) -> LoadedSet:
    """Return a set with a user's edits in place of all earlier ones; the same set for none.

    Parameters
    ----------
    loaded : LoadedSet
        The set as it was loaded; one that is edited already takes the new edits on top.
    edits : sequence of Edit
        The later ones win.

    Raises
    ------
    AssumptionError
        With every edit that names what there is not or leaves the bounds, and with every value that the edits leave in
        contradiction to another.
    """
    if not edits:
        return loaded
    problems: list[Problem] = []
    values = dict(loaded.assumptions.values)
    provenance = dict(loaded.assumptions.provenance)
    for edit in edits:
        found = _edited(edit, values, loaded.assumptions, problems)
        if found is not None:
            values[edit.parameter] = found
            marked = Provenance("all", "assumption", "", EDITED_SOURCE)
            kept = tuple(entry for entry in provenance.get(edit.parameter, ()) if entry != marked)
            provenance[edit.parameter] = (*kept, marked)
    changed = replace(loaded.assumptions, values=values, provenance=provenance, calibrated_to="")
    if not problems:
        problems = [*missing_values(changed), *sums_not_one(changed), *contradictions(changed)]
    if problems:
        raise AssumptionError([replace(problem, file=_place_of(problem, loaded)) for problem in problems])
    below = loaded.title if not loaded.edits else _below(loaded)
    title = Words(MINE.en.format(title=below.en), MINE.zh.format(title=below.zh))
    return LoadedSet(loaded.name, title, changed, (*loaded.edits, *edits), is_named=False, sent=loaded.sent)


def _below(loaded: LoadedSet) -> Words:
    return loaded.assumptions.title


def _place_of(problem: Problem, loaded: LoadedSet) -> str:
    return problem.file if problem.file in PARAMETERS else loaded.name


def _edited(edit: Edit, values: Mapping[str, Array], assumptions: Assumptions, problems: list[Problem]) -> Array | None:
    """Return the values of a parameter after an edit; None, and the problems noted, where it cannot be made."""
    parameter = PARAMETERS.get(edit.parameter)
    if parameter is None or edit.parameter not in values:
        remedy = did_you_mean(edit.parameter, values) or "Choose a parameter of the set."
        problems.append(Problem("edits", f"'{edit.parameter}'", "a parameter that the set holds", remedy))
        return None
    before = len(problems)

    def refuse(found: str, allowed: str, remedy: str, column: str) -> None:
        problems.append(Problem(edit.parameter, found, allowed, remedy, column=column))

    if not edit.is_factor and not parameter.minimum <= edit.value <= parameter.maximum:
        bounds = f"{parameter.minimum:g} to {parameter.maximum:g} ({parameter.unit})"
        refuse(f"{edit.value:g}", bounds, "Rates and shares are fractions, 0.045 for 4.5 %.", "value")
    if not edit.is_factor and parameter.integer and not float(edit.value).is_integer():
        refuse(f"{edit.value:g}", "a whole number", "Write a whole number.", "value")
    given = dict(edit.where)
    for axis in given:
        if axis not in parameter.dimensions or axis == "year":
            held = ", ".join(name for name in parameter.dimensions if name != "year") or "no axis"
            refuse(f"axis {axis}", held, "Name an axis that the parameter has.", axis)
    positions = []
    for axis in parameter.dimensions:
        members = {str(member): number for number, member in enumerate(assumptions.axis_members(axis))}
        if axis == "year":
            positions.append(_years(edit, assumptions, refuse))
            continue
        chosen = select(axis, given.get(axis, "all"), members)
        if isinstance(chosen, Fault):
            refuse(chosen.found, chosen.allowed, chosen.remedy, axis)
            continue
        positions.append(np.asarray(chosen, dtype=np.intp))
    if len(problems) > before:
        return None
    array = np.array(values[edit.parameter])
    place = np.ix_(*positions) if positions else ()
    if not edit.is_factor:
        array[place] = edit.value
        return array
    array[place] *= edit.value
    worst = [float(value) for value in (np.nanmin(array[place]), np.nanmax(array[place]))]
    for value, over in zip(worst, (worst[0] < parameter.minimum, worst[1] > parameter.maximum), strict=True):
        if over:
            bounds = f"{parameter.minimum:g} to {parameter.maximum:g} ({parameter.unit})"
            refuse(f"{value:g}", bounds, f"Multiply by a number closer to 1 than {edit.value:g}.", "value")
    return array if len(problems) == before else None


def _years(edit: Edit, assumptions: Assumptions, refuse: Callable[[str, str, str, str], None]) -> NDArray[np.intp]:
    held = assumptions.years
    first = held[0] if edit.first_year is None else edit.first_year
    last = held[-1] if edit.last_year is None else edit.last_year
    if not held[0] <= first <= last <= held[-1]:
        refuse(f"{first} to {last}", f"years in order, {held[0]} to {held[-1]}", "Choose other years.", "year")
        return np.zeros(0, dtype=np.intp)
    return np.arange(first - held[0], last - held[0] + 1, dtype=np.intp)


def ledger_name(code: str) -> Words:
    """Return the name of a ledger."""
    from poolcast.reporting.words import LEDGER_NAMES

    return Words(LEDGER_NAMES[code], AXES["ledger"].member_labels_zh[code])
