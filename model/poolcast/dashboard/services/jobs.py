"""Jobs: long calculations of all sessions in one bounded queue, with progress, cancel, and partial results.

A job runs in a thread of this process: the kernels of the engine let go of the interpreter, so that the page of
somebody else goes on. How many run at once, how many paths one may take and how many wait is bounded; a session has one
running job of a kind, and a new one takes the place of the old: also its place in the queue, so that a reader who
moves on and on is not sent to the end each time.
"""

from __future__ import annotations

import logging
import math
import os
import secrets
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from poolcast.parameters.errors import PoolcastError, Problem, ResultError
from poolcast.uncertainty.allocator import give_back

LOGGER = logging.getLogger("poolcast.dashboard")

State = Literal["queued", "running", "done", "cancelled", "failed"]
Size = Literal["small", "wide", "heavy"]

NICENESS = 5
"""Of the threads of jobs: a page that is drawn meanwhile gets three times their share of a processor."""


class Work(Protocol):
    """What a job does."""

    def __call__(self, progress: Callable[[int, int], None], stop: threading.Event) -> Any:
        """Do it; call `progress` with finished and all parts, and end early, with what there is, once `stop` is set."""


@dataclass(frozen=True)
class Status:
    """What a page shows of a job.

    Parameters
    ----------
    id : str
    state : {"queued", "running", "done", "cancelled", "failed"}
    done, total : int
        Finished parts and all parts; paths of a simulation.
    ahead : int
        Jobs that begin before this one.
    seconds : float
        Since it began.
    left : float
        Seconds that it is likely to take yet; NaN where nothing is known.
    result : object
        What it gave; of a cancelled one what was finished, or None.
    error : PoolcastError or None
        What is wrong with the request, in words of a planner.
    code : str
        Of an unexpected error, to be quoted to the administrator; the log of the server has the rest.
    """

    id: str
    state: State
    done: int = 0
    total: int = 0
    ahead: int = 0
    seconds: float = 0.0
    left: float = math.nan
    result: Any = None
    error: PoolcastError | None = None
    code: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "cancelled", "failed")

    @property
    def share(self) -> float:
        """Part that is finished, 0 to 1."""
        return self.done / self.total if self.total else 0.0


