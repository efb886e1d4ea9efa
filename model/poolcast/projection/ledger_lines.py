"""Lines of a side of the statement, ledger by ledger: only those that are booked are held, because most are empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from poolcast.projection.statement import add_lines

Array = NDArray[np.float64]


def zeros_in_years(shape: tuple[int, int, int, int]) -> Array:
    """Return zeros (path, holder, year, ledger) that lie in memory year by year, and within a year ledger by ledger.

    The recursion takes a year after the other: what it reads and writes then lies in one piece.
    """
    paths, holders, years, ledgers = shape
    return np.zeros((years, ledgers, paths, holders)).transpose(2, 3, 0, 1)


def in_years(values: Array) -> Array:
    """Return an array (path, holder, year, ledger) that lies in memory as those of `zeros_in_years`."""
    return np.ascontiguousarray(values.transpose(2, 3, 0, 1)).transpose(2, 3, 0, 1)


class LedgerLines:
    """Amounts by line, and their sums by ledger.

    In memory the year comes first and paths and holders last, because the recursion takes year after year.

    Parameters
    ----------
    known : iterable of str
        Lines in the order of the statement.
    shape : tuple of int
        Paths, holders, years and ledgers.

    Attributes
    ----------
    sums : array (path, holder, year, ledger), yuan
    """

    def __init__(self, known: Iterable[str], shape: tuple[int, int, int, int]) -> None:
        self._known = list(known)
        self._paths, self._holders, self._years, self._ledgers = shape
        self._booked: dict[tuple[int, int], Array] = {}
        self.sums = zeros_in_years(shape)
        self._by_year: Array = self.sums.transpose(2, 3, 0, 1)

    def book(self, ledger: int, amounts: Mapping[str, Array]) -> None:
        """Book all lines of a ledger, arrays (path, holder, year); once for each ledger.

        They are added up one after the other in the order of the statement: NumPy's own sum goes over the lines in an
        order that depends on the number of paths, and a path must not know how many others are computed with it.
        """
        total = self._by_year[:, ledger]
        for number, line in enumerate(self._known):
            if line in amounts:
                row = np.empty((self._years, self._paths, self._holders))
                row[...] = np.moveaxis(amounts[line], 2, 0)
                self._booked[ledger, number] = row
                total += row

    def book_with_pools(self, ledger: int, amounts: Mapping[str, Array], pools: Iterable[NDArray[np.int64]]) -> None:
        """Book all lines of a ledger, arrays (path, region, year), and their sums over pools; the compiled `book`.

        Parameters
        ----------
        pools : iterable of array of int
            Positions of the members of each pool; holders beyond regions and pools get zeros.
        """
        from poolcast.projection.ledger_kernel import book_line  # numba is heavy: only where it is used

        groups = list(pools)
        members = np.concatenate([np.empty(0, dtype=np.int64), *groups])
        ends = np.cumsum([len(group) for group in groups], dtype=np.int64)
        total = self._by_year[:, ledger]
        for number, line in enumerate(self._known):
            if line in amounts:
                row = np.empty((self._years, self._paths, self._holders))
                book_line(amounts[line], members, ends, row, total)
                self._booked[ledger, number] = row

    def add(self, ledger: int, line: str, year: int, amount: Array) -> None:
        """Add an amount (path, holder) to a line of a year."""
        self._row(ledger, self._known.index(line))[year] += amount
        self.sums[:, :, year, ledger] += amount

    def add_whole(self, line: str, amounts: Array) -> None:
        """Add amounts (path, holder, year, ledger) to a line of every ledger that are in the sums already."""
        by_year = amounts.transpose(2, 3, 0, 1)
        for ledger in range(self._ledgers):
            row = self._row(ledger, self._known.index(line))
            row += by_year[:, ledger]

    def line(self, ledger: int, line: str, year: int) -> Array:
        """Return a line of a year (path, holder)."""
        result: Array = self._row(ledger, self._known.index(line))[year]
        return result

    def of_year(self, year: int) -> Array:
        """Return every line of a year (path, holder, ledger, line)."""
        result = np.zeros((self._paths, self._holders, self._ledgers, len(self._known)))
        for (ledger, number), row in self._booked.items():
            result[..., ledger, number] = row[year]
        return result

    def replace(self, year: int, lines: Array) -> None:
        """Put lines (path, holder, ledger, line) in the place of those of a year, and add them up anew."""
        for ledger, number in np.argwhere(lines.any(axis=(0, 1))).tolist():
            self._row(ledger, number)[year] = lines[..., ledger, number]
        self.sums[:, :, year] = add_lines(lines)

    def all(self) -> Array:
        """Return every line (path, holder, year, ledger, line)."""
        shape = (self._years, self._ledgers, len(self._known), self._paths, self._holders)
        result = np.zeros(shape).transpose(3, 4, 0, 1, 2)
        for (ledger, number), row in self._booked.items():
            result[..., ledger, number] = np.moveaxis(row, 0, 2)
        return result

    def _row(self, ledger: int, number: int) -> Array:
        """Return a line (year, path, holder), an empty one where nothing was booked yet."""
        key = ledger, number
        if key not in self._booked:
            self._booked[key] = np.zeros((self._years, self._paths, self._holders))
        return self._booked[key]
