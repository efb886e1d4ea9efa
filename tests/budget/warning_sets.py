"""Sets, forecasts and simulations that the tests of early warning share, made once."""

from __future__ import annotations

from functools import lru_cache

import xarray as xr

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.uncertainty.simulate import Simulation


@lru_cache(maxsize=2)
def given(name: str, last_year: int = 2032) -> Assumptions:
    return poolcast.load_assumptions(name, to=last_year)


@lru_cache(maxsize=2)
def forecast(name: str, last_year: int = 2032) -> xr.Dataset:
    return poolcast.project(given(name, last_year))


@lru_cache(maxsize=1)
def simulation() -> Simulation:
    return poolcast.simulate(given("china"), paths=64, seed=3, measures=["payable_months", "reserve"], workers=1)
