"""Seasonal patterns: the method that the history allows, found exactly where there is no noise, and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poolcast.budget import seasonal
from poolcast.budget.calendar import (
    PhasingCalendar,
    phasing_calendar,
    premium_factors,
    season_months,
    switched_factors,
)
from poolcast.budget.months import MonthlyHistory
from poolcast.budget.phasing import phase, phased_band
from poolcast.budget.seasonal import seasonal_patterns
from poolcast.budget.seasonal_methods import NotConvergedError, allowed_methods, estimate
from poolcast.parameters.errors import AssumptionError, ResultError
from poolcast.parameters.reading import load_assumptions

SHAPE = np.array([0.8, 0.7, 0.9, 1.0, 0.95, 1.0, 1.05, 0.9, 1.1, 1.0, 1.1, 1.5])
SHAPE = SHAPE * 12 / SHAPE.sum()
CALENDAR = PhasingCalendar(7, 9, 2, False, 3, 6, 0.05, 30.0, True)


def history(years: int, noise: float = 0.0, line: str = "E1.1", gap: bool = False) -> MonthlyHistory:
    """Months of so many years with steps in January, which are no part of the season."""
    generator = np.random.Generator(np.random.Philox(key=5))
    levels = np.exp(np.cumsum(generator.normal(0.1, 0.08, years)))
    months = 1e8 * levels[:, None] * SHAPE * np.exp(noise * generator.standard_normal((years, 12)))
    if gap:
        months[-1, 10:] = np.nan
    return MonthlyHistory((line,), tuple(range(2026 - years, 2026)), months[None], source="test", grade="B")


@pytest.mark.parametrize(
    ("years", "gap", "allowed"),
    [
        (1, False, ("ratio",)),
        (2, False, ("ratio",)),
        (3, False, ("ratio", "stl", "structural")),
        (3, True, ("ratio", "structural")),
        (4, False, ("ratio", "stl", "structural", "ets")),
        (5, False, ("ratio", "stl", "structural", "ets", "sarimax")),
    ],
)
def test_the_history_decides_what_is_allowed(years: int, gap: bool, allowed: tuple[str, ...]) -> None:
    assert allowed_methods(history(years, gap=gap).of("E1.1")) == allowed


@pytest.mark.parametrize("method", ["ratio", "stl"])
def test_a_season_without_noise_is_found_exactly(method: str) -> None:
    factors, _ = estimate(history(4).of("E1.1"), method)
    assert factors == pytest.approx(SHAPE, rel=1e-6)


@pytest.mark.long
@pytest.mark.parametrize("method", ["structural", "ets", "sarimax"])
def test_methods_of_likelihood_find_a_season_in_noise(method: str) -> None:
    factors, _ = estimate(history(5, noise=0.02).of("E1.1"), method)
    assert np.abs(np.log(factors / SHAPE)).max() < 0.06
    assert factors.sum() == pytest.approx(12)


@pytest.mark.parametrize(("years", "gap", "method"), [(1, False, "ratio"), (3, False, "stl"), (4, True, "structural")])
def test_the_rule_chooses_and_says_so(years: int, gap: bool, method: str) -> None:
    patterns = seasonal_patterns(["E1.1"], "EPF", history(years, 0.03, gap=gap))
    assert patterns.methods == (method,)
    assert patterns.factors[0].sum() == pytest.approx(12)
    assert patterns.years == (years,)
    assert f"{years} closed years" in patterns.method_words("E1.1").en
    assert (patterns.low < patterns.factors).all()
    assert (patterns.factors < patterns.high).all()


def test_a_gap_is_bridged_by_the_other_years() -> None:
    factors, _ = estimate(history(3, gap=True).of("E1.1"), "ratio")
    assert factors == pytest.approx(SHAPE, rel=1e-6)


def test_from_five_years_methods_compete() -> None:
    patterns = seasonal_patterns(["E1.1"], "EPF", history(5, 0.03))
    scores = patterns.scores[0]
    assert set(scores) == {"ratio", "stl", "structural", "ets"}
    assert patterns.methods[0] == min(scores, key=lambda method: scores[method])


def test_a_method_that_does_not_converge_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_unless_ratio(months: object, method: str) -> object:
        if method != "ratio":
            raise NotConvergedError("no maximum")
        return estimate(months, method)  # type: ignore[arg-type]

    monkeypatch.setattr(seasonal, "estimate", fails_unless_ratio)
    assert seasonal_patterns(["E1.1"], "EPF", history(3, 0.03)).methods == ("ratio",)


def test_a_method_asked_for_must_be_allowed() -> None:
    with pytest.raises(ResultError, match="stl"):
        seasonal_patterns(["E1.1"], "EPF", history(2), methods={"E1.1": "stl"})
    assert seasonal_patterns(["E1.1"], "EPF", history(3), methods={"E1.1": "national"}).methods == ("national",)


def test_months_not_above_zero_use_plain_shares() -> None:
    months = np.array([[[0.0, 0, 30, 0, 0, 30, 0, 0, 30, 0, 0, 30], [0.0, 0, 20, 0, 0, 20, 0, 0, 20, 0, 0, 60]]])
    patterns = seasonal_patterns(["R3"], "EPF", MonthlyHistory(("R3",), (2024, 2025), months))
    assert patterns.methods == ("ratio",)
    assert patterns.factors[0, 11] == pytest.approx(12 * (30 / 120 + 60 / 120) / 2)
    assert patterns.factors[0, 0] == 0


def test_without_months_the_country_lends_its_pattern_with_its_grade() -> None:
    patterns = seasonal_patterns(["R1.1", "E1.1", "E1.6", "R3"], "EPF")
    assert patterns.methods == ("national", "national", "national", "even")
    assert patterns.grades == ("C", "C", "B+", "D")
    assert "2023" in patterns.method_words("R1.1").en
    assert "全国" in patterns.method_words("E1.6").zh
    assert patterns.factors.sum(-1) == pytest.approx(12)
    own = seasonal_patterns(["E1.1"], "EPF", history(4, 0.03))
    assert (patterns.high / patterns.low)[1].mean() > (own.high / own.low)[0].mean()  # a borrowed pattern knows less


def test_residents_pay_in_their_season() -> None:
    patterns = seasonal_patterns(["R1.4", "R2.1"], "RPF", None, CALENDAR)
    assert patterns.methods == ("calendar", "national")
    assert patterns.factors[0] == pytest.approx([2, 2, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2])


def test_premiums_held_until_january() -> None:
    assert season_months(9, 2) == [9, 10, 11, 12, 1, 2]
    assert premium_factors(9, 2, booked_when_covered=True) == pytest.approx([10, 2] + [0] * 10)
    assert premium_factors(9, 12, booked_when_covered=True) == pytest.approx([12] + [0] * 11)
    assert premium_factors(1, 3, booked_when_covered=True) == pytest.approx([4, 4, 4] + [0] * 9)


def test_the_base_switches_in_its_month() -> None:
    factors = switched_factors(np.ones(12), 7, 0.10)
    assert factors[6] / factors[5] == pytest.approx(1.10)
    assert factors.sum() == pytest.approx(12)
    with_switch = seasonal_patterns(["R1.1"], "EPF", None, CALENDAR, wage_growth=0.1).factors[0]
    without = seasonal_patterns(["R1.1"], "EPF", None, replace(CALENDAR, base_switch_month=1), wage_growth=0.1).factors[
        0
    ]
    assert with_switch[8] / with_switch[2] == pytest.approx(1.10 * without[8] / without[2])


def test_phased_months_add_to_the_year_exactly() -> None:
    patterns = seasonal_patterns(["R1.1", "E1.1", "R3"], "EPF")
    annual = np.array([1234567890.12, 987654321.98, 0.0])
    months = phase(annual, patterns)
    assert months.sum(-1).tolist() == pytest.approx(annual.tolist(), rel=1e-15, abs=1e-9)
    assert months[1, 11] == pytest.approx(annual[1] * patterns.factors[1, 11] / 12)
    low, high = phased_band(annual, patterns)
    assert (low[:2] < months[:2]).all()
    assert (months[:2] < high[:2]).all()


def test_growth_tilts_a_pattern_that_knows_its_own() -> None:
    patterns = replace(seasonal_patterns(["E1.1"], "EPF", history(4)), growth=np.array([0.08]))
    same = phase(np.array([1e9]), patterns, np.array([0.08]))
    faster = phase(np.array([1e9]), patterns, np.array([0.20]))
    assert same == pytest.approx(phase(np.array([1e9]), patterns))
    assert faster.sum() == pytest.approx(1e9)
    ratio = faster / same
    assert ratio[0, 11] / ratio[0, 0] == pytest.approx((1.20 / 1.08) ** (11 / 12))


def test_the_calendar_comes_from_the_set() -> None:
    china = load_assumptions("china")
    calendar = phasing_calendar(china, "000000")
    assert (calendar.premium_first_month, calendar.premium_last_month) == (9, 2)
    assert calendar.clearing_share == 0.05
    assert calendar.settlement_lag_days == 30
    moved = china.with_values({"phasing.premium_first_month": np.array([10.0])})
    assert phasing_calendar(moved, "000000").premium_first_month == 10
    hebei = load_assumptions("hebei")
    assert phasing_calendar(hebei, "130100").premium_first_month == 9  # borrowed from china


def test_a_set_without_a_calendar_is_told_what_to_write() -> None:
    china = load_assumptions("china")
    nothing = china.with_values({"phasing.clearing_share": np.array([np.nan])})
    with pytest.raises(AssumptionError, match=r"phasing\.clearing_share = 0\.05"):
        phasing_calendar(nothing, "000000")
