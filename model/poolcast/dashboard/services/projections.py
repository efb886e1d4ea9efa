"""Projections by content, and what pages read from them; the same functions as those behind the command line.

Everything here is shared between sessions and read only. Keys are hashes of the set and of the changes, never names of
users; a draft of one session can be found by another only by making the same changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.scenarios import scenario_of
from poolcast.dashboard.services.sets import MIB, LoadedSet, load_set
from poolcast.outlook.forecasting import project
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import ResultError
from poolcast.reporting.outcome import Outcome
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.outlook.comparison import Comparison
    from poolcast.outlook.compliance import Compliance
    from poolcast.outlook.explaining import Explanation
    from poolcast.outlook.measures import Prices


@dataclass(frozen=True, eq=False)
class Projected:
    """A scenario on a set, projected.

    Parameters
    ----------
    loaded : LoadedSet
        The set.
    scenario : Scenario
        What is changed.
    outcome : Outcome
        The forecast with its events; series by ``outcome.series(name, region, ledger)``.
    """

    loaded: LoadedSet
    scenario: Scenario
    outcome: Outcome = field(repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """What the numbers rest on: the hashes of set and changes."""
        return self.loaded.digest, self.scenario.digest

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.scenario.name

    @property
    def forecast(self) -> xr.Dataset:
        """The forecast in nominal yuan; never to be changed."""
        return self.outcome.forecast

    @property
    def reformed(self) -> Assumptions:
        """The calibrated set with the scenario applied."""
        return self.scenario.apply(self.loaded.calibrated)


def _bytes_of(projected: Projected) -> int:
    return int(projected.forecast.nbytes)


_PROJECTED: BoundedCache[Projected] = BoundedCache(96, 384 * MIB, _bytes_of)
_COMPARED: BoundedCache[Comparison] = BoundedCache(
    48, 128 * MIB, lambda found: sum(int(level.nbytes) for level in found.levels.values())
)
_EXPLAINED: BoundedCache[Explanation] = BoundedCache(32, 128 * MIB, lambda found: _explanation_bytes(found))
_CHECKED: BoundedCache[Compliance] = BoundedCache(64, 16 * MIB, lambda found: 2_000 * (1 + len(found.findings)))


def projected(loaded: LoadedSet, scenario: Scenario) -> Projected:
    """Return the projection of a scenario, from the cache where its content was projected before.

    Raises
    ------
    AssumptionError, ScenarioError
        With every problem.
    """
    words = (scenario.name, scenario.title.en, scenario.title.zh)
    return _PROJECTED.get((loaded.digest, scenario.digest, words), lambda: _project(loaded, scenario))


def is_projected(loaded: LoadedSet, scenario: Scenario) -> bool:
    """Return whether the projection of a scenario is at hand."""
    words = (scenario.name, scenario.title.en, scenario.title.zh)
    return _PROJECTED.peek((loaded.digest, scenario.digest, words)) is not None


def is_warm() -> bool:
    """Return whether anything has been projected in this process: the first time its kernels are compiled."""
    return _PROJECTED.held.entries > 0


def _project(loaded: LoadedSet, scenario: Scenario) -> Projected:
    forecast = project(loaded.assumptions, scenario)
    for variable in forecast.data_vars.values():
        variable.values.flags.writeable = False  # shared by all sessions
    return Projected(loaded, scenario, Outcome.of(forecast))


def compared(
    every: Sequence[Projected], measures: Sequence[str] | None = None, prices: Prices = "nominal"
) -> Comparison:
    """Return the comparison of scenarios, the first being what the others are compared with.

    Parameters
    ----------
    every : sequence of Projected
        Of one set; names must differ.
    measures : sequence of str, optional
        Of `poolcast.outlook.catalogue_of_measures`; the headline by default.
    prices : {"nominal", "real", "gdp"}
    """
    from poolcast.outlook.comparison import compare

    names = None if measures is None else tuple(measures)
    key = (tuple((*item.key, item.name) for item in every), names, prices)
    forecasts = {item.name: item.forecast for item in every}
    return _COMPARED.get(key, lambda: compare(forecasts, names, prices=prices))


def explained(first: Projected, against: Projected, *, shapley: bool = False) -> Explanation:
    """Return why two projections of a set differ: by line, by lever and by driver.

    It runs the engine once a lever and a driver; pages that show it at once call it in a job.
    """
    from poolcast.outlook.cases import Case
    from poolcast.outlook.explaining import explain

    def make() -> Explanation:
        one, other = (
            Case(item.name, item.forecast, item.loaded.assumptions, item.scenario) for item in (first, against)
        )
        return explain(one, other, shapley=shapley)

    return _EXPLAINED.get((first.key, against.key, first.name, against.name, shapley), make)


def held_explained(first: Projected, against: Projected, *, shapley: bool = False) -> Explanation | None:
    """Return why two projections differ where that is known already; None where it must be found first."""
    return _EXPLAINED.peek((first.key, against.key, first.name, against.name, shapley))


def _explanation_bytes(found: Explanation) -> int:
    parts: list[Any] = [found.reasons.parts, found.reasons.total]
    parts += [array for _, one in found.levers for array in (one.parts, one.total)]
    if found.drivers is not None:
        parts += [found.drivers.parts, found.drivers.total]
    return sum(int(array.nbytes) for array in parts)


@dataclass(frozen=True)
class Bar:
    """A part of a difference.

    Parameters
    ----------
    key : str
        Lever, change or driver; ``total`` for the whole.
    value : float
        First less other, yuan.
    """

    key: str
    value: float


def waterfall(
    explanation: Explanation, by: Literal["lever", "driver"], measure: str, region: str, ledger: str, year: int
) -> tuple[Bar, ...]:
    """Return the parts of a difference and, as the last, their total; empty where it cannot be told.

    Parameters
    ----------
    explanation : Explanation
    by : {"lever", "driver"}
    measure : {"revenue", "expenditure", "balance", "reserve"}
    region, ledger : str
    year : int
    """
    place = {"measure": measure, "region": region, "ledger": ledger, "year": year}
    bars = []
    if by == "lever":
        for sign, one in explanation.levers:
            shares = one.parts.sel(approach=_approach(one.parts)).sel(place).sum("part")
            bars += [Bar(name, sign * float(shares.sel(lever=name))) for name in one.levers]
    elif explanation.drivers is not None:
        shares = explanation.drivers.parts.sel(approach=_approach(explanation.drivers.parts)).sel(place)
        bars = [Bar(name, float(shares.sel(driver=name))) for name in explanation.drivers.drivers]
    if not bars:
        return ()
    return (*bars, Bar("total", sum(bar.value for bar in bars)))


def _approach(parts: xr.DataArray) -> str:
    """Return the way of sharing out that does not depend on the order, where it was asked for."""
    return "shapley" if "shapley" in parts.approach.values else "sequential"


def findings(loaded: LoadedSet, scenario: Scenario, rules: str = "national") -> Compliance:
    """Return what a scenario breaks of the rules of the policy documents, the worst first."""
    from poolcast.outlook.compliance import check_compliance

    key = (loaded.digest, scenario.digest, scenario.name, rules)
    return _CHECKED.get(key, lambda: check_compliance(loaded.assumptions, scenario, rules))


def held_findings(loaded: LoadedSet, scenario: Scenario, rules: str = "national") -> Compliance | None:
    """Return what a scenario breaks of the rules where that is known already; None where it must be checked first."""
    return _CHECKED.peek((loaded.digest, scenario.digest, scenario.name, rules))


def measure(item: Projected, name: str, horizon: int | None = None) -> xr.DataArray:
    """Return a measure of the catalogue with axes among year, region and ledger.

    Raises
    ------
    ResultError
        Where there is no such measure, or the horizon does not fit.
    """
    from poolcast.outlook.catalogue_of_measures import chosen_measures

    return chosen_measures([name])[0].read(item.forecast, horizon)


def series(item: Projected, name: str, region: str, ledger: str) -> dict[int, float]:
    """Return a yearly measure by year for a region (or pool) and a ledger.

    Raises
    ------
    ResultError
        Where the measure is unknown or has no years.
    """
    from poolcast.parameters.errors import Problem

    found = measure(item, name)
    if "year" not in found.dims:
        raise ResultError(Problem("measure", name, "a measure with a value for each year", "Choose another."))
    place = {axis: value for axis, value in (("region", region), ("ledger", ledger)) if axis in found.dims}
    values = found.sel(place).values.tolist()
    return dict(zip(map(int, found.year.values.tolist()), values, strict=True))


def forecast(set_name: str, scenario: Scenario | str = "baseline", to: int | None = None) -> xr.Dataset:
    """Return the forecast of a scenario on a set that a name finds.

    Raises
    ------
    AssumptionError, ScenarioError
        With every problem of the set or the scenario.
    """
    chosen = scenario if isinstance(scenario, Scenario) else scenario_of(scenario)
    return projected(load_set(set_name, to), chosen).forecast


def clear() -> None:
    """Forget every projection and what was read from them."""
    for cache in (_PROJECTED, _COMPARED, _EXPLAINED, _CHECKED):
        cache.clear()
