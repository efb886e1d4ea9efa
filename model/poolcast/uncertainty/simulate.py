"""Simulate: thousands of futures of some scenarios through the one engine, on shared draws."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.reading import load_assumptions
from poolcast.projection import compile_ahead
from poolcast.projection.control_totals import calibrate
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.allocator import collector_spared, give_back, reuse_memory
from poolcast.uncertainty.blocks import Job, Rows, central_run, run_block
from poolcast.uncertainty.draws import SAMPLINGS, Draws, Sampling
from poolcast.uncertainty.histogram import HistogramStore, refuse_large_histograms
from poolcast.uncertainty.kept import Layout
from poolcast.uncertainty.precision import FEWEST_PATHS, Precision, read_target, rounds_of, smallest_number
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.store import MemoryStore, ScratchStore, kept_bytes, largest_measure_bytes

if TYPE_CHECKING:
    import xarray as xr

AnyStore = MemoryStore | ScratchStore | HistogramStore
Progress = Callable[[int, int], None]
"""Called with the number of finished paths and of all paths."""
Driver = Callable[..., None]
"""Computes the paths that a store lacks, with the arguments of `run_paths`."""

MEMORY = 2**30
"""Bytes that exact paths may take in memory; more goes through a scratch file."""
STANDARD_PATHS = 1_000
BLOCK = 256
"""Paths of a block where regions are few; of many regions it holds fewer, see `usual_block`."""
BLOCK_CELLS = 92_000
"""Paths times regions times years of a block: what two threads hold is then small beside their temporary arrays."""
MOST_PATHS = 10_000_000


@dataclass(frozen=True)
class Simulation:
    """Paths of some scenarios.

    Parameters
    ----------
    job : Job
        What every path went through.
    titles : dict
        Title of each scenario in English and Chinese.
    store : MemoryStore, ScratchStore or HistogramStore
    paths : int
        Paths that are finished: all from the first on, or in a histogram those that are counted.
    wanted : int
        Paths asked for; those that were enough where a precision was asked for and reached.
    digests : dict
        Digest of each scenario.
    precision : Precision or None
        What stopped the simulation, where a precision was asked for.
    """

    job: Job
    titles: dict[str, tuple[str, str]]
    store: AnyStore
    paths: int
    wanted: int
    digests: dict[str, str] = field(default_factory=dict)
    precision: Precision | None = None
    _reduced: dict[tuple[str | None, ...], xr.Dataset] = field(default_factory=dict, repr=False, compare=False)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios; the first is what the others are compared with."""
        return tuple(self.job.scenarios)

    @property
    def layout(self) -> Layout:
        """What is kept of every path."""
        return self.job.layout

    @property
    def draws(self) -> Draws:
        """Seed and sampling."""
        return self.job.draws

    @property
    def is_exact(self) -> bool:
        """Whether every path is kept; otherwise they are counted into histograms."""
        return self.store.is_exact

    @property
    def is_complete(self) -> bool:
        """Whether all paths that were asked for are there."""
        return self.paths == self.wanted

    def rows(self, scenario: str, measure: str) -> NDArray[np.float64]:
        """Return a measure of every path (path, cell); cells as the layout names them."""
        return self.store.values(scenario, self._kept(measure), self.paths)

    def values(self, scenario: str, measure: str) -> xr.DataArray:
        """Return a measure of every path with its axes (path, year, region, ledger).

        Raises
        ------
        ResultError
            Where the scenario or the measure was not simulated.
        """
        import xarray as xr

        if scenario not in self.scenarios:
            raise ResultError(
                Problem("simulation", scenario, ", ".join(self.scenarios), "Name a scenario that was simulated.")
            )
        kept = self._kept(measure)
        values = kept.unflatten(self.rows(scenario, measure))
        coordinates = {axis: list(members) for axis, members in kept.coordinates.items()}
        return xr.DataArray(values, dims=("path", *kept.dimensions), coords=coordinates, name=measure)

    def once(self, question: tuple[str | None, ...], reduce: Callable[[], xr.Dataset]) -> xr.Dataset:
        """Return what a reduction of the paths gives, made the first time that it is asked for.

        Parameters
        ----------
        question : tuple of str or None
            What is asked, with scenario and measure.
        reduce : callable
        """
        if question not in self._reduced:
            self._reduced[question] = reduce()
        return self._reduced[question].copy()  # labels may be taken off or added; the numbers are shared

    def _kept(self, measure: str):  # type: ignore[no-untyped-def]
        if measure not in self.layout.names:
            raise ResultError(
                Problem("simulation", measure, ", ".join(self.layout.names), "Name it when you simulate (--measure).")
            )
        return self.layout[measure]


