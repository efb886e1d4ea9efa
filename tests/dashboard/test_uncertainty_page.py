"""The page Uncertainty: the numbers of the simulation, its controls, and what stands there without them."""

import math
import threading

import pytest

from poolcast.dashboard.parts import bands as band_parts
from poolcast.dashboard.services import sensitivities
from poolcast.dashboard.services.band_simulation import compute_bands
from poolcast.dashboard.services.bands import Request
from poolcast.dashboard.services.jobs import Status
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.sensitivities import Asked
from poolcast.dashboard.services.sets import load_set
from poolcast.parameters.errors import Problem, ResultError
from tests.dashboard.opening import html, open_page

PLACE = {"set": "china", "ledger": "RPF", "to": "2040", "paths": "40", "year": "2034"}
CHOSEN = {**PLACE, "s": "high_cost", "one": "high_cost"}


@pytest.fixture(scope="module")
def found():
    """Simulate once what the pages then show, and compute the bars."""
    loaded = load_set("china", 2040)
    high, base = scenario("high_cost"), scenario("baseline")
    both = compute_bands(Request(loaded, high, base, 40, 7))
    for one in (base, high):
        asked = Asked(loaded, one, "payable_months", "000000", "RPF", 2034)
        sensitivities.standard(asked)(lambda *_: None, threading.Event())
    return both


