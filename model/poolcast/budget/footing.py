"""Footing: rounding displayed figures so that every sum still adds up to the last digit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def largest_remainder(parts: Sequence[float] | Array, total: int) -> list[int]:
    """Round parts to whole numbers that add up to a given whole number (method of largest remainders).

    Every part is first rounded down; what is missing then goes, one each, to the parts with the largest remainders, in
    rounds where more is missing than there are parts. Parts of equal remainder are served in their order.

    Parameters
    ----------
    parts : sequence of float, in units of the last digit shown
        At least one; none of them NaN.
    total : int
        What the rounded parts must add up to, in the same units.

    Examples
    --------
    >>> largest_remainder([1.4, 1.4, 1.2], 4)
    [2, 1, 1]
    >>> largest_remainder([-0.6, 2.6], 2)
    [-1, 3]
    """
    values = np.asarray(parts, dtype=np.float64)
    if not values.size:
        raise ValueError("nothing to round")
    floors = np.floor(values)
    result = [int(floor) for floor in floors]
    missing = total - sum(result)
    order = np.argsort(-(values - floors), kind="stable").tolist()
    each, rest = divmod(missing, len(result))
    for rank, position in enumerate(order):
        result[position] += each + (1 if rank < rest else 0)
    return result


@dataclass(frozen=True)
class Sum:
    """A figure and the figures that it is the sum of.

    Parameters
    ----------
    total : str
        Key of the sum.
    parts : tuple of str
        Keys of its parts, each the part of one sum only.
    """

    total: str
    parts: tuple[str, ...]


def foot(
    values: Mapping[str, float], sums: Sequence[Sum], root: str, target: int | None, fixed: Mapping[str, int]
) -> dict[str, int]:
    """Round a tree of nested sums from the top down so that every sum foots.

    Parameters
    ----------
    values : mapping of str to float
        Figures by key in units of the last digit shown; NaN where a figure does not apply, which counts as nothing.
    sums : sequence of Sum
        The sums of the tree.
    root : str
        Key of the figure at the top.
    target : int, optional
        What the top is shown as; its nearest whole number where it is left out. Where nothing below may move, the top
        is what its parts add up to.
    fixed : mapping of str to int
        Figures without parts that are shown elsewhere too, and how: they do not move.

    Returns
    -------
    dict of str to int
        Every figure that applies, in units.
    """
    parts_of = {one.total: one.parts for one in sums}
    settled: dict[str, int | None] = {}
    _settle(root, values, parts_of, fixed, settled)
    result: dict[str, int] = {}
    if root in settled:
        own = settled[root]
        wanted = target if target is not None else int(np.rint(values[root]))
        _spread(root, wanted if own is None else own, values, parts_of, settled, result)
    return result


def _settle(
    key: str,
    values: Mapping[str, float],
    parts_of: Mapping[str, tuple[str, ...]],
    fixed: Mapping[str, int],
    settled: dict[str, int | None],
) -> None:
    """Note what a figure must be shown as (None: it may move); a figure that does not apply is left out."""
    parts = parts_of.get(key, ())
    for part in parts:
        _settle(part, values, parts_of, fixed, settled)
    known = [settled[part] for part in parts if part in settled]
    if known:
        settled[key] = None if any(one is None for one in known) else sum(one for one in known if one is not None)
    elif np.isfinite(values.get(key, np.nan)):
        settled[key] = fixed[key] if key in fixed else (0 if values[key] == 0 else None)


def _spread(
    key: str,
    shown: int,
    values: Mapping[str, float],
    parts_of: Mapping[str, tuple[str, ...]],
    settled: Mapping[str, int | None],
    result: dict[str, int],
) -> None:
    """Show a figure as given and its parts so that they add up to it."""
    result[key] = shown
    parts = [part for part in parts_of.get(key, ()) if part in settled]
    stays = {part: own for part in parts if (own := settled[part]) is not None}
    moves = [part for part in parts if part not in stays]
    for part, own in stays.items():
        _spread(part, own, values, parts_of, settled, result)
    if moves:
        rounded = largest_remainder([_value(part, values, parts_of) for part in moves], shown - sum(stays.values()))
        for part, own in zip(moves, rounded, strict=True):
            _spread(part, own, values, parts_of, settled, result)


def _value(key: str, values: Mapping[str, float], parts_of: Mapping[str, tuple[str, ...]]) -> float:
    """Return a figure, or the sum of its parts where it is not given itself."""
    own = values.get(key, np.nan)
    if np.isfinite(own):
        return float(own)
    parts = [_value(part, values, parts_of) for part in parts_of.get(key, ())]
    return float(np.nansum(parts)) if parts else np.nan


__all__ = ["Sum", "foot", "largest_remainder"]
