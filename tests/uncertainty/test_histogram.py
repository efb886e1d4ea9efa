"""Histograms against exact paths: the same figures within the rank error that they state, whatever the blocks."""

from functools import lru_cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.parameters.errors import ResultError
from poolcast.uncertainty import summary, tail_risk
from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.histogram import CHECKPOINT, PILOT, PILOT_FOLDER
from poolcast.uncertainty.histogram import HistogramStore as AnyHistogramStore
from poolcast.uncertainty.histogram_grid import BINS, Grid, count_plain
from poolcast.uncertainty.order_free_sums import Moments
from poolcast.uncertainty.simulate import Simulation, choose_store, run_paths
from poolcast.uncertainty.store import largest_measure_bytes
from tests.uncertainty.small_jobs import exact_store, filled, job_of

PATHS = 3_000
HistogramStore = partial(AnyHistogramStore, pilot=1_024)


@lru_cache(maxsize=4)
def rows_of(sampling="random"):
    return run_block(job_of(("baseline", "high_cost"), sampling), 0, PATHS)


def both(sampling="random"):
    """Return the same paths kept and counted."""
    job, rows = job_of(("baseline", "high_cost"), sampling), rows_of(sampling)
    counted = filled(HistogramStore(job, PATHS), rows, [(0, 2_000), (2_000, 1_000)])
    counted.finish()
    titles = {name: (name, name) for name in job.scenarios}
    exact = Simulation(job, titles, exact_store(job, rows, PATHS), PATHS, PATHS)
    return exact, Simulation(job, titles, counted, counted.counted, PATHS)


def test_quantiles_agree_with_exact_paths_within_the_stated_rank_error():
    exact, counted = both()
    checked = 0
    for scenario in exact.scenarios:
        for measure in ("reserve", "payable_months", "population"):
            found = summary.quantiles(counted, scenario, measure)
            assert found.attrs["largest_rank_error"] <= 0.0025  # of 3,000 paths three in a bin are 0.001
            values = exact.values(scenario, measure).transpose("path", ...)
            below = (values < found["quantile"] * (1 - 1e-12 * np.sign(found["quantile"]))).mean("path")
            up_to = (values <= found["quantile"] * (1 + 1e-12 * np.sign(found["quantile"]))).mean("path")
            room = found["rank_error"] + 1.0 / PATHS
            known = found["quantile"].notnull()
            assert bool((below <= found["level"] + room).where(known, True).all())
            assert bool((up_to >= found["level"] - room).where(known, True).all())
            checked += int(known.sum())
    assert checked > 300


def test_means_deviations_and_errors_agree_with_exact_paths():
    for sampling in ("random", "antithetic"):
        exact, counted = both(sampling)
        for measure in ("balance", "reserve", "payable_months"):
            true, found = (summary.quantiles(item, "baseline", measure) for item in (exact, counted))
            spread = true["standard_deviation"].fillna(0.0)
            assert bool(
                (abs(found["mean"] - true["mean"]) <= 1e-8 * (spread + abs(true["mean"])))
                .where(true["mean"].notnull(), True)
                .all()
            )
            moving = spread > 1e-9 * abs(true["mean"])
            for name in ("standard_deviation", "mean_error"):
                ratio = (found[name] / true[name]).where(moving)
                assert np.nanmax(abs(ratio - 1)) < 1e-6
            if sampling == "random":
                ratio = (found["quantile_error"] / true["quantile_error"]).where(moving)
                assert abs(float(ratio.median()) - 1) < 0.05


@pytest.mark.parametrize("sampling", ["random", "sobol"])
def test_probabilities_and_events_are_counted_exactly(sampling):
    exact, counted = both(sampling)
    for scenario in exact.scenarios:
        true, found = (summary.probabilities(item, scenario) for item in (exact, counted))
        assert set(true) == set(found)
        for name in true:
            np.testing.assert_allclose(found[name], true[name], rtol=1e-12, atol=1e-15)
        assert float(true["deficit"].max()) > 0.01
        for event in ("first_deficit", "exhaustion"):
            true, found = (summary.event_distribution(item, scenario, event) for item in (exact, counted))
            for name in true:
                np.testing.assert_allclose(found[name], true[name], rtol=1e-12, atol=1e-15)


def test_differences_between_scenarios_are_paired():
    exact, counted = both()
    true, found = (summary.quantiles(item, "high_cost", "reserve", "baseline") for item in (exact, counted))
    alone = summary.quantiles(exact, "high_cost", "reserve")
    last = {"year": 2032, "ledger": "EPF"}
    assert float(true["standard_deviation"].sel(last).max()) > 0
    assert float(found["standard_deviation"].sel(last).max()) < 0.8 * float(alone["standard_deviation"].sel(last).max())
    width = true["quantile"].sel(level=0.99) - true["quantile"].sel(level=0.01)
    off = abs(found["quantile"] - true["quantile"]) / width.where(width > 0)
    assert float(off.max()) < 0.01
    with pytest.raises(ResultError, match="the first scenario"):
        summary.quantiles(counted, "baseline", "reserve", "high_cost")


