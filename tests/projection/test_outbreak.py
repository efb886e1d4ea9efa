"""Cases of an outbreak (handbook 3.10): rules waived for a share of services, and what that leaves alone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcast.outlook.who_pays import care_bills, who_pays
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.engine import project, run
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
WAIVED, INPATIENT = slice(0, 4), index("benefit", "inpatient")


@lru_cache
def base() -> Assumptions:
    with TemporaryDirectory() as folder:
        return base_set(Path(folder) / "outbreak", regions=["A", "B"], last_year=2030, ledgers=ALL_LEDGERS)


def with_cases(
    assumptions: Assumptions, share: float | np.ndarray, rate: float = 1.0, listed: float = 1.0
) -> Assumptions:
    """The set with outbreak cases in the second year only."""
    cases = np.zeros_like(assumptions["outbreak.case_share"])
    cases[:, 4, :, WAIVED] = share
    return assumptions.with_values(
        {
            "outbreak.case_share": cases,
            "outbreak.reimbursement_rate": np.full_like(assumptions["outbreak.reimbursement_rate"], rate),
            "outbreak.in_policy_share": np.full_like(assumptions["outbreak.in_policy_share"], listed),
        }
    )


def drawn(seed: int, rule: str = "fee_for_service") -> Assumptions:
    return with_cases(calibrated(random_set(base(), seed, payment_rule=rule), seed), 0.0)


def test_a_fifth_of_the_stays_by_hand() -> None:
    """w 0.2, rate 0.9, listed 0.8: payment 0.8 p + 0.2 x 0.9 x 0.8 x bill, in-policy 0.8 y + 0.2 x 0.8 x bill."""
    before = drawn(3)
    after = with_cases(before, 0.2, rate=0.9, listed=0.8)
    left, right = run(before).money.claims, run(after).money.claims
    np.testing.assert_array_equal(left.services, right.services)  # the cases have met no other price
    np.testing.assert_array_equal(left.bills, right.bills)
    year, insured = 2, slice(0, 7)
    for benefit in range(4):
        bill = right.bills[:, :, year, insured, benefit]
        expected = 0.8 * left.entitled[:, :, year, insured, benefit] + 0.2 * 0.72 * bill
        np.testing.assert_allclose(right.entitled[:, :, year, insured, benefit], expected, rtol=1e-9)
        expected = 0.8 * left.in_policy_bills[:, :, year, insured, benefit] + 0.2 * 0.8 * bill
        np.testing.assert_allclose(right.in_policy_bills[:, :, year, insured, benefit], expected, rtol=1e-9)
    np.testing.assert_allclose(right.above_ceiling[:, :, year], 0.8 * left.above_ceiling[:, :, year], rtol=1e-12)
    for name in ("entitled", "payments", "inpatient_payments", "above_ceiling"):
        for other in (0, 1, 3, 4, 5):
            np.testing.assert_array_equal(getattr(left, name)[:, :, other], getattr(right, name)[:, :, other])


@FEW
@given(SEEDS, st.sampled_from(["fee_for_service", "closure", "corridor"]))
def test_the_bill_adds_up_and_cash_turns_into_fund_money(seed: int, rule: str) -> None:
    before = drawn(seed, rule)
    shape = before["outbreak.case_share"][:, 4, :, WAIVED].shape
    after = with_cases(before, np.random.default_rng(seed).uniform(0, 1, shape))
    forecasts = project(before), project(after)
    paid = [who_pays(forecast) for forecast in forecasts]
    bills = [care_bills(forecast) for forecast in forecasts]
    for split, bill in zip(paid, bills, strict=True):
        np.testing.assert_allclose(split.sum("payer").values, bill.values, rtol=1e-9, atol=1e-9 * bill.max())
    np.testing.assert_allclose(bills[0].values, bills[1].values, rtol=1e-12)
    shift = (paid[1] - paid[0]).sel(year=2027).sum(["status", "benefit", "region"])
    claims = (forecasts[1].claims - forecasts[0].claims).sel(year=2027).sum().item()
    patients = shift.sel(payer=["cash", "EPA", "out_of_catalogue", "CII", "LAS", "CSS", "MAF"]).sum().item()
    assert patients < 0
    np.testing.assert_allclose(-patients, claims, rtol=1e-9)
    claims_after = run(after).money.claims
    np.testing.assert_allclose(
        claims_after.inpatient_payments.sum(-1), claims_after.payments[..., INPATIENT], rtol=1e-9, atol=1e-6
    )
    np.testing.assert_allclose(
        claims_after.entitled + claims_after.own_payments, claims_after.in_policy_bills, rtol=1e-9, atol=1e-6
    )


def test_every_case_waived_leaves_the_patient_nothing() -> None:
    claims = run(with_cases(drawn(9), 1.0)).money.claims
    medical = claims.bills[:, :, 2, :7, WAIVED]
    np.testing.assert_allclose(claims.entitled[:, :, 2, :7, WAIVED], medical, rtol=1e-12)
    assert np.abs(claims.own_payments[:, :, 2, :7, WAIVED]).max() <= 1e-9 * medical.max()
    assert not claims.above_ceiling[:, :, 2].any()


def test_cases_are_outside_the_budget() -> None:
    """Nothing is left under a hard budget when every stay is a case: providers bear nothing of it."""
    before = drawn(5, "closure")
    names = {"overspend_softness": 0.0, "budget_growth": -0.3, "retained_share": 0.0, "catch_up": 0.0}
    hard = before.with_values(
        {f"payment.{name}": np.full_like(before[f"payment.{name}"], value) for name, value in names.items()}
    )
    borne = [run(held).money.claims.provider_borne[:, :, 2] for held in (hard, with_cases(hard, 1.0))]
    assert (borne[0] > 0).all()
    assert np.abs(borne[1]).max() <= 1e-6 * borne[0].max()


def test_rules_for_nobody_change_no_bit() -> None:
    before = drawn(6, "corridor")
    left, right = project(before), project(with_cases(before, 0.0, rate=0.3, listed=0.4))
    for name in left.data_vars:
        assert np.array_equal(left[name].values, right[name].values, equal_nan=left[name].dtype.kind == "f"), name
