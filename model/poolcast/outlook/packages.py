"""The least-cost package: several unknowns at once, each with the cost of a unit of change, that meet conditions.

A sequence of linear programmes: effects are linearised by one run an unknown, `scipy.optimize.linprog` finds the
cheapest move inside a region of trust, the move is run, kept where it helps and else halved. The end is carried on a
straight line exactly to the edge of what is allowed, compared with what each unknown would cost alone, and verified by
a run of its own. Of effects that bend, the cheapest package near the linear one is found, not every one there may be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.questions import Conditions, Evaluator, Question, Set, prepare
from poolcast.outlook.searching import Check, Search, check_document
from poolcast.outlook.solving import setting_for
from poolcast.outlook.unknowns import Unknown, find_unknown
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.scenarios.scenario import Scenario

Array = NDArray[np.float64]

ROUNDS = 25
STEP = 1e-4
"""Change for the linearised effect, as a share of the bounds."""


@dataclass(frozen=True)
class Part:
    """One unknown of a package: its value, and what its change costs."""

    unknown: Unknown
    value: float
    unit_cost: float

    @property
    def change(self) -> float:
        """Value less present value."""
        return self.value - self.unknown.present

    @property
    def cost(self) -> float:
        """Cost of the change; both directions cost."""
        return abs(self.change) * self.unit_cost


@dataclass(frozen=True)
class Package:
    """The answer to a question with several unknowns.

    Parameters
    ----------
    parts : tuple of Part
        Unknowns in the order in which they were named.
    reached : bool
        Whether the package meets every condition; where not, it is the one found that comes nearest.
    checks : tuple of Check
        Each condition before and after.
    alone : dict
        Cost of each unknown alone; infinity where it cannot do it.
    verified : bool
        Whether a run of its own confirmed what `reached` says.
    scenario : Scenario
        Scenario with the package in it.
    runs : int
        Runs of the engine.
    """

    parts: tuple[Part, ...]
    reached: bool
    checks: tuple[Check, ...]
    alone: Mapping[str, float]
    verified: bool
    scenario: Scenario
    runs: int

    @property
    def cost(self) -> float:
        """Cost of all changes."""
        return sum(part.cost for part in self.parts)

    def document(self) -> dict[str, Any]:
        """Return the package as plain data, as ``poolcast solve --json`` prints it."""
        return {
            "reached": self.reached,
            "cost": self.cost,
            "parts": [
                {
                    "unknown": part.unknown.text,
                    "label": part.unknown.label.en,
                    "label_zh": part.unknown.label.zh,
                    "unit": part.unknown.unit,
                    "value": part.value,
                    "present": part.unknown.present,
                    "change": part.change,
                    "bounds": list(part.unknown.bounds),
                    "unit_cost": part.unit_cost,
                    "cost": part.cost,
                    "cost_alone": self.alone[part.unknown.text]
                    if math.isfinite(self.alone[part.unknown.text])
                    else None,
                    "entry": part.unknown.entry(part.value),
                    "note": part.unknown.note,
                }
                for part in self.parts
            ],
            "conditions": [check_document(check) for check in self.checks],
            "verified": self.verified,
            "runs": self.runs,
        }


def solve_package(
    assumptions: Set,
    unknowns: Mapping[str, float] | Sequence[str],
    conditions: Conditions,
    *,
    region: str | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    base_scenario: Scenario | str = "baseline",
    evaluate: Evaluator | None = None,
    start: int | None = None,
    where: Mapping[str, str] | None = None,
) -> Package:
    """Find the cheapest changes of several unknowns that together meet every condition.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set, its name or its folder.
    unknowns : mapping of str to float, or sequence of str
        Cost of one unit of change of each; without costs, the whole width of its bounds costs 1 for each.
    conditions, region, base_scenario, evaluate, start, where
        As in `poolcast.outlook.solving.solve`.
    bounds : mapping, optional
        Narrower bounds by unknown.

    Raises
    ------
    ScenarioError
        Where an unknown, condition, region, cost or bound cannot be.
    """
    question = prepare(assumptions, conditions, base_scenario, evaluate)
    setting = setting_for(question, region, start, where)
    question = question.in_region(region)
    found = [find_unknown(text, setting, (bounds or {}).get(text)) for text in unknowns]
    widths = [one.bounds[1] - one.bounds[0] for one in found]
    costs = [unknowns[text] for text in unknowns] if isinstance(unknowns, Mapping) else [1 / width for width in widths]
    _refuse(found, costs)
    return _Packer(question, found, np.array(costs), region).solve()


def _refuse(unknowns: Sequence[Unknown], costs: Sequence[float]) -> None:
    problems = []
    for unknown, cost in zip(unknowns, costs, strict=True):
        if not (math.isfinite(cost) and cost > 0):
            remedy = "Give what one unit of change costs, in any currency of your own."
            problems.append(Problem(f"--cost of {unknown.text}", f"{cost:g}", "a number above zero", remedy))
        if unknown.note.startswith("no value leaves"):
            remedy = "Solve for it alone, or name an argument that can be neutral."
            found = "an argument that changes something at every value"
            problems.append(Problem(unknown.text, found, "unknowns with a present value", remedy))
    names = [unknown.text for unknown in unknowns]
    if len(set(names)) < len(names) or len(names) < 2:
        problems.append(Problem("UNKNOWN", ", ".join(names), "two or more different unknowns", "Name each once."))
    if problems:
        raise ScenarioError(problems)


class _Packer:
    """Works in shares of the bounds: zero is the present value of each unknown."""

    def __init__(self, question: Question, unknowns: Sequence[Unknown], costs: Array, region: str | None) -> None:
        self._question, self._unknowns, self._region = question, unknowns, region
        self._present = np.array([one.present for one in unknowns])
        low, high = np.array([one.bounds for one in unknowns]).T
        self._width = high - low
        self._low, self._high = (low - self._present) / self._width, (high - self._present) / self._width
        self._low, self._high = np.minimum(self._low, 0.0), np.maximum(self._high, 0.0)
        self._unit_costs, self._weights = costs, costs * self._width
        self._before = before = question.read_base()
        margins = np.array([reading.margin for reading in before])
        self._scales = np.where(np.isfinite(margins) & (margins != 0), np.abs(margins), 1.0)

    def solve(self) -> Package:
        """Return the cheapest package found, or the one that comes nearest."""
        origin = np.zeros(len(self._unknowns))
        candidates = [self._to_the_edge(self._descend(origin)), *self._alone()]
        alone = {
            unknown.text: self._cost(moves) if self._worst(moves) >= 0 else math.inf
            for unknown, moves in zip(self._unknowns, candidates[1:], strict=True)
        }
        meeting = [moves for moves in candidates if self._worst(moves) >= 0]
        if meeting:
            best = min(meeting, key=self._cost)
        else:
            best = max(candidates, key=self._worst)
        return self._package(best, alone, reached=bool(meeting))

    def _scenario(self, moves: Array) -> Scenario:
        scenario = self._question.base
        for unknown, value, move in zip(self._unknowns, self._values(moves), moves, strict=True):
            if move != 0:
                scenario = unknown.applied(scenario, float(value))
        return scenario

    def _values(self, moves: Array) -> Array:
        values: Array = self._present + moves * self._width
        return np.where(moves == 0, self._present, values)

    def _cost(self, moves: Array) -> float:
        return float(self._weights @ np.abs(moves))

    def _margins(self, moves: Array) -> Array:
        """Scaled margins; a condition that holds is never below zero, one that does not always is."""
        readings = self._question.read(self._scenario(moves))
        if readings is None:
            return np.full(len(self._scales), -1e6)
        margins = np.array([reading.margin for reading in readings]) / self._scales
        margins = np.clip(np.nan_to_num(margins, nan=-1e6), -1e6, 1e6)
        holds = np.array([reading.holds for reading in readings])
        return np.where(holds, np.maximum(margins, 0.0), np.minimum(margins, -1e-300))

    def _worst(self, moves: Array) -> float:
        return float(self._margins(moves).min())

    def _merit(self, moves: Array, penalty: float) -> float:
        return self._cost(moves) + penalty * float(np.maximum(-self._margins(moves), 0.0).sum())

    def _descend(self, moves: Array) -> Array:
        trust, penalty = 1.0, 1e3 * float(self._weights.max())
        for _ in range(ROUNDS):
            margins, slopes = self._margins(moves), self._slopes(moves)
            step = self._cheapest(moves, margins, slopes, trust, penalty)
            if step is None or float(np.abs(step - moves).max()) < 1e-9:
                break
            if self._merit(step, penalty) < self._merit(moves, penalty) - 1e-15:
                moves, trust = step, min(1.0, trust * 2)
            else:
                trust = float(np.abs(step - moves).max()) / 4
                if trust < 1e-8:
                    break
        return moves

    def _slopes(self, moves: Array) -> Array:
        """Effect of each unknown on each margin, from a small change inside the bounds."""
        here = self._margins(moves)
        columns = []
        for number in range(moves.size):
            step = STEP if moves[number] + STEP <= self._high[number] else -STEP
            moved = moves.copy()
            moved[number] += step
            columns.append((self._margins(moved) - here) / step)
        slopes: Array = np.stack(columns, axis=1)
        return slopes

    def _cheapest(self, moves: Array, margins: Array, slopes: Array, trust: float, penalty: float) -> Array | None:
        """Solve the linear programme: up and down moves, and a shortfall of each condition that is dear."""
        from scipy.optimize import linprog

        count, conditions = moves.size, margins.size
        objective = np.concatenate([self._weights, self._weights, np.full(conditions, penalty)])
        rows = -np.hstack([slopes, -slopes, np.eye(conditions)])
        limits = margins - slopes @ moves
        inside = np.hstack([np.eye(count), -np.eye(count), np.zeros((count, conditions))])
        upper = np.minimum(self._high, moves + trust)
        lower = np.maximum(self._low, moves - trust)
        found = linprog(
            objective,
            A_ub=np.vstack([rows, inside, -inside]),
            b_ub=np.concatenate([limits, upper, -lower]),
            bounds=[(0, None)] * (2 * count + conditions),
            method="highs",
        )
        if not found.success:
            return None
        chosen: Array = found.x[:count] - found.x[count : 2 * count]
        return np.clip(np.where(np.abs(chosen) < 1e-12, 0.0, chosen), lower, upper)

    def _to_the_edge(self, moves: Array) -> Array:
        """Carry a package along its own direction to where the conditions just hold."""
        from scipy.optimize import brentq

        if not moves.any() or self._worst(np.zeros_like(moves)) >= 0:
            return np.zeros_like(moves) if self._worst(np.zeros_like(moves)) >= 0 else moves

        def along(length: float) -> Array:
            return np.clip(moves * length, self._low, self._high)

        length = 1.0
        for longer in (1.0, 1 + 1e-9, 1 + 1e-6, 1 + 1e-3, 1.1, 2.0):
            if self._worst(along(longer)) >= 0:
                length = longer
                break
        else:
            return moves
        edge = float(brentq(lambda at: self._worst(along(at)), 0.0, length, xtol=1e-14, rtol=1e-14, disp=False))
        for more in (0.0, *(1e-15 * 4.0**power for power in range(24))):
            if self._worst(along(min(edge + more, length))) >= 0:
                return along(min(edge + more, length))
        return along(length)

    def _alone(self) -> list[Array]:
        """Return the moves of each unknown alone; those that cannot do it end where they come nearest."""
        moves = []
        for number, unknown in enumerate(self._unknowns):
            found = Search(self._question, unknown, self._region).solve()
            move = np.zeros(len(self._unknowns))
            move[number] = (found.value - unknown.present) / self._width[number]
            while found.reached and self._worst(move) < 0:  # the share of the bounds rounds the value
                move[number] = math.nextafter(move[number], math.copysign(math.inf, move[number]))
            moves.append(move)
        return moves

    def _package(self, moves: Array, alone: Mapping[str, float], *, reached: bool) -> Package:
        scenario = self._scenario(moves)
        after = self._question.read(scenario)
        assert after is not None
        parts = tuple(
            Part(unknown, float(value), float(cost))
            for unknown, value, cost in zip(self._unknowns, self._values(moves), self._unit_costs, strict=True)
        )
        checks = tuple(
            Check(condition, before, then)
            for condition, before, then in zip(self._question.conditions, self._before, after, strict=True)
        )
        verified = self._question.verify(scenario) == reached
        return Package(parts, reached, checks, alone, verified, scenario, self._question.runs)
