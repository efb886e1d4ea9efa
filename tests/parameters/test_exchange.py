"""A set goes out as one file and comes back without loss; what is wrong with a file is said at its cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange import layout
from poolcast.parameters.exchange.annotation import annotate
from poolcast.parameters.exchange.export import export_bytes, export_set
from poolcast.parameters.exchange.importing import import_set, read_upload
from poolcast.parameters.exchange.layout import SheetTable
from poolcast.parameters.exchange.safe_files import LIMITS, unpack
from poolcast.parameters.exchange.sheets import read_sheets
from poolcast.parameters.exchange.writing import write_book
from poolcast.parameters.location import find_set
from poolcast.parameters.set_file import SetFile, read_set_file
from poolcast.parameters.tables import read_table, table_files
from tests.fixtures.minimal_set import minimal_set, write_minimal_set


def same(one: Assumptions, other: Assumptions) -> None:
    """Two sets hold the same values, to the last bit, with the same words behind them."""
    assert one.digest() == other.digest()
    assert one.provenance == other.provenance
    assert dict(one.sources) == dict(other.sources)
    for name in ("title", "description", "synthetic", "pools", "regions", "parents", "options"):
        assert getattr(one, name) == getattr(other, name)


def same_head(folder: Path, other: Path) -> None:
    """``set.yaml`` says the same, whatever the order of its lines."""
    first, second = (vars(read_set_file(place, [])) for place in (folder, other))
    left_out = {"file", "based_on_line", "levels", "chains"}
    assert {key: first[key] for key in first.keys() - left_out} == {key: second[key] for key in first.keys() - left_out}


def there_and_back(folder: Path | str, place: Path, ending: str = ".xlsx", language: str = "zh") -> Path:
    file, back = place / f"sent{ending}", place / f"back{ending}"
    sent = export_set(folder, file, language=language)
    same(sent, import_set(file, back).assumptions)
    same_head(find_set(folder), back)
    return back


@pytest.mark.parametrize(
    ("name", "ending"),
    [("china", ".xlsx"), pytest.param("hebei", ".xlsx", marks=pytest.mark.long), ("hebei", ".zip")],
)
def test_the_shipped_sets_come_back_as_they_went(name: str, ending: str, tmp_path: Path) -> None:
    back = there_and_back(name, tmp_path, ending)
    given = [sorted(len(read_table(file, [])) for file in table_files(place)) for place in (find_set(name), back)]
    assert given[0] == given[1]  # rows of history too


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_set_with_every_ledger_and_a_pool_comes_back(language: str, tmp_path: Path) -> None:
    content = minimal_set(
        regions=["A", "B"], parents={"A": "P", "B": "P"}, ledgers=LEDGERS, options={"adjustment_fund": "both"}
    )
    content.document["pools"] = [{"code": "X", "name": {"en": "Pool, of two", "zh": "共同基金"}, "members": ["A", "B"]}]
    content.document["short"] = {"en": "Two", "zh": "两地"}
    content.document["regions"][0]["tile"] = [3, 0]
    content.document["title"] = {"en": 'Quotes " and: colons', "zh": "=公式"}
    folder = content.write(tmp_path / "many")
    there_and_back(folder, tmp_path, language=language)


NASTY = st.sampled_from(
    [
        "=1+1",
        "+1",
        "-2 as before",
        "@SUM(A1)",
        "'quoted",
        "'=1",
        "line\nbreak",
        'say "so", he said',
        "逗号,中文",
        "a\tb",
        "<&>",
    ]
)
ROWS = st.lists(st.tuples(st.floats(-1e15, 1e15, allow_nan=False), NASTY), min_size=1, max_size=40)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_whatever_a_planner_writes_comes_back(rows: list[tuple[float, str]], tmp_path: Path) -> None:
    table = SheetTable(
        "mine", ("parameter", "value", "note"), [("revenue.employer_rate", repr(value), note) for value, note in rows]
    )
    file = tmp_path / "mine.xlsx"
    write_book(file, SetFile("", name="mine"), [table], "en", [])
    problems: list[Problem] = []
    read = read_sheets(file.read_bytes(), "mine.xlsx", LIMITS, problems)
    assert read is not None
    assert not problems
    (sheet,) = (sheet for sheet in read[0] if sheet.kind == "table")
    assert [(float(words[1]), words[2]) for _, words in sheet.rows] == rows
    assert b"<f>" not in b"".join(
        data for name, data in (unpack(file.read_bytes(), "", LIMITS, []) or {}).items() if "worksheets" in name
    )


def test_notes_survive_three_journeys(tmp_path: Path) -> None:
    content = minimal_set()
    content.rows[0]["note"] = "=HYPERLINK(1)"
    content.rows[1]["note"] = "'- already guarded"
    folder = content.write(tmp_path / "one")
    texts = []
    for number in range(3):
        back = tmp_path / f"back{number}"
        import_set(_exported(folder, tmp_path / f"{number}.xlsx"), back)
        (table,) = table_files(back)
        texts.append([row["note"] for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8")))])
        folder = back
    assert texts[0] == texts[1] == texts[2]
    assert texts[0][0] == "'=HYPERLINK(1)"  # a spreadsheet that opens the table sees a text
    assert layout.unguarded(texts[0][0]) == "=HYPERLINK(1)"


def _exported(folder: Path, file: Path) -> Path:
    export_set(folder, file)
    return file


def test_text_that_begins_like_a_formula_is_marked_as_text(tmp_path: Path) -> None:
    content = minimal_set()
    content.rows[0]["note"] = "=1+1"
    book = openpyxl.load_workbook(io.BytesIO(export_bytes(content.write(tmp_path / "one"))))
    (cell,) = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_a_number_that_the_file_format_would_cut_is_kept(tmp_path: Path) -> None:
    exact = 0.1 + 0.2  # seventeen digits
    folder = write_minimal_set(tmp_path / "one", values={"inpatient.in_policy_share": exact})
    found = read_upload(export_bytes(folder), "x.xlsx").assumptions
    assert set(np.unique(found["inpatient.in_policy_share"])) == {exact}


def test_headers_are_protected_and_cells_are_open(book) -> None:  # type: ignore[no-untyped-def]
    sheet, columns = book.table, book.column
    assert sheet.protection.sheet
    assert sheet.cell(4, 1).protection.locked
    assert not sheet.cell(5, columns["value"]).protection.locked
    assert (sheet.cell(2, columns["evidence"]).value, sheet.cell(3, columns["evidence"]).value) == ("Evidence", "依据")
    assert sheet.cell(5, columns["year"]).value is None or isinstance(sheet.cell(5, columns["year"]).value, int)


def test_bounds_and_choices_of_the_declarations_stand_in_excel(book) -> None:  # type: ignore[no-untyped-def]
    sheet, columns = book.table, book.column
    row = next(number for number in range(5, sheet.max_row) if sheet.cell(number, 1).value == "revenue.employer_rate")
    rules = [
        rule
        for rule in sheet.data_validations.dataValidation
        if sheet.cell(row, columns["value"]).coordinate in rule.sqref and rule.type == "decimal"
    ]
    assert [(float(rule.formula1), float(rule.formula2)) for rule in rules] == [(0.0, 0.2)]
    assert "fraction of one: 0 … 0.2" in rules[0].prompt
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert any(sheet.cell(row, columns["evidence"]).coordinate in rule.sqref for rule in lists)


# -- problems at their cells --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The workbook of a minimal set."""
    return export_bytes(write_minimal_set(tmp_path_factory.mktemp("sets") / "minimal"), language="en")


