"""Bands of a simulation for pages: fans, chances, years of events, and the paired difference from another scenario.

All scenarios meet the same shocks (common random numbers), so that a difference is known far better than a level. The
paths themselves are thrown away; what is kept are their quantiles and shares, by the hashes of set and changes, the
number of paths and the seed. The rows of a baseline stay for a while, as every move of a lever is compared with it.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.jobs import Jobs
from poolcast.dashboard.services.sets import MIB, LoadedSet
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.engine import Projection
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty import summary
from poolcast.uncertainty.blocks import Job, Rows, central_run, run_block
from poolcast.uncertainty.kept import KeptMeasure, Layout
from poolcast.uncertainty.simulate import (
    BLOCK_CELLS,
    AnyStore,
    Progress,
    Simulation,
    missing_blocks,
    simulate,
    usual_block,
)
from poolcast.uncertainty.store import MemoryStore, ScratchStore, kept_bytes

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MEASURES = ("revenue", "expenditure", "balance", "reserve", "payable_months", "first_deficit", "exhaustion")
FANS = ("revenue", "expenditure", "balance", "reserve", "payable_months")
EVENTS = ("first_deficit", "exhaustion")
USUAL_PATHS, USUAL_SEED = 1_000, 7
PATHS_CHOICES = (200, 1_000, 5_000, 10_000)
MOST_PATHS = 10_000
FEWEST_PATHS = 40
"""With fewer finished paths no band is shown."""
LIGHT_PATHS = 2_000
"""Up to so many paths a job takes both processors; a longer one takes one, so that the moves of others stay fast."""
LARGEST_BLOCK = 512
"""Reforms may come late and weak: each block meets every such variant, so that few large blocks are the cheapest."""
MEMORY = 512 * MIB
"""Of the rows of one simulation; more goes through a file."""
LARGEST_ROWS = 256 * MIB
"""Of the rows of a baseline that stay in memory."""
DIFFERENCE_LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Bands:
    """What a simulation says of one scenario.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    paths, wanted : int
        Paths that are finished, on which everything rests, and those asked for.
    seed : int
    fans : mapping of str to xarray.Dataset
        By measure ``quantile`` and its error (level, year, region, ledger), mean and spread; levels 0.01 to 0.99.
    probabilities : xarray.Dataset
        ``deficit``, ``exhausted``, ``months_below_3``, ``months_below_6`` with ``_by`` and ``_error``.
    events : mapping of str to xarray.Dataset
        By event ``probability`` (year, region, ledger) and ``never``, with errors.
    event_years : mapping of str to xarray.DataArray
        By event the year at the levels 0.1, 0.5, 0.9 (level, region, ledger); the year after the last stands for never.
    tails : xarray.Dataset
        Value at risk and tail mean.
    settling : xarray.Dataset
        How the probability of exhaustion within the horizon settles: ``probability`` and ``error`` (paths, region,
        ledger).
    """

    scenario: str
    paths: int
    wanted: int
    seed: int
    fans: Mapping[str, xr.Dataset] = field(repr=False)
    probabilities: xr.Dataset = field(repr=False)
    events: Mapping[str, xr.Dataset] = field(repr=False)
    event_years: Mapping[str, xr.DataArray] = field(repr=False)
    tails: xr.Dataset = field(repr=False)
    settling: xr.Dataset = field(repr=False)

    @property
    def is_partial(self) -> bool:
        """Whether the simulation was ended early."""
        return self.paths < self.wanted

    def quantile(self, measure: str, level: float, region: str, ledger: str) -> dict[int, float]:
        """Return a quantile of a measure by year."""
        found = self.fans[measure]["quantile"].sel(level=level, region=region, ledger=ledger)
        return dict(zip(map(int, found.year.values.tolist()), found.values.tolist(), strict=True))

    def probability(self, name: str, region: str, ledger: str, year: int) -> tuple[float, float]:
        """Return a probability in a year with its error; ``exhausted_by`` for in that year or before."""
        stem = name.removesuffix("_by")
        error = f"{stem}_by_error" if name.endswith("_by") else f"{stem}_error"
        place = {"region": region, "ledger": ledger, "year": year}
        return float(self.probabilities[name].sel(place)), float(self.probabilities[error].sel(place))


@dataclass(frozen=True)
class Paired:
    """The difference of a scenario from another, path by path.

    Parameters
    ----------
    scenario, against : str
        Names.
    paths : int
    fans : mapping of str to xarray.Dataset
        As in `Bands`, of the difference.
    event_years : mapping of str to xarray.DataArray
        Difference of the years of events (level, region, ledger), the year after the last standing for never.
    """

    scenario: str
    against: str
    paths: int
    fans: Mapping[str, xr.Dataset] = field(repr=False)
    event_years: Mapping[str, xr.DataArray] = field(repr=False)

    def is_sure(self, measure: str, region: str, ledger: str, year: int | None = None) -> bool:
        """Whether the 80 % band of the difference excludes zero."""
        if measure in self.event_years:
            found = self.event_years[measure].sel(region=region, ledger=ledger)
        else:
            found = self.fans[measure]["quantile"].sel(region=region, ledger=ledger, year=year)
        low, high = float(found.sel(level=0.1)), float(found.sel(level=0.9))
        return low > 0 or high < 0


@dataclass(frozen=True)
class Request:
    """Which bands are asked for.

    Parameters
    ----------
    loaded : LoadedSet
    scenario : Scenario
    against : Scenario or None
        What it is compared with, path by path; None for the bands alone.
    paths, seed : int
    """

    loaded: LoadedSet
    scenario: Scenario
    against: Scenario | None = None
    paths: int = USUAL_PATHS
    seed: int = USUAL_SEED

    def __post_init__(self) -> None:
        if not FEWEST_PATHS <= self.paths <= MOST_PATHS:
            allowed = f"{FEWEST_PATHS} to {MOST_PATHS:,}"
            raise ResultError(Problem("paths", f"{self.paths:,}", allowed, "Use the command line for more."))

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What the bands of the scenario rest on; the name of a scenario decides how its policy risk is drawn."""
        return self.loaded.digest, self.scenario.digest, self.scenario.name, self.paths, self.seed

    @property
    def pair_key(self) -> tuple[object, ...]:
        """What the bands of the difference rest on."""
        other = "" if self.against is None else self.against.digest
        return (*self.key, other, "" if self.against is None else self.against.name)


