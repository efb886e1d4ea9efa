"""Regions side by side: what one run for all of them finds is what each finds by itself."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.conditions import Reading
from poolcast.outlook.lockstep import joint_scenario, runs_together
from poolcast.outlook.questions import evaluate_single_run, prepare
from poolcast.outlook.solving import hold_together, solve
from tests.fixtures.minimal_set import write_minimal_set

CODES = ("A", "B", "C", "D")


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    """Four regions that differ by the reserve that they start with only."""
    folder = tmp_path_factory.mktemp("sets") / "four"
    write_minimal_set(folder, name="four", regions=CODES)
    read = poolcast.load_assumptions(folder)
    opening = read["ledger.opening_reserve"] * np.array([[1.0], [0.3], [0.6], [1.5]])
    return read.with_values({"ledger.opening_reserve": opening})


def counting(log):
    def evaluate(assumptions, conditions):
        log.append([condition.call.region for condition in conditions])
        return evaluate_single_run(assumptions, conditions)

    return evaluate


@pytest.mark.parametrize(
    ("unknown", "conditions", "more"),
    [
        ("revenue.employer_rate", "payable_months(EPF, year=2030) >= 80", {}),
        ("revenue.employer_rate", "payable_months(EPF, year=2030) <= 40", {}),
        ("revenue.employer_rate", "exhaustion(EPF) > 2029 and payable_months(EPF, year=2028) >= 50", {}),
        ("scale:resident.subsidy", "payable_months(RPF, year=2030) >= 24", {}),
        ("F01.change", "reserve(EPF, year=2030) >= 1.3e10", {}),
        ("revenue.employer_rate", "payable_months(EPF, year=2030) >= 80", {"bounds": (0.07, 0.081)}),
        ("inpatient.reimbursement_rate[status=retired]", "payable_months(EPF, year=2030) <= 50", {}),
    ],
)
def test_each_region_finds_what_it_finds_alone(four, unknown, conditions, more):
    together = solve(four, unknown, conditions, region="each", **more)
    alone = {code: solve(four, unknown, conditions, region=code, **more) for code in CODES}
    found = {(one.value, one.checks[0].after.margin) for one in alone.values()}
    assert len(found) == len(CODES), "regions that all do the same show nothing"
    for code in CODES:
        one, other = together[code], alone[code]
        assert (one.region, one.reached, one.verified) == (code, other.reached, True)
        assert one.value == pytest.approx(other.value, rel=1e-12)
        assert [check.condition for check in one.checks] == [check.condition for check in other.checks]
        for mine, its in zip(one.checks, other.checks, strict=True):
            assert mine.before == its.before
            assert mine.after.value == pytest.approx(its.after.value, rel=1e-9)
        assert one.scenario.reforms[-1].where["region"] == code


def test_one_run_asks_all_regions_and_every_answer_is_run_by_itself(four):
    log: list[list[str | None]] = []
    found = solve(
        four,
        "revenue.employer_rate",
        "payable_months(EPF, year=2030) >= 80",
        region="each",
        evaluate=counting(log),
    )
    assert log[0] == list(CODES)
    assert [asked for asked in log if len(asked) == 1][-4:] == [[code] for code in CODES]
    searching = max(one.runs for one in found.values())
    assert len(log) <= searching + len(CODES)
    assert len(log) < sum(one.runs for one in found.values())


def test_regions_that_touch_each_other_are_searched_alone(four):
    """A part of each region's rate helps the others: margin = own rate + 0.2 of the others' less 0.15."""

    def coupled(assumptions, conditions):
        rates = dict(zip(CODES, assumptions["revenue.employer_rate"][:, -1], strict=True))
        found = []
        for condition in conditions:
            own = rates[condition.call.region]
            margin = float(own + 0.2 * (sum(rates.values()) - own) - 0.15)
            found.append(Reading(margin, margin, margin >= 0))
        return found

    present = float(four["revenue.employer_rate"][0, -1])
    expected = 0.15 - 0.2 * 3 * present
    found = solve(four, "revenue.employer_rate", "reserve(EPF) > 0", region="each", evaluate=coupled)
    for code in CODES:
        assert found[code].value == pytest.approx(expected, abs=1e-12)
        assert found[code].verified


def test_a_value_that_one_region_cannot_take_stops_no_other(four):
    """In B the cap of the base is 0.9 of the average wage, and no floor may lie above it."""
    caps = four["revenue.base_cap_multiple"].copy()
    caps[1] = 0.9
    read = four.with_values({"revenue.base_cap_multiple": caps})
    unknown, condition = "revenue.base_floor_multiple", "payable_months(EPF, year=2030) >= 68"
    together = solve(read, unknown, condition, region="each")
    assert "out of its bounds" in together["B"].note
    assert together["C"].note == ""
    for code in CODES:
        alone = solve(read, unknown, condition, region=code)
        assert (together[code].reached, together[code].note) == (alone.reached, alone.note)
        assert together[code].value == pytest.approx(alone.value, rel=1e-9)
    assert [together[code].reached for code in CODES] == [True, False, True, True]


def test_a_condition_on_a_named_region_is_answered_for_each_alone(four):
    found = solve(four, "revenue.employer_rate", "payable_months(EPF, year=2030, region=B) >= 80", region="each")
    assert found["B"].reached
    assert not found["A"].reached
    assert hold_together(prepare(four, "reserve(EPF) > 0", "baseline", None), found) == dict.fromkeys(CODES, True)


def test_all_done_at_once_is_one_run_that_reads_every_region(four):
    condition = "payable_months(EPF, year=2030) >= 80"
    found = solve(four, "revenue.employer_rate", condition, region="each")
    log: list[list[str | None]] = []
    question = prepare(four, condition, "baseline", counting(log))
    assert hold_together(question, found) == dict.fromkeys(CODES, True)
    assert log == [list(CODES)]
    scenario = joint_scenario(question.base, [found["B"].scenario])
    readings = runs_together(question, scenario, CODES)
    assert {code: one[0].holds for code, one in readings.items()} == {
        code: code == "B" or found[code].change == 0 for code in CODES
    }
