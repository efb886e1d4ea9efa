"""Measures read from a block of paths without labels: naming the axes would take as long as the ledgers do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.measured import EVENTS
from poolcast.outlook.measures import first_year
from poolcast.outlook.who_pays import SCHEME_LEDGERS
from poolcast.parameters.axes import positions
from poolcast.projection.engine import Projection
from poolcast.projection.forecast import plain_arrays
from poolcast.uncertainty.account_rows import AccountRows

if TYPE_CHECKING:
    from poolcast.uncertainty.kept import KeptMeasure

Array = NDArray[np.float64]

_OVER_BASE = {
    "cost_rate": "expenditure",
    "income_rate": "revenue_before_interest",
    "balance_rate": "balance_before_interest",
}
"""Rates on the contribution base, and what they divide by it."""


def _variables(kept: KeptMeasure) -> tuple[str, ...]:
    """Return the variables of the forecast that a plain measure is read from."""
    if kept.name in EVENTS:
        return EVENTS[kept.name], "reserve"
    if kept.name in _OVER_BASE:
        return (_OVER_BASE[kept.name],)
    return () if kept.name == "members" else (kept.measure.place.partition(".")[2],)


class PlainReader:
    """Reads plain measures of one block; a test holds every number to what the measure itself reads.

    Parameters
    ----------
    projection : Projection
        A block of paths.
    measures : sequence of KeptMeasure
        What will be read: the variables behind them are made together, because they share masks and sums.
    """

    def __init__(self, projection: Projection, measures: Sequence[KeptMeasure]) -> None:
        self._run = projection
        self._accounts = AccountRows(projection)
        self._readable = [kept for kept in measures if self.can_read(kept)]
        self._arrays: dict[str, Array] = {}

    def can_read(self, kept: KeptMeasure) -> bool:
        """Whether a measure is a variable of the forecast, an event, members, or a rate where schemes are apart."""
        if kept.name in _OVER_BASE:
            return not self._run.accounts.merged.any()
        return kept.measure.place.startswith("variable.") or kept.name in EVENTS or kept.name == "members"

    def rows(self, kept: KeptMeasure, places: NDArray[np.intp] | None = None) -> Array:
        """Return the rows of a measure (path, cell).

        Parameters
        ----------
        kept : KeptMeasure
        places : array of int (cell,), optional
            Where the cells stand on the axes of the projection, -1 for those it has not; as in the measure by default.
        """
        variables = _variables(kept)
        if kept.name in EVENTS:
            values = self._event(EVENTS[kept.name])
        elif kept.name in _OVER_BASE:
            values = self._over_base(_OVER_BASE[kept.name])
        elif kept.name == "members":
            values = self._by_ledger(self._members)
        elif AccountRows.can_read(variables[0]):
            return self._accounts.rows(variables[0], kept.cells if places is None else places)
        else:
            values = self._variable(variables[0])
        rows: Array = np.take(values.reshape(values.shape[0], -1), kept.cells if places is None else places, axis=1)
        if places is not None:
            rows[:, places < 0] = np.nan
        return rows

    def _variable(self, name: str) -> Array:
        """Return a variable of the forecast (path, year, region, ...)."""
        if not self._arrays:
            read = {one for kept in self._readable for one in _variables(kept)}
            self._arrays = plain_arrays(self._run, {one for one in read if not AccountRows.can_read(one)})
        return self._arrays[name]

    def _event(self, name: str) -> Array:
        """Return the first year in which a balance or reserve is negative (path, region, ledger)."""
        if AccountRows.can_read(name):
            return self._accounts.first_years(name)
        years = np.array(range(self._run.assumptions.base_year, self._run.assumptions.last_year + 1))
        keeps = np.isfinite(self._variable("reserve"))
        nobody = ~keeps.any(axis=(0, 1, 2))
        comes = (self._variable(name) < 0) & (keeps | nobody)
        comes[:, 0] = False
        return first_year(comes, years, 1)

    def _by_ledger(self, columns: dict[str, Array]) -> Array:
        """Return arrays (path, year, region) of some ledgers with the ledger axis; NaN for the others."""
        ledgers = self._run.assumptions.ledgers
        first = next(iter(columns.values()))
        result = np.full((self._run.drivers.paths, *first.shape[1:], len(ledgers)), np.nan)
        for ledger, values in columns.items():
            if ledger in ledgers:
                result[..., ledgers.index(ledger)] = values
        return result

    def _over_base(self, variable: str) -> Array:
        """Return a variable over the contribution base (path, year, region, ledger); see `actuarial_measures`."""
        ledgers = self._run.assumptions.ledgers
        held = {name: base for name, base in self._bases.items() if name in ledgers}
        return self._by_ledger({name: self._of_ledger(variable, name) / base for name, base in held.items()})

    def _of_ledger(self, variable: str, ledger: str) -> Array:
        """Return a variable of one ledger (path, year, region)."""
        assumptions, holders = self._run.assumptions, self._run.holders.count
        number, ledgers = assumptions.ledgers.index(ledger), len(assumptions.ledgers)
        if not AccountRows.can_read(variable):
            return self._variable(variable)[..., number]
        years = assumptions.last_year - assumptions.base_year + 1
        rows = self._accounts.rows(variable, np.arange(years * holders) * ledgers + number)
        return rows.reshape(-1, years, holders)

    @cached_property
    def _bases(self) -> dict[str, Array]:
        """Contribution base (path, year, region) of each scheme's fund; NaN where it is not positive."""
        money = self._run.money
        members = money.people.sums["members"][..., positions("status", SCHEME_LEDGERS["RPF"])]
        incomes = money.people.exposure(members).sum(-1) * money.economy.income
        bases = {"EPF": money.contributions.contributory_bases, "RPF": incomes}
        totals = {name: self._run.holders.total(base).swapaxes(1, 2) for name, base in bases.items()}
        return {name: np.where(base > 0, base, np.nan) for name, base in totals.items()}

    @property
    def _members(self) -> dict[str, Array]:
        """Members at the year end (path, year, region) of each scheme, pools with those of their regions."""
        members = self._run.money.people.at_year_end("members")
        return {
            name: self._run.holders.total(members[..., positions("status", statuses)]).sum(-1).swapaxes(1, 2)
            for name, statuses in SCHEME_LEDGERS.items()
        }
