"""Rows and events read from the accounts of a block of paths by compiled loops."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from poolcast.projection.engine import Projection
from poolcast.projection.forecast import accounts_known

Array = NDArray[np.float64]

_ACCOUNTS = {
    "revenue": ("AMOUNT", ("revenue",)),
    "expenditure": ("AMOUNT", ("expenditure",)),
    "interest": ("AMOUNT", ("interest",)),
    "reserve": ("AMOUNT", ("reserve",)),
    "balance": ("DIFFERENCE", ("revenue", "expenditure")),
    "revenue_before_interest": ("DIFFERENCE", ("revenue", "interest")),
    "balance_before_interest": ("DIFFERENCE_OF_THREE", ("revenue", "expenditure", "interest")),
    "payable_months": ("MONTHS", ("reserve", "expenditure")),
}
"""Variables of a forecast that the accounts give, by what is shown of which."""


class AccountRows:
    """Reads variables of the accounts of one block of paths.

    Parameters
    ----------
    projection : Projection
        A block of paths.
    """

    def __init__(self, projection: Projection) -> None:
        self._run = projection
        self._held, self._funded = accounts_known(projection.holders, projection.assumptions.ledgers)

    @staticmethod
    def can_read(variable: str) -> bool:
        """Whether a variable of the forecast is read from the accounts, by compiled loops."""
        return variable in _ACCOUNTS and find_spec("numba") is not None

    def rows(self, variable: str, cells: NDArray[np.intp]) -> Array:
        """Return the rows of a variable (path, cell).

        Parameters
        ----------
        variable : str
        cells : array of int (cell,)
            Places on the flattened axes (year, region, ledger); below zero for none, whose number is NaN.
        """
        from poolcast.uncertainty import reader_kernel  # numba is heavy: only where it is used

        kind, accounts = self._shown(variable)
        rows = np.empty((self._run.drivers.paths, len(cells)))
        reader_kernel.read_rows(
            getattr(reader_kernel, kind), *accounts, self._known(variable), cells.astype(np.int64, copy=False), rows
        )
        return rows

    def first_years(self, variable: str) -> Array:
        """Return the first projected year in which a variable is negative (path, region, ledger); NaN for never."""
        from poolcast.uncertainty import reader_kernel

        kind, accounts = self._shown(variable)
        known = self._known(variable)
        found = np.empty((self._run.drivers.paths, *known.shape))
        years, ledgers, sources, holders = accounts[0].shape
        flat = [one.reshape(years * ledgers, sources * holders) for one in (*accounts, self._by_year("reserve"))]
        base_year = self._run.assumptions.base_year
        reader_kernel.find_first_year(getattr(reader_kernel, kind), *flat, known, base_year, found)
        return found

    def _known(self, variable: str) -> NDArray[np.bool_]:
        """Where a variable has a value (holder, ledger); the reserve says so itself."""
        if variable == "reserve":
            return np.ones_like(self._held)
        return self._held if variable in ("expenditure", "payable_months") else self._funded

    def _shown(self, variable: str) -> tuple[str, list[Array]]:
        """Return what is shown, and three accounts: the first again where fewer are asked for."""
        kind, names = _ACCOUNTS[variable]
        accounts = [self._by_year(name) for name in names]
        return kind, [*accounts, *[accounts[0]] * (3 - len(accounts))]

    def _by_year(self, name: str) -> Array:
        """Return an account as it lies in memory (year, ledger, path, holder)."""
        array: Array = getattr(self._run.accounts, name)
        return np.ascontiguousarray(array.transpose(2, 3, 0, 1))
