"""What a question keeps of every path: single numbers, one a measure call, or the margins of conditions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.conditions import Condition
from poolcast.outlook.measured import EVENTS, MeasureCall, value_field
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import Projection, run
from poolcast.projection.forecast import label
from poolcast.uncertainty.blocks import central_run, tiles
from poolcast.uncertainty.kept import KeptMeasure, Layout, variables_of

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CallLayout(Layout):
    """A row that holds one number a measure call: that of the year and region that the call names.

    Parameters
    ----------
    calls : tuple of MeasureCall
        What is read; each is a measure of the row, under the text of the call.
    """

    calls: tuple[MeasureCall, ...] = ()

    @classmethod
    def of_calls(cls, central: Projection, calls: Sequence[MeasureCall]) -> CallLayout:
        """Return the layout of some calls, after a look at whether each is a single number.

        Raises
        ------
        ScenarioError
            With every call that the forecast cannot answer, or answers with several numbers.
        """
        variables = _variables(calls)
        forecast = label(central, with_paths=True, only=variables)
        problems: list[Problem] = []
        for call in calls:
            try:
                problems += _several(call, forecast)
            except ScenarioError as error:
                problems += error.problems
        if problems:
            raise ScenarioError(problems)
        return cls(tuple(_single(call, str(call)) for call in calls), variables, tuple(calls))

    def read(self, projection: Projection) -> dict[str, Array]:
        """Return each call of a block of paths as rows (path, 1); infinity for a year that does not come."""
        forecast = label(projection, with_paths=True, only=self.variables)
        return {str(call): _by_path(call, forecast)[:, None] for call in self.calls}


@dataclass(frozen=True)
class ConditionLayout(Layout):
    """A row that holds the margin of each condition (handbook 6.9): not below zero where the path meets it.

    Parameters
    ----------
    conditions : tuple of Condition
    """

    conditions: tuple[Condition, ...] = ()

    @classmethod
    def of_conditions(cls, central: Projection, conditions: Sequence[Condition]) -> ConditionLayout:
        """Return the layout of some conditions."""
        variables = _variables([condition.call for condition in conditions])
        kept = tuple(_single(condition.call, str(condition)) for condition in conditions)
        return cls(kept, variables, tuple(conditions))

    def read(self, projection: Projection) -> dict[str, Array]:
        """Return the margins of a block of paths as rows (path, 1)."""
        forecast = label(projection, with_paths=True, only=self.variables)
        return {str(one): one.margins(forecast).transpose("path").values[:, None] for one in self.conditions}


def read_calls(assumptions: Assumptions, drivers: Drivers, layout: Layout) -> dict[str, Array]:
    """Run given drivers, some paths at a time, and return what a layout keeps (path, cell) by measure.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated, with a scenario applied.
    drivers : Drivers
        With at least one array, so that there are paths.
    layout : Layout
    """
    years = assumptions.last_year - assumptions.base_year + 1
    parts = [
        layout.read(run(assumptions, drivers.take(tile)))
        for tile in tiles(np.arange(drivers.paths), len(assumptions.regions) * years)
    ]
    return {kept.name: np.concatenate([part[kept.name] for part in parts]) for kept in layout.measures}


def call_layout(assumptions: Assumptions, calls: Sequence[MeasureCall]) -> CallLayout:
    """Return the layout of some calls for a set with a scenario applied; see `CallLayout.of_calls`."""
    return CallLayout.of_calls(central_run(assumptions), calls)


def watched(call: MeasureCall, last_year: int, base_year: int) -> MeasureCall:
    """Return what moves steadily where a call jumps: for an event the balance or reserve of its last year."""
    if not call.is_event:
        return call
    end = call.year or (last_year if call.horizon is None else base_year + call.horizon)
    return replace(call, measure=EVENTS[call.measure], year=end, horizon=None)


def _variables(calls: Sequence[MeasureCall]) -> frozenset[str] | None:
    names = variables_of([call.declared for call in calls])
    return names if names is None else names | {"reserve"}


def _single(call: MeasureCall, name: str) -> KeptMeasure:
    return KeptMeasure(replace(call.declared, name=name), (), {}, np.arange(1))


def _by_path(call: MeasureCall, forecast: xr.Dataset) -> Array:
    field = value_field(call, forecast)
    values: Array = field.transpose("path", ...).values.reshape(field.sizes["path"], -1)[:, 0]
    return values


def _several(call: MeasureCall, forecast: xr.Dataset) -> list[Problem]:
    """Say which axes of a call are left open."""
    field = value_field(call, forecast)
    if math.prod(field.sizes[axis] for axis in field.dims if axis != "path") == 1:
        return []
    problems = []
    if field.sizes.get("year", 1) > 1:
        years = f"{int(field.year[0])} to {int(field.year[-1])}"
        problems.append(_open(call, "no year", f"a year, {years}", f"Write year={int(field.year[-1])}."))
    if field.sizes.get("region", 1) > 1:
        forecast_codes = [str(code) for code in forecast.region.values]
        problems.append(_open(call, "no region", ", ".join(forecast_codes), f"Write region={forecast_codes[0]}."))
    return problems


def _open(call: MeasureCall, found: str, allowed: str, remedy: str) -> Problem:
    return Problem(f"measure {call}", found, allowed, f"{remedy} A sensitivity is that of a single number.")