def alts(app):
    return [str(chart.proto.alt) for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sentence_and_the_charts_show_the_simulation(found, language):
    app = open_page("uncertainty", lang=language, **CHOSEN)
    text = html(app)
    share, _ = found.bands.probability("exhausted_by", "000000", "RPF", 2034)
    before, _ = found.against.probability("exhausted_by", "000000", "RPF", 2034)
    assert 0 < before < share < 1
    assert f"{math.floor(100 * share + 0.5)}%" in text
    assert f"{math.floor(100 * before + 0.5)}%" in text
    assert ("40 runs" if language == "en" else "40 次模拟") in text
    assert len(app.get("plotly_chart")) == 4
    assert len([one for one in app.button if one.label in ("Stop", "停止")]) == 0


def test_bars_of_exhaustion_add_up_to_the_runs(found):
    from poolcast.dashboard import uncertainty_panels

    counts = found.bands.events["exhaustion"].sel(region="000000", ledger="RPF")
    assert float(counts["probability"].sum() + counts["never"]) == pytest.approx(1)
    assert uncertainty_panels.CHANCES == ("months_below_6", "months_below_3", "exhausted_by")
    app = open_page("uncertainty", lang="en", **CHOSEN)
    (when,) = [chart for chart in app.get("plotly_chart") if "Year of exhaustion" in chart.proto.alt]
    import json

    figure = json.loads(when.proto.spec)
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert sum(value for trace in bars for value in _values(trace["y"])) == pytest.approx(40, abs=0.2)


def _values(held):
    """Return the numbers of a trace, which Plotly may have packed."""
    if isinstance(held, dict):
        import base64

        import numpy as np

        return np.frombuffer(base64.b64decode(held["bdata"]), held["dtype"]).tolist()
    return held


@pytest.mark.parametrize("language", ["zh", "en"])
def test_until_the_simulation_is_done_the_single_run_stands_there(language):
    app = open_page("uncertainty", lang=language, set="china", ledger="RPF", seed="999")
    text = html(app)
    assert ("Simulating" if language == "en" else "正在模拟") in text
    assert len(app.get("plotly_chart")) == 1  # the single run
    assert [one for one in app.button if one.label in ("Stop", "停止")]
    assert not app.exception


def test_runs_and_seed_count_once_the_button_is_pressed(found):
    app = open_page("uncertainty", lang="en", **PLACE)
    button = app.button(key="again@en")
    assert button.disabled
    app.number_input(key="seed@en").set_value(8).run()
    app.selectbox(key="paths@en").set_value(200).run()
    assert app.query_params["paths"] == "40"
    assert "seed" not in app.query_params
    app.button(key="again@en").click().run()
    assert app.query_params["paths"] == "200"
    assert app.query_params["seed"] == "8"


def test_every_measure_and_every_detail_opens(found):
    app = open_page("uncertainty", lang="en", **CHOSEN)
    for measure in ("reserve", "balance", "payable_months"):
        app.segmented_control(key="measure@en").set_value(measure).run()
        assert not app.exception
        assert app.query_params.get("measure", "payable_months") == measure
    for detail in ("grid", "sobol", "settling", "tails", "files", "regions"):
        app.segmented_control(key="detail@en").set_value(detail).run()
        assert not app.exception, detail
        assert not app.error
    table = app.dataframe[-1].value
    assert "93%" in str(table.iloc[0, 1]) or "%" in str(table.iloc[0, 1])
    app.segmented_control(key="tornado@en").set_value("risks").run()
    assert not app.exception


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tails_say_value_at_risk_with_its_error(found, language):
    app = open_page("uncertainty", lang=language, session={"uncertainty_detail": "tails"}, **CHOSEN)
    table = app.dataframe[-1].value
    assert table.shape == (4, 5)
    tails = found.bands.tails.sel(region="000000", ledger="RPF")
    first = float(tails["shortfall_value_at_risk"]) / 1e8
    shown = str(table.iloc[0, 1]).replace(",", "").replace("\u2212", "-")
    assert float(shown) == pytest.approx(first, abs=0.6)


def test_a_ledger_without_a_reserve_shows_its_spending():
    app = open_page("uncertainty", lang="en", set="hebei", ledger="CII")
    assert "keeps no reserve" in html(app)
    assert app.segmented_control(key="measure@en").options
    assert not app.exception


class Failing:
    """Jobs that have all failed, or were ended before anything was finished."""

    def __init__(self, state):
        self.state = state

    def submit(self, *_more):
        return "one"

    def status(self, job, _session):
        error = (
            ResultError(Problem("queue", "40 jobs", "fewer", "Try again shortly.")) if self.state == "failed" else None
        )
        return Status(job, self.state, error=error)

    def cancel(self, *_more):
        return None


def test_a_job_that_failed_says_why_and_the_page_goes_on(monkeypatch):
    monkeypatch.setattr(band_parts, "jobs", lambda: Failing("failed"))
    app = open_page("uncertainty", lang="en", set="china", ledger="RPF", seed="998")
    assert "Try again shortly." in " ".join(text.value for text in app.text)
    assert not app.exception


class Running:
    """Jobs that run until they are ended, and then have nothing to show."""

    def __init__(self):
        self.begun, self.ended = [], set()

    def submit(self, _session, kind, *_more):
        self.begun.append(kind)
        return f"{kind} {len(self.begun)}"

    def status(self, job, _session):
        return Status(job, "cancelled" if job in self.ended else "running", total=1_000)

    def cancel(self, job, _session):
        self.ended.add(job)


def test_a_simulation_that_the_reader_ends_does_not_begin_again_by_itself(monkeypatch):
    """A past fault: the page took the end for that of an earlier question, and asked again at once."""
    jobs = Running()
    monkeypatch.setattr(band_parts, "jobs", lambda: jobs)
    app = open_page("uncertainty", lang="en", set="china", ledger="RPF", seed="997")
    assert "too few runs" not in html(app)
    app.button(key="cancel_simulation@en").click().run()
    app.run()
    assert jobs.begun.count("band") == 1
    assert "too few runs" in html(app)
    assert "Simulating" not in html(app)
    assert not [one for one in app.button if one.key == "cancel_simulation@en"]
    app.button(key="again@en").click().run()
    assert jobs.begun.count("band") == 2
    assert "too few runs" not in html(app)


def test_a_question_that_took_the_place_of_another_leaves_the_first_to_be_asked_anew(monkeypatch):
    jobs = Running()
    monkeypatch.setattr(band_parts, "jobs", lambda: jobs)
    app = open_page("uncertainty", lang="en", set="china", ledger="RPF", seed="997")
    jobs.ended.add(f"band {jobs.begun.index('band') + 1}")  # by a move on another page
    app.run()
    assert jobs.begun.count("band") == 2
    assert "too few runs" not in html(app)


def test_a_simulation_that_was_ended_gives_what_is_finished(monkeypatch, found):
    from dataclasses import replace

    partial = replace(found, bands=replace(found.bands, wanted=1_000))

    class Ended(Failing):
        def status(self, job, _session):
            return Status(job, "cancelled", done=40, total=1_000, result=partial)

    monkeypatch.setattr(band_parts, "jobs", lambda: Ended("cancelled"))
    app = open_page("uncertainty", lang="en", **{**CHOSEN, "paths": "1000", "seed": "996"})
    assert "40" in html(app)
    assert "Stopped: results rest on the 40 runs" in html(app)
    assert not app.button(key="again@en").disabled


def test_the_quantiles_file_holds_every_region_and_says_where_it_comes_from(found):
    import io

    import xarray as xr

    from poolcast.dashboard import uncertainty_panels, uncertainty_tables

    class Here:
        held = type("Held", (), {"synthetic": False})
        view = type("View", (), {"set": "china"})
        loaded = load_set("china", 2040)

    futures = uncertainty_panels.Futures(Here, None, None, None, found, "payable_months", 2034)
    with xr.open_dataset(io.BytesIO(uncertainty_tables.quantiles_file(futures)), engine="h5netcdf") as read:
        place = {"region": "000000", "ledger": "RPF", "year": 2034, "level": 0.9}
        held = found.bands.quantile("payable_months", 0.9, "000000", "RPF")[2034]
        assert float(read["payable_months"].sel(place)) == held
        assert read.attrs["paths"] == 40
        assert read.attrs["set_digest"] == load_set("china", 2040).digest