@dataclass
class _Job:
    id: str
    session: str
    kind: str
    work: Work
    weight: int
    ready: float = 0.0
    state: State = "queued"
    done: int = 0
    total: int = 0
    began: float = math.nan
    first_done: int = 0
    first_time: float = math.nan
    ended: float = math.nan
    result: Any = None
    error: PoolcastError | None = None
    code: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """One queue for all sessions of a process.

    Parameters
    ----------
    heavy : int
        Weight (paths) from which on a job is heavy: it takes long, on one processor. One with less weight is wide: it
        takes all processors for some seconds. One without weight is small. One heavy and one wide job run at a time, as
        two of a size would only share the processors and need the memory of both.
    small : int
        Small jobs that run beside them.
    waiting : int
        Most jobs in the queue; more are refused.
    kept : int
        Finished jobs whose result is kept.
    """

    def __init__(self, heavy: int = 2_001, small: int = 2, waiting: int = 80, kept: int = 40) -> None:
        self._heavy, self._waiting, self._kept = heavy, waiting, kept
        self._rooms: dict[Size, int] = {"small": small, "wide": 1, "heavy": 1}
        self._lock = threading.RLock()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._queue: list[_Job] = []
        self._running: list[_Job] = []
        self._alarm: threading.Timer | None = None

    def submit(self, session: str, kind: str, work: Work, weight: int = 0, pause: float = 0.0) -> str:
        """Queue a job and return its id; an earlier one of the same session and kind is cancelled.

        One that waited passes its place in the queue on.

        Parameters
        ----------
        session : str
            Whose it is; nobody else's job is touched.
        kind : str
            ``band``, ``solve``, ``explain``: one of each at a time.
        work : Work
        weight : int
            Paths, or runs of the engine.
        pause : float
            Seconds before which it does not begin, while others do: a reader who moves on within them costs nothing.

        Raises
        ------
        ResultError
            Where the queue is full.
        """
        with self._lock:
            place = len(self._queue)
            for other in [*self._queue, *self._running]:
                if other.session == session and other.kind == kind:
                    place = self._queue.index(other) if other in self._queue else place
                    self._cancel(other)
            if len(self._queue) >= self._waiting:
                found = f"{len(self._queue)} jobs are waiting"
                remedy = "The server is busy; try again shortly. Your settings are kept."
                raise ResultError(Problem("queue", found, f"at most {self._waiting}", remedy, kind="busy"))
            job = _Job(secrets.token_hex(8), session, kind, work, weight, time.monotonic() + pause)
            self._jobs[job.id] = job
            self._queue.insert(place, job)
            self._begin_what_fits()
            self._forget_old()
            return job.id

    def status(self, job: str, session: str) -> Status | None:
        """Return how a job of a session stands; None where it is of another one, or forgotten."""
        with self._lock:
            found = self._jobs.get(job)
            if found is None or found.session != session:
                return None
            ahead = self._queue.index(found) if found in self._queue else 0
            now = time.monotonic() if math.isnan(found.ended) else found.ended
            seconds = 0.0 if math.isnan(found.began) else now - found.began
            return Status(
                found.id,
                found.state,
                found.done,
                found.total,
                ahead,
                seconds,
                _left(found, now),
                found.result,
                found.error,
                found.code,
            )

    def cancel(self, job: str, session: str) -> None:
        """End a job of a session: at once while it waits, after the parts under way while it runs."""
        with self._lock:
            found = self._jobs.get(job)
            if found is not None and found.session == session:
                self._cancel(found)

    def end_session(self, session: str) -> None:
        """End and forget every job of a session."""
        with self._lock:
            for job in [job for job in self._jobs.values() if job.session == session]:
                self._cancel(job)
                self._jobs.pop(job.id, None)

    def wait(self, job: str, session: str, seconds: float) -> Status | None:
        """Wait until a job is over, for tests and scripts, and return how it stands."""
        with self._lock:
            found = self._jobs.get(job)
        if found is not None and found.session == session:
            found.over.wait(seconds)
        return self.status(job, session)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Jobs that run, that wait, and that are remembered."""
        with self._lock:
            return len(self._running), len(self._queue), len(self._jobs)

    @property
    def sessions(self) -> int:
        """Sessions that wait for a job."""
        with self._lock:
            return len({job.session for job in [*self._running, *self._queue]})

    def _cancel(self, job: _Job) -> None:
        job.stop.set()
        if job in self._queue:
            self._queue.remove(job)
            self._end(job, "cancelled")

    def _begin_what_fits(self) -> None:
        while True:
            taken = Counter(self._size(job) for job in self._running)
            fit = [job for job in self._queue if taken[self._size(job)] < self._rooms[self._size(job)]]
            now = time.monotonic()
            following = next((job for job in fit if job.ready <= now), None)
            if following is None:
                if fit:
                    self._look_again(min(job.ready for job in fit) - now)
                return
            self._queue.remove(following)
            self._running.append(following)
            following.state, following.began = "running", time.monotonic()
            threading.Thread(target=self._run, args=(following,), name=f"job-{following.kind}", daemon=True).start()

    def _size(self, job: _Job) -> Size:
        return "heavy" if job.weight >= self._heavy else "wide" if job.weight > 0 else "small"

    def _look_again(self, seconds: float) -> None:
        """Look for a job to begin when the first of those that pause is ready."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = threading.Timer(seconds, self._after_pause)
        self._alarm.daemon = True
        self._alarm.start()

    def _after_pause(self) -> None:
        with self._lock:
            self._begin_what_fits()

    def _run(self, job: _Job) -> None:
        def progress(done: int, total: int) -> None:
            with self._lock:
                if math.isnan(job.first_time):
                    job.first_time, job.first_done = time.monotonic(), done
                job.done, job.total = done, total

        step_back()
        state: State = "done"
        try:
            result = job.work(progress, job.stop)
            with self._lock:
                job.result = result
            if job.stop.is_set() and job.done < job.total:
                state = "cancelled"
        except PoolcastError as error:
            state, job.error = "failed", error
        except Exception:  # the edge of the server: the page gets a code, the log the rest
            state, job.code = "failed", secrets.token_hex(4)
            LOGGER.exception("job %s of kind %s failed, code %s", job.id, job.kind, job.code)
        give_back()  # hundreds of MB of arrays that were freed; without this a server seems to grow with every job
        with self._lock:
            self._running.remove(job)
            self._end(job, state)
            self._begin_what_fits()

    def _end(self, job: _Job, state: State) -> None:
        job.state, job.ended = state, time.monotonic()
        job.over.set()

    def _forget_old(self) -> None:
        over = [job.id for job in self._jobs.values() if job.over.is_set()]
        for job in over[: max(0, len(over) - self._kept)]:
            del self._jobs[job]


def step_back() -> None:
    """Let pages go first: where threads have priorities, this one and those that it starts get a lower one.

    On an idle machine a job takes as long as before.
    """
    if sys.platform == "linux":  # elsewhere a priority is that of the whole process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _left(job: _Job, now: float) -> float:
    """Return the seconds that a running job is likely to take yet, from the pace since its first progress."""
    if job.state != "running" or math.isnan(job.first_time) or job.done <= job.first_done:
        return math.nan
    pace = (now - job.first_time) / (job.done - job.first_done)
    return pace * (job.total - job.done)


_SHARED: list[Jobs] = []
_SHARED_LOCK = threading.Lock()


def shared_jobs() -> Jobs:
    """Return the queue of this process."""
    with _SHARED_LOCK:
        if not _SHARED:
            _SHARED.append(Jobs())
        return _SHARED[0]