@dataclass(frozen=True)
class Found:
    """What a request gives."""

    bands: Bands
    against: Bands | None = None
    paired: Paired | None = None


def _dataset_bytes(bands: Bands) -> int:
    parts: list[Any] = [*bands.fans.values(), bands.probabilities, *bands.events.values(), bands.tails, bands.settling]
    return sum(int(part.nbytes) for part in parts)


_BANDS: BoundedCache[Bands] = BoundedCache(64, 256 * MIB, _dataset_bytes)


def is_warm() -> bool:
    """Return whether anything has been simulated in this process: the first time its kernels are compiled."""
    return _BANDS.held.entries > 0


_PAIRED: BoundedCache[Paired] = BoundedCache(
    64, 128 * MIB, lambda found: sum(int(part.nbytes) for part in found.fans.values())
)
_ROWS: BoundedCache[Simulation] = BoundedCache(
    4, 512 * MIB, lambda found: kept_bytes(found.layout, len(found.scenarios), found.paths)
)


def held_bands(request: Request) -> Found | None:
    """Return what is asked for where all of it is known already; None where it must be simulated."""
    bands = _BANDS.peek(request.key)
    if bands is None:
        return None
    if request.against is None:
        return Found(bands)
    base = _of_baseline(request)
    against = None if base is None else _BANDS.peek(base.key)
    paired = _PAIRED.peek(request.pair_key)
    return None if against is None or paired is None else Found(bands, against, paired)


