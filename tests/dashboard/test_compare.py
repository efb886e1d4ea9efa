"""The page Compare: cards, lines, reasons, ranks, settings, files, and what it shows where there is nothing."""

import io
import json
import math
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import openpyxl
import pytest

from poolcast.dashboard import compare_parts, headline_words
from poolcast.dashboard.charts.labels import spread_labels
from poolcast.dashboard.charts.scenario_lines import Drawn, measures_of, scenario_lines, values_of
from poolcast.dashboard.charts.waterfall import waterfall_figure
from poolcast.dashboard.context import Context, Shown
from poolcast.dashboard.services import library
from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.headline import CardValue, headline
from poolcast.dashboard.services.projections import explained, projected
from poolcast.dashboard.services.required import held_required, required_financing
from poolcast.dashboard.services.sets import load_set
from poolcast.dashboard.services.settings import setting_rows
from poolcast.dashboard.state import ViewState
from poolcast.reporting.formats import money_scale
from poolcast.reporting.theme import LIGHT
from tests.dashboard.opening import html, open_page
from tests.dashboard.services_shared import draft, loaded

PICKED = "outpatient_pooling_extended,financing_package"
YEAR = 2040


def here(language="zh", scenarios=("outpatient_pooling_extended", "financing_package"), set_name="china", **view):
    held = library.summary_of(set_name)
    shown = tuple(Shown(name, name, place, LIGHT) for place, name in enumerate(("baseline", *scenarios)))
    region = next(iter(held.regions))
    state = ViewState(set=set_name, region=region, scenarios=scenarios, lang=language, **view)
    return Context("compare", state, loaded(set_name), held, LIGHT, shown, ("compare",))


def drawn_of(context):
    return [Drawn(shown, context.projected(shown.id)) for shown in context.shown]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_shows_cards_lines_and_reasons(language):
    app = open_page("compare", s=PICKED, lang=language)
    page = html(app)
    assert page.count('class="pc-row"') == 12  # four cards, three scenarios
    assert len(app.get("plotly_chart")) == 1  # the waterfall waits for its job
    assert "…" in page  # and so does the required rate
    assert not app.error


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_choice_below_the_charts(language):
    app = open_page("compare", s=PICKED, lang=language)
    below = f"below@{language}"
    for chosen in ("settings", "table", "files", "rank"):
        app.segmented_control(key=below).set_value(chosen).run()
        assert not app.exception
    app.selectbox(key=f"rank_measure@{language}").set_value("out_of_pocket_share").run()
    assert not app.exception
    app.segmented_control(key=f"view@{language}").set_value("difference").run()
    app.segmented_control(key=f"measure@{language}").set_value("revenue").run()
    app.segmented_control(key=f"why@{language}").set_value("driver").run()
    assert not app.exception
    assert app.query_params["view"] == "difference"


def test_without_a_pick_two_scenarios_are_offered():
    app = open_page("compare", lang="en")
    assert "No scenario picked" in " ".join(item.value for item in app.markdown)
    app.button(key="offer_financing_package@en").click().run()
    assert app.query_params["s"] == "financing_package"
    assert html(app).count('class="pc-row"') == 8


def test_a_ledger_without_a_reserve_is_compared_by_its_flows():
    app = open_page("compare", set="hebei", ledger="CSS", s="high_cost", lang="en")
    assert not app.exception
    assert "no" in html(app)


def test_a_scenario_that_does_not_fit_leaves_the_others(tmp_path, monkeypatch):
    (tmp_path / "scenarios").mkdir()
    late = "name: too_late\ntitle: {en: Late, zh: 晚}\nwhy: {en: x, zh: 晚}\nreforms:\n  - {lever: B01, start: 2190}\n"
    (tmp_path / "scenarios" / "too_late.yaml").write_text(late, encoding="utf-8")
    monkeypatch.setenv("POOLCAST_HOME", str(tmp_path))
    app = open_page("compare", s="too_late,high_cost", lang="en")
    assert html(app).count('class="pc-row"') == 8
    assert any("left out" in item.label for item in app.expander)


