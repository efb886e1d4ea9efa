"""Paths: processes turn shocks into deviations of the engine's drivers around the path of the set (handbook 7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import RISK_DRIVERS, index
from poolcast.projection.drivers import Drivers
from poolcast.uncertainty.innovations import Innovations
from poolcast.uncertainty.mortality import index_deviation
from poolcast.uncertainty.processes import Epidemic, Processes

Array = NDArray[np.float64]

_TABLE = np.linspace(-8.5, 8.5, 4097)
"""Standard normals at which the quantiles of the collection rate are tabulated; between them the line is straight."""
_FULL_COLLECTION = 0.999


@dataclass(frozen=True)
class Centre:
    """What the bounded processes must know of the path of the set.

    Parameters
    ----------
    total_fertility : array (region, year), births per woman
    lowest_interest : array (region, year), rate per year
        Lowest positive rate of any ledger.
    collection : array (region,)
        Mean collection rate of units.
    """

    total_fertility: Array
    lowest_interest: Array
    collection: Array

    @classmethod
    def of(cls, assumptions: Assumptions) -> Centre:
        """Read the years after the base year."""
        first = assumptions.base_year + 1
        held = [index("ledger", ledger) for ledger in assumptions.ledgers]
        interest = assumptions.from_year("ledger.interest_rate", first)[..., held]
        lowest = np.where(interest > 0, interest, np.inf).min(-1)
        return cls(
            total_fertility=assumptions.from_year("population.fertility_rate", first).sum(-1),
            lowest_interest=np.where(np.isfinite(lowest), lowest, 0.0),
            collection=assumptions.from_year("revenue.collection_rate", first).mean(-1),
        )


def deviations(innovations: Array, persistence: Array, deviation: Array) -> Array:
    """Return ``x_t = persistence x_{t-1} + deviation e_t`` from zero in the base year (path, region, driver, year).

    Parameters
    ----------
    innovations : array (path, region, driver, year)
        Standard normal, years after the base year.
    persistence, deviation : array (driver,)
    """
    result = np.empty_like(innovations)
    last = np.zeros(innovations.shape[:-1])
    for year in range(innovations.shape[-1]):
        last = persistence * last + deviation * innovations[..., year]
        result[..., year] = last
    return result


def reflected_walk(innovations: Array, deviation: float, centre: Array, low: float, high: float) -> Array:
    """Return a random walk around a path that bounds reflect, as levels (path, region, year).

    Parameters
    ----------
    innovations : array (path, region, year)
    deviation : float
        Standard deviation of a step.
    centre : array (region, year)
        Path of the set; where it lies outside the bounds itself they give way to it.
    low, high : float
    """
    lower, upper = np.minimum(centre, low), np.maximum(centre, high)
    result: Array = np.empty(np.broadcast_shapes(innovations.shape, (1, *centre.shape)))
    walk: Array = np.zeros(result.shape[:2])
    for year in range(result.shape[-1]):
        level = centre[:, year] + walk + deviation * innovations[..., year]
        level = np.where(level < lower[:, year], 2 * lower[:, year] - level, level)
        level = np.where(level > upper[:, year], 2 * upper[:, year] - level, level)
        level = np.maximum(level, lower[:, year])
        walk = level - centre[:, year]
        result[..., year] = level
    return result


def collection_factor(innovations: Array, persistence: float, deviation: float, mean: Array) -> Array:
    """Return factors on collection: beta quantiles over their median, of a copula that remembers (path, region, year).

    A normal process with variance one in the long run is turned into the beta distribution with the given mean and
    standard deviation; the factor is one at its median.

    Parameters
    ----------
    innovations : array (path, region, year)
    persistence, deviation : float
    mean : array (region,)
    """
    scaled = deviations(innovations[:, :, None], np.array([persistence]), np.array([np.sqrt(1 - persistence**2)]))
    normal = scaled[:, :, 0]
    result = np.empty(np.broadcast_shapes(normal.shape, (1, len(mean), 1)))
    for region, rate in enumerate(mean):
        source = normal[:, min(region, normal.shape[1] - 1)]
        result[:, region] = np.interp(source, _TABLE, _collection_table(float(rate), deviation))
    return result


@lru_cache(maxsize=512)
def _collection_table(mean: float, deviation: float) -> Array:
    """Return beta quantiles over their median at the normals of `_TABLE`; each mean takes milliseconds."""
    centre = min(mean, _FULL_COLLECTION)
    spread = min(deviation, 0.5 * np.sqrt(centre * (1 - centre)))
    size = centre * (1 - centre) / spread**2 - 1
    table = betaincinv(centre * size, (1 - centre) * size, ndtr(_TABLE))
    result: Array = table / np.interp(0.0, _TABLE, table)
    return result


def epidemic_factors(uniforms: Array, epidemic: Epidemic) -> tuple[Array, Array, Array]:
    """Return use and collection factors and the extra cost of epidemics (path, year).

    An epidemic begins by chance in a year without one and lasts one year to the longest, each as likely. The first year
    cuts use by a triangular part, the later ones by a fixed one, and use rebounds in the year after the last.

    Parameters
    ----------
    uniforms : array (path, kind, year)
        Start, length, depth, extra cost.
    epidemic : Epidemic
    """
    paths, _, years = uniforms.shape
    use, collection, cost = np.ones((paths, years)), np.ones((paths, years)), np.zeros((paths, years))
    left = np.zeros(paths, dtype=int)
    rebounds = np.zeros(paths, dtype=bool)
    for year in range(years):
        start, length, depth, extra = (uniforms[:, kind, year] for kind in range(4))
        begins = (left == 0) & ~rebounds & (start < epidemic.probability)
        goes_on = left > 0
        use[:, year] = np.where(begins, 1 + _triangular(depth, epidemic), use[:, year])
        use[:, year] = np.where(goes_on, 1 + epidemic.use_later, use[:, year])
        use[:, year] = np.where(rebounds, 1 + epidemic.rebound, use[:, year])
        left = np.where(begins, 1 + np.minimum((length * epidemic.longest).astype(int), epidemic.longest - 1), left)
        ill = left > 0
        collection[:, year] = np.where(ill, 1 + epidemic.revenue, 1.0)
        cost[:, year] = np.where(ill, extra * epidemic.extra_cost, 0.0)
        rebounds = left == 1
        left = np.maximum(left - 1, 0)
    return use, collection, cost


def drivers_of(innovations: Innovations, processes: Processes, centre: Centre) -> Drivers:
    """Return the engine's drivers for a block of paths; a driver without deviation stays on the path of the set."""
    moved = deviations(innovations.drivers, processes.persistence, processes.deviation)

    def of(name: str) -> Array | None:
        number = RISK_DRIVERS.index(name)
        return _with_base_year(moved[:, :, number], 0.0) if processes.deviation[number] > 0 else None

    inpatient, outpatient, migration = of("inpatient_use"), of("outpatient_use"), of("migration")
    use, collection, cost = _epidemic(innovations, processes)
    return Drivers(
        wage_growth=of("wages"),
        consumer_prices=of("consumer_prices"),
        unit_cost_growth=of("care_prices"),
        inpatient_use=None if inpatient is None else np.exp(inpatient),
        outpatient_use=None if outpatient is None else np.exp(outpatient),
        utilisation=use,
        employment=of("employment"),
        fertility=_fertility(innovations, processes, centre),
        mortality_index=_mortality(innovations, processes, moved),
        mortality_pattern=processes.mortality_pattern,
        migration=None if migration is None else np.maximum(1 + migration, 0.0),
        interest_rate=_interest(moved, processes, centre),
        collection=_collection(innovations, processes, centre, collection),
        extra_cost=cost,
        benefit_level=_once(innovations.cost_level, processes.benefit_level_deviation, moved.shape[-1]),
        elasticity=_once(innovations.elasticities[:, None], processes.elasticity_deviation, moved.shape[-1]),
        simulated=True,
    )


