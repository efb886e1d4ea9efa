"""Handbook 11.8 and the other printed vectors, each through a public function or the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.projection.contribution_base import class_base, lognormal_base
from poolcast.projection.engine import run
from poolcast.projection.ledgers import reserve_step
from poolcast.projection.limited_expected_value import layer, limited_expected_value
from poolcast.projection.payment import budget_closure, risk_corridor
from poolcast.projection.pools import adjustment_grants
from poolcast.projection.retirement import delay_months, retirement_month
from tests.projection.random_sets import base_set, calibrated, random_set

CHECK = settings(deadline=None, max_examples=150)


def lev(mean: float, spread: float, limit: float) -> float:
    return float(limited_expected_value(*map(np.asarray, (mean, spread, limit))))


def test_retirement() -> None:
    assert [delay_months("male", *born) for born in ((1965, 1), (1965, 5), (1976, 8), (1976, 9))] == [1, 2, 35, 36]
    assert retirement_month("male", 1965, 1) == (2025, 2)
    assert retirement_month("female_55", 1971, 4) == (2026, 8)
    assert retirement_month("female_50", 1984, 11) == (2039, 11)


@pytest.mark.parametrize(("claims", "paid"), [(80, 80), (85, 85), (90, 97), (100, 100), (110, 106), (130, 109)])
def test_risk_corridor(claims: float, paid: float) -> None:
    found = risk_corridor(*map(np.asarray, (float(claims), 100.0, 0.85, 0.7, 0.6, 1.15)))
    assert float(found) == pytest.approx(paid, abs=1e-12)


def test_the_corridor_jumps_at_its_threshold_on_both_sides() -> None:
    """85 pays 85; just above it pays 95.5: the jump is the rule's, not the model's."""
    above = [float(risk_corridor(*map(np.asarray, (85 + step, 100.0, 0.85, 0.7, 0.6, 1.15)))) for step in (0.0, 1e-9)]
    assert above == pytest.approx([85.0, 95.5], abs=1e-6)
    closure = [float(budget_closure(*map(np.asarray, (85 + step, 100.0, 0.3, 0.7, 0.85)))) for step in (0.0, 1e-9)]
    assert closure == pytest.approx([85.0, 95.5], abs=1e-6)


@CHECK
@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_closure_with_softness_one_and_nothing_retained_is_fee_for_service(claims: float, budget: float) -> None:
    found = float(budget_closure(*map(np.asarray, (claims, budget, 1.0, 0.0, 0.85))))
    assert found == pytest.approx(claims, rel=1e-12, abs=1e-12 * budget)


def test_adjustment_fund() -> None:
    assert adjustment_grants(np.array([50.0, 30.0]), 0.8, np.asarray(32.0)) == pytest.approx([20.0, 12.0])


def test_limited_expected_value() -> None:
    assert lev(12_000, 1.3, 1e12) == pytest.approx(12_000, abs=1e-6)
    assert lev(12_000, 1.3, np.inf) == 12_000
    assert lev(12_000, 0.0, 5_000) == 5_000  # no spread: the amount at its mean
    assert lev(12_000, 0.0, 15_000) == 12_000
    assert [lev(0.0, 1.3, 100.0), lev(0.0, 0.0, 100.0), lev(10.0, 1.3, 0.0), lev(10.0, 1.3, -5.0)] == [0, 0, 0, 0]
    # 12,000 with cv 1.3 below 1,000, by Simpson's rule on the density
    s2 = np.log(1 + 1.3**2)
    m = np.log(12_000) - s2 / 2
    x = np.linspace(1e-3, 1_000, 400_001)
    density = np.exp(-((np.log(x) - m) ** 2) / (2 * s2)) / (x * np.sqrt(2 * np.pi * s2))
    below = np.trapezoid(density, x)
    assert lev(12_000, 1.3, 1_000) == pytest.approx(np.trapezoid(x * density, x) + 1_000 * (1 - below), rel=1e-6)


@CHECK
@given(st.floats(1, 1e6), st.floats(0.01, 5), st.floats(1, 1e6), st.floats(1, 1e6))
def test_limited_expected_value_behaves(mean: float, spread: float, first: float, second: float) -> None:
    low, high = sorted((first, second))
    below, above = lev(mean, spread, low), lev(mean, spread, high)
    slack = 1e-12 * mean
    assert 0 <= below <= above + slack
    assert above <= min(mean, high) + slack  # Jensen
    found = float(layer(*map(np.asarray, (mean, spread, low, high))))
    assert found == pytest.approx(above - below, abs=1e-9 * mean)
    assert found <= high - low + slack
    # scale: amounts in fen instead of yuan
    assert lev(100 * mean, spread, 100 * low) == pytest.approx(100 * below, rel=1e-9)


@CHECK
@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_spread_tends_to_the_amount_at_its_mean(mean: float, limit: float) -> None:
    assert lev(mean, 1e-6, limit) == pytest.approx(lev(mean, 0.0, limit), rel=1e-5)


def test_limits_are_broadcast_and_missing_stays_missing() -> None:
    found = limited_expected_value(np.array([100.0, np.nan]), np.asarray(1.0), np.array([[np.inf], [np.nan]]))
    assert found.shape == (2, 2)
    assert np.isnan(found[:, 1]).all()
    assert found[0, 0] == 100.0
    assert np.isnan(found[1, 0])


def test_contribution_base() -> None:
    """11.3: classes of 36,000, 90,000 and 300,000 between 48,000 and 240,000 have the mean base 96,600."""
    share, wages = np.array([0.2, 0.7, 0.1]), np.array([36_000.0, 90_000.0, 300_000.0])
    found = class_base(np.asarray(1.0), share, wages, np.asarray(48_000.0), np.asarray(240_000.0))
    assert float(found) == pytest.approx(96_600)
    # a lognormal wage: E[min(max(w, lo), hi)] by simulation with a fixed seed
    wage = np.random.default_rng(1).lognormal(np.log(90_000) - np.log(1.64) / 2, np.sqrt(np.log(1.64)), 2_000_000)
    closed = float(lognormal_base(*map(np.asarray, (90_000.0, 0.8, 48_000.0, 240_000.0))))
    assert closed == pytest.approx(np.clip(wage, 48_000, 240_000).mean(), rel=2e-3)
    assert closed > 90_000 * 0.95
    # floor effect: the mean base of the low-paid lies above their mean wage
    assert float(lognormal_base(*map(np.asarray, (50_000.0, 0.8, 48_000.0, 240_000.0)))) > 50_000


def test_the_base_switches_in_its_month(tmp_path: Path) -> None:
    """2.1: (m0 - 1)/12 B(W_{t-2}) + (13 - m0)/12 B(W_{t-1}): the mean of two bases, here of flexible workers."""
    base = calibrated(base_set(tmp_path / "switch", last_year=2028, ledgers=("EPF", "EPA", "RPF")))
    wage = base["economy.average_wage"].copy()
    wage[:, 1], wage[:, 0] = 80_000.0, 60_000.0
    july = base.with_values({"economy.average_wage": wage, "revenue.base_switch_month": np.array([7.0])})
    january = base.with_values({"economy.average_wage": wage})
    ratio = run(july).money.contributions.flexible_payroll / run(january).money.contributions.flexible_payroll
    assert ratio[0, 0, 0] == pytest.approx((0.5 * 60_000 + 0.5 * 80_000) / 80_000)


def test_the_base_of_units_is_the_mean_of_two_bases(tmp_path: Path) -> None:
    base = calibrated(base_set(tmp_path / "switch", last_year=2028, ledgers=("EPF", "EPA", "RPF")))
    wage = base["economy.average_wage"].copy()
    wage[:, 1], wage[:, 0] = 80_000.0, 40_000.0

    def payroll(month: float, wage: np.ndarray = wage) -> float:
        values = {"economy.average_wage": wage, "revenue.base_switch_month": np.array([month])}
        return float(run(base.with_values(values)).money.contributions.unit_payroll[0, 0, 0])

    older = wage.copy()
    older[:, 1] = 40_000.0
    assert payroll(7.0) == pytest.approx(0.5 * payroll(1.0) + 0.5 * payroll(1.0, older), rel=1e-9)


@CHECK
@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(0, 0.05)), min_size=1, max_size=30))
def test_interest_identity(years: list[tuple[float, float]]) -> None:
    opening = 1e12
    reserve = np.asarray(opening)
    for flow, rate in years:
        reserve, _ = reserve_step(reserve, np.asarray(flow), np.asarray(rate), 0.02, 0.5)
    wanted = opening * np.prod([1 + rate for _, rate in years])
    for number, (flow, rate) in enumerate(years):
        wanted += flow * (1 + rate / 2) * np.prod([1 + later for _, later in years[number + 1 :]])
    assert float(reserve) == pytest.approx(wanted, rel=1e-9)


def test_leverage_of_a_fixed_deductible(tmp_path: Path) -> None:
    """3.1: a deductible frozen in yuan makes the payment grow faster than the bill (11.4: 3.23 against 3.02 %)."""
    base = random_set(base_set(tmp_path / "s", last_year=2028, ledgers=("EPF", "EPA", "RPF")), 5)
    frozen = {"benefits.indexation": np.zeros(1), "behaviour.response": np.asarray(0.0)}
    assumptions = calibrated(
        base.with_values(
            {**frozen, "inpatient.ceiling_multiple": np.full_like(base["inpatient.ceiling_multiple"], 1e6)}
        )
    )
    for name in (
        "inpatient.deductible",
        "inpatient.in_policy_share",
        "inpatient.reimbursement_rate",
        "inpatient.tier_share",
    ):
        first = assumptions[name][:, 2:3]
        assumptions = assumptions.with_values({name: np.repeat(first, assumptions[name].shape[1], axis=1)})
    dear = np.full_like(assumptions["cost.multiplier"], 1.0)
    dear[:, 4:] = 1.1
    left, right = (
        run(assumptions.with_values({"cost.multiplier": x})).money.claims for x in (np.ones_like(dear), dear)
    )
    bills, paid = (
        float(getattr(right, name)[0, 0, -1, 2, 0] / getattr(left, name)[0, 0, -1, 2, 0])
        for name in ("bills", "payments")
    )
    assert bills == pytest.approx(1.1)
    assert paid > 1.1
