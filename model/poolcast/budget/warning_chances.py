"""Chances behind the warnings: how likely a simulation finds a reserve too low within five years, with its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.warning_rules import CHANCE_YEARS, CHANCES, WarningRule, threshold
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.uncertainty import sampling_error
from poolcast.uncertainty.histogram import HistogramStore
from poolcast.uncertainty.summary import PATHS_AT_A_TIME, probabilities

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.uncertainty.simulate import Simulation

Array = NDArray[np.float64]

_COUNTED = {"chance_low": ("months_below_3_by", 3.0), "chance_exhausted": ("exhausted_by", 0.0)}
"""What a simulation in histograms has counted, and the line that it counted."""


@dataclass(frozen=True)
class Chance:
    """A chance as seen from the base year, for every year as the eve of the five that it speaks of.

    Parameters
    ----------
    years : tuple of int
    value, error : array (year,)
        Chance and its sampling error; NaN where the simulation does not reach five years further.
    """

    years: tuple[int, ...]
    value: Array
    error: Array


def chances_of(
    simulation: Simulation, scenario: str, assumptions: Assumptions
) -> dict[tuple[str, str, str], Chance | Words]:
    """Return the chances of every fund, by region or pool, ledger and rule, or why one is not known.

    Parameters
    ----------
    simulation : Simulation
        It must have been made for the scenario; payable months and reserve must be kept.
    scenario : str
    assumptions : Assumptions
        Whose thresholds hold.

    Raises
    ------
    ResultError
        Where the simulation does not hold the scenario, or has another base year.
    """
    base = simulation.job.baseline.base_year
    problems = []
    if scenario not in simulation.scenarios:
        allowed = ", ".join(simulation.scenarios)
        problems.append(Problem("simulation", f"no scenario {scenario}", allowed, "Simulate the scenario warned of."))
    if base != assumptions.base_year:
        other = f"base year {base}, while the set has {assumptions.base_year}"
        problems.append(Problem("simulation", other, "a simulation of the set", "Simulate the same set."))
    if problems:
        raise ResultError(problems)
    found: dict[tuple[str, str, str], Chance | Words] = {}
    for rule in CHANCES:
        of_rule = _counted if not simulation.is_exact else _exact
        found.update(of_rule(simulation, scenario, assumptions, rule))
    return found


def _limit(rule: WarningRule, ledger: str, assumptions: Assumptions) -> float:
    return threshold("warning.red_months", ledger, assumptions) if rule.id == "chance_low" else 0.0


def _exact(
    simulation: Simulation, scenario: str, assumptions: Assumptions, rule: WarningRule
) -> dict[tuple[str, str, str], Chance | Words]:
    """Count, some paths at a time, on how many the line is crossed in the five years after each year."""
    measure = rule.reads[0]
    if measure not in simulation.layout.names:
        return _nowhere(
            simulation, rule, Words(f"The simulation does not hold {measure}.", f"模拟结果不含 {measure}。")
        )
    kept, store = simulation.layout[measure], simulation.store
    assert not isinstance(store, HistogramStore)
    years, regions, ledgers = (kept.coordinates[axis] for axis in ("year", "region", "ledger"))
    base = [int(year) for year in years].index(assumptions.base_year)
    limits = np.array([_limit(rule, str(ledger), assumptions) for ledger in ledgers])
    starts = range(base, len(years) - CHANCE_YEARS)
    batches = sampling_error.batches_of(simulation.draws, simulation.paths)
    batch = np.zeros(simulation.paths, dtype=np.intp) if batches is None else batches
    counts = np.zeros((int(batch.max()) + 1, len(starts), len(regions), len(ledgers)), dtype=np.int64)
    for first in range(0, simulation.paths, PATHS_AT_A_TIME):
        last = min(first + PATHS_AT_A_TIME, simulation.paths)
        values = kept.unflatten(store.some_values(scenario, kept, first, last))
        with np.errstate(invalid="ignore"):
            crossed = values < limits
        for place, start in enumerate(starts):
            met = np.logical_or.reduce(crossed[:, start + 1 : start + 1 + CHANCE_YEARS], axis=1)
            for one in set(batch[first:last].tolist()):
                counts[one, place] += met[batch[first:last] == one].sum(0)
    share = counts.sum(0) / simulation.paths
    if batches is None:
        error = np.sqrt(share * (1 - share) / simulation.paths)
    else:
        sizes = np.bincount(batch).reshape(-1, 1, 1, 1)
        error = (counts / sizes).std(0, ddof=1) / np.sqrt(len(sizes))
    known: Array = kept.unflatten(np.where(simulation.layout.holds(scenario, measure), 0.0, np.nan))
    held = np.atleast_2d(np.isfinite(known).any(0))
    named = tuple(int(years[start]) for start in starts)
    return {
        (str(region), str(ledger), rule.id): Chance(named, share[:, row, column], error[:, row, column])
        for row, region in enumerate(regions)
        for column, ledger in enumerate(ledgers)
        if held[row, column]
    }


def _counted(
    simulation: Simulation, scenario: str, assumptions: Assumptions, rule: WarningRule
) -> dict[tuple[str, str, str], Chance | Words]:
    """Read what histograms have counted: from the base year only, and for the published line only."""
    found = probabilities(simulation, scenario)
    year = assumptions.base_year + CHANCE_YEARS
    if _COUNTED[rule.id][0] not in found or year not in found.year.values:
        return _nowhere(simulation, rule, Words(f"The simulation ends before {year}.", f"模拟未到{year}年。"))
    return _counted_of(found, assumptions, rule)


def counted_chances(found: xr.Dataset, assumptions: Assumptions) -> dict[tuple[str, str, str], Chance | Words]:
    """Return the chances of every fund from probabilities that were counted before, seen from the base year.

    Parameters
    ----------
    found : xarray.Dataset
        As `poolcast.uncertainty.summary.probabilities` gives it; a rule of years that it does not reach is left out.
    assumptions : Assumptions
        Whose thresholds hold; of a fund with other lines than the published ones nothing is known.
    """
    year = assumptions.base_year + CHANCE_YEARS
    if year not in found.year.values:
        return {}
    result: dict[tuple[str, str, str], Chance | Words] = {}
    for rule in CHANCES:
        if _COUNTED[rule.id][0] in found:
            result.update(_counted_of(found, assumptions, rule))
    return result


def _counted_of(
    found: xr.Dataset, assumptions: Assumptions, rule: WarningRule
) -> dict[tuple[str, str, str], Chance | Words]:
    name, line = _COUNTED[rule.id]
    year = assumptions.base_year + CHANCE_YEARS
    share, error = found[name].sel(year=year), found[f"{name}_error"].sel(year=year)
    result: dict[tuple[str, str, str], Chance | Words] = {}
    for region in share.region.values:
        for ledger in share.ledger.values:
            value = float(share.sel(region=region, ledger=ledger))
            if not np.isfinite(value):
                continue
            known = _limit(rule, str(ledger), assumptions) == line
            result[str(region), str(ledger), rule.id] = (
                Chance(
                    (assumptions.base_year,),
                    np.array([value]),
                    np.array([float(error.sel(region=region, ledger=ledger))]),
                )
                if known
                else Words("Counted paths know the line of 3 months only.", "计数模拟仅统计3个月的红线。")
            )
    return result


def _nowhere(simulation: Simulation, rule: WarningRule, reason: Words) -> dict[tuple[str, str, str], Chance | Words]:
    regions = simulation.job.baseline.all_codes
    return {(region, ledger, rule.id): reason for region in regions for ledger in rule.ledgers}
