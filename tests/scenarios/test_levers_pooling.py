from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poolcast.parameters.assumptions import CommonPool
from poolcast.parameters.axes import index
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import PoolcastError, ScenarioError
from poolcast.projection.engine import run
from poolcast.scenarios.catalogue.pooling import BEIJING, XIONGAN
from poolcast.scenarios.catalogue.pooling import LEVERS as POOLING
from poolcast.scenarios.lever import Lever
from poolcast.scenarios.phase_in import PhaseIn
from poolcast.scenarios.review import review
from poolcast.scenarios.scenario import Scenario
from tests.scenarios.lever_signs import (
    SETS,
    baseline,
    calibrated,
    call,
    changed,
    check_signs,
    identical,
    project,
    with_lever,
)

NEUTRAL = {
    "G01": {"one_ledger": 0, "pay_in": 0, "collection_loss": 0, "tertiary_rise": 0},
    "G02": {"out_of_region_rise": 0, "penalty_cut": 0, "shared": 0, "pay_in": 0},
    "G03": {"growth": 0},
    "G04": {},
    "F13": {"share": 0, "premium_increase": 0, "common_ledger": 0},
    "P22": {"audit": 0, "deterrence": 0},
    "P23": {"change": 0},
    "P24": {"slowdown": 0},
    "P25": {"avoided": 0},
    "P26": {"shift": 0, "rate_rise": 0},
    "P27": {"slowdown": 0},
    "P28": {},
    "P29": {},
    "B29": {},
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", POOLING, ids=lambda lever: lever.id)
def test_the_lever_moves_what_it_declares(lever, name):
    assert check_signs(lever, name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", POOLING, ids=lambda lever: lever.id)
def test_neutral_arguments_change_no_bit(lever, name):
    assert identical(baseline(name), with_lever(lever, name, **NEUTRAL[lever.id]))


def test_every_row_of_the_group_stands_here():
    assert {lever.id for lever in POOLING} == set(NEUTRAL)
    assert {lever.id for lever in POOLING if lever.no_effect} == {"G04", "P28", "P29", "B29"}


@pytest.mark.parametrize(("lever", "argument"), [("P28", "audit"), ("P29", "audit")])
def test_rows_on_record_can_be_given_a_size(lever, argument):
    after = changed(lever, "hebei", **{argument: 0.001})
    assert after.in_year("payment.audit_deduction", 2027) == pytest.approx(0.006, rel=1e-12)


def test_awareness_by_hand():
    use = changed("B29", "china", gain=0.1).in_year("utilisation.multiplier", 2027)
    assert use[0, 0, index("benefit", "chronic")] == pytest.approx(1 - 0.1 * 0.8 * 0.1, rel=1e-12)


# One ledger, or an adjustment fund


def test_one_ledger_holds_what_its_regions_held():
    """At the base year end the province holds the sum, Beijing and Tianjin keep their own."""
    before, after = baseline("hebei").sel(year=2025), with_lever("G01", "hebei").sel(year=2025)
    cities = before.region.values[before.pool.values == "130000"]
    for ledger in ("EPF", "RPF"):
        held = float(after.reserve.sel(region="130000", ledger=ledger))
        assert held == pytest.approx(float(before.reserve.sel(region=cities, ledger=ledger).sum()), rel=1e-12)
        assert after.reserve.sel(region=cities, ledger=ledger).isnull().all()
        assert float(after.reserve.sel(region=BEIJING, ledger=ledger)) == pytest.approx(
            float(before.reserve.sel(region=BEIJING, ledger=ledger)), rel=1e-12
        )


def test_one_ledger_without_dilution_pays_what_its_regions_paid():
    before = baseline("hebei")
    after = with_lever("G01", "hebei", collection_loss=0, tertiary_rise=0)
    cities = before.region.values[before.pool.values == "130000"]
    paid = before.expenditure.sel(region=cities, ledger="RPF").sum("region").values
    assert after.expenditure.sel(region="130000", ledger="RPF").values == pytest.approx(paid, rel=1e-12)


def test_responsibility_is_diluted_where_regions_join_only():
    after, before = changed("G01", "hebei"), calibrated("hebei")
    codes = before.region_codes
    city, capital = codes.index("130100"), codes.index(BEIJING)
    fall = before["revenue.collection_rate"] - after["revenue.collection_rate"]
    at = [before.year_position(year) for year in (2026, 2027, 2028, 2029, 2060)]
    assert fall[city, at] == pytest.approx([0, 0.005 / 3, 0.01 / 3, 0.005, 0.005], abs=1e-12)
    assert np.all(fall[capital, at] == 0)
    moved = after.in_year("inpatient.tier_share", 2029) - before.in_year("inpatient.tier_share", 2029)
    assert moved[city, 2] == pytest.approx([0, -0.02, 0.02, 0], abs=1e-12)
    assert np.all(moved[capital] == 0)


def test_without_behaviour_responsibility_is_not_diluted():
    after, before = changed("G01", "china", behaviour=False), calibrated("china")
    for name in ("revenue.collection_rate", "inpatient.tier_share"):
        assert np.array_equal(after[name], before[name], equal_nan=True)
    assert np.all(changed("P22", "china", behaviour=False)["utilisation.multiplier"][:, 3:] == 1)


def test_the_adjustment_fund_conserves_money_and_pays_a_twentieth_in():
    forecast = with_lever("G01", "hebei", one_ledger=0)
    cities = forecast.region.values[forecast.pool.values == "130000"]
    at = forecast.sel(region=cities, ledger="EPF")
    fund = forecast.sel(region="130000", ledger="ADJ")
    paid = at.expenditure_by_line.sel(expenditure_line="E5").sum("region")
    granted = at.revenue_by_line.sel(revenue_line="R5").sum("region")
    assert paid.values == pytest.approx(fund.revenue_by_line.sel(revenue_line="R6").values, rel=1e-12)
    assert granted.values == pytest.approx(fund.expenditure_by_line.sel(expenditure_line="E4").values, rel=1e-12)
    lines = [line for line in forecast.revenue_line.values if line.startswith("R1")]
    income = at.revenue_by_line.sel(revenue_line=lines, year=2030).sum(("region", "revenue_line"))
    assert float(paid.sel(year=2030)) == pytest.approx(0.05 * float(income), rel=1e-12)
    assert float(granted.sum()) > 0
    assert float(fund.reserve.min()) > -1.0


def test_grants_follow_recognised_gaps():
    """Handbook 1.4: 0.8 x gap x enforcement, own reserves above six months first, cut where the fund does not reach."""
    forecast, law = with_lever("G01", "hebei", one_ledger=0), calibrated("hebei")
    cities = forecast.region.values[forecast.pool.values == "130000"]
    at = forecast.sel(region=cities, ledger="EPF")
    granted = at.revenue_by_line.sel(revenue_line="R5")
    year = int(granted.year[(granted > 0).any("region").values][5])
    now, last = at.sel(year=year), at.sel(year=year - 1)
    grant = granted.sel(year=year).values
    received = now.revenue_before_interest.values - grant
    spent = now.expenditure.values - now.expenditure_by_line.sel(expenditure_line="E5").values
    gap = np.maximum(spent - received - np.maximum(last.reserve.values - 6 * spent / 12, 0), 0)
    places = [law.region_codes.index(code) for code in cities]
    wanted = 0.8 * gap * law.in_year("adjustment.enforcement_coefficient", year)[places, 0]
    fund = forecast.sel(region="130000", ledger="ADJ")
    paid = float(fund.revenue_by_line.sel(revenue_line="R6", year=year))
    scale = min(1.0, (float(fund.reserve.sel(year=year - 1)) + paid) / wanted.sum())
    assert wanted.sum() > 0
    assert grant == pytest.approx(wanted * scale, rel=1e-9, abs=1e-3)


# The pool across provinces


def test_the_pool_across_provinces_takes_a_twentieth_of_spending_outside():
    """Beijing, Tianjin and the regions of Hebei pay in 5 % of what their funds spend outside; nothing is lost."""
    forecast = with_lever("G02", "hebei")
    regions = forecast.region.values[forecast.kind.values == "region"]
    assert set(forecast.common_pool.sel(region=regions).values) == {"JJJ"}
    claims = run(changed("G02", "hebei")).money.claims
    outside = claims.inpatient_payments[0][..., index("tier", "out_of_region")]
    fund = forecast.sel(region="JJJ", ledger="ADJ")
    for ledger, statuses in (("EPF", slice(2, 7)), ("RPF", slice(0, 2))):
        paid = forecast.expenditure_by_line.sel(region=regions, ledger=ledger, expenditure_line="E5")
        wanted = 0.05 * outside[..., statuses].sum(-1).T
        wanted[paid.year.values < 2027] = 0.0
        assert paid.values == pytest.approx(wanted, rel=1e-9)
    both = forecast.sel(region=regions, ledger=["EPF", "RPF"]).sum(("region", "ledger"))
    remitted, granted = (
        fund.revenue_by_line.sel(revenue_line="R6"),
        fund.expenditure_by_line.sel(expenditure_line="E4"),
    )
    assert both.expenditure_by_line.sel(expenditure_line="E5").values == pytest.approx(remitted.values, rel=1e-12)
    assert both.revenue_by_line.sel(revenue_line="R5").values == pytest.approx(granted.values, rel=1e-12)
    total = (remitted - granted + fund.interest).sum()
    assert float(fund.reserve.sel(year=2060)) == pytest.approx(float(total), rel=1e-9, abs=1.0)
    assert float(granted.sum()) > 0
    assert not forecast.reserve.sel(region="130000", ledger="ADJ").any()


def test_the_pool_stands_above_one_ledger_of_a_province():
    """With provincial pooling Hebei pays in as one member, for all its cities but Xiong'an, which pays for itself."""
    calls = (call("G01"), call("G02"))
    words = Words("x", "x")
    both = project(Scenario("both", words, words, reforms=calls).apply(calibrated("hebei")))
    keepers = ["130000", XIONGAN, BEIJING, "120000"]
    paid = both.expenditure_by_line.sel(region=keepers, ledger="EPF", expenditure_line="E5", year=2040)
    of_residents = both.expenditure_by_line.sel(region=keepers, ledger="RPF", expenditure_line="E5", year=2040)
    assert (paid > 0).all()
    remitted = both.revenue_by_line.sel(region="JJJ", ledger="ADJ", revenue_line="R6", year=2040)
    assert float(paid.sum() + of_residents.sum()) == pytest.approx(float(remitted), rel=1e-12)


def test_without_other_provinces_the_fund_stays_at_home_and_says_so():
    """A set without pools does what it did: 0.4 % of contributions to the fund of the province, and a remark."""
    alone = replace(calibrated("hebei"), pools=())
    scenario = Scenario("G02", Words("x", "x"), Words("x", "x"), reforms=(call("G02"),))
    after = scenario.apply(alone)
    assert after.options["adjustment_fund"] == "both"
    assert after.in_year("adjustment.pay_in_rate", 2030) == pytest.approx(0.004)
    assert after.option("cross_province_pool") == "none"
    remarks = [remark for remark in review(scenario, alone) if remark.kind == "scope"]
    assert "members of other provinces are absent" in remarks[0].text
    assert "缺少外省成员" in remarks[0].text_zh
    assert not [remark for remark in review(scenario, calibrated("hebei")) if remark.kind == "scope"]
    one_province = CommonPool("CITIES", Words("x", "x"), ("130100", "130200"))
    kept = scenario.apply(replace(calibrated("hebei"), pools=(one_province,)))
    assert kept.option("cross_province_pool") == "none"


# Rules of residents, and one ledger


def test_one_ledger_from_the_start_of_the_lever():
    apart, together = with_lever("F13", "china"), with_lever("F13", "china", common_ledger=1)
    at = {"region": "000000"}
    taken = together.taken_over.sel(**at, year=2027)
    assert float(taken.sel(ledger="EPF")) == pytest.approx(float(apart.reserve.sel(**at, ledger="RPF", year=2026)))
    assert float(taken.sum()) == 0
    for name in ("revenue_before_interest", "expenditure"):
        sums = apart[name].sel(**at, ledger=["EPF", "RPF"]).sum("ledger").sel(year=slice(2027, None))
        merged = together[name].sel(**at, ledger="EPF", year=slice(2027, None))
        assert merged.values == pytest.approx(sums.values, rel=1e-12)
    assert identical(apart.sel(year=[2025, 2026]), together.sel(year=[2025, 2026])[list(apart.data_vars)])
    gone = together.sel(**at, ledger="RPF", year=slice(2027, None))
    assert not gone.revenue.any()
    assert not gone.expenditure.any()
    assert gone.reserve.isnull().all()


def test_some_regions_may_share_a_ledger():
    """The selector of the lever holds for the ledger too; the reserves of the others do not move."""
    apart = with_lever("F13", "hebei", where={"region": "130100"})
    together = with_lever("F13", "hebei", where={"region": "130100"}, common_ledger=1)
    assert together.reserve.sel(region="130100", ledger="RPF", year=2030).isnull()
    others = [code for code in apart.region.values if code != "130100"]
    assert np.array_equal(together.reserve.sel(region=others), apart.reserve.sel(region=others), equal_nan=True)


def test_a_common_ledger_is_explained_to_the_author():
    scenario = Scenario("F13", Words("x", "x"), Words("x", "x"), reforms=(call("F13", common_ledger=1),))
    remarks = review(scenario, calibrated("china"))
    assert [remark.kind for remark in remarks] == ["scope"]
    assert "EPF is the merged fund" in remarks[0].text


def test_a_common_ledger_above_different_holders_is_refused():
    """One employee fund for the province, resident funds for the cities: nobody holds both."""
    scenario = Scenario("F13", Words("x", "x"), Words("x", "x"), reforms=(call("F13", common_ledger=1),))
    with pytest.raises(PoolcastError, match="both funds with the same holder"):
        project(scenario.apply(calibrated("hebei").with_options(employee_pool="parent")))
    pooled = project(scenario.apply(calibrated("hebei").with_options(employee_pool="parent", resident_pool="parent")))
    before = project(calibrated("hebei").with_options(employee_pool="parent", resident_pool="parent"))
    taken = float(pooled.taken_over.sel(region="130000", ledger="EPF", year=2027))
    assert taken == pytest.approx(float(before.reserve.sel(region="130000", ledger="RPF", year=2026)), rel=1e-12)


def test_convergence_by_hand():
    after, before = changed("F13", "china"), calibrated("china")
    child = index("status", "child")
    first, full = after.in_year("outpatient.ceiling", 2027), after.in_year("outpatient.ceiling", 2036)
    assert first[0, child] == pytest.approx(500 + 0.02 * 3500, rel=1e-12)
    assert full[0, child] == pytest.approx(500 + 0.2 * 3500, rel=1e-12)
    assert np.array_equal(full[0, 2:], before.in_year("outpatient.ceiling", 2036)[0, 2:])
    rates = after.in_year("inpatient.reimbursement_rate", 2050)[0, child]
    assert rates == pytest.approx([0.904, 0.80, 0.66, 0.56], rel=1e-12)
    assert after.in_year("chronic.in_policy_share", 2036)[0] == pytest.approx([0.93, 0.906], rel=1e-12)
    assert after.in_year("resident.personal_premium", 2036) == pytest.approx(
        1.1 * before.in_year("resident.personal_premium", 2036), rel=1e-12
    )
    assert np.array_equal(after.in_year("outpatient.ceiling", 2026), before.in_year("outpatient.ceiling", 2026))


def test_full_convergence_reaches_the_rules_of_employees():
    after = changed("F13", "china", share=1)
    rates = after.in_year("inpatient.reimbursement_rate", 2040)[0]
    assert np.array_equal(rates[index("status", "adult_resident")], rates[index("status", "active")])


def test_selectors_hold_for_rules_of_their_own():
    after, before = changed("F13", "hebei", where={"region": "130100"}), calibrated("hebei")
    now, then = (item.in_year("outpatient.ceiling", 2040)[:, 0] for item in (after, before))
    assert now[0] > then[0]
    assert np.array_equal(now[1:], then[1:])


def test_a_rule_that_leaves_the_bounds_is_refused():
    def too_much(given, start, assumptions, phase_in):
        return {"chronic.reimbursement_rate": assumptions["chronic.reimbursement_rate"] + 1}

    words = Words("x", "x")
    lever = Lever("X00", "too_much", "pooling", words, words, (), transform=too_much, phase_in=PhaseIn(2))
    with pytest.raises(ScenarioError, match=r"chronic\.reimbursement_rate would become 1\."):
        changed(lever, "china")


# Xiong'an


def test_people_move_to_xiongan_and_nobody_is_made_up():
    before, after = baseline("hebei"), with_lever("G03", "hebei")
    people = float(
        calibrated("hebei")["population.at_base_year_end"][calibrated("hebei").region_codes.index(XIONGAN)].sum()
    )
    gain = (after.population - before.population).sel(year=2027)
    assert float(gain.sel(region=XIONGAN)) == pytest.approx(0.05 * people, rel=1e-9)
    assert float(gain.sel(region=BEIJING)) == pytest.approx(-0.05 * people, rel=1e-9)
    flow = changed("G03", "hebei")["population.migration_flow"] - calibrated("hebei")["population.migration_flow"]
    moved = np.nansum(flow, axis=(0, 1))
    at = [calibrated("hebei").year_position(year) for year in (2026, 2027, 2030, 2036, 2037)]
    expected = [0, 0.05 * people, 0.05 * people * 1.05**3, 0.05 * people * 1.05**9, 0]
    assert moved[at] == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert float((after.reserve - before.reserve).sel(region=XIONGAN, ledger="EPF", year=2040)) > 0


# Supervision and behaviour


def test_audit_by_hand():
    forecast = with_lever("P22", "china", deterrence=0.0).isel(region=0)
    at = forecast.sel(benefit=["inpatient", "outpatient", "chronic", "dual_channel", "maternity_care"])
    assert at.fund_payments.sel(year=2030).values == pytest.approx(0.99 * at.claims.sel(year=2030).values, rel=1e-12)
    assert at.fund_payments.sel(year=2026).values == pytest.approx(at.claims.sel(year=2026).values, rel=1e-12)


@pytest.mark.parametrize(
    ("lever", "year", "factor"),
    [
        ("P24", 2027, 0.995),
        ("P24", 2040, 0.995**2),
        ("P25", 2027, 1 - 0.01 * 0.15),
        ("P27", 2029, 0.998**3),
        ("P27", 2060, 0.998**5),
    ],
)
def test_unit_cost_by_hand(lever, year, factor):
    assert changed(lever, "china").in_year("cost.multiplier", year)[0, :, 0] == pytest.approx(factor, rel=1e-12)


def test_stays_move_to_primary_care_by_hand():
    after, before = changed("P26", "china"), calibrated("china")
    for year, points in ((2027, 0.01), (2031, 0.05), (2050, 0.05)):
        moved = after.in_year("inpatient.tier_share", year) - before.in_year("inpatient.tier_share", year)
        assert moved[0, :7] == pytest.approx(np.tile([points, 0, -points, 0], (7, 1)), abs=1e-12)
    raised = after.in_year("inpatient.reimbursement_rate", 2027) - before.in_year("inpatient.reimbursement_rate", 2027)
    assert raised[0, :7] == pytest.approx(np.tile([0.01, 0, 0, 0], (7, 1)), abs=1e-12)


def test_agreements_raise_in_policy_shares_by_a_point():
    after, before = changed("P23", "china"), calibrated("china")
    for benefit in ("inpatient", "outpatient", "chronic"):
        name = f"{benefit}.in_policy_share"
        assert after.in_year(name, 2027) - before.in_year(name, 2027) == pytest.approx(0.01, rel=1e-9)
