"""Bands of a simulation for pages: fans, chances, years of events, and the paired difference from another scenario.

All scenarios meet the same shocks (common random numbers), so that a difference is known far better than a level. The
paths themselves are thrown away; what is kept are their quantiles and shares, by the hashes of set and changes, the
number of paths and the seed. The rows of a baseline stay for a while, as every move of a lever is compared with it.
`services.band_simulation` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import MIB, LoadedSet
from poolcast.parameters.errors import Problem, ResultError
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.simulate import Simulation
from poolcast.uncertainty.store import kept_bytes

if TYPE_CHECKING:
    import xarray as xr

MEASURES = ("revenue", "expenditure", "balance", "reserve", "payable_months", "first_deficit", "exhaustion")
FANS = ("revenue", "expenditure", "balance", "reserve", "payable_months")
EVENTS = ("first_deficit", "exhaustion")
USUAL_PATHS, USUAL_SEED = 1_000, 7
PATHS_CHOICES = (200, 1_000, 5_000, 10_000)
MOST_PATHS = 10_000
FEWEST_PATHS = 40
"""With fewer finished paths no band is shown."""


@dataclass(frozen=True)
class Bands:
    """What a simulation says of one scenario.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    paths, wanted : int
        Paths that are finished, on which everything rests, and those asked for.
    seed : int
    fans : mapping of str to xarray.Dataset
        By measure ``quantile`` and its error (level, year, region, ledger), mean and spread; levels 0.01 to 0.99.
    probabilities : xarray.Dataset
        ``deficit``, ``exhausted``, ``months_below_3``, ``months_below_6`` with ``_by`` and ``_error``.
    events : mapping of str to xarray.Dataset
        By event ``probability`` (year, region, ledger) and ``never``, with errors.
    event_years : mapping of str to xarray.DataArray
        By event the year at the levels 0.1, 0.5, 0.9 (level, region, ledger); the year after the last stands for never.
    tails : xarray.Dataset
        Value at risk and tail mean.
    settling : xarray.Dataset
        How the probability of exhaustion within the horizon settles: ``probability`` and ``error`` (paths, region,
        ledger).
    """

    scenario: str
    paths: int
    wanted: int
    seed: int
    fans: Mapping[str, xr.Dataset] = field(repr=False)
    probabilities: xr.Dataset = field(repr=False)
    events: Mapping[str, xr.Dataset] = field(repr=False)
    event_years: Mapping[str, xr.DataArray] = field(repr=False)
    tails: xr.Dataset = field(repr=False)
    settling: xr.Dataset = field(repr=False)

    @property
    def is_partial(self) -> bool:
        """Whether the simulation was ended early."""
        return self.paths < self.wanted

    def quantile(self, measure: str, level: float, region: str, ledger: str) -> dict[int, float]:
        """Return a quantile of a measure by year."""
        found = self.fans[measure]["quantile"].sel(level=level, region=region, ledger=ledger)
        return dict(zip(map(int, found.year.values.tolist()), found.values.tolist(), strict=True))

    def probability(self, name: str, region: str, ledger: str, year: int) -> tuple[float, float]:
        """Return a probability in a year with its error; ``exhausted_by`` for in that year or before."""
        stem = name.removesuffix("_by")
        error = f"{stem}_by_error" if name.endswith("_by") else f"{stem}_error"
        place = {"region": region, "ledger": ledger, "year": year}
        return float(self.probabilities[name].sel(place)), float(self.probabilities[error].sel(place))


@dataclass(frozen=True)
class Paired:
    """The difference of a scenario from another, path by path.

    Parameters
    ----------
    scenario, against : str
        Names.
    paths : int
    fans : mapping of str to xarray.Dataset
        As in `Bands`, of the difference.
    event_years : mapping of str to xarray.DataArray
        Difference of the years of events (level, region, ledger), the year after the last standing for never.
    """

    scenario: str
    against: str
    paths: int
    fans: Mapping[str, xr.Dataset] = field(repr=False)
    event_years: Mapping[str, xr.DataArray] = field(repr=False)

    def is_sure(self, measure: str, region: str, ledger: str, year: int | None = None) -> bool:
        """Whether the 80 % band of the difference excludes zero."""
        if measure in self.event_years:
            found = self.event_years[measure].sel(region=region, ledger=ledger)
        else:
            found = self.fans[measure]["quantile"].sel(region=region, ledger=ledger, year=year)
        low, high = float(found.sel(level=0.1)), float(found.sel(level=0.9))
        return low > 0 or high < 0


@dataclass(frozen=True)
class Request:
    """Which bands are asked for.

    Parameters
    ----------
    loaded : LoadedSet
    scenario : Scenario
    against : Scenario or None
        What it is compared with, path by path; None for the bands alone.
    paths, seed : int
    """

    loaded: LoadedSet
    scenario: Scenario
    against: Scenario | None = None
    paths: int = USUAL_PATHS
    seed: int = USUAL_SEED

    def __post_init__(self) -> None:
        if not FEWEST_PATHS <= self.paths <= MOST_PATHS:
            allowed = f"{FEWEST_PATHS} to {MOST_PATHS:,}"
            raise ResultError(Problem("paths", f"{self.paths:,}", allowed, "Use the command line for more."))

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What the bands of the scenario rest on; the name of a scenario decides how its policy risk is drawn."""
        return self.loaded.digest, self.scenario.digest, self.scenario.name, self.paths, self.seed

    @property
    def pair_key(self) -> tuple[object, ...]:
        """What the bands of the difference rest on."""
        other = "" if self.against is None else self.against.digest
        return (*self.key, other, "" if self.against is None else self.against.name)


@dataclass(frozen=True)
class Found:
    """What a request gives."""

    bands: Bands
    against: Bands | None = None
    paired: Paired | None = None


def _dataset_bytes(bands: Bands) -> int:
    parts: list[Any] = [*bands.fans.values(), bands.probabilities, *bands.events.values(), bands.tails, bands.settling]
    return sum(int(part.nbytes) for part in parts)


BANDS: BoundedCache[Bands] = BoundedCache(64, 256 * MIB, _dataset_bytes)


def is_warm() -> bool:
    """Return whether anything has been simulated in this process: the first time its kernels are compiled."""
    return BANDS.held.entries > 0


PAIRED: BoundedCache[Paired] = BoundedCache(
    64, 128 * MIB, lambda found: sum(int(part.nbytes) for part in found.fans.values())
)
ROWS: BoundedCache[Simulation] = BoundedCache(
    4, 512 * MIB, lambda found: kept_bytes(found.layout, len(found.scenarios), found.paths)
)


def held_bands(request: Request) -> Found | None:
    """Return what is asked for where all of it is known already; None where it must be simulated."""
    bands = BANDS.peek(request.key)
    if bands is None:
        return None
    if request.against is None:
        return Found(bands)
    base = of_baseline(request)
    against = None if base is None else BANDS.peek(base.key)
    paired = PAIRED.peek(request.pair_key)
    return None if against is None or paired is None else Found(bands, against, paired)


def of_baseline(request: Request) -> Request | None:
    """Return the request for the bands of what a scenario is compared with."""
    return None if request.against is None else replace(request, scenario=request.against, against=None)


def clear() -> None:
    """Forget all bands."""
    for cache in (BANDS, PAIRED, ROWS):
        cache.clear()
