"""Accounts by line: every row of the budget statement for every year of a projection, straight from the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.lines import (
    ARREARS,
    BALANCE,
    CLOSING,
    MONTHS,
    MONTHS_NEXT,
    OPENING,
    PAYABLE,
    PREPAID,
    SETTLED_FASTER,
    SPLIT_BY_LEDGER,
    TAKEN_OVER,
    StatementLine,
    declared_for,
    statement_lines,
)
from poolcast.outlook.pool_totals import with_pools
from poolcast.parameters.axes import LEDGERS
from poolcast.projection.engine import Projection
from poolcast.projection.flows import FINANCED_BY_NEED

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

BOOKED_ON: Mapping[tuple[str, str], tuple[str, str]] = {
    ("EPF", "LTCI"): ("E3", "R4"),
    ("EPA", "LTCI"): ("E3", "R4"),
    ("RPF", "LTCI"): ("E3", "R4"),
    ("EPF", "LAS"): ("E3", "R4"),
    ("EPA", "LAS"): ("E3", "R4"),
    ("RPF", "CII"): ("E2", "R4"),
    ("EPF", "CII"): ("E2", "R4"),
    ("MAF", "RPF"): ("E3", "R2.4"),
    ("MAF", "EPF"): ("E3", "R2.4"),
    ("EPF", "VBPR"): ("E1.7", "R4"),
    ("RPF", "VBPR"): ("E1.7", "R4"),
}
"""Lines on which a transfer between two ledgers is booked, where it leaves and where it arrives (handbook 1.3)."""

CREDIT = ("EPF", "EPA")
"""The split of contributions to personal accounts: a negative line R1.9 of the one, R4 of the other."""

_CARE = "E1"


@dataclass(frozen=True)
class Transfer:
    """Money that leaves one ledger and arrives in another of the same holder.

    Parameters
    ----------
    source, target : str
        Ledgers.
    paid_on, received_on : str
        Rows of the statement.
    sign : float
        What the row that pays shows: 1 expenditure, -1 a deduction from its revenue.
    """

    source: str
    target: str
    paid_on: str
    received_on: str
    sign: float = 1.0


@dataclass(frozen=True)
class AccountsByLine:
    """Every row of the statement, for every holder, year and ledger.

    Parameters
    ----------
    regions, ledgers, years, lines : tuple
        Codes of holders (regions, then pools), ledgers, years from the base year on, and the rows.
    amounts : array (region, year, ledger, line), yuan; payable months in months
        NaN where a row does not apply.
    transfers : tuple of Transfer
        What must show the same on both sides.
    """

    regions: tuple[str, ...]
    years: tuple[int, ...]
    ledgers: tuple[str, ...]
    lines: tuple[StatementLine, ...]
    amounts: Array = field(repr=False)
    transfers: tuple[Transfer, ...]

    def at(self, region: str, year: int) -> Array:
        """Return the rows of a holder and year (ledger, line)."""
        result: Array = self.amounts[self.regions.index(region), self.years.index(year)]
        return result


def accounts_by_line(projection: Projection, forecast: xr.Dataset, lag_days: Array | None = None) -> AccountsByLine:
    """Return the rows of the statement of every holder and year.

    Flows and stocks are those of the engine, to the last bit; sums are sums of their rows.

    Parameters
    ----------
    projection : Projection
        A single run.
    forecast : xarray.Dataset
        The same run, labelled.
    lag_days : array (region, 1 or year), working days, optional
        Days from care to its payment, for what is payable to providers; without it that row is empty.
    """
    ledgers = tuple(map(str, forecast.ledger.values))
    parts = _parts_by_ledger(projection)
    shown = tuple(dict.fromkeys((line, other) for _, line, other in parts))
    rank = {ledger: number for number, ledger in enumerate(LEDGERS)}
    lines = statement_lines(tuple(sorted(shown, key=lambda one: (one[0], rank[one[1]]))))
    rows = {line.code: number for number, line in enumerate(lines)}
    amounts = np.full((*forecast.reserve.transpose("region", "year", "ledger").shape, len(lines)), np.nan)
    for side in ("revenue", "expenditure"):
        by_line = forecast[f"{side}_by_line"].transpose("region", "year", "ledger", f"{side}_line")
        for number, code in enumerate(map(str, by_line[f"{side}_line"].values)):
            amounts[..., rows[code]] = by_line.values[..., number]
    _split_by_ledger(amounts, rows, ledgers, parts)
    _blank_what_does_not_apply(amounts, lines, ledgers)
    _stocks(amounts, rows, forecast)
    _sums(amounts, lines, rows, forecast)
    _memo(amounts, rows, ledgers, forecast, lag_days)
    return AccountsByLine(
        tuple(map(str, forecast.region.values)),
        tuple(map(int, forecast.year.values)),
        ledgers,
        lines,
        amounts,
        _transfers(rows, _pairs_booked(projection), ("EPA", "R4", "EPF") in parts),
    )


def _parts_by_ledger(projection: Projection) -> dict[tuple[str, str, str], Array]:
    """Return the amounts (holder, year) of lines shown by the other ledger: by ledger, line and other ledger."""
    found: dict[tuple[str, str, str], Array] = {}
    if "EPA" in projection.assumptions.ledgers:
        credit = projection.flows.revenue["EPA"]["R4"]
        found["EPA", "R4", "EPF"] = projection.holders.total(credit)[0]
    for source, target in _pairs_booked(projection):
        pays, receives = BOOKED_ON[source, target]
        amount = np.broadcast_to(projection.flows.transfers[source, target], projection.flows.shape)
        total = projection.holders.total(amount)[0]
        for ledger, line, other in ((source, pays, target), (target, receives, source)):
            if line in SPLIT_BY_LEDGER:
                found[ledger, line, other] = total
    return found


def _pairs_booked(projection: Projection) -> list[tuple[str, str]]:
    """Return the pairs of ledgers between which money ever moves within a holder."""
    transfers = projection.flows.transfers
    return [pair for pair in BOOKED_ON if pair in transfers and np.any(transfers[pair])]


def _split_by_ledger(
    amounts: Array, rows: Mapping[str, int], ledgers: tuple[str, ...], parts: Mapping[tuple[str, str, str], Array]
) -> None:
    """Fill the parts of a line by the other ledger, and what is left of it."""
    for line in SPLIT_BY_LEDGER:
        if f"{line}/-" not in rows:
            continue
        for place in sorted({ledgers.index(ledger) for ledger, of_line, _ in parts if of_line == line}):
            whole = amounts[:, :, place, rows[line]]
            rest = whole.copy()
            for (ledger, of_line, other), amount in parts.items():
                if of_line == line and ledgers.index(ledger) == place:
                    amounts[:, :, place, rows[f"{line}/{other}"]] = np.where(np.isfinite(whole), amount, np.nan)
                    rest -= amount
            amounts[:, :, place, rows[f"{line}/-"]] = np.where(np.abs(rest) <= 1e-12 * np.abs(whole), 0 * whole, rest)


def _blank_what_does_not_apply(amounts: Array, lines: tuple[StatementLine, ...], ledgers: tuple[str, ...]) -> None:
    """Empty the rows of flows that the statement has not for a ledger and that nobody ever books."""
    for number, line in enumerate(lines):
        if line.side not in ("revenue", "expenditure"):
            continue
        for place, ledger in enumerate(ledgers):
            here = amounts[:, :, place, number]
            used = np.any(np.nan_to_num(here) != 0.0)
            if not used and ("/" in line.code or not declared_for(line.code, ledger)):
                amounts[:, :, place, number] = np.nan


def _stocks(amounts: Array, rows: Mapping[str, int], forecast: xr.Dataset) -> None:
    order = ("region", "year", "ledger")
    closing = forecast.reserve.transpose(*order).values
    balance = forecast.balance.transpose(*order).values
    taken = np.zeros_like(closing)
    if "taken_over" in forecast:
        taken = np.nan_to_num(forecast.taken_over.transpose(*order).values)
    amounts[..., rows[BALANCE]] = balance
    amounts[..., rows[CLOSING]] = closing
    opening = np.concatenate([closing[:, :1] - balance[:, :1] - taken[:, :1], closing[:, :-1]], axis=1)
    amounts[..., rows[OPENING]] = opening
    amounts[..., rows[TAKEN_OVER]] = np.where(taken != 0, taken, np.nan)
    spent = forecast.expenditure.transpose(*order).values
    amounts[..., rows[MONTHS]] = forecast.payable_months.transpose(*order).values
    following = np.where(spent[:, 1:] > 0, spent[:, 1:], np.nan)
    amounts[:, :-1, :, rows[MONTHS_NEXT]] = 12 * closing[:, :-1] / following


def _sums(amounts: Array, lines: tuple[StatementLine, ...], rows: Mapping[str, int], forecast: xr.Dataset) -> None:
    """Fill the totals with those of the engine, and the subtotals between them with the sums of their rows."""
    order = ("region", "year", "ledger")
    needy = [ledger in FINANCED_BY_NEED for ledger in map(str, forecast.ledger.values)]
    for line in reversed(lines):
        if not line.parts:
            continue
        parts = amounts[..., [rows[part] for part in line.parts]]
        added = np.where(np.isnan(parts).all(-1), np.nan, np.nansum(parts, axis=-1))
        if line.code in ("R", "E"):
            side = forecast["revenue" if line.code == "R" else "expenditure"].transpose(*order).values.copy()
            if line.code == "R":
                side[..., needy] = np.nan
            amounts[..., rows[line.code]] = side
        elif line.code in ("R1", "R2", "E1"):
            amounts[..., rows[line.code]] = added


def _memo(
    amounts: Array, rows: Mapping[str, int], ledgers: tuple[str, ...], forecast: xr.Dataset, lag_days: Array | None
) -> None:
    order = ("region", "year", "ledger")
    pooled = [number for number, ledger in enumerate(ledgers) if ledger in ("EPF", "RPF")]
    for code, name in ((PREPAID, "prepaid"), (SETTLED_FASTER, "settled_faster")):
        amounts[:, :, pooled, rows[code]] = forecast[name].transpose(*order).values[:, :, pooled]
    if lag_days is not None:
        care = amounts[..., rows[_CARE]][:, :, pooled]
        sooner = np.nan_to_num(amounts[:, :, pooled, rows[SETTLED_FASTER]])
        amounts[:, :, pooled, rows[PAYABLE]] = np.maximum(lag_days[..., None] / 250 * care - sooner, 0.0)
    if "EPF" in ledgers:
        arrears = with_pools(forecast, forecast.arrears).transpose("region", "year").values
        kept = np.isfinite(amounts[:, :, ledgers.index("EPF"), rows[CLOSING]])
        amounts[:, :, ledgers.index("EPF"), rows[ARREARS]] = np.where(kept, arrears, np.nan)


def _transfers(rows: Mapping[str, int], pairs: list[tuple[str, str]], credited: bool) -> tuple[Transfer, ...]:
    """Return the transfers of the statement: which rows must show the same amount."""

    def row(line: str, other: str) -> str:
        return f"{line}/{other}" if f"{line}/{other}" in rows else line

    found = [Transfer(*CREDIT, "R1.9", row("R4", "EPF"), -1.0)] if credited else []
    for source, target in pairs:
        pays, receives = BOOKED_ON[source, target]
        found.append(Transfer(source, target, row(pays, target), row(receives, source)))
    return tuple(found)


__all__ = ["AccountsByLine", "Transfer", "accounts_by_line"]