def test_tails_and_the_reserve_needed_agree():
    exact, counted = both()
    true, found = (tail_risk.tails(item, "high_cost") for item in (exact, counted))
    assert set(true) == set(found)
    spread = summary.quantiles(exact, "high_cost", "reserve")["standard_deviation"].sel(year=2032, drop=True)
    for name in ("shortfall_value_at_risk", "shortfall_tail_mean", "largest_deficit_value_at_risk"):
        assert float((abs(found[name] - true[name]) / spread).max()) < 0.02
    assert float((abs(found["largest_deficit_tail_mean"] - true["largest_deficit_tail_mean"]) / spread).max()) < 0.03
    np.testing.assert_allclose(found["relative_shortfall"], true["relative_shortfall"], rtol=0.01, atol=1e-6)
    true, found = (tail_risk.reserve_needed(item, "high_cost") for item in (exact, counted))
    assert float((abs(found - true) / spread).max()) < 0.02
    with pytest.raises(ResultError, match="5 years"):
        tail_risk.reserve_needed(counted, "high_cost", years=4)


def state_of(store):
    return [
        (key, name, array)
        for counters in (store._cells, store._whole, store._flags)
        for key, counter in counters.items()
        for name, array in counter.state().items()
    ]


def assert_same(one, other):
    for (key, name, first), (_, _, second) in zip(state_of(one), state_of(other), strict=True):
        assert np.array_equal(first, second), (key, name)


def test_order_and_size_of_blocks_change_no_counter():
    job, rows = job_of(("baseline", "high_cost")), rows_of()
    whole = filled(HistogramStore(job, PATHS), rows, [(0, PATHS)])
    blocks = [(start, min(97, PATHS - start)) for start in range(0, PATHS, 97)]
    backwards = filled(HistogramStore(job, PATHS), rows, blocks[::-1])
    rng = np.random.default_rng(3)
    shuffled = filled(HistogramStore(job, PATHS), rows, [blocks[number] for number in rng.permutation(len(blocks))])
    assert_same(whole, backwards)
    assert_same(whole, shuffled)
    assert whole.counted == shuffled.counted == PATHS
    some = whole.cells("baseline", "reserve")
    assert (some.counts.sum(1) == PATHS).all()


def test_a_killed_simulation_goes_on_from_its_last_checkpoint(tmp_path):
    job, rows = job_of(("baseline", "high_cost")), rows_of()
    blocks = [(start, 250) for start in range(0, PATHS, 250)]
    killed = filled(HistogramStore(job, PATHS, tmp_path, {"reserve": [3]}), rows, blocks[:3])
    assert killed.done.sum() == 750
    assert (tmp_path / PILOT_FOLDER).is_dir()
    first = HistogramStore(job, PATHS, tmp_path, {"reserve": [3]})
    assert not first.done.any()  # a pilot that was killed is made again
    filled(first, rows, blocks[:7])
    first.checkpoint()
    filled(first, rows, blocks[7:9])  # lost: the process is killed before the next checkpoint
    again = HistogramStore(job, PATHS, tmp_path, {"reserve": [3]})
    assert again.counted == 1_750
    assert again.done[:1_750].all()
    filled(again, rows, blocks[7:])
    assert_same(filled(HistogramStore(job, PATHS), rows, [(0, PATHS)]), again)
    kept = again.watched("baseline", "reserve", PATHS)
    assert np.array_equal(kept[:, 0], rows["baseline"]["reserve"][:, 3])
    assert [file.name for file in tmp_path.iterdir()] == [CHECKPOINT]


def test_counters_of_another_simulation_are_refused(tmp_path):
    job, rows = job_of(("baseline", "high_cost")), rows_of()
    filled(HistogramStore(job, PATHS, tmp_path), rows, [(0, 1_500)]).checkpoint()
    with pytest.raises(ResultError, match="other scenarios"):
        HistogramStore(job_of(("baseline",)), PATHS, tmp_path)
    with pytest.raises(ResultError, match="at most 1200"):
        HistogramStore(job, 1_200, tmp_path)


def test_one_path_too_many_for_the_memory_is_counted(tmp_path):
    job = job_of(("baseline",))
    largest = largest_measure_bytes(job.layout, 1_100)
    assert choose_store(job, 1_100, None, largest).is_exact
    store = choose_store(job, 1_100, None, largest - 1)
    assert not store.is_exact
    run_paths(job, store, 1_100, block=300)
    simulation = Simulation(job, {}, store, store.counted, 1_100)
    assert simulation.is_complete
    assert float(summary.quantiles(simulation, "baseline", "reserve")["mean"].max()) > 0
    with pytest.raises(ResultError, match="every path of reserve"):
        simulation.rows("baseline", "reserve")


