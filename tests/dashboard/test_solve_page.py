"""The page Solve: the question, the answer of a single run and with odds, and what stands there without one."""

import threading

import pytest

from poolcast.dashboard.parts import bands as band_parts
from poolcast.dashboard.services import goals
from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.goals import Goal
from poolcast.dashboard.services.jobs import Status
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.sets import load_set
from poolcast.dashboard.state import ViewState, parse
from tests.dashboard.opening import html, open_page

SUBSIDY = "scale:resident.subsidy"
PLACE = {"set": "china", "ledger": "RPF", "to": "2034", "paths": "40", "year": "2032", "target": "15"}


def goal(**changes):
    usual = {"region": "000000", "ledger": "RPF", "unknown": SUBSIDY, "measure": "payable_months", "year": 2032}
    return Goal(load_set("china", 2034), scenario("baseline"), **{"target": 15.0, **usual, **changes})


def work_out(work):
    return work(lambda *_: None, threading.Event())


@pytest.fixture(scope="module")
def solved():
    """Work out once what the pages then show."""
    asked = goal()
    work_out(goals.central(asked))
    work_out(goals.likely(asked, 0.9, 40, 7))
    return asked


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_with_odds_its_error_and_even_odds(solved, language):
    app = open_page("solve", lang=language, **PLACE)
    text = html(app)
    found = goals.held_likely(solved, 0.9, 40, 7)
    even = goals.held_regions(solved, 0.9, 40, 7)["000000"][0.5]
    unit = "times" if language == "en" else "倍"
    assert f"<b>{found.value:.3f} {unit}</b>" in text
    assert f"{even.value:.3f} {unit}" in text
    assert "±" in text
    assert ("verified by a run" if language == "en" else "已复算验证") in text
    assert len(app.get("plotly_chart")) == 2
    assert "--probability 0.9" not in text


def test_the_page_offers_the_command_that_prints_its_answer(solved):
    app = open_page("solve", lang="en", **PLACE)
    _, view = app.session_state["offered_view"]
    from poolcast.dashboard.services.reproduce import recipe

    command = recipe(view).command
    assert command.startswith(f"poolcast solve {SUBSIDY} --for 'payable_months(RPF, year=2032) >= 15'")
    assert "--probability 0.9 --paths 40 --seed 7" in command


@pytest.mark.parametrize("language", ["zh", "en"])
def test_before_the_first_answer_the_page_says_that_it_searches(language):
    goals_of_nobody = {**PLACE, "target": "14.25"}
    app = open_page("solve", lang=language, **goals_of_nobody)
    assert ("Searching" if language == "en" else "正在求解") in html(app)
    assert not app.exception


def test_a_single_run_answers_first_and_the_button_asks_for_odds(solved):
    app = open_page("solve", lang="en", **{**PLACE, "seed": "11"})
    assert "press Solve" in html(app)
    app.button(key="solve@en").click().run()
    assert not app.exception
    assert [one for one in app.button if one.label == "Stop"]


def test_the_controls_change_the_view(solved):
    app = open_page("solve", lang="en", **PLACE)
    app.selectbox(key="odds@en").set_value(0.8).run()
    app.selectbox(key="goal_year@en").set_value(2031).run()
    app.number_input(key="target@en").set_value(9.5).run()
    app.selectbox(key="what@en").set_value("resident.personal_premium").run()
    query = app.query_params
    assert (query["p"], query["year"], query["target"], query["what"]) == (
        "0.8",
        "2031",
        "9.5",
        "resident.personal_premium",
    )
    for measure in ("reserve", "balance", "exhaustion", "payable_months"):
        app.selectbox(key="goal@en").set_value(measure).run()
        assert not app.exception, measure
        assert "target" not in app.query_params
    view, ignored = parse(dict(app.query_params.items()))
    assert not ignored
    assert view.what == "resident.personal_premium"


def test_no_answer_within_the_bounds_says_how_near_and_offers_others():
    asked = goal(unknown="resident.personal_premium", target=6000.0)
    work_out(goals.central(asked))
    app = open_page("solve", lang="en", **{**PLACE, "what": asked.unknown, "target": "6000"})
    text = html(app)
    assert "No answer within" in text
    assert "There it is" in text
    others = [one for one in app.button if str(one.key).startswith("other_")]
    assert len(others) == 2
    others[0].click().run()
    assert app.query_params["what"] == SUBSIDY


