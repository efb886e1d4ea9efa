"""Adjustment funds: within provinces and across them, for each scheme or for the merged fund (handbook 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import SCHEMES
from poolcast.projection.flows import MERGED_AWAY, Flows
from poolcast.projection.pools import Holders, adjustment_grants, recognised_gap
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES, add_lines

Array = NDArray[np.float64]

SCHEME_FUNDS = ("EPF", "RPF")
_CONTRIBUTIONS = [position for position, line in enumerate(REVENUE_LINES) if line.startswith("R1")]
_GRANTED, _REMITTED = list(REVENUE_LINES).index("R5"), list(REVENUE_LINES).index("R6")
_GRANTS, _PAID_IN = list(EXPENDITURE_LINES).index("E4"), list(EXPENDITURE_LINES).index("E5")


@dataclass(frozen=True)
class Fund:
    """A kind of adjustment fund.

    Parameters
    ----------
    name : str
        First word of its parameters.
    chosen : str
        Whom it serves: ``none``, a scheme, or ``both``.
    pools : dict of int to array
        Positions of the member regions, by the position of the pool that holds the fund.
    """

    name: str
    chosen: str
    pools: dict[int, NDArray[np.int64]]

    def serves(self, scheme: int) -> bool:
        """Whether a scheme pays in and may draw."""
        return self.chosen in ("both", SCHEMES[scheme])


@dataclass(frozen=True)
class Books:
    """The accounts of a year, which grants and pay-ins are added to.

    Parameters
    ----------
    revenue, expenditure : array (path, holder, ledger, line), yuan
        Lines of the year; changed in place.
    opening : array (path, holder, ledger), yuan
        Reserves with which the year opens.
    price_level : mapping of str to array (path, holder)
        Triggered price rises so far, by the ledger of the scheme.
    """

    revenue: Array
    expenditure: Array
    opening: Array
    price_level: Mapping[str, Array | float]


class AdjustmentFunds:
    """Pay-ins and grants of every fund, year after year.

    Members of a fund within a province pay in a share of their contributions (1.4.1), those of a pool across
    provinces a share of what they spend on inpatient care outside the region (1.4.4). Gaps and grants follow the same
    equations (1.4.2, 1.4.3). A fund within a province is settled first: what it grants is revenue, what it takes
    expenditure, for the gap that the pool across provinces recognises.
    """

    def __init__(
        self, assumptions: Assumptions, flows: Flows, holders: Holders, ledgers: Mapping[str, int], merged: Array
    ) -> None:
        self._assumptions, self._flows, self._holders = assumptions, flows, holders
        self._axis, self._merged = ledgers, merged
        kinds = (
            Fund("adjustment", assumptions.options["adjustment_fund"], holders.pools),
            Fund("common_pool", assumptions.option("cross_province_pool"), holders.common),
        )
        self._funds = [fund for fund in kinds if fund.chosen != "none"]
        self._resident_part: dict[int, Array | float] = {}

    @property
    def any(self) -> bool:
        """Whether there is a fund at all."""
        return bool(self._funds)

    def settle(self, year: int, books: Books) -> None:
        """Book the pay-ins and grants of a year, counted from the base year."""
        for fund in self._funds:
            for scheme, ledger in enumerate(SCHEME_FUNDS):
                if ledger in self._axis:
                    self._settle_ledger(fund, year, scheme, books)

    def _settle_ledger(self, fund: Fund, year: int, scheme: int, books: Books) -> None:
        ledger = SCHEME_FUNDS[scheme]
        number, adjustment = self._axis[ledger], self._axis["ADJ"]
        for pool, regions in fund.pools.items():
            merged = bool(self._merged[pool, year])
            if merged and ledger == MERGED_AWAY:
                continue
            schemes = [one for one in ((0, 1) if merged else (scheme,)) if fund.serves(one)]
            if not schemes:
                continue
            members = self._holders.keepers(ledger, regions)
            paid_in = self._pay_in(fund, year, schemes[0], books)[:, members]
            for other in schemes[1:]:
                paid_in = paid_in + self._pay_in(fund, year, other, books)[:, members]
            gap = recognised_gap(
                add_lines(books.revenue[:, members, number]),
                add_lines(books.expenditure[:, members, number]),
                books.opening[:, members, number],
                float(self._assumptions[f"{fund.name}.minimum_months"]),
            )
            coefficient = self._holders.mean(self._yearly(fund, "enforcement_coefficient", year, schemes[0])[None])
            paid = paid_in.sum(-1)
            grants = adjustment_grants(
                gap * coefficient[:, members],
                float(self._assumptions[f"{fund.name}.grant_share"]),
                self._earmarked(fund, pool, None if merged else scheme, books) + paid,
            )
            books.revenue[:, members, number, _GRANTED] += grants
            books.expenditure[:, members, number, _PAID_IN] += paid_in
            books.revenue[:, pool, adjustment, _REMITTED] += paid
            books.expenditure[:, pool, adjustment, _GRANTS] += grants.sum(-1)
            if not merged:
                self._resident_part[pool] = self._resident_part.get(pool, 0.0) + (paid - grants.sum(-1)) * scheme

    def _yearly(self, fund: Fund, name: str, year: int, scheme: int) -> Array:
        return self._assumptions.from_year(f"{fund.name}.{name}", self._assumptions.base_year)[:, year, scheme]

    def _pay_in(self, fund: Fund, year: int, scheme: int, books: Books) -> Array:
        """Return what each holder pays in for a scheme (path, holder); pools that hold the ledger pay for their own."""
        regions = self._holders.regions
        if fund.name == "common_pool":
            level = books.price_level.get(SCHEME_FUNDS[scheme], 1.0)
            level = level[:, :regions] if isinstance(level, np.ndarray) else level
            base = self._flows.outside_care[SCHEMES[scheme]][:, :, year] * level
        else:
            base = self._contributions(year, scheme, books)
        return self._holders.total(self._yearly(fund, "pay_in_rate", year, scheme) * base)

    def _contributions(self, year: int, scheme: int, books: Books) -> Array:
        """Return the contribution income of a scheme (path, region), also where it is booked in the merged fund."""
        number = self._axis[SCHEME_FUNDS[scheme]]
        income = add_lines(books.revenue[:, : self._holders.regions, number][..., _CONTRIBUTIONS])
        if self._flows.moved_contributions is None:
            return income
        moved: Array = self._flows.moved_contributions[:, :, year]
        return income + moved if scheme else income - moved

    def _earmarked(self, fund: Fund, pool: int, scheme: int | None, books: Books) -> Array:
        """Part of a fund that a scheme may draw on: the schemes are kept apart (handbook 1.4).

        What the resident scheme paid in less its grants is the residents', the rest, with the opening fund and all
        interest, the employees'. The merged fund draws on all of it.
        """
        stock: Array = np.nan_to_num(books.opening[:, pool, self._axis["ADJ"]])
        if fund.chosen != "both" or scheme is None:
            return stock
        residents: Array = np.minimum(np.zeros_like(stock) + self._resident_part.get(pool, 0.0), np.maximum(stock, 0.0))
        of_scheme: Array = residents if scheme else stock - residents
        return of_scheme
