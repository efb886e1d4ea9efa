"""The page Build: levers, arguments, parameters, steps, files, rules, and the draft in the address."""

from dataclasses import replace

import pytest

from poolcast.dashboard import build_state
from poolcast.dashboard.charts.schedule import Span, schedule_figure
from poolcast.dashboard.services import scenarios as library
from poolcast.dashboard.services.arguments import (
    control_of,
    control_of_parameter,
    in_force,
    level_text,
    short_text,
)
from poolcast.dashboard.services.drafts import Draft, History
from poolcast.dashboard.services.mending import mends, new_findings
from poolcast.dashboard.services.projections import findings, projected
from poolcast.scenarios.catalogue import LEVERS
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.opening import html, open_page
from tests.dashboard.services_shared import draft, loaded
from tests.dashboard.test_compare import here

B01 = LEVERS["B01"]


def built(language="zh", **query):
    """Return the page with one lever on, found by search."""
    app = open_page("build", lang=language, **query)
    app.text_input(key=f"build_search@{language}").set_value("B01").run()
    app.toggle(key=f"on_B01@{language}").set_value(True).run()
    assert not app.exception
    return app


def numbers(app):
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_lever_moves_the_numbers_at_once_and_the_address_holds_it(language):
    app = open_page("build", lang=language)
    before = numbers(app)
    app = built(language)
    after = numbers(app)
    months = next(label for label in after if "2040" in label)
    assert after[months][0] != before[months][0]
    assert after[months][1].startswith("−")
    first = app.query_params["d"]
    app.slider(key=f"arg_B01_rate_change@{language}").set_value(20.0).run()
    assert numbers(app)[months] != after[months]
    packed = app.query_params["d"]
    assert Draft.of_link(packed[0] if isinstance(packed, list) else packed).call("B01").arguments == {
        "rate_change": 0.2
    }
    assert packed != first


def test_a_link_opens_the_draft():
    link = draft("B01", rate_change=0.15).link()
    app = open_page("build", d=link, lang="en")
    app.segmented_control(key="build_filter@en").set_value("on").run()
    assert app.slider(key="arg_B01_rate_change@en").value == pytest.approx(15.0)
    assert "1 change" in html(app)


def test_undo_and_redo():
    app = built("en")
    assert app.button(key="more_redo@en").disabled
    app.button(key="more_undo@en").click().run()
    assert app.toggle(key="on_B01@en").value is False
    app.button(key="more_redo@en").click().run()
    assert app.toggle(key="on_B01@en").value is True


def test_every_control_of_a_lever():
    app = built("en", set="hebei")
    app.selectbox(key="start_B01@en").set_value(2030).run()
    app.selectbox(key="phase_B01@en").set_value(5).run()
    app.session_state["build_further_B01"] = True
    app.run()
    app.selectbox(key="shape_B01@en").set_value("s_curve").run()
    app.multiselect(key="regions_B01@en").set_value(["130200", "131100"]).run()
    app.toggle(key="behaviour_B01@en").set_value(False).run()
    app.slider(key="arg_B01_retiree_tilt@en").set_value(5.0).run()
    assert not app.exception
    call = app.session_state["draft_history"].draft.call("B01")
    assert call.start == 2030
    assert (call.phase_in.years, call.phase_in.shape) == (5, "s_curve")
    assert call.where == {"region": "130200|131100"}
    assert call.behaviour is False
    assert call.arguments["retiree_tilt"] == pytest.approx(0.05)
    app.button(key="reset_B01@en").click().run()
    assert app.session_state["draft_history"].draft.call("B01").arguments == {}


def test_groups_hold_every_lever_and_draw_one_at_a_time():
    app = open_page("build", lang="en")
    assert len(app.toggle) == 0
    app.session_state["build_group"] = "outpatient"
    app.run()
    assert len(app.toggle) == 7
    assert sum(len(group.levers) for group in library.lever_groups()) == len(LEVERS)
    widgets = [*app.toggle, *app.selectbox, *app.button, *app.text_input, *app.get("popover"), *app.get("expander")]
    assert len(widgets) < 60


