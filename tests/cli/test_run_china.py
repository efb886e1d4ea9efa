"""The shipped set through the command line: the row of the base year is the published one."""

from __future__ import annotations

import json

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
