"""Explain between valuations: forecast error, new data, new assumptions, new law (handbook 6.12, design 4).

The older valuation is first rolled to the base year of the newer one with its own projection as the accounts, which
changes nothing but the period. Then the parameters of one class after the other are replaced by those of the newer
valuation, each step calibrated and projected anew; the parts are the differences between the steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from poolcast.outlook.cases import Case
from poolcast.outlook.change_classes import ASSUMPTIONS, CLASSES, DATA, ERROR, LAW, class_of
from poolcast.outlook.forecasting import project
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.control_totals import until
from poolcast.projection.rolling import roll

Array = NDArray[np.float64]

MEASURES = ("revenue", "expenditure", "reserve")


@dataclass(frozen=True)
class ValuationExplanation:
    """Why two valuations differ.

    Parameters
    ----------
    start : int
        Base year of the newer one.
    parts : xarray.DataArray (cause, measure, year, region, ledger), yuan
        First less other; the causes are `change_classes.CLASSES` and add up to `total`.
    total : xarray.DataArray (measure, year, region, ledger), yuan
        First less other.
    """

    start: int
    parts: xr.DataArray
    total: xr.DataArray


def explain_valuations(first: Case, against: Case) -> ValuationExplanation:
    """Split the difference of two valuations into classes of change, in the order of `change_classes.CLASSES`.

    Parameters
    ----------
    first, against : Case
        Results with their assumptions and scenarios; the one with the later base year is the newer.

    Raises
    ------
    PoolcastError
        Where inputs are not at hand, regions or ledgers differ, or a step cannot be rolled or calibrated.
    """
    sign = -1.0 if first.forecast.attrs["base_year"] < against.forecast.attrs["base_year"] else 1.0
    newer, older = (first, against) if sign > 0 else (against, first)
    steps = [older.forecast, *_steps(older, newer), newer.forecast]
    start = int(newer.forecast.attrs["base_year"])
    last = min(int(forecast.year[-1]) for forecast in steps)
    place = {
        "year": list(range(start, last + 1)),
        "region": newer.forecast.region.values.tolist(),
        "ledger": newer.forecast.ledger.values.tolist(),
    }
    levels = np.stack([_values(forecast, place) for forecast in steps])
    known = np.isfinite(levels).all(0)
    parts = np.where(known, sign * np.diff(levels, axis=0), np.nan)
    total = np.where(known, sign * (levels[-1] - levels[0]), np.nan)
    coordinates = {"measure": list(MEASURES), **place}
    dims, attributes = tuple(coordinates), {"units": "yuan"}
    return ValuationExplanation(
        start,
        xr.DataArray(parts, coords={"cause": list(CLASSES), **coordinates}, dims=("cause", *dims), attrs=attributes),
        xr.DataArray(total, coords=coordinates, dims=dims, attrs=attributes),
    )


def _steps(older: Case, newer: Case) -> Iterator[xr.Dataset]:
    """Yield the forecast after each class of change but the last; the last leads to the newer forecast itself."""
    old, new = older.assumptions, newer.assumptions
    if old is None or new is None or older.scenario is None or newer.scenario is None:
        remedy = "Give run folders with their inputs, or scenarios with their sets."
        raise ResultError(Problem("explain", "a side without its inputs", "both sets and scenarios", remedy))
    _refuse_unlike(old, new)
    last = min(old.last_year, new.last_year)
    old, new = until(old, last), until(new, last)
    while old.base_year < new.base_year:
        old = roll(old)
    yield project(old, older.scenario)
    for cause in (ERROR, DATA, ASSUMPTIONS):
        old = _with_class(old, new, cause)
        yield project(old, older.scenario)
    law = replace(_with_class(old, new, LAW), options=new.options)
    yield project(law, newer.scenario)


def _with_class(old: Assumptions, new: Assumptions, cause: str) -> Assumptions:
    """Return a set whose parameters of one class are those of another set; what that lacks is left out."""
    values = {name: array for name, array in old.values.items() if class_of(name) != cause}
    values |= {name: array for name, array in new.values.items() if class_of(name) == cause}
    return replace(old, values=values)


def _values(forecast: xr.Dataset, place: dict[str, list[int]]) -> Array:
    found = [forecast[name].reindex(place).transpose(*place).values.astype(float) for name in MEASURES]
    return np.stack(found)


def _refuse_unlike(old: Assumptions, new: Assumptions) -> None:
    pairs = [
        ("regions", ", ".join(old.region_codes), ", ".join(new.region_codes)),
        ("ledgers", ", ".join(old.ledgers), ", ".join(new.ledgers)),
    ]
    remedy = "The table of reasons needs no such thing."
    problems = [
        Problem(f"{old.name} and {new.name}", f"{what} {mine}", f"{what} {theirs}, as on the other side", remedy)
        for what, mine, theirs in pairs
        if mine != theirs
    ]
    if problems:
        raise ResultError(problems)
