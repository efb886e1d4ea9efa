"""Pools: who holds a ledger, and the adjustment fund between regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions, Region

Array = NDArray[np.float64]

_POOLED_LEDGERS = {"employee_pool": ("EPF",), "resident_pool": ("RPF", "CII")}


def recognised_gap(revenue: Array, expenditure: Array, opening: Array, minimum_months: float) -> Array:
    """Return the gap that an adjustment fund recognises (handbook 1.4).

    ``Gap = max(0, X - R - max(0, F_{t-1} - n_min X / 12))``: own reserves above the minimum count first.
    """
    usable = np.maximum(opening - minimum_months * expenditure / 12, 0.0)
    result: Array = np.maximum(expenditure - revenue - usable, 0.0)
    return result


def adjustment_grants(wanted: Array, share: float, available: Array) -> Array:
    """Return the grants of an adjustment fund: a share of every gap, cut evenly where the fund does not reach.

    ``S_j = sigma Gap_j e_j min(1, available / sum sigma Gap e)`` (handbook 1.4).

    Parameters
    ----------
    wanted : array (..., region), yuan
        Recognised gaps times the enforcement coefficient.
    share : float
        sigma.
    available : array (...), yuan
        Opening adjustment fund and this year's pay-ins.

    Examples
    --------
    >>> adjustment_grants(np.array([50.0, 30.0]), 0.8, np.array(32.0))
    array([20., 12.])
    """
    asked = share * wanted
    total = asked.sum(-1)
    scale = np.minimum(np.divide(np.maximum(available, 0.0), total, out=np.ones_like(total), where=total > 0), 1.0)
    result: Array = asked * scale[..., None]
    return result


def _members_of(values: Array, members: NDArray[np.int64]) -> Array:
    """Return the members of a pool from an array (path, region, ...); neighbours need not be looked up one by one."""
    first, last = int(members[0]), int(members[-1])
    if len(members) == last - first + 1 and (np.diff(members) == 1).all():
        result: Array = values[:, first : last + 1]
        return result
    return values[:, members]


@dataclass(frozen=True)
class Holders:
    """Who holds ledgers: the projected regions, then the pools above them.

    Parameters
    ----------
    units : tuple of Region
        Regions in the order of the region axis, then pools.
    regions : int
        Number of regions.
    pools : dict of int to array
        Positions of the members of each pool, by the position of the pool.
    shared : frozenset of str
        Ledgers that pools hold in place of their members.
    common : dict of int to array
        Positions of the member regions of each pool across provinces, by the position of the pool. Such a pool holds
        its adjustment fund only.
    """

    units: tuple[Region, ...]
    regions: int
    pools: dict[int, NDArray[np.int64]]
    shared: frozenset[str]
    common: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of holders."""
        return len(self.units)

    @classmethod
    def of(cls, assumptions: Assumptions) -> Holders:
        """Return the holders that the pooling options of a set ask for."""
        shared = frozenset(
            ledger
            for option, ledgers in _POOLED_LEDGERS.items()
            if assumptions.options[option] == "parent"
            for ledger in ledgers
        )
        if not shared and "ADJ" not in assumptions.ledgers:
            return cls(assumptions.regions, len(assumptions.regions), {}, shared)
        by_code = {region.code: region for region in assumptions.parents}
        codes = [None if region.own_pool else region.parent for region in assumptions.regions]
        parents = [by_code[code] for code in dict.fromkeys(codes) if code in by_code]
        first = len(assumptions.regions)
        pools = {
            first + number: np.array([position for position, code in enumerate(codes) if code == parent.code])
            for number, parent in enumerate(parents)
        }
        opened = assumptions.pools if assumptions.option("cross_province_pool") != "none" else ()
        units = (*assumptions.regions, *parents)
        common = {len(units) + number: np.array(assumptions.regions_of(pool)) for number, pool in enumerate(opened)}
        across = tuple(Region(pool.code, pool.name, projected=False) for pool in opened)
        return cls((*units, *across), first, pools, shared, common)

    def pool_of_each(self) -> list[str]:
        """Return for every holder the code of the pool that it belongs to; empty for none and for pools."""
        return self._codes(self.pools)

    def common_pool_of_each(self) -> list[str]:
        """Return for every holder the code of the pool across provinces that it belongs to; empty for none."""
        return self._codes(self.common)

    def _codes(self, pools: dict[int, NDArray[np.int64]]) -> list[str]:
        codes = [""] * self.count
        for pool, members in pools.items():
            for member in members:
                codes[member] = self.units[pool].code
        return codes

    def total(self, values: Array) -> Array:
        """Append the sums of the members of each pool to an array (path, region, ...).

        A pool across provinces has no account of what its members book: it gets zeros.
        """
        if not self.pools and not self.common:
            return values.copy()
        result = np.zeros((values.shape[0], self.count, *values.shape[2:]))
        result[:, : self.regions] = values
        for pool, members in self.pools.items():
            result[:, pool] = _members_of(values, members).sum(1)
        return result

    def total_of_all(self, values: Array) -> Array:
        """Append the sums over the members of every pool, those across provinces inside, to (path, region, ...)."""
        result = self.total(values)
        for pool, members in self.common.items():
            result[:, pool] = values[:, members].sum(1)
        return result

    def mean(self, values: Array) -> Array:
        """Append the means of the members of each pool to an array (path, region, ...); one region serves all."""
        if not self.pools and not self.common:
            return values.copy()
        if values.shape[1] == 1:
            return np.repeat(values, self.count, axis=1)
        groups = (*self.pools.values(), *self.common.values())
        means = [values[:, members].mean(1, keepdims=True) for members in groups]
        return np.concatenate([values, *means], axis=1)

    def keepers(self, ledger: str, regions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return who keeps a ledger of some regions: the regions themselves, or the pools that hold it for them."""
        if ledger not in self.shared:
            return regions
        above = {int(member): pool for pool, members in self.pools.items() for member in members}
        return np.array(list(dict.fromkeys(above.get(int(region), int(region)) for region in regions)))

    def all_members(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Append to flags (region, ...) whether they hold for every member of a pool."""
        groups = (*self.pools.values(), *self.common.values())
        return np.concatenate([flags, *(flags[members].all(0, keepdims=True) for members in groups)])

    def pad(self, values: Array) -> Array:
        """Append zeros for the pools to an array (path, region, ...)."""
        zeros = np.zeros((values.shape[0], self.count - self.regions, *values.shape[2:]))
        return np.concatenate([values, zeros], axis=1)

    def keeps(self, ledgers: Sequence[str]) -> NDArray[np.bool_]:
        """Return who keeps the reserve of which ledger (holder, ledger)."""
        result = np.zeros((self.count, len(ledgers)), dtype=bool)
        pooled = np.zeros(self.regions, dtype=bool)
        for members in self.pools.values():
            pooled[members] = True
        for number, ledger in enumerate(ledgers):
            is_shared = ledger in self.shared
            result[: self.regions, number] = (~pooled) | (not is_shared) if ledger != "ADJ" else False
            result[self.regions :, number] = is_shared or ledger == "ADJ"
            result[list(self.common), number] = ledger == "ADJ"
        return result
