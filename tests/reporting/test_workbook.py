"""The workbook, read back."""

from __future__ import annotations

import openpyxl
import pytest

from poolcast.reporting.outcome import Outcome
from poolcast.reporting.workbook import write_workbook
from tests.fixtures.fake_engine import fake_assumptions
from tests.fixtures.fake_forecast import fake_forecast


def _read(tmp_path, outcomes, language="en", prices="nominal", assumptions=None):
    path = tmp_path / "summary.xlsx"
    write_workbook(path, outcomes, assumptions or fake_assumptions(), language, prices)
    return openpyxl.load_workbook(path)


def _header(sheet):
    return next(row for row in range(1, 9) if sheet.cell(row, 1).font.bold and sheet.cell(row, 2).value)


def _rows(sheet):
    start = _header(sheet)
    names = [cell.value for cell in sheet[start]]
    rows = sheet.iter_rows(min_row=start + 1, values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows if row[0]]


def test_sheets_in_both_languages(tmp_path, outcomes):
    english = _read(tmp_path, outcomes).sheetnames
    assert english == ["Overview", "EPF", "RPF", "MAF", "Members", "Assumptions", "Calibration", "About"]
    chinese = _read(tmp_path, outcomes, "zh").sheetnames
    assert chinese == ["概览", "EPF", "RPF", "MAF", "年末参保人数", "假设", "校准系数", "说明"]


def test_a_ledger_holds_the_accounts_in_100_million_yuan(tmp_path, outcomes):
    sheet = _read(tmp_path, outcomes)["EPF"]
    first = _rows(sheet)[0]
    assert (first["Pooling region"], first["Scenario"], first["Year"]) == ("Northland", "Law in force", 2025)
    assert first["Revenue"] == pytest.approx(18292.91 * 0.75, rel=1e-12)
    assert first["Payable months"] == pytest.approx(31.02, abs=0.01)
    assert len(_rows(sheet)) == 2 * 2 * 11
    cell = sheet.cell(_header(sheet) + 1, 4)
    assert cell.number_format.startswith("#,##0.00")
    assert sheet.freeze_panes == f"D{_header(sheet) + 1}"
    assert "100 million yuan" in sheet["A2"].value


def test_a_ledger_without_reserve_has_empty_cells(tmp_path, outcomes):
    first = _rows(_read(tmp_path, outcomes)["MAF"])[0]
    assert (first["Reserve"], first["Payable months"]) == (None, None)
    assert first["Revenue"] == first["Expenditure"]


def test_the_overview_has_the_years_of_deficit_and_exhaustion(tmp_path, outcomes):
    rows = _rows(_read(tmp_path, outcomes)["Overview"])
    dear = next(row for row in rows if row["Ledger"].startswith("RPF") and row["Scenario"] == "High cost growth")
    assert (dear["First deficit"], dear["Reserve exhausted in"]) == (2026, 2031)
    assert dear["Revenue 2025"] == pytest.approx(11237.72 * 0.75)
    law = next(row for row in rows if row["Ledger"].startswith("EPF"))
    assert law["Reserve exhausted in"] == "not by 2035"
    aid = next(row for row in rows if row["Ledger"].startswith("MAF"))
    assert aid["Reserve exhausted in"] == "—"


def test_shares_of_the_product_are_percentages(tmp_path, outcomes):
    sheet = _read(tmp_path, outcomes, prices="gdp")["EPF"]
    assert 0.005 < _rows(sheet)[0]["Revenue"] < 0.05
    assert sheet.cell(_header(sheet) + 1, 4).number_format == "0.000%"


def test_calibration_marks_what_is_far_from_one(tmp_path, outcomes):
    rows = _rows(_read(tmp_path, outcomes)["Calibration"])
    marked = [row for row in rows if row["Warning"]]
    assert [row["Value"] for row in marked] == [pytest.approx(1.3)] * 2


def test_about_names_digests_evidence_and_only_the_cited_sources(tmp_path, outcomes):
    cells = _read(tmp_path, outcomes)["About"].iter_rows(values_only=True)
    text = "\n".join(str(cell) for row in cells for cell in row)
    assert outcomes[0].forecast.attrs["set_digest"] in text
    assert "https://example.org/bulletin" in text
    assert "Never cited" not in text
    assert "borrowed" in text


def test_about_says_first_what_is_borrowed(tmp_path, outcomes):
    book = _read(tmp_path, outcomes)
    assert "borrowed from" in book["About"]["A1"].value
    assert "borrowed from" not in str(book["EPF"]["A1"].value)


def test_synthetic_data_are_said_in_red_on_every_sheet(tmp_path):
    book = _read(tmp_path, [Outcome.of(fake_forecast(synthetic=1))])
    for sheet in book:
        assert sheet["A1"].value.startswith("Synthetic data"), sheet.title
        assert sheet["A1"].font.color.rgb == "FFC00000"
    assert not _read(tmp_path, [Outcome.of(fake_forecast())])["EPF"]["A1"].value.startswith("Synthetic")


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path):
    forecast = fake_forecast()
    forecast["region_name"] = ("region", ["=1+1", "Southland"])
    sheet = _read(tmp_path, [Outcome.of(forecast)])["EPF"]
    cell = sheet.cell(_header(sheet) + 1, 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
