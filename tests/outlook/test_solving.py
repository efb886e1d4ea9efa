"""Solve: closed form, every kind of unknown, unreachable targets, regions by themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest

import poolcast
from poolcast.outlook.conditions import Reading, parse_condition
from poolcast.outlook.questions import evaluate_single_run, prepare
from poolcast.outlook.searching import Search
from poolcast.outlook.solving import hold_together, solve
from poolcast.outlook.unknowns import Setting, find_unknown
from poolcast.parameters.errors import ScenarioError
from poolcast.scenarios.catalogue import LEVERS
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import BASELINE, LeverCall, Scenario
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import write_worked_example


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return poolcast.load_assumptions(write_worked_example(tmp_path_factory.mktemp("sets") / "worked_example"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two regions, the second with the weaker fund."""
    folder = tmp_path_factory.mktemp("sets") / "pair"
    write_minimal_set(folder, name="pair", regions=("A", "B"), parents={"A": "P", "B": "P"})
    read = poolcast.load_assumptions(folder)
    return read.with_values({"ledger.opening_reserve": read["ledger.opening_reserve"] * np.array([[1.0], [0.3]])})


def with_reform(**amounts) -> Scenario:
    reforms = tuple(Reform("set", name.replace("__", "."), {2025: value}) for name, value in amounts.items())
    return Scenario("changed", BASELINE.title, BASELINE.why, reforms=reforms)


def test_level_rate_of_the_handbook(example):
    """11.7: the level employer rate that ends 2026 with nine months is 2.978383 %, in closed form."""
    now = poolcast.project(example).isel(region=0).sel(ledger="EPF", year=2026)
    slope = 0.98 * 1.01 * (115_920_000 * 1.02 + 114_227_568)
    closed = 0.08 - (float(now.reserve) - 9 / 12 * float(now.expenditure)) / slope
    found = solve(example, "revenue.employer_rate", "payable_months(EPF, year=2026) <= 9", start=2025)
    assert found.value == pytest.approx(closed, rel=1e-9)
    assert found.value == pytest.approx(0.02978383, abs=5e-9)
    assert found.reached
    assert found.verified
    assert found.unknown.present == 0.08
    after = poolcast.project(example, found.scenario).isel(region=0).sel(ledger="EPF", year=2026)
    assert float(after.payable_months) == pytest.approx(9, rel=1e-12)


@pytest.mark.parametrize(
    ("unknown", "condition", "start"),
    [
        ("revenue.employer_rate", "payable_months(EPF, year=2026) >= 24", 2025),
        ("revenue.employer_rate", "first_deficit_before_interest(EPF) > 2026", 2026),
        ("resident.subsidy", "exhaustion(RPF) > 2026 and balance(RPF, year=2026) > 0", 2026),
        (
            "inpatient.reimbursement_rate[status=retired, tier=primary|secondary]",
            "balance(EPF, year=2026) >= -1.5e6",
            2026,
        ),
        ("scale:inpatient.tier_share[status=uninsured]", "reserve(EPF, year=2026) > 1e7", 2026),
        ("ledger.interest_rate[ledger=EPF]", "reserve(EPF, year=2026) >= 2e7", 2025),
        ("F01.change", "payable_months(EPF, year=2026) >= 24", 2025),
        ("employer_rate_change:change", "payable_months(EPF, year=2026) >= 24", 2025),
    ],
)
def test_a_solution_holds_and_a_little_less_does_not(example, unknown, condition, start):
    found = solve(example, unknown, condition, start=start)
    assert found.reached
    assert found.verified
    assert all(check.after.holds for check in found.checks)
    if found.change:
        less = found.unknown.present + found.change * (1 - 1e-7)
        run = poolcast.project(example, found.unknown.applied(BASELINE, less))
        assert not all(check.condition.holds(run) for check in found.checks)


def test_what_holds_already_needs_no_change(example):
    found = solve(example, "revenue.employer_rate", "payable_months(EPF, year=2026) >= 9", start=2025)
    assert (found.change, found.reached, found.verified) == (0.0, True, True)
    assert found.scenario == prepare(example, "reserve(EPF) > 0", "baseline", None).base


