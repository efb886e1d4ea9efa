"""Pools in a forecast: what is known of member regions only, added up for the pools that they share."""

from __future__ import annotations

import numpy as np
import xarray as xr


def with_pools(forecast: xr.Dataset, amounts: xr.DataArray) -> xr.DataArray:
    """Return amounts by region with the rows of pools filled by the sums of their members.

    A forecast holds people, care and bases by region; a pool that keeps the ledger of several regions has its accounts
    only. Amounts that the pool already has are kept.

    Parameters
    ----------
    forecast : xarray.Dataset
        A forecast; its coordinate ``pool`` names the pool of every region, empty for none.
    amounts : xarray.DataArray (region, ...)
        Amounts that may be added over regions, NaN for pools.
    """
    if "pool" not in forecast.coords or not (forecast.pool != "").any():
        return amounts
    codes, pool_of = forecast.region.values.tolist(), forecast.pool.values.tolist()
    axis = amounts.get_axis_num("region")
    values = np.moveaxis(amounts.values, axis, 0).copy()
    for position, code in enumerate(codes):
        members = [number for number, pool in enumerate(pool_of) if pool == code]
        if members:
            values[position] = np.where(np.isnan(values[position]), values[members].sum(0), values[position])
    return amounts.copy(data=np.moveaxis(values, 0, axis))
