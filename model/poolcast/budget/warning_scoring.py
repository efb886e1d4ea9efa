"""Scoring of the warning rules on simulated funds: what they miss, how often they cry wolf, and where to set them.

Invented regions (`calibration.random_regions`) are simulated, so that it is known which fund fails and when. Every rule
judges every year by what was known at its end. Coefficients and thresholds are found on one set of regions and paths,
and everything is scored on another. Run ``python -m poolcast.budget.warning_scoring`` to publish again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcast._version import __version__
from poolcast.budget.warning_measures import chance_by, growth_gap
from poolcast.budget.warning_rules import BY_YEAR, CHANCE_YEARS, CHANCES, WarningRule, rank
from poolcast.budget.warning_samples import Sample, SimulatedFunds, simulate_funds
from poolcast.budget.warning_scores import FAILURES, FILE, LEAD, Curve, Experience, Published, Score, published
from poolcast.budget.warning_series import WATCHED, FundSeries
from poolcast.calibration.synthetic_regions import load_base

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEADS = (1, 2, 3, 5)
LOW_MONTHS = 9.0
"""Below this many months a fund belongs to those of which the question is asked in earnest."""
LATER_YEARS = 10
MOST_MONTHS = 24.0
AIMED_MISS_RATE = 0.04
"""What a threshold may miss where it is chosen, so that it stays below the bar of 5 % elsewhere."""
CURVED = ("low_reserve", "deficit", "months_ahead", "experience_chance")
LEVELS_OF_CURVE = np.concatenate([np.linspace(0, 0.1, 21), np.linspace(0.15, 0.85, 15), np.linspace(0.9, 1, 21)])
"""Shares of the failures at which a curve is drawn: close together where little is missed."""


FIT = Sample(120, 6, 101, 24, 1)
TEST = Sample(120, 6, 202, 24, 2)
ELSEWHERE = (
    Sample(120, 6, 202, 24, 3, name="wild", spread=2.0),
    Sample(14, 1, 0, 100, 4, name="hebei"),
)
"""Where the rules are scored besides: in a wilder world, and on a shipped set (invented regions aside)."""
CHANCE_PATHS = 200
"""Paths from which chances are read; the outcomes come from others."""


@dataclass(frozen=True)
class Judged:
    """Fund-years to be judged, with what came of them.

    Parameters
    ----------
    failing, healthy : array of bool (path, region, year)
        Failure exactly (or within) so many years ahead; none within them.
    low : array of bool
        Healthy ones with few months.
    later : array of bool
        Healthy ones that fail within ten years.
    """

    failing: Flags
    healthy: Flags
    low: Flags
    later: Flags

    def within(self, known: Flags) -> Judged:
        """Return those of which a rule knows its value."""
        return Judged(*(part & known for part in (self.failing, self.healthy, self.low, self.later)))


def judged(funds: SimulatedFunds, failure: str, lead: int, at: str = "exactly") -> Judged:
    """Return the fund-years that can be judged: not failed yet, and followed by as many years as the lead."""
    failed = funds.failed(failure)
    count = failed.shape[-1]
    first = np.where(failed.any(-1), failed.argmax(-1), 10 * count)[..., None]
    ahead = first - np.arange(count)
    open_ = (ahead > 0) & (np.arange(count) + lead < count)
    healthy = open_ & (ahead > lead)
    failing = open_ & ((ahead == lead) if at == "exactly" else (ahead <= lead))
    low = healthy & (funds.series.payable_months < LOW_MONTHS)
    return Judged(failing, healthy, low, healthy & (ahead <= LATER_YEARS))


def score(
    alarm: Flags,
    known: Flags,
    cases: Judged,
    name: tuple[str, str, str, str],
    limit: float,
    failure: str,
    lead: int,
    at: str = "exactly",
) -> Score:
    """Count what an alarm (path, region, year) missed and where it was false.

    Parameters
    ----------
    alarm, known : array of bool (path, region, year)
        Where the rule fires, and where its value is known.
    cases : Judged
    name : tuple of str
        Sample, rule, ledger and level.
    limit, failure, lead, at
        As in `Score`.
    """
    cases = cases.within(known)
    missed, false = cases.failing & ~alarm, cases.healthy & alarm
    return Score(
        *name, float(limit), failure, lead, at,
        int(cases.failing.sum()), int(missed.sum()), int(cases.healthy.sum()), int(false.sum()),
        int(cases.low.sum()), int((cases.low & alarm).sum()), int((cases.later & alarm).sum()),
        _error(missed, cases.failing), _error(false, cases.healthy),
    )  # fmt: skip


def scores_of(
    funds: Mapping[str, SimulatedFunds],
    failure: str,
    lead: int,
    sample: str = "regions",
    rules: Sequence[WarningRule] = BY_YEAR,
) -> Iterator[Score]:
    """Return the score of every rule that figures answer, at the published thresholds, and of the lights."""
    for ledger, fund in funds.items():
        cases = judged(fund, failure, lead)
        reached = np.zeros(cases.failing.shape)
        everything = np.isfinite(growth_gap(fund.series))
        for rule in (rule for rule in rules if ledger in rule.ledgers and simulated(rule, fund.series)):
            assert rule.value is not None
            values = rule.value(fund.series)
            known = np.isfinite(values)
            for level, limit in rule.thresholds(ledger):
                alarm = rule.fired(values, limit)
                reached = np.maximum(reached, alarm * rank(level))
                yield score(alarm, known, cases, (sample, rule.id, ledger, level), limit, failure, lead)
        for light in ("yellow", "orange", "red"):
            alarm = reached >= rank(light)
            yield score(alarm, everything, cases, (sample, "light", ledger, light), np.nan, failure, lead)


def simulated(rule: WarningRule, series: FundSeries) -> bool:
    """Return whether the simulated figures say anything about a rule: those that no shock moves cannot be scored."""
    return all(name in series.figures for name in rule.reads)


def curves_of(
    funds: Mapping[str, SimulatedFunds], failure: str, lead: int = LEAD, rules: Sequence[WarningRule] = BY_YEAR
) -> Iterator[Curve]:
    """Return miss rate against false-alarm rate for every rule of `CURVED`."""
    for ledger, fund in funds.items():
        cases = judged(fund, failure, lead)
        for rule in (rule for rule in rules if rule.id in CURVED):
            assert rule.value is not None
            values = rule.value(fund.series)
            known = np.isfinite(values)
            failing, healthy = values[cases.failing & known], values[cases.healthy & known]
            if not failing.size or not healthy.size:
                continue  # nothing failed, or nothing else happened: there is no curve
            limits = np.unique(np.quantile(failing, LEVELS_OF_CURVE))
            points = [
                (float(limit), float(1 - rule.fired(failing, limit).mean()), float(rule.fired(healthy, limit).mean()))
                for limit in limits
            ]
            yield Curve(rule.id, ledger, failure, lead, tuple(points))


def threshold_for(rule: WarningRule, funds: Mapping[str, SimulatedFunds], ledger: str, missed: float) -> float:
    """Return the threshold at which a rule misses so many of the exhaustions three years ahead."""
    assert rule.value is not None
    values = rule.value(funds[ledger].series)
    failing = values[judged(funds[ledger], "exhausted", LEAD).failing & np.isfinite(values)]
    return float(np.quantile(failing, missed if rule.fires == "above" else 1 - missed))


def fit_experience(fund: SimulatedFunds, lead: int = LEAD) -> Experience:
    """Estimate the chance of exhaustion within the lead by maximum likelihood (Newton steps, a whiff of ridge)."""
    cases = judged(fund, "exhausted", lead, "within")
    months = np.minimum(fund.series.payable_months, MOST_MONTHS)
    known = (cases.failing | cases.healthy) & np.isfinite(months)
    design = np.stack([np.ones(known.sum()), months[known], 12 * fund.series.balance_share[known]], axis=1)
    came = cases.failing[known].astype(float)
    ridge, weights = 1e-6 * np.eye(3), np.zeros(3)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (design * (chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(slope, design.T @ (came - chance) - ridge @ weights)
        weights = weights + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    constant, by_month, by_balance = (float(value) for value in weights)
    return Experience(constant, by_month, by_balance, MOST_MONTHS, int(known.sum()), int(came.sum()))


def score_chances(sample: Sample, paths: int = CHANCE_PATHS) -> Iterator[Score]:
    """Score the rules that a simulation answers: chances at the base year end, outcomes on paths of their own."""
    funds = simulate_funds(replace(sample, last_year=_base_year() + CHANCE_YEARS))
    others = simulate_funds(
        replace(sample, paths=paths, seed=sample.seed + 1000, last_year=_base_year() + CHANCE_YEARS)
    )
    for ledger, fund in funds.items():
        for rule in CHANCES:
            failure = "red" if rule.id == "chance_low" else "exhausted"
            cases = judged(fund, failure, CHANCE_YEARS, "within")
            chance = others[ledger].failed(failure)[..., -1].mean(0)
            values = np.full(cases.failing.shape, np.nan)
            values[..., 0] = chance
            for level, limit in rule.thresholds(ledger):
                yield score(
                    rule.fired(values, limit),
                    np.isfinite(values),
                    cases,
                    (sample.name, rule.id, ledger, level),
                    limit,
                    failure,
                    CHANCE_YEARS,
                    "within",
                )


def score_warnings(sample: Sample = TEST, leads: Sequence[int] = LEADS) -> tuple[Score, ...]:
    """Score every rule at its published threshold on simulated funds; the same sample, the same scores."""
    funds = simulate_funds(sample)
    return tuple(one for failure in FAILURES for lead in leads for one in scores_of(funds, failure, lead, sample.name))


def measure_all(fit: Sample = FIT, test: Sample = TEST) -> tuple[Published, dict[str, dict[str, float]]]:
    """Estimate on one sample, score on others; also return the thresholds that the first one suggests."""
    learned = simulate_funds(fit)
    experience = {ledger: fit_experience(fund) for ledger, fund in learned.items()}
    rules = with_experience(experience)
    suggested = {
        rule.id: {ledger: threshold_for(rule, learned, ledger, AIMED_MISS_RATE) for ledger in WATCHED}
        for rule in rules
        if rule.id in CURVED
    }
    funds = simulate_funds(test)
    scores = [one for failure in FAILURES for lead in LEADS for one in scores_of(funds, failure, lead, rules=rules)]
    scores.extend(score_chances(test))
    digests = {"fit": learned["EPF"].digest, test.name: funds["EPF"].digest}
    for sample in ELSEWHERE:
        other = simulate_funds(sample)
        digests[sample.name] = other["EPF"].digest
        scores.extend(scores_of(other, "exhausted", LEAD, sample.name, rules))
    provenance: dict[str, Any] = {
        "version": __version__,
        "made_by": "python -m poolcast.budget.warning_scoring",
        "synthetic": True,
        "chance_paths": CHANCE_PATHS,
        "aimed_miss_rate": AIMED_MISS_RATE,
        "samples": {"fit": asdict(fit), **{one.name: asdict(one) for one in (test, *ELSEWHERE)}},
        "digests": digests,
    }
    curves = [one for failure in FAILURES for one in curves_of(funds, failure, rules=rules)]
    return Published(provenance, experience, tuple(scores), tuple(curves)), suggested


def with_experience(experience: Mapping[str, Experience]) -> tuple[WarningRule, ...]:
    """Return the rules by year, that of experience with other coefficients than the published ones."""

    def value(fund: FundSeries) -> Array:
        return chance_by(experience[fund.ledger], fund)

    return tuple(replace(rule, value=value) if rule.kind == "experience" else rule for rule in BY_YEAR)


def _error(hits: Flags, cases: Flags) -> float:
    """Standard error of a share with regions as the independent units: ``sqrt(sum (h_r - p n_r)^2) / n``."""
    total = int(cases.sum())
    if not total:
        return float("nan")
    by_region, of_region = hits.sum((0, 2)), cases.sum((0, 2))
    return float(np.sqrt(((by_region - by_region.sum() / total * of_region) ** 2).sum()) / total)


def _base_year() -> int:
    return load_base().base_year


def _text(found: Published) -> str:
    """Return published scores as JSON, one score a line, rates rounded to what the errors bear."""

    def plain(value: Any) -> Any:
        if isinstance(value, float):
            return None if value != value else float(f"{value:.6g}")
        return value

    def line(item: Mapping[str, Any]) -> str:
        return json.dumps({key: plain(value) for key, value in item.items()}, ensure_ascii=False)

    scores = ",\n    ".join(line(asdict(one)) for one in found.scores)
    curves = ",\n    ".join(
        line({**asdict(one), "points": [[plain(value) for value in point] for point in one.points]})
        for one in found.curves
    )
    experience = ",\n    ".join(
        f'"{ledger}": {json.dumps({key: plain(value) for key, value in asdict(one).items()})}'
        for ledger, one in found.experience.items()
    )
    provenance = json.dumps(found.provenance, ensure_ascii=False)
    return (
        f'{{\n  "provenance": {provenance},\n  "experience": {{\n    {experience}\n  }},\n'
        f'  "scores": [\n    {scores}\n  ],\n  "curves": [\n    {curves}\n  ]\n}}\n'
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write the published scores, and say which thresholds the curve suggests."""
    parser = argparse.ArgumentParser(prog="python -m poolcast.budget.warning_scoring", description=__doc__)
    parser.parse_args(arguments)
    found, suggested = measure_all()
    FILE.write_text(_text(found), encoding="utf-8")
    published.cache_clear()
    for name, limits in suggested.items():
        sys.stdout.write(f"{name}: {', '.join(f'{ledger} {value:.3f}' for ledger, value in limits.items())}\n")


if __name__ == "__main__":
    main()
