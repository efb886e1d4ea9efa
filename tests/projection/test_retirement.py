"""The statutory retirement age of 2025-2039 (handbook 2.3): vectors, shares past it, hazards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcast.projection.retirement import (
    GROUPS,
    Flexibility,
    delay_months,
    minimum_pension_years,
    retirement_age_months,
    retirement_hazard,
    retirement_month,
    share_past_retirement,
)

ON_TIME = Flexibility(0.0, 0.0, 0.0)
DEFAULT = Flexibility(0.25, 0.05, 12.0)
MEN, WOMEN_50, WOMEN_55 = (GROUPS.index(group) for group in ("male", "female_50", "female_55"))
FLEXIBILITIES = st.builds(
    lambda early, late, months, delay: Flexibility(early, min(late, 1 - early), months, delay),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 36),
    st.booleans(),
)
CHECK = settings(deadline=None, max_examples=60)


@pytest.mark.parametrize(
    ("group", "year", "month", "delay", "retires"),
    [
        ("male", 1965, 1, 1, (2025, 2)),
        ("male", 1965, 5, 2, (2025, 7)),
        ("male", 1964, 12, 0, (2024, 12)),
        ("male", 1976, 8, 35, (2039, 7)),
        ("male", 1976, 9, 36, (2039, 9)),
        ("male", 1976, 12, 36, (2039, 12)),
        ("male", 1999, 6, 36, (2062, 6)),
        ("female_55", 1969, 12, 0, (2024, 12)),
        ("female_55", 1970, 1, 1, (2025, 2)),
        ("female_55", 1971, 4, 4, (2026, 8)),
        ("female_55", 1981, 8, 35, (2039, 7)),
        ("female_55", 1981, 9, 36, (2039, 9)),
        ("female_50", 1974, 12, 0, (2024, 12)),
        ("female_50", 1975, 1, 1, (2025, 2)),
        ("female_50", 1975, 3, 2, (2025, 5)),
        ("female_50", 1984, 10, 59, (2039, 9)),
        ("female_50", 1984, 11, 60, (2039, 11)),
        ("female_50", 1990, 1, 60, (2045, 1)),
    ],
)
def test_vectors(group: str, year: int, month: int, delay: int, retires: tuple[int, int]) -> None:
    assert delay_months(group, year, month) == delay
    assert retirement_month(group, year, month) == retires


def test_ages_in_months() -> None:
    assert retirement_age_months("male", 1976, 9) == 63 * 12
    assert retirement_age_months("female_55", 1971, 4) == 55 * 12 + 4  # 55.33 years
    assert retirement_age_months("female_50", 1984, 11) == 55 * 12
    assert retirement_age_months("male", 1950, 1) == 60 * 12


@pytest.mark.parametrize(("group", "step", "last"), [("male", 4, 36), ("female_55", 4, 36), ("female_50", 2, 60)])
def test_the_delay_grows_by_one_month_at_a_time(group: str, step: int, last: int) -> None:
    first = {"male": 1965, "female_55": 1970, "female_50": 1975}[group]
    months = [(year, month) for year in range(first - 2, first + 14) for month in range(1, 13)]
    delays = [delay_months(group, *born) for born in months]
    assert delays[:24] == [0] * 24
    expected = [min(last, number // step + 1) for number in range(len(months) - 24)]
    assert delays[24:] == expected
    assert set(np.diff(delays)) == {0, 1}


@pytest.mark.parametrize(
    ("year", "years"),
    [(2024, 15), (2029, 15), (2030, 15.5), (2031, 16), (2034, 17.5), (2038, 19.5), (2039, 20), (2040, 20), (2060, 20)],
)
def test_minimum_pension_years(year: int, years: float) -> None:
    assert minimum_pension_years(year) == years


@pytest.mark.parametrize(
    ("group", "year", "age", "share"),
    [
        # born 1965: January-April +1 month, May-August +2, September-December +3; at the end of 2025 those of month m
        # have lived 12.5 - m months beyond 60, so that January to September are past it
        (MEN, 2025, 60, 9 / 12),
        (MEN, 2025, 59, 0.0),
        (MEN, 2025, 61, 1.0),
        (WOMEN_55, 2025, 55, 9 / 12),
        # born 1975: +1 for January-February, +2, +3, +4, +5, +6: retired by the year end where 12.5 - m >= delay
        (WOMEN_50, 2025, 50, 8 / 12),
        (WOMEN_50, 2025, 51, 1.0),
        # the end of the schedule: 63, 58 and 55 whole years
        (MEN, 2045, 62, 0.0),
        (MEN, 2045, 63, 1.0),
        (WOMEN_55, 2045, 57, 0.0),
        (WOMEN_55, 2045, 58, 1.0),
        (WOMEN_50, 2045, 54, 0.0),
        (WOMEN_50, 2045, 55, 1.0),
        (MEN, 2024, 59, 0.0),
        (MEN, 2024, 60, 1.0),
    ],
)
def test_shares_on_time(group: int, year: int, age: int, share: float) -> None:
    assert share_past_retirement(year, ON_TIME)[group, age] == pytest.approx(share, abs=1e-15)


def test_early_members_take_the_delay_back() -> None:
    """Men of 2045 retire at 63; a quarter goes at 60. Women of 50 may only go at 52: 36 months of 60 at most."""
    early = Flexibility(0.25, 0.0, 0.0)
    shares = share_past_retirement(2045, early)
    assert shares[MEN, 59:64].tolist() == [0.0, 0.25, 0.25, 0.25, 1.0]
    assert shares[WOMEN_50, 50:56].tolist() == [0.0, 0.0, 0.25, 0.25, 0.25, 1.0]
    assert shares[WOMEN_55, 54:59].tolist() == [0.0, 0.25, 0.25, 0.25, 1.0]
    # a delay of less than 36 months: never below the original age
    assert share_past_retirement(2027, early)[MEN, 59] == 0.0


def test_late_members_stay_on() -> None:
    late = share_past_retirement(2045, Flexibility(0.0, 0.05, 12.0))
    assert late[MEN, 62:66].tolist() == pytest.approx([0.0, 0.95, 1.0, 1.0])
    longest = share_past_retirement(2045, Flexibility(0.0, 0.1, 36.0))
    assert longest[WOMEN_50, 54:60].tolist() == pytest.approx([0.0, 0.9, 0.9, 0.9, 1.0, 1.0])


def test_without_delay_everybody_goes_at_the_original_age() -> None:
    for year in (2025, 2032, 2050):
        shares = share_past_retirement(year, Flexibility(0.25, 0.05, 12.0, delay=False))
        for group, age in ((MEN, 60), (WOMEN_50, 50), (WOMEN_55, 55)):
            assert not shares[group, :age].any()
            assert (shares[group, age:] == 1.0).all()


@CHECK
@given(st.integers(2020, 2100), FLEXIBILITIES)
def test_share_grows_with_age_and_hazards_are_shares(year: int, flexibility: Flexibility) -> None:
    shares = share_past_retirement(year, flexibility)
    assert shares.shape == (3, 101)
    assert (np.diff(shares, axis=1) >= -1e-12).all()
    assert (shares[:, :50] == 0).all()
    assert shares[:, 66:] == pytest.approx(1.0)
    hazard = retirement_hazard(year, flexibility)
    assert (hazard >= 0).all()
    assert (hazard <= 1).all()


@CHECK
@given(st.integers(1935, 2020), FLEXIBILITIES)
def test_hazards_of_a_cohort_add_up_to_its_share(born: int, flexibility: Flexibility) -> None:
    """prod (1 - h) = 1 - pi, at every age of every cohort."""
    left = np.ones(3)
    for age in range(40, 75):
        left *= 1 - retirement_hazard(born + age, flexibility)[:, age]
        past = share_past_retirement(born + age, flexibility)[:, age]
        assert left == pytest.approx(1 - past, abs=1e-12)


def test_the_reform_delays_and_never_hastens() -> None:
    for year in range(2025, 2061):
        on, off = (share_past_retirement(year, Flexibility(0.25, 0.05, 12.0, delay)) for delay in (True, False))
        assert (on <= off + 1e-15).all()
    assert share_past_retirement(2040, DEFAULT)[MEN, 60] == pytest.approx(0.25)


def test_hazards_are_handed_out_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        retirement_hazard(2030, DEFAULT)[0, 0] = 1.0
