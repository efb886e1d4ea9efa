"""Sources, uses and ages of one fund add up to what the forecast says."""

import numpy as np
import pytest

from poolcast.dashboard.services import funds
from poolcast.dashboard.services.library import scenario
from poolcast.dashboard.services.parts import EXPENDITURE_PARTS, REVENUE_PARTS
from poolcast.dashboard.services.projections import projected
from poolcast.dashboard.services.sets import load_set
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES


@pytest.fixture(scope="module")
def china():
    return projected(load_set("china"), scenario("baseline"))


def test_every_line_stands_in_one_part():
    for lines, parts in ((REVENUE_LINES, REVENUE_PARTS), (EXPENDITURE_LINES, EXPENDITURE_PARTS)):
        listed = [line for members in parts.values() for line in members]
        assert sorted(listed) == sorted(lines)


@pytest.mark.parametrize("ledger", ["EPF", "EPA", "RPF", "LTCI"])
@pytest.mark.parametrize("side", ["revenue", "expenditure"])
def test_parts_add_up_to_the_flow(china, ledger, side):
    parts = funds.parts_of(china, side, "000000", ledger)
    assert 1 <= len(parts) <= funds.MOST_PARTS
    total = np.sum(list(parts.values()), axis=0)
    flow = china.forecast[side].sel(region="000000", ledger=ledger).values
    end = china.outcome.event_year("exhaustion", "000000", ledger)
    kept = np.array([end is None or year <= end for year in china.outcome.years])
    np.testing.assert_allclose(total[kept], flow[kept], rtol=1e-9)


def test_ages_add_up_and_follow_the_legal_age(china):
    ages = funds.ages_of(china, "000000", 2040)
    people = china.forecast.population_by_age.sel(region="000000", year=2040)
    for sex in ("male", "female"):
        by_group = ages.parts[sex].sum(axis=0)
        own = people.sel(sex=sex).values
        assert by_group[3] == pytest.approx(own[15:20].sum())
        assert by_group[-1] == pytest.approx(own[100])
        children = ages.parts[sex][0]
        assert children.sum() == pytest.approx(own[:16].sum())
    assert ages.groups[3] == "15–19"
    now, later = (funds.ages_of(china, "000000", year).parts["male"] for year in (2025, 2045))
    group = 12  # 60 to 64: retired in 2025, partly at work in 2045, when men retire at 63
    assert now[2, group] / now[:, group].sum() > 0.9
    assert 0.05 < later[1, group] / later[:, group].sum() < 0.95
    fifties = 10  # 50 to 54: some women have retired by law, no man has
    women, men = (funds.ages_of(china, "000000", 2025).parts[sex][2, fifties] for sex in ("female", "male"))
    assert women > 0
    assert men == 0


def test_a_pool_has_no_people():
    hebei = projected(load_set("hebei"), scenario("baseline"))
    assert funds.ages_of(hebei, "130000", 2030) is None


def test_accounts_per_member(china):
    per_head = funds.account_per_member(china, "000000")
    reserve = float(china.forecast.reserve.sel(region="000000", ledger="EPA", year=2025))
    members = china.forecast.members.sel(region="000000", year=2025)
    count = float(members.sel(status=["active", "flexible", "retired", "paying_past_retirement", "unemployed"]).sum())
    assert per_head[0] == pytest.approx(reserve / count)


def test_actuarial_rows_stop_at_the_horizon(china):
    rows = funds.actuarial_rows(china, "000000", "EPF")
    assert [row["horizon"] for row in rows] == [10, 25, 35]
    for row in rows:
        gap = row["summarised_income_rate"] - row["summarised_cost_rate"]
        assert row["actuarial_balance"] == pytest.approx(gap)
