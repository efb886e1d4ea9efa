"""Rules that look at last year's stocks: rate holiday, triggered prices; faster settlement; budgets on revenue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import project
from poolcast.projection.payment import close_budget
from tests.fixtures.minimal_set import write_minimal_set


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Assumptions:
    folder: Path = write_minimal_set(
        tmp_path_factory.mktemp("sets") / "budgeted", options={"payment_rule": "closure"}, last_year=2032
    )
    return calibrate(load_assumptions(folder))


def changed(assumptions: Assumptions, name: str, value: float, first: int = 2027) -> Assumptions:
    values = assumptions[name].copy()
    if values.ndim == 0:
        return assumptions.with_values({name: np.asarray(value)})
    values[:, assumptions.year_position(first) :] = value
    return assumptions.with_values({name: values})


def test_a_rate_holiday_waives_only_after_a_rich_year(calibrated: Assumptions) -> None:
    baseline = project(calibrated).sel(region="A", ledger="EPF")
    units = baseline.revenue_by_line.sel(revenue_line="R1.1")
    rich = changed(changed(calibrated, "holiday.cut", 0.2), "holiday.minimum_months", 0.0)
    waived = project(rich).sel(region="A", ledger="EPF").revenue_by_line.sel(revenue_line="R1.1")
    assert float(waived.sel(year=2026)) == float(units.sel(year=2026))
    np.testing.assert_allclose(waived.sel(year=slice(2027, None)), 0.8 * units.sel(year=slice(2027, None)), rtol=1e-12)
    poor = changed(changed(calibrated, "holiday.cut", 0.2), "holiday.minimum_months", 30.0)
    months = 12 * baseline.reserve / baseline.expenditure
    first = int(months.year.where(months > 30).min()) + 1
    assert 2027 < first < 2032
    found = project(poor).sel(region="A", ledger="EPF").revenue_by_line.sel(revenue_line="R1.1")
    np.testing.assert_array_equal(found.sel(year=slice(None, first - 1)), units.sel(year=slice(None, first - 1)))
    assert float(found.sel(year=first)) == pytest.approx(0.8 * float(units.sel(year=first)), rel=1e-12)


def test_triggered_price_rises_add_up(calibrated: Assumptions) -> None:
    baseline = project(calibrated).sel(region="A", ledger="EPF")
    care = baseline.expenditure_by_line.sel(expenditure_line=["E1.1", "E1.2", "E1.3", "E1.4", "E1.5"]).sum(
        "expenditure_line"
    )
    rising = changed(changed(calibrated, "price_trigger.increase", 0.02), "price_trigger.minimum_months", 0.0)
    extra = project(rising).sel(region="A", ledger="EPF").expenditure_by_line.sel(expenditure_line="E1.7")
    for year in range(2027, 2033):
        expected = float(care.sel(year=year)) * (1.02 ** (year - 2026) - 1)
        assert float(extra.sel(year=year)) == pytest.approx(expected, rel=1e-12)


def test_faster_settlement_moves_cash_and_not_expenditure(calibrated: Assumptions) -> None:
    baseline = project(calibrated).sel(region="A", ledger="EPF")
    faster = project(changed(calibrated, "settlement.days_faster", 10.0)).sel(region="A", ledger="EPF")
    np.testing.assert_array_equal(faster.expenditure, baseline.expenditure)
    np.testing.assert_array_equal(faster.reserve, baseline.reserve)
    assert float(faster.settled_faster.sel(year=2026)) == 0
    assert float(faster.settled_faster.sel(year=2027)) == pytest.approx(
        10 / 250 * float(baseline.expenditure.sel(year=2027))
    )


def test_a_budget_that_follows_revenue_takes_the_smaller_growth(calibrated: Assumptions) -> None:
    names = {"payment.budget_follows_revenue": 1.0, "payment.overspend_softness": 0.0, "payment.catch_up": 0.0}
    followed = calibrated
    for name, value in names.items():
        followed = changed(followed, name, value, first=2025)
    years = followed.last_year - followed.base_year + 1
    claims = np.ones((1, 1, years, 2)) * (1.06 ** np.arange(years))[None, None, :, None] * 1e9
    revenue = np.ones_like(claims) * (1.03 ** np.arange(years))[None, None, :, None] * 2e9
    share = float(followed.in_year("payment.budgeted_share", 2026)[0, 0])
    paid = close_budget(followed, claims, revenue)
    expected = share * 1e9 * 1.03 ** np.arange(years) + (1 - share) * claims[0, 0, :, 0]
    np.testing.assert_allclose(paid[0, 0, :, 0], expected, rtol=1e-12)
    np.testing.assert_allclose(close_budget(followed, revenue, claims)[0, 0, :, 0], revenue[0, 0, :, 0], rtol=1e-12)
