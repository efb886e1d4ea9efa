"""Which fund needs attention first, from the months of a forecast."""

import math
from dataclasses import replace

import pytest

from poolcast.budget.early_warning import early_warnings
from poolcast.budget.warning_results import EarlyWarning, FundWarnings
from poolcast.budget.warning_rules import RULES, band_of, rank
from poolcast.dashboard.services.attention import AHEAD, Row, rows, warned
from poolcast.dashboard.services.bands import Request, compute_bands
from poolcast.dashboard.services.history import history
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import load_set
from poolcast.parameters.declaration import Words


@pytest.fixture(scope="module")
def hebei():
    return projected(load_set("hebei"), scenario("baseline"))


@pytest.fixture(scope="module")
def found(hebei):
    return rows(hebei, ["EPF"], 2030, history(hebei.loaded))


def test_the_light_is_that_of_the_early_warnings_of_the_command_line(hebei, found):
    told = early_warnings(hebei.forecast, hebei.reformed, history="hebei")
    months = hebei.forecast.payable_months.sel(ledger="EPF")
    base = hebei.outcome.base_year
    lights = set()
    for row in found:
        fund = told.fund(row.region, "EPF")
        assert row.warned.document() == fund.document()
        assert row.light == fund.light
        assert row.now == float(months.sel(region=row.region, year=base))
        assert row.then == float(months.sel(region=row.region, year=2030))
        lights.add(row.light)
    assert len(lights) > 1


def test_chances_of_a_simulation_are_judged_too(hebei):
    bands = compute_bands(Request(hebei.loaded, scenario("baseline"), None, 40, 7)).bands
    row = next(row for row in rows(hebei, ["RPF"], 2030, history(hebei.loaded), bands) if row.chance > 0)
    year = hebei.outcome.base_year + AHEAD
    assert row.chance == bands.probability("months_below_3_by", row.region, "RPF", year)[0]
    assert "chance_low" not in [rule for rule, _ in row.warned.unknown]
    quiet = next(one for one in rows(hebei, ["RPF"], 2030, history(hebei.loaded)) if one.region == row.region)
    assert math.isnan(quiet.chance)


def test_lights_are_shared_by_content(hebei):
    past = history(hebei.loaded)
    assert warned(hebei, past) is warned(replace(hebei), past)


def test_every_region_stands_once_and_the_worst_band_first(hebei, found):
    codes = [row.region for row in found]
    regions = [str(code) for code in hebei.forecast.region.values if code != "130000"]
    assert sorted(codes) == sorted(regions)
    levels = [rank(row.light) for row in found]
    assert levels == sorted(levels, reverse=True)
    assert found[0].light == "orange"


def row(region: str, level: str = "orange", months: float = 4.0, chance: float = math.nan, coming="", **changes) -> Row:
    """Return a row with one warning of a level, or none for green."""
    rule = RULES["low_reserve"]
    one = EarlyWarning(rule, region, Words(region, region), "EPF", level, 2025, months, 6.0, since=2025)
    later = (replace(one, level=coming, year=2028, is_coming=True),) if coming else ()
    now = () if level == "green" else (one,)
    exhaustion = changes.get("exhaustion") or math.nan
    fund = FundWarnings(
        region, Words(region, region), "EPF", months, months, band_of(months, "EPF"), now, later, (), (), chance,
        exhaustion_year=exhaustion,
    )  # fmt: skip
    plain = Row(region, "EPF", fund, months, 4.0, chance, None, None, (), 1.0, 1.0, 0.0, 1.0)
    return replace(plain, **changes)


def test_the_order_is_light_then_band_then_chance_then_year():
    given = [
        row("green", "green", 10.0, exhaustion=2030),
        row("never"),
        row("late", exhaustion=2050),
        row("soon", exhaustion=2031),
        row("likely", chance=0.4, exhaustion=2055),
        row("red", "red", 2.0),
        row("red by another rule", "red", 7.0, chance=0.9),
        replace(row("not judged"), warned=None),
    ]
    ordered = [one.region for one in sorted(given, key=lambda one: one.worry)]
    expected = ["red", "red by another rule", "likely", "soon", "late", "never", "green", "not judged"]
    assert ordered == expected


def test_the_rule_told_is_the_one_behind_the_light_or_what_comes_worse():
    assert row("a", "green").decided_by is None
    assert row("a", "green", coming="orange").decided_by.year == 2028
    assert row("a", "orange", coming="red").decided_by.level == "red"
    assert row("a", "orange", coming="orange").decided_by.year == 2025
    assert replace(row("a"), warned=None).decided_by is None


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
