"""Levers of the group `enrolment`: signs, neutral arguments, bounds, and each formula by hand."""

from __future__ import annotations

import numpy as np
import pytest

from poolcast.scenarios.catalogue.cover import during, persons, population, yearly_decline, years_passed
from poolcast.scenarios.catalogue.enrolment import LEVERS
from poolcast.scenarios.phase_in import PhaseIn
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
    "F04": {"coverage": 0.8},
    "F05": {"joining": 0, "tier_shift": 0},
    "F06": {"newborns": 0, "young": 0, "workers": 0},
    "F07": {"lapse_cut": 0, "outpatient_avoided": 0, "waiting_months": 0, "months_per_missed_year": 0, "bonus": 0},
    "F11": {"loss": 0},
    "F12": {"delay": 1},
    "F17": {"change": 0},
    "F18": {"share": 0},
    "F19": {"shift": 0},
}
UNINSURED, RESIDENTS = 8_381.1194e4, (24_900 + 69_313.27) * 1e4
WAITING = ("waiting_months", "waiting_months_per_missed_year", "re_entry_rate", "missed_years")
ADULT, ACTIVE, INPATIENT, OUTPATIENT = 1, 2, 0, 1


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


@pytest.mark.parametrize("lever", ["F04", "F05", "F06", "F07", "F11", "F17", "F18", "F19"])
def test_nothing_moves_before_the_first_year(lever):
    before, after = (
        run.sel(year=slice(None, 2029)) for run in (baseline("china"), with_lever(lever, "china", start=2030))
    )
    assert identical(before, after)


def added(parameter: str, lever: str, years: list[int], **words) -> list[float]:
    """What a lever adds to a rate of the only region of china, by year."""
    held, moved = calibrated("china"), changed(lever, "china", **words)
    return [float((moved.in_year(parameter, year) - held.in_year(parameter, year))[0]) for year in years]


def test_people_and_years_are_counted_right():
    held = calibrated("china")
    assert float(persons(held, ("uninsured",))[0]) == pytest.approx(UNINSURED, rel=1e-6)
    assert float(persons(held, ("child", "adult_resident"))[0]) == pytest.approx(RESIDENTS, rel=1e-6)
    by_age = [float(persons(held, ("uninsured",), first, last)[0]) for first, last in ((0, 22), (23, 100))]
    assert sum(by_age) == pytest.approx(UNINSURED, rel=1e-6)
    years = list(held.years)
    assert [years_passed(held, 2027, 3)[years.index(year)] for year in (2026, 2027, 2029, 2040)] == [0, 1, 3, 3]
    assert [during(held, 2027, 3)[years.index(year)] for year in (2026, 2027, 2029, 2030)] == [0, 1, 1, 0]
    assert yearly_decline(np.array([0.271]), 3) == pytest.approx(0.1)


def test_f04_brings_the_uninsured_down_to_the_coverage():
    share = UNINSURED / float(population(calibrated("china"))[0])
    declines = added("coverage.uninsured_decline", "F04", [2026, 2027, 2028, 2029, 2030])
    assert declines == pytest.approx([0, *3 * [1 - (0.03 / share) ** (1 / 3)], 0], rel=1e-6)
    newcomers = (1 - 0.03 / share) * UNINSURED
    use = changed("F04", "china").in_year("utilisation.multiplier", 2040)[0, ADULT, INPATIENT]
    assert use == pytest.approx(1 - 0.2 * newcomers / (newcomers + RESIDENTS), rel=1e-6)
    outside = float(persons(calibrated("china"), ("child", "adult_resident", "uninsured"), 28, 50)[0])
    assert added("coverage.formalisation_rate", "F04", [2028, 2030]) == pytest.approx(
        [0.1 * newcomers / outside / 3, 0], rel=1e-6
    )
    # the set's own path goes on beside it: (1 - 0.02 - d) against (1 - 0.02)
    insured = [
        1 - float((run.members.sel(status="uninsured") / run.population).sel(year=2029, region="000000"))
        for run in (baseline("china"), with_lever("F04", "china"))
    ]
    assert insured[1] - insured[0] == pytest.approx((1 - insured[0]) * (1 - 0.03 / share), rel=0.03)


def test_f05_moves_admissions_from_out_of_region_to_tertiary():
    # 0.3 x 0.3 = 9 % of the uninsured in three years: 1 - 0.91^(1/3)
    assert added("coverage.uninsured_decline", "F05", [2027, 2029, 2030]) == pytest.approx(
        [0.030947, 0.030947, 0], rel=1e-3
    )
    mix = changed("F05", "china").in_year("inpatient.tier_share", 2027)[0]
    assert mix[ADULT] == pytest.approx([0.22, 0.37, 0.265, 0.145], rel=1e-12)
    assert mix[ACTIVE] == pytest.approx([0.10, 0.20, 0.58, 0.12], rel=1e-12)
    for name in SETS:
        mix = changed("F05", name, tier_shift=0.05).from_year("inpatient.tier_share", 2025)
        np.testing.assert_allclose(mix[:, :, :7].sum(-1), 1, rtol=1e-12)
        assert mix.min() >= 0


