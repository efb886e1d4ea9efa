"""Where the paths of a simulation wait to be reduced: in memory, in a scratch file, or counted into histograms.

A store takes finished blocks in any order. One that has a folder notes each block in a journal after its numbers are
written, so that a simulation that was killed goes on where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty.blocks import Rows
from poolcast.uncertainty.kept import KeptMeasure, Layout

Array = NDArray[np.float64]

JOURNAL = "blocks.txt"
_NUMBER = 8


class Store(Protocol):
    """What takes the rows of finished blocks."""

    def add(self, first: int, rows: Rows) -> None:
        """Take the rows of the paths from `first` on."""

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which paths are finished."""

    @property
    def is_exact(self) -> bool:
        """Whether every path is kept."""


class MemoryStore:
    """Keeps every path in memory (scenario, measure, path, cell)."""

    is_exact = True

    def __init__(self, scenarios: tuple[str, ...], layout: Layout, paths: int) -> None:
        self._rows = {name: {kept.name: np.empty((paths, kept.size)) for kept in layout.measures} for name in scenarios}
        self._done = np.zeros(paths, dtype=bool)

    @classmethod
    def holding(cls, rows: Mapping[str, Mapping[str, Array]], paths: int) -> Self:
        """Return a store of finished paths that holds given arrays (scenario, measure, path, cell) themselves."""
        store = cls.__new__(cls)
        store._rows = {scenario: {name: kept[:paths] for name, kept in held.items()} for scenario, held in rows.items()}
        store._done = np.ones(paths, dtype=bool)
        return store

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which paths are finished."""
        return self._done

    def add(self, first: int, rows: Rows) -> None:
        """Take the rows of the paths from `first` on."""
        count = 0
        for scenario, measures in rows.items():
            for measure, values in measures.items():
                count = values.shape[0]
                self._rows[scenario][measure][first : first + count] = values
        self._done[first : first + count] = True

    def some_values(self, scenario: str, kept: KeptMeasure, first: int, last: int) -> Array:
        """Return the rows (path, cell) of a measure from a path to another, the last not among them."""
        return self._rows[scenario][kept.name][first:last]

    def pieces(self, scenario: str, kept: KeptMeasure, first: int, last: int, size: int) -> Iterator[tuple[int, Array]]:
        """Yield the rows (path, cell) of a measure some paths at a time, each piece with its first path."""
        for start in range(first, last, size):
            yield start, self._rows[scenario][kept.name][start : min(start + size, last)]

    def values(self, scenario: str, kept: KeptMeasure, paths: int) -> Array:
        """Return the rows (path, cell) of a measure for the first so many paths."""
        return self._rows[scenario][kept.name][:paths]


class ScratchStore:
    """Keeps every path in one scratch file a scenario, measure after measure, so that each is read in one go.

    Written by position and not mapped, so that the memory of the process does not grow with it.
    """

    is_exact = True

    def __init__(self, folder: Path, scenarios: tuple[str, ...], layout: Layout, paths: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._paths = paths
        self._offsets = _offsets(layout, paths)
        self._files = {
            name: os.open(folder / f"scratch-{number}.f64", os.O_RDWR | os.O_CREAT, 0o644)
            for number, name in enumerate(scenarios)
        }
        self._journal = folder / JOURNAL
        self._done = np.zeros(paths, dtype=bool)
        for first, count in journal_entries(self._journal):
            self._done[first : first + count] = True

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which paths are finished."""
        return self._done

    def add(self, first: int, rows: Rows) -> None:
        """Take the rows of the paths from `first` on."""
        count = 0
        for scenario, measures in rows.items():
            for measure, values in measures.items():
                count = values.shape[0]
                start, width = self._offsets[measure]
                data = np.ascontiguousarray(values, dtype=np.float64)
                _write_at(self._files[scenario], memoryview(data.data).cast("B"), (start + first * width) * _NUMBER)
        note_block(self._journal, first, count)
        self._done[first : first + count] = True

    def values(self, scenario: str, kept: KeptMeasure, paths: int) -> Array:
        """Return the rows (path, cell) of a measure for the first so many paths, read from the file."""
        return self.some_values(scenario, kept, 0, paths)

    def some_values(self, scenario: str, kept: KeptMeasure, first: int, last: int) -> Array:
        """Return the rows (path, cell) of a measure from a path to another, the last not among them."""
        result = np.empty((last - first, kept.size))
        self._read(scenario, kept, first, result)
        return result

    def pieces(self, scenario: str, kept: KeptMeasure, first: int, last: int, size: int) -> Iterator[tuple[int, Array]]:
        """Yield the rows (path, cell) of a measure some paths at a time, each piece with its first path.

        All pieces are read into the same memory: each is there until the next.
        """
        held = np.empty((min(size, last - first), kept.size))
        for start in range(first, last, size):
            piece = held[: min(size, last - start)]
            self._read(scenario, kept, start, piece)
            yield start, piece

    def _read(self, scenario: str, kept: KeptMeasure, first: int, rows: Array) -> None:
        """Read rows (path, cell) from a path on into an array."""
        start, width = self._offsets[kept.name]
        view = memoryview(rows.data).cast("B")
        at = 0
        while at < len(view):
            read = os.preadv(self._files[scenario], [view[at:]], (start + first * width) * _NUMBER + at)
            if read == 0:
                raise OSError(f"the scratch file of {scenario} is shorter than {first + len(rows)} paths")
            at += read

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            os.close(file)
        self._files = {}


def journal_entries(journal: Path) -> Iterator[tuple[int, int]]:
    """Yield the finished blocks (first path, number of paths); a line that a kill cut short does not count."""
    if not journal.exists():
        return
    for line in journal.read_text(encoding="ascii").splitlines(keepends=True):
        parts = line.split()
        if line.endswith("\n") and len(parts) == 2:
            yield int(parts[0]), int(parts[1])


def note_block(journal: Path, first: int, count: int) -> None:
    """Add a finished block to the journal."""
    with journal.open("a", encoding="ascii") as file:
        file.write(f"{first} {count}\n")


def kept_bytes(layout: Layout, scenarios: int, paths: int) -> int:
    """Return the bytes that every path of every scenario needs."""
    return scenarios * paths * _NUMBER * sum(kept.size for kept in layout.measures)


def largest_measure_bytes(layout: Layout, paths: int) -> int:
    """Return the bytes that the largest measure of one scenario needs."""
    return paths * _NUMBER * max(kept.size for kept in layout.measures)


def _offsets(layout: Layout, paths: int) -> Mapping[str, tuple[int, int]]:
    offsets, at = {}, 0
    for kept in layout.measures:
        offsets[kept.name] = (at, kept.size)
        at += paths * kept.size
    return offsets


def _write_at(file: int, view: memoryview, position: int) -> None:
    while view:
        written = os.pwrite(file, view, position)
        view, position = view[written:], position + written