def request_bands(jobs: Jobs, session: str, request: Request) -> Found | str:
    """Return the bands where they are known, and otherwise the id of the job that computes them.

    The earlier job of the session is cancelled: its question is no longer asked. The result of the job is a `Found`, of
    a cancelled one with the paths that were finished, or None where they were too few.
    """
    found = held_bands(request)
    if found is not None:
        return found
    return jobs.submit(session, "band", lambda progress, stop: compute_bands(request, progress, stop), request.paths)


def compute_bands(
    request: Request, progress: Progress | None = None, stop: threading.Event | None = None
) -> Found | None:
    """Simulate what is asked for; None where it was ended before `FEWEST_PATHS` paths were finished.

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        With every problem.
    """
    ended = stop or threading.Event()
    base = _of_baseline(request)
    if base is None:
        with _simulated(request, [request.scenario], progress, ended) as simulation:
            return None if simulation.paths < FEWEST_PATHS else Found(_bands(request, simulation))
    known = _ROWS.peek(base.key)
    if known is None and _same_layout(request, base):
        with _simulated(request, [base.scenario, request.scenario], progress, ended) as both:
            if both.paths < FEWEST_PATHS:
                return None
            _keep_rows(base, both)
            return _found(request, base, both, both)
    halves = 2 if known is None else 1
    with ExitStack() as opened:
        if known is None:
            known = opened.enter_context(_simulated(base, [base.scenario], _part(progress, 0, halves), ended))
            if known.paths >= FEWEST_PATHS:
                _keep_rows(base, known)
        own = opened.enter_context(_simulated(request, [request.scenario], _part(progress, halves - 1, halves), ended))
        return None if min(known.paths, own.paths) < FEWEST_PATHS else _found(request, base, known, own)


def _of_baseline(request: Request) -> Request | None:
    """Return the request for the bands of what a scenario is compared with."""
    return None if request.against is None else replace(request, scenario=request.against, against=None)


def _part(progress: Progress | None, number: int, parts: int) -> Progress | None:
    """Return what tells the progress of one of several equal parts."""
    if progress is None or parts == 1:
        return progress
    told = progress

    def tell(done: int, total: int) -> None:
        told(number * total + done, parts * total)

    return tell


def _found(request: Request, base: Request, known: Simulation, own: Simulation) -> Found:
    bands, against = _bands(request, own), _bands(base, known)
    paired = _paired(request, known, own)
    return Found(bands, against, paired)


@contextmanager
def _simulated(
    request: Request, scenarios: Sequence[Scenario], progress: Progress | None, stop: threading.Event
) -> Iterator[Simulation]:
    """Simulate scenarios; what does not fit the memory lies in a file that goes with the end of the block."""
    with tempfile.TemporaryDirectory(prefix="poolcast-bands-") as folder:

        def drive(job: Job, store: AnyStore, paths: int, **rest: Any) -> None:
            _run_blocks(job, store, paths, progress, stop)

        calibrated = request.loaded.calibrated
        layout = Layout.of(central_run(scenarios[0].apply(calibrated)), MEASURES)
        is_large = kept_bytes(layout, len(scenarios), request.paths) > MEMORY
        simulation = simulate(
            calibrated,
            scenarios,
            paths=request.paths,
            seed=request.seed,
            measures=MEASURES,
            folder=Path(folder) / "paths" if is_large else None,
            memory=MEMORY,
            driver=drive,
        )
        try:
            yield simulation
        finally:
            if isinstance(simulation.store, ScratchStore):
                simulation.store.close()


class _Stopped(Exception):  # noqa: N818 - no error: somebody changed his mind
    """A block was left because nobody waits for it."""


@dataclass(frozen=True)
class _StoppableLayout(Layout):
    """A layout that leaves the block as soon as the simulation is ended, not only when the block is done."""

    stop: threading.Event = field(default_factory=threading.Event)

    def read(self, projection: Projection) -> dict[str, Array]:
        """Return each measure of a block of paths as rows (path, cell)."""
        if self.stop.is_set():
            raise _Stopped
        return super().read(projection)


