"""What the generator of synthetic sets must know of a region before it makes everything else up."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from poolcast.parameters.assumptions import CommonPool, Source
from poolcast.parameters.declaration import Words


@dataclass(frozen=True)
class Figure:
    """A figure that goes into a table as it is: a published one, or history.

    Parameters
    ----------
    parameter : str
        Dotted name.
    value : float
        In the unit of the parameter.
    axes : mapping of str to str
        The axis cells of the row.
    evidence, grade, source, note : str
        As in the format of a set.
    """

    parameter: str
    value: float
    axes: Mapping[str, str]
    evidence: str
    grade: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class ParentProfile:
    """A parent: it has no people of its own, passes values on and pools its regions.

    Parameters
    ----------
    code, name
        As in ``set.yaml``.
    parent : str or None
        Code of the parent above it.
    """

    code: str
    name: Words
    parent: str | None = None


@dataclass(frozen=True)
class RegionProfile:
    """The anchors of a projected region, at the end of the base year.

    Parameters
    ----------
    code, name, parent
        As in ``set.yaml``.
    population : float
        Persons.
    children, old : float
        Shares of the population aged 0-14 and 60 and over.
    young_adults : float
        Added logarithm of the weight of ages around 20 to 40: positive where workers have moved in.
    newborns : float
        Added logarithm of the weight of age 0 over that of age 14: negative where births have fallen further.
    employees : float
        Members of the employee scheme, retired ones inside, as a share of the population.
    retired : float or None
        Retired members as a share of the members of the employee scheme; None leaves it to the ages of the region. A
        share far from that would send contributors of high age into retirement in the first projected year.
    uninsured : float
        Share of the population without cover in the region.
    wage : float
        Full-calibre average wage, yuan a year.
    income : float
        Disposable income per head, yuan a year.
    product : float
        Gross domestic product, yuan.
    mortality : float
        Death probabilities below old age over those of the set it is based on.
    out_of_region : float
        Share of the admissions outside the region.
    resident_premium, resident_subsidy : float or None
        Yuan per head and year; None takes what the parent or the other set gives.
    long_term_care : float
        Share of the insured with long-term care insurance.
    reserve_months : tuple of float
        Reserves of EPF and RPF in months of expenditure.
    employee_spending, resident_spending : float
        Expenditure of EPF and of RPF over their revenue in the base year, at which the generator aims.
    outside_migration : float
        Net migrants from outside the set per 1,000 people and year.
    evidence : str
        How the population of the region was come by, for the notes of its rows.
    sources, wage_sources, income_sources : str
        Keys of the sources behind people, wage and income, joined by ``;``; empty where they are invented.
    """

    code: str
    name: Words
    parent: str | None
    population: float
    children: float
    old: float
    employees: float
    uninsured: float
    wage: float
    income: float
    product: float
    young_adults: float = 0.0
    newborns: float = 0.0
    retired: float | None = None
    mortality: float = 1.0
    out_of_region: float = 0.12
    resident_premium: float | None = None
    resident_subsidy: float | None = None
    long_term_care: float = 0.2
    reserve_months: tuple[float, float] = (12.0, 5.0)
    employee_spending: float = 0.9
    resident_spending: float = 0.98
    outside_migration: float = 0.0
    evidence: str = "invented"
    sources: str = ""
    wage_sources: str = ""
    income_sources: str = ""


@dataclass(frozen=True)
class SetPlan:
    """A synthetic set before its tables are made.

    Parameters
    ----------
    name, title, description
        As in ``set.yaml``.
    seed : int
        Seed of everything that is drawn.
    regions, parents : tuple
        Projected regions, and those above them.
    flows : mapping of (origin, destination) to float
        Persons who move between two regions in the first projected year.
    last_year, longest : int
        Horizon, and the last year to which it may be extended.
    flow_path : mapping of year to float
        Flows of later years over those of the first.
    keeps_up : frozenset of str
        Destinations whose inflow is planned and holds its level until 2035.
    profile_level : str
        ``region`` writes age profiles of cost and fertility for every region, ``parent`` one block for all of a parent.
    figures : tuple of Figure
        Rows that go into the tables as they are.
    sources : mapping of str to Source
        Cited documents.
    pools : tuple of CommonPool
        Pools that regions of several provinces may share.
    short : Words or None
        A shorter title.
    tiles : mapping of str to (column, row)
        Places of regions on a tile map.
    """

    name: str
    title: Words
    description: Words
    seed: int
    regions: tuple[RegionProfile, ...]
    parents: tuple[ParentProfile, ...]
    flows: Mapping[tuple[str, str], float]
    last_year: int = 2060
    longest: int = 2075
    flow_path: Mapping[int, float] = field(default_factory=lambda: {2026: 1.0, 2035: 0.7, 2050: 0.4, 2060: 0.25})
    keeps_up: frozenset[str] = frozenset()
    profile_level: str = "region"
    figures: tuple[Figure, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    pools: tuple[CommonPool, ...] = ()
    short: Words | None = None
    tiles: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def profile_places(self) -> dict[str, tuple[RegionProfile, ...]]:
        """The codes at which age profiles stand, each with the regions that they serve."""
        if self.profile_level == "region":
            return {region.code: (region,) for region in self.regions}
        return {parent.code: tuple(one for one in self.regions if one.parent == parent.code) for parent in self.parents}


@cache
def anchor_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table of anchors."""
    with (Path(__file__).resolve().parent / "anchors" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def generator(seed: int, *words: str) -> np.random.Generator:
    """Return random numbers that depend on the seed and on some words only, never on the order of calls.

    Examples
    --------
    >>> float(generator(1, "130100").random()) == float(generator(1, "130100").random())
    True
    """
    keys = [zlib.crc32(word.encode()) for word in words]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *keys])))
