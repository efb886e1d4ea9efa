"""Findings: every method of uncertainty on the same scenarios, draws and measure, for a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import ResultError
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.analyses import sensitivity
from poolcast.uncertainty.blocks import central_run
from poolcast.uncertainty.draws import Sampling
from poolcast.uncertainty.sensitivity import as_call, as_scenario, as_set
from poolcast.uncertainty.simulate import STANDARD_PATHS, Progress, Simulation, refuse_options, simulate
from poolcast.uncertainty.sobol_indices import BASE_PATHS
from poolcast.uncertainty.summary import EVENTS, convergence, event_distribution, probabilities, quantiles
from poolcast.uncertainty.tail_risk import reserve_needed, reserve_needed_error, tails

if TYPE_CHECKING:
    import os

    import xarray as xr

FANS = ("reserve", "balance", "payable_months")
"""Measures that a report shows as fans."""
KEPT = ("revenue", "expenditure", "balance", "balance_before_interest", "reserve", "payable_months", *EVENTS)
MATTERS = 3.0
"""Standard errors by which a median must leave the single run before it is said."""


@dataclass(frozen=True)
class ByScenario:
    """What a simulation says of one scenario.

    Parameters
    ----------
    name : str
    fans, differences : mapping of str to Dataset
        `quantiles` by measure of `FANS`; differences from the first scenario, which itself has none.
    single : mapping of str to DataArray
        The same measures of the run that nothing moves (year, region, ledger).
    chances : Dataset
        `probabilities`.
    events : mapping of str to Dataset
        `event_distribution` by event.
    tails : Dataset
    reserve_needed, reserve_needed_error : DataArray
    settling : Dataset or None
        `convergence` of exhaustion within the horizon; None where paths were counted instead of kept.
    """

    name: str
    fans: dict[str, xr.Dataset]
    differences: dict[str, xr.Dataset]
    single: dict[str, xr.DataArray]
    chances: xr.Dataset
    events: dict[str, xr.Dataset]
    tails: xr.Dataset
    reserve_needed: xr.DataArray
    reserve_needed_error: xr.DataArray
    settling: xr.Dataset | None


@dataclass(frozen=True)
class Findings:
    """All methods on the same question.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated.
    scenarios : tuple of Scenario
        The first is what the others are compared with.
    simulation : Simulation
    by_scenario : tuple of ByScenario
    call : MeasureCall
        What tornado, Sobol indices and a grid are about.
    datasets : mapping of str to Dataset
        ``tornado``, ``standard``, ``sobol``, ``rate_by_months`` or ``grid``, and ``pooling`` where regions can pool.
    """

    assumptions: Assumptions
    scenarios: tuple[Scenario, ...]
    simulation: Simulation
    by_scenario: tuple[ByScenario, ...]
    call: MeasureCall
    datasets: dict[str, xr.Dataset] = field(repr=False)


def find_all(
    assumptions: Assumptions | str | os.PathLike[str],
    scenarios: Sequence[Scenario | str | os.PathLike[str]] = ("baseline",),
    *,
    of: MeasureCall | str | None = None,
    row: tuple[str, Sequence[float]] | None = None,
    column: tuple[str, Sequence[float]] | None = None,
    start: int | None = None,
    paths: int = STANDARD_PATHS,
    seed: int = 1,
    sampling: Sampling = "random",
    progress: Progress | None = None,
) -> Findings:
    """Return what every method finds.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``.
    scenarios : sequence of Scenario, str or path
        One to eight; Sobol indices, the standard set, the grid and the value of pooling are those of the first.
    of : MeasureCall or str, optional
        A number on every path; the reserve of EPF in the last year by default, in a set of several regions that of the
        first, unless the call names one.
    row, column, start
        Of a grid, see `sensitivity`; without them the contribution rate by months of reserve.
    paths, seed : int
        Sobol indices take as many rows, at most `BASE_PATHS`.
    sampling : {"random", "antithetic", "sobol"}
    progress : callable, optional
        Told of the simulation of the scenarios.

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        With what cannot be; what is quick comes first, so that a wrong measure is refused at once.
    """
    refuse_options(paths, sampling)
    calibrated = as_set(assumptions)
    unique = tuple({one.name: one for one in map(as_scenario, scenarios)}.values())
    call = _call(of, calibrated)
    datasets = dict(sensitivity(calibrated, unique, "tornado", of=call))
    first = unique[:1]
    datasets |= sensitivity(calibrated, first, "grid", of=call, row=row, column=column, start=start)
    datasets |= sensitivity(calibrated, first, "sobol", of=call, paths=min(paths, BASE_PATHS), seed=seed)
    if len(calibrated.regions) > 1:
        datasets |= _pooling(calibrated, first, paths, seed)
    simulation = simulate(
        calibrated, unique, paths=paths, seed=seed, sampling=sampling, measures=KEPT, progress=progress
    )
    found = tuple(_by_scenario(simulation, name) for name in simulation.scenarios)
    return Findings(calibrated, unique, simulation, found, call, datasets)


def departures(found: ByScenario, measure: str, region: str, ledger: str) -> list[tuple[int, int]]:
    """Return the spans of years (first, last) in which the median leaves the single run.

    A single run is one path; the median of many is not the same where the fund answers to good and bad luck unequally.
    Years count where both differ by more than `MATTERS` standard errors of the median, and by more than rounding.
    """
    place = {"region": region, "ledger": ledger}
    fan = found.fans[measure].sel(place)
    median, error = fan["quantile"].sel(level=0.5).values, fan["quantile_error"].sel(level=0.5).values
    single = found.single[measure].sel(place).values
    with np.errstate(invalid="ignore"):
        gap = np.abs(median - single)
        apart = (gap > MATTERS * error) & (gap > 1e-9 * np.abs(single))
    spans: list[tuple[int, int]] = []
    for year in (int(year) for year, differs in zip(fan.year.values, apart, strict=True) if differs):
        if spans and spans[-1][1] == year - 1:
            spans[-1] = spans[-1][0], year
        else:
            spans.append((year, year))
    return spans


def _call(of: MeasureCall | str | None, assumptions: Assumptions) -> MeasureCall:
    """Return the measure in question; in a set of several regions that of the first, where none is named."""
    ledger = "EPF" if "EPF" in assumptions.ledgers else assumptions.ledgers[0]
    call = MeasureCall("reserve", ledger, assumptions.last_year) if of is None else as_call(of)
    if call.region is None and len(assumptions.regions) > 1:
        return replace(call, region=assumptions.region_codes[0])
    return call


def _pooling(assumptions: Assumptions, scenarios: Sequence[Scenario], paths: int, seed: int) -> dict[str, xr.Dataset]:
    """Return the value of pooling, nothing where no regions can pool or they do already."""
    try:
        return sensitivity(assumptions, scenarios, "pooling", paths=paths, seed=seed)
    except ResultError:
        return {}


def _by_scenario(simulation: Simulation, name: str) -> ByScenario:
    first = simulation.scenarios[0]
    against = {} if name == first else {one: quantiles(simulation, name, one, first) for one in FANS}
    settling = None
    if simulation.is_exact:
        settling = convergence(simulation, name, "exhaustion", lambda year: year.notnull())
    return ByScenario(
        name=name,
        fans={one: quantiles(simulation, name, one) for one in FANS},
        differences=against,
        single=_single(simulation, name),
        chances=probabilities(simulation, name),
        events={one: event_distribution(simulation, name, one) for one in EVENTS},
        tails=tails(simulation, name),
        reserve_needed=reserve_needed(simulation, name),
        reserve_needed_error=reserve_needed_error(simulation, name),
        settling=settling,
    )


def _single(simulation: Simulation, name: str) -> dict[str, xr.DataArray]:
    """Return the run that nothing moves, on the axes of the fans."""
    rows = simulation.layout.read(central_run(simulation.job.scenarios[name]))
    return {one: simulation.layout[one].dataset({one: ((), rows[one][0])})[one] for one in FANS}
