"""The principle: revenue decides expenditure, balanced, slight surplus; and what would restore it."""

from __future__ import annotations

import pytest

from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.principle import VERDICTS, Balance
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import ResultError


@pytest.mark.parametrize(
    ("balance", "reserve", "planned", "verdict"),
    [
        (30.0, 500.0, 0.02, "surplus"),
        (10.0, 500.0, 0.02, "balanced"),
        (10.0, 500.0, float("nan"), "surplus"),
        (-10.0, 500.0, 0.02, "deficit"),
        (-10.0, -1.0, 0.02, "deficit_beyond_reserve"),
        (-10.0, float("nan"), 0.02, "deficit"),
    ],
)
def test_verdicts(balance: float, reserve: float, planned: float, verdict: str) -> None:
    one = Balance("A", "EPF", 2027, 1000.0, 1000.0 - balance, balance, reserve, planned)
    assert one.verdict == verdict
    assert one.verdict in VERDICTS
    assert one.surplus_share == balance / 1000


def test_the_draft_is_judged(china: AnnualBudget, hebei: AnnualBudget) -> None:
    assert [one.verdict for one in china.balances["000000"]] == ["surplus", "surplus"]
    verdicts = {code: {one.ledger: one.verdict for one in found} for code, found in hebei.balances.items()}
    assert verdicts["130200"] == {"EPF": "surplus", "RPF": "deficit"}
    assert verdicts["130000"] == {}, "without pooling the province keeps no fund"


def test_rules_of_the_budget(china: AnnualBudget, hebei: AnnualBudget) -> None:
    assert {one.rule.id for one in china.rules} == {"C14", "C15"}
    deficits = {(one.region, one.place) for one in hebei.rules if one.rule.id == "C13"}
    assert ("130200", "balance(RPF)") in deficits
    assert all(one.last_year is None or one.last_year >= 2027 for one in hebei.rules)
    assert all(one.first_year is None or one.first_year <= 2029 for one in hebei.rules)


def test_what_restores_the_balance_does(hebei: AnnualBudget, hebei_set: Assumptions) -> None:
    found = {one.unknown.text: one for one in hebei.restoring("130200", "RPF")}
    subsidy = found["scale:resident.subsidy"]
    assert subsidy.reached
    assert subsidy.verified
    restored = budget(hebei_set, subsidy.scenario).statements["130200"]
    before = hebei.statements["130200"].value("B1", "RPF")
    assert before < 0
    assert 0 <= restored.value("B1", "RPF") < 1e-3 * restored.value("R", "RPF")
    other = budget(hebei_set, subsidy.scenario).statements["130100"]
    assert other.value("R", "RPF") == hebei.statements["130100"].value("R", "RPF"), "only the region asked for changes"


def test_another_condition(hebei: AnnualBudget) -> None:
    found = hebei.restoring("130200", "EPF", "payable_months(EPF, year=2027) >= 10")
    assert found[0].unknown.text == "revenue.employer_rate"
    assert found[0].reached
    assert found[0].change > 0


def test_closed_accounts_cannot_be_restored(china_set: Assumptions) -> None:
    with pytest.raises(ResultError, match="after 2025"):
        budget(china_set, year=2025).restoring("000000", "RPF")
