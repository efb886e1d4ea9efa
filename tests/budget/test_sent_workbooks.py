"""Months and budgets that a planner sends: damaged, dangerous or endless files are refused with words, at once."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from poolcast.budget.months_sheet import MOST_ROWS, read_sheet
from poolcast.budget.reading_statement import read_statement
from poolcast.parameters.errors import Problem, ResultError


@pytest.fixture(scope="module")
def good() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["line", "Jan cumulative (yuan)"])
    for number in range(200):
        book.active.append([f"E{number}", f"word {number}"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def packed_again(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    stream = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as before, ZipFile(stream, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            data = change(name, before.read(name))
            if data is not None:
                after.writestr(name, data)
    return stream.getvalue()


def in_sheet(change: Callable[[bytes], bytes | None]) -> Callable[[str, bytes], bytes | None]:
    return lambda name, data: change(data) if name.endswith("sheet1.xml") else data


INLINE = re.compile(rb't="inlineStr"><is><t>.*?</t></is>')
CHANGES: dict[str, Callable[[str, bytes], bytes | None]] = {
    "a member less": in_sheet(lambda data: None),
    "half of a sheet": in_sheet(lambda data: data[: len(data) // 2]),
    "a text that is not there": in_sheet(lambda data: INLINE.sub(b't="s"><v>99999</v>', data)),
    "an entity": in_sheet(lambda data: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + data),
    "a bomb": in_sheet(lambda data: data + b" " * 210_000_000),
    "a macro": lambda name, data: data.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
}


def problems_of(content: bytes, folder: Path) -> list[Problem]:
    path = folder / "sent.xlsx"
    path.write_bytes(content)
    found: list[Problem] = []
    assert read_sheet(path, found) is None
    with pytest.raises(ResultError) as refused:
        read_statement(path)
    assert refused.value.problems
    return found


@pytest.mark.parametrize("change", CHANGES.values(), ids=[name.replace(" ", "_") for name in CHANGES])
def test_what_is_damaged_or_dangerous_is_refused(
    change: Callable[[str, bytes], bytes | None], good: bytes, tmp_path: Path
) -> None:
    found = problems_of(packed_again(good, change), tmp_path)
    assert found
    assert all(problem.remedy for problem in found)


def test_bytes_that_were_lost_on_the_way_are_refused(good: bytes, tmp_path: Path) -> None:
    draws = random.Random(3)
    for _ in range(12):
        spoilt = bytearray(good)
        for _ in range(30):
            spoilt[draws.randrange(len(spoilt))] = draws.randrange(256)
        assert problems_of(bytes(spoilt), tmp_path)
    assert problems_of(good[: len(good) // 2], tmp_path)


def test_a_whole_workbook_is_read(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "sent.xlsx").write_bytes(good)
    found: list[Problem] = []
    sheet = read_sheet(tmp_path / "sent.xlsx", found)
    assert not found
    assert sheet is not None
    assert sheet.rows[1] == ["E0", "word 0"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_that_no_year_has_are_refused_and_none_is_dropped_in_silence(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"long.{ending}"
    rows = [["line", "Jan cumulative (yuan)"], *([["E", "1"]] * MOST_ROWS)]
    if ending == "csv":
        path.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    else:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
        book.save(path)
    found: list[Problem] = []
    assert read_sheet(path, found) is None
    (problem,) = found
    assert problem.allowed == f"at most {MOST_ROWS:,}"
