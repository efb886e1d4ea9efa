"""What is wrong is said in the language of the page, and no folder of the server with it."""

import pytest
from streamlit.testing.v1 import AppTest


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
