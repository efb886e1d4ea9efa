"""Workbooks as planners make them: merged cells, copies of sheets, keys twice, names that are paths."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from poolcast.cli import main
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange.annotation import annotate
from poolcast.parameters.exchange.export import export_set
from poolcast.parameters.exchange.importing import read_upload
from poolcast.parameters.exchange.template import write_template
from tests.fixtures.minimal_set import write_minimal_set


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("book")
    export_set(write_minimal_set(folder / "one"), folder / "one.xlsx", language="en")
    return (folder / "one.xlsx").read_bytes()


@pytest.fixture
def book(sent: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(sent))


def sheet_of(book: openpyxl.Workbook, word: str):  # type: ignore[no-untyped-def]
    return next(sheet for sheet in book.worksheets if sheet.title.split(" ")[0] == word)


def content_of(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refused(book: openpyxl.Workbook) -> list[Problem]:
    with pytest.raises(AssumptionError) as caught:
        read_upload(content_of(book), "mine.xlsx")
    return list(caught.value.problems)


def test_a_copy_of_a_sheet_is_not_dropped_in_silence(book: openpyxl.Workbook) -> None:
    for word in ("regions", "set"):
        book.copy_worksheet(sheet_of(book, word)).title = f"备份 {word}"
    found = {problem.sheet: problem for problem in refused(book)}
    assert set(found) == {"备份 regions", "备份 set"}
    assert "a second sheet of the kind 'regions'" in found["备份 regions"].found
    assert all(problem.cell == "A1" and problem.zh for problem in found.values())


def test_a_key_given_twice_names_the_first_row(book: openpyxl.Workbook) -> None:
    sheet = sheet_of(book, "set")
    first = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 1).value == "base_year")
    last = sheet.max_row + 1
    sheet.cell(last, 1).value, sheet.cell(last, 2).value = "base_year", sheet.cell(first, 2).value
    (problem,) = refused(book)
    assert problem.found == f"the key 'base_year' again, given first in row {first}"
    assert (problem.sheet, problem.cell) == (sheet.title, f"A{last}")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc", "..", "a b", "-rf", "a\nb", "x" * 65])
def test_the_name_of_a_set_is_no_path_and_no_option(book: openpyxl.Workbook, name: str) -> None:
    sheet = sheet_of(book, "set")
    row = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 1).value == "name")
    sheet.cell(row, 2).value = name
    (problem,) = refused(book)
    assert (problem.sheet, problem.cell) == (sheet.title, f"B{row}")
    assert "letters, digits" in problem.allowed
    assert "汉字" in problem.words_in("zh")[1]


@pytest.mark.parametrize("name", ["焦作_2024", "hebei.v2", "A-1"])
def test_names_in_one_word_are_names(book: openpyxl.Workbook, name: str) -> None:
    sheet = sheet_of(book, "set")
    row = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 1).value == "name")
    sheet.cell(row, 2).value = name
    assert read_upload(content_of(book), "mine.xlsx").assumptions.name == name


def test_a_problem_in_merged_cells_is_marked_at_the_first_of_them(book: openpyxl.Workbook) -> None:
    table = next(sheet for sheet in book.worksheets if str(sheet["A1"].value) == "poolcast:table")
    column = next(cell.column for cell in table[4] if cell.value == "value")
    table.merge_cells(start_row=5, end_row=6, start_column=column, end_column=column)
    place = table.cell(6, column).coordinate
    made = annotate(
        content_of(book), [Problem("mine.xlsx", "nothing", "a number", "Fill it.", sheet=table.title, cell=place)]
    )
    marked = openpyxl.load_workbook(io.BytesIO(made))[table.title]
    assert "Fill it." in marked.cell(5, column).comment.text or "请" in marked.cell(5, column).comment.text


def test_a_sign_that_no_workbook_may_hold_is_left_out_of_the_marks(book: openpyxl.Workbook) -> None:
    table = next(sheet for sheet in book.worksheets if str(sheet["A1"].value) == "poolcast:table")
    problem = Problem("mine.xlsx", "'a\x07b'", "a number", "Write a number.", sheet=table.title, cell="A5")
    marked = openpyxl.load_workbook(io.BytesIO(annotate(content_of(book), [problem], language="en")))
    assert "'a b'" in marked[table.title]["A5"].comment.text


LONG = "x" * 300


@pytest.mark.parametrize("words", [
    ["template", "--out", f"{LONG}.xlsx"],
    ["export", "china", "--to", f"{LONG}.xlsx"],
    ["export", "china", "--to", f"{LONG}.zip"],
    ["import", "one.xlsx", "--to", LONG],
])  # fmt: skip
def test_a_place_that_can_never_be_is_refused_and_nothing_is_left(
    words: list[str], sent: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.xlsx").write_bytes(sent)
    assert main(words) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["one.xlsx"]


def test_a_folder_in_which_no_workbook_can_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import xlsxwriter.workbook

    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xlsxwriter.workbook, "ZipFile", full)
    for write in (lambda: write_template(tmp_path / "a.xlsx"), lambda: export_set("china", tmp_path / "b.xlsx")):
        with pytest.raises(AssumptionError, match="No space left on device"):
            write()
    assert not list(tmp_path.iterdir())
