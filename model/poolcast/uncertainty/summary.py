"""Summary: quantiles, probabilities and events of a simulation, each with its sampling error (handbook 7.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty import histogram_summary, sampling_error
from poolcast.uncertainty.histogram import HistogramStore
from poolcast.uncertainty.kept import KeptMeasure
from poolcast.uncertainty.order_statistics import order_statistics
from poolcast.uncertainty.quantities import THRESHOLDS, below_threshold, count_flags

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

Array = NDArray[np.float64]

LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)
"""Quantiles of every fan."""
EVENTS = ("first_deficit", "first_deficit_before_interest", "exhaustion")
PATHS_AT_A_TIME = 255
"""Paths that are looked at one after another: what a byte can count."""
LINES = 32
"""Paths that are turned into columns at a time: their rows stay in the cache."""
CHUNK = 2**20
"""Bytes that a thread reduces at a time: they stay in its cache."""


class Workspace:
    """Memory in which the columns of one measure after another are held.

    Ten thousand paths of a measure are hundreds of megabytes, and the system clears every page of them that is new.
    """

    def __init__(self) -> None:
        self._held: Array = np.empty(0)

    def take(self, size: int) -> Array:
        """Return so many numbers of any value; they are those of the last time as far as they reach."""
        if self._held.size < size:
            self._held = np.empty(size)
        return self._held[:size]


def quantiles(
    simulation: Simulation,
    scenario: str,
    measure: str,
    against: str | None = None,
    workspace: Workspace | None = None,
) -> xr.Dataset:
    """Return mean, standard deviation and quantiles of a measure with their standard errors.

    Parameters
    ----------
    simulation : Simulation
    scenario, measure : str
    against : str, optional
        Take the difference, path by path, from this scenario: both have met the same shocks.
    workspace : Workspace, optional
        Of a caller who asks for many measures, one after another.

    Returns
    -------
    xarray.Dataset
        ``quantile`` (level, year, region, ledger), ``mean``, ``standard_deviation``, and the errors of mean and
        quantiles as ``mean_error`` and ``quantile_error``, in the unit of the measure. Years of events are counted by
        `event_distribution` instead. Of a simulation in histograms also ``rank_error`` (level, ...), the largest part
        of the paths by which a quantile may be off in rank.
    """
    key = "quantiles", scenario, measure, against
    return simulation.once(key, lambda: _quantiles(simulation, scenario, measure, against, workspace))


def _quantiles(
    simulation: Simulation, scenario: str, measure: str, against: str | None, workspace: Workspace | None
) -> xr.Dataset:
    if not simulation.is_exact:
        return histogram_summary.quantiles(simulation, scenario, measure, LEVELS, against)
    kept, paths = simulation.layout[measure], simulation.paths
    columns = _columns(simulation, scenario, measure, against, workspace)
    batches = sampling_error.batches_of(simulation.draws, paths)
    levels = np.array(LEVELS)
    ranks = sampling_error.ranks_of(levels, paths)

    def reduce(cells: slice) -> tuple[Array, ...]:
        values = columns[cells]
        few = order_statistics(values, ranks)
        mean = values.mean(-1)
        spread = values.std(-1, ddof=1, mean=mean[:, None])
        if batches is None:
            error, mean_error = sampling_error.of_quantiles(few, levels, paths, ranks), spread / np.sqrt(paths)
        else:
            error = sampling_error.of_quantiles_by_batch(values, levels, batches)
            mean_error = sampling_error.of_mean(values, batches)
        estimate = sampling_error.quantiles_of_ordered(few, levels, paths, ranks)
        return estimate, error, mean, mean_error, spread

    estimate, error, mean, mean_error, spread = _in_chunks(columns, reduce)
    return kept.dataset(
        {
            "quantile": (("level",), estimate),
            "quantile_error": (("level",), error),
            "mean": ((), mean),
            "mean_error": ((), mean_error),
            "standard_deviation": ((), spread),
        },
        {"level": list(LEVELS)},
    )


def probabilities(simulation: Simulation, scenario: str) -> xr.Dataset:
    """Return the probability of deficit, exhaustion and few months, in each year and in it or before.

    Returns
    -------
    xarray.Dataset
        For each name of `THRESHOLDS` that was kept ``NAME`` (year, region, ledger), ``NAME_by`` for the year or before,
        and their errors ``NAME_error``, ``NAME_by_error``; projected years only.
    """
    return simulation.once(("probabilities", scenario), lambda: _probabilities(simulation, scenario))


def _probabilities(simulation: Simulation, scenario: str) -> xr.Dataset:
    import xarray as xr

    if not simulation.is_exact:
        return histogram_summary.probabilities(simulation, scenario)
    batches = sampling_error.batches_of(simulation.draws, simulation.paths)
    held = [item for item in THRESHOLDS if item[1] in simulation.layout.names]
    counts: dict[tuple[str, float], tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
    for measure in dict.fromkeys(measure for _, measure, _ in held):
        numbers = [number for _, name, number in held if name == measure]
        counts |= _counts_below(simulation, scenario, measure, numbers, batches)
    parts = []
    for name, measure, number in held:
        kept = simulation.layout[measure]
        known = np.isfinite(kept.unflatten(np.where(simulation.layout.holds(scenario, measure), 0.0, np.nan)))
        for suffix, count in zip(("", "_by"), counts[measure, number], strict=True):
            parts.append(_shares(kept, name + suffix, count, known, simulation.paths, batches))
    return xr.merge(parts)


def _counts_below(
    simulation: Simulation,
    scenario: str,
    measure: str,
    numbers: Sequence[float],
    batches: NDArray[np.intp] | None,
) -> dict[tuple[str, float], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Count the paths below some numbers, in each year and in it or before (batch, year, region, ledger)."""
    kept = simulation.layout[measure]
    store = simulation.store
    assert not isinstance(store, HistogramStore)
    batch = np.zeros(simulation.paths, dtype=np.intp) if batches is None else batches
    shape = int(batch.max()) + 1, *kept.shape
    counts = {number: (np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)) for number in numbers}
    for first, rows in store.pieces(scenario, kept, 0, simulation.paths, PATHS_AT_A_TIME):
        last = first + len(rows)
        for number, both in counts.items():
            flags = below_threshold(kept, rows, number, simulation.job.baseline.base_year)
            for count, met in zip(both, flags, strict=True):
                count_flags(met, batch[first:last], count)
    return {(measure, number): both for number, both in counts.items()}


