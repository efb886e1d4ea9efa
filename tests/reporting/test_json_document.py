from __future__ import annotations

import json
from pathlib import Path

import pytest

from poolcast.reporting.json_document import calibration_warnings, run_document
from poolcast.reporting.outcome import Outcome
from poolcast.reporting.tables import ACCOUNT_MEASURES
from tests.fixtures.fake_forecast import fake_forecast

KEYS = [
    "poolcast", "schema", "set", "set_title", "set_title_zh", "set_digest", "synthetic", "base_year", "last_year",
    "prices", "currency", "unit", "payable_months_basis", "regions", "ledgers", "scenarios", "warnings",
]  # fmt: skip
SCENARIO_KEYS = ["name", "title", "title_zh", "digest", "rows", "events", "calibration", "birth_cohorts", "run_folder"]


def test_the_document_has_its_published_keys(outcomes):
    document = run_document(outcomes, "nominal", {"baseline": Path("runs/x")}, ["careful"])
    assert list(document) == KEYS
    assert [list(scenario) for scenario in document["scenarios"]] == [SCENARIO_KEYS] * 2
    assert document["schema"] == "poolcast.run/1"
    assert [scenario["run_folder"] for scenario in document["scenarios"]] == [str(Path("runs/x")), None]
    assert list(document["scenarios"][0]["rows"][0]) == ["region", "ledger", "year", *ACCOUNT_MEASURES]
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_rows_run_from_the_base_year_for_every_region_and_ledger(outcomes):
    rows = run_document(outcomes, "nominal")["scenarios"][0]["rows"]
    assert len(rows) == 2 * 3 * 11
    assert {(row["region"], row["ledger"]) for row in rows} == {
        (region, ledger) for region in ("110000", "120000") for ledger in ("EPF", "RPF", "MAF")
    }
    first = rows[0]
    assert (first["region"], first["ledger"], first["year"]) == ("110000", "EPF", 2025)
    assert first["revenue"] == pytest.approx(18292.91e8 * 0.75, rel=1e-12)
    assert first["balance"] == pytest.approx(first["revenue"] - first["expenditure"])
    assert first["revenue_before_interest"] == pytest.approx(first["revenue"] - first["interest"])


def test_what_is_not_defined_is_null(outcomes):
    rows = run_document(outcomes, "nominal")["scenarios"][0]["rows"]
    aid = [row for row in rows if row["ledger"] == "MAF"]
    assert {(row["reserve"], row["payable_months"]) for row in aid} == {(None, None)}


def test_events_are_years_or_null(outcomes):
    events = run_document(outcomes, "nominal")["scenarios"][1]["events"]
    resident = next(event for event in events if (event["region"], event["ledger"]) == ("110000", "RPF"))
    assert resident == {
        "region": "110000",
        "ledger": "RPF",
        "first_deficit": 2026,
        "first_deficit_before_interest": 2026,
        "exhaustion": 2031,
    }


def test_units_follow_the_prices(outcomes):
    document = run_document(outcomes, "gdp")
    assert (document["unit"], document["prices"]) == ("fraction", "gdp")
    assert 0.005 < document["scenarios"][0]["rows"][0]["revenue"] < 0.05


def test_filters_narrow_rows_and_lists(outcomes):
    document = run_document(outcomes, "nominal", regions=["120000"], ledgers=["RPF"])
    assert [region["code"] for region in document["regions"]] == ["120000"]
    assert {(row["region"], row["ledger"]) for row in document["scenarios"][0]["rows"]} == {("120000", "RPF")}


def test_factors_far_from_one_are_warned_about_once(outcomes):
    assert calibration_warnings(outcomes) == [
        f"calibration factor benefit ({region}, long_term_care) is 1.300, outside 0.80 to 1.25"
        for region in ("110000", "120000")
    ]


def test_a_ledger_that_a_region_does_not_hold_has_no_rows():
    forecast = fake_forecast()
    for name in ("revenue", "expenditure"):
        forecast[name].loc[{"region": "120000", "ledger": "MAF"}] = float("nan")
    rows = run_document([Outcome.of(forecast)], "nominal")["scenarios"][0]["rows"]
    assert ("120000", "MAF") not in {(row["region"], row["ledger"]) for row in rows}
