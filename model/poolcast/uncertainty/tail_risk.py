"""Tails of a simulation: value at risk, mean beyond it, the reserve needed, each with its error (handbook 7.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty import histogram_summary, sampling_error
from poolcast.uncertainty.histogram import HistogramStore
from poolcast.uncertainty.quantities import without_years

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

Array = NDArray[np.float64]

TAIL = 0.95
PATHS_AT_A_TIME = 256


def tails(simulation: Simulation, scenario: str) -> xr.Dataset:
    """Return value at risk and tail mean of the shortfall at the horizon and of the largest deficit of a year.

    Shortfall is the negative of the reserve in the last year, the deficit that of the balance; the tail mean is the
    mean beyond the 95 % quantile. ``relative_shortfall`` is the mean shortfall below zero over the revenue of the last
    year. ``NAME_error`` is the standard error of each, from its spread over groups of paths (not of counted paths).

    Returns
    -------
    xarray.Dataset (region, ledger)
    """
    if not simulation.is_exact:
        return histogram_summary.tails(simulation, scenario, TAIL)
    return simulation.once(("tails", scenario), lambda: _tails(simulation, scenario))


def _tails(simulation: Simulation, scenario: str) -> xr.Dataset:
    import xarray as xr

    base, last = simulation.job.baseline.base_year, simulation.job.baseline.last_year
    reserve = -_lowest(simulation, scenario, "reserve", last, last)
    deficit = -_lowest(simulation, scenario, "balance", base + 1, last)
    income = None
    if "revenue" in simulation.layout.names:
        income = _lowest(simulation, scenario, "revenue", last, last)
    parts = _figures_with_errors(simulation, "shortfall", reserve, _beyond)
    parts |= _figures_with_errors(simulation, "largest_deficit", deficit, _beyond)
    if income is not None:
        both = xr.concat(xr.align(reserve, income, join="inner"), "part").transpose("path", "part", ...)
        parts |= _figures_with_errors(simulation, "relative_shortfall", both, _relative)
    return xr.Dataset(parts)


def _beyond(values: Array) -> dict[str, Array]:
    """Return the 95 % quantile of columns (path, ...) and the mean beyond it; NaN where a path has no value."""
    known = ~np.isnan(values).any(0)
    at_risk = np.where(known, np.quantile(np.where(known, values, 0.0), TAIL, axis=0), np.nan)
    return {"_value_at_risk": at_risk, "_tail_mean": _mean(values, values >= at_risk)}


def _relative(values: Array) -> dict[str, Array]:
    """Return the mean of what lies above zero over the mean of an income (path, [amount, income], ...)."""
    amounts, income = values[:, 0], values[:, 1]
    mean = _mean(np.maximum(amounts, 0.0), ~np.isnan(amounts))
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"": mean / _mean(income, ~np.isnan(income))}


def _mean(values: Array, counted: NDArray[np.bool_]) -> Array:
    """Return the mean over paths of those values that count; NaN where none does."""
    with np.errstate(invalid="ignore"):
        found: Array = np.where(counted, values, 0.0).sum(0) / counted.sum(0)
    return found


def _figures_with_errors(
    simulation: Simulation, name: str, values: xr.DataArray, figures: Callable[[Array], dict[str, Array]]
) -> dict[str, xr.DataArray]:
    """Return figures of all paths with their errors, ``NAME_error``, from their spread over groups of paths.

    Parameters
    ----------
    simulation : Simulation
    name : str
        Before the name of each figure.
    values : DataArray (path, ...)
        On whose last two axes the figures lie.
    figures : callable
        Takes values of some paths and returns each figure on the last two axes.
    """
    import xarray as xr

    rows = values.to_numpy()
    found = figures(rows)
    groups = sampling_error.groups_of(simulation.draws, simulation.paths)
    spread = {key: np.full_like(figure, np.nan) for key, figure in found.items()}
    if groups is not None:
        parts = [figures(rows[groups == number]) for number in np.unique(groups)]
        spread = {key: np.stack([part[key] for part in parts]).std(0, ddof=1) / np.sqrt(len(parts)) for key in found}
    place = values.dims[-2:]
    coordinates = {axis: values[axis] for axis in place}
    made = {f"{name}{key}": figure for key, figure in found.items()}
    made |= {f"{name}{key}_error": figure for key, figure in spread.items()}
    return {key: xr.DataArray(figure, dims=place, coords=coordinates) for key, figure in made.items()}


def reserve_needed(simulation: Simulation, scenario: str, years: int = 5, probability: float = 0.05) -> xr.DataArray:
    """Return the reserve to add at the base year end so that exhaustion within some years is no likelier than asked.

    Interest on what is added is not counted, so the figure is on the safe side. Negative: that much could be spared.

    Parameters
    ----------
    years : int
        Years after the base year.
    probability : float
        Of exhaustion within them.

    Returns
    -------
    xarray.DataArray (region, ledger), yuan
    """
    if not simulation.is_exact:
        return histogram_summary.reserve_needed(simulation, scenario, years, probability)
    return _reserve_needed(simulation, scenario, years, probability)["reserve_needed"]


def reserve_needed_error(
    simulation: Simulation, scenario: str, years: int = 5, probability: float = 0.05
) -> xr.DataArray:
    """Return the standard error of `reserve_needed`; NaN where paths are few, or counted instead of kept."""
    if not simulation.is_exact:
        return histogram_summary.reserve_needed(simulation, scenario, years, probability) * np.nan
    return _reserve_needed(simulation, scenario, years, probability)["reserve_needed_error"]


def _reserve_needed(simulation: Simulation, scenario: str, years: int, probability: float) -> xr.Dataset:
    import xarray as xr

    base = simulation.job.baseline.base_year
    lowest = _lowest(simulation, scenario, "reserve", base + 1, base + years)

    def needed(values: Array) -> dict[str, Array]:
        known = ~np.isnan(values).any(0)
        return {"": np.where(known, np.quantile(np.where(known, -values, 0.0), 1 - probability, axis=0), np.nan)}

    return xr.Dataset(_figures_with_errors(simulation, "reserve_needed", lowest, needed))


def _lowest(simulation: Simulation, scenario: str, measure: str, first: int, last: int) -> xr.DataArray:
    """Return the lowest value of some years (path, region, ledger); NaN where none of them has one.

    Only the numbers of some paths at a time are in memory.
    """
    import xarray as xr

    kept, store = simulation.layout[measure], simulation.store
    assert not isinstance(store, HistogramStore)
    target = without_years(kept, measure)
    axis = kept.dimensions.index("year")
    place = np.stack(np.unravel_index(kept.cells, kept.shape))
    years = np.array([int(year) for year in kept.coordinates["year"]])[place[axis]]
    homes = np.ravel_multi_index(tuple(np.delete(place, axis, axis=0)), target.shape)
    result = np.full((simulation.paths, int(np.prod(target.shape))), np.nan)
    for start, rows in store.pieces(scenario, kept, 0, simulation.paths, PATHS_AT_A_TIME):
        part = result[start : start + len(rows)]
        for year in range(first, last + 1):
            mine = np.flatnonzero(years == year)
            part[:, homes[mine]] = np.fmin(part[:, homes[mine]], rows[:, mine])
    coordinates = {axis: list(members) for axis, members in target.coordinates.items()}
    values = result.reshape(simulation.paths, *target.shape)
    return xr.DataArray(values, dims=("path", *target.dimensions), coords=coordinates, name=measure)
