"""Years between and beyond given years."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcast.parameters.filling import fill_years

YEARS = np.arange(2023, 2033)


def _fill(given: dict[int, float], between: str = "linear", beyond: str = "hold") -> list[float]:
    years = np.array(sorted(given))
    values = np.array([[given[year]] for year in sorted(given)])
    return fill_years(years, values, YEARS, between, beyond)[:, 0].tolist()  # type: ignore[arg-type]


def test_straight_line_between_and_held_beyond() -> None:
    filled = _fill({2024: 1.0, 2028: 3.0})
    assert np.isnan(filled[0])
    assert filled[1:] == [1.0, 1.5, 2.0, 2.5, 3.0, 3.0, 3.0, 3.0, 3.0]


def test_step_keeps_the_earlier_value() -> None:
    assert _fill({2020: 1.0, 2028: 3.0}, between="step") == [1.0] * 5 + [3.0] * 5


def test_growth_goes_on_at_the_last_yearly_rate() -> None:
    filled = _fill({2023: 100.0, 2025: 121.0}, beyond="grow")
    assert filled[1] == pytest.approx(110.5)
    assert filled[3] == pytest.approx(133.1)
    assert filled[9] == pytest.approx(121.0 * 1.1**7)


@pytest.mark.parametrize("given", [{2023: 5.0}, {2023: 0.0, 2024: 5.0}, {2023: -5.0, 2024: 5.0}])
def test_growth_is_held_where_there_is_no_rate(given: dict[int, float]) -> None:
    assert _fill(given, beyond="grow")[-1] == 5.0


def test_values_before_the_years_in_memory_are_used() -> None:
    assert _fill({2013: 1.0, 2033: 3.0})[0] == 2.0


@given(
    st.dictionaries(st.integers(2015, 2040), st.floats(-1e6, 1e6), min_size=1, max_size=8),
    st.sampled_from(["linear", "step"]),
    st.integers(2024, 2032),
)
def test_given_years_stay_exact_and_a_shorter_horizon_is_a_part(
    given: dict[int, float], between: str, last: int
) -> None:
    years = np.array(sorted(given))
    values = np.array([[given[year]] for year in sorted(given)])
    long = fill_years(years, values, YEARS, between, "hold")  # type: ignore[arg-type]
    short = fill_years(years, values, YEARS[last >= YEARS], between, "hold")  # type: ignore[arg-type]
    assert np.array_equal(short, long[: len(short)], equal_nan=True)
    for year, value in given.items():
        if YEARS[0] <= year <= YEARS[-1]:
            assert long[year - YEARS[0], 0] == value
    inside = long[~np.isnan(long)]
    assert not len(inside) or (min(given.values()) - 1e-6 <= inside.min() <= inside.max() <= max(given.values()) + 1e-6)
