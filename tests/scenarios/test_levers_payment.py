from __future__ import annotations

import numpy as np
import pytest

from poolcast.parameters.axes import RESIDENT_STATUSES, index
from poolcast.scenarios.catalogue.payment import LEVERS as PAYMENT
from tests.scenarios.lever_signs import SETS, baseline, calibrated, changed, check_signs, identical, with_lever

NEUTRAL = {
    "P01": {"budgeted_share": 0},
    "P02": {"cost_change": 0, "volume": 0, "drift": 0, "coverage": 0},
    "P03": {"cost_change": 0, "volume": 0, "drift": 0},
    "P04": {"inpatient_moved": 0, "outpatient_moved": 0},
    "P05": {"share": 0},
    "P06": {"share": 0},
    "P07": {"resident_share": 0, "employee_share": 0},
    "P08": {"budgeted_share": 0, "effort": 0},
    "P09": {"months": 0},
    "P10": {"days": 0},
    "P11": {"share": 0},
    "G06": {"share_of_spending": 0, "months": 0},
}
UNDER_A_BUDGET = {"P01": {"follows_revenue": 0}, "P08": None}
"""hebei pays by budget already: neutral there is the budget that it has; the corridor is another rule."""


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", PAYMENT, ids=lambda lever: lever.id)
def test_the_lever_moves_what_it_declares(lever, name):
    assert check_signs(lever, name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", PAYMENT, ids=lambda lever: lever.id)
def test_neutral_arguments_change_no_bit(lever, name):
    given = UNDER_A_BUDGET.get(lever.id, NEUTRAL[lever.id]) if name == "hebei" else NEUTRAL[lever.id]
    if given is None:
        pytest.skip("no neutral arguments under the budget of this set")
    assert identical(baseline(name), with_lever(lever, name, **given))


def test_every_row_of_the_group_stands_here():
    assert [lever.id for lever in PAYMENT] == [f"P{number:02d}" for number in range(1, 12)] + ["G06"]


def _resident_inpatient(forecast):
    """Claims and payments of residents' inpatient care by year."""
    at = forecast.sel(status=list(RESIDENT_STATUSES), benefit="inpatient").isel(region=0)
    return at.claims.sum("status").values, at.fund_payments.sum("status").values


def test_the_budget_by_hand():
    """Closure rule of handbook 4 year by year: softness 0.3, retention 0.7 from 2027, none before."""
    forecast = with_lever("P01", "china", follows_revenue=0, catch_up=0.4)
    claims, paid = _resident_inpatient(forecast)
    growth = calibrated("china").from_year("payment.budget_growth", 2025)[0, :, 1]
    budget = inside = 0.9 * claims[0]
    for year in range(1, len(claims)):
        catch_up = 0.5 if year <= 2 else 0.4
        budget = budget * (1 + growth[year]) + catch_up * (inside - budget)
        inside = 0.9 * claims[year]
        softness, retained = (0.3, 0.7) if year >= 2 else (1.0, 0.0)
        if inside > budget:
            expected = budget + softness * (inside - budget)
        else:
            expected = budget - (1 - (retained if inside > 0.85 * budget else 0)) * (budget - inside)
        assert paid[year] == pytest.approx(expected + 0.1 * claims[year], rel=1e-12)


def test_a_budget_without_a_policy_never_binds():
    """The growth that china declares is that of its own claims, so that P08 begins from claims and not from a gap."""
    claims, paid = _resident_inpatient(with_lever("P01", "china", follows_revenue=0))
    assert np.abs(paid / claims - 1).max() < 1e-3


def test_what_a_budget_does_not_pay_providers_bear():
    before, after = baseline("china"), with_lever("P01", "china")
    saved = (before.expenditure - after.expenditure).sel(ledger="RPF").isel(region=0).values
    borne = after.provider_borne.sel(scheme="resident").isel(region=0).values
    assert saved == pytest.approx(borne, rel=1e-9, abs=1.0)


def test_the_corridor_by_hand():
    forecast = with_lever("P08", "china", effort=0.0, retained=0.5)
    claims, paid = _resident_inpatient(forecast)
    growth = calibrated("china").from_year("payment.budget_growth", 2025)[0, :, 1]
    budget = inside = 0.9 * claims[0]
    for year in range(1, len(claims)):
        budget = budget * (1 + growth[year]) + 0.5 * (inside - budget)
        inside = 0.9 * claims[year]
        shared, retained = (0.6, 0.5) if year >= 2 else (1.0, 0.0)
        if inside > budget:
            expected = budget + shared * (min(inside, 1.15 * budget) - budget)
        else:
            expected = inside + (retained if inside > 0.85 * budget else 0) * (budget - inside)
        assert paid[year] == pytest.approx(expected + 0.1 * claims[year], rel=1e-12)


def _cost(lever, year, benefit="inpatient", **words):
    after = changed(lever, "china", **words).in_year("cost.multiplier", year)
    return after[0, :, index("benefit", benefit)]


@pytest.mark.parametrize(
    ("lever", "benefit", "year", "factor"),
    [
        ("P02", "inpatient", 2029, (0.99 * (1 + 0.005 * 0.3)) ** 3),
        ("P02", "inpatient", 2050, (0.99 * (1 + 0.005 * 0.3)) ** 3),
        ("P03", "inpatient", 2028, (0.99 * (1 + 0.02 * 0.1)) ** 2),
        ("P04", "inpatient", 2027, 1 - 0.05 * 0.05),
        ("P04", "chronic", 2027, 1 - 0.1 * 0.05),
        ("P05", "inpatient", 2027, 1 + 0.05 * 0.1),
        ("P08", "inpatient", 2027, 1 - 0.01),
        ("P11", "inpatient", 2040, (1 - 0.02 * 0.3) ** 7),
    ],
)
def test_unit_cost_by_hand(lever, benefit, year, factor):
    assert _cost(lever, year, benefit) == pytest.approx(factor, rel=1e-12)


def test_day_surgery_induces_care():
    use = changed("P11", "china").in_year("utilisation.multiplier", 2030)[0, 0, index("benefit", "inpatient")]
    assert use == pytest.approx((1 + 0.02 * 0.1) ** 4, rel=1e-12)


def test_packages_by_scheme():
    after = changed("P07", "china")
    share = after.in_year("capitation.share", 2027)[0]
    assert share[:, :5] == pytest.approx(np.array([[0.2, 0.2, 0.2, 0, 0], [0.5, 0.5, 0.5, 0, 0]]))
    shift = after.in_year("inpatient.tier_share", 2027) - calibrated("china").in_year("inpatient.tier_share", 2027)
    assert shift[0, 0] == pytest.approx([0.0075, 0.0075, 0, -0.015], abs=1e-15)
    assert shift[0, 2] == pytest.approx([0.003, 0.003, 0, -0.006], abs=1e-15)
    doctors = changed("P06", "china")
    assert doctors.in_year("capitation.share", 2027)[0, :, :5] == pytest.approx(
        np.array([[0] * 5, [0, 0.3, 0.3, 0, 0]])
    )
    assert doctors.in_year("capitation.amount_ratio", 2027)[0] == pytest.approx([1, 1.03])


def _residents(forecast, variable, benefits):
    at = forecast[variable].sel(status=list(RESIDENT_STATUSES), benefit=benefits).isel(region=0)
    return at.sum("benefit").values


def test_capitation_by_hand():
    """Handbook 4.6 for outpatient and chronic care of residents, from the figures of the forecast (china).

    Amount: 1.03 x claims per head of 2025 x heads x growth of use and cost, moved with age; 0.3 of the members. China
    books no audit, so claims are what is paid without the rule. The need by age is read back from the bills.
    """
    law, after = baseline("china"), with_lever("P06", "china", referrals=0)
    heads = law.average_members.sel(status=list(RESIDENT_STATUSES)).isel(region=0).values
    amount, claims = np.zeros(len(law.year)), np.zeros(len(law.year))
    for benefit in ("outpatient", "chronic"):
        at = {"benefit": benefit}
        trend = (law.use_index.sel(at) * law.unit_cost_index.sel(at).sel(scheme="resident")).isel(region=0).values
        paid, bills = (_residents(law, variable, [benefit]) for variable in ("claims", "bills"))
        need = bills / trend[:, None]  # bills at the use and prices of 2025 move with heads and age alone
        amount += (paid[0] * need / need[0]).sum(1) * trend
        claims += paid.sum(1)
    assert heads.sum(1)[0] > heads.sum(1)[-1]
    amount *= 1.03
    over = np.maximum(claims - amount, 0)
    under = np.minimum(np.maximum(amount - claims, 0), 0.15 * amount)
    expected = 0.3 * (under - 0.4 * over)
    expected[:2] = 0
    moved = -after.provider_borne.sel(scheme="resident").isel(region=0).values
    assert moved == pytest.approx(expected, rel=1e-9, abs=1.0)
    booked = (after.expenditure - law.expenditure).sel(ledger="RPF").isel(region=0).values
    assert booked == pytest.approx(expected, rel=1e-6, abs=1.0)
    assert expected[2] / claims[2] == pytest.approx(0.3 * 0.03, rel=0.2)


def test_the_package_grows_with_revenue_by_hand():
    """0.5 of residents: heads x claims per head of 2025, grown as cost in 2026 and from 2027 as income per head."""
    words = {"kept_in_county": 0, "employee_share": 0}
    law, after = baseline("china"), with_lever("P07", "china", **words)
    covered = ["inpatient", "outpatient", "chronic"]
    claims = _residents(law, "claims", covered).sum(1)
    heads = law.average_members.sel(status=list(RESIDENT_STATUSES)).isel(region=0).sum("status").values
    lines = law.revenue_by_line.sel(ledger="RPF", revenue_line=["R1.4", "R2.1", "R2.2", "R2.3", "R2.4"]).isel(region=0)
    per_head = lines.sum("revenue_line").values / heads
    amount = np.zeros(len(claims))
    for benefit in covered:
        at = {"benefit": benefit}
        trend = (law.use_index.sel(at) * law.unit_cost_index.sel(at).sel(scheme="resident")).isel(region=0).values
        first = _residents(law, "claims", [benefit]).sum(1)[0] / heads[0]
        amount += first * heads * trend[1] * per_head / per_head[1]
    expected = 0.5 * (np.minimum(np.maximum(amount - claims, 0), 0.15 * amount) - 0.4 * np.maximum(claims - amount, 0))
    expected[:2] = 0
    moved = -after.provider_borne.sel(scheme="resident").isel(region=0).values
    assert moved[2:] == pytest.approx(expected[2:], rel=1e-6)
    assert moved[-1] < 0  # revenue falls behind cost, so that consortia bear a part


def test_prepaid_is_a_month_where_the_tests_are_passed():
    forecast = with_lever("P09", "china").isel(region=0)
    assert float(forecast.prepaid.sel(ledger="EPF", year=2026)) == 0
    for ledger, minimum in (("EPF", 12), ("RPF", 6)):
        at = forecast.sel(ledger=ledger)
        for year in range(2027, 2060):
            now, last = at.sel(year=year), at.sel(year=year - 1)
            passed = float(last.payable_months) >= minimum and float(last.balance) >= 0 and float(now.balance) >= 0
            assert float(now.prepaid) == pytest.approx(float(now.expenditure) / 12 if passed else 0, rel=1e-12)
    assert float(forecast.prepaid.sel(ledger="EPF", year=2027)) > 0


def test_faster_settlement_is_ten_days_of_expenditure():
    forecast = with_lever("P10", "china").isel(region=0).sel(ledger="RPF")
    assert float(forecast.settled_faster.sel(year=2030)) == pytest.approx(
        float(forecast.expenditure.sel(year=2030)) * 10 / 250, rel=1e-12
    )
    assert float(forecast.settled_faster.sel(year=2026)) == 0


def test_an_outbreak_lasts_a_year():
    after = changed("G06", "china")
    use = after["utilisation.multiplier"][0, :, :, index("benefit", "inpatient")]
    first = after.year_position(2027)
    assert np.all(use[first, :7] > 1)
    assert np.array_equal(use[first + 1 :], calibrated("china")["utilisation.multiplier"][0, first + 1 :, :, 0])
    cases = after["outbreak.case_share"][0, :, :, 0]
    assert np.all(cases[first] > 0)
    assert not cases[first + 1 :].any()
    alone = changed("B26", "china")
    for parameter in ("utilisation.multiplier", "outbreak.case_share"):
        assert np.array_equal(after[parameter], alone[parameter], equal_nan=True)
    months = after["prepayment.months"][0]
    assert np.all(months[first] == 1)
    assert np.all(months[first + 1 :] == 0)
