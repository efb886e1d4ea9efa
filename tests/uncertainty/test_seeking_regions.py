"""What every region needs with a probability: roots of straight margins, and agreement with the goal seek of one."""

import math

import numpy as np
import pytest

import poolcast
from poolcast.parameters.errors import ScenarioError
from poolcast.uncertainty.seeking import seek
from poolcast.uncertainty.seeking_regions import root_of, seek_regions

NEEDED = np.array([0.3, 0.1, 0.5, 0.2, 0.4])
"""Value from which on each of five paths meets its condition."""


def margins(value, slope=2.0):
    return slope * (value - NEEDED)


@pytest.mark.parametrize(("probability", "value"), [(0.2, 0.1), (0.5, 0.3), (0.6, 0.3), (0.9, 0.5), (1.0, 0.5)])
def test_a_share_of_paths_needs_the_quantile_of_what_each_needs(probability, value):
    assert root_of(margins(0.0), margins(1.0), 0.0, 1.0, probability) == pytest.approx(value)


@pytest.mark.parametrize(("probability", "value"), [(0.2, 0.5), (0.6, 0.3), (0.9, 0.1)])
def test_where_more_is_worse_the_quantile_is_counted_from_above(probability, value):
    found = root_of(margins(0.0, -2.0), margins(1.0, -2.0), 0.0, 1.0, probability)
    assert found == pytest.approx(value)


def test_paths_that_the_value_does_not_move_count_as_they_are():
    first, second = margins(0.0), margins(1.0)
    first[2] = second[2] = first[4] = second[4] = 7.0  # met whatever the value
    assert root_of(first, second, 0.0, 1.0, 0.6) == pytest.approx(0.1)
    assert root_of(first, second, 0.0, 1.0, 0.8) == pytest.approx(0.2)
    first[2] = second[2] = -7.0  # never met
    assert root_of(first, second, 0.0, 1.0, 0.6) == pytest.approx(0.2)
    assert root_of(first, second, 0.0, 1.0, 0.9) == math.inf
    assert math.isnan(root_of(first, first, 0.0, 1.0, 0.5))


@pytest.fixture(scope="module")
def china():
    return poolcast.load_assumptions("china", to=2034)


def test_of_one_region_it_is_what_the_goal_seek_finds(china):
    unknown, condition = "scale:resident.subsidy", "payable_months(RPF, year=2032) >= 9"
    found = seek_regions(china, unknown, condition, probabilities=(0.5, 0.9), paths=40, seed=3)
    (by_odds,) = found.values()
    alone = seek(china, unknown, condition, probability=0.9, paths=40, seed=3)
    assert alone.solution.change > 0
    assert by_odds[0.9].reached
    assert by_odds[0.9].value == pytest.approx(alone.value, rel=2e-4)
    assert by_odds[0.9].value > by_odds[0.5].value
    assert by_odds[0.9].share == pytest.approx(0.9, abs=1.5 / 40)
    assert by_odds[0.5].share == pytest.approx(0.5, abs=1.5 / 40)


def test_what_no_value_within_the_bounds_does_is_said(china):
    condition = "payable_months(EPF, year=2028) >= 500"
    found = seek_regions(china, "revenue.employer_rate", condition, probabilities=(0.9,), paths=20)
    (need,) = (by_odds[0.9] for by_odds in found.values())
    assert not need.reached
    assert need.value == 0.2
    assert need.share == 0.0


def test_progress_counts_every_simulation(china):
    told = []
    condition = "payable_months(EPF, year=2028) >= 6"
    seek_regions(
        china,
        "revenue.employer_rate",
        condition,
        probabilities=(0.9,),
        paths=20,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("conditions", "odds"),
    [
        ("payable_months(EPF, year=2030) >= 6", 1.0),
        ("payable_months(EPF, year=2030) >= 6 and reserve(EPF, year=2030) >= 0", 0.9),
        ("payable_months(EPF, year=2030, region=000000) >= 6", 0.9),
    ],
)
def test_what_cannot_be_asked_is_refused(china, conditions, odds):
    with pytest.raises(ScenarioError):
        seek_regions(china, "revenue.employer_rate", conditions, probabilities=(odds,), paths=20)
