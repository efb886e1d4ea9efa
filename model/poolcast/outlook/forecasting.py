"""From names to a forecast: read, calibrate, apply the scenario, project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import project as project_calibrated
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr


def project(
    assumptions: Assumptions | str | os.PathLike[str],
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    drivers: Drivers | None = None,
    *,
    by_age: bool = False,
) -> xr.Dataset:
    """Calibrate a set to its accounts, apply a scenario, and project.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set, its name or its folder.
    scenario : Scenario, str or path
        A scenario, its name or its file.
    drivers : Drivers, optional
        Deviations by path; with them every flow has a leading ``path`` dimension.
    by_age : bool
        Whether the forecast of a single run also holds what funds pay and receive by age, for `birth_cohorts`.

    Returns
    -------
    xarray.Dataset
        The forecast; see docs/reference/forecast.md.

    Raises
    ------
    AssumptionError, ScenarioError
        With every problem found.

    Examples
    --------
    >>> import poolcast
    >>> forecast = poolcast.project("china")
    >>> round(float(forecast.revenue.sel(region="000000", ledger="EPF", year=2025)) / 1e8, 2)
    18292.91
    """
    read = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    calibrated = calibrate(read)
    forecast = project_calibrated(chosen.apply(calibrated), drivers, by_age=by_age, set_digest=read.digest())
    forecast.attrs.update(
        scenario=chosen.name,
        scenario_digest=chosen.digest,
        scenario_title=chosen.title.en,
        scenario_title_zh=chosen.title.zh,
    )
    return forecast
