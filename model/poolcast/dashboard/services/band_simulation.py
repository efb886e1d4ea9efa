"""Simulations behind the bands of pages: scenarios on the same shocks, in blocks, ended as soon as nobody waits."""

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

from poolcast.dashboard.services.bands import (
    BANDS,
    EVENTS,
    FANS,
    FEWEST_PATHS,
    MEASURES,
    PAIRED,
    ROWS,
    Bands,
    Found,
    Paired,
    Request,
    held_bands,
    of_baseline,
)
from poolcast.dashboard.services.jobs import Jobs
from poolcast.dashboard.services.sets import MIB
from poolcast.projection import compile_ahead
from poolcast.projection.cohort_kernel import VECTOR
from poolcast.projection.engine import Projection
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty import summary, tail_risk
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

LIGHT_PATHS = 2_000
"""Up to so many paths a job takes both processors; a longer one takes one, so that the moves of others stay fast."""
LARGEST_BLOCK = 512
"""Reforms may come late and weak: each block meets every such variant, so that few large blocks are the cheapest."""
LARGEST_CELLS = 2 * BLOCK_CELLS
"""Paths times regions times years of such a block: beyond, its memory grows more than it saves time."""
MEMORY = 512 * MIB
"""Of the rows of one simulation; more goes through a file."""
LARGEST_ROWS = 256 * MIB
"""Of the rows of a baseline that stay in memory."""
DIFFERENCE_LEVELS = (0.1, 0.5, 0.9)


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
    base = of_baseline(request)
    if base is None:
        with _simulated(request, [request.scenario], progress, ended) as simulation:
            return None if simulation.paths < FEWEST_PATHS else Found(_bands(request, simulation))
    known = ROWS.peek(base.key)
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

        compile_ahead.begin()
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
    """Return the paths of a block: large ones where reforms vary by path, as many for each worker."""
    usual = usual_block(job)
    if not job.policy:
        return usual
    cells = len(job.baseline.regions) * (job.years + 1)
    largest = min(LARGEST_BLOCK, max(usual, LARGEST_CELLS // cells))
    rounds = -(-paths // (workers * largest))
    return max(usual, -(-paths // (workers * rounds * VECTOR)) * VECTOR)


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
    ROWS.put(base.key, _of_rows(simulation, {name: rows}, layout, simulation.paths))


def _of_rows(like: Simulation, rows: Mapping[str, dict[str, Array]], layout: Layout, paths: int) -> Simulation:
    """Return a simulation that holds given rows (path, cell) by scenario and measure."""
    store = MemoryStore.holding(rows, paths)
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
            tails=tail_risk.tails(simulation, name),
            settling=summary.convergence(simulation, name, "exhaustion", lambda year: year.notnull()),
        )

    if simulation.paths < request.paths:
        return make()  # not kept: the same paths asked for on purpose are no part of a larger request
    return BANDS.get(request.key, make)


def _paired(request: Request, known: Simulation, own: Simulation) -> Paired:
    """Return the bands of the difference of two simulations on the same draws, path by path."""
    assert request.against is not None
    name, other = request.scenario.name, request.against.name

    def make() -> Paired:
        both = {measure: _joined(known, other, own, name, measure) for measure in EVENTS}
        return Paired(
            scenario=name,
            against=other,
            paths=min(known.paths, own.paths),
            fans={
                measure: summary.quantiles(_joined(known, other, own, name, measure), name, measure, against=other)
                for measure in FANS
            },
            event_years={
                event: _year_quantiles(one.layout[event], _years(one, name, event) - _years(one, other, event))
                for event, one in both.items()
            },
        )

    if min(known.paths, own.paths) < request.paths:
        return make()
    return PAIRED.get(request.pair_key, make)


def _joined(known: Simulation, other: str, own: Simulation, name: str, measure: str) -> Simulation:
    """Return one simulation of a measure of two that met the same shocks.

    Holders that only one of them has are NaN in the other. One measure at a time: all of them together may be hundreds
    of megabytes.
    """
    if own is known:
        return known
    paths = min(known.paths, own.paths)
    kept = known.layout[measure].joined(own.layout[measure])
    rows = {
        scenario: {measure: _laid_out(simulation.rows(scenario, measure)[:paths], simulation.layout[measure], kept)}
        for scenario, simulation in ((other, known), (name, own))
    }
    return _of_rows(known, rows, Layout((kept,), known.layout.variables), paths)


def _laid_out(rows: Array, kept: KeptMeasure, wide: KeptMeasure) -> Array:
    """Return rows (path, cell) in the cells of a wider layout; NaN in those that they do not have."""
    if kept is wide:
        return rows
    places = kept.places_in(wide.coordinates)
    full = np.full((rows.shape[0], int(np.prod(wide.shape))), np.nan)
    full[:, kept.cells if places is None else places] = rows
    return np.ascontiguousarray(full[:, wide.cells])


def _years(simulation: Simulation, scenario: str, event: str) -> Array:
    """Return the year of an event by path; the year after the last one where it does not come."""
    rows = simulation.rows(scenario, event)
    return np.where(np.isnan(rows), simulation.job.baseline.last_year + 1, rows)


def _year_quantiles(kept: KeptMeasure, years: Array) -> xr.DataArray:
    found = np.quantile(years, DIFFERENCE_LEVELS, axis=0, method="inverted_cdf") if years.size else years[:0]
    dataset = kept.dataset({"year": (("level",), found)}, {"level": list(DIFFERENCE_LEVELS)})
    return dataset["year"]