def test_a_simulation_stopped_within_the_pilot_gives_what_it_has():
    job, rows = job_of(("baseline", "high_cost")), rows_of()
    store = filled(HistogramStore(job, PATHS), rows, [(0, 200), (300, 100)])
    store.finish()
    assert store.counted == 300
    assert store.counted < 1_024
    with pytest.raises(ResultError, match="two paths"):
        HistogramStore(job, PATHS).finish()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["normal", "lognormal", "atoms", "constant", "mixed", "two"]),
    mark=st.floats(-2, 2),
)
def test_compiled_and_plain_counts_agree_and_thresholds_are_exact(seed, kind, mark):
    rng = np.random.default_rng(seed)
    draw = {
        "normal": lambda size: rng.normal(size=size),
        "lognormal": lambda size: np.exp(2 * rng.normal(size=size)),
        "atoms": lambda size: rng.integers(-2, 3, size).astype(float),
        "constant": lambda size: np.full(size, 3.7),
        "mixed": lambda size: np.where(rng.random(size) < 0.4, mark, rng.normal(size=size)),
        "two": lambda size: np.where(rng.random(size) < 0.5, 1e12, -1e-12),
    }[kind]
    pilot, later = draw((300, 3)), draw((700, 3))
    later[::50] = np.nan
    later[1::50] = 1e300
    values = np.concatenate([pilot, later]).T.copy()
    grid = Grid.of(pilot, (mark,))
    assert grid.size <= BINS
    assert (np.diff(grid.knots) >= 0).all()
    counts, plain = (np.zeros((3, grid.size), dtype=np.uint32) for _ in range(2))
    unknown, plain_unknown = (np.zeros(3, dtype=np.int64) for _ in range(2))
    grid.count(values, counts, unknown)
    count_plain(values, grid.knots, grid.bins, plain, plain_unknown)
    assert np.array_equal(counts, plain)
    assert np.array_equal(unknown, plain_unknown)
    assert (counts.sum(1) + unknown == values.shape[1]).all()
    for cell in range(3):
        low, high = grid.edges(cell, np.arange(grid.size), -np.inf, np.inf)
        if grid.knots[cell, 0] < mark < grid.knots[cell, -1]:
            assert counts[cell][(high <= mark) & (low < mark)].sum() == (values[cell] < mark).sum()
            assert counts[cell][low >= np.nextafter(mark, 9)].sum() == (values[cell] > mark).sum()


def test_no_bin_of_usual_distributions_holds_a_thousandth():
    rng = np.random.default_rng(11)
    paths = 200_000
    for draw in (rng.normal(size=(paths, 40)), np.exp(rng.normal(size=(paths, 40))), rng.standard_t(4, (paths, 40))):
        grid = Grid.of(draw[:PILOT], (0.0,))
        counts, unknown = np.zeros((40, grid.size), dtype=np.uint32), np.zeros(40, dtype=np.int64)
        grid.count(draw.T.copy(), counts, unknown)
        ends = counts.cumsum(1)
        numbers = np.stack([(ends <= level * (paths - 1)).sum(1) for level in summary.LEVELS])
        held = counts[np.arange(40), numbers] / paths
        assert held.max() <= 0.001
        assert np.median(held) <= 0.0005


def test_sums_do_not_depend_on_the_order_where_floats_would():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(1, 4_096)) * 10.0 ** rng.integers(-3, 4, (1, 4_096))
    forwards, backwards = (Moments.of(values.T[:64], 1) for _ in range(2))
    zero = np.zeros(4_096, dtype=np.intp)
    forwards.add(values, zero)
    for start in range(4_095, -1, -1):
        backwards.add(values[:, start : start + 1], zero[:1])
    assert float(np.add.accumulate(values[0])[-1]) != float(np.add.accumulate(values[0][::-1])[-1])
    assert np.array_equal(forwards.sums, backwards.sums)
    assert np.array_equal(forwards.squares, backwards.squares)
    assert forwards.mean(4_096)[0] == pytest.approx(values.mean(), abs=1e-9)
    assert forwards.deviation(4_096)[0] == pytest.approx(values.std(ddof=1), rel=1e-9)


def test_a_value_too_large_for_the_sums_leaves_the_mean_unknown():
    pilot = np.random.default_rng(1).normal(size=(64, 2))
    moments = Moments.of(pilot, 1)
    moments.add(np.array([[1.0, 2.0], [1.0, np.inf]]), np.zeros(2, dtype=np.intp))
    assert moments.mean(2)[0] == pytest.approx(1.5)
    assert np.isnan(moments.mean(2)[1])


def test_a_grid_of_many_cells_is_that_of_each_cell():
    pilot = np.random.default_rng(2).normal(size=(50, 600))
    whole = Grid.of(pilot, (0.5,))
    for cell in (0, 255, 256, 599):
        assert np.array_equal(whole.knots[cell], Grid.of(pilot[:, [cell]], (0.5,)).knots[0])
    moments = Moments.of(pilot, 1)
    np.testing.assert_allclose(moments.centre, pilot.mean(0), rtol=1e-12, atol=1e-15)
    assert (moments.unit / 2 < pilot.std(0)).all()
    assert (moments.unit >= pilot.std(0)).all()
