"""Budgets for inpatient care (handbook 4): the closure rule, the risk corridor, budgets that run after claims."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.parameters.assumptions import Assumptions
from poolcast.projection.engine import run
from poolcast.projection.payment import budget_closure, close_budget, risk_corridor
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

MONEY = st.floats(0, 1e13)
SHARE = st.floats(0, 1)
CHECK = settings(deadline=None, max_examples=200)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    folder = tmp_path_factory.mktemp("sets") / "payment"
    return base_set(folder, last_year=2125, ledgers=("EPF", "EPA", "RPF"), options={"payment_rule": "closure"})


def with_rule(assumptions: Assumptions, rule: str, **amounts: float) -> Assumptions:
    values = {
        f"payment.{name}": np.full_like(assumptions[f"payment.{name}"], amount) for name, amount in amounts.items()
    }
    return assumptions.with_values(values).with_options(payment_rule=rule)


def growing(rate: float, years: int = 101) -> np.ndarray:
    return np.broadcast_to((1 + rate) ** np.arange(years)[None, None, :, None], (1, 1, years, 2)) * 1e9


def closed(
    claims: float, budget: float, softness: float = 0.3, retained: float = 0.7, threshold: float = 0.85
) -> float:
    return float(budget_closure(*map(np.asarray, (claims, budget, softness, retained, threshold))))


def corridor(claims: float) -> float:
    return float(risk_corridor(*map(np.asarray, (claims, 100.0, 0.85, 0.7, 0.6, 1.15))))


@pytest.mark.parametrize(
    ("claims", "paid"),
    [(0, 0), (50, 50), (80, 80), (85, 85), (85.001, 95.5003), (90, 97), (100, 100), (110, 106), (115, 109), (130, 109)],
)
def test_risk_corridor(claims: float, paid: float) -> None:
    assert corridor(claims) == pytest.approx(paid, abs=1e-12)


@pytest.mark.parametrize(
    ("claims", "paid"), [(0, 0), (50, 50), (85, 85), (85.001, 95.5003), (90, 97), (100, 100), (110, 103), (200, 130)]
)
def test_closure(claims: float, paid: float) -> None:
    assert closed(claims, 100.0) == pytest.approx(paid, abs=1e-12)


def test_without_budget_the_overspend_share_counts() -> None:
    assert closed(50.0, 0.0) == pytest.approx(15.0)  # B = 0: X = lambda C
    assert closed(0.0, 0.0) == 0.0


@CHECK
@given(MONEY, MONEY, SHARE)
def test_softness_one_and_nothing_retained_is_fee_for_service(claims: float, budget: float, threshold: float) -> None:
    assert closed(claims, budget, 1.0, 0.0, threshold) == pytest.approx(claims, rel=1e-12, abs=1e-12 * budget)


@CHECK
@given(MONEY, MONEY, SHARE, SHARE)
def test_a_hard_cap_never_pays_more_than_the_budget(
    claims: float, budget: float, retained: float, threshold: float
) -> None:
    paid = closed(claims, budget, 0.0, retained, threshold)
    assert paid <= budget + 1e-12 * (claims + budget)
    assert paid >= min(claims, budget) - 1e-12 * (claims + budget)


@CHECK
@given(MONEY, MONEY, SHARE, SHARE, SHARE)
def test_payment_lies_between_claims_and_budget(
    claims: float, budget: float, softness: float, retained: float, threshold: float
) -> None:
    paid = closed(claims, budget, softness, retained, threshold)
    slack = 1e-12 * (claims + budget)
    assert min(claims, budget) - slack <= paid <= max(claims, budget) + slack


@pytest.mark.parametrize(("catch_up", "ratio"), [(0.5, 0.5 / 0.52), (0.1, 0.1 / 0.12), (1.5, 1.5 / 1.52)])
@pytest.mark.parametrize("growth", [0.0, 0.03])
def test_budgets_settle_behind_claims(base: Assumptions, catch_up: float, ratio: float, growth: float) -> None:
    """B / C settles at psi / (c - g + psi): .962 with psi .5 and .833 with psi .1 at two points."""
    amounts = {"budget_growth": growth, "catch_up": catch_up, "overspend_softness": 0.0, "retained_share": 0.0}
    rule = with_rule(base, "closure", budgeted_share=1.0, **amounts)
    claims = growing(growth + 0.02)
    found = close_budget(rule, claims, claims) / claims
    assert found[0, 0, -1] == pytest.approx([ratio, ratio], abs=2e-6)
    assert {0.5: 0.962, 0.1: 0.833}.get(catch_up, ratio) == pytest.approx(ratio, abs=5e-4)


def test_without_catch_up_a_cap_is_spuriously_cheap(base: Assumptions) -> None:
    """Two points a year for twenty years leave X / C at 0.78 with softness 0.3."""
    amounts = {"budget_growth": 0.04, "catch_up": 0.0, "overspend_softness": 0.3, "retained_share": 0.7}
    rule = with_rule(base, "closure", budgeted_share=1.0, **amounts)
    claims = growing(0.06)
    ratio = (close_budget(rule, claims, claims) / claims)[0, 0, 20, 0]
    assert ratio == pytest.approx((1.04 / 1.06) ** 20 * 0.7 + 0.3, rel=1e-12)
    assert ratio == pytest.approx(0.78, abs=0.005)


@pytest.mark.parametrize("rule", ["closure", "corridor"])
def test_the_first_budget_is_the_claims_and_the_rest_is_paid_as_claimed(base: Assumptions, rule: str) -> None:
    amounts = {"budget_growth": 0.0, "catch_up": 0.0, "overspend_softness": 0.0, "overspend_share": 0.0}
    claims = growing(0.05)
    found = close_budget(with_rule(base, rule, budgeted_share=0.4, retained_share=0.5, **amounts), claims, claims)
    assert found[0, 0, 0] == pytest.approx(claims[0, 0, 0])
    assert found[0, 0, 7] == pytest.approx(0.4 * claims[0, 0, 0] + 0.6 * claims[0, 0, 7])
    nothing = close_budget(with_rule(base, rule, budgeted_share=0.0, retained_share=0.5, **amounts), claims, claims)
    np.testing.assert_allclose(nothing, claims, rtol=1e-14)


def test_the_corridor_in_the_year_loop(base: Assumptions) -> None:
    """Budget 100 held; claims 80, 90, 110 and 130 in later years pay as the printed vectors."""
    amounts = {"budget_growth": 0.0, "catch_up": 0.0, "overspend_share": 0.6, "overspend_limit": 1.15}
    rule = with_rule(base, "corridor", budgeted_share=1.0, retained_share=0.7, retention_threshold=0.85, **amounts)
    claims = np.full((1, 1, 101, 2), 100.0)
    claims[0, 0, 1:5] = np.array([80.0, 90.0, 110.0, 130.0])[:, None]
    assert close_budget(rule, claims, claims)[0, 0, 1:5, 0] == pytest.approx([80.0, 97.0, 106.0, 109.0])


def test_paths_keep_apart(base: Assumptions) -> None:
    rule = with_rule(base, "closure", budgeted_share=1.0, budget_growth=0.01, catch_up=0.5, overspend_softness=0.3)
    claims = np.concatenate([growing(0.02), growing(0.08)])
    both = close_budget(rule, claims, claims)
    for path in (0, 1):
        np.testing.assert_allclose(
            both[path : path + 1], close_budget(rule, claims[path : path + 1], claims[path : path + 1]), rtol=1e-14
        )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    base = base_set(tmp_path_factory.mktemp("sets") / "rich", last_year=2032, ledgers=ALL_LEDGERS)
    return calibrated(random_set(base, 21), 22)


def test_closure_without_teeth_is_fee_for_service_in_the_engine(rich: Assumptions) -> None:
    soft = with_rule(rich, "closure", overspend_softness=1.0, retained_share=0.0, budget_growth=-0.05)
    left, right = run(soft), run(rich)
    np.testing.assert_allclose(left.accounts.revenue_lines, right.accounts.revenue_lines, rtol=1e-11, atol=1e-3)
    np.testing.assert_allclose(left.accounts.expenditure_lines, right.accounts.expenditure_lines, rtol=1e-11, atol=1e-3)


def test_a_hard_cap_moves_the_gap_to_providers(rich: Assumptions) -> None:
    amounts = {"overspend_softness": 0.0, "retained_share": 0.0, "budget_growth": -0.02, "catch_up": 0.0}
    claims = run(with_rule(rich, "closure", budgeted_share=1.0, **amounts)).money.claims
    free = run(rich).money.claims
    paid, wanted = (one.payments[0, 0, :, :, 0].sum(-1) for one in (claims, free))
    assert (paid <= wanted * (1 + 1e-12)).all()
    assert claims.provider_borne[0, 0].sum(-1) == pytest.approx(wanted - paid, abs=1e-6 * wanted[0])
    assert (paid < wanted * 0.99).sum() >= 2
    np.testing.assert_allclose(claims.services, free.services, rtol=1e-14)


def test_audit_cuts_medical_claims_only(rich: Assumptions) -> None:
    cut = rich.with_values({"payment.audit_deduction": np.full_like(rich["payment.audit_deduction"], 0.02)})
    ratio = run(cut).money.claims.payments[0, 0, :, 2] / run(rich).money.claims.payments[0, 0, :, 2]
    assert ratio[:, :5] == pytest.approx(0.98)  # inpatient, outpatient, chronic, dual channel, maternity care
    assert ratio[:, 5:] == pytest.approx(1.0)


def test_procurement_saves_and_retains(rich: Assumptions) -> None:
    values = {
        name: np.full_like(rich[name], amount)
        for name, amount in (("procurement.saving_share", 0.04), ("procurement.retention_rate", 0.5))
    }
    still = rich.with_values({"procurement.saving_share": np.zeros_like(rich["procurement.saving_share"])})
    free, saving = run(still), run(rich.with_values(values))
    before, after = free.money.claims.payments, saving.money.claims.payments
    assert (after / np.where(before > 0, before, 1))[0, 0, :, 2, [0, 2]] == pytest.approx(0.96)
    saved = (before - after)[0, 0].sum((-1, -2))
    assert saving.money.claims.procurement_saving[0, 0].sum(-1) == pytest.approx(saved)
    received = saving.flows.total(saving.flows.revenue, "VBPR")[0, 0]
    declared = saving.flows.revenue["VBPR"]["R2.5"][0, 0] + saving.flows.revenue["VBPR"]["R7"][0, 0]
    assert received - declared == pytest.approx(0.5 * saved)
    paid = saving.flows.expenditure["VBPR"]["E1.7"][0, 0]
    assert paid[1:] == pytest.approx((received - declared)[:-1])  # hospitals are paid in the year after


@pytest.mark.parametrize("by", ["audit", "cap"])
def test_what_providers_bear_is_not_the_own_share_of_patients(rich: Assumptions, by: str) -> None:
    """Handbook 1.2: bill = funds + patient + hospital. A cut of what hospitals are paid is no bill to the patient,

    so that critical-illness claims, medical assistance and the subsidies of LAS and CSS do not move.
    """
    if by == "audit":
        cut = rich.with_values({"payment.audit_deduction": np.full_like(rich["payment.audit_deduction"], 0.1)})
    else:
        cut = with_rule(rich, "closure", budgeted_share=1.0, overspend_softness=0.0, budget_growth=-0.05, catch_up=0.0)
    free, less = run(rich), run(cut)
    for ledger in ("CII", "LAS", "CSS", "MAF"):
        number = rich.ledgers.index(ledger)
        np.testing.assert_allclose(
            less.accounts.expenditure[..., number], free.accounts.expenditure[..., number], rtol=1e-9, err_msg=ledger
        )


def test_patients_save_by_procurement_as_the_funds_do(rich: Assumptions) -> None:
    """Bills, in-policy bills and own payments of procured benefits all fall by the saving share (handbook 4.8)."""
    free = run(
        rich.with_values({"procurement.saving_share": np.zeros_like(rich["procurement.saving_share"])})
    ).money.claims
    saved = run(
        rich.with_values({"procurement.saving_share": np.full_like(rich["procurement.saving_share"], 0.1)})
    ).money.claims
    for benefit, kept in ((0, 0.9), (1, 1.0), (2, 0.9)):  # inpatient, outpatient, chronic
        for name in ("bills", "in_policy_bills", "entitled", "own_payments"):
            before, after = (getattr(one, name)[..., benefit] for one in (free, saved))
            np.testing.assert_allclose(after, kept * before, rtol=1e-12, err_msg=f"{name} of benefit {benefit}")
