"""`poolcast explain`: tables, one JSON document, and what is wrong with a command line."""

from __future__ import annotations

import json

import pytest

SHORT = ("--to", "2030", "--ledger", "EPF")


def test_a_lever_against_the_baseline(poolcast, elsewhere):
    code, out, err = poolcast("explain", "B01", *SHORT, "--shapley")
    assert (code, err) == (0, "")
    for text in (
        "B01 less baseline, 31 December 2030",
        "Reasons for change of the reserve",
        "General outpatient care",
        "Reserve by lever",
        "Behaviour",
        "Reserve by driver",
        "Reimbursement",
    ):
        assert text in out
    assert list(elsewhere.iterdir()) == []


def test_the_rows_of_the_document_add_up(poolcast):
    code, out, err = poolcast("explain", "financing_package", "--against", "baseline", *SHORT, "--json", "--shapley")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["schema"] == "poolcast.explain/1"
    assert (document["year"], document["start"]) == (2030, 2025)
    (total,) = document["totals"]
    assert total["ledger"] == "EPF"
    assert total["value"] != 0

    def added(rows, **wanted):
        return sum(row["value"] for row in rows if all(row[key] == value for key, value in wanted.items()))

    assert added(document["reasons"]) == pytest.approx(total["value"], rel=1e-9)
    for approach in ("sequential", "shapley"):
        of_reserve = {"approach": approach, "measure": "reserve"}
        assert added(document["levers"], **of_reserve) == pytest.approx(total["value"], rel=1e-9)
        assert added(document["drivers"], **of_reserve) == pytest.approx(total["value"], rel=1e-9)
    assert {row["label_zh"] for row in document["reasons"]} >= {"单位缴费", "期初结余"}


def test_chinese_words_a_year_and_groups(poolcast):
    options = ("--year", "2028", "--language", "zh", "--group", "both=1+2")
    code, out, _ = poolcast("explain", "financing_package", *SHORT, *options)
    assert code == 0
    for text in ("2028 年末", "累计结余变动原因", "both", "夏普利值"):
        assert (text in out) == (text != "夏普利值")


def test_saved_runs_and_other_horizons(poolcast, elsewhere):
    assert poolcast("run", "B01", "--to", "2028", "-q", "--out", "short")[0] == 0
    code, out, err = poolcast("explain", "short", "--against", "baseline", "--ledger", "EPF", "--to", "2030")
    assert code == 0
    assert "31 December 2028" in out
    assert "No table by lever" in err
    assert "last year" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("B01", "--ledger", "XXX"), ("--ledger", "XXX", "EPF")),
        (("B01", "--year", "2059"), ("--year", "2059")),
        (("B01", "--region", "9"), ("--region", "000000")),
        (("B01", "--group", "x"), ("--group", "NAME=1+2")),
        (("B01", "--group", "x=7"), ("each reform once",)),
        (("no_such",), ("no_such",)),
    ],
)
def test_what_is_wrong_is_said(poolcast, arguments, words):
    code, out, err = poolcast("explain", *arguments, "--to", "2028")
    assert (code, out) == (2, "")
    for text in words:
        assert text in err
