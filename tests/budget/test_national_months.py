"""The national months are those of the ministry, as months, with their traps."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import poolcast.budget
from poolcast.budget.months import MonthlyHistory, known_months, months_of_cumulative
from poolcast.budget.national_months import (
    MATERNITY,
    URBAN,
    national_months,
    national_pattern,
    sources,
    year_totals,
)
from poolcast.parameters.errors import ResultError

DATA = Path(poolcast.budget.__file__).parent / "data"


@pytest.mark.parametrize(
    ("scheme", "flow", "year", "published"),
    [  # cumulative figures of December of the ministry's monthly pages, 100 million yuan
        (URBAN, "revenue", 2013, 8173.7),
        (URBAN, "expenditure", 2015, 9303.9),
        (URBAN, "revenue", 2017, 17690.2),
        (MATERNITY, "expenditure", 2014, 364.4),
    ],
)
def test_months_add_to_the_published_december(scheme: str, flow: str, year: int, published: float) -> None:
    history = national_months()[scheme]
    assert history.of(flow)[history.years.index(year)].sum() / 1e8 == pytest.approx(published, abs=0.06)


def test_january_stands_alone_and_missing_months_stay_missing() -> None:
    history = national_months()[URBAN]
    january = history.of("revenue")[:, 0] / 1e8
    assert january == pytest.approx([541.3, 607.3, 799.9, 906.1, 1154.4, 1552.0], abs=0.06)
    missing = np.argwhere(np.isnan(history.of("revenue")))
    assert [(history.years[year], month + 1) for year, month in missing] == [(2016, 11), (2016, 12), (2018, 12)]
    assert np.isfinite(history.of("expenditure")).sum() == 69


def test_a_year_without_december_takes_the_later_total() -> None:
    outcomes = national_months()[URBAN].outcomes("revenue") / 1e8
    assert outcomes[3] == pytest.approx(13084.3)
    assert outcomes[0] == pytest.approx(8173.7, abs=0.06)  # not the later 8,248.3: months come first


def test_every_row_names_a_known_source() -> None:
    known = sources()
    for name in ("national_months.csv", "national_year_to_date.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as text:
            assert {row["source"] for row in csv.DictReader(text)} <= set(known)
    assert all(row["address"].startswith("https://") and row["grade"] for row in known.values())


@pytest.mark.parametrize("scheme", ["employee", "resident", "maternity"])
@pytest.mark.parametrize("flow", ["revenue", "expenditure"])
def test_patterns_add_to_twelve(scheme: str, flow: str) -> None:
    factors = national_pattern(scheme, flow).factors
    assert factors.sum() == pytest.approx(12)
    assert (factors > 0).all()


def test_scheme_patterns_keep_the_steps_of_2023() -> None:
    factors = national_pattern("resident", "revenue").factors
    assert factors[:4].sum() / 12 == pytest.approx(3968 / 10569.71)
    assert factors[4:6].sum() / 12 == pytest.approx((5302.5 - 3968) / 10569.71)
    assert factors[10:].sum() / 12 == pytest.approx((10569.71 - 7683.55) / 10569.71)


def test_subsidies_are_what_premiums_leave() -> None:
    revenue = national_pattern("resident", "revenue").factors
    subsidy = national_pattern("resident", "subsidy").factors
    share = 3497 / 10569.71
    assert subsidy[4] / subsidy[2] == pytest.approx(revenue[4] / revenue[2])  # no premium arrives from March to August
    assert subsidy[0] / subsidy[2] == pytest.approx((revenue[0] - 2 * share) / revenue[2])


def test_year_totals_are_kept_apart() -> None:
    assert year_totals()[("urban_basic_medical", "revenue", 2018)] == 20509.4e8


def test_cumulative_figures_become_months_by_hand() -> None:
    given = np.array([[5.0, 11.0, np.nan, 30.0, 42.0] + [np.nan] * 7])
    months = months_of_cumulative(given)[0]
    assert months[:2] == pytest.approx([5.0, 6.0])
    assert np.isnan(months[2:4]).all()  # April cannot be told from March
    assert months[4] == 12.0


def test_known_months_refuses_gaps() -> None:
    assert known_months(np.array([[1.0, 2.0] + [np.nan] * 10, [np.nan] * 12])) == 2
    for rows in ([[1.0, np.nan, 2.0] + [np.nan] * 9], [[1.0] + [np.nan] * 11, [1.0, 2.0] + [np.nan] * 10]):
        with pytest.raises(ResultError):
            known_months(np.array(rows))


def test_history_before_a_year_holds_nothing_later() -> None:
    amounts = np.arange(24.0).reshape(1, 2, 12)
    history = MonthlyHistory(("R3",), (2024, 2025), amounts, np.array([[1.0, 2.0]]), np.array([[np.nan, 9.0]]))
    earlier = history.before(2025)
    assert earlier.years == (2024,)
    assert earlier.amounts.shape == (1, 1, 12)
    assert earlier.budgets is not None
    assert earlier.budgets.tolist() == [[1.0]]
