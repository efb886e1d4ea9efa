"""Months of a budget, fund by fund: phasing, execution, year-end outlook, cash, and what they make of the statement."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine
from poolcast.budget.approved_budget import ApprovedBudget
from poolcast.budget.calendar import PhasingCalendar, phasing_calendar
from poolcast.budget.cash import CashFlow, Prepayment, cash_flow
from poolcast.budget.lines import EXPENDITURE, OPENING, PREPAID, REVENUE
from poolcast.budget.months_given import MonthsGiven, phased_funds
from poolcast.budget.reading_months import MonthsRead, read_months
from poolcast.budget.schedule import Schedule, ScheduleColumn, ScheduleRow
from poolcast.budget.schedules import TITLES
from poolcast.budget.warning_execution import alerts_of_execution
from poolcast.budget.warning_results import ExecutionAlert
from poolcast.budget.watching import YearWatched, watch_year
from poolcast.budget.year_end import expected_months
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.engine import Projection

Array = NDArray[np.float64]

APPROVED = Words("budget as approved", "批复预算数")
PROJECTED = Words("projection of the year, as no approved budget was given", "未提供批复预算，以预测数代替")
DRAFT = Words("draft budget", "预算草案")

_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class FundMonths:
    """A year of a fund by the month.

    Parameters
    ----------
    region, ledger : str
    watched : YearWatched
        Phased budget, months so far, execution, outlook and proposed adjustment.
    basis : Words
        Which annual amounts are phased.
    expected : array (line, 12), yuan
        Months so far, then the phased rest moved onto the nowcast.
    cash : CashFlow
        Cash through the year as expected, with its lowest day.
    calendar_of : str
        Region whose calendar of collection and payment serves: the fund's own, or for a pool its largest member.
    labels : tuple of Words
        Of the lines.
    """

    region: str
    ledger: str
    watched: YearWatched
    basis: Words
    expected: Array = field(repr=False)
    cash: CashFlow = field(repr=False)
    calendar_of: str
    labels: tuple[Words, ...] = field(repr=False)

    @property
    def year(self) -> int:
        """The year phased."""
        return self.watched.year

    @property
    def known(self) -> int:
        """Months known, from January on."""
        return self.watched.execution.months

    @property
    def lines(self) -> tuple[str, ...]:
        """Statement lines that are phased; their totals are in `watched.execution` and `watched.outlook`."""
        return self.watched.patterns.lines

    def schedule(self) -> Schedule:
        """Return schedule S6 of the fund: the phased budget of each line by month, with the pattern it follows."""
        columns = (
            *(
                ScheduleColumn(f"month_{number}", Words(name, f"{number}月"))
                for number, name in enumerate(_ENGLISH_MONTHS, 1)
            ),
            ScheduleColumn("year", Words("Year", "全年")),
            ScheduleColumn("pattern", Words("Pattern", "季节模式"), "text"),
        )
        rows = []
        for place, (line, label) in enumerate(zip(self.lines, self.labels, strict=True)):
            months = self.watched.phased[place]
            shown = tuple(float(one) for one in months)
            trace = f"seasonal factors of {self.ledger} {line}"
            words = self.watched.patterns.method_words(line).en
            rows.append(
                ScheduleRow(f"{self.ledger}/{line}", label, (*shown, float(months.sum()), words), "yuan", 0, trace)
            )
        return Schedule("S6", TITLES["S6"], self.region, columns, tuple(rows))


class MonthsOfBudget:
    """Months of the running year and of the draft year, made for a fund when they are asked for.

    Parameters
    ----------
    projection : Projection
    accounts : AccountsByLine
        Of the projection.
    year : int
        The running year.
    approved : ApprovedBudget or None
        What is phased in the running year; the projection where there is none.
    read : MonthsRead or None
        Months so far and of closed years.
    known : int or None
        Months that count (``--as-of``); later ones are passed over. All that the file gives where None.
    default_ledger : str
        Ledger of rows that name none.

    Attributes
    ----------
    funds, given : tuple of (region, ledger)
        What can be phased, and what the file gives months of.
    remarks : tuple of Words
        What should be looked at in the file.

    Raises
    ------
    ResultError
        See `MonthsGiven`.
    """

    def __init__(
        self,
        projection: Projection,
        accounts: AccountsByLine,
        year: int,
        approved: ApprovedBudget | None = None,
        read: MonthsRead | None = None,
        known: int | None = None,
        default_ledger: str = "",
    ) -> None:
        self.year = year
        self._projection = projection
        self._engine = accounts
        self._approved = approved
        self._made: dict[tuple[str, str, int], FundMonths] = {}
        self._accounts: AccountsByLine | None = None
        self._months = MonthsGiven(read, accounts, year, known, default_ledger)
        self.funds = phased_funds(accounts)
        self.given = self._months.funds
        self.remarks = self._months.remarks

    @property
    def known(self) -> int:
        """Months known of the running year: of the fund with most of them."""
        return max((self.of(*fund).known for fund in self.given), default=0)

    def of(self, region: str, ledger: str) -> FundMonths:
        """Return the running year of a fund.

        Raises
        ------
        ResultError
            Where there is no such fund.
        AssumptionError
            Where the set lacks the calendar of collection and payment.
        """
        return self._months_of(region, ledger, self.year)

    def draft(self, region: str, ledger: str) -> FundMonths:
        """Return the draft year of a fund, phased; its opening reserve is what the running year is expected to leave.

        Raises
        ------
        ResultError, AssumptionError
            As `of`.
        """
        return self._months_of(region, ledger, self.year + 1)

    def alerts(self) -> tuple[ExecutionAlert, ...]:
        """Return what the months say of each fund that has any, for the early warning."""
        return tuple(
            alert
            for fund in self.given
            for alert in alerts_of_execution(*fund, self.year, self.of(*fund).watched.execution)
        )

    def accounts(self) -> AccountsByLine:
        """Return the accounts with the running year as the months have it, and the stocks of later years moved on.

        Where no months are given they are those of the engine. Flows of later years stay; the interest that the moved
        reserve would bear is not added.
        """
        if self._accounts is None:
            from poolcast.budget.accounts_with_months import accounts_with_months

            nowcasts = {}
            for fund in self.given:
                outlook = self.of(*fund).watched.outlook
                nowcasts[fund] = dict(zip(outlook.lines, map(float, outlook.nowcast.central), strict=True))
            self._accounts = accounts_with_months(self._engine, self.year, nowcasts)
        return self._accounts

    # ------------------------------------------------------------------------------------------------ one fund

    def _months_of(self, region: str, ledger: str, year: int) -> FundMonths:
        if (region, ledger) not in self.funds:
            known = ", ".join(f"{code} {book}" for code, book in self.funds)
            raise ResultError(Problem("months", f"{region} {ledger}", known, "Name a fund that is phased."))
        key = (region, ledger, year)
        if key not in self._made:
            self._made[key] = self._make(region, ledger, year)
        return self._made[key]

    def _make(self, region: str, ledger: str, year: int) -> FundMonths:
        of_budget = year == self.year
        amounts, basis = self._annual(region, ledger, year)
        member = self._calendar_of(region)
        calendar = phasing_calendar(self._projection.assumptions, member)
        lines = self._lines(region, ledger, amounts, year)
        annual = np.array([amounts[line] for line in lines])
        months = self._months.actual(region, ledger, lines)
        if not of_budget:
            months = np.full_like(months, np.nan)
        history = self._months.history(region, ledger, lines)
        wages = self._projection.assumptions.in_year("economy.wage_growth", year)
        at = self._projection.assumptions.region_codes.index(member)
        watched = watch_year(
            year, lines, ledger, annual, months, history, calendar, wage_growth=float(np.atleast_1d(wages)[at])
        )
        names = {line.code: line.label for line in self._engine.lines}
        outlook = watched.outlook
        cut = replace(
            outlook,
            lines=outlook.lines[: len(lines)],
            nowcast=replace(outlook.nowcast, central=outlook.nowcast.central[: len(lines)]),
        )
        expected = expected_months(cut, months, watched.phased)
        cash = self._cash(region, ledger, watched, expected, calendar, of_budget=of_budget)
        return FundMonths(region, ledger, watched, basis, expected, cash, member, tuple(names[line] for line in lines))

    def _annual(self, region: str, ledger: str, year: int) -> tuple[dict[str, float], Words]:
        """Return the annual amounts by line, and what they are."""
        source = self._engine if year == self.year else self.accounts()
        row = source.at(region, year)[source.ledgers.index(ledger)]
        amounts = {line.code: float(value) for line, value in zip(source.lines, row, strict=True)}
        if year != self.year:
            return amounts, DRAFT
        approved = {} if self._approved is None else self._approved.of(region)
        given = {line: amount for (book, line), amount in approved.items() if book == ledger}
        if not given:
            return amounts, PROJECTED
        flows = {line.code for line in source.lines if line.side in ("revenue", "expenditure")}
        return {code: given.get(code, 0.0 if code in flows else value) for code, value in amounts.items()}, APPROVED

    def _lines(self, region: str, ledger: str, amounts: Mapping[str, float], year: int) -> tuple[str, ...]:
        """Return what is phased: the lines with money or months; a total where only that has months."""
        months = {} if year != self.year else self._months.lines(region, ledger)
        result: list[str] = []
        for side in (REVENUE, EXPENDITURE):
            leaves = [
                line.code
                for line in self._engine.lines
                if line.side == ("revenue" if side == REVENUE else "expenditure")
                and "/" not in line.code
                and line.code != side
                and not [part for part in line.parts if "/" not in part]
                and np.isfinite(amounts[line.code])
            ]
            used = [code for code in leaves if amounts[code] or code in months]
            lacks = any(code not in months for code in used)
            result += [side] if side in months and lacks else used
            if not used and side not in result and amounts[side]:
                result.append(side)
        return tuple(result)

    def _cash(
        self,
        region: str,
        ledger: str,
        watched: YearWatched,
        expected: Array,
        calendar: PhasingCalendar,
        *,
        of_budget: bool,
    ) -> CashFlow:
        source = self._engine if of_budget else self.accounts()
        place, year = source.ledgers.index(ledger), watched.year
        codes = [line.code for line in source.lines]
        now = source.at(region, year)[place]
        prepaid = float(np.nan_to_num(now[codes.index(PREPAID)]))
        before = prepaid
        if year - 1 in source.years:
            before = float(np.nan_to_num(source.at(region, year - 1)[place, codes.index(PREPAID)]))
        growth = 0.0
        if year + 1 in source.years:
            spent = codes.index(EXPENDITURE)
            growth = float(source.at(region, year + 1)[place, spent] / now[spent] - 1) if now[spent] else 0.0
        opening = float(np.nan_to_num(now[codes.index(OPENING)])) - before
        advance = Prepayment(prepaid - before) if prepaid > before else None
        return cash_flow(
            year,
            watched.patterns.lines,
            expected,
            opening,
            calendar,
            watched.patterns.noise,
            known=watched.execution.months,
            growth=growth,
            prepayment=advance,
        )

    def _calendar_of(self, region: str) -> str:
        """Return the region itself, or the member of a pool with most people."""
        assumptions = self._projection.assumptions
        codes = assumptions.region_codes
        if region in codes:
            return region
        holders = self._projection.holders
        above = zip(holders.pool_of_each(), holders.common_pool_of_each(), strict=True)
        members = [number for number, pools in enumerate(above) if region in pools and number < len(codes)]
        people = self._projection.money.people.population[0, :, 0]
        return codes[max(members, key=lambda number: float(people[number]))]


def months_of_budget(
    projection: Projection,
    accounts: AccountsByLine,
    year: int,
    approved: ApprovedBudget | None,
    actuals: str | os.PathLike[str] | MonthsRead | None,
    as_of: str | None,
    ledger: str = "",
) -> MonthsOfBudget:
    """Return the months of a budget.

    Parameters
    ----------
    projection, accounts, year, approved
        See `MonthsOfBudget`.
    actuals : path or MonthsRead, optional
        The months so far, and of closed years where the file holds them.
    as_of : str, optional
        Last month that counts, as ``2026-05``.
    ledger : str
        Of rows that name none.

    Raises
    ------
    AssumptionError, ResultError
        With every problem of the file, or where the month is not of the running year.
    """
    known = None if as_of is None else parse_as_of(as_of, year)
    if known is not None and actuals is None:
        remedy = "Name the file of months with --actuals."
        raise ResultError(Problem("--as-of", f"{as_of} without months", "a file of months", remedy))
    given = actuals
    if given is not None and not isinstance(given, MonthsRead):
        given = read_months(os.fspath(given), year=year, regions=accounts.regions)
    return MonthsOfBudget(projection, accounts, year, approved, given, known, ledger)


def parse_as_of(text: str, year: int | None = None) -> int:
    """Return the month of ``YYYY-MM``; the year must be the running one where that is given.

    Raises
    ------
    ResultError
        Where it is none.
    """
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text.strip())
    if match is None:
        raise ResultError(Problem("--as-of", f"'{text}'", "a month as 2026-05", "Write year and month."))
    if year is not None and int(match[1]) != year:
        remedy = f"Months are those of the running year; --year {int(match[1]) + 1} makes {match[1]} that year."
        raise ResultError(Problem("--as-of", text, f"a month of {year}", remedy))
    return int(match[2])


__all__ = ["FundMonths", "MonthsOfBudget", "months_of_budget", "parse_as_of"]