def _with_base_year(values: Array, neutral: float) -> Array:
    """Put the base year, which nothing moves, before the years of a driver (path, region, year)."""
    return np.concatenate([np.full((*values.shape[:-1], 1), neutral), values], axis=-1)


def _epidemic(innovations: Innovations, processes: Processes) -> tuple[Array | None, Array | None, Array | None]:
    if processes.epidemic.probability == 0:
        return None, None, None
    use, collection, cost = epidemic_factors(innovations.epidemic, processes.epidemic)
    return (
        _with_base_year(use[:, None], 1.0),
        _with_base_year(collection[:, None], 1.0),
        _with_base_year(cost[:, None], 0.0),
    )


def _fertility(innovations: Innovations, processes: Processes, centre: Centre) -> Array | None:
    number = RISK_DRIVERS.index("fertility")
    if processes.deviation[number] == 0:
        return None
    level = reflected_walk(
        innovations.drivers[:, :, number],
        float(processes.deviation[number]),
        centre.total_fertility,
        float(processes.lower_bound[number]),
        float(processes.upper_bound[number]),
    )
    return _with_base_year(level / centre.total_fertility, 1.0)


def _mortality(innovations: Innovations, processes: Processes, moved: Array) -> Array | None:
    """Index of mortality: the random walk and, once a path, the error of the drift times the years."""
    number = RISK_DRIVERS.index("mortality")
    if processes.deviation[number] == 0 and processes.mortality_drift_error == 0:
        return None
    walk = moved[:, :1, number] if processes.national_share[number] == 1 else moved[:, :, number]
    index = index_deviation(innovations.mortality_drift, walk, processes.mortality_drift_error)
    return _with_base_year(index, 0.0)


def _interest(moved: Array, processes: Processes, centre: Centre) -> Array | None:
    number = RISK_DRIVERS.index("interest")
    if processes.deviation[number] == 0:
        return None
    lowest = np.minimum(processes.lower_bound[number] - centre.lowest_interest, 0.0)
    return _with_base_year(np.maximum(moved[:, :, number], lowest), 0.0)


def _collection(
    innovations: Innovations, processes: Processes, centre: Centre, of_epidemic: Array | None
) -> Array | None:
    number = RISK_DRIVERS.index("collection")
    if processes.deviation[number] == 0:
        return of_epidemic
    factor = collection_factor(
        innovations.drivers[:, :, number],
        float(processes.persistence[number]),
        float(processes.deviation[number]),
        centre.collection,
    )
    result = _with_base_year(factor, 1.0)
    return result if of_epidemic is None else result * of_epidemic


def _once(normal: Array, deviation: float, years: int) -> Array | None:
    """Return a lognormal factor that a path keeps for all years (path, region, year)."""
    if deviation == 0:
        return None
    factor = np.exp(deviation * normal)[..., None]
    return _with_base_year(np.repeat(factor, years, axis=-1), 1.0)


def _triangular(uniform: Array, epidemic: Epidemic) -> Array:
    """Return triangular quantiles of the change of use in the first year."""
    low, likely, high = epidemic.use_lowest, epidemic.use_likely, epidemic.use_highest
    if high <= low:
        return np.full_like(uniform, likely)
    turn = (likely - low) / (high - low)
    below = low + np.sqrt(uniform * (high - low) * (likely - low))
    above = high - np.sqrt((1 - uniform) * (high - low) * (high - likely))
    result: Array = np.where(uniform < turn, below, above)
    return result
