"""Levers of the group `contributions`: signs, neutral arguments, bounds, and each formula by hand."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.scenarios.catalogue.contributions import LEVERS
from tests.scenarios.lever_signs import (
    SETS,
    arguments_at_their_ends,
    baseline,
    calibrated,
    changed,
    check_signs,
    identical,
    with_lever,
)

NEUTRAL = {
    "F01": {"change": 0},
    "F02": {"target": 0.7},
    "F03": {"units": 0, "flexible": 0, "recovery": 0},
    "F08": {"premium_step": 0, "subsidy_step": 0},
    "F09": {"change": 0, "coverage": 0.95},
    "F10": {"rate": 0},
    "F14": {"cut": 0},
    "F15": {"months": 0, "collection_loss": 0},
    "F16": {"change": 0},
}


def test_every_row_of_the_group_is_here():
    assert {lever.id for lever in LEVERS} == set(NEUTRAL)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
def test_the_lever_moves_what_it_declares(lever, name):
    assert check_signs(lever, name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", sorted(NEUTRAL))
def test_neutral_arguments_change_nothing_to_the_last_bit(lever, name):
    assert identical(baseline(name), with_lever(lever, name, **NEUTRAL[lever]))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("lever", "argument", "value"), arguments_at_their_ends(LEVERS))
def test_every_argument_may_go_to_its_bounds(lever, argument, value, name):
    changed(lever, name, **{argument: value})


def of_china(parameter: str, year: int, lever: str | None = None, **words) -> np.ndarray:
    held = calibrated("china") if lever is None else changed(lever, "china", **words)
    return held.in_year(parameter, year)[0]


def test_f01_units_declare_less_when_the_rate_rises():
    assert of_china("revenue.employer_rate", 2026, "F01") == 0.08
    assert of_china("revenue.employer_rate", 2027, "F01") == pytest.approx(0.085, rel=1e-12)
    # 0.85 (0.085 / 0.08)^-0.1 = 0.85 exp(-0.1 ln 1.0625) = 0.85 x 0.99395588
    assert of_china("revenue.wage_compliance", 2027, "F01") == pytest.approx(0.844862, rel=1e-6)


def test_f01_takes_the_rate_of_each_region():
    held = changed("F01", "hebei")
    rates = calibrated("hebei").in_year("revenue.employer_rate", 2030)
    expected = 0.85 * ((rates + 0.005) / rates) ** -0.1
    assert len(set(rates)) > 1
    np.testing.assert_allclose(held.in_year("revenue.wage_compliance", 2030), expected, rtol=1e-12)


def test_f02_climbs_to_the_target_and_stays():
    path = [float(of_china("revenue.wage_compliance", year, "F02")) for year in (2026, 2027, 2028, 2031, 2032, 2060)]
    assert path == pytest.approx([0.85, 0.87, 0.89, 0.95, 0.95, 0.95], rel=1e-12)
    path = [float(of_china("revenue.wage_compliance", year, "F02", step=0.03)) for year in (2029, 2030, 2031)]
    assert path == pytest.approx([0.94, 0.95, 0.95], rel=1e-12)
    assert of_china("revenue.base_floor_multiple", 2027, "F02", floor_change=0.1) == pytest.approx(0.7)


def test_f03_comes_in_three_years_and_stops_at_one():
    path = [float(of_china("revenue.collection_rate", year, "F03")) for year in (2026, 2027, 2028, 2029, 2060)]
    assert path == pytest.approx([0.98, 0.98 + 0.01 / 3, 0.98 + 0.02 / 3, 0.99, 0.99], rel=1e-12)
    assert of_china("revenue.arrears_recovery_rate", 2029, "F03") == pytest.approx(0.4, rel=1e-12)
    assert of_china("revenue.collection_rate", 2029, "F03", units=0.05) == 1.0


def test_f08_adds_once_more_every_year_and_some_lapse():
    for year, times in ((2026, 0), (2027, 1), (2030, 4), (2036, 10), (2050, 10)):
        for name in ("resident.personal_premium", "resident.subsidy"):
            added = of_china(name, year, "F08") - of_china(name, year)
            assert added == pytest.approx(20 * times, abs=1e-9)
    uninsured = 8_381.1194 / (24_900 + 69_313.27 + 8_381.1194)
    rise = 20 / float(of_china("resident.personal_premium", 2027))
    decline = of_china("coverage.uninsured_decline", 2027, "F08") - of_china("coverage.uninsured_decline", 2027)
    assert decline == pytest.approx(-0.05 * rise * (1 - uninsured) / uninsured, rel=1e-5)
    # a rise of x makes cover fall by 0.05 x, a little less because the uninsured of 2027 are fewer than those of 2025
    heads = [
        float(run.members.sel(status=["child", "adult_resident"], year=2027).sum())
        for run in (baseline("china"), with_lever("F08", "china"))
    ]
    assert heads[1] / heads[0] - 1 == pytest.approx(-0.05 * rise, rel=0.05)


def test_f08_tied_to_incomes_two_years_back():
    held = calibrated("china")
    growth = [float(held.in_year("economy.disposable_income_growth", year)[0]) for year in (2026, 2027, 2028)]
    income = float(held.in_year("economy.disposable_income", 2025)[0]) * np.prod([1 + rate for rate in growth])
    premium = of_china("resident.personal_premium", 2030, "F08", income_linked=1)
    assert premium == pytest.approx(0.01 * income, rel=1e-12)
    assert of_china("resident.subsidy", 2030, "F08", income_linked=1) == pytest.approx(0.0175 * income, rel=1e-12)
    assert of_china("resident.personal_premium", 2026, "F08", income_linked=1) == 400
    first = of_china("resident.personal_premium", 2027, "F08", income_linked=1)
    assert first == pytest.approx(0.01 * float(held.in_year("economy.disposable_income", 2025)[0]), rel=1e-12)


def test_f09_aids_more_of_the_premium_for_more_of_the_poor():
    assert of_china("assistance.premium_aid_rate", 2027, "F09") == 0.75
    assert of_china("assistance.premium_aid_share", 2029, "F09") == pytest.approx(0.08137 * 0.99 / 0.95, rel=1e-12)
    # 8.137 % of 942.13 m residents are 76.66 m poor; 0.04 / 0.95 of them, 3.228 m, join out of 83.81 m uninsured
    declines = [
        float(of_china("coverage.uninsured_decline", year, "F09") - of_china("coverage.uninsured_decline", year))
        for year in (2026, 2027, 2028, 2029, 2030)
    ]
    assert declines == pytest.approx([0, 0.013006, 0.013006, 0.013006, 0], rel=1e-3)
    assert of_china("assistance.premium_aid_rate", 2027, "F09", change=0.4) == 0.9


def test_f10_is_a_rate_on_pensions():
    held, run = calibrated("china"), with_lever("F10", "china").sel(region="000000", year=2028)
    growth = [float(held.in_year("economy.pension_growth", year)[0]) for year in (2026, 2027, 2028)]
    pension = 47_176 * np.prod([1 + rate for rate in growth])
    paid = float(run.revenue_by_line.sel(ledger="EPF", revenue_line="R1.8"))
    assert paid == pytest.approx(0.01 * pension * float(run.average_members.sel(status="retired")), rel=1e-12)


def test_f14_waives_five_months_of_half_the_rate_once_and_only_where_the_reserve_allows():
    for name in SETS:
        before, after = baseline(name).sel(ledger="EPF"), with_lever("F14", name).sel(ledger="EPF")
        regions = list(calibrated(name).region_codes)
        units = [run.revenue_by_line.sel(revenue_line="R1.1", region=regions) for run in (before, after)]
        rich = (before.payable_months.sel(year=2026, region=regions) > 6).values
        expected = np.where(rich, 1 - 0.5 * 5 / 12, 1.0)
        np.testing.assert_allclose(units[1].sel(year=2027) / units[0].sel(year=2027), expected, rtol=1e-12)
        np.testing.assert_array_equal(units[1].sel(year=[2026, 2028]), units[0].sel(year=[2026, 2028]))
        assert rich.any()
    assert not rich.all()


def test_f15_refills_what_the_last_year_lacked():
    run = with_lever("F15", "china").sel(region="000000", ledger="RPF")
    filled = run.revenue_by_line.sel(revenue_line="R2.5")
    for year in (2030, 2040, 2050):
        lacking = max(0.0, float(run.expenditure.sel(year=year - 1)) / 12 - float(run.reserve.sel(year=year - 1)))
        assert float(filled.sel(year=year)) == pytest.approx(lacking, rel=1e-12)
    assert float(filled.sel(year=2030)) == 0 < float(filled.sel(year=2050))
    assert of_china("revenue.collection_rate", 2027, "F15") == pytest.approx(0.978, rel=1e-12)


def test_f16_moves_the_interest_of_the_pooled_fund_alone():
    before, after = (run.sel(region="000000") for run in (baseline("china"), with_lever("F16", "china")))
    year, old, new = 2027, before.sel(ledger="EPF"), after.sel(ledger="EPF")
    rate = float(calibrated("china").in_year("ledger.interest_rate", year)[0, 0]) + 0.005
    opening = float(old.reserve.sel(year=year - 1))
    balance = float(old.balance_before_interest.sel(year=year))
    expected = opening * (1 + rate) + balance * (1 + rate / 2)
    assert float(new.reserve.sel(year=year)) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_array_equal(after.reserve.sel(ledger="RPF"), before.reserve.sel(ledger="RPF"))
