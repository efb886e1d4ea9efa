"""The library: which sets and scenarios there are, and what a set holds, read without projecting anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import AssumptionError, PoolcastError, Problem
from poolcast.parameters.location import available_scenarios, available_sets, find_set
from poolcast.parameters.set_file import SetFile, read_set_file
from poolcast.reporting.outcome import DISPLAY_ORDER
from poolcast.reporting.words import LEDGER_NAMES
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario


@dataclass(frozen=True)
class SetSummary:
    """What a set holds.

    Parameters
    ----------
    name : str
        Name of the set.
    title : Words
        Its title.
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


def set_names() -> list[str]:
    """Return the names of the sets that can be opened, real ones first."""
    return sorted(available_sets(), key=lambda name: (name != "china", name))


def summary_of(name: str) -> SetSummary:
    """Return what a set holds.

    Raises
    ------
    AssumptionError
        Where there is no such set, or its ``set.yaml`` is broken.
    """
    folder = find_set(name)
    return _summary(str(folder), (folder / "set.yaml").stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _summary(folder: str, _stamp: int) -> SetSummary:
    problems: list[Problem] = []
    read = read_set_file(Path(folder), problems)
    if read is None or problems:
        raise AssumptionError(problems)
    return _of(read)


def _of(read: SetFile) -> SetSummary:
    places = {region.code: region.name for region in read.parents} | {pool.code: pool.name for pool in read.pools}
    chinese = AXES["ledger"].member_labels_zh
    order = [code for code in DISPLAY_ORDER if code in read.ledgers]
    return SetSummary(
        name=read.name,
        title=read.title,
        base_year=read.base_year,
        last_year=read.last_year,
        longest=read.longest,
        synthetic=read.synthetic,
        regions={region.code: region.name for region in read.regions},
        places=places,
        ledgers={code: Words(LEDGER_NAMES[code], chinese[code]) for code in order},
        tiles={region.code: tile for region in read.regions if (tile := getattr(region, "tile", None))},
    )


def scenario_titles() -> dict[str, Words]:
    """Return the titles of the scenarios that can be picked beside the baseline; a broken file is left out."""
    found = {}
    for name, path in available_scenarios().items():
        if name != "baseline" and (scenario := _scenario(str(path), path.stat().st_mtime_ns)) is not None:
            found[name] = scenario.title
    return found


@lru_cache(maxsize=256)
def _scenario(path: str, _stamp: int) -> Scenario | None:
    try:
        return load_scenario(path)
    except PoolcastError:
        return None
