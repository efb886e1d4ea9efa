"""`poolcast compare`, with a fake engine behind it, and once with the real one."""

from __future__ import annotations

import csv
import json

import pytest

from poolcast.outlook.catalogue_of_measures import HEADLINE, MEASURES

FAKE = ("--set", "fake")


def test_the_headline_shows_the_burden_of_patients(fake, poolcast, elsewhere):
    code, out, err = poolcast("compare", "baseline", "high_cost", *FAKE, "--region", "110000")
    assert (code, err) == (0, "")
    head = out.split("Revenue ·")[0]
    for heading in ("Months", "deficit", "exhausted", "Actuarial", "pocket", "10 years"):
        assert heading in head
    rows = [line.split() for line in head.splitlines() if "baseline" in line or "high_cost" in line]
    assert [row[:2] for row in rows] == [
        ["EPF", "baseline"], ["high_cost", rows[1][1]], ["RPF", "baseline"], ["high_cost", rows[3][1]],
    ]  # fmt: skip
    assert rows[0][-1].endswith("%")
    assert "Reserve · Northland · 100m yuan, nominal" in out
    assert "In brackets: difference from baseline" in out
    assert list(elsewhere.iterdir()) == []  # nothing is saved unless it is asked for


def test_a_measure_with_its_difference_and_rank(fake, poolcast):
    options = ("--measure", "expenditure", "--ledger", "epf", "--region", "110000")
    code, out, _ = poolcast("compare", "baseline", "high_cost", *FAKE, *options)
    table = out[out.index("Expenditure ·") :]
    assert code == 0
    (line,) = [line for line in table.splitlines() if "high_cost" in line]
    assert "(+" in line
    assert line.split()[-1] == "2"
    assert "Revenue ·" not in out
    assert "RPF" not in out


def test_several_regions_stand_below_each_other(fake, poolcast):
    _, out, _ = poolcast("compare", "baseline", "high_cost", *FAKE, "--measure", "payable_months")
    table = out[out.index("Payable months ·") :]
    assert "110000" in table
    assert "120000" in table
    assert "Northland" in out


def test_chinese_words_and_other_prices(fake, poolcast):
    options = ("--language", "zh", "--prices", "real", "--region", "110000", "--to", "2030")
    code, out, _ = poolcast("compare", "baseline", "high_cost", *FAKE, *options)
    assert code == 0
    for text in (
        "个人",
        "累计结余 · 北区 · 亿元，2025 年不变价",
        "括号内为与 baseline 的差异",
        "排名",
        "2030 年前不会",
    ):
        assert text in out


