"""Interest, reserves and the rules that look at last year's stocks (handbook 1.4, 2.1, 4, 6.8)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.engine import project, run
from poolcast.projection.ledgers import reserve_step
from poolcast.projection.pools import adjustment_grants, recognised_gap
from poolcast.projection.statement import REVENUE_LINES
from tests.projection.random_sets import base_set, calibrated, random_set

FLOW = st.floats(-1e12, 1e12)
EPF, EPA, RPF = (index("ledger", code) for code in ("EPF", "EPA", "RPF"))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    base = base_set(tmp_path_factory.mktemp("sets") / "one", last_year=2032, ledgers=("EPF", "EPA", "RPF"))
    return calibrated(random_set(base, 33), 32)


@pytest.fixture(scope="module")
def funded(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    base = base_set(
        tmp_path_factory.mktemp("sets") / "funded",
        last_year=2032,
        ledgers=("EPF", "EPA", "RPF", "ADJ"),
        regions=["A", "B", "C"],
        parents={"A": "P", "B": "P", "C": "P"},
        options={"adjustment_fund": "employee"},
    )
    return calibrated(base)


def with_ledger(assumptions: Assumptions, name: str, amount: float, *ledgers: int) -> Assumptions:
    values = assumptions[name].copy()
    values[..., list(ledgers)] = amount
    return assumptions.with_values({name: values})


def series(assumptions: Assumptions, ledger: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    accounts, number = run(assumptions).accounts, assumptions.ledgers.index(ledger)
    return tuple(
        a[0, :, :, number] for a in (accounts.revenue, accounts.expenditure, accounts.interest, accounts.reserve)
    )


def line(assumptions: Assumptions, ledger: str, code: str) -> np.ndarray:
    lines = run(assumptions).accounts.revenue_lines[0, :, :, assumptions.ledgers.index(ledger)]
    return lines[..., list(REVENUE_LINES).index(code)]


@settings(deadline=None, max_examples=100)
@given(st.floats(0, 1e13), st.lists(st.tuples(FLOW, st.floats(0, 0.1)), min_size=1, max_size=40), st.floats(0, 1))
def test_interest_identity(opening: float, years: list[tuple[float, float]], timing: float) -> None:
    """F_T = F_0 prod(1 + i) + sum_j B_j (1 + i tau) prod_{k > j} (1 + i_k), as long as no reserve is negative."""
    reserve, booked = np.asarray(opening), 0.0
    for flow, rate in years:
        reserve, interest = reserve_step(reserve, np.asarray(flow), np.asarray(rate), 0.0, timing)
        booked += float(interest)
    growth = np.cumprod([1 + rate for _, rate in reversed(years)])[::-1]
    later = [*growth[1:], 1.0]
    wanted = opening * growth[0] + sum(
        flow * (1 + rate * timing) * rest for (flow, rate), rest in zip(years, later, strict=True)
    )
    size = (opening + sum(abs(flow) for flow, _ in years)) * growth[0] + 1e-9
    assert float(reserve) == pytest.approx(wanted, abs=1e-9 * size)
    assert float(reserve) == pytest.approx(opening + sum(flow for flow, _ in years) + booked, abs=1e-9 * size)


def test_borrowing_rate_holds_for_the_opening_debt_only() -> None:
    closing, interest = reserve_step(np.array([-100.0, 100.0]), np.array([50.0, -300.0]), np.asarray(0.02), 0.03, 0.5)
    assert interest == pytest.approx([-100 * 0.05 + 50 * 0.01, 100 * 0.02 - 300 * 0.01])
    assert closing == pytest.approx([-100 + 50 + interest[0], 100 - 300 + interest[1]])


def test_debts_in_the_engine(one: Assumptions) -> None:
    poor = with_ledger(one, "ledger.opening_reserve", -1e8, EPF)
    revenue, spent, interest, reserve = (array[0] for array in series(poor, "EPF"))
    rate = poor.from_year("ledger.interest_rate", 2025)[0, :, EPF]
    tau, margin = float(poor["ledger.flow_timing"]), float(poor["ledger.borrowing_margin"])
    assert margin > 0
    for year in range(1, len(rate)):
        flow = revenue[year] - interest[year] - spent[year]
        charged = rate[year] + (margin if reserve[year - 1] < 0 else 0.0)
        assert interest[year] == pytest.approx(charged * reserve[year - 1] + rate[year] * tau * flow)
    assert reserve[0] == -1e8


def test_the_base_year_ends_at_the_given_reserve(one: Assumptions) -> None:
    for ledger in ("EPF", "EPA", "RPF"):
        revenue, spent, interest, reserve = (array[0, 0] for array in series(one, ledger))
        assert reserve == pytest.approx(float(one["ledger.opening_reserve"][0, index("ledger", ledger)]), rel=1e-12)
        rate = float(one.in_year("ledger.interest_rate", 2025)[0, index("ledger", ledger)])
        before = reserve - (revenue - spent)
        flow, tau = revenue - interest - spent, float(one["ledger.flow_timing"])
        assert interest == pytest.approx(rate * before + rate * tau * flow, rel=1e-9)


def test_accounts_spend_their_share_and_never_more_than_they_hold(one: Assumptions) -> None:
    revenue, spent, _, reserve = (array[0] for array in series(one, "EPA"))
    share = one.from_year("account.spending_propensity", 2025)[0] * float(one["calibration.account_spending"][0])
    expected = share * revenue
    free = reserve > 1.0
    assert free.any()
    assert spent[free] == pytest.approx(expected[free])
    greedy = one.with_values({"account.spending_propensity": np.full_like(one["account.spending_propensity"], 3.0)})
    greedy = with_ledger(greedy, "ledger.opening_reserve", 1e7, EPA)
    _, spent, _, reserve = (array[0] for array in series(greedy, "EPA"))
    assert (reserve >= -1e-6).all()
    assert reserve[1:] == pytest.approx(np.zeros(7), abs=1e-3)
    assert (spent[1:] > 0).all()


def test_backstop_refills_what_last_year_lacked(one: Assumptions) -> None:
    plain = with_ledger(one, "ledger.opening_reserve", 1e6, EPF, RPF)
    guarded = with_ledger(plain, "backstop.months", 3.0, EPF)
    subsidy = (line(guarded, "EPF", "R2.5") - line(plain, "EPF", "R2.5"))[0]
    _, spent, _, reserve = (array[0] for array in series(guarded, "EPF"))
    lacking = np.maximum(3 / 12 * spent[:-1] - reserve[:-1], 0.0)
    assert subsidy[0] == 0.0
    assert subsidy[1:] == pytest.approx(lacking, abs=1e-3)
    assert subsidy[1] > 0
    np.testing.assert_allclose(line(guarded, "RPF", "R2.5"), line(plain, "RPF", "R2.5"))
    rich = with_ledger(with_ledger(one, "ledger.opening_reserve", 1e12, EPF), "backstop.months", 3.0, EPF)
    np.testing.assert_allclose(line(rich, "EPF", "R2.5"), line(one, "EPF", "R2.5"))


@pytest.mark.parametrize(("scheme", "ledger", "months"), [(0, "EPF", 12.0), (1, "RPF", 6.0)])
def test_prepayment_needs_months_and_no_deficit(one: Assumptions, scheme: int, ledger: str, months: float) -> None:
    number = index("ledger", ledger)
    values = {
        "prepayment.months": np.full_like(one["prepayment.months"], 1.0),
        "prepayment.minimum_months": np.array([12.0, 6.0]),
        "ledger.fiscal_subsidy": one["ledger.fiscal_subsidy"] + 1e10,
    }
    surplus = one.with_values(values)
    _, spent, _, _ = (array[0] for array in series(surplus, ledger))

    def prepaid(opening: float, base: Assumptions = surplus) -> np.ndarray:
        changed = with_ledger(base, "ledger.opening_reserve", opening, number)
        return run(changed).accounts.prepaid[0, 0, :, changed.ledgers.index(ledger)]

    enough = months / 12 * spent[0]
    assert prepaid(enough * 1.0001)[1] == pytest.approx(spent[1] / 12)
    assert prepaid(enough * 0.9999)[1] == 0.0
    assert not prepaid(enough * 2)[0]
    deficit = with_ledger(surplus, "ledger.other_expenditure", 1e12, number)
    assert not prepaid(3e12, deficit).any()
    # an asset, not expenditure: revenue, expenditure and reserve are those of a run without it
    off = surplus.with_values({"prepayment.months": np.zeros_like(one["prepayment.months"])})
    for left, right in zip(series(surplus, ledger), series(off, ledger), strict=True):
        np.testing.assert_array_equal(left, right)


def test_arrears_begin_at_their_steady_state(one: Assumptions) -> None:
    """Held still, cash = due (kappa + (1 - kappa) rho / (rho + omega)); else stock and recoveries roll on."""
    still = {
        "economy.average_wage": 100_000.0,
        "revenue.employer_rate": 0.08,
        "revenue.maternity_rate": 0.0,
        "revenue.collection_rate": 0.96,
        "revenue.arrears_recovery_rate": 0.3,
        "revenue.arrears_write_off_rate": 0.05,
    }
    held = one.with_values({name: np.full_like(one[name], amount) for name, amount in still.items()})
    paid = run(held).money.contributions
    due = paid.units / 0.96
    assert paid.arrears[0, 0, 0] == pytest.approx(0.04 * due[0, 0, 0] / 0.35)
    assert paid.arrears_recovered[0, 0, 0] == pytest.approx(0.3 * 0.04 * due[0, 0, 0] / 0.35)
    for year in range(1, 8):
        stock = 0.65 * paid.arrears[0, 0, year - 1] + 0.04 * due[0, 0, year]
        assert paid.arrears[0, 0, year] == pytest.approx(stock)
        assert paid.arrears_recovered[0, 0, year] == pytest.approx(0.3 * paid.arrears[0, 0, year - 1])


def test_arrears_begin_where_growing_dues_would_have_led(one: Assumptions) -> None:
    """Dues that have grown by g: stock before the base year = (1 - kappa) due / (g + rho + omega)."""
    wages = np.full_like(one["economy.average_wage"], 100_000.0)
    wages[:, 1] = 95_000.0
    still = {
        "revenue.collection_rate": 0.96,
        "revenue.arrears_recovery_rate": 0.3,
        "revenue.arrears_write_off_rate": 0.05,
    }
    values = {name: np.full_like(one[name], amount) for name, amount in still.items()}
    paid = run(one.with_values({**values, "economy.average_wage": wages})).money.contributions
    unpaid = 0.04 * float(paid.units[0, 0, 0]) / 0.96
    growth = 100 / 95 - 1
    assert paid.arrears_recovered[0, 0, 0] == pytest.approx(0.3 * unpaid / (growth + 0.35))
    # the stock at the year end is g higher than before: the steady state of growing dues
    before = paid.arrears_recovered[0, 0, 0] / 0.3
    assert paid.arrears[0, 0, 0] == pytest.approx(before * (1 + growth))


def test_late_fees_follow_recoveries(one: Assumptions) -> None:
    fined = one.with_values({"revenue.late_fee_rate": np.full_like(one["revenue.late_fee_rate"], 0.1)})
    np.testing.assert_allclose(line(fined, "EPF", "R1.6"), 0.1 * line(fined, "EPF", "R1.5"))


def test_grants_are_cut_evenly() -> None:
    gaps = np.array([50.0, 30.0])
    assert adjustment_grants(gaps, 0.8, np.asarray(32.0)) == pytest.approx([20.0, 12.0])
    assert adjustment_grants(gaps, 0.8, np.asarray(1e9)) == pytest.approx([40.0, 24.0])
    assert adjustment_grants(gaps, 0.8, np.asarray(-5.0)) == pytest.approx([0.0, 0.0])
    assert adjustment_grants(np.zeros(2), 0.8, np.asarray(32.0)) == pytest.approx([0.0, 0.0])


def test_own_reserves_above_the_minimum_come_first() -> None:
    def gap(opening: float) -> float:
        return float(recognised_gap(*map(np.asarray, (900.0, 1200.0, opening)), 3.0))

    assert gap(0.0) == 300.0
    assert gap(300.0) == 300.0  # exactly three months
    assert gap(400.0) == 200.0
    assert gap(1e6) == 0.0
    assert gap(-50.0) == 300.0


def test_adjustment_fund_in_the_engine(funded: Assumptions) -> None:
    """Region A is poor: its gap, less its usable reserve, is met at sigma e as far as pay-ins and the fund reach."""
    poor = funded["ledger.opening_reserve"].copy()
    poor[:, EPF] = [1e7, 1e11, 1e11]
    poor[:, index("ledger", "ADJ")] = 0.0
    rates = funded["revenue.employer_rate"].copy()
    rates[0] = 0.03
    chosen = funded.with_values(
        {
            "ledger.opening_reserve": poor,
            "revenue.employer_rate": rates,
            "adjustment.pay_in_rate": np.full_like(funded["adjustment.pay_in_rate"], 0.05),
            "adjustment.enforcement_coefficient": np.full_like(funded["adjustment.enforcement_coefficient"], 0.9),
            "adjustment.grant_share": np.asarray(0.8),
            "adjustment.minimum_months": np.asarray(3.0),
        }
    )
    forecast = project(chosen)
    own = forecast.sel(region=["A", "B", "C"], ledger="EPF")
    fund = forecast.sel(region="P", ledger="ADJ")
    contributions = own.revenue_by_line.sel(revenue_line=[code for code in REVENUE_LINES if code.startswith("R1")]).sum(
        "revenue_line"
    )
    paid_in = own.expenditure_by_line.sel(expenditure_line="E5")
    np.testing.assert_allclose(paid_in.sel(year=slice(2026, None)), 0.05 * contributions.sel(year=slice(2026, None)))
    grants = own.revenue_by_line.sel(revenue_line="R5")
    for year in range(2026, 2033):
        before = own.reserve.sel(year=year - 1)
        spent = own.expenditure.sel(year=year) - paid_in.sel(year=year)
        revenue = own.revenue_before_interest.sel(year=year) - grants.sel(year=year)
        gap = np.maximum(spent - revenue - np.maximum(before - 3 * spent / 12, 0), 0)
        wanted = 0.8 * 0.9 * gap
        available = float(fund.reserve.sel(year=year - 1) + paid_in.sel(year=year).sum())
        scale = min(1.0, available / float(wanted.sum())) if float(wanted.sum()) else 1.0
        np.testing.assert_allclose(grants.sel(year=year), wanted * scale, rtol=1e-9, atol=1e-3)
    assert float(grants.sel(region="A").sum()) > 0
    assert float(grants.sel(region="B").sum()) == 0


def test_the_two_schemes_share_no_money(tmp_path: Path) -> None:
    """With both schemes in one fund, what employees paid in never meets the gaps of residents (handbook 1.4)."""
    base = calibrated(
        base_set(
            tmp_path / "both",
            last_year=2030,
            ledgers=("EPF", "EPA", "RPF", "ADJ"),
            regions=["A", "B"],
            parents={"A": "P", "B": "P"},
            options={"adjustment_fund": "both"},
        )
    )
    reserve = base["ledger.opening_reserve"].copy()
    reserve[:, RPF], reserve[:, EPF], reserve[:, index("ledger", "ADJ")] = 0.0, 1e12, 0.0
    pay_in = np.zeros_like(base["adjustment.pay_in_rate"])
    pay_in[..., 0] = 0.05
    subsidy = np.zeros_like(base["resident.subsidy"])
    chosen = base.with_values(
        {"ledger.opening_reserve": reserve, "adjustment.pay_in_rate": pay_in, "resident.subsidy": subsidy}
    )
    assert line(chosen, "ADJ", "R6")[2, 1:].min() > 0
    assert not line(chosen, "RPF", "R5").any()


def test_an_opening_adjustment_fund_may_be_granted_with_both_schemes(tmp_path: Path) -> None:
    """ADJ_{t-1} counts among what is available (handbook 1.4), its opening stock and its interest too."""
    base = calibrated(
        base_set(
            tmp_path / "both",
            last_year=2030,
            ledgers=("EPF", "EPA", "RPF", "ADJ"),
            regions=["A", "B"],
            parents={"A": "P", "B": "P"},
            options={"adjustment_fund": "both"},
        )
    )
    reserve = base["ledger.opening_reserve"].copy()
    reserve[:, RPF], reserve[:, EPF], reserve[:, index("ledger", "ADJ")] = 0.0, 0.0, 1e12
    still = {
        "ledger.opening_reserve": reserve,
        "adjustment.pay_in_rate": np.zeros_like(base["adjustment.pay_in_rate"]),
        "resident.subsidy": np.zeros_like(base["resident.subsidy"]),
        "revenue.employer_rate": np.full_like(base["revenue.employer_rate"], 0.01),
    }
    chosen = base.with_values(still)
    assert line(chosen, "RPF", "R5")[:2, 1].sum() + line(chosen, "EPF", "R5")[:2, 1].sum() > 0


def test_sets_that_contradict_themselves_are_refused(one: Assumptions, funded: Assumptions) -> None:
    raw = one.with_values({})
    values = {name: value for name, value in raw.values.items() if not name.startswith("calibration.")}
    with pytest.raises(poolcast.AssumptionError, match="calibrat"):
        run(replace(raw, values=values))
    with pytest.raises(poolcast.AssumptionError, match="adjustment"):
        run(funded.with_options(employee_pool="parent"))
    with pytest.raises(poolcast.AssumptionError, match="ADJ"):
        run(one.with_options(adjustment_fund="employee"))


def test_calibrated_sets_keep_their_own_parents(tmp_path: Path) -> None:
    """Two sets of equal numbers under other parents are two sets."""
    regions = ["A", "B", "C"]
    pooled = {"employee_pool": "parent"}
    first = base_set(tmp_path / "1" / "s", regions=regions, parents=dict.fromkeys(regions, "P"), options=pooled)
    second = base_set(tmp_path / "2" / "s", regions=regions, parents={"A": "P", "B": "P", "C": "Q"}, options=pooled)
    assert list(project(poolcast.calibrate(first)).region.values) == ["A", "B", "C", "P"]
    assert list(project(poolcast.calibrate(second)).region.values) == ["A", "B", "C", "P", "Q"]