def test_an_unreachable_target_says_how_near_it_comes(example):
    found = solve(
        example, "revenue.employer_rate", "payable_months(EPF, year=2026) >= 60", bounds=(0.05, 0.1), start=2025
    )
    assert not found.reached
    assert found.verified
    assert found.value == pytest.approx(0.1)
    assert found.checks[0].after.value < 60
    best = poolcast.project(example, with_reform(revenue__employer_rate=0.1))
    assert found.checks[0].after.value == pytest.approx(float(best.payable_months.sel(ledger="EPF", year=2026)[0]))
    assert "nearest_value" in found.document()


def test_bounds_that_leave_the_present_value_outside_are_searched_from_their_edge(example):
    found = solve(example, "revenue.employer_rate", "reserve(EPF, year=2026) > 0", bounds=(0.1, 0.12), start=2025)
    assert found.value == 0.1


@pytest.mark.parametrize(("peak", "edge"), [(0.13, 0.12), (0.04, 0.05)])
def test_more_is_not_always_better(example, peak, edge):
    """A condition that only a window in the middle meets is found, from either side, at its near edge."""

    def hill(assumptions, conditions):
        rate = float(assumptions["revenue.employer_rate"][0, -1])
        margin = 0.01 - abs(rate - peak)
        return [Reading(margin, margin, margin >= 0) for _ in conditions]

    found = solve(example, "revenue.employer_rate", "reserve(EPF) > 0", evaluate=hill)
    assert found.value == pytest.approx(edge, abs=1e-12)
    assert found.reached


@pytest.mark.parametrize(("below", "above", "nearest"), [(0.07, 0.15, 0.07), (0.02, 0.10, 0.10)])
def test_of_two_ways_the_smaller_change_wins(example, below, above, nearest):
    def valley(assumptions, conditions):
        rate = float(assumptions["revenue.employer_rate"][0, -1])
        margin = max(below - rate, rate - above)
        return [Reading(margin, margin, margin >= 0) for _ in conditions]

    found = solve(example, "revenue.employer_rate", "reserve(EPF) > 0", evaluate=valley)
    assert found.value == pytest.approx(nearest, abs=1e-12)


@pytest.mark.parametrize("size", [1.0, math.inf])
def test_a_jump_is_found_to_the_last_digit(example, size):
    def jump(assumptions, conditions):
        reached = float(assumptions["revenue.employer_rate"][0, -1]) >= 0.1
        return [Reading(float(reached), size if reached else -size, reached) for _ in conditions]

    found = solve(example, "revenue.employer_rate", "reserve(EPF) > 0", evaluate=jump)
    assert found.value == pytest.approx(0.1, abs=1e-15)
    assert found.checks[0].after.holds


def test_the_evaluator_is_passed_in(example):
    """A probability asks for more than the single run: here every margin loses a million yuan."""

    def prudent(assumptions, conditions):
        return [
            Reading(one.value, one.margin - 1e6, one.margin >= 1e6)
            for one in evaluate_single_run(assumptions, conditions)
        ]

    plain = solve(example, "revenue.employer_rate", "reserve(EPF, year=2026) >= 2.5e7", start=2025)
    careful = solve(example, "revenue.employer_rate", "reserve(EPF, year=2026) >= 2.5e7", start=2025, evaluate=prudent)
    slope = 0.98 * 1.01 * (115_920_000 * 1.02 + 114_227_568)
    assert careful.value - plain.value == pytest.approx(1e6 / slope, rel=1e-6)
    assert careful.verified


def test_each_region_by_itself(pair):
    found = solve(pair, "revenue.employer_rate", "payable_months(EPF, year=2030) >= 80", region="each")
    assert list(found) == ["A", "B"]
    assert all(one.reached and one.verified for one in found.values())
    assert found["B"].value > found["A"].value
    for code, one in found.items():
        assert one.checks[0].condition.call.region == code
        run = poolcast.project(pair, one.scenario).payable_months.sel(ledger="EPF", year=2030)
        before = poolcast.project(pair).payable_months.sel(ledger="EPF", year=2030)
        assert float(run.sel(region=code)) == pytest.approx(80, rel=1e-9)
        others = [other for other in found if other != code]
        assert run.sel(region=others).values.tolist() == before.sel(region=others).values.tolist()
    question = prepare(pair, "payable_months(EPF, year=2030) >= 80", "baseline", None)
    assert hold_together(question, found) == {"A": True, "B": True}


