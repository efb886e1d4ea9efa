"""A scenario: a named list of reforms, applied to calibrated assumptions without changing them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import AXES
from poolcast.parameters.consistency import contradictions
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.needs import missing_values, needed_parameters
from poolcast.parameters.number_cells import Fault
from poolcast.parameters.selectors import select
from poolcast.scenarios.lever import Lever
from poolcast.scenarios.phase_in import PhaseIn
from poolcast.scenarios.reform import Reform, bounds_problem, out_of_bounds

FIRST_YEAR_OF_A_POLICY = 2
"""A lever without a start begins in this year after the base year: the one after the running year."""


@dataclass(frozen=True)
class LeverCall:
    """A lever with its arguments, as a scenario names it.

    Parameters
    ----------
    lever : Lever
        The policy.
    arguments : dict
        Values that differ from the lever's defaults.
    start : int or None
        First year; the second year after the base year where None.
    phase_in : PhaseIn or None
        The lever's own where None.
    where : dict
        Further selectors, such as the region.
    behaviour : bool
        Whether patients respond.
    line : int or None
        Line of the scenario file.
    """

    lever: Lever
    arguments: dict[str, float] = field(default_factory=dict)
    start: int | None = None
    phase_in: PhaseIn | None = None
    where: dict[str, str] = field(default_factory=dict)
    behaviour: bool = True
    line: int | None = None

    def reforms(self, assumptions: Assumptions) -> tuple[Reform, ...]:
        """Return the reforms of the call for a set."""
        start = self.start if self.start is not None else assumptions.base_year + FIRST_YEAR_OF_A_POLICY
        reforms = self.lever.reforms(
            self.arguments, start, assumptions, self.phase_in, self.where, self.line, behaviour=self.behaviour
        )
        if self.behaviour:
            return reforms
        off = Reform("set", "behaviour.response", {0: 0.0}, line=self.line, lever=self.lever.id)
        return (*reforms, off)


@dataclass(frozen=True)
class Scenario:
    """A named set of changes.

    Parameters
    ----------
    name : str
        Name, the stem of its file.
    title, why : Words
        Words for readers.
    source : str
        Where the changes come from.
    reforms : tuple of Reform and LeverCall
        Changes in the order in which they are applied; those of an extended scenario come first.
    file : str
        File for messages.
    """

    name: str
    title: Words
    why: Words
    source: str = ""
    reforms: tuple[Reform | LeverCall, ...] = field(default=())
    file: str = ""

    @property
    def digest(self) -> str:
        """Hash of the reforms: equal changes, equal digest; empty for none."""
        if not self.reforms:
            return ""
        content = repr([_identity(item) for item in self.reforms])
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()

    def options(self, assumptions: Assumptions) -> dict[str, str]:
        """Return the structural options that the levers of the scenario set; later levers win."""
        chosen: dict[str, str] = {}
        for item in self.reforms:
            if isinstance(item, LeverCall):
                chosen |= item.lever.chosen_options(item.arguments, assumptions.with_options(**chosen))
        return chosen

    def expanded(self, assumptions: Assumptions) -> tuple[Reform, ...]:
        """Return every reform in order, levers written out for a set."""
        parts = [item.reforms(assumptions) if isinstance(item, LeverCall) else (item,) for item in self.reforms]
        return tuple(reform for part in parts for reform in part)

    def apply(self, assumptions: Assumptions) -> Assumptions:
        """Return the assumptions after all reforms.

        Raises
        ------
        ScenarioError
            With every reform that names what the set does not hold, lies outside its years or leaves the bounds.
        """
        problems: list[Problem] = []
        options = self.options(assumptions)
        changed = assumptions.with_options(**options) if options else assumptions
        changed = self._brought(changed)
        if options:
            problems += [replace(problem, file=self.file or self.name) for problem in missing_values(changed)]
        file, before = self.file or self.name, changed
        for item in self.reforms:
            for reform in item.reforms(before) if isinstance(item, LeverCall) else (item,):
                changed = _reformed(reform, changed, file, problems)
            if isinstance(item, LeverCall) and item.lever.transform is not None:
                changed = _transformed(item, changed, file, problems)
        if not problems and self.reforms:
            problems += [replace(problem, file=file) for problem in contradictions(changed)]
        if problems:
            raise ScenarioError(problems)
        return changed

    def _brought(self, assumptions: Assumptions) -> Assumptions:
        """Return the set with the parameters that levers bring, at their defaults, where it needs and lacks them."""
        brought = {name for item in self.reforms if isinstance(item, LeverCall) for name in item.lever.brings}
        lacking = [
            parameter
            for parameter in (needed_parameters(assumptions) if brought else ())
            if parameter.name in brought and parameter.name not in assumptions and parameter.default is not None
        ]
        if not lacking:
            return assumptions
        shapes = {item: tuple(len(assumptions.axis_members(axis)) for axis in item.dimensions) for item in lacking}
        return assumptions.with_values({item.name: np.full(shape, item.default) for item, shape in shapes.items()})


def _reformed(reform: Reform, assumptions: Assumptions, file: str, problems: list[Problem]) -> Assumptions:
    """Return the set after one reform; the set as it was, and the problems noted, where it cannot take it."""
    selected = _selected(reform, assumptions, file, problems)
    if selected is None:
        return assumptions
    return _changed(reform, reform.apply(assumptions, selected), assumptions, file, problems)


def _transformed(call: LeverCall, assumptions: Assumptions, file: str, problems: list[Problem]) -> Assumptions:
    """Return the set after the rule of a lever; whom the selectors do not name keep the old values."""
    assert call.lever.transform is not None
    given = {**call.lever.defaults, **call.arguments, "behaviour": float(call.behaviour)}
    start = call.start if call.start is not None else assumptions.base_year + FIRST_YEAR_OF_A_POLICY
    if not assumptions.base_year < start <= assumptions.last_year:
        return assumptions
    found = call.lever.transform(given, start, assumptions, call.phase_in or call.lever.phase_in)
    for parameter, values in found.items():
        declaration = PARAMETERS[parameter]
        where = {axis: cell for axis, cell in call.where.items() if axis in declaration.dimensions}
        reform = Reform("set", parameter, {start if declaration.is_dated else 0: 0.0}, where, call.line)
        selected = _selected(reform, assumptions, file, problems)
        if selected is None:
            continue
        new = assumptions[parameter].copy()
        whole = np.arange(len(assumptions.years))
        cells = np.ix_(*(selected.get(axis, whole) for axis in declaration.dimensions))
        new[cells] = values[cells]
        assumptions = _changed(reform, new, assumptions, file, problems)
    return assumptions


def _changed(
    reform: Reform, values: NDArray[np.float64], assumptions: Assumptions, file: str, problems: list[Problem]
) -> Assumptions:
    places = out_of_bounds(reform.parameter, values, assumptions[reform.parameter], assumptions)
    if places:
        problems.append(bounds_problem(reform, file, places))
        return assumptions
    return assumptions.with_values({reform.parameter: values})


def _selected(
    reform: Reform, assumptions: Assumptions, file: str, problems: list[Problem]
) -> dict[str, NDArray[np.intp]] | None:
    """Positions concerned on each axis; None, and the problems noted, where the set cannot take the reform."""
    declaration = PARAMETERS[reform.parameter]
    before = len(problems)

    def refuse(found: str, allowed: str, remedy: str, column: str) -> None:
        problems.append(Problem(file, found, allowed, remedy, row=reform.line, column=column))

    if reform.parameter not in assumptions:
        refuse(
            f"{reform.parameter}, which set {assumptions.name} does not hold",
            "parameters of the ledgers and options of the set",
            "See `poolcast list parameters`; add the ledger or option to the set.",
            reform.kind,
        )
        return None
    if declaration.is_dated:
        first, last = assumptions.base_year + 1, assumptions.last_year
        start = min(reform.amounts)
        if not first <= start <= last:
            refuse(
                f"year {start}",
                f"a first year from {first} to {last}",
                "The base year is closed, and what begins after the last year changes nothing; choose another year.",
                "values",
            )
    selected = {}
    for axis in declaration.dimensions:
        if axis == "year":
            continue
        members = {str(member): number for number, member in enumerate(assumptions.axis_members(axis))}
        chosen = select(axis, reform.where.get(axis, "all"), members)
        if isinstance(chosen, Fault):
            refuse(chosen.found, chosen.allowed, chosen.remedy, f"where.{axis}")
        else:
            selected[axis] = np.asarray(chosen, dtype=np.intp)
    for axis in reform.where:
        if axis not in declaration.dimensions:
            allowed = ", ".join(axis for axis in declaration.dimensions if axis != "year") or "no selector"
            known = "an axis that it does not have" if axis in AXES else "an unknown axis"
            refuse(f"{axis}, {known}", allowed, f"{reform.parameter} varies by {allowed}.", f"where.{axis}")
    return selected if len(problems) == before else None


def _identity(item: Reform | LeverCall) -> tuple[object, ...]:
    """What makes two changes the same change."""
    where = sorted(item.where.items())
    if isinstance(item, LeverCall):
        given = sorted({**item.lever.defaults, **item.arguments}.items())
        return (item.lever.id, given, item.start, item.phase_in or item.lever.phase_in, where, item.behaviour)
    return (item.kind, item.parameter, sorted(item.amounts.items()), where, item.phase_in)


BASELINE = Scenario(
    name="baseline",
    title=Words("Law in force", "现行制度"),
    why=Words("The law in force at the end of the base year, carried on.", "基年末现行制度延续。"),
)
"""The scenario without reforms."""