@pytest.fixture
def book(exported: bytes):  # type: ignore[no-untyped-def]
    """An open workbook of a minimal set, and a way to send it."""
    made = openpyxl.load_workbook(io.BytesIO(exported))

    def send() -> bytes:
        out = io.BytesIO()
        made.save(out)
        return out.getvalue()

    made.send = send
    made.table = next(sheet for sheet in made.worksheets if sheet["A1"].value == "poolcast:table")
    made.column = {cell.value: cell.column for cell in made.table[4]}
    made.of = {sheet["B1"].value: sheet for sheet in made.worksheets}
    return made


def row_of(sheet, parameter: str) -> int:  # type: ignore[no-untyped-def]
    return next(number for number in range(5, sheet.max_row + 1) if sheet.cell(number, 1).value == parameter)


def refused(content: bytes, name: str = "mine.xlsx") -> list:  # type: ignore[type-arg]
    with pytest.raises(AssumptionError) as caught:
        read_upload(content, name)
    return list(caught.value.problems)


def test_every_problem_is_said_at_once_at_its_cell(book) -> None:  # type: ignore[no-untyped-def]
    table, column = book.table, book.column
    wanted = {}

    def spoil(parameter: str, name: str, value: object, words: str) -> None:
        cell = table.cell(row_of(table, parameter), column[name])
        cell.value = value
        wanted[table.title, cell.coordinate] = words

    spoil("revenue.employer_rate", "value", 8, "8 for revenue.employer_rate")
    spoil("revenue.employee_rate", "unit", "percent", "the unit 'percent'")
    spoil("revenue.flexible_rate", "parameter", "revenue.flexible_rte", "an unknown parameter 'revenue.flexible_rte'")
    spoil("economy.average_wage", "value", "8.4万", "'8.4万'")
    spoil("inpatient.deductible", "source", "NOWHERE", "an unknown source 'NOWHERE'")
    spoil("outpatient.deductible", "value", "=10*20", "a formula")
    spoil("resident.subsidy", "value", "#N/A", "an error value")
    base_year = book.of["set"].cell(row_of(book.of["set"], "base_year"), 2)
    base_year.value = 1800
    wanted[book.of["set"].title, base_year.coordinate] = "1800"
    book.of["regions"]["E5"].value = "perhaps"
    wanted[book.of["regions"].title, "E5"] = "perhaps"
    problems = refused(book.send())
    found = {(problem.sheet, problem.cell): problem.found for problem in problems}
    for place, words in wanted.items():
        assert words in found[place], place
    assert all(problem.file == "mine.xlsx" and problem.row is None for problem in problems)
    assert problems[0].place.startswith("mine.xlsx, sheet ")


