"""What would clear a warning: the smallest change of one unknown with which its rule is quiet, verified by a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from poolcast.budget.warning_results import EarlyWarning
from poolcast.budget.warning_rules import CHANCE_YEARS, WarningRule, threshold
from poolcast.budget.warning_series import funds_of
from poolcast.budget.warning_words import figure
from poolcast.outlook.conditions import Condition, Reading, parse_condition
from poolcast.outlook.forecasting import project
from poolcast.outlook.questions import Evaluator
from poolcast.outlook.searching import Solution
from poolcast.outlook.solving import solve
from poolcast.outlook.unknowns import Unknown
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import UNITS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.projection.engine import run
from poolcast.projection.forecast import label
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import FIRST_YEAR_OF_A_POLICY, Scenario
from poolcast.uncertainty.seeking import LikelySolution, seek

YEARS_TO_REBUILD = 3
"""Years of change in which a reserve is to be rebuilt (handbook 5.4); a flow is to be right in the first."""
PATHS = 200
"""Paths on which a chance is sought; the answer says how well they know it."""
_CARRIER = "payable_months({ledger}, year={year}) >= 0"
"""Stands for the rule where the grammar has no measure for it; the evaluator reads the rule itself."""


@dataclass(frozen=True)
class Clearing:
    """One way to clear a warning.

    Parameters
    ----------
    warning : EarlyWarning
    year : int
        Year in which the rule is to be quiet; of a chance, the last year that it speaks of.
    solution : Solution or LikelySolution
        The smallest change; `reached` is false where none within the bounds does it.
    is_quiet : bool
        Whether the rule is quiet in a run of its own with the change. Of a chance: whether the share of fresh paths is
        within two standard errors of what was asked.
    value : float
        Value of the rule there.
    """

    warning: EarlyWarning
    year: int
    solution: Solution | LikelySolution
    is_quiet: bool
    value: float

    @property
    def found(self) -> Solution:
        """The solution, also behind one with a probability."""
        return self.solution.solution if isinstance(self.solution, LikelySolution) else self.solution

    @property
    def reached(self) -> bool:
        """Whether the change clears the warning."""
        return self.found.reached and self.is_quiet

    def sentence(self, language: str = "en") -> str:
        """Return the way in a sentence."""
        unknown, rule = self.found.unknown, self.warning.rule
        name = unknown.label.in_language(language)
        present, value = (_amount(one, unknown, language) for one in (unknown.present, self.found.value))
        change = f"{present} → {value}"
        by_itself = self.reached and math.isclose(unknown.present, self.found.value, rel_tol=1e-9, abs_tol=1e-12)
        reading = figure(rule, self.value, language)
        if isinstance(self.solution, LikelySolution):
            error = f"{100 * self.solution.fresh_error:.1f}"
            reading += f" ±{error} 个百分点" if language == "zh" else f" ± {error} points on fresh paths"
        if language == "zh":
            there = f"{self.year} 年{rule.title.zh}为 {reading}"
            if by_itself:
                return f"{name}不必改动（{present}）：{there}，预警自行消除。"
            if not self.reached:
                return f"仅靠{name}在允许范围内不能消除预警；最接近：{change}，{there}。"
            return f"{name}自 {unknown.start} 年起 {change}，{there}，预警消除。"
        title = rule.title.en.lower()
        if by_itself:
            there = f"{title} in {self.year} is {reading}"
            return f"{name} need not change ({present}): {there}; the warning clears by itself."
        if not self.reached:
            nearest = f"nearest: {change}, {title} in {self.year}: {reading}"
            return f"{name} alone does not clear it within its bounds; {nearest}."
        return f"{name} from {unknown.start}: {change} clears it; {title} in {self.year}: {reading}."

    def document(self) -> dict[str, Any]:
        """Return the way as plain data."""
        return {
            **self.solution.document(),
            "rule": self.warning.rule.id,
            "year": self.year,
            "cleared": self.reached,
            "rule_value": self.value,
            "sentence": self.sentence("en"),
            "sentence_zh": self.sentence("zh"),
        }


def _amount(value: float, unknown: Unknown, language: str) -> str:
    """Return a value of an unknown as readers see it: factors as such, additions in points, shares in per cent."""
    zh, kind = language == "zh", getattr(unknown, "kind", "set")
    if kind == "scale":
        return f"{value:.3f} {'倍' if zh else 'times'}"
    if unknown.unit in ("fraction", "rate_per_year"):
        shown = f"{round(100 * value, 2) + 0.0:g}".replace("-", "\u2212")
        return f"{shown} {'个百分点' if zh else 'pt'}" if kind == "shift" else f"{shown}%"
    return f"{value:.6g} {UNITS[unknown.unit][1 if zh else 0]}"


def ways_to_clear(
    warning: EarlyWarning,
    assumptions: Assumptions,
    scenario: Scenario | str = "baseline",
    *,
    unknowns: Sequence[str] | None = None,
    start: int | None = None,
    paths: int = PATHS,
    seed: int = 1,
) -> Iterator[Clearing]:
    """Look for what would clear a warning, one unknown after the other; each takes seconds, and is made when asked for.

    Parameters
    ----------
    warning : EarlyWarning
        Of a rule that the figures or a simulation answer.
    assumptions : Assumptions
        The set as read.
    scenario : Scenario or str
        What holds already.
    unknowns : sequence of str, optional
        What may change, each by itself; those of the rule by default.
    start : int, optional
        First year of the change; the second year after the base year by default, or the year of a coming warning.
    paths, seed : int
        For chances.

    Raises
    ------
    ScenarioError
        Where the warning comes from the months of the budget, or an unknown cannot be.
    """
    rule, ledger = warning.rule, warning.ledger
    tried = rule.tried(ledger) if unknowns is None else tuple(unknowns)
    if rule.kind == "execution":
        remedy = "See the outlook of the year: it says what would restore it."
        raise ScenarioError(Problem("warning", "one of the months of the budget", "a rule by year", remedy))
    begin = assumptions.base_year + FIRST_YEAR_OF_A_POLICY if start is None else start
    base = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    for text in tried:
        if rule.kind == "chance":
            yield _of_chance(warning, assumptions, base, text, begin, paths, seed)
        else:
            yield _of_rule(warning, assumptions, base, text, begin)


def quiet_condition(rule: WarningRule, ledger: str, assumptions: Assumptions, year: int, horizon: int = 0) -> Condition:
    """Return when a rule is quiet in a year, in the grammar of conditions (design, section 9)."""
    limit = rule.thresholds(ledger, assumptions)[0][1]
    red = threshold("warning.red_months", ledger, assumptions)
    written = (rule.condition or _CARRIER).format(
        ledger=ledger, year=year, threshold=repr(limit), horizon=horizon, red_months=repr(red)
    )
    return parse_condition(written, "warning")


def _of_rule(warning: EarlyWarning, assumptions: Assumptions, base: Scenario, text: str, start: int) -> Clearing:
    rule, ledger = warning.rule, warning.ledger
    patience = YEARS_TO_REBUILD if rule.kind == "band" else 1
    year = min(max(warning.year, start + patience - 1), assumptions.last_year)
    limit = rule.thresholds(ledger, assumptions)[0][1]
    told = bool(rule.condition) and (rule.id != "deficit" or limit == 0)
    evaluate = None if told else rule_evaluator(rule, warning.region, ledger, year, limit)
    condition = quiet_condition(rule, ledger, assumptions, year)
    solution = solve(
        assumptions, text, condition, region=warning.region, base_scenario=base, start=start, evaluate=evaluate
    )
    forecast = project(assumptions, solution.scenario)
    value = _value_of(rule, forecast, assumptions, warning.region, ledger, year)
    return Clearing(warning, year, solution, rule.level_of(value, ledger, assumptions)[0] == "green", value)


def _of_chance(
    warning: EarlyWarning, assumptions: Assumptions, base: Scenario, text: str, start: int, paths: int, seed: int
) -> Clearing:
    rule, ledger = warning.rule, warning.ledger
    horizon = warning.year + CHANCE_YEARS - assumptions.base_year
    limit = rule.thresholds(ledger, assumptions)[0][1]
    condition = quiet_condition(rule, ledger, assumptions, warning.year, horizon)
    found = seek(
        assumptions,
        text,
        condition,
        probability=1 - limit,
        paths=paths,
        seed=seed,
        region=warning.region,
        base_scenario=base,
        start=start,
    )
    chance = 1 - found.fresh_share
    spread = 2 * max(found.fresh_error, found.share_error)
    return Clearing(warning, warning.year + CHANCE_YEARS, found, chance <= limit + spread, chance)


def rule_evaluator(rule: WarningRule, region: str, ledger: str, year: int, limit: float) -> Evaluator:
    """Return an evaluator for the solver that reads a rule itself: its margin is how far the value is from firing."""

    def evaluate(assumptions: Assumptions, conditions: Sequence[Condition]) -> Sequence[Reading]:
        forecast = label(run(assumptions), with_paths=False)
        value = _value_of(rule, forecast, assumptions, region, ledger, year)
        margin = limit - value if rule.fires == "above" else value - limit
        return [Reading(value, margin, margin >= 0) for _ in conditions]

    return evaluate


def _value_of(rule: WarningRule, forecast: Any, assumptions: Assumptions, region: str, ledger: str, year: int) -> float:
    assert rule.value is not None
    series = funds_of(forecast, assumptions)[region, ledger]
    return float(rule.value(series)[series.position(year)])
