"""`poolcast budget`: the statement of any year is the engine's; months, folder, documents and bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import poolcast as package


def months_file(path: Path, factor: float = 1.3) -> str:
    rows = ["单位:亿元", "基金,科目,2026年1月当月,2026年2月当月,2026年3月当月"]
    rows += [
        "RPF,R1.4,640,640,1",
        "RPF,R2.1,180,160,620",
        f"RPF,E1.1,{500 * factor:.2f},{530 * factor:.2f},{600 * factor:.2f}",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def identical(document: dict, engine, year: int) -> None:
    """Compare the draft of a document with the engine's year."""
    (statement,) = document["statements"]
    for ledger, lines in statement["ledgers"].items():
        rows = {line["line"]: line["values"] for line in lines}
        for code, name in (("R", "revenue"), ("E", "expenditure"), ("B1", "balance"), ("B3", "reserve")):
            wanted = float(engine[name].sel(region="000000", ledger=ledger, year=year))
            assert rows[code]["draft"] == wanted, (ledger, code, year)


def test_the_document_of_a_year_is_the_engines_year(poolcast) -> None:
    engine = package.project("china")
    for year, ledger in ((2026, "EPF"), (2060, "RPF")):
        code, out, err = poolcast("budget", "--year", str(year), "--ledger", ledger, "--json")
        assert (code, err) == (0, "")
        identical(json.loads(out), engine, year)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_year_is_the_engines_year(poolcast, monkeypatch) -> None:
    monkeypatch.setattr("poolcast.reporting.budget_document.cash_rows", lambda shown: [])  # three seconds a year
    engine = package.project("china")
    for year in engine.year.values.tolist():
        code, out, _ = poolcast("budget", "--year", str(year), "--json")
        assert code == 0
        identical(json.loads(out), engine, year)


@pytest.mark.long
def test_months_at_the_terminal_and_in_the_folder(poolcast, elsewhere) -> None:
    file = months_file(elsewhere / "months.csv")
    code, out, err = poolcast("budget", "--actuals", file, "--as-of", "2026-03", "--out", "draft", "--ledger", "RPF")
    assert code == 0
    assert "Draft budget" in out
    assert "2027" in out
    assert "Proposed adjustment of E1.1" in out
    assert "off the budget in 2026" in out
    assert "Saved" in err
    folder = elsewhere / "draft"
    assert {one.name for one in folder.iterdir()} == {
        "budget.xlsx",
        "budget.json",
        "manifest.json",
        "tables",
        "log.txt",
        "inputs",
    }
    assert (folder / "inputs" / "months.csv").read_text(encoding="utf-8").startswith("单位")
    document = json.loads((folder / "budget.json").read_text(encoding="utf-8"))
    assert document["months"] == 3
    assert document["execution"]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["year"], manifest["synthetic"]) == ("budget", 2027, False)
    names = {one.stem for one in (folder / "tables").glob("*.csv")}
    assert names == {"statement", "reasons", "schedules", "phasing", "cash", "execution", "adjustments", "warnings"}
    code, _, err = poolcast("budget", "--out", "draft")
    assert code == 2
    assert "holds something" in err
    code, out, _ = poolcast("budget", "--year", "2028", "--approved", "draft/budget.xlsx", "--ledger", "RPF", "--json")
    assert code == 0
    (statement,) = json.loads(out)["statements"]
    rows = {line["line"]: line["values"] for line in statement["ledgers"]["RPF"]}
    (earlier,) = document["statements"]
    before = {line["line"]: line["values"] for line in earlier["ledgers"]["RPF"]}
    assert rows["E1.1"]["budget"] == pytest.approx(before["E1.1"]["draft"], rel=1e-12)


def test_prices_units_and_chinese(poolcast) -> None:
    code, out, _ = poolcast("budget", "--language", "zh", "--unit", "wan", "--ledger", "RPF", "--prices", "real")
    assert code == 0
    assert "万元，2025 年不变价" in out
    assert "收入合计" in out
    assert "预警" in out
    engine = package.project("china")
    deflator = float(engine.consumer_price_index.sel(region="000000", year=2027))
    wanted = float(engine.revenue.sel(region="000000", ledger="RPF", year=2027)) / deflator
    shown = out.split("收入合计")[1].split()[2].replace(",", "")
    assert float(shown) == pytest.approx(wanted / 1e4, abs=1.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--year", "2200"), "2025 to"),
        (("--as-of", "2026-05"), "without months"),
        (("--actuals", "absent.csv"), "not there"),
        (("--unit", "yen"), "auto, yi, wan, yuan"),
        (("--ledger", "XYZ", "--region", "1"), "XYZ"),
        (("--scenario", "nothing_like_it"), "nothing_like_it"),
        (("--approved", "absent.xlsx"), "no such file"),
    ],
)
def test_bad_input(poolcast, arguments, words) -> None:
    code, out, err = poolcast("budget", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_several_regions_are_one_table(poolcast, elsewhere) -> None:
    code, out, err = poolcast("budget", "--set", "hebei", "--ledger", "RPF", "--region", "130200", "--region", "130100")
    assert code == 0
    assert "Draft budget 2027 by fund" in out
    assert "synthetic" in err
    assert "Synthetic data" in out
    assert np.sum(["130200" in line for line in out.splitlines()]) >= 1
