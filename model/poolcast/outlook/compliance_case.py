"""What compliance rules look at, how they say what they find, and the checks that are made of a bound alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.engine import project
from poolcast.scenarios.scenario import BASELINE, LeverCall, Scenario

Array = NDArray[np.float64]

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Breach:
    """A place where a rule is broken, over a span of years."""

    region: str
    first_year: int | None
    last_year: int | None
    place: str
    value: float | None
    required: str
    note: str = ""


@dataclass(frozen=True)
class Unchecked:
    """What the model does not hold, so that a rule or a part of it cannot be checked."""

    reason: Words


Outcome = Breach | Unchecked
Check = Callable[["Case"], Iterator[Outcome]]


@dataclass(frozen=True)
class Case:
    """What is checked.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated, with the scenario applied.
    before : Assumptions
        Calibrated, without the scenario.
    scenario : Scenario
        The scenario.
    """

    assumptions: Assumptions
    before: Assumptions
    scenario: Scenario = BASELINE

    @cached_property
    def forecast(self) -> xr.Dataset:
        """The result, projected when the first rule asks for it."""
        return project(self.assumptions)

    @property
    def years(self) -> tuple[int, ...]:
        """Base year to last year."""
        return tuple(range(self.assumptions.base_year, self.assumptions.last_year + 1))

    def holds(self, *names: str) -> bool:
        """Whether the set holds all of these parameters."""
        return all(name in self.assumptions for name in names)

    def yearly(self, name: str, **members: Sequence[str]) -> Array:
        """Return a parameter by region, year and then its chosen members; a missing year axis is added."""
        declaration = PARAMETERS[name]
        axes = [axis for axis in declaration.dimensions if axis not in ("region", "year")]
        dated = declaration.is_dated
        values = self.assumptions.from_year(name, self.assumptions.base_year) if dated else self.assumptions[name]
        if "region" not in declaration.dimensions:
            values = values[None]
        if not dated:
            values = values[:, None]
        for axis in axes:
            if axis in members:
                values = values.take([index(axis, member) for member in members[axis]], axis=2 + axes.index(axis))
        return values

    def calls(self, lever: str) -> bool:
        """Whether the scenario calls a lever."""
        return any(isinstance(item, LeverCall) and item.lever.id == lever for item in self.scenario.reforms)


def breaches(
    case: Case, name: str, values: Array, bad: NDArray[np.bool_], required: str, **members: Sequence[str]
) -> Iterator[Breach]:
    """Return one breach for every region, span of years and value, members with the same span together.

    Parameters
    ----------
    case : Case
        What is checked.
    name : str
        Parameter or measure, the place of the breach.
    values, bad : array (region, year, ...)
        Values and where they break the rule; a region or year axis of length one stands for all.
    required : str
        What the rule asks for.
    **members : sequence of str
        Members of the further axes, in their order.
    """
    single_region, single_year = (
        values.shape[0] == 1 < len(case.assumptions.regions),
        values.shape[1] == 1 < len(case.years),
    )
    for row in np.flatnonzero(bad.reshape(bad.shape[0], -1).any(1)):
        region = "" if single_region else case.assumptions.region_codes[row]
        found: dict[tuple[int, int, float], list[tuple[str, ...]]] = {}
        series, broken = (array[row].reshape(array.shape[1], -1) for array in (values, bad))
        for cell, labels in enumerate(product(*members.values())):
            for first, last in spans(broken[:, cell]):
                found.setdefault((first, last, float(series[first, cell])), []).append(labels)
        for (first, last, value), cells in found.items():
            parts = [f"{axis}={'|'.join(dict.fromkeys(cell[at] for cell in cells))}" for at, axis in enumerate(members)]
            place = f"{name}[{', '.join(parts)}]" if parts else name
            first_year, last_year = (None, None) if single_year else (case.years[first], case.years[last])
            yield Breach(region, first_year, last_year, place, value, required)


def spans(bad: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Return first and last position of every unbroken run of true values."""
    for broken, group in groupby(range(bad.size), key=lambda at: bool(bad[at])):
        years = list(group)
        if broken:
            yield years[0], years[-1]


def unchecked(en: str, zh: str) -> Check:
    """Return the check of a rule about which the model holds nothing."""

    def check(case: Case) -> Iterator[Outcome]:
        yield Unchecked(Words(en, zh))

    return check


def at_least(name: str, minimum: float, **members: Sequence[str]) -> Check:
    """Return the check that a parameter is nowhere below a number."""

    def check(case: Case) -> Iterator[Outcome]:
        if not case.holds(name):
            yield not_held(name)
            return
        values = case.yearly(name, **members)
        yield from breaches(case, name, values, values < minimum - TOLERANCE, f">= {minimum:g}", **members)

    return check


def equal_to(name: str, wanted: float, unless_lever: str = "") -> Check:
    """Return the check that a parameter has one value everywhere, unless the scenario calls a lever."""

    def check(case: Case) -> Iterator[Outcome]:
        if unless_lever and case.calls(unless_lever):
            return
        if not case.holds(name):
            yield not_held(name)
            return
        values = case.yearly(name)
        yield from breaches(case, name, values, np.abs(values - wanted) > TOLERANCE, f"{wanted:g}")

    return check


def both(*checks: Check) -> Check:
    """Return the check that makes several checks."""

    def check(case: Case) -> Iterator[Outcome]:
        for one in checks:
            yield from one(case)

    return check


def not_held(name: str) -> Unchecked:
    """Return what to say of a parameter that the set lacks."""
    return Unchecked(Words(f"The set does not hold {name}.", f"假设集没有 {name}。"))
