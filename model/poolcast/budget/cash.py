"""Cash through the year: working days, settlement lag, clearing, faster settlement and prepayment (handbook 2.1, 4).

The accounts say when money is booked, cash when it moves. Both are followed day by day over the working days of the
year; a simulation of the months (`poolcast.budget.year_end.drawn_years`) tells how likely a day is the lowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.calendar import PhasingCalendar, season_months
from poolcast.budget.execution import check_shapes
from poolcast.budget.monthly_noise import MonthlyNoise
from poolcast.budget.months import MONTHS
from poolcast.budget.year_end import LOWER, UPPER, drawn_years
from poolcast.parameters.errors import Problem, ResultError

Array = NDArray[np.float64]

WORKING_DAYS = 250
"""Working days of a year in the formula of the handbook (4); days of lag and of faster settlement count in them."""

PROVIDER_LINES = ("E1.1", "E1.2", "E1.3", "E1.4", "E1.5", "E1.8")
"""Lines settled with providers: they know lag, clearing, faster settlement and prepayment; others are paid at once."""

PATHS = 2000


@dataclass(frozen=True)
class Prepayment:
    """An advance to providers: an asset, not expenditure.

    Parameters
    ----------
    amount : float, yuan
    paid_month, recovered_month : int
        It leaves on the first working day of one month and is set off on the last of another; 0 where it stays out.
    """

    amount: float
    paid_month: int = 1
    recovered_month: int = 0


@dataclass(frozen=True)
class CashFlow:
    """Cash of a ledger through a year.

    Parameters
    ----------
    dates : tuple of date
        Working days.
    balance : array (day,), yuan
        Cash at the end of each working day, if every month is as phased.
    low, high : array (day,), yuan
        80 % band over the simulated years.
    month_end : array (12,), yuan
        Cash at the end of each month, as phased.
    lowest_day : date
        Day with the lowest cash, as phased; the first of several.
    lowest : float, yuan
    lowest_low, lowest_high : float, yuan
        80 % band of the lowest cash of a year, whenever it falls.
    month_of_lowest : array (12,)
        Probability that the lowest day of the year falls in each month.
    lowest_day_probability : float
        Probability that the lowest day falls within five working days of `lowest_day`.
    probability_below : float
        Probability that cash falls below `floor` on some day.
    floor : float, yuan
    paid_sooner : float, yuan
        Cash that leaves in this year because of faster settlement.
    prepaid : float, yuan
        Advance outstanding at the end of the year.
    payable : float, yuan
        What providers are owed at the end of the year, as phased.
    """

    dates: tuple[date, ...]
    balance: Array
    low: Array
    high: Array
    month_end: Array
    lowest_day: date
    lowest: float
    lowest_low: float
    lowest_high: float
    month_of_lowest: Array
    lowest_day_probability: float
    probability_below: float
    floor: float
    paid_sooner: float
    prepaid: float
    payable: float


@dataclass(frozen=True)
class _Days:
    """Working days of a year: dates, and the month 0..11 of each."""

    dates: tuple[date, ...]
    month: NDArray[np.intp]

    def first(self, month: int) -> int:
        return int(np.flatnonzero(self.month == month - 1)[0])

    def last(self, month: int) -> int:
        return int(np.flatnonzero(self.month == month - 1)[-1])


def working_days(year: int, holidays: Sequence[date] = ()) -> tuple[date, ...]:
    """Return the Mondays to Fridays of a year but the holidays given.

    The holidays that move with the moon are set year by year by the State Council; who needs them names them.
    """
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    closed = frozenset(holidays)
    return tuple(day for day in days if day.weekday() < 5 and day not in closed)


def cash_flow(
    year: int,
    lines: Sequence[str],
    phased: Array,
    opening_cash: float,
    calendar: PhasingCalendar,
    noise: Sequence[MonthlyNoise],
    *,
    known: int = 0,
    last_year: Array | None = None,
    growth: float = 0.0,
    days_faster: float = 0.0,
    faster_from_month: int = 1,
    prepayment: Prepayment | None = None,
    receipt_days: Mapping[str, int] | None = None,
    holidays: Sequence[date] = (),
    floor: float = 0.0,
    seed: int = 1,
    paths: int = PATHS,
) -> CashFlow:
    """Follow the cash of a ledger through a year.

    Parameters
    ----------
    year : int
    lines : sequence of str
        Statement lines of the ledger.
    phased : array (line, 12), yuan
        Phased budget, or months known and to come.
    opening_cash : float, yuan
        Cash on 1 January: the reserve less what is prepaid.
    calendar : PhasingCalendar
        Lag, clearing, and whether the accounts book at payment.
    noise : sequence of MonthlyNoise
        By line.
    known : int
        Months from January on that are known and do not move in the simulation.
    last_year : array (line, 12), yuan, optional
        Months of the year before, from which the first payments come where cash lags the accounts; else the phased
        months less growth.
    growth : float
        Growth of the next year over this one, for payments that faster settlement draws from it.
    days_faster, faster_from_month : float, int
        Working days (of 250) by which settlement becomes faster, and the month in which it does (handbook 4).
    prepayment : Prepayment, optional
    receipt_days : mapping of line to working day of the month, optional
        Day on which a line moves, 1 for the first and -1 for the last; without it a month is spread evenly over its
        working days.
    holidays : sequence of date
        Working days to leave out.
    floor : float, yuan
        Cash below which a day counts as short.
    seed, paths : int
        Of the simulated years.
    """
    check_shapes(lines, phased)
    _check_days(receipt_days or {}, lines)
    days = _days(year, holidays)
    before = phased / (1 + growth) if last_year is None else last_year
    scale = len(days.dates) / WORKING_DAYS
    flows = np.zeros((len(lines), len(days.dates)))
    sooner = payable = 0.0
    rules = _Rules(
        0.0 if calendar.booked_when_paid else calendar.settlement_lag_days * scale,
        0.0 if calendar.booked_when_paid else calendar.clearing_share,
        season_months(calendar.clearing_first_month, calendar.clearing_last_month),
        days_faster * scale,
        days.first(faster_from_month),
        growth,
    )
    for row, line in enumerate(lines):
        sign = 1.0 if line.startswith("R") else -1.0
        booked = [_daily(table[row], days, (receipt_days or {}).get(line)) for table in (before, phased)]
        if line in PROVIDER_LINES:
            paid = _paid(booked[0], booked[1], days, rules)
            sooner += float(paid.sum() - _paid(booked[0], booked[1], days, rules.without_speed()).sum())
            payable += _owed(booked[1], calendar, days_faster, scale)
        else:
            paid = booked[1]
        flows[row] = sign * paid
    advance = _advance(prepayment, days)
    balance = opening_cash + np.cumsum(flows.sum(0) - advance)
    simulated = opening_cash + _simulated(lines, flows, days, noise, known, seed, paths) - np.cumsum(advance)
    return _summary(days, balance, simulated, floor, sooner, float(advance.sum()), payable)


@dataclass(frozen=True)
class _Rules:
    lag: float
    withheld: float
    clearing_months: list[int]
    faster: float
    from_day: int
    growth: float

    def without_speed(self) -> _Rules:
        return _Rules(self.lag, self.withheld, self.clearing_months, 0.0, self.from_day, self.growth)


def _check_days(receipt_days: Mapping[str, int], lines: Sequence[str]) -> None:
    problems = []
    for line, day in receipt_days.items():
        if line not in lines:
            problems.append(Problem("receipt_days", f"line {line}", ", ".join(lines), "Name a line of the ledger."))
        if not (1 <= day <= 15 or -15 <= day <= -1):
            remedy = "Count working days from the first (1) or from the last (-1)."
            problems.append(Problem("receipt_days", f"working day {day} of {line}", "1 to 15 or -1 to -15", remedy))
    if problems:
        raise ResultError(problems)


def _days(year: int, holidays: Sequence[date]) -> _Days:
    dates = working_days(year, holidays)
    return _Days(dates, np.array([day.month - 1 for day in dates]))


def _daily(months: Array, days: _Days, day: int | None) -> Array:
    """Return a day's money (day,) of months (12,): even over the working days, or all on one of them."""
    if day is None:
        result: Array = months[days.month] / np.bincount(days.month, minlength=MONTHS)[days.month]
        return result
    flows = np.zeros(len(days.dates))
    for month in range(MONTHS):
        places = np.flatnonzero(days.month == month)
        place = day - 1 if day > 0 else len(places) + day
        flows[places[min(max(place, 0), len(places) - 1)]] = months[month]
    return flows


