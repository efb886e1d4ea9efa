"""Assumptions: every value that the engine reads, immutable, with its provenance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import AXES
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import OPTIONS, PARAMETERS

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """A pooling region, or a parent that only passes values on and pools its regions.

    Parameters
    ----------
    code : str
        Division code, a string.
    name : Words
        Name in both languages.
    parent : str or None
        Code of the parent.
    projected : bool
        Whether it has people and ledgers of its own.
    own_pool : bool
        Whether it stays its own pool when its parent pools the other regions (as Xiong'an does).
    """

    code: str
    name: Words
    parent: str | None = None
    projected: bool = True
    own_pool: bool = False


@dataclass(frozen=True)
class CommonPool:
    """A pool that regions of several provinces may share; it rests until the option `cross_province_pool` opens it.

    Parameters
    ----------
    code : str
        Its code, as no region or parent has.
    name : Words
        Name in both languages.
    members : tuple of str
        Codes of regions, or of parents for all the regions below them.
    """

    code: str
    name: Words
    members: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A cited document: title, publisher, year, address and grade of the copy read."""

    key: str
    title: str
    publisher: str
    year: str
    address: str
    grade: str
    note: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where the values of a parameter for a region come from.

    Parameters
    ----------
    region : str
        Code of the region, or ``all``.
    evidence, grade, source : str
        As in the tables; evidence is ``borrowed`` where the values come from another set.
    lender : str
        Name of the set from which they are borrowed.
    carried_back : int
        First year for which that set has values, where it begins later than the borrower needs; 0 otherwise.
    """

    region: str
    evidence: str
    grade: str
    source: str
    lender: str = ""
    carried_back: int = 0


@dataclass(frozen=True)
class Assumptions:
    """An assumption set, complete and checked.

    Parameters
    ----------
    name : str
        Name of the set.
    title, description : Words
        Words for readers.
    base_year, last_year : int
        Last closed year; last year of the projection.
    regions : tuple of Region
        Projected regions, in the order of the region axis.
    parents : tuple of Region
        Regions that are only parents.
    ledgers : tuple of str
        Ledgers held, in the order of the ledger axis.
    options : mapping
        Chosen method for each structural option.
    values : mapping of str to array
        Parameter values by dotted name, axes as declared; ``region`` and ``destination`` run over `regions`,
        ``year`` over `years`. Arrays are read-only. NaN stands where no value is given or needed.
    provenance : mapping
        For each parameter the distinct evidence, grade and source of its values.
    sources : mapping
        Cited documents by key.
    synthetic : bool
        Whether the set holds made-up data, which every page must say.
    pools : tuple of CommonPool
        Pools that regions of several provinces may share.
    calibrated_to : str
        Digest of the accounts to which the factors were found; empty for a set as read. No part of the content.
    """

    name: str
    title: Words
    description: Words
    base_year: int
    last_year: int
    regions: tuple[Region, ...]
    parents: tuple[Region, ...]
    ledgers: tuple[str, ...]
    options: Mapping[str, str]
    values: Mapping[str, Array] = field(repr=False)
    provenance: Mapping[str, tuple[Provenance, ...]] = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    synthetic: bool = False
    pools: tuple[CommonPool, ...] = ()
    calibrated_to: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        frozen = {}
        for name, value in self.values.items():
            array = np.asarray(value, dtype=np.float64)
            if array.flags.writeable:
                array = array.copy()
                array.flags.writeable = False
            frozen[name] = array
        object.__setattr__(self, "values", MappingProxyType(frozen))
        object.__setattr__(self, "_digests", {})  # known ones by the names asked for; nothing here changes

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs to make the same set: views of mappings cannot be sent, mappings can."""
        return {
            name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in self.__dict__.items()
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take a set that another process sent; its arrays become read-only again."""
        for array in state["values"].values():
            array.flags.writeable = False
        self.__dict__.update(state)
        self.__dict__["values"] = MappingProxyType(state["values"])

    def __getitem__(self, name: str) -> Array:
        """Return the values of a parameter, axes as declared."""
        return self.values[name]

    def __contains__(self, name: object) -> bool:
        """Whether the set holds the parameter."""
        return name in self.values

    def option(self, name: str) -> str:
        """Return the choice of a structural option, its default where the set does not name it."""
        chosen = self.options.get(name, OPTIONS[name].default)
        if chosen is None:
            raise KeyError(name)
        return chosen

    @property
    def all_codes(self) -> tuple[str, ...]:
        """Codes of everyone who may hold a ledger: regions, parents, pools across provinces."""
        places = [region.code for region in (*self.regions, *self.parents)]
        return (*places, *(pool.code for pool in self.pools))

    def regions_of(self, pool: CommonPool) -> tuple[int, ...]:
        """Return the positions of the regions of a pool, those below a member that is a parent among them."""
        parents = {region.code: region.parent for region in (*self.regions, *self.parents)}
        found = []
        for position, region in enumerate(self.regions):
            code: str | None = region.code
            while code is not None and code not in pool.members:
                code = parents.get(code)
            if code is not None:
                found.append(position)
        return tuple(found)

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the year axis: from two years before the base year to the last year."""
        return tuple(range(self.base_year - 2, self.last_year + 1))

    @property
    def region_codes(self) -> tuple[str, ...]:
        """Codes on the region axis."""
        return tuple(region.code for region in self.regions)

    def year_position(self, year: int) -> int:
        """Return the position of a year on the year axis."""
        return year - (self.base_year - 2)

    def from_year(self, name: str, year: int) -> Array:
        """Return a dated parameter from a year on to the last year; the other axes stay as declared."""
        axis = PARAMETERS[name].dimensions.index("year")
        array: Array = self.values[name][(slice(None),) * axis + (slice(self.year_position(year), None),)]
        return array

    def in_year(self, name: str, year: int) -> Array:
        """Return a dated parameter in one year, without the year axis."""
        axis = PARAMETERS[name].dimensions.index("year")
        array: Array = np.take(self.values[name], self.year_position(year), axis=axis)
        return array

    def axis_members(self, axis: str) -> tuple[str, ...] | tuple[int, ...]:
        """Return the members of an axis in this set."""
        if axis in ("region", "destination"):
            return self.region_codes
        if axis == "year":
            return self.years
        return AXES[axis].members

    def with_values(self, changes: Mapping[str, Array]) -> Assumptions:
        """Return a copy in which some parameters have other values."""
        return replace(self, values={**self.values, **changes})

    def with_options(self, **options: str) -> Assumptions:
        """Return a copy with other structural options."""
        return replace(self, options={**self.options, **options})

    def digest(self, names: Iterable[str] | None = None) -> str:
        """Return a hash of the values (of some parameters), options and axes: equal content, equal digest.

        It is made once for each object and tuple of names: a simulation asks for it in every block.
        """
        known: dict[tuple[str, ...] | None, str] = self.__dict__["_digests"]
        asked = None if names is None else tuple(names)
        if asked not in known:
            known[asked] = self._digest_of(asked)
        return known[asked]

    def _digest_of(self, names: tuple[str, ...] | None) -> str:
        digest = hashlib.blake2b(digest_size=16)
        chosen = sorted(self.values if names is None else (name for name in names if name in self.values))
        identity = (
            self.name,
            self.base_year,
            self.last_year,
            [(region.code, region.name, region.parent, region.own_pool) for region in (*self.regions, *self.parents)],
            self.ledgers,
            sorted(self.options.items()),
            *([self.pools] if self.pools else []),
        )
        digest.update(repr(identity).encode())
        for name in chosen:
            array = self.values[name]
            digest.update(f"{name}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @property
    def dataset(self) -> xr.Dataset:
        """The values as a labelled `xarray.Dataset`, with unit and names on each variable."""
        import xarray as xr

        variables = {}
        for name, array in self.values.items():
            parameter = PARAMETERS[name]
            variables[name] = xr.DataArray(
                array,
                dims=parameter.dimensions,
                attrs={"units": parameter.unit, "long_name": parameter.label.en, "long_name_zh": parameter.label.zh},
            )
        dimensions = {axis for name in self.values for axis in PARAMETERS[name].dimensions}
        coordinates = {axis: list(self.axis_members(axis)) for axis in dimensions}
        return xr.Dataset(variables, coords=coordinates, attrs={"set": self.name, "digest": self.digest()})
