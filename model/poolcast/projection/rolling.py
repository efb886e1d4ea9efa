"""Rolling: the set that begins one year later and goes on as the projection does.

The first projected year becomes the base year. What the projection knows at its end becomes what the new set starts
from: stocks, levels of wages and costs, amounts in yuan of the base year, and the state that no base year could tell
(``opening.*``). The control totals of the year are those that the projection gives. So the new set, calibrated and
projected, gives the years after the closed one as the old set gave them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.needs import values_out_of_bounds
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import run
from poolcast.projection.rolled_accounts import closed_accounts
from poolcast.projection.rolled_state import opening_parameters, rebased

Array = NDArray[np.float64]

_RULES = ("holiday.cut", "price_trigger.increase", "backstop.months")
"""Rules that move money by last year's reserves: in the base year the engine books none of it."""


def roll(assumptions: Assumptions) -> Assumptions:
    """Return the set whose base year is the next one, closed as the set itself projects it.

    Parameters
    ----------
    assumptions : Assumptions
        A set as read, before calibration and any reform.

    Returns
    -------
    Assumptions
        Not yet calibrated; same name, regions, ledgers, options and last year.

    Raises
    ------
    AssumptionError
        If the set cannot be rolled: no accounts, no year left, or rules in the closed year that a base year lacks.
    """
    _refuse(assumptions)
    calibrated = calibrate(assumptions)
    projection = run(calibrated)
    later = one_year_later(assumptions)
    later = later.with_values(rebased(later, projection))
    later = later.with_values(opening_parameters(later, projection))
    later = later.with_values(closed_accounts(later, projection))
    problems = values_out_of_bounds(later)
    if problems:
        raise AssumptionError(problems)
    return later


def one_year_later(assumptions: Assumptions) -> Assumptions:
    """Return the set with the next base year: the year axis begins one year later, nothing else changes."""
    values = {}
    for name, array in assumptions.values.items():
        dimensions = PARAMETERS[name].dimensions
        if "year" in dimensions:
            array = np.delete(array, 0, axis=dimensions.index("year"))
        values[name] = array
    return replace(assumptions, base_year=assumptions.base_year + 1, values=values)


def _refuse(assumptions: Assumptions) -> None:
    where, year = f"assumption set {assumptions.name}", assumptions.base_year + 1
    problems = []
    if assumptions.options["calibration"] != "accounts":
        found = f"calibration: {assumptions.options['calibration']}"
        remedy = "Give the accounts of the base year and set calibration: accounts."
        problems.append(Problem(where, found, "a set that is calibrated to accounts", remedy, column="options"))
    if year >= assumptions.last_year:
        found = f"last_year {assumptions.last_year}"
        remedy = "Extend the tables and raise last_year first."
        problems.append(
            Problem(where, found, f"a year after {year}, which is to be closed", remedy, column="last_year")
        )
    if assumptions.options["adjustment_fund"] != "none":
        problems.append(_rule(where, f"adjustment_fund: {assumptions.options['adjustment_fund']}", year, "options"))
    problems += [
        _rule(where, f"{name} in {year}", year, name)
        for name in _RULES
        if np.nan_to_num(assumptions.in_year(name, year)).any()
    ]
    if problems:
        raise AssumptionError(problems)


def _rule(where: str, found: str, year: int, column: str) -> Problem:
    return Problem(
        where,
        f"{found}, a rule that looks at last year's reserves",
        f"no such rule in {year}: a base year knows none",
        "Put the rule into a scenario that starts after the closed year.",
        column=column,
    )
