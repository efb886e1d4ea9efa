"""Explanations by lever: they add up, Shapley is the mean over all orders, and handbook 11.6 comes out in parts."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from math import factorial

import numpy as np
import pytest

import poolcast
from poolcast.outlook.attribution import attribute, every_coalition
from poolcast.outlook.explaining_levers import MEASURES, PARTS, explain_levers
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import ResultError, ScenarioError
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import BASELINE, Scenario
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import VALUES, write_worked_example

RATE = "outpatient.reimbursement_rate"
POOLED = ["EPF", "RPF", "EPA"]


def package(*reforms, name="package"):
    return Scenario(name, Words(name, name), Words("", ""), "", tuple(reforms))


def levers(*ids):
    return package(*(item for lever in ids for item in poolcast.load_scenario(lever).reforms))


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The worked example with the elasticities of 11.6 for employees, at work at once."""
    folder = tmp_path_factory.mktemp("sets") / "worked_example"
    write_worked_example(folder)
    assumptions = poolcast.load_assumptions(folder)
    own = np.zeros_like(assumptions["behaviour.own_price_elasticity"])
    own[0, 1] = -0.52
    cross = np.array([0.10, 0.0])
    at_once = np.ones_like(assumptions["behaviour.phase_in"])
    return assumptions.with_values(
        {
            "behaviour.own_price_elasticity": own,
            "behaviour.cross_price_elasticity": cross,
            "behaviour.phase_in": at_once,
        }
    )


B01 = (
    Reform("set", RATE, {2026: 0.6}, {"status": "active|flexible|paying_past_retirement|unemployed"}),
    Reform("set", RATE, {2026: 0.7}, {"status": "retired"}),
)


# ------------------------------------------------------------------------------------------------ handbook 11.6


def test_the_worked_example_in_parts(example):
    assert "outpatient.reimbursement_rate" in VALUES
    explained = explain_levers(example, package(*B01), groups={"B01": [0, 1]})
    of_2026 = explained.parts.sel(approach="shapley", lever="B01", year=2026, ledger="EPF")[..., 0]

    def parts(measure):
        return of_2026.sel(measure=measure, part=list(PARTS)).values.tolist()

    assert parts("expenditure") == pytest.approx([425_415.06, 189_148.31, -105_110.47, 0.0], abs=0.0101)
    assert parts("balance") == pytest.approx([-425_415.06, -189_148.31, 105_110.47, -5_094.53], abs=0.0101)
    assert parts("reserve") == pytest.approx(parts("balance"), abs=1e-6)
    assert sum(parts("reserve")) == pytest.approx(-514_547.43, abs=0.0101)
    assert sum(parts("expenditure")) == pytest.approx(509_452.90, abs=0.0101)


def test_with_behaviour_off_there_is_nothing_but_the_static_effect(example):
    off = Reform("set", "behaviour.response", {0: 0.0})
    explained = explain_levers(example, package(*B01, off), groups={"B01": [0, 1, 2]})
    moved = explained.parts.sel(approach="shapley", part=["behavioural", "offset"])
    assert float(np.nanmax(np.abs(moved))) == 0


def test_retired_and_active_by_themselves_are_explained_by_what_each_moves(example):
    explained = explain_levers(example, package(*B01), groups={"active": [0], "retired": [1]})
    found = explained.parts.sel(approach="alone", measure="expenditure", part="static", year=2026, ledger="EPF")
    active, retired = found[:, 0].values
    assert active == pytest.approx((584_986.50 + 128_507.40) * 0.2, abs=0.01)
    assert retired == pytest.approx(1_696_297.68 / 6, abs=0.01)


# ------------------------------------------------------------------------------------------------ adding up


