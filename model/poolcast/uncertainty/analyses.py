"""The door to sensitivity: one question, the datasets that answer it; commands and reports begin here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ResultError
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.grids import grid, rate_by_months
from poolcast.uncertainty.pooling_value import value_of_pooling
from poolcast.uncertainty.sensitivity import as_call, as_scenario, as_set, by_scenario
from poolcast.uncertainty.simulate import STANDARD_PATHS
from poolcast.uncertainty.sobol_indices import BASE_PATHS, sobol_indices
from poolcast.uncertainty.standard_sensitivities import standard_sensitivities

if TYPE_CHECKING:
    import os

    import xarray as xr

    from poolcast.uncertainty.simulate import Progress

Method = Literal["tornado", "grid", "sobol", "pooling"]
METHODS: tuple[Method, ...] = ("tornado", "grid", "sobol", "pooling")


def sensitivity(
    assumptions: Assumptions | str | os.PathLike[str],
    scenarios: Sequence[Scenario | str | os.PathLike[str]] = ("baseline",),
    method: Method = "tornado",
    *,
    of: MeasureCall | str | None = None,
    row: tuple[str, Sequence[float]] | None = None,
    column: tuple[str, Sequence[float]] | None = None,
    start: int | None = None,
    paths: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> dict[str, xr.Dataset]:
    """Return the datasets of a method.

    Parameters
    ----------
    assumptions : Assumptions, str or path
    scenarios : sequence of Scenario, str or path
        A tornado takes several; the others one. For ``pooling`` the second, if any, is how regions are when they pool.
    method : {"tornado", "grid", "sobol", "pooling"}
    of : MeasureCall or str, optional
        A single number; the reserve of EPF in the last year by default. ``pooling`` has no measure.
    row, column : tuple of str and sequence of float, optional
        Unknowns of a grid and their values; without them the contribution rate by months of reserve.
    start : int, optional
        First year of the changes of a grid.
    paths, seed : int
        Rows of ``sobol`` (each makes k + 2 paths), paths of ``pooling``.
    progress : callable, optional

    Returns
    -------
    dict of str to xarray.Dataset
        ``tornado`` and ``standard`` (of the first scenario); ``grid`` or ``rate_by_months``; ``sobol``; ``pooling``.

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        With what cannot be.
    """
    calibrated, chosen = as_set(assumptions), [as_scenario(one) for one in scenarios]
    _refuse(method, len(chosen), row is None, column is None, of is None)
    first = chosen[0]
    call = as_call(of) if of is not None else MeasureCall("reserve", "EPF", calibrated.last_year)
    if method == "tornado":
        return {
            "tornado": by_scenario(calibrated, call, chosen),
            "standard": standard_sensitivities(calibrated, call, first),
        }
    if method == "sobol":
        rows = BASE_PATHS if paths is None else paths
        return {"sobol": sobol_indices(calibrated, call, first, rows=rows, seed=seed, progress=progress)}
    if method == "pooling":
        pooled = chosen[1] if len(chosen) > 1 else None
        number = STANDARD_PATHS if paths is None else paths
        return {"pooling": value_of_pooling(calibrated, first, pooled, paths=number, seed=seed, progress=progress)}
    if row is not None and column is not None:
        region = call.region
        return {"grid": grid(calibrated, call, row, column, first, start=start, region=region)}
    ledger = call.ledger or "EPF"
    return {"rate_by_months": rate_by_months(calibrated, first, ledger=ledger, region=call.region, start=start)}


def _refuse(method: str, scenarios: int, without_row: bool, without_column: bool, without_measure: bool) -> None:
    problems = []
    most = {"tornado": 8, "pooling": 2}.get(method, 1)
    if method not in METHODS:
        problems.append(Problem("--method", method, ", ".join(METHODS), "Choose one of them."))
    elif not 1 <= scenarios <= most:
        problems.append(Problem("SCENARIO", f"{scenarios} scenarios", f"1 to {most} for {method}", "Name fewer."))
    if without_row != without_column:
        given = "--column without --row" if without_row else "--row without --column"
        problems.append(Problem("--row, --column", given, "both, or neither", "Name the other unknown as well."))
    elif method != "grid" and not without_row:
        problems.append(Problem("--row, --column", f"with --method {method}", "--method grid", "Leave them out."))
    elif method == "grid" and not without_row and without_measure:
        problems.append(Problem("--of", "nothing", "what the grid shows", "As --of 'payable_months(EPF, year=2040)'."))
    if problems:
        raise ResultError(problems)