def _run_blocks(job: Job, store: AnyStore, paths: int, progress: Progress | None, stop: threading.Event) -> None:
    """Compute the paths that a store lacks; once ended, finished blocks are kept and those under way left."""
    watched = replace(job, layout=_StoppableLayout(job.layout.measures, job.layout.variables, stop))
    workers = min(2, os.cpu_count() or 1) if paths <= LIGHT_PATHS else 1
    size = _block_size(job, paths, workers)
    if progress:
        progress(int(store.done[:paths].sum()), paths)
    with ThreadPoolExecutor(workers) as pool:
        todo = missing_blocks(store.done[:paths], size)
        running = {pool.submit(_block, watched, stop, *block): block[0] for block in todo}
        for future in as_completed(running):
            try:
                store.add(running[future], future.result())
            except _Stopped:
                continue
            if progress:
                progress(int(store.done[:paths].sum()), paths)


def _block(job: Job, stop: threading.Event, first: int, count: int) -> Rows:
    """Return the rows of a block, unless nobody waits for them any more."""
    if stop.is_set():
        raise _Stopped
    return run_block(job, first, count)


def _block_size(job: Job, paths: int, workers: int) -> int:
    """Return the paths of a block: a large one where reforms vary by path, within what the memory of a block may be."""
    usual = usual_block(job)
    if not job.policy:
        return usual
    cells = len(job.baseline.regions) * (job.years + 1)
    largest = max(32, BLOCK_CELLS // cells // 32 * 32)
    return min(max(usual, min(LARGEST_BLOCK, -(-paths // workers))), largest)


def _same_layout(request: Request, base: Request) -> bool:
    """Whether both scenarios have the same holders of ledgers, so that they can be simulated together."""
    calibrated = request.loaded.calibrated
    one, two = (Layout.of(central_run(item.scenario.apply(calibrated)), MEASURES) for item in (request, base))
    return _layout_key(one) == _layout_key(two)


def _layout_key(layout: Layout) -> list[tuple[object, ...]]:
    return [(kept.name, repr(kept.coordinates), kept.cells.tobytes()) for kept in layout.measures]


def _keep_rows(base: Request, simulation: Simulation) -> None:
    """Keep the rows of a baseline in memory, for the next scenario that is compared with it."""
    layout, name = simulation.layout, base.scenario.name
    if not simulation.is_complete or kept_bytes(layout, 1, simulation.paths) > LARGEST_ROWS:
        return
    rows = {kept.name: np.array(simulation.rows(name, kept.name)) for kept in layout.measures}
    _ROWS.put(base.key, _of_rows(simulation, {name: rows}, layout, simulation.paths))


def _of_rows(like: Simulation, rows: Mapping[str, dict[str, Array]], layout: Layout, paths: int) -> Simulation:
    """Return a simulation that holds given rows (path, cell) by scenario and measure."""
    store = MemoryStore(tuple(rows), layout, paths)
    store.add(0, {name: {measure: values[:paths] for measure, values in parts.items()} for name, parts in rows.items()})
    scenarios = dict.fromkeys(rows, like.job.baseline)
    job = replace(like.job, scenarios=scenarios, layout=layout)
    return Simulation(job, {}, store, paths, paths)


def _bands(request: Request, simulation: Simulation) -> Bands:
    """Return the bands of a scenario of a simulation; kept by the number of paths on which they rest."""
    name = request.scenario.name

    def make() -> Bands:
        return Bands(
            scenario=name,
            paths=simulation.paths,
            wanted=request.paths,
            seed=request.seed,
            fans={measure: summary.quantiles(simulation, name, measure) for measure in FANS},
            probabilities=summary.probabilities(simulation, name),
            events={event: summary.event_distribution(simulation, name, event) for event in EVENTS},
            event_years={
                event: _year_quantiles(simulation.layout[event], _years(simulation, name, event)) for event in EVENTS
            },
            tails=summary.tails(simulation, name),
            settling=summary.convergence(simulation, name, "exhaustion", lambda year: year.notnull()),
        )

    if simulation.paths < request.paths:
        return make()  # not kept: the same paths asked for on purpose are no part of a larger request
    return _BANDS.get(request.key, make)


def _paired(request: Request, known: Simulation, own: Simulation) -> Paired:
    """Return the bands of the difference of two simulations on the same draws, path by path."""
    assert request.against is not None
    name, other = request.scenario.name, request.against.name

    def make() -> Paired:
        both = known if own is known else _joined(known, other, own, name)
        return Paired(
            scenario=name,
            against=other,
            paths=both.paths,
            fans={measure: summary.quantiles(both, name, measure, against=other) for measure in FANS},
            event_years={
                event: _year_quantiles(both.layout[event], _years(both, name, event) - _years(both, other, event))
                for event in EVENTS
            },
        )

    if min(known.paths, own.paths) < request.paths:
        return make()
    return _PAIRED.get(request.pair_key, make)


def _joined(known: Simulation, other: str, own: Simulation, name: str) -> Simulation:
    """Return one simulation of two that met the same shocks; holders that only one of them has are NaN in the other."""
    paths = min(known.paths, own.paths)
    layout = Layout(
        tuple(_union(one, two) for one, two in zip(known.layout.measures, own.layout.measures, strict=True)),
        known.layout.variables,
    )
    rows = {
        scenario: {
            kept.name: _laid_out(simulation.rows(scenario, kept.name)[:paths], simulation.layout[kept.name], kept)
            for kept in layout.measures
        }
        for scenario, simulation in ((other, known), (name, own))
    }
    return _of_rows(known, rows, layout, paths)


def _union(one: KeptMeasure, two: KeptMeasure) -> KeptMeasure:
    """Return the cells that either of two layouts of a measure keeps."""
    if one.coordinates == two.coordinates and np.array_equal(one.cells, two.cells):
        return one
    coordinates = {
        axis: list(dict.fromkeys((*one.coordinates[axis], *two.coordinates[axis]))) for axis in one.dimensions
    }
    empty = KeptMeasure(one.measure, one.dimensions, coordinates, np.zeros(0, dtype=np.intp))
    cells = np.union1d(_places(one, empty), _places(two, empty))
    return replace(empty, cells=cells)


def _places(kept: KeptMeasure, wide: KeptMeasure) -> NDArray[np.intp]:
    """Return where the cells of a layout stand on the flattened axes of a wider one."""
    at = np.unravel_index(kept.cells, kept.shape)
    moved = tuple(
        np.array([wide.coordinates[axis].index(member) for member in kept.coordinates[axis]], dtype=np.intp)[position]  # type: ignore[arg-type]
        for axis, position in zip(kept.dimensions, at, strict=True)
    )
    return np.ravel_multi_index(moved, wide.shape).astype(np.intp)


def _laid_out(rows: Array, kept: KeptMeasure, wide: KeptMeasure) -> Array:
    if kept is wide:
        return rows
    full = np.full((rows.shape[0], int(np.prod(wide.shape))), np.nan)
    full[:, _places(kept, wide)] = rows
    return np.ascontiguousarray(full[:, wide.cells])


def _years(simulation: Simulation, scenario: str, event: str) -> Array:
    """Return the year of an event by path; the year after the last one where it does not come."""
    rows = simulation.rows(scenario, event)
    return np.where(np.isnan(rows), simulation.job.baseline.last_year + 1, rows)


def _year_quantiles(kept: KeptMeasure, years: Array) -> xr.DataArray:
    found = np.quantile(years, DIFFERENCE_LEVELS, axis=0, method="inverted_cdf") if years.size else years[:0]
    dataset = kept.dataset({"year": (("level",), found)}, {"level": list(DIFFERENCE_LEVELS)})
    return dataset["year"]


def clear() -> None:
    """Forget all bands."""
    for cache in (_BANDS, _PAIRED, _ROWS):
        cache.clear()
