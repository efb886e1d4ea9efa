"""Levers of the group `inpatient`: signs, neutral arguments, and hand-checked formulas."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.outlook.who_pays import care_bills, who_pays
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES
from poolcast.scenarios.catalogue.inpatient import LEVERS
from tests.scenarios.lever_signs import SETS, baseline, calibrated, changed, check_signs, effects, identical, with_lever
from tests.scenarios.test_levers_outpatient import value

ROWS = ("B04", "B14", "B20", "B22", "B23", "B24", "B25", "B26")
NEUTRAL = {
    "B04": {"tertiary_change": 0.0, "primary_change": 0.0},
    "B14": {"share_of_extras": 0.0},
    "B20": {},
    "B22": {"share_of_spending": 0.0},
    "B23": {},
    "B24": {"share_change": 0.0},
    "B25": {"share_step": 0.0, "release": 0.0},
    "B26": {"share_of_spending": 0.0},
}


def test_every_row_is_here():
    assert tuple(lever.id for lever in LEVERS) == ROWS


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
def test_the_lever_moves_what_it_declares(lever, name):
    assert check_signs(lever, name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
def test_neutral_arguments_change_nothing(lever, name):
    assert identical(baseline(name), with_lever(lever, name, **NEUTRAL[lever.id]))


def test_rows_of_the_doubtful_source_are_stress_levers():
    assert {lever.id for lever in LEVERS if lever.stress} == {"B20", "B22", "B23", "B24"}
    assert {lever.id for lever in LEVERS if lever.no_effect} == {"B20", "B23"}


@pytest.mark.parametrize(("lever", "argument"), [("B20", {"share_excluded": 0.02}), ("B23", {"days_beyond": 1.0})])
def test_a_lever_on_record_works_when_it_is_used(lever, argument):
    moved = effects(lever, "china", **argument)
    assert moved["EPF"] > 0
    assert moved["RPF"] > 0


def test_wider_gaps_send_residents_to_primary_institutions():
    before, after = baseline("china"), with_lever("B04", "china")
    assert value(changed("B04", "china"), "inpatient.reimbursement_rate", 2030, status="retired", tier="primary") == (
        pytest.approx(0.97)
    )
    paid = [run.inpatient_payments.sel(status="adult_resident", year=2035).squeeze("region") for run in (before, after)]
    assert float(paid[1].sel(tier="primary")) > float(paid[0].sel(tier="primary"))
    assert float(paid[1].sel(tier="tertiary")) < float(paid[0].sel(tier="tertiary"))


def test_discipline_cuts_every_rate_by_half_a_percent():
    after = changed("B14", "china")
    assert value(after, "inpatient.reimbursement_rate", 2027, status="active", tier="tertiary") == pytest.approx(0.8159)
    assert value(after, "chronic.reimbursement_rate", 2027, status="active") == pytest.approx(0.796)


def test_avoided_examinations_are_2_28_percent_of_bills():
    after = changed("B22", "china")
    assert value(after, "cost.multiplier", 2027, scheme="resident", benefit="inpatient") == pytest.approx(0.9772)
    assert value(after, "cost.multiplier", 2027, scheme="resident", benefit="chronic") == 1


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", ["B24", "B25"])
def test_the_mix_of_tiers_still_adds_to_one(lever, name):
    after = changed(lever, name)
    assert np.nanmin(after["inpatient.tier_share"]) >= 0
    assert after.in_year("inpatient.tier_share", 2040).sum(-1) == pytest.approx(1.0)


def test_stays_that_no_longer_leave_go_half_to_secondary_hospitals():
    after, before = changed("B24", "china"), calibrated("china")
    moved = after.in_year("inpatient.tier_share", 2030) - before.in_year("inpatient.tier_share", 2030)
    assert moved[0, 2] == pytest.approx([0.0, 0.01, 0.01, -0.02])


def test_fewer_stays_outside_save_both_funds_while_patients_do_not_respond():
    moved = effects("B24", "china", behaviour=False)
    assert moved["EPF"] > 0
    assert moved["RPF"] > 0


def test_settlement_draws_half_a_point_a_year_for_three_years():
    after, before = changed("B25", "china"), calibrated("china")
    outside = [after.in_year("inpatient.tier_share", y)[0, 2, 3] for y in (2026, 2027, 2028, 2029, 2040)]
    start = before.in_year("inpatient.tier_share", 2026)[0, 2, 3]
    assert np.array(outside) - start == pytest.approx([0, 0.005, 0.01, 0.015, 0.015])


def test_an_outbreak_adds_half_a_percent_of_spending_in_one_year_only():
    """Employees: inpatient 700 of 1,346.428 bn yuan without long-term care, 1 + 0.005 x 1346.428 / 700 = 1.0096173."""
    after = changed("B26", "china")
    use = [
        value(after, "utilisation.multiplier", y, status="active", benefit="inpatient")
        for y in (2026, 2027, 2028, 2050)
    ]
    assert use == pytest.approx([1.0, 1.0096173, 1.0, 1.0], abs=2e-7)
    before, run = baseline("china"), with_lever("B26", "china")
    unpaid = with_lever("B26", "china", reimbursement_rate=0.0)
    for ledger, statuses, added in (("EPF", EMPLOYEE_STATUSES, 0.0096173), ("RPF", RESIDENT_STATUSES, None)):
        spent = [data.expenditure.sel(ledger=ledger, year=2027).sum().item() for data in (before, run, unpaid)]
        assert spent[2] == pytest.approx(spent[0], rel=1e-12)  # the other stays are paid as before
        of_scheme = {"status": list(statuses), "year": 2027, "region": "000000"}
        bills = before.bills.sel(benefit="inpatient", **of_scheme).sum().item()
        paid = before.fund_payments.sel(benefit="inpatient", **of_scheme).sum().item()
        added = added or 0.005 * 1_065.2 / 822.1
        # each case costs the fund a whole bill: added stays x bill, against added stays x payment for ordinary stays
        assert spent[1] - spent[0] == pytest.approx(added * bills, rel=0.01)
        assert spent[1] - spent[0] > 1.2 * added * paid


def test_the_cases_of_an_outbreak_cost_patients_nothing():
    """Who pays: the bills grow by the cases, the pooled funds pay all of it, every other payer what he paid."""
    before, run = (
        who_pays(data).sel(region="000000", year=2027) for data in (baseline("china"), with_lever("B26", "china"))
    )
    bills = [
        care_bills(data).sel(region="000000", year=2027).sum().item()
        for data in (baseline("china"), with_lever("B26", "china"))
    ]
    more = (run - before).sum(["status", "benefit"])
    assert float(more.sel(payer=["EPF", "RPF"]).sum()) == pytest.approx(bills[1] - bills[0], rel=1e-9)
    for payer in ("CII", "MAF", "cash", "out_of_catalogue", "EPA", "providers"):
        assert abs(float(more.sel(payer=payer))) < 1e-9 * bills[0], payer
