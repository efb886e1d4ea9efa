"""The budget workbook: formulas that foot, locked headers, and the way back after a planner's edits."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

import poolcast
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.approved_budget import read_approved_budget
from poolcast.budget.reading_statement import read_statement
from poolcast.budget.statement_cells import ROUNDING, StatementCell, cells_of
from poolcast.budget.statement_memory import SHEET
from poolcast.parameters.errors import ResultError
from poolcast.reporting.budget_workbook import write_budget_workbook

CHINA = "000000"


@pytest.fixture(scope="module")
def made() -> AnnualBudget:
    return budget(poolcast.load_assumptions("china"))


@pytest.fixture(scope="module")
def written(made: AnnualBudget, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("book") / "budget.xlsx"
    write_budget_workbook(path, made, CHINA, "zh")
    return path


@pytest.fixture(scope="module")
def cells(made: AnnualBudget) -> dict[tuple[str, str, str], StatementCell]:
    return {(one.ledger, one.line, one.column): one for one in cells_of(made.statements[CHINA], 2025)}


def edited(written: Path, folder: Path, changes: dict[tuple[str, str], object]) -> Path:
    book = load_workbook(written)
    for (sheet, address), value in changes.items():
        book[sheet][address].value = value
    path = folder / "edited.xlsx"
    book.save(path)
    return path


class Excel:
    """Just enough of a spreadsheet to compute the formulas that the workbook holds."""

    def __init__(self, path: Path) -> None:
        self.book = load_workbook(path)

    def value(self, sheet: str, address: str) -> float:
        found = self.book[sheet][address].value
        if not isinstance(found, str) or not found.startswith("="):
            return 0.0 if found is None else found
        text = found[1:]
        if match := re.fullmatch(r"SUM\((.*)\)", text):
            return sum(self.value(sheet, one) for one in match[1].split(","))
        if match := re.fullmatch(r"IF\((\w+)>0,12\*(\w+)/(\w+),\"\"\)", text):
            return 12 * self.value(sheet, match[2]) / self.value(sheet, match[3])
        total = 0.0
        for sign, other, cell in re.findall(r"([+-]?)(?:(\w+)!)?([A-Z]+\d+)", text):
            total += (-1 if sign == "-" else 1) * self.value(other or sheet, cell)
        return total


def test_an_untouched_workbook_gives_the_statement_back_to_the_bit(made: AnnualBudget, written: Path) -> None:
    read = read_statement(written)
    wanted = made.statements[CHINA]
    np.testing.assert_array_equal(read.statement.amounts, wanted.amounts)
    assert read.edits == ()
    assert read.statement.columns == wanted.columns
    assert read.statement.lines == wanted.lines
    assert (read.set_name, read.scenario) == ("china", "baseline")


def test_formulas_make_the_figures_shown_and_these_foot_exactly(made: AnnualBudget, written: Path, cells) -> None:
    excel = Excel(written)
    shown = made.statements[CHINA].displayed(ROUNDING)
    assert shown.misfits(1e-6 * ROUNDING) == ()
    for cell in cells.values():
        value = excel.value(cell.ledger, cell.address)
        assert value == pytest.approx(cell.shown, rel=1e-12, abs=1e-6 if not cell.line.startswith("B4") else 1e-4), cell
    assert sum(cell.kind == "formula" for cell in cells.values()) > 250


def test_only_inputs_are_unlocked(written: Path, cells) -> None:
    book = load_workbook(written)
    inputs = {(one.ledger, one.address) for one in cells.values() if one.kind == "input"}
    for sheet in book.worksheets:
        if sheet.title == SHEET:
            assert sheet.sheet_state == "veryHidden"
            continue
        assert sheet.protection.sheet, sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked and cell.value is not None:
                    assert (sheet.title, cell.coordinate) in inputs
    for ledger, address in inputs:
        assert not book[ledger][address].protection.locked
    assert not any(one.kind == "input" and one.column == "outcome" for one in cells.values())


def test_a_planners_edit_becomes_the_new_draft(made: AnnualBudget, written: Path, cells, tmp_path: Path) -> None:
    changes = {
        ("EPF", cells["EPF", "E1.1", "draft"].address): 76_000_000,
        ("EPF", cells["EPF", "R1.9", "draft"].address): "-15000000",
        ("RPF", cells["RPF", "E2", "outlook"].address): 9_000_000.5,
        ("EPF", "J28"): "按住院结算口径调增",
    }
    path = edited(written, tmp_path, changes)
    read, before = read_statement(path), made.statements[CHINA]
    after = read.statement
    assert [(one.ledger, one.line, one.column) for one in read.edits] == [
        ("EPF", "R1.9", "draft"),
        ("EPF", "E1.1", "draft"),
        ("RPF", "E2", "outlook"),
    ]
    assert read.edits[1].cell == "EPF!E28"
    assert read.edits[1].note == "按住院结算口径调增"
    assert after.misfits(0.01) == ()
    assert after.value("E1.1", "EPF") == 7.6e11
    assert after.value("E", "EPF") == pytest.approx(before.value("E", "EPF") + 7.6e11 - before.value("E1.1", "EPF"))
    assert after.value("R4/EPF", "EPA") == 1.5e11  # the other side of the split
    moved = 9_000_000.5e4 - before.value("E2", "RPF", "outlook")
    assert after.value("R4/RPF", "CII", "outlook") == 9_000_000.5e4
    for column in ("outlook", "draft", "plan_2", "plan_3"):
        change = after.value("B3", "RPF", column) - before.value("B3", "RPF", column)
        assert change == pytest.approx(-moved)
    assert after.value("E1.2", "EPF") == before.value("E1.2", "EPF")  # untouched figures stay unrounded
    excel = Excel(path)
    book = load_workbook(path)
    book["EPF"][cells["EPF", "R1.9", "draft"].address].value = -15_000_000.0
    excel.book = book
    for cell in cells.values():
        scale = 1 if cell.line.startswith("B4") else 1e4
        wanted = after.value(cell.line, cell.ledger, cell.column) / scale
        assert excel.value(cell.ledger, cell.address) == pytest.approx(wanted, rel=1e-9, abs=0.06), cell


WRONG: dict[tuple[str, str, str], tuple[object, str]] = {
    ("EPF", "E1.1", "draft"): ("abc", "abc"),
    ("EPF", "E1.2", "draft"): ("=F27*2", "never evaluated"),
    ("EPF", "E1.3", "draft"): (None, "an empty cell"),
    ("EPF", "E1.4", "draft"): (-5, "-5.00"),
    ("EPF", "E1.5", "draft"): (True, "True"),
    ("EPF", "E", "draft"): (1.0, "in place of a sum"),
    ("EPF", "E", "plan_2"): ("=F9+1", "never evaluated"),
    ("EPF", "R", "outcome"): ("=SUM(C9)", "never evaluated"),
    ("EPF", "E1.1", "outcome"): (1.0, "1.00"),
    ("RPF", "E", "plan_2"): (7, "in place of a sum"),
    ("EPA", "R4/EPF", "draft"): (None, "an empty cell"),
}


def test_all_that_is_wrong_is_named_with_its_cell_at_once(written: Path, cells, tmp_path: Path) -> None:
    changes = {(cells[where].ledger, cells[where].address): value for where, (value, _) in WRONG.items()}
    changes |= {("LTCI", "A9"): "R9", ("EPA", "C6"): 2024}
    with pytest.raises(ResultError) as error:
        read_statement(edited(written, tmp_path, changes))
    found = {str(problem.column): problem.found for problem in error.value.problems}
    assert len(found) == len(error.value.problems) == len(changes)
    for where, (_, words) in WRONG.items():
        assert words in found[f"{where[0]}!{cells[where].address}"], where
    assert found["LTCI!A9"] == "'R9'"
    assert found["EPA!C6"] == "'2024'"


def test_a_sum_overwritten_by_what_it_is_passes(written: Path, cells, tmp_path: Path) -> None:
    cell = cells["RPF", "E", "draft"]
    assert read_statement(edited(written, tmp_path, {("RPF", cell.address): cell.shown})).edits == ()


def test_other_files_are_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.save(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_text("no workbook")
    for name in ("other.xlsx", "text.xlsx", "absent.xlsx"):
        with pytest.raises(ResultError):
            read_statement(tmp_path / name)


def test_a_unit_mistaken_is_remarked_upon(written: Path, cells, tmp_path: Path) -> None:
    cell = cells["RPF", "E1.1", "draft"]
    read = read_statement(edited(written, tmp_path, {("RPF", cell.address): cell.exact}))
    assert "10,000 times" in read.remarks[0].en


def test_last_years_draft_is_this_years_budget(made: AnnualBudget, written: Path, cells, tmp_path: Path) -> None:
    path = edited(written, tmp_path, {("RPF", cells["RPF", "E1.1", "draft"].address): 80_000_000})
    found = read_approved_budget(path, made.accounts, 2027)
    assert found.amounts[CHINA, "RPF", "E1.1"] == 8e11
    assert found.amounts[CHINA, "RPF", "R"] == made.statements[CHINA].value("R", "RPF")
    with pytest.raises(ResultError):
        read_approved_budget(path, made.accounts, 2026)


def test_the_other_sheets_and_the_synthetic_mark(written: Path, tmp_path: Path) -> None:
    names = load_workbook(written).sheetnames
    for name in (
        "预算草案",
        "校验",
        "增减原因",
        "S1",
        "S2",
        "S3",
        "S4",
        "S5",
        "S6",
        "S7",
        "S8",
        "风险预警",
        "编制说明",
    ):
        assert name in names
    hebei = budget(poolcast.load_assumptions("hebei"))
    write_budget_workbook(tmp_path / "h.xlsx", hebei, "130200", "en")
    book = load_workbook(tmp_path / "h.xlsx", data_only=True)
    for sheet in book.worksheets:
        if sheet.title != SHEET:
            assert "ynthetic data" in str(sheet["A3"].value)
    chinese = re.compile("[\u4e00-\u9fff]")
    allowed = {"万元", "亿元"}
    for name in ("Draft", "EPF", "Checks", "Reasons", "Warnings", "About"):
        for row in book[name].iter_rows(values_only=True):
            for value in row:
                words = str(value)
                for one in allowed:
                    words = words.replace(one, "")
                assert not chinese.search(words), (name, value)
    checks = {
        row[0]: row[2]
        for row in load_workbook(tmp_path / "h.xlsx", data_only=True)["Checks"].iter_rows(5, values_only=True)
    }
    assert checks["RPF 2027: revenue covers expenditure"] == "DOES NOT HOLD"
    assert checks["EPF to EPA, 2027: both sides"] == "holds"
