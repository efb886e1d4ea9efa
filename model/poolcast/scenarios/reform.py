"""A reform: one change of one declared parameter, from a year on, for whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem
from poolcast.scenarios.phase_in import AT_ONCE, PhaseIn

Array = NDArray[np.float64]
Kind = Literal["set", "scale", "shift"]


@dataclass(frozen=True)
class Reform:
    """One change of a parameter.

    Parameters
    ----------
    kind : {"set", "scale", "shift"}
        Replace the values, multiply them, or add to them.
    parameter : str
        Declared name.
    amounts : dict of int to float
        Value, factor or addition by year; between years as the parameter's declaration says, held after the last,
        nothing before the first. The single key 0 holds for a parameter without years.
    where : dict of str to str
        Members concerned by axis, written as in a table cell (``active|flexible``, ``65+``); every member elsewhere.
    line : int or None
        Line of the scenario file.
    phase_in : PhaseIn
        How the change arrives from its first year on; ``old + share (new - old)``. Only for dated parameters.
    lever : str
        Id of the lever that the change belongs to; empty for a change of its own.
    """

    kind: Kind
    parameter: str
    amounts: dict[int, float]
    where: dict[str, str] = field(default_factory=dict)
    line: int | None = None
    phase_in: PhaseIn = AT_ONCE
    lever: str = ""

    def apply(self, assumptions: Assumptions, selected: dict[str, NDArray[np.intp]]) -> Array:
        """Return the parameter's values after the change.

        Parameters
        ----------
        assumptions : Assumptions
            Set to change.
        selected : dict of str to array
            Positions concerned on each axis but the year.
        """
        declaration = PARAMETERS[self.parameter]
        values = assumptions[self.parameter].copy()
        axes = []
        for axis in declaration.dimensions:
            if axis == "year":
                first = assumptions.year_position(min(self.amounts))
                axes.append(np.arange(first, len(assumptions.years)))
            else:
                axes.append(selected[axis])
        cells = np.ix_(*axes) if axes else ()
        amount = self._amount(assumptions, len(declaration.dimensions))
        old = values[cells]
        new = {"set": np.broadcast_to(amount, old.shape), "scale": old * amount, "shift": old + amount}[self.kind]
        values[cells] = new if self.phase_in == AT_ONCE else old + self._arrived(amount) * (new - old)
        return values

    def _arrived(self, amount: Array) -> Array:
        """Share of the change that has arrived, shaped as the amounts by year."""
        shaped: Array = self.phase_in.shares(amount.size).reshape(amount.shape)
        return shaped

    def _amount(self, assumptions: Assumptions, dimensions: int) -> Array:
        """Return the amounts by year, shaped to meet the parameter's axes."""
        declaration = PARAMETERS[self.parameter]
        if not declaration.is_dated:
            return np.asarray(self.amounts[0])
        given = sorted(self.amounts)
        years = np.arange(given[0], assumptions.last_year + 1)
        amounts = np.array([self.amounts[year] for year in given])
        if declaration.between == "linear":
            path = np.interp(years, given, amounts)
        else:
            path = amounts[np.searchsorted(given, years, side="right") - 1]
        shape = [1] * dimensions
        shape[declaration.dimensions.index("year")] = len(years)
        shaped: Array = path.reshape(shape)
        return shaped


def out_of_bounds(parameter: str, values: Array, old: Array, assumptions: Assumptions) -> list[str]:
    """Say where changed values leave the declared bounds; at most three places are named."""
    declaration = PARAMETERS[parameter]
    wrong = np.argwhere((values != old) & ((values < declaration.minimum) | (values > declaration.maximum)))
    places = []
    for position in wrong[:3]:
        members = [
            f"{axis} {assumptions.axis_members(axis)[at]}"
            for axis, at in zip(declaration.dimensions, position, strict=True)
        ]
        places.append(f"{values[tuple(position)]:g} ({', '.join(members) or 'everywhere'})")
    if len(wrong) > 3:
        places.append(f"and {len(wrong) - 3} more")
    return places


def bounds_problem(reform: Reform, file: str, places: list[str]) -> Problem:
    """Return the problem of a reform that leaves the bounds of its parameter."""
    declaration = PARAMETERS[reform.parameter]
    return Problem(
        file,
        f"{reform.parameter} would become {'; '.join(places)}",
        f"{declaration.minimum:g} to {declaration.maximum:g} ({declaration.unit})",
        "Choose amounts that keep the parameter within its bounds; rates and shares are fractions, 0.045 for 4.5 %.",
        row=reform.line,
        column=reform.kind,
    )
