"""Performance of closed years, and official budgets against outcomes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.approved_budget import ApprovedBudget
from poolcast.budget.official_budgets import SCHEMES, STAGES, budget_errors, official_budgets, official_sources
from poolcast.budget.performance import _Year, performance
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import ResultError
from poolcast.scenarios.reading import load_scenario, with_reforms


def _closed(read: Assumptions, reform: str) -> AnnualBudget:
    """Accounts that came out otherwise, as if the year were closed: the same set under a reform."""
    outcome = budget(read, with_reforms(load_scenario("baseline"), [reform]))
    return replace(outcome, read=replace(outcome.read, base_year=2027))


def test_an_approved_budget_against_its_outcome(hebei: AnnualBudget) -> None:
    closed = replace(hebei, read=replace(hebei.read, base_year=2027))
    outcome = hebei.statements["130200"].value("E1.1", "RPF")
    approved = ApprovedBudget(2027, "budget.csv", {("130200", "RPF", "E1.1"): 0.8 * outcome})
    (found,) = performance(approved, closed).deviations
    assert (found.budget, found.outcome) == (0.8 * outcome, outcome)
    assert found.relative == pytest.approx(0.25)
    assert found.parts == {"other": pytest.approx(0.2 * outcome)}
    with pytest.raises(ResultError):
        performance(approved, hebei)
    with pytest.raises(ResultError):
        performance(approved, closed, 2026)


def test_a_deviation_and_its_parts(hebei: AnnualBudget, hebei_set: Assumptions) -> None:
    closed = _closed(hebei_set, "cost.autonomous_growth=0.05@2027")
    found = performance(hebei, replace(closed, projection=closed.projection), 2027)
    inpatient = found.of("130100", "RPF", "E1.1")
    assert inpatient.budget == hebei.statements["130100"].value("E1.1", "RPF")
    assert inpatient.outcome == closed.statements["130100"].value("E1.1", "RPF")
    assert inpatient.relative == inpatient.amount / inpatient.budget
    parts = inpatient.parts
    assert sum(parts.values()) == pytest.approx(inpatient.amount)
    assert parts["cost"] > 0.7 * inpatient.amount > 0
    assert parts["members"] == 0
    for one in found.deviations:
        assert sum(one.parts.values()) == pytest.approx(one.amount, abs=1.0)
    table = found.table()
    assert len(table) == len(found.deviations)
    assert table.label_zh.str.len().min() > 0


def test_parts_of_contributions(china: AnnualBudget, china_set: Assumptions) -> None:
    closed = _closed(china_set, "revenue.employer_rate=0.07@2027")
    parts = performance(china, closed, 2027).of("000000", "EPF", "R1.1").parts
    assert parts["rate"] < 0
    assert abs(parts["members"]) + abs(parts["base"]) < 1e-6 * abs(parts["rate"])


def test_a_year_that_is_not_closed_is_refused(china: AnnualBudget) -> None:
    with pytest.raises(ResultError, match="closed year"):
        performance(china, china, 2027)
    with pytest.raises(ResultError, match="2025 to 2060"):
        performance(china, china, 2061)
    same = performance(china, china, 2025)
    assert all(one.amount == 0 for one in same.deviations)
    with pytest.raises(ResultError, match="both have"):
        same.of("000000", "EPF", "X")


def test_official_budgets_are_the_published_ones() -> None:
    found = {(one.scheme, one.line, one.year): one for one in official_budgets()}
    assert len(found) == 24
    known = {("employee", "R", 2011): 0.13, ("employee", "R", 2015): 0.0763, ("employee", "R", 2016): 0.084}
    known |= {("employee", "E", 2015): 0.0056, ("employee", "E", 2016): -0.008, ("resident", "E", 2013): 0.08}
    for key, wanted in known.items():
        assert found[key].deviation == pytest.approx(wanted, abs=6e-5 + 0.2 * found[key].doubt)
    for one in found.values():
        assert one.scheme in SCHEMES
        assert one.stage in STAGES
        assert set(one.sources) <= set(official_sources())
        assert one.budget > 1e10


def test_errors_of_official_budgets() -> None:
    found = budget_errors("employee", "R")
    assert found is not None
    deviations = [one.deviation for one in official_budgets() if (one.scheme, one.line) == ("employee", "R")]
    assert found.count == 4
    assert found.bias == pytest.approx(np.mean(deviations))
    assert found.bias > 0.07, "budgets of revenue were low in every year found"
    assert found.largest == max(abs(one) for one in deviations)
    spent = budget_errors("employee", "E")
    assert spent is not None
    assert spent.mean_absolute < found.mean_absolute
    assert budget_errors("employee", "B1") is None


def test_factors_of_a_line_are_those_of_the_forecast(china: AnnualBudget) -> None:
    """Admissions per member, bill per admission, base per active member."""
    here = china.forecast.sel(region="000000", year=2027)
    residents = ["child", "adult_resident"]
    heads, services, bills = (
        float(values.sum())
        for values in (
            here.average_members.sel(status=residents),
            here.services.sel(status=residents, benefit="inpatient"),
            here.bills.sel(status=residents, benefit="inpatient"),
        )
    )
    found = _Year(china, 2027).factors("000000", "RPF", "E1.1")
    assert found == pytest.approx({"members": heads, "use": services / heads, "cost": bills / services})
    active = float(here.average_members.sel(status="active"))
    base = float(china.projection.money.contributions.unit_payroll[0, 0, 2]) / active
    assert _Year(china, 2027).factors("000000", "EPF", "R1.1") == pytest.approx({"members": active, "base": base})
    assert _Year(china, 2027).factors("000000", "EPA", "E1.7") == {}
