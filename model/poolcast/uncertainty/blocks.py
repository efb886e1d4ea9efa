"""Blocks: the paths of a simulation, some at a time, through the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.projection.drivers import Drivers
from poolcast.projection.engine import Projection, run
from poolcast.projection.people import People, cohort_content, project_people
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.innovations import draw_innovations
from poolcast.uncertainty.kept import Layout
from poolcast.uncertainty.paths import Centre, drivers_of
from poolcast.uncertainty.policy import PLANNED, Variant, draw_variants, in_variant
from poolcast.uncertainty.processes import Processes

Array = NDArray[np.float64]
Rows = dict[str, dict[str, Array]]
"""Rows (path, cell) by scenario and measure."""

TILE_CELLS = 23_000
"""Paths times regions times years that go through the engine at once: more leave the cache, fewer wait on Python.

Of fourteen regions over fifty years 32 paths, which fill the rows of the kernel of the claims."""
LARGEST_TILE = 256


@dataclass(frozen=True)
class Job:
    """All that a block of paths needs, wherever it is computed.

    Parameters
    ----------
    scenarios : mapping of str to Assumptions
        Calibrated sets with a scenario applied, by its name.
    baseline : Assumptions
        The calibrated set without a scenario, from which late and weak reforms are measured.
    processes : Processes
    draws : Draws
    layout : Layout
    policy : frozenset of str
        Scenarios whose reforms may come late and weak.
    """

    scenarios: Mapping[str, Assumptions]
    baseline: Assumptions
    processes: Processes
    draws: Draws
    layout: Layout
    policy: frozenset[str] = frozenset()
    _variants: dict[tuple[str, Variant], Assumptions] = field(default_factory=dict, repr=False, compare=False)

    @property
    def years(self) -> int:
        """Years after the base year."""
        return self.baseline.last_year - self.baseline.base_year

    def variant(self, scenario: str, variant: Variant) -> Assumptions:
        """Return a scenario as one of its variants; each is made once."""
        key = scenario, variant
        if key not in self._variants:
            self._variants[key] = in_variant(self.baseline, self.scenarios[scenario], variant)
        return self._variants[key]


def run_block(job: Job, first: int, count: int) -> Rows:
    """Return what the simulation keeps of the paths from `first` on.

    A path does not know its neighbours: its numbers are the same in every block.

    Parameters
    ----------
    job : Job
    first, count : int
        First path and number of paths.

    Returns
    -------
    dict of dict of array (path, cell)
        By scenario and measure.
    """
    codes = job.baseline.region_codes
    innovations = draw_innovations(job.processes, job.draws, codes, first, count, job.years)
    variants = draw_variants(job.processes, job.draws, first, count)
    result: Rows = {}
    crowd: dict[str, People] = {}
    for name, assumptions in job.scenarios.items():
        drivers = drivers_of(innovations, job.processes, Centre.of(assumptions))
        chosen = variants if name in job.policy else [PLANNED] * count
        rows = {kept.name: np.empty((count, kept.size)) for kept in job.layout.measures}
        for variant in sorted(set(chosen)):
            paths = np.flatnonzero([mine == variant for mine in chosen])
            reformed = job.variant(name, variant)
            people = _people(reformed, drivers, paths, crowd)
            for tile in tiles(np.arange(len(paths)), len(codes) * (job.years + 1)):
                mine = _neighbours(paths[tile])
                projection = run(reformed, drivers.take(mine), people.take(_neighbours(tile)))
                for measure, values in job.layout.read(projection).items():
                    rows[measure][mine] = values
        result[name] = rows
    return result


def central_run(assumptions: Assumptions) -> Projection:
    """Return the run of one path that nothing moves."""
    years = assumptions.last_year - assumptions.base_year + 1
    return run(assumptions, Drivers(wage_growth=np.zeros((1, 1, years))))


def _people(assumptions: Assumptions, drivers: Drivers, paths: NDArray[np.intp], crowd: dict[str, People]) -> People:
    """Return the first layer of some paths; scenarios that leave it alone share that of the whole block.

    Parameters
    ----------
    crowd : dict of str to People
        First layers of all paths of the block, by what they rest on; added to.
    """
    content = cohort_content(assumptions)
    if content not in crowd and len(paths) == drivers.paths:
        crowd[content] = project_people(assumptions, drivers)
    if content in crowd:
        return crowd[content] if len(paths) == drivers.paths else crowd[content].take(paths)
    return project_people(assumptions, drivers.take(paths))


def _neighbours(paths: NDArray[np.intp]) -> NDArray[np.intp] | slice:
    """Return paths that follow each other as a slice, whose arrays are views."""
    first, last = int(paths[0]), int(paths[-1])
    return slice(first, last + 1) if last - first + 1 == len(paths) else paths


def tiles(paths: NDArray[np.intp], cells_a_path: int) -> list[NDArray[np.intp]]:
    """Cut paths into tiles that stay in the cache."""
    size = max(1, min(LARGEST_TILE, TILE_CELLS // cells_a_path))
    return [paths[start : start + size] for start in range(0, len(paths), size)]
