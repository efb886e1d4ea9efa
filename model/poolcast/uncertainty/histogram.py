"""Histograms: where even one measure of all paths does not fit the memory, its paths are counted and not kept.

Every cell has 2,048 bins on a grid fixed by the first paths (`poolcast.uncertainty.histogram_grid`). All counters are
integers, also those of sums, so that neither the order nor the size of blocks can change a figure. Probabilities and
years of events are counted path by path and are exact; quantiles are known to within a rank error that is reported.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.errors import Problem, ResultError
from poolcast.uncertainty import quantities
from poolcast.uncertainty.blocks import Job, Rows
from poolcast.uncertainty.counters import CellCounter, FlagCounter, WholeCounter
from poolcast.uncertainty.histogram_grid import BINS
from poolcast.uncertainty.kept import KeptMeasure, Layout
from poolcast.uncertainty.sampling_error import batches_of
from poolcast.uncertainty.store import ScratchStore, largest_measure_bytes

Array = NDArray[np.float64]
SomeRows = Mapping[str, Mapping[str, Array]]
"""Rows (path, cell) by scenario and measure."""
Key = tuple[str, str, str]
"""Scenario, scenario that it is compared with (or nothing) and quantity."""

PILOT = 4_096
"""Paths that fix the grids: so many that no bin about a quantile that is reported holds a thousandth of all paths. They
wait on the disk."""
PILOT_FOLDER = "pilot"
AT_A_TIME = 64
"""Paths of the pilot that are counted at a time."""
CHECKPOINT = "histogram.npz"
SECONDS = 60.0
"""Between two checkpoints."""


class HistogramStore:
    """Counts the cells of every path (store of `poolcast.uncertainty.store.Store`).

    Blocks may come in any order. Those that come before the pilot is complete wait. In a folder the counters are
    written now and then, with the paths they hold, in one file that replaces the one before: a simulation that was
    killed goes on from there.

    Parameters
    ----------
    job : Job
    paths : int
        Paths that may come.
    folder : path, optional
        Where the counters are written down.
    watched : mapping of str to sequence of int, optional
        Cells of measures that are kept exactly, for every path.
    seconds : float
        Between two checkpoints.
    pilot : int
        First paths, which fix the grids. They wait in a scratch file: beside the counters or in a temporary folder.
    """

    is_exact = False

    def __init__(
        self,
        job: Job,
        paths: int,
        folder: Path | None = None,
        watched: Mapping[str, Sequence[int]] | None = None,
        seconds: float = SECONDS,
        pilot: int = PILOT,
    ) -> None:
        self._job = job
        self._scenarios = tuple(job.scenarios)
        self._pilot = min(pilot, paths)
        self._batches = batches_of(job.draws, paths)
        self._file = None if folder is None else folder / CHECKPOINT
        self._seconds = seconds
        self._counted = np.zeros(paths, dtype=bool)
        self._waiting: list[tuple[int, Rows]] = []
        self._cells: dict[Key, CellCounter] = {}
        self._whole: dict[Key, WholeCounter] = {}
        self._flags: dict[Key, FlagCounter] = {}
        self._columns = {measure: np.asarray(cells, dtype=np.intp) for measure, cells in (watched or {}).items()}
        self._watched = {
            (scenario, measure): np.full((paths, len(cells)), np.nan)
            for scenario in self._scenarios
            for measure, cells in self._columns.items()
        }
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            if self._file.exists():
                self._restore(self._file)
        self._first: ScratchStore | None = None
        if not self._cells:
            self._place = Path(tempfile.mkdtemp(prefix="poolcast-")) if folder is None else folder / PILOT_FOLDER
            shutil.rmtree(self._place, ignore_errors=True)  # a killed pilot is made again
            self._first = ScratchStore(self._place, self._scenarios, job.layout, self._pilot)
        self._written = time.monotonic()

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which paths are finished: counted, or waiting for the pilot."""
        result = self._counted.copy()
        if self._first is not None:
            result[: self._pilot] = self._first.done
        for first, rows in self._waiting:
            result[first : first + _count(rows)] = True
        return result

    @property
    def counted(self) -> int:
        """Number of paths counted."""
        return int(self._counted.sum())

    @property
    def batch_sizes(self) -> NDArray[np.int64]:
        """Paths counted of each batch; one batch where the paths are independent."""
        numbers = self._batch_numbers(np.flatnonzero(self._counted))
        return np.bincount(numbers, minlength=self._number_of_batches).astype(np.int64)

    @property
    def is_batched(self) -> bool:
        """Whether errors are read from batches."""
        return self._batches is not None

    def add(self, first: int, rows: Rows) -> None:
        """Take the rows of the paths from `first` on."""
        for (scenario, measure), kept in self._watched.items():
            kept[first : first + _count(rows)] = rows[scenario][measure][:, self._columns[measure]]
        if self._first is not None:
            early = max(0, min(self._pilot - first, _count(rows)))
            if early:
                self._first.add(first, _some(rows, 0, early))
            if early < _count(rows):
                self._waiting.append((first + early, _some(rows, early, _count(rows))))
            if self._first.done.all():
                self._start(self._pilot)
                self.checkpoint()
            return
        self._count(first, rows)
        if time.monotonic() - self._written > self._seconds:
            self.checkpoint()

    def finish(self) -> None:
        """Count what still waits, on a grid of fewer paths where the pilot was not completed, and write it down."""
        if self._first is None:
            self.checkpoint()
            return
        missing = np.flatnonzero(~self._first.done)
        if len(missing) and missing[0] < 2:
            raise ResultError(
                Problem("simulation", f"{missing[0]} paths", "two paths or more", "Let it run longer, or resume it.")
            )
        if len(missing):
            self._file = None  # another grid than the whole pilot fixes: nothing to go on from
        self._start(int(missing[0]) if len(missing) else self._pilot)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Write the counters and the paths they hold into one file, beside its place and then renamed into it."""
        self._written = time.monotonic()
        if self._file is None:
            return
        state: dict[str, NDArray[np.generic]] = {"counted": self._counted, "names": np.array(_names(self))}
        for number, counter in enumerate(self._counters()):
            state |= {f"{number}/{name}": array for name, array in counter.state().items()}
        for number, array in enumerate(self._watched.values()):
            state[f"watched/{number}"] = array
        beside = self._file.with_suffix(".new")
        with beside.open("wb") as file:
            np.savez(file, **state)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)

    def cells(self, scenario: str, quantity: str, against: str = "") -> CellCounter:
        """Return the counter of a quantity, or of its difference from the first scenario."""
        if against and against != self._scenarios[0]:
            raise ResultError(
                Problem(
                    "simulation in histograms",
                    f"a difference from {against}",
                    f"differences from {self._scenarios[0]}, the first scenario",
                    "Name that scenario first, or keep every path (fewer paths or measures, more --memory).",
                )
            )
        return self._cells[scenario, against, quantity]

    def whole(self, scenario: str, measure: str) -> WholeCounter:
        """Return the counter of a measure that is a year or a month."""
        return self._whole[scenario, "", measure]

    def flags(self, scenario: str, name: str) -> FlagCounter:
        """Return the counter of a probability of `quantities.THRESHOLDS`."""
        return self._flags[scenario, "", name]

    def watched(self, scenario: str, measure: str, paths: int) -> Array:
        """Return the cells that are kept exactly (path, cell) of the first so many paths."""
        return self._watched[scenario, measure][:paths]

    def values(self, scenario: str, kept: KeptMeasure, paths: int) -> Array:
        """Refuse: a histogram keeps no paths."""
        raise ResultError(
            Problem(
                "simulation in histograms",
                f"every path of {kept.name}",
                "what was counted: quantiles, probabilities, events, tails",
                "Keep every path: fewer paths or measures, or more memory.",
            )
        )

    @property
    def accumulator_bytes(self) -> int:
        """Bytes of all counters."""
        return sum(array.nbytes for counter in self._counters() for array in counter.state().values())

    def _start(self, pilot: int) -> None:
        """Fix the grids by the first paths, then count everything that waited."""
        store, layout = self._first, self._job.layout
        assert store is not None
        self._prepare({name: _OnDisk(store, name, layout, 0, pilot) for name in self._scenarios})
        done = store.done
        for start in range(0, self._pilot, AT_A_TIME):
            for first, count in runs_of(done[start : start + AT_A_TIME]):
                first += start
                rows = {name: dict(_OnDisk(store, name, layout, first, first + count)) for name in self._scenarios}
                self._count(first, rows)
        store.close()
        shutil.rmtree(self._place, ignore_errors=True)
        self._first = None
        waiting, self._waiting = self._waiting, []
        for first, rows in waiting:
            self._count(first, rows)

    def _prepare(self, pilot: SomeRows) -> None:
        batches, base = self._number_of_batches, self._job.baseline.base_year
        for scenario, against, quantity, rows in self._quantities(pilot):
            marks = (0.0,) if against else quantities.marks_of(quantity)
            self._cells[scenario, against, quantity] = CellCounter.of(rows, marks, batches)
        for scenario in self._scenarios:
            for kept in self._job.layout.measures:
                if quantities.is_whole(kept):
                    low, high = (1, 12) if kept.measure.unit == "month" else (base, self._job.baseline.last_year)
                    self._whole[scenario, "", kept.name] = WholeCounter.of(kept.size, low, high, batches)
            for name, measure, _ in quantities.THRESHOLDS:
                if measure in self._job.layout.names:
                    self._flags[scenario, "", name] = FlagCounter.of(self._job.layout[measure].shape, batches)

    def _count(self, first: int, rows: SomeRows) -> None:
        count, base = _count(rows), self._job.baseline.base_year
        batches = self._batch_numbers(np.arange(first, first + count))
        for scenario, against, quantity, values in self._quantities(rows):
            self._cells[scenario, against, quantity].add(values, batches)
        for scenario, measures in rows.items():
            for measure, values in measures.items():
                if (scenario, "", measure) in self._whole:
                    self._whole[scenario, "", measure].add(values, batches)
            for name, measure, number in quantities.THRESHOLDS:
                if measure in measures:
                    flags = quantities.below_threshold(self._job.layout[measure], measures[measure], number, base)
                    self._flags[scenario, "", name].add(*flags, batches)
        self._counted[first : first + count] = True

    def _quantities(self, rows: SomeRows) -> Iterator[tuple[str, str, str, Array]]:
        """Yield scenario, counterpart, quantity and values (path, cell) of all that goes into histograms."""
        base, reference = self._job.baseline.base_year, self._scenarios[0]
        for scenario in self._scenarios:
            for kept in self._job.layout.measures:
                if quantities.is_whole(kept):
                    continue
                values = rows[scenario][kept.name]
                yield scenario, "", kept.name, values
                if scenario != reference:
                    yield scenario, reference, kept.name, values - rows[reference][kept.name]
            for name, (source, target) in quantities.derived(self._job.layout).items():
                values = quantities.extreme(name, source, target, rows[scenario][source.name], base)
                yield scenario, "", name, values

    @property
    def _number_of_batches(self) -> int:
        return 1 if self._batches is None else int(self._batches.max()) + 1

    def _batch_numbers(self, paths: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.zeros(len(paths), dtype=np.intp) if self._batches is None else self._batches[paths]

    def _counters(self) -> list[CellCounter | WholeCounter | FlagCounter]:
        return [*self._cells.values(), *self._whole.values(), *self._flags.values()]

    def _restore(self, file: Path) -> None:
        with np.load(file) as state:
            if state["names"].tolist() != _names(self):
                raise ResultError(
                    Problem(
                        str(file),
                        "counters of other scenarios, measures or draws",
                        "those of this simulation",
                        "Resume with what it was started with, or choose another folder.",
                    )
                )
            known = state["counted"]
            shared = min(len(known), len(self._counted))
            if known[shared:].any():
                raise ResultError(
                    Problem(
                        str(file),
                        f"{len(known)} paths",
                        f"at most {len(self._counted)}",
                        "Ask for as many paths as are counted, or choose another folder.",
                    )
                )
            empty = {
                scenario: {kept.name: np.zeros((2, kept.size)) for kept in self._job.layout.measures}
                for scenario in self._scenarios
            }
            self._prepare(empty)
            for number, counter in enumerate(self._counters()):
                counter.restore({name: state[f"{number}/{name}"] for name in counter.state()})
            for number, array in enumerate(self._watched.values()):
                array[:shared] = state[f"watched/{number}"][:shared]
            self._counted[:shared] = known[:shared]


class _OnDisk(Mapping[str, Array]):
    """Rows (path, cell) of some paths by measure, each read from a scratch file when it is asked for."""

    def __init__(self, store: ScratchStore, scenario: str, layout: Layout, first: int, last: int) -> None:
        self._store, self._scenario, self._layout = store, scenario, layout
        self._first, self._last = first, last

    def __getitem__(self, measure: str) -> Array:
        """Read a measure."""
        return self._store.some_values(self._scenario, self._layout[measure], self._first, self._last)

    def __iter__(self) -> Iterator[str]:
        """Name the measures."""
        return iter(self._layout.names)

    def __len__(self) -> int:
        """Count the measures."""
        return len(self._layout.names)


def runs_of(done: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield where paths that are done begin, and how many follow each other."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], done, [False]])))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(first), int(end - first)


def histogram_bytes(layout: Layout, scenarios: int) -> int:
    """Return the bytes that the bins of all measures take: those of the scenarios and of their differences."""
    cells = sum(kept.size for kept in layout.measures if not quantities.is_whole(kept))
    return (2 * scenarios - 1) * cells * BINS * np.dtype(np.uint32).itemsize


def refuse_large_histograms(layout: Layout, scenarios: int) -> None:
    """Refuse histograms that the memory of the machine cannot hold."""
    needed = histogram_bytes(layout, scenarios) + 5 * largest_measure_bytes(layout, PILOT)
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else needed
    if needed > machine:
        raise ResultError(
            Problem(
                "simulation in histograms",
                f"{needed / 2**30:.1f} GiB of bins and first paths for {scenarios} scenarios",
                f"the memory of this machine, {machine / 2**30:.1f} GiB",
                "Keep fewer measures (--measure), compare fewer scenarios, or keep every path on disk (--memory).",
            )
        )


def _some(rows: Rows, first: int, last: int) -> Rows:
    return {
        scenario: {name: values[first:last] for name, values in measures.items()} for scenario, measures in rows.items()
    }


def _count(rows: SomeRows) -> int:
    return len(next(iter(next(iter(rows.values())).values())))


def _names(store: HistogramStore) -> list[str]:
    """Return what a checkpoint must have been made of."""
    job = store._job
    watched = [f"{measure}:{cells.tolist()}" for measure, cells in store._columns.items()]
    draws = f"{job.draws.seed} {job.draws.sampling}"
    digests = [f"{name} {assumptions.digest()}" for name, assumptions in job.scenarios.items()]
    return [draws, str(store._pilot), *digests, *job.layout.names, *sorted(job.policy), *watched]
