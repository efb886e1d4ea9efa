"""The pool across provinces: who pays in, who draws, and that no yuan is lost (handbook 1.4)."""

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
from poolcast.parameters.axes import index
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import Projection, project, run
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES
from tests.projection.random_sets import ALL_LEDGERS, base_set, calibrated, random_set

FEW = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
REVENUE, EXPENDITURE = list(REVENUE_LINES), list(EXPENDITURE_LINES)
EPF, RPF, ADJ = (index("ledger", code) for code in ("EPF", "RPF", "ADJ"))
P, Q, JJ = 4, 5, 6
"""Positions of the holders: four regions, the provinces of A and B and of C, the pool; D is a province itself."""

PLACES = {"regions": ["A", "B", "C", "D"], "parents": {"A": "P", "B": "P", "C": "Q"}, "pools": {"JJ": ["P", "Q", "D"]}}


@lru_cache
def base(fund: str = "none") -> Assumptions:
    """Four regions of three provinces that share a pool, with every ledger."""
    options = {"cross_province_pool": "both", "adjustment_fund": fund}
    with TemporaryDirectory() as folder:
        return base_set(Path(folder) / fund, last_year=2030, ledgers=(*ALL_LEDGERS, "ADJ"), options=options, **PLACES)


def line(found: Projection, ledger: str, code: str) -> np.ndarray:
    number = found.assumptions.ledgers.index(ledger)
    side = found.accounts.revenue_lines if code.startswith("R") else found.accounts.expenditure_lines
    return side[..., number, (REVENUE if code.startswith("R") else EXPENDITURE).index(code)]


def outside(found: Projection, statuses: slice) -> np.ndarray:
    """Inpatient care outside the region (region, year), added up from the cells of the claims."""
    return found.money.claims.inpatient_payments[0][..., statuses, index("tier", "out_of_region")].sum(-1)


def full(assumptions: Assumptions, name: str, amount: float) -> dict[str, np.ndarray]:
    return {name: np.full_like(assumptions[name], amount)}


def poor(assumptions: Assumptions) -> Assumptions:
    reserve = assumptions["ledger.opening_reserve"] / 100
    reserve[:, ADJ] = 0.0
    return assumptions.with_values({"ledger.opening_reserve": reserve})


@FEW
@given(
    SEEDS,
    st.sampled_from(["employee", "resident", "both"]),
    st.sampled_from(["none", "employee", "both", "parent"]),
    st.booleans(),
)
def test_what_is_paid_in_is_granted_or_kept(seed: int, chosen: str, inside: str, merged: bool) -> None:
    """Pay-ins = grants + change of the fund - its interest, alone, above a provincial fund and above one ledger."""
    unified = inside == "parent"
    options = {"cross_province_pool": chosen}
    options |= {"employee_pool": "parent", "resident_pool": "parent"} if unified else {}
    assumptions = poor(calibrated(random_set(base("none" if unified else inside), seed, **options), seed))
    if merged:
        switch = np.zeros((4, len(assumptions.years)))
        switch[:, assumptions.year_position(2028) :] = 1.0
        assumptions = assumptions.with_values({"ledger.schemes_merged": switch}).with_options(scheme_ledgers="common")
    found = run(assumptions)
    fund = assumptions.ledgers.index("ADJ")
    holders = found.holders
    assert [unit.code for unit in holders.units[P:]] == ["P", "Q", "JJ"]
    revenue, expenditure = line(found, "ADJ", "R6")[0, JJ], line(found, "ADJ", "E4")[0, JJ]
    paid = sum(line(found, ledger, "E5")[0] for ledger in ("EPF", "RPF"))
    granted = sum(line(found, ledger, "R5")[0] for ledger in ("EPF", "RPF"))
    through = line(found, "ADJ", "R6")[0, [P, Q]].sum(0), line(found, "ADJ", "E4")[0, [P, Q]].sum(0)
    members = holders.keeps(assumptions.ledgers)[:, assumptions.ledgers.index("EPF")]
    np.testing.assert_allclose(paid[members].sum(0), revenue + through[0], rtol=1e-9)
    np.testing.assert_allclose(granted[members].sum(0), expenditure + through[1], rtol=1e-9, atol=1e-6)
    change = np.diff(found.accounts.reserve[0, JJ, :, fund])
    interest = found.accounts.interest[0, JJ, 1:, fund]
    np.testing.assert_allclose(revenue[1:], expenditure[1:] + change - interest, rtol=1e-9, atol=1e-3)
    assert (revenue[1:] > 0).all()
    assert (found.accounts.reserve[0, JJ, :, fund] >= -1e-6).all()
    assert found.accounts.reserve[0, JJ, 0, fund] == 0.0
    others = [number for number, ledger in enumerate(assumptions.ledgers) if ledger != "ADJ"]
    assert not found.accounts.revenue_lines[0, JJ][:, others].any()
    assert np.isnan(found.accounts.reserve[0, JJ][:, others]).all()


