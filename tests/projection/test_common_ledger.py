"""One ledger for both schemes: what was held and booked in two is held and booked in one (handbook 1.3, 1.4)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import poolcast
from poolcast.outlook.actuarial_measures import actuarial_balance, contribution_base, level_rate_change
from poolcast.outlook.measures import exhaustion, first_deficit
from poolcast.outlook.reasons import reasons_for_change
from poolcast.outlook.who_pays import beyond_bills, care_bills, who_pays
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.engine import project, run
from poolcast.projection.flows import ALLOWED_TRANSFERS, MERGER_TRANSFERS
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

FEW = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
EPF, RPF, EPA = (index("ledger", code) for code in ("EPF", "RPF", "EPA"))
BOTH = ["EPF", "RPF"]
YEAR = 2028


@lru_cache
def base() -> Assumptions:
    """Three regions, two of them under one parent, with every ledger."""
    with TemporaryDirectory() as folder:
        return base_set(
            Path(folder) / "two",
            regions=["A", "B", "C"],
            parents={"A": "P", "B": "P", "C": "Q"},
            last_year=2031,
            ledgers=(*ALL_LEDGERS, "ADJ"),
            options={"scheme_ledgers": "common", "adjustment_fund": "both"},
        )


def apart(seed: int, **options: str) -> Assumptions:
    chosen = {"adjustment_fund": "none", **options}
    return calibrated(random_set(base(), seed, **chosen), seed)


def merged(assumptions: Assumptions, year: int = YEAR, regions: slice = slice(None)) -> Assumptions:
    switch = np.zeros_like(assumptions["ledger.schemes_merged"])
    switch[regions, assumptions.year_position(year) :] = 1.0
    return assumptions.with_values({"ledger.schemes_merged": switch})


def with_full(assumptions: Assumptions, **amounts: float) -> Assumptions:
    names = {name.replace("__", "."): amount for name, amount in amounts.items()}
    return assumptions.with_values({name: np.full_like(assumptions[name], amount) for name, amount in names.items()})


def sum_of_both(forecast: xr.Dataset, name: str) -> xr.DataArray:
    return forecast[name].sel(ledger=BOTH).sum("ledger", min_count=1)


@FEW
@given(SEEDS, st.sampled_from(["none", "employee", "both", "parent"]))
def test_nothing_is_lost_on_the_day_of_the_merger(seed: int, shared: str) -> None:
    """Closing of both before = opening of the merged fund; every year F = F + taken over + revenue - expenditure."""
    options = {"adjustment_fund": shared if shared != "parent" else "none"}
    options |= {"employee_pool": "parent", "resident_pool": "parent"} if shared == "parent" else {}
    assumptions = merged(apart(seed, **options))
    found = run(assumptions)
    accounts, year = found.accounts, YEAR - assumptions.base_year
    kept = found.holders.keeps(assumptions.ledgers)[:, assumptions.ledgers.index("EPF")]
    before = accounts.reserve[0, kept, year - 1][:, [EPF, RPF]]
    np.testing.assert_allclose(accounts.taken_over[0, kept, year, EPF], before[:, 1], rtol=1e-12)
    np.testing.assert_array_equal(accounts.taken_over.sum(-1), 0.0)
    assert not np.delete(accounts.taken_over, year, axis=2).any()
    balance = (accounts.revenue - accounts.expenditure)[0, kept][..., [EPF, RPF]]
    reserve = np.nan_to_num(accounts.reserve[0, kept][..., [EPF, RPF]])
    taken = accounts.taken_over[0, kept][..., [EPF, RPF]]
    opening = reserve[:, :-1] + taken[:, 1:]
    scale = np.abs(reserve).max()
    np.testing.assert_allclose(reserve[:, 1:], opening + balance[:, 1:], rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_allclose(opening[:, year - 1, 0], before.sum(-1), rtol=1e-12)
    assert not accounts.revenue_lines[0, :, year:, RPF].any()
    assert not accounts.expenditure_lines[0, :, year:, RPF].any()
    assert np.isnan(accounts.reserve[0, :, year:, RPF]).all()


@FEW
@given(SEEDS)
def test_flows_of_both_stand_in_one_ledger(seed: int) -> None:
    """Line by line the merged fund books what both booked; other ledgers do not notice."""
    assumptions = apart(seed)
    two, one = run(assumptions).flows, run(merged(assumptions)).flows
    year = YEAR - assumptions.base_year
    for side in ("revenue", "expenditure"):
        of_two, of_one = getattr(two, side), getattr(one, side)
        for line in {**of_two["EPF"], **of_two["RPF"]}:
            sums = [sum(books[ledger].get(line, np.zeros(two.shape)) for ledger in BOTH) for books in (of_two, of_one)]
            np.testing.assert_allclose(*sums, rtol=1e-12, atol=1e-6, err_msg=line)
        for ledger in set(of_two) - set(BOTH):
            for line, amount in of_two[ledger].items():
                np.testing.assert_array_equal(of_one[ledger][line], amount)
    pairs = {("RPF", "CII"): ("EPF", "CII"), ("MAF", "RPF"): ("MAF", "EPF"), ("RPF", "VBPR"): ("EPF", "VBPR")}
    for pair, now in pairs.items():
        earlier = two.transfers.get(now, np.zeros(two.shape))
        np.testing.assert_array_equal(one.transfers[pair][:, :, :year], two.transfers[pair][:, :, :year])
        assert not one.transfers[pair][:, :, year:].any()
        moved = (one.transfers[now] - earlier)[:, :, year:]
        np.testing.assert_allclose(moved, two.transfers[pair][:, :, year:], rtol=1e-9, atol=1e-6)
        assert moved.any() == two.transfers[pair][:, :, year:].any()
    assert set(two.transfers) <= ALLOWED_TRANSFERS
    assert set(one.transfers) <= ALLOWED_TRANSFERS | MERGER_TRANSFERS


@FEW
@given(SEEDS, st.sampled_from(["region", "parent"]))
def test_the_merged_fund_is_the_sum_of_both_where_all_is_linear(seed: int, holder: str) -> None:
    """Equal interest, no borrowing, no rule on stocks: reserve, revenue and expenditure are those of both together."""
    plain = with_full(
        apart(seed, employee_pool=holder, resident_pool=holder),
        ledger__interest_rate=0.02,
        ledger__opening_reserve=1e14,
        holiday__cut=0.0,
        price_trigger__increase=0.0,
        backstop__months=0.0,
    )
    two, one = project(plain), project(merged(plain))
    late = one.year >= YEAR
    for name in ("reserve", "revenue", "expenditure", "interest"):
        sums = sum_of_both(two, name)
        np.testing.assert_allclose(sum_of_both(one, name), sums, rtol=1e-10, err_msg=name)
        np.testing.assert_allclose(one[name].sel(ledger="EPF")[late], sums[late], rtol=1e-10, err_msg=name)
    months = 12 * sum_of_both(two, "reserve") / sum_of_both(two, "expenditure")
    np.testing.assert_allclose(one.payable_months.sel(ledger="EPF")[late], months[late], rtol=1e-10)


def test_debts_are_taken_over_and_spare_the_margin() -> None:
    """RPF owes 40, EPF holds 100: the merged fund opens with 60 and pays no borrowing margin."""
    assumptions = with_full(apart(5), ledger__interest_rate=0.02, holiday__cut=0.0, price_trigger__increase=0.0)
    reserve = assumptions["ledger.opening_reserve"].copy()
    reserve[:, EPF], reserve[:, RPF] = 1e13, -4e12
    poor = assumptions.with_values({"ledger.opening_reserve": reserve})
    two, one = run(poor).accounts, run(merged(poor, 2026)).accounts
    np.testing.assert_allclose(one.taken_over[0, :3, 1, EPF], -4e12)
    margin = float(poor["ledger.borrowing_margin"])
    saved = one.interest[0, :3, 1, EPF] - two.interest[0, :3, 1, [EPF, RPF]].sum(0)
    np.testing.assert_allclose(saved, margin * 4e12, rtol=1e-6)


@FEW
@given(SEEDS, st.sampled_from(["none", "both"]))
def test_schemes_that_never_merge_change_no_bit(seed: int, fund: str) -> None:
    common = apart(seed, adjustment_fund=fund)
    two, still = project(common.with_options(scheme_ledgers="separate")), project(common)
    assert set(two.data_vars) == set(still.data_vars)
    for name, variable in two.data_vars.items():
        np.testing.assert_array_equal(still[name].values, variable.values, err_msg=str(name))


def test_funds_of_the_merged_ledger_pay_in_for_both_and_draw_on_all() -> None:
    """U = 1 % of employees' and 30 % of residents' contributions; what residents paid in before is at hand as well."""
    assumptions = with_full(apart(7, adjustment_fund="both"), adjustment__enforcement_coefficient=1.0)
    rates = np.zeros_like(assumptions["adjustment.pay_in_rate"])
    rates[..., 0], rates[..., 1] = 0.01, 0.3
    reserve = assumptions["ledger.opening_reserve"] / 1e6
    changes = {"adjustment.pay_in_rate": rates, "ledger.opening_reserve": reserve}
    chosen = with_full(assumptions.with_values(changes), revenue__employer_rate=0.01, ledger__fiscal_subsidy=0.0)
    chosen = with_full(chosen, adjustment__minimum_months=24.0, adjustment__grant_share=1.0, resident__subsidy=3000.0)
    two, one = project(chosen), project(merged(chosen))
    lines = [line for line in two.revenue_line.values if str(line).startswith("R1")]
    at = {"region": ["A", "B", "C"], "year": slice(YEAR, None)}
    income = two.revenue_by_line.sel(**at, revenue_line=lines).sum("revenue_line")
    wanted = 0.01 * income.sel(ledger="EPF") + 0.3 * income.sel(ledger="RPF")
    paid = one.expenditure_by_line.sel(**at, expenditure_line="E5")
    np.testing.assert_allclose(paid.sel(ledger="EPF"), wanted, rtol=1e-9)
    assert not paid.sel(ledger="RPF").any()
    own, fund = one.sel(region=["A", "B"], ledger="EPF"), one.sel(region="P", ledger="ADJ")
    beyond: list[float] = []
    for year in range(YEAR, 2032):
        now, last = own.sel(year=year), own.sel(year=year - 1)
        opening = last.reserve + now.taken_over
        grant = now.revenue_by_line.sel(revenue_line="R5")
        spent = now.expenditure - now.expenditure_by_line.sel(expenditure_line="E5")
        usable = np.maximum(opening - float(chosen["adjustment.minimum_months"]) * spent / 12, 0)
        gap = np.maximum(spent - (now.revenue_before_interest - grant) - usable, 0)
        asked = float(chosen["adjustment.grant_share"]) * gap
        available = float(fund.reserve.sel(year=year - 1) + now.expenditure_by_line.sel(expenditure_line="E5").sum())
        scale = min(1.0, available / float(asked.sum())) if float(asked.sum()) else 1.0
        np.testing.assert_allclose(grant, asked * scale, rtol=1e-9, atol=1e-3)
        beyond.append(float(grant.sum() - now.expenditure_by_line.sel(expenditure_line="E5").sum()))
    assert max(beyond) > 1e7  # more than was paid in that year: what residents had paid in before


def test_rules_on_stocks_look_at_the_merged_fund() -> None:
    """Rich employees, poor residents: together they pass the 12 months above which prices of residents' care rise."""
    assumptions = with_full(apart(3), holiday__cut=0.0, price_trigger__minimum_months=12.0, backstop__months=0.0)
    reserve = assumptions["ledger.opening_reserve"].copy()
    reserve[:, EPF], reserve[:, RPF] = 1e14, 0.0
    increase = np.full_like(assumptions["price_trigger.increase"], 0.1)
    increase[..., 0] = 0.2
    chosen = assumptions.with_values({"ledger.opening_reserve": reserve, "price_trigger.increase": increase})
    two, one = run(chosen), run(merged(chosen, 2026))
    care = [number for number, line in enumerate(project(chosen).expenditure_line.values) if line in CARE]
    other = list(project(chosen).expenditure_line.values).index("E1.7")
    lines = two.accounts.expenditure_lines[0, :3, 1]
    of_residents = lines[:, RPF][:, care].sum(-1)
    rise_apart = lines[:, [EPF, RPF], other].sum(-1)
    rise_merged = one.accounts.expenditure_lines[0, :3, 1, EPF, other]
    np.testing.assert_allclose(rise_merged - rise_apart, 0.1 * of_residents, rtol=1e-6)