def event_distribution(simulation: Simulation, scenario: str, event: str) -> xr.Dataset:
    """Return how likely an event comes in each year, and that it does not come within the horizon.

    Returns
    -------
    xarray.Dataset
        ``probability`` and ``error`` (year, region, ledger); ``never`` and ``never_error`` (region, ledger). NaN where
        the scenario has no such account.
    """
    if not simulation.is_exact:
        return histogram_summary.event_distribution(simulation, scenario, event)
    kept = simulation.layout[event]
    rows = simulation.rows(scenario, event).T
    batches = sampling_error.batches_of(simulation.draws, simulation.paths)
    base = simulation.job.baseline.base_year
    years = list(range(base + 1, simulation.job.baseline.last_year + 1))
    shares, errors = [], []
    for year in years:
        met = rows == year
        shares.append(met.mean(-1))
        errors.append(sampling_error.of_share(met, batches))
    never = np.isnan(rows)
    held = simulation.layout.holds(scenario, event)
    found = {
        "probability": (("year",), np.stack(shares)),
        "error": (("year",), np.stack(errors)),
        "never": ((), never.mean(-1)),
        "never_error": ((), sampling_error.of_share(never, batches)),
    }
    return kept.dataset(
        {name: (axes, np.where(held, values, np.nan)) for name, (axes, values) in found.items()}, {"year": years}
    )


def convergence(
    simulation: Simulation, scenario: str, measure: str, met: Callable[[xr.DataArray], xr.DataArray], points: int = 40
) -> xr.Dataset:
    """Return how an estimated probability settles as paths are added, with the error that it has at each stage.

    Of antithetic pairs and Sobol points the error is the spread over batches; not known before each has a path. NaN
    where the scenario has no such account.

    Parameters
    ----------
    met : callable
        Takes the measure with a ``path`` axis and returns whether each path meets the condition.
    points : int
        Numbers of paths at which it is looked at.

    Returns
    -------
    xarray.Dataset
        ``probability`` and ``error`` (paths, ...).
    """
    import xarray as xr

    flags = met(simulation.values(scenario, measure)).transpose("path", ...)
    counts = np.unique(np.geomspace(min(20, simulation.paths), simulation.paths, points).astype(int))
    total = flags.values.cumsum(0)[counts - 1]
    shape = (-1, *[1] * (total.ndim - 1))
    share = total / counts.reshape(shape)
    error = np.sqrt(share * (1 - share) / counts.reshape(shape))
    batches = sampling_error.batches_of(simulation.draws, simulation.paths)
    if batches is not None:
        error = _errors_by_batch(flags.values, batches, counts)
    rest = {axis: flags[axis] for axis in flags.dims if axis != "path" and axis in flags.coords}
    dims = ("paths", *[str(axis) for axis in flags.dims[1:]])
    found = xr.Dataset(
        {"probability": (dims, share), "error": (dims, error)}, coords={"paths": counts.tolist(), **rest}
    )
    return found.where(_held(simulation, scenario, measure, flags))


