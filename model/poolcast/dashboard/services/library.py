"""What a set holds, in the words and the order of the bar, and the titles of what can be picked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.projections import Projected
from poolcast.dashboard.services.scenarios import presets, scenario_of
from poolcast.dashboard.services.sets import LEDGER_ORDER, LoadedSet, ledger_name, set_names
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import SET_FILE, available_scenarios, available_sets
from poolcast.parameters.set_file import SetFile, read_set_file
from poolcast.scenarios.scenario import Scenario

__all__ = ["SetSummary", "pools_of", "scenario", "scenario_titles", "set_names", "summary_of", "summary_of_loaded"]


@dataclass(frozen=True)
class SetSummary:
    """What a set holds.

    Parameters
    ----------
    name : str
        Name of the set.
    title, short : Words
        Its title, and a shorter one for the bar.
    base_year, last_year, longest : int
        Last closed year; usual and latest last year of a projection.
    synthetic : bool
        Whether it holds made-up data.
    regions : dict of str to Words
        Projected regions.
    places : dict of str to Words
        Parents and pools, some of which may hold accounts under some scenario.
    ledgers : dict of str to Words
        Ledgers held, the pooled funds first.
    tiles : dict of str to (column, row)
        Places of the regions on a tile map.
    """

    name: str
    title: Words
    short: Words
    base_year: int
    last_year: int
    longest: int
    synthetic: bool
    regions: dict[str, Words]
    places: dict[str, Words]
    ledgers: dict[str, Words]
    tiles: dict[str, tuple[int, int]] = field(default_factory=dict)

    def name_of(self, code: str) -> Words:
        """Return the name of a region, parent or pool; its code where it is of none."""
        return self.regions.get(code) or self.places.get(code) or Words(code, code)


def summary_of(name: str) -> SetSummary:
    """Return what a named set holds, from its ``set.yaml`` alone.

    Raises
    ------
    AssumptionError
        Where ``set.yaml`` is broken.
    """
    folder = available_sets()[name]
    return _summary(str(folder), (folder / SET_FILE).stat().st_mtime_ns)


def short_title(name: str) -> Words:
    """Return the short title of a named set; its name where ``set.yaml`` is broken, which nothing else hangs on."""
    try:
        return summary_of(name).short
    except AssumptionError:
        return Words(f"⚠ {name}", f"⚠ {name}")


@lru_cache(maxsize=64)
def _summary(folder: str, _stamp: int) -> SetSummary:
    problems: list[Problem] = []
    read = read_set_file(Path(folder), problems)
    if read is None or problems:
        raise AssumptionError(problems)
    return _of(read)


def _of(read: SetFile) -> SetSummary:
    return SetSummary(
        name=read.name,
        title=read.title,
        short=read.short or read.title,
        base_year=read.base_year,
        last_year=read.last_year,
        longest=read.longest,
        synthetic=read.synthetic,
        regions={region.code: region.name for region in read.regions},
        places={one.code: one.name for one in read.parents} | {one.code: one.name for one in read.pools},
        ledgers={code: ledger_name(code) for code in LEDGER_ORDER if code in read.ledgers},
        tiles=dict(read.tiles),
    )


def summary_of_loaded(loaded: LoadedSet) -> SetSummary:
    """Return what a set of a session holds: one that is edited keeps the places of the set below it.

    One that a reader sent says itself what it holds; only the tile map is that of a set of its name and regions.
    """
    held = loaded.assumptions
    named = summary_of(loaded.name) if loaded.name in available_sets() else None
    alike = named is not None and (tuple(named.regions), named.base_year) == (held.region_codes, held.base_year)
    if named is not None and alike and not loaded.sent:
        ledgers = {code: words for code, words in named.ledgers.items() if code in held.ledgers}
        return replace(named, title=loaded.title, short=loaded.title, ledgers=ledgers, synthetic=held.synthetic)
    return SetSummary(
        name=loaded.name,
        title=loaded.title,
        short=loaded.title,
        base_year=held.base_year,
        last_year=held.last_year,
        longest=held.last_year,
        synthetic=held.synthetic,
        regions={region.code: region.name for region in held.regions},
        places={one.code: one.name for one in held.parents} | {one.code: one.name for one in held.pools},
        ledgers={code: ledger_name(code) for code in LEDGER_ORDER if code in held.ledgers},
        tiles=named.tiles if named is not None and alike else {},
    )


def scenario_titles() -> dict[str, Words]:
    """Return the titles of the scenarios that can be picked beside the baseline; a broken file is left out."""
    return {preset.id: preset.title for preset in presets()}


def scenario(name: str) -> Scenario:
    """Return the baseline or a scenario of the library by name, read again only when its file changes.

    Raises
    ------
    ScenarioError
        Where there is none of that name, or its file is broken.
    """
    path = available_scenarios().get(name)
    return _scenario(name, 0 if path is None else path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _scenario(name: str, _stamp: int) -> Scenario:
    return scenario_of(name)


_POOLS: BoundedCache[frozenset[str]] = BoundedCache(256, 2**20, lambda found: 100 * (1 + len(found)))


def pools_of(item: Projected) -> frozenset[str]:
    """Return the codes of the pools that hold an account of some ledger in a projection."""

    def find() -> frozenset[str]:
        pools = item.forecast.sel(region=item.forecast.kind == "pool")
        holds = ((pools.expenditure.fillna(0) != 0) | (pools.reserve.fillna(0) != 0)).any(("year", "ledger"))
        return frozenset(str(code) for code in pools.region.values[holds.values])

    return _POOLS.get(item.key, find)
