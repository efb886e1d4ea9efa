"""Reasons for change: the difference of two reserves by opening reserve, statement line and interest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.statement import EXPENDITURE_LINES, REVENUE_LINES

Array = NDArray[np.float64]

OPENING = "opening"
INTEREST = "R3"
REASONS = (OPENING, *(line for line in REVENUE_LINES if line != INTEREST), *EXPENDITURE_LINES, INTEREST)
"""Rows of the table, as official trust-fund reports print them: what was begun with, lines, interest."""


@dataclass(frozen=True)
class Reasons:
    """Why two results have different reserves.

    Parameters
    ----------
    start : int
        Year end at which the tale begins: the later of the two base years.
    parts : xarray.DataArray (reason, year, region, ledger), yuan
        First less other, added up from the start on; expenditure with the sign of its effect on the reserve. The parts
        add up to `total`. NaN where neither keeps a reserve.
    total : xarray.DataArray (year, region, ledger), yuan
        Reserve of the first less that of the other.
    """

    start: int
    parts: xr.DataArray
    total: xr.DataArray


def reasons_for_change(first: xr.Dataset, against: xr.Dataset) -> Reasons:
    r"""Split the difference of two reserves at every common year end.

    .. math::
        F_t - F'_t = (F_s - F'_s) + (T_t - T'_t) + \sum_{j=s+1}^{t} \Big( \sum_l (R_{l,j} - R'_{l,j})
        - \sum_l (X_{l,j} - X'_{l,j}) + (I_j - I'_j) \Big)

    with s the later base year and T what a merged fund has taken over from another ledger since then, which stands with
    the opening reserve. Sets may differ in years, regions, ledgers and version: what one side does not hold
    counts as nothing there.

    Parameters
    ----------
    first, against : xarray.Dataset
        Forecasts in nominal yuan, without paths.

    Raises
    ------
    ResultError
        Where they have no year in common, or are no such forecasts.
    """
    _refuse(first, against)
    start = max(int(first.attrs["base_year"]), int(against.attrs["base_year"]))
    last = min(int(first.year[-1]), int(against.year[-1]))
    axes = {"year": list(range(start, last + 1))}
    axes |= {axis: _union(first[axis].values.tolist(), against[axis].values.tolist()) for axis in ("region", "ledger")}
    mine, keeps = _cumulated(first, axes)
    theirs, kept = _cumulated(against, axes)
    known = (keeps | kept)[None]
    parts = np.where(known, mine - theirs, np.nan)
    reserves = [_on(forecast.reserve, axes, ("year", "region", "ledger")) for forecast in (first, against)]
    total = np.where(known[0], np.nan_to_num(reserves[0]) - np.nan_to_num(reserves[1]), np.nan)
    attributes = {"units": "yuan"}
    return Reasons(
        start,
        xr.DataArray(
            parts, coords={"reason": list(REASONS), **axes}, dims=("reason", *axes), attrs=attributes, name="change"
        ),
        xr.DataArray(total, coords=dict(axes), dims=tuple(axes), attrs=attributes, name="change"),
    )


def _cumulated(forecast: xr.Dataset, axes: dict[str, list[int]]) -> tuple[Array, NDArray[np.bool_]]:
    """Return every reason (reason, year, region, ledger) added up from the start, and where a reserve is kept."""
    order = ("year", "region", "ledger")
    reserve = _on(forecast.reserve, axes, order)
    keeps = np.isfinite(reserve)
    result = np.zeros((len(REASONS), *reserve.shape))
    result[0] = np.nan_to_num(reserve[:1])
    if "taken_over" in forecast:
        taken = np.nan_to_num(_on(forecast.taken_over, axes, order))
        taken[0] = 0.0  # what was taken over by then is in the opening reserve
        result[0] += np.cumsum(taken, axis=0)
    for side, sign in (("revenue", 1.0), ("expenditure", -1.0)):
        axis = f"{side}_line"
        lines = forecast[f"{side}_by_line"]
        values = np.nan_to_num(_on(lines, axes, (axis, *order)))
        for number, line in enumerate(lines[axis].values.tolist()):
            yearly = np.where(keeps, sign * values[number], 0.0)
            yearly[0] = 0.0  # the year of the opening reserve is closed
            result[REASONS.index(line)] += np.cumsum(yearly, axis=0)
    return result, keeps


def _on(array: xr.DataArray, axes: dict[str, list[int]], order: Sequence[str]) -> Array:
    values: Array = array.reindex(axes).transpose(*order).values.astype(float)
    return values


def _union(one: list[int], other: list[int]) -> list[int]:
    return list(dict.fromkeys((*one, *other)))


def _refuse(first: xr.Dataset, against: xr.Dataset) -> None:
    problems = []
    for forecast in (first, against):
        name = f"{forecast.attrs['set']} {forecast.attrs['scenario']}"
        if forecast.attrs["prices"] != "nominal":
            problems.append(Problem(name, forecast.attrs["prices"], "nominal yuan", "Give the forecast as projected."))
        if "path" in forecast.dims:
            problems.append(Problem(name, "a forecast with paths", "a single run", "Project without drivers."))
        lines = [*forecast.revenue_line.values.tolist(), *forecast.expenditure_line.values.tolist()]
        unknown = [line for line in lines if line not in REASONS]
        if unknown:
            problems.append(Problem(name, f"lines {', '.join(unknown)}", ", ".join(REASONS), "Use a newer version."))
    start = max(int(forecast.attrs["base_year"]) for forecast in (first, against))
    if min(int(forecast.year[-1]) for forecast in (first, against)) < start:
        problems.append(Problem("years", "two projections without a common year", "a common year", "Choose others."))
    if problems:
        raise ResultError(problems)
