"""Compare: levels, differences, ratios and ranks, per region, pool and ledger; the tidy and the map-ready table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.outlook.catalogue_of_measures import HEADLINE, MEASURES
from poolcast.outlook.comparison import MOST, Comparison, compare
from poolcast.parameters.errors import ResultError
from tests.fixtures.fake_forecast import fake_forecast, pooled_forecast
from tests.fixtures.minimal_set import write_minimal_set


@pytest.fixture(scope="module")
def forecasts() -> dict[str, xr.Dataset]:
    return {
        "baseline": fake_forecast(last_year=2060),
        "dear": fake_forecast(cost=0.02, last_year=2060),
        "cheap": fake_forecast(cost=-0.02, last_year=2060),
    }


@pytest.fixture(scope="module")
def comparison(forecasts: dict[str, xr.Dataset]) -> Comparison:
    return compare(forecasts)


def test_levels_are_those_of_each_forecast(comparison: Comparison, forecasts: dict[str, xr.Dataset]) -> None:
    for name, forecast in forecasts.items():
        for measure in ("reserve", "payable_months", "first_deficit", "out_of_pocket_share"):
            found = comparison.level(measure).sel(scenario=name)
            np.testing.assert_array_equal(found.values, MEASURES[measure].read(forecast).values)
    one = comparison.value("reserve", scenario="dear", region="120000", ledger="RPF", year=2040)
    assert one == float(forecasts["dear"].reserve.sel(region="120000", ledger="RPF", year=2040))
    assert comparison.scenarios == ("baseline", "dear", "cheap")
    assert [measure.name for measure in comparison.measures] == list(HEADLINE)


def test_differences_and_ratios(comparison: Comparison, forecasts: dict[str, xr.Dataset]) -> None:
    base, dear = forecasts["baseline"].expenditure, forecasts["dear"].expenditure
    np.testing.assert_array_equal(
        comparison.differences("expenditure").sel(scenario="dear").values, (dear - base).values
    )
    np.testing.assert_array_equal(comparison.ratios("expenditure").sel(scenario="dear").values, (dear / base).values)
    assert float(abs(comparison.differences("reserve").sel(scenario="baseline")).max()) == 0.0
    assert np.isnan(comparison.ratios("first_deficit")).all()
    nothing = comparison.ratios("provider_deficit").sel(ledger="EPF")
    assert np.isnan(nothing).all()  # zero in the baseline: no ratio, no warning


def test_ranks_know_which_way_is_better(comparison: Comparison) -> None:
    def order(measure: str) -> list[float]:
        ranks = comparison.ranks(measure).sel(region="110000", ledger="EPF")
        return [float(rank) for rank in (ranks.isel(year=-1) if "year" in ranks.dims else ranks)]

    assert order("reserve") == [2, 3, 1]
    assert order("expenditure") == [2, 3, 1]
    assert order("first_deficit")[1] == 3
    assert order("provider_deficit") == [1, 1, 1]  # equal values share the best rank


def test_an_event_that_never_comes_ranks_best() -> None:
    forecasts = {"a": fake_forecast(cost=0.05), "b": fake_forecast(cost=-0.05), "c": fake_forecast(cost=-0.06)}
    found = compare(forecasts, ["first_deficit"])
    place = {"region": "110000", "ledger": "EPF"}
    assert np.isnan(found.level("first_deficit").sel(place)).values.tolist() == [False, True, True]
    assert found.ranks("first_deficit").sel(place).values.tolist() == [3, 1, 1]
    assert np.isnan(found.ranks("first_deficit").sel(region="110000", ledger="MAF")).all()


def test_the_baseline_may_be_named(forecasts: dict[str, xr.Dataset]) -> None:
    found = compare(forecasts, ["reserve"], baseline="dear")
    assert found.scenarios == ("dear", "baseline", "cheap")
    assert float(abs(found.differences("reserve").sel(scenario="dear")).max()) == 0.0


def test_horizons_within_reach(forecasts: dict[str, xr.Dataset], comparison: Comparison) -> None:
    assert comparison.level("actuarial_balance").horizon.values.tolist() == [10, 25]
    short = compare({name: forecast.isel(year=slice(0, 4)) for name, forecast in forecasts.items()})
    assert short.level("implicit_gap").horizon.values.tolist() == [3]


def test_the_tidy_table(comparison: Comparison) -> None:
    table = comparison.table(years=[2025, 2060])
    assert list(table.columns) == [
        "scenario", "measure", "horizon", "region", "ledger", "year", "value", "difference", "ratio", "rank", "unit",
    ]  # fmt: skip
    keys = ["scenario", "measure", "horizon", "region", "ledger", "year"]
    assert not table.duplicated(keys).any()
    one = table[
        (table.scenario == "dear") & (table.measure == "reserve") & (table.region == "110000") & (table.ledger == "EPF")
    ]
    assert one.year.tolist() == [2025, 2060]
    assert one.value.iloc[1] == comparison.value("reserve", scenario="dear", region="110000", ledger="EPF", year=2060)
    assert one.difference.iloc[1] < 0
    assert one["rank"].tolist() == [1, 3]
    assert set(one.unit) == {"yuan"}
    balance = table[table.measure == "actuarial_balance"]
    assert set(balance.horizon) == {10, 25}
    assert balance.year.isna().all()
    assert (table[table.measure == "dependency_ratio"].ledger == "").all()
    assert not ((table.measure == "reserve") & (table.ledger == "MAF")).any()  # never defined: no rows
    events = table[(table.measure == "exhaustion") & (table.ledger == "EPF")]
    assert len(events) == 3 * 2  # also where it does not come
    assert len(comparison.table()) > len(table)


def test_the_map_has_one_row_a_region(comparison: Comparison) -> None:
    table = comparison.map_table(2040)
    assert table.region.tolist() == ["110000", "120000"]
    assert table.name.tolist() == ["Northland", "Southland"]
    place = {"region": "120000", "ledger": "RPF", "year": 2040}
    level = comparison.value("payable_months", scenario="dear", **place)
    base = comparison.value("payable_months", scenario="baseline", **place)
    row = table.set_index("region").loc["120000"]
    assert row["dear.payable_months.RPF"] == level
    assert row["dear.payable_months.RPF.difference"] == level - base
    assert "baseline.payable_months.RPF.difference" not in table
    assert "cheap.actuarial_balance_25.EPF" in table
    assert "baseline.dependency_ratio" in table
    last = comparison.map_table().set_index("region").loc["110000", "baseline.reserve.EPF"]
    assert last == comparison.value("reserve", scenario="baseline", region="110000", ledger="EPF", year=2060)


def test_pools_stand_beside_regions_and_not_on_the_map() -> None:
    found = compare({"apart": fake_forecast(), "pooled": pooled_forecast()}, ["reserve", "expenditure"])
    reserve = found.level("reserve").sel(ledger="EPF", year=2030)
    assert np.isnan(reserve.sel(scenario="apart", region="P"))
    assert np.isnan(reserve.sel(scenario="pooled", region="110000"))
    assert float(reserve.sel(scenario="pooled", region="P")) == pytest.approx(
        float(reserve.sel(scenario="apart", region=["110000", "120000"]).sum())
    )
    assert found.map_table().region.tolist() == ["110000", "120000"]
    assert found.regions["P"] == ("pool", "Pool", "统筹")


def test_a_ledger_that_only_one_scenario_holds() -> None:
    found = compare(
        {"without": fake_forecast(), "with": fake_forecast(ledgers=("EPF", "RPF", "MAF", "LTCI"))}, ["revenue"]
    )
    revenue = found.level("revenue").sel(ledger="LTCI")
    assert np.isnan(revenue.sel(scenario="without")).all()
    assert (revenue.sel(scenario="with") > 0).all()
    assert np.isnan(found.differences("revenue").sel(ledger="LTCI")).all()


@pytest.mark.parametrize("prices", ["real", "gdp"])
def test_prices_move_money_of_years_only(forecasts: dict[str, xr.Dataset], prices: str) -> None:
    nominal, priced = compare(forecasts), compare(forecasts, prices=prices)
    divisor = forecasts["dear"]["consumer_price_index" if prices == "real" else "gross_domestic_product"]
    for measure in ("reserve", "subsidy", "provider_deficit"):
        expected = nominal.level(measure).sel(scenario="dear") / divisor
        np.testing.assert_allclose(
            priced.level(measure).sel(scenario="dear").values, expected.transpose("year", "region", "ledger").values
        )
    for measure in ("actuarial_balance", "payable_months", "out_of_pocket_share", "first_deficit"):
        np.testing.assert_array_equal(priced.level(measure).values, nominal.level(measure).values)
    unit = {"real": "yuan of 2025", "gdp": "fraction of gross domestic product"}[prices]
    assert priced.unit(MEASURES["reserve"]) == unit
    assert priced.unit(MEASURES["payable_months"]) == "months"
    assert priced.unit(MEASURES["out_of_pocket_per_member"]) == {"real": unit, "gdp": "yuan"}[prices]
    gap = nominal.level("implicit_gap") / (
        forecasts["dear"].gross_domestic_product.sel(year=2025) if prices == "gdp" else 1
    )
    np.testing.assert_allclose(
        priced.level("implicit_gap").values, gap.transpose(*priced.level("implicit_gap").dims).values
    )
    assert priced.unit(MEASURES["implicit_gap"]) == ("yuan" if prices == "real" else unit)


def test_what_cannot_be_compared_is_refused(forecasts: dict[str, xr.Dataset]) -> None:
    base = forecasts["baseline"]
    for wrong, message in (
        ({"baseline": base}, "1 forecasts"),
        ({f"s{number}": base for number in range(MOST + 1)}, "10 forecasts"),
        ({"baseline": base, "short": fake_forecast(last_year=2040)}, "2025 to 2040"),
        ({"baseline": base, "later": fake_forecast(base_year=2026, last_year=2060)}, "base year: 2026"),
        ({"baseline": base, "real": poolcast.in_prices(base, "real")}, "prices: real"),
    ):
        with pytest.raises(ResultError, match=message):
            compare(wrong)
    with pytest.raises(ResultError, match="Did you mean"):
        compare(forecasts, baseline="baselin")
    with pytest.raises(ResultError, match="payable_months"):
        compare(forecasts, ["payable_month"])
    with pytest.raises(ResultError, match="Ask for it"):
        compare(forecasts, ["reserve"]).level("dependency_ratio")


def test_equal_scenarios_do_not_differ(forecasts: dict[str, xr.Dataset]) -> None:
    same = compare({"a": forecasts["dear"], "b": forecasts["dear"].copy(deep=True)}, ["all"])
    for measure in same.measures:
        assert not (same.differences(measure.name).fillna(0.0) != 0).any(), measure.name
        assert not (same.ranks(measure.name).fillna(1.0) != 1).any(), measure.name


def test_a_real_pool(tmp_path: Path) -> None:
    pair = {"regions": ["A", "B"], "parents": {"A": "P", "B": "P"}}
    apart = poolcast.project(write_minimal_set(tmp_path / "apart", **pair))
    pooled = poolcast.project(write_minimal_set(tmp_path / "pooled", **pair, options={"employee_pool": "parent"}))
    found = compare({"apart": apart, "pooled": pooled})
    share = found.level("out_of_pocket_share").sel(scenario="pooled", ledger="EPF", year=apart.year.values[-1])
    assert np.isfinite(share.sel(region="P"))
    assert np.isfinite(found.level("actuarial_balance").sel(scenario="pooled", region="P", ledger="EPF")).all()


def test_eight_scenarios_of_the_shipped_set() -> None:
    assumptions = poolcast.load_assumptions("china", to=2050)
    forecasts = {f"s{number}": poolcast.project(assumptions, "high_cost") for number in range(MOST - 1)}
    found = poolcast.compare({"baseline": poolcast.project(assumptions), **forecasts})
    reserve = found.differences("reserve").sel(region="000000", ledger="EPF", year=2050)
    assert (reserve[1:] < 0).all()
    assert found.ranks("reserve").sel(region="000000", ledger="EPF", year=2050).values.tolist() == [1] + [2] * 8