CARE = ("E1.1", "E1.2", "E1.3", "E1.4", "E1.5")


def test_measures_follow_the_merged_fund() -> None:
    assumptions = apart(11)
    two, one = project(assumptions), project(merged(assumptions))
    late = {"year": slice(YEAR, None)}
    assert one.cost_rate.sel(**late).isnull().all()
    assert one.payable_months.sel(ledger="RPF", **late).isnull().all()
    bases = contribution_base(two).sel(**late), contribution_base(one).sel(**late)
    np.testing.assert_allclose(bases[1].sel(ledger="EPF"), bases[0].sel(ledger=BOTH).sum("ledger", skipna=False))
    assert bases[1].sel(ledger="RPF").isnull().all()
    payers = who_pays(one)
    np.testing.assert_allclose(payers.sum("payer"), care_bills(one), rtol=1e-9, atol=1e-3)
    assert not payers.sel(payer="RPF", **late).any()
    residents = payers.sel(payer="EPF", status=["child", "adult_resident"], **late)
    np.testing.assert_allclose(residents, who_pays(two).sel(payer="RPF", status=["child", "adult_resident"], **late))
    beyond = [beyond_bills(found).sel(payer=BOTH).sum("payer") for found in (two, one)]
    np.testing.assert_allclose(*beyond, rtol=1e-9, atol=1e-3)


