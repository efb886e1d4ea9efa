"""What is wrong is said in the language of the page, and no folder of the server with it."""

import pytest
from streamlit.testing.v1 import AppTest

from poolcast.parameters.errors import Problem, ResultError
from tests.dashboard.opening import open_page


def said(language):
    def script(language):
        from poolcast.dashboard.parts.problems import problem_list
        from poolcast.parameters.errors import AssumptionError, Problem

        remedy = "Save it as .xlsx, or as CSV UTF-8."
        problem = Problem("/srv/secret/months.xlsx", "no header", "a number", remedy, sheet="EPF", cell="B7", row=3)
        problem_list(AssumptionError(problem), language)

    app = AppTest.from_function(script, args=(language,)).run()
    assert not app.exception
    return app.text[0].value


@pytest.mark.parametrize(("language", "words"), [
    ("zh", ["工作表 EPF", "单元格 B7", "第 3 行", "没有表头", "数字", "请另存为 .xlsx"]),
    ("en", ["sheet EPF", "cell B7", "line 3", "no header", "a number", "Save it as .xlsx"]),
])  # fmt: skip
def test_place_found_allowed_and_remedy(language, words):
    text = said(language)
    assert all(word in text for word in words), text
    assert "secret" not in text


@pytest.mark.parametrize("kind", ["known", "accident"])
def test_what_goes_wrong_in_a_part_that_runs_by_itself_is_said_there(kind, caplog):
    def script(kind):
        import streamlit as st

        from poolcast.dashboard import session
        from poolcast.dashboard.parts.looking import looking
        from poolcast.parameters.errors import Problem, ResultError

        session.begin()

        def draw():
            if kind == "known":
                raise ResultError(Problem("months", "no header", "a number", "Round it."))
            raise ZeroDivisionError("nobody is to read this")

        looking(lambda: False)(draw)()
        st.text("the rest of the page")

    app = AppTest.from_function(script, args=(kind,)).run()
    assert not app.exception
    said = [one.value for one in (*app.text, *app.warning)]
    assert "the rest of the page" in said
    assert "nobody is to read this" not in " ".join(said)
    if kind == "known":
        assert any("没有表头" in one for one in said)
    else:
        assert "ZeroDivisionError" in caplog.text
        code = caplog.records[-1].getMessage().rpartition("code ")[2]
        assert any(code in one for one in said)


def test_what_was_refused_before_the_page_was_drawn_is_said_on_it():
    wrong = ResultError(Problem("queue", "80 jobs are waiting", "at most 80", "Try again."))
    app = open_page("help", session={"wrong": wrong}, lang="en")
    assert any("80 jobs are waiting" in text.value for text in app.text)
    assert not any("80 jobs are waiting" in text.value for text in app.run().text)