@FEW
@given(SEEDS, st.sampled_from(["employee", "resident", "both"]))
def test_members_pay_in_a_share_of_their_spending_outside(seed: int, chosen: str) -> None:
    assumptions = calibrated(random_set(base(), seed, cross_province_pool=chosen), seed)
    found = run(assumptions)
    rate = assumptions.from_year("common_pool.pay_in_rate", 2025)
    for scheme, ledger, statuses in ((0, "EPF", slice(2, 7)), (1, "RPF", slice(0, 2))):
        wanted = rate[..., scheme] * outside(found, statuses) * (chosen in ("both", ("employee", "resident")[scheme]))
        np.testing.assert_allclose(line(found, ledger, "E5")[0, :4, 1:], wanted[:, 1:], rtol=1e-9)


def test_the_grant_of_a_pool_across_provinces_by_hand() -> None:
    """Gaps of 50 in A (province P) and 30 in C (province Q), sigma 0.8, e 1: asked 40 and 24.

    The pool holds 12 from the year before and takes 5 in from each of the four regions, 32 in all. It pays half of
    what is asked: 20 to A, 12 to C, nothing to B and D, which have no gap; the pool is empty afterwards.
    """
    from poolcast.projection.adjustment import AdjustmentFunds, Books
    from poolcast.projection.flows import Flows
    from poolcast.projection.pools import Holders

    given_set = base().with_options(cross_province_pool="employee")
    given_set = given_set.with_values(
        full(given_set, "common_pool.pay_in_rate", 0.05)
        | full(given_set, "common_pool.grant_share", 0.8)
        | full(given_set, "common_pool.minimum_months", 6.0)
        | full(given_set, "common_pool.enforcement_coefficient", 1.0)
    )
    holders = Holders.of(given_set)
    flows = Flows((1, 4, 6))
    flows.outside_care["employee"] = np.full((1, 4, 6), 100.0)  # 5 % of 100 is 5
    axis = {ledger: number for number, ledger in enumerate(given_set.ledgers)}
    shape = (1, holders.count, len(axis))
    revenue, expenditure = np.zeros((*shape, len(REVENUE))), np.zeros((*shape, len(EXPENDITURE)))
    revenue[0, :4, axis["EPF"], REVENUE.index("R1.1")] = 550, 600, 570, 700
    expenditure[0, :4, axis["EPF"], EXPENDITURE.index("E1.1")] = 600
    opening = np.zeros(shape)
    opening[0, :4, axis["EPF"]] = 300, 1e6, 0, 300  # six months of 600 are 300: A has nothing above them
    opening[0, JJ, axis["ADJ"]] = 12
    AdjustmentFunds(given_set, flows, holders, axis, np.zeros((holders.count, 6), dtype=bool)).settle(
        1, Books(revenue, expenditure, opening, {})
    )
    assert revenue[0, :4, axis["EPF"], REVENUE.index("R5")] == pytest.approx([20, 0, 12, 0])
    assert expenditure[0, :4, axis["EPF"], EXPENDITURE.index("E5")] == pytest.approx([5, 5, 5, 5])
    assert revenue[0, JJ, axis["ADJ"], REVENUE.index("R6")] == pytest.approx(20)
    assert expenditure[0, JJ, axis["ADJ"], EXPENDITURE.index("E4")] == pytest.approx(32)
    assert not revenue[0, [P, Q]].any()


def test_the_provincial_fund_is_settled_first() -> None:
    """What the province grants closes the gap that the pool across provinces would see."""
    assumptions = poor(calibrated(base("employee")))
    whole = assumptions.with_values(
        full(assumptions, "adjustment.grant_share", 1.0)
        | full(assumptions, "adjustment.enforcement_coefficient", 1.0)
        | full(assumptions, "adjustment.minimum_months", 0.0)
        | full(assumptions, "adjustment.pay_in_rate", 0.0)
        | full(assumptions, "common_pool.minimum_months", 0.0)
        | full(assumptions, "common_pool.pay_in_rate", 0.5)
        | full(assumptions, "revenue.employer_rate", 0.02)
    )
    reserve = whole["ledger.opening_reserve"].copy()
    reserve[:, EPF] = 0.0
    without = run(whole.with_values({"ledger.opening_reserve": reserve}))
    reserve = reserve.copy()
    reserve[:2, ADJ] = 1e13
    found = run(whole.with_values({"ledger.opening_reserve": reserve}))
    assert line(without, "EPF", "R5")[0, 0, 1] > 0  # from the pool across provinces
    assert line(found, "ADJ", "E4")[0, P, 1] == pytest.approx(line(found, "EPF", "R5")[0, :2, 1].sum())
    spent = found.accounts.expenditure[0, 0, 1, 0] - line(found, "EPF", "E5")[0, 0, 1]
    received = (found.accounts.revenue - found.accounts.interest)[0, 0, 1, 0]
    assert received == pytest.approx(spent)  # the whole gap is met by P: the other pool sees none


