"""Birth cohorts: what people born in a year receive from the funds, over what is paid in for them (handbook 6.9).

    ratio(b) = sum_t v_t benefits(b, t) / sum_t v_t contributions(b, t)        t = base year + 1 .. base year + N

Within the projection only: a cohort is followed from its age in the first projected year to that in the last, not from
cradle to grave, so that a cohort that is old today shows mostly what it receives and a young one mostly what it pays.
v_t is the mid-year factor at the interest rate of the scheme's pooled fund, on 31 December of the base year
(`actuarial_balance`). Ages up to 99 are followed; of 100 and older the birth year is not known.

Benefits are those of the pooled funds, what these credit to personal accounts among them, and the critical-illness
cover bought for residents. Contributions are those of members and employers to the pooled funds; what employees pay
into their own accounts stays theirs and is on neither side. Of the subsidy what is given by head counts, premium aid
with it. Second layers, long-term care insurance and assistance are on neither side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook.actuarial_balance import discount_factors
from poolcast.outlook.actuarial_measures import longest_horizon
from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.errors import Problem, ResultError

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

SCHEME_LEDGERS = ("EPF", "RPF")
"""Pooled funds in the order of the schemes."""

ALL = "all"
"""Both schemes together, where a table names the ledger."""

VALUES = ("benefits", "contributions", "subsidies", "account_contributions")
OLDEST = 99
"""Oldest single age."""


def birth_cohorts(forecast: xr.Dataset, horizon: int | None = None) -> pd.DataFrame:
    """Return present values and ratios of every birth cohort, one row a region, scheme and birth year.

    Parameters
    ----------
    forecast : xarray.Dataset
        A nominal forecast of a single run with the money by age (``poolcast.project(..., by_age=True)``).
    horizon : int, optional
        Years after the base year; the whole projection by default.

    Returns
    -------
    pandas.DataFrame
        Columns region, ledger (EPF, RPF or all), cohort (birth year), from_age and to_age (ages reached in the first
        and the last year that count), ratio, ratio_with_subsidy, present_value_of_benefits, -_of_contributions,
        -_of_subsidies and -_of_account_contributions (yuan of the base year end), from_year, to_year.

    Raises
    ------
    ResultError
        Where the forecast holds no money by age or is not nominal, or the horizon does not fit.

    Examples
    --------
    >>> import poolcast
    >>> forecast = poolcast.project("china", by_age=True)
    >>> table = poolcast.birth_cohorts(forecast)
    >>> young = table[(table.cohort == 2000) & (table.ledger == "EPF")]
    >>> bool(young.ratio.iloc[0] < 1)
    True
    """
    import pandas as pd

    values = present_values(forecast, horizon)
    schemes = [str(code) for code in values.ledger.values]
    whole = values.sum("ledger").expand_dims(ledger=[ALL])
    both = xr.concat([values, whole], "ledger").transpose("region", "ledger", "cohort")
    table = both.to_dataframe().reset_index()[["region", "ledger", "cohort", *VALUES]]
    base, years = int(forecast.attrs["base_year"]), _years(forecast, horizon)
    table["from_age"] = np.maximum(base + 1 - table.cohort, 0)
    table["to_age"] = np.minimum(base + years - table.cohort, OLDEST)
    table["ratio"] = _over(table.benefits, table.contributions)
    table["ratio_with_subsidy"] = _over(table.benefits, table.contributions + table.subsidies)
    table["from_year"], table["to_year"] = base + 1, np.minimum(base + years, table.cohort + OLDEST)
    table["from_year"] = np.maximum(table.from_year, table.cohort)
    table = table.rename(columns={name: f"present_value_of_{name}" for name in VALUES})
    shown = table[[f"present_value_of_{name}" for name in VALUES]].sum(axis=1) > 0
    order = ["region", "ledger", "cohort", "from_age", "to_age", "ratio", "ratio_with_subsidy"]
    order += [*(f"present_value_of_{name}" for name in VALUES), "from_year", "to_year"]
    table["ledger"] = pd.Categorical(table.ledger, [*schemes, ALL], ordered=True).astype(str)
    return table.loc[shown, order].reset_index(drop=True)


def benefit_contribution_ratio(
    forecast: xr.Dataset, horizon: int | None = None, cohort: int | None = None
) -> xr.DataArray:
    """Return benefits over contributions of members and employers, by scheme (region, ledger)."""
    return _ratio(_by_ledger(forecast, horizon, cohort), subsidised=False)


def benefit_contribution_ratio_with_subsidy(
    forecast: xr.Dataset, horizon: int | None = None, cohort: int | None = None
) -> xr.DataArray:
    """Return benefits over contributions and subsidies by head, by scheme (region, ledger)."""
    return _ratio(_by_ledger(forecast, horizon, cohort), subsidised=True)


def benefit_contribution_ratio_of_all(
    forecast: xr.Dataset, horizon: int | None = None, cohort: int | None = None
) -> xr.DataArray:
    """Return benefits over contributions of members and employers, both schemes together (region)."""
    return _ratio(_cohort_values(forecast, horizon, cohort).sum("ledger"), subsidised=False)


def benefit_contribution_ratio_of_all_with_subsidy(
    forecast: xr.Dataset, horizon: int | None = None, cohort: int | None = None
) -> xr.DataArray:
    """Return benefits over contributions and subsidies by head, both schemes together (region)."""
    return _ratio(_cohort_values(forecast, horizon, cohort).sum("ledger"), subsidised=True)


def present_values(forecast: xr.Dataset, horizon: int | None = None) -> xr.Dataset:
    """Return the present values of benefits, contributions and subsidies (region, ledger, cohort), yuan.

    A cohort that lives from before the first projected year until after the last one passes through the table of
    ages on a diagonal: in year t it stands at age t - b.
    """
    years = _years(forecast, horizon)
    base = int(forecast.attrs["base_year"])
    first, last = base + 1, base + years
    held = [code for code in SCHEME_LEDGERS if code in forecast.ledger.values]
    rates = forecast.interest_rate.sel(ledger=held, year=slice(first, last)).transpose("region", "ledger", "year")
    within, _ = discount_factors(rates.values)
    cohorts = np.arange(first - OLDEST, last + 1)
    sums = {}
    for name in VALUES:
        by_age = with_pools(forecast, forecast[f"{name}_by_age"].sum("sex", skipna=False))
        by_age = by_age.isel(scheme=[SCHEME_LEDGERS.index(code) for code in held]).sel(year=slice(first, last))
        values = by_age.transpose("region", "scheme", "year", "age").values[..., : OLDEST + 1] * within[..., None]
        total = np.zeros((*values.shape[:2], len(cohorts)))
        for number in range(years):
            total[..., number : number + OLDEST + 1] += values[:, :, number, ::-1]
        sums[name] = (("region", "ledger", "cohort"), total)
    return xr.Dataset(sums, coords={"region": forecast.region.values, "ledger": held, "cohort": cohorts})


def _cohort_values(forecast: xr.Dataset, horizon: int | None, cohort: int | None) -> xr.Dataset:
    """Return the present values of one cohort, or of all of them together (region, ledger)."""
    values = present_values(forecast, horizon)
    if cohort is None:
        return values.sum("cohort")
    first, last = int(values.cohort[0]), int(values.cohort[-1])
    if not first <= cohort <= last:
        remedy = "Name a birth year that lives within the horizon, at 99 at most."
        raise ResultError(Problem("cohort", f"cohort={cohort}", f"{first} to {last}", remedy))
    return values.sel(cohort=cohort, drop=True)


def _by_ledger(forecast: xr.Dataset, horizon: int | None, cohort: int | None) -> xr.Dataset:
    return _cohort_values(forecast, horizon, cohort).reindex(ledger=forecast.ledger.values)


def _ratio(values: xr.Dataset, *, subsidised: bool) -> xr.DataArray:
    paid = values.contributions + values.subsidies if subsidised else values.contributions
    result: xr.DataArray = values.benefits / paid.where(paid > 0)
    return result


def _over(benefits: pd.Series, paid: pd.Series) -> pd.Series:
    result: pd.Series = benefits / paid.where(paid > 0)
    return result


def _years(forecast: xr.Dataset, horizon: int | None) -> int:
    lacking = [f"{name}_by_age" for name in VALUES if f"{name}_by_age" not in forecast]
    if lacking:
        remedy = "Project a single run with by_age=True, or run the scenario again with this version."
        raise ResultError(Problem("forecast", "no money by age", f"a forecast with {', '.join(lacking)}", remedy))
    if forecast.attrs["prices"] != "nominal":
        found = f"a forecast in {forecast.attrs['prices']} prices"
        raise ResultError(Problem("forecast", found, "a nominal forecast", "Discount nominal flows."))
    longest = longest_horizon(forecast)
    years = longest if horizon is None else horizon
    if not 1 <= years <= longest:
        remedy = "Project further with --to, or choose a shorter horizon."
        raise ResultError(Problem("horizon", f"{years} years", f"1 to {longest} years", remedy))
    return years
