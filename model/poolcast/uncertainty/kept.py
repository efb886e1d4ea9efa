"""What a simulation keeps of every path: chosen measures, flattened to one row of numbers a path."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.catalogue_of_measures import Measure, chosen_measures
from poolcast.projection.engine import Projection
from poolcast.projection.forecast import label
from poolcast.uncertainty.plain_reader import PlainReader

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]
Places = NDArray[np.intp]
Members = Mapping[str, list[int] | list[str]]

STANDARD = (
    "revenue",
    "expenditure",
    "balance",
    "balance_before_interest",
    "reserve",
    "payable_months",
    "first_deficit",
    "first_deficit_before_interest",
    "exhaustion",
    "cost_rate",
    "income_rate",
    "dependency_ratio",
    "population",
    "members",
)
"""Measures kept unless a simulation is asked for others."""

_READS: dict[str, tuple[str, ...]] = {
    "first_deficit": ("balance", "reserve"),
    "first_deficit_before_interest": ("balance_before_interest", "reserve"),
    "exhaustion": ("reserve",),
    "exhaustion_month": ("reserve",),
    "income_cover": ("revenue_before_interest", "expenditure"),
    "cost_rate": ("expenditure", "contributory_bases", "average_members", "disposable_income", "schemes_merged"),
    "income_rate": (
        "revenue_before_interest",
        "contributory_bases",
        "average_members",
        "disposable_income",
        "schemes_merged",
    ),
    "balance_rate": (
        "balance_before_interest",
        "contributory_bases",
        "average_members",
        "disposable_income",
        "schemes_merged",
    ),
    "members": ("members",),
}
"""Variables of a forecast that a measure reads; measures that are a variable read it, others read all."""


@dataclass(frozen=True)
class KeptMeasure:
    """A measure in the rows of a simulation.

    Parameters
    ----------
    measure : Measure
    dimensions : tuple of str
        Axes after the path: among year, region, ledger.
    coordinates : dict
        Members of each axis.
    cells : array of int
        Positions, on the flattened axes, of the cells that have a value; the others are never kept.
    """

    measure: Measure
    dimensions: tuple[str, ...]
    coordinates: dict[str, list[int] | list[str]] = field(repr=False)
    cells: NDArray[np.intp] = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the measure."""
        return self.measure.name

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes after the path."""
        return tuple(len(self.coordinates[axis]) for axis in self.dimensions)

    @property
    def size(self) -> int:
        """Numbers a path."""
        return len(self.cells)

    def unflatten(self, values: Array) -> Array:
        """Return values (..., cell) on their axes (..., year, region, ledger); NaN where nothing is kept."""
        full = np.full((*values.shape[:-1], int(np.prod(self.shape))), np.nan)
        full[..., self.cells] = values
        return full.reshape(*values.shape[:-1], *self.shape)

    def places_in(self, members: Members) -> Places | None:
        """Return where the kept cells stand on flattened axes with other members; -1 for what those do not have.

        None where the axes agree: the cells are then those of this measure.

        Parameters
        ----------
        members : mapping of axis to list
            Members of the other axes; an axis that is not named has the members of this measure.
        """
        other = {axis: members.get(axis, self.coordinates[axis]) for axis in self.dimensions}
        if other == self.coordinates:
            return None
        at = np.unravel_index(self.cells, self.shape)
        place = np.zeros(self.size, dtype=np.intp)
        lacks = np.zeros(self.size, dtype=bool)
        for axis, mine in zip(self.dimensions, at, strict=True):
            known: dict[Hashable, int] = {member: number for number, member in enumerate(other[axis])}
            moved = np.array([known.get(member, -1) for member in self.coordinates[axis]], dtype=np.intp)[mine]
            lacks |= moved < 0
            place = place * len(known) + moved
        place[lacks] = -1
        return place

    def joined(self, other: KeptMeasure) -> KeptMeasure:
        """Return the measure with the members of both axes, in order, and the cells that either keeps."""
        if self.coordinates == other.coordinates and np.array_equal(self.cells, other.cells):
            return self
        coordinates: dict[str, list[int] | list[str]] = {
            axis: list(dict.fromkeys((*self.coordinates[axis], *other.coordinates[axis]))) for axis in self.dimensions
        }
        cells = np.union1d(_moved(self, coordinates), _moved(other, coordinates))
        return replace(self, coordinates=coordinates, cells=cells)

    def dataset(
        self,
        values: Mapping[str, tuple[tuple[str, ...], Array]],
        leading: Mapping[str, Sequence[float] | Sequence[int]] | None = None,
    ) -> xr.Dataset:
        """Return reduced cells on the axes of the measure.

        Parameters
        ----------
        values : mapping of str to (leading axes, array (..., cell))
        leading : mapping of str to sequence, optional
            Members of the leading axes.
        """
        import xarray as xr

        variables = {name: ((*axes, *self.dimensions), self.unflatten(array)) for name, (axes, array) in values.items()}
        coordinates = {axis: list(members) for axis, members in self.coordinates.items()}
        return xr.Dataset(variables, coords={**(leading or {}), **coordinates}, attrs={"unit": self.measure.unit})


@dataclass(frozen=True)
class Layout:
    """What the row of a path holds.

    Parameters
    ----------
    measures : tuple of KeptMeasure
        In the order of the row.
    variables : frozenset of str or None
        Variables of the forecast that they read; None for all.
    held : mapping of str to mapping of str to array of bool (cell,)
        Where scenarios differ: by scenario and measure the cells that it has; a scenario that is not named has all.
    """

    measures: tuple[KeptMeasure, ...]
    variables: frozenset[str] | None
    held: Mapping[str, Mapping[str, NDArray[np.bool_]]] = field(default_factory=dict, repr=False, kw_only=True)
    _places: dict[Hashable, dict[str, Places | None]] = field(
        default_factory=dict, repr=False, compare=False, kw_only=True
    )

    @classmethod
    def of(cls, central: Projection, names: Sequence[str] | None = None) -> Layout:
        """Return the layout for the chosen measures of a set.

        Parameters
        ----------
        central : Projection
            A run of one path, which tells the axes and the cells that have values.
        names : sequence of str, optional
            Measures of the catalogue; `STANDARD` by default.
        """
        chosen = chosen_measures(list(names or STANDARD))
        variables = variables_of(chosen)
        forecast = label(central, with_paths=True, only=variables)
        return cls(tuple(_kept(measure, forecast) for measure in chosen), variables)

    @classmethod
    def of_all(cls, layouts: Mapping[str, Layout]) -> Layout:
        """Return one layout for the paths of several scenarios: the holders of all, and the cells that any has.

        Parameters
        ----------
        layouts : mapping of str to Layout
            That of each scenario by itself, of the same measures.
        """
        own = list(layouts.values())
        measures = tuple(
            reduce(KeptMeasure.joined, parts) for parts in zip(*(one.measures for one in own), strict=True)
        )
        held = {
            scenario: {kept.name: np.isin(kept.cells, _moved(layout[kept.name], kept.coordinates)) for kept in measures}
            for scenario, layout in layouts.items()
        }
        differing = {name: cells for name, cells in held.items() if not all(mine.all() for mine in cells.values())}
        return cls(measures, own[0].variables, held=differing)

    def holds(self, scenario: str, measure: str) -> NDArray[np.bool_]:
        """Return which cells of a measure a scenario has (cell,); in the others its paths are not a number.

        An event that does not come is not a number either: this tells the two apart.
        """
        mine = self.held.get(scenario, {}).get(measure)
        return np.ones(self[measure].size, dtype=bool) if mine is None else mine

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures kept."""
        return tuple(kept.name for kept in self.measures)

    def __getitem__(self, name: str) -> KeptMeasure:
        """Return a kept measure by name."""
        return next(kept for kept in self.measures if kept.name == name)

    def read(self, projection: Projection) -> dict[str, Array]:
        """Return each measure of a block of paths as rows (path, cell); NaN in cells that the projection has not."""
        if self.variables is None:
            forecast = label(projection, with_paths=True)
            return {kept.name: _rows(kept, forecast) for kept in self.measures}
        reader, places = PlainReader(projection, self.measures), self._places_of(projection)
        plain = {kept.name: reader.rows(kept, places[kept.name]) for kept in self.measures if reader.can_read(kept)}
        if len(plain) == len(self.measures):
            return plain
        others = [kept for kept in self.measures if kept.name not in plain]
        forecast = label(projection, with_paths=True, only=variables_of([kept.measure for kept in others]))
        return {**plain, **{kept.name: _rows(kept, forecast) for kept in others}}

    def _places_of(self, projection: Projection) -> dict[str, Places | None]:
        """Return where the cells of each measure stand on the axes of a projection; worked out once for its holders."""
        assumptions = projection.assumptions
        members: dict[str, list[int] | list[str]] = {
            "year": list(range(assumptions.base_year, assumptions.last_year + 1)),
            "region": [unit.code for unit in projection.holders.units],
            "ledger": list(assumptions.ledgers),
        }
        key = tuple(tuple(axis) for axis in members.values())
        if key not in self._places:
            self._places[key] = {kept.name: kept.places_in(members) for kept in self.measures}
        return self._places[key]


