"""The compiled loops of the ledgers give the bits of NumPy's way, pools, overdrafts and merged schemes among them."""

import numpy as np
import pytest

from poolcast.parameters.reading import load_assumptions
from poolcast.projection import ledgers
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import run
from poolcast.scenarios.reading import load_scenario
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.innovations import draw_innovations
from poolcast.uncertainty.paths import Centre, drivers_of
from poolcast.uncertainty.processes import Processes

pytest.importorskip("numba")

ACCOUNTS = ("revenue", "expenditure", "interest", "reserve", "prepaid", "taken_over")


@pytest.mark.parametrize(
    ("name", "scenario", "to"),
    [
        ("hebei", "baseline", 2032),
        ("hebei", "jingjinji_pool", 2030),
        ("hebei", "merge_schemes_one_ledger", 2034),
        ("china", "high_cost", 2045),
    ],
)
def test_accounts_are_the_same_to_the_last_bit(name, scenario, to, monkeypatch):
    assumptions = load_scenario(scenario).apply(calibrate(load_assumptions(name, to=to)))
    processes = Processes.of(assumptions)
    years = assumptions.last_year - assumptions.base_year
    innovations = draw_innovations(processes, Draws(5), assumptions.region_codes, 0, 12, years)
    drivers = drivers_of(innovations, processes, Centre.of(assumptions))
    compiled = run(assumptions, drivers).accounts
    monkeypatch.setattr(ledgers, "find_spec", lambda _: None)
    plain = run(assumptions, drivers).accounts
    for account in ACCOUNTS:
        assert np.array_equal(getattr(compiled, account), getattr(plain, account), equal_nan=True), account
    assert np.array_equal(compiled.revenue_lines, plain.revenue_lines)
    assert np.array_equal(compiled.expenditure_lines, plain.expenditure_lines)
    assert (plain.reserve < 0).any() or to < 2040  # some path overdraws, and pays the margin
