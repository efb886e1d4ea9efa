"""Months from planners' files: what is read, and that everything wrong is found at once with its cell."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import Workbook

from poolcast.budget.month_headers import month_column
from poolcast.budget.reading_months import MonthsRead, read_months
from poolcast.parameters.errors import AssumptionError, Problem


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "months.csv"
    file.write_text(text, encoding=encoding)
    return file


def workbook(folder: Path, rows: list[list[object]], name: str = "months.xlsx") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(folder / name)
    return folder / name


def problems(file: Path, **kwargs: object) -> list[Problem]:
    with pytest.raises(AssumptionError) as error:
        read_months(file, **kwargs)  # type: ignore[arg-type]
    return list(error.value.problems)


def months(read: MonthsRead, line: str, year: int, ledger: str = "", region: str = "") -> list[float]:
    row = read.table([line], year, ledger, region)[0]
    return [float(value) for value in row[np.isfinite(row)]]


@pytest.mark.parametrize(
    ("header", "month", "year", "basis", "unit"),
    [
        ("1月累计(万元)", 1, None, "cumulative", 1e4),
        ("2026-03 cumulative", 3, 2026, "cumulative", 0),
        ("2026年1-3月", 3, 2026, "cumulative", 0),
        ("1-12月累计", 12, None, "cumulative", 0),
        ("10月", 10, None, "", 0),
        ("Mar monthly", 3, None, "monthly", 0),
        ("September 2026", 9, 2026, "", 0),
        ("May (100m yuan, cumulative)", 5, None, "cumulative", 1e8),
        ("３月当月", 3, None, "monthly", 0),
        ("7", 7, None, "", 0),
    ],
)
def test_headers_of_months(header: str, month: int, year: int | None, basis: str, unit: float) -> None:
    found = month_column(header)
    assert found is not None
    assert (found.month, found.year, found.basis, found.unit) == (month, year, basis, unit)


@pytest.mark.parametrize("header", ["13月", "备注", "total", "2026", "0月", "March of time 3"])
def test_what_is_no_month(header: str) -> None:
    found = month_column(header)
    assert found is None or (header.startswith("March") and found.month == 3)


def test_a_chinese_workbook_of_cumulative_figures(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["某市职工医保基金收支月报", None, "2026年度"],
        ["单位:万元"],
        ["项目", "基金", "1月累计", "2月累计", "3月累计", "备注"],
        ["单位缴费", "职工统筹基金", 100, 250.5, 360, "税务"],
        ["住院支出", "EPF", 80, 150, 240, None],
        ["支出合计", "EPF", 90, 180, 270, None],
    ]
    read = read_months(workbook(tmp_path, rows))
    assert months(read, "R1.1", 2026, "EPF") == pytest.approx([1e6, 1.505e6, 1.095e6])
    assert months(read, "E1.1", 2026, "EPF") == pytest.approx([8e5, 7e5, 9e5])
    assert months(read, "E", 2026, "EPF") == pytest.approx([9e5] * 3)
    assert read.years() == (2026,)
    assert read.remarks == ()


def test_an_english_csv_in_long_form_with_history(tmp_path: Path) -> None:
    lines = ["region,ledger,line,year,month,basis,amount (100m yuan)"]
    for year in (2024, 2025, 2026):
        for month in range(1, 13 if year < 2026 else 3):
            lines.append(f"130100,RPF,Premiums of residents,{year},{month},monthly,{month}.5")
    read = read_months(csv_file(tmp_path, "\n".join(lines)), regions=["130100"])
    assert months(read, "R1.4", 2026, "RPF", "130100") == pytest.approx([1.5e8, 2.5e8])
    history = read.history(["R1.4", "E1.1"], 2026, "RPF", "130100")
    assert history is not None
    assert history.lines == ("R1.4",)
    assert history.years == (2024, 2025)
    assert history.amounts[0, 1, 11] == 12.5e8
    assert read.history(["E1.1"], 2026, "RPF", "130100") is None


def test_dates_that_excel_made_of_months(tmp_path: Path) -> None:
    rows: list[list[object]] = [["line", "basis", "unit", datetime(2026, 1, 1), datetime(2026, 2, 1)]]
    rows += [["E1.1", "当月", "yuan", 5, 6.25], ["E1.2", "累计", "万元", 1, 3]]
    read = read_months(workbook(tmp_path, rows))
    assert months(read, "E1.1", 2026) == [5.0, 6.25]
    assert months(read, "E1.2", 2026) == [1e4, 2e4]


def test_every_problem_at_once_with_its_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["unit: yuan, cumulative, 2026"],
        ["line", "ledger", "Jan", "Feb"],
        ["R1.1", "EPF", "1,234", "=C3*2"],
        ["Inpatient car", "EPF", 5, 6],
        ["E1.2", "XYZ", "12万", "n/a"],
    ]
    found = {(problem.row, problem.column): problem for problem in problems(workbook(tmp_path, rows))}
    assert set(found) == {(3, "C3"), (3, "D3"), (4, "A4"), (5, "B5"), (5, "C5"), (5, "D5")}
    assert "never evaluated" in found[(3, "D3")].found
    assert "paste them as values" in found[(3, "D3")].remedy
    assert "inpatient care" in found[(4, "A4")].remedy
    assert "120000" in found[(5, "C5")].remedy


def test_text_that_begins_like_a_formula_in_a_csv(tmp_path: Path) -> None:
    text = "line,2026-01 monthly (yuan)\nE1.1,=cmd|' /C calc'!A0\n"
    (problem,) = problems(csv_file(tmp_path, text))
    assert (problem.row, problem.column) == (2, "B")
    assert "never evaluated" in problem.found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("line,Jan,unit\nE1.1,5,yuan\n", {"monthly or cumulative", "without a year"}),
        ("line,2026-01 monthly\nE1.1,5\n", {"without a unit"}),
        ("item,amount\nE1.1,5\n", {"no months"}),
        ("stuff,2026-01\nE1.1,5\n", {"no header"}),
        ("line,2026-01 monthly (yuan),Lines\nE1.1,5,x\n", {"unknown column 'Lines'"}),
        ("line,2026-01 monthly (yuan)\n", {"no amounts"}),
    ],
)
def test_headers_that_leave_something_open(tmp_path: Path, text: str, words: set[str]) -> None:
    found = [problem.found for problem in problems(csv_file(tmp_path, text))]
    assert len(found) == len(words)
    assert all(any(word in line for line in found) for word in words)


def test_the_year_may_be_given_by_the_caller(tmp_path: Path) -> None:
    file = csv_file(tmp_path, "line,Jan monthly (yuan)\nE1.1,5\n")
    assert months(read_months(file, year=2027), "E1.1", 2027) == [5.0]


def test_missing_and_double_months(tmp_path: Path) -> None:
    text = "line,unit,basis,2026-01,2026-03\nE1.1,yuan,cumulative,5,9\n"
    (problem,) = problems(csv_file(tmp_path, text))
    assert "without month 2" in problem.found
    text = "line,unit,basis,2026-01\nE1.1,yuan,monthly,5\nE1.1,yuan,monthly,5\nE1.2,yuan,monthly,1\nE1.2,yuan,ytd,1\n"
    found = [problem.found for problem in problems(csv_file(tmp_path, text))]
    assert found == [
        "month 1 of E1.1 in 2026 twice",
        "months of E1.2 in 2026 both as monthly and as cumulative figures",
    ]


def test_unknown_regions_and_months_in_long_form(tmp_path: Path) -> None:
    text = (
        "region,line,year,month,amount (yuan monthly)\n130109,E1.1,2026,1,5\n130100,E1.1,26,2,5\n130100,E1.1,2026,x,5\n"
    )
    found = problems(csv_file(tmp_path, text), regions=["130100"])
    assert [(problem.row, problem.column) for problem in found] == [(2, "A"), (3, "C"), (4, "D")]


def test_files_that_are_refused_as_a_whole(tmp_path: Path) -> None:
    plain = workbook(tmp_path, [["line"]])
    for part, words in (
        ("xl/vbaProject.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
    ):
        bad = tmp_path / f"{words[:3]}.xlsx"
        bad.write_bytes(plain.read_bytes())
        with ZipFile(bad, "a") as parts:
            parts.writestr(part, b"x")
        assert words in problems(bad)[0].found
    fake = tmp_path / "fake.xlsx"
    fake.write_bytes(b"no zip")
    assert "no whole .xlsx" in problems(fake)[0].found
    assert "GB18030" in problems(csv_file(tmp_path, "项目,2026-01当月(元)\n住院支出,5\n", "gb18030"))[0].found
    assert "not there" in problems(tmp_path / "none.csv")[0].found
    macros = tmp_path / "book.xlsm"
    macros.write_bytes(plain.read_bytes())
    assert "macros" in problems(macros)[0].found


def test_what_looks_mistaken_is_remarked(tmp_path: Path) -> None:
    header = "line,unit,basis," + ",".join(f"2026-0{month}" for month in range(1, 7))
    text = f"{header}\nE1.1,yuan,monthly,10,21,30,42,50,61\nE1.2,yuan,cumulative,10,20,15,40,50,60\n"
    read = read_months(csv_file(tmp_path, text))
    assert [remark.en.split(":")[0] for remark in read.remarks] == ["E1.1 2026", "E1.2 2026"]
    assert "累计" in read.remarks[0].zh
    assert months(read, "E1.2", 2026)[2] == -5


@pytest.mark.parametrize("text", [
    "科目,1月,2月\nR1.1,5,6\n",
    "单位:万元\n科目,2026-01当月,2026-02当月\nR9.9,5,六\nR1.1,=1+1,5\n",
    "单位:万元 2026\n科目,1月累计,3月累计\nR1.1,1,3\n",
    "year,month,line,amount,basis,unit\n2026,13,R1.1,5,monthly,yuan\n20xx,1,,5,daily,yuan\n",
    "x,y\n1,2\n",
])  # fmt: skip
def test_a_reader_of_chinese_gets_no_english_sentence(tmp_path: Path, text: str) -> None:
    for problem in problems(csv_file(tmp_path, text)):
        found, _, remedy = problem.words_in("zh")
        for words in (found, remedy):
            assert re.search(r"[\u4e00-\u9fff]", words) or words.startswith("“"), words
            assert not re.search(r"[a-z]{3,} [a-z]{2,}", words), words
