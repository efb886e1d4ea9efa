"""Projections by content: one forecast for each set, scenario and horizon, shared by all sessions, read only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from poolcast.outlook.forecasting import project
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.location import find_set
from poolcast.parameters.reading import load_assumptions
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr


def assumptions_of(set_name: str, to: int | None = None) -> Assumptions:
    """Return a set as it stands on disk; read again when one of its tables changes."""
    folder = find_set(set_name)
    stamp = max((path.stat().st_mtime_ns for path in folder.iterdir()), default=0)
    return _read(str(folder), stamp, to)


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(folder: str, stamp: int, to: int | None) -> Assumptions:
    return load_assumptions(folder, to=to)


def forecast(set_name: str, scenario: Scenario | str = "baseline", to: int | None = None) -> xr.Dataset:
    """Return the forecast of a scenario.

    Raises
    ------
    AssumptionError, ScenarioError
        With every problem of the set or the scenario.
    """
    assumptions = assumptions_of(set_name, to)
    chosen = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return _project(assumptions.digest(), chosen.digest, chosen.name, assumptions, chosen)


@st.cache_resource(max_entries=48, show_spinner=False)
def _project(
    set_digest: str, scenario_digest: str, name: str, _assumptions: Assumptions, _scenario: Scenario
) -> xr.Dataset:
    return project(_assumptions, _scenario)
