"""Simulation: one engine, shared draws, the same numbers however they are cut up; known answers."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy.special import ndtri

import poolcast
from poolcast.parameters.errors import ResultError
from poolcast.projection.engine import project, run
from poolcast.projection.forecast import label
from poolcast.projection.ledgers import reserve_step
from poolcast.uncertainty import sampling_error
from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.draws import SAMPLINGS, Draws
from poolcast.uncertainty.innovations import draw_innovations
from poolcast.uncertainty.paths import Centre, drivers_of
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.simulate import missing_blocks, prepare, simulate
from poolcast.uncertainty.store import JOURNAL
from poolcast.uncertainty.summary import event_distribution, probabilities, quantiles
from poolcast.uncertainty.tail_risk import reserve_needed, reserve_needed_error, tails

SHORT = 2033


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china", to=SHORT)


@pytest.fixture(scope="module")
def simulation(china):
    return simulate(china, ["baseline", "B01"], paths=600, seed=3)


def without_risks(assumptions):
    """Return a set in which nothing moves but what a test switches on."""
    quiet = {
        name: np.zeros_like(assumptions[f"uncertainty.{name}"])
        for name in (
            "deviation",
            "mortality_deviation",
            "mortality_drift_error",
            "epidemic_probability",
            "benefit_level_deviation",
            "elasticity_deviation",
            "policy_delay",
            "policy_effect_spread",
        )
    }
    return assumptions.with_values({f"uncertainty.{name}": value for name, value in quiet.items()})


def test_paths_that_nothing_moves_are_the_single_run(china):
    quiet = without_risks(china)
    still = simulate(quiet, paths=3)
    single = poolcast.project(quiet)
    for name in ("revenue", "expenditure", "reserve", "payable_months", "dependency_ratio"):
        values = still.values("baseline", name)
        expected = single[name].transpose(*values.dims[1:]).values
        for path in range(3):
            kept = np.isfinite(values.values[path])
            assert np.allclose(values.values[path][kept], expected[kept], rtol=1e-12, atol=0)


def test_the_medians_stay_near_the_path_of_the_set(simulation, china):
    found = quantiles(simulation, "baseline", "expenditure")
    single = poolcast.project(china).expenditure
    for ledger in ("EPF", "RPF"):
        median = found["quantile"].sel(level=0.5, ledger=ledger, region="000000", year=2028)
        error = found["quantile_error"].sel(level=0.5, ledger=ledger, region="000000", year=2028)
        assert abs(float(median - single.sel(ledger=ledger, region="000000", year=2028))) < 3.5 * float(error)


def test_all_scenarios_have_met_the_same_shocks(simulation):
    wages = simulation.values("baseline", "members").sel(region="000000", ledger="EPF", year=SHORT)
    other = simulation.values("B01", "members").sel(region="000000", ledger="EPF", year=SHORT)
    assert np.array_equal(wages.values, other.values)  # outpatient pooling moves money, not people
    apart = quantiles(simulation, "B01", "expenditure", against="baseline")
    alone = quantiles(simulation, "B01", "expenditure")
    place = {"region": "000000", "ledger": "EPF", "year": SHORT}
    assert float(apart["mean_error"].sel(place)) < 0.5 * float(alone["mean_error"].sel(place))


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_and_workers_do_not_change_a_bit(china, sampling, block):
    whole = simulate(china, paths=40, sampling=sampling, block=1000, workers=1)
    cut = simulate(china, paths=40, sampling=sampling, block=block, workers=2)
    for name in whole.layout.names:
        assert np.array_equal(whole.rows("baseline", name), cut.rows("baseline", name), equal_nan=True), name


def test_regions_and_late_reforms_do_not_change_a_bit_either():
    short = poolcast.load_assumptions("hebei", to=2029)
    whole = simulate(short, ["baseline", "G01"], paths=30, block=1000)
    cut = simulate(short, ["baseline", "G01"], paths=30, block=7)
    for scenario in whole.scenarios:
        for name in whole.layout.names:
            assert np.array_equal(whole.rows(scenario, name), cut.rows(scenario, name), equal_nan=True), name


def test_a_scratch_file_holds_what_memory_would(china, tmp_path):
    in_memory = simulate(china, paths=50)
    on_disk = simulate(china, paths=50, folder=tmp_path, block=16)
    for name in in_memory.layout.names:
        assert np.array_equal(in_memory.rows("baseline", name), on_disk.rows("baseline", name), equal_nan=True)


def test_a_stopped_simulation_goes_on_where_it_stopped(china, tmp_path):
    stop = threading.Event()

    def stop_early(done, total):
        if done >= 32:
            stop.set()

    part = simulate(china, paths=200, folder=tmp_path, block=16, workers=1, progress=stop_early, stop=stop)
    assert 32 <= part.paths < 200
    assert not part.is_complete
    before = (tmp_path / JOURNAL).read_text(encoding="ascii")
    (tmp_path / JOURNAL).write_text(before + "160 1", encoding="ascii")  # a line that a kill cut short
    counted: list[int] = []
    whole = simulate(china, paths=200, folder=tmp_path, progress=lambda done, total: counted.append(done))
    assert counted[0] == part.paths
    fresh = simulate(china, paths=200)
    for name in fresh.layout.names:
        assert np.array_equal(whole.rows("baseline", name), fresh.rows("baseline", name), equal_nan=True)


def test_missing_blocks_are_the_gaps():
    done = np.array([1, 1, 0, 0, 0, 1, 0], dtype=bool)
    assert list(missing_blocks(done, 2)) == [(2, 2), (4, 1), (6, 1)]
    assert list(missing_blocks(np.ones(3, dtype=bool), 2)) == []


def test_quantiles_of_one_risk_are_runs_at_the_quantiles_of_the_risk(china):
    """With the cost level alone uncertain, the 10 % quantile of the reserve is the run at the 90 % one of the level."""
    lone = without_risks(china).with_values({"uncertainty.benefit_level_deviation": np.array(0.05)})
    found = quantiles(simulate(lone, paths=2_000, seed=5), "baseline", "reserve")
    calibrated = poolcast.calibrate(lone)
    years = SHORT - china.base_year
    processes = Processes.of(calibrated)
    for level in (0.05, 0.10, 0.50, 0.90, 0.95):
        shock = draw_innovations(processes, Draws(1), ["000000"], 0, 1, years)
        object.__setattr__(shock, "cost_level", np.array([[-ndtri(level)]]))
        run = project(calibrated, drivers_of(shock, processes, Centre.of(calibrated)))
        for ledger in ("EPF", "RPF"):
            place = {"region": "000000", "ledger": ledger, "year": SHORT}
            answer = float(run.reserve.isel(path=0).sel(place))
            estimate, error = (
                float(found[key].sel({**place, "level": level})) for key in ("quantile", "quantile_error")
            )
            assert abs(estimate - answer) < 3 * error


def test_quantiles_of_a_ledger_with_a_closed_form():
    """Constant rates and a Gaussian shock of the balance: the reserve is normal with a known mean and variance."""
    paths, years, rate, balance, deviation, opening = 20_000, 20, 0.02, -3.0, 4.0, 100.0
    shocks = Draws(8).normals("balance", "", 0, paths, years)
    reserve = np.full(paths, opening)
    for year in range(years):
        reserve, _ = reserve_step(reserve, balance + deviation * shocks[:, year], np.array(rate), 0.0, 0.5)
    growth = (1 + rate) ** np.arange(years - 1, -1, -1)
    mean = opening * (1 + rate) ** years + balance * (1 + 0.5 * rate) * growth.sum()
    spread = deviation * (1 + 0.5 * rate) * np.sqrt((growth**2).sum())
    levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    ordered = np.sort(reserve)[None]
    estimate = sampling_error.quantiles_of_ordered(ordered, levels)[:, 0]
    error = sampling_error.of_quantiles(ordered, levels)[:, 0]
    assert (np.abs(estimate - (mean + spread * ndtri(levels))) < 3 * error).all()


def test_bands_cover_histories_as_often_as_they_say(simulation, china):
    histories = simulate(china, paths=2_000, seed=77)
    bands = quantiles(simulate(china, paths=2_000, seed=1234), "baseline", "reserve")["quantile"]
    for ledger in ("EPF", "RPF"):
        for year in (2027, SHORT):
            place = {"region": "000000", "ledger": ledger, "year": year}
            values = histories.values("baseline", "reserve").sel(place).values
            low, high = (float(bands.sel({**place, "level": level})) for level in (0.05, 0.95))
            assert 0.88 <= ((values >= low) & (values <= high)).mean() <= 0.92


def test_errors_of_means_are_those_of_repetition(china):
    """The stated error of a mean is the spread of the mean over independent simulations."""
    place = {"region": "000000", "ledger": "RPF", "year": 2029}
    for sampling in SAMPLINGS:
        runs = [
            quantiles(
                simulate(china, paths=128, seed=seed, sampling=sampling, measures=["reserve"]), "baseline", "reserve"
            )
            for seed in range(30)
        ]
        spread = np.std([float(run["mean"].sel(place)) for run in runs], ddof=1)
        stated = np.sqrt(np.mean([float(run["mean_error"].sel(place)) ** 2 for run in runs]))
        assert 0.6 < stated / spread < 1.7, sampling


def test_probabilities_and_events_tell_the_same_story(simulation):
    found = probabilities(simulation, "baseline")
    event = event_distribution(simulation, "baseline", "exhaustion")
    place = {"region": "000000", "ledger": "RPF"}
    by_then = found["exhausted_by"].sel(place).sel(year=slice(2026, None)).values
    assert np.allclose(by_then, event["probability"].sel(place).values.cumsum(), atol=1e-12)
    assert float(event["never"].sel(place)) == pytest.approx(1 - by_then[-1], abs=1e-12)
    assert float(found["deficit"].sel({**place, "year": 2025})) == 0  # the base year is closed
    assert (np.diff(by_then) >= 0).all()


def test_tails_lie_beyond_their_threshold(simulation):
    found = tails(simulation, "baseline").sel(region="000000", ledger="RPF")
    assert float(found["shortfall_tail_mean"]) > float(found["shortfall_value_at_risk"])
    values = -simulation.values("baseline", "reserve").sel(region="000000", ledger="RPF", year=SHORT).values
    assert float(found["shortfall_value_at_risk"]) == pytest.approx(np.quantile(values, 0.95))


def test_errors_of_tails_are_those_of_repetition(china):
    place = {"region": "000000", "ledger": "RPF"}
    runs = [simulate(china, paths=640, seed=seed, measures=["reserve", "balance"]) for seed in range(12)]
    found = [tails(run, "baseline").sel(place) for run in runs]
    for name in ("shortfall_value_at_risk", "largest_deficit_tail_mean"):
        spread = np.std([float(item[name]) for item in found], ddof=1)
        stated = np.sqrt(np.mean([float(item[f"{name}_error"]) ** 2 for item in found]))
        assert 0.5 < stated / spread < 2.0, name
    needed = [float(reserve_needed(run, "baseline").sel(place)) for run in runs]
    stated = np.sqrt(np.mean([float(reserve_needed_error(run, "baseline").sel(place)) ** 2 for run in runs]))
    assert 0.5 < stated / np.std(needed, ddof=1) < 2.0


def test_the_reserve_needed_leaves_the_probability_asked_for(simulation):
    needed = float(reserve_needed(simulation, "baseline", 5, 0.05).sel(region="000000", ledger="RPF"))
    lowest = (
        simulation.values("baseline", "reserve").sel(region="000000", ledger="RPF", year=slice(2026, 2030)).min("year")
    )
    assert float((lowest + needed < 0).mean()) <= 0.05 + 1 / 600


def test_late_reforms_widen_the_band_of_the_difference(china):
    sure = quantiles(simulate(china, ["baseline", "B01"], paths=200, policy=False), "B01", "expenditure", "baseline")
    unsure = quantiles(simulate(china, ["baseline", "B01"], paths=200), "B01", "expenditure", "baseline")
    place = {"region": "000000", "ledger": "EPF", "year": 2030}
    assert float(unsure["standard_deviation"].sel(place)) > 2 * float(sure["standard_deviation"].sel(place))


def test_options_that_cannot_be_are_refused_together(china):
    with pytest.raises(ResultError) as caught:
        simulate(china, paths=1, sampling="quasi", workers=0, block=0)  # type: ignore[arg-type]
    assert [problem.place for problem in caught.value.problems] == ["--paths", "--sampling", "--block", "--workers"]


def test_a_block_can_be_asked_for_by_itself(china):
    job, _, _ = prepare(china, ["baseline"], 3, "random", None)
    rows = run_block(job, 5, 2)["baseline"]["reserve"]
    assert np.array_equal(rows, simulate(china, paths=9, seed=3).rows("baseline", "reserve")[5:7])


@pytest.mark.parametrize("name", ["china", "hebei"])
def test_rows_are_what_the_measures_read_from_a_labelled_forecast(name):
    job, _, _ = prepare(poolcast.load_assumptions(name, to=2030), ["baseline"], 3, "random", None)
    calibrated = job.scenarios["baseline"]
    shocks = draw_innovations(job.processes, job.draws, calibrated.region_codes, 0, 4, job.years)
    ran = run(calibrated, drivers_of(shocks, job.processes, Centre.of(calibrated)))
    forecast = label(ran, with_paths=True)
    rows = job.layout.read(ran)
    for kept in job.layout.measures:
        wanted = kept.measure.read(forecast).transpose("path", *kept.dimensions).values
        assert np.array_equal(rows[kept.name], wanted.reshape(4, -1)[:, kept.cells], equal_nan=True), kept.name


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_probabilities_are_counts_by_hand(china, sampling, monkeypatch):
    monkeypatch.setattr("poolcast.uncertainty.summary.PATHS_AT_A_TIME", 70)
    ran = simulate(china, paths=192, sampling=sampling, measures=["balance", "payable_months"])
    found = probabilities(ran, "baseline").sel(region="000000", ledger="RPF")
    balance = ran.values("baseline", "balance").sel(region="000000", ledger="RPF").values
    below = balance[:, 1:] < 0
    assert np.allclose(found["deficit"].values[1:], below.mean(0), atol=1e-15)
    assert np.allclose(found["deficit_by"].values[1:], np.logical_or.accumulate(below, axis=1).mean(0), atol=1e-15)
    error = sampling_error.of_share(below.T, sampling_error.batches_of(ran.draws, 192))
    assert np.allclose(found["deficit_error"].values[1:], error, atol=1e-15)
    few = ran.values("baseline", "payable_months").sel(region="000000", ledger="RPF", year=2030).values < 6
    assert float(found["months_below_6"].sel(year=2030)) == few.mean()