def test_the_largest_group_with_levers_on_stays_below_sixty_widgets():
    many = Draft()
    for lever in [lever for lever in LEVERS.values() if lever.group == "prices"][:6]:
        many = many.with_lever(lever.id)
    app = open_page("build", d=many.link(), lang="zh")
    app.session_state["build_group"] = "prices"
    app.run()
    kinds = (
        "toggle",
        "selectbox",
        "slider",
        "button",
        "text_input",
        "multiselect",
        "button_group",
        "popover",
        "expander",
    )
    assert sum(len(app.get(kind)) for kind in kinds) < 60


def test_stress_levers_are_apart_and_say_so():
    app = open_page("build", lang="en")
    app.segmented_control(key="build_filter@en").set_value("stress").run()
    assert len(app.toggle) == sum(lever.stress for lever in LEVERS.values())
    assert any("unreliable" in item.value for item in app.caption)


def test_parameters_are_found_under_their_own_heading_and_changed():
    app = open_page("build", lang="en")
    app.text_input(key="build_search@en").set_value("employer_rate").run()
    assert "Assumptions (no policies)" in html(app)
    app.button(key="add_revenue.employer_rate@en").click().run()
    app.selectbox(key="kind_0@en").set_value("set").run()
    app.number_input(key="amount_0@en").set_value(9.0).run()
    (change,) = app.session_state["draft_history"].draft.entries
    assert (change.kind, change.parameter) == ("set", "revenue.employer_rate")
    assert list(change.amounts.values()) == [pytest.approx(0.09)]
    app.button(key="remove_0@en").click().run()
    assert not app.session_state["draft_history"].draft.entries


def test_nothing_found_says_so():
    app = open_page("build", lang="en")
    app.text_input(key="build_search@en").set_value("zzzz").run()
    assert any("zzzz" in item.value for item in app.caption)
    app.button(key="build_clear@en").click().run()
    assert app.segmented_control(key="build_filter@en").value == "all"


def test_a_draft_that_cannot_be_applied_is_said_and_can_be_undone():
    late = draft("B01").with_start("B01", 2100)
    app = open_page("build", d=late.link(), lang="en")
    assert "cannot be applied" in html(app)
    assert not app.metric
    assert not app.exception


def test_presets_are_loaded_as_levers():
    app = open_page("build", lang="en")
    app.text_input(key="build_search@en").set_value("financing_package").run()
    app.button(key="hit_financing_package@en").click().run()
    held = app.session_state["draft_history"].draft
    assert held.scenario.digest == library.scenario_of("financing_package").digest
    assert app.text_input(key="build_name@en").value == "Financing package"


def test_the_file_of_the_draft_is_what_the_command_line_reads(tmp_path):
    from poolcast.scenarios.reading import load_scenario

    made = draft("B01", rate_change=0.15).with_start("B01", 2029)
    path = tmp_path / "plan.yaml"
    path.write_text(made.file_text("plan"), encoding="utf-8")
    assert load_scenario(str(path)).digest == made.scenario.digest


class Upload:
    def __init__(self, name, content):
        self.name, self._content = name, content

    def getvalue(self):
        return self._content


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "no text"), (b"name: x\nreforms: [{lever: nonsense}]\n", "nonsense"), (b"a: [", "")],
)
def test_a_broken_upload_leaves_the_draft_and_says_why(monkeypatch, content, said):
    from poolcast.dashboard import build_files

    state = {"up": Upload("../bad.yaml", content)}
    monkeypatch.setattr(build_files.st, "session_state", state)
    monkeypatch.setattr(build_state.st, "session_state", state)
    build_files._uploaded("up")
    error = build_state.error()
    assert error is not None
    assert said in " ".join(problem.found for problem in error.problems)
    assert "draft_history" not in state


def test_controls_are_in_planners_units():
    control = control_of(B01.arguments[0])
    assert (control.minimum, control.maximum, control.step) == (-20.0, 25.0, 5.0)
    assert control.shown(0.125) == pytest.approx(12.5)
    assert control.stored(12.5) == pytest.approx(0.125)
    assert control.shown(9.0) == control.maximum
    assert control_of(LEVERS["F01"].arguments[0]).form == "%+.2f pt"
    assert control_of(LEVERS["F01"].arguments[0], "zh").form == "%+.2f 点"
    assert control_of_parameter("revenue.employer_rate").maximum == pytest.approx(20.0)


@pytest.mark.parametrize("argument", [argument for lever in LEVERS.values() for argument in lever.arguments])
def test_every_argument_can_be_moved_to_its_bounds(argument):
    control = control_of(argument)
    for value in (argument.minimum, argument.default, argument.maximum):
        assert control.stored(control.shown(value)) == pytest.approx(value, abs=1e-9)
    assert control.step > 0


