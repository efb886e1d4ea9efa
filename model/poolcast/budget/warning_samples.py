"""Simulated funds of which it is known when they fail: invented regions, or a shipped set, through the engine."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.warning_series import WATCHED, FundSeries
from poolcast.calibration.synthetic_regions import generate_set
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.reading import load_assumptions
from poolcast.uncertainty.simulate import simulate

Flags = NDArray[np.bool_]

MEASURES = ("revenue", "expenditure", "reserve", "dependency_ratio")


@dataclass(frozen=True)
class Sample:
    """What is simulated.

    Parameters
    ----------
    regions, parents, set_seed : int
        Invented regions, the provinces above them, the seed of what is invented.
    paths, seed : int
        Futures of each region.
    last_year : int
    name : str
        Key of `warning_scores.SAMPLES`.
    spread : float
        Factor on the deviations of all drivers.
    """

    regions: int
    parents: int
    set_seed: int
    paths: int
    seed: int
    last_year: int = 2055
    name: str = "regions"
    spread: float = 1.0

    def load(self) -> Assumptions:
        """Return the set: a shipped one of the sample's name, or invented regions."""
        if self.name == "hebei":
            return load_assumptions("hebei", to=self.last_year)
        with tempfile.TemporaryDirectory() as place:
            folder = generate_set(Path(place, "regions"), self.regions, self.set_seed, self.parents, "regions")
            made = load_assumptions(folder, to=self.last_year)
        if self.spread == 1.0:
            return made
        return made.with_values({"uncertainty.deviation": made["uncertainty.deviation"] * self.spread})


@dataclass(frozen=True)
class SimulatedFunds:
    """Simulated funds of one ledger: figures by path, region and year, and the first year of failure.

    Parameters
    ----------
    series : FundSeries
        Figures (path, region, year).
    digest : str
        Digest of the set.
    """

    series: FundSeries
    digest: str

    def failed(self, failure: str) -> Flags:
        """Return where a fund has failed in the year or before (path, region, year)."""
        return _has_been(self.series["reserve"] < 0 if failure == "exhausted" else self.series.payable_months < 3)


def simulate_funds(sample: Sample) -> dict[str, SimulatedFunds]:
    """Return the funds of a sample by ledger."""
    assumptions = sample.load()
    simulation = simulate(assumptions, paths=sample.paths, seed=sample.seed, measures=MEASURES)
    years = tuple(range(assumptions.base_year, assumptions.last_year + 1))
    found = {}
    for ledger in WATCHED:
        figures = {}
        for name in MEASURES:
            values = simulation.values("baseline", name).sel(region=list(assumptions.region_codes))
            values = values.sel(ledger=ledger) if "ledger" in values.dims else values
            if name != "dependency_ratio" or ledger == "EPF":
                figures[name] = values.transpose("path", "region", "year").values
        found[ledger] = SimulatedFunds(FundSeries(ledger, years, figures, assumptions.base_year), assumptions.digest())
    return found


def _has_been(met: Flags) -> Flags:
    result: Flags = np.logical_or.accumulate(met, axis=-1)
    return result
