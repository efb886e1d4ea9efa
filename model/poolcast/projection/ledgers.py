"""Ledgers: interest, reserves, and the rules that look at last year's stocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.adjustment import SCHEME_FUNDS, AdjustmentFunds, Books
from poolcast.projection.drivers import Drivers
from poolcast.projection.flows import MERGED_AWAY, MERGED_FUND, WITHOUT_RESERVE, Flows
from poolcast.projection.ledger_lines import LedgerLines, in_years, zeros_in_years
from poolcast.projection.pools import Holders
from poolcast.projection.statement import CARE_LINES, EXPENDITURE_LINES, REVENUE_LINES, add_lines

Array = NDArray[np.float64]


def reserve_step(opening: Array, balance: Array, rate: Array, margin: float, timing: float) -> tuple[Array, Array]:
    """Return closing reserve and interest of a year (handbook 6.8).

    ``F_t = F_{t-1} (1 + i) + B_t (1 + i tau)``; the interest is ``i F_{t-1} + i tau B_t``. A negative opening reserve
    pays the borrowing rate ``i + margin``; the balance of the year always bears i.

    Parameters
    ----------
    opening, balance : array, yuan
        Reserve at the last year end; revenue before interest less expenditure.
    rate : array, rate per year
    margin, timing : float
        Borrowing margin; part of the year for which the balance bears interest.
    """
    interest = np.where(opening < 0, rate + margin, rate) * opening + rate * timing * balance
    return opening + balance + interest, interest


def margin_of_base_year(assumptions: Assumptions) -> float:
    """Return the margin that a negative reserve at the start of the base year pays: none unless the set was rolled."""
    if "opening.overdraft_bears_margin" not in assumptions:
        return 0.0
    return float(assumptions["opening.overdraft_bears_margin"] * assumptions["ledger.borrowing_margin"])


@dataclass(frozen=True)
class LedgerAccounts:
    """Accounts of every ledger and holder; arrays (path, holder, year, ledger), yuan.

    Parameters
    ----------
    books : pair of LedgerLines
        Revenue, interest inside, and expenditure by statement line.
    revenue, expenditure : array (path, holder, year, ledger)
        Their sums: as the accounts print them, interest and subsidy inside.
    interest_rate : array (path, holder, year, ledger), rate per year
        Rate on a positive opening reserve; a negative one pays the borrowing margin on top.
    interest, reserve, prepaid, settled_faster : array (path, holder, year, ledger)
        Reserve at 31 December; NaN where the ledger holds none or another holder keeps it. Prepaid and settled faster
        are memo stocks: cash that has left while the accounts are unchanged.
    taken_over : array (path, holder, year, ledger), yuan
        Reserve that the merged fund takes over when a year opens, negative for the ledger that gives it:
        ``F_t = F_{t-1} + taken over + revenue - expenditure``.
    merged : array (holder, year) of bool
        Where both schemes share a ledger.
    """

    books: tuple[LedgerLines, LedgerLines] = field(repr=False)
    revenue: Array
    expenditure: Array
    interest: Array
    reserve: Array
    prepaid: Array
    settled_faster: Array
    interest_rate: Array
    taken_over: Array
    merged: NDArray[np.bool_]

    @cached_property
    def revenue_lines(self) -> Array:
        """Statement lines (path, holder, year, ledger, line), interest among them."""
        return self.books[0].all()

    @cached_property
    def expenditure_lines(self) -> Array:
        """Statement lines (path, holder, year, ledger, line)."""
        return self.books[1].all()


class LedgerRecursion:
    """The year loop over the reserves of all ledgers, holders and paths."""

    def __init__(self, assumptions: Assumptions, flows: Flows, holders: Holders, drivers: Drivers) -> None:
        self._assumptions = assumptions
        self._holders = holders
        self._held = assumptions.ledgers
        self._axis = {ledger: number for number, ledger in enumerate(self._held)}
        numbers = [index("ledger", ledger) for ledger in self._held]
        rate = assumptions.from_year("ledger.interest_rate", assumptions.base_year)[:, :, numbers]
        moved = np.asarray(drivers.added("interest_rate"))
        rate = holders.mean(rate[None]) + (holders.mean(moved[..., None]) if moved.ndim else moved)
        self._rate = in_years(rate)
        self._margin = float(assumptions["ledger.borrowing_margin"])
        self._timing = float(assumptions["ledger.flow_timing"])
        paths = max(flows.shape[0], rate.shape[0])
        shape = (paths, holders.count, flows.shape[2], len(self._held))
        self._revenue, self._expenditure = LedgerLines(REVENUE_LINES, shape), LedgerLines(EXPENDITURE_LINES, shape)
        self._compiled = drivers.simulated and find_spec("numba") is not None
        for lines, side in ((self._revenue, flows.revenue), (self._expenditure, flows.expenditure)):
            for ledger, amounts in side.items():
                self._book_lines(lines, self._axis[ledger], amounts)
        self._received, self._spent = self._revenue.sums, self._expenditure.sums
        self._interest, self._prepaid, self._taken_over = (zeros_in_years(shape) for _ in range(3))
        self._reserve = zeros_in_years(shape)
        self._reserve.fill(np.nan)
        self._opening_at_base = holders.total(assumptions["ledger.opening_reserve"][:, numbers][None])
        self._dated: dict[str, tuple[Array, list[bool]]] = {}
        self._price_level: dict[str, Array | float] = {}
        self._merged = np.zeros((holders.count, shape[2]), dtype=bool)
        if flows.merged is not None:
            self._merged = holders.all_members(flows.merged)
        self._moved_care = None if flows.moved_care is None else holders.total(flows.moved_care)
        self._funds = AdjustmentFunds(assumptions, flows, holders, self._axis, self._merged)
        self._keeps = holders.keeps(self._held)
        self._keeps[:, [self._axis[ledger] for ledger in WITHOUT_RESERVE if ledger in self._axis]] = False

    def run(self) -> LedgerAccounts:
        """Carry every reserve from the base year to the last year."""
        self._base_year()
        for year in range(1, self._received.shape[2]):
            self._open(year)
            self._waive(year)
            self._raise_prices(year)
            self._adjust(year)
            self._refill(year)
            self._spend_accounts(year)
            self._close(year)
        self._revenue.add_whole("R3", self._interest)
        return LedgerAccounts(
            (self._revenue, self._expenditure),
            self._received,
            self._spent,
            self._interest,
            self._reserve,
            self._prepaid,
            self._settled_faster(),
            np.broadcast_to(self._rate, self._interest.shape),
            self._taken_over,
            self._merged,
        )

    def _book_lines(self, lines: LedgerLines, ledger: int, amounts: Mapping[str, Array]) -> None:
        """Book the lines of regions (path, region, year) and their sums over pools."""
        holders = self._holders
        if self._compiled:
            lines.book_with_pools(ledger, amounts, holders.pools.values())
        elif holders.pools or holders.common:
            lines.book(ledger, {line: holders.total(amount) for line, amount in amounts.items()})
        else:
            lines.book(ledger, amounts)

    def _settled_faster(self) -> Array:
        """Cash paid out sooner than in the base year: working days over 250 times expenditure (handbook 4)."""
        days = self._assumptions.from_year("settlement.days_faster", self._assumptions.base_year)
        released = np.zeros_like(self._prepaid)
        if not days.any():
            return released
        for scheme, ledger in enumerate(SCHEME_FUNDS):
            if ledger in self._axis:
                spent = self._spent[..., self._axis[ledger]]
                released[..., self._axis[ledger]] = self._holders.mean(days[None, ..., scheme]) / 250 * spent
        return released

    def _receive(self, ledger: str, line: str, year: int, amount: Array) -> None:
        self._revenue.add(self._axis[ledger], line, year, amount)

    def _pay(self, ledger: str, line: str, year: int, amount: Array) -> None:
        self._expenditure.add(self._axis[ledger], line, year, amount)

    def _asked(self, name: str, year: int) -> Array | None:
        """Return a dated parameter of a year (region, ...); None where it is zero everywhere, which most rules are."""
        if name not in self._dated:
            values = self._assumptions.from_year(name, self._assumptions.base_year)
            self._dated[name] = values, [bool(part.any()) for part in np.moveaxis(values, 1, 0)]
        values, asked = self._dated[name]
        return values[:, year] if asked[year] else None

    def _base_year(self) -> None:
        """The base year ends at the given reserve; its interest follows from the reserve that it must have begun with.

        ``F_0 = F_{-1} (1 + i) + B (1 + i tau)`` is solved for the opening reserve F_{-1}; accounts of members spend a
        share p of an income Y that contains the interest: ``Y = (R (1 + i tau) + i F_0) / (1 + i tau p + i (1 - p))``.
        """
        rate, closing = self._rate[:, :, 0], self._opening_at_base
        if "EPA" in self._axis:
            number = self._axis["EPA"]
            share = self._spending_share(0)
            paid_in = self._received[:, :, 0, number]
            own = rate[..., number]
            income = (paid_in * (1 + own * self._timing) + own * closing[..., number]) / (
                1 + own * self._timing * share + own * (1 - share)
            )
            self._pay("EPA", "E1.7", 0, share * income - self._spent[:, :, 0, number])
        balance = self._received[:, :, 0] - self._spent[:, :, 0]
        before = (closing - balance * (1 + rate * self._timing)) / (1 + rate)
        margin = margin_of_base_year(self._assumptions)
        if margin:
            before = np.where(before < 0, before * (1 + rate) / (1 + rate + margin), before)
        interest = np.where(self._keeps, closing - before - balance, 0.0)
        self._book(0, interest, np.where(self._keeps, closing, np.nan))

    def _open(self, year: int) -> None:
        """Set the stocks and flows of the year before that rules look at; where schemes merge, they are added up.

        The merged fund takes over what the resident fund held when the last year closed, debts too.
        """
        self._opening = self._reserve[:, :, year - 1]
        self._received_before = self._received[:, :, year - 1]
        self._spent_before = self._spent[:, :, year - 1]
        merging = self._merged[:, year] & ~self._merged[:, year - 1]
        if not merging.any():
            return
        self._opening = self._opening.copy("K")
        self._received_before, self._spent_before = self._received_before.copy("K"), self._spent_before.copy("K")
        into, away = self._axis[MERGED_FUND], self._axis[MERGED_AWAY]
        for array in (self._received_before, self._spent_before, self._opening):
            array[:, merging, into] += array[:, merging, away]
            array[:, merging, away] = 0.0
        given = np.nan_to_num(self._reserve[:, merging, year - 1, away])
        self._taken_over[:, merging, year, into] = given
        self._taken_over[:, merging, year, away] = -given

    def _close(self, year: int) -> None:
        if self._compiled and not self._merged[:, year].any():
            self._close_compiled(year)
        else:
            self._close_plain(year)
        self._prepay(year)

    def _close_compiled(self, year: int) -> None:
        from poolcast.projection.ledger_kernel import close_year  # numba is heavy: only where it is used

        def of_year(array: Array) -> Array:
            return array[:, :, year].transpose(2, 0, 1)

        close_year(
            self._opening.transpose(2, 0, 1),
            of_year(self._received),
            of_year(self._spent),
            of_year(self._rate),
            self._keeps,
            self._margin,
            self._timing,
            of_year(self._interest),
            of_year(self._reserve),
        )

    def _close_plain(self, year: int) -> None:
        balance = self._received[:, :, year] - self._spent[:, :, year]
        closing, interest = reserve_step(self._opening, balance, self._rate[:, :, year], self._margin, self._timing)
        keeps = self._keeps
        if self._merged[:, year].any():
            keeps = keeps.copy()
            keeps[self._merged[:, year], self._axis[MERGED_AWAY]] = False
        self._book(year, np.where(keeps, interest, 0.0), np.where(keeps, closing, np.nan))

    def _book(self, year: int, interest: Array, closing: Array) -> None:
        """Set interest and reserve of a year; the line of interest is filled when all years are known."""
        self._interest[:, :, year] = interest
        self._received[:, :, year] += interest
        self._reserve[:, :, year] = closing

    @cached_property
    def _spending_shares(self) -> Array:
        propensity = self._assumptions.from_year("account.spending_propensity", self._assumptions.base_year)
        return self._holders.mean((propensity * self._assumptions["calibration.account_spending"][:, None])[None])

    def _spending_share(self, year: int) -> Array:
        return self._spending_shares[:, :, year]

    def _spend_accounts(self, year: int) -> None:
        """Accounts spend a share of the income of the year, interest inside, but never more than they hold."""
        if "EPA" not in self._axis:
            return
        number = self._axis["EPA"]
        share, rate = self._spending_share(year), self._rate[:, :, year, number]
        opening = self._reserve[:, :, year - 1, number]
        paid_in = self._received[:, :, year, number]
        if self._compiled:
            from poolcast.projection.ledger_kernel import spend_accounts  # numba is heavy: only where it is used

            amounts = np.empty(opening.shape)
            booked = self._spent[:, :, year, number]
            spend_accounts(opening, paid_in, booked, share, rate, self._timing, amounts)
            self._pay("EPA", "E1.7", year, amounts)
            return
        income = (paid_in * (1 + rate * self._timing) + rate * opening) / (1 + rate * self._timing * share)
        spending = np.minimum(
            share * income, (opening * (1 + rate) + paid_in * (1 + rate * self._timing)) / (1 + rate * self._timing)
        )
        booked = self._spent[:, :, year, number]
        self._pay("EPA", "E1.7", year, np.maximum(np.where(np.isfinite(spending), spending, 0.0) - booked, 0.0))

    def _months_before(self, ledger: str, year: int) -> Array:
        """Payable months at the last year end (path, holder); NaN where the holder keeps no reserve.

        Where schemes share a ledger, those of the merged fund.
        """
        number = self._axis[ledger]
        spent, last = self._spent_before[..., number], self._opening[..., number]
        months: Array = 12 * np.divide(last, spent, out=np.full_like(last, np.nan), where=spent > 0)
        if ledger == MERGED_AWAY and self._merged[:, year].any():
            months = np.where(self._merged[:, year], self._months_before(MERGED_FUND, year), months)
        return months

    def _waive(self, year: int) -> None:
        """Rate holiday: waive a share of the employer contribution after a year that ended rich (handbook 2.1)."""
        cut = self._asked("holiday.cut", year)
        if cut is None or "EPF" not in self._axis:
            return
        rich = self._months_before("EPF", year) > float(self._assumptions["holiday.minimum_months"])
        waived = np.where(rich, self._holders.mean(cut[None]), 0.0) * self._revenue.line(
            self._axis["EPF"], "R1.1", year
        )
        self._receive("EPF", "R1.1", year, -waived)

    def _raise_prices(self, year: int) -> None:
        """Triggered price rises add up: care of a year costs more by every rise so far (handbook 8.3, P21)."""
        increase = self._asked("price_trigger.increase", year)
        if increase is None and not self._price_level:
            return
        rises = np.zeros((self._holders.regions, len(SCHEME_FUNDS))) if increase is None else increase
        for scheme, ledger in enumerate(SCHEME_FUNDS):
            if ledger not in self._axis:
                continue
            rich = self._months_before(ledger, year) > float(self._assumptions["price_trigger.minimum_months"])
            level = self._price_level.get(ledger, 1.0) * (
                1 + np.where(rich, self._holders.mean(rises[None, :, scheme]), 0.0)
            )
            self._price_level[ledger] = level
            lines = [self._expenditure.line(self._axis[ledger], line, year) for line in CARE_LINES]
            care = add_lines(np.stack(lines, axis=-1))
            if self._moved_care is not None:
                moved = self._moved_care[:, :, year]
                care = care - moved if ledger == MERGED_FUND else care + moved
            rise, merged = care * (level - 1), self._merged[:, year]
            if ledger == MERGED_AWAY and merged.any():
                self._pay(MERGED_FUND, "E1.7", year, np.where(merged, rise, 0.0))
                rise = np.where(merged, 0.0, rise)
            self._pay(ledger, "E1.7", year, rise)

    def _refill(self, year: int) -> None:
        """Fiscal backstop: refill what last year's reserve lacked (handbook 8, F15); zero months switch it off."""
        months = self._asked("backstop.months", year)
        if months is None:
            return
        for ledger in SCHEME_FUNDS:
            if ledger not in self._axis:
                continue
            number = self._axis[ledger]
            wanted = self._holders.mean(months[None, :, index("ledger", ledger)])
            last, spent = self._opening[..., number], self._spent_before[..., number]
            lacking = np.where(wanted > 0, np.maximum(wanted / 12 * spent - last, 0.0), 0.0)
            self._receive(ledger, "R2.5", year, np.where(np.isfinite(last), lacking, 0.0))

    def _adjust(self, year: int) -> None:
        """Adjustment funds: members pay in and receive grants for gaps (handbook 1.4)."""
        if not self._funds.any:
            return
        received, spent = self._revenue.of_year(year), self._expenditure.of_year(year)
        self._funds.settle(year, Books(received, spent, self._opening, self._price_level))
        self._revenue.replace(year, received)
        self._expenditure.replace(year, spent)

    def _prepay(self, year: int) -> None:
        """Prepayment to providers: an asset, allowed by last year's months and balance (handbook 4)."""
        months = self._asked("prepayment.months", year)
        if months is None:
            return
        for scheme, ledger in enumerate(SCHEME_FUNDS):
            if ledger not in self._axis:
                continue
            number = self._axis[ledger]
            spent = self._spent_before[..., number]
            last = self._received_before[..., number] - spent
            now = self._received[:, :, year, number] - self._spent[:, :, year, number]
            enough = self._opening[..., number] * 12 >= self._assumptions["prepayment.minimum_months"][scheme] * spent
            allowed = enough & (last >= 0) & (now >= 0)
            advance = self._holders.mean(months[None, :, scheme]) / 12 * self._spent[:, :, year, number]
            self._prepaid[:, :, year, number] = np.where(allowed, advance, 0.0)
