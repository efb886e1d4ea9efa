"""Late and weak reforms keep a value wherever the reform has one."""

import numpy as np

from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.policy import Variant, in_variant
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
