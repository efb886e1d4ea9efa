"""Solve: the smallest change of a parameter or of a lever's argument that meets conditions, and each region's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, overload

from poolcast.outlook.lockstep import joint_scenario, runs_together, solve_regions
from poolcast.outlook.questions import Conditions, Evaluator, Question, Set, prepare
from poolcast.outlook.searching import Search, Solution
from poolcast.outlook.unknowns import Setting, find_unknown, regions_under
from poolcast.scenarios.scenario import Scenario


@overload
def solve(  # type: ignore[overload-overlap]  # "each" is a string, too
    assumptions: Set,
    unknown: str,
    conditions: Conditions,
    *,
    region: Literal["each"],
    bounds: tuple[float, float] | None = ...,
    base_scenario: Scenario | str = ...,
    evaluate: Evaluator | None = ...,
    start: int | None = ...,
    where: Mapping[str, str] | None = ...,
) -> dict[str, Solution]: ...


@overload
def solve(
    assumptions: Set,
    unknown: str,
    conditions: Conditions,
    *,
    region: str | None = ...,
    bounds: tuple[float, float] | None = ...,
    base_scenario: Scenario | str = ...,
    evaluate: Evaluator | None = ...,
    start: int | None = ...,
    where: Mapping[str, str] | None = ...,
) -> Solution: ...


def solve(
    assumptions: Set,
    unknown: str,
    conditions: Conditions,
    *,
    region: str | None = None,
    bounds: tuple[float, float] | None = None,
    base_scenario: Scenario | str = "baseline",
    evaluate: Evaluator | None = None,
    start: int | None = None,
    where: Mapping[str, str] | None = None,
) -> Solution | dict[str, Solution]:
    """Find the smallest change of an unknown that meets every condition.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set, calibrated or not, its name or its folder.
    unknown : str
        ``revenue.employer_rate``, ``scale:resident.subsidy``, ``inpatient.reimbursement_rate[status=retired]`` or
        ``B01.argument``.
    conditions : str, Condition or several
        See `poolcast.outlook.conditions`.
    region : str, optional
        Code of a region or of a parent, for whom the change and the conditions are meant; ``each`` solves for every
        region by itself, the others as they are (`lockstep`).
    bounds : tuple of float, optional
        Where to look, within the declared bounds.
    base_scenario : Scenario or str
        What holds besides the unknown.
    evaluate : Evaluator, optional
        What a run finds; a single run by default, a simulation for probabilities.
    start : int, optional
        First year of the change; the second year after the base year by default.
    where : mapping, optional
        Members concerned by axis.

    Returns
    -------
    Solution, or dict of Solution by region

    Raises
    ------
    ScenarioError
        Where unknown, condition, region or bounds cannot be.
    """
    problem = prepare(assumptions, conditions, base_scenario, evaluate)
    if region == "each":
        codes = problem.calibrated.region_codes
        unknowns = {code: find_unknown(unknown, setting_for(problem, code, start, where), bounds) for code in codes}
        return solve_regions(problem, unknowns)
    return _solve_one(problem, unknown, region, bounds, start, where)


def setting_for(question: Question, region: str | None, start: int | None, where: Mapping[str, str] | None) -> Setting:
    """Return where unknowns are looked for; a region, or a parent's regions, become a selector."""
    chosen = dict(where or {})
    if region is not None:
        chosen["region"] = "|".join(regions_under(question.calibrated, region))
    return Setting(question.calibrated, question.base, start, chosen)


def _solve_one(
    question: Question,
    text: str,
    region: str | None,
    bounds: tuple[float, float] | None,
    start: int | None,
    where: Mapping[str, str] | None,
) -> Solution:
    setting = setting_for(question, region, start, where)
    unknown = find_unknown(text, setting, bounds)
    return Search(question.in_region(region), unknown, region).solve()


def hold_together(question: Question, solutions: Mapping[str, Solution]) -> dict[str, bool]:
    """Return for each region whether its conditions hold when all regions do what each found by itself.

    Regions that share a pool, an adjustment fund or migrants are not independent of each other.
    """
    scenario = joint_scenario(question.base, [solution.scenario for solution in solutions.values()])
    if any(condition.call.region is not None for condition in question.conditions):
        return {region: question.in_region(region).verify(scenario) for region in solutions}
    found = runs_together(question, scenario, list(solutions))
    return {region: all(reading.holds for reading in readings) for region, readings in found.items()}
