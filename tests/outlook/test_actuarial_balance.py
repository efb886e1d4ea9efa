"""Present values, summarised rates and the level rate: handbook 6.9 and 11.7, and series made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.outlook import actuarial_balance as pure
from poolcast.outlook import actuarial_measures as measures
from poolcast.parameters.errors import ResultError
from tests.fixtures.fake_forecast import fake_forecast
from tests.validation.worked_example import write_worked_example

HORIZON = 2
PAIR = {"regions": ["A", "B"], "parents": {"A": "P", "B": "P"}}


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    return poolcast.project(write_worked_example(tmp_path_factory.mktemp("sets") / "worked_example"), "baseline")


def yuan(value: float) -> object:
    return pytest.approx(value, abs=0.0051, rel=0)


def epf(values: xr.DataArray) -> float:
    return float(values.sel(ledger="EPF").isel(region=0))


def series(forecast: xr.Dataset, name: str) -> np.ndarray:
    return forecast[name].isel(region=0).sel(ledger="EPF", year=slice(2025, None)).values


def test_the_worked_example_to_a_hundredth_of_a_yuan(forecast: xr.Dataset) -> None:
    found = pure.summarise(
        series(forecast, "revenue_before_interest"),
        series(forecast, "expenditure"),
        forecast.contributory_bases.isel(region=0).sel(year=slice(2025, None)).values,
        [0.02, 0.02],
        opening_fund=20_000_000.0,
        target=9 / 12 * series(forecast, "expenditure")[-1],
    )
    assert float(found.income) == yuan(17_365_092.94)
    assert float(found.cost) == yuan(18_406_696.90)
    assert float(found.base) == yuan(256_163_936.45)
    assert float(found.target) == yuan(7_852_538.69)
    assert float(found.income_rate) == pytest.approx(0.14586399, abs=5e-9)
    assert float(found.cost_rate) == pytest.approx(0.10250949, abs=5e-9)
    assert float(found.actuarial_balance) == pytest.approx(0.04335449, abs=5e-9)


def test_the_measures_read_the_same_from_the_forecast(forecast: xr.Dataset) -> None:
    assert epf(measures.summarised_income_rate(forecast)) == pytest.approx(0.14586399, abs=5e-9)
    assert epf(measures.summarised_cost_rate(forecast)) == pytest.approx(0.10250949, abs=5e-9)
    assert epf(measures.actuarial_balance(forecast, HORIZON)) == pytest.approx(0.04335449, abs=5e-9)
    one_year = epf(measures.actuarial_balance(forecast, 1, target_months=0))
    assert one_year == pytest.approx((20e6 + (9_082_528.0 - 7_910_400.0) / 1.02**0.5) / (130_320_000 / 1.02**0.5))


def test_level_rate_by_the_recursion(forecast: xr.Dataset) -> None:
    payroll = np.array([115_920_000.0, 114_227_568.0])
    sensitivity = pure.reserve_sensitivity(0.98 * payroll, [0.02, 0.02], timing=0.5)
    assert float(sensitivity) == yuan(230_094_815.13)
    closing = float(forecast.reserve.isel(region=0).sel(ledger="EPF", year=2026))
    rate = float(pure.level_rate(0.08, closing, 9 / 12 * series(forecast, "expenditure")[-1], sensitivity))
    assert rate == pytest.approx(0.02978383, abs=5e-9)
    # the recursion of 6.8 run again with the rate found ends at the target
    revenue = series(forecast, "revenue_before_interest") + (rate - 0.08) * 0.98 * payroll
    reserve = 20_000_000.0
    for income, cost in zip(revenue, series(forecast, "expenditure"), strict=True):
        reserve = reserve * 1.02 + (income - cost) * 1.01
    assert reserve == yuan(8_169_781.25)


def test_discounting_follows_the_rate_of_each_year() -> None:
    within, at_end = pure.discount_factors([0.02, 0.05, -0.01])
    assert at_end == pytest.approx([1 / 1.02, 1 / 1.02 / 1.05, 1 / 1.02 / 1.05 / 0.99])
    assert within == pytest.approx([1.02**-0.5, 1 / 1.02 / 1.05**0.5, 1 / 1.02 / 1.05 / 0.99**0.5])


def test_a_report_of_published_rates() -> None:
    """Three years by hand: payroll 100, 110, 120; rates as a report prints them; one year's cost wanted at the end."""
    income_rate, cost_rate, payroll = [0.10, 0.10, 0.11], [0.09, 0.11, 0.12], [100.0, 110.0, 120.0]
    interest = [0.03, 0.03, 0.04]
    found = pure.summarise_rates(income_rate, cost_rate, payroll, interest, opening_fund=12.0)
    v = [1.03**-0.5, 1.03**-1.5, 1.03**-2 * 1.04**-0.5]
    base = 100 * v[0] + 110 * v[1] + 120 * v[2]
    income = 10 * v[0] + 11 * v[1] + 13.2 * v[2] + 12
    cost = 9 * v[0] + 12.1 * v[1] + 14.4 * v[2] + 14.4 / (1.03**2 * 1.04)
    assert float(found.income_rate) == pytest.approx(income / base, rel=1e-14)
    assert float(found.cost_rate) == pytest.approx(cost / base, rel=1e-14)
    assert float(found.actuarial_balance) == pytest.approx((income - cost) / base, rel=1e-12)
    # the unit of the payroll is free
    scaled = pure.summarise_rates(income_rate, cost_rate, [1.0, 1.1, 1.2], interest, opening_fund=0.12)
    assert float(scaled.actuarial_balance) == pytest.approx(float(found.actuarial_balance), rel=1e-12)
    # no funds and level rates: the balance is the difference of the rates, whatever the interest
    plain = pure.summarise_rates([0.1] * 3, [0.12] * 3, payroll, interest, target=0.0)
    assert float(plain.actuarial_balance) == pytest.approx(-0.02, abs=1e-15)


