"""A simulation that stops at a precision, and what it says where the cap comes first."""

import numpy as np
import pytest

from poolcast.parameters.errors import ResultError
from poolcast.uncertainty import summary
from poolcast.uncertainty.precision import read_target, rounds_of
from poolcast.uncertainty.simulate import simulate
from tests.uncertainty.small_jobs import job_of

KEPT = ("reserve", "balance", "first_deficit", "exhaustion")


def run(**options):
    settings = {"scenarios": ["high_cost"], "seed": 7, "measures": KEPT, "workers": 1} | options
    return simulate(job_of().baseline, **settings)


def test_it_stops_in_the_first_round_that_is_precise_enough():
    found = run(paths=4_000, until_error=0.02, of="first_deficit(RPF, year=2027)")
    precision = found.precision
    assert precision.is_reached
    assert found.paths == precision.paths == found.wanted < 4_000
    assert found.is_complete
    assert [paths for paths, _ in precision.rounds] == rounds_of(4_000)[: len(precision.rounds)]
    assert all(error > 0.02 for _, error in precision.rounds[:-1])
    share = (found.values("high_cost", "first_deficit").sel(ledger="RPF") <= 2027).mean().item()
    assert 0.01 < share < 0.99
    assert precision.error == pytest.approx(np.sqrt(share * (1 - share) / found.paths))
    alone = run(paths=found.paths)
    assert np.array_equal(alone.rows("high_cost", "reserve"), found.rows("high_cost", "reserve"))


def test_it_says_that_the_cap_came_first():
    found = run(paths=300, until_error=0.0001, of="first_deficit(RPF, year=2027)")
    assert not found.precision.is_reached
    assert found.precision.error > 0.0001
    assert [paths for paths, _ in found.precision.rounds] == [256, 300]
    assert found.paths == found.wanted == 300


def test_means_and_quantiles_can_be_asked_for():
    mean = run(paths=2_000, until_error=2e10, of="reserve(EPF, year=2030)")
    cells = summary.quantiles(mean, "high_cost", "reserve").sel(year=2030, ledger="EPF")
    assert mean.precision.error == pytest.approx(cells["mean_error"].max().item())
    low = run(paths=2_000, until_error=2e10, of="reserve(EPF, year=2030)", level=0.05)
    cells = summary.quantiles(low, "high_cost", "reserve").sel(year=2030, ledger="EPF", level=0.05)
    assert low.precision.error == pytest.approx(cells["quantile_error"].max().item())
    assert low.precision.paths > mean.precision.paths


def test_histograms_keep_what_is_watched():
    exact = run(paths=2_500, until_error=0.012, of="first_deficit(RPF, year=2027)")
    counted = run(paths=2_500, until_error=0.012, of="first_deficit(RPF, year=2027)", memory=1_000)
    assert not counted.is_exact
    assert counted.precision == exact.precision


def test_an_event_that_never_came_does_not_stop_at_once():
    found = run(paths=600, until_error=0.001, of="exhaustion(EPA, year=2027)")
    assert float(np.isnan(found.values("high_cost", "exhaustion").sel(ledger="EPA")).mean()) == 1.0
    assert not found.precision.is_reached
    assert found.precision.error == pytest.approx(np.sqrt(1 / 602 * (1 - 1 / 602) / 600))


@pytest.mark.parametrize(
    ("of", "message"),
    [
        ("payable_months(EPF)", "not kept"),
        ("reserve(EPF, horizon=5)", "horizon=5"),
        ("reserve(EPF, year=2090)", "year 2090"),
        ("reserve(EPF, region=130100)", "region 130100"),
        ("reserve()", "no ledger"),
        ("reserve(ADJ)", "ledger ADJ"),
    ],
)
def test_what_cannot_be_watched_is_refused(of, message):
    with pytest.raises(ResultError, match=message):
        read_target(of, job_of(measures=KEPT).layout)


def test_half_a_question_is_refused():
    with pytest.raises(ResultError, match="without --of"):
        run(paths=100, until_error=0.1)
    with pytest.raises(ResultError, match="without --until-error"):
        run(paths=100, of="reserve(EPF, year=2030)")
    with pytest.raises(ResultError, match="above 0"):
        run(paths=100, until_error=0.0, of="reserve(EPF, year=2030)")
