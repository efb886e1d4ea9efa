"""Rounding that foots: nested sums, negatives, figures that do not apply, and figures shown twice."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcast.budget.footing import Sum, foot, largest_remainder

_MONEY = st.floats(-1e9, 1e9, allow_nan=False)


def test_largest_remainder_by_hand() -> None:
    assert largest_remainder([33.3, 33.3, 33.4], 100) == [33, 33, 34]
    assert largest_remainder([0.5, 0.5], 1) == [1, 0], "equal remainders in their order"
    assert largest_remainder([-0.6, 2.6], 2) == [-1, 3], "a negative part is rounded down first"
    assert largest_remainder([1.2], 3) == [3], "a single part takes what the sum must be"


@given(st.lists(_MONEY, min_size=1, max_size=12))
def test_parts_add_up_and_stay_within_a_unit(parts: list[float]) -> None:
    total = round(math.fsum(parts))
    rounded = largest_remainder(parts, total)
    assert sum(rounded) == total
    assert all(abs(own - part) < 1 + 1e-6 for own, part in zip(rounded, parts, strict=True))


@given(st.lists(_MONEY, min_size=1, max_size=8), st.integers(-50, 50))
def test_any_total_is_met(parts: list[float], more: int) -> None:
    total = round(math.fsum(parts)) + more
    rounded = largest_remainder(parts, total)
    assert sum(rounded) == total
    bound = 1 + abs(more) / len(parts) + 1
    assert all(abs(own - part) <= bound for own, part in zip(rounded, parts, strict=True))


_TREE = (Sum("R", ("R1", "R3", "R4")), Sum("R1", ("R1.1", "R1.2", "R1.3")), Sum("R4", ("R4/EPF", "R4/-")))
_LEAVES = ("R1.1", "R1.2", "R1.3", "R3", "R4/EPF", "R4/-")


@st.composite
def _trees(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, int]]:
    leaves = {name: draw(st.one_of(_MONEY, st.just(math.nan), st.just(0.0))) for name in _LEAVES}
    values = dict(leaves)
    for one in reversed(_TREE):
        parts = [values[part] for part in one.parts if math.isfinite(values.get(part, math.nan))]
        if parts:
            values[one.total] = math.fsum(parts)
    shared = {"R4/EPF": round(leaves["R4/EPF"])} if math.isfinite(leaves["R4/EPF"]) else {}
    return values, shared if draw(st.booleans()) else {}


@given(_trees())
def test_nested_sums_foot(tree: tuple[dict[str, float], dict[str, int]]) -> None:
    values, shared = tree
    shown = foot(values, _TREE, "R", None, shared)
    assert set(shown) == {name for name, value in values.items() if math.isfinite(value)}
    for one in _TREE:
        if one.total in shown:
            assert shown[one.total] == sum(shown[part] for part in one.parts if part in shown)
    assert all(shown[name] == value for name, value in shared.items())
    assert all(abs(shown[name] - values[name]) <= 3 for name in shown)
    assert all(shown[name] == 0 for name in shown if values[name] == 0 and name in _LEAVES)


def test_what_is_shown_elsewhere_decides_where_nothing_else_can_move() -> None:
    shown = foot({"R": 10.4, "R4": 10.4, "R4/EPF": 10.4}, _TREE, "R", 12, {"R4/EPF": 10})
    assert shown == {"R": 10, "R4": 10, "R4/EPF": 10}


def test_nothing_applies() -> None:
    assert foot({"R1.1": math.nan}, _TREE, "R", None, {}) == {}
    with pytest.raises(ValueError, match="nothing"):
        largest_remainder([], 1)
