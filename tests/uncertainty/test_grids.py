"""Grids: cells are runs, targets are reached, and what is out of bounds is refused."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.unknowns import Setting, find_unknown
from poolcast.parameters.errors import ScenarioError
from poolcast.uncertainty.grids import grid, rate_by_months


def test_cells_are_runs_of_both_changes(short_china):
    found = grid(
        short_china,
        "payable_months(EPF, year=2030)",
        ("revenue.employer_rate", [0.07, 0.08]),
        ("shift:ledger.interest_rate", [0.0, 0.01]),
    )
    assert float(found["value"].sel(row=0.08, column=0.0)) == pytest.approx(float(found.baseline), rel=1e-12)
    base = poolcast.load_scenario("baseline")
    setting = Setting(poolcast.calibrate(short_china), base)
    scenario = find_unknown("revenue.employer_rate", setting).applied(base, 0.07)
    scenario = find_unknown("shift:ledger.interest_rate", setting).applied(scenario, 0.01)
    months = poolcast.project(short_china, scenario).payable_months.sel(ledger="EPF", year=2030).item()
    assert float(found["value"].sel(row=0.07, column=0.01)) == pytest.approx(months, rel=1e-12)


def test_two_arguments_of_one_lever_meet_in_one_call(short_china):
    loss, rise = ("G01.collection_loss", [0.0, 0.02]), ("G01.tertiary_rise", [0.0, 0.05])
    one = grid(short_china, "reserve(EPF, year=2030)", loss, rise)
    other = grid(short_china, "reserve(EPF, year=2030)", rise, loss)
    assert one["value"].values == pytest.approx(other["value"].values.T, rel=1e-12)
    assert len(np.unique(one["value"].values.round(-3))) == 4
    assert float(one["value"][0, 0]) == pytest.approx(float(one.baseline), rel=1e-12)


def test_the_rate_needed_gives_the_months_wanted(short_china):
    found = rate_by_months(short_china, years=[2030, 2032], months=(6.0, 40.0))
    assert found.months_reached.values == pytest.approx(np.array([[6.0, 6.0], [40.0, 40.0]]), abs=1e-3)
    assert (np.diff(found.payable_months.values, axis=0) > 0).all()
    rate = float(found.rate_needed.sel(months=40.0, year=2032))
    base = poolcast.load_scenario("baseline")
    unknown = find_unknown("revenue.employer_rate", Setting(poolcast.calibrate(short_china), base))
    months = poolcast.project(short_china, unknown.applied(base, rate)).payable_months.sel(ledger="EPF", year=2032)
    assert months.item() == pytest.approx(40, abs=1e-3)


def test_months_out_of_reach_have_no_rate(short_china):
    found = rate_by_months(short_china, years=[2028], months=(500.0,))
    assert np.isnan(found.rate_needed).all()
    assert np.isnan(found.months_reached).all()


def test_every_value_out_of_bounds_is_named(short_china):
    rates, factors = ("revenue.employer_rate", [0.08, 8]), ("scale:resident.subsidy", [-1])
    with pytest.raises(ScenarioError) as caught:
        grid(short_china, "reserve(EPF, year=2030)", rates, factors)
    assert "8" in str(caught.value)
    assert "-1" in str(caught.value)
    assert len(caught.value.problems) == 2
