"""What early warnings look at: the figures of one fund by year, from a forecast and the accounts before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import LEDGERS, index
from poolcast.parameters.errors import Problem, ResultError

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

WATCHED = ("EPF", "RPF")
"""Ledgers for which the handbook has bands (5.4); the others balance by need or belong to persons."""
FIGURES = (
    "revenue",
    "expenditure",
    "reserve",
    "dependency_ratio",
    "collection_rate",
    "arrears_share",
    "provider_share",
    "prepaid",
)
_SCHEME = {"EPF": "employee", "RPF": "resident"}
_COLLECTION = {"EPF": "revenue.collection_rate", "RPF": "revenue.resident_collection_rate"}
_PAYING = tuple(index("status", name) for name in ("active", "flexible", "unemployed", "paying_past_retirement"))
_RETIRED = index("status", "retired")


@dataclass(frozen=True)
class FundSeries:
    """Figures of one fund by year; simulated ones have a leading axis of paths or funds.

    Parameters
    ----------
    ledger : str
    years : tuple of int
        In order, without gaps.
    figures : mapping of str to array (..., year)
        Names of `FIGURES`: money in yuan, shares as fractions, prepaid money in yuan. What is not there, or NaN, is
        not known.
    base_year : int or None
        Last closed year: what comes after is projected. None where all of it has happened.
    """

    ledger: str
    years: tuple[int, ...]
    figures: Mapping[str, Array] = field(repr=False)
    base_year: int | None = None

    def __getitem__(self, name: str) -> Array:
        """Return a figure by year; NaN throughout where it is not known."""
        if name in self.figures:
            return self.figures[name]
        shape = next(iter(self.figures.values())).shape
        return np.full(shape, np.nan)

    @property
    def payable_months(self) -> Array:
        """Reserve over the monthly expenditure of the same year (handbook 5.4, basis current)."""
        spent = self["expenditure"]
        return 12 * self["reserve"] / np.where(spent > 0, spent, np.nan)

    @property
    def payable_months_forward(self) -> Array:
        """Reserve over the monthly expenditure of the following year (basis next); NaN in the last year."""
        spent = self["expenditure"]
        result = np.full(spent.shape, np.nan)
        result[..., :-1] = 12 * self["reserve"][..., :-1] / np.where(spent > 0, spent, np.nan)[..., 1:]
        return result

    @property
    def balance_share(self) -> Array:
        """Balance of the year, interest and subsidy inside, over its expenditure."""
        spent = self["expenditure"]
        return (self["revenue"] - spent) / np.where(spent > 0, spent, np.nan)

    def position(self, year: int) -> int:
        """Return the place of a year on the year axis."""
        return self.years.index(year)


def growth(values: Array) -> Array:
    """Return the yearly growth of a figure (..., year); NaN in the first year and after nothing."""
    result = np.full(values.shape, np.nan)
    before = values[..., :-1]
    result[..., 1:] = values[..., 1:] / np.where(before > 0, before, np.nan) - 1
    return result


def funds_of(forecast: xr.Dataset, assumptions: Assumptions) -> dict[tuple[str, str], FundSeries]:
    """Return the figures of every fund of a forecast, with the accounts that the set holds from before the base year.

    Parameters
    ----------
    forecast : xarray.Dataset
        A nominal forecast of a single run.
    assumptions : Assumptions
        Its set, with the scenario applied or not; history and collection rates are read from it.

    Returns
    -------
    dict of (region or pool, ledger) to FundSeries
        Funds that hold a reserve, in the order of the forecast.

    Raises
    ------
    ResultError
        Where the forecast is not nominal, holds paths, or is of other years than the set.
    """
    _refuse(forecast, assumptions)
    found = {}
    for ledger in (code for code in WATCHED if code in assumptions.ledgers):
        money = forecast.sel(ledger=ledger)
        reserve = money.reserve.transpose("region", "year").values
        for place, code in enumerate(forecast.region.values):
            if np.isfinite(reserve[place]).any():
                found[str(code), ledger] = _fund(money, assumptions, str(code), ledger)
    return found


def _fund(money: xr.Dataset, assumptions: Assumptions, region: str, ledger: str) -> FundSeries:
    own = money.sel(region=region)
    members = _members(money, assumptions, region)
    behind = money.sel(region=[assumptions.region_codes[place] for place in members])
    before = [year for year in assumptions.years if year < assumptions.base_year]
    ahead = [int(year) for year in own.year.values]
    joined = {}
    projected = _projected(own, behind, _mean_collection(assumptions, members, ledger, assumptions.base_year), ledger)
    closed = _closed(assumptions, members, ledger, before)
    for name, values in projected.items():
        joined[name] = np.concatenate([closed.get(name, np.full(len(before), np.nan)), values])
    return FundSeries(ledger, (*before, *ahead), joined, assumptions.base_year)


def _projected(own: xr.Dataset, behind: xr.Dataset, collection: Array, ledger: str) -> dict[str, Array]:
    """Return the figures of a fund from the base year on (year,).

    Parameters
    ----------
    own, behind : xarray.Dataset
        The ledger of the holder; the same of the regions behind it, who have the people, the care and the arrears.
    collection : array (year,)
    ledger : str
    """

    def added(values: xr.DataArray) -> Array:
        return np.asarray(values.sum("region", skipna=False).values, dtype=np.float64)

    spent = own.expenditure.values
    figures: dict[str, Array] = {name: own[name].values for name in ("revenue", "expenditure", "reserve", "prepaid")}
    borne = added(behind.provider_borne.sel(scheme=_SCHEME[ledger]))
    figures["provider_share"] = borne / np.where(spent > 0, spent, np.nan)
    figures["collection_rate"] = collection
    if ledger == "EPF":
        members = behind.members.transpose("region", "year", "status").values.sum(0)
        paying, retired = members[:, list(_PAYING)].sum(-1), members[:, _RETIRED]
        figures["dependency_ratio"] = paying / np.where(retired > 0, retired, np.nan)
        units = own.revenue_by_line.sel(revenue_line="R1.1").values
        due = units / np.where(collection > 0, collection, np.nan)
        figures["arrears_share"] = added(behind.arrears) / np.where(due > 0, due, np.nan)
    return {name: np.asarray(values, dtype=np.float64) for name, values in figures.items()}


def _closed(assumptions: Assumptions, members: Sequence[int], ledger: str, years: Sequence[int]) -> dict[str, Array]:
    """Return what the accounts of the set say of a fund before the base year (year,)."""
    figures: dict[str, Array] = {}
    number, rows = LEDGERS.index(ledger), list(members)
    for name in ("revenue", "expenditure", "reserve"):
        parameter = f"accounts.{name}"
        if parameter in assumptions:
            figures[name] = np.array([assumptions.in_year(parameter, year)[rows, number].sum() for year in years])
    if ledger == "EPF" and "accounts.members" in assumptions:
        figures["dependency_ratio"] = np.array([_dependency(assumptions, rows, year) for year in years])
    return figures


def _dependency(assumptions: Assumptions, rows: list[int], year: int) -> float:
    members = assumptions.in_year("accounts.members", year)[rows].sum(0)
    retired = members[_RETIRED]
    return float(members[list(_PAYING)].sum() / retired) if retired > 0 else np.nan


def _mean_collection(assumptions: Assumptions, members: Sequence[int], ledger: str, year: int) -> Array:
    """Return the collection rate from a year on; of a pool that of its regions, weighted by members of today."""
    rates = assumptions.from_year(_COLLECTION[ledger], year)[list(members)]
    if len(members) == 1 or "accounts.members" not in assumptions:
        return np.asarray(rates.mean(0))
    weights = np.nan_to_num(assumptions.in_year("accounts.members", assumptions.base_year)[list(members)]).sum(-1)
    return np.asarray(np.average(rates, axis=0, weights=weights)) if weights.sum() > 0 else np.asarray(rates.mean(0))


def _members(money: xr.Dataset, assumptions: Assumptions, code: str) -> list[int]:
    """Return the positions of the regions behind a fund: the region itself, or those of a pool without their own."""
    if code in assumptions.region_codes:
        return [assumptions.region_codes.index(code)]
    without = ~np.isfinite(money.reserve.transpose("region", "year").values).any(1)
    homes = [name for name in ("pool", "common_pool") if name in money.coords]
    chosen = {
        str(region)
        for place, region in enumerate(money.region.values)
        if without[place] and any(str(money[home].values[place]) == code for home in homes)
    }
    return [place for place, region in enumerate(assumptions.region_codes) if region in chosen]


def _refuse(forecast: xr.Dataset, assumptions: Assumptions) -> None:
    problems = []
    if forecast.attrs.get("prices", "nominal") != "nominal":
        problems.append(
            Problem("forecast", f"{forecast.attrs['prices']} prices", "a nominal forecast", "Give it as it was saved.")
        )
    if "path" in forecast.dims:
        problems.append(
            Problem("forecast", "paths", "a single run", "Give the central run, and the simulation beside it.")
        )
    base = int(forecast.attrs["base_year"])
    if base != assumptions.base_year:
        found = f"base year {base}, while the set has {assumptions.base_year}"
        problems.append(Problem("forecast", found, "a forecast of the set", "Give the set that made the forecast."))
    if problems:
        raise ResultError(problems)
