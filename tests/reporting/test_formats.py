from __future__ import annotations

import math

import pytest

from poolcast.reporting.formats import MONTHS, WHOLE_PERCENT, band_of, money_scale, money_unit, rounded, year_text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(2.5, 0, "3"), (-2.5, 0, "−3"), (0.125, 2, "0.13"), (-0.04, 1, "0.0"), (1234567.0, 0, "1,234,567")],
)
def test_rounding_is_half_away_from_zero(value, digits, text):
    assert rounded(value, digits) == text


def test_a_difference_carries_its_sign():
    assert [rounded(value, 1, sign=True) for value in (1.0, -1.0, 0.0)] == ["+1.0", "−1.0", "0.0"]


@pytest.mark.parametrize(
    ("largest", "shown", "unit"),
    [(18292.91e8, "18,293", "亿元"), (41.53e8, "41.5", "亿元"), (835.2e4, "835", "万元"), (412.345, "412.35", "元")],
)
def test_money_takes_the_unit_of_the_largest_value(largest, shown, unit):
    scale = money_scale([1.0, math.nan, -largest])
    assert (scale.show(largest), scale.unit.zh) == (shown, unit)


def test_money_as_a_share_of_the_product():
    assert money_scale([0.0131], "gdp").show(0.0131) == "1.31"
    assert money_scale([0.00042], "gdp").show(0.00042) == "0.0420"
    assert money_unit(money_scale([1e12]), "real", 2025).zh == "亿元，2025 年不变价"


def test_what_is_not_defined_is_a_dash():
    assert (MONTHS.show(math.nan), WHOLE_PERCENT.show(0.735)) == ("—", "74%")


@pytest.mark.parametrize(
    ("months", "band"),
    [
        (-3, "exhausted"),
        (0, "exhausted"),
        (2.99, "red"),
        (3, "orange"),
        (3 - 1e-9, "orange"),
        (6, "normal"),
        (9, "ample"),
        (15, "ample"),
        (15.1, "excessive"),
    ],
)
def test_bands_of_handbook_5_4(months, band):
    assert band_of(months) == band


def test_no_months_no_band():
    assert band_of(math.nan) is None


def test_years_of_events():
    assert [year_text(year, 2060, language) for year in (2041, None) for language in ("en", "zh")] == [
        "2041",
        "2041 年",
        "not by 2060",
        "2060 年前不会",
    ]
