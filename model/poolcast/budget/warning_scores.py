"""Published scores of the warning rules: how often each missed a failure, and how often it cried without one.

Measured by `poolcast.budget.warning_scoring` on simulated funds; kept in `data` with what made them, and
explained in docs/early-warning.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from poolcast.parameters.declaration import Words

FILE = Path(__file__).resolve().parent / "data" / "warning_scores.json"
FAILURES: dict[str, Words] = {
    "exhausted": Words("reserve below zero", "累计结余为负"),
    "red": Words("payable months below 3", "可支付月数低于3个月"),
}
"""What counts as a failure of a fund."""
SAMPLES: dict[str, Words] = {
    "regions": Words("invented regions", "虚构统筹区"),
    "wild": Words("invented regions, every deviation of the drivers doubled", "虚构统筹区，各驱动因素波动加倍"),
    "hebei": Words("the set hebei (synthetic)", "河北假设集（合成数据）"),
}
"""On what scores were measured; nothing was fitted on any of them."""
LEAD = 3
"""Years ahead at which the bar is set."""


@dataclass(frozen=True)
class Experience:
    """Coefficients of the chance of exhaustion within three years (`warning_measures.experience_chance`).

    Parameters
    ----------
    constant, months, balance : float
        Of the logit: constant, one payable month, one month of balance a year.
    most_months : float
        Payable months beyond this count as this many.
    fund_years, failures : int
        What they were estimated on.
    """

    constant: float
    months: float
    balance: float
    most_months: float
    fund_years: int
    failures: int


@dataclass(frozen=True)
class Score:
    """How a rule did at a threshold.

    Parameters
    ----------
    sample : str
        Key of `SAMPLES`.
    rule, ledger : str
        Short name of the rule, or ``light``; ledger.
    level : str
        Level of the threshold.
    threshold : float
    failure : str
        Key of `FAILURES`.
    lead : int
        Years ahead.
    at : {"exactly", "within"}
        Failures exactly so many years ahead, the hardest ones, or all within them.
    failures, missed : int
        Fund-years so long before a failure; those without a warning.
    healthy, false_alarms : int
        Fund-years without failure within the lead; those with a warning.
    low, low_false_alarms : int
        The same of funds with less than nine months, of which the question is asked in earnest.
    later : int
        False alarms followed by a failure within ten years: early more than wrong.
    miss_error, false_alarm_error : float
        Standard errors, regions taken as the independent units.
    """

    sample: str
    rule: str
    ledger: str
    level: str
    threshold: float
    failure: str
    lead: int
    at: str
    failures: int
    missed: int
    healthy: int
    false_alarms: int
    low: int
    low_false_alarms: int
    later: int
    miss_error: float
    false_alarm_error: float

    @property
    def miss_rate(self) -> float:
        """Share of the failures without a warning; NaN where none was seen."""
        return _share(self.missed, self.failures)

    @property
    def false_alarm_rate(self) -> float:
        """Share of the healthy fund-years with a warning."""
        return _share(self.false_alarms, self.healthy)

    @property
    def low_false_alarm_rate(self) -> float:
        """Share of the healthy fund-years of low reserves with a warning."""
        return _share(self.low_false_alarms, self.low)

    def sentence(self, language: str = "en") -> str:
        """Return the score in a sentence."""
        miss, false = f"{100 * self.miss_rate:.0f}%", f"{100 * self.false_alarm_rate:.0f}%"
        what = FAILURES[self.failure].in_language(language)
        if language == "zh":
            when = f"{self.lead}年{'后' if self.at == 'exactly' else '内'}"
            return f"模拟基金评分：{when}{what}者漏报{miss}，{self.lead}年内未发生者误报{false}。"
        when = f"{self.lead} years ahead" if self.at == "exactly" else f"within {self.lead} years"
        return (
            f"On simulated funds it missed {miss} of failures ({what}) {when}; false alarm in {false} of other years."
        )


@dataclass(frozen=True)
class Curve:
    """Miss rate against false-alarm rate by threshold.

    Parameters
    ----------
    rule, ledger, failure : str
    lead : int
    points : tuple of (threshold, miss rate, false-alarm rate)
    """

    rule: str
    ledger: str
    failure: str
    lead: int
    points: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Published:
    """Everything that was measured, with what made it.

    Parameters
    ----------
    provenance : mapping
        Version, seeds, digests of the sets, numbers of regions, paths and years.
    experience : mapping of ledger to Experience
    scores : tuple of Score
    curves : tuple of Curve
    """

    provenance: Mapping[str, Any]
    experience: Mapping[str, Experience]
    scores: tuple[Score, ...]
    curves: tuple[Curve, ...]

    def score(
        self,
        rule: str,
        ledger: str,
        level: str,
        failure: str = "exhausted",
        lead: int = LEAD,
        sample: str = "regions",
    ) -> Score | None:
        """Return the score of a rule at the threshold of a level; None where it was not measured."""
        asked = (sample, rule, ledger, level, failure, lead)
        for one in self.scores:
            if (one.sample, one.rule, one.ledger, one.level, one.failure, one.lead) == asked:
                return one
        return None

    def score_of_warning(self, rule: str, ledger: str, level: str, limit: float) -> Score | None:
        """Return the score to show beside a warning: that of the bar, or of the horizon of the rule itself.

        None where the threshold in force is not the one that was scored.
        """
        measured = [one for one in self.scores if (one.rule, one.ledger, one.level) == (rule, ledger, level)]
        measured = [one for one in measured if one.sample == "regions"]
        measured = [one for one in measured if abs(one.threshold - limit) < 1e-9]
        at_bar = [one for one in measured if one.lead == LEAD and one.failure == "exhausted"]
        return next(iter(at_bar or measured), None)


def from_document(document: Mapping[str, Any]) -> Published:
    """Return published scores from plain data."""
    return Published(
        document["provenance"],
        {ledger: Experience(**values) for ledger, values in document["experience"].items()},
        tuple(Score(**{key: _number(value) for key, value in one.items()}) for one in document["scores"]),
        tuple(Curve(**{**one, "points": tuple(map(tuple, one["points"]))}) for one in document["curves"]),
    )


@lru_cache(maxsize=1)
def published() -> Published:
    """Return the scores that the package publishes."""
    return from_document(json.loads(FILE.read_text(encoding="utf-8")))


def _number(value: Any) -> Any:
    return float("nan") if value is None else value


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
