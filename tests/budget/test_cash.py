"""Cash by hand: what comes in and goes out is conserved, faster settlement is days over 250, an advance is an asset."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from poolcast.budget.calendar import PhasingCalendar
from poolcast.budget.cash import CashFlow, Prepayment, cash_flow, working_days
from poolcast.budget.monthly_noise import MonthlyNoise
from poolcast.parameters.errors import ResultError

CALENDAR = PhasingCalendar(1, 9, 2, False, 3, 6, 0.05, 30.0, True)
ACCRUED = replace(CALENDAR, booked_when_paid=False)
LINES = ("R1.1", "E1.1")


def still() -> MonthlyNoise:
    return MonthlyNoise(np.ones(1), np.eye(12)[None] * 1e-18, 0, 0, 0, 0, 0)


def loud(size: float) -> MonthlyNoise:
    return MonthlyNoise(np.ones(1), np.full((1, 12, 12), size**2) + np.eye(12) * 1e-12, 0, 0, 0, 0, 0)


def flow(phased: np.ndarray, calendar: PhasingCalendar = CALENDAR, noise: float = 0.0, **kwargs: object) -> CashFlow:
    model = loud(noise) if noise else still()
    kwargs.setdefault("paths", 200)
    return cash_flow(2026, LINES, phased, 100.0, calendar, [model] * 2, **kwargs)  # type: ignore[arg-type]


def even(revenue: float, expenditure: float) -> np.ndarray:
    return np.array([np.full(12, revenue / 12), np.full(12, expenditure / 12)])


def daily_even(amount: float) -> np.ndarray:
    """Months whose days are all alike."""
    days = np.bincount([day.month - 1 for day in working_days(2026)])
    return amount * days / days.sum()


def test_working_days_are_weekdays_without_holidays() -> None:
    days = working_days(2026, [date(2026, 1, 1)])
    assert days[0] == date(2026, 1, 2)
    assert len(days) == 260
    assert all(day.weekday() < 5 for day in days)


def test_cash_is_conserved() -> None:
    generator = np.random.Generator(np.random.Philox(key=1))
    phased = generator.uniform(5, 15, (2, 12))
    result = flow(phased)
    assert result.balance[-1] == pytest.approx(100 + phased[0].sum() - phased[1].sum())
    assert result.month_end == pytest.approx(100 + np.cumsum(phased[0] - phased[1]))
    assert result.low == pytest.approx(result.balance, abs=1e-6)


def test_faster_settlement_is_days_over_250() -> None:
    phased = np.array([daily_even(1000.0), daily_even(1000.0)])
    for month in (1, 4, 12):
        result = flow(phased, days_faster=10, faster_from_month=month)
        assert result.paid_sooner == pytest.approx(10 / 250 * 1000)
        assert result.balance[-1] == pytest.approx(100 - 40)
    first = flow(phased, days_faster=10, faster_from_month=4)
    assert first.month_end[2] == pytest.approx(100)
    assert first.month_end[3] == pytest.approx(60)
    assert flow(phased, days_faster=10, growth=0.1).paid_sooner == pytest.approx(44)


def test_lag_pays_last_year_first() -> None:
    phased = np.array([daily_even(1100.0), daily_even(1100.0)])
    last = phased / 1.1
    calendar = replace(ACCRUED, clearing_share=0.0)
    result = flow(phased, calendar, last_year=last)
    paid = 1100 * (1 - 30 / 250) + 1000 * 30 / 250
    assert result.balance[-1] == pytest.approx(100 + 1100 - paid)
    assert result.payable == pytest.approx(1100 * 30 / 250)
    assert flow(phased, replace(CALENDAR, clearing_share=0.0), last_year=last).balance[-1] == pytest.approx(100)


def test_clearing_is_paid_in_its_months() -> None:
    phased = np.array([np.zeros(12), daily_even(1000.0)])
    result = flow(phased, replace(ACCRUED, settlement_lag_days=0.0), last_year=phased * 0.8)
    spent = -np.diff(np.concatenate([[100.0], result.month_end]))
    base = daily_even(1000.0) * 0.95
    assert (spent - base)[[0, 1, *range(6, 12)]] == pytest.approx(np.zeros(8), abs=1e-9)
    assert (spent - base)[2:6].sum() == pytest.approx(0.05 * 800)
    assert result.payable == pytest.approx(0.05 * 1000)


def test_an_advance_is_an_asset() -> None:
    phased = even(120, 120)
    out = flow(phased, prepayment=Prepayment(30.0, 2))
    assert out.month_end[0] == pytest.approx(100)
    assert out.month_end[1] == pytest.approx(70)
    assert out.prepaid == 30
    back = flow(phased, prepayment=Prepayment(30.0, 2, 11))
    assert back.month_end[9] == pytest.approx(70)
    assert back.balance[-1] == pytest.approx(100)
    assert back.prepaid == 0


def test_other_lines_are_paid_at_once() -> None:
    phased = np.array([daily_even(1000.0), daily_even(1000.0)])
    model = [still(), still()]
    result = cash_flow(2026, ("R1.1", "E1.6"), phased, 100.0, ACCRUED, model, days_faster=10, paths=50)
    assert result.paid_sooner == 0
    assert result.balance == pytest.approx(np.full(len(result.dates), 100.0))


def test_the_lowest_day_by_hand() -> None:
    phased = even(120, 120)
    phased[0] = [0, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 60]
    result = flow(phased, receipt_days={"R1.1": -1})
    assert result.lowest_day == date(2026, 11, 30) or result.lowest_day.month in (5, 12)
    expected = 100 - 120 / 12 * 12 + 60 + 120 / 12 / 23  # all December but its last day, the receipt of May inside
    assert result.lowest == pytest.approx(expected)
    assert result.lowest_day == date(2026, 12, 30)
    assert result.month_of_lowest[11] == pytest.approx(1.0)
    assert result.lowest_day_probability == 1.0
    assert result.probability_below == 0.0
    assert flow(phased, receipt_days={"R1.1": -1}, floor=41).probability_below == 1.0


def test_probabilities_come_from_the_months() -> None:
    """With one shared error a of all months of a side, cash ends below zero where r e^a - x e^b < -100."""
    result = flow(even(1000, 1060), noise=0.05, floor=0.0, paths=4000)
    generator = np.random.Generator(np.random.Philox(key=9))
    a, b = generator.normal(0, 0.05, (2, 400_000))
    assert result.probability_below == pytest.approx((100 + 1000 * np.exp(a) - 1060 * np.exp(b) < 0).mean(), abs=0.025)
    assert result.lowest_low < result.lowest < result.lowest_high
    assert result.month_of_lowest.sum() == pytest.approx(1.0)


def test_known_months_do_not_move_and_seeds_repeat() -> None:
    phased = even(120, 118)
    known = flow(phased, noise=0.1, known=6)
    june = max(place for place, day in enumerate(known.dates) if day.month == 6)
    assert known.low[: june + 1] == pytest.approx(known.balance[: june + 1])
    assert known.low[-1] < known.balance[-1] < known.high[-1]
    assert np.array_equal(flow(phased, noise=0.1).low, flow(phased, noise=0.1).low)
    assert not np.array_equal(flow(phased, noise=0.1).low, flow(phased, noise=0.1, seed=2).low)


def test_lines_of_a_side_move_together() -> None:
    phased = np.full((2, 12), 10.0)
    one = cash_flow(2026, ("E1.1",), phased[:1] * 2, 300.0, CALENDAR, [loud(0.1)], paths=300)
    two = cash_flow(2026, ("E1.1", "E1.2"), phased, 300.0, CALENDAR, [loud(0.1)] * 2, paths=300)
    assert two.low == pytest.approx(one.low)


def test_days_that_are_none_are_refused() -> None:
    with pytest.raises(ResultError) as error:
        flow(even(1, 1), receipt_days={"R9": 3, "R1.1": 0})
    assert len(error.value.problems) == 2
