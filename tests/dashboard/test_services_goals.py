"""Goal seeks of the dashboard: the numbers of `poolcast solve`, what a job keeps when it is ended, and the grid."""

import threading

import pytest

from poolcast.dashboard.services import goals
from poolcast.dashboard.services.goals import Goal
from poolcast.dashboard.services.sets import load_set
from poolcast.outlook.conditions import parse_conditions
from poolcast.outlook.solving import solve
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import BASELINE
from poolcast.uncertainty.seeking import seek

SUBSIDY = "scale:resident.subsidy"


@pytest.fixture(scope="module")
def china():
    return load_set("china", 2034)


@pytest.fixture(autouse=True)
def nothing_known():
    goals.clear()


def goal(loaded, **changes):
    usual = {"region": "000000", "ledger": "RPF", "unknown": SUBSIDY, "measure": "payable_months", "year": 2032}
    return Goal(loaded, BASELINE, **{"target": 15.0, **usual, **changes})


def run(work, stop=None):
    told = []
    result = work(lambda done, total: told.append((done, total)), stop or threading.Event())
    return result, told


def test_the_conditions_are_those_of_the_grammar(china):
    for measure in goals.MEASURES:
        asked = goal(china, measure=measure, target=1.25e9)
        assert parse_conditions(asked.condition)
        assert parse_conditions(asked.straight_condition)
    assert goal(china).condition == "payable_months(RPF, year=2032) >= 15"
    assert goal(china, measure="exhaustion").condition == "exhaustion(RPF) > 2032"
    assert (
        goal(china, measure="exhaustion").straight_condition == f"reserve(RPF, horizon={2032 - china.base_year}) >= 0"
    )


def test_the_answer_and_the_grid_are_those_of_the_command_line(china):
    asked = goal(china)
    found, told = run(goals.central(asked))
    alone = solve(china.assumptions, SUBSIDY, asked.condition, region="000000")
    assert found.value == alone.value > 1.0
    assert goals.held_central(asked) is found
    assert told[-1] == (2, 2)
    grid = goals.held_rates(asked)
    assert 2032 in grid.year.values
    row = goals.position_of(grid.rate.values.tolist(), found.unknown.present)
    now = float(found.checks[0].before.value)
    assert float(grid["payable_months"].sel(year=2032).values[row]) == pytest.approx(now, rel=1e-9)


def test_every_target_has_a_grid_that_holds_its_answer(china):
    near, far = (goal(china, target=target) for target in (12.0, 60.0))
    for asked in (near, far):
        run(goals.central(asked))
        rates, answer = goals.held_rates(asked).rate.values, goals.held_central(asked).value
        assert rates.min() <= answer <= rates.max()
    assert goals.held_rates(near).rate.values.max() < goals.held_central(far).value


def test_with_odds_it_is_the_seek_of_the_command_line_and_every_odds_of_one_region(china):
    asked = goal(china)
    done, told = run(goals.likely(asked, 0.9, 40, 3))
    assert done
    assert told[-1] == (11, 11)
    found = goals.held_likely(asked, 0.9, 40, 3)
    alone = seek(china.assumptions, SUBSIDY, asked.condition, probability=0.9, paths=40, seed=3, region="000000")
    assert found.value == alone.value
    assert goals.held_likely(asked, 0.9, 40, 4) is None
    (needs,) = goals.held_regions(asked, 0.9, 40, 3).values()
    assert sorted(needs) == [0.5, 0.8, 0.9, 0.95]
    values = [needs[odds].value for odds in sorted(needs)]
    assert values == sorted(values)
    assert needs[0.9].value == pytest.approx(found.value, rel=1e-3)


@pytest.mark.parametrize(("step", "regions"), [(3, False), (11, True)])
def test_what_is_finished_stays_when_it_is_ended(china, step, regions):
    asked, stop = goal(china), threading.Event()

    def progress(done, _total):
        if done == step - 1:
            stop.set()

    assert goals.likely(asked, 0.9, 40, 5)(progress, stop) is False
    assert (goals.held_regions(asked, 0.9, 40, 5) is not None) is regions
    assert goals.held_likely(asked, 0.9, 40, 5) is None


def test_paths_are_bounded():
    assert goals.bounded(10) == goals.FEWEST_PATHS
    assert goals.bounded(10_000) == goals.MOST_PATHS


def test_what_may_be_solved_for_fits_ledger_and_scenario(china):
    employees = goals.choices(china, BASELINE, "000000", "EPF")
    assert next(iter(employees)) == "revenue.employer_rate"
    assert employees["revenue.employer_rate"].present == 0.08
    residents = goals.choices(china, BASELINE, "000000", "RPF")
    assert next(iter(residents)) == SUBSIDY
    assert goals.choices(china, BASELINE, "000000", "EPA") == {}
    assert "B01.nonsense" not in goals.choices(china, BASELINE, "000000", "EPF", "B01.nonsense")
    assert goals.choices(china, BASELINE, "nowhere", "EPF") == {}
    scenario = load_scenario("outpatient_pooling_full")
    levers = [text for text in goals.choices(china, scenario, "000000", "EPF") if not goals.is_single(text)]
    assert levers
    assert all(text.startswith("outpatient_pooling.") for text in levers)


def test_the_grid_holds_the_present_value_the_answer_and_the_year(china):
    unknown = goals.choices(china, BASELINE, "000000", "EPF")["revenue.employer_rate"]
    rates = goals.rate_steps(unknown, 0.132)
    assert goals.position_of(rates, 0.08) is not None
    assert rates[0] < 0.08
    assert rates[-1] >= 0.132
    assert all(0 <= rate <= 0.2 for rate in rates)
    assert goals.rate_steps(unknown)[-1] == pytest.approx(0.105)
    below = goals.rate_steps(unknown, 0.05)
    assert below[0] <= 0.055
    years = goals.grid_years(china, 2031)
    assert 2031 in years
    assert years == sorted(set(years))
    assert years[0] == china.base_year + 2
    assert years[-1] <= 2034


def test_months_by_year_and_a_package(china):
    asked = goal(china, year=2031)
    found, _ = run(goals.needed(asked))
    assert found.months.values.tolist() == list(goals.MONTHS_WANTED)
    reached = found["months_reached"].sel(months=9.0, year=2031)
    assert float(reached) == pytest.approx(9.0, abs=1e-3)
    assert goals.held_needed(asked) is found
    costs = {SUBSIDY: 1.0, "resident.personal_premium": 1.0}
    package, _ = run(goals.package(asked, costs))
    assert package.reached
    assert goals.held_package(asked, costs) is package
    assert goals.held_package(asked, {**costs, SUBSIDY: 2.0}) is None
