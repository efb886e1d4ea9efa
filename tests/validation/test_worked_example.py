"""Handbook 11.2-11.4: every printed figure to 0.01 yuan, through the public engine."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr

import poolcast
from tests.validation.worked_example import write_worked_example


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    folder: Path = write_worked_example(tmp_path_factory.mktemp("sets") / "worked_example")
    return poolcast.project(folder, "baseline").isel(region=0)


def yuan(value: float) -> object:
    return pytest.approx(value, abs=0.0051, rel=0)


def test_exposures_and_dependency(forecast: xr.Dataset) -> None:
    for year, active, flexible, retired, resident in (
        (2025, 1200, 300, 1100, 1400),
        (2026, 1137, 335.2, 1602.7, 1734.1),
    ):
        members = forecast.average_members.sel(year=year)
        found = [float(members.sel(status=status)) for status in ("active", "flexible", "retired", "adult_resident")]
        assert found == pytest.approx([active, flexible, retired, resident], abs=1e-9)
    assert float(forecast.dependency_ratio.sel(year=2025)) == pytest.approx(1.363636, abs=5e-7)
    assert float(forecast.dependency_ratio.sel(year=2026)) == pytest.approx(0.918575, abs=5e-7)


@pytest.mark.parametrize(
    ("ledger", "line", "in_2025", "in_2026"),
    [
        ("EPF", "R1.1", 9_088_128.00, 8_955_441.33),
        ("EPF", "R1.3", 1_094_400.00, 1_271_721.98),
        ("EPF", "R1.9", -1_100_000.00, -1_602_700.00),
        ("EPF", "R3", 411_721.28, 408_991.20),
        ("EPA", "R1.2", 2_272_032.00, 2_238_860.33),
        ("EPA", "R4", 1_100_000.00, 1_602_700.00),
        ("RPF", "R3", 75_110.30, 62_553.59),
    ],
)
def test_revenue_lines(forecast: xr.Dataset, ledger: str, line: str, in_2025: float, in_2026: float) -> None:
    lines = forecast.revenue_by_line.sel(ledger=ledger, revenue_line=line)
    assert float(lines.sel(year=2025)) == yuan(in_2025)
    assert float(lines.sel(year=2026)) == yuan(in_2026)


@pytest.mark.parametrize(
    ("ledger", "line", "in_2025", "in_2026"),
    [
        ("EPF", "E1.1", 6_129_600.00, 8_483_250.09),
        ("EPF", "E1.2", 1_780_800.00, 2_409_791.58),
        ("RPF", "E1.1", 1_734_969.60, 2_449_866.54),
        ("RPF", "E1.2", 168_000.00, 218_496.60),
        ("RPF", "E2", 126_000.00, 156_069.00),
    ],
)
def test_expenditure_lines(forecast: xr.Dataset, ledger: str, line: str, in_2025: float, in_2026: float) -> None:
    lines = forecast.expenditure_by_line.sel(ledger=ledger, expenditure_line=line)
    assert float(lines.sel(year=2025)) == yuan(in_2025)
    assert float(lines.sel(year=2026)) == yuan(in_2026)


@pytest.mark.parametrize(
    ("ledger", "measure", "in_2025", "in_2026"),
    [
        ("EPF", "revenue_before_interest", 9_082_528.00, 8_624_463.32),
        ("EPF", "expenditure", 7_910_400.00, 10_893_041.67),
        ("EPF", "balance_before_interest", 1_172_128.00, -2_268_578.36),
        ("EPF", "balance", 1_172_128.00 + 411_721.28, -1_859_587.15),
        ("EPF", "interest", 411_721.28, 408_991.20),
        ("EPF", "reserve", 21_583_849.28, 19_724_262.13),
        ("RPF", "revenue_before_interest", 1_540_000.00, 1_907_510.00),
        ("RPF", "expenditure", 2_028_969.60, 2_824_432.14),
        ("RPF", "balance_before_interest", -488_969.60, -916_922.14),
        ("RPF", "balance", -413_859.30, -916_922.14 + 62_553.59),
        ("RPF", "reserve", 3_586_140.70, 2_731_772.15),
        ("EPA", "revenue", 3_372_032.00, 3_841_560.33),
        ("EPA", "expenditure", 3_102_269.44, 3_534_235.51),
        ("EPA", "reserve", 5_269_762.56, 5_577_087.39),
    ],
)
def test_ledgers(forecast: xr.Dataset, ledger: str, measure: str, in_2025: float, in_2026: float) -> None:
    values = forecast[measure].sel(ledger=ledger)
    tolerance = 0.0101 if measure == "balance" else 0.0051  # two printed figures added
    assert float(values.sel(year=2025)) == pytest.approx(in_2025, abs=tolerance, rel=0)
    assert float(values.sel(year=2026)) == pytest.approx(in_2026, abs=tolerance, rel=0)


def test_bases_rates_months_and_services(forecast: xr.Dataset) -> None:
    bases = forecast.contributory_bases
    assert float(bases.sel(year=2025)) == yuan(130_320_000.00)
    assert float(bases.sel(year=2026)) == yuan(130_960_752.00)
    assert float(forecast.cost_rate.sel(year=2025)) == pytest.approx(0.06069982, abs=5e-9)
    assert float(forecast.income_rate.sel(year=2025)) == pytest.approx(0.06969405, abs=5e-9)
    assert float(forecast.cost_rate.sel(year=2026)) == pytest.approx(0.08317791, abs=5e-9)
    assert float(forecast.income_rate.sel(year=2026)) == pytest.approx(0.06585533, abs=5e-9)
    months = forecast.payable_months
    for ledger, year, printed in (
        ("EPF", 2025, 32.7425),
        ("EPF", 2026, 21.7287),
        ("RPF", 2025, 21.2096),
        ("RPF", 2026, 11.6063),
    ):
        assert float(months.sel(ledger=ledger, year=year)) == pytest.approx(printed, abs=5e-5)
    services = forecast.services.sel(benefit="inpatient")
    for status, year, admissions in (
        ("active", 2025, 180.0),
        ("retired", 2025, 495.0),
        ("retired", 2026, 735.6393),
        ("adult_resident", 2025, 416.0),
        ("adult_resident", 2026, 568.344),
    ):
        assert float(services.sel(status=status, year=year)) == pytest.approx(admissions, abs=5e-5)
    assert float(services.sel(status=["active", "flexible"], year=2026).sum()) == pytest.approx(
        202.9545 + 66.8763, abs=1e-4
    )


def test_outpatient_by_group(forecast: xr.Dataset) -> None:
    paid = forecast.fund_payments.sel(benefit="outpatient", year=2026)
    assert float(paid.sel(status="retired")) == yuan(1_696_297.68)
    assert float(paid.sel(status=["active", "flexible"]).sum()) == pytest.approx(584_986.50 + 128_507.40, abs=0.0101)


def test_payment_per_admission(forecast: xr.Dataset) -> None:
    for status, year, printed in (
        ("retired", 2025, 8_172.80),
        ("retired", 2026, 8_437.09832),
        ("adult_resident", 2025, 4_170.60),
        ("adult_resident", 2026, 4_310.534720),
    ):
        paid = forecast.fund_payments.sel(benefit="inpatient", status=status, year=year)
        per_admission = float(paid / forecast.services.sel(benefit="inpatient", status=status, year=year))
        assert per_admission == pytest.approx(printed, abs=5e-6)


def test_first_deficits(forecast: xr.Dataset) -> None:
    for measure in (poolcast.first_deficit, poolcast.first_deficit_before_interest):
        years = measure(forecast)
        assert float(years.sel(ledger="EPF")) == 2026
        assert float(years.sel(ledger="RPF")) == 2025
