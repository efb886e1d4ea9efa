"""Cover by age (6.3) and waiting periods (3.10): who is insured, and who pays without being entitled."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.care import waiting_share
from poolcast.projection.coverage import _insure_by_age
from poolcast.projection.engine import run
from poolcast.projection.people import project_people
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

SEEDS = st.integers(0, 2**32 - 1)
MOVEMENTS = st.sampled_from(["by_age", "by_cohort"])
FEW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
CHILD, ADULT, UNINSURED = 0, 1, 7
RESIDENTS, LONG_TERM = slice(0, 2), index("benefit", "long_term_care")


@lru_cache
def base() -> Assumptions:
    with TemporaryDirectory() as folder:
        return base_set(Path(folder) / "cover", regions=["A", "B"], last_year=2030, ledgers=ALL_LEDGERS)


def joined_by(assumptions: Assumptions, share: float | np.ndarray, ages: slice = slice(None)) -> Assumptions:
    joining = np.zeros_like(assumptions["coverage.joining_share"])
    joining[:, 3:, ages] = share
    return assumptions.with_values({"coverage.joining_share": joining})


def waiting(assumptions: Assumptions, **rules: float) -> Assumptions:
    names = {"waiting_months": 0.0, "waiting_months_per_missed_year": 0.0, "missed_years": 1.0, "re_entry_rate": 0.5}
    return assumptions.with_values(
        {
            f"coverage.{name}": np.full_like(assumptions[f"coverage.{name}"], value)
            for name, value in {**names, **rules}.items()
        }
    )


def test_a_quarter_of_the_uninsured_joins_by_hand() -> None:
    """Uninsured 0.08, child 0.30, adult 0.10 of an age: 0.02 join, three quarters of them as children."""
    shares = np.zeros((2, 7, 8, 2, 101))
    shares[:, :, CHILD], shares[:, :, ADULT], shares[:, :, UNINSURED] = 0.30, 0.10, 0.08
    shares[:, :, :2, :, 5] = shares[:, :, :2, :, 30] = 0.0  # nobody insured at these ages
    moved = shares.copy()
    _insure_by_age(joined_by(base(), 0.25), moved)
    assert np.array_equal(moved[:, :2], shares[:, :2])
    assert moved[0, 2, [CHILD, ADULT, UNINSURED], 0, 16] == pytest.approx([0.315, 0.105, 0.06], rel=1e-12)
    assert moved[0, 2, [CHILD, ADULT, UNINSURED], 0, 5] == pytest.approx([0.02, 0, 0.06], rel=1e-12)
    assert moved[0, 2, [CHILD, ADULT, UNINSURED], 0, 30] == pytest.approx([0, 0.02, 0.06], rel=1e-12)


@FEW
@given(SEEDS, MOVEMENTS)
def test_people_are_moved_not_made(seed: int, movement: str) -> None:
    before = joined_by(calibrated(random_set(base(), seed, coverage_movement=movement), seed), 0.0)
    share = np.random.default_rng(seed).uniform(0, 1, before["coverage.joining_share"][:, 3:].shape)
    left, right = project_people(before), project_people(joined_by(before, share))
    members = left.sums["members"], right.sums["members"]
    assert np.array_equal(left.population, right.population)
    np.testing.assert_allclose(members[1].sum(-1), right.population, rtol=1e-12)
    assert np.array_equal(members[0][:, :, :2], members[1][:, :, :2])
    assert np.array_equal(members[0][..., 2:7], members[1][..., 2:7])
    assert (members[1][:, :, 2:, UNINSURED] < members[0][:, :, 2:, UNINSURED]).all()
    gained = (members[1] - members[0])[..., RESIDENTS].sum(-1)
    np.testing.assert_allclose(gained, members[0][..., UNINSURED] - members[1][..., UNINSURED], atol=1e-6)


@pytest.mark.parametrize("movement", ["by_age", "by_cohort"])
def test_newborns_from_a_year_on(movement: str) -> None:
    """All of age 0 are insured at the end of 2028 and later, and nobody of another age is."""
    before = joined_by(calibrated(random_set(base(), 4, coverage_movement=movement), 4), 0.0)
    joining = np.zeros_like(before["coverage.joining_share"])
    joining[:, 5:, 0] = 1.0
    people = [project_people(held) for held in (before, before.with_values({"coverage.joining_share": joining}))]
    uninsured = [each.sums["members"][0, :, :, UNINSURED] for each in people]
    assert np.array_equal(uninsured[0][:, :4], uninsured[1][:, :4])
    newborns = people[0].population_by_age[:, 4, :, 0].sum(-1)
    left = uninsured[0][:, 4] - uninsured[1][:, 4]
    assert (left > 0).all()
    assert (left < newborns).all()
    assert np.array_equal(people[0].population_by_age, people[1].population_by_age)


def test_the_wait_by_hand() -> None:
    """3 months and 1 for each of 1.5 missed years: 4.5 / 12 of a year for half of last year's uninsured."""
    drawn = calibrated(random_set(base(), 2), 2)
    held = waiting(drawn, waiting_months=3.0, waiting_months_per_missed_year=1.0, missed_years=1.5)
    people = project_people(held)
    share = waiting_share(held, people)
    assert share is not None
    members = people.sums["members"]
    residents = people.in_year("members")[..., RESIDENTS].sum(-1)
    assert share == pytest.approx(0.5 * members[:, :, :-1, UNINSURED] * 0.375 / residents, rel=1e-12)
    assert waiting_share(waiting(drawn), people) is None
    long = waiting(drawn, waiting_months=11.0, waiting_months_per_missed_year=2.0, re_entry_rate=1.0)
    whole = waiting_share(long, people)
    assert whole == pytest.approx(np.minimum(members[:, :, :-1, UNINSURED] / residents, 1.0), rel=1e-12)


@FEW
@given(SEEDS, MOVEMENTS)
def test_who_waits_pays_and_is_not_entitled(seed: int, movement: str) -> None:
    before = waiting(calibrated(random_set(base(), seed, coverage_movement=movement), seed))
    after = waiting(before, waiting_months=4.0)
    left, right = run(before), run(after)
    share = waiting_share(after, left.money.people)
    assert share is not None
    services = left.money.claims.services, right.money.claims.services
    np.testing.assert_allclose(
        services[1][..., RESIDENTS, :LONG_TERM],
        services[0][..., RESIDENTS, :LONG_TERM] * (1 - share)[..., None, None],
        rtol=1e-12,
    )
    assert np.array_equal(services[0][..., 2:, :], services[1][..., 2:, :])
    assert np.array_equal(services[0][..., LONG_TERM], services[1][..., LONG_TERM])
    assert np.array_equal(left.money.people.sums["members"], right.money.people.sums["members"])
    for line in ("R1.4", "R2.1", "R2.2", "R2.3", "R2.4"):
        assert np.array_equal(left.flows.revenue["RPF"][line], right.flows.revenue["RPF"][line])
    spent = [float(found.flows.expenditure["RPF"]["E1.1"].sum()) for found in (left, right)]
    assert spent[1] < spent[0]
