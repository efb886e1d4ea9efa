"""From given cells to complete arrays: which level a region takes its values from, and the years between and beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Array
from poolcast.parameters.declaration import Between, Beyond, Parameter
from poolcast.parameters.rows import Cells, SetRows, place_shape
from poolcast.parameters.selectors import ALL

Integers = NDArray[np.intp]


def fill_years(given_years: Integers, given: Array, years: Integers, between: Between, beyond: Beyond) -> Array:
    """Fill the years between given years and beyond the last; NaN before the first.

    Parameters
    ----------
    given_years : array (given,)
        Years with values, increasing.
    given : array (given, cell)
        Their values.
    years : array (year,)
        Years wanted.
    between : {"linear", "step"}
        Straight line between two given years, or the value of the earlier one.
    beyond : {"hold", "grow"}
        The last value, or its growth from the last given year but one going on; held where there is no such rate
        (a single year, a zero, a change of sign).

    Returns
    -------
    array (year, cell)
    """
    after = np.searchsorted(given_years, years, side="right")
    low = np.clip(after - 1, 0, None)
    high = np.clip(after, None, len(given_years) - 1)
    filled: Array = given[low]
    if between == "linear":
        span = np.maximum(given_years[high] - given_years[low], 1)
        weight = (years - given_years[low]) / span
        inside = (high > low) & (weight > 0)
        rows = np.flatnonzero(inside)
        filled[rows] += weight[rows, np.newaxis] * (given[high[rows]] - given[low[rows]])
    if beyond == "grow" and len(given_years) > 1:
        late = np.flatnonzero(years > given_years[-1])
        ratio = given[-1] / np.where(given[-2] == 0, np.nan, given[-2])
        growth = np.where(ratio > 0, ratio, 1.0) ** (1.0 / (given_years[-1] - given_years[-2]))
        filled[late] = given[-1] * growth ** (years[late] - given_years[-1])[:, np.newaxis]
    filled[after == 0] = np.nan
    return filled


def fill_parameter(parameter: Parameter, cells: Cells, level_count: int, size: int, years: Integers) -> Array:
    """Return the values of a parameter at every level of a set.

    Parameters
    ----------
    parameter : Parameter
        The declaration.
    cells : Cells
        What the tables give.
    level_count, size : int
        Number of levels (regions, parents, ``all``) and of cells on the axes other than region and year.
    years : array (year,)
        Years of the year axis.

    Returns
    -------
    array (level, year, place)
        One year where the parameter has none; NaN where nothing is given.
    """
    columns = cells.level * size + cells.place
    if not parameter.is_dated:
        flat = np.full(level_count * size, np.nan)
        flat[columns] = cells.value
        return flat.reshape(level_count, 1, size)
    given_years = np.unique(cells.year)
    given = np.full((len(given_years), level_count * size), np.nan)
    given[np.searchsorted(given_years, cells.year), columns] = cells.value
    result = np.full((len(years), level_count * size), np.nan)
    if parameter.layer == "accounts":
        within = np.isin(given_years, years)
        result[np.searchsorted(years, given_years[within])] = given[within]
    else:
        present = np.zeros(given.shape, dtype=bool)
        present[np.searchsorted(given_years, cells.year), columns] = True
        for chosen_years, chosen in _same_years(present):
            values = given[np.ix_(chosen_years, chosen)]
            filled = fill_years(given_years[chosen_years], values, years, parameter.between, parameter.beyond)
            result[:, chosen] = filled
    by_level: Array = np.moveaxis(result.reshape(len(years), level_count, size), 0, 1)
    return by_level


def carry_back(filled: Array) -> Array:
    """Return values in which the years before the first given one hold its value.

    Only for what is borrowed from a set that begins later: its first value is the nearest that there is.

    Parameters
    ----------
    filled : array (level, year, place)
        NaN before the first given year.
    """
    given = ~np.isnan(filled)
    first = np.argmax(given, axis=1)
    values = np.take_along_axis(filled, first[:, np.newaxis, :], axis=1)
    early = np.arange(filled.shape[1])[:, np.newaxis] < first[:, np.newaxis, :]
    carried: Array = np.where(early, values, filled)
    return carried


def _same_years(present: NDArray[np.bool_]) -> list[tuple[Integers, Integers]]:
    """Group the columns that are given in the same years: (positions of the years, columns)."""
    columns = np.flatnonzero(present.any(axis=0))
    packed = np.packbits(present[:, columns], axis=0)
    keys = np.ascontiguousarray(packed.T).view(np.dtype((np.void, packed.shape[0]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    return [
        (np.flatnonzero(present[:, columns[start]]), columns[group == number]) for number, start in enumerate(first)
    ]


@dataclass(frozen=True)
class Block:
    """Where a region takes the values of a parameter from: a level of a set, perhaps of the set it is based on."""

    origin: SetRows
    level: str
    borrowed: bool


class Origins:
    """A set and the set it is based on: finds, for a parameter and a region, the one block of values that holds.

    Parameters
    ----------
    rows : SetRows
        Rows of the set.
    base : Origins or None
        The set named in ``based_on``.
    """

    def __init__(self, rows: SetRows, base: Origins | None = None) -> None:
        self.rows = rows
        self.base = base
        self.levels = rows.set_file.levels
        self.codes = list(self.levels)
        self._given: dict[str, tuple[frozenset[int], bool]] = {}

    def block(self, parameter: Parameter, code: str) -> Block | None:
        """Return the block of a region: its own, its parents', that for all, that of the set it is based on."""
        given, zero_for_all = self._levels_given(parameter)
        chain = self.rows.set_file.chains[code] if "region" in parameter.dimensions else (ALL,)
        if parameter.is_extensive:
            chain = (code, ALL) if zero_for_all else (code,)
        for level in chain:
            if self.levels[level] in given:
                return Block(self.rows, level, False)
        if self.base is None:
            return None
        regions = self.base.rows.set_file.regions
        base_code = regions[0].code if len(regions) == 1 else code
        if parameter.is_extensive and not self.base._levels_given(parameter)[1]:
            return None
        found = self.base.block(parameter, base_code)
        if found is None or (parameter.is_extensive and found.level != ALL):
            return None
        return Block(found.origin, found.level, True)

    def _levels_given(self, parameter: Parameter) -> tuple[frozenset[int], bool]:
        """Return the levels with values, and whether there is a block for all regions that is zero throughout."""
        if parameter.name not in self._given:
            cells = self.rows.cells.get(parameter.name)
            if cells is None:
                self._given[parameter.name] = (frozenset(), False)
            else:
                for_all = cells.value[cells.level == len(self.levels) - 1]
                self._given[parameter.name] = (
                    frozenset(np.unique(cells.level).tolist()),
                    len(for_all) > 0 and not for_all.any(),
                )
        return self._given[parameter.name]


