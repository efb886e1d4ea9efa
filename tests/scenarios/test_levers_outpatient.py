"""Levers of the group `outpatient`: signs, neutral arguments, and hand-checked formulas."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.parameters.axes import index
from poolcast.parameters.declarations import PARAMETERS
from poolcast.scenarios.catalogue.outpatient import LEVERS
from poolcast.scenarios.scenario import Scenario
from tests.scenarios.lever_signs import SETS, baseline, calibrated, call, changed, check_signs, identical, with_lever
from tests.validation.worked_example import write_worked_example

ROWS = ("B01", "B02", "B03", "B05", "B06", "B17", "B30")
NEUTRAL = {
    "B01": {"rate_change": 0.0, "credit_removed": 0.0},
    "B02": {"propensity_change": 0.0},
    "B03": {"propensity_change": 0.0},
    "B05": {"holders_growth": 0.0},
    "B06": {"share_moved": 0.0, "visits_saved": 0.0, "added_use": 0.0},
    "B17": {"growth": 0.0, "added_use": 0.0},
    "B30": {"added_use": 0.0, "saving": 0.0},
}


def value(assumptions, parameter, year, **members):
    array = assumptions.in_year(parameter, year)[0]
    axes = [axis for axis in PARAMETERS[parameter].dimensions if axis not in ("region", "year")]
    for axis in axes:
        array = array[list(assumptions.axis_members(axis)).index(members[axis])]
    return float(array)


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


def test_pooling_spares_accounts_a_part_of_what_it_adds():
    """Outpatient 318.547, account income 639.069 bn yuan, mean rate 0.675: 0.3 x 318.547 x 0.1 / 0.675 / 639.069."""
    after = changed("B01", "china", rate_change=0.10)
    assert value(after, "account.spending_propensity", 2027) == pytest.approx(0.9048 - 0.0221535, abs=2e-7)
    assert value(after, "outpatient.reimbursement_rate", 2027, status="active") == pytest.approx(0.75)
    assert value(after, "outpatient.reimbursement_rate", 2027, status="retired") == pytest.approx(0.80)
    assert value(after, "outpatient.reimbursement_rate", 2027, status="child") == 0.55
    assert value(after, "outpatient.reimbursement_rate", 2026, status="active") == 0.65


def test_a_tilt_to_retired_members_concerns_half_of_the_spending():
    """0.3 x 318.547 x (0.04 / 2) / 0.675 / 639.069 = 0.0044307."""
    after = changed("B01", "china", rate_change=0.0, retiree_tilt=0.04)
    assert value(after, "account.spending_propensity", 2027) == pytest.approx(0.9048 - 0.0044307, abs=2e-7)
    assert value(after, "outpatient.reimbursement_rate", 2027, status="retired") == pytest.approx(0.74)
    assert value(after, "outpatient.reimbursement_rate", 2027, status="active") == pytest.approx(0.65)


def test_pooling_ends_the_credit_to_accounts():
    assert value(changed("B01", "china", start=2026), "revenue.share_credited_to_active_accounts", 2026) == 0
    kept = changed("B01", "china", start=2026, credit_removed=0.5)
    assert value(kept, "revenue.share_credited_to_active_accounts", 2026) == pytest.approx(
        0.5 * value(calibrated("china"), "revenue.share_credited_to_active_accounts", 2026)
    )


def test_a_fifth_of_what_accounts_no_longer_pay_comes_to_the_fund():
    """1 + 0.2 x 0.03 x 639.069 x 0.675 / 318.547 = 1.0081251."""
    after = changed("B03", "china")
    use = value(after, "utilisation.multiplier", 2040, status="retired", benefit="outpatient")
    assert use == pytest.approx(1.0081251, abs=2e-7)


def test_holders_grow_for_three_years():
    after = changed("B05", "china")
    use = [
        value(after, "utilisation.multiplier", y, status="active", benefit="chronic") for y in (2026, 2027, 2028, 2029)
    ]
    assert use == pytest.approx([1.0, 1.1, 1.21, 1.331])
    assert value(after, "utilisation.multiplier", 2050, status="child", benefit="chronic") == pytest.approx(1.331)
    inpatient = value(after, "utilisation.multiplier", 2050, status="child", benefit="inpatient")
    assert inpatient == pytest.approx(0.9942978, abs=1e-7)  # 1.331 ** -0.02


def test_chronic_care_in_primary_stations_is_cheaper():
    """1 - 0.1 x 0.3 - 0.1 x 0.15 = 0.955 from the third year, a third of the way in the first."""
    after = changed("B06", "china")
    cost = [value(after, "cost.multiplier", y, scheme="resident", benefit="chronic") for y in (2027, 2029)]
    assert cost == pytest.approx([0.985, 0.955])
    assert value(after, "cost.multiplier", 2029, scheme="employee", benefit="chronic") == 1


def test_more_outlets_bring_more_dual_channel_drugs():
    after = changed("B17", "china", years=2)
    use = [
        value(after, "utilisation.multiplier", y, status="active", benefit="dual_channel") for y in (2027, 2028, 2029)
    ]
    assert use == pytest.approx([1.02 * 1.05, 1.0404 * 1.05, 1.0404 * 1.05])


@pytest.mark.parametrize(
    ("behaviour", "outpatient", "inpatient", "expenditure", "reserve", "months"),
    [
        (True, 3_024_354.95, 8_378_139.62, 11_402_494.57, 19_209_714.70, 20.2163),
        (False, 2_835_206.64, 8_483_250.09, 11_318_456.73, 19_724_262.13 - 1.01 * 425_415.06, None),
    ],
)
def test_the_worked_example_of_pooling(tmp_path, behaviour, outpatient, inpatient, expenditure, reserve, months):
    """Handbook 11.6: rates 0.50 -> 0.60 and 0.60 -> 0.70 in 2026; elasticities -0.52 and +0.10, answered at once."""
    read = poolcast.load_assumptions(write_worked_example(tmp_path / "worked_example"))
    own, cross = read["behaviour.own_price_elasticity"].copy(), read["behaviour.cross_price_elasticity"].copy()
    own[:] = 0.0
    own[index("scheme", "employee"), index("benefit", "outpatient")] = -0.52
    cross[:] = 0.0
    cross[index("scheme", "employee")] = 0.10
    at_once = np.ones_like(read["behaviour.phase_in"])
    given = read.with_values(
        {
            "behaviour.own_price_elasticity": own,
            "behaviour.cross_price_elasticity": cross,
            "behaviour.phase_in": at_once,
            "behaviour.response": np.asarray(1.0),
        }
    )
    made = call("B01", behaviour=behaviour)
    run = poolcast.project(given, Scenario("pooling", made.lever.title, made.lever.title, reforms=(made,))).isel(
        region=0
    )
    fund = run.sel(ledger="EPF", year=2026)
    assert float(fund.expenditure_by_line.sel(expenditure_line="E1.2")) == pytest.approx(outpatient, abs=0.0051, rel=0)
    assert float(fund.expenditure_by_line.sel(expenditure_line="E1.1")) == pytest.approx(inpatient, abs=0.0051, rel=0)
    assert float(fund.expenditure) == pytest.approx(expenditure, abs=0.0051, rel=0)
    assert float(fund.reserve) == pytest.approx(reserve, abs=0.0102, rel=0)
    if months is not None:
        assert float(fund.payable_months) == pytest.approx(months, abs=5e-5)


def test_without_behaviour_admissions_do_not_answer_outpatient_prices():
    """Pooling saves admissions by the cross elasticity only."""
    before = baseline("china").services.sel(benefit="inpatient", status="active", year=2040)
    static = with_lever("B01", "china", behaviour=False).services.sel(benefit="inpatient", status="active", year=2040)
    answered = with_lever("B01", "china").services.sel(benefit="inpatient", status="active", year=2040)
    assert float(static.sum()) == float(before.sum())
    assert float(answered.sum()) < float(before.sum())