@pytest.mark.parametrize(
    ("name", "ids"),
    [("china", ("B01", "B05", "F01", "P01")), ("hebei", ("B01", "G01", "F04"))],
)
def test_the_parts_add_up_to_the_difference_of_two_ordinary_runs(name, ids):
    assumptions, scenario = poolcast.load_assumptions(name, to=2035), levers(*ids)
    explained = explain_levers(assumptions, scenario)
    before, after = (poolcast.project(assumptions, which) for which in (BASELINE, scenario))
    for measure in MEASURES:
        codes = after.region.values
        low, high = (
            run[measure].reindex(region=codes).transpose("year", "region", "ledger").values for run in (before, after)
        )
        pooled = np.isnan(low) != np.isnan(high)
        expected = np.nan_to_num(high) - np.nan_to_num(low)
        size = np.maximum(1.0, np.maximum(np.abs(np.nan_to_num(high)), np.abs(np.nan_to_num(low))))
        for approach in ("sequential", "shapley"):
            parts = explained.parts.sel(approach=approach, measure=measure, region=codes)
            found = parts.sum(["lever", "part"], skipna=False).transpose("year", "region", "ledger").values
            assert np.all(np.isnan(found) == (np.isnan(low) & np.isnan(high))), (measure, approach)
            assert np.all(np.abs(np.nan_to_num(found) - expected) <= 1e-9 * size), (measure, approach)
        assert np.nanmax(np.abs(explained.total.sel(measure=measure, region=codes).values - found)) <= 1e-9 * size.max()
        assert measure != "reserve" or "G01" not in ids or pooled.any()


def test_shapley_is_the_mean_over_all_orders_of_five_levers(china):
    short = poolcast.load_assumptions("china", to=2032)
    scenario = levers("B01", "B05", "F01", "P01", "F04")
    explained = explain_levers(short, scenario)
    baseline = poolcast.project(short, BASELINE)
    values = {(): 0.0}
    for coalition in every_coalition(5):
        chosen = replace(scenario, reforms=tuple(scenario.reforms[number] for number in coalition))
        values[coalition] = (poolcast.project(short, chosen).reserve - baseline.reserve).values
    mean = [0.0] * 5
    for order in itertools.permutations(range(5)):
        for place, number in enumerate(order):
            step = values[tuple(sorted(order[: place + 1]))] - values[tuple(sorted(order[:place]))]
            mean[number] = mean[number] + step / factorial(5)
    dimensions = ("year", "region", "ledger")
    for number, lever in enumerate(explained.levers):
        found = explained.parts.sel(approach="shapley", measure="reserve", lever=lever).sum("part", skipna=False)
        found = found.sel(region=baseline.region.values).transpose(*dimensions).values
        assert np.nanmax(np.abs(found - mean[number])) <= 1e-9 * np.nanmax(np.abs(baseline.reserve))


def test_attribution_by_brute_force_on_a_game_without_symmetry():
    worth = {coalition: float(np.prod([number + 2 for number in coalition])) for coalition in every_coalition(4)}
    found = attribute(4, lambda coalition: np.array(worth[coalition]))
    worth[()] = 0.0
    for number in range(4):
        steps = []
        for order in itertools.permutations(range(4)):
            before = tuple(sorted(order[: order.index(number)]))
            steps.append(worth[tuple(sorted((*before, number)))] - worth[before])
        assert found.shapley[number] == pytest.approx(np.mean(steps), rel=1e-12)
        first = tuple(range(number))
        assert found.sequential[number] == pytest.approx(worth[(*first, number)] - worth[first], rel=1e-12)
    assert found.alone.tolist() == [2, 3, 4, 5]
    assert found.runs == 15


def test_without_shapley_few_runs_are_made(example):
    explained = explain_levers(example, package(*B01), groups={"active": [0], "retired": [1]}, shapley=False)
    assert explained.parts.approach.values.tolist() == ["alone", "sequential"]
    assert explained.runs == 1 + 2 * 3


@pytest.mark.long
def test_eight_levers_of_china_take_less_than_fifteen_seconds(china):
    scenario = levers("B01", "B05", "F01", "P01", "P09", "F04", "B02", "P05")
    start = time.process_time()  # the machine may be shared
    explained = explain_levers(china, scenario)
    assert explained.runs >= 256
    assert time.process_time() - start < 15


# ----------------------------------------------------------------------------------------- offsets, names, errors


