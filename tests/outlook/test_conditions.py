"""The grammar of conditions, and what it finds in a forecast."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.conditions import (
    Condition,
    all_hold,
    parse_condition,
    parse_conditions,
    parse_measure,
)
from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.errors import ScenarioError

YEARS = (2025, 2026, 2027, 2028)


def forecast(balance, reserve=None, regions=("A",), ledgers=("EPF",)) -> xr.Dataset:
    """A forecast of hand-written balances and reserves (year, region, ledger)."""
    shape = (len(YEARS), len(regions), len(ledgers))
    balances = np.broadcast_to(np.asarray(balance, float).reshape(len(YEARS), -1, 1), shape)
    reserves = balances if reserve is None else np.asarray(reserve, float).reshape(len(YEARS), -1, 1)
    axes = ("year", "region", "ledger")
    return xr.Dataset(
        {
            "balance": (axes, balances),
            "reserve": (axes, np.broadcast_to(reserves, shape)),
            "payable_months": (axes, np.broadcast_to(reserves, shape) / 10),
            "population": (axes[:2], np.ones(shape[:2])),
        },
        coords={"year": list(YEARS), "region": list(regions), "ledger": list(ledgers)},
        attrs={"base_year": 2025, "prices": "nominal"},
    )


codes = st.text(st.characters(codec="utf-8", exclude_characters='"\r\n', exclude_categories=("C", "Z")), min_size=1)
calls = st.builds(
    MeasureCall,
    st.sampled_from(sorted(MEASURES)),
    st.none() | st.sampled_from(LEDGERS),
    st.none() | st.integers(1900, 2300),
    st.none() | st.integers(1, 300),
    st.none() | codes.filter(lambda code: code not in "(),="),
    st.none() | st.integers(1900, 2300),
)
conditions = st.builds(
    Condition,
    calls,
    st.sampled_from([">=", "<=", ">", "<"]),
    st.floats(allow_nan=False, allow_infinity=False),
)


@given(st.lists(conditions, min_size=1, max_size=3))
def test_what_is_written_reads_back(wanted):
    assert parse_conditions(" and ".join(map(str, wanted))) == tuple(wanted)
    assert parse_conditions([str(one) for one in wanted]) == tuple(wanted)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_with_its_place(text):
    problems = []
    try:
        parse_conditions(text)
    except ScenarioError as error:
        problems = error.problems
    assert all("character" in problem.file for problem in problems)


def test_blanks_and_full_width_signs_do_not_matter():
    plain = parse_condition("payable_months(EPF, year=2050) >= 6")
    assert parse_condition(" payable_months（EPF，year＝2050）≥ 6 ") == plain
    assert parse_condition("payable_months(EPF,year=2050)>=6.0") == plain
    assert parse_measure("payable_months(EPF, year=2050)") == plain.call
    assert parse_conditions("reserve(EPF)>0 AND reserve(RPF)>-1e9")[1].number == -1e9


@pytest.mark.parametrize(
    ("text", "character", "found", "remedy"),
    [
        ("payable_monhs(EPF) >= 6", 1, "'payable_monhs'", "payable_months"),
        ("reserve(EPV) >= 6", 9, "'EPV'", "EPF"),
        ("reserve(EPF, yaer=2050) >= 6", 14, "'yaer'", "year"),
        ("reserve(EPF, year=50) >= 6", 19, "year=50", "year=2050"),
        ("reserve(EPF, year=2050, year=2051) >= 6", 25, "second time", "Remove"),
        ("reserve(EPF, horizon=0) >= 6", 22, "horizon=0", "horizon=10"),
        ("reserve(EPF, 2050) >= 6", 14, "'2050'", "year=2050"),
        ("reserve(EPF) => 6", 14, "'='", "form"),
        ("reserve(EPF) >= six", 17, "'six'", "fractions"),
        ("reserve(EPF) >= 6 or 7", 19, "'or'", "form"),
        ("reserve EPF", 9, "'EPF'", "form"),
        ("reserve(EPF", 12, "nothing", "form"),
        ("reserve(EPF) >=", 16, "nothing", "fractions"),
        ("", 1, "nothing", "form"),
    ],
)
def test_a_problem_names_its_place_and_its_remedy(text, character, found, remedy):
    with pytest.raises(ScenarioError) as caught:
        parse_conditions(text)
    problem = caught.value.problems[0]
    assert problem.file == f"--for '{text}', character {character}"
    assert found in problem.found
    assert remedy in problem.remedy


def test_every_wrong_word_is_reported_at_once():
    with pytest.raises(ScenarioError) as caught:
        parse_conditions(["reserv(EPX, yeer=2050) > 0", "payable(EPF) > 0"])
    assert [problem.found.split("'")[1] for problem in caught.value.problems] == ["reserv", "EPX", "yeer", "payable"]


def test_without_a_year_every_projected_year_must_do_it_and_the_base_year_does_not_count():
    run = forecast([-5.0, 3.0, 1.0, 2.0])
    condition = parse_condition("balance(EPF) > 0.5")
    assert condition.read(run).value == 1.0
    assert condition.read(run).margin == 0.5
    assert condition.holds(run)
    assert not parse_condition("balance(EPF) > 1").holds(run)
    assert parse_condition("balance(EPF) >= 1").holds(run)
    assert parse_condition("balance(EPF, horizon=1) > 2.5").holds(run)
    assert parse_condition("balance(EPF, year=2025) < -4").holds(run)
    assert parse_condition("balance(EPF) <= 3").value(run) == 3.0


def test_without_a_region_every_one_that_keeps_the_ledger_must_do_it():
    run = forecast([[9, 1, np.nan]] * 4, regions=("A", "B", "P"))
    assert parse_condition("reserve(EPF) >= 2").value(run) == 1.0
    assert parse_condition("reserve(EPF, region=A) >= 2").holds(run)
    assert parse_condition("reserve(EPF) >= 2").in_region("A").holds(run)
    assert not parse_condition("reserve(EPF, region=B) >= 2").in_region("A").holds(run)
    with pytest.raises(ScenarioError, match="no value of reserve of EPF in region P"):
        parse_condition("reserve(EPF, region=P) >= 2").holds(run)


@pytest.mark.parametrize(
    ("balances", "year"),
    [([1, 1, -1, 1], 2027), ([-1, 1, 1, 1], math.inf), ([1, -1, -2, 5], 2026), ([0, 0, 0, 0], math.inf)],
)
@pytest.mark.parametrize("operator", [">=", "<=", ">", "<"])
def test_a_condition_on_an_event_agrees_with_its_year(balances, year, operator):
    run = forecast(balances)
    for number in (2025, 2026, 2026.5, 2027, 2028):
        condition = Condition(MeasureCall("first_deficit", "EPF"), operator, number)
        wanted = {">=": year >= number, "<=": year <= number, ">": year > number, "<": year < number}[operator]
        assert condition.holds(run) == wanted, (number, operator)
        assert condition.value(run) == year


def test_the_margin_of_an_event_is_the_variable_and_moves_steadily():
    condition = parse_condition("exhaustion(EPF) > 2027")
    margins = [condition.read(forecast([1.0] * 4, [5, 3, level, -9])).margin for level in (2.0, 0.5, 0.0, -0.5)]
    assert margins == [2.0, 0.5, 0.0, -0.5]
    assert condition.read(forecast([1.0] * 4, [5, 3, 0, -9])).holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("exhaustion(EPF, year=2028) < 1", False),
        ("exhaustion(EPF, year=2027) < 1", True),
        ("exhaustion(EPF, year=2028) >= 1", True),
        ("exhaustion(EPF, year=2027) >= 1", False),
        ("exhaustion(EPF, year=2028) >= 0", True),
        ("exhaustion(EPF, year=2028) > 1", False),
    ],
)
def test_an_event_by_a_year_is_one_or_zero(text, holds):
    run = forecast([1.0] * 4, [5, 3, 0, -9])
    assert parse_condition(text).holds(run) == holds
    assert parse_condition(text).value(run) == float("2028" in text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("reserve(EPF, year=2040) > 0", "2025 to 2028"),
        ("reserve(EPF, horizon=9) > 0", "1 to 3"),
        ("first_deficit(EPF) > 2030", "2030, while only years up to 2028"),
        ("first_deficit(EPF, horizon=2) > 2028", "up to 2027"),
        ("reserve(RPF) > 0", "ledger RPF, which the set does not hold"),
        ("reserve(EPF, region=Z) > 0", "region Z"),
        ("reserve() > 0", "no ledger"),
        ("population(EPF) > 0", "ledger EPF for population"),
        ("exhaustion_month(EPF, year=2027) > 0", "year for exhaustion_month"),
    ],
)
def test_what_the_forecast_cannot_say_is_refused(text, problem):
    with pytest.raises(ScenarioError, match=problem):
        parse_condition(text).holds(forecast([1.0] * 4))


def test_paths_keep_their_own_margins():
    one, other = forecast([1.0] * 4), forecast([-2.0] * 4)
    paths = xr.concat([one, other], "path")
    assert parse_condition("balance(EPF) >= 0").margins(paths).values.tolist() == [1.0, -2.0]
    assert parse_condition("first_deficit(EPF) > 2026").margins(paths).values.tolist() == [1.0, -2.0]


def test_several_conditions_must_all_hold():
    run = forecast([1.0, 2.0, 3.0, 4.0])
    assert all_hold(parse_conditions("balance(EPF) > 1 and first_deficit(EPF) > 2028"), run)
    assert not all_hold(parse_conditions("balance(EPF) > 1 and reserve(EPF) > 2"), run)