def test_f06_insures_the_young_by_age_and_year():
    joining = changed("F06", "china")["coverage.joining_share"][0]
    years = list(calibrated("china").years)
    # a third more each year from 2027 on: newborns to 1.0, ages 1-22 to 0.5, nobody older
    for year, come in ((2026, 0), (2027, 1 / 3), (2028, 2 / 3), (2029, 1), (2060, 1)):
        at = joining[years.index(year)]
        assert at[0] == pytest.approx(come, abs=1e-12)
        assert at[1:23] == pytest.approx(0.5 * come, abs=1e-12)
        assert not at[23:].any()
    assert added("coverage.formalisation_rate", "F06", [2026, 2027, 2029, 2030]) == pytest.approx([0, 0.002, 0.002, 0])
    at_once = changed("F06", "china", phase_in=PhaseIn(1), start=2030)["coverage.joining_share"][0]
    assert at_once[years.index(2029)].max() == 0
    assert at_once[years.index(2030), :2] == pytest.approx([1, 0.5], abs=1e-12)


def test_f06_covers_newborns_to_the_share_named():
    """Half-way between the coverage of the set and 1: what remains uninsured at birth is half of what it was."""
    held = calibrated("china")
    stock, share = held["population.at_base_year_end"], held["coverage.status_share"][:, 7]
    uninsured = float((stock * share)[..., 0].sum() / stock[..., 0].sum())
    joining = changed("F06", "china", newborns=1 - uninsured / 2)["coverage.joining_share"][0]
    assert joining[-1, 0] == pytest.approx(0.5, rel=1e-9)
    none = changed("F06", "china", newborns=1 - uninsured - 0.01)["coverage.joining_share"][0]
    assert not none[3:, 0].any()


@pytest.mark.parametrize("name", SETS)
def test_f06_moves_people_from_the_uninsured_to_the_residents(name):
    run, law = with_lever("F06", name, workers=0), baseline(name)
    gained = (run.members - law.members).sel(region=run.kind == "region")
    joined = gained.sel(status=["child", "adult_resident"]).sum("status").values
    left = gained.sel(status="uninsured").values
    assert (joined[run.year.values >= 2029] > 0).all()
    np.testing.assert_allclose(joined, -left, rtol=1e-9, atol=1e-3)
    others = gained.drop_sel(status=["child", "adult_resident", "uninsured"])
    assert not others.values.any()


def test_f07_settles_at_the_lower_lapse():
    # 0.016 / 0.516 over 0.02 / 0.52 is 0.806202; its third root 0.930707
    assert added("coverage.uninsured_decline", "F07", [2027, 2029, 2030]) == pytest.approx(
        [0.069293, 0.069293, 0], rel=1e-4
    )
    use = changed("F07", "china").in_year("utilisation.multiplier", 2027)[0]
    assert use[ADULT, OUTPATIENT] == 0.995
    assert use[ADULT, INPATIENT] == use[ACTIVE, OUTPATIENT] == 1


def test_f07_waits_three_months_and_one_for_the_second_missed_year():
    after = changed("F07", "china")
    waits = {year: [float(after.in_year(f"coverage.{name}", year)[0]) for name in WAITING] for year in (2026, 2027)}
    # as many return as lapse: 0.02 x 0.8 of the residents over all the uninsured; 1 / 0.5 - 1 further missed years
    assert waits[2026][:2] == [0, 0]
    assert waits[2027] == pytest.approx([3, 1, 0.016 * RESIDENTS / UNINSURED, 1], rel=1e-6)
    assert float(changed("F07", "china", lapse=0.2).in_year("coverage.re_entry_rate", 2027)[0]) == 0.5


def test_f07_raises_the_ceiling_by_a_thousand_a_year_to_a_fifth():
    after = changed("F07", "china")
    bonus = [float(after.in_year("critical_illness.ceiling_bonus", year)[0]) for year in (2026, 2027, 2030, 2060)]
    # 1,000 over 300,000 a year: the 34th year has 34 / 300
    assert bonus == pytest.approx([year / 300 for year in (0, 1, 4, 34)], rel=1e-12)
    assert changed("F07", "china", bonus=10_000).in_year("critical_illness.ceiling_bonus", 2040)[0] == 0.2


