"""The search for the smallest change of one unknown that meets conditions.

The bounds are scanned outwards from the present value, because nothing says that more of something is always better;
between the first value that meets the conditions and the one before it Brent's method finds the edge. Windows narrower
than a step of the scan can be missed. Every answer is verified by a run of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poolcast.outlook.conditions import Condition, Reading
from poolcast.outlook.questions import Question
from poolcast.outlook.unknowns import Unknown
from poolcast.scenarios.scenario import Scenario

STEPS = 12
"""Values scanned on each side of the present one, closer together near it."""


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
    """

    def __init__(self, question: Question, unknown: Unknown, region: str | None = None) -> None:
        self._question, self._unknown, self._region = question, unknown, region
        readings = question.read(question.base)
        if readings is None:
            question.base.apply(question.calibrated)  # raises what is wrong with the scenario itself
            raise AssertionError("a scenario that applies and does not")
        self._before: Sequence[Reading] = readings
        if unknown.note.startswith("no value leaves"):
            self._before = self._at(unknown.present) or readings
        self._scales = [_scale(reading.margin) for reading in self._before]
        self._seen: dict[float, float] = {}

    def solve(self) -> Solution:
        """Return the smallest change, or how near the bounds let one come."""
        low, high = self._unknown.bounds
        present = min(max(self._unknown.present, low), high)
        if self._margin(present) >= 0:
            return self._solution(present, reached=True)
        found = [self._edge(*bracket) for side in (high, low) if (bracket := self._bracket(present, side)) is not None]
        if not found:
            nearest = self._nearest()
            if self._margin(nearest) < 0:
                return self._solution(nearest, reached=False)
            found = [self._edge(self._last_missed(nearest, present), nearest)]
        return self._solution(min(found, key=lambda value: abs(value - present)), reached=True)

    def _at(self, value: float) -> Sequence[Reading] | None:
        return self._question.read(self._unknown.applied(self._question.base, value))

    def _margin(self, value: float) -> float:
        """Smallest scaled margin over the conditions: not below zero exactly where all of them hold."""
        if value not in self._seen:
            readings = self._at(value)
            self._seen[value] = -math.inf if readings is None else self._smallest(readings)
        return self._seen[value]

    def _smallest(self, readings: Sequence[Reading]) -> float:
        margins = [reading.margin / scale for reading, scale in zip(readings, self._scales, strict=True)]
        if all(reading.holds for reading in readings):
            return max(min(margins), 0.0)
        worst = min(margin for margin, reading in zip(margins, readings, strict=True) if not reading.holds)
        return min(worst, -5e-324)  # a strict condition just missed

    def _bracket(self, present: float, end: float) -> tuple[float, float] | None:
        """Return the last value that misses and the first that meets the conditions, from the present one outwards."""
        before = present
        for step in range(1, STEPS + 1):
            value = end if step == STEPS else present + (end - present) * (step / STEPS) ** 2
            if value == before:
                continue
            if self._margin(value) >= 0:
                return before, value
            before = value
        return None

    def _edge(self, missed: float, met: float) -> float:
        """Return the value nearest to `missed` that still meets the conditions."""
        from scipy.optimize import brentq

        finite = math.isfinite(self._margin(missed)) and math.isfinite(self._margin(met))
        tiny = 4 * math.ulp(max(abs(missed), abs(met)))
        if finite and self._margin(met) > 0:
            brentq(self._margin, missed, met, xtol=tiny, rtol=1e-15, maxiter=60, disp=False)
        best = self._nearest_met(missed)
        toward = math.copysign(1.0, missed - best)
        step, outside = tiny, missed
        while abs(step) < abs(missed - best):  # find a miss close to the edge
            if self._margin(best + toward * step) < 0:
                outside = best + toward * step
                break
            best, step = best + toward * step, 8 * step
        for _ in range(80):  # halve what is left open: jumps, and margins that are not finite
            middle = outside + (best - outside) / 2
            if middle in (outside, best) or abs(best - outside) <= tiny:
                break
            if self._margin(middle) >= 0:
                best = middle
            else:
                outside = middle
        return best

    def _between(self, one: float, other: float) -> list[float]:
        low, high = min(one, other), max(one, other)
        return [value for value in self._seen if low <= value <= high]

    def _nearest_met(self, missed: float) -> float:
        return min(
            (value for value, margin in self._seen.items() if margin >= 0), key=lambda value: abs(value - missed)
        )

    def _nearest(self) -> float:
        """Return the value that comes nearest to meeting the conditions: the best scanned, refined."""
        from scipy.optimize import minimize_scalar

        values = sorted(self._seen)
        best = max(values, key=self._margin)
        at = values.index(best)
        low, high = values[max(at - 1, 0)], values[min(at + 1, len(values) - 1)]
        if low < best < high and math.isfinite(self._margin(best)):
            minimize_scalar(
                lambda value: -self._margin(float(value)), bounds=(low, high), method="bounded", options={"maxiter": 15}
            )
        return max(self._seen, key=self._margin)

    def _last_missed(self, met: float, present: float) -> float:
        missed = [value for value in self._between(present, met) if self._margin(value) < 0]
        return min(missed, key=lambda value: abs(value - met))

    def _solution(self, value: float, *, reached: bool) -> Solution:
        after = self._at(value)
        assert after is not None
        scenario = self._unknown.applied(self._question.base, value)
        if value == self._unknown.present and not self._unknown.note.startswith("no value leaves"):
            scenario = self._question.base
        checks = tuple(
            Check(condition, before, then)
            for condition, before, then in zip(self._question.conditions, self._before, after, strict=True)
        )
        holds = self._question.verify(scenario)
        notes = [self._unknown.note]
        refused = [tried for tried, margin in self._seen.items() if margin == -math.inf and self._at(tried) is None]
        if refused:
            notes.append(f"some values from {min(refused):g} to {max(refused):g} lead a parameter out of its bounds")
        note = "; ".join(filter(None, notes))
        return Solution(
            self._unknown, self._region, reached, value, checks, holds == reached, scenario, self._question.runs, note
        )


def _scale(margin: float) -> float:
    return abs(margin) if math.isfinite(margin) and margin != 0 else 1.0


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
