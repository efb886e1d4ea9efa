"""What a simulation keeps of every path: chosen measures, flattened to one row of numbers a path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
    """

    measures: tuple[KeptMeasure, ...]
    variables: frozenset[str] | None

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

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures kept."""
        return tuple(kept.name for kept in self.measures)

    def __getitem__(self, name: str) -> KeptMeasure:
        """Return a kept measure by name."""
        return next(kept for kept in self.measures if kept.name == name)

    def read(self, projection: Projection) -> dict[str, Array]:
        """Return each measure of a block of paths as rows (path, cell)."""
        if self.variables is None:
            forecast = label(projection, with_paths=True)
            return {kept.name: _rows(kept, forecast) for kept in self.measures}
        reader = PlainReader(projection)
        plain = {kept.name: reader.rows(kept) for kept in self.measures if reader.can_read(kept)}
        if len(plain) == len(self.measures):
            return plain
        others = [kept for kept in self.measures if kept.name not in plain]
        forecast = label(projection, with_paths=True, only=variables_of([kept.measure for kept in others]))
        return {**plain, **{kept.name: _rows(kept, forecast) for kept in others}}


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


def _rows(kept: KeptMeasure, forecast: xr.Dataset) -> Array:
    values = kept.measure.read(forecast).transpose("path", *kept.dimensions).values
    rows: Array = np.ascontiguousarray(values.reshape(values.shape[0], -1)[:, kept.cells])
    return rows
