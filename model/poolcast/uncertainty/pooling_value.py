"""Value of pooling: the same shocks over separate and over pooled regions, and the reserve that each needs (handbook
1.4).

**Reserve needed.** With B the balance before interest, i the rate of interest, tau the part of a year for which a
balance bears interest, and ``G_t = (1 + i_1) … (1 + i_t)``, an opening reserve F carries a path to the end of year t
where ``F + sum_s B_s (1 + i_s tau) / G_s`` is not below zero. So a path needs the largest shortfall of that sum, or
nothing, and a holder the (1 - q) quantile of it over the paths: with that reserve at the end of the base year it is
exhausted within N years with probability q. What it holds today does not matter. Rules that look at stocks (backstop,
adjustment fund; off by default) are as the projection has them.

**Two savings.** A pool needs less than its members together for two reasons: deficits of some are met by surpluses of
others that were to be expected anyway, and shocks that do not come together even out. The first is what the central
path alone shows, the second is the rest. Members share the need of the pool by their contribution bases of the N years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.engine import Projection
from poolcast.projection.forecast import label
from poolcast.projection.pools import Holders
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.blocks import Job, central_run
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.kept import KeptMeasure, Layout
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.sampling_error import quantiles_of_ordered
from poolcast.uncertainty.sensitivity import as_scenario, as_set
from poolcast.uncertainty.simulate import STANDARD_PATHS, Progress, run_paths
from poolcast.uncertainty.store import MemoryStore

if TYPE_CHECKING:
    import os

    import xarray as xr

Array = NDArray[np.float64]

HORIZON, PROBABILITY = 5, 0.05
"""Years, and the probability of exhaustion within them that is accepted."""
RESAMPLES = 200
LEDGERS = ("EPF", "RPF")

_SEPARATE, _POOLED = "separate", "pooled"
_NEED = "reserve_needed"
_POOLING = {"employee_pool": "parent", "resident_pool": "parent"}


@dataclass(frozen=True)
class NeedLayout(Layout):
    """A row that holds the reserve that each holder and ledger would have needed on the path.

    Parameters
    ----------
    ledgers : tuple of str
    horizon : int
        Years after the base year.
    """

    ledgers: tuple[str, ...] = ()
    horizon: int = HORIZON

    @classmethod
    def of_needs(cls, holders: int, ledgers: Sequence[str], horizon: int) -> NeedLayout:
        """Return the layout for a number of holders."""
        declared = replace(MEASURES["reserve"], name=_NEED, label=Words("Reserve needed", "所需结余"))
        coordinates: dict[str, list[int] | list[str]] = {"region": list(range(holders)), "ledger": list(ledgers)}
        kept = KeptMeasure(declared, ("region", "ledger"), coordinates, np.arange(holders * len(ledgers)))
        variables = frozenset(("balance_before_interest", "interest_rate", "reserve"))
        return cls((kept,), variables, tuple(ledgers), horizon)

    def read(self, projection: Projection) -> dict[str, Array]:
        """Return the need of a block of paths as rows (path, holder and ledger); holders that lack are NaN."""
        forecast = label(projection, with_paths=True, only=self.variables)
        order = ("path", "year", "region", "ledger")
        chosen = forecast.sel(ledger=list(self.ledgers)).isel(year=slice(1, self.horizon + 1))
        balance = chosen.balance_before_interest.transpose(*order).values
        rate = chosen.interest_rate.transpose(*order).values
        need = needs(balance, rate, float(forecast.attrs["flow_timing"]))
        kept = chosen.reserve.notnull().any("year").transpose("path", "region", "ledger").values
        full = np.full((need.shape[0], len(self.measures[0].coordinates["region"]), need.shape[2]), np.nan)
        full[:, : need.shape[1]] = np.where(kept, need, np.nan)
        return {_NEED: full.reshape(full.shape[0], -1)}


def needs(balance: Array, rate: Array, timing: float) -> Array:
    """Return the opening reserve that just lasts: the largest shortfall of discounted balances, or zero.

    Parameters
    ----------
    balance : array (path, year, ...), yuan
        Before interest.
    rate : array (path, year, ...)
        Interest on the opening reserve of the year.
    timing : float
        Part of the year for which a balance bears interest.

    Examples
    --------
    >>> float(needs(np.array([[-10.0, -10.0]]), np.array([[0.0, 0.25]]), 0.0)[0])
    18.0
    """
    discount = np.cumprod(1 + rate, axis=1)
    carried = np.cumsum(balance * (1 + rate * timing) / discount, axis=1)
    result: Array = np.maximum(-carried.min(axis=1), 0.0)
    return result


def value_of_pooling(
    assumptions: Assumptions | str | os.PathLike[str],
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    pooled: Scenario | str | os.PathLike[str] | None = None,
    *,
    horizon: int = HORIZON,
    probability: float = PROBABILITY,
    ledgers: Sequence[str] = LEDGERS,
    paths: int = STANDARD_PATHS,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Return how much less reserve regions need for the same safety when they share one ledger.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set of several regions with a parent and the group ``uncertainty``.
    scenario : Scenario, str or path
        How regions are when each keeps its own ledger.
    pooled : Scenario, str or path, optional
        How they are when they share one, as ``provincial_pooling`` with its losses of collection; by default as
        `scenario`, with nothing changed but who holds the ledgers.
    horizon : int
        Years after the base year.
    probability : float
        q, of exhaustion within them.
    ledgers : sequence of str
    paths, seed : int
        The same shocks for both.
    workers : int, optional
    progress : callable, optional

    Returns
    -------
    xarray.Dataset
        By region and ledger, yuan at the end of the base year: ``separate``, the reserve that it needs by itself;
        ``allocated``, its share of the need of its pool; ``saving``, the difference, of which ``expected`` would be
        saved without any risk and ``diversification`` is the rest; ``held``, what it holds. By pool and ledger:
        ``pool_need``, ``pool_saving`` and its parts. Each with ``_error``, from bootstrapped paths; the central path
        has none.

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        Where the set has no processes or no pool, or the numbers cannot be.
    """
    calibrated = as_set(assumptions)
    apart = as_scenario(scenario).apply(calibrated)
    together = apart.with_options(**_POOLING) if pooled is None else as_scenario(pooled).apply(calibrated)
    holders = Holders.of(together)
    held = tuple(code for code in ledgers if code in calibrated.ledgers)
    _refuse(apart, together, holders, held, horizon, probability)
    layout = NeedLayout.of_needs(holders.count, held, horizon)
    sets = {_SEPARATE: apart, _POOLED: together}
    job = Job(sets, calibrated, Processes.of(calibrated), Draws(seed), layout)
    store = MemoryStore(tuple(sets), layout, paths)
    run_paths(job, store, paths, workers=workers, progress=progress)
    kept = layout.measures[0]
    drawn = {name: kept.unflatten(store.values(name, kept, paths)) for name in sets}
    central = {name: kept.unflatten(layout.read(central_run(one))[_NEED])[0] for name, one in sets.items()}
    shares = _shares(apart, holders, horizon)
    found = _savings(drawn, central, shares, holders, probability)
    resampled = _resampled(drawn, central, shares, holders, probability, seed)
    attributes = {"horizon": horizon, "probability": probability, "paths": paths, "seed": seed}
    return _dataset(found, resampled, calibrated, holders, held, shares).assign_attrs(attributes)


