"""One risk at a time: baseline, directions, the standard set, and that bars mean what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import poolcast
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.errors import ResultError, ScenarioError
from poolcast.uncertainty.analyses import sensitivity
from poolcast.uncertainty.blocks import Job, run_block
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.kept_calls import call_layout
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.sensitivity import OneAtATime, Shock, active_risks, as_call, as_set, by_scenario, tornado
from poolcast.uncertainty.standard_sensitivities import STANDARD_SET, standard_sensitivities

RESERVE = "reserve(EPF, year=2032)"


@pytest.fixture(scope="module")
def found(short_china):
    return tornado(short_china, RESERVE)


def test_baseline_is_the_single_run(short_china, found):
    single = poolcast.project(short_china).reserve.sel(ledger="EPF", year=2032).item()
    assert float(found.baseline) == pytest.approx(single, rel=1e-12)
    assert float(standard_sensitivities(short_china, RESERVE).baseline) == pytest.approx(single, rel=1e-12)


def test_a_calibrated_set_gives_the_same_as_the_set_as_read(short_china, found):
    again = tornado(poolcast.calibrate(short_china), RESERVE)
    assert float(again.baseline) == float(found.baseline)


def test_risks_are_ordered_and_move_the_way_they_must(found):
    reach = np.abs(found.effect).max(["size", "side"]).values
    assert (np.diff(reach) <= 0).all()
    effect = found.effect.sel(size="deviation", side="plus")
    for risk, sign in {"wages": 1, "care_prices": -1, "cost_level": -1, "interest": 1, "inpatient_use": -1}.items():
        assert sign * float(effect.sel(risk=risk)) > 0, risk
    assert (found.effect.sel(side="minus", risk="wages") < 0).all()
    tenth = found.effect.sel(size="tenth", side="plus", risk="wages") / effect.sel(risk="wages")
    assert float(tenth) == pytest.approx(1.2816, rel=0.02)  # nearly linear over seven years


def test_the_epidemic_begins_in_the_third_year_and_is_compared_with_none(short_china, found):
    assert (found.effect.sel(risk="epidemic", side="minus") == 0).all()
    assert float(found.effect.sel(risk="epidemic", side="plus", size="tenth")) != 0
    before = tornado(short_china, "reserve(EPF, year=2027)")  # base year 2025: the third year is 2028
    assert (before.effect.sel(risk="epidemic") == 0).all()
    third = tornado(short_china, "reserve(EPF, year=2028)").effect.sel(risk="epidemic", side="plus", size="deviation")
    assert float(third) > 0  # use of care falls by more than revenue


@pytest.mark.parametrize("risk", ["wages", "interest", "mortality"])
def test_one_standard_deviation_is_that_of_a_simulation_of_the_risk_alone(short_china, found, risk):
    calibrated = as_set(short_china)
    processes = Processes.of(calibrated)
    alone = np.zeros_like(processes.deviation)
    number = RISK_DRIVERS.index(risk)
    alone[number] = processes.deviation[number]
    single = replace(
        processes,
        deviation=alone,
        mortality_drift_error=processes.mortality_drift_error if risk == "mortality" else 0.0,
        benefit_level_deviation=0.0,
        elasticity_deviation=0.0,
        epidemic=replace(processes.epidemic, probability=0.0),
    )
    assert active_risks(single) == (risk,)
    layout = call_layout(calibrated, [as_call(RESERVE)])
    paths = 400
    values = run_block(Job({"": calibrated}, calibrated, single, Draws(5), layout), 0, paths)[""][RESERVE]
    # standard error of a standard deviation: 1 / sqrt(2 n)
    assert float(found.first_order.sel(risk=risk)) == pytest.approx(values.std(), rel=3 / np.sqrt(2 * paths) + 0.02)
    plus = abs(float(found.effect.sel(risk=risk, size="deviation", side="plus")))
    assert plus == pytest.approx(float(found.first_order.sel(risk=risk)), rel=0.05)


def test_no_other_path_of_the_same_likelihood_moves_the_measure_more(short_china):
    calibrated = as_set(short_china)
    runs = OneAtATime(calibrated, Processes.of(calibrated), call_layout(calibrated, [as_call(RESERVE)]))
    directions, _ = runs.directions(["wages"])
    assert np.linalg.norm(directions["wages"]) == pytest.approx(1)
    generator = np.random.default_rng(3)
    others = generator.standard_normal((20, directions["wages"].size))
    others /= np.linalg.norm(others, axis=1)[:, None]
    values = runs.run([Shock("wages", one) for one in (0 * others[0], directions["wages"], *others)])[0]
    assert (values[2:] - values[0] < values[1] - values[0]).all()


def test_events_are_years_and_infinite_where_they_do_not_come(short_china):
    found = tornado(short_china, "exhaustion(EPF)")
    assert np.isinf(found.baseline)
    assert np.isinf(found.value).all()
    assert (found.effect == 0).all()


def test_an_open_measure_is_refused_with_what_to_name(short_china, short_hebei):
    with pytest.raises(ScenarioError, match="year=2032"):
        tornado(short_china, "reserve(EPF)")
    with pytest.raises(ScenarioError, match="region="):
        standard_sensitivities(short_hebei, "reserve(EPF, year=2030)")


def test_scenarios_stand_side_by_side(short_china, found):
    both = by_scenario(short_china, RESERVE, ["baseline", "high_cost"])
    assert both.scenario.values.tolist() == ["baseline", "high_cost"]
    own = found.effect.sel(risk=both.risk.values)
    assert np.array_equal(both.effect.sel(scenario="baseline").values, own.values)
    assert float(both.baseline.sel(scenario="high_cost")) < float(both.baseline.sel(scenario="baseline"))


def test_standard_set_by_hand(short_china):
    # one point of interest in 2026: 0.01 (F_2025 + tau B_2026), B before interest
    found = standard_sensitivities(short_china, "reserve(EPF, year=2026)")
    assert found.sensitivity.values.tolist() == [one.name for one in STANDARD_SET]
    forecast = poolcast.project(short_china).sel(ledger="EPF").isel(region=0)
    opening, balance = float(forecast.reserve.sel(year=2025)), float(forecast.balance_before_interest.sel(year=2026))
    by_hand = 0.01 * (opening + forecast.attrs["flow_timing"] * balance)
    assert float(found.effect.sel(sensitivity="interest", side="plus")) == pytest.approx(by_hand, rel=1e-9)
    assert float(found.effect.sel(sensitivity="interest", side="minus")) == pytest.approx(-by_hand, rel=1e-9)


def test_standard_set_of_use_and_births_moves_expenditure(short_china):
    # use of care in 2026 is 1 % higher, so are its payments, but for budgets; other expenditure does not move with it
    found = standard_sensitivities(short_china, "expenditure(EPF, year=2026)")
    up, down = (float(found.effect.sel(sensitivity="use", side=side)) for side in ("plus", "minus"))
    assert 0 < up < 0.01 * float(found.baseline)
    assert down == pytest.approx(-up, rel=0.01)
    births = standard_sensitivities(short_china, "expenditure(RPF, year=2030)").effect.sel(sensitivity="fertility")
    assert float(births.sel(side="plus")) > 0 > float(births.sel(side="minus"))


def test_the_door_refuses_what_does_not_fit(short_china):
    with pytest.raises(ResultError, match="column"):
        sensitivity(short_china, method="grid", row=("revenue.employer_rate", [0.08]))
    with pytest.raises(ResultError, match="1 to 1"):
        sensitivity(short_china, ["baseline", "high_cost"], "sobol")
    assert set(sensitivity(short_china, of=RESERVE)) == {"tornado", "standard"}
