"""Bands and rules of early warning: every boundary by hand, no peeking, and what must always hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcast.budget import warning_measures as measures
from poolcast.budget.warning_rules import (
    BANDS,
    BY_YEAR,
    CHANCES,
    LEVELS,
    RULES,
    band_numbers,
    band_of,
    rank,
    threshold,
    worst,
)
from poolcast.budget.warning_scores import Experience
from poolcast.budget.warning_series import FIGURES, WATCHED, FundSeries, growth
from poolcast.outlook.conditions import parse_condition
from poolcast.outlook.unknowns import Setting, find_unknown
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.control_totals import calibrate
from poolcast.scenarios.scenario import BASELINE
from tests.budget import warning_sets as sets


def fund(ledger: str = "EPF", first: int = 2020, **figures: list[float]) -> FundSeries:
    arrays = {name: np.array(values, dtype=float) for name, values in figures.items()}
    count = len(next(iter(arrays.values())))
    return FundSeries(ledger, tuple(range(first, first + count)), arrays)


@pytest.mark.parametrize(
    ("months", "band"),
    [
        (-1, "exhausted"), (0, "exhausted"), (0.01, "red"), (2.999, "red"), (3, "orange"), (5.999, "orange"),
        (6, "normal"), (8.999, "normal"), (9, "ample"), (15, "ample"), (15.001, "excessive"), (300, "excessive"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ledger", WATCHED)
def test_bands_to_the_boundary(months: float, band: str, ledger: str) -> None:
    found = band_of(months, ledger)
    assert found is not None
    assert found.id == band


@pytest.mark.parametrize(("limit", "level", "band"), [(3.0, "orange", "orange"), (6.0, "green", "normal")])
def test_months_read_from_rounded_accounts_stand_on_their_limit(limit: float, level: str, band: str) -> None:
    """A past fault: accounts in whole yuan made 2.9999997 of three months, and a region red by nothing."""
    nearly = limit - 3e-7
    found = band_of(nearly, "EPF")
    assert found is not None
    assert found.id == band
    assert RULES["low_reserve"].level_of(nearly, "EPF")[0] == level
    assert RULES["low_reserve"].level_of(limit - 0.001, "EPF")[0] != level


def test_unknown_months_have_no_band() -> None:
    assert band_of(math.nan, "EPF") is None


@given(st.floats(-50, 200), st.floats(0, 100), st.sampled_from(WATCHED))
def test_a_larger_reserve_never_worsens_the_band_or_the_level(months: float, more: float, ledger: str) -> None:
    before, after = (band_numbers(np.array(value), ledger) for value in (months, months + more))
    assert after >= before
    levels = [RULES["low_reserve"].level_of(value, ledger)[0] for value in (months + more, months)]
    assert rank(levels[0]) <= rank(levels[1])


@given(st.lists(st.floats(1, 100), min_size=6, max_size=6), st.floats(0, 500))
def test_a_larger_reserve_never_worsens_what_lies_ahead(flows: list[float], more: float) -> None:
    poor, rich = (fund(revenue=flows[:3], expenditure=flows[3:], reserve=[10, 10, 10 + add]) for add in (0, more))
    assert measures.months_ahead(rich)[-1] >= measures.months_ahead(poor)[-1] - 1e-9
    assert measures.experience_chance(rich)[-1] <= measures.experience_chance(poor)[-1] + 1e-12


def test_the_bands_are_ordered_by_worry() -> None:
    assert [band.worry for band in BANDS.values()] == list(range(6))
    assert list(BANDS) == ["exhausted", "red", "orange", "normal", "ample", "excessive"]
    assert worst(["yellow", "red", "green"]) == "red"
    assert worst([]) == "green"


def test_growth_gap_needs_two_years_running() -> None:
    """X grows 10, 10, 10, 0 %; R 5, 5, 12, -5 %: the gap is 5, 5, -2, 5 points."""
    spent = np.cumprod([100, 1.1, 1.1, 1.1, 1.0])
    paid_in = np.cumprod([100, 1.05, 1.05, 1.12, 0.95])
    series = fund(expenditure=spent.tolist(), revenue=paid_in.tolist())
    values = measures.growth_gap(series)
    assert np.isnan(values[:2]).all(), "two years of growth need three accounts"
    assert values[2:] == pytest.approx([0.05, -0.02, -0.02])
    fired = RULES["growth_gap"].fired(values, 0.0)
    assert fired.tolist() == [False, False, True, False, False]


def test_equal_growth_does_not_fire() -> None:
    series = fund(expenditure=[100, 125, 250], revenue=[80, 100, 200])
    assert not RULES["growth_gap"].fired(measures.growth_gap(series), 0.0).any()


def test_deficit_is_a_share_of_expenditure() -> None:
    series = fund(revenue=[100, 100, 95], expenditure=[100, 99, 100])
    assert measures.deficit_share(series) == pytest.approx([0, -1 / 99, 0.05])
    assert RULES["deficit"].fired(measures.deficit_share(series), 0.0).tolist() == [False, False, True]


def test_dependency_falls() -> None:
    series = fund(dependency_ratio=[2.5, 2.375, 2.25, 2.0])
    values = measures.dependency_fall(series)
    assert values[1:] == pytest.approx([0.125, 0.125, 0.25])
    assert RULES["dependency"].fired(values, 0.125).tolist() == [False, False, False, True], "on it is not beyond it"


def test_shares_and_months_of_single_years() -> None:
    series = fund(
        expenditure=[1200, 1200, 0], prepaid=[100, 101, 5], provider_share=[0.03, 0.0301, 0.5],
        collection_rate=[0.95, 0.9499, 1.0], arrears_share=[0.03, 0.031, math.nan],
    )  # fmt: skip
    expected = {
        "prepaid": [False, True, False], "provider_share": [False, True, True], "collection": [False, True, False],
        "arrears": [False, True, False],
    }  # fmt: skip
    for name, fires in expected.items():
        rule = RULES[name]
        assert rule.value is not None
        assert rule.fired(rule.value(series), rule.thresholds("EPF")[0][1]).tolist() == fires, name


def test_months_ahead_by_hand() -> None:
    """Months 12 in the last year, growth 10 %, balance -10 % of expenditure, 1.2 months a year.

    12 / 1.1 - 1.2 = 9.70909; / 1.1 - 1.2 = 7.62645; / 1.1 - 1.2 = 5.73314.
    """
    series = fund(expenditure=[100, 110, 121], revenue=[90, 99, 108.9], reserve=[140, 130, 121])
    assert series.payable_months[-1] == pytest.approx(12)
    values = measures.months_ahead(series)
    assert np.isnan(values[:2]).all()
    assert values[-1] == pytest.approx(5.73314, abs=1e-5)


def test_months_ahead_takes_the_mean_of_two_years() -> None:
    series = fund(expenditure=[100, 100, 120], revenue=[100, 100, 120], reserve=[1, 1, 120])
    assert measures.months_ahead(series)[-1] == pytest.approx(12 / 1.1**3)


def test_experience_by_hand() -> None:
    """Logit 1 - 0.5 x 4 - 2 x (-1.2) = 1.4; months beyond the cap count as the cap; exhausted is certain."""
    given_ = Experience(1.0, -0.5, -2.0, 10.0, 1, 1)
    series = fund(expenditure=[120, 120, 120], revenue=[108, 120, 108], reserve=[40, 4000, -1])
    values = measures.chance_by(given_, series)
    assert values[0] == pytest.approx(1 / (1 + math.exp(-1.4)))
    assert values[1] == pytest.approx(1 / (1 + math.exp(4.0)))
    assert values[2] == 1.0


def test_levels_have_their_thresholds() -> None:
    low = RULES["chance_low"]
    for value, level in ((0.10, "green"), (0.1001, "orange"), (0.25, "orange"), (0.2501, "red")):
        assert low.level_of(value, "RPF")[0] == level
    assert RULES["low_reserve"].level_of(2.5, "RPF") == ("red", 3.0)
    assert RULES["low_reserve"].level_of(6.0, "RPF") == ("green", 6.0)


@given(st.data())
def test_no_rule_peeks(data: st.DataObject) -> None:
    """What comes after a year does not change what a rule says of it."""
    count, cut = 8, data.draw(st.integers(1, 7))
    numbers = st.lists(st.floats(1, 1e3), min_size=count, max_size=count)
    given_ = {name: np.array(data.draw(numbers)) for name in FIGURES}
    changed = {
        name: np.concatenate([values[:cut], np.array(data.draw(numbers))[cut:]]) for name, values in given_.items()
    }
    years = tuple(range(2020, 2020 + count))
    for rule in BY_YEAR:
        assert rule.value is not None
        before, after = (rule.value(FundSeries("EPF", years, figures)) for figures in (given_, changed))
        assert np.array_equal(before[:cut], after[:cut], equal_nan=True), rule.id


def test_rules_work_on_many_funds_at_once() -> None:
    """A leading axis of paths gives what each path gives alone."""
    draw = np.random.default_rng(3)
    figures = {name: draw.uniform(1, 2, (4, 3, 6)) for name in FIGURES}
    years = tuple(range(2020, 2026))
    for rule in BY_YEAR:
        assert rule.value is not None
        together = rule.value(FundSeries("RPF", years, figures))
        alone = rule.value(FundSeries("RPF", years, {name: values[2, 1] for name, values in figures.items()}))
        assert np.array_equal(together[2, 1], alone, equal_nan=True), rule.id


def test_growth_after_nothing_is_not_known() -> None:
    assert np.isnan(growth(np.array([0.0, 5.0, 10.0]))[:2]).all()


def test_a_set_may_have_its_own_thresholds() -> None:
    own = np.full(len(LEDGERS), np.nan)
    own[LEDGERS.index("RPF")] = 4.0
    given_ = sets.given("china").with_values({"warning.red_months": own})
    assert threshold("warning.red_months", "RPF", given_) == 4.0
    assert threshold("warning.red_months", "EPF", given_) == 3.0
    band = band_of(3.5, "RPF", given_)
    assert band is not None
    assert band.id == "red"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_declarations_are_whole(rule) -> None:  # type: ignore[no-untyped-def]
    for words in (rule.title, rule.meaning, rule.remedy):
        assert words.en
        assert any("\u4e00" <= sign <= "\u9fff" for sign in words.zh)
    assert rule.source
    assert set(rule.ledgers) <= set(WATCHED)
    assert [rank(level) for level, _ in rule.levels] == sorted(rank(level) for level, _ in rule.levels)
    assert all(PARAMETERS[name].default is not None for _, name in rule.levels)
    if rule.kind in ("band", "trend", "experience"):
        assert set(rule.reads) <= set(FIGURES)
    assert (rule.value is None) == (rule.kind in ("chance", "execution"))
    if rule.condition:
        written = rule.condition.format(ledger="EPF", year=2030, threshold=3.0, horizon=5, red_months=3.0)
        assert parse_condition(written).call.ledger == "EPF"


def test_the_handbooks_rules_are_all_there() -> None:
    assert [rule.number for rule in RULES.values() if rule.number not in ("", "band")] == [
        "i", "ii", "iii", "iv", "v", "vi", "vii", "viii",
    ]  # fmt: skip
    assert list(LEVELS) == ["green", "yellow", "orange", "red"]
    assert {rule.id for rule in CHANCES} == {"chance_low", "chance_exhausted"}


def test_every_threshold_is_read_by_a_rule_or_a_band() -> None:
    read = {name for rule in RULES.values() for _, name in rule.levels}
    read |= {f"warning.{name}_months" for name in ("red", "orange", "ample", "excessive")}
    assert read == {name for name, parameter in PARAMETERS.items() if parameter.group == "warning"}


def test_what_clears_a_rule_can_be_changed() -> None:
    setting = Setting(calibrate(sets.given("hebei")), BASELINE)
    for rule in RULES.values():
        for ledger in rule.ledgers:
            for text in rule.tried(ledger):
                assert find_unknown(text, setting).bounds[0] < find_unknown(text, setting).bounds[1]


def test_a_rule_of_another_threshold_fires_there() -> None:
    rule = replace(RULES["deficit"], fires="below")
    assert rule.fired(np.array([-1.0, 0.0, 1.0]), 0.0).tolist() == [True, False, False]
