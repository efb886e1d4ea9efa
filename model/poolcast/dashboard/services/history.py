"""History: the accounts from before the base year and of it, as the tables of a set print them.

Of a set that a reader sent no table is kept, and what he has edited stands in none: there the values that the set holds
are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.location import available_sets
from poolcast.parameters.reading import load_observations

Series = Mapping[int, float]
FLOWS = ("revenue", "expenditure", "reserve")
MEMBERS = "members"
_PAYING = ("active", "flexible", "unemployed", "paying_past_retirement")


@dataclass(frozen=True)
class History:
    """Accounts by year up to the base year.

    Parameters
    ----------
    values : mapping of (measure, region, ledger) to {year: yuan}
        Revenue, expenditure and reserve.
    members : mapping of (region, status) to {year: persons}
    """

    values: Mapping[tuple[str, str, str], Series] = field(default_factory=dict, repr=False)
    members: Mapping[tuple[str, str], Series] = field(default_factory=dict, repr=False)

    def of(self, measure: str, region: str, ledger: str) -> Series:
        """Return a measure by year: revenue, expenditure, balance, reserve, payable_months or dependency_ratio."""
        if measure == "balance":
            got, spent = self.of("revenue", region, ledger), self.of("expenditure", region, ledger)
            return {year: got[year] - spent[year] for year in got if year in spent}
        if measure == "payable_months":
            spent, left = self.of("expenditure", region, ledger), self.of("reserve", region, ledger)
            return {year: 12 * left[year] / spent[year] for year in left if spent.get(year, 0) > 0}
        if measure == "dependency_ratio":
            return self._dependency(region)
        return self.values.get((measure, region, ledger), {})

    def _dependency(self, region: str) -> Series:
        """Contributing over retired members; only of years in which every group is known."""
        retired = self.members.get((region, "retired"), {})
        groups = [self.members.get((region, status), {}) for status in _PAYING]
        return {
            year: sum(group[year] for group in groups) / number
            for year, number in retired.items()
            if number > 0 and all(year in group for group in groups)
        }

    def first_year(self, measure: str, region: str, ledger: str) -> int | None:
        """Return the first year of which a measure is known."""
        return min(self.of(measure, region, ledger), default=None)


_HISTORIES: BoundedCache[History] = BoundedCache(
    16, 2**25, lambda found: 200 * sum(len(series) for series in (*found.values.values(), *found.members.values()))
)


def history(loaded: LoadedSet) -> History:
    """Return the accounts of a set as its tables print them; where there are none, or were edited, as it holds them."""
    return _HISTORIES.get((loaded.name, loaded.assumptions.base_year, loaded.digest), lambda: _read(loaded))


def _read(loaded: LoadedSet) -> History:
    base = loaded.base_year
    values: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    members: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    changed = {edit.parameter for edit in loaded.edits}
    has_tables = not loaded.sent and loaded.name in available_sets()
    for measure in (*FLOWS, MEMBERS):
        name = f"accounts.{measure}"
        rows = _printed(loaded.name, name) if has_tables else []
        if not has_tables or name in changed:
            rows = [*rows, *_held(loaded, name)]
        for region, year, member, value in rows:
            if year > base:
                continue
            if measure == MEMBERS:
                members[region, member][year] = value
            else:
                values[measure, region, member][year] = value
    return History(dict(values), dict(members))


def _printed(name: str, parameter: str) -> list[tuple[str, int, str, float]]:
    """Return region, year, ledger or status, and value of the rows of the tables."""
    rows = load_observations(name, parameter)
    member = PARAMETERS[parameter].dimensions[-1]
    found = rows[["region", "year", member, "value"]].itertuples(index=False)
    return [(str(region), int(year), str(one), float(value)) for region, year, one, value in found]


def _held(loaded: LoadedSet, parameter: str) -> list[tuple[str, int, str, float]]:
    """Return the same of the values that a set holds in memory (region, year, ledger or status)."""
    held = loaded.assumptions
    if parameter not in held:
        return []
    axes = [held.axis_members(axis) for axis in PARAMETERS[parameter].dimensions]
    places = np.argwhere(np.isfinite(held[parameter]))
    found = []
    for place in places.tolist():
        region, year, member = (axis[number] for axis, number in zip(axes, place, strict=True))
        found.append((str(region), int(year), str(member), float(held[parameter][tuple(place)])))
    return found