def _savings(
    drawn: dict[str, Array], central: dict[str, Array], shares: Array, holders: Holders, probability: float
) -> dict[str, Array]:
    """Return needs and savings of regions (region, ledger) and pools (pool, ledger) from needs by path."""
    levels = np.array([1 - probability])

    def quantile(values: Array) -> Array:
        result: Array = quantiles_of_ordered(np.sort(np.moveaxis(values, 0, -1), axis=-1), levels)[0]
        return result

    regions = holders.regions
    separate, pool = quantile(drawn[_SEPARATE])[:regions], quantile(drawn[_POOLED])[regions:]
    alone, shared = central[_SEPARATE][:regions], central[_POOLED][regions:]
    parts: dict[str, Array] = {"separate": separate}
    names = ("allocated", "saving", "expected", "diversification")
    parts |= {name: np.full_like(separate, np.nan) for name in names}
    parts |= {f"pool_{name}": np.full_like(pool, np.nan) for name in names[1:]} | {"pool_need": pool}
    for number, members in enumerate(holders.pools.values()):
        weight = shares[members, None]
        parts["allocated"][members] = weight * pool[number]
        parts["saving"][members] = separate[members] - weight * pool[number]
        parts["expected"][members] = alone[members] - weight * shared[number]
        parts["diversification"][members] = parts["saving"][members] - parts["expected"][members]
        for name in names[1:]:
            parts[f"pool_{name}"][number] = parts[name][members].sum(0)
    return parts


