"""Calibration on random accounts: every control total is met to 1e-6, or the set is refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS, EMPLOYEE_STATUSES, RESIDENT_STATUSES, index
from poolcast.projection.control_totals import FACTORS, factor_report, neutral
from poolcast.projection.engine import project
from poolcast.scenarios.reform import Reform
from tests.projection.random_sets import base_set, random_set

CHECK = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
SCHEMES = {"employee": list(EMPLOYEE_STATUSES), "resident": list(RESIDENT_STATUSES)}


@lru_cache
def base() -> Assumptions:
    with TemporaryDirectory() as folder:
        read = base_set(
            Path(folder) / "accounts",
            regions=["A", "B"],
            last_year=2028,
            ledgers=("EPF", "EPA", "RPF", "CII", "MAF", "LTCI"),
            options={"calibration": "accounts"},
        )
    return read


def with_accounts(seed: int) -> Assumptions:
    """Accounts near what the set gives by itself; benefits below it, so that no payment meets its in-policy bill."""
    held = {
        "long_term_care.coverage_share": base()["long_term_care.coverage_share"],
        "ledger.other_expenditure": base()["ledger.other_expenditure"] * 0.0,
    }
    varied = random_set(base(), seed).with_values(held)
    random = np.random.default_rng(seed + 1)
    own = project(poolcast.calibrate(varied.with_options(calibration="none"))).sel(year=2025)
    values = {name: varied[name].copy() for name in varied.values if name.startswith("accounts.")}
    at = varied.year_position(2025)

    def near(found: np.ndarray, width: float = 0.15) -> np.ndarray:
        return found * random.uniform(1 - width, 1 + width, found.shape)

    for ledger in ("EPF", "EPA", "RPF", "LTCI"):
        values["accounts.revenue"][:, at, index("ledger", ledger)] = near(own.revenue.sel(ledger=ledger).values)
    for ledger in ("EPA", "LTCI", "MAF"):
        values["accounts.expenditure"][:, at, index("ledger", ledger)] = near(own.expenditure.sel(ledger=ledger).values)
    for scheme, statuses in enumerate(SCHEMES.values()):
        paid = own.fund_payments.sel(status=statuses).sum("status").values
        values["accounts.benefit_expenditure"][:, at, scheme] = near(paid * 0.65, 0.1)
        number = index("ledger", ("EPF", "RPF")[scheme])
        spent = own.expenditure.isel(ledger=("EPF", "EPA", "RPF").index(("EPF", "RPF")[scheme])).values
        values["accounts.expenditure"][:, at, number] = near(spent * 0.65, 0.02)
        stays = own.services.sel(status=statuses, benefit="inpatient").sum("status").values
        bills = own.bills.sel(status=statuses, benefit="inpatient").sum("status").values
        shape = (2, len(varied.years), 2)
        for name, found in (("admissions", near(stays)), ("cost_per_admission", near(bills / stays))):
            table = values.setdefault(f"accounts.{name}", np.full(shape, np.nan))
            table[:, at, scheme] = found
    for offset, share, people in (
        (0, "coverage.status_share", "population.at_base_year_end"),
        (-1, "coverage.previous_status_share", "population.at_previous_year_end"),
    ):
        held_by = (varied[share] * varied[people][:, None]).sum((2, 3))[:, :7]
        values["accounts.members"][:, at + offset, :7] = held_by * random.uniform(0.985, 0.995, (2, 7))
    return varied.with_values(values)


@pytest.mark.long
@CHECK
@given(st.integers(0, 2**32 - 1))
def test_control_totals_are_met(seed: int) -> None:
    assumptions = with_accounts(seed)
    fitted = poolcast.calibrate(assumptions)
    forecast = project(fitted).sel(year=2025)

    def given_total(name: str) -> np.ndarray:
        return assumptions.in_year(f"accounts.{name}", 2025)

    for ledger in ("EPF", "EPA", "RPF", "LTCI"):
        for side in ("revenue", "expenditure"):
            wanted = given_total(side)[:, index("ledger", ledger)]
            assert forecast[side].sel(ledger=ledger).values == pytest.approx(wanted, rel=1e-6), f"{ledger} {side}"
        opening = assumptions["ledger.opening_reserve"][:, index("ledger", ledger)]
        assert forecast.reserve.sel(ledger=ledger).values == pytest.approx(opening, rel=1e-12)
    wanted = given_total("expenditure")[:, index("ledger", "MAF")]
    assert forecast.expenditure.sel(ledger="MAF").values == pytest.approx(wanted, rel=1e-6)
    for scheme, statuses in enumerate(SCHEMES.values()):
        services = forecast.services.sel(status=statuses, benefit="inpatient").sum("status").values
        bills = forecast.bills.sel(status=statuses, benefit="inpatient").sum("status").values
        assert services == pytest.approx(given_total("admissions")[:, scheme], rel=1e-6)
        assert bills / services == pytest.approx(given_total("cost_per_admission")[:, scheme], rel=1e-6)
        for number, benefit in enumerate(BENEFITS):
            paid = forecast.fund_payments.sel(status=statuses, benefit=benefit).sum("status").values
            assert paid == pytest.approx(given_total("benefit_expenditure")[:, scheme, number], rel=1e-6, abs=1.0)
    members = given_total("members")[:, :7]
    assert forecast.members.values[:, :7] == pytest.approx(members, rel=1e-6, abs=1e-3)


def test_factors_are_listed_and_frozen() -> None:
    fitted = poolcast.calibrate(with_accounts(5))
    listed = factor_report(fitted)
    assert {factor.region for factor in listed} == {"A", "B"}
    assert {factor.name for factor in listed} <= set(FACTORS)
    for factor in listed:
        if factor.name == "calibration.other_expenditure_share":
            assert factor.within_range == (abs(factor.value) <= 0.02)
        else:
            assert factor.within_range == (0.8 <= factor.value <= 1.25)
    assert poolcast.calibrate(with_accounts(5)) is fitted  # once per content
    assert factor_report(neutral(base())) == []


def responding(seed: int) -> Assumptions:
    """Accounts that agree with the opening reserve, and patients who answer to what they pay themselves."""
    read = with_accounts(seed)
    reserve = read["accounts.reserve"].copy()
    reserve[:, read.year_position(2025)] = read["ledger.opening_reserve"]
    response = np.ones_like(read["behaviour.response"])
    return read.with_values({"accounts.reserve": reserve, "behaviour.response": response})


def test_a_calibrated_set_keeps_its_factors() -> None:
    read = responding(5)
    fitted = poolcast.calibrate(read)
    assert fitted is not read
    assert poolcast.calibrate(fitted) is fitted
    assert poolcast.project(fitted).identical(poolcast.project(read).assign_attrs(set_digest=fitted.digest()))
    law = poolcast.load_scenario("baseline")
    lower = Reform("scale", "inpatient.reimbursement_rate", {2027: 0.8})
    reformed = replace(law, reforms=(lower,)).apply(fitted)
    assert poolcast.calibrate(reformed) is reformed, "a reform never moves a factor, nor what patients compare with"


def test_other_accounts_are_calibrated_anew() -> None:
    read = responding(5)
    changed = {"accounts.revenue": read["accounts.revenue"] * 1.01}
    wanted = poolcast.calibrate(read.with_values(changed))
    found = poolcast.calibrate(poolcast.calibrate(read).with_values(changed))
    for name in wanted.values:
        if name.startswith("calibration."):
            assert found[name] == pytest.approx(wanted[name], rel=1e-9, abs=1e-12), name
    uncalibrated = poolcast.calibrate(poolcast.calibrate(read).with_options(calibration="none"))
    assert factor_report(uncalibrated) == []


def test_accounts_that_nothing_can_reach_are_refused() -> None:
    assumptions = with_accounts(6)
    nothing = ("chronic.reimbursement_rate", "outbreak.reimbursement_rate")
    still = assumptions.with_values({name: np.zeros_like(base()[name]) for name in nothing})
    with pytest.raises(poolcast.AssumptionError, match="chronic") as found:
        poolcast.calibrate(still)
    assert len(found.value.problems) == 4  # two schemes in two regions


def generous(assumptions: Assumptions, factor: float) -> Assumptions:
    """The same accounts with more inpatient expenditure than before."""
    values = assumptions["accounts.benefit_expenditure"].copy()
    values[:, assumptions.year_position(2025), :, 0] *= factor
    return assumptions.with_values({"accounts.benefit_expenditure": values})


@pytest.mark.parametrize("seed", range(6))
def test_accounts_near_the_in_policy_bill_are_met(seed: int) -> None:
    """Where one tier reaches its in-policy bill the others must bear the rest; 88 % of the bill can be reached."""
    assumptions = with_accounts(seed)
    shape = assumptions["accounts.benefit_expenditure"].copy()
    claims = project(poolcast.calibrate(assumptions)).sel(year=2025)
    for scheme, statuses in enumerate(SCHEMES.values()):
        bills = claims.in_policy_bills.sel(status=statuses, benefit="inpatient").sum("status").values
        shape[:, assumptions.year_position(2025), scheme, 0] = 0.88 * bills
    full = assumptions.with_values({"accounts.benefit_expenditure": shape})
    found = project(poolcast.calibrate(full)).sel(year=2025, benefit="inpatient").fund_payments
    for scheme, statuses in enumerate(SCHEMES.values()):
        wanted = shape[:, assumptions.year_position(2025), scheme, 0]
        assert found.sel(status=statuses).sum("status").values == pytest.approx(wanted, rel=1e-6)


def test_accounts_beyond_the_in_policy_bill_are_refused() -> None:
    with pytest.raises(poolcast.AssumptionError):
        poolcast.calibrate(generous(with_accounts(7), 3.0))


def test_revenue_that_nothing_can_reach_is_refused() -> None:
    assumptions = with_accounts(8)
    benefits = assumptions["accounts.benefit_expenditure"].copy()
    benefits[..., index("benefit", "long_term_care")] = 0.0
    nothing = np.zeros_like(assumptions["long_term_care.coverage_share"])
    changed = {"long_term_care.coverage_share": nothing, "accounts.benefit_expenditure": benefits}
    with pytest.raises(poolcast.AssumptionError):
        poolcast.calibrate(assumptions.with_values(changed))


def test_members_that_the_population_cannot_hold_are_refused() -> None:
    assumptions = with_accounts(10)
    members = assumptions["accounts.members"].copy()
    children = assumptions["population.at_base_year_end"][:, :, :16].sum((1, 2))
    members[:, assumptions.year_position(2025), index("status", "child")] = 1.2 * children
    with pytest.raises(poolcast.AssumptionError):
        poolcast.calibrate(assumptions.with_values({"accounts.members": members}))


def test_assistance_with_other_expenditure_meets_its_accounts() -> None:
    assumptions = with_accounts(9)
    other = assumptions["ledger.other_expenditure"].copy()
    other[..., index("ledger", "MAF")] = 1e6
    changed = assumptions.with_values({"ledger.other_expenditure": other})
    found = project(poolcast.calibrate(changed)).sel(year=2025, ledger="MAF").expenditure.values
    wanted = changed.in_year("accounts.expenditure", 2025)[:, index("ledger", "MAF")]
    assert found == pytest.approx(wanted, rel=1e-6)
