"""Summaries of a simulation that was counted into histograms; `poolcast.uncertainty.summary` is the door.

Quantiles lie on the straight line within their bin. Their standard errors are those of independent paths, which is too
large for antithetic pairs and Sobol points; errors of means and probabilities come from batches as with exact paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.errors import Problem, ResultError
from poolcast.uncertainty import quantities
from poolcast.uncertainty.counters import CellCounter, WholeCounter
from poolcast.uncertainty.histogram import HistogramStore

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

Array = NDArray[np.float64]


def quantiles(
    simulation: Simulation, scenario: str, measure: str, levels: Sequence[float], against: str | None
) -> xr.Dataset:
    """Return mean, deviation and quantiles with their standard and rank errors; see `summary.quantiles`."""
    kept, store = simulation.layout[measure], _store(simulation)
    at = np.array(levels)
    if quantities.is_whole(kept):
        if against is not None:
            raise _not_counted(f"differences of {measure}", "differences of measures by year")
        years = store.whole(scenario, measure)
        estimate, error, rank = _quantiles_of(years, kept.size, simulation.paths, at)
        mean, spread = _moments_of_years(years)
        mean_error = spread / np.sqrt(simulation.paths)
    else:
        cells = store.cells(scenario, measure, against or "")
        estimate, error, rank = _quantiles_of(cells, kept.size, simulation.paths, at)
        mean, spread = cells.moments.mean(simulation.paths), cells.moments.deviation(simulation.paths)
        mean, spread = (np.where(cells.unknown > 0, np.nan, values) for values in (mean, spread))
        mean_error = spread / np.sqrt(simulation.paths)
        if store.is_batched:
            mean_error = _over_batches(cells.moments.means(store.batch_sizes))
    result = kept.dataset(
        {
            "quantile": (("level",), estimate),
            "quantile_error": (("level",), error),
            "rank_error": (("level",), rank),
            "mean": ((), mean),
            "mean_error": ((), mean_error),
            "standard_deviation": ((), spread),
        },
        {"level": list(levels)},
    )
    result.attrs["largest_rank_error"] = float(np.nanmax(rank, initial=0.0))
    return result


def probabilities(simulation: Simulation, scenario: str) -> xr.Dataset:
    """Return probabilities below thresholds; see `summary.probabilities`. They are counted path by path, exactly."""
    import xarray as xr

    store, parts = _store(simulation), []
    for name, measure, _ in quantities.THRESHOLDS:
        if measure not in simulation.layout.names:
            continue
        kept = simulation.layout[measure]
        known = np.isfinite(kept.unflatten(np.where(simulation.layout.holds(scenario, measure), 0.0, np.nan)))
        held = np.broadcast_to(known.any(kept.dimensions.index("year"), keepdims=True), known.shape)
        flags = store.flags(scenario, name)
        values = {}
        for key, counts in ((name, flags.met), (f"{name}_by", flags.by)):
            share, error = _share(counts, store)
            values[key] = np.where(held, share.reshape(kept.shape), np.nan)
            values[f"{key}_error"] = np.where(held, error.reshape(kept.shape), np.nan)
        parts.append(
            xr.Dataset(
                {key: (kept.dimensions, array) for key, array in values.items()},
                coords={axis: list(members) for axis, members in kept.coordinates.items()},
            )
        )
    return xr.merge(parts)


def event_distribution(simulation: Simulation, scenario: str, event: str) -> xr.Dataset:
    """Return how likely an event comes in each year; see `summary.event_distribution`. Counted exactly."""
    kept, store = simulation.layout[event], _store(simulation)
    counter, baseline = store.whole(scenario, event), simulation.job.baseline
    years = list(range(baseline.base_year + 1, baseline.last_year + 1))
    shares, errors = zip(*(_share(counter.counts[..., year - counter.first], store) for year in years), strict=True)
    never, never_error = _share(counter.counts[..., -1], store)
    held = simulation.layout.holds(scenario, event)
    found = {
        "probability": (("year",), np.stack(shares)),
        "error": (("year",), np.stack(errors)),
        "never": ((), never),
        "never_error": ((), never_error),
    }
    return kept.dataset(
        {name: (axes, np.where(held, values, np.nan)) for name, (axes, values) in found.items()}, {"year": years}
    )


def tails(simulation: Simulation, scenario: str, level: float) -> xr.Dataset:
    """Return value at risk and tail mean; see `tail_risk.tails`. Within a bin a path counts at its middle."""
    import xarray as xr

    store, paths, last = _store(simulation), simulation.paths, simulation.job.baseline.last_year
    kept = simulation.layout["reserve"]
    reserve = store.cells(scenario, "reserve")
    place = (1 - level) * (paths - 1)

    def at_horizon(values: list[float]) -> xr.DataArray:
        return kept.dataset({"value": ((), np.array(values))})["value"].sel(year=last, drop=True)

    at_risk = at_horizon([-float(reserve.at(cell, np.array([place]))[0][0]) for cell in range(kept.size)])
    beyond = at_horizon([-reserve.mean_between(cell, 0, int(place) + 1) for cell in range(kept.size)])
    parts = {"shortfall_value_at_risk": at_risk, "shortfall_tail_mean": beyond}
    _, yearless = quantities.derived(simulation.layout)[quantities.LARGEST_DEFICIT]
    deficit = store.cells(scenario, quantities.LARGEST_DEFICIT)
    place = level * (paths - 1)
    largest = {
        "value_at_risk": [float(deficit.at(cell, np.array([place]))[0][0]) for cell in range(yearless.size)],
        "tail_mean": [deficit.mean_between(cell, int(np.ceil(place)), paths) for cell in range(yearless.size)],
    }
    for name, values in largest.items():
        parts[f"largest_deficit_{name}"] = yearless.dataset({"value": ((), np.array(values))})["value"]
    if "revenue" in simulation.layout.names:
        income = simulation.layout["revenue"]
        mean = income.dataset({"value": ((), store.cells(scenario, "revenue").moments.mean(paths))})["value"]
        short = at_horizon([reserve.mean_shortfall(cell) for cell in range(kept.size)])
        parts["relative_shortfall"] = short / mean.sel(year=last, drop=True)
    unknown = {f"{name}_error": part * np.nan for name, part in parts.items()}  # single paths are not to be had
    return xr.Dataset({**parts, **unknown})


def reserve_needed(simulation: Simulation, scenario: str, years: int, probability: float) -> xr.DataArray:
    """Return the reserve to add; see `tail_risk.reserve_needed`. Counted for five years only."""
    if years != quantities.RESERVE_YEARS:
        raise _not_counted(f"the lowest reserve of {years} years", f"that of {quantities.RESERVE_YEARS} years")
    _, kept = quantities.derived(simulation.layout)[quantities.LOWEST_RESERVE]
    lowest = _store(simulation).cells(scenario, quantities.LOWEST_RESERVE)
    place = np.array([probability * (simulation.paths - 1)])
    values = np.array([-float(lowest.at(cell, place)[0][0]) for cell in range(kept.size)])
    result: xr.DataArray = kept.dataset({"reserve": ((), values)})["reserve"]
    return result


def rank_errors(simulation: Simulation, levels: Sequence[float]) -> dict[tuple[str, str], float]:
    """Return the largest rank error of any quantile by scenario and measure, for a log or a report."""
    return {
        (scenario, measure): float(
            quantiles(simulation, scenario, measure, levels, None).attrs["largest_rank_error"],
        )
        for scenario in simulation.scenarios
        for measure in simulation.layout.names
    }


def _quantiles_of(
    counter: CellCounter | WholeCounter, cells: int, paths: int, levels: Array
) -> tuple[Array, Array, Array]:
    """Return quantiles, their standard errors and their rank errors (level, cell)."""
    step = np.sqrt(paths * levels * (1 - levels))
    places = levels * (paths - 1)
    low = np.clip(np.floor(places - step), 0, paths - 1)
    high = np.clip(np.ceil(places + step), 0, paths - 1)
    estimate, error, rank = (np.empty((len(levels), cells)) for _ in range(3))
    for cell in range(cells):
        values, ranks = counter.at(cell, np.concatenate([places, low, high]))
        at, below, above = np.split(values, 3)
        estimate[:, cell], error[:, cell] = at, (above - below) / 2
        rank[:, cell] = ranks[: len(levels)] / paths
    return estimate, error, rank


def _moments_of_years(counter: WholeCounter) -> tuple[Array, Array]:
    held = counter.counts.sum(1)
    years = counter.first + np.arange(held.shape[1] - 1.0)
    paths = held.sum(1)
    mean = (held[:, :-1] * years).sum(1) / paths
    spread = np.sqrt((held[:, :-1] * (years - mean[:, None]) ** 2).sum(1) / np.maximum(paths - 1, 1))
    unknown = held[:, -1] > 0
    return np.where(unknown, np.nan, mean), np.where(unknown, np.nan, spread)


def _share(counts: NDArray[np.int64], store: HistogramStore) -> tuple[Array, Array]:
    """Return share and standard error of counts (cell, batch)."""
    sizes = store.batch_sizes
    paths = int(sizes.sum())
    share = counts.sum(-1) / paths
    if store.is_batched:
        return share, _over_batches(counts / np.maximum(sizes, 1))
    error: Array = np.sqrt(share * (1 - share) / paths)
    return share, error


def _over_batches(by_batch: Array) -> Array:
    result: Array = by_batch.std(-1, ddof=1) / np.sqrt(by_batch.shape[-1])
    return result


def _store(simulation: Simulation) -> HistogramStore:
    if not isinstance(simulation.store, HistogramStore):
        raise TypeError("a simulation that keeps every path is read by poolcast.uncertainty.summary")
    return simulation.store


def _not_counted(found: str, allowed: str) -> ResultError:
    remedy = "Keep every path: fewer paths or measures, or more memory."
    return ResultError(Problem("simulation in histograms", found, allowed, remedy))
