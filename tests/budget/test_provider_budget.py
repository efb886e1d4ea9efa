"""The budget of providers: by hand, and against the statement of the same run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poolcast.budget.allotment import allot
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.provider_budget import ProviderBudgets
from poolcast.budget.provider_claims import METHODS
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import AssumptionError, ResultError

_CARE = ("E1.1", "E1.2", "E1.3", "E1.4", "E1.5")


def test_allotment_by_hand() -> None:
    """R 1000, surplus 5 % = 50, not to providers 100, elsewhere 80, individuals 20: 750; risk 4 % = 30; left 720."""
    found = allot(np.array(1000.0), 0.05, 100.0, 80.0, 20.0, 0.04, np.array([500.0, 300.0]))
    assert float(found.planned_surplus) == 50.0
    assert float(found.risk_share) == 30.0
    assert float(found.available) == 720.0
    assert float(found.scale) == 0.9
    assert found.blocks.tolist() == [450.0, 270.0]
    assert (float(found.left), float(found.short)) == (0.0, 80.0)
    rich = allot(np.array(2000.0), 0.05, 100.0, 80.0, 20.0, 0.04, np.array([500.0, 300.0]))
    assert rich.blocks.tolist() == [500.0, 300.0], "no block gets more than the rule allots"
    assert float(rich.left) == pytest.approx(0.96 * 1700 - 800)
    poor = allot(np.array(100.0), 0.0, 200.0, 0.0, 0.0, 0.04, np.array([500.0]))
    assert poor.blocks.tolist() == [0.0]
    assert float(poor.short) == 500.0


def _by_hand(rule: str) -> ProviderBudgets:
    """One region and fund, two years; DIP wants 480, then 500, and claims 480, then 480; outpatient care 300."""
    blocks = len(METHODS)

    def filled(dip: list[float], outpatient: list[float]) -> np.ndarray:
        values = np.zeros((blocks, 1, 2, 1))
        values[list(METHODS).index("dip"), 0, :, 0] = dip
        values[list(METHODS).index("outpatient"), 0, :, 0] = outpatient
        return values

    wanted = filled([480.0, 500.0], [290.0, 300.0])
    year = np.array([950.0, 1000.0]).reshape(1, 2, 1)
    allotment = allot(year, 0.05, np.full_like(year, 100.0), 80.0, 20.0, 0.04, wanted)
    terms = {"retention_threshold": 0.85, "retained_share": 0.7, "overspend_softness": 0.3}
    terms |= {"overspend_share": 0.6, "overspend_limit": 1.15}
    arrays = {name: np.full((1, 2, 1), value) for name, value in terms.items()}
    return ProviderBudgets(
        ("A",),
        (2026, 2027),
        ("EPF",),
        allotment,
        claims=filled([480.0, 480.0], [290.0, 300.0]),
        settled=filled([459.0, 459.0], [290.0, 300.0]),
        own_share=filled([150.0, 150.0], [0.0, 0.0]),
        cases=filled([0.6, 0.6], [0.0, 0.0]),
        points=filled([600.0, 600.0], [0.0, 0.0]),
        terms=arrays | {"rule": rule},
    )


def test_blocks_and_prices_by_hand() -> None:
    """2027: 720 for 800, so DIP gets 450; claims 480 above it are paid as 450 + 0.3 * 30 = 459."""
    made = _by_hand("closure").of("A", "EPF", 2027)
    assert made is not None
    dip, outpatient = made.blocks
    assert (dip.method, outpatient.method) == ("dip", "outpatient")
    assert dip.budget == pytest.approx(450.0)
    before = 480 * 0.96 * (950 * 0.95 - 200) / 770
    assert dip.budget_before == pytest.approx(before)
    assert dip.growth == pytest.approx(450 / before - 1)
    assert (dip.retained, dip.borne, dip.shared) == pytest.approx((0.0, 21.0, 9.0))
    price = made.prices["dip"]
    assert price.at_start == pytest.approx((450 + 150) / 600)
    assert price.at_end == pytest.approx((459 + 150) / 600)
    assert "drg" not in made.prices
    assert made.total == pytest.approx(720.0)
    assert made.revenue_growth == pytest.approx(1000 / 950 - 1)
    assert made.need_growth == pytest.approx(800 / 770 - 1)
    assert not made.within_guideline, "the cut of the year before was deeper"
    assert made.table().set_index("method").loc["dip", "settled"] == 459.0


@pytest.mark.parametrize(
    ("rule", "over", "wanted"),
    [
        ("closure", 1.1, 450 + 0.3 * 45),
        ("closure", 0.9, 405 + 0.7 * 45),
        ("closure", 0.8, 360.0),
        ("corridor", 1.1, 450 + 0.6 * 45),
        ("corridor", 1.3, 450 * (1 + 0.6 * 0.15)),
        ("corridor", 0.9, 405 + 0.7 * 45),
        ("fee_for_service", 1.3, 585.0),
    ],
)
def test_settlement_by_hand(rule: str, over: float, wanted: float) -> None:
    made = _by_hand(rule).of("A", "EPF", 2027)
    assert made is not None
    assert made.settlement_if(over) == pytest.approx(wanted)
    with pytest.raises(ResultError, match="under a budget"):
        made.settlement_if(over, "drg")


def _care_of(one: AnnualBudget, ledger: str) -> np.ndarray:
    codes = [line.code for line in one.accounts.lines]
    values = one.accounts.amounts[:, :, one.accounts.ledgers.index(ledger)]
    return np.nansum(values[..., [codes.index(code) for code in _CARE]], axis=-1)


def _settles_as_the_statement(one: AnnualBudget) -> None:
    found = one.provider_budgets
    for number, ledger in enumerate(found.ledgers):
        enough = found.allotment.scale[..., number] >= 1
        paid = found.settled[..., number].sum(0)
        paid = paid + found.allotment.out_of_region[..., number] + found.allotment.individual[..., number]
        assert enough.any()
        assert paid[enough] == pytest.approx(_care_of(one, ledger)[enough], rel=1e-12)


def test_the_settlement_is_what_the_statement_pays(china: AnnualBudget, hebei: AnnualBudget) -> None:
    _settles_as_the_statement(china)
    _settles_as_the_statement(hebei)


@pytest.mark.parametrize("lever", ["P01", "P06", "P08", "B26"])
def test_the_settlement_is_what_the_statement_pays_under_levers(hebei_set: Assumptions, lever: str) -> None:
    """A harder cap, payment per head, a corridor, an outbreak with waived stays."""
    _settles_as_the_statement(budget(hebei_set, lever))


def test_allotment_adds_up(hebei: AnnualBudget) -> None:
    one = hebei.provider_budgets.allotment
    spent = one.planned_surplus + one.not_to_providers + one.out_of_region + one.individual + one.risk_share
    positive = one.available > 0
    assert (spent + one.available)[positive] == pytest.approx(one.revenue[positive])
    assert (one.blocks.sum(0) + one.left)[positive] == pytest.approx(one.available[positive])
    assert (one.wanted.sum(0) - one.blocks.sum(0))[positive] == pytest.approx(one.short[positive], abs=1.0)


def test_a_pool_adds_its_regions(hebei_set: Assumptions) -> None:
    pooled = replace(hebei_set, options={**hebei_set.options, "employee_pool": "parent"})
    found = budget(pooled).provider_budgets
    members = [code for code in found.regions if code.startswith("13") and code not in ("130000", "133100")]
    of_pool = found.of("130000", "EPF", 2027)
    assert of_pool is not None
    parts = [found.of(code, "EPF", 2027) for code in members]
    assert float(of_pool.allotment.wanted.sum()) == pytest.approx(
        sum(float(one.allotment.wanted.sum()) for one in parts if one is not None)
    )
    assert of_pool.prices["dip"].cases == pytest.approx(sum(one.prices["dip"].cases for one in parts if one))
    assert found.of("130000", "RPF", 2027) is None


def test_prices_stand_near_the_published_cost_per_discharge(china: AnnualBudget) -> None:
    """11,522 and 7,339 yuan in 2025, to which the base year is calibrated: the average case is one weight."""
    for ledger, wanted in (("EPF", 11522), ("RPF", 7339)):
        made = china.provider_budgets.of("000000", ledger, 2025)
        assert made is not None
        assert made.prices["drg"].at_start == pytest.approx(wanted, rel=1e-3)
        assert made.prices["dip"].at_start == pytest.approx(wanted / 1000, rel=1e-3)


def test_a_set_without_the_parameters_is_refused(china_set: Assumptions) -> None:
    names = ("provider_budget.risk_share", "provider_budget.per_diem_share")
    values = {name: array for name, array in china_set.values.items() if name not in names}
    bare = budget(replace(china_set, values=values))
    with pytest.raises(AssumptionError) as caught:
        _ = bare.provider_budgets
    assert len(caught.value.problems) == 2
    assert not bare.schedules["000000"]["S4"].rows
    too_much = china_set.with_values({"provider_budget.per_diem_share": np.full((1, len(china_set.years), 2), 0.2)})
    with pytest.raises(AssumptionError, match="at most 1"):
        _ = budget(too_much).provider_budgets


def test_what_is_unknown_is_refused(china: AnnualBudget) -> None:
    for region, ledger, year in (("00000", "EPF", 2027), ("000000", "EPA", 2027), ("000000", "EPF", 2100)):
        with pytest.raises(ResultError, match="allowed"):
            china.provider_budgets.of(region, ledger, year)
