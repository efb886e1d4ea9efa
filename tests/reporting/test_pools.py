"""Regions that share a ledger: the pool holds the reserve, the regions hold the people; every door copes."""

from __future__ import annotations

import io

import numpy as np
import openpyxl
import pytest
import xarray as xr
from rich.console import Console

from poolcast.reporting.console import print_outcomes
from poolcast.reporting.json_document import run_document
from poolcast.reporting.outcome import Outcome, all_regions
from poolcast.reporting.page import page
from poolcast.reporting.run_folder import load_run, save_run
from tests.fixtures.fake_forecast import fake_forecast, pooled_forecast


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


# A pool that only one scenario has


def across():
    """A forecast with one more holder than the baseline: a pool across provinces."""
    forecast = fake_forecast("high_cost")
    extra = forecast.isel(region=[0]) * np.nan
    extra = extra.assign_coords(
        region=["JJ"], kind=("region", ["pool"]), region_name=("region", ["Joint"]), region_name_zh=("region", ["共同"])
    )
    extra["reserve"].loc[{"ledger": "EPF"}] = 5e8
    extra["revenue"].loc[{"ledger": "EPF"}] = 1e8
    extra["expenditure"].loc[{"ledger": "EPF"}] = 1e8
    together = xr.concat(
        [forecast, extra], "region", data_vars="minimal", coords="minimal", join="outer", compat="override"
    )
    for name, array in together.data_vars.items():
        array.attrs = dict(forecast[name].attrs)
    return together.transpose("year", "region", ...).assign_attrs(forecast.attrs)


@pytest.fixture(scope="module")
def with_and_without():
    return [Outcome.of(fake_forecast()), Outcome.of(across())]


def test_tables_show_a_pool_of_the_second_scenario(tmp_path, with_and_without, record):
    folder = save_run(tmp_path / "run", with_and_without, record)["baseline"]
    book = openpyxl.load_workbook(folder.parent / "summary.xlsx")
    rows = [row[:2] for row in book["EPF"].iter_rows(min_row=4, values_only=True)]
    assert ("Joint", with_and_without[1].title.en) in rows
    assert ("Joint", with_and_without[0].title.en) not in rows
    stream = io.StringIO()
    regions = list(all_regions(with_and_without))
    print_outcomes(Console(file=stream, width=140), with_and_without, "nominal", "en", regions, ["EPF"])
    assert "Joint" in stream.getvalue()
    document = run_document(with_and_without, "nominal")
    assert document["regions"][-1]["code"] == "JJ"
    assert document["regions"][-1]["kind"] == "pool"
    assert not [row for row in document["scenarios"][0]["rows"] if row["region"] == "JJ"]
    assert [row for row in document["scenarios"][1]["rows"] if row["region"] == "JJ"]


def test_the_page_shows_a_pool_of_the_second_scenario(with_and_without):
    html = page(with_and_without, None)
    assert 'data-region="JJ"' in html
    assert "Joint" in html


# A merged fund


def test_a_ledger_that_is_taken_over_shows_dashes_and_no_exhaustion():
    forecast = fake_forecast()
    late = forecast.year >= 2028
    for name in ("reserve", "payable_months"):
        forecast[name] = forecast[name].where(~late | (forecast.ledger != "RPF")).assign_attrs(forecast[name].attrs)
    forecast["schemes_merged"] = (late * xr.ones_like(forecast.region, dtype=float)).transpose("year", "region")
    merged = Outcome.of(forecast.transpose("year", "region", ...))
    region = merged.regions[0]
    assert merged.merged_since(region, "RPF") == 2028
    assert merged.merged_since(region, "EPF") is None
    assert merged.event_text("exhaustion", region, "RPF", "en") == "—"
    assert merged.event_text("exhaustion", region, "EPF", "en") != "—"
    html = page([merged], None)
    assert "part of the merged fund (EPF) from 2028 on" in html
    assert "自 2028 年起并入合并基金" in html