def test_the_parts_of_a_difference_add_up_to_it():
    context = here()
    base, focus = (context.projected(name) for name in ("baseline", "outpatient_pooling_extended"))
    found = explained(focus, base)
    for by in ("lever", "driver"):
        told = compare_parts.why(context, found, by, YEAR)
        moved = [item.outcome.series("reserve", context.region, "EPF")[YEAR - 2025] for item in (focus, base)]
        assert told.total[1] == pytest.approx(moved[0] - moved[1], rel=1e-9)
        assert sum(value for _, value in told.parts) == pytest.approx(told.total[1], rel=1e-5)
    assert len(compare_parts.why(context, found, "lever", YEAR).parts) > 1  # one lever is split into its parts


def test_a_waterfall_hangs_each_part_on_the_one_before():
    context = here()
    scale = money_scale([3e8])
    figure = waterfall_figure(
        context, [("one", -2e8), ("two", 5e8), ("<b>", -1e8)], ("all", 2e8), scale, "#148292", "#148292", (1e8, 4e8)
    )
    bars, band = figure["data"]
    assert bars["base"] == pytest.approx([0, -2, 3, 0])
    assert bars["x"] == pytest.approx([-2, 5, -1, 2])
    assert bars["marker"]["color"][:3] == [LIGHT.drains, LIGHT.adds, LIGHT.drains]
    assert band["x"] == pytest.approx([1, 4])
    assert "&lt;b&gt;" in figure["layout"]["yaxis"]["ticktext"][2]
    assert figure["layout"]["annotations"][0]["text"] == "−2.0"


def test_lines_show_levels_and_differences_of_the_same_numbers():
    context = here()
    drawn = drawn_of(context)
    level = scenario_lines(context, drawn, "reserve")
    moved = scenario_lines(context, drawn, "reserve", "difference")
    named = {trace["name"]: trace for trace in level["data"] if "name" in trace}
    other = {trace["name"]: trace for trace in moved["data"] if "name" in trace}
    assert "baseline" not in other
    at = YEAR - 2025
    own, base = (values_of(context, one.item, "reserve")[at] for one in (drawn[1], drawn[0]))
    assert named["outpatient_pooling_extended"]["y"][at] * 1e8 == pytest.approx(own, rel=1e-4)
    assert other["outpatient_pooling_extended"]["y"][at] * 1e8 == pytest.approx(own - base, rel=1e-3)
    assert named["financing_package"]["line"]["dash"] == "dash"  # a scenario keeps its dash
    assert len(scenario_lines(context, drawn, "revenue")["data"]) == 6


def test_the_table_behind_the_lines_holds_the_ends_of_the_bands_that_are_drawn():
    from poolcast.dashboard.services.band_simulation import compute_bands
    from poolcast.dashboard.services.bands import Found, Request
    from poolcast.scenarios.scenario import BASELINE as LAW

    context = here(language="en")
    base, focus, rest = drawn_of(context)
    found = compute_bands(Request(context.loaded, focus.item.scenario, LAW, 40, 3))
    drawn = [replace(base, found=Found(found.against)), replace(focus, found=found), rest]
    table = compare_parts.lines_table(context, drawn, "reserve")
    heads = [head for head in table.columns if "8 in 10" in head]
    assert len(heads) == 6  # two of the law, two of the focus, two of its difference
    row = table["Year"].tolist().index(str(YEAR))
    (low,) = (head for head in heads if head.startswith(f"Δ {focus.shown.title} · 8 in 10, low"))
    place = {"region": context.region, "ledger": context.ledger, "year": YEAR, "level": 0.1}
    expected = float(found.paired.fans["reserve"]["quantile"].sel(place))
    assert table[low][row] * 1e8 == pytest.approx(expected, abs=1e6)
    assert not any("8 in 10" in head for head in compare_parts.lines_table(context, drawn, "revenue").columns)


def test_no_case_among_the_runs_is_told_by_the_runs_that_were_finished():
    """A simulation that was ended, or one asked for with another number in the address, rests on fewer runs."""
    context = here(language="en", paths=1_000)
    values = {"exhaustion": [CardValue(shown.id, "never", probability=0.0, paths=480) for shown in context.shown]}
    (card, *_) = headline_words.headline_cards(context, context.shown, values, YEAR, "…")
    assert "<1/480" in card.foot


