"""Goal seek with probability: the smallest change for which a condition holds on so many paths (handbook 7.3).

Every value is tried on the same paths (common random numbers), so that the share of paths that meet a condition moves
with the value alone. ``P(condition) >= p`` on n paths means that the k-th best margin meets the condition, k = p n
rounded up: that margin is what the search follows, and it is as smooth as a single run. Several conditions each have to
hold with probability p.

**Error.** The paths are a sample. Another sample would give another share, ``se(p)`` apart, and so another value:
``error = se(p) / |dp/dvalue|``. The slope is measured by runs a little to both sides, where the share is about two
standard errors less and more; these two values are the bracket. The share is counted once more on as many fresh paths.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.conditions import Condition, Reading
from poolcast.outlook.questions import Conditions, Question, Set, prepare
from poolcast.outlook.searching import Readings, Search, Solution
from poolcast.outlook.solving import setting_for
from poolcast.outlook.unknowns import Unknown, find_unknown
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.reading import load_assumptions
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty import sampling_error
from poolcast.uncertainty.blocks import Job, central_run
from poolcast.uncertainty.draws import Draws, Sampling
from poolcast.uncertainty.kept_calls import ConditionLayout
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.simulate import BLOCK, STANDARD_PATHS, run_paths
from poolcast.uncertainty.store import MemoryStore

Array = NDArray[np.float64]

PILOT_PATHS = 100
"""Paths of the first search, which only says where the second one has to look."""
FEWEST_PATHS = 20
STANDARD_ERRORS = 2.0
"""Half the width of the bracket."""

_EXACT = 1e-6
"""The edge is found to this part of the bounds; the paths know it far less well."""
_SPREAD = 1.6
_OUTWARDS = 40


@dataclass
class ProbabilityEvaluator:
    """Says of a scenario how likely conditions hold, always on the same paths; an `Evaluator` for the solver.

    The value of a reading is the share of paths on which the condition holds, its margin the k-th best one.

    Parameters
    ----------
    processes : Processes
    probability : float
        p, above zero and at most one.
    paths, seed : int
    sampling : {"random", "antithetic", "sobol"}
    workers : int or None
    """

    processes: Processes
    probability: float
    paths: int
    seed: int
    sampling: Sampling = "random"
    workers: int | None = None
    _layouts: dict[tuple[str, ...], ConditionLayout] = field(default_factory=dict, repr=False)

    @property
    def draws(self) -> Draws:
        """Seed and sampling."""
        return Draws(self.seed, self.sampling)

    def __call__(self, assumptions: Assumptions, conditions: Sequence[Condition]) -> Sequence[Reading]:
        """Simulate and read every condition."""
        margins = self.margins(assumptions, conditions)
        return [self._reading(one, values) for one, values in zip(conditions, margins, strict=True)]

    def margins(self, assumptions: Assumptions, conditions: Sequence[Condition]) -> list[Array]:
        """Return the margin of each condition on every path."""
        key = tuple(str(one) for one in conditions)
        if key not in self._layouts:
            self._layouts[key] = ConditionLayout.of_conditions(central_run(assumptions), conditions)
        layout = self._layouts[key]
        job = Job({"": assumptions}, assumptions, self.processes, self.draws, layout)
        store = MemoryStore(("",), layout, self.paths)
        run_paths(job, store, self.paths, workers=self.workers, block=min(BLOCK, -(-self.paths // 2)))
        return [store.values("", kept, self.paths)[:, 0] for kept in layout.measures]

    def share_error(self, met: NDArray[np.bool_]) -> float:
        """Return the standard error of the share of paths."""
        return float(sampling_error.of_share(met[None], sampling_error.batches_of(self.draws, self.paths))[0])

    def _reading(self, condition: Condition, margins: Array) -> Reading:
        needed = max(math.ceil(self.probability * self.paths - 1e-9), 1)
        margin = float(np.sort(margins)[::-1][needed - 1])
        return Reading(float(met(condition, margins).mean()), margin, condition.met(margin))


def met(condition: Condition, margins: Array) -> NDArray[np.bool_]:
    """Return on which paths a condition holds."""
    return margins > 0 if condition.call.is_strict(condition.operator) else margins >= 0


@dataclass(frozen=True)
class LikelySolution:
    """The answer to a question with a probability.

    Parameters
    ----------
    solution : Solution
        Value, checks (readings are shares of paths), and whether a run of its own confirmed it.
    probability : float
        p asked for.
    paths, seed : int
    share_error : float
        Standard error of the share of paths at the value.
    slope : float
        Change of the share for one unit of the unknown; NaN where it could not be measured.
    error : float
        Standard error of the value.
    bracket : tuple of float
        Values at which the share is about two standard errors below and above, in order of the value; infinite where a
        bound is reached first or the share would pass one.
    fresh_share, fresh_error : float
        Share on as many other paths, and the standard error of a share.
    """

    solution: Solution
    probability: float
    paths: int
    seed: int
    share_error: float
    slope: float
    error: float
    bracket: tuple[float, float]
    fresh_share: float
    fresh_error: float

    @property
    def reached(self) -> bool:
        """Whether some value in the bounds does it."""
        return self.solution.reached

    @property
    def value(self) -> float:
        """The value, or the nearest where none does it."""
        return self.solution.value

    def document(self) -> dict[str, Any]:
        """Return the solution as plain data, as ``poolcast solve --probability --json`` prints it."""
        return {
            **self.solution.document(),
            "probability": self.probability,
            "paths": self.paths,
            "seed": self.seed,
            "share_error": self.share_error,
            "slope": _finite(self.slope),
            "error": _finite(self.error),
            "bracket": [_finite(value) for value in self.bracket],
            "fresh_share": self.fresh_share,
            "fresh_error": self.fresh_error,
        }


def seek(
    assumptions: Set,
    unknown: str,
    conditions: Conditions,
    *,
    probability: float,
    paths: int = STANDARD_PATHS,
    seed: int = 1,
    sampling: Sampling = "random",
    region: str | None = None,
    bounds: tuple[float, float] | None = None,
    base_scenario: Scenario | str = "baseline",
    start: int | None = None,
    where: Mapping[str, str] | None = None,
    workers: int | None = None,
) -> LikelySolution:
    """Find the smallest change of an unknown for which every condition holds with a probability.

    Reforms come as planned: the change is what is decided here. Late and weak reforms belong to a simulation.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``, calibrated or not.
    unknown, conditions, region, bounds, base_scenario, start, where
        As in `poolcast.outlook.solving.solve`.
    probability : float
        p, above zero and below one.
    paths, seed : int
    sampling : {"random", "antithetic", "sobol"}
    workers : int, optional

    Returns
    -------
    LikelySolution
        ``reached`` is false where no value in the bounds does it.

    Raises
    ------
    AssumptionError, ScenarioError
        Where the set has no processes, or unknown, condition, region, bounds, probability or paths cannot be.
    """
    _refuse(probability, paths)
    given = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    evaluator = ProbabilityEvaluator(Processes.of(given), probability, paths, seed, sampling, workers)
    question = prepare(given, conditions, base_scenario, evaluator).in_region(region)
    found = find_unknown(unknown, setting_for(question, region, start, where), bounds)
    pilot = replace(evaluator, paths=min(paths, PILOT_PATHS), _layouts={})
    guess = _CoarseSearch(replace(question, evaluate=pilot, runs=0, _known={}), found, region).solve()
    search = _CoarseSearch(question, found, region, guess.value if guess.reached else None)
    solution = search.solve()
    solution = replace(solution, runs=solution.runs + guess.runs)
    return _with_error(question, evaluator, found, solution)


class _CoarseSearch(Search):
    """The search, which stops at the edge where the paths know no better, and looks first where a pilot found it.

    Parameters
    ----------
    question, unknown, region
        As in `Search`.
    guess : float, optional
        What the pilot found.
    """

    def __init__(
        self, question: Question, unknown: Unknown, region: str | None = None, guess: float | None = None
    ) -> None:
        low, high = unknown.bounds
        super().__init__(question, unknown, region, exact=_EXACT * (high - low))
        self._guess = guess

    def asking(self) -> Generator[float, Readings, tuple[float, bool]]:
        """Look about the guess; where that finds nothing, because the pilot erred, everywhere."""
        found, reached = yield from super().asking()
        if not reached and self._guess is not None:
            self._guess = None
            found, reached = yield from super().asking()
        return found, reached

    def _bracket(
        self, present: float, end: float, nearer: float
    ) -> Generator[float, Readings, tuple[float, float] | None]:
        guess = self._guess
        if guess is not None:
            if (guess - present) * (end - present) <= 0:
                return None  # the pilot found the answer on the other side
            around = yield from self._around(guess, present, end)
            if around is not None:
                return around
        return (yield from super()._bracket(present, end, nearer))

    def _around(
        self, guess: float, present: float, end: float
    ) -> Generator[float, Readings, tuple[float, float] | None]:
        """Return a missed and a met value about the guess: outwards until it is met, inwards until it is missed."""
        step = max(abs(guess - present) * 0.05, self._exact)
        outwards = math.copysign(1.0, end - present)
        meets = (yield from self._margin(guess)) >= 0
        inner = outer = guess
        for _ in range(_OUTWARDS):
            if meets:
                inner = guess - outwards * step
                if (inner - present) * outwards <= 0:
                    inner = present
                if (yield from self._margin(inner)) < 0:
                    return inner, outer
                if inner == present:
                    return None
                outer = inner
            else:
                outer = guess + outwards * step
                if (end - outer) * outwards <= 0:
                    outer = end
                if (yield from self._margin(outer)) >= 0:
                    return inner, outer
                if outer == end:
                    return None
                inner = outer
            step *= _SPREAD
        return None


def _with_error(
    question: Question, evaluator: ProbabilityEvaluator, unknown: Unknown, solution: Solution
) -> LikelySolution:
    """Add the error of the value, its bracket, and the share on fresh paths, of the condition that binds."""
    condition = _binding(question, solution)

    def share(value: float, by: ProbabilityEvaluator = evaluator) -> float:
        changed = unknown.applied(question.base, value).apply(question.calibrated)
        return float(met(condition, by.margins(changed, [condition])[0]).mean())

    applied = solution.scenario.apply(question.calibrated)
    margins = evaluator.margins(applied, [condition])[0]
    error = evaluator.share_error(met(condition, margins))
    fresh = replace(evaluator, seed=evaluator.seed + 1, _layouts={})
    fresh_met = met(condition, fresh.margins(applied, [condition])[0])
    slope, ends, runs = math.nan, (-math.inf, math.inf), 2
    moves = solution.reached and solution.change != 0
    if moves and error > 0:
        nudge = _nudge(unknown, solution.value, question, condition, evaluator, margins, error)
        if nudge is not None:
            low, high = nudge
            slope = (share(high) - share(low)) / (high - low)
            runs += 2
            lower, upper = unknown.bounds
            open_end = evaluator.probability + STANDARD_ERRORS * error >= 1
            ends = (
                -math.inf if low <= lower or (open_end and slope < 0) else low,
                math.inf if high >= upper or (open_end and slope > 0) else high,
            )
    known = math.isfinite(slope) and slope != 0
    return LikelySolution(
        solution=replace(solution, runs=solution.runs + runs),
        probability=evaluator.probability,
        paths=evaluator.paths,
        seed=evaluator.seed,
        share_error=error,
        slope=slope,
        error=error / abs(slope) if known else math.nan,
        bracket=ends,
        fresh_share=float(fresh_met.mean()),
        fresh_error=fresh.share_error(fresh_met),
    )


def _nudge(
    unknown: Unknown,
    value: float,
    question: Question,
    condition: Condition,
    evaluator: ProbabilityEvaluator,
    margins: Array,
    error: float,
) -> tuple[float, float] | None:
    """Return the values at which the share should be two standard errors lower and higher, were margins lines."""
    low, high = unknown.bounds
    step = max(abs(value - unknown.present) * 0.01, 1e-6 * (high - low))
    step = step if value + step <= high else -step
    try:
        changed = unknown.applied(question.base, value + step).apply(question.calibrated)
    except ScenarioError:
        return None
    beside = evaluator.margins(changed, [condition])[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        gradient = (beside - margins) / step
        roots = value - margins / gradient  # from here on (or up to here) the path meets the condition
    rising = bool(np.nansum(np.sign(gradient)) > 0)
    always = np.where(met(condition, margins), -np.inf, np.inf) * (1 if rising else -1)
    roots = np.sort(np.where(np.isfinite(roots), roots, always))
    ordered = roots if rising else roots[::-1]

    def where(share: float) -> float:
        place = min(max(math.ceil(share * len(ordered) - 1e-9) - 1, 0), len(ordered) - 1)
        return float(np.clip(ordered[place], low, high))

    least = where(evaluator.probability - STANDARD_ERRORS * error)
    most = where(evaluator.probability + STANDARD_ERRORS * error)
    return (min(least, most), max(least, most)) if least != most else None


def _binding(question: Question, solution: Solution) -> Condition:
    """Return the condition that is hardest to meet: the least likely one."""
    worst = min(range(len(solution.checks)), key=lambda number: solution.checks[number].after.value)
    return question.conditions[worst]


def _refuse(probability: float, paths: int) -> None:
    problems = []
    if not 0 < probability < 1:
        remedy = "Write 0.9 for nine paths of ten; without --probability a single run decides."
        problems.append(Problem("--probability", f"{probability:g}", "above 0 and below 1", remedy))
    if paths < FEWEST_PATHS:
        problems.append(Problem("--paths", str(paths), f"{FEWEST_PATHS} or more", "1,000 are usual."))
    if problems:
        raise ScenarioError(problems)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
