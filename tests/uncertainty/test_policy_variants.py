"""Late and weak reforms keep a value wherever the reform has one."""

import numpy as np

import poolcast
from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.policy import PLANNED, Variant, in_variant
from tests.uncertainty.small_jobs import job_of


def test_years_without_a_value_do_not_move_on_with_a_late_reform():
    job = job_of(("baseline", "high_cost"))
    reformed = job.scenarios["high_cost"]
    for delay in (1, 2, 3):
        late = in_variant(job.baseline, reformed, Variant(delay, 0.8))
        changed = [name for name in late.values if late[name] is not reformed[name]]
        assert changed
        for name in changed:
            assert np.array_equal(np.isnan(late[name]), np.isnan(reformed[name])), name


def test_every_path_of_an_uncertain_reform_has_numbers():
    rows = run_block(job_of(("baseline", "high_cost")), 0, 40)["high_cost"]
    assert all(np.isfinite(rows[name]).all() for name in ("balance", "reserve", "revenue"))


def test_a_late_and_weak_rate_by_hand():
    """From 2027 the rate rises by 0.01; two years late and 0.8 times as strong it stands at + 0.008 from 2029 on."""
    before = poolcast.calibrate(poolcast.load_assumptions("china", to=2032))
    name = "revenue.employer_rate"
    dated = np.array(before.years) >= 2027
    after = before.with_values({name: before[name] + 0.01 * dated})
    found = in_variant(before, after, Variant(2, 0.8))
    moved = found.from_year(name, 2026)[0] - before.from_year(name, 2026)[0]  # 2026 to 2032
    assert np.allclose(moved, [0, 0, 0, 0.008, 0.008, 0.008, 0.008], atol=1e-15)
    assert in_variant(before, after, PLANNED) is after
