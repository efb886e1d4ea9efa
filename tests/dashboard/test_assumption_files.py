"""Files of a set: what is taken along reads back as the same set, and what is sent is whole or not at all."""

import io

import openpyxl
import pytest

from poolcast.dashboard.services.assumption_changes import Changes
from poolcast.dashboard.services.assumption_files import Upload, read, template_bytes, workbook_bytes
from poolcast.dashboard.services.assumption_rows import rows_of
from poolcast.dashboard.services.sets import uploaded_set
from tests.dashboard.services_shared import loaded


@pytest.fixture(scope="module")
def changed():
    changes = Changes(loaded(), loaded().title)
    changes = changes.with_value(rows_of(loaded(), "revenue.collection_rate", "000000")[0], 0.95)
    return changes.with_value(rows_of(loaded(), "utilisation.growth", "000000")[0], 0.02)


def test_a_changed_set_reads_back_as_the_same(changed):
    sent = read(workbook_bytes(loaded(), changed.mine, "en", ".zip"), "mine.zip")
    assert not sent.problems
    assert sent.imported.assumptions.digest() == changed.mine.digest
    again = uploaded_set(sent.imported.assumptions, sent.content)
    assert again.title.zh.endswith("（上传）")
    more = Changes(again, again.title).with_value(rows_of(again, "revenue.employer_rate", "000000")[0], 0.09)
    third = read(workbook_bytes(again, more.mine, "en", ".zip", sent), "third.zip")
    assert third.imported.assumptions.digest() == more.mine.content
    assert workbook_bytes(again, again, "zh", ".zip", sent) is sent.content


def broken():
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(1, 1, "en")))
    for sheet in book.worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value == "value":
                    sheet.cell(cell.row + 1, cell.column).value = "95%"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_broken_workbook_has_every_problem_at_its_cell_and_a_copy_that_shows_them():
    sent = read(broken(), "mine.xlsx")
    assert sent.imported is None
    wrong = [problem for problem in sent.problems if "95%" in problem.found]
    assert wrong
    assert all(problem.sheet and problem.cell for problem in wrong)
    marked = openpyxl.load_workbook(io.BytesIO(sent.annotated("zh")))
    assert "0.95" in marked[wrong[0].sheet][wrong[0].cell].comment.text


@pytest.mark.parametrize(("content", "name"), [(b"no workbook", "mine.xlsx"), (b"x", "mine.xlsm"), (b"", "mine.zip")])
def test_what_is_no_workbook_is_refused(content, name):
    sent = read(content, name)
    assert sent.imported is None
    assert sent.problems
    assert sent.annotated("en") is None


def test_only_workbooks_can_be_annotated():
    assert not Upload("tables.zip", b"").is_workbook