def test_f07_makes_those_who_return_pay_at_once_and_wait():
    """4 / 12 of a year for as many as re-enter: services of residents fall by that part, premiums do not."""
    only = {"lapse_cut": 0, "outpatient_avoided": 0, "bonus": 0}
    before, after = baseline("china"), with_lever("F07", "china", **only)
    rate = 0.02 * RESIDENTS / UNINSURED
    year, at = 2030, {"region": "000000"}
    uninsured = float(before.members.sel(status="uninsured", year=year - 1, **at))
    residents = float(before.average_members.sel(status=["child", "adult_resident"], year=year, **at).sum())
    entitled = 1 - rate * uninsured * 4 / 12 / residents
    for benefit in ("inpatient", "outpatient", "chronic", "maternity_care"):
        stays = [
            float(run.services.sel(status="adult_resident", benefit=benefit, year=year, **at))
            for run in (before, after)
        ]
        assert stays[1] / stays[0] == pytest.approx(entitled, rel=1e-9), benefit
    assert 0.99 < entitled < 0.9999
    paid = [
        float(run.revenue_by_line.sel(ledger="RPF", revenue_line="R1.4", year=year, **at)) for run in (before, after)
    ]
    assert paid[0] == paid[1]
    workers = [run.services.sel(status="active", year=year, **at).values for run in (before, after)]
    assert np.array_equal(*workers)


def test_f11_loses_two_points_of_the_vested_a_year_for_five_years():
    path = [changed("F11", "china").in_year("coverage.vested_share", year)[0, 0] for year in (2026, 2027, 2031, 2040)]
    assert path == pytest.approx([0.88, 0.86, 0.78, 0.78], rel=1e-12)


def test_f12_off_retires_more_and_on_is_the_law():
    before, after = baseline("china"), with_lever("F12", "china")
    retired = [float(run.members.sel(status="retired", year=2039).sum()) for run in (before, after)]
    assert retired[1] > 1.1 * retired[0]
    # handbook: without the reform the first deficit of the employee fund comes about three years earlier
    first = [
        int(run.year.where(run.balance_before_interest.sel(region="000000", ledger="EPF") < 0).min())
        for run in (before, after)
    ]
    assert first[0] - first[1] == 3
    late = with_lever("F12", "china", delay=1, late_change=0.2)
    assert float(late.members.sel(status="retired", year=2039).sum()) < retired[0]


@pytest.mark.parametrize("name", SETS)
def test_f17_adds_to_the_total_fertility_rate_of_every_region(name):
    rates = [
        held.from_year("population.fertility_rate", 2026).sum(-1) for held in (calibrated(name), changed("F17", name))
    ]
    gained = rates[1] - rates[0]
    for year, more in ((2026, 0), (2027, 0.01), (2029, 0.03), (2031, 0.05), (2060, 0.05)):
        np.testing.assert_allclose(gained[:, year - 2026], more, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SETS)
def test_f18_brings_a_share_of_the_people_of_each_region(name):
    held, moved = calibrated(name), changed("F18", name)
    more = moved.in_year("population.net_migration", 2027) - held.in_year("population.net_migration", 2027)
    np.testing.assert_allclose(more.sum((1, 2)), 0.002 * population(held), rtol=1e-9)
    np.testing.assert_allclose(more[:, :, 20:30].sum((1, 2)), 0.001 * population(held), rtol=1e-9)
    use = [float(moved.in_year("utilisation.multiplier", year)[0, ACTIVE, 0]) for year in (2026, 2027, 2036, 2050)]
    assert use == pytest.approx([1, 1 - 0.15 * 0.002, 1 - 0.15 * 0.02, 1 - 0.15 * 0.02], rel=1e-12)


def test_f18_in_one_region_leaves_the_others_alone():
    held = calibrated("hebei")
    moved = changed("F18", "hebei", where={"region": "133100"})
    there = list(held.region_codes).index("133100")
    migrants = [each.from_year("population.net_migration", 2026) for each in (held, moved)]
    more = (migrants[0] != migrants[1]).any((1, 2, 3))
    assert list(np.flatnonzero(more)) == [there]


def test_f19_turns_a_share_of_employees_flexible():
    growth = added("coverage.flexible_share_growth", "F19", [2026, 2027, 2031, 2032])
    assert growth == pytest.approx([0, 0.01 * 22_285.68 / 5_236.64, 0.01 * 22_285.68 / 5_236.64, 0], rel=1e-5)
    before, after = baseline("china").sel(year=2027), with_lever("F19", "china").sel(year=2027)
    turned = float((after.members - before.members).sel(status="flexible").sum())
    assert turned == pytest.approx(0.01 * float(before.members.sel(status="active").sum()), rel=0.05)
    members = [float(run.members.sel(status=["active", "flexible"]).sum()) for run in (before, after)]
    assert members[0] == pytest.approx(members[1], rel=1e-12)