def test_admissions_are_an_offset_of_a_lever_that_names_outpatient_care_only(tmp_path):
    assumptions = poolcast.load_assumptions(write_minimal_set(tmp_path / "minimal"))
    fewer = Reform("scale", "utilisation.multiplier", {2027: 0.9}, {"benefit": "inpatient"})
    higher = Reform("shift", RATE, {2027: 0.05}, {"status": "active|retired"})
    both = explain_levers(assumptions, package(higher, fewer), groups={"outpatient": [0, 1]})
    alone = explain_levers(assumptions, package(fewer))
    place = {"approach": "shapley", "measure": "expenditure", "ledger": "EPF", "year": 2030}
    assert float(both.parts.sel(**place, part="offset")[0, 0]) < 0
    assert float(alone.parts.sel(**place, part="offset")[0, 0]) == 0
    assert float(alone.parts.sel(**place, part="static")[0, 0]) < 0


def test_what_a_pool_takes_over_is_no_offset():
    explained = explain_levers(poolcast.load_assumptions("hebei", to=2030), levers("G01", "B01"))
    parts = explained.parts.sel(approach="shapley", measure="reserve", year=2030, ledger="EPF", region="130000")
    assert float(parts.sel(lever="G01", part="offset")) == 0
    assert float(np.nanmax(np.abs(parts.sel(lever="G01", part="static")))) > 0
    kept = explained.parts.sel(approach="shapley", measure="reserve", year=2030, ledger="EPF", region="133100")
    assert float(kept.sel(lever="B01", part="offset")) > 0


def test_the_interaction_is_what_is_left_of_one_at_a_time(example):
    explained = explain_levers(example, package(*B01, Reform("scale", "cost.multiplier", {2026: 1.2})))
    left = explained.interaction.sel(measure="expenditure", ledger="EPF", year=2026)
    assert float(left[0]) > 0
    table = explained.table("expenditure", explained.parts.region.values[0], "EPF", 2026)
    assert list(table.columns) == [*PARTS, "total"]
    assert table.index[-1] == "total"
    assert table["total"].iloc[:-1].sum() == pytest.approx(table.loc["total", "total"])


def test_reforms_of_one_parameter_are_one_cause_and_a_lever_twice_is_two(example, china):
    assert explain_levers(example, package(*B01)).levers == (RATE,)
    rise = Reform("shift", RATE, {2027: 0.01}, {"status": "active"})
    twice = package(rise, *levers("F01", "F01").reforms, rise)
    assert explain_levers(poolcast.load_assumptions("china", to=2028), twice).levers == (RATE, "F01", "F01 #3")


def test_what_cannot_be_explained_is_refused(example):
    with pytest.raises(ResultError, match="without a reform"):
        explain_levers(example, BASELINE)
    names = ["cost.multiplier", "utilisation.multiplier", "revenue.employer_rate", "revenue.employee_rate"]
    names += ["revenue.flexible_rate", "resident.subsidy", "resident.personal_premium", "cost.price_growth"]
    names += ["economy.wage_growth", "utilisation.growth", "cost.autonomous_growth"]
    many = [Reform("scale", name, {2026: 1.01}) for name in names]
    with pytest.raises(ResultError, match="11 levers"):
        explain_levers(example, package(*many))
    grouped = explain_levers(example, package(*many), groups={"all": range(10)})
    assert grouped.levers == ("all", "cost.autonomous_growth")
    with pytest.raises(ResultError, match="each reform once"):
        explain_levers(example, package(*B01), groups={"one": [0], "two": [0, 1]})
    with pytest.raises(ResultError, match="each reform once"):
        explain_levers(example, package(*B01), groups={"one": [5]})
    needy = package(
        Reform("scale", RATE, {2026: 0.5}, {"status": "adult_resident"}),
        Reform("scale", RATE, {2026: 2.0}, {"status": "adult_resident"}),
    )
    with pytest.raises(ScenarioError, match="cannot stand without"):
        explain_levers(example, needy, groups={"less": [0], "more": [1]})
