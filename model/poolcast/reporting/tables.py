"""Tidy tables of a forecast: one row a value or a year, units in a column, money in nominal yuan, both languages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from poolcast.parameters.axes import AXES
from poolcast.reporting.words import member_words

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

ACCOUNT_MEASURES = (
    "revenue",
    "expenditure",
    "balance",
    "interest",
    "revenue_before_interest",
    "balance_before_interest",
    "reserve",
    "payable_months",
)
"""What a ledger's account shows by year: tables, workbook and JSON document alike."""

ACCOUNT_COLUMNS = (*ACCOUNT_MEASURES, "prepaid")
LINES = (
    ("revenue_by_line", "revenue_line", "revenue"),
    ("expenditure_by_line", "expenditure_line", "expenditure"),
)


def accounts_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return one row a region, ledger, year and measure: the value with its unit and names."""
    return _tidy(forecast, [name for name in ACCOUNT_COLUMNS if name in forecast])


def members_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return members by region, status and year: at the year end and on average."""
    return _tidy(forecast, [name for name in ("members", "average_members") if name in forecast])


def population_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return what is known of a region and year without a ledger: people, wages, rates, prices."""
    return _tidy(
        forecast, [str(name) for name, array in forecast.data_vars.items() if array.dims == ("year", "region")]
    )


def ages_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return the population by single age and sex; empty where the age detail was not kept."""
    return _tidy(forecast, [name for name in ("population_by_age",) if name in forecast])


def benefits_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return services, bills and payments by region, status, benefit and year."""
    names = ("services", "bills", "in_policy_bills", "fund_payments")
    return _tidy(forecast, [name for name in names if name in forecast])


def lines_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return the statement: revenue and expenditure by line; lines that a ledger does not have are left out."""
    import pandas as pd

    parts = []
    for name, axis, side in LINES:
        if name in forecast:
            part = _tidy(forecast, [name]).rename(columns={axis: "line"})
            part = part[part["value"] != 0.0]
            part.insert(list(part.columns).index("line"), "side", side)
            parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def calibration_rows(forecast: xr.Dataset) -> list[dict[str, Any]]:
    """Return the calibration factors: name, axes, value, and whether it lies in the range that needs no explanation."""
    from poolcast.projection.control_totals import Factor

    rows = []
    for name, array in forecast.data_vars.items():
        if str(name).startswith("calibration_"):
            for row in _cells(array):
                short = str(name).removeprefix("calibration_")
                row["within_range"] = Factor(f"calibration.{short}", "", "", row["value"]).within_range
                rows.append({"name": short, **row})
    return rows


def calibration_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return the calibration factors as a table."""
    import pandas as pd

    table = pd.DataFrame(calibration_rows(forecast))
    if not table.empty:
        table["unit"] = "ratio"
    return table


TABLES = {
    "accounts": accounts_table,
    "lines": lines_table,
    "members": members_table,
    "population": population_table,
    "population_by_age": ages_table,
    "benefits": benefits_table,
    "calibration": calibration_table,
}
"""The tables of a run folder, by file name without its end."""


def _cells(array: xr.DataArray) -> Iterator[dict[str, Any]]:
    """Yield each defined cell of a small array with the members of its axes."""
    import numpy as np

    for position in np.ndindex(array.shape):
        value = float(array.values[position])
        if math.isfinite(value):
            members = {
                str(axis): array[axis].values.tolist()[index] if axis in array.coords else index
                for axis, index in zip(array.dims, position, strict=True)
            }
            yield {**members, "value": value}


def _tidy(forecast: xr.Dataset, names: list[str]) -> pd.DataFrame:
    """Melt variables of equal axes into rows with unit and names; cells that are not defined are left out."""
    import pandas as pd

    parts = []
    for name in names:
        array = forecast[name]
        axes = [str(axis) for axis in array.dims]
        part = array.reset_coords(drop=True).to_series().rename("value").dropna().reset_index()
        part = part[_order(axes)]
        part.insert(len(axes), "measure", name)
        part["value"] = part.pop("value")
        part["unit"] = str(array.attrs.get("units", ""))
        part["measure_name"] = str(array.attrs.get("long_name", name))
        part["measure_name_zh"] = str(array.attrs.get("long_name_zh", name))
        parts.append(part)
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    for axis in ("region", "ledger"):
        if axis in table and f"{axis}_name" in forecast.coords:
            for suffix in ("_name", "_name_zh"):
                names_of = dict(
                    zip(forecast[axis].values.tolist(), forecast[axis + suffix].values.tolist(), strict=True)
                )
                table[axis + suffix] = table[axis].map(names_of)
    for axis in ("status", "benefit", "tier", "sex", "scheme"):
        if axis in table and axis in AXES:
            table[f"{axis}_zh"] = table[axis].map(lambda member, axis=axis: member_words(axis, str(member)).zh)
    return table


def _order(axes: list[str]) -> list[str]:
    """Order of the key columns: who, then when, then the value."""
    return [axis for axis in axes if axis != "year"] + (["year"] if "year" in axes else []) + ["value"]
