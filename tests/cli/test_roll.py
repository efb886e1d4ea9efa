"""`poolcast roll`, and `poolcast explain` between the old and the new set."""

from __future__ import annotations

import json

ROW = "accounts.{what},000000,2026,{ledger},{value},yuan,source,B,NHSA_B2026,bulletin\n"
HEADER = "parameter,region,year,ledger,value,unit,evidence,grade,source,note\n"


def accounts(folder, *rows):
    file = folder / "accounts.csv"
    file.write_text(HEADER + "".join(ROW.format(what=what, ledger=ledger, value=value) for what, ledger, value in rows))
    return str(file)


def test_roll_run_and_explain(poolcast, elsewhere):
    file = accounts(elsewhere, ("revenue", "EPF", 1.96e12), ("expenditure", "EPF", 1.41e12))
    code, out, err = poolcast("roll", "china", "--accounts", file, "--to", "new")
    assert code == 0
    assert out.strip() == "Base year 2026: new"
    assert "Projected by set china, not observed: accounts.members" in err
    code, out, _ = poolcast("run", "--set", "new", "--to", "2028", "--json")
    assert code == 0
    assert json.loads(out)["schema"].startswith("poolcast.run/")
    pair = ("explain", "baseline", "--set", "new", "--against", "baseline", "--against-set", "china", "--to", "2030")
    code, out, _ = poolcast(*pair)
    assert code == 0
    for words in ("Change of valuation period", "Forecast error", "New data", "New assumptions", "New law"):
        assert words in out
    code, out, _ = poolcast(*pair, "--json", "--ledger", "EPF")
    rows = [row for row in json.loads(out)["valuations"] if row["measure"] == "reserve"]
    (total,) = json.loads(out)["totals"]
    assert abs(sum(row["value"] for row in rows) / total["value"] - 1) < 1e-9
    assert {row["cause"]: round(row["value"] / total["value"], 6) for row in rows}["forecast_error"] == 1


def test_between_run_folders(poolcast, elsewhere):
    file = accounts(elsewhere, ("revenue", "EPF", 1.96e12))
    assert poolcast("roll", "china", "--accounts", file, "--to", "new", "--quiet")[0] == 0
    assert poolcast("run", "--to", "2030", "--out", "old_run", "--quiet")[0] == 0
    assert poolcast("run", "--set", "new", "--to", "2030", "--out", "new_run", "--quiet")[0] == 0
    code, out, _ = poolcast("explain", "new_run", "--against", "old_run", "--language", "zh")
    assert code == 0
    assert "预测误差" in out


def test_the_document(poolcast, elsewhere):
    file = accounts(elsewhere, ("revenue", "EPF", 1.96e12))
    code, out, err = poolcast("roll", "china", "--accounts", file, "--to", "new", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["schema"] == "poolcast.roll/1"
    assert (document["base_year"], document["new_base_year"], document["name"]) == (2025, 2026, "new")
    assert document["given"] == ["accounts.revenue"]
    assert "accounts.reserve" in document["projected"]


def test_bad_accounts_end_with_two_and_leave_nothing(poolcast, elsewhere):
    file = accounts(elsewhere, ("revenue", "EPF", "1.9 Billion"), ("revenue", "LAS", 5))
    code, out, err = poolcast("roll", "china", "--accounts", file, "--to", "new")
    assert (code, out) == (2, "")
    assert "line 2" in err
    assert "line 3" in err
    assert [path.name for path in elsewhere.iterdir()] == ["accounts.csv"]


def test_a_missing_file_is_named(poolcast, elsewhere):
    code, _, err = poolcast("roll", "china", "--accounts", "nothing.csv", "--to", "new")
    assert code == 2
    assert "nothing.csv" in err
    assert list(elsewhere.iterdir()) == []
