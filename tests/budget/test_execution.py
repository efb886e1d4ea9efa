"""Execution by hand: rates, alerts at their thresholds, totals, rolling balance, and proposed adjustments."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.budget.adjustment import propose_adjustment
from poolcast.budget.execution import execution, rolling_balance
from poolcast.budget.monthly_noise import MonthlyNoise, shape_covariance
from poolcast.budget.year_end import year_end_outlook
from poolcast.parameters.errors import ResultError

NOISE = MonthlyNoise(np.ones(1), (0.07**2 + 0.03**2 * shape_covariance(0.2, 0.05))[None], 0, 0.03, 0.2, 0.05, 0.07)


def so_far(*rows: list[float]) -> np.ndarray:
    return np.array([[*row, *[np.nan] * (12 - len(row))] for row in rows])


def test_rates_and_alerts() -> None:
    lines = ["R1.1", "R1.4", "E1.1", "E1.2", "E6"]
    actual = so_far([10.0, 10, 11.5], [10.0, 10, 11.6], [10.0, 10, 10], [8.0, 9, 9.9], [])
    result = execution(lines, actual, np.full((5, 12), 10.0))
    assert result.months == 3
    assert result.rate[:4] == pytest.approx([1.05, 31.6 / 30, 1.0, 26.9 / 30])
    assert result.alerts == ("none", "amber", "none", "red", "unknown", "amber", "amber")
    assert result.lines[-2:] == ("R", "E")
    assert result.rate[5] == pytest.approx(63.1 / 60)
    assert result.actual[6] == pytest.approx(56.9)
    assert result.budget_rate[0] == pytest.approx(31.5 / 120)


def test_totals_take_lines_with_months_only_as_they_are() -> None:
    result = execution(["E1.1", "E1.2"], so_far([12.0, 12, 12], [8.0, 8, 8]), np.full((2, 12), 10.0))
    assert result.rate == pytest.approx([1.2, 0.8, np.nan, 1.0], nan_ok=True)


def test_a_total_compares_like_with_like_and_may_be_given() -> None:
    lines = ["R", "E1.1", "E1.2"]
    actual = so_far([30.0, 30, 30], [12.0, 12, 12], [])
    result = execution(lines, actual, np.full((3, 12), 10.0))
    assert result.lines == ("R", "E1.1", "E1.2", "E")
    assert result.rate[[0, 3]] == pytest.approx([3.0, 1.2])  # without the line of which nothing is known
    assert rolling_balance(np.full((3, 12), 10.0), actual, lines)[0] == pytest.approx(11 * (10 - 20) + 30 - 12)


def test_no_alert_before_three_months() -> None:
    result = execution(["E1.1"], so_far([20.0, 20.0]), np.full((1, 12), 10.0))
    assert result.rate[0] == 2
    assert result.alerts[0] == "early"


def test_gaps_and_shapes_are_refused() -> None:
    with pytest.raises(ResultError, match="gaps"):
        execution(["E1.1"], np.array([[1.0, np.nan, 1.0] + [np.nan] * 9]), np.full((1, 12), 10.0))
    with pytest.raises(ResultError, match="shape"):
        execution(["E1.1"], np.full((1, 11), 1.0), np.full((1, 12), 10.0))


def test_rolling_balance_by_hand() -> None:
    before = np.array([[10.0] * 12, [9.0] * 12])
    actual = so_far([13.0, 14.0], [9.0, 12.0])
    result = rolling_balance(before, actual, ["R1.1", "E1.1"])
    assert result[:2] == pytest.approx([11 + 4, 10 + 4 + 2])
    assert np.isnan(result[2:]).all()


def test_only_lines_that_will_surely_miss_are_adjusted() -> None:
    lines = ["R1.1", "E1.1", "E1.2"]
    actual = so_far([10.0] * 6, [12.5] * 6, [10.4] * 6)
    outlook = year_end_outlook(lines, actual, np.full((3, 12), 10.0), [NOISE] * 3)
    record = propose_adjustment(outlook, 2026)
    assert [change.line for change in record.adjustments] == ["E1.1"]
    change = record.adjustments[0]
    assert change.proposed == outlook.nowcast.central[1]
    assert change.change == pytest.approx(change.proposed - 120)
    assert record.balance_before == pytest.approx(-120)
    assert record.balance_after == pytest.approx(-120 - change.change)
    assert "after 6 months" in change.reason.en
    assert "截至6月" in change.reason.zh
    assert not record.is_approved
    assert "C14" in record.procedure.en


def test_too_few_months_propose_nothing() -> None:
    outlook = year_end_outlook(["E1.1"], so_far([14.0, 14.0]), np.full((1, 12), 10.0), [NOISE])
    assert propose_adjustment(outlook, 2026).adjustments == ()
    later = year_end_outlook(["E1.1"], so_far([14.0] * 3), np.full((1, 12), 10.0), [NOISE])
    assert len(propose_adjustment(later, 2026).adjustments) == 1