def simulate(
    assumptions: Assumptions | str | os.PathLike[str],
    scenarios: Sequence[Scenario | str | os.PathLike[str]] = ("baseline",),
    *,
    paths: int = STANDARD_PATHS,
    seed: int = 1,
    sampling: Sampling = "random",
    measures: Sequence[str] | None = None,
    policy: bool = True,
    workers: int | None = None,
    block: int | None = None,
    folder: Path | None = None,
    memory: int = MEMORY,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    until_error: float | None = None,
    of: str | None = None,
    level: float | None = None,
    driver: Driver | None = None,
) -> Simulation:
    """Simulate scenarios on shared draws.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``.
    scenarios : sequence of Scenario, str or path
        The first is what the others are compared with.
    paths, seed : int
        Number of futures; the same seed gives the same draws to every scenario.
    sampling : {"random", "antithetic", "sobol"}
    measures : sequence of str, optional
        Measures to keep; `poolcast.uncertainty.kept.STANDARD` by default.
    policy : bool
        Whether reforms may come late and weak.
    workers : int, optional
        Threads; as many as there are processors by default. Results do not depend on it.
    block : int, optional
        Paths that a worker takes at a time. Results do not depend on it.
    folder : path, optional
        Where finished paths are kept; a simulation of the same content that was interrupted goes on there.
    memory : int
        Bytes for exact paths; beyond them a scratch file is used, in `folder` or a temporary one, and where not even
        one measure of one scenario fits, paths are counted into histograms.
    progress : callable, optional
    stop : threading.Event, optional
        Set it, from another thread, to end after the blocks that are running.
    until_error : float, optional
        Add paths in rounds, up to `paths`, until the standard error of `of` is at most this.
    of : str, optional
        ``measure(LEDGER[, year=Y][, region=CODE])``: the probability of an event, the mean of another measure.
    level : float, optional
        The quantile of `of` instead of its mean.
    driver : callable, optional
        What computes the paths that a store lacks, with the arguments of `run_paths`; for instance
        `poolcast.uncertainty.cluster.Cluster.run_paths`.

    Returns
    -------
    Simulation

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        With every problem found.
    """
    refuse_options(paths, sampling, block, workers)
    refuse_precision(until_error, of)
    if driver is None:
        compile_ahead.begin()
    job, titles, digests = prepare(assumptions, scenarios, seed, sampling, measures, policy=policy)
    target = None if of is None else read_target(of, job.layout, level)
    store = choose_store(job, paths, folder, memory, None if target is None else target.watched)
    drive = driver or run_paths
    reached: list[tuple[int, float]] = []
    for number in [paths] if target is None else rounds_of(paths, max(FEWEST_PATHS, smallest_number(job.draws))):
        drive(job, store, number, workers=workers, block=block, progress=progress, stop=stop)
        if target is None or until_error is None or not store.done[:number].all():
            break
        reached.append((number, target.error(store, tuple(job.scenarios), job.draws, number)))
        if reached[-1][1] <= until_error:
            break
    if not isinstance(store, MemoryStore):
        give_back()  # many paths: what computed them makes room for what reduces them
    finished = finished_paths(store, paths)
    precision = None
    if reached and of is not None and until_error is not None:
        precision = Precision(of, until_error, reached[-1][1], reached[-1][0], tuple(reached))
    is_enough = precision is not None and precision.is_reached
    return Simulation(job, titles, store, finished, finished if is_enough else paths, digests, precision)


def finished_paths(store: AnyStore, paths: int) -> int:
    """Return how many paths can be read: all from the first on to the first that lacks, or those that are counted."""
    if isinstance(store, HistogramStore):
        store.finish()
        return store.counted
    missing = np.flatnonzero(~store.done[:paths])
    return int(missing[0]) if len(missing) else paths


def prepare(
    assumptions: Assumptions | str | os.PathLike[str],
    scenarios: Sequence[Scenario | str | os.PathLike[str]],
    seed: int,
    sampling: Sampling,
    measures: Sequence[str] | None,
    *,
    policy: bool = True,
) -> tuple[Job, dict[str, tuple[str, str]], dict[str, str]]:
    """Return the job, the titles and the digests of a simulation."""
    read = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    chosen = [item if isinstance(item, Scenario) else load_scenario(item) for item in scenarios]
    calibrated = read if "calibration.benefit" in read else calibrate(read)  # a second time would move the factors
    applied = {scenario.name: scenario.apply(calibrated) for scenario in chosen}
    processes = Processes.of(calibrated)
    uncertain = processes.policy_delay > 0 or processes.policy_effect_spread > 0
    layouts = {name: Layout.of(central_run(reformed), measures) for name, reformed in applied.items()}
    job = Job(
        scenarios=applied,
        baseline=calibrated,
        processes=processes,
        draws=Draws(seed, sampling),
        layout=Layout.of_all(layouts),
        policy=frozenset(scenario.name for scenario in chosen if policy and uncertain and scenario.reforms),
    )
    titles = {scenario.name: (scenario.title.en, scenario.title.zh) for scenario in chosen}
    return job, titles, {scenario.name: scenario.digest for scenario in chosen}


