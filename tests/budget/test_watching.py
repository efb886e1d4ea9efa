"""A year watched in one call: its parts agree with each other."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.budget.months import MonthlyHistory
from poolcast.budget.watching import apply_prepayment_tests, watch_year
from poolcast.budget.year_end import expected_months

LINES = ("R1.1", "E1.1", "E1.2")


def history() -> MonthlyHistory:
    generator = np.random.Generator(np.random.Philox(key=11))
    amounts = np.array([20.0, 12.0, 6.0])[:, None, None] * np.exp(0.03 * generator.standard_normal((3, 4, 12)))
    budgets = amounts.sum(-1) * np.exp(0.05 * generator.standard_normal((3, 4)))
    return MonthlyHistory(LINES, (2023, 2024, 2025, 2026), amounts, budgets, source="ours")


def test_the_parts_agree_and_the_year_itself_is_no_history() -> None:
    actual = np.full((3, 12), np.nan)
    actual[:, :4] = np.array([20.0, 15.0, 6.0])[:, None]
    year = watch_year(2026, LINES, "EPF", np.array([240.0, 144.0, 72.0]), actual, history())
    assert year.patterns.years == (3, 3, 3)
    assert year.phased.sum(-1) == pytest.approx([240, 144, 72])
    assert year.execution.lines == year.outlook.lines == (*LINES, "R", "E")
    assert year.execution.actual[-1] == pytest.approx(84)
    assert year.outlook.budget[-1] == pytest.approx(216)
    assert year.outlook.actual[-1] == pytest.approx(84)
    assert [change.line for change in year.adjustment.adjustments] == ["E1.1"]
    assert year.rolling_balance is not None
    last = history().amounts[:, 2]
    balance = last[0, 1:].sum() - last[1:, 1:].sum() + 20 - 21
    assert year.rolling_balance[0] == pytest.approx(balance)
    lines = year.outlook.nowcast
    width = lines.high - lines.low
    assert width[-1] < width[1] + width[2]  # the sum is surer than its parts
    assert lines.central[-1] == pytest.approx(lines.central[1] + lines.central[2], rel=0.03)


def test_without_history_everything_is_borrowed_and_totals_count_silent_lines() -> None:
    actual = np.full((3, 12), np.nan)
    actual[:2, :3] = 10.0
    year = watch_year(2026, LINES, "EPF", np.array([240.0, 144.0, 72.0]), actual)
    assert year.patterns.methods == ("national",) * 3
    assert year.rolling_balance is None
    silent = year.phased[2, :3].sum()
    assert year.outlook.actual[-1] == pytest.approx(30 + silent)
    assert np.isnan(year.actual[2]).all()
    assert year.execution.actual[-1] == 30


def test_the_balance_ahead_by_hand() -> None:
    actual = np.full((3, 12), np.nan)
    actual[:, :4] = np.array([20.0, 15.0, 6.0])[:, None]
    year = watch_year(2026, LINES, "EPF", np.array([240.0, 144.0, 72.0]), actual, history())
    low, central, high = year.projected_balance
    nowcast = year.outlook.nowcast
    assert central == pytest.approx(nowcast.central[3] - nowcast.central[4])
    down = (nowcast.central[3] - nowcast.low[3]) ** 2 + (nowcast.high[4] - nowcast.central[4]) ** 2
    assert central - low == pytest.approx(down**0.5)
    assert high > central


def test_expected_months_add_to_the_nowcast() -> None:
    actual = np.full((3, 12), np.nan)
    actual[:2, :4] = np.array([20.0, 15.0])[:, None]
    year = watch_year(2026, LINES, "EPF", np.array([240.0, 144.0, 72.0]), actual, history())
    outlook = year.outlook
    months = expected_months(outlook, np.vstack([actual, np.full((2, 12), np.nan)]), np.vstack([year.phased] * 2)[:5])
    assert months[:3].sum(-1) == pytest.approx(outlook.nowcast.central[:3])
    assert months[:2, :4] == pytest.approx(actual[:2, :4])
    assert months[0, 11] / months[0, 10] == pytest.approx(year.phased[0, 11] / year.phased[0, 10])


def test_prepayment_needs_months_and_no_deficit_behind_or_ahead() -> None:
    rolling = np.array([5.0, 1.0] + [np.nan] * 10)
    assert apply_prepayment_tests(12, 12, 0.0, rolling, 3.0).is_passed
    assert not apply_prepayment_tests(11.9, 12, 0.0, rolling, 3.0).enough_months
    assert not apply_prepayment_tests(12, 12, -1.0, rolling, 3.0).no_deficit_last_year
    assert not apply_prepayment_tests(12, 12, 0.0, rolling, -0.1).no_deficit_ahead
    assert not apply_prepayment_tests(12, 12, 0.0, rolling - 2, 3.0).no_deficit_ahead
