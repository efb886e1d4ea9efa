"""Value of pooling: the need by hand and by recursion, the same shocks, shares that add up, and safety that is
reached."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poolcast
from poolcast.parameters.axes import index
from poolcast.parameters.errors import ResultError
from poolcast.projection.ledgers import reserve_step
from poolcast.uncertainty.blocks import Job, central_run, run_block
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.kept import Layout
from poolcast.uncertainty.pooling_value import needs, value_of_pooling
from poolcast.uncertainty.processes import Processes

HORIZON, PATHS, Q = 5, 60, 0.1


@pytest.fixture(scope="module")
def found(short_hebei):
    return value_of_pooling(short_hebei, horizon=HORIZON, probability=Q, paths=PATHS, seed=2)


def test_need_by_hand():
    # two deficits of 10; interest of 25 % in the second year makes 8 of today cover it: 10 + 8
    assert float(needs(np.array([[-10.0, -10.0]]), np.array([[0.0, 0.25]]), 0.0)[0]) == pytest.approx(18)
    assert float(needs(np.array([[5.0, -4.0]]), np.array([[0.0, 0.0]]), 0.5)[0]) == 0
    # half a year of interest: -10 (1 + 0.1 / 2) / 1.1
    assert float(needs(np.array([[-10.0]]), np.array([[0.1]]), 0.5)[0]) == pytest.approx(10 * 1.05 / 1.1)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(0, 0.1)), min_size=1, max_size=12),
    st.floats(0, 1),
    st.floats(0, 0.05),
)
def test_the_need_just_lasts(years, timing, margin):
    balance, rate = (np.array([[year[part] for year in years]]) for part in (0, 1))
    need = float(needs(balance, rate, timing)[0])

    def lowest(opening: float) -> float:
        reserve, least = np.array(opening), np.inf
        for number in range(len(years)):
            reserve, _ = reserve_step(reserve, balance[0, number], rate[0, number], margin, timing)
            least = min(least, float(reserve))
        return least

    assert lowest(need) >= -1e-9
    if need > 1e-6:
        assert lowest(need * 0.999) < 0


def test_members_share_the_need_of_the_pool(found):
    members = found.pool_of == "130000"
    assert int(members.sum()) == 11
    assert found.share.where(members).sum().item() == pytest.approx(1)
    for ledger in ("EPF", "RPF"):
        one = found.sel(ledger=ledger)
        pool = float(one.pool_need.sel(pool="130000"))
        assert float(one.allocated.sum()) == pytest.approx(pool, abs=1)
        alone = float(one.separate.where(members).sum())
        assert float(one.pool_saving.sel(pool="130000")) == pytest.approx(alone - pool, abs=1)
        parts = one.expected + one.diversification
        assert np.allclose(parts.where(members, 0), one.saving.where(members, 0), atol=1)
    assert np.isnan(found.saving.where(~members, drop=True)).all()


def test_a_pool_needs_less_than_its_members(found):
    resident = found.sel(ledger="RPF", pool="130000")
    assert float(resident.pool_saving) > 2 * float(resident.pool_saving_error) > 0
    assert float(resident.pool_need) > 0


@pytest.mark.parametrize("pooled", [False, True])
def test_the_reserve_needed_is_as_safe_as_asked(short_hebei, found, pooled):
    """Give everybody the reserve needed and simulate the same shocks: exhaustion is no likelier than asked."""
    calibrated = poolcast.calibrate(short_hebei)
    number = index("ledger", "RPF")
    name = "allocated" if pooled else "separate"
    wanted = np.nan_to_num(found[name].sel(ledger="RPF").values)

    def exhausted(factor: float) -> np.ndarray:
        opening = calibrated["ledger.opening_reserve"].copy()
        opening[:, number] = wanted * factor
        changed = calibrated.with_values({"ledger.opening_reserve": opening})
        if pooled:
            changed = changed.with_options(employee_pool="parent", resident_pool="parent")
        layout = Layout.of(central_run(changed), ("reserve",))
        job = Job({"": changed}, calibrated, Processes.of(calibrated), Draws(2), layout)
        kept = layout["reserve"]
        rows = kept.unflatten(run_block(job, 0, PATHS)[""]["reserve"])
        ledger = kept.coordinates["ledger"].index("RPF")
        return (rows[:, 1 : HORIZON + 1, :, ledger] < -1.0).any(1).mean(0)

    holders = [14] if pooled else [at for at in range(11) if wanted[at] > 1e8]
    assert holders
    assert (exhausted(1.0001)[holders] <= Q + 1e-9).all()
    assert (exhausted(0.8)[holders] > Q).all()


def test_the_same_shocks_on_both_sides(short_hebei, found):
    again = value_of_pooling(short_hebei, horizon=HORIZON, probability=Q, paths=PATHS, seed=2, workers=1)
    assert again.equals(found)
    asked = {"horizon": HORIZON, "probability": Q, "paths": PATHS, "seed": 2}
    worse = value_of_pooling(short_hebei, "baseline", "provincial_pooling", **asked)
    assert np.array_equal(worse.separate.values, found.separate.values)
    assert (worse.pool_need.sel(ledger="RPF") > found.pool_need.sel(ledger="RPF")).all()  # dearer stays


def test_one_region_has_nothing_to_pool(short_china):
    with pytest.raises(ResultError, match="share"):
        value_of_pooling(short_china, paths=20)
    with pytest.raises(ResultError, match="horizon"):
        value_of_pooling(short_china, horizon=99, paths=20)
