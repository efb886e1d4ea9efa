"""Tidy tables of a forecast: one row a value or a year, units in a column, money in nominal yuan, both languages."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
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


COHORT_WORDS = {
    "ratio": Words("Benefits to contributions", "待遇与缴费之比"),
    "ratio_with_subsidy": Words("Benefits to contributions and subsidy", "待遇与缴费及补助之比"),
    "present_value_of_benefits": Words("Present value of benefits", "待遇现值"),
    "present_value_of_contributions": Words("Present value of contributions", "缴费现值"),
    "present_value_of_subsidies": Words("Present value of subsidies by head", "按人头补助现值"),
    "present_value_of_account_contributions": Words("Present value of own account contributions", "个人账户缴费现值"),
}
"""Words of the values of birth cohorts."""


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


def birth_cohorts_table(forecast: xr.Dataset) -> pd.DataFrame:
    """Return present values and ratios of birth cohorts, one row a value; empty where the money by age was not kept."""
    import pandas as pd

    if "benefits_by_age" not in forecast or forecast.attrs["prices"] != "nominal":
        return pd.DataFrame()
    from poolcast.outlook.birth_cohorts import birth_cohorts

    wide = birth_cohorts(forecast)
    keys = ["region", "ledger", "cohort", "from_year", "to_year", "from_age", "to_age"]
    table = wide.melt(keys, var_name="measure", value_name="value").dropna(subset="value")
    table["unit"] = [
        "ratio" if name.startswith("ratio") else f"yuan at the end of {forecast.attrs['base_year']}"
        for name in table["measure"]
    ]
    table["measure_name"] = [COHORT_WORDS[name].en for name in table["measure"]]
    table["measure_name_zh"] = [COHORT_WORDS[name].zh for name in table["measure"]]
    for suffix in ("_name", "_name_zh"):
        names = dict(zip(forecast.region.values.tolist(), forecast[f"region{suffix}"].values.tolist(), strict=True))
        table[f"region{suffix}"] = table["region"].map(names)
    return table.sort_values(["region", "ledger", "cohort"], kind="stable").reset_index(drop=True)


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
    "birth_cohorts": birth_cohorts_table,
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
