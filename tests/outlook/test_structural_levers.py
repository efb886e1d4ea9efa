"""Explanations and comparisons of a merged fund and of a pool that one side only has."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.outlook.compliance_case import Breach, Case
from poolcast.outlook.compliance_checks import schemes_apart
from poolcast.outlook.explaining_drivers import explain_sets
from poolcast.outlook.explaining_levers import explain_levers
from poolcast.outlook.mixed_sets import Side
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.projection.engine import project
from poolcast.scenarios.catalogue import find_lever
from poolcast.scenarios.scenario import BASELINE, LeverCall, Scenario


@pytest.fixture(scope="module")
def china() -> Assumptions:
    return poolcast.load_assumptions("china", to=2032)


@pytest.fixture(scope="module")
def hebei() -> Assumptions:
    return poolcast.load_assumptions("hebei", to=2030)


def scenario(name: str, **arguments: float) -> Scenario:
    lever = find_lever(name)
    assert lever is not None
    return Scenario(name, Words(name, name), Words(name, name), reforms=(LeverCall(lever, arguments),))


MERGER = scenario("F13", common_ledger=1)
POOL = scenario("G02")


def test_the_lever_explains_the_reserve_that_changes_hands(china: Assumptions) -> None:
    law = poolcast.calibrate(china)
    before, after = project(law), project(MERGER.apply(law))
    found = explain_levers(china, MERGER)
    at = {"measure": "reserve", "year": 2032, "region": "000000"}
    for ledger in ("EPF", "RPF"):
        moved = float(after.reserve.fillna(0.0).sel(region="000000", ledger=ledger, year=2032)) - float(
            before.reserve.sel(region="000000", ledger=ledger, year=2032)
        )
        assert float(found.total.sel(ledger=ledger, **at)) == pytest.approx(moved, rel=1e-9)
        parts = found.parts.sel(approach="alone", ledger=ledger, **at)
        assert float(parts.sum()) == pytest.approx(moved, rel=1e-9)


def test_drivers_put_a_merger_under_policy_and_a_pool_on_its_own_row(china: Assumptions, hebei: Assumptions) -> None:
    merged = explain_sets(Side.of(china, BASELINE), Side.of(china, MERGER), shapley=False)
    assert "policy" in merged.parts.driver.values
    spent = merged.total.sel(measure="expenditure", year=2032, region="000000")
    assert float(spent.sel(ledger="EPF")) > 0 > float(spent.sel(ledger="RPF"))
    pooled = explain_sets(Side.of(hebei, BASELINE), Side.of(hebei, POOL), shapley=False)
    fund = pooled.total.sel(measure="reserve", year=2030, region="JJJ", ledger="ADJ")
    law = poolcast.calibrate(hebei)
    assert float(fund) == pytest.approx(
        float(project(POOL.apply(law)).reserve.sel(year=2030, region="JJJ", ledger="ADJ"))
    )


def test_a_comparison_keeps_the_pool_and_ranks_no_event_of_a_merged_ledger(
    hebei: Assumptions, china: Assumptions
) -> None:
    law = poolcast.calibrate(hebei)
    both = {"baseline": project(law), "pool": project(POOL.apply(law))}
    compared = poolcast.compare(both, ["reserve", "exhaustion"])
    assert np.isnan(compared.value("reserve", scenario="baseline", region="JJJ", ledger="ADJ", year=2030))
    assert compared.value("reserve", scenario="pool", region="JJJ", ledger="ADJ", year=2030) > 0
    law = poolcast.calibrate(china)
    both = {"baseline": project(law), "merged": project(MERGER.apply(law))}
    compared = poolcast.compare(both, ["exhaustion"])
    ranks = compared.ranks("exhaustion").sel(region="000000", ledger="RPF")
    assert float(ranks.sel(scenario="baseline")) == 1
    assert np.isnan(float(ranks.sel(scenario="merged")))


def test_one_ledger_without_its_lever_breaks_the_rule_of_separate_funds(china: Assumptions) -> None:
    """C12 allows flows between the schemes through lever F13 only."""
    law = poolcast.calibrate(china)
    after = MERGER.apply(law)
    assert not list(schemes_apart(Case(after, law, MERGER)))
    (found,) = schemes_apart(Case(after, law, BASELINE))
    assert isinstance(found, Breach)
    assert (found.first_year, found.place) == (2027, "ledger.schemes_merged")
