"""What would clear a warning: one way after the other in a job, each kept by content as soon as it is found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from poolcast.budget.warning_clearing import Clearing, ways_to_clear
from poolcast.budget.warning_results import EarlyWarning
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.jobs import Jobs
from poolcast.dashboard.services.sets import MIB, LoadedSet
from poolcast.parameters.errors import PoolcastError
from poolcast.scenarios.scenario import Scenario


@dataclass(frozen=True)
class Way:
    """One thing that was tried.

    Parameters
    ----------
    unknown : str
        What may change, in the words of the solver.
    clearing : Clearing or None
        What came of it; None where it could not be tried.
    error : PoolcastError or None
        Why not.
    """

    unknown: str
    clearing: Clearing | None = None
    error: PoolcastError | None = None


_WAYS: BoundedCache[Way] = BoundedCache(256, 8 * MIB, lambda _: 20_000)


def can_be_cleared(warning: EarlyWarning) -> bool:
    """Return whether there is anything to try: alerts of months are answered by the outlook of the year."""
    return warning.rule.kind != "execution" and bool(warning.rule.tried(warning.ledger))


def _key(loaded: LoadedSet, scenario: Scenario, warning: EarlyWarning, unknown: str) -> Hashable:
    fund = (warning.region, warning.ledger, warning.rule.id, warning.year)
    return (loaded.digest, scenario.digest, scenario.name, *fund, unknown)


def held_ways(loaded: LoadedSet, scenario: Scenario, warning: EarlyWarning) -> tuple[Way, ...]:
    """Return what has been tried so far, in the order of the rule."""
    tried = (_WAYS.peek(_key(loaded, scenario, warning, one)) for one in warning.rule.tried(warning.ledger))
    return tuple(way for way in tried if way is not None)


def request_ways(jobs: Jobs, session: str, loaded: LoadedSet, scenario: Scenario, warning: EarlyWarning) -> str:
    """Return the id of the job that tries what has not been tried yet; the earlier one of the session is ended."""

    def work(progress: Callable[[int, int], None], stop: threading.Event) -> tuple[Way, ...]:
        return find_ways(loaded, scenario, warning, progress, stop)

    return jobs.submit(session, "clear", work)


def find_ways(
    loaded: LoadedSet,
    scenario: Scenario,
    warning: EarlyWarning,
    progress: Callable[[int, int], None] | None = None,
    stop: threading.Event | None = None,
) -> tuple[Way, ...]:
    """Try every unknown of a rule by itself, each with the smallest change that makes the rule quiet."""
    tried = warning.rule.tried(warning.ledger)
    for number, unknown in enumerate(tried):
        if progress is not None:
            progress(number, len(tried))
        if stop is not None and stop.is_set():
            break
        _WAYS.get(_key(loaded, scenario, warning, unknown), lambda one=unknown: _try(loaded, scenario, warning, one))  # type: ignore[misc]
    if progress is not None:
        progress(len(tried), len(tried))
    return held_ways(loaded, scenario, warning)


def _try(loaded: LoadedSet, scenario: Scenario, warning: EarlyWarning, unknown: str) -> Way:
    try:
        found = next(iter(ways_to_clear(warning, loaded.assumptions, scenario, unknowns=[unknown])))
    except PoolcastError as error:
        return Way(unknown, error=error)
    return Way(unknown, found)


def clear() -> None:
    """Forget everything that was tried."""
    _WAYS.clear()
