"""The bars of the year-end outlook: on simulated years, and on the real national months of 2015-2018."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from tests.validation.real_months import YEARS, RealYear, naive_budgets, real_year
from tests.validation.simulated_years import score, simulated_year

QUARTERS = [0, 3, 6, 9]


def check(seeds: range, least: float, most: float) -> None:
    errors, inside = score(seeds)
    mean = {way: np.abs(rows).mean(0) for way, rows in errors.items()}
    for way in ("blend", "nowcast"):
        assert (np.diff(mean[way][QUARTERS]) < 0).all(), way
        assert (mean[way][3:] < mean["straight_line"][3:]).all(), way
        assert least <= inside[way][:, 1:].mean() <= most, way
    assert mean["nowcast"][1:].mean() < mean["blend"][1:].mean()


def test_the_bars_on_a_few_simulated_years() -> None:
    check(range(1, 26), 0.65, 0.92)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_bars_on_2000_simulated_years() -> None:
    check(range(1, 2001), 0.77, 0.83)


def test_simulated_years_show_the_estimate_nothing_of_themselves() -> None:
    year = simulated_year(7)
    assert max(year.history.years) < 2026
    assert year.history.amounts.shape == (1, 4, 12)
    again = simulated_year(7)
    assert np.array_equal(year.months, again.months)
    assert not np.array_equal(year.months, simulated_year(8).months)


@lru_cache(maxsize=8)
def foretold(year: int, flow: str) -> RealYear:
    return real_year(year, flow)


@pytest.mark.parametrize("flow", ["revenue", "expenditure"])
def test_real_years_use_earlier_years_alone(flow: str) -> None:
    used = [foretold(year, flow).patterns.years[0] for year in YEARS]
    assert used == [2, 3, 4, 5]


def test_the_naive_budget_by_hand() -> None:
    from poolcast.budget.national_months import URBAN, national_months

    budgets = naive_budgets(national_months()[URBAN])
    assert budgets[0, 2] / 1e8 == pytest.approx(9447.7**2 / 8173.7, rel=1e-4)
    assert np.isnan(budgets[:, :2]).all()


@pytest.mark.parametrize("known", [3, 6, 9])
def test_real_years_are_foretold_better_than_by_the_straight_line(known: int) -> None:
    years = [foretold(year, flow) for flow in ("revenue", "expenditure") for year in YEARS]
    mean = {
        way: np.mean([abs(real.central[way][known] / real.outcome - 1) for real in years])
        for way in ("blend", "nowcast", "straight_line")
    }
    assert mean["nowcast"] < 0.5 * mean["straight_line"]
    assert mean["blend"] < 0.5 * mean["straight_line"]


def test_the_integration_of_rural_members_is_missed_and_that_is_said_in_the_documentation() -> None:
    """2017: members rose by a quarter inside the year; no pattern of earlier years knows it."""
    real = foretold(2017, "expenditure")
    assert real.central["nowcast"][3] / real.outcome - 1 < -0.08
    assert real.high["nowcast"][3] < real.outcome
