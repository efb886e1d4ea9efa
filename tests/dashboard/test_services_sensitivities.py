"""Sensitivities of the dashboard: the numbers of `poolcast sensitivity`, ended early, and the report."""

import threading

import numpy as np
import pytest

from poolcast.dashboard.services import sensitivities
from poolcast.dashboard.services.sensitivities import Asked
from poolcast.dashboard.services.sets import load_set
from poolcast.scenarios.scenario import BASELINE
from poolcast.uncertainty.analyses import sensitivity


@pytest.fixture(scope="module")
def asked():
    return Asked(load_set("china", 2032), BASELINE, "payable_months", "000000", "EPF", 2030)


@pytest.fixture(autouse=True)
def nothing_known():
    sensitivities.clear()


def run(work, stop=None):
    told = []
    result = work(lambda done, total: told.append((done, total)), stop or threading.Event())
    return result, told


def test_standard_set_and_risks_are_those_of_the_command_line(asked):
    found, told = run(sensitivities.standard(asked))
    risks, _ = run(sensitivities.risks(asked))
    alone = sensitivity(asked.loaded.assumptions, ["baseline"], "tornado", of=str(asked.call))
    np.testing.assert_array_equal(found["effect"], alone["standard"]["effect"])
    np.testing.assert_array_equal(risks["effect"], alone["tornado"]["effect"].sel(scenario="baseline"))
    assert sensitivities.held("standard", asked) is found
    assert told[-1] == (1, 1)


def test_another_measure_is_another_question(asked):
    from dataclasses import replace

    run(sensitivities.standard(asked))
    assert sensitivities.held("standard", replace(asked, measure="reserve")) is None
    assert sensitivities.held("standard", replace(asked, year=2031)) is None


def test_a_grid_is_made_row_by_row_and_is_that_of_the_command_line(asked):
    row = sensitivities.axis_of(asked, "revenue.employer_rate")
    column = sensitivities.axis_of(asked, "revenue.flexible_rate")
    assert row.values == pytest.approx((0.07, 0.075, 0.08, 0.085, 0.09))
    found, told = run(sensitivities.two_way(asked, row, column))
    alone = sensitivity(
        asked.loaded.assumptions,
        ["baseline"],
        "grid",
        of=str(asked.call),
        row=(row.unknown.text, row.values),
        column=(column.unknown.text, column.values),
    )["grid"]
    np.testing.assert_allclose(found["value"].values, alone["value"].values, rtol=1e-12)
    assert (4, 5) in told


def test_an_ended_grid_is_none_and_nothing_is_kept(asked):
    row = sensitivities.axis_of(asked, "revenue.employer_rate")
    column = sensitivities.axis_of(asked, "revenue.flexible_rate")
    stop = threading.Event()

    def progress(done, _total):
        if done == 1:
            stop.set()

    assert sensitivities.two_way(asked, row, column)(progress, stop) is None
    assert sensitivities.held("grid", asked, row.unknown.text, column.unknown.text, None) is None


def test_values_of_an_axis_stay_within_the_bounds(asked):
    axis = sensitivities.axis_of(asked, "revenue.collection_rate")
    assert axis.unknown.present in [pytest.approx(value) for value in axis.values] or axis.unknown.present == 0
    low, high = axis.unknown.bounds
    assert all(low <= value <= high for value in axis.values)
    assert sensitivities.axis_of(asked, "no.such_thing") is None


def test_parts_of_the_variance_can_be_ended(asked):
    found, _ = run(sensitivities.sobol(asked, 8, 7))
    assert found.attrs["rows"] == 8
    assert sensitivities.held("sobol", asked, 8, 7) is found
    stop = threading.Event()
    stop.set()
    assert run(sensitivities.sobol(asked, 8, 8), stop)[0] is None


@pytest.mark.long
def test_the_report_is_the_page_of_the_command_line(asked):
    page, _ = run(sensitivities.report(asked, 60, 7, "zh", "poolcast sensitivity baseline"))
    text = page.decode()
    assert "poolcast sensitivity baseline" in text
    assert "龙卷风图" in text
    assert sensitivities.held_report(asked, 60, 7, "zh") is page
