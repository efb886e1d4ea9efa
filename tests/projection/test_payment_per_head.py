"""Payment per head (handbook 4.6): the settlement, the amount, and what they leave alone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcast.outlook.who_pays import care_bills, who_pays
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import project, run
from poolcast.projection.payment import Heads, amount_per_head, settle_per_head
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
MONEY, SHARE = st.floats(0, 1e12), st.floats(0, 1)
OUTPATIENT, INPATIENT, OUT_OF_REGION = index("benefit", "outpatient"), index("benefit", "inpatient"), 3
PAID_PER_HEAD = slice(0, 5)


@lru_cache
def base() -> Assumptions:
    with TemporaryDirectory() as folder:
        return base_set(Path(folder) / "heads", regions=["A", "B"], last_year=2030, ledgers=ALL_LEDGERS)


def with_rule(assumptions: Assumptions, share: float | np.ndarray = 0.0, **rule: float) -> Assumptions:
    """The set with payment per head for a share of members from the second year on, and other rules."""
    shares = np.zeros_like(assumptions["capitation.share"])
    shares[:, 4:, :, PAID_PER_HEAD] = share
    values = {"capitation.share": shares}
    for name, amount in rule.items():
        values[f"capitation.{name}"] = np.full_like(assumptions[f"capitation.{name}"], amount)
    return assumptions.with_values(values)


def drawn(seed: int, rule: str = "fee_for_service") -> tuple[Assumptions, Assumptions]:
    """A random set without and with random shares paid per head."""
    before = calibrated(random_set(base(), seed, payment_rule=rule), seed)
    shape = before["capitation.share"][:, 4:, :, PAID_PER_HEAD].shape
    return before, with_rule(before, np.random.default_rng(seed).uniform(0, 1, shape))


def settled(claims: float, amount: float, outside: float = 0.0, **rule: float) -> float:
    held = {"deducted": 1.0, "retained": 1.0, "gate": 0.85, "shared": 0.6, **rule}
    rules = {name: np.asarray(value) for name, value in held.items()}
    return float(settle_per_head(*map(np.asarray, (claims, amount, outside)), **rules))


@pytest.mark.parametrize(
    ("claims", "amount", "outside", "paid"),
    [
        (100, 100, 0, 100),
        (90, 100, 0, 100),  # surplus 10 below the 15 of the gate: kept
        (70, 100, 0, 85),  # surplus 30, the gate lets 0.15 x 100 = 15 through
        (120, 100, 0, 112),  # the fund pays 0.6 of the 20 above: 100 + 12
        (100, 110, 20, 110),  # purse 110 - 20 = 90 against 80 inside: 20 + 80 + 10
        (100, 90, 20, 96),  # purse 70 against 80: 20 + 80 - 0.4 x 10
        (100, 10, 20, 68),  # what went outside exceeds the amount: purse 0 against 80: 20 + 80 - 0.4 x 80
    ],
)
def test_settlement_by_hand(claims: float, amount: float, outside: float, paid: float) -> None:
    assert settled(claims, amount, outside) == pytest.approx(paid, abs=1e-12)


def test_what_is_not_deducted_is_paid_beside_the_amount() -> None:
    # purse 100 against 80 inside: surplus 20, the gate lets 15 through, and 20 go outside: 80 + 15 + 20
    assert settled(100, 100, 20, deducted=0) == pytest.approx(115, abs=1e-12)
    # half: purse 90 against 80: surplus 10 within 13.5: 80 + 10 + 20
    assert settled(100, 100, 20, deducted=0.5) == pytest.approx(110, abs=1e-12)


@given(MONEY, MONEY, SHARE, SHARE)
def test_settlement_keeps_its_promises(claims: float, amount: float, part: float, shared: float) -> None:
    outside, close = part * min(claims, amount), 1e-9 * (claims + amount) + 1e-9
    assert settled(claims, amount, outside, retained=0, shared=1) == pytest.approx(claims, abs=close)
    whole = settled(claims, amount, outside, gate=0, shared=shared)
    assert whole == pytest.approx(settled(claims, amount, 0.0, gate=0, shared=shared), abs=close)  # the money follows
    expected = amount + shared * max(claims - amount, 0.0)
    assert whole == pytest.approx(expected, abs=close)
    assert settled(claims, amount, outside, shared=shared) >= outside - close


def test_the_amount_by_hand() -> None:
    """N 1,000 then 1,100; p 100 and 50 a head; half of the members; need +10 %, half counted; ratio 1.03.

    Growth 0.02 + 0.6 x 0.05 (cost) + 0.4 x 0.10 (revenue per head) = 0.09:
    1,100 x 1.03 x 0.5 x (100 + 50) x 1.09 x 1.05 = 97,253.8875.
    """
    held = base()
    rule = with_rule(
        held, 0.5, amount_ratio=1.03, growth=0.02, follows_cost=0.6, follows_revenue=0.4, risk_adjustment=0.5
    )
    share = np.zeros((2, 6, 2, 7))
    share[..., 1:3] = 0.5
    claims, need, cost = np.zeros((1, 2, 6, 2, 7)), np.ones((1, 2, 6, 2, 7)), np.ones((1, 2, 6, 2, 7))
    claims[..., 1], claims[..., 2] = 100_000, 50_000
    members, revenue = np.full((1, 2, 6, 2), 1_000.0), np.full((1, 2, 6, 2), 1_000.0 * 400)
    members[:, :, 1:], need[:, :, 1:], cost[:, :, 1:] = 1_100, 1.1, 1.05
    revenue[:, :, 1:] = 1_100 * 440
    amount = amount_per_head(rule, share, claims, Heads(members, need, cost, revenue))
    assert amount[0, :, 0] == pytest.approx(np.full((2, 2), 1_000 * 1.03 * 75), rel=1e-12)
    assert amount[0, :, 1] == pytest.approx(np.full((2, 2), 97_253.8875), rel=1e-12)
    assert amount[0, :, 2] == pytest.approx(amount[0, :, 1] * 1.02, rel=1e-12)  # afterwards the declared growth alone


@FEW
@given(SEEDS, st.sampled_from(["fee_for_service", "closure", "corridor"]))
def test_patients_keep_their_rights_and_the_bill_adds_up(seed: int, rule: str) -> None:
    before, after = drawn(seed, rule)
    left, right = run(before).money.claims, run(after).money.claims
    for name in ("services", "bills", "in_policy_bills", "entitled", "own_payments", "claimed"):
        assert np.array_equal(getattr(left, name), getattr(right, name)), name
    assert not np.allclose(left.payments, right.payments, rtol=1e-3)
    tiers, paid = right.inpatient_payments, right.payments
    np.testing.assert_allclose(tiers.sum(-1), paid[..., INPATIENT], rtol=1e-9, atol=1e-6)
    forecast = project(after)
    bills = care_bills(forecast)
    np.testing.assert_allclose(who_pays(forecast).sum("payer").values, bills.values, rtol=1e-9, atol=1e-9 * bills.max())
    # providers: audit and procurement, budgets, and what the amount adds or takes
    gap = (left.payments - right.payments).sum((-1, -2))
    if rule == "fee_for_service":
        borne = right.provider_borne.sum(-1) - left.provider_borne.sum(-1)
        np.testing.assert_allclose(borne, gap, rtol=1e-7, atol=1e-9 * np.abs(right.payments).sum((-1, -2)).max())
        assert np.array_equal(left.inpatient_payments[..., OUT_OF_REGION], tiers[..., OUT_OF_REGION])


@FEW
@given(SEEDS)
def test_nothing_kept_and_all_overspend_paid_is_fee_for_service(seed: int) -> None:
    before, _ = drawn(seed)
    after = with_rule(before, 0.7, retained_share=0.0, overspend_share=1.0)
    left, right = run(before).money.claims, run(after).money.claims
    np.testing.assert_allclose(left.payments, right.payments, rtol=1e-12)
    np.testing.assert_allclose(right.provider_borne, left.provider_borne, atol=1e-9 * right.payments.max())


def test_nobody_paid_per_head_changes_no_bit() -> None:
    before, _ = drawn(7, "closure")
    after = with_rule(before, 0.0, amount_ratio=2.0, growth=0.1, overspend_share=0.0)
    left, right = project(before), project(after)
    for name in left.data_vars:
        assert np.array_equal(left[name].values, right[name].values, equal_nan=left[name].dtype.kind == "f"), name


def test_a_fixed_amount_shields_the_fund_from_use() -> None:
    """All members, all surplus kept, no overspend paid: the fund pays the amount on every path, whatever is used."""
    before, _ = drawn(11)
    still = before.with_values({"outbreak.case_share": np.zeros_like(before["outbreak.case_share"])})
    fixed = {"retained_share": 1.0, "quality_gate": 0.0, "overspend_share": 0.0, "out_of_region_deducted": 1.0}
    after = with_rule(still, 1.0, **fixed)
    shock = np.ones((3, 1, 6))
    shock[1, :, 3:], shock[2, :, 3:] = 1.2, 0.9
    paid = [run(held, Drivers(utilisation=shock)).money.claims.payments for held in (still, after)]
    free, fixed_sum = (each[..., PAID_PER_HEAD].sum((-1, -2)) for each in paid)
    assert (free[1, :, 3:] > 1.05 * free[0, :, 3:]).all()
    np.testing.assert_allclose(fixed_sum, fixed_sum[:1].repeat(3, 0), rtol=1e-9)


def test_what_is_paid_per_head_leaves_the_budget() -> None:
    """A hard cap of nothing above the base binds only the part that is not paid per head."""
    before, _ = drawn(5, "closure")
    names = {"budget_growth": -0.3, "overspend_softness": 0.0, "catch_up": 0.0, "budgeted_share": 1.0}
    cap = {f"payment.{name}": np.full_like(before[f"payment.{name}"], amount) for name, amount in names.items()}
    hard = before.with_values(cap)
    whole = with_rule(hard, 1.0, retained_share=0.0, overspend_share=1.0)
    borne = [run(held).money.claims.provider_borne for held in (hard, whole)]
    assert (borne[0][:, :, 3:] > 0).all()
    scale = run(hard).money.claims.payments.sum((-1, -2)).max()
    np.testing.assert_allclose(borne[1][:, :, 2:], 0.0, atol=1e-9 * scale)
