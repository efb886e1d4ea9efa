"""Explain by driver: demography, coverage, wages, utilisation, price, intensity, reimbursement, policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook.attribution import Attribution, attribute, table_with_total
from poolcast.outlook.driver_groups import RESIDUAL, merged_drivers
from poolcast.outlook.mixed_sets import Side, differing_drivers, mixed, refuse_unlike
from poolcast.outlook.mixed_years import MixedYears
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.engine import Projection, run
from poolcast.projection.flows import FINANCED_BY_NEED
from poolcast.scenarios.scenario import BASELINE, Scenario

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

MEASURES = ("revenue", "expenditure", "balance", "reserve")
ORDER_MATTERS = 0.05
"""Beyond this part of the change, shares that depend on the order are to be shown beside those that do not."""


@dataclass(frozen=True)
class DriverExplanation:
    """A change of the accounts by driver.

    Parameters
    ----------
    parts : xarray.DataArray (approach, driver, ..., region, ledger), yuan
        ``sequential``: each driver replaced after those before it; ``shapley``: the mean over all orders. Between two
        sets the axes ``measure`` and ``year`` stand before the region; between two years there is expenditure only.
    total : xarray.DataArray (..., region, ledger), yuan
        The change; the parts of each approach add up to it.
    runs : int
        Mixtures valued.
    """

    parts: xr.DataArray
    total: xr.DataArray
    runs: int

    @property
    def drivers(self) -> tuple[str, ...]:
        """The drivers, in the order of replacement."""
        return tuple(map(str, self.parts.driver.values))

    @property
    def order_matters(self) -> xr.DataArray:
        """Where the order moves a share by more than 5 % of the change (handbook 6.12)."""
        if "shapley" not in self.parts.approach.values:
            return xr.zeros_like(self.total, dtype=bool)
        apart = self.parts.sel(approach="sequential", drop=True) - self.parts.sel(approach="shapley", drop=True)
        result: xr.DataArray = abs(apart).max("driver") > ORDER_MATTERS * abs(self.total)
        return result

    def table(self, **place: str | int) -> pd.DataFrame:
        """Return one row a driver, a column an approach, the last row the total, as in ``table(ledger="EPF")``.

        Parameters
        ----------
        **place : str or int
            One member of every axis with more than one.
        """
        chosen = self.parts.sel(place)
        left = [axis for axis in chosen.dims if axis not in ("approach", "driver")]
        if any(chosen.sizes[axis] > 1 for axis in left):
            found = f"axes {', '.join(map(str, left))}"
            raise ResultError(Problem("table", found, "one place", "Name one member of each."))
        values = chosen.isel(dict.fromkeys(left, 0)).transpose("driver", "approach").values
        return table_with_total(values, list(self.drivers), list(map(str, self.parts.approach.values)))


def explain_years(
    assumptions: Assumptions,
    first: int,
    second: int,
    scenario: Scenario = BASELINE,
    *,
    shapley: bool = True,
    merge: Mapping[str, Sequence[str]] | None = None,
) -> DriverExplanation:
    r"""Split the change of expenditure between two years by driver (handbook 6.12, 11.5).

    :math:`X = \sum_i N_i u_i c_i r_i`, each factor a driver: a mixture takes people, shares of status, wages, use,
    price, intensity and rules each from one of the two years. What a mixture does not hold is the residual: spending of
    accounts, transfers that follow contributions, and what looks at reserves or at earlier years, as the answer of
    patients while it phases in.

    Parameters
    ----------
    assumptions : Assumptions
        A set; calibrated here.
    first, second : int
        Years of the projection.
    scenario : Scenario
        What holds in both.
    shapley : bool
        Whether to value all orders, beside the fixed one.
    merge : mapping of str to sequence of str, optional
        Drivers to be taken as one, as ``{"unit_cost": ["price", "intensity"]}``.

    Raises
    ------
    ResultError
        Where the years are not of the projection, or a driver is unknown.
    """
    groups = {name: members for name, members in merged_drivers(merge).items() if members != {RESIDUAL}}
    if not assumptions.base_year <= first < second <= assumptions.last_year:
        allowed = f"two years in order, {assumptions.base_year} to {assumptions.last_year}"
        raise ResultError(Problem("years", f"{first} and {second}", allowed, "Choose others."))
    mixture = MixedYears(Side.of(assumptions, scenario), first, second)
    names = list(groups)
    nothing = mixture.expenditure(frozenset())

    def change(coalition: tuple[int, ...]) -> Array:
        chosen = frozenset().union(*(groups[names[number]] for number in coalition))
        return mixture.expenditure(chosen) - nothing

    found = attribute(len(names), change, shapley=shapley)
    actual = mixture.projection.accounts.expenditure[0]
    begin, end = first - assumptions.base_year, second - assumptions.base_year
    total = actual[:, end] - actual[:, begin]
    codes = [unit.code for unit in mixture.projection.holders.units]
    coordinates = {"region": codes, "ledger": list(assumptions.ledgers)}
    return _explanation(found, names, total, coordinates, found.runs + 1)


def explain_sets(
    first: Side, second: Side, *, shapley: bool = True, merge: Mapping[str, Sequence[str]] | None = None
) -> DriverExplanation:
    """Split the difference between two sets of assumptions, or two scenarios of them, by driver.

    A driver is a set of parameters; a mixture takes those of some drivers from the second side and the others from the
    first. Drivers in which the sides agree explain nothing and are not run.

    Parameters
    ----------
    first, second : Side
        Of the same years, regions and ledgers.
    shapley : bool
        Whether to value all orders, beside the fixed one.
    merge : mapping of str to sequence of str, optional
        Drivers to be taken as one.

    Raises
    ------
    ResultError
        Where the sides cannot stand in for each other, or a driver is unknown.
    """
    refuse_unlike(first, second)
    differing = set(differing_drivers(first, second))
    groups = merged_drivers(merge)
    names = [name for name, members in groups.items() if members & differing]
    codes = list(first.reformed.all_codes)
    before, after = (_accounts(run(side.reformed), codes) for side in (first, second))

    def change(coalition: tuple[int, ...]) -> Array:
        if len(coalition) == len(names):
            return np.nan_to_num(after) - np.nan_to_num(before)
        chosen = frozenset().union(*(groups[names[number]] for number in coalition))
        accounts = _accounts(run(mixed(first, second, chosen)), codes)
        return np.nan_to_num(accounts) - np.nan_to_num(before)

    total = np.where(np.isnan(before) & np.isnan(after), np.nan, np.nan_to_num(after) - np.nan_to_num(before))
    nothing = np.zeros((0, *total.shape))
    found = (
        attribute(len(names), change, shapley=shapley)
        if names
        else Attribution(total, nothing, nothing, nothing if shapley else None, 0)
    )
    years = range(first.reformed.base_year, first.reformed.last_year + 1)
    coordinates: dict[str, Sequence[Any]] = {
        "measure": list(MEASURES),
        "year": list(years),
        "region": codes,
        "ledger": list(first.reformed.ledgers),
    }
    return _explanation(found, names, total, coordinates, found.runs + 1)


def _explanation(
    found: Attribution, names: Sequence[str], total: Array, coordinates: Mapping[str, Sequence[Any]], runs: int
) -> DriverExplanation:
    """Label the shares; what they leave of the total goes to the residual."""
    approaches = ["sequential"] if found.shapley is None else ["sequential", "shapley"]
    drivers = [*names, *([] if RESIDUAL in names else [RESIDUAL])]
    parts = []
    for approach in approaches:
        shares = getattr(found, approach)
        shares = np.where(np.isnan(total), np.nan, shares)
        left = (total - shares.sum(0))[None]
        if RESIDUAL in names:
            shares[list(names).index(RESIDUAL)] += left[0]
            left = left[:0]
        parts.append(np.concatenate([shares, left]))
    dimensions = tuple(coordinates)
    return DriverExplanation(
        xr.DataArray(
            np.stack(parts),
            coords={"approach": approaches, "driver": drivers, **coordinates},
            dims=("approach", "driver", *dimensions),
            attrs={"units": "yuan"},
        ),
        xr.DataArray(total, coords=dict(coordinates), dims=dimensions, attrs={"units": "yuan"}),
        runs,
    )


def _accounts(projection: Projection, codes: Sequence[str]) -> Array:
    """Return (measure, year, holder, ledger); NaN where a holder has no account of the ledger."""
    accounts, holders = projection.accounts, projection.holders
    ledgers = projection.assumptions.ledgers
    holds = holders.keeps(ledgers)
    holds[: holders.regions] = [ledger != "ADJ" for ledger in ledgers]
    needy = np.array([ledger in FINANCED_BY_NEED for ledger in ledgers])
    revenue = np.where((holds & ~needy)[:, None], accounts.revenue[0], np.nan)
    expenditure = np.where(holds[:, None], accounts.expenditure[0], np.nan)
    every = np.stack([revenue, expenditure, revenue - expenditure, accounts.reserve[0]])
    result = np.full((len(MEASURES), every.shape[2], len(codes), len(ledgers)), np.nan)
    rows = [list(codes).index(unit.code) for unit in holders.units]
    result[:, :, rows] = np.swapaxes(every, 1, 2)
    return result


__all__ = ["DriverExplanation", "explain_sets", "explain_years"]
