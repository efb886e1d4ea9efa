"""The page Forecast: what its controls do, and that its sentence, figures and tables agree."""

import json
import re

import pytest

from poolcast.dashboard.services.jobs import shared_jobs
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import load_set
from tests.dashboard.opening import html, open_page


def figures(app) -> dict[str, dict]:
    """Return the figures of a page by key."""
    return {piece.proto.id.split("-")[-1]: json.loads(piece.proto.spec) for piece in app.get("plotly_chart")}


def test_the_sentence_says_what_the_forecast_says():
    app = open_page("forecast", set="china", ledger="RPF", lang="en")
    year = projected(load_set("china"), scenario("baseline")).outcome.event_year("exhaustion", "000000", "RPF")
    assert f"<b>{year}</b>" in html(app)
    months = next(spec for key, spec in figures(app).items() if "stock" in key)
    crosses = [trace for trace in months["data"] if trace.get("marker", {}).get("symbol") == "x"]
    assert [trace["x"] for trace in crosses] == [[year]]
    assert any(note["text"] == f"<b>{year}</b>" for note in months["layout"]["annotations"])


def test_months_can_be_changed_for_the_reserve_and_the_address_knows():
    app = open_page("forecast", set="china", ledger="RPF")
    assert "可支付月数" in html(app)
    app.segmented_control(key="measure@zh").set_value("reserve").run()
    assert app.query_params["measure"] == "reserve"
    reserve = next(spec for key, spec in figures(app).items() if "stock" in key)
    history = reserve["data"][0]
    assert history["x"][0] == 2019
    assert min(trace["y"][-1] for trace in reserve["data"] if len(trace["x"]) > 20) < 0


def test_another_scenario_changes_the_sentence_and_keeps_its_place():
    app = open_page("forecast", set="china", s="high_cost", ledger="RPF")
    before = html(app)
    app.segmented_control(key="one@zh").set_value("high_cost").run()
    assert app.query_params["one"] == "high_cost"
    year = projected(load_set("china"), scenario("high_cost")).outcome.event_year("exhaustion", "000000", "RPF")
    assert f"<b>{year} 年</b>" in html(app)
    assert f"<b>{year} 年</b>" not in before


def test_last_year_and_unit_are_settings_of_the_view():
    app = open_page("forecast", set="china")
    app.selectbox(key="to@zh").set_value(2040).run()
    app.selectbox(key="unit@zh").set_value("wan").run()
    assert app.query_params["to"] == "2040"
    assert app.query_params["unit"] == "wan"
    flows = next(spec for key, spec in figures(app).items() if "flows" in key)
    assert flows["layout"]["xaxis"]["range"][1] == pytest.approx(2040.6)
    assert any(note["text"] == "万元" for note in flows["layout"]["annotations"])


def test_the_pyramid_follows_its_slider():
    app = open_page("forecast", set="china")
    before = next(spec for key, spec in figures(app).items() if "people" in key)
    app.slider(key="pyramid@zh").set_value(2055).run()
    after = next(spec for key, spec in figures(app).items() if "people" in key)
    assert before["data"][0]["x"] != after["data"][0]["x"]
    assert before["layout"]["xaxis"]["range"] == after["layout"]["xaxis"]["range"]


def test_personal_accounts_show_the_balance_per_head():
    app = open_page("forecast", set="china", ledger="EPA", lang="en")
    assert "Account per head" in html(app)


def test_a_ledger_without_reserve_says_so():
    app = open_page("forecast", set="china", ledger="MAF")
    assert "没有单独的结余" in html(app)


def test_the_band_comes_from_the_simulation(monkeypatch):
    from poolcast.dashboard.parts import bands

    monkeypatch.setattr(bands, "jobs", shared_jobs)
    app = open_page("forecast", set="china", ledger="RPF", paths="40")
    (job,) = app.session_state["band_jobs"].values()
    shared_jobs().wait(job, app.session_state["session_id"], 120)
    app.run()
    assert "40 次模拟" in html(app)
    months = next(spec for key, spec in figures(app).items() if "stock" in key)
    filled = [trace for trace in months["data"] if trace.get("fill") == "tonexty"]
    assert len(filled) == 2
    request = bands.Request(load_set("china"), scenario("baseline"), None, 40, 7)
    band = bands.held_bands(request).bands.quantile("payable_months", 0.9, "000000", "RPF")
    assert filled[0]["y"][-1] == pytest.approx(max(band[2060], 0.0), rel=1e-4)


def test_a_measure_of_another_page_shows_months_as_the_switch_says():
    app = open_page("forecast", lang="en", measure="revenue")
    assert app.segmented_control(key="measure@en").value == "payable_months"
    assert re.search(r'<div class="pc-head"><span class="pc-tip" [^>]*data-tip="[^"]+">Payable months <i>', html(app))


@pytest.mark.parametrize(("ledger", "key", "label"), [
    ("EPA", "measure_per_head@en", "Per head"), ("EPF", "measure@en", "Months"),
])  # fmt: skip
def test_the_switch_names_what_it_shows(ledger, key, label):
    app = open_page("forecast", ledger=ledger, lang="en")
    assert app.segmented_control(key=key).options[0] == label
    app.segmented_control(key=key).set_value("reserve").run()
    assert app.query_params["measure"] == "reserve"


def test_the_file_of_every_panel_holds_the_pyramid_of_the_year_in_view(monkeypatch):
    from poolcast.dashboard.parts import files

    made = []
    monkeypatch.setattr(files, "as_xlsx", lambda sheets, here: made.append(sheets) or b"")
    app = open_page("forecast", set="china", lang="en", session={"forecast_below": True, "kept_pyramid": 2033})
    assert app.slider(key="pyramid@en").value == 2033
    (pyramid,) = (name for name in made[-1] if "2033" in name)
    from poolcast.dashboard.services.funds import ages_of

    ages = ages_of(projected(load_set("china"), scenario("baseline")), "000000", 2033)
    people = made[-1][pyramid].drop(columns="Age").to_numpy().sum()
    assert people == pytest.approx(sum(part.sum() for part in ages.parts.values()), rel=1e-6)
