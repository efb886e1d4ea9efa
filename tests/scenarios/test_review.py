"""Remarks on scenarios: idle changes and overlaps."""

from __future__ import annotations

import pytest

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.scenarios.reading import with_reforms
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.review import review
from poolcast.scenarios.scenario import BASELINE, Scenario

NO_WORDS = Words("", "")


@pytest.fixture(scope="module")
def china() -> Assumptions:
    return poolcast.calibrate(poolcast.load_assumptions("china", to=2035))


def scenario(*reforms: Reform) -> Scenario:
    return Scenario("tried", NO_WORDS, NO_WORDS, reforms=reforms)


def test_the_baseline_and_the_shipped_line_raise_no_remark(china: Assumptions) -> None:
    assert review(BASELINE, china) == []
    assert review(poolcast.load_scenario("high_cost"), china) == []


def test_a_change_to_the_value_in_force_is_idle(china: Assumptions) -> None:
    same = with_reforms(BASELINE, ["revenue.employer_rate=0.08@2027"])
    assert [remark.kind for remark in review(same, china)] == ["idle"]
    assert "revenue.employer_rate" in review(same, china)[0].text
    other = with_reforms(BASELINE, ["revenue.employer_rate=0.081@2027"])
    assert review(other, china) == []


def test_two_changes_of_the_same_values_are_named_in_their_order(china: Assumptions) -> None:
    first = Reform("set", "revenue.employer_rate", {2027: 0.07})
    second = Reform("shift", "revenue.employer_rate", {2030: 0.01})
    (remark,) = review(scenario(first, second), china)
    assert remark.kind == "overlap"
    assert "shift revenue.employer_rate acts last" in remark.text
    elsewhere = Reform("set", "revenue.employee_rate", {2030: 0.015})
    assert review(scenario(first, elsewhere), china) == []


def test_levers_are_named_by_their_id(china: Assumptions) -> None:
    package = scenario(*poolcast.load_scenario("F01").reforms, *poolcast.load_scenario("F14").reforms)
    assert all(remark.kind == "overlap" for remark in review(package, china))
    twice = scenario(*poolcast.load_scenario("F01").reforms, *poolcast.load_scenario("F01").reforms)
    assert any("F01 employer_rate_change" in remark.text for remark in review(twice, china))
