"""Summaries read in pieces: the same as from all paths at once, in memory and from a scratch file."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from poolcast.uncertainty import sampling_error, summary, tail_risk
from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.simulate import Simulation
from poolcast.uncertainty.store import ScratchStore
from tests.uncertainty.small_jobs import exact_store, filled, job_of

PATHS = 800
SCENARIOS = ("baseline", "high_cost")


@pytest.fixture(scope="module", params=["random", "sobol"])
def both(request, tmp_path_factory):
    """Return the same paths in memory and in a scratch file."""
    job = job_of(SCENARIOS, request.param)
    rows = run_block(job, 0, PATHS)
    scratch = ScratchStore(tmp_path_factory.mktemp("scratch"), SCENARIOS, job.layout, PATHS)
    filled(scratch, rows, [(0, 500), (500, 300)])
    return tuple(Simulation(job, {}, store, PATHS, PATHS) for store in (exact_store(job, rows, PATHS), scratch))


def test_a_scratch_file_gives_the_bits_of_memory(both):
    memory, scratch = both
    for one, other in (
        (summary.quantiles(item, "high_cost", "reserve", "baseline") for item in both),
        (summary.quantiles(item, "baseline", "payable_months") for item in both),
        (summary.probabilities(item, "high_cost") for item in both),
        (tail_risk.tails(item, "high_cost") for item in both),
    ):
        xr.testing.assert_identical(one, other)
    assert not memory.rows("baseline", "reserve").flags.owndata  # a part of what is kept, not a copy
    assert np.array_equal(memory.rows("baseline", "reserve"), scratch.rows("baseline", "reserve"))


def test_quantiles_are_those_of_numpy(both):
    memory, _ = both
    values = memory.values("high_cost", "reserve") - memory.values("baseline", "reserve")
    found = summary.quantiles(memory, "high_cost", "reserve", "baseline")
    known = found["mean"].notnull()
    for level in summary.LEVELS:
        np.testing.assert_allclose(
            found["quantile"].sel(level=level).where(known),
            np.quantile(values, level, axis=0),
            rtol=1e-12,
        )
    np.testing.assert_allclose(found["mean"].where(known), values.mean("path"), rtol=1e-9)
    np.testing.assert_allclose(found["standard_deviation"].where(known), values.std("path", ddof=1), rtol=1e-9)


def test_tails_are_read_from_the_last_year_and_the_worst_year(both):
    memory, _ = both
    found = tail_risk.tails(memory, "high_cost")
    place = {"region": "000000", "ledger": "RPF"}
    reserve = memory.values("high_cost", "reserve").sel(place).sel(year=2032)
    balance = memory.values("high_cost", "balance").sel(place).sel(year=slice(2026, None))
    for name, values in (("shortfall", -reserve), ("largest_deficit", -balance.min("year"))):
        at_risk = np.quantile(values, 0.95)
        assert float(found[f"{name}_value_at_risk"].sel(place)) == pytest.approx(at_risk, rel=1e-12)
        beyond = float(values.values[values.values >= at_risk].mean())
        assert float(found[f"{name}_tail_mean"].sel(place)) == pytest.approx(beyond, rel=1e-12)


def test_a_figure_is_reduced_once_and_labels_may_be_taken_off(both, monkeypatch):
    memory, _ = both
    first = summary.quantiles(memory, "baseline", "balance")
    monkeypatch.setattr(Simulation, "rows", None)
    monkeypatch.setattr(summary, "_columns", None)
    del first["mean"]
    again = summary.quantiles(memory, "baseline", "balance")
    assert "mean" in again
    with pytest.raises(TypeError):
        summary.quantiles(memory, "high_cost", "balance")


def test_the_error_on_the_way_is_that_of_the_batches(both):
    """The last point of the convergence of a Sobol run has the error of the probability, not that of chance."""
    memory, _ = both
    found = summary.convergence(memory, "high_cost", "reserve", lambda reserve: reserve < 0)
    place = {"year": 2032, "region": "000000", "ledger": "RPF"}
    chance = summary.probabilities(memory, "high_cost").sel(place)
    last = found.sel(place).isel(paths=-1)
    assert 0 < float(last["probability"]) < 1
    assert float(last["probability"]) == pytest.approx(float(chance["exhausted"]), rel=1e-12)
    assert float(last["error"]) == pytest.approx(float(chance["exhausted_error"]), rel=1e-12)
    early = found.sel(place).isel(paths=len(found["paths"]) // 2)
    paths = int(early["paths"])
    met = (memory.values("high_cost", "reserve").sel(place) < 0).values[None, :paths]
    batches = sampling_error.batches_of(memory.draws, paths)
    assert float(early["error"]) == pytest.approx(float(sampling_error.of_share(met, batches)[0]), rel=1e-12)
