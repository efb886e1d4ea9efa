"""Goal seek with probability: what is found does it, a little less does not, and its error is what seeds show."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.conditions import parse_condition
from poolcast.outlook.solving import solve
from poolcast.parameters.errors import ScenarioError
from poolcast.uncertainty import seeking
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.seeking import ProbabilityEvaluator, met, seek

RATE = "revenue.employer_rate"
WANTED = "payable_months(EPF, year=2032) >= 52"
PATHS = 120


@pytest.fixture(scope="module")
def found(short_china):
    return seek(short_china, RATE, WANTED, probability=0.9, paths=PATHS, seed=4)


def share(assumptions, value, seed=4, condition=WANTED):
    evaluator = ProbabilityEvaluator(Processes.of(assumptions), 0.9, PATHS, seed)
    base = poolcast.load_scenario("baseline")
    from poolcast.outlook.unknowns import Setting, find_unknown

    calibrated = poolcast.calibrate(assumptions)
    changed = find_unknown(RATE, Setting(calibrated, base)).applied(base, value).apply(calibrated)
    parsed = parse_condition(condition)
    return met(parsed, evaluator.margins(changed, [parsed])[0]).mean()


def test_the_value_does_it_and_a_little_less_does_not(short_china, found):
    assert found.reached
    assert found.solution.verified
    assert found.value > found.solution.unknown.present
    assert share(short_china, found.value) >= 0.9
    assert share(short_china, found.value - 1e-5) < 0.9


def test_more_certainty_costs_more_than_a_single_run_says(short_china, found):
    single = solve(short_china, RATE, WANTED)
    likelier = seek(short_china, RATE, WANTED, probability=0.97, paths=PATHS, seed=4)
    assert single.value < found.value < likelier.value


def test_bracket_and_error(short_china, found):
    low, high = found.bracket
    assert low < found.value < high
    distance = 2 * found.share_error  # sqrt(0.9 * 0.1 / 120) = 0.0274
    assert found.share_error == pytest.approx(np.sqrt(0.9 * 0.1 / PATHS), rel=1e-6)
    assert share(short_china, low) == pytest.approx(0.9 - distance, abs=2.5 / PATHS)
    assert share(short_china, high) == pytest.approx(0.9 + distance, abs=2.5 / PATHS)
    assert found.error == pytest.approx(found.share_error / found.slope)
    assert abs(found.fresh_share - 0.9) < 3 * np.hypot(found.share_error, found.fresh_error)


@pytest.mark.long
def test_the_error_is_as_large_as_other_seeds_show(short_china, found):
    others = [seek(short_china, RATE, WANTED, probability=0.9, paths=PATHS, seed=seed).value for seed in range(10, 18)]
    # relative error of the spread of eight: 1 / sqrt(14); of a slope over four standard errors about a quarter
    assert np.std(others, ddof=1) == pytest.approx(found.error, rel=3 * (1 / np.sqrt(14) + 0.1))
    assert abs(np.mean(others) - found.value) < 3 * found.error * np.sqrt(1 + 1 / 8)


def test_out_of_reach_is_said(short_china):
    missed = seek(short_china, RATE, WANTED, probability=0.9, paths=40, bounds=(0.08, 0.081))
    assert not missed.reached
    assert missed.value == pytest.approx(0.081)
    document = missed.document()
    assert "nearest_value" in document
    assert "value" not in document
    assert document["error"] is None


def test_met_already_changes_nothing(short_china):
    found = seek(short_china, RATE, "payable_months(EPF, year=2032) >= 3", probability=0.9, paths=40)
    assert found.reached
    assert found.solution.change == 0
    assert found.solution.scenario.reforms == ()


@pytest.mark.parametrize("share_of_paths", [0.5, 0.9])
def test_a_pilot_that_needs_no_change_does_not_end_the_search(short_china, monkeypatch, share_of_paths):
    calibrated = poolcast.calibrate(short_china)
    condition = parse_condition("payable_months(EPF, year=2032) >= 0")  # its margins are the months themselves
    few, many = 20, 120
    for seed in range(1, 30):
        evaluator = ProbabilityEvaluator(Processes.of(calibrated), share_of_paths, many, seed)
        months = evaluator.margins(calibrated, [condition])[0]
        # the k-th best months, k = p n: what is surely met by the few paths, and by the many
        by_few = np.sort(months[:few])[::-1][int(share_of_paths * few) - 1]
        by_many = np.sort(months)[::-1][int(share_of_paths * many) - 1]
        if by_few > by_many + 0.5:
            break
    wanted = f"payable_months(EPF, year=2032) >= {(by_few + by_many) / 2:.4f}"
    monkeypatch.setattr(seeking, "PILOT_PATHS", few)
    found = seek(short_china, RATE, wanted, probability=share_of_paths, paths=many, seed=seed)
    assert found.reached
    assert found.solution.change > 0
    assert found.solution.checks[0].after.value >= share_of_paths


def test_quantile_margin_says_the_same_as_the_share(short_china):
    calibrated = poolcast.calibrate(short_china)
    for number in (40, 48, 50, 55):
        condition = parse_condition(f"payable_months(EPF, year=2032) >= {number}")
        for probability in (0.05, 0.5, 0.9):
            evaluator = ProbabilityEvaluator(Processes.of(calibrated), probability, 40, 2)
            reading = evaluator(calibrated, [condition])[0]
            assert reading.holds == (reading.value >= probability)
            assert (reading.margin >= 0) == reading.holds


def test_what_cannot_be_is_refused(short_china):
    with pytest.raises(ScenarioError) as caught:
        seek(short_china, RATE, WANTED, probability=1.0, paths=3)
    assert len(caught.value.problems) == 2