def assemble(parameter: Parameter, blocks: Sequence[Block | None], years: Integers, filled: dict[int, Array]) -> Array:
    """Put the blocks of the regions together, axes as declared.

    Parameters
    ----------
    parameter : Parameter
        The declaration.
    blocks : sequence of Block or None
        For each projected region, or one for a parameter without a region axis.
    years : array (year,)
        Years of the year axis.
    filled : dict
        Values by level of the sets that the blocks come from, by the identity of the set.
    """
    region_count = len(blocks) if "region" in parameter.dimensions else 0
    shape = place_shape(parameter, region_count)
    size = int(np.prod(shape, dtype=np.intp))
    result = np.full((len(blocks), len(years) if parameter.is_dated else 1, size), np.nan)
    for number, block in enumerate(blocks):
        if block is None:
            continue
        values = filled[id(block.origin)][block.origin.set_file.levels[block.level]]
        if values.shape[1] == size:
            result[number] = values
        elif not np.isnan(values).any() and not values.any():
            result[number] = 0.0  # a zero for all regions of a set with another number of regions
    axes = ["region", "year", *(axis for axis in parameter.dimensions if axis not in ("region", "year"))]
    full = result.reshape((len(blocks), result.shape[1], *shape))
    absent = tuple(position for position, axis in enumerate(axes[:2]) if axis not in parameter.dimensions)
    full = full.reshape(tuple(length for position, length in enumerate(full.shape) if position not in absent))
    order = [axis for axis in axes if axis in parameter.dimensions]
    return np.array(full.transpose([order.index(axis) for axis in parameter.dimensions]), order="C")