def _paid(before: Array, now: Array, days: _Days, rules: _Rules) -> Array:
    """Return what leaves on each day (day,) for services booked on each day of last year and of this one.

    A share of each year is withheld and paid evenly over the clearing months of the next; the rest leaves `lag` days
    later, and from the day of faster settlement on `faster` days sooner than that. Next year's first services are
    those of this year grown.
    """
    count = len(now)
    current = 1 - rules.withheld
    booked = np.concatenate([before, now, now * (1 + rules.growth)]) * current
    cumulative = np.concatenate([[0.0], np.cumsum(booked)])

    def until(position: Array) -> Array:
        """Money of services up to a position on the line of days, whole days and parts of them."""
        result: Array = np.interp(position, np.arange(len(cumulative)), cumulative)
        return result

    ends = count + np.arange(1, count + 1, dtype=np.float64) - rules.lag
    ends[rules.from_day :] += rules.faster
    start = np.array([count - rules.lag])
    paid = np.diff(until(np.concatenate([start, ends])))
    if rules.withheld:
        cleared = np.isin(days.month + 1, rules.clearing_months)
        paid = paid + cleared * (rules.withheld * before.sum() / cleared.sum())
    result: Array = paid
    return result


def _owed(now: Array, calendar: PhasingCalendar, days_faster: float, scale: float) -> float:
    """Return what providers are owed at the year end: the services of the lag, and what is withheld until clearing."""
    lag = max(calendar.settlement_lag_days - days_faster, 0.0) * scale
    position = len(now) - lag
    cumulative = np.concatenate([[0.0], np.cumsum(now)])
    unpaid = cumulative[-1] - float(np.interp(position, np.arange(len(cumulative)), cumulative))
    kept = 1 - calendar.clearing_share
    return float(kept * unpaid + calendar.clearing_share * now.sum())