def test_months_never_fall_below_zero_and_end_with_the_year():
    context = here(scenarios=("high_cost",), set_name="hebei")
    drawn = drawn_of(context)
    figure = scenario_lines(context, drawn, "payable_months")
    assert figure["layout"]["yaxis"]["range"][0] == 0
    shown = [value for trace in figure["data"] for value in trace["y"] if value is not None]
    assert min(shown) >= 0
    end = drawn[1].item.outcome.event_year("exhaustion", context.region, "EPF")
    assert end is not None
    assert any(str(end) in note["text"] for note in figure["layout"]["annotations"])


def test_measures_follow_the_ledger():
    context = here()
    item = context.projected("baseline")
    assert measures_of(context, item) == ("payable_months", "reserve", "balance", "revenue")


def test_labels_keep_their_distance_in_a_low_card():
    placed = spread_labels([(0.0, "a", ""), (0.1, "b", ""), (0.2, "c", "")], 0.0, 10.0, 120)
    values = sorted(note["y"] for note in placed)
    assert all(later - earlier >= 17 * 10 / 120 - 1e-9 for earlier, later in pairwise(values))


def test_ranks_put_the_best_first():
    context = here("en")
    table = compare_parts.rank_table(context, drawn_of(context), "payable_months", YEAR)
    assert table.iloc[0, 1] == "financing_package"
    assert list(table.iloc[:, 0]) == ["1", "2", "3"]
    assert table[table["Scenario"] == "baseline"].iloc[0, 3] == ""
    years = compare_parts.rank_table(context, drawn_of(context), "exhaustion", YEAR)
    assert years.iloc[0, 2] == "not by 2060"


def test_regions_name_the_best_scenario():
    context = here("en", scenarios=("financing_package",), set_name="hebei")
    table = compare_parts.region_table(context, drawn_of(context), "reserve", YEAR)
    assert len(table) == 14
    assert set(table["Best"]) == {"financing_package"}


@pytest.mark.parametrize("name", compare_parts.RANKED)
def test_every_measure_can_be_ranked(name):
    context = here("en")
    table = compare_parts.rank_table(context, drawn_of(context), name, YEAR)
    assert len(table) == 3


def test_settings_stand_side_by_side():
    scenarios = [library.scenario(name) for name in ("outpatient_pooling_extended", "high_cost")]
    rows = setting_rows(scenarios, loaded(), "en")
    assert any(row.cells[0] and not row.cells[1] for row in rows)
    (row,) = setting_rows([draft("B01", rate_change=0.2).with_start("B01", 2030).scenario], loaded(), "en")
    assert row.key == "B01"
    assert "20.00%" in row.cells[0]
    assert "from 2030" in row.cells[0]
    parameter = draft().with_parameter("revenue.employer_rate", 0.09, 2028)
    assert any("2028: 9.00%" in row.cells[0] for row in setting_rows([parameter.scenario], loaded(), "en"))


def test_the_workbook_holds_the_numbers_of_the_cards():
    context = here("en")
    drawn = drawn_of(context)
    values = headline([one.item for one in drawn], context.region, "EPF", YEAR, kinds=("exhaustion", "months", "sum"))
    book = openpyxl.load_workbook(io.BytesIO(compare_parts.workbook(context, drawn, values, YEAR, None)))
    assert book.sheetnames[0] == "Headline"
    cells = [cell.value for row in book["Headline"].iter_rows() for cell in row]
    assert f"{values['months'][1].value:.1f}" in cells


def test_the_memo_tells_value_and_difference():
    context = here("en")
    drawn = drawn_of(context)
    values = headline([one.item for one in drawn], context.region, "EPF", YEAR, kinds=("months",))
    text = compare_parts.memo(context, "One *sentence*.", drawn, values, YEAR)
    assert text.startswith("One sentence.")
    assert f"{values['months'][1].value:.1f}" in text
    assert "−" in text


def test_synthetic_data_says_so_in_the_memo():
    context = here("en", set_name="hebei", scenarios=())
    assert "Synthetic" in compare_parts.memo(context, "x", drawn_of(context), {}, YEAR)


