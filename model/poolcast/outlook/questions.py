"""A question to the engine: set, scenario and conditions, with an evaluator that says what a run finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from poolcast.outlook.conditions import (
    Condition,
    Reading,
    need_ages,
    needed_variables,
    parse_conditions,
    read_conditions,
)
from poolcast.outlook.forecasting import project
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.consistency import contradictions
from poolcast.parameters.errors import ScenarioError
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import run
from poolcast.projection.forecast import label
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

Evaluator = Callable[[Assumptions, Sequence[Condition]], Sequence[Reading]]
"""From calibrated assumptions with the scenario applied, and conditions, to what each of them finds."""

Set = Assumptions | str | os.PathLike[str]
Conditions = str | Condition | Iterable[str | Condition]


def evaluate_single_run(assumptions: Assumptions, conditions: Sequence[Condition]) -> Sequence[Reading]:
    """Project once, without uncertainty, and read every condition: the evaluator by default."""
    forecast = label(
        run(assumptions), with_paths=False, only=needed_variables(conditions), by_age=need_ages(conditions)
    )
    return read_conditions(conditions, forecast)


@dataclass
class Question:
    """Set, scenario, conditions and evaluator of a question, with a count of its runs.

    Parameters
    ----------
    given, calibrated : Assumptions
        The set as read and with its factors.
    base : Scenario
        What holds besides the unknown.
    conditions : tuple of Condition
        What must hold.
    evaluate : Evaluator
        What a run finds.
    """

    given: Assumptions
    calibrated: Assumptions
    base: Scenario
    conditions: tuple[Condition, ...]
    evaluate: Evaluator
    runs: int = 0
    _known: dict[str, Sequence[Reading]] = field(default_factory=dict)

    def in_region(self, region: str | None) -> Question:
        """Return the question for one region."""
        if region is None:
            return replace(self, runs=0, _known={})
        return replace(self, runs=0, _known={}, conditions=tuple(one.in_region(region) for one in self.conditions))

    def read(self, scenario: Scenario) -> Sequence[Reading] | None:
        """Run a scenario; None where it leaves the bounds of a parameter, or its values contradict each other."""
        key = scenario.digest
        if key not in self._known:
            try:
                changed = scenario.apply(self.calibrated)
            except ScenarioError:
                return None
            if contradictions(changed) and not contradictions(self.calibrated):
                return None
            self.runs += 1
            self._known[key] = self.evaluate(changed, self.conditions)
        return self._known[key]

    def read_base(self) -> Sequence[Reading]:
        """Run what holds besides the unknown.

        Raises
        ------
        ScenarioError
            Where the scenario itself cannot be applied.
        """
        readings = self.read(self.base)
        if readings is None:
            self.base.apply(self.calibrated)  # raises what is wrong with the scenario itself
            raise AssertionError("a scenario that applies and does not")
        return readings

    def rerun(self, scenario: Scenario) -> Sequence[Reading]:
        """Run a scenario from the set as read, by the public door, and return what every condition finds."""
        self.runs += 1
        if self.evaluate is not evaluate_single_run:
            return self.evaluate(scenario.apply(calibrate(self.given)), self.conditions)
        return read_conditions(self.conditions, project(self.given, scenario, by_age=need_ages(self.conditions)))

    def verify(self, scenario: Scenario) -> bool:
        """Return whether every condition holds in a run of its own."""
        return all(reading.holds for reading in self.rerun(scenario))


def prepare(
    assumptions: Set, conditions: Conditions, base_scenario: Scenario | str, evaluate: Evaluator | None
) -> Question:
    """Read set, scenario and conditions, and calibrate."""
    read = parse_conditions(conditions)
    given = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    base = base_scenario if isinstance(base_scenario, Scenario) else load_scenario(base_scenario)
    return Question(given, calibrate(given), base, read, evaluate or evaluate_single_run)