def _resampled(
    drawn: dict[str, Array], central: dict[str, Array], shares: Array, holders: Holders, probability: float, seed: int
) -> dict[str, Array]:
    """Return the standard error of every part: paths are drawn anew, the same ones for both."""
    generator = np.random.default_rng(seed)
    paths = drawn[_SEPARATE].shape[0]
    rounds = []
    for _ in range(RESAMPLES):
        chosen = generator.integers(0, paths, paths)
        again = {name: values[chosen] for name, values in drawn.items()}
        rounds.append(_savings(again, central, shares, holders, probability))
    return {name: np.std([one[name] for one in rounds], axis=0, ddof=1) for name in rounds[0]}


def _shares(assumptions: Assumptions, holders: Holders, horizon: int) -> Array:
    """Return each member's share of the contribution bases of its pool over the horizon (region,)."""
    forecast = label(central_run(assumptions), with_paths=True, only=("contributory_bases",))
    bases = forecast.contributory_bases.isel(path=0, year=slice(1, horizon + 1)).sum("year").values[: holders.regions]
    result = np.full(holders.regions, np.nan)
    for members in holders.pools.values():
        result[members] = bases[members] / bases[members].sum()
    return result


def _dataset(
    found: dict[str, Array],
    errors: dict[str, Array],
    assumptions: Assumptions,
    holders: Holders,
    ledgers: tuple[str, ...],
    shares: Array,
) -> xr.Dataset:
    import xarray as xr

    regions, pools = holders.units[: holders.regions], holders.units[holders.regions :]
    variables: dict[str, tuple[tuple[str, ...], Array]] = {}
    for name, values in found.items():
        axis = "pool" if name.startswith("pool_") else "region"
        variables[name] = ((axis, "ledger"), values)
        variables[f"{name}_error"] = ((axis, "ledger"), errors[name])
    for name in ("expected_error", "pool_expected_error"):
        del variables[name]  # the central path is one
    positions = [assumptions.axis_members("ledger").index(code) for code in ledgers]
    variables["held"] = (("region", "ledger"), assumptions["ledger.opening_reserve"][:, positions])
    variables["share"] = (("region",), shares)
    return xr.Dataset(
        variables,
        coords={
            "region": [unit.code for unit in regions],
            "region_name": ("region", [unit.name.en for unit in regions]),
            "region_name_zh": ("region", [unit.name.zh for unit in regions]),
            "pool_of": ("region", holders.pool_of_each()[: holders.regions]),
            "pool": [unit.code for unit in pools],
            "ledger": list(ledgers),
        },
        attrs={"unit": "yuan", "set": assumptions.name, "synthetic": int(assumptions.synthetic)},
    )


def _refuse(
    apart: Assumptions,
    together: Assumptions,
    holders: Holders,
    ledgers: tuple[str, ...],
    horizon: int,
    probability: float,
) -> None:
    problems = []
    years = apart.last_year - apart.base_year
    if any(apart.options[option] == "parent" for option in _POOLING):
        remedy = "Compare a scenario in which each region keeps its own ledger."
        problems.append(Problem("scenario", "regions that share a ledger already", "separate ledgers", remedy))
    if not holders.pools or not ledgers or not set(ledgers) <= set(holders.shared):
        remedy = "Take a set of several regions under a parent, such as hebei, and a scenario that pools them."
        found = f"set {together.name}, in which nobody shares {', '.join(ledgers) or 'a ledger'}"
        problems.append(Problem("pooling", found, "regions that share the ledger of a parent", remedy))
    if not 1 <= horizon <= years:
        problems.append(Problem("horizon", str(horizon), f"1 to {years}", "Project further, or ask for fewer years."))
    if not 0 < probability < 1:
        problems.append(Problem("probability", f"{probability:g}", "above 0 and below 1", "0.05 is usual."))
    if problems:
        raise ResultError(problems)
