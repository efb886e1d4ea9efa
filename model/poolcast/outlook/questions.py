"""A question to the engine: set, scenario and conditions, with an evaluator that says what a run finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from poolcast.outlook.conditions import Condition, Reading, parse_conditions
from poolcast.outlook.forecasting import project
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.consistency import contradictions
from poolcast.parameters.errors import ScenarioError
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import project as project_calibrated
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

Evaluator = Callable[[Assumptions, Sequence[Condition]], Sequence[Reading]]
"""From calibrated assumptions with the scenario applied, and conditions, to what each of them finds."""

Set = Assumptions | str | os.PathLike[str]
Conditions = str | Condition | Iterable[str | Condition]


def evaluate_single_run(assumptions: Assumptions, conditions: Sequence[Condition]) -> Sequence[Reading]:
    """Project once, without uncertainty, and read every condition: the evaluator by default."""
    forecast = project_calibrated(assumptions)
    return [condition.read(forecast) for condition in conditions]


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

    def verify(self, scenario: Scenario) -> bool:
        """Run a scenario from the set as read, by the public door, and return whether every condition holds."""
        self.runs += 1
        if self.evaluate is not evaluate_single_run:
            return all(one.holds for one in self.evaluate(scenario.apply(calibrate(self.given)), self.conditions))
        forecast = project(self.given, scenario)
        return all(condition.holds(forecast) for condition in self.conditions)


def prepare(
    assumptions: Set, conditions: Conditions, base_scenario: Scenario | str, evaluate: Evaluator | None
) -> Question:
    """Read set, scenario and conditions, and calibrate."""
    read = parse_conditions(conditions)
    given = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    base = base_scenario if isinstance(base_scenario, Scenario) else load_scenario(base_scenario)
    return Question(given, calibrate(given), base, read, evaluate or evaluate_single_run)
