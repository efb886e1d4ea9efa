"""Levers of the group `serious_illness`: signs, neutral arguments, and hand-checked formulas."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.parameters.axes import index
from poolcast.scenarios.catalogue.serious_illness import LEVERS, recipients_part_of_admissions
from tests.scenarios.lever_signs import SETS, baseline, calibrated, changed, check_signs, identical, with_lever
from tests.scenarios.test_levers_outpatient import value

ROWS = ("B07", "B08", "B09", "B10", "B11", "B12", "B13", "B27", "B28", "G05")
NEUTRAL = {
    "B07": {"flexible_step": 0.0, "reproduction_per_woman": 0.0, "added_births": 0.0},
    "B08": {"gap_closed": 0.0},
    "B09": {"prevalence_factor": 1.0, "added_take_up": 0.0},
    "B10": {"poor_rate_change": 0.0, "poor_threshold_cut": 0.0, "premium_change": 0.0, "added_use": 0.0},
    "B11": {"premium_change": 0.0, "own_share_rate_change": 0.0, "subsidy_rate_change": 0.0},
    "B12": {"rate_change": 0.0, "added_use": 0.0},
    "B13": {"premium_tilt": 0.0, "rate_tilt": 0.0},
    "B27": {"share_of_spending": 0.0},
    "B28": {"saving": 0.0, "added_use": 0.0},
    "G05": {},
}
PHASE = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0]
"""`ltci_phase` of the china profiles, 2026 to 2036."""


def test_every_row_is_here():
    assert tuple(lever.id for lever in LEVERS) == ROWS


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
def test_the_lever_moves_what_it_declares(lever, name):
    assert check_signs(lever, name) == []


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.id)
def test_neutral_arguments_change_nothing(lever, name):
    if all(need in calibrated(name).ledgers for need in lever.needs):
        assert identical(baseline(name), with_lever(lever, name, **NEUTRAL[lever.id]))


@pytest.mark.parametrize("name", SETS)
def test_coverage_of_long_term_care_follows_the_national_path(name):
    after, before = changed("B08", name, start=2026), calibrated(name)
    first = before.in_year("long_term_care.coverage_share", 2025)
    for offset, phase in enumerate(PHASE):
        covered = after.in_year("long_term_care.coverage_share", 2026 + offset)
        assert covered == pytest.approx(first + phase * (1 - first), abs=1e-12)


def test_the_employer_rate_shifts_for_new_coverage_only():
    """0.0015 of the payroll times the coverage above that of 2025, 1 - 0.23187."""
    before, after = baseline("china"), with_lever("B08", "china")
    units = [run.revenue_by_line.sel(ledger="EPF", revenue_line="R1.1", year=2050).sum() for run in (before, after)]
    set_ = calibrated("china")
    rate = value(set_, "revenue.employer_rate", 2050) + value(set_, "revenue.maternity_rate", 2050)
    assert float(units[1] / units[0]) == pytest.approx(1 - 0.0015 * (1 - 0.23187) / rate, abs=1e-9)


def test_recipients_part_of_admissions_is_a_weighted_mean():
    """Where everybody is admitted alike, it is the share of the disabled times the share newly drawing benefits."""
    set_ = calibrated("china")
    rate, prevalence = set_["utilisation.inpatient_rate"], set_["long_term_care.prevalence"]
    flat = set_.with_values(
        {
            "utilisation.inpatient_rate": np.full_like(rate, 0.2),
            "long_term_care.prevalence": np.full_like(prevalence, 0.03),
        }
    )
    assert recipients_part_of_admissions(flat, "retired") == pytest.approx(0.03 * (1 - 0.23187) * 0.86, abs=1e-9)
    part = recipients_part_of_admissions(set_, "retired")
    use = value(changed("B08", "china"), "utilisation.multiplier", 2040, status="retired", benefit="inpatient")
    assert use == pytest.approx(1 - 0.10 * part, abs=1e-12)
    assert 0.005 < part < 0.05


def test_moderate_disability_multiplies_beneficiaries_at_a_lower_cost():
    """n = 2.2 x 1.1 = 2.42; (1 + 1.42 x 0.5) / 2.42 = 0.70661; payments x 1.71."""
    before, after = baseline("china"), with_lever("B09", "china")
    people = [run.services.sel(benefit="long_term_care", year=2040).sum() for run in (before, after)]
    paid = [run.expenditure.sel(ledger="LTCI", year=2040).sum() for run in (before, after)]
    assert float(people[1] / people[0]) == pytest.approx(2.42)
    assert float(paid[1] / paid[0]) == pytest.approx(1.71)
    assert value(changed("B09", "china"), "cost.multiplier", 2040, scheme="employee", benefit="long_term_care") == (
        pytest.approx(0.7066116, abs=1e-7)
    )


def test_flexible_workers_reach_the_allowance_on_their_declared_base():
    """Ten steps of 0.10 x 0.6."""
    after = changed("B07", "china")
    covered = [value(after, "maternity.allowance_coverage", y, status="flexible") for y in (2026, 2027, 2036, 2050)]
    assert covered == pytest.approx([0.0, 0.06, 0.60, 0.60])
    quick = changed("B07", "china", flexible_step=0.25)
    assert value(quick, "maternity.allowance_coverage", 2050, status="flexible") == pytest.approx(0.60)


def test_assisted_reproduction_costs_the_sum_per_woman():
    """Booked per birth of the base-year fertility, it adds to the sum per woman of 25 to 44 in the employee scheme."""
    set_, after = calibrated("china"), changed("B07", "china")
    employed = [index("status", word) for word in ("active", "flexible", "unemployed")]
    female = index("sex", "female")
    women = set_["population.at_base_year_end"][0, female] * set_["coverage.status_share"][0, employed, female].sum(0)
    births = float((women * set_.in_year("population.fertility_rate", 2026)[0]).sum())
    added = value(after, "maternity.payment_per_birth", 2027, status="active") - 5000
    assert added * births == pytest.approx(20 * float(women[25:45].sum()))
    assert value(after, "maternity.payment_per_birth", 2027, status="retired") == 0
    assert after.in_year("population.fertility_rate", 2027) == pytest.approx(
        1.005 * set_.in_year("population.fertility_rate", 2027)
    )


def test_the_tilt_to_the_poor_is_weighted_by_their_share():
    after = changed("B10", "china")
    assert value(after, "critical_illness.threshold_multiple", 2030) == pytest.approx(0.5 * 0.975)
    assert value(after, "critical_illness.tranche_rate", 2030, tranche="tranche_1") == pytest.approx(0.6025)
    assert value(after, "critical_illness.premium_per_head", 2030) == pytest.approx(91.0)


def test_aid_rises_from_70_to_75_percent():
    after, before = changed("B12", "china"), calibrated("china")
    name = "assistance.direct_aid_per_resident"
    ratios = [value(after, name, year) / value(before, name, year) for year in (2025, 2026, 2040)]
    assert ratios == pytest.approx([1.0, 1.0, 75 / 70])


def test_the_tilt_runs_out_in_five_years():
    after, before = changed("B13", "china"), calibrated("china")
    rate = value(before, "assistance.premium_aid_rate", 2026)
    aid = [value(after, "assistance.premium_aid_rate", y) for y in (2027, 2031, 2040)]
    assert aid == pytest.approx([0.95 * rate, 0.75 * rate, 0.75 * rate])
    paid = value(after, "inpatient.reimbursement_rate", 2031, status="child", tier="tertiary")
    assert paid == pytest.approx(0.62 - 0.05 * 0.05)


@pytest.mark.parametrize(("ledger", "medical", "chronic"), [("EPF", 13464.28, 1585.0), ("RPF", 9828.458455, 1244.0)])
def test_rare_diseases_add_a_share_of_spending(ledger, medical, chronic):
    """0.002 of the medical spending of 2025 (100 m yuan) over its chronic line, as a factor on that line."""
    before, after = baseline("china"), with_lever("B27", "china")
    line = [
        run.expenditure_by_line.sel(ledger=ledger, expenditure_line="E1.3", year=2027).sum() for run in (before, after)
    ]
    assert float(line[1] / line[0]) == pytest.approx(1 + 0.002 * medical / chronic, rel=1e-6)
