"""Late and weak reforms leave no hole where a parameter has no value in the base year."""

from __future__ import annotations

import numpy as np
import pytest

import poolcast
from poolcast.uncertainty.policy import Variant, in_variant


@pytest.mark.parametrize("delay", [0, 1, 2])
def test_a_late_reform_leaves_no_value_missing(short_china, delay):
    calibrated = poolcast.calibrate(short_china)
    reformed = poolcast.load_scenario("financing_package").apply(calibrated)
    late = in_variant(calibrated, reformed, Variant(delay, 0.5))
    for name, values in reformed.values.items():
        assert np.array_equal(np.isnan(late.values[name]), np.isnan(values)), name


def test_half_a_reform_a_year_late_by_hand(short_china):
    # 0.08 -> 0.09 from 2027; half of it a year later: 0.08, then 0.085 from 2028
    calibrated = poolcast.calibrate(short_china)
    values = calibrated["revenue.employer_rate"].copy()
    first = calibrated.year_position(2027)
    values[:, first:] = 0.09
    late = in_variant(calibrated, calibrated.with_values({"revenue.employer_rate": values}), Variant(1, 0.5))
    rate = late["revenue.employer_rate"][0, first : first + 3]
    assert rate == pytest.approx([0.08, 0.085, 0.085])
