"""What would mend a broken rule: the nearest value of an argument of a lever under which the rule is kept.

Only rules that look at parameters are tried, since they need no projection; those of results are the work of the page
that solves for a target.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from poolcast.dashboard.services.projections import Projected
from poolcast.outlook.compliance import Compliance, Finding
from poolcast.outlook.compliance_case import Breach, Case
from poolcast.parameters.errors import PoolcastError
from poolcast.scenarios.lever import Argument
from poolcast.scenarios.scenario import LeverCall, Scenario

MOST_TRIED = 40
"""Scenarios tried for one rule."""
WORST_FIRST = ("error", "warning")


@dataclass(frozen=True)
class Mend:
    """A value that mends a rule.

    Parameters
    ----------
    lever : str
        Id of the lever.
    argument : Argument
        Which of its arguments.
    value : float
        The nearest value on the steps of the control under which the rule is kept.
    """

    lever: str
    argument: Argument
    value: float


def place_of(finding: Finding) -> tuple[str, str, str]:
    """Return what tells a finding from others, whatever its value."""
    return finding.rule.id, finding.region, finding.place


def new_findings(own: Compliance, other: Compliance) -> tuple[Finding, ...]:
    """Return what a scenario breaks that another one did not, the worst first."""
    known = {place_of(finding) for finding in other.findings}
    return tuple(finding for finding in own.findings if finding.checked and place_of(finding) not in known)


def mends(item: Projected, own: Compliance, other: Compliance) -> dict[str, Mend]:
    """Return by rule what would mend it, for rules about parameters that the scenario breaks anew.

    Parameters
    ----------
    item : Projected
        The scenario.
    own, other : Compliance
        What it breaks, and what was broken before it.
    """
    found: dict[str, Mend] = {}
    for finding in new_findings(own, other):
        rule = finding.rule
        if rule.id in found or rule.reads != "parameters" or finding.severity not in WORST_FIRST:
            continue
        places = {place_of(one) for one in new_findings(own, other) if one.rule.id == rule.id}
        mend = _mend(item, finding, {(region, place) for _, region, place in places})
        if mend is not None:
            found[rule.id] = mend
    return found


def _mend(item: Projected, finding: Finding, places: set[tuple[str, str]]) -> Mend | None:
    for lever, argument, value, scenario in islice(_nearest_first(item.scenario), MOST_TRIED):
        if _keeps(item, scenario, finding, places):
            return Mend(lever, argument, value)
    return None


def _keeps(item: Projected, scenario: Scenario, finding: Finding, places: set[tuple[str, str]]) -> bool:
    """Whether a scenario no longer breaks a rule where the finding says so."""
    before = item.loaded.calibrated
    try:
        case = Case(scenario.apply(before), before, scenario)
        outcomes = list(finding.rule.check(case))
    except PoolcastError:
        return False
    return not any(isinstance(one, Breach) and (one.region, one.place) in places for one in outcomes)


def _nearest_first(scenario: Scenario) -> Iterator[tuple[str, Argument, float, Scenario]]:
    """Yield the scenario with one argument of one lever moved, the smallest moves of any argument first."""
    moves = []
    for number, entry in enumerate(scenario.reforms):
        if not isinstance(entry, LeverCall):
            continue
        given = {**entry.lever.defaults, **entry.arguments}
        for argument in entry.lever.arguments:
            for steps in _steps(argument, given[argument.name]):
                moves.append((abs(steps), number, argument, steps))
    for _, number, argument, steps in sorted(moves, key=lambda move: (move[0], move[1])):
        entry = scenario.reforms[number]
        assert isinstance(entry, LeverCall)
        present = {**entry.lever.defaults, **entry.arguments}[argument.name]
        value = round(present + steps * argument.notch, 10)
        moved = replace(entry, arguments={**entry.arguments, argument.name: value})
        reforms = (*scenario.reforms[:number], moved, *scenario.reforms[number + 1 :])
        yield entry.lever.id, argument, value, replace(scenario, reforms=reforms)


def _steps(argument: Argument, present: float) -> list[int]:
    """Return how many steps of the control the argument can go either way, ten at most."""
    down = min(10, math.floor((present - argument.minimum) / argument.notch + 1e-9))
    up = min(10, math.floor((argument.maximum - present) / argument.notch + 1e-9))
    return [*range(-down, 0), *range(1, up + 1)]
