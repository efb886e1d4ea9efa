"""The search for the smallest change of one unknown that meets conditions.

The bounds are scanned outwards from the present value, because nothing says that more of something is always better;
between the first value that meets the conditions and the one before it a bracketing method finds the edge. Windows
narrower than a step of the scan can be missed. Every answer is verified by a run of its own.

A search is a generator: it gives out the value that it wants to be run and is sent what the conditions find there.
Whoever drives it decides how: one run a value (`Search.solve`), or one run for all regions (`lockstep`).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from poolcast.outlook.conditions import Condition, Reading
from poolcast.outlook.questions import Question
from poolcast.outlook.unknowns import Unknown
from poolcast.scenarios.scenario import Scenario

Readings = Sequence[Reading] | None
"""What the conditions find at a value; None where the value cannot be applied."""

STEPS = 12
"""Values scanned on each side of the present one, closer together near it."""

NARROWINGS = 20
"""Steps in which the value that comes nearest is refined; each leaves 62 % of what is open."""

_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Check:
    """What a condition finds before and after the change."""

    condition: Condition
    before: Reading
    after: Reading


@dataclass(frozen=True)
class Solution:
    """The answer to one question.

    Parameters
    ----------
    unknown : Unknown
        What may change.
    region : str or None
        Region for which it was solved.
    reached : bool
        Whether some value in the bounds meets every condition.
    value : float
        The value nearest to the present one that does; where none does, the one that comes nearest.
    checks : tuple of Check
        Each condition at the present value and at `value`.
    verified : bool
        Whether a run of its own confirmed what `reached` says.
    scenario : Scenario
        Scenario with the value in it.
    runs : int
        Runs of the engine.
    note : str
        What the reader should know.
    """

    unknown: Unknown
    region: str | None
    reached: bool
    value: float
    checks: tuple[Check, ...]
    verified: bool
    scenario: Scenario
    runs: int
    note: str = ""

    @property
    def change(self) -> float:
        """Value less present value."""
        return self.value - self.unknown.present

    def document(self) -> dict[str, Any]:
        """Return the solution as plain data, as ``poolcast solve --json`` prints it."""
        return {
            "unknown": self.unknown.text,
            "label": self.unknown.label.en,
            "label_zh": self.unknown.label.zh,
            "unit": self.unknown.unit,
            "region": self.region,
            "reached": self.reached,
            "value" if self.reached else "nearest_value": self.value,
            "present": self.unknown.present,
            "change": self.change,
            "bounds": list(self.unknown.bounds),
            "entry": self.unknown.entry(self.value),
            "conditions": [check_document(check) for check in self.checks],
            "verified": self.verified,
            "runs": self.runs,
            "note": self.note,
        }


def check_document(check: Check) -> dict[str, Any]:
    """Return what a condition finds as plain data; a year that does not come is null."""
    return {
        "condition": str(check.condition),
        "before": _finite(check.before.value),
        "after": _finite(check.after.value),
        "holds": check.after.holds,
    }


class Search:
    """Looks for the smallest change of one unknown.

    Parameters
    ----------
    question : Question
        What must hold.
    unknown : Unknown
        What may change.
    region : str or None
        For the record.
    before : sequence of Reading, optional
        What the conditions find without the change, where that is known already.
    exact : float
        How exactly the edge is found, in the unit of the unknown; as exactly as numbers go where zero.
    """

    def __init__(
        self,
        question: Question,
        unknown: Unknown,
        region: str | None = None,
        before: Sequence[Reading] | None = None,
        exact: float = 0.0,
    ) -> None:
        self._question, self._unknown, self._region = question, unknown, region
        self._exact = exact
        self._before = question.read_base() if before is None else before
        self._scales: list[float] = []
        self._readings: dict[float, Readings] = {}
        self._seen: dict[float, float] = {}

    def solve(self) -> Solution:
        """Return the smallest change, or how near the bounds let one come; every value asked for is one run."""
        asking = self.asking()
        answer: Readings = None
        try:
            value = next(asking)
            while True:
                answer = self._question.read(self.scenario_at(value))
                value = asking.send(answer)
        except StopIteration as stop:
            found, reached = stop.value
        return self.solution(found, reached=reached)

    def asking(self) -> Generator[float, Readings, tuple[float, bool]]:
        """Give out values to be run, take what the conditions find there; return the answer and whether it does it."""
        if self._unknown.note.startswith("no value leaves"):
            self._before = (yield from self._at(self._unknown.present)) or self._before
        self._scales = [_scale(reading.margin) for reading in self._before]
        low, high = self._unknown.bounds
        present = min(max(self._unknown.present, low), high)
        if (yield from self._margin(present)) >= 0:
            return present, True
        found: list[float] = []
        for side in (high, low):
            nearer = min((abs(value - present) for value in found), default=math.inf)
            bracket = yield from self._bracket(present, side, nearer)
            if bracket is not None:
                found.append((yield from self._edge(*bracket)))
        if not found:
            nearest = yield from self._nearest()
            if self._seen[nearest] < 0:
                return nearest, False
            found = [(yield from self._edge(self._last_missed(nearest, present), nearest))]
        return min(found, key=lambda value: abs(value - present)), True

    def scenario_at(self, value: float) -> Scenario:
        """Return the scenario in which the unknown has a value."""
        return self._unknown.applied(self._question.base, value)

    def readings_at(self, value: float) -> Readings:
        """Return what the conditions were found to be at a value that was asked for."""
        return self._readings[value]

    def _at(self, value: float) -> Generator[float, Readings, Readings]:
        if value not in self._readings:
            self._readings[value] = yield value
        return self._readings[value]

    def _margin(self, value: float) -> Generator[float, Readings, float]:
        """Smallest scaled margin over the conditions: not below zero exactly where all of them hold."""
        if value not in self._seen:
            readings = yield from self._at(value)
            self._seen[value] = -math.inf if readings is None else self._smallest(readings)
        return self._seen[value]

    def _smallest(self, readings: Sequence[Reading]) -> float:
        margins = [reading.margin / scale for reading, scale in zip(readings, self._scales, strict=True)]
        if all(reading.holds for reading in readings):
            return max(min(margins), 0.0)
        worst = min(margin for margin, reading in zip(margins, readings, strict=True) if not reading.holds)
        return min(worst, -5e-324)  # a strict condition just missed

    def _bracket(
        self, present: float, end: float, nearer: float
    ) -> Generator[float, Readings, tuple[float, float] | None]:
        """Return the last value that misses and the first that meets the conditions, from the present one outwards.

        Where the other side has met them at a distance of `nearer`, nothing farther away is the smallest change.
        """
        before = present
        for step in range(1, STEPS + 1):
            value = end if step == STEPS else present + (end - present) * (step / STEPS) ** 2
            if abs(before - present) >= nearer:
                return None
            if value == before:
                continue
            if (yield from self._margin(value)) >= 0:
                return before, value
            before = value
        return None

    def _edge(self, missed: float, met: float) -> Generator[float, Readings, float]:
        """Return the value nearest to `missed` that still meets the conditions."""
        finite = math.isfinite(self._seen[missed]) and math.isfinite(self._seen[met])
        tiny = max(4 * math.ulp(max(abs(missed), abs(met))), self._exact)
        if finite and self._seen[met] > 0:
            yield from self._close_in(missed, met, tiny)
        best = self._nearest_met(missed, met)
        toward = math.copysign(1.0, missed - best)
        step, outside = tiny, missed
        while abs(step) < abs(missed - best):  # find a miss close to the edge
            if (yield from self._margin(best + toward * step)) < 0:
                outside = best + toward * step
                break
            best, step = best + toward * step, 8 * step
        for _ in range(80):  # halve what is left open: jumps, and margins that are not finite
            middle = outside + (best - outside) / 2
            if middle in (outside, best) or abs(best - outside) <= tiny:
                break
            if (yield from self._margin(middle)) >= 0:
                best = middle
            else:
                outside = middle
        return best

    def _close_in(self, missed: float, met: float, tiny: float) -> Generator[float, Readings, None]:
        """Close in on the edge by Chandrupatla's method: a parabola through three values where it is safe, else halves.

        Source: T. R. Chandrupatla, Advances in Engineering Software 28 (1997), 145-149.
        """
        newest, other = missed, met
        at_newest, at_other = self._seen[missed], self._seen[met]
        part = at_newest / (at_newest - at_other)  # first on a straight line: most margins nearly are
        for _ in range(60):
            value = newest + part * (other - newest)
            margin = yield from self._margin(value)
            if not math.isfinite(margin):
                return
            if (margin >= 0) == (at_newest >= 0):
                third, at_third = newest, at_newest
            else:
                third, at_third, other, at_other = other, at_other, newest, at_newest
            newest, at_newest = value, margin
            least = tiny / abs(other - newest)
            if least > 0.5 or margin == 0:
                return
            part = 0.5
            where, height = (newest - other) / (third - other), (at_newest - at_other) / (at_third - at_other)
            if height**2 < where and (1 - height) ** 2 < 1 - where:
                part = at_newest / (at_other - at_newest) * at_third / (at_other - at_third)
                part += (
                    (third - newest)
                    / (other - newest)
                    * at_newest
                    / (at_third - at_newest)
                    * (at_other / (at_third - at_other))
                )
            part = min(1 - least, max(least, part))

    def _between(self, one: float, other: float) -> list[float]:
        low, high = min(one, other), max(one, other)
        return [value for value in self._seen if low <= value <= high]

    def _nearest_met(self, missed: float, met: float) -> float:
        reached = [value for value in self._between(missed, met) if self._seen[value] >= 0]
        return min(reached, key=lambda value: abs(value - missed))

    def _nearest(self) -> Generator[float, Readings, float]:
        """Return the value that comes nearest to meeting the conditions: the best scanned, refined."""
        values = sorted(self._seen)
        best = max(values, key=lambda value: self._seen[value])
        at = values.index(best)
        low, high = values[max(at - 1, 0)], values[min(at + 1, len(values) - 1)]
        if low < best < high and math.isfinite(self._seen[best]):
            left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            for _ in range(NARROWINGS):
                if (yield from self._margin(left)) >= (yield from self._margin(right)):
                    high, right, left = right, left, right - _GOLDEN * (right - low)
                else:
                    low, left, right = left, right, left + _GOLDEN * (high - left)
        return max(self._seen, key=lambda value: self._seen[value])

    def _last_missed(self, met: float, present: float) -> float:
        missed = [value for value in self._between(present, met) if self._seen[value] < 0]
        return min(missed, key=lambda value: abs(value - met))

    def answer_scenario(self, value: float) -> Scenario:
        """Return the scenario of an answer: the base itself where nothing needs to change."""
        if value == self._unknown.present and not self._unknown.note.startswith("no value leaves"):
            return self._question.base
        return self.scenario_at(value)

    def solution(self, value: float, *, reached: bool) -> Solution:
        """Return the answer for a value, verified by a run of its own."""
        scenario = self.answer_scenario(value)
        return self.verified(value, self._question.rerun(scenario), reached=reached)

    def verified(self, value: float, rerun: Sequence[Reading], *, reached: bool) -> Solution:
        """Return the answer for a value, with what a run of its own found there."""
        after = self._readings[value]
        assert after is not None
        checks = tuple(
            Check(condition, before, then)
            for condition, before, then in zip(self._question.conditions, self._before, after, strict=True)
        )
        holds = all(reading.holds for reading in rerun)
        notes = [self._unknown.note]
        refused = [tried for tried, readings in self._readings.items() if readings is None]
        if refused:
            notes.append(f"some values from {min(refused):g} to {max(refused):g} lead a parameter out of its bounds")
        note = "; ".join(filter(None, notes))
        scenario = self.answer_scenario(value)
        return Solution(
            self._unknown, self._region, reached, value, checks, holds == reached, scenario, self._question.runs, note
        )


def _scale(margin: float) -> float:
    return abs(margin) if math.isfinite(margin) and margin != 0 else 1.0


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
