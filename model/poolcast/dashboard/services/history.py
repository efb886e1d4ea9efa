"""History: the accounts from before the base year and of it, as the tables of a set print them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.parameters.location import available_sets
from poolcast.parameters.reading import load_observations

Series = Mapping[int, float]
FLOWS = ("revenue", "expenditure", "reserve")
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
    """Return the accounts of a set; of an uploaded set, whose tables lie nowhere, there are none."""
    if loaded.name not in available_sets():
        return History()
    return _HISTORIES.get((loaded.name, loaded.assumptions.base_year, loaded.digest), lambda: _read(loaded))


def _read(loaded: LoadedSet) -> History:
    base = loaded.base_year
    values: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    members: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for measure in FLOWS:
        rows = load_observations(loaded.name, f"accounts.{measure}")
        for region, year, ledger, value in rows[["region", "year", "ledger", "value"]].itertuples(index=False):
            if int(year) <= base:
                values[measure, str(region), str(ledger)][int(year)] = float(value)
    rows = load_observations(loaded.name, "accounts.members")
    for region, year, status, value in rows[["region", "year", "status", "value"]].itertuples(index=False):
        if int(year) <= base:
            members[str(region), str(status)][int(year)] = float(value)
    return History(dict(values), dict(members))
