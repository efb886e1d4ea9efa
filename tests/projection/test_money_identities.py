"""Every yuan that leaves a ledger arrives in another or is paid out: identities over random sets, to 1e-9."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.projection.engine import Projection, project, run
from poolcast.projection.statement import BENEFIT_LINES, EXPENDITURE_LINES, REVENUE_LINES
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set, until, with_regions

CLOSE = 1e-9
RANDOM = settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
FEW = settings(RANDOM, max_examples=40)
SEEDS = st.integers(0, 2**32 - 1)
OPTIONS = st.fixed_dictionaries(
    {
        "coverage_movement": st.sampled_from(["by_age", "by_cohort"]),
        "migration_timing": st.sampled_from(["end", "even"]),
        "wage_distribution": st.sampled_from(["lognormal", "classes"]),
        "outpatient_layers": st.sampled_from(["distribution", "fixed_share"]),
        "payment_rule": st.sampled_from(["fee_for_service", "closure", "corridor"]),
    }
)
REVENUE, EXPENDITURE = list(REVENUE_LINES), list(EXPENDITURE_LINES)


@lru_cache
def base(pooled: bool = False) -> Assumptions:
    """Three regions, two of them under one parent, with every ledger."""
    more: dict[str, object] = {}
    if pooled:
        more = {"ledgers": (*ALL_LEDGERS, "ADJ"), "options": {"adjustment_fund": "both"}}
    parents = {"A": "P", "B": "P", "C": "Q"}
    with TemporaryDirectory() as folder:
        name = "pooled" if pooled else "apart"
        return base_set(Path(folder) / name, regions=["A", "B", "C"], parents=parents, last_year=2030, **more)


def draw(seed: int, options: dict[str, str], *, pooled: bool = False) -> Assumptions:
    return calibrated(random_set(base(pooled), seed, **options), seed)


def line(found: Projection, ledger: str, code: str) -> np.ndarray:
    number = found.assumptions.ledgers.index(ledger)
    side = found.accounts.revenue_lines if code.startswith("R") else found.accounts.expenditure_lines
    return side[..., number, (REVENUE if code.startswith("R") else EXPENDITURE).index(code)]


def same(left: object, right: object, scale: float | None = None) -> None:
    left, right = np.broadcast_arrays(np.asarray(left, float), np.asarray(right, float))
    size = (
        max(float(np.abs(left).max(initial=0.0)), float(np.abs(right).max(initial=0.0)), 1e-9)
        if scale is None
        else scale
    )
    np.testing.assert_array_less(np.abs(left - right), CLOSE * size)


@RANDOM
@given(SEEDS, OPTIONS)
def test_what_leaves_one_ledger_arrives_in_the_other(seed: int, options: dict[str, str]) -> None:
    found = run(draw(seed, options))
    same(line(found, "RPF", "E2"), line(found, "CII", "R4"))
    same(line(found, "MAF", "E3"), line(found, "RPF", "R2.4"))
    same(-line(found, "EPF", "R1.9"), line(found, "EPA", "R4"))
    same(line(found, "EPF", "E3") + line(found, "EPA", "E3"), line(found, "LTCI", "R4") + line(found, "LAS", "R4"))
    same(line(found, "EPF", "E1.7") + line(found, "RPF", "E1.7"), line(found, "VBPR", "R4"))
    assert (line(found, "EPA", "R4") > 0).all()
    assert (line(found, "CII", "R4") > 0).all()
    booked = found.flows.transfers
    for (source, target), amount in booked.items():
        assert (amount >= 0).all(), f"{source} to {target}"
    same(booked["EPF", "LTCI"], line(found, "EPF", "E3"))
    same(booked["EPA", "LAS"], line(found, "LAS", "R4"))


@RANDOM
@given(SEEDS, OPTIONS)
def test_accounts_add_up_and_roll_forward(seed: int, options: dict[str, str]) -> None:
    """6.8 over the whole horizon, with the borrowing rate where a reserve was negative."""
    assumptions = draw(seed, options)
    accounts = run(assumptions).accounts
    tau, margin = float(assumptions["ledger.flow_timing"]), float(assumptions["ledger.borrowing_margin"])
    for code in ("EPF", "EPA", "RPF", "LAS", "LTCI", "VBPR"):
        held, number = assumptions.ledgers.index(code), index("ledger", code)
        interest, reserve = accounts.interest[0, :, :, held], accounts.reserve[0, :, :, held]
        revenue, spent = accounts.revenue[0, :, :, held], accounts.expenditure[0, :, :, held]
        size = float(np.abs(reserve).max() + revenue.max() + spent.max())
        same(accounts.revenue_lines[0, :, :, held, REVENUE.index("R3")], interest, size)
        same(np.diff(reserve, axis=1), (revenue - spent)[:, 1:], size)
        rates = assumptions.from_year("ledger.interest_rate", 2025)[:, :, number]
        for region in range(3):
            carried = reserve[region, 0]
            for year in range(1, 6):
                rate, flow = rates[region, year], revenue[region, year] - interest[region, year] - spent[region, year]
                carried = carried * (1 + rate + margin * (carried < 0)) + flow * (1 + rate * tau)
            assert reserve[region, -1] == pytest.approx(carried, rel=CLOSE, abs=CLOSE * size)


@pytest.mark.parametrize("seed", range(5))
def test_the_labelled_forecast_is_the_same_account(seed: int) -> None:
    assumptions = draw(seed, {})
    held = project(assumptions).sel(ledger=["EPF", "EPA", "RPF", "LAS", "LTCI", "VBPR"])
    same(held.revenue, held.revenue_by_line.sum("revenue_line"))
    same(held.expenditure, held.expenditure_by_line.sum("expenditure_line"))
    same(held.balance, held.revenue - held.expenditure)
    same(held.revenue_before_interest, held.revenue - held.interest)
    same(held.balance_before_interest, held.balance - held.interest)
    same(held.interest, held.revenue_by_line.sel(revenue_line="R3"))
    change = held.reserve.diff("year")
    same(change, held.balance.sel(year=change.year), float(np.abs(held.reserve).max()))
    whole = project(assumptions)
    members = {status: whole.members.sel(status=status) for status in whole.status.values}
    contributing = members["active"] + members["flexible"] + members["unemployed"] + members["paying_past_retirement"]
    same(whole.dependency_ratio, contributing / members["retired"])
    epf = held.sel(ledger="EPF")
    same(whole.cost_rate, epf.expenditure / whole.contributory_bases)
    same(whole.income_rate, epf.revenue_before_interest / whole.contributory_bases)
    paying = held.sel(ledger=["EPF", "EPA", "RPF", "LTCI"])
    same(paying.payable_months, 12 * paying.reserve / paying.expenditure)


@RANDOM
@given(SEEDS, OPTIONS)
def test_bills_payments_and_members(seed: int, options: dict[str, str]) -> None:
    found = run(draw(seed, options))
    claims, people = found.money.claims, found.money.people
    slack = 1e-9 * claims.bills.max()
    assert (claims.in_policy_bills[..., :5] <= claims.bills[..., :5] + slack)[..., :4].all()
    paid, policy = claims.payments, claims.in_policy_bills
    if options["payment_rule"] == "fee_for_service":
        assert (paid <= policy + slack).all()
    same(claims.entitled + claims.own_payments, policy)
    provider = claims.entitled.sum((-1, -2)) - paid.sum((-1, -2))  # audit, procurement and budgets: not the patients'
    if options["payment_rule"] == "fee_for_service":
        assert (provider >= -slack).all()
    same(claims.inpatient_payments.sum(-1), paid[..., 0])
    for ledger, statuses in (("EPF", EMPLOYEE_STATUSES), ("RPF", RESIDENT_STATUSES)):
        for benefit, code in enumerate(BENEFIT_LINES.values()):
            if code != "E1.8":
                same(paid[..., positions("status", statuses), benefit].sum(-1), line(found, ledger, code))
    same(paid[..., 6].sum(-1), line(found, "LTCI", "E1.8"))
    assert not paid[..., 7, :].any()  # the uninsured
    same(people.sums["members"].sum(-1), people.population)
    same(people.population[0], people.population_by_age.sum((-1, -2)))
    # growth = births - deaths + migrants; what the kernel could not take out of an empty cell is at most a millionth
    change = np.diff(people.population[:, :, 1:], axis=2)
    flows = (people.births - people.deaths + people.net_migrants)[:, :, 1:]
    assert (np.abs(change - flows) <= 1.1e-6 * people.population[:, :, 1:2] * 5 + 1e-6).all()


@FEW
@given(SEEDS, OPTIONS)
def test_regions_sum_to_the_pool(seed: int, options: dict[str, str]) -> None:
    assumptions = draw(seed, options)
    pooled = assumptions.with_options(employee_pool="parent", resident_pool="parent")
    forecast, apart = project(pooled), project(assumptions)
    assert list(forecast.region.values) == ["A", "B", "C", "P", "Q"]
    for pool, members in (("P", ["A", "B"]), ("Q", ["C"])):
        for ledger in ("EPF", "RPF"):
            one, parts = forecast.sel(region=pool, ledger=ledger), forecast.sel(region=members, ledger=ledger)
            flows = [code for code in REVENUE if code != "R3"]
            same(
                one.revenue_by_line.sel(revenue_line=flows), parts.revenue_by_line.sel(revenue_line=flows).sum("region")
            )
            same(one.expenditure_by_line, parts.expenditure_by_line.sum("region"))
            same(one.expenditure, apart.sel(region=members, ledger=ledger).expenditure.sum("region"))
            assert np.isnan(parts.reserve).all()
            same(one.reserve[0], apart.sel(region=members, ledger=ledger).reserve[0].sum("region"))
    accounts = ["EPA", "LTCI", "LAS"]
    same(forecast.reserve.sel(region=["A", "B", "C"], ledger=accounts), apart.reserve.sel(ledger=accounts))


@FEW
@given(SEEDS)
def test_pooled_reserve_is_the_sum_where_all_earn_the_same(seed: int) -> None:
    """With one interest rate and no debt the pooled ledger holds what its members would hold apart."""
    assumptions = draw(seed, {})
    rates = assumptions["ledger.interest_rate"][:1].repeat(3, axis=0)
    rich = assumptions.with_values({"ledger.interest_rate": rates, "ledger.opening_reserve": np.full((3, 10), 1e11)})
    pooled = project(rich.with_options(employee_pool="parent", resident_pool="parent"))
    apart = project(rich)
    for ledger in ("EPF", "RPF"):
        same(
            pooled.reserve.sel(region="P", ledger=ledger),
            apart.reserve.sel(region=["A", "B"], ledger=ledger).sum("region"),
        )


@FEW
@given(SEEDS, st.sampled_from(["employee", "resident", "both"]))
def test_adjustment_fund_loses_nothing(seed: int, chosen: str) -> None:
    assumptions = draw(seed, {"adjustment_fund": chosen}, pooled=True)
    others = assumptions["ledger.other_expenditure"] * (np.arange(10) != index("ledger", "ADJ"))
    poor = assumptions.with_values(
        {"ledger.opening_reserve": assumptions["ledger.opening_reserve"] / 100, "ledger.other_expenditure": others}
    )
    found = run(poor)
    fund = poor.ledgers.index("ADJ")
    for pool, members in ((3, [0, 1]), (4, [2])):
        paid_in = sum(line(found, ledger, "E5")[:, members].sum(1) for ledger in ("EPF", "RPF"))
        grants = sum(line(found, ledger, "R5")[:, members].sum(1) for ledger in ("EPF", "RPF"))
        same(paid_in, line(found, "ADJ", "R6")[:, pool])
        same(grants, line(found, "ADJ", "E4")[:, pool])
        change = np.diff(found.accounts.reserve[:, pool, :, fund], axis=1)
        interest = found.accounts.interest[:, pool, 1:, fund]
        rest = line(found, "ADJ", "R2.5")[:, pool, 1:] + line(found, "ADJ", "R7")[:, pool, 1:]
        same(paid_in[:, 1:] + rest, grants[:, 1:] + change - interest, float(np.abs(paid_in).max()))
        assert (found.accounts.reserve[:, pool, :, fund] >= 0.0).all()
        assert (paid_in[:, 1:] > 0).all()
    other = {"employee": "RPF", "resident": "EPF"}.get(chosen)
    if other:
        assert not line(found, other, "E5").any()


@FEW
@given(SEEDS, OPTIONS)
def test_money_is_linear_in_the_contribution_rate(seed: int, options: dict[str, str]) -> None:
    assumptions = draw(seed, options)
    rich = assumptions.with_values({"ledger.opening_reserve": np.full((3, 10), 1e12)})

    def reserve(rate: float) -> np.ndarray:
        rates = np.full_like(rich["revenue.employer_rate"], rate)
        rates[:, :3] = rich["revenue.employer_rate"][:, :3]
        return project(rich.with_values({"revenue.employer_rate": rates})).reserve.sel(ledger=["EPF", "EPA"]).values

    low, middle, high = reserve(0.05), reserve(0.08), reserve(0.11)
    same(high - middle, middle - low, float(np.abs(high - low).max()) * 10)
    assert (high[1:, :, 0] > low[1:, :, 0]).all()


@FEW
@given(SEEDS, OPTIONS)
def test_a_shorter_horizon_gives_the_same_years(seed: int, options: dict[str, str]) -> None:
    long = random_set(base(), seed, **options)
    whole, part = project(calibrated(long)), project(calibrated(until(long, 2028)))
    assert list(part.year.values) == [2025, 2026, 2027, 2028]
    for name, variable in part.data_vars.items():
        left = whole[name].sel(year=part.year) if "year" in variable.dims else whole[name]
        np.testing.assert_allclose(left.values, variable.values, rtol=1e-9, atol=1e-9, err_msg=str(name))


@FEW
@given(SEEDS, OPTIONS, st.permutations([0, 1, 2]))
def test_the_order_of_regions_is_of_no_account(seed: int, options: dict[str, str], order: list[int]) -> None:
    given_set = random_set(base(), seed, **options)
    left, right = project(calibrated(given_set)), project(calibrated(with_regions(given_set, order)))
    right = right.sel(region=left.region)
    for name, variable in left.data_vars.items():
        np.testing.assert_allclose(right[name].values, variable.values, rtol=1e-9, atol=1e-6, err_msg=str(name))


@FEW
@given(SEEDS)
def test_migrants_between_regions_come_from_somewhere(seed: int) -> None:
    assumptions = draw(seed, {})
    closed = assumptions.with_values(
        {"population.net_migration": np.zeros_like(assumptions["population.net_migration"])}
    )
    people = run(closed).money.people
    same(people.net_migrants[:, :, 1:].sum(1), 0.0, 1.0)
    assert np.abs(people.net_migrants[:, :, 1:]).max() > 1


ZERO_RATES = [
    "revenue.employer_rate",
    "revenue.maternity_rate",
    "revenue.employee_rate",
    "revenue.flexible_rate",
    "revenue.retiree_rate",
    "revenue.retiree_account_credit",
    "resident.personal_premium",
    "resident.subsidy",
    "long_term_care.employee_rate",
    "long_term_care.retiree_rate",
    "long_term_care.resident_rate",
    "long_term_care.shifted_employer_rate",
    "ledger.interest_rate",
    "ledger.fiscal_subsidy",
    "ledger.other_revenue",
    "large_amount.premium_per_head",
    "critical_illness.premium_per_head",
]
ZERO_CARE = [
    "utilisation.inpatient_rate",
    "utilisation.inpatient_cost",
    "utilisation.outpatient_bill",
    "utilisation.chronic_bill",
    "utilisation.dual_channel_bill",
    "maternity.payment_per_birth",
    "maternity.leave_days",
    "long_term_care.prevalence",
]
ZERO_REIMBURSEMENT = [
    "inpatient.reimbursement_rate",
    "outpatient.reimbursement_rate",
    "chronic.reimbursement_rate",
    "dual_channel.reimbursement_rate",
    "outbreak.reimbursement_rate",
]


def emptied(assumptions: Assumptions, names: list[str]) -> Assumptions:
    return assumptions.with_values({name: np.zeros_like(assumptions[name]) for name in names})


def finite(assumptions: Assumptions) -> Projection:
    """No NaN where a number belongs: flows of every ledger, reserves of those that keep one, people and claims."""
    found = run(assumptions)
    assert np.isfinite(found.accounts.revenue_lines).all()
    assert np.isfinite(found.accounts.expenditure_lines).all()
    keeps = [found.assumptions.ledgers.index(ledger) for ledger in ("EPF", "EPA", "RPF", "LAS", "LTCI", "VBPR")]
    assert np.isfinite(found.accounts.reserve[..., keeps]).all()
    claims = found.money.claims
    for array in (claims.services, claims.bills, claims.in_policy_bills, claims.payments, claims.own_payments):
        assert np.isfinite(array).all()
        assert (array >= -1e-12 * array.max(initial=0.0)).all()
    for array in found.money.people.sums.values():
        assert np.isfinite(array).all()
    return found


@FEW
@given(SEEDS, OPTIONS)
def test_zero_rates_zero_care_zero_reimbursement(seed: int, options: dict[str, str]) -> None:
    varied = random_set(base(), seed, **options)
    found = finite(poolcast.calibrate(emptied(varied, ZERO_RATES)))
    contributions = found.accounts.revenue_lines[..., found.assumptions.ledgers.index("EPF"), : REVENUE.index("R3")]
    assert not contributions.any()
    found = finite(poolcast.calibrate(emptied(varied, ZERO_CARE)))
    assert not found.money.claims.payments.any()
    found = finite(poolcast.calibrate(emptied(varied, ZERO_REIMBURSEMENT)))
    assert not found.money.claims.payments[..., :4].any()
    same(found.money.claims.own_payments[..., :4], found.money.claims.in_policy_bills[..., :4])


STOCKS = [
    "population.at_previous_year_end",
    "population.at_base_year_end",
    "population.net_migration",
    "population.migration_flow",
]


@FEW
@given(SEEDS, OPTIONS)
def test_nobody_lives_there(seed: int, options: dict[str, str]) -> None:
    assumptions = calibrated(emptied(random_set(base(), seed, **options), STOCKS))
    found = finite(assumptions)
    assert not found.money.people.population.any()
    assert not found.money.claims.payments.any()
    own = assumptions["ledger.opening_reserve"][:, 0]
    same(found.accounts.reserve[0, :, 0, assumptions.ledgers.index("EPF")], own)
    forecast = project(assumptions)
    assert np.isnan(forecast.dependency_ratio).all()  # nothing over nothing has no value
    assert np.isnan(forecast.cost_rate).all()


@FEW
@given(SEEDS, OPTIONS, st.sampled_from([0, 1, 15, 16, 50, 59, 60, 99, 100]))
def test_one_age_only(seed: int, options: dict[str, str], age: int) -> None:
    varied = emptied(random_set(base(), seed, **options), STOCKS[2:])
    alone = {}
    for name in STOCKS[:2]:
        values = np.zeros_like(varied[name])
        values[..., age] = varied[name][..., age]
        alone[name] = values
    found = finite(calibrated(varied.with_values(alone)))
    by_age = found.money.people.population_by_age
    assert by_age[:, 1].sum() > 0
    if age == 100:  # the open group only dies
        totals = by_age.sum((-1, -2))[:, 1:]
        assert (np.diff(totals, axis=1) < 0).all()
    else:
        oldest = max(age, 1) + 5
        assert not by_age[:, 1:, :, min(oldest + 1, 101) :].any()
