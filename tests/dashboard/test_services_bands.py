"""Bands: those of a simulation, paired on the same shocks, kept by content, ended early without losing what is done."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.dashboard.services import band_simulation, bands
from poolcast.dashboard.services.band_simulation import compute_bands, request_bands
from poolcast.dashboard.services.bands import Request, held_bands
from poolcast.dashboard.services.headline import headline
from poolcast.dashboard.services.jobs import Jobs
from poolcast.dashboard.services.takeaways import compare, uncertainty
from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.parameters.errors import ResultError
from poolcast.scenarios.scenario import BASELINE
from poolcast.uncertainty import summary, tail_risk
from poolcast.uncertainty.kept import KeptMeasure
from tests.dashboard.services_shared import baseline, draft, loaded, with_draft

NATION, PATHS, SEED = "000000", 96, 3


@pytest.fixture(autouse=True)
def _nothing_kept():
    bands.clear()


def request(against=BASELINE, paths=PATHS, lever="B01", **arguments):
    return Request(loaded(), draft(lever, **arguments).scenario, against, paths, SEED)


@pytest.fixture(scope="module")
def simulation():
    scenarios = [BASELINE, draft("B01").scenario]
    return poolcast.simulate(loaded().assumptions, scenarios, paths=PATHS, seed=SEED)


def test_bands_are_those_of_the_command_line(simulation):
    found = compute_bands(request())
    for name, one in (("draft", found.bands), ("baseline", found.against)):
        for measure in ("reserve", "payable_months"):
            xr.testing.assert_identical(one.fans[measure], summary.quantiles(simulation, name, measure))
        expected = summary.event_distribution(simulation, name, "exhaustion")
        xr.testing.assert_identical(one.events["exhaustion"], expected)
        chances = summary.probabilities(simulation, name)
        xr.testing.assert_identical(one.probabilities["exhausted_by"], chances["exhausted_by"])
        xr.testing.assert_identical(one.tails, tail_risk.tails(simulation, name))
    difference = summary.quantiles(simulation, "draft", "reserve", against="baseline")
    xr.testing.assert_identical(found.paired.fans["reserve"], difference)
    place = {"region": NATION, "ledger": "EPF"}
    years = {
        name: simulation.values(name, "exhaustion").sel(place).fillna(2061).values for name in ("draft", "baseline")
    }
    expected = np.quantile(years["draft"] - years["baseline"], (0.1, 0.5, 0.9), method="inverted_cdf")
    np.testing.assert_array_equal(found.paired.event_years["exhaustion"].sel(place).values, expected)
    expected = np.quantile(years["draft"], (0.1, 0.5, 0.9), method="inverted_cdf")
    np.testing.assert_array_equal(found.bands.event_years["exhaustion"].sel(place).values, expected)


def test_a_later_move_meets_the_rows_of_the_same_baseline():
    compute_bands(request())
    kept = bands.ROWS.held.entries
    again = compute_bands(request(rate_change=0.15))
    assert kept == bands.ROWS.held.entries == 1
    bands.clear()
    fresh = compute_bands(request(rate_change=0.15))
    xr.testing.assert_identical(again.paired.fans["reserve"], fresh.paired.fans["reserve"])
    xr.testing.assert_identical(again.bands.fans["reserve"], fresh.bands.fans["reserve"])


def test_what_is_known_is_not_simulated_again():
    jobs = Jobs()
    assert held_bands(request()) is None
    job = request_bands(jobs, "me", request())
    found = jobs.wait(job, "me", 60).result
    assert request_bands(jobs, "you", request()).bands is found.bands
    alone = request_bands(jobs, "you", request(against=None))
    assert alone.bands is found.bands
    assert held_bands(request(rate_change=0.2)) is None
    assert held_bands(Request(loaded(), draft("B01").scenario, BASELINE, PATHS, SEED + 1)) is None


def test_ended_early_it_keeps_the_blocks_that_are_finished(monkeypatch):
    monkeypatch.setattr(band_simulation, "_block_size", lambda *_: 48)
    monkeypatch.setattr(band_simulation, "LIGHT_PATHS", 0)
    stop, told = threading.Event(), []

    def progress(done, total):
        told.append((done, total))
        if done:
            stop.set()

    found = compute_bands(request(against=None, paths=480), progress, stop)
    assert told[0] == (0, 480)
    assert found.bands.paths == told[-1][0] < 480
    assert found.bands.is_partial
    assert held_bands(request(against=None, paths=480)) is None
    whole = compute_bands(request(against=None, paths=found.bands.paths))
    xr.testing.assert_identical(found.bands.fans["reserve"], whole.bands.fans["reserve"])
    text = uncertainty(with_draft(), NATION, "EPF", 2040, "en", found)
    assert f"{found.bands.paths:,} runs that were finished" in text


def test_ended_before_it_began_it_gives_nothing(monkeypatch):
    monkeypatch.setattr(band_simulation, "run_block", lambda *_: pytest.fail("a block that nobody waits for"))
    stop = threading.Event()
    stop.set()
    assert compute_bands(request(), None, stop) is None
    assert held_bands(request()) is None


@pytest.mark.parametrize("paths", [10, 10_001])
def test_the_number_of_paths_is_bounded(paths):
    with pytest.raises(ResultError, match="command line"):
        request(paths=paths)


def test_rows_that_do_not_fit_the_memory_go_through_a_file_that_is_removed(monkeypatch, tmp_path):
    in_memory = compute_bands(request(against=None))
    bands.clear()
    monkeypatch.setattr(band_simulation, "MEMORY", 400_000)
    monkeypatch.setattr(band_simulation.tempfile, "tempdir", str(tmp_path))
    in_file = compute_bands(request(against=None))
    xr.testing.assert_identical(in_file.bands.fans["reserve"], in_memory.bands.fans["reserve"])
    assert list(tmp_path.iterdir()) == []


def test_two_layouts_meet_on_the_holders_of_both():
    years = [2025, 2026]

    def kept(regions, cells):
        coordinates = {"year": years, "region": regions, "ledger": ["EPF", "RPF"]}
        return KeptMeasure(MEASURES["reserve"], ("year", "region", "ledger"), coordinates, np.array(cells))

    one, two = kept(["a", "b"], [0, 2, 4, 6]), kept(["a", "b", "pool"], [4, 5, 10, 11])
    union = one.joined(two)
    assert union.coordinates["region"] == ["a", "b", "pool"]
    rows = band_simulation._laid_out(np.array([[1.0, 2.0, 3.0, 4.0]]), one, union)
    full = union.unflatten(rows)[0]
    assert full[:, 0, 0].tolist() == [1.0, 3.0]
    assert full[:, 1, 0].tolist() == [2.0, 4.0]
    assert np.isnan(full[:, 2]).all()
    full = union.unflatten(band_simulation._laid_out(np.array([[5.0, 6.0, 7.0, 8.0]]), two, union))[0]
    assert full[:, 2].tolist() == [[5.0, 6.0], [7.0, 8.0]]
    assert np.isnan(full[:, :2]).all()


def test_cards_and_sentences_say_how_sure_they_are():
    found = compute_bands(request())
    items = [baseline(), with_draft()]
    cards = headline(items, NATION, "EPF", 2040, found={"draft": found})
    fan = found.bands.fans["payable_months"]["quantile"].sel(region=NATION, ledger="EPF", year=2040)
    assert (cards["months"][1].low, cards["months"][1].high) == (float(fan.sel(level=0.1)), float(fan.sel(level=0.9)))
    assert cards["months"][1].is_sure
    weak = compute_bands(request(rate_change=0.0, retiree_tilt=0.0))
    assert not weak.paired.is_sure("payable_months", NATION, "EPF", 2040)
    doubtful = {"draft": bands.Found(found.bands, found.against, weak.paired)}
    assert "smaller than the uncertainty" in compare(items, NATION, "EPF", 2040, "en", doubtful)
    assert "smaller than the uncertainty" not in compare(items, NATION, "EPF", 2040, "en", {"draft": found})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentence_of_uncertainty(language):
    found = compute_bands(request(against=None))
    share, error = found.bands.probability("exhausted_by", NATION, "RPF", 2040)
    assert 0 < share < 1
    assert error == pytest.approx(np.sqrt(share * (1 - share) / PATHS))
    text = uncertainty(with_draft(), NATION, "RPF", 2040, language, found)
    assert f"{100 * share:.0f}%" in text
    assert f"{196 * error:.1f}" in text
    low = max(found.bands.quantile("payable_months", 0.1, NATION, "RPF")[2040], 0.0)
    assert f"*{low:.1f}" in text
    assert str(PATHS) in text
    assert uncertainty(with_draft(), NATION, "RPF", 2040, language) != text
    none = uncertainty(with_draft(), NATION, "EPF", 2026, language, found)
    assert "<1/" not in none
    assert str(PATHS) in none


@pytest.mark.parametrize(("regions", "policy", "size"), [(1, True, 512), (14, True, 256), (14, False, 160)])
def test_blocks_are_as_many_for_each_worker_and_large_where_reforms_vary(regions, policy, size):
    """1,000 paths of 35 years on two workers: one round of one region, two rounds of fourteen."""
    job = SimpleNamespace(baseline=SimpleNamespace(regions=range(regions)), years=35, policy=policy)
    assert band_simulation._block_size(job, 1_000, 2) == size