def variables_of(measures: Sequence[Measure]) -> frozenset[str] | None:
    """Return the variables of a forecast that some measures read; None where one of them may read any."""
    names: set[str] = set()
    for measure in measures:
        home, _, variable = measure.place.partition(".")
        if home == "variable":
            names.add(variable)
        elif measure.name in _READS:
            names.update(_READS[measure.name])
        else:
            return None
    return frozenset(names)


def _kept(measure: Measure, forecast: xr.Dataset) -> KeptMeasure:
    values = measure.read(forecast).transpose("path", ...)
    dimensions = tuple(str(axis) for axis in values.dims[1:])
    coordinates = {axis: values[axis].values.tolist() for axis in dimensions}
    known = np.isfinite(values.values).any(0)
    if measure.unit in ("year", "month"):
        known = _can_come(measure, values, forecast)
    return KeptMeasure(measure, dimensions, coordinates, np.flatnonzero(known))


def _can_come(measure: Measure, values: xr.DataArray, forecast: xr.Dataset) -> NDArray[np.bool_]:
    """Where an event can come: holders that keep a reserve or, of a deficit, have a balance."""
    stock = forecast[_READS[measure.name][0]]
    known = stock.notnull().any(["path", "year"]).transpose(*values.dims[1:])
    result: NDArray[np.bool_] = known.values
    return result


def _moved(kept: KeptMeasure, coordinates: Members) -> Places:
    """Return where the cells of a measure stand on the flattened axes of a wider layout."""
    places = kept.places_in(coordinates)
    return kept.cells if places is None else places


def _rows(kept: KeptMeasure, forecast: xr.Dataset) -> Array:
    values = kept.measure.read(forecast).transpose("path", *kept.dimensions)
    if any(values[axis].values.tolist() != members for axis, members in kept.coordinates.items()):
        values = values.reindex(kept.coordinates)
    rows: Array = np.ascontiguousarray(values.values.reshape(values.sizes["path"], -1)[:, kept.cells])
    return rows
