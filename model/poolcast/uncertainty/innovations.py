"""Innovations: the correlated shocks of a block of paths, before any process turns them into deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.uncertainty.draws import LEADING_COMPONENTS, Draws, bridge_increments
from poolcast.uncertainty.processes import Processes

Array = NDArray[np.float64]

MORTALITY_DRIFT = "mortality_drift"
EPIDEMIC = "epidemic"
COST_LEVEL = "cost_level"
ELASTICITIES = "elasticities"
ONCE_A_PATH = (COST_LEVEL, ELASTICITIES)
RISKS = (*RISK_DRIVERS, EPIDEMIC, *ONCE_A_PATH)
"""Everything that a simulation moves: drivers with a process, the epidemic, and parameters drawn once a path."""
EPIDEMIC_DRAWS = 4
"""Start, length, depth and extra cost."""


@dataclass(frozen=True)
class Innovations:
    """Shocks of a block of paths; a region axis of length one serves every region.

    Parameters
    ----------
    drivers : array (path, region, driver, year)
        Standard normal, correlated between drivers, national and regional parts together; years after the base year.
    mortality_drift, elasticities : array (path,)
        Standard normal, once a path.
    cost_level : array (path, region)
        Standard normal, once a path.
    epidemic : array (path, kind, year)
        Uniforms for start, length, depth and extra cost.
    """

    drivers: Array
    mortality_drift: Array
    elasticities: Array
    cost_level: Array
    epidemic: Array


def draw_innovations(
    processes: Processes, draws: Draws, regions: Sequence[str], first: int, count: int, years: int
) -> Innovations:
    """Draw the shocks of the paths from `first` on.

    Parameters
    ----------
    processes : Processes
        Correlation and national shares.
    draws : Draws
    regions : sequence of str
        Codes; a single region has the national innovations for its own.
    first, count, years : int
        First path, number of paths, years after the base year.
    """
    national = np.stack([draws.normals(name, "", first, count, years) for name in RISK_DRIVERS], axis=1)
    if draws.sampling == "sobol":
        national = _with_leading_components(national, draws.leading_normals(first, count))
    factor = processes.correlation.factor
    drivers = _correlated(national, factor)[:, None]
    level = draws.normals(COST_LEVEL, "", first, count, 1)
    if len(regions) > 1:
        drivers = _with_regional_parts(drivers, processes, draws, regions, first)
        share = processes.national_share[RISK_DRIVERS.index("inpatient_use")]
        own = np.stack([draws.normals(COST_LEVEL, code, first, count, 1)[:, 0] for code in regions], axis=1)
        level = np.sqrt(share) * level + np.sqrt(1 - share) * own
    uniforms = draws.uniforms(EPIDEMIC, "", first, count, EPIDEMIC_DRAWS * years)
    return Innovations(
        drivers=drivers,
        mortality_drift=draws.normals(MORTALITY_DRIFT, "", first, count, 1)[:, 0],
        elasticities=draws.normals(ELASTICITIES, "", first, count, 1)[:, 0],
        cost_level=level,
        epidemic=uniforms.reshape(count, EPIDEMIC_DRAWS, years),
    )


def _with_leading_components(normals: Array, leading: Array) -> Array:
    """Replace the coarsest bridge components (path, driver, year) by the Sobol coordinates, and build the bridge."""
    components = normals.copy()
    count = components.shape[1]
    for number in range(min(LEADING_COMPONENTS, count * components.shape[2])):
        components[:, number % count, number // count] = leading[:, number]
    return bridge_increments(components)


def _with_regional_parts(
    national: Array, processes: Processes, draws: Draws, regions: Sequence[str], first: int
) -> Array:
    """Mix national innovations (path, 1, driver, year) with each region's own, by their shares of the variance."""
    count, _, _, years = national.shape
    result = np.empty((count, len(regions), len(RISK_DRIVERS), years))
    common = np.sqrt(processes.national_share)[:, None]
    apart = np.sqrt(1 - processes.national_share)
    factor = processes.correlation.factor
    with_own = np.flatnonzero((apart > 0) & (processes.deviation > 0))
    for number, code in enumerate(regions):
        own = np.zeros((count, len(RISK_DRIVERS), years))
        for driver in range(int(with_own[-1]) + 1 if len(with_own) else 0):
            own[:, driver] = draws.normals(RISK_DRIVERS[driver], code, first, count, years)
        result[:, number] = common * national[:, 0] + apart[:, None] * _correlated(own, factor)
    return result


def _correlated(normals: Array, factor: Array) -> Array:
    """Mix independent normals (path, driver, year) by a lower triangular factor.

    Element by element rather than by a matrix product, whose last bit depends on the number of paths.
    """
    result = np.zeros_like(normals)
    for row in range(factor.shape[0]):
        for column in range(row + 1):
            if factor[row, column] != 0.0:
                result[:, row] += factor[row, column] * normals[:, column]
    return result
