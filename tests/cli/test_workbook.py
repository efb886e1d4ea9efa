"""`poolcast template`, `import` and `export`: a set as a file, exit codes, and nothing half written."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest

from tests.fixtures.minimal_set import write_minimal_set


@pytest.fixture
def minimal(elsewhere):
    """A small set in the working folder."""
    return write_minimal_set(elsewhere / "minimal")


def test_template_says_what_is_asked(poolcast, elsewhere):
    code, out, err = poolcast("template", "--code", "410800", "--base-year", "2024", "--out", "my.xlsx")
    assert (code, out.strip()) == (0, "Workbook: my.xlsx")
    assert "numbers to fill, 30 of them required" in err
    code, out, err = poolcast("template", "--regions", "2", "--years", "3", "--out", "my.xlsx", "--overwrite", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["schema"] == "poolcast.template/1"
    assert document["regions"] == ["R1", "R2"]
    assert document["required"] == 60
    assert document["numbers"] > 2 * 60


def test_an_empty_template_ends_with_two_and_names_every_cell(poolcast, elsewhere):
    poolcast("template", "--out", "my.xlsx", "--quiet", "--language", "zh")
    code, out, err = poolcast("import", "my.xlsx", "--to", "region", "--language", "zh")
    assert (code, out) == (2, "")
    assert "有 30 处需要改正" in err
    assert "工作表 totals 合计数(自动分摊), 单元格 K5" in err
    assert "未填写 population.at_previous_year_end 基年上一年末人口 · 0-14岁" in err
    assert sorted(path.name for path in elsewhere.iterdir()) == ["my.xlsx"]


def test_export_and_import(poolcast, minimal, elsewhere):
    code, out, err = poolcast("export", "./minimal", "--to", "set.xlsx", "--json")
    sent = json.loads(out)
    assert (code, err, sent["schema"], sent["based_on"]) == (0, "", "poolcast.export/1", [])
    code, out, err = poolcast("import", "set.xlsx", "--to", "back", "--json")
    got = json.loads(out)
    assert (code, err, got["schema"]) == (0, "", "poolcast.import/1")
    assert got["digest"] == sent["digest"]
    assert (got["borrowed"], got["spread"], got["left_empty"], got["ignored"]) == ([], [], [], [])
    code, out, _ = poolcast("check", "./back", "--json")
    assert json.loads(out)["digest"] == sent["digest"]


def test_import_says_what_is_borrowed_and_not_read(poolcast, elsewhere, monkeypatch):
    monkeypatch.setenv("POOLCAST_HOME", str(elsewhere))
    write_minimal_set(elsewhere / "assumptions" / "below", name="below")
    write_minimal_set(elsewhere / "upper", name="upper", based_on="below", without=["economy.wage_growth"])
    code, _, err = poolcast("export", "./upper", "--to", "upper.xlsx", "--language", "en")
    assert "The reader must have the set below." in err
    book = openpyxl.load_workbook("upper.xlsx")
    book.create_sheet("my notes")
    book.save("upper.xlsx")
    code, out, err = poolcast("import", "upper.xlsx", "--to", "back")
    assert (code, out.strip()) == (0, "Set upper: back")
    assert "parameters are borrowed from below." in err
    assert "Not read: my notes" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "./minimal", "--to", "set.csv"), "a file that ends in .xlsx or .zip"),
        (("export", "./nowhere", "--to", "set.xlsx"), "which is not there"),
        (("template", "--out", "t.zip"), "a file that ends in .xlsx"),
        (("template", "--regions", "0", "--out", "t.xlsx"), "--regions"),
        (("template", "--years", "9", "--out", "t.xlsx"), "1 to 5"),
        (("import", "nowhere.xlsx", "--to", "x"), "which is not there"),
        (("import", "minimal/values.csv", "--to", "x"), "ends in '.csv'"),
        (("import", "bad.xlsx", "--to", "minimal"), "which is there already"),
        (("import", "bad.xlsx", "--to", "x"), "no whole .xlsx"),
    ],
)
def test_bad_input_ends_with_two_and_leaves_nothing(arguments, words, poolcast, minimal, elsewhere):
    (elsewhere / "bad.xlsx").write_bytes(b"not a workbook")
    before = sorted(path.name for path in elsewhere.iterdir())
    code, out, err = poolcast(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert sorted(path.name for path in elsewhere.iterdir()) == before


def test_a_file_is_replaced_only_when_asked(poolcast, minimal, elsewhere):
    (elsewhere / "set.zip").write_bytes(b"mine")
    assert poolcast("export", "./minimal", "--to", "set.zip")[0] == 2
    assert (elsewhere / "set.zip").read_bytes() == b"mine"
    assert poolcast("export", "./minimal", "--to", "set.zip", "--overwrite", "--quiet")[0] == 0
    assert io.BytesIO((elsewhere / "set.zip").read_bytes()).read(2) == b"PK"