def run_paths(
    job: Job,
    store: AnyStore,
    paths: int,
    *,
    workers: int | None = None,
    block: int | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    executor: Executor | None = None,
) -> None:
    """Compute the paths that a store lacks, block by block; the calling thread writes them down.

    Parameters
    ----------
    executor : Executor, optional
        Where blocks run; a pool of threads by default.
    """
    todo = list(missing_blocks(store.done[:paths], block or usual_block(job)))
    count = workers or os.cpu_count() or 1
    if progress:
        progress(int(store.done[:paths].sum()), paths)
    if not todo:
        return
    own = executor is None
    if own:
        reuse_memory()
    pool = ThreadPoolExecutor(count) if executor is None else executor
    try:
        with collector_spared():
            _drive(job, store, pool, todo, 2 * count, paths, progress, stop)
    finally:
        if own:
            pool.shutdown(wait=True, cancel_futures=True)


def _drive(
    job: Job,
    store: AnyStore,
    pool: Executor,
    todo: list[tuple[int, int]],
    ahead: int,
    paths: int,
    progress: Progress | None,
    stop: threading.Event | None,
) -> None:
    """Keep a few blocks under way; what is finished is written before anything else is asked for."""
    waiting = iter(todo)
    running: dict[Future[Rows], int] = {}
    exhausted = False
    while True:
        while not exhausted and len(running) < ahead and not (stop and stop.is_set()):
            following = next(waiting, None)
            if following is None:
                exhausted = True
                break
            running[pool.submit(run_block, job, *following)] = following[0]
        if not running:
            return
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda item: running[item]):
            store.add(running.pop(future), future.result())
        if progress:
            progress(int(store.done[:paths].sum()), paths)


def usual_block(job: Job) -> int:
    """Return the paths that a worker takes at a time: 32 to 256, a multiple of 32, which fills the kernel's vectors."""
    cells = len(job.baseline.regions) * (job.years + 1)
    return max(32, min(BLOCK, BLOCK_CELLS // cells // 32 * 32))


def missing_blocks(done: NDArray[np.bool_], block: int) -> Iterator[tuple[int, int]]:
    """Yield the blocks (first path, number of paths) that are still to do, in order."""
    lacking = np.flatnonzero(~done)
    if not len(lacking):
        return
    runs = np.split(lacking, np.flatnonzero(np.diff(lacking) > 1) + 1)
    for run in runs:
        for start in range(0, len(run), block):
            yield int(run[start]), min(block, len(run) - start)


def choose_store(
    job: Job,
    paths: int,
    folder: Path | None = None,
    memory: int = MEMORY,
    watched: Mapping[str, Sequence[int]] | None = None,
) -> AnyStore:
    """Return the store that a simulation needs: exact in memory, exact in a scratch file, or histograms.

    Parameters
    ----------
    job : Job
    paths : int
    folder : path, optional
        Where finished paths are kept; without one a scratch file lies in a temporary folder.
    memory : int
        Bytes for exact paths. Where not even the largest measure of one scenario fits, paths are counted.
    watched : mapping of str to sequence of int, optional
        Cells that are kept exactly even in histograms.

    Raises
    ------
    ResultError
        Where even the histograms do not fit the machine.
    """
    names = tuple(job.scenarios)
    if largest_measure_bytes(job.layout, paths) > memory:
        refuse_large_histograms(job.layout, len(names))
        return HistogramStore(job, paths, folder, watched)
    if folder is not None:
        return ScratchStore(folder, names, job.layout, paths)
    if kept_bytes(job.layout, len(names), paths) <= memory:
        return MemoryStore(names, job.layout, paths)
    return ScratchStore(Path(tempfile.mkdtemp(prefix="poolcast-")), names, job.layout, paths)


def refuse_precision(until_error: float | None, of: str | None) -> None:
    """Refuse half of a question about precision."""
    if (until_error is None) != (of is None):
        found = "--until-error without --of" if of is None else "--of without --until-error"
        example = '--until-error 0.005 --of "exhaustion(EPF, year=2050)"'
        raise ResultError(Problem("precision", found, f"both, as in {example}", "Give both or none."))
    if until_error is not None and not until_error > 0:
        raise ResultError(Problem("--until-error", str(until_error), "above 0", "0.005 is half a percentage point."))


def refuse_options(paths: int, sampling: str, block: int | None = None, workers: int | None = None) -> None:
    """Refuse options of a simulation that cannot be, all of them at once.

    Raises
    ------
    ResultError
    """
    problems = []
    if not 2 <= paths <= MOST_PATHS:
        problems.append(Problem("--paths", str(paths), f"2 to {MOST_PATHS:,}", "1,000 is usual, 10,000 for tails."))
    if sampling not in SAMPLINGS:
        problems.append(Problem("--sampling", sampling, ", ".join(SAMPLINGS), "Choose one of them."))
    if block is not None and block < 1:
        problems.append(Problem("--block", str(block), "1 or more", "Leave it out."))
    if workers is not None and workers < 1:
        problems.append(Problem("--workers", str(workers), "1 or more", "Leave it out for all processors."))
    if problems:
        raise ResultError(problems)