def test_series_of_many_ledgers_at_once() -> None:
    income = np.array([[10.0, 11.0], [20.0, 19.0]])
    both = pure.summarise(income, income * 0.9, [100.0, 100.0], [0.02, 0.03], opening_fund=[1.0, 2.0])
    for row in range(2):
        one = pure.summarise(income[row], income[row] * 0.9, [100.0] * 2, [0.02, 0.03], opening_fund=row + 1.0)
        assert float(both.actuarial_balance[row]) == float(one.actuarial_balance)


def test_implicit_gap_counts_deficits_only() -> None:
    assert float(pure.implicit_gap([5.0, -3.0, -2.0], [0.0, 0.0, 0.0])) == 5.0
    assert float(pure.implicit_gap([5.0, -3.0], [0.02, 0.02])) == pytest.approx(3 * 1.02**-1.5)


def test_no_base_is_no_rate() -> None:
    assert np.isnan(float(pure.summarise([1.0], [1.0], [0.0], [0.02]).actuarial_balance))


def test_level_change_brings_the_reserve_to_the_target(forecast: xr.Dataset) -> None:
    change = epf(measures.level_rate_change(forecast))
    bases = forecast.contributory_bases.isel(region=0).sel(year=slice(2025, None)).values
    balance = series(forecast, "balance_before_interest") + change * bases
    reserve = 20_000_000.0
    for amount in balance:
        reserve = reserve * 1.02 + amount * 1.01
    assert reserve == yuan(9 / 12 * series(forecast, "expenditure")[-1])


def test_resident_rates_stand_on_their_income(forecast: xr.Dataset) -> None:
    members = forecast.average_members.sel(status=["child", "adult_resident"]).sum("status")
    expected = forecast.expenditure.sel(ledger="RPF") / (members * forecast.disposable_income)
    np.testing.assert_allclose(measures.cost_rate(forecast).sel(ledger="RPF").values, expected.values, rtol=1e-14)
    assert np.isnan(measures.cost_rate(forecast).sel(ledger="EPA")).all()


def test_rates_equal_those_of_the_forecast(forecast: xr.Dataset) -> None:
    for name in ("cost_rate", "income_rate"):
        found = getattr(measures, name)(forecast).sel(ledger="EPF", drop=True)
        np.testing.assert_allclose(found.values, forecast[name].values, rtol=1e-15)
    difference = measures.income_rate(forecast) - measures.cost_rate(forecast)
    np.testing.assert_allclose(measures.balance_rate(forecast).values, difference.values, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("horizon", [0, -1, 11])
def test_a_horizon_outside_the_projection_is_refused(horizon: int) -> None:
    with pytest.raises(ResultError, match="1 to 10 years"):
        measures.actuarial_balance(fake_forecast(), horizon)


def test_money_that_is_not_nominal_is_refused() -> None:
    with pytest.raises(ResultError, match="nominal"):
        measures.implicit_gap(poolcast.in_prices(fake_forecast(), "real"))


def test_a_pool_values_the_bases_of_its_members(tmp_path: Path) -> None:
    from tests.fixtures.minimal_set import write_minimal_set

    pooled = poolcast.project(write_minimal_set(tmp_path / "p", **PAIR, options={"employee_pool": "parent"}))
    (pool,) = pooled.region.values[pooled.kind.values == "pool"]
    base = measures.contribution_base(pooled).sel(ledger="EPF")
    np.testing.assert_allclose(base.sel(region=pool), base.sel(region=["A", "B"]).sum("region"), rtol=1e-14)
    balance = measures.actuarial_balance(pooled).sel(ledger="EPF")
    assert np.isfinite(balance.sel(region=pool))
    assert np.isnan(balance.sel(region="A"))  # its reserve is the pool's
