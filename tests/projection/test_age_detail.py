"""Money by age: what is taken apart adds up again, and stands at the ages that it came from."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.parameters.axes import index, positions
from poolcast.parameters.errors import ResultError
from poolcast.projection.age_detail import CREDITED, PAID_IN, PAID_OUT, SCHEME_FUNDS, SUBSIDIES, age_detail
from poolcast.projection.contributions import unit_payroll_by_sex
from poolcast.projection.coverage import project_status_shares
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import Projection, project, run
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES

FEMALE = index("sex", "female")


def _with_holiday(assumptions):
    """A rate holiday that acts wherever more than a month of reserve is held: a rule that changes line R1.1."""
    return assumptions.with_values(
        {
            "holiday.cut": np.full_like(assumptions["holiday.cut"], 0.2),
            "holiday.minimum_months": np.asarray(1.0),
        }
    )


CASES = {
    "china": lambda: poolcast.load_assumptions("china", to=2045),
    "hebei": lambda: poolcast.load_assumptions("hebei", to=2036),
    "hebei, pooled": lambda: poolcast.load_assumptions("hebei", to=2036).with_options(
        employee_pool="parent", resident_pool="parent"
    ),
    "hebei, pooled, holiday": lambda: _with_holiday(
        poolcast.load_assumptions("hebei", to=2036).with_options(employee_pool="parent")
    ),
}


@pytest.fixture(scope="module", params=CASES)
def projection(request: pytest.FixtureRequest) -> Projection:
    return run(poolcast.calibrate(CASES[request.param]()))


@pytest.fixture(scope="module")
def china() -> Projection:
    return run(poolcast.calibrate(CASES["china"]()))


def _line(projection: Projection, ledger: str, line: str) -> np.ndarray:
    """Line of the account (holder, year); that of a pool where the pool holds the ledger, nothing for its members."""
    lines, known = (
        (projection.accounts.revenue_lines, REVENUE_LINES)
        if line.startswith("R")
        else (projection.accounts.expenditure_lines, EXPENDITURE_LINES)
    )
    return lines[0, :, :, projection.assumptions.ledgers.index(ledger), list(known).index(line)]


def test_the_sum_over_ages_is_the_statement_line(projection):
    detail, holders = age_detail(projection), projection.holders
    for ledger, statuses in SCHEME_FUNDS.items():
        paid_out = sum(_line(projection, ledger, line) for line in PAID_OUT) - _line(projection, ledger, CREDITED)
        paid_in = sum(_line(projection, ledger, line) for line in PAID_IN)
        given = sum(_line(projection, ledger, line) for line in SUBSIDIES)
        for found, expected in (
            (detail.benefits, paid_out),
            (detail.contributions, paid_in),
            (detail.subsidies, given),
        ):
            by_region = found[:, :, positions("status", statuses)].sum((2, 3, 4))
            by_holder = holders.total(by_region[None])[0]
            keeps = holders.keeps((ledger,))[:, 0]
            np.testing.assert_allclose(by_holder[keeps], expected[keeps], rtol=1e-9)
    own = detail.account_contributions.sum((2, 3, 4))
    np.testing.assert_allclose(own, _line(projection, "EPA", "R1.2")[: holders.regions], rtol=1e-9)


def test_a_holiday_that_acts_changes_what_is_paid_in_at_every_age_alike():
    plain = CASES["hebei, pooled"]().with_options(resident_pool="region")
    before, after = (age_detail(run(poolcast.calibrate(one))) for one in (plain, _with_holiday(plain)))
    active = index("status", "active")
    ratio = after.contributions[:, :, active].sum((2, 3)) / before.contributions[:, :, active].sum((2, 3))
    assert ratio[:, 0] == pytest.approx(1.0)
    assert 0.79 < ratio[0, 3] < 0.85, "a fifth of R1.1 waived, arrears and fees not"
    ages = after.contributions[0, 3, active, 0, 20:60] / before.contributions[0, 3, active, 0, 20:60]
    np.testing.assert_allclose(ages, ratio[0, 3], rtol=1e-12)


def test_nothing_stands_where_nobody_does(projection):
    detail = age_detail(projection)
    population = projection.money.people.population_by_age
    shares = project_status_shares(projection.assumptions, population)
    here = (population[:, :, None] * shares) > 0
    possible = here[:, 1:] | np.concatenate([np.zeros_like(here[:, 1:, ..., :1]), here[:, :-1, ..., :-1]], axis=-1)
    possible[..., -1] |= here[:, :-1, ..., -1]
    for values in (detail.benefits, detail.contributions, detail.account_contributions, detail.subsidies):
        assert (values >= 0).all()
        assert not values[~possible].any()
        assert not values[:, :, index("status", "uninsured")].any()


def test_payments_by_hand_at_one_age():
    """Retired women who reach 70 in 2030: of what EPF pays the retired, their part of the sum behind it.

    Exposure at 70 = w x (those of 70 at the end of 2030) + (1 - w) x (those of 69 at the end of 2029), each times
    admission rate and relative cost of the age at which they stood; outpatient and chronic care alike; dual-channel
    drugs by heads; and a credit to the account by heads. Profiles do not move with health here.
    """
    still = ("health.shift", "health.death_related_share")
    read = CASES["china"]()
    weight_of_closing = {"coverage.exposure_weight_of_closing_stock": np.asarray(0.7)}
    still_set = read.with_values({name: 0.0 * read[name] for name in still} | weight_of_closing)
    projection = run(poolcast.calibrate(still_set))
    detail, money, assumptions = age_detail(projection), projection.money, projection.assumptions
    retired, year, region, age = index("status", "retired"), 2030 - 2025, 0, 70
    population = money.people.population_by_age
    members = population[:, :, None] * project_status_shares(assumptions, population)
    members = members[region, :, retired]
    weight = money.people.closing_weight
    rate = assumptions["utilisation.inpatient_rate"][region, retired]
    cost = assumptions["utilisation.inpatient_cost"][region, 0]
    bills = {
        "inpatient": rate * cost,
        "outpatient": assumptions["utilisation.outpatient_bill"][region, 0],
        "chronic": assumptions["utilisation.chronic_bill"][region, 0],
        "dual_channel": np.ones_like(rate),
    }
    expected = 0.0
    for benefit, profile in bills.items():
        opening, closing = members[year] * profile, members[year + 1] * profile
        whole = weight * closing.sum() + (1 - weight) * opening.sum()
        own = weight * closing[FEMALE, age] + (1 - weight) * opening[FEMALE, age - 1]
        expected += money.claims.payments[0, region, year, retired, index("benefit", benefit)] * own / whole
    heads = weight * members[year + 1].sum() + (1 - weight) * members[year].sum()
    own = weight * members[year + 1, FEMALE, age] + (1 - weight) * members[year, FEMALE, age - 1]
    expected += money.contributions.credited_to_retired[0, region, year] * own / heads
    assert detail.benefits[region, year, retired, FEMALE, age] == pytest.approx(expected, rel=1e-9)


def test_employers_pay_by_the_payroll_of_each_sex(china):
    detail, money = age_detail(china), china.money
    active = index("status", "active")
    payroll = unit_payroll_by_sex(china.assumptions, money.people, money.economy)[0]
    found = detail.contributions[:, :, active].sum(-1)
    np.testing.assert_allclose(
        found / found.sum(-1, keepdims=True), payroll / payroll.sum(-1, keepdims=True), rtol=1e-12
    )
    assert money.contributions.unit_payroll[0].shape == payroll.shape[:2]


@pytest.mark.parametrize("name", ["maternity.leave_days", "maternity.payment_per_birth"])
def test_births_are_paid_to_women_of_fertile_age(china, name):
    """Births that cost more: nothing more for men and for women past 55, something for the women between."""
    calibrated = china.assumptions
    longer = calibrated.with_values({name: 2 * calibrated[name]})
    before, after = age_detail(china).benefits, age_detail(run(longer)).benefits
    active, male = index("status", "active"), index("sex", "male")
    np.testing.assert_allclose(after[:, :, :, male], before[:, :, :, male], rtol=1e-12)
    np.testing.assert_allclose(after[:, :, :, FEMALE, 56:], before[:, :, :, FEMALE, 56:], rtol=1e-12)
    assert (after[:, :, active, FEMALE, 25:35] > 1.01 * before[:, :, active, FEMALE, 25:35]).all()


def test_children_pay_by_head_and_employees_from_working_age(china):
    detail = age_detail(china)
    assert not detail.contributions[:, :, :, :, :15][:, :, positions("status", ("active", "retired"))].any()
    children = detail.contributions[0, 5, index("status", "child")]
    assert children[:, :15].min() > 0, "residents pay by head from the first year"
    assert not children[:, 40:].any()


def test_age_detail_is_made_only_where_it_is_asked_for():
    calibrated = poolcast.calibrate(poolcast.load_assumptions("china", to=2028))
    plain, by_age = project(calibrated), project(calibrated, by_age=True)
    added = set(by_age.data_vars) - set(plain.data_vars)
    assert added == {f"{name}_by_age" for name in ("benefits", "contributions", "account_contributions", "subsidies")}
    assert plain.identical(by_age.drop_vars(added))
    assert by_age.benefits_by_age.dims == ("year", "region", "scheme", "sex", "age")
    paths = Drivers(utilisation=np.zeros((2, 1, 4)))
    with pytest.raises(ResultError, match="single run"):
        project(calibrated, paths, by_age=True)
    with pytest.raises(ValueError, match="single run"):
        age_detail(run(calibrated, paths))