def _advance(prepayment: Prepayment | None, days: _Days) -> Array:
    flows = np.zeros(len(days.dates))
    if prepayment is not None:
        flows[days.first(prepayment.paid_month)] += prepayment.amount
        if prepayment.recovered_month:
            flows[days.last(prepayment.recovered_month)] -= prepayment.amount
    return flows


def _simulated(
    lines: Sequence[str], flows: Array, days: _Days, noise: Sequence[MonthlyNoise], known: int, seed: int, paths: int
) -> Array:
    """Return cumulative flows (path, day).

    Lines of one side share their draws, so that they move together: as if each went its own way, their errors would
    cancel and the fund would look safer than any fund is. Months that are known do not move.
    """
    total = np.zeros((paths, len(days.dates)))
    for row, model in enumerate(noise):
        if flows[row].any():
            logs = drawn_years(model, seed, paths, stream=f"cash {lines[row][0]}")
            logs[:, :known] = 0.0
            total += flows[row] * np.exp(logs)[:, days.month]
    result: Array = np.cumsum(total, axis=-1)
    return result


def _summary(
    days: _Days, balance: Array, simulated: Array, floor: float, sooner: float, prepaid: float, payable: float
) -> CashFlow:
    lowest = int(balance.argmin())
    where = simulated.argmin(-1)
    depth = simulated.min(-1)
    low, high = np.quantile(simulated, (LOWER, UPPER), axis=0)
    by_month = np.bincount(days.month[where], minlength=MONTHS) / len(where)
    deepest = np.quantile(depth, (LOWER, UPPER))
    return CashFlow(
        days.dates,
        balance,
        low,
        high,
        balance[[days.last(month) for month in range(1, MONTHS + 1)]],
        days.dates[lowest],
        float(balance[lowest]),
        float(deepest[0]),
        float(deepest[1]),
        by_month,
        float((np.abs(where - lowest) <= 5).mean()),
        float((depth < floor).mean()),
        floor,
        sooner,
        prepaid,
        payable,
    )