def test_events_of_a_ledger_that_is_taken_over() -> None:
    """RPF would run dry after the merger: its events end with it."""
    assumptions = apart(13)
    reserve = assumptions["ledger.opening_reserve"].copy()
    reserve[:, RPF], reserve[:, EPF] = 1e9, 1e13
    poor = with_full(assumptions.with_values({"ledger.opening_reserve": reserve}), resident__subsidy=0.0)
    two, one = project(poor), project(merged(poor, 2026))
    assert (exhaustion(two).sel(ledger="RPF", region=["A", "B", "C"]) >= 2026).all()
    assert exhaustion(one).sel(ledger="RPF").isnull().all()
    assert first_deficit(one).sel(ledger="RPF").isnull().all()


def test_the_actuarial_balance_counts_what_is_taken_over() -> None:
    """By the definition of the level rate: the closing reserve plus rate times base is the target (handbook 6.9)."""
    plain = with_full(apart(17), ledger__opening_reserve=1e13, ledger__interest_rate=0.02, holiday__cut=0.0)
    two, one = project(plain), project(merged(plain))
    closing = one.reserve.sel(ledger="EPF", year=2031)
    target = 9 / 12 * one.expenditure.sel(ledger="EPF", year=2031)
    base = contribution_base(one).sel(ledger="EPF", year=slice(2026, None))
    years = 2031 - base.year
    grown = (base * (1 + 0.02 * float(plain["ledger.flow_timing"])) * 1.02**years).sum("year")
    np.testing.assert_allclose(level_rate_change(one).sel(ledger="EPF"), (target - closing) / grown, rtol=1e-9)
    regions = {"region": ["A", "B", "C"]}
    of_two = [actuarial_balance(two).sel(ledger=ledger, **regions) for ledger in BOTH]
    of_one = actuarial_balance(one).sel(ledger="EPF", **regions)
    assert (of_one > np.minimum(*of_two)).all()
    assert actuarial_balance(one).sel(ledger="RPF").isnull().all()