def test_a_change_that_is_an_addition_is_said_in_points():
    unknown = goals.UNKNOWNS["RPF"][2]
    asked = goal(unknown=unknown)
    found = work_out(goals.central(asked))
    assert found.unknown.kind == "shift"
    app = open_page("solve", lang="en", **{**PLACE, "what": unknown})
    text = html(app)
    assert "must change by" in text
    assert f"{abs(found.value) * 100:.2f} pt" in text


def test_details_months_package_and_scenario(solved):
    work_out(goals.needed(solved))
    app = open_page("solve", lang="en", session={"solve_detail": "needed"}, **PLACE)
    assert app.dataframe[-1].value.shape[0] == len(goals.MONTHS_WANTED)
    app.segmented_control(key="detail@en").set_value("package").run()
    assert not app.exception
    app.button(key="package@en").click().run()
    assert not app.exception
    app.segmented_control(key="detail@en").set_value("save").run()
    assert not app.exception
    name = app.text_input(key="name_answer@en")
    name.set_value("=cmd() <b>").run()
    assert not app.exception
    assert "<b>cmd" not in html(app)


def test_the_package_is_shown_once_it_is_known(solved):
    costs = {SUBSIDY: 100.0, "resident.personal_premium": 1.0 / (0.01 * _premium())}
    package = work_out(goals.package(solved, costs))
    app = open_page("solve", lang="en", session={"solve_detail": "package"}, **PLACE)
    table = app.dataframe[-1].value
    assert next(iter(table.iloc[:, 0])).startswith("Fiscal subsidy")
    assert table.shape == (2, 6)
    assert f"{package.cost:,.2f}" in html(app)


def _premium():
    return goals.choices(load_set("china", 2034), scenario("baseline"), "000000", "RPF")[
        "resident.personal_premium"
    ].present


@pytest.mark.parametrize("language", ["zh", "en"])
def test_where_nothing_can_be_solved_the_page_says_why(language):
    app = open_page("solve", lang=language, set="china", ledger="EPA")
    assert not app.exception
    assert ("no target" if language == "en" else "没有可以求解") in html(app)
    assert not app.number_input


def test_the_builder_fills_in_what_may_change_and_its_draft_holds_besides():
    draft = Draft().with_lever("outpatient_pooling")
    unknown = f"outpatient_pooling.{draft.entries[0].lever.arguments[0].name}"
    place = {**PLACE, "ledger": "EPF", "d": draft.link()}
    app = open_page("solve", lang="en", session={"solve_unknown": unknown}, **place)
    assert app.selectbox(key="what@en").value == unknown
    assert app.query_params["what"] == unknown
    _, view = app.session_state["offered_view"]
    assert view.scenarios[0].digest == draft.digest
    app.selectbox(key="what@en").set_value("revenue.employer_rate").run()
    _, view = app.session_state["offered_view"]
    assert view.scenarios[0].name == "baseline"


def test_a_search_that_failed_says_why(monkeypatch):
    class Failing:
        def submit(self, *_more):
            return "one"

        def status(self, job, _session):
            return Status(job, "failed", code="ABC123")

    monkeypatch.setattr(band_parts, "jobs", Failing)
    app = open_page("solve", lang="en", **{**PLACE, "target": "13.5"})
    assert "ABC123" in app.warning[0].value


def test_the_address_holds_the_question():
    view = ViewState(what="inpatient.reimbursement_rate[status=active|flexible]", goal="reserve", target=1.5e9)
    assert parse(view.to_query()) == (view, ())
    assert parse({"what": "<script>", "goal": "wealth", "target": "nan"})[1] == ("what", "goal", "target")


def test_the_page_looks_again_until_the_grid_is_there_too(solved, monkeypatch):
    from poolcast.dashboard.parts import looking

    asked, real = [], looking.looking
    monkeypatch.setattr(looking, "looking", lambda waits: (asked.append(waits()), real(waits))[1])
    held = goals.held_rates
    monkeypatch.setattr(goals, "held_rates", lambda _: None)  # the answer is known, the grid still on its way
    open_page("solve", **PLACE)
    monkeypatch.setattr(goals, "held_rates", held)
    open_page("solve", **PLACE)
    assert asked == [True, False]
