"""The point value: settled amount per point, as DIP and DRG settle it (handbook 4.3, 4.4)."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.burden import point_value


@pytest.fixture(scope="module")
def china():
    return poolcast.calibrate(poolcast.load_assumptions("china", to=2035))


def values(scenario, assumptions):
    forecast = poolcast.project(assumptions, scenario)
    return forecast, point_value(forecast).isel(region=0)


def test_what_is_paid_as_claimed_is_worth_its_unit_cost(china):
    forecast, value = values("baseline", china)
    for ledger, scheme in (("EPF", 0), ("RPF", 1)):
        cost = forecast.unit_cost_index.isel(region=0, scheme=scheme).sel(benefit="inpatient")
        assert np.allclose(value.sel(ledger=ledger), cost, rtol=1e-9)
    assert value.sel(ledger="CII").isnull().all()


def test_coding_lowers_it_by_hand(china):
    coded = china.with_values({"payment.case_mix_growth": np.full_like(china["payment.case_mix_growth"], 0.02)})
    _, plain = values("baseline", china)
    _, value = values("baseline", coded)
    assert float(value.sel(ledger="RPF", year=2030)) == pytest.approx(
        float(plain.sel(ledger="RPF", year=2030)) / 1.02**5
    )


def test_a_closed_budget_lowers_it():
    """With a hard budget that does not grow the fund's part stays, so the value falls behind the unit cost."""
    hebei = poolcast.calibrate(poolcast.load_assumptions("hebei", to=2030))
    hard = {
        name: np.zeros_like(hebei[f"payment.{name}"]) for name in ("budget_growth", "overspend_softness", "catch_up")
    }
    closed = hebei.with_values({f"payment.{name}": array for name, array in hard.items()})
    _, free = values("baseline", hebei)
    forecast, value = values("baseline", closed)
    assert (value.sel(ledger="EPF", year=2030) < 0.95 * free.sel(ledger="EPF", year=2030)).all()
    paid = forecast.fund_payments.isel(region=0).sel(benefit="inpatient", year=2030).values[2:7].sum()
    in_policy = forecast.in_policy_bills.isel(region=0).sel(benefit="inpatient", year=2030).values[2:7].sum()
    claims = forecast.claims.isel(region=0).sel(benefit="inpatient", year=2030).values[2:7].sum()
    cost = float(forecast.unit_cost_index.isel(region=0, scheme=0).sel(benefit="inpatient", year=2030))
    per_point = (paid + in_policy - claims) / (in_policy / cost)
    of_base = [
        float(forecast[name].isel(region=0, year=0).sel(benefit="inpatient").values[2:7].sum())
        for name in ("fund_payments", "in_policy_bills", "claims")
    ]
    base = (of_base[0] + of_base[1] - of_base[2]) / of_base[1]
    assert float(value.sel(ledger="EPF", year=2030)) == pytest.approx(per_point / base, rel=1e-9)


def test_points_inflation_of_the_lever_lowers_it(china):
    _, before = values("baseline", china)
    _, after = values("P03", china)
    assert float(after.sel(ledger="EPF", year=2035)) < float(before.sel(ledger="EPF", year=2035))
