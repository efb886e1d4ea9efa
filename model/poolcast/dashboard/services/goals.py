"""Goal seeks for pages: what it would take, by itself and with a probability, here and in every region.

The same functions as ``poolcast solve``. Every answer is shared by content; a job fills the cache step by step, so that
what is finished is shown while the rest is computed, and stays where the reader ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.drafts import Draft
from poolcast.dashboard.services.sets import MIB, LoadedSet
from poolcast.dashboard.services.stoppable import made_once
from poolcast.outlook.packages import Package
from poolcast.outlook.searching import Solution
from poolcast.outlook.unknowns import Setting, Unknown, find_unknown, regions_under
from poolcast.parameters.errors import ScenarioError
from poolcast.scenarios.catalogue import find_lever
from poolcast.scenarios.scenario import LeverCall, Scenario
from poolcast.uncertainty.seeking import LikelySolution
from poolcast.uncertainty.seeking_regions import RegionNeed

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.dashboard.services.jobs import Work

MEASURES = ("payable_months", "reserve", "balance", "exhaustion")
PROBABILITIES = (0.5, 0.8, 0.9, 0.95)
EVEN = 0.5
FEWEST_PATHS, MOST_PATHS = 40, 2_000
"""Each value of a goal seek is a simulation; more paths are asked of the command line."""
MONTHS_WANTED = (3.0, 6.0, 9.0, 12.0)

_EMPLOYEES = "status=active|flexible|retired"
_RESIDENTS = "status=child|adult_resident"
UNKNOWNS: Mapping[str, tuple[str, ...]] = {
    "EPF": (
        "revenue.employer_rate",
        "revenue.flexible_rate",
        "revenue.collection_rate",
        f"inpatient.reimbursement_rate[{_EMPLOYEES}]",
        f"outpatient.reimbursement_rate[{_EMPLOYEES}]",
        "revenue.share_credited_to_active_accounts",
    ),
    "RPF": (
        "scale:resident.subsidy",
        "resident.personal_premium",
        f"inpatient.reimbursement_rate[{_RESIDENTS}]",
        f"outpatient.reimbursement_rate[{_RESIDENTS}]",
    ),
}
"""What a planner asks first, by ledger; arguments of the levers of the scenario come on top."""


@dataclass(frozen=True)
class Goal:
    """A question: how far must an unknown be changed for a measure to reach a target.

    Parameters
    ----------
    loaded : LoadedSet
    scenario : Scenario
        What holds besides.
    region, ledger : str
    unknown : str
        As `poolcast solve` names it.
    measure : {"payable_months", "reserve", "balance", "exhaustion"}
    year : int
        Target year; of exhaustion the year until which the reserve shall last.
    target : float
        Months or yuan; of no meaning for exhaustion.
    """

    loaded: LoadedSet
    scenario: Scenario
    region: str
    ledger: str
    unknown: str
    measure: str
    year: int
    target: float

    @property
    def condition(self) -> str:
        """The condition as the grammar writes it."""
        if self.measure == "exhaustion":
            return f"exhaustion({self.ledger}) > {self.year}"
        return f"{self.measure}({self.ledger}, year={self.year}) >= {self.target:.12g}"

    @property
    def straight_condition(self) -> str:
        """The same condition with a margin in yuan or months, which moves with a rate nearly along a straight line."""
        if self.measure == "exhaustion":
            return f"reserve({self.ledger}, horizon={self.year - self.loaded.base_year}) >= 0"
        return self.condition

    @property
    def key(self) -> tuple[object, ...]:
        """What the answer rests on."""
        scenario = (self.scenario.digest, self.scenario.name)
        return self.loaded.digest, *scenario, self.region, self.unknown, self.condition

    def found_unknown(self) -> Unknown:
        """Return what may change, with its present value and its bounds.

        Raises
        ------
        ScenarioError
            Where the set or the scenario has none of that name.
        """
        return _find(self.loaded, self.scenario, self.region, self.unknown)


def _find(loaded: LoadedSet, scenario: Scenario, region: str, text: str) -> Unknown:
    calibrated = loaded.calibrated
    where = {"region": "|".join(regions_under(calibrated, region))}
    return find_unknown(text, Setting(calibrated, scenario, None, where))


def unknowns_of(loaded: LoadedSet, scenario: Scenario, ledger: str) -> tuple[str, ...]:
    """Return what may be solved for: usual parameters of the ledger, then arguments of the scenario's levers."""
    calls = [item for item in scenario.reforms if isinstance(item, LeverCall)]
    levers = [f"{call.lever.name}.{argument.name}" for call in calls for argument in call.lever.arguments]
    return (*UNKNOWNS.get(ledger, ()), *dict.fromkeys(levers))