def test_json_is_one_document_and_nothing_else(fake, poolcast):
    code, out, err = poolcast("compare", "baseline", "high_cost", *FAKE, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["schema"] == "poolcast.compare/1"
    assert (document["baseline"], document["prices"]) == ("baseline", "nominal")
    assert [scenario["name"] for scenario in document["scenarios"]] == ["baseline", "high_cost"]
    assert [measure["name"] for measure in document["measures"]] == list(HEADLINE)
    assert {region["code"] for region in document["regions"]} == {"110000", "120000"}
    rows = {
        (row["scenario"], row["measure"], row["region"], row["ledger"], row["year"]): row
        for row in document["rows"]
        if row["horizon"] is None
    }
    assert rows["baseline", "revenue", "110000", "EPF", 2025]["value"] == 18292.91e8 * 0.75
    later = rows["high_cost", "expenditure", "110000", "EPF", 2035]
    before = rows["baseline", "expenditure", "110000", "EPF", 2035]
    assert later["difference"] == later["value"] - before["value"]
    assert later["ratio"] == later["value"] / before["value"]
    assert (before["rank"], later["rank"]) == (1, 2)
    assert {row["year"] for row in document["rows"]} == {None, 2025, 2030, 2035}
    never = rows["baseline", "exhaustion", "110000", "EPF", None]
    assert never["value"] is None
    assert rows["baseline", "dependency_ratio", "110000", None, 2030]["value"] > 0
    assert {row["horizon"] for row in document["rows"] if row["measure"] == "actuarial_balance"} == {10}


def test_json_of_chosen_measures_regions_and_ledgers(fake, poolcast):
    options = ("--measure", "reserve", "--measure", "cost_rate", "--region", "120000", "--ledger", "RPF", "--json")
    document = json.loads(poolcast("compare", "baseline", "high_cost", *FAKE, *options)[1])
    assert [measure["name"] for measure in document["measures"]] == ["reserve", "cost_rate"]
    assert {(row["region"], row["ledger"]) for row in document["rows"]} == {("120000", "RPF")}
    assert [region["code"] for region in document["regions"]] == ["120000"]


def test_a_csv_file(fake, poolcast, elsewhere):
    options = ("--measure", "reserve", "--out", "here/it.csv", "--quiet")
    assert poolcast("compare", "baseline", "high_cost", *FAKE, *options) == (0, "", "")
    assert [path.name for path in (elsewhere / "here").iterdir()] == ["it.csv"]
    text = (elsewhere / "here" / "it.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["measure"] for row in rows} == {"reserve"}
    assert len({row["year"] for row in rows}) == 11  # every year
    code, _, err = poolcast("compare", "baseline", "high_cost", *FAKE, *options[:-1])
    assert code == 0  # an older file is replaced
    assert "Saved: here/it.csv" in err


def test_a_folder_with_a_map(fake, poolcast, elsewhere):
    code, _, err = poolcast("compare", "baseline", "high_cost", *FAKE, "--out", "both")
    assert code == 0
    assert "Saved: both" in err
    assert sorted(path.name for path in (elsewhere / "both").iterdir()) == ["comparison.csv", "map.csv"]
    rows = list(csv.DictReader((elsewhere / "both" / "map.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["region"] for row in rows] == ["110000", "120000"]
    assert float(rows[0]["high_cost.expenditure.EPF.difference"]) > 0
    code, _, err = poolcast("compare", "baseline", "high_cost", *FAKE, "--out", "both")
    assert code == 2
    assert "which exists" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("baseline",), "SCENARIO..."),
        (("baseline", "baseline"), "baseline twice"),
        (("baseline", "nonsense"), "nonsense"),
        (("baseline", "high_cost", "--measure", "resreve"), "Did you mean 'reserve'?"),
        (("baseline", "high_cost", "--region", "999"), "--region: found 999"),
        (("baseline", "high_cost", "--prices", "gold"), "--prices: found gold"),
        (("baseline", "high_cost", "--ledger", "XXX"), "--ledger: found XXX"),
    ],
)
def test_bad_requests(fake, poolcast, arguments, message):
    code, out, err = poolcast("compare", *arguments, *FAKE)
    assert (code, out) == (2, "")
    assert message in err


def test_measures_are_listed_with_their_basis(poolcast):
    rows = json.loads(poolcast("list", "measures", "--json")[1])["measures"]
    assert [row["name"] for row in rows] == list(MEASURES)
    burden = next(row for row in rows if row["name"] == "out_of_pocket_share")
    assert (burden["unit"], burden["better"], burden["horizon"]) == ("fraction", "lower", False)
    assert "accounts count as the person's" in burden["basis"]
    chinese = json.loads(poolcast("list", "measures", "--json", "--language", "zh")[1])["measures"]
    assert chinese[0]["label"] == "收入"


def test_the_shipped_set_shows_what_a_lever_does_to_patients(poolcast):
    options = ("--set", "china", "--to", "2040", "--measure", "out_of_pocket_share", "--json")
    code, out, _ = poolcast("compare", "baseline", "B01", *options)
    assert code == 0
    rows = [row for row in json.loads(out)["rows"] if row["year"] == 2040 and row["scenario"] == "B01"]
    moved = {row["ledger"]: row["difference"] for row in rows}
    assert moved["EPF"] < -0.005
    assert moved["RPF"] == 0.0
    ranks = {row["ledger"]: row["rank"] for row in rows}
    assert ranks == {"EPF": 1, "RPF": 1}