def test_a_cell_given_twice_names_both_rows_of_the_sheet(book) -> None:  # type: ignore[no-untyped-def]
    first = row_of(book.table, "revenue.employer_rate")
    book.table.append([cell.value for cell in book.table[first]])
    (problem,) = refused(book.send())
    assert f"given first in row {first}" in problem.found
    assert problem.cell == f"{book.table.max_row}:{book.table.max_row}"


@pytest.mark.parametrize(
    ("cell", "words"),
    [("=A1", "a formula"), ("=1/0", "a formula"), (__import__("datetime").date(2026, 10, 14), "a date")],
)
def test_what_is_no_plain_cell_is_refused(book, cell: object, words: str) -> None:  # type: ignore[no-untyped-def]
    at = book.table.cell(row_of(book.table, "revenue.employer_rate"), book.column["value"])
    at.value = cell
    problems = refused(book.send())
    assert [problem.cell for problem in problems if problem.found.startswith(words)] == [at.coordinate]
    assert all(problem.zh for problem in problems if problem.found.startswith(words))


def test_a_planners_own_sheet_and_columns_are_left_alone(book) -> None:  # type: ignore[no-untyped-def]
    own = book.create_sheet("scratch")
    own["A1"] = "=1+1"
    free = max(book.column.values()) + 1
    book.table.cell(4, free).value = "#mine"
    book.table.cell(5, free).value = "=2+2"
    found = read_upload(book.send(), "mine.xlsx")
    assert found.ignored == ("scratch",)


def test_a_column_without_a_name_is_not_dropped_in_silence(book) -> None:  # type: ignore[no-untyped-def]
    free = max(book.column.values()) + 1
    book.table.cell(5, free).value = 12
    (problem,) = refused(book.send())
    assert "a column without a name" in problem.found


def test_renamed_and_moved_sheets_are_found(book) -> None:  # type: ignore[no-untyped-def]
    book.table.title = "我的表"
    book.move_sheet(book.table, -3)
    assert read_upload(book.send(), "mine.xlsx").ignored == ()


def test_a_bad_file_leaves_no_folder(tmp_path: Path, book) -> None:  # type: ignore[no-untyped-def]
    book.table.cell(row_of(book.table, "revenue.employer_rate"), book.column["value"]).value = 8
    file = tmp_path / "bad.xlsx"
    file.write_bytes(book.send())
    with pytest.raises(AssumptionError):
        import_set(file, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".poolcast-partial-*"))


def test_a_folder_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    folder = write_minimal_set(tmp_path / "one")
    export_set(folder, tmp_path / "one.xlsx")
    with pytest.raises(AssumptionError, match="which is there already"):
        import_set(tmp_path / "one.xlsx", folder)
    with pytest.raises(AssumptionError, match="which is there already"):
        export_set(folder, tmp_path / "one.xlsx")


# -- the annotated copy -------------------------------------------------------------------------------------------


def test_the_annotated_copy_marks_the_cells_and_nothing_else(book) -> None:  # type: ignore[no-untyped-def]
    table, column = book.table, book.column
    bad = table.cell(row_of(table, "revenue.employer_rate"), column["value"])
    bad.value = 8
    table.cell(6, column["note"]).value = "=not a formula"
    table.cell(6, column["note"]).data_type = "s"
    sent = book.send()
    problems = refused(sent)
    copy = annotate(sent, problems, language="zh")
    marked, before = openpyxl.load_workbook(io.BytesIO(copy)), openpyxl.load_workbook(io.BytesIO(sent))
    cell = marked[table.title][bad.coordinate]
    assert cell.fill.start_color.rgb == "FFFFC7CE"
    assert "0.08" in cell.comment.text
    assert "现在是" in cell.comment.text
    assert marked.worksheets[0].title.startswith("problems")
    for sheet in before.worksheets:
        twin = marked[sheet.title]
        assert len(twin.data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        assert twin.protection.sheet == sheet.protection.sheet
        for row in sheet.iter_rows():
            for one in row:
                other = twin[one.coordinate]
                if one.value is None:
                    assert other.value is None
                    continue
                assert (other.value, other.data_type, other.number_format) == (
                    one.value,
                    one.data_type,
                    one.number_format,
                )
                if one.coordinate != bad.coordinate or sheet.title != table.title:
                    assert other.fill.start_color.rgb == one.fill.start_color.rgb
                    assert (other.comment is None) == (one.comment is None)
    assert len(refused(copy)) == len(problems)  # the list in front is not read
    marked[table.title][bad.coordinate].value = 0.08
    out = io.BytesIO()
    marked.save(out)
    assert read_upload(out.getvalue(), "mended.xlsx").ignored == ()


def test_an_annotated_copy_may_be_annotated_again(book) -> None:  # type: ignore[no-untyped-def]
    book.table.cell(row_of(book.table, "revenue.employer_rate"), book.column["value"]).value = 8
    sent = book.send()
    problems = refused(sent)
    again = openpyxl.load_workbook(io.BytesIO(annotate(annotate(sent, problems), problems)))
    assert sum(sheet["A1"].value == "poolcast:problems" for sheet in again.worksheets) == 1
