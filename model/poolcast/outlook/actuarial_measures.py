"""Rates on the contribution base and present values, read from a forecast (handbook 6.9).

The base of a ledger: contributory bases for the employee pooled fund; for the resident fund, which charges a sum per
head, the disposable income of its average members, so that its rates read as shares of members' income. Other ledgers
have none. Where both schemes share a ledger, the base of the merged fund, EPF, is the sum of both, and RPF has none;
what the merged fund takes over counts with the opening reserve, discounted. Present values are those of nominal flows
at the ledger's own interest rate, on 31 December of the base year (see `poolcast.outlook.actuarial_balance` for the
convention).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook import actuarial_balance as pure
from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.axes import RESIDENT_STATUSES
from poolcast.parameters.errors import Problem, ResultError

Array = NDArray[np.float64]

TARGET_MONTHS = 9.0
"""Payable months wanted at the end of a valuation: the upper end of the normal band (handbook 5.4, 11.7)."""

HORIZONS = (10, 25, 50, 75)
"""Years over which trust-fund reports state an actuarial balance."""


def contribution_base(forecast: xr.Dataset) -> xr.DataArray:
    """Return the base on which the rates of each ledger are stated (year, region, ledger), yuan a year.

    Contributory bases for EPF; average residents times disposable income per head for RPF; NaN for other ledgers.
    """
    employees, members = forecast.contributory_bases, forecast.average_members
    positions = [members.status.values.tolist().index(status) for status in RESIDENT_STATUSES]
    residents = np.moveaxis(members.values, members.get_axis_num("status"), -1)[..., positions].sum(-1)
    income = forecast.disposable_income.transpose(*employees.dims).values
    known = {"EPF": employees.values, "RPF": residents * income}
    nothing = np.full(employees.shape, np.nan)
    bases = np.stack([known.get(str(ledger), nothing) for ledger in forecast.ledger.values], axis=-1)
    coordinates = {**employees.coords, "ledger": forecast.ledger}
    base = xr.DataArray(bases, coords=coordinates, dims=(*employees.dims, "ledger"))
    filled = with_pools(forecast, base)
    if "schemes_merged" in forecast:
        merged, of_residents = forecast.schemes_merged > 0, filled.sel(ledger="RPF", drop=True)
        joined = filled.where(~merged | (filled.ledger != "EPF"), filled + of_residents)
        filled = joined.where(~merged | (filled.ledger != "RPF")).transpose(*filled.dims)
    return filled.where(filled > 0)


def cost_rate(forecast: xr.Dataset) -> xr.DataArray:
    """Return expenditure over the contribution base, ``CR_t = X_t / PB_t`` (year, region, ledger)."""
    return _rate(forecast, forecast.expenditure)


def income_rate(forecast: xr.Dataset) -> xr.DataArray:
    """Return revenue before interest over the contribution base, ``IR_t = R_t / PB_t`` (year, region, ledger)."""
    return _rate(forecast, forecast.revenue_before_interest)


def balance_rate(forecast: xr.Dataset) -> xr.DataArray:
    """Return the income rate less the cost rate (year, region, ledger)."""
    return _rate(forecast, forecast.balance_before_interest)


def _rate(forecast: xr.Dataset, amounts: xr.DataArray) -> xr.DataArray:
    result: xr.DataArray = (amounts / contribution_base(forecast)).transpose(*amounts.dims)
    return result


def longest_horizon(forecast: xr.Dataset) -> int:
    """Return the years of the projection, those after the base year."""
    return int(forecast.year.values[-1]) - int(forecast.attrs["base_year"])


def summarised_income_rate(forecast: xr.Dataset, horizon: int | None = None) -> xr.DataArray:
    """Return the summarised income rate over the years after the base year (region, ledger); handbook 6.9."""
    return _named(forecast, _summary(forecast, horizon, TARGET_MONTHS).income_rate)


def summarised_cost_rate(
    forecast: xr.Dataset, horizon: int | None = None, target_months: float = TARGET_MONTHS
) -> xr.DataArray:
    """Return the summarised cost rate with the reserve wanted at the end (region, ledger); handbook 6.9."""
    return _named(forecast, _summary(forecast, horizon, target_months).cost_rate)


def actuarial_balance(
    forecast: xr.Dataset, horizon: int | None = None, target_months: float = TARGET_MONTHS
) -> xr.DataArray:
    """Return the actuarial balance over N years after the base year (handbook 6.9).

    ``(F_0 + sum v_j R_j - sum v_j X_j - v_N TR) / sum v_j PB_j`` with ``TR = target_months X_N / 12``.

    Parameters
    ----------
    forecast : xarray.Dataset
        A forecast in nominal yuan.
    horizon : int, optional
        Years; the whole projection by default.
    target_months : float
        Payable months wanted at the end.

    Returns
    -------
    xarray.DataArray (region, ledger)
        Fraction of the contribution base; NaN where the ledger has no base or holds no reserve.

    Raises
    ------
    ResultError
        Where the projection is shorter than the horizon, or its money no longer nominal.
    """
    return _named(forecast, _summary(forecast, horizon, target_months).actuarial_balance)


def level_rate_change(
    forecast: xr.Dataset, horizon: int | None = None, target_months: float = TARGET_MONTHS
) -> xr.DataArray:
    """Return the uniform change of the contribution rate that ends at the target (handbook 6.9).

    ``(TR - F_N) / sum_j PB_j (1 + i_j tau) prod_{k>j} (1 + i_k)`` with F_N carried at the interest rate throughout, so
    that debts bear it too. A point of the rate is taken to bring a point of the whole base: `poolcast solve` gives the
    rate that a single kind of contributor would need, with its collection.

    Returns
    -------
    xarray.DataArray (region, ledger)
        Fraction of the contribution base, from the year after the base year on; negative where there is room.
    """
    interest, balance, cost, base = (
        _window(forecast, name, horizon) for name in ("interest_rate", "balance_before_interest", "expenditure", "base")
    )
    timing = float(forecast.attrs["flow_timing"])
    fund = _opening_fund(forecast, horizon)
    closing = fund * np.prod(1 + interest, axis=-1) + pure.reserve_sensitivity(balance, interest, timing)
    sensitivity = pure.reserve_sensitivity(base, interest, timing)
    return _named(forecast, pure.level_rate(0.0, closing, target_months / 12 * cost[..., -1], sensitivity))


def implicit_gap(forecast: xr.Dataset, horizon: int | None = None) -> xr.DataArray:
    """Return the present value of the deficits before interest, ``sum v_j max(-B_j, 0)`` (region, ledger), yuan.

    Valued on 31 December of the base year; NaN where the ledger holds no reserve.
    """
    opening = _window(forecast, "opening", horizon)[..., 0]
    balance, interest = (_window(forecast, name, horizon) for name in ("balance_before_interest", "interest_rate"))
    return _named(forecast, np.where(np.isnan(opening), np.nan, pure.implicit_gap(balance, interest)))


def _summary(forecast: xr.Dataset, horizon: int | None, target_months: float) -> pure.SummarisedRates:
    cost = _window(forecast, "expenditure", horizon)
    return pure.summarise(
        _window(forecast, "revenue_before_interest", horizon),
        cost,
        _window(forecast, "base", horizon),
        _window(forecast, "interest_rate", horizon),
        opening_fund=_opening_fund(forecast, horizon),
        target=target_months / 12 * cost[..., -1],
    )


def _opening_fund(forecast: xr.Dataset, horizon: int | None) -> Array:
    """Return the fund at the valuation date (..., region, ledger), with what the ledger takes over later discounted."""
    fund: Array = _window(forecast, "opening", horizon)[..., 0]
    if "taken_over" in forecast:
        growth = np.cumprod(1 + _window(forecast, "interest_rate", horizon), axis=-1)
        to_start = np.concatenate([np.ones_like(growth[..., :1]), 1 / growth[..., :-1]], axis=-1)
        fund = fund + (np.nan_to_num(_window(forecast, "taken_over", horizon)) * to_start).sum(-1)
    return fund


def _window(forecast: xr.Dataset, name: str, horizon: int | None) -> Array:
    """Return a series over the years after the base year (..., region, ledger, year); ``opening`` starts with F_0."""
    if forecast.attrs["prices"] != "nominal":
        found = f"a forecast in {forecast.attrs['prices']} prices"
        raise ResultError(Problem("forecast", found, "a nominal forecast", "Discount nominal flows."))
    longest = longest_horizon(forecast)
    years = longest if horizon is None else horizon
    if not 1 <= years <= longest:
        remedy = "Project further with --to, or choose a shorter horizon."
        raise ResultError(Problem("horizon", f"{years} years", f"1 to {longest} years", remedy))
    series = contribution_base(forecast) if name == "base" else forecast["reserve" if name == "opening" else name]
    first = int(forecast.attrs["base_year"]) + (name != "opening")
    chosen = series.sel(year=slice(first, first + years - 1))
    result: Array = chosen.transpose(..., "region", "ledger", "year").values
    return result


def _named(forecast: xr.Dataset, values: Array) -> xr.DataArray:
    one_year = forecast.reserve.isel(year=0, drop=True).transpose(..., "region", "ledger")
    return xr.DataArray(values, coords=one_year.coords, dims=one_year.dims)
