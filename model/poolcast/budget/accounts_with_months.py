"""The accounts of the running year as its months have them, footed, and the stocks that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine
from poolcast.budget.lines import (
    BALANCE,
    CLOSING,
    EXPENDITURE,
    MONTHS,
    MONTHS_NEXT,
    OPENING,
    REVENUE,
    TAKEN_OVER,
    StatementLine,
)

Array = NDArray[np.float64]


def accounts_with_months(
    accounts: AccountsByLine, year: int, outlooks: Mapping[tuple[str, str], Mapping[str, float]]
) -> AccountsByLine:
    """Return the accounts with a year's flows as foretold from its months.

    Lines take what was foretold of them; where only a total was, its lines are moved in proportion, transfers aside. A
    transfer shows on both sides what the paying ledger shows, or the receiving one where only that has months. Closing
    reserves of the year and of all later ones move with the balance; flows of later years stay.

    Parameters
    ----------
    accounts : AccountsByLine
        Of the projection.
    year : int
    outlooks : mapping of (region, ledger) to mapping of line to yuan
        Nothing in it gives the accounts back as they are.
    """
    if not outlooks:
        return accounts
    amounts = np.array(accounts.amounts)
    at = accounts.years.index(year)
    for region in dict.fromkeys(code for code, _ in outlooks):
        place = accounts.regions.index(region)
        own = {ledger: lines for (code, ledger), lines in outlooks.items() if code == region}
        touched = _flows(amounts[place, at], accounts, own)
        for ledger in touched:
            _stocks(amounts[place, :, accounts.ledgers.index(ledger)], accounts, at)
    return replace(accounts, amounts=amounts)


def _flows(values: Array, accounts: AccountsByLine, own: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Fill the flows (ledger, line) of a holder and year; return the ledgers that changed."""
    rows = {line.code: number for number, line in enumerate(accounts.lines)}
    lines = {line.code: line for line in accounts.lines}
    leaves: dict[str, set[str]] = {}
    for ledger, outlook in own.items():
        here = values[accounts.ledgers.index(ledger)]
        leaves[ledger] = {code for code in outlook if code not in (REVENUE, EXPENDITURE)}
        for code in leaves[ledger]:
            _fill(here, rows, lines[code], outlook[code])
    touched = dict.fromkeys(own)
    fixed: dict[str, set[str]] = {ledger: set() for ledger in accounts.ledgers}
    for one in accounts.transfers:
        source, target = (values[accounts.ledgers.index(name)] for name in (one.source, one.target))
        pays, receives = rows[one.paid_on], rows[one.received_on]
        fixed[one.source].add(one.paid_on)
        fixed[one.target].add(one.received_on)
        if not (np.isfinite(source[pays]) and np.isfinite(target[receives])):
            continue
        if _top(one.paid_on) in leaves.get(one.source, ()):
            target[receives] = one.sign * source[pays]
            touched[one.target] = None
        elif _top(one.received_on) in leaves.get(one.target, ()):
            source[pays] = one.sign * target[receives]
            touched[one.source] = None
    for ledger in touched:
        here = values[accounts.ledgers.index(ledger)]
        for side in (REVENUE, EXPENDITURE):
            given = own.get(ledger, {})
            if side in given and not any(code.startswith(side) for code in leaves.get(ledger, ())):
                _scale(here, rows, accounts.lines, side, given[side], fixed[ledger])
            _sum_up(here, rows, lines, side)
    return list(touched)


def _top(code: str) -> str:
    return code.partition("/")[0]


def _fill(here: Array, rows: Mapping[str, int], line: StatementLine, amount: float) -> None:
    """Set a line, and its parts by ledger in proportion."""
    before = here[rows[line.code]]
    here[rows[line.code]] = amount
    for part in line.parts:
        here[rows[part]] *= amount / before if before else 0.0


def _scale(
    here: Array,
    rows: Mapping[str, int],
    lines: tuple[StatementLine, ...],
    side: str,
    total: float,
    fixed: set[str],
) -> None:
    """Move the lines of a side in proportion so that they add up to its total; transfers stay."""
    name = "revenue" if side == REVENUE else "expenditure"
    places = [rows[line.code] for line in lines if line.side == name and not line.parts]
    moves = [place for place in places if lines[place].code not in fixed]
    rest = float(np.nansum(here[places]) - np.nansum(here[moves]))
    free = float(np.nansum(here[moves]))
    if free:
        here[moves] *= (total - rest) / free


def _sum_up(here: Array, rows: Mapping[str, int], lines: Mapping[str, StatementLine], code: str) -> None:
    """Fill a sum from its parts, from the bottom up."""
    parts = lines[code].parts
    for part in parts:
        _sum_up(here, rows, lines, part)
    known = [here[rows[part]] for part in parts if np.isfinite(here[rows[part]])]
    if known:
        here[rows[code]] = float(np.sum(known))


def _stocks(of_years: Array, accounts: AccountsByLine, at: int) -> None:
    """Move the stocks (year, line) of a ledger from a year on."""
    rows = {line.code: number for number, line in enumerate(accounts.lines)}
    balance = of_years[at, rows[REVENUE]] - of_years[at, rows[EXPENDITURE]]
    if not np.isfinite(balance):
        return
    of_years[at, rows[BALANCE]] = balance
    if not np.isfinite(of_years[at, rows[CLOSING]]):
        return
    for number in range(at, len(of_years)):
        now = of_years[number]
        if number > at:
            now[rows[OPENING]] = of_years[number - 1, rows[CLOSING]]
        now[rows[CLOSING]] = now[rows[OPENING]] + np.nan_to_num(now[rows[TAKEN_OVER]]) + now[rows[BALANCE]]
        spent = now[rows[EXPENDITURE]]
        now[rows[MONTHS]] = 12 * now[rows[CLOSING]] / spent if spent > 0 else np.nan
        if number:
            before = of_years[number - 1]
            before[rows[MONTHS_NEXT]] = 12 * before[rows[CLOSING]] / spent if spent > 0 else np.nan


__all__ = ["accounts_with_months"]