def test_the_value_in_force_is_that_of_the_set():
    found = in_force(loaded(), B01, B01.arguments[0])
    assert found is not None
    assert 0.3 < found < 0.9
    assert in_force(loaded(), B01, B01.arguments[-1]) is None


def test_small_texts():
    change, level = B01.arguments[0], next(a for a in B01.arguments if a.name == "substitution")
    assert short_text(change, 0.1, "zh") == "+10 点"
    assert short_text(change, -0.025, "en") == "−2.5 pt"
    assert short_text(level, 0.3, "en") == "30%"
    assert level_text(0.0825, "fraction", "en") == "8.25%"


def test_a_broken_rule_names_the_nearest_value_that_keeps_it():
    item = projected(loaded(), draft("B01", retiree_tilt=-0.1).scenario)
    own, other = findings(loaded(), item.scenario), findings(loaded(), BASELINE)
    assert "C10" in {finding.rule.id for finding in new_findings(own, other)}
    mend = mends(item, own, other)["C10"]
    assert (mend.lever, mend.argument.name) == ("B01", "retiree_tilt")
    kept = projected(loaded(), draft("B01", retiree_tilt=mend.value).scenario)
    assert "C10" not in {finding.rule.id for finding in new_findings(findings(loaded(), kept.scenario), other)}
    nearer = mend.value - mend.argument.notch
    worse = findings(loaded(), draft("B01", retiree_tilt=nearer).scenario)
    assert "C10" in {finding.rule.id for finding in new_findings(worse, other)}


def test_what_current_law_breaks_is_not_laid_at_the_draft():
    other = findings(loaded(), BASELINE)
    assert not new_findings(other, other)


def test_the_plan_shows_arrival_and_stay():
    figure = schedule_figure(here(), [Span("a", 2027, 3), Span("b", 2030, 1)])
    arrives, stays = figure["data"]
    assert arrives["x"] == [3, 0]
    assert stays["base"] == [2030, 2030]
    last = figure["layout"]["xaxis"]["range"][1]
    assert stays["x"] == [last - 2030, last - 2030]


def test_a_step_that_cannot_be_leaves_the_draft(monkeypatch):
    state = {"view": here().view}
    monkeypatch.setattr(build_state.st, "session_state", state)
    build_state.do(lambda made: made.with_lever("B01"))
    build_state.do(lambda made: made.with_argument("B01", "rate_change", 9.0))
    assert build_state.error() is not None
    assert build_state.error() is None
    assert build_state.draft().call("B01").arguments == {}
    assert state["view"].draft == build_state.draft().link()


def test_a_name_is_kept_short_and_the_draft_saved_only_as_it_stands(monkeypatch):
    state = {"view": here().view}
    monkeypatch.setattr(build_state.st, "session_state", state)
    build_state.rename("x" * 200)
    assert len(build_state.name("")) == 80
    build_state.do(lambda made: made.with_lever("B01"))
    build_state.mark_saved()
    assert build_state.is_saved()
    build_state.do(lambda made: made.with_argument("B01", "rate_change", 0.2))
    assert not build_state.is_saved()


def test_a_draft_without_end_stays_out_of_the_link(monkeypatch):
    state = {"view": here().view}
    monkeypatch.setattr(build_state.st, "session_state", state)
    long = draft("B01")
    monkeypatch.setattr(Draft, "link", lambda _self: None)
    build_state.keep(replace(build_state.history(), draft=long))
    assert build_state.draft() == long
    assert state["view"].draft == ""


@pytest.mark.parametrize(("language", "words"), [("zh", "改动太多，链接放不下"), ("en", "Too many changes for a link")])
def test_a_draft_too_long_for_a_link_says_so_on_the_page_and_beside_the_link(language, words):
    kept = {"draft_history": History(Draft().with_lever("F01")), "draft_link": ""}  # in the session, not in the address
    app = open_page("build", session={**kept, "ctx_share": True}, lang=language)
    assert "d" not in app.query_params
    assert words in html(app)
    assert words in app.warning[0].value
    other = open_page("build", session={"ctx_share": True}, d=Draft().with_lever("F01").link(), lang=language)
    assert words not in html(other)
    assert not other.warning
