"""A Dask cluster: the same blocks on other processes and hosts, with the same numbers to the last bit.

The job is sent to every worker once. A block that is lost with its worker is computed again elsewhere, and a block
gives the same numbers wherever it runs, so that a killed worker costs time only. Blocks come back whole and the client
writes them down as it does for threads: there is no reduction on the way whose order could matter.
"""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any

from poolcast._version import __version__
from poolcast.parameters.errors import Problem, ResultError
from poolcast.uncertainty.blocks import Job, Rows, run_block
from poolcast.uncertainty.simulate import missing_blocks, usual_block

if TYPE_CHECKING:
    from poolcast.uncertainty.simulate import AnyStore, Progress

CHECKED = ("numpy", "scipy", "numba", "llvmlite")
"""Packages whose version can change the last bit of a number, besides Python and Poolcast itself."""
AHEAD = 2
"""Blocks under way for each thread of a worker: the bound of what the client holds."""
RETRIES = 10
"""Times that a block is tried again where a worker refuses it or fails. Of killed workers the scheduler itself allows a
block three (``distributed.scheduler.allowed-failures``) before it holds the block to be what kills them."""
TIMEOUT = "10s"


class Cluster:
    """Processes that compute blocks: those of a scheduler at an address, or of this machine.

    Use it as a context manager; `run_paths` is the driver of `poolcast.uncertainty.simulate.simulate`::

        with Cluster("tcp://10.0.0.5:8786") as cluster:
            simulate("hebei", paths=10_000, driver=cluster.run_paths)

    Parameters
    ----------
    scheduler : str, optional
        ``tcp://host:port`` of a scheduler; without it processes are started on this machine.
    processes : int, optional
        How many, where they are started here; one thread each.

    Raises
    ------
    ResultError
        Where dask.distributed is not installed, the scheduler cannot be reached, or a worker has other versions.
    """

    def __init__(self, scheduler: str | None = None, processes: int | None = None) -> None:
        refuse_without_dask()
        self._local: Any = None
        if scheduler is None:
            self._local = _dask().LocalCluster(
                n_workers=processes or 1,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=50,
            )
        try:
            self.client: Any = _dask().Client(self._local or scheduler, timeout=TIMEOUT, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            allowed = "the address of a running scheduler, as tcp://10.0.0.5:8786"
            remedy = "Start it with 'dask scheduler', and see that no firewall stands between."
            found = f"no answer within {TIMEOUT} ({type(error).__name__})"
            raise ResultError(Problem(f"--scheduler {scheduler}", found, allowed, remedy)) from error
        self._place = f"--scheduler {scheduler}" if scheduler else "workers of this machine"

    def __enter__(self) -> Cluster:
        """Return the cluster."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the scheduler; end the processes that were started here."""
        self.close()

    def close(self) -> None:
        """Let go of the scheduler; end the processes that were started here."""
        self.client.close()
        if self._local is not None:
            self._local.close()

    @property
    def threads(self) -> int:
        """Threads of all workers."""
        return sum(int(worker["nthreads"]) for worker in self._workers().values())

    @property
    def processes(self) -> dict[str, int]:
        """Process number of each worker by its address."""
        return {str(worker): int(number) for worker, number in self.client.run(_process_number).items()}

    def refuse_other_versions(self) -> None:
        """Refuse to compute where a worker has other versions than this process.

        Raises
        ------
        ResultError
            With every worker and package that differs, and where there is no worker.
        """
        if not self._workers():
            remedy = "Start one on each host with 'dask worker tcp://...', from the same installation."
            raise ResultError(Problem(self._place, "a scheduler without workers", "one worker or more", remedy))
        mine = versions()
        problems = [
            Problem(
                f"worker {worker}",
                f"{package} {theirs.get(package, 'is missing')}",
                f"{package} {mine[package]}, as here",
                "Install the same versions everywhere: numbers may differ otherwise.",
                kind="version",
            )
            for worker, theirs in sorted(self.client.run(versions).items())
            for package in mine
            if theirs.get(package) != mine[package]
        ]
        if problems:
            raise ResultError(problems)

    def run_paths(
        self,
        job: Job,
        store: AnyStore,
        paths: int,
        *,
        workers: int | None = None,
        block: int | None = None,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """Compute the paths that a store lacks; see `poolcast.uncertainty.simulate.run_paths`.

        ``workers`` is left alone: the cluster has those it has, and may gain and lose some on the way.
        """
        todo = list(missing_blocks(store.done[:paths], block or usual_block(job)))
        if progress:
            progress(int(store.done[:paths].sum()), paths)
        if not todo:
            return
        self.refuse_other_versions()
        with self._sent(job) as sent:
            self._drive(sent, store, todo, lambda: progress and progress(int(store.done[:paths].sum()), paths), stop)

    def _drive(
        self,
        sent: Any,
        store: AnyStore,
        todo: list[tuple[int, int]],
        report: Callable[[], object],
        stop: threading.Event | None,
    ) -> None:
        waiting = iter(todo)
        numbers: dict[str, int] = {}

        def following() -> Any:
            if stop and stop.is_set():
                return None
            block = next(waiting, None)
            if block is None:
                return None
            future = self.client.submit(_checked_block, sent, *block, versions(), pure=False, retries=RETRIES)
            numbers[future.key] = block[0]
            return future

        with self.client.as_current():  # futures are matched with the client of the thread
            started = [following() for _ in range(min(len(todo), max(2, AHEAD * self.threads)))]
            running: Any = _dask().as_completed([future for future in started if future is not None])
            for future in running:
                rows: Rows = future.result()
                store.add(numbers.pop(future.key), rows)
                future.release()
                report()
                more = following()
                if more is not None:
                    running.add(more)

    @contextmanager
    def _sent(self, job: Job) -> Iterator[Any]:
        """Send the job to every worker; the variants of reforms that were made here are made there again."""
        sent = self.client.scatter(replace(job, _variants={}), broadcast=True, hash=False)
        try:
            yield sent
        finally:
            sent.release()

    def _workers(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        return found


def refuse_without_dask() -> None:
    """Refuse where dask.distributed is not installed, naming the extra."""
    if find_spec("distributed") is None:
        raise ResultError(
            Problem(
                "--scheduler",
                "dask.distributed is not installed",
                "the extra 'dist'",
                "pip install 'poolcast[dist]', here and on every host of the cluster.",
            )
        )


def versions() -> dict[str, str]:
    """Return the versions of this process that can change the last bit of a number."""
    found = {"poolcast": __version__, "python": platform.python_version(), "machine": platform.machine()}
    for package in CHECKED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "is missing"
    return found


def _checked_block(job: Job, first: int, count: int, wanted: dict[str, str]) -> Rows:
    """Return a block, computed where the versions are those wanted; a worker may have come after the check."""
    mine = versions()
    if mine != wanted:
        different = ", ".join(f"{name} {mine[name]}" for name in wanted if mine[name] != wanted[name])
        raise ResultError(
            Problem("a worker that came later", different, "the versions of the client", "Install the same everywhere.")
        )
    return run_block(job, first, count)


def _dask() -> Any:
    """Return dask.distributed, which is heavy and may not be installed; it ships no types for what is used here."""
    import dask.distributed

    return dask.distributed


def _process_number() -> int:
    import os

    return os.getpid()