def test_a_parent_moves_its_regions_and_a_bare_condition_speaks_of_all(pair):
    one = solve(pair, "revenue.employer_rate", "payable_months(EPF, year=2030) >= 80")
    each = solve(pair, "revenue.employer_rate", "payable_months(EPF, year=2030) >= 80", region="each")
    assert one.value == pytest.approx(each["B"].value, rel=1e-9)
    with pytest.raises(ScenarioError, match="region P, which the forecast does not hold"):
        solve(pair, "revenue.employer_rate", "payable_months(EPF, year=2030) >= 80", region="P")
    named = "payable_months(EPF, year=2030, region=A) >= 80"
    assert solve(pair, "revenue.employer_rate", named, region="P").unknown.where == {"region": "A|B"}


def test_values_that_differ_are_shifted_or_scaled_and_never_flattened(example):
    setting = Setting(prepare(example, "reserve(EPF) > 0", "baseline", None).calibrated, BASELINE, 2025)
    rates = find_unknown("inpatient.reimbursement_rate[status=active]", setting)
    assert (rates.kind, rates.present) == ("shift", 0.0)
    assert rates.bounds == pytest.approx((0.0, 0.08))
    assert find_unknown("inpatient.deductible[status=active]", setting).kind == "scale"
    assert find_unknown("revenue.employer_rate", setting).kind == "set"
    with pytest.raises(ScenarioError, match="run from 0 to 1000"):
        find_unknown("set:inpatient.deductible", setting)


@pytest.mark.parametrize(
    ("unknown", "more", "problem"),
    [
        ("revenue.employr_rate", {}, "revenue.employer_rate"),
        ("F01.chnge", {}, "'change'"),
        ("nothing", {}, "LEVER.argument"),
        ("calibration.admissions", {}, "declared parameter"),
        ("critical_illness.threshold", {}, "threshold_multiple"),
        ("long_term_care.take_up", {}, "does not hold"),
        ("revenue.employer_rate[status=active]", {}, "an axis that revenue.employer_rate does not have"),
        ("inpatient.deductible[status=activ]", {}, "active"),
        ("revenue.employer_rate[region]", {}, "axis=members"),
        ("retirement.late_share", {"region": "A"}, "does not have|does not hold"),
        ("revenue.employer_rate", {"start": 2040}, "2025 to 2026"),
        ("revenue.employer_rate", {"region": "Q"}, "Name a region"),
        ("revenue.employer_rate", {"bounds": (0.3, 0.4)}, "0 to 0.2"),
        ("revenue.employer_rate", {"bounds": (0.1, 0.1)}, "lower one first"),
    ],
)
def test_what_cannot_be_solved_is_refused_with_a_remedy(example, unknown, more, problem):
    with pytest.raises(ScenarioError, match=problem):
        solve(example, unknown, "reserve(EPF, year=2026) > 0", **more)


def test_a_scenario_that_calls_the_lever_is_solved_from_its_own_value(example):
    call = LeverCall(LEVERS["F01"], {"change": 0.005}, 2025)
    scenario = Scenario("financing", BASELINE.title, BASELINE.why, reforms=(call,))
    found = solve(example, "F01.change", "payable_months(EPF, year=2026) >= 24", base_scenario=scenario)
    assert found.unknown.present == 0.005
    assert len(found.scenario.reforms) == 1
    fresh = solve(example, "F01.change", "payable_months(EPF, year=2026) >= 24", start=2025)
    assert found.value == pytest.approx(fresh.value, rel=1e-9)


def test_values_that_lead_out_of_bounds_are_no_solutions(example):
    """Scaling rates of 0.92 beyond one is not allowed: the search stays below, and says nothing was found."""
    found = solve(
        example,
        "inpatient.reimbursement_rate[status=retired]",
        "balance(EPF, year=2026) < -1e7",
        start=2026,
    )
    assert not found.reached
    assert found.value <= 0.08 + 1e-12


def test_the_scan_counts_its_runs(example):
    question = prepare(example, "payable_months(EPF, year=2026) >= 24", "baseline", None)
    unknown = find_unknown("revenue.employer_rate", Setting(question.calibrated, BASELINE, 2025))
    found = Search(question, unknown).solve()
    assert found.runs == question.runs < 40
    assert math.isfinite(found.value)
    assert np.isfinite(parse_condition("reserve(EPF) > 0").value(poolcast.project(example, found.scenario)))
