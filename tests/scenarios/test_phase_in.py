"""Shapes of a phase-in, by hand."""

from __future__ import annotations

import pytest

from poolcast.scenarios.phase_in import SHAPES, PhaseIn


@pytest.mark.parametrize(
    ("shape", "shares"),
    [
        ("step", [0.0, 0.0, 0.0, 1.0, 1.0]),
        ("linear", [0.25, 0.5, 0.75, 1.0, 1.0]),
        ("s_curve", [0.15625, 0.5, 0.84375, 1.0, 1.0]),  # 3 x^2 - 2 x^3 at 1/4, 1/2, 3/4
    ],
)
def test_shares_by_shape(shape: str, shares: list[float]) -> None:
    assert PhaseIn(4, shape).shares(5) == pytest.approx(shares, abs=1e-15)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_year_is_at_once(shape: str) -> None:
    assert PhaseIn(1, shape).shares(3) == pytest.approx([1.0, 1.0, 1.0], abs=0)
