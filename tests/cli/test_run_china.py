"""The shipped set through the command line: the row of the base year is the published one."""

from __future__ import annotations

import json

import pandas as pd
import pytest

PUBLISHED = {  # 2025, 100 million yuan: revenue, expenditure, reserve (NHSA bulletin 2025; reserves rolled forward)
    "EPF": (18292.91, 13594.28, 35144.13),
    "EPA": (6390.69, 5782.28, 15080.16),
    "RPF": (11237.72, 10678.63, 8742.11),
}


def test_the_base_year_is_the_published_account(poolcast):
    code, out, _ = poolcast("run", "baseline", "--set", "china", "--to", "2030", "--json")
    assert code == 0
    document = json.loads(out)
    assert (document["base_year"], document["last_year"], document["synthetic"]) == (2025, 2030, False)
    rows = {row["ledger"]: row for row in document["scenarios"][0]["rows"] if row["year"] == 2025}
    for ledger, (revenue, expenditure, reserve) in PUBLISHED.items():
        assert rows[ledger]["revenue"] / 1e8 == pytest.approx(revenue, rel=1e-6)
        assert rows[ledger]["expenditure"] / 1e8 == pytest.approx(expenditure, rel=1e-6)
        assert rows[ledger]["reserve"] / 1e8 == pytest.approx(reserve, rel=1e-6)
        assert rows[ledger]["payable_months"] == pytest.approx(12 * reserve / expenditure, rel=1e-6)
    assert rows["MAF"]["reserve"] is None


def test_a_run_says_what_birth_cohorts_receive_and_pay(poolcast, tmp_path):
    folder = tmp_path / "run"
    code, out, _ = poolcast("run", "baseline", "--set", "china", "--to", "2035", "--json", "--out", str(folder))
    assert code == 0
    table = pd.read_csv(folder / "tables" / "birth_cohorts.csv", encoding="utf-8-sig", dtype={"region": str})
    found = table.pivot(index=["ledger", "cohort", "from_age", "to_age"], columns="measure", values="value")
    at = found.loc[("EPF", 1980, 46, 55)]
    assert at["ratio"] == pytest.approx(at["present_value_of_benefits"] / at["present_value_of_contributions"])
    assert set(table.unit) == {"ratio", "yuan at the end of 2025"}
    rows = json.loads(out)["scenarios"][0]["birth_cohorts"]
    shown = next(row for row in rows if (row["ledger"], row["cohort"]) == ("EPF", 1980))
    assert shown["ratio"] == pytest.approx(at["ratio"])
    assert {row["cohort"] % 10 for row in rows} == {0}
    assert next(row for row in rows if (row["ledger"], row["cohort"]) == ("EPF", 1940))["ratio"] is None


def test_cohorts_can_be_compared_and_solved_for(poolcast):
    base = ("--set", "china", "--to", "2035", "--json")
    code, out, _ = poolcast("compare", "baseline", "high_cost", "--measure", "benefit_contribution_ratio_of_all", *base)
    assert code == 0
    assert "benefit_contribution_ratio_of_all" in out
    target = "benefit_contribution_ratio(EPF, cohort=1980) <= 0.5"
    code, out, _ = poolcast("solve", "revenue.employer_rate", "--for", target, *base)
    document = json.loads(out)
    assert (code, document["verified"]) == (0, True)
    assert document["conditions"][0]["condition"] == target
    assert document["conditions"][0]["after"] <= 0.5