@FEW
@given(SEEDS, st.sampled_from(["none", "both"]))
def test_nobody_pays_in_and_nothing_moves(seed: int, fund: str) -> None:
    """A pool with rates of zero is no pool, to the last bit; so is one that is closed."""
    assumptions = calibrated(random_set(base(fund), seed), seed)
    closed = project(assumptions.with_options(cross_province_pool="none"))
    still = project(assumptions.with_values(full(assumptions, "common_pool.pay_in_rate", 0.0)))
    assert "JJ" not in closed.region.values
    assert still.kind.sel(region="JJ") == "pool"
    assert list(still.common_pool.values) == ["JJ"] * 4 + [""] * 3
    for name, variable in closed.data_vars.items():
        same = still[name].sel(region=closed.region) if "region" in variable.dims else still[name]
        np.testing.assert_array_equal(same.values, variable.values, err_msg=str(name))
    assert not still.reserve.sel(region="JJ", ledger="ADJ").any()
    product = still.gross_domestic_product
    np.testing.assert_allclose(product.sel(region="JJ"), product.sel(region=list("ABCD")).sum("region"))


def test_triggered_price_rises_count_as_spending_outside() -> None:
    """P21 raises care by 10 % a year where last year ended rich: so does what is paid in."""
    assumptions = calibrated(base())
    rich = assumptions.with_values(
        full(assumptions, "ledger.opening_reserve", 1e12)
        | full(assumptions, "common_pool.pay_in_rate", 0.05)
        | full(assumptions, "price_trigger.increase", 0.1)
        | full(assumptions, "price_trigger.minimum_months", 1.0)
    )
    found = run(rich)
    expected = 0.05 * outside(found, slice(2, 7)) * 1.1 ** np.arange(6)
    np.testing.assert_allclose(line(found, "EPF", "E5")[0, :4, 1:], expected[:, 1:], rtol=1e-9)


def test_a_path_is_the_same_in_any_company_with_a_pool_and_a_merger() -> None:
    """Each of twelve moved paths equals a run with that path alone."""
    assumptions = poor(calibrated(random_set(base("both"), 61), 62))
    switch = np.zeros((4, len(assumptions.years)))
    switch[:, assumptions.year_position(2028) :] = 1.0
    both = assumptions.with_values({"ledger.schemes_merged": switch}).with_options(scheme_ledgers="common")
    random = np.random.default_rng(9)
    rows = {name: 1 + random.uniform(-0.04, 0.04, (12, 4, 6)) for name in ("utilisation", "collection")}
    rows["interest_rate"] = random.uniform(-0.01, 0.01, (12, 4, 6))
    together = project(both, Drivers(**rows))
    assert float(together.revenue_by_line.sel(region="JJ", ledger="ADJ", revenue_line="R6").min("path").max()) > 0
    for path in (0, 7):
        alone = project(both, Drivers(**{name: array[path : path + 1] for name, array in rows.items()}))
        for name in ("revenue", "expenditure", "reserve", "taken_over"):
            np.testing.assert_allclose(alone[name][0], together[name][path], rtol=1e-10, atol=1e-3, err_msg=name)


def test_a_pool_that_holds_only_a_part_of_a_ledger_is_refused(tmp_path: Path) -> None:
    places = {**PLACES, "pools": {"JJ": ["A", "D"]}}
    options = {"cross_province_pool": "employee", "employee_pool": "parent"}
    assumptions = base_set(tmp_path / "part", ledgers=("EPF", "EPA", "RPF", "ADJ"), options=options, **places)
    with pytest.raises(poolcast.AssumptionError, match="P holds EPF of members of JJ and of B, which are no members"):
        run(calibrated(assumptions.with_options(employee_pool="region")).with_options(employee_pool="parent"))


def test_a_pool_without_its_ledger_or_members_is_refused() -> None:
    from dataclasses import replace

    assumptions = calibrated(base())
    with pytest.raises(poolcast.AssumptionError, match="without pools"):
        run(replace(assumptions, pools=()))
    held = tuple(ledger for ledger in assumptions.ledgers if ledger != "ADJ")
    with pytest.raises(poolcast.AssumptionError, match="without ADJ"):
        run(replace(assumptions, ledgers=held))
