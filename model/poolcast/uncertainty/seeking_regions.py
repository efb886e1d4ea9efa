"""Goal seek with probability for every region at once: what each needs, from a few simulations of the whole set.

Regions that share no fund do not touch each other, so that one simulation in which every region has a value of its own
answers for all of them. Margins of money conditions are nearly straight lines in a rate: two simulations on the same
paths give for each path the value from which on it meets the condition, and the value at which a share p of the paths
does is a quantile of those. A third near that value mends what bends. Each answer is run once more, and the share that
it finds is part of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.conditions import Condition
from poolcast.outlook.lockstep import joint_scenario
from poolcast.outlook.questions import Conditions, Question, Set, prepare
from poolcast.outlook.solving import setting_for
from poolcast.outlook.unknowns import Unknown, find_unknown
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.reading import load_assumptions
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.seeking import ProbabilityEvaluator, met

Array = NDArray[np.float64]

STEP = 0.02
"""Distance of the second simulation from the first, as a share of the bounds."""


@dataclass(frozen=True)
class RegionNeed:
    """What a region needs for a probability.

    Parameters
    ----------
    value : float
        The value; the nearer bound where no value within the bounds does it, or every one more often than asked.
    present : float
        The value now.
    reached : bool
        Whether a value within the bounds does it.
    share : float
        Share of paths that meet the condition in the simulation of the answers.
    """

    value: float
    present: float
    reached: bool
    share: float


def seek_regions(
    assumptions: Set,
    unknown: str,
    conditions: Conditions,
    *,
    probabilities: Sequence[float] = (0.5, 0.9),
    paths: int = 1_000,
    seed: int = 1,
    base_scenario: Scenario | str = "baseline",
    start: int | None = None,
    regions: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, dict[float, RegionNeed]]:
    """Return for each region which value of an unknown meets a condition with each probability.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``.
    unknown, base_scenario, start
        As in `poolcast.outlook.solving.solve`.
    conditions : str or Condition
        One condition without a region.
    probabilities : sequence of float
        Each above zero and below one.
    paths, seed : int
    regions : sequence of str, optional
        Codes; all that keep the ledger by default.
    progress : callable, optional
        Told of finished and all simulations.

    Returns
    -------
    dict of dict of RegionNeed
        By region and probability. All regions move together, each to its own value: with a common pool or an
        adjustment fund that is not the same as one region moving alone.

    Raises
    ------
    ScenarioError
        Where unknown, condition or probabilities cannot be.
    """
    given = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    evaluator = ProbabilityEvaluator(Processes.of(given), 0.5, paths, seed)
    question = prepare(given, conditions, base_scenario, evaluator)
    _refuse(question, probabilities)
    codes = list(question.calibrated.region_codes if regions is None else regions)
    unknowns = {code: find_unknown(unknown, setting_for(question, code, start, None)) for code in codes}
    condition = question.conditions[0]
    total = 2 + 2 * len(probabilities)
    done = 0

    def tell() -> None:
        nonlocal done
        if progress is not None:
            progress(done, total)
        done += 1

    def margins(values: Mapping[str, float]) -> dict[str, Array]:
        tell()
        return _margins(question, evaluator, condition, unknowns, values)

    first = {code: one.present for code, one in unknowns.items()}
    second = {code: _beside(one) for code, one in unknowns.items()}
    at_first, at_second = margins(first), margins(second)
    found: dict[str, dict[float, RegionNeed]] = {code: {} for code in codes}
    for probability in probabilities:
        values, reached = {}, {}
        for code, one in unknowns.items():
            root = root_of(at_first[code], at_second[code], first[code], second[code], probability)
            low, high = one.bounds
            reached[code] = bool(low <= root <= high)
            values[code] = float(np.clip(root, low, high)) if math.isfinite(root) else one.present
        near = margins(values)
        for code in codes:
            if reached[code]:
                other = (second, at_second) if values[code] != second[code] else (first, at_first)
                beside = other[0][code], other[1][code]
                values[code] = _refined(unknowns[code], (values[code], near[code]), beside, probability)
        shares = {code: float(met(condition, rows).mean()) for code, rows in margins(values).items()}
        for code in codes:
            enough = reached[code] or shares[code] >= probability  # at a bound it may hold more often than asked
            need = RegionNeed(values[code], unknowns[code].present, enough, shares[code])
            found[code][probability] = need
    tell()
    return found


def root_of(at_first: Array, at_second: Array, first: float, second: float, probability: float) -> float:
    """Return the value at which a share of the paths has a margin of at least zero, were margins straight lines.

    Parameters
    ----------
    at_first, at_second : array (path,)
        Margins at two values.
    first, second : float
        The values.
    probability : float
        Share of paths.

    Returns
    -------
    float
        NaN where the margin does not move, infinite where only a value beyond all numbers would do.
    """
    slope = (at_second - at_first) / (second - first)
    moving = slope[np.isfinite(slope)]
    direction = float(np.sign(np.sum(np.sign(moving)))) if moving.size else 0.0
    if direction == 0:
        return math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = first - at_first / slope
    stuck = ~np.isfinite(roots) | (np.sign(slope) != direction)
    roots = np.where(stuck, np.where(at_first >= 0, -math.inf, math.inf) * direction, roots)
    needed = max(math.ceil(probability * len(roots) - 1e-9), 1)
    ordered = np.sort(roots) if direction > 0 else np.sort(roots)[::-1]
    return float(ordered[needed - 1])


def _refined(unknown: Unknown, near: tuple[float, Array], other: tuple[float, Array], probability: float) -> float:
    """Return the value found once more from where the answer should be: margins bend a little.

    Parameters
    ----------
    unknown : Unknown
    near, other : (value, margins by path)
    probability : float
    """
    if near[0] == other[0]:
        return near[0]
    root = root_of(near[1], other[1], near[0], other[0], probability)
    low, high = unknown.bounds
    return root if low <= root <= high else near[0]


def _beside(unknown: Unknown) -> float:
    low, high = unknown.bounds
    step = STEP * (high - low)
    return unknown.present + step if unknown.present + step <= high else unknown.present - step


def _margins(
    question: Question,
    evaluator: ProbabilityEvaluator,
    condition: Condition,
    unknowns: Mapping[str, Unknown],
    values: Mapping[str, float],
) -> dict[str, Array]:
    """Simulate once with a value for each region, and return the margins of each by path."""
    changed = [unknowns[code].applied(question.base, value) for code, value in values.items()]
    applied = joint_scenario(question.base, changed).apply(question.calibrated)
    rows = evaluator.margins(applied, [condition.in_region(code) for code in values])
    return dict(zip(values, rows, strict=True))


def _refuse(question: Question, probabilities: Sequence[float]) -> None:
    problems = []
    for probability in probabilities:
        if not 0 < probability < 1:
            remedy = "Write 0.9 for nine paths of ten."
            problems.append(Problem("probabilities", f"{probability:g}", "above 0 and below 1", remedy))
    if len(question.conditions) != 1 or question.conditions[0].call.region is not None:
        found = " and ".join(map(str, question.conditions))
        problems.append(Problem("condition", found, "one condition without a region", "Name the ledger and year only."))
    if problems:
        raise ScenarioError(problems)
