"""The least-cost package: against a closed form, a grid, and what each unknown costs alone."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import poolcast
from poolcast.outlook.conditions import Reading, parse_conditions
from poolcast.outlook.packages import solve_package
from poolcast.outlook.solving import solve
from poolcast.parameters.errors import ScenarioError
from tests.validation.worked_example import write_worked_example

RATE, FLEXIBLE, SUBSIDY = "revenue.employer_rate", "revenue.flexible_rate", "resident.subsidy"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return poolcast.load_assumptions(write_worked_example(tmp_path_factory.mktemp("sets") / "worked_example"))


@pytest.mark.parametrize(("costs", "cheaper"), [((1.0, 1.0), RATE), ((1.0, 0.05), FLEXIBLE)])
def test_of_linear_effects_the_one_with_most_effect_for_its_cost_does_it_all(example, costs, cheaper):
    condition = "reserve(EPF, year=2026) >= 2.1e7"
    found = solve_package(example, dict(zip((RATE, FLEXIBLE), costs, strict=True)), condition, start=2025)
    alone = solve(example, cheaper, condition, start=2025)
    values = {part.unknown.text: part.value for part in found.parts}
    assert found.reached
    assert found.verified
    assert values[cheaper] == pytest.approx(alone.value, rel=1e-9)
    assert {part.unknown.text for part in found.parts if part.change} == {cheaper}
    assert found.cost == pytest.approx(found.alone[cheaper], rel=1e-9)


def test_a_bound_pushes_the_rest_to_the_next_cheapest(example):
    condition = "reserve(EPF, year=2026) >= 2.5e7"
    narrow = {RATE: (0.08, 0.09), FLEXIBLE: (0.0, 0.2)}
    found = solve_package(example, {RATE: 1.0, FLEXIBLE: 1.0}, condition, bounds=narrow, start=2025)
    by_rate, by_flexible = found.parts
    assert by_rate.value == pytest.approx(0.09, rel=1e-9)
    assert found.alone[RATE] == math.inf
    run = poolcast.project(example, found.scenario)
    assert float(run.reserve.sel(ledger="EPF", year=2026)[0]) == pytest.approx(2.5e7, rel=1e-9)
    assert found.cost < found.alone[FLEXIBLE]
    assert by_flexible.change > 0


def test_conditions_on_two_funds_need_both_and_each_gets_its_own(example):
    conditions = "reserve(EPF, year=2026) >= 2.1e7 and reserve(RPF, year=2026) >= 3e6"
    found = solve_package(example, [RATE, SUBSIDY], conditions, start=2025)
    for part, condition in zip(found.parts, parse_conditions(conditions), strict=True):
        assert part.value == pytest.approx(solve(example, part.unknown.text, condition, start=2025).value, rel=1e-6)
    assert set(found.alone.values()) == {math.inf}
    assert found.verified


def test_effects_that_bend_agree_with_a_grid(example):
    """Two unknowns whose effects fade: the cheapest mix lies inside, as a grid of all mixes shows."""

    def fading(assumptions, conditions):
        one = float(assumptions[RATE][0, -1]) - 0.08
        other = float(assumptions[FLEXIBLE][0, -1]) - 0.08
        margin = math.sqrt(max(one, 0.0) + 1e-6) + math.sqrt(max(other, 0.0) + 1e-6) - 0.3
        return [Reading(margin, margin, margin >= 0) for _ in conditions]

    found = solve_package(example, {RATE: 1.0, FLEXIBLE: 1.5}, "reserve(EPF) > 0", evaluate=fading)
    grid = np.linspace(0, 0.12, 601)
    cheapest = min(
        one + 1.5 * other
        for one, other in itertools.product(grid, grid)
        if math.sqrt(one + 1e-6) + math.sqrt(other + 1e-6) >= 0.3
    )
    assert found.reached
    assert found.cost == pytest.approx(cheapest, rel=0.01)
    assert found.cost <= min(found.alone.values())


def test_a_package_that_cannot_do_it_says_so(example):
    found = solve_package(example, [RATE, FLEXIBLE], "payable_months(EPF, year=2026) >= 200", start=2025)
    assert not found.reached
    assert found.verified
    assert [part.value for part in found.parts] == pytest.approx([0.2, 0.2])
    assert found.document()["parts"][0]["cost_alone"] is None


def test_nothing_to_do_costs_nothing(example):
    found = solve_package(example, [RATE, FLEXIBLE], "payable_months(EPF, year=2026) >= 1", start=2025)
    assert (found.cost, found.reached, found.verified) == (0.0, True, True)


@pytest.mark.parametrize(
    ("unknowns", "problem"),
    [
        ({RATE: 0.0, FLEXIBLE: 1.0}, "above zero"),
        ({RATE: -1.0, FLEXIBLE: 1.0}, "above zero"),
        ([RATE, RATE], "two or more different"),
        ([RATE], "two or more different"),
        ([RATE, "revenue.nothing"], "declared parameter"),
    ],
)
def test_what_is_no_package_is_refused(example, unknowns, problem):
    with pytest.raises(ScenarioError, match=problem):
        solve_package(example, unknowns, "reserve(EPF) > 0", start=2025)
