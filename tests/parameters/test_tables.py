"""Files as they come: every form that is read, and what a number is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.number_cells import Fault, read_number
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.tables import COLUMNS, read_table
from tests.fixtures.minimal_set import minimal_set

HEADER = "parameter,value,unit,evidence,grade,source,note\n"


@pytest.fixture
def plain(tmp_path: Path) -> Assumptions:
    return load_assumptions(minimal_set(name="same").write(tmp_path / "plain"))


def _with_bytes(folder: Path, change) -> Assumptions:  # type: ignore[no-untyped-def]
    content = minimal_set(name="same")
    content.files["values.csv"] = change(content.text())
    return load_assumptions(content.write(folder))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: ("\n\n" + text).encode(),
        lambda text: text.replace("\n", ",,\n").encode(),
        lambda text: (text + "," * (len(COLUMNS) - 1) + "\n" + "," * (len(COLUMNS) - 1) + "\n").encode(),
        lambda text: text.replace(",fraction,", ",  fraction ,").encode(),
        lambda text: text.replace(",fraction,", ',"fraction",').encode(),
        lambda text: text.replace("made up", '"made up, for tests, with ""quotes""\nand a second line"').encode(),
        lambda text: text.replace("made up", "虚构，见说明").encode(),
        lambda text: text.replace(",all,", ",\u3000all\u00a0,").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=[
        "byte-order mark", "CRLF", "CR", "blank lines", "blank lines first", "empty columns", "empty rows", "blanks",
        "quotes", "commas and line breaks in quotes", "Chinese notes", "wide blanks", "no last line break",
    ],
)  # fmt: skip
def test_the_same_set_in_another_form(change, plain: Assumptions, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert _with_bytes(tmp_path / "other", change).digest() == plain.digest()


def test_lines_are_those_of_the_file_also_after_a_line_break_in_quotes(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n" + HEADER + 'a,1,x,,,,"one\ntwo"\n\nb,2,x,,,,\n', encoding="utf-8")
    problems: list[Problem] = []
    table = read_table(path, problems)
    assert not problems
    assert table is not None
    assert table.lines.tolist() == [3, 6]
    assert [table.columns["parameter"][row] for row in range(2)] == ["a", "b"]


def test_files_and_the_order_of_rows_do_not_matter(plain: Assumptions, tmp_path: Path) -> None:
    content = minimal_set(name="same")
    rows = list(reversed(content.rows))
    content.files["values.csv"] = content.text(rows[::2], columns=COLUMNS[::-1]).encode()
    content.files["Other.CSV"] = content.text(rows[1::2]).encode()
    content.files["~$values.csv"] = b"lock"
    content.files[".hidden.csv"] = b"\x00"
    content.files["README.md"] = b"words"
    assert load_assumptions(content.write(tmp_path / "split")).digest() == plain.digest()


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0.0),
        ("-1.5", -1.5),
        ("+2", 2.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("1.2E6", 1.2e6),
        ("007", 7.0),
    ],
)
def test_numbers(cell: str, number: float) -> None:
    assert read_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ("1,234", "Write 1234 without separators"),
        ("-12,345,678.9", "Write -12345678.9 without separators"),
        ("1 234", "Write 1234 without separators"),
        ("1'234", "Write 1234 without separators"),
        ("1_000", "Write 1000 without separators"),
        ("0,045", "Write 0.045 with a decimal point"),
        ("4.5%", "0.045 for 4.5 %"),
        ("4.5 %", "0.045 for 4.5 %"),
        ("３％", "0.03 for 3 %"),
        ("12‰", "0.012 for 12 ‰"),
        ("１２．５", "Write 12.5 in ordinary"),
        ("3.5亿元", "Write the number in full: 350000000."),
        ("1,200万", "Write the number in full: 12000000."),
        ("(5)", "a minus: -5"),
        ("", "a zero has to be written as 0"),
        ("nan", "mark it as an assumption"),
        ("#N/A", "mark it as an assumption"),
        ("Infinity", ""),
        ("1e400", ""),
        ("0x10", "Write the number alone"),
        ("True", "Write the number alone"),
        ("twelve", "Write the number alone"),
        ("1 2", "Write the number alone"),
        ("%", "Write the number alone"),
        ("()", "Write the number alone"),
    ],
)
def test_no_numbers(cell: str, remedy: str) -> None:
    fault = read_number(cell)
    assert isinstance(fault, Fault)
    assert remedy in fault.remedy


def test_many_problems_are_all_kept_and_few_are_shown(tmp_path: Path) -> None:
    content = minimal_set(values={"population.fertility_rate": [({"age": str(age)}, 50.0) for age in range(101)]})
    with pytest.raises(AssumptionError) as caught:
        load_assumptions(content.write(tmp_path / "many"))
    assert len(caught.value.problems) == 101
    assert len(caught.value.shown()) == 20
    assert caught.value.left_out() == {"bounds": 81}
    assert "and 81 more of this kind: bounds" in str(caught.value)


def test_a_word_that_many_rows_share_is_one_problem(tmp_path: Path) -> None:
    content = minimal_set()
    for row in content.rows:
        row["evidence"] = "guess"
    with pytest.raises(AssumptionError) as caught:
        load_assumptions(content.write(tmp_path / "guess"))
    assert len(caught.value.problems) == 1
    assert f"(and {len(content.rows) - 1} more lines)" in str(caught.value)


def test_a_large_table_keeps_every_row(tmp_path: Path) -> None:
    ages = [{"region": "A", "year": str(year), "sex": sex, "age": str(age)} for year in range(2026, 2101)
            for sex in ("male", "female") for age in range(101)]  # fmt: skip
    values = {"population.net_migration": [(cells, float(number)) for number, cells in enumerate(ages)]}
    content = minimal_set(last_year=2100, values=values)
    migration = load_assumptions(content.write(tmp_path / "large"))["population.net_migration"]
    assert np.array_equal(migration[0, 3:].ravel(), np.arange(len(ages), dtype=float))
