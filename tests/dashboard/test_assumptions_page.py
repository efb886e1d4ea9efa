"""The page of assumptions: every control, what is typed into the grid, and files that are sent."""

import io
import json

import openpyxl
import pytest

from poolcast.dashboard.services import assumption_files
from poolcast.dashboard.services.assumption_files import template_bytes
from poolcast.dashboard.services.sets import load_set
from tests.dashboard.opening import PAGES, html, open_page


def grid_of(app):
    return app.session_state["assume_grid"]


def own_sets(app):
    return app.session_state["own_sets"] if "own_sets" in app.session_state else {}  # noqa: SIM401 - it has no get


def write(app, place, value):
    """Type a number into a row of the grid, as the browser reports it."""
    states = app._tree.get_widget_states()
    name = grid_of(app).key
    (element,) = (one for one in app.dataframe if one.proto.id.endswith(name))
    state = states.widgets.add()
    state.id = element.proto.id
    state.string_value = json.dumps({"edited_rows": {place: {"mine": value}}, "added_rows": [], "deleted_rows": []})
    app._run(states)
    assert not app.exception
    return app


def place_of(app, name):
    return next(number for number, row in enumerate(grid_of(app).rows) if row.parameter == name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_edit_becomes_a_set_of_the_session_that_every_page_uses(language):
    app = open_page("assumptions", set="china", lang=language)
    before = load_set("china")
    assert grid_of(app).frame["mine"][place_of(app, "revenue.collection_rate")] == 98
    write(app, place_of(app, "revenue.collection_rate"), 95)
    own = app.session_state["own_sets"]["china"]
    assert own.assumptions["revenue.collection_rate"][0, -1] == 0.95
    assert {"zh": "（我的修改）", "en": "(my changes)"}[language] in own.title.in_language(language)
    assert "pc-worse" in html(app)
    app.switch_page(str(PAGES / "help.py")).run()
    assert own.digest in html(app)
    app.switch_page(str(PAGES / "assumptions.py")).run()
    assert grid_of(app).frame["mine"][place_of(app, "revenue.collection_rate")] == 95
    app.button(key=f"assume_restore_all@{language}").click().run()
    assert not own_sets(app)
    assert load_set("china").digest == before.digest


def test_changes_of_one_set_stay_while_the_reader_looks_at_another_and_changes_that_too():
    app = open_page("assumptions", set="china")
    write(app, place_of(app, "revenue.collection_rate"), 95)
    pick_set(app, "hebei")
    place = place_of(app, "revenue.collection_rate")
    assert grid_of(app).frame["mine"][place] == grid_of(app).frame["shipped"][place] > 95
    write(app, place_of(app, "revenue.collection_rate"), 97)
    assert list(own_sets(app)) == ["china", "hebei"]
    pick_set(app, "china")
    held = app.session_state["assume_changes"]["china"]
    assert list(held.parameters) == ["revenue.collection_rate"]
    place = place_of(app, "revenue.collection_rate")
    assert grid_of(app).frame["mine"][place] == 95
    assert grid_of(app).frame["shipped"][place] == 98
    app.button(key="ctx_undo").click().run()
    assert list(own_sets(app)) == ["hebei"]


def pick_set(app, name):
    """Choose a set in the bar, whose box has another key once a set is the reader's own."""
    (box,) = (one for one in app.selectbox if one.key.startswith("set"))
    box.set_value(name).run()
    assert not app.exception


def test_going_back_in_the_bar_forgets_the_changes():
    app = open_page("assumptions", set="china")
    write(app, place_of(app, "revenue.collection_rate"), 95)
    app.button(key="ctx_undo").click().run()
    assert not own_sets(app)
    assert not app.session_state["assume_changes"]["china"].values
    assert grid_of(app).frame["mine"][place_of(app, "revenue.collection_rate")] == 98


def test_a_number_out_of_bounds_is_not_taken_and_the_grid_shows_the_old_one():
    app = open_page("assumptions", set="china")
    key = grid_of(app).key
    write(app, place_of(app, "revenue.collection_rate"), 120)
    assert not own_sets(app)
    assert "没有采用" in html(app)
    assert "50 – 100" in html(app)
    assert grid_of(app).key != key


def test_changes_that_contradict_each_other_wait():
    app = open_page("assumptions", set="china")
    write(app, place_of(app, "resident.subsidy_share"), 60)
    assert "改动尚未生效" in html(app)
    assert not own_sets(app)


def test_filters_search_and_headings():
    app = open_page("assumptions", set="hebei", region="130200", lang="en")
    app.radio(key="assume_section@en").set_value("people").run()
    assert grid_of(app).rows[0].parameter.startswith("population.")
    (control,) = (one for one in app.segmented_control if one.key.startswith("assume_filter"))
    control.set_value("weak").run()
    assert not app.exception
    (control,) = (one for one in app.segmented_control if one.key.startswith("assume_filter"))
    control.set_value("changed").run()
    assert "Nothing is changed yet" in html(app)
    app.text_input(key="assume_search@en").set_value("elasticity").run()
    assert {row.parameter for row in grid_of(app).rows} >= {"behaviour.own_price_elasticity"}
    app.text_input(key="assume_search@en").set_value("<b>nothing</b>").run()
    assert "&lt;b&gt;nothing" in html(app)


def test_a_trial_tells_the_effect_without_changing_anything():
    app = open_page("assumptions", set="china", lang="en")
    app.button(key="assume_try@en").click().run()
    assert "With a change of +1 pt" in html(app)
    assert "pc-better" in html(app)
    assert not app.session_state["assume_changes"]["china"].values


def test_another_parameter_is_shown_beside_the_grid():
    app = open_page("assumptions", set="china", lang="en")
    line = next(row for row in grid_of(app).rows if row.parameter == "revenue.employee_rate").key.rsplit(";", 1)[0]
    app.selectbox(key="assume_line@en").set_value(line).run()
    assert "revenue.employee_rate" in html(app)
    assert "grade" in html(app)


def send(app, content, name):
    """Hand a file to the page, as its uploader does."""
    sent = assumption_files.read(content, name)
    app.session_state["assume_file"] = sent
    app.run()
    assert not app.exception
    return sent


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_broken_file_lists_its_problems_and_loads_nothing(language):
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(1, 1, "en")))
    book.create_sheet("<i>mine")
    stream = io.BytesIO()
    book.save(stream)
    app = open_page("assumptions", set="china", lang=language)
    sent = send(app, stream.getvalue(), "<b>mine.xlsx")
    assert sent.problems
    assert "&lt;b&gt;mine.xlsx" in html(app)
    assert "<b>mine.xlsx" not in html(app)
    (table,) = (one.value for one in app.dataframe if len(one.value.columns) == 5)
    assert len(table) == len(sent.problems)
    assert not own_sets(app)
    app.button(key=f"assume_dismiss@{language}").click().run()
    assert "assume_file" not in app.session_state
