"""Explanations by driver: handbook 11.5, mixtures that hold what they say, and shares that add up."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.driver_groups import DRIVERS, driver_of
from poolcast.outlook.explaining_drivers import explain_sets, explain_years
from poolcast.outlook.mixed_sets import Side, differing_drivers, mixed
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import ResultError
from poolcast.projection.engine import project_money
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.scenario import BASELINE, Scenario
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import write_worked_example

UNIT_COST = {"unit_cost": ["price", "intensity"]}


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return poolcast.load_assumptions(write_worked_example(tmp_path_factory.mktemp("sets") / "worked_example"))


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china", to=2035)


@pytest.fixture(scope="module")
def minimal(tmp_path_factory):
    return poolcast.load_assumptions(write_minimal_set(tmp_path_factory.mktemp("sets") / "minimal"))


def scaled(assumptions, **factors):
    names = {name.replace("__", "."): factor for name, factor in factors.items()}
    return assumptions.with_values({name: assumptions[name] * factor for name, factor in names.items()})


def side(assumptions, *reforms):
    return Side.of(assumptions, Scenario("s", Words("", ""), Words("", ""), "", reforms))


# ------------------------------------------------------------------------------------------------ between two years


def test_the_worked_example(example):
    table = explain_years(example, 2025, 2026, merge=UNIT_COST).table(ledger="EPF")
    printed = {
        "demography": (2_441_018.06, 2_504_712.06),
        "utilisation": (161_127.57, 144_257.42),
        "unit_cost": (380_496.04, 333_672.19),
        "total": (2_982_641.67, 2_982_641.67),
    }
    for driver, row in printed.items():
        assert table.loc[driver].tolist() == pytest.approx(row, abs=0.0101), driver
    for driver in ("coverage", "wage", "reimbursement", "policy", "residual"):
        assert table.loc[driver].tolist() == pytest.approx([0, 0], abs=1e-6), driver


def test_price_and_intensity_by_themselves_add_up_to_unit_cost_in_the_fixed_order(example):
    table = explain_years(example, 2025, 2026).table(ledger="EPF")
    assert table.loc[["price", "intensity"], "sequential"].sum() == pytest.approx(380_496.04, abs=0.0101)


def test_price_takes_what_it_grows_by(example):
    growth = np.zeros_like(example["cost.price_growth"])
    growth[:, example.year_position(2026)] = 0.05
    table = explain_years(example.with_values({"cost.price_growth": growth}), 2025, 2026).table(ledger="EPF")
    assert table.loc["price", "sequential"] > 380_496.04  # intensity fell: inpatient unit cost rose by 3 % only
    assert table.loc[["price", "intensity"], "sequential"].sum() == pytest.approx(380_496.04, abs=0.0101)


@pytest.mark.parametrize(("first", "second"), [(2025, 2026), (2026, 2035)])
def test_the_drivers_of_china_add_up_and_leave_little(china, first, second):
    explained = explain_years(china, first, second)
    spent = poolcast.project(china).expenditure.sel(region="000000")
    for ledger in ("EPF", "RPF", "LTCI", "CII"):
        change = float(spent.sel(ledger=ledger, year=second) - spent.sel(ledger=ledger, year=first))
        for approach in ("sequential", "shapley"):
            parts = explained.parts.sel(approach=approach, ledger=ledger)[:, 0]
            assert float(parts.sum()) == pytest.approx(change, rel=1e-9)
        if ledger in ("EPF", "RPF"):
            assert abs(float(parts.sel(driver="residual"))) < 0.05 * abs(change)
    assert explained.order_matters.dims == ("region", "ledger")


def test_a_reform_of_the_rules_is_reimbursement_with_the_answer_of_the_patients(minimal):
    rule = Reform("shift", "outpatient.reimbursement_rate", {2028: 0.1}, {"status": "active|retired"})
    scenario = Scenario("more", Words("", ""), Words("", ""), "", (rule,))
    plain = explain_years(minimal, 2027, 2028).parts.sel(ledger="EPF", approach="sequential")[:, 0]
    reformed = explain_years(minimal, 2027, 2028, scenario).parts.sel(ledger="EPF", approach="sequential")[:, 0]
    difference = reformed - plain
    assert float(difference.sel(driver="reimbursement")) > 0
    others = [name for name in DRIVERS if name not in ("reimbursement", "residual")]
    assert np.abs(difference.sel(driver=others)).max() == pytest.approx(0, abs=1e-6 * abs(float(plain.sum())))
    assert float(difference.sel(driver="residual")) == pytest.approx(0, abs=1e-6 * abs(float(plain.sum())))


def test_births_belong_to_demography(minimal):
    explained = explain_years(minimal, 2027, 2030)
    spent = poolcast.project(minimal).expenditure_by_line.sel(ledger="EPF", expenditure_line="E1.6")[:, 0]
    assert float(spent.sel(year=2030)) != float(spent.sel(year=2027))
    left = float(explained.parts.sel(ledger="EPF", driver="residual", approach="sequential")[0])
    assert left == pytest.approx(0, abs=1e-9 * abs(float(explained.total.sel(ledger="EPF")[0])))


def test_patients_answer_to_the_law_of_the_year_when_the_law_itself_changes(minimal):
    law = minimal["outpatient.reimbursement_rate"].copy()
    law[:, minimal.year_position(2028) :] *= 0.8
    at_once = np.ones_like(minimal["behaviour.phase_in"])  # what still phases in would be residual
    moving = minimal.with_values({"outpatient.reimbursement_rate": law, "behaviour.phase_in": at_once})
    rule = Reform("shift", "outpatient.reimbursement_rate", {2027: 0.02}, {"status": "active|retired"})
    scenario = Scenario("more", Words("", ""), Words("", ""), "", (rule,))
    explained = explain_years(moving, 2027, 2030, scenario)
    left = float(explained.parts.sel(ledger="EPF", driver="residual", approach="sequential")[0])
    assert left == pytest.approx(0, abs=1e-9 * abs(float(explained.total.sel(ledger="EPF")[0])))


# ------------------------------------------------------------------------------------------------ between two sets


@pytest.mark.parametrize(
    ("parameter", "factor", "driver"),
    [
        ("population.net_migration", 0.5, "demography"),
        ("population.fertility_rate", 1.2, "demography"),
        ("economy.wage_growth", 0.5, "wage"),
        ("utilisation.growth", 2.0, "utilisation"),
        ("cost.autonomous_growth", 0.5, "intensity"),
        ("inpatient.deductible", 1.5, "reimbursement"),
        ("revenue.employer_rate", 1.1, "policy"),
        ("ledger.opening_reserve", 1.1, "residual"),
    ],
)
def test_one_changed_group_explains_everything(china, parameter, factor, driver):
    first, second = side(china), side(scaled(china, **{parameter.replace(".", "__"): factor}))
    second = Side(first.law.with_values(c := {parameter: first.law[parameter] * factor}), first.law.with_values(c))
    explained = explain_sets(first, second)
    parts = explained.parts.sel(approach="shapley")
    assert differing_drivers(first, second) == [driver]
    assert np.nanmax(np.abs(explained.total)) > 0
    assert np.nanmax(np.abs(parts.sel(driver=driver) - explained.total)) == pytest.approx(0, abs=1e-3)


def test_a_mixture_holds_unit_cost_while_use_changes_and_the_other_way_round(china):
    law = side(china).law
    moved = law.with_values({"utilisation.growth": law["utilisation.growth"] + 0.01})
    dearer = law.with_values(
        {
            "utilisation.growth": law["utilisation.growth"] + 0.01,
            "cost.autonomous_growth": law["cost.autonomous_growth"] + 0.02,
            "cost.price_growth": law["cost.price_growth"] + 0.005,
        }
    )
    first, second = Side(law, law), Side(dearer, dearer)
    trend = {
        name: project_money(chosen).trend
        for name, chosen in {
            "first": law,
            "second": dearer,
            "use": mixed(first, second, {"utilisation"}),
            "rest": mixed(first, second, {"price", "intensity"}),
            "price": mixed(first, second, {"price"}),
        }.items()
    }
    assert trend["use"].use == pytest.approx(trend["second"].use, rel=1e-12)
    assert trend["use"].unit_cost == pytest.approx(trend["first"].unit_cost, rel=1e-12)
    assert trend["rest"].use == pytest.approx(trend["first"].use, rel=1e-12)
    assert trend["rest"].unit_cost == pytest.approx(trend["second"].unit_cost, rel=1e-12)
    growth = china.from_year("cost.price_growth", china.base_year + 1)[0]
    dear = np.cumprod((1.005 + growth) / (1 + growth))
    ratio = (trend["price"].unit_cost / trend["first"].unit_cost)[0, 0, 1:, 0, 0]
    assert ratio == pytest.approx(dear, rel=1e-12)
    assert project_money(moved).trend.unit_cost.max() < trend["first"].unit_cost.max()  # what the engine does by itself


def test_two_sets_add_up_in_both_approaches_and_every_measure(china):
    first = side(china)
    changed = scaled(
        china,
        population__net_migration=0.5,
        economy__wage_growth=0.8,
        utilisation__growth=1.5,
        inpatient__deductible=1.2,
    )
    second = side(changed, Reform("shift", "outpatient.reimbursement_rate", {2027: 0.05}, {"status": "active"}))
    explained = explain_sets(first, second)
    before, after = poolcast.project(china), explained.total
    for approach in ("sequential", "shapley"):
        added = explained.parts.sel(approach=approach).sum("driver", skipna=False)
        for measure in ("revenue", "expenditure", "balance", "reserve"):
            scale = float(np.nanmax(np.abs(before[measure])))
            gap = np.abs(added.sel(measure=measure) - after.sel(measure=measure))
            assert float(np.nanmax(gap)) <= 1e-9 * scale
    assert {"demography", "wage", "utilisation", "reimbursement"} <= set(explained.drivers)


def test_patients_do_not_answer_to_the_costs_of_another_set(minimal):
    """Dearer care lowers the share that patients pay above a fixed deductible; under the law that moves nobody."""
    first, second = side(minimal), side(scaled(minimal, utilisation__inpatient_cost=1.5, inpatient__deductible=2.0))
    halfway = mixed(first, second, {"intensity"})
    still = halfway.with_values({"behaviour.response": np.zeros(())})
    assert project_money(halfway).claims.services == pytest.approx(project_money(still).claims.services, rel=1e-12)


def test_the_same_set_twice_leaves_nothing_to_explain(minimal):
    explained = explain_sets(side(minimal), side(minimal))
    assert explained.drivers == ("residual",)
    assert np.nanmax(np.abs(explained.total)) == 0


# ------------------------------------------------------------------------------------------------ groups and errors


def test_every_parameter_has_a_driver():
    assert {driver_of(name) for name in PARAMETERS} == set(DRIVERS)
    assert driver_of("cost.price_growth") == "price"
    assert driver_of("accounts.revenue") == "residual"


def test_what_cannot_be_explained_is_refused(china, minimal, example):
    with pytest.raises(ResultError, match="2050"):
        explain_years(china, 2026, 2050)
    with pytest.raises(ResultError, match="two years in order"):
        explain_years(china, 2030, 2027)
    with pytest.raises(ResultError, match="unit_price"):
        explain_years(example, 2025, 2026, merge={"x": ["unit_price"]})
    with pytest.raises(ResultError, match="each driver once"):
        explain_years(example, 2025, 2026, merge={"x": ["price"], "y": ["price"]})
    with pytest.raises(ResultError) as caught:
        explain_sets(side(china, *BASELINE.reforms), side(minimal))
    assert len(caught.value.problems) >= 2
    with pytest.raises(ResultError, match="one place"):
        explain_sets(side(minimal), side(minimal)).table(ledger="EPF")
