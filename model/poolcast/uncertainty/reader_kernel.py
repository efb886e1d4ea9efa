"""Compiled loops of the reader: accounts of a block of paths become rows, each number visited once.

Accounts lie in memory as (year, ledger, path, holder), see `poolcast.projection.ledger_lines`. Twins of what
`poolcast.projection.forecast` and `plain_reader` do array by array, with the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types

AMOUNT, DIFFERENCE, DIFFERENCE_OF_THREE, MONTHS = range(4)
"""What a cell shows of up to three accounts: the first; less the second; less the third and the second; in months."""

_account = types.Array(types.float64, 4, "C", readonly=True)
_flat = types.Array(types.float64, 2, "C", readonly=True)
_compile: Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]] = numba.njit
_shown: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(
    nogil=True, cache=True, error_model="numpy", inline="always"
)


@_shown
def _show(kind, first, second, third):  # type: ignore[no-untyped-def]
    if kind == AMOUNT:
        return first
    if kind == DIFFERENCE:
        return first - second
    if kind == DIFFERENCE_OF_THREE:
        return (first - third) - second
    return 12.0 * first / second if second > 0.0 else math.nan


@_compile(
    types.void(
        types.int64,
        _account,
        _account,
        _account,
        types.Array(types.boolean, 2, "C", readonly=True),
        types.Array(types.int64, 1, "C", readonly=True),
        types.float64[:, ::1],
    ),
    nogil=True,
    cache=True,
    error_model="numpy",
)
def read_rows(kind, first, second, third, known, cells, rows):  # type: ignore[no-untyped-def]
    """Set rows (path, cell) to what cells show of the accounts.

    Parameters
    ----------
    kind : int
        `AMOUNT`, `DIFFERENCE`, `DIFFERENCE_OF_THREE` or `MONTHS`.
    first, second, third : array (year, ledger, path, holder)
        One path may serve all.
    known : array (holder, ledger) of bool
        Others are not a number.
    cells : array of int (cell,)
        Places on the flattened axes (year, holder, ledger); below zero for none.
    rows : array (path, cell)
        Set.
    """
    ledgers, sources, holders = first.shape[1:]
    places = np.empty(len(cells), dtype=np.int64)
    for cell in range(len(cells)):
        code = cells[cell]
        ledger, holder, year = code % ledgers, code // ledgers % holders, code // (ledgers * holders)
        is_known = code >= 0 and known[holder, ledger]
        places[cell] = (year * ledgers + ledger) * sources * holders + holder if is_known else -1
    flat_first, flat_second, flat_third = first.reshape(-1), second.reshape(-1), third.reshape(-1)
    for path in range(rows.shape[0]):
        offset = path * holders if sources > 1 else 0
        for cell in range(len(cells)):
            place = places[cell] + offset
            if places[cell] < 0:
                rows[path, cell] = math.nan
            else:
                rows[path, cell] = _show(kind, flat_first[place], flat_second[place], flat_third[place])


@_compile(
    types.void(
        types.int64,
        _flat,
        _flat,
        _flat,
        _flat,
        types.Array(types.boolean, 2, "C", readonly=True),
        types.int64,
        types.float64[:, :, ::1],
    ),
    nogil=True,
    cache=True,
    error_model="numpy",
)
def find_first_year(kind, first, second, third, reserve, known, base_year, found):  # type: ignore[no-untyped-def]
    """Set the first year after the base year in which what is shown is negative (path, holder, ledger); else NaN.

    Where a ledger has reserves at all, only those who keep one count.

    Parameters
    ----------
    kind, first, second, third, known
        See `read_rows`.
    reserve : array (year, ledger, path, holder)
    base_year : int
    found : array (path, holder, ledger)
        Set.
    """
    holders, ledgers = known.shape
    years, sources = len(first) // ledgers, first.shape[1] // holders
    for ledger in range(ledgers):
        nobody = True
        for year in range(years):
            for place in range(first.shape[1]):
                nobody = nobody and not math.isfinite(reserve[year * ledgers + ledger, place])
        for path in range(found.shape[0]):
            for holder in range(holders):
                found[path, holder, ledger] = math.nan
                place = (path if sources > 1 else 0) * holders + holder
                for year in range(1, years if known[holder, ledger] else 1):
                    row = year * ledgers + ledger
                    value = _show(kind, first[row, place], second[row, place], third[row, place])
                    if value < 0.0 and (nobody or math.isfinite(reserve[row, place])):
                        found[path, holder, ledger] = base_year + year
                        break
