"""Measures read from a forecast: first deficit, exhaustion, money in other prices."""

from __future__ import annotations

from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.parameters.errors import Problem, ResultError

Prices = Literal["nominal", "real", "gdp"]
PRICES: tuple[Prices, ...] = ("nominal", "real", "gdp")
_PER_HEAD = ("average_wage", "disposable_income")


def first_deficit(forecast: xr.Dataset) -> xr.DataArray:
    """Return the first projected year with a negative balance, interest and subsidy inside (handbook 6.9).

    Returns
    -------
    xarray.DataArray (region, ledger)
        Year; NaN where there is none within the horizon, where the ledger has no balance (expenditure only), and for
        a member of a pool, whose ledger the pool holds.
    """
    return _first_year(forecast.balance < 0, forecast)


def first_deficit_before_interest(forecast: xr.Dataset) -> xr.DataArray:
    """Return the first projected year with a negative balance before interest (handbook 6.9)."""
    return _first_year(forecast.balance_before_interest < 0, forecast)


def exhaustion(forecast: xr.Dataset) -> xr.DataArray:
    """Return the first year that ends with a negative reserve (handbook 6.9)."""
    return _first_year(forecast.reserve < 0, forecast)


def exhaustion_month(forecast: xr.Dataset) -> xr.DataArray:
    """Return the month in which the reserve runs out (handbook 6.9).

    ``12 F_{t-1} / (F_{t-1} - F_t)``, on a straight line between the two year ends.

    Returns
    -------
    xarray.DataArray (region, ledger)
        Month 1 to 12 of the year of `exhaustion`; NaN where there is none.
    """
    reserve = forecast.reserve
    before = reserve.shift(year=1)
    month = np.ceil(12 * before / (before - reserve)).clip(1, 12)
    result: xr.DataArray = month.where((forecast.year == exhaustion(forecast)) & (before >= 0)).max("year")
    return result


def income_cover(forecast: xr.Dataset) -> xr.DataArray:
    """Return the part of the expenditure that revenue before interest pays (year, region, ledger); a fraction."""
    spent = forecast.expenditure
    result: xr.DataArray = forecast.revenue_before_interest / spent.where(spent > 0)
    return result


def payable_months_forward(forecast: xr.Dataset) -> xr.DataArray:
    """Return the reserve over the monthly expenditure of the following year (handbook 5.4, basis ``next``).

    The basis on which official payable months of residents seem to be stated; NaN in the last year.
    """
    spent = forecast.expenditure.shift(year=-1)
    result: xr.DataArray = 12 * forecast.reserve / spent.where(spent > 0)
    return result


def _first_year(condition: xr.DataArray, forecast: xr.Dataset) -> xr.DataArray:
    kept = forecast.reserve.notnull()
    everywhere = [dimension for dimension in kept.dims if dimension != "ledger"]
    holds = kept | ~kept.any(everywhere)  # a ledger that nobody gives a reserve still has a balance
    projected = forecast.year > int(forecast.attrs["base_year"])
    comes = (condition & holds & projected).transpose(*condition.dims)
    first = first_year(comes.values, forecast.year.values, comes.get_axis_num("year"))
    result: xr.DataArray = comes.isel(year=0, drop=True).copy(data=first).rename("year")
    return result


def first_year(comes: NDArray[np.bool_], years: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
    """Return the first year in which something is true; NaN where it never is.

    Parameters
    ----------
    comes : array of bool
        One of its axes runs over the years.
    years : array (year,)
    axis : int
        That axis.
    """
    first = years.astype(float)[comes.argmax(axis)]
    return np.where(comes.any(axis), first, np.nan)


def in_prices(forecast: xr.Dataset, prices: Prices) -> xr.Dataset:
    """Return a forecast with its money in constant base-year yuan or as a share of the product.

    Parameters
    ----------
    prices : {"nominal", "real", "gdp"}
        As it is; divided by the consumer price index (base year 1); divided by the gross domestic product of the
        year, whose unit is then a fraction. Amounts per head stay in yuan under ``gdp``.

    Raises
    ------
    ResultError
        For any other word, or where the forecast is no longer nominal.
    """
    if prices not in PRICES:
        raise ResultError(Problem("--prices", f"'{prices}'", ", ".join(PRICES), "Choose one of them."))
    if prices == "nominal":
        return forecast
    if forecast.attrs["prices"] != "nominal":
        found = f"a forecast in {forecast.attrs['prices']} prices"
        raise ResultError(Problem("forecast", found, "a nominal forecast", "Start from the result as it was saved."))
    divisor = forecast.consumer_price_index if prices == "real" else forecast.gross_domestic_product
    unit = "yuan of the base year" if prices == "real" else "fraction of gross domestic product"
    changed = {}
    for name, variable in forecast.data_vars.items():
        if variable.attrs.get("units") != "yuan" or (prices == "gdp" and name in _PER_HEAD):
            continue
        moved = (variable / divisor).transpose(*variable.dims)
        changed[name] = moved.assign_attrs({**variable.attrs, "units": unit})
    return forecast.assign(changed).assign_attrs(prices=prices)
