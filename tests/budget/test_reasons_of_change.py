"""Reasons of change: they add up, each cause moves its own reason, and products are split as they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import poolcast
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.log_mean import log_mean, shares_of_product
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import ResultError
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES
from poolcast.scenarios.reading import with_reforms


def test_log_mean() -> None:
    assert log_mean(np.e, 1.0) == pytest.approx(np.e - 1)
    assert log_mean(5.0, 5.0) == 5.0
    assert log_mean(-1.0, 5.0) == 0.0


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(0.1, 10)), min_size=2, max_size=4))
def test_shares_of_a_product_add_up(pairs: list[tuple[float, float]]) -> None:
    before, after = (np.array(np.prod(one)) for one in zip(*pairs, strict=True))
    factors = {f"f{number}": pair for number, pair in enumerate(pairs[:-1])}
    shares = shares_of_product(before, after, factors, "rest")
    assert sum(float(one) for one in shares.values()) == pytest.approx(float(after - before))
    weight = float(log_mean(after, before))
    assert float(shares["rest"]) == pytest.approx(weight * np.log(pairs[-1][1] / pairs[-1][0]), abs=1e-9)


def test_a_product_by_hand() -> None:
    """10 members at 2, then 20 at 4: 20 to 80; L = 60 / ln 4; both factors doubled, so each has half of 60."""
    shares = shares_of_product(np.array(20.0), np.array(80.0), {"members": (10.0, 20.0)}, "rate")
    assert float(shares["members"]) == pytest.approx(30.0)
    assert float(shares["rate"]) == pytest.approx(30.0)


def test_reasons_add_up_to_the_change_of_every_line(china: AnnualBudget, hebei: AnnualBudget) -> None:
    for one in (china, hebei):
        assert one.reasons is not None
        for region in one.regions:
            made = one.statements[region]
            change = made.change()
            for ledger in made.ledgers:
                for line in (*REVENUE_LINES, *EXPENDITURE_LINES):
                    wanted = change[made.ledgers.index(ledger), made.row(line)]
                    found = sum(one.reasons.of_line(region, ledger, line).values())
                    if np.isfinite(wanted) and np.isfinite(found):
                        assert found == pytest.approx(wanted, abs=1.0, rel=1e-9)


def test_classes_add_up(hebei: AnnualBudget) -> None:
    assert hebei.reasons is not None
    made = hebei.statements["130200"]
    for side, total in (("revenue", "R"), ("expenditure", "E")):
        found = hebei.reasons.by_class("130200", "RPF", side)
        assert sum(found.values()) == pytest.approx(made.change()[made.ledgers.index("RPF"), made.row(total)])
    assert len(hebei.reasons.table("130200")) == 13 * len(hebei.reasons.ledgers)


def _reasons(china_set: Assumptions, text: str) -> poolcast.budget.annual_budget.AnnualBudget:  # type: ignore[name-defined]
    return budget(china_set, with_reforms(poolcast.load_scenario("baseline"), [text]))


@pytest.mark.parametrize(
    ("reform", "side", "ledger", "reason"),
    [
        ("revenue.employer_rate=0.09@2027", "revenue", "EPF", "rate"),
        ("revenue.collection_rate=0.9@2027", "revenue", "EPF", "collection"),
        ("resident.subsidy=1000@2027", "revenue", "RPF", "rate"),
        ("ledger.interest_rate=0.05@2027", "revenue", "EPF", "interest_rate"),
        ("outpatient.reimbursement_rate=0.8@2027", "expenditure", "EPF", "policy"),
        ("cost.autonomous_growth=0.06@2027", "expenditure", "RPF", "unit_cost"),
    ],
)
def test_a_cause_moves_its_own_reason(
    china: AnnualBudget, china_set: Assumptions, reform: str, side: str, ledger: str, reason: str
) -> None:
    changed = _reasons(china_set, reform)
    assert changed.reasons is not None
    assert china.reasons is not None
    before, after = (one.reasons.of("000000", ledger, side) for one in (china, changed))  # type: ignore[union-attr]
    moved = {name: abs(after[name] - before[name]) for name in before}
    assert max(moved, key=lambda name: moved[name]) == reason
    assert moved[reason] > 0.7 * sum(moved.values()) > 1e8


def test_members_carry_their_growth(china: AnnualBudget) -> None:
    """Residents fall: their number lowers premiums, subsidies and benefits alike."""
    assert china.reasons is not None
    assert china.reasons.of("000000", "RPF", "revenue")["members"] < 0
    assert china.reasons.of_line("000000", "RPF", "E1.1")["members"] < 0
    here = china.forecast.average_members.sel(region="000000", status="active")
    growth = float(np.log(here.sel(year=2027) / here.sel(year=2026)))
    made = china.statements["000000"]
    weight = float(log_mean(made.value("R1.1", "EPF"), made.value("R1.1", "EPF", "outlook")))
    assert china.reasons.of_line("000000", "EPF", "R1.1")["members"] == pytest.approx(weight * growth)


def test_no_reasons_before_the_projection(china_set: Assumptions, china: AnnualBudget) -> None:
    assert budget(china_set, year=2025).reasons is None
    assert budget(china_set, year=2026).reasons is not None
    assert china.reasons is not None
    for region, ledger, line in (("0", "EPF", "E1.1"), ("000000", "E", "E1.1"), ("000000", "EPF", "E1")):
        with pytest.raises(ResultError, match="allowed"):
            china.reasons.of_line(region, ledger, line)
    with pytest.raises(ResultError, match="revenue, expenditure"):
        china.reasons.of("000000", "EPF", "balance")
