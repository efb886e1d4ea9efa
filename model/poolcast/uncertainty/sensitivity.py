"""Sensitivity: one risk at a time, everything else on its path, and what that does to a measure (handbook 7.3).

**How far a risk is moved.** A risk is a whole path of yearly shocks, so that "one standard deviation" needs a
direction. It is that of the steepest effect: the shocks ``e = z g / |g|``, with g the gradient of the measure in the
shocks of the years. Of all paths of shocks that are equally likely this one moves the measure most, and where the
measure is linear it moves it by exactly z times the standard deviation that the risk alone gives it. Bars of different
risks can therefore be compared, and their squares add up to the variance of a simulation without correlations. ``plus``
is the side on which the driver itself lies above its path. An event, which jumps, takes its direction from the balance
or the reserve behind it.

In a set of several regions every region is moved by the whole shock at once, and correlations are left out: a
correlated shock is not one risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from poolcast.outlook.conditions import parse_measure
from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.control_totals import calibrate
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.innovations import COST_LEVEL, ELASTICITIES, EPIDEMIC, EPIDEMIC_DRAWS, Innovations
from poolcast.uncertainty.kept_calls import CallLayout, call_layout, read_calls, watched
from poolcast.uncertainty.paths import Centre, drivers_of
from poolcast.uncertainty.processes import Epidemic, Processes

if TYPE_CHECKING:
    import os

    import xarray as xr

Array = NDArray[np.float64]

SIDES = ("minus", "plus")
SIZES = {"deviation": 1.0, "tenth": float(ndtri(0.9))}
"""One standard deviation, and the quantiles of 10 and 90 %, as multiples z of a standard deviation."""
EPIDEMIC_YEAR = 3
"""The year after the base year in which the epidemic of the tornado begins."""

_STEP = 0.25
"""Size of the shocks from which the gradient is taken, on both sides of none."""
_MORTALITY = RISK_DRIVERS.index("mortality")


@dataclass(frozen=True)
class Shock:
    """What moves on one path: a risk and its shocks, one a year (mortality: the drift last), or one a path."""

    risk: str
    sizes: Array


def as_set(assumptions: Assumptions | str | os.PathLike[str]) -> Assumptions:
    """Return a calibrated set from a set, calibrated or not, its name or its folder."""
    read = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    return calibrate(read)


def as_scenario(scenario: Scenario | str | os.PathLike[str]) -> Scenario:
    """Return a scenario from itself, its name or its file."""
    return scenario if isinstance(scenario, Scenario) else load_scenario(scenario)


def as_call(call: MeasureCall | str) -> MeasureCall:
    """Return a measure call from itself or from ``measure(LEDGER, year=Y, region=CODE)``."""
    return call if isinstance(call, MeasureCall) else parse_measure(call, "--of")


def active_risks(processes: Processes) -> tuple[str, ...]:
    """Return the risks of a set that move anything at all, in the order of `innovations.RISKS`."""
    moving = [
        name
        for number, name in enumerate(RISK_DRIVERS)
        if processes.deviation[number] > 0 or (number == _MORTALITY and processes.mortality_drift_error > 0)
    ]
    if processes.epidemic.probability > 0:
        moving.append(EPIDEMIC)
    if processes.benefit_level_deviation > 0:
        moving.append(COST_LEVEL)
    if processes.elasticity_deviation > 0:
        moving.append(ELASTICITIES)
    return tuple(moving)


def innovations_of(shocks: Sequence[Shock], years: int, epidemic: Epidemic) -> Innovations:
    """Return innovations in which each path has its one shock and nothing else happens.

    A shock of the epidemic begins in `EPIDEMIC_YEAR`, with likely depth, middle length and mean extra cost.

    Parameters
    ----------
    shocks : sequence of Shock
        One a path.
    years : int
        Years after the base year.
    epidemic : Epidemic
        For the likely depth.
    """
    count = len(shocks)
    drivers = np.zeros((count, 1, len(RISK_DRIVERS), years))
    drift, elasticities, level = np.zeros(count), np.zeros(count), np.zeros((count, 1))
    uniforms = np.full((count, EPIDEMIC_DRAWS, years), 0.5)
    uniforms[:, 0] = 1.0
    spread = epidemic.use_highest - epidemic.use_lowest
    uniforms[:, 2] = (epidemic.use_likely - epidemic.use_lowest) / spread if spread > 0 else 0.5
    for path, shock in enumerate(shocks):
        if shock.risk == EPIDEMIC:
            uniforms[path, 0, min(EPIDEMIC_YEAR, years) - 1] = 0.0
        elif shock.risk == COST_LEVEL:
            level[path] = shock.sizes[0]
        elif shock.risk == ELASTICITIES:
            elasticities[path] = shock.sizes[0]
        else:
            drivers[path, 0, RISK_DRIVERS.index(shock.risk)] = shock.sizes[:years]
            if shock.risk == "mortality":
                drift[path] = shock.sizes[years]
    return Innovations(drivers, drift, elasticities, level, uniforms)


class OneAtATime:
    """Runs single shocks on a set with a scenario applied.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated, with the scenario.
    processes : Processes
    layout : CallLayout
        What is read of every run.
    """

    def __init__(self, assumptions: Assumptions, processes: Processes, layout: CallLayout) -> None:
        self._set, self._processes, self._layout = assumptions, processes, layout
        self._centre = Centre.of(assumptions)
        self._years = assumptions.last_year - assumptions.base_year

    def run(self, shocks: Sequence[Shock]) -> Array:
        """Return what the calls of the layout find (call, shock)."""
        innovations = innovations_of(shocks, self._years, self._processes.epidemic)
        drivers = drivers_of(innovations, self._processes, self._centre)
        found = read_calls(self._set, drivers, self._layout)
        return np.stack([found[name][:, 0] for name in self._layout.names])

    def components(self, risk: str) -> int:
        """Return how many shocks a risk has: one a year, the drift of mortality besides, or one a path."""
        if risk in (COST_LEVEL, ELASTICITIES):
            return 1
        return self._years + (risk == "mortality")

    def directions(self, risks: Sequence[str]) -> tuple[dict[str, Array], dict[str, float]]:
        """Return for each risk the direction of the steepest effect on the first call, and the slope along it.

        The slope is the standard deviation that the risk alone gives to a linear measure. A risk that does not move the
        measure gets equal shocks in all years.
        """
        shocks = []
        for risk in risks:
            for component in range(self.components(risk)):
                unit = np.zeros(self.components(risk))
                unit[component] = _STEP
                shocks += [Shock(risk, -unit), Shock(risk, unit)]
        found = self.run(shocks)[0] if shocks else np.empty(0)
        gradients = (found[1::2] - found[::2]) / (2 * _STEP)
        directions, slopes, start = {}, {}, 0
        for risk in risks:
            gradient = gradients[start : start + self.components(risk)]
            start += self.components(risk)
            size = float(np.linalg.norm(gradient))
            known = np.isfinite(size) and size > 0
            direction = gradient / size if known else np.full(len(gradient), len(gradient) ** -0.5)
            directions[risk] = direction if direction.sum() >= 0 else -direction
            slopes[risk] = size if known else 0.0
        return directions, slopes


def tornado(
    assumptions: Assumptions | str | os.PathLike[str],
    of: MeasureCall | str,
    scenario: Scenario | str | os.PathLike[str] = "baseline",
) -> xr.Dataset:
    """Return what a measure becomes when one risk at a time is moved; see the head of the module for how far.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``.
    of : MeasureCall or str
        A single number, as ``reserve(EPF, year=2050)``.
    scenario : Scenario, str or path

    Returns
    -------
    xarray.Dataset
        ``value`` (size, risk, side) and ``effect``, its difference from ``baseline``; ``first_order`` (risk), the
        standard deviation of the measure from the risk alone to first order, NaN for the epidemic, whose minus side is
        the year without one. Infinity is a year that does not come. Risks are ordered by their largest effect.

    Raises
    ------
    AssumptionError, ScenarioError
        Where the set has no processes, or the measure is none or not a single number.
    """
    calibrated, chosen, call = as_set(assumptions), as_scenario(scenario), as_call(of)
    applied = chosen.apply(calibrated)
    processes = Processes.of(calibrated)
    risks = active_risks(processes)
    steady = [risk for risk in risks if risk != EPIDEMIC]
    steep = OneAtATime(applied, processes, call_layout(applied, [watched(call, applied.last_year, applied.base_year)]))
    directions, slopes = steep.directions(steady)
    runs = OneAtATime(applied, processes, call_layout(applied, [call]))
    nothing = Shock(RISK_DRIVERS[0], np.zeros(runs.components(RISK_DRIVERS[0])))
    shocks = [nothing]
    for size in SIZES.values():
        for risk in risks:
            for sign in (-1, 1):
                if risk == EPIDEMIC:
                    shocks.append(Shock(risk, np.zeros(0)) if sign > 0 else nothing)
                else:
                    shocks.append(Shock(risk, sign * size * directions[risk]))
    found = runs.run(shocks)[0]
    values = found[1:].reshape(len(SIZES), len(risks), len(SIDES))
    first_order = np.array([slopes.get(risk, np.nan) for risk in risks])
    return _dataset(values, float(found[0]), first_order, list(risks), call, chosen)


def by_scenario(
    assumptions: Assumptions | str | os.PathLike[str],
    of: MeasureCall | str,
    scenarios: Sequence[Scenario | str | os.PathLike[str]],
) -> xr.Dataset:
    """Return the tornado of each scenario side by side: does a reform make a fund more sensitive to a risk, or less.

    Returns
    -------
    xarray.Dataset
        As `tornado`, with a leading ``scenario``; risks are ordered by their largest effect in the first.
    """
    import xarray as xr

    calibrated = as_set(assumptions)
    chosen = [as_scenario(scenario) for scenario in scenarios]
    parts = [tornado(calibrated, of, scenario) for scenario in chosen]
    order = parts[0].risk.values
    names = xr.DataArray([scenario.name for scenario in chosen], dims="scenario", name="scenario")
    joined = xr.concat([part.sel(risk=order) for part in parts], dim=names, combine_attrs="drop_conflicts")
    return joined.assign_coords(scenario_zh=("scenario", [scenario.title.zh for scenario in chosen]))


def _dataset(
    values: Array, baseline: float, first_order: Array, risks: list[str], call: MeasureCall, scenario: Scenario
) -> xr.Dataset:
    import xarray as xr

    with np.errstate(invalid="ignore"):
        effect = np.where(values == baseline, 0.0, values - baseline)
    reach = np.max(np.where(np.isfinite(effect), np.abs(effect), np.inf), axis=(0, 2))
    order = np.argsort(-reach, kind="stable")
    dims = ("size", "risk", "side")
    return xr.Dataset(
        {
            "value": (dims, values[:, order]),
            "effect": (dims, effect[:, order]),
            "first_order": ("risk", first_order[order]),
            "baseline": ((), baseline),
        },
        coords={"size": list(SIZES), "risk": [risks[number] for number in order], "side": list(SIDES)},
        attrs={"measure": str(call), "unit": call.declared.unit, "scenario": scenario.name, "correlated": 0},
    )
