"""Compiled loops of the ledgers: booking a line, a year of the accounts of members, and the close of a year.

Twins of NumPy's way in `ledger_lines` and `ledgers`, with the same operations in the same order for every path, so that
both give the same bits. They serve simulations, whose arrays they visit once rather than once for each operation. In
memory the year comes first, then the ledger, and paths and holders last.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
from numba import types

_read = types.Array(types.float64, 3, "A", readonly=True)
_read_year = types.Array(types.float64, 2, "A", readonly=True)
_compile: Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]] = numba.njit


@_compile(
    types.void(_read, types.int64[::1], types.int64[::1], types.float64[:, :, ::1], types.float64[:, :, :]),
    nogil=True,
    cache=True,
    error_model="numpy",
)
def book_line(amounts, members, ends, row, total):  # type: ignore[no-untyped-def]
    """Set the row of a line to amounts and their sums over pools, and add it to the total of its ledger.

    Parameters
    ----------
    amounts : array (path, region, year), yuan
        One path may serve all.
    members, ends : array of int
        Members of all pools, one pool after the other, and where each pool's end; those beyond have none.
    row : array (year, path, holder)
        Set: regions first, then pools.
    total : array (year, path, holder)
        Added to.
    """
    sources, regions, years = amounts.shape
    for path in range(row.shape[1]):
        source = path if sources > 1 else 0
        for region in range(regions):
            for year in range(years):
                row[year, path, region] = amounts[source, region, year]
        for year in range(years):
            first = 0
            for pool in range(row.shape[2] - regions):
                added = 0.0
                if pool < len(ends):
                    added = row[year, path, members[first]]
                    for place in range(first + 1, ends[pool]):
                        added += row[year, path, members[place]]
                    first = ends[pool]
                row[year, path, regions + pool] = added
            for holder in range(row.shape[2]):
                total[year, path, holder] += row[year, path, holder]


@_compile(
    types.void(
        *[types.float64[:, :, ::1]] * 3,
        _read,
        types.boolean[:, ::1],
        types.float64,
        types.float64,
        *[types.float64[:, :, ::1]] * 2,
    ),
    nogil=True,
    cache=True,
    error_model="numpy",
)
def close_year(opening, received, spent, rate, keeps, margin, timing, interest, reserve):  # type: ignore[no-untyped-def]
    """Set interest and reserve of a year, and add the interest to what is received (handbook 6.8).

    Parameters
    ----------
    opening, received, spent, interest, reserve : array (ledger, path, holder), yuan
    rate : array (ledger, path, holder), rate per year
        One path may serve all.
    keeps : array (holder, ledger) of bool
        Who keeps a reserve; others bear no interest and their reserve is not a number.
    margin, timing : float
    """
    ledgers, paths, holders = opening.shape
    for ledger in range(ledgers):
        for path in range(paths):
            source = path if rate.shape[1] > 1 else 0
            for holder in range(holders):
                if not keeps[holder, ledger]:
                    interest[ledger, path, holder] = 0.0
                    reserve[ledger, path, holder] = math.nan
                    continue
                before, own = opening[ledger, path, holder], rate[ledger, source, holder]
                balance = received[ledger, path, holder] - spent[ledger, path, holder]
                borne = (own + margin if before < 0.0 else own) * before + own * timing * balance
                interest[ledger, path, holder] = borne
                received[ledger, path, holder] += borne
                reserve[ledger, path, holder] = before + balance + borne


@_compile(
    types.void(*[types.float64[:, ::1]] * 3, _read_year, _read_year, types.float64, types.float64[:, ::1]),
    nogil=True,
    cache=True,
    error_model="numpy",
)
def spend_accounts(opening, paid_in, booked, share, rate, timing, amounts):  # type: ignore[no-untyped-def]
    """Set what accounts of members spend in a year beyond what is booked (handbook 3.5, 6.8).

    Parameters
    ----------
    opening, paid_in, booked, amounts : array (path, holder), yuan
    share, rate : array (path, holder), fraction and rate per year
        One path may serve all.
    timing : float
    """
    for path in range(opening.shape[0]):
        of_rate = path if rate.shape[0] > 1 else 0
        of_share = path if share.shape[0] > 1 else 0
        for holder in range(opening.shape[1]):
            before, income = opening[path, holder], paid_in[path, holder]
            own, part = rate[of_rate, holder], share[of_share, holder]
            whole = (income * (1 + own * timing) + own * before) / (1 + own * timing * part)
            wanted = part * whole
            most = (before * (1 + own) + income * (1 + own * timing)) / (1 + own * timing)
            spending = wanted if wanted < most else most
            if not (math.isfinite(wanted) and math.isfinite(most)):
                spending = 0.0
            more = spending - booked[path, holder]
            amounts[path, holder] = more if more > 0.0 else 0.0