def choices(loaded: LoadedSet, scenario: Scenario, region: str, ledger: str, more: str = "") -> dict[str, Unknown]:
    """Return by name what may be solved for in a region; what the set cannot change is left out.

    Parameters
    ----------
    loaded : LoadedSet
    scenario : Scenario
    region, ledger : str
    more : str
        A name that an address or another page asks for.
    """
    found = {}
    for text in dict.fromkeys((*unknowns_of(loaded, scenario, ledger), *([more] if more else []))):
        try:
            found[text] = _find(loaded, scenario, region, text)
        except ScenarioError:
            continue
    return found


def scenario_under(scenario: Scenario, draft: Draft, unknown: str) -> Scenario:
    """Return what holds besides: the draft where its lever is asked for, otherwise the scenario."""
    lever = unknown.split(".")[0]
    return draft.scenario if find_lever(lever) is not None and draft.call(lever) is not None else scenario


def is_single(text: str) -> bool:
    """Whether an unknown is a parameter, which a grid of any scenario can hold."""
    return find_lever(text.split(".")[0]) is None


def position_of(values: Sequence[float], wanted: float) -> int | None:
    """Return where a value stands among others, None where it is none of them."""
    return next((number for number, value in enumerate(values) if abs(value - wanted) < 1e-9), None)


_CENTRAL: BoundedCache[Solution] = BoundedCache(512, 16 * MIB, lambda _: 8_000)
_LIKELY: BoundedCache[LikelySolution] = BoundedCache(512, 16 * MIB, lambda _: 8_000)
_RATES: BoundedCache[xr.Dataset] = BoundedCache(256, 16 * MIB, lambda found: int(found.nbytes) + 2_000)
_REGIONS: BoundedCache[Mapping[str, Mapping[float, RegionNeed]]] = BoundedCache(
    64, 16 * MIB, lambda found: 500 * (1 + len(found))
)
_PACKAGES: BoundedCache[Package] = BoundedCache(64, 8 * MIB, lambda _: 16_000)


def held_central(goal: Goal) -> Solution | None:
    """Return the answer of a single run where it is known."""
    return _CENTRAL.peek(goal.key)


def held_likely(goal: Goal, probability: float, paths: int, seed: int) -> LikelySolution | None:
    """Return the answer with a probability where it is known."""
    return _LIKELY.peek((*goal.key, probability, bounded(paths), seed))


def held_rates(goal: Goal) -> xr.Dataset | None:
    """Return the grid of values by years where it is known: ``payable_months`` (rate, year)."""
    return _RATES.peek(("rates", *_rates_key(goal)))


def held_needed(goal: Goal) -> xr.Dataset | None:
    """Return the values that so many months need where they are known: ``rate_needed`` (months, year)."""
    return _RATES.peek(("needed", *_rates_key(goal)))


def held_regions(
    goal: Goal, probability: float, paths: int, seed: int
) -> Mapping[str, Mapping[float, RegionNeed]] | None:
    """Return what every region needs where it is known, by region and probability."""
    return _REGIONS.peek(_regions_key(goal, probability, paths, seed))


def held_package(goal: Goal, costs: Mapping[str, float]) -> Package | None:
    """Return the least-cost package where it is known."""
    return _PACKAGES.peek((*goal.key, tuple(sorted(costs.items()))))


def bounded(paths: int) -> int:
    """Return the paths that a goal seek of a page runs."""
    return min(max(paths, FEWEST_PATHS), MOST_PATHS)


def _rates_key(goal: Goal) -> tuple[object, ...]:
    """Return what a grid rests on: with the target too, as its steps are wide enough to hold the answer."""
    return *goal.key, goal.ledger, goal.year


def _regions_key(goal: Goal, probability: float, paths: int, seed: int) -> tuple[object, ...]:
    return (*replace(goal, region="").key, probability, bounded(paths), seed)


def central(goal: Goal) -> Work:
    """Return the work of the answer of a single run, and of the grid of values by years beside it."""

    def work(progress: Callable[[int, int], None], stop: threading.Event) -> Solution | None:
        progress(0, 2)
        found = _CENTRAL.get(goal.key, lambda: _solve(goal))
        progress(1, 2)
        if not stop.is_set() and held_rates(goal) is None:
            _RATES.get(("rates", *_rates_key(goal)), lambda: _rates(goal, ()))
        progress(2, 2)
        return found

    return work


def _solve(goal: Goal) -> Solution:
    from poolcast.outlook.solving import solve

    return solve(goal.loaded.calibrated, goal.unknown, goal.condition, region=goal.region, base_scenario=goal.scenario)


