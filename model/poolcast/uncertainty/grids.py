"""Two-way grids: a measure under two unknowns at once, and the rate that so many months of reserve need."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.measured import MeasureCall
from poolcast.outlook.unknowns import Setting, Unknown, find_unknown, regions_under
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.blocks import central_run
from poolcast.uncertainty.kept_calls import CallLayout, call_layout
from poolcast.uncertainty.sensitivity import as_call, as_scenario, as_set

if TYPE_CHECKING:
    import os

    import xarray as xr

Array = NDArray[np.float64]

EMPLOYER_RATE = "revenue.employer_rate"
MONTHS_WANTED = (3.0, 6.0, 9.0, 12.0)
"""Payable months that a planner asks for; the limits of the bands of handbook 5.4."""
POINTS = 9
"""Values of an unknown where none are given."""
REACH = 0.02
"""How far around the present rate the preset looks at first, as a share of wages."""
_EXACT = 1e-7


def grid(
    assumptions: Assumptions | str | os.PathLike[str],
    of: MeasureCall | str,
    row: tuple[str, Sequence[float]],
    column: tuple[str, Sequence[float]],
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    *,
    start: int | None = None,
    region: str | None = None,
) -> xr.Dataset:
    """Return a measure for every pair of values of two unknowns.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        Any set.
    of : MeasureCall or str
        A single number.
    row, column : tuple of str and sequence of float
        A parameter or LEVER.argument as in `poolcast.outlook.unknowns`, and its values.
    scenario : Scenario, str or path
        What holds besides.
    start : int, optional
        First year of the changes.
    region : str, optional
        Region, or parent of regions, whose values are changed; all by default.

    Returns
    -------
    xarray.Dataset
        ``value`` (row, column), ``baseline``; names, units and present values of the unknowns are attributes. NaN where
        the two values contradict each other.

    Raises
    ------
    ScenarioError
        With every value outside the bounds, or an unknown or a measure that cannot be.
    """
    import xarray as xr

    calibrated, chosen, call = as_set(assumptions), as_scenario(scenario), as_call(of)
    applied = chosen.apply(calibrated)
    where = _where(calibrated, region)
    unknowns = [find_unknown(text, Setting(calibrated, chosen, start, where)) for text, _ in (row, column)]
    _refuse(unknowns, (row[1], column[1]))
    layout = call_layout(applied, [call])
    values = np.full((len(row[1]), len(column[1])), np.nan)
    for at, first in enumerate(row[1]):
        with_row = unknowns[0].applied(chosen, first)
        try:
            other = find_unknown(column[0], Setting(calibrated, with_row, start, where))
        except ScenarioError:
            continue  # the first change leaves the set's bounds
        for to, second in enumerate(column[1]):
            values[at, to] = _value(calibrated, other.applied(with_row, second), layout)
    return xr.Dataset(
        {"value": (("row", "column"), values), "baseline": ((), _value(calibrated, chosen, layout))},
        coords={"row": list(map(float, row[1])), "column": list(map(float, column[1]))},
        attrs={
            "measure": str(call),
            "unit": call.declared.unit,
            "scenario": chosen.name,
            **_words("row", unknowns[0]),
            **_words("column", unknowns[1]),
        },
    )


def rate_by_months(
    assumptions: Assumptions | str | os.PathLike[str],
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    *,
    unknown: str = EMPLOYER_RATE,
    ledger: str = "EPF",
    region: str | None = None,
    years: Sequence[int] = (),
    months: Sequence[float] = MONTHS_WANTED,
    rates: Sequence[float] = (),
    start: int | None = None,
) -> xr.Dataset:
    """Return which rate gives how many months of reserve in which year, and which rate so many months need.

    Parameters
    ----------
    assumptions : Assumptions, str or path
    scenario : Scenario, str or path
        What holds besides.
    unknown : str
        The contribution rate, or anything else that feeds the ledger.
    ledger, region : str
        Whose months; a set of several regions needs a region, whose rate alone is changed.
    years : sequence of int, optional
        By default each fifth year and the last.
    months : sequence of float
        Payable months wanted at the end of a year.
    rates : sequence of float, optional
        By default around the present rate.
    start : int, optional
        First year of the rate.

    Returns
    -------
    xarray.Dataset
        ``payable_months`` (rate, year); ``rate_needed`` (months, year), the rate nearest to the present one at which a
        year ends with so many months, NaN where no rate in the bounds does it; ``months_reached``, what a run of that
        rate finds.

    Raises
    ------
    ScenarioError
        See `grid`.
    """
    import xarray as xr

    calibrated, chosen = as_set(assumptions), as_scenario(scenario)
    found = find_unknown(unknown, Setting(calibrated, chosen, start, _where(calibrated, region)))
    held = sorted(set(years)) or _fifth_years(calibrated)
    calls = [MeasureCall("payable_months", ledger, year, region=region) for year in held]
    layout = call_layout(chosen.apply(calibrated), calls)
    low, high = found.bounds
    asked = list(rates) or np.clip(found.present + np.linspace(-REACH, REACH, POINTS), low, high).tolist()
    _refuse([found], (asked,))
    asked = sorted(set(map(float, asked)))
    known: dict[float, Array] = {}

    def at(rate: float) -> Array:
        if rate not in known:
            known[rate] = _values(calibrated, found.applied(chosen, rate), layout)
        return known[rate]

    table = np.stack([at(rate) for rate in asked])
    scanned = sorted({*asked, *np.linspace(low, high, 2 * POINTS + 1).tolist()})
    needed, reached = np.full((2, len(months), len(held)), np.nan)
    for row, target in enumerate(months):
        for column in range(len(held)):
            rate = _crossing(_gap(at, column, target), scanned, found.present)
            if rate is not None:
                needed[row, column], reached[row, column] = rate, at(rate)[column]
    return xr.Dataset(
        {
            "payable_months": (("rate", "year"), table),
            "rate_needed": (("months", "year"), needed),
            "months_reached": (("months", "year"), reached),
        },
        coords={"rate": asked, "year": list(held), "months": list(map(float, months))},
        attrs={"ledger": ledger, "region": region or "", "scenario": chosen.name, **_words("rate", found)},
    )


def _gap(at: Callable[[float], Array], column: int, target: float) -> Callable[[float], float]:
    return lambda rate: float(at(rate)[column] - target)


def _crossing(gap: Callable[[float], float], scanned: Sequence[float], present: float) -> float | None:
    """Return the root of a gap that is nearest to the present value, between two scanned values; None where none is."""
    from scipy.optimize import brentq

    gaps = [gap(value) for value in scanned]
    roots = [value for value, left in zip(scanned, gaps, strict=True) if left == 0]
    for (low, under), (high, over) in pairwise(zip(scanned, gaps, strict=True)):
        if math.isfinite(under) and math.isfinite(over) and under * over < 0:
            roots.append(float(brentq(gap, low, high, xtol=_EXACT)))
    return min(roots, key=lambda root: abs(root - present), default=None)


def _fifth_years(assumptions: Assumptions) -> list[int]:
    first = assumptions.base_year + 1
    return [year for year in range(first, assumptions.last_year) if year % 5 == 0] + [assumptions.last_year]


def _where(assumptions: Assumptions, region: str | None) -> Mapping[str, str]:
    return {} if region is None else {"region": "|".join(regions_under(assumptions, region))}


def _values(assumptions: Assumptions, scenario: Scenario, layout: CallLayout) -> Array:
    try:
        changed = scenario.apply(assumptions)
    except ScenarioError:
        return np.full(len(layout.calls), np.nan)
    found = layout.read(central_run(changed))
    return np.array([found[name][0, 0] for name in layout.names])


def _value(assumptions: Assumptions, scenario: Scenario, layout: CallLayout) -> float:
    return float(_values(assumptions, scenario, layout)[0])


def _refuse(unknowns: Sequence[Unknown], values: Sequence[Sequence[float]]) -> None:
    problems = []
    for unknown, asked in zip(unknowns, values, strict=True):
        low, high = unknown.bounds
        if not asked:
            problems.append(Problem(unknown.text, "no values", "one value or more", "Give the values of the grid."))
        for value in asked:
            if not low <= value <= high:
                remedy = "Rates and shares are fractions, 0.045 for 4.5 %."
                problems.append(Problem(unknown.text, f"{value:g}", f"{low:g} to {high:g} ({unknown.unit})", remedy))
    if problems:
        raise ScenarioError(problems)


def _words(axis: str, unknown: Unknown) -> dict[str, str | float]:
    return {
        axis: unknown.text,
        f"{axis}_label": unknown.label.en,
        f"{axis}_label_zh": unknown.label.zh,
        f"{axis}_unit": unknown.unit,
        f"{axis}_present": unknown.present,
    }
