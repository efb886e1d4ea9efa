"""Measures read from a forecast made by hand: first deficit, exhaustion, other prices."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.outlook.measures import exhaustion_month

NAN = np.nan
YEARS = [2025, 2026, 2027, 2028, 2029]


def made_by_hand(
    balance: list[float], before: list[float], reserve: list[float], prices: str = "nominal"
) -> xr.Dataset:
    """One region, ledgers EPF (as given) and CII (without reserve)."""

    def both(values: list[float], other: list[float]) -> tuple[tuple[str, ...], np.ndarray, dict[str, str]]:
        return ("year", "region", "ledger"), np.array([values, other]).T[:, None, :], {"units": "yuan"}

    year = ("year", "region")
    return xr.Dataset(
        {
            "balance": both(balance, [-1.0] * 5),
            "balance_before_interest": both(before, [-1.0] * 5),
            "reserve": both(reserve, [NAN] * 5),
            "payable_months": (("year", "region", "ledger"), np.ones((5, 1, 2)), {"units": "months"}),
            "average_wage": (year, np.full((5, 1), 100.0), {"units": "yuan"}),
            "disposable_income": (year, np.full((5, 1), 50.0), {"units": "yuan"}),
            "contributory_bases": (year, np.full((5, 1), 1_000.0), {"units": "yuan"}),
            "consumer_price_index": (year, np.array([[1.0], [1.02], [1.05], [1.1], [1.25]]), {"units": "ratio"}),
            "gross_domestic_product": (year, np.array([[1e4], [2e4], [2.5e4], [4e4], [5e4]]), {"units": "yuan"}),
            "members": (year, np.full((5, 1), 7.0), {"units": "persons"}),
        },
        coords={"year": YEARS, "region": ["A"], "ledger": ["EPF", "CII"]},
        attrs={"base_year": 2025, "prices": prices},
    )


def read(measure: object, forecast: xr.Dataset, ledger: str = "EPF") -> float:
    return float(measure(forecast).sel(region="A", ledger=ledger))  # type: ignore[operator]


def test_first_deficits() -> None:
    """The base year is closed: a deficit in it is history; a balance of nothing is none."""
    found = made_by_hand([-5, 0, 2, -1, 3], [-5, -2, -3, -4, -1], [50, 48, 50, 49, 52])
    assert read(poolcast.first_deficit, found) == 2028
    assert read(poolcast.first_deficit_before_interest, found) == 2026
    assert np.isnan(read(poolcast.exhaustion, found))
    assert np.isnan(read(exhaustion_month, found))


def test_no_deficit_is_no_year() -> None:
    found = made_by_hand([1] * 5, [0] * 5, [10] * 5)
    for measure in (poolcast.first_deficit, poolcast.first_deficit_before_interest, poolcast.exhaustion):
        assert np.isnan(read(measure, found))
        assert measure(found).dims == ("region", "ledger")


def test_a_ledger_without_reserve_has_a_deficit_but_is_never_exhausted() -> None:
    found = made_by_hand([-1] * 5, [-1] * 5, [10, 5, -1, -2, -3])
    assert read(poolcast.first_deficit, found, "CII") == 2026
    assert read(poolcast.first_deficit_before_interest, found, "CII") == 2026
    assert np.isnan(read(poolcast.exhaustion, found, "CII"))


@pytest.mark.parametrize(
    ("reserve", "year", "month"),
    [
        ([30, 10, -10, -30, -60], 2027, 6),  # half of the year
        ([30, 1, -11, -30, -60], 2027, 1),
        ([30, 11, -1, -30, -60], 2027, 11),
        ([30, 10, 0, -5, -60], 2028, 1),  # nothing left at the year end: not yet below
        ([30, 20, 10, 5, -1e-9], 2029, 12),
        ([-5, -6, -7, -8, -9], 2026, NAN),  # was exhausted before the projection
        ([30, 10, -10, 20, -10], 2027, 6),  # the first time counts
    ],
)
def test_exhaustion(reserve: list[float], year: float, month: float) -> None:
    found = made_by_hand([1] * 5, [1] * 5, reserve)
    assert read(poolcast.exhaustion, found) == year
    assert read(exhaustion_month, found) == pytest.approx(month, nan_ok=True)


def test_real_prices() -> None:
    forecast = made_by_hand([10, 10.2, 21, 11, -25], [1] * 5, [100] * 5)
    found = poolcast.in_prices(forecast, "real")
    assert found.balance.sel(ledger="EPF", region="A").values == pytest.approx([10, 10, 20, 10, -20])
    assert found.average_wage.values[:, 0] == pytest.approx(100 / np.array([1, 1.02, 1.05, 1.1, 1.25]))
    assert found.balance.attrs["units"] == "yuan of the base year"
    assert found.balance.dims == forecast.balance.dims
    for name in ("members", "payable_months", "consumer_price_index"):
        xr.testing.assert_identical(found[name], forecast[name])
    assert found.attrs["prices"] == "real"
    assert forecast.attrs["prices"] == "nominal"
    assert read(poolcast.first_deficit, found) == read(poolcast.first_deficit, forecast) == 2029


def test_shares_of_the_product() -> None:
    forecast = made_by_hand([100, 200, 250, -400, 500], [1] * 5, [100] * 5)
    found = poolcast.in_prices(forecast, "gdp")
    assert found.balance.sel(ledger="EPF", region="A").values == pytest.approx([0.01, 0.01, 0.01, -0.01, 0.01])
    assert found.contributory_bases.values[:, 0] == pytest.approx([0.1, 0.05, 0.04, 0.025, 0.02])
    assert "domestic product" in found.balance.attrs["units"]
    for name in ("average_wage", "disposable_income", "members", "payable_months"):
        xr.testing.assert_identical(found[name], forecast[name])
    assert np.isnan(found.reserve.sel(ledger="CII")).all()


def test_nominal_is_the_forecast_itself() -> None:
    forecast = made_by_hand([1] * 5, [1] * 5, [1] * 5)
    assert poolcast.in_prices(forecast, "nominal") is forecast


def test_prices_are_changed_once() -> None:
    forecast = poolcast.in_prices(made_by_hand([1] * 5, [1] * 5, [1] * 5), "real")
    with pytest.raises(poolcast.ResultError, match="nominal"):
        poolcast.in_prices(forecast, "gdp")
    with pytest.raises(poolcast.ResultError, match="usd"):
        poolcast.in_prices(forecast, "usd")  # type: ignore[arg-type]


def test_china_in_other_prices() -> None:
    forecast = poolcast.project("china")
    real, share = poolcast.in_prices(forecast, "real"), poolcast.in_prices(forecast, "gdp")
    one = {"region": "000000", "ledger": "EPF", "year": 2040}
    nominal = float(forecast.reserve.sel(one))
    assert float(real.reserve.sel(one)) == pytest.approx(
        nominal / float(forecast.consumer_price_index.sel(year=2040)[0])
    )
    assert float(share.reserve.sel(one)) == pytest.approx(
        nominal / float(forecast.gross_domestic_product.sel(year=2040)[0])
    )
    assert float(real.reserve.sel({**one, "year": 2025})) == float(forecast.reserve.sel({**one, "year": 2025}))
    np.testing.assert_array_equal(real.members.values, forecast.members.values)


@pytest.mark.parametrize("prices", ["real", "gdp"])
def test_pools_keep_their_money_in_other_prices(tmp_path_factory: pytest.TempPathFactory, prices: str) -> None:
    from tests.fixtures.minimal_set import write_minimal_set

    folder = write_minimal_set(
        tmp_path_factory.mktemp("sets") / "pool",
        regions=["A", "B"],
        parents={"A": "P", "B": "P"},
        options={"employee_pool": "parent"},
    )
    forecast = poolcast.project(folder)
    assert np.isfinite(forecast.reserve.sel(region="P", ledger="EPF")).all()
    assert np.isfinite(poolcast.in_prices(forecast, prices).reserve.sel(region="P", ledger="EPF")).all()  # type: ignore[arg-type]


def test_a_ledger_without_reserve_has_a_deficit_and_no_exhaustion() -> None:
    """Critical-illness insurance keeps no reserve, but its claims can pass its premium; assistance has no balance."""
    forecast = poolcast.project("china")
    illness = forecast.balance.sel(ledger="CII").isel(region=0)
    assert bool(illness.sel(year=2060) < 0)
    expected = int(illness.year.where((illness < 0) & (illness.year > 2025)).min())
    assert int(poolcast.first_deficit(forecast).sel(ledger="CII").isel(region=0)) == expected
    assert bool(poolcast.exhaustion(forecast).sel(ledger="CII").isnull().all())
    for measure in (poolcast.first_deficit, poolcast.first_deficit_before_interest):
        assert bool(measure(forecast).sel(ledger="MAF").isnull().all())


def test_members_of_a_pool_leave_the_deficit_to_the_pool() -> None:
    pooled = poolcast.project(poolcast.load_assumptions("hebei"), "provincial_pooling")
    years = poolcast.first_deficit(pooled).sel(ledger="EPF")
    assert bool(years.sel(region="130100").isnull())
    assert bool(pooled.reserve.sel(ledger="EPF", region="130100").isnull().all())
