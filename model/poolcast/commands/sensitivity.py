"""``poolcast sensitivity``: which risk matters, two unknowns at once, parts of the variance, the value of pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from poolcast.parameters.errors import PoolcastError, Problem, ResultError
from poolcast.reporting.console import data_console, message_console, print_json, working

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.parameters.assumptions import Assumptions
    from poolcast.scenarios.scenario import Scenario


@dataclass(frozen=True)
class SensitivityOptions:
    """What the command line asked for.

    Parameters
    ----------
    scenarios : sequence of str
    method : str
        One of `poolcast.uncertainty.analyses.METHODS`.
    of : str or None
        Measure call.
    row, column : str or None
        ``UNKNOWN=a,b,c`` or ``UNKNOWN=first:last:step``.
    assumption_set : str
        Name or folder.
    to, start : int or None
        Last year; first year of the changes of a grid.
    paths : int or None
    seed : int
    language : str
    as_json, quiet : bool
    """

    scenarios: Sequence[str]
    method: str
    of: str | None
    row: str | None
    column: str | None
    assumption_set: str
    to: int | None
    start: int | None
    paths: int | None
    seed: int
    language: str
    as_json: bool
    quiet: bool


def show_sensitivities(options: SensitivityOptions) -> None:
    """Compute and print.

    Raises
    ------
    PoolcastError
        With every problem of set, scenarios, measure and options.
    """
    from poolcast.commands.command_line import choice
    from poolcast.reporting.sensitivity_tables import print_sensitivities
    from poolcast.uncertainty.analyses import METHODS, sensitivity

    console = message_console(quiet=options.quiet or options.as_json)
    method = next(one for one in METHODS if one == choice("--method", options.method, METHODS))
    with working(console, "Reading"):
        assumptions, scenarios, row, column = read_options(options)
    with working(console, "Running"):
        found = sensitivity(
            assumptions,
            scenarios,
            method,
            of=options.of,
            row=row,
            column=column,
            start=options.start,
            paths=options.paths,
            seed=options.seed,
        )
    if options.as_json:
        print_json(sensitivity_document(options, assumptions, found))
    elif not options.quiet:
        print_sensitivities(data_console(), found, options.language, synthetic=assumptions.synthetic)


def sensitivity_document(
    options: SensitivityOptions, assumptions: Assumptions, found: dict[str, xr.Dataset]
) -> dict[str, Any]:
    """Return the datasets as plain data: axes, values and attributes; what is not finite is null."""
    return {
        "schema": "poolcast.sensitivity/1",
        "set": assumptions.name,
        "set_digest": assumptions.digest(),
        "synthetic": assumptions.synthetic,
        "scenarios": list(options.scenarios),
        "method": options.method,
        **{name: _plain(dataset.to_dict()) for name, dataset in found.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value


Axis = tuple[str, list[float]]
"""An unknown and its values."""


def read_options(options: SensitivityOptions) -> tuple[Assumptions, list[Scenario], Axis | None, Axis | None]:
    """Read the set, the scenarios, the measure and the axes; the problems of all of them are raised together."""
    import poolcast
    from poolcast.outlook.conditions import parse_measure

    problems: list[Problem] = []
    assumptions = None
    scenarios: list[Scenario] = []
    axes: list[Axis | None] = []
    try:
        assumptions = poolcast.load_assumptions(options.assumption_set, to=options.to)
    except PoolcastError as error:
        problems.extend(error.problems)
    for name in options.scenarios:
        try:
            scenarios.append(poolcast.load_scenario(name))
        except PoolcastError as error:
            problems.extend(error.problems)
    if options.of is not None:
        try:
            parse_measure(options.of, "--of")
        except PoolcastError as error:
            problems.extend(error.problems)
    for option, text in (("--row", options.row), ("--column", options.column)):
        try:
            axes.append(None if text is None else axis_values(option, text))
        except PoolcastError as error:
            problems.extend(error.problems)
    if assumptions is None or problems:
        raise PoolcastError(problems)
    return assumptions, scenarios, axes[0], axes[1]


def axis_values(option: str, text: str) -> Axis:
    """Read ``UNKNOWN=a,b,c`` or ``UNKNOWN=first:last:step``.

    Examples
    --------
    >>> axis_values("--row", "revenue.employer_rate=0.06:0.08:0.01")
    ('revenue.employer_rate', [0.06, 0.07, 0.08])
    """
    name, sign, written = text.rpartition("=")
    remedy = "As revenue.employer_rate=0.06,0.07,0.08 or revenue.employer_rate=0.06:0.08:0.005."
    try:
        if written.count(":") == 2:
            first, last, step = (float(part) for part in written.split(":"))
            count = math.floor((last - first) / step + 1e-9) + 1 if step else 0
            values = [round(first + number * step, 12) for number in range(min(count, 1_000))]
        else:
            values = [float(part) for part in written.split(",")]
    except ValueError:
        values = []
    if not sign or not name.strip() or not values or not all(math.isfinite(value) for value in values):
        raise ResultError(Problem(option, text or "nothing", "UNKNOWN=values", remedy))
    return name.strip(), values
