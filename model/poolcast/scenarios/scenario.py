"""A scenario: a named list of reforms, applied to calibrated assumptions without changing them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.number_cells import Fault
from poolcast.parameters.selectors import select
from poolcast.scenarios.reform import Reform, bounds_problem, out_of_bounds


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
    reforms : tuple of Reform
        Changes in the order in which they are applied; those of an extended scenario come first.
    file : str
        File for messages.
    """

    name: str
    title: Words
    why: Words
    source: str = ""
    reforms: tuple[Reform, ...] = field(default=())
    file: str = ""

    @property
    def digest(self) -> str:
        """Hash of the reforms: equal changes, equal digest; empty for none."""
        if not self.reforms:
            return ""
        content = repr(
            [(r.kind, r.parameter, sorted(r.amounts.items()), sorted(r.where.items())) for r in self.reforms]
        )
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()

    def apply(self, assumptions: Assumptions) -> Assumptions:
        """Return the assumptions after all reforms.

        Raises
        ------
        ScenarioError
            With every reform that names what the set does not hold, lies outside its years or leaves the bounds.
        """
        problems: list[Problem] = []
        changed = assumptions
        for reform in self.reforms:
            selected = _selected(reform, changed, self.file or self.name, problems)
            if selected is None:
                continue
            old = changed[reform.parameter]
            values = reform.apply(changed, selected)
            places = out_of_bounds(reform.parameter, values, old, changed)
            if places:
                problems.append(bounds_problem(reform, self.file or self.name, places))
                continue
            changed = changed.with_values({reform.parameter: values})
        if problems:
            raise ScenarioError(problems)
        return changed


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


BASELINE = Scenario(
    name="baseline",
    title=Words("Law in force", "现行制度"),
    why=Words("The law in force at the end of the base year, carried on.", "基年末现行制度延续。"),
)
"""The scenario without reforms."""