def _held(simulation: Simulation, scenario: str, measure: str, like: xr.DataArray) -> xr.DataArray:
    """Return whether a scenario has an account (region, ledger), on those axes that an array still has.

    Where it has none, its paths are not a number, which no condition may take for an answer.
    """
    kept = simulation.layout[measure]
    held = kept.dataset({"held": ((), np.where(simulation.layout.holds(scenario, measure), 1.0, np.nan))})["held"]
    if "year" in held.dims:
        held = held.max("year")
    found: xr.DataArray = held.sel({axis: like[axis] for axis in held.dims if axis in like.coords})
    return found.max([axis for axis in found.dims if axis not in like.dims]).notnull()


def _errors_by_batch(met: NDArray[np.bool_], batches: NDArray[np.intp], counts: NDArray[np.intp]) -> Array:
    """Return the errors of a probability after so many paths (count, ...) from its spread over batches.

    Parameters
    ----------
    met : array (path, ...)
    batches : array (path,)
    counts : array (count,)
    """
    shares = []
    for batch in np.unique(batches):
        mine = (batches == batch).reshape(-1, *[1] * (met.ndim - 1))
        with np.errstate(invalid="ignore"):
            shares.append((met & mine).cumsum(0)[counts - 1] / mine.cumsum(0)[counts - 1])
    by_batch = np.stack(shares)
    result: Array = by_batch.std(0, ddof=1) / np.sqrt(len(by_batch))
    return result


def _shares(
    kept: KeptMeasure,
    name: str,
    counts: NDArray[np.int64],
    known: NDArray[np.bool_],
    paths: int,
    batches: NDArray[np.intp] | None,
) -> xr.Dataset:
    """Return probabilities and their errors from counts by batch (batch, year, region, ledger)."""
    import xarray as xr

    share = counts.sum(0) / paths
    if batches is None:
        error = np.sqrt(share * (1 - share) / paths)
    else:
        sizes = np.bincount(batches).reshape(-1, *[1] * share.ndim)
        error = (counts / sizes).std(0, ddof=1) / np.sqrt(len(sizes))
    blank = ~known.any(axis=kept.dimensions.index("year"), keepdims=True)
    values = {
        name: np.where(blank, np.nan, share),
        f"{name}_error": np.where(blank, np.nan, error),
    }
    return xr.Dataset(
        {key: (kept.dimensions, value) for key, value in values.items()},
        coords={axis: list(members) for axis, members in kept.coordinates.items()},
    )


def _columns(
    simulation: Simulation, scenario: str, measure: str, against: str | None, workspace: Workspace | None
) -> Array:
    """Return a measure, or its difference from another scenario, by column (cell, path): read and turned in pieces.

    It lies in the workspace and is there until the next measure is put into it.
    """
    kept, store, paths = simulation.layout[measure], simulation.store, simulation.paths
    assert not isinstance(store, HistogramStore)
    result = (workspace or Workspace()).take(kept.size * paths).reshape(kept.size, paths)

    def turn(first: int) -> None:
        last = min(first + half, paths)
        for start, rows in store.pieces(scenario, kept, first, last, LINES):
            result[:, start : start + len(rows)] = rows.T
        if against is not None:
            for start, rows in store.pieces(against, kept, first, last, LINES):
                result[:, start : start + len(rows)] -= rows.T

    half = -(-paths // (2 * LINES)) * LINES
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(turn, range(0, paths, half)))
    return result


def _in_chunks(columns: Array, reduce: Callable[[slice], tuple[Array, ...]]) -> tuple[Array, ...]:
    """Reduce cells some at a time, on two threads: NumPy and the compiled loops let go of the interpreter lock."""
    cells, paths = columns.shape
    width = max(1, CHUNK // (8 * paths))
    chunks = [slice(start, start + width) for start in range(0, cells, width)]
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(reduce, chunks))
    return tuple(np.concatenate(pieces, axis=-1) for pieces in zip(*parts, strict=True))
