"""Regions that share a ledger: the pool holds the reserve, the regions hold the people; every door copes."""

from __future__ import annotations

import io

import openpyxl
import pytest
import xarray as xr
from rich.console import Console

from poolcast.reporting.console import print_outcomes
from poolcast.reporting.json_document import run_document
from poolcast.reporting.outcome import Outcome
from poolcast.reporting.page import page
from poolcast.reporting.run_folder import load_run, save_run
from tests.fixtures.fake_forecast import pooled_forecast


@pytest.fixture(scope="module")
def pooled():
    return Outcome.of(pooled_forecast())


def test_a_pooled_run_opens_identical_and_has_its_workbook(tmp_path, pooled, record):
    folder = save_run(tmp_path / "run", [pooled], record)["baseline"]
    xr.testing.assert_identical(load_run(folder), pooled.forecast)
    sheet = openpyxl.load_workbook(folder / "summary.xlsx")["EPF"]
    assert {row[0] for row in sheet.iter_rows(min_row=4, values_only=True)} == {"Northland", "Southland", "Pool"}


def test_the_page_shows_months_of_the_pool_and_people_of_the_regions(pooled):
    html = page([pooled], None)
    cards = {
        region: html.split(f'<section class="switched" data-region="{region}">', 1)[1] for region in ("110000", "P")
    }
    assert "EPF-payable_months" in cards["P"]
    sections = [part for part in html.split("<section")[1:] if 'data-region="P"' in part.split(">", 1)[0]]
    assert not any("Members and ages" in part for part in sections)
    own = [part for part in html.split("<section")[1:] if 'data-region="110000"' in part.split(">", 1)[0]]
    assert any("Members and ages" in part for part in own)
    assert not any("EPF-payable_months" in part for part in own)


def test_the_document_says_which_is_a_pool_and_leaves_reserves_of_its_regions_open(pooled):
    document = run_document([pooled], "nominal")
    assert [region["kind"] for region in document["regions"]] == ["region", "region", "pool"]
    rows = document["scenarios"][0]["rows"]
    assert {row["reserve"] for row in rows if row["region"] == "110000"} == {None}
    assert all(row["reserve"] for row in rows if row["region"] == "P" and row["ledger"] == "EPF")


def test_the_headline_lists_who_holds_a_reserve(pooled):
    stream = io.StringIO()
    print_outcomes(Console(file=stream, width=140), [pooled], "nominal", "en", pooled.regions, pooled.ledgers)
    assert "Pool " in stream.getvalue()
    assert "Northland" not in stream.getvalue()
