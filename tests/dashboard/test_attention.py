"""Which fund needs attention first, from the months of a forecast."""

import math
from dataclasses import replace

import pytest

from poolcast.budget.warning_rules import rank
from poolcast.dashboard.services.alarms import warnings_of
from poolcast.dashboard.services.attention import AHEAD, Row, rows
from poolcast.dashboard.services.history import history
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import load_set
from poolcast.reporting.formats import band_of


@pytest.fixture(scope="module")
def hebei():
    return projected(load_set("hebei"), scenario("baseline"))


@pytest.fixture(scope="module")
def found(hebei):
    return rows(hebei, ["EPF"], 2030, history(hebei.loaded))


def test_the_light_is_the_worst_band_of_the_years_ahead(hebei, found):
    months = hebei.forecast.payable_months.sel(ledger="EPF")
    base = hebei.outcome.base_year
    for row in found:
        ahead = months.sel(region=row.region, year=slice(base, base + AHEAD))
        assert row.band == band_of(float(ahead.min()))
        assert row.worst_year == int(ahead.year[int(ahead.values.argmin())])
        assert row.now == float(months.sel(region=row.region, year=base))
        assert row.then == float(months.sel(region=row.region, year=2030))


def test_every_region_stands_once_and_the_worst_band_first(hebei, found):
    codes = [row.region for row in found]
    regions = [str(code) for code in hebei.forecast.region.values if code != "130000"]
    assert sorted(codes) == sorted(regions)
    lowest = [math.inf if row.band is None else row.worry[1] for row in found]
    assert lowest == sorted(lowest)
    assert found[0].band == "orange"


def test_the_light_is_that_of_the_early_warnings_and_sorts_the_funds(hebei):
    judged = warnings_of(hebei)
    listed = rows(hebei, ["EPF", "RPF", "CII"], 2030, history(hebei.loaded), warnings=judged)
    levels = [-1 if one.level is None else rank(one.level) for one in listed]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) > 2
    for one in listed:
        if one.ledger == "CII":
            assert one.level is None
            continue
        fund = judged.fund(one.region, one.ledger)
        assert one.level == fund.light_ahead
        assert (one.warning is None) == (one.level == "green")
        assert one.warning is None or one.warning.level == one.level


def row(region: str, **changes: object) -> Row:
    plain = Row(region, "EPF", "orange", 4.0, 4.0, math.nan, None, None, 2025, (), 1.0, 1.0, 0.0, 1.0)
    return replace(plain, **changes)


def test_the_order_is_band_then_chance_then_year():
    given = [
        row("ample", band="ample", exhaustion=2030),
        row("never"),
        row("late", exhaustion=2050),
        row("soon", exhaustion=2031),
        row("likely", chance=0.4, exhaustion=2055),
        row("red", band="red"),
    ]
    ordered = [one.region for one in sorted(given, key=lambda one: one.worry)]
    assert ordered == ["red", "likely", "soon", "late", "never", "ample"]


def test_a_resting_adjustment_fund_is_no_row(hebei):
    assert not rows(hebei, ["ADJ"], 2030, history(hebei.loaded))


def test_accounts_come_from_the_tables():
    loaded = load_set("china")
    past = history(loaded)
    months = past.of("payable_months", "000000", "RPF")
    reserve, spent = past.of("reserve", "000000", "RPF"), past.of("expenditure", "000000", "RPF")
    assert min(months) == 2019
    assert months[2021] == pytest.approx(12 * reserve[2021] / spent[2021])
    assert past.of("balance", "000000", "RPF")[2018] == past.of("revenue", "000000", "RPF")[2018] - spent[2018]
    base = loaded.base_year
    item = projected(loaded, scenario("baseline"))
    ratio = float(item.forecast.dependency_ratio.sel(region="000000", year=base))
    assert past.of("dependency_ratio", "000000", "RPF")[base] == pytest.approx(ratio, rel=1e-6)