def test_reasons_for_change_name_what_was_taken_over() -> None:
    assumptions = apart(19)
    found = reasons_for_change(project(merged(assumptions)), project(assumptions))
    np.testing.assert_allclose(found.parts.sum("reason", skipna=False), found.total, rtol=1e-9, atol=1e-2)
    at = {"region": "A", "reason": "opening", "year": 2031}
    gained, given = (float(found.parts.sel({**at, "ledger": ledger})) for ledger in BOTH)
    assert gained == pytest.approx(-given, rel=1e-12)
    assert gained != 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.with_options(employee_pool="parent"), "employee_pool: parent, resident_pool: region"),
        (lambda one: one.with_options(resident_pool="parent"), "employee_pool: region, resident_pool: parent"),
        (lambda one: merged(one, 2025), "a merger in the base year 2025"),
        (lambda one: one.with_options(adjustment_fund="both"), r"in 2028 regions of P with merged schemes \(A\)"),
    ],
)
def test_mergers_that_have_no_holder_or_no_day_are_refused(change, words: str) -> None:
    part = merged(apart(2), regions=slice(0, 1)) if "of P" in words else merged(apart(2))
    with pytest.raises(poolcast.AssumptionError, match=words):
        run(change(part))


def test_schemes_that_part_again_are_refused() -> None:
    assumptions = merged(apart(2))
    switch = assumptions["ledger.schemes_merged"].copy()
    switch[0, -1] = 0.0
    with pytest.raises(poolcast.AssumptionError, match="part again in 2031"):
        run(assumptions.with_values({"ledger.schemes_merged": switch}))


def test_regions_without_a_common_fund_may_merge_by_themselves() -> None:
    assumptions = apart(23)
    two, one = project(assumptions), project(merged(assumptions, regions=slice(0, 1)))
    assert one.reserve.sel(region="A", ledger="RPF", year=2031).isnull()
    others = {"region": ["B", "C"]}
    np.testing.assert_array_equal(one.reserve.sel(**others), two.reserve.sel(**others))


def test_a_common_ledger_needs_two_ledgers(tmp_path: Path) -> None:
    with pytest.raises(poolcast.AssumptionError, match="common without both EPF and RPF"):
        base_set(tmp_path / "one", ledgers=("EPF", "EPA"), options={"scheme_ledgers": "common"})