def likely(goal: Goal, probability: float, paths: int, seed: int) -> Work:
    """Return the work of what every region needs, with the odds and at even odds, and then of the goal seek itself.

    Parameters
    ----------
    goal : Goal
    probability : float
    paths, seed : int
        Between `FEWEST_PATHS` and `MOST_PATHS` paths are run.
    """
    count = bounded(paths)
    alone = len(goal.loaded.assumptions.region_codes) == 1
    odds = sorted({*(PROBABILITIES if alone else (EVEN,)), probability})
    steps = 2 * len(odds) + 3

    def work(progress: Callable[[int, int], None], stop: threading.Event) -> bool:
        found = made_once(
            _REGIONS,
            _regions_key(goal, probability, paths, seed),
            lambda tell: _seek_regions(goal, odds, count, seed, tell),
            lambda finished, _total: progress(finished, steps),
            stop,
        )
        if found is None:
            return False
        progress(steps - 1, steps)
        if stop.is_set():
            return False
        _LIKELY.get((*goal.key, probability, count, seed), lambda: _seek(goal, probability, count, seed))
        progress(steps, steps)
        return True

    return work


def _seek(goal: Goal, probability: float, paths: int, seed: int) -> LikelySolution:
    from poolcast.uncertainty.seeking import seek

    return seek(
        goal.loaded.calibrated,
        goal.unknown,
        goal.condition,
        probability=probability,
        paths=paths,
        seed=seed,
        region=goal.region,
        base_scenario=goal.scenario,
    )


def _seek_regions(
    goal: Goal, odds: Sequence[float], paths: int, seed: int, progress: Callable[[int, int], None]
) -> Mapping[str, Mapping[float, RegionNeed]]:
    from poolcast.uncertainty.seeking_regions import seek_regions

    return seek_regions(
        goal.loaded.calibrated,
        goal.unknown,
        goal.straight_condition,
        probabilities=odds,
        paths=paths,
        seed=seed,
        base_scenario=goal.scenario,
        progress=progress,
    )


def grid_years(loaded: LoadedSet, year: int) -> list[int]:
    """Return the years of the grid: from the second projected one on, wider apart later, the target year among them."""
    first, last = loaded.base_year + 2, loaded.last_year
    wanted = {first, first + 1, first + 3, first + 6, first + 9, year}
    later = {one for one in range(loaded.base_year + 5, last + 1) if one % 10 == 0}
    return sorted({one for one in wanted | {min(later, default=last)} if first <= one <= last} | {year})


def rate_steps(unknown: Unknown, answer: float | None = None) -> list[float]:
    """Return the values of the grid: round steps around the present one, wide enough to hold the answer."""
    low, high = unknown.bounds
    step = 0.005 if unknown.unit in ("fraction", "rate_per_year") else _round_step(unknown)
    above, below = 5, 3
    if answer is not None and np.isfinite(answer):
        while abs(answer - unknown.present) > 5 * step:
            step *= 2
        above, below = (5, 3) if answer >= unknown.present else (3, 5)
    values = {round(min(max(unknown.present + number * step, low), high), 10) for number in range(-below, above + 1)}
    return sorted(values)


def _round_step(unknown: Unknown) -> float:
    wanted = max(abs(unknown.present), 1e-9) / 20
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(min((power * one for one in (1, 2, 5, 10)), key=lambda one: abs(one - wanted)))


def _rates(goal: Goal, months: Sequence[float]) -> xr.Dataset:
    from poolcast.uncertainty.grids import rate_by_months

    answer = held_central(goal)
    asked = None if answer is None else answer.value
    years = grid_years(goal.loaded, goal.year) if not months else _target_years(goal)
    return rate_by_months(
        goal.loaded.calibrated,
        goal.scenario,
        unknown=goal.unknown,
        ledger=goal.ledger,
        region=goal.region,
        years=years,
        months=months,
        rates=rate_steps(goal.found_unknown(), asked),
    )


def _target_years(goal: Goal) -> list[int]:
    first, last = goal.loaded.base_year + 2, goal.loaded.last_year
    return sorted({min(max(goal.year + shift, first), last) for shift in (-5, 0, 5)})


def needed(goal: Goal) -> Work:
    """Return the work of the table of months by target year: which value each needs."""

    def work(progress: Callable[[int, int], None], stop: threading.Event) -> xr.Dataset:
        progress(0, 1)
        found = _RATES.get(("needed", *_rates_key(goal)), lambda: _rates(goal, MONTHS_WANTED))
        progress(1, 1)
        return found

    return work


def package(goal: Goal, costs: Mapping[str, float]) -> Work:
    """Return the work of the least-cost package: several unknowns, each with the cost of a unit of change."""
    from poolcast.outlook.packages import solve_package

    def work(progress: Callable[[int, int], None], stop: threading.Event) -> Package:
        progress(0, 1)
        found = _PACKAGES.get(
            (*goal.key, tuple(sorted(costs.items()))),
            lambda: solve_package(
                goal.loaded.calibrated,
                dict(costs),
                goal.condition,
                region=goal.region,
                base_scenario=goal.scenario,
            ),
        )
        progress(1, 1)
        return found

    return work


def clear() -> None:
    """Forget everything."""
    for cache in (_CENTRAL, _LIKELY, _RATES, _REGIONS, _PACKAGES):
        cache.clear()
