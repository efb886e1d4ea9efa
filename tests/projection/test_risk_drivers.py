"""Drivers of single risks: employment, level and use of care, elasticity, mortality by age, epidemic cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import STATUSES, index
from poolcast.projection import people as people_module
from poolcast.projection.behaviour import REFERENCE, response_multiplier
from poolcast.projection.drivers import ADDITIVE, MULTIPLICATIVE, Drivers
from poolcast.projection.employment import move_employment
from poolcast.projection.engine import Projection, project, run
from poolcast.projection.people import project_people
from tests.projection.random_sets import base_set, calibrated, random_set

PATHS, YEARS = 3, 6
ACTIVE, RESIDENT = index("status", "active"), index("status", "adult_resident")
MEDICAL = ["inpatient", "outpatient", "chronic", "dual_channel"]


@pytest.fixture(scope="module")
def assumptions(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    base = base_set(tmp_path_factory.mktemp("sets") / "pair", regions=["A", "B"], last_year=2030)
    return calibrated(random_set(base, 11, coverage_movement="by_cohort"), 12)


@pytest.fixture(scope="module")
def calm(assumptions: Assumptions) -> Assumptions:
    """Patients do not answer their share, budgets do not bind: what a driver does is then a plain product."""
    bill = np.full_like(assumptions["utilisation.dual_channel_bill"], 60.0)
    values = {"behaviour.response": np.asarray(0.0), "utilisation.dual_channel_bill": bill}
    still = assumptions.with_values(values)
    return still.with_options(payment_rule="fee_for_service")


def from_2027(amount: float, neutral: float, paths: int = 2) -> np.ndarray:
    """Path 0 is neutral, the others moved from 2027 on."""
    array = np.full((paths, 1, YEARS), neutral)
    array[1:, :, 2:] += amount
    return array


def sums(values: list[float]) -> np.ndarray:
    """One path, region and year end; the values are those of unit employees and adult residents."""
    array = np.ones((1, 1, 1, len(STATUSES)))
    array[..., [ACTIVE, RESIDENT]] = values
    return array


def test_employment_worked_by_hand() -> None:
    """100 employees with 10 admissions, 50 residents with 40.

    -0.1: 10 employees and 1 admission go over, 90 and 60, 9 and 41. +0.6: 60 residents are asked for, 50 are there;
    6 admissions come with them, 150 and 0, 16 and 34; employees are 1.5 times what they were.
    """
    before = {"members": sums([100.0, 50.0]), "admissions": sums([10.0, 40.0])}
    lost, factor = move_employment(before, np.full((1, 1, 1), -0.1))
    np.testing.assert_allclose(lost["members"][0, 0, 0, [ACTIVE, RESIDENT]], [90.0, 60.0], rtol=1e-15)
    np.testing.assert_allclose(lost["admissions"][0, 0, 0, [ACTIVE, RESIDENT]], [9.0, 41.0], rtol=1e-15)
    assert float(factor[0, 0, 0]) == pytest.approx(0.9, rel=1e-15)
    gained, factor = move_employment(before, np.full((1, 1, 1), 0.6))
    np.testing.assert_allclose(gained["members"][0, 0, 0, [ACTIVE, RESIDENT]], [150.0, 0.0], rtol=1e-15)
    np.testing.assert_allclose(gained["admissions"][0, 0, 0, [ACTIVE, RESIDENT]], [16.0, 34.0], rtol=1e-15)
    assert float(factor[0, 0, 0]) == pytest.approx(1.5, rel=1e-15)
    np.testing.assert_array_equal(before["members"], sums([100.0, 50.0]))


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.01, 0.3, 3.0]), regions=st.sampled_from([1, 2]))
def test_employment_neither_makes_nor_loses_anybody(seed: int, spread: float, regions: int) -> None:
    random = np.random.default_rng(seed)
    before = {
        name: random.uniform(0, 1e6, (1, 2, 4, len(STATUSES))) * random.integers(0, 2, (1, 2, 4, len(STATUSES)))
        for name in ("members", "admissions", "births")
    }
    share = np.maximum(random.normal(0, spread, (5, regions, 4)), -1.0)
    after, factor = move_employment(before, share)
    others = [number for number in range(len(STATUSES)) if number not in (ACTIVE, RESIDENT)]
    for name, array in before.items():
        assert after[name].min() >= 0
        assert after[name].shape == (5, 2, 4, len(STATUSES))
        np.testing.assert_allclose(after[name].sum(-1), np.repeat(array.sum(-1), 5, axis=0), rtol=1e-12)
        np.testing.assert_array_equal(after[name][..., others], np.repeat(array[..., others], 5, axis=0))
    employees = before["members"][..., ACTIVE] * factor
    np.testing.assert_allclose(after["members"][..., ACTIVE], employees, rtol=1e-12, atol=1e-6)
    lost = (share < 0) & (before["members"][..., ACTIVE] > 0)
    np.testing.assert_allclose(factor[lost], 1 + np.broadcast_to(share, factor.shape)[lost], rtol=1e-12, atol=1e-14)


def test_employment_moves_members_at_year_ends(assumptions: Assumptions) -> None:
    share = from_2027(-0.04, 0.0)
    people, central = project_people(assumptions, Drivers(employment=share)), project_people(assumptions)
    members = people.at_year_end("members")
    kept = np.array([1.0, 1.0, 0.96, 0.96, 0.96, 0.96])
    np.testing.assert_allclose(members[1, :, :, ACTIVE] / members[0, :, :, ACTIVE], [kept, kept], rtol=1e-14)
    np.testing.assert_allclose(people.active_by_sex.sum(-1), people.sums["members"][..., ACTIVE], rtol=1e-12)
    np.testing.assert_allclose(
        people.relative_wages[1, :, 1:] / central.relative_wages[0, :, 1:],
        np.broadcast_to(kept[:, None], (2, YEARS, 2)),
        rtol=1e-14,
    )
    for name, array in people.sums.items():
        np.testing.assert_array_equal(array[0], central.sums[name][0], err_msg=name)
        np.testing.assert_array_equal(array[1, :, :3], central.sums[name][0, :, :3], err_msg=name)
        np.testing.assert_allclose(array.sum(-1)[1], central.sums[name].sum(-1)[0], rtol=1e-12, err_msg=name)
    assert project_people(assumptions) is central


def ratio(run: Projection, benefit: str, name: str) -> np.ndarray:
    """Path 1 over path 0 of unit employees in region A, by year."""
    array = getattr(run.money.claims, name)[:, 0, :, ACTIVE, index("benefit", benefit)]
    result: np.ndarray = array[1] / array[0]
    return result


def test_level_of_cost_worked_by_hand(calm: Assumptions) -> None:
    """A tenth more on every bill of medical care from 2027 on, on none before and on no birth."""
    found = run(calm, Drivers(benefit_level=from_2027(0.1, 1.0)))
    wanted = [1.0, 1.0, 1.1, 1.1, 1.1, 1.1]
    for benefit in MEDICAL:
        np.testing.assert_allclose(ratio(found, benefit, "bills"), wanted, rtol=1e-12, err_msg=benefit)
        np.testing.assert_allclose(ratio(found, benefit, "services"), np.ones(YEARS), rtol=1e-12)
    np.testing.assert_allclose(ratio(found, "maternity_care", "bills"), np.ones(YEARS), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "moved"), [("inpatient_use", ["inpatient"]), ("outpatient_use", ["outpatient", "chronic", "dual_channel"])]
)
def test_use_of_one_kind_of_care_worked_by_hand(calm: Assumptions, name: str, moved: list[str]) -> None:
    """A fifth more use of the one kind, on top of a tenth more of all: 1.1 x 1.2 = 1.32."""
    both = Drivers(utilisation=from_2027(0.1, 1.0), **{name: from_2027(0.2, 1.0)})
    found = run(calm, both)
    for benefit in MEDICAL:
        factor = 1.32 if benefit in moved else 1.1
        wanted = [1.0, 1.0, *[factor] * 4]
        np.testing.assert_allclose(ratio(found, benefit, "bills"), wanted, rtol=1e-12, err_msg=benefit)


def test_elasticity_worked_by_hand(assumptions: Assumptions) -> None:
    """H = (o / reference)^e: twice the elasticity squares the multiplier, none makes it one."""
    reference = assumptions.from_year(REFERENCE, assumptions.base_year)[None]
    free = assumptions.with_values(
        {"behaviour.minimum_multiplier": np.asarray(1e-9), "behaviour.maximum_multiplier": np.asarray(1e9)}
    )
    own = np.minimum(reference * 1.2, 1.0)
    once = response_multiplier(free, own)
    assert not np.allclose(once, 1.0)
    np.testing.assert_allclose(response_multiplier(free, own, np.full((1, 1, YEARS), 2.0)), once**2, rtol=1e-12)
    np.testing.assert_allclose(response_multiplier(free, own, np.zeros((1, 1, YEARS))), 1.0, rtol=1e-15)
    np.testing.assert_array_equal(response_multiplier(free, own, np.ones((1, 1, YEARS))), once)


@pytest.fixture(scope="module")
def lawful(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    """A set whose patients answer a reform only: the reference is what the unreformed law gives."""
    base = base_set(tmp_path_factory.mktemp("sets") / "lawful", regions=["A", "B"], last_year=2030)
    return calibrated(random_set(base, 13))


def test_patients_answer_a_reform_more_with_a_larger_elasticity(lawful: Assumptions) -> None:
    rates = lawful["outpatient.reimbursement_rate"].copy()
    rates[:, lawful.year_position(2027) :] *= 1.2
    reformed = lawful.with_values({"outpatient.reimbursement_rate": np.minimum(rates, 1.0)})
    strength = np.ones((3, 1, YEARS))
    strength[1], strength[2] = 1.5, 0.0
    where = {"region": "A", "status": "retired", "benefit": "outpatient", "year": [2027, 2028, 2029]}
    use = project(reformed, Drivers(elasticity=strength)).services.sel(where).values
    assert (use[1] > use[0]).all()
    assert (use[0] > use[2]).all()
    np.testing.assert_array_equal(use[0], project(reformed).services.sel(where).values)
    np.testing.assert_allclose(use[2], project(lawful).services.sel(where).values, rtol=1e-12)


def test_the_choice_of_tier_is_a_logit_in_the_elasticity(lawful: Assumptions) -> None:
    """ln(s_h / s_k) = declared - strength beta (o_h - o_k): one and a half times the strength, as much more."""
    beta = lawful.with_values({"behaviour.tier_switching": np.full_like(lawful["behaviour.tier_switching"], 2.0)})
    rates = beta["inpatient.reimbursement_rate"].copy()
    rates[..., 0] *= 0.8
    reformed = beta.with_values({"inpatient.reimbursement_rate": rates})
    strength = np.ones((3, 1, YEARS))
    strength[1, :, 1:], strength[2, :, 1:] = 1.5, 0.0
    share = run(reformed, Drivers(elasticity=strength)).money.claims.entitlement.tier_share[:, :, 1:, ACTIVE]
    odds = np.log(share[..., 0] / share[..., 1])
    assert (odds[0] < odds[2]).all()  # patients leave the tier that pays less
    np.testing.assert_allclose(odds[1] - odds[2], 1.5 * (odds[0] - odds[2]), rtol=1e-10)


def test_extra_cost_worked_by_hand(assumptions: Assumptions) -> None:
    """Two hundredths of what each fund pays for care, in its other benefits, from 2027 on."""
    forecast = project(assumptions, Drivers(extra_cost=from_2027(0.02, 0.0)))
    for ledger in ("EPF", "RPF"):
        lines = forecast.expenditure_by_line.sel(ledger=ledger, region="A")
        care = lines.sel(expenditure_line=["E1.1", "E1.2", "E1.3", "E1.4", "E1.5"]).sum("expenditure_line")
        rise = (lines[1] - lines[0]).sel(expenditure_line="E1.7")
        wanted = care[0] * np.array([0, 0, 0.02, 0.02, 0.02, 0.02])
        np.testing.assert_allclose(rise.values, wanted.values, rtol=1e-9, atol=1e-6)
        total = forecast.expenditure.sel(ledger=ledger, region="A")
        np.testing.assert_allclose((total[1] - total[0]).values, wanted.values, rtol=1e-9, atol=1e-3)
    others = [ledger for ledger in assumptions.ledgers if ledger not in ("EPF", "RPF")]
    spent = forecast.expenditure.sel(ledger=others)
    np.testing.assert_array_equal(spent[1].values, spent[0].values)


def test_mortality_by_age_moves_the_old_only(assumptions: Assumptions) -> None:
    """A pattern of 1 from age 60 on, K = ln 1.2: one and a fifth times the deaths there, births as before."""
    pattern = np.zeros((2, 101))
    pattern[:, 60:] = 1.0
    by_age = run(
        assumptions, Drivers(mortality_index=from_2027(np.log(1.2), 0.0), mortality_pattern=pattern)
    ).money.people
    assert (by_age.deaths[1, :, 2:] > by_age.deaths[0, :, 2:]).all()
    np.testing.assert_array_equal(by_age.births[1], by_age.births[0])
    everywhere = np.ones((2, 101))
    alike = run(assumptions, Drivers(mortality_index=from_2027(np.log(1.2), 0.0), mortality_pattern=everywhere))
    scalar = run(assumptions, Drivers(mortality=from_2027(0.2, 1.0)))
    np.testing.assert_allclose(alike.money.people.population, scalar.money.people.population, rtol=1e-12)
    np.testing.assert_allclose(alike.accounts.reserve, scalar.accounts.reserve, rtol=1e-9)
    twice = Drivers(
        mortality=from_2027(0.1, 1.0), mortality_index=from_2027(np.log(1.2), 0.0), mortality_pattern=everywhere
    )
    once = Drivers(mortality=from_2027(0.32, 1.0))  # 1.1 x 1.2
    np.testing.assert_allclose(
        project_people(assumptions, twice).population, project_people(assumptions, once).population, rtol=1e-12
    )


@pytest.mark.parametrize("name", ["elasticity", "extra_cost", "employment", "benefit_level", "interest_rate"])
def test_one_driver_alone_makes_the_paths(assumptions: Assumptions, name: str) -> None:
    """Every result has the paths, or one for all, whatever driver brings them."""
    forecast = project(assumptions, Drivers(**{name: from_2027(0.01, float(name in MULTIPLICATIVE), PATHS)}))
    assert forecast.sizes["path"] == PATHS
    central = project(assumptions)
    np.testing.assert_array_equal(forecast.reserve.isel(path=0).values, central.reserve.values)
    np.testing.assert_array_equal(forecast.services.isel(path=0).values, central.services.values)


def test_neutral_mortality_by_age(assumptions: Assumptions) -> None:
    pattern = np.random.default_rng(1).uniform(0, 1, (2, 101))
    still = Drivers(mortality_index=np.zeros((2, 1, YEARS)), mortality_pattern=pattern)
    found, central = run(assumptions, still), run(assumptions)
    size = np.nanmax(np.abs(central.accounts.reserve))
    wanted = np.broadcast_to(central.accounts.reserve, found.accounts.reserve.shape)
    np.testing.assert_allclose(found.accounts.reserve, wanted, rtol=1e-12, atol=1e-12 * size)


def test_a_slice_is_the_same_paths(assumptions: Assumptions) -> None:
    random = np.random.default_rng(5)
    rows = {name: random.uniform(0.97, 1.03, (9, 1, YEARS)) for name in MULTIPLICATIVE}
    rows |= {name: random.uniform(-0.01, 0.01, (9, 1, YEARS)) for name in ADDITIVE}
    rows["utilisation"] = rows["utilisation"][:1]
    drivers = Drivers(**rows, mortality_pattern=random.uniform(0, 1, (2, 101)), simulated=True)
    part = drivers.slice(2, 6)
    assert part.paths == 4
    assert part.simulated
    assert part.mortality_pattern is drivers.mortality_pattern
    assert drivers.paths == 9
    for name in rows:
        wanted = rows[name] if name == "utilisation" else rows[name][2:6]
        np.testing.assert_array_equal(getattr(part, name), wanted)
        assert np.shares_memory(getattr(part, name), rows[name])
    assert drivers.slice(0, 1).slice(0, 1).paths == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"employment": np.full((2, 1, YEARS), -1.5)}, "employment: below -1"),
        ({"elasticity": np.full((2, 1, YEARS), -1.0)}, "elasticity: below zero"),
        ({"mortality_index": np.zeros((2, 1, YEARS))}, "without mortality_pattern"),
        ({"mortality_pattern": np.zeros((3, 101))}, "not two sexes"),
        ({"mortality_pattern": np.full((2, 101), np.nan)}, "not finite"),
        ({"extra_cost": np.zeros((2, 1, YEARS)), "employment": np.zeros((3, 1, YEARS))}, "several numbers of paths"),
    ],
)
def test_drivers_that_cannot_be_are_refused(values: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Drivers(**values)


def test_a_pattern_of_other_ages_is_refused(assumptions: Assumptions) -> None:
    short = Drivers(mortality_index=np.zeros((2, 1, YEARS)), mortality_pattern=np.zeros((2, 100)))
    with pytest.raises(ValueError, match="100 ages, not 101"):
        run(assumptions, short)


def test_blocks_share_what_no_path_changes(assumptions: Assumptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights of the kernel are made once for what layer 1 reads, and again where that changes."""
    made = []
    original = people_module.dense_weights
    monkeypatch.setattr(people_module, "dense_weights", lambda *given: made.append(1) or original(*given))
    people_module._PREPARED.clear()
    drivers = Drivers(mortality=np.random.default_rng(2).uniform(0.9, 1.1, (12, 1, YEARS)))
    fresh = run(assumptions, drivers)
    cheaper = assumptions.with_values({"cost.multiplier": assumptions["cost.multiplier"] * 0.9})
    again, other = run(assumptions, drivers), run(cheaper, drivers)
    assert len(made) == 1
    np.testing.assert_array_equal(again.accounts.reserve, fresh.accounts.reserve)
    np.testing.assert_array_equal(other.money.people.population, fresh.money.people.population)
    used_less = assumptions.with_values({"utilisation.inpatient_rate": assumptions["utilisation.inpatient_rate"] * 0.9})
    assert project_people(used_less, drivers).sums["admissions"].sum() < fresh.money.people.sums["admissions"].sum()
    assert len(made) == 2
    for number in range(people_module._PREPARED_SIZE + 2):
        changed = assumptions.with_values({"retirement.early_share": np.asarray(number / 100)})
        project_people(changed, drivers.slice(0, 1))
    assert len(people_module._PREPARED) == people_module._PREPARED_SIZE


def test_a_digest_is_that_of_the_values_however_often_it_is_asked_for(assumptions: Assumptions) -> None:
    name = "cost.multiplier"
    first, of_one = assumptions.digest(), assumptions.digest([name])
    assert (assumptions.digest(), assumptions.digest((name,))) == (first, of_one)
    changed = assumptions.with_values({name: assumptions[name] * 0.9})
    assert changed.digest() != first
    assert changed.digest([name]) != of_one
    assert changed.with_values({name: assumptions[name]}).digest() == first
    assert assumptions.with_options(payment_rule="closure").digest([name]) != of_one