FIRST = CardValue("baseline", "number", 2036.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (CardValue("a", "number", 2035.0, -1.0, "worse"), "早 1 年"),
        (CardValue("a", "number", 2040.0, 4.0, "better"), "晚 4 年"),
        (CardValue("a", "never", math.nan, math.nan, "better"), "不再耗尽"),
        (CardValue("a", "number", 2036.0, 0.0, "same"), "无变化"),
    ],
)
def test_years_differ_in_words(value, text):
    assert headline_words.change_text(here(), "exhaustion", value, FIRST, money_scale([1.0])) == text


def test_changes_of_rates_are_points_and_of_residents_yuan():
    value = CardValue("a", "number", 0.0935, 0.0025, "worse")
    scale = money_scale([1.0])
    assert headline_words.change_text(here("en"), "required", value, FIRST, scale) == "+0.25 pt"
    residents = replace(here("en"), view=here("en").view.changed(ledger="RPF"))
    money = replace(value, value=1200.0, difference=35.4)
    assert headline_words.change_text(residents, "required", money, FIRST, scale) == "+35"


def test_an_answer_that_is_none_is_not_looked_for_again():
    item = projected(loaded(), draft().scenario)
    assert held_required(item, "000000", "EPA", YEAR, 6.0)
    assert not held_required(item, "000000", "EPF", 2037, 6.5)
    found = required_financing(item, "000000", "EPF", 2037, 6.5)
    assert found is not None
    assert held_required(item, "000000", "EPF", 2037, 6.5)


def test_waiting_cards_have_a_line_for_every_scenario():
    context = here()
    made = headline_words.headline_cards(context, context.shown, {}, YEAR, "…")
    assert [len(card.lines) for card in made] == [3, 3, 3, 3]
    assert {line.text for card in made for line in card.lines} == {"…"}


def test_a_job_is_begun_once_for_a_question(monkeypatch):
    from poolcast.dashboard.parts import background, bands

    begun = []
    jobs = SimpleNamespace(
        submit=lambda *asked, **_: begun.append(asked[1]) or f"job {len(begun)}",
        status=lambda job, session: SimpleNamespace(state="running"),
    )
    monkeypatch.setattr(bands, "jobs", lambda: jobs)
    monkeypatch.setattr(background.st, "session_state", {"session_id": "reader"})
    for key in ("a", "a", "b"):
        background.background("explain", key, lambda told, stop: None)
    assert begun == ["explain", "explain"]


@pytest.mark.parametrize(("state", "lost", "times"), [
    ("running", True, 1), ("failed", True, 1), ("done", False, 1), ("done", True, 2),
])  # fmt: skip
def test_an_answer_that_the_caches_have_let_go_is_found_anew_and_no_other(state, lost, times, monkeypatch):
    from poolcast.dashboard.parts import background, bands

    begun = []
    jobs = SimpleNamespace(
        submit=lambda *asked, **_: begun.append(asked[1]) or "job",
        status=lambda job, session: SimpleNamespace(state=state),
    )
    monkeypatch.setattr(bands, "jobs", lambda: jobs)
    monkeypatch.setattr(background.st, "session_state", {"session_id": "reader"})
    for _ in range(2):
        background.background("explain", "a", lambda told, stop: None, lost=lambda: lost)
    assert len(begun) == times


def test_the_draft_of_build_is_compared_beside_the_library():
    own = Draft().with_lever("F01")
    app = open_page("compare", set="china", s="financing_package", d=own.link(), lang="en")
    assert "My plan" not in html(app)
    app.button(key="add_draft@en").click().run()
    assert not app.exception
    assert app.query_params["s"] == "financing_package,draft"
    assert app.query_params["d"] == own.link()
    lines = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    named = {line["name"]: line["y"] for line in lines if line.get("name")}
    months = projected(load_set("china"), own.scenario).outcome.series("payable_months", "000000", "EPF")
    assert named["My plan"][-1] == pytest.approx(months[-1])
    assert "add_draft@en" not in [button.key for button in app.button]


def test_a_draft_that_is_emptied_leaves_the_scenarios_without_a_word():
    app = open_page("compare", set="china", s="draft", lang="en")
    assert not app.toast
    assert "s" not in app.query_params
