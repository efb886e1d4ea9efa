"""Searches side by side: each region looks for its own value, and one run answers one question of every region.

Regions that share no fund and no people do not touch each other, so that a run in which every region tries a value of
its own finds in each what a run of that region alone would find. That is checked and not believed: every answer is run
again with the other regions as they are, and where it then differs the region is searched alone.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from poolcast.outlook.conditions import Condition, Reading
from poolcast.outlook.questions import Question
from poolcast.outlook.searching import Readings, Search, Solution
from poolcast.outlook.unknowns import Unknown
from poolcast.scenarios.scenario import Scenario

SAME = 1e-9
"""Relative difference of margins up to which a run of all regions and a run of one are held to agree."""


def solve_regions(question: Question, unknowns: Mapping[str, Unknown]) -> dict[str, Solution]:
    """Solve for every region by itself, all of them in the same runs where they are independent.

    Parameters
    ----------
    question : Question
        What must hold, in each region; an evaluator that was passed in is asked for the conditions of all regions in
        one call.
    unknowns : mapping of str to Unknown
        What may change, by region.

    Returns
    -------
    dict of Solution by region
    """
    if any(condition.call.region is not None for condition in question.conditions):
        return {code: Search(question.in_region(code), unknown, code).solve() for code, unknown in unknowns.items()}
    return _Lockstep(question, unknowns).solve()


def runs_together(question: Question, scenario: Scenario, regions: Sequence[str]) -> dict[str, list[Reading]]:
    """Run a scenario once from the set as read and return what the conditions find in each region."""
    whole = replace(question, conditions=_of_regions(question, regions))
    return _by_region(whole.rerun(scenario), regions, len(question.conditions))


class _Lockstep:
    def __init__(self, question: Question, unknowns: Mapping[str, Unknown]) -> None:
        self._question, self._unknowns = question, unknowns
        self._own = {code: question.in_region(code) for code in unknowns}
        codes = list(unknowns)
        base = replace(question, conditions=_of_regions(question, codes), runs=0, _known={}).read_base()
        before = _by_region(base, codes, len(question.conditions))
        self._searches = {
            code: Search(self._own[code], unknown, code, before[code]) for code, unknown in unknowns.items()
        }

    def solve(self) -> dict[str, Solution]:
        answers = self._answers()
        return {code: self._confirmed(code, *answers[code]) for code in self._unknowns}

    def _answers(self) -> dict[str, tuple[float, bool]]:
        """Drive all searches until each has its answer."""
        answers: dict[str, tuple[float, bool]] = {}
        asking: dict[str, Generator[float, Readings, tuple[float, bool]]] = {}
        wanted: dict[str, float] = {}

        def step(code: str, answer: Readings, *, first: bool = False) -> None:
            try:
                wanted[code] = next(asking[code]) if first else asking[code].send(answer)
            except StopIteration as stop:
                answers[code] = stop.value

        for code, search in self._searches.items():
            asking[code] = search.asking()
            step(code, None, first=True)
        while wanted:
            asked, wanted = wanted, {}
            for code, readings in self._run(asked).items():
                step(code, readings)
        return answers

    def _run(self, values: Mapping[str, float]) -> dict[str, Readings]:
        """Return what one run finds in which each region has its value; None for those whose value cannot be."""
        for code in values:
            self._own[code].runs += 1
        found = self._together(values)
        if found is not None:
            return found
        alone = {code: self._together({code: value}) for code, value in values.items()}
        possible = {code: values[code] for code, readings in alone.items() if readings is not None}
        together = self._together(possible) if possible else {}
        return {
            code: None if readings is None else (readings if together is None else together)[code]
            for code, readings in alone.items()
        }

    def _together(self, values: Mapping[str, float]) -> dict[str, Readings] | None:
        codes = list(values)
        whole = replace(self._question, conditions=_of_regions(self._question, codes), runs=0, _known={})
        scenario = joint_scenario(
            self._question.base, [self._searches[code].scenario_at(value) for code, value in values.items()]
        )
        readings = whole.read(scenario)
        if readings is None:
            return None
        return dict(_by_region(readings, codes, len(self._question.conditions)))

    def _confirmed(self, code: str, value: float, reached: bool) -> Solution:
        """Return the answer of a region after a run of its own; search it alone where that run finds something else."""
        search = self._searches[code]
        rerun = self._own[code].rerun(search.answer_scenario(value))
        found = search.readings_at(value)
        if found is not None and all(_agree(one, other) for one, other in zip(found, rerun, strict=True)):
            return search.verified(value, rerun, reached=reached)
        return Search(self._question.in_region(code), self._unknowns[code], code).solve()


def joint_scenario(base: Scenario, scenarios: Sequence[Scenario]) -> Scenario:
    """Return the base with what each scenario adds to it."""
    added = [item for scenario in scenarios for item in scenario.reforms[len(base.reforms) :]]
    return replace(base, reforms=(*base.reforms, *added))


def _of_regions(question: Question, regions: Sequence[str]) -> tuple[Condition, ...]:
    return tuple(one.in_region(code) for code in regions for one in question.conditions)


def _by_region(readings: Sequence[Reading], regions: Sequence[str], count: int) -> dict[str, list[Reading]]:
    return {code: list(readings[number * count : (number + 1) * count]) for number, code in enumerate(regions)}


def _agree(one: Reading, other: Reading) -> bool:
    same = math.isclose(one.margin, other.margin, rel_tol=SAME, abs_tol=SAME * max(1.0, abs(one.value)))
    return one.holds == other.holds and (same or (math.isnan(one.margin) and math.isnan(other.margin)))
