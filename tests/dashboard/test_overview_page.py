"""The page Overview: its cards, its table and its map agree with the forecast."""

import json
import math

import pytest

from poolcast.budget.early_warning import early_warnings
from poolcast.budget.warning_rules import LEVELS
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import load_set
from poolcast.reporting.formats import money_scale, rounded
from tests.dashboard.opening import html, open_page


@pytest.fixture(scope="module")
def hebei():
    return projected(load_set("hebei"), scenario("baseline"))


def table(app):
    """Return the table of funds."""
    return app.dataframe[0].value


def test_cards_hold_the_sums_of_the_set(hebei):
    page = html(open_page("overview", set="hebei"))
    base = hebei.outcome.base_year
    place = {"ledger": "EPF", "year": base}
    for name in ("revenue", "expenditure", "reserve"):
        total = float(hebei.forecast[name].sel(place).sum())
        assert f">{money_scale([total]).show(total)}<" in page
    reserve, spent = (float(hebei.forecast[name].sel(place).sum()) for name in ("reserve", "expenditure"))
    assert f">{rounded(12 * reserve / spent, 1)}<" in page


def test_growth_is_against_the_accounts_of_the_year_before():
    page = html(open_page("overview", set="china", lang="en"))
    forecast = projected(load_set("china"), scenario("baseline")).forecast
    now = float(forecast.revenue.sel(region="000000", ledger="EPF", year=2025))
    assert f"+{rounded((now / 1734245000000 - 1) * 100, 1)}% on the year before" in page  # 17,342.45 in 2024


def test_the_table_holds_every_region_with_the_months_of_the_year_in_view(hebei):
    app = open_page("overview", set="hebei", lang="en", year="2040")
    shown = table(app)
    assert len(shown) == 14
    months = hebei.forecast.payable_months.sel(ledger="EPF", year=2040)
    names = dict(zip(hebei.forecast.region_name.values, months.values, strict=True))
    for region, value in zip(shown["Region"], shown["Months 2040"], strict=True):
        assert value == pytest.approx(max(float(names[region]), 0.0), abs=0.051)
    years = dict(zip(shown["Region"], shown["Exhausted (8 in 10)"], strict=True))
    for code in ("130800", "133100"):
        year = hebei.outcome.event_year("exhaustion", code, "EPF")
        assert years[hebei.outcome.region_name(code).en] == (str(year) if year else "not by 2060")


def test_the_map_says_what_the_table_says(hebei):
    app = open_page("overview", set="hebei", year="2025")
    (tiles,) = (json.loads(piece.proto.spec) for piece in app.get("plotly_chart"))
    assert len(tiles["layout"]["shapes"]) == 14
    points = dict(zip(tiles["data"][0]["customdata"], tiles["data"][0]["text"], strict=True))
    months = hebei.forecast.payable_months.sel(ledger="EPF", year=2025)
    for code, text in points.items():
        assert rounded(float(months.sel(region=code)), 1) in text


def test_all_ledgers_give_a_row_for_each_fund(hebei):
    app = open_page("overview", set="hebei", lang="en")
    app.toggle(key="every_ledger").set_value(True).run()
    shown = table(app)
    spent = hebei.forecast.expenditure.sel(region=[c for c in hebei.forecast.region.values if c != "130000"])
    funds = int(((spent.fillna(0) != 0).any("year")).sum())
    assert len(shown) == funds
    assert set(shown["Ledger"]) >= {"Employee pooled fund", "Resident fund"}


def test_a_region_of_the_box_opens_its_forecast():
    app = open_page("overview", set="hebei")
    app.selectbox(key="every_region@zh").set_value("131100").run()
    assert app.query_params["region"] == "131100"


def test_a_small_set_shows_ledger_cards_and_no_map():
    app = open_page("overview", set="china", lang="en")
    assert "Payable months by region" not in html(app)
    assert len(app.get("plotly_chart")) == 6
    assert not any(isinstance(value, float) and math.isinf(value) for value in table(app)["Months 2030"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_light_and_its_rule_are_those_of_the_early_warnings(hebei, language):
    shown = table(open_page("overview", set="hebei", lang=language, ledger="RPF"))
    region, light, rule = ("地区", "预警", "触发规则") if language == "zh" else ("Region", "Light", "Rule fired")
    told = early_warnings(hebei.forecast, hebei.reformed, history="hebei")
    for code, cell, reason in zip(shown[region], shown[light], shown[rule], strict=True):
        fund = next(f for f in told.funds if f.ledger == "RPF" and f.region_name.in_language(language) == code)
        word = LEVELS[fund.light_ahead].in_language(language).removesuffix("色").lower()
        assert cell.lower().endswith(word)
        one = next((one for one in (*fund.warnings, *fund.coming) if one.level == fund.light_ahead), None)
        assert reason == "—" if one is None else one.rule.title.in_language(language) in reason
        assert one is None or not one.is_coming or str(one.year) in reason
