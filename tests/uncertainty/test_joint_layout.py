"""Scenarios with other holders of funds: simulated together they have the numbers that each has by itself.

A past fault: paths were laid out as the first scenario has it. Those of a second scenario with one holder more lay in
wrong regions and years, and a fund that only the second had was dropped.
"""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.budget.warning_chances import chances_of
from poolcast.reporting.simulation_tables import TABLES
from poolcast.uncertainty.blocks import central_run
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.kept import Layout
from poolcast.uncertainty.precision import read_target
from poolcast.uncertainty.simulate import simulate
from poolcast.uncertainty.summary import EVENTS, convergence, event_distribution, probabilities, quantiles
from poolcast.uncertainty.tail_risk import reserve_needed, tails

PATHS = 24
CASES = {"jingjinji_pool": 2029, "G01": 2029}
"""Scenarios that add a holder, or move a reserve to a pool, with the last year of a short projection."""


class Case:
    def __init__(self, name: str) -> None:
        self.name = name
        self.names = ("baseline", name)
        self.set = poolcast.load_assumptions("hebei", to=CASES[name])
        self.together = self.simulate(self.names)
        self.exchanged = self.simulate(self.names[::-1])
        self.alone = {one: self.simulate([one]) for one in self.names}

    def simulate(self, names, **options):
        return simulate(self.set, names, paths=PATHS, seed=3, **options)


@pytest.fixture(scope="module", params=list(CASES))
def case(request):
    return Case(request.param)


def same(found, wanted):
    """Whether labelled numbers are the same to the bit; what `wanted` has no label for must not be a number."""
    there = found.reindex_like(wanted)
    assert np.array_equal(there.values, wanted.transpose(*there.dims).values, equal_nan=True)
    assert int(found.notnull().sum()) == int(wanted.notnull().sum())


def test_every_path_is_that_of_the_scenario_by_itself(case):
    assert case.together.layout.held  # else the case would show nothing
    for name in case.names:
        for measure in case.together.layout.names:
            wanted = case.alone[name].values(name, measure)
            same(case.together.values(name, measure), wanted)
            same(case.exchanged.values(name, measure), wanted)


def test_a_path_that_nothing_moves_is_the_single_run(case):
    for name in case.names:
        rows = case.together.layout.read(central_run(case.together.job.scenarios[name]))
        single = poolcast.project(case.set, name)
        for measure in ("revenue", "expenditure", "reserve", "payable_months"):
            kept = case.together.layout[measure]
            read = kept.dataset({measure: ((), rows[measure][0])})[measure]
            wanted = single[measure].transpose(*read.dims)
            known = read.reindex_like(wanted).values
            assert np.isfinite(known).sum() == np.isfinite(read.values).sum() > 0
            assert np.allclose(known, np.where(np.isnan(known), np.nan, wanted.values), rtol=1e-12, equal_nan=True)
            lost = np.isnan(known) & np.isfinite(wanted.values)
            assert not lost.any(), (name, measure)


def test_what_a_scenario_does_not_have_is_not_a_number_anywhere(case):
    together, base = case.together, case.alone["baseline"]
    for measure in ("reserve", "balance"):
        same(quantiles(together, "baseline", measure)["quantile"], quantiles(base, "baseline", measure)["quantile"])
    for name, chances in probabilities(together, "baseline").data_vars.items():
        same(chances, probabilities(base, "baseline")[name])
    for event in EVENTS:
        for name, found in event_distribution(together, "baseline", event).data_vars.items():
            same(found, event_distribution(base, "baseline", event)[name])
    for name, found in tails(together, "baseline").data_vars.items():
        same(found, tails(base, "baseline")[name])
    same(reserve_needed(together, "baseline", years=3), reserve_needed(base, "baseline", years=3))
    settling = [convergence(one, "baseline", "exhaustion", lambda year: year.notnull()) for one in (together, base)]
    same(settling[0]["probability"], settling[1]["probability"])


def test_differences_are_those_of_paths_that_both_have(case):
    other = case.name
    found = quantiles(case.together, other, "reserve", against="baseline")
    mine, base = case.alone[other].values(other, "reserve"), case.alone["baseline"].values("baseline", "reserve")
    both = (mine - base).mean("path", skipna=False)
    wanted = both.reindex_like(found["mean"])
    assert np.allclose(found["mean"].values, wanted.values, rtol=1e-12, atol=1e-3, equal_nan=True)


def test_tables_hold_the_rows_of_each_scenario_by_itself(case):
    for name, table_of in TABLES.items():
        if name == "differences":
            continue
        together, alone = table_of(case.together), table_of(case.alone["baseline"])
        assert len(alone) > 0
        mine = together[together["scenario"] == "baseline"]
        keys = [column for column in alone.columns if alone[column].dtype == object or column == "year"]
        order = [frame.astype(dict.fromkeys(keys, str)).sort_values(keys) for frame in (mine, alone)]
        assert order[0].reset_index(drop=True).equals(order[1].reset_index(drop=True)), name


def test_counted_paths_know_it_as_well(case):
    counted = case.simulate(case.names, memory=1_000)
    assert not counted.is_exact
    for name in case.names:
        exact = case.together
        for key, chances in probabilities(exact, name).data_vars.items():
            assert np.allclose(chances, probabilities(counted, name)[key], equal_nan=True), key
        for event in EVENTS:
            for key, found in event_distribution(exact, name, event).data_vars.items():
                assert np.allclose(found, event_distribution(counted, name, event)[key], equal_nan=True), key
        for key, found in tails(exact, name).data_vars.items():
            if not key.endswith("_error"):
                assert np.array_equal(np.isnan(found), np.isnan(tails(counted, name)[key])), key
        for measure in ("reserve", "revenue"):
            found = quantiles(counted, name, measure)
            assert np.allclose(found["mean"], quantiles(exact, name, measure)["mean"], rtol=1e-6, equal_nan=True)
            assert np.array_equal(np.isnan(found["quantile"]), np.isnan(quantiles(exact, name, measure)["quantile"])), (
                measure
            )


def test_a_precision_is_that_of_the_scenarios_that_have_the_fund(case):
    layout = case.together.layout
    new = layout.held["baseline"]["reserve"]
    place = np.unravel_index(layout["reserve"].cells[np.flatnonzero(~new)[-1]], layout["reserve"].shape)
    year, region, ledger = (
        layout["reserve"].coordinates[axis][at] for axis, at in zip(layout["reserve"].dimensions, place, strict=True)
    )
    for call in (f"reserve({ledger}, year={year}, region={region})", f"exhaustion({ledger}, region={region})"):
        target = read_target(call, layout)
        error = target.error(case.together.store, case.names, Draws(3), PATHS)
        only = read_target(call, case.alone[case.name].layout)
        assert error == only.error(case.alone[case.name].store, (case.name,), Draws(3), PATHS) > 0


def test_warnings_know_no_chance_of_a_fund_that_is_not_there(case):
    for name in case.names:
        mine = set(chances_of(case.together, name, case.set))
        assert mine == set(chances_of(case.alone[name], name, case.set))


def test_scenarios_with_the_same_funds_share_one_layout_as_before():
    short = poolcast.load_assumptions("china", to=2028)
    both = simulate(short, ["baseline", "B01"], paths=4)
    assert not both.layout.held
    alone = simulate(short, ["baseline"], paths=4).layout
    assert isinstance(alone, Layout)
    for one, two in zip(both.layout.measures, alone.measures, strict=True):
        assert one.coordinates == two.coordinates
        assert np.array_equal(one.cells, two.cells)
        assert both.layout.holds("B01", one.name).all()
