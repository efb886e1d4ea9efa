"""The set ``hebei``: its base year is that of its accounts, its people and its money are conserved over the regions."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import LEDGERS, STATUSES
from poolcast.parameters.reading import load_observations
from poolcast.projection.control_totals import factor_report
from poolcast.projection.engine import project

CITIES = [f"13{number:02d}00" for number in range(1, 12)] + ["133100"]
MUNICIPALITIES = ["110000", "120000"]
REGIONS = CITIES + MUNICIPALITIES
POOLED, OUTSIDE = CITIES[:-1], [CITIES[-1], *MUNICIPALITIES]  # Xiong'an is its own pool
WITH_RESERVE = ["EPF", "EPA", "RPF", "LAS", "LTCI", "VBPR"]
NEED = ["CSS", "MAF"]
"""The budget fills them to their need: they show expenditure only."""


@pytest.fixture(scope="module")
def assumptions() -> Assumptions:
    return poolcast.load_assumptions("hebei")


@pytest.fixture(scope="module")
def calibrated(assumptions: Assumptions) -> Assumptions:
    return poolcast.calibrate(assumptions)


@pytest.fixture(scope="module")
def forecast() -> xr.Dataset:
    return poolcast.project("hebei", "baseline")


def test_it_says_that_it_is_synthetic(assumptions: Assumptions, forecast: xr.Dataset) -> None:
    assert assumptions.synthetic
    assert forecast.attrs["synthetic"] == 1


def test_regions_and_ledgers(assumptions: Assumptions) -> None:
    assert list(assumptions.region_codes) == REGIONS
    assert [parent.code for parent in assumptions.parents] == ["130000"]
    assert assumptions.ledgers == LEDGERS


def test_the_base_year_is_that_of_the_accounts(assumptions: Assumptions, forecast: xr.Dataset) -> None:
    base = forecast.sel(year=2025, region=REGIONS)
    for position, ledger in enumerate(LEDGERS):
        if ledger == "ADJ":
            continue
        for name in ("revenue", "expenditure", "reserve"):
            printed = assumptions.in_year(f"accounts.{name}", 2025)[:, position]
            found = base[name].sel(ledger=ledger).to_numpy()
            if (name == "revenue" and ledger in NEED) or (name == "reserve" and ledger not in WITH_RESERVE):
                assert np.isnan(found).all()
                continue
            assert np.isfinite(printed).all(), (name, ledger)
            np.testing.assert_allclose(found, printed, rtol=1e-6, err_msg=f"{name} {ledger}")


def test_benefits_of_the_base_year_are_those_of_the_accounts(assumptions: Assumptions, forecast: xr.Dataset) -> None:
    paid = forecast.fund_payments.sel(year=2025, region=REGIONS)
    printed = assumptions.in_year("accounts.benefit_expenditure", 2025)
    employee = paid.sel(status=["active", "flexible", "retired", "paying_past_retirement", "unemployed"]).sum("status")
    resident = paid.sel(status=["child", "adult_resident"]).sum("status")
    np.testing.assert_allclose(employee, printed[:, 0], rtol=1e-6)
    np.testing.assert_allclose(resident, printed[:, 1], rtol=1e-6)


def test_calibration_factors_need_no_explanation(calibrated: Assumptions) -> None:
    outside = [factor for factor in factor_report(calibrated) if not factor.within_range]
    assert not outside


def test_members_of_all_statuses_are_the_population(assumptions: Assumptions, forecast: xr.Dataset) -> None:
    np.testing.assert_allclose(
        forecast.members.sum("status").sel(region=REGIONS), forecast.population.sel(region=REGIONS), rtol=1e-9
    )
    insured = [number for number, status in enumerate(STATUSES) if status != "uninsured"]
    for year, name in ((2024, "population.at_previous_year_end"), (2025, "population.at_base_year_end")):
        members = assumptions.in_year("accounts.members", year)[:, insured].sum(1)
        assert (members < assumptions[name].sum((1, 2))).all()
    printed = assumptions.in_year("accounts.members", 2025)[:, insured]
    found = forecast.members.sel(year=2025, region=REGIONS).to_numpy()[:, insured]
    np.testing.assert_allclose(found, printed, rtol=1e-6)


def test_people_are_conserved_over_the_regions(assumptions: Assumptions, forecast: xr.Dataset) -> None:
    regions = forecast.sel(region=REGIONS)
    grown = regions.population.diff("year").sum("region")
    flows = (regions.births - regions.deaths + regions.net_migrants).sum("region").isel(year=slice(1, None))
    np.testing.assert_allclose(grown, flows, rtol=0, atol=0.01)
    from_outside = assumptions.from_year("population.net_migration", 2026).sum((0, 2, 3))
    np.testing.assert_allclose(
        regions.net_migrants.isel(year=slice(1, None)).sum("region"), from_outside, rtol=0, atol=0.01
    )
    assert (regions.population_by_age >= 0).all()


def test_the_province_adds_to_its_published_figures(assumptions: Assumptions) -> None:
    cities = [assumptions.region_codes.index(code) for code in CITIES]
    people = assumptions["population.at_base_year_end"][cities]
    assert people.sum() == pytest.approx(73_630_000, abs=2_000)
    assert assumptions.in_year("economy.gross_domestic_product", 2025)[cities].sum() == pytest.approx(4.93e12, rel=1e-4)
    heads = people.sum((1, 2))
    income = (assumptions.in_year("economy.disposable_income", 2025)[cities] * heads).sum() / heads.sum()
    assert income == pytest.approx(36_439, rel=1e-4)


def test_published_figures_stand_as_history() -> None:
    accounts = load_observations("hebei", "accounts.reserve")
    tianjin = accounts[(accounts.region == "120000") & (accounts.year.astype(int) == 2022)]
    assert tianjin[["ledger", "value", "evidence", "grade"]].values.tolist() == [["RPF", 7_857_410_000, "source", "B"]]
    income = load_observations("hebei", "economy.disposable_income")
    printed = income[income.evidence == "source"]
    assert set(zip(printed.region, printed.year.astype(int), strict=True)) == {
        ("110000", 2017), ("110000", 2021), ("110000", 2022), ("130000", 2020), ("130000", 2024), ("130000", 2025),
    }  # fmt: skip


def test_numbers_stand_where_there_should_be_numbers(forecast: xr.Dataset) -> None:
    regions = forecast.sel(region=REGIONS)
    assert np.isfinite(regions.reserve.sel(ledger=WITH_RESERVE)).all()
    assert np.isfinite(regions.expenditure.sel(ledger=[ledger for ledger in LEDGERS if ledger != "ADJ"])).all()
    received = [ledger for ledger in LEDGERS if ledger not in (*NEED, "ADJ")]
    assert np.isfinite(regions.revenue.sel(ledger=received)).all()
    assert (regions.expenditure.sel(ledger=[ledger for ledger in LEDGERS if ledger != "ADJ"]) > 0).all()


def test_the_first_projected_years_go_on_from_the_base_year(forecast: xr.Dataset) -> None:
    regions = forecast.sel(region=[code for code in REGIONS if code != "133100"])  # Xiong'an grows fast by plan
    for ledger in ("EPF", "RPF"):
        for name in ("revenue", "expenditure"):
            money = regions[name].sel(ledger=ledger)
            growth = (money.sel(year=2026) / money.sel(year=2025) - 1).to_numpy()
            assert growth.min() > -0.01, (name, ledger)
            assert growth.max() < 0.08, (name, ledger)
    people = regions.population
    assert (np.abs(people.sel(year=2026) / people.sel(year=2025) - 1) < 0.015).all()


def test_a_provincial_pool_is_the_sum_of_its_cities(calibrated: Assumptions) -> None:
    pooled = project(calibrated.with_options(employee_pool="parent", adjustment_fund="none"))
    apart = project(calibrated.with_options(adjustment_fund="none"))
    pool = pooled.sel(region="130000", ledger="EPF")
    cities = apart.sel(region=POOLED, ledger="EPF").sum("region")
    np.testing.assert_allclose(pool.revenue_before_interest, cities.revenue_before_interest, rtol=1e-9)
    np.testing.assert_allclose(pool.expenditure, cities.expenditure, rtol=1e-9)
    assert float(pool.reserve.sel(year=2025)) == pytest.approx(float(cities.reserve.sel(year=2025)), rel=1e-9)
    assert np.isnan(pooled.reserve.sel(region=POOLED, ledger="EPF")).all()
    own = pooled.reserve.sel(region=OUTSIDE, ledger="EPF")
    np.testing.assert_allclose(own, apart.reserve.sel(region=OUTSIDE, ledger="EPF"), rtol=1e-12)
    before = pool.reserve.shift(year=1).isel(year=slice(1, None))
    change = (pool.reserve - pool.reserve.shift(year=1)).isel(year=slice(1, None))
    assert np.isfinite(before).all()
    np.testing.assert_allclose(change, pool.balance.isel(year=slice(1, None)), rtol=1e-9, atol=1.0)


@pytest.mark.parametrize(("schemes", "funds"), [("employee", ["EPF"]), ("resident", ["RPF"]), ("both", ["EPF", "RPF"])])
def test_every_yuan_of_the_adjustment_fund_is_granted_or_stays(
    calibrated: Assumptions, schemes: str, funds: list[str]
) -> None:
    rate = np.zeros_like(calibrated["adjustment.pay_in_rate"])
    rate[:, calibrated.year_position(2027) :] = 0.05
    chosen = calibrated.with_values({"adjustment.pay_in_rate": rate}).with_options(adjustment_fund=schemes)
    result = project(chosen)
    fund = result.sel(region="130000", ledger="ADJ")
    cities = result.sel(region=POOLED, ledger=funds)
    paid_in = fund.revenue_by_line.sel(revenue_line="R6")
    granted = fund.expenditure_by_line.sel(expenditure_line="E4")
    sent = cities.expenditure_by_line.sel(expenditure_line="E5").sum(("region", "ledger"))
    arrived = cities.revenue_by_line.sel(revenue_line="R5").sum(("region", "ledger"))
    np.testing.assert_allclose(paid_in, sent, rtol=1e-9, atol=0.01)
    np.testing.assert_allclose(granted, arrived, rtol=1e-9, atol=0.01)
    assert float(paid_in.sel(year=2026)) == 0
    assert (paid_in.sel(year=slice(2027, None)) > 0).all()
    assert float(granted.sum()) > 0
    np.testing.assert_allclose(fund.reserve, (paid_in - granted + fund.interest).cumsum("year"), rtol=1e-9, atol=1.0)
    assert (fund.reserve >= -1.0).all()
    outside = result.sel(region=OUTSIDE, ledger=funds).expenditure_by_line.sel(expenditure_line="E5")
    assert (outside == 0).all()


def test_the_adjustment_fund_rests_in_the_baseline(forecast: xr.Dataset) -> None:
    fund = forecast.sel(region="130000", ledger="ADJ")
    assert (fund.revenue == 0).all()
    assert (fund.expenditure == 0).all()
