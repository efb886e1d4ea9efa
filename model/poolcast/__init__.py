"""Poolcast: budgets and long-term projections of medical-insurance funds.

>>> import poolcast
>>> forecast = poolcast.project("china", "baseline")
>>> float(forecast.reserve.sel(region="000000", ledger="EPF", year=2025)) > 3.5e12
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from poolcast._version import __version__

if TYPE_CHECKING:
    from poolcast.budget.annual_budget import AnnualBudget as AnnualBudget
    from poolcast.budget.annual_budget import budget as budget
    from poolcast.calibration.rolling import Rolled as Rolled
    from poolcast.calibration.rolling import roll as roll
    from poolcast.outlook.birth_cohorts import birth_cohorts as birth_cohorts
    from poolcast.outlook.comparison import Comparison as Comparison
    from poolcast.outlook.comparison import compare as compare
    from poolcast.outlook.compliance import Compliance as Compliance
    from poolcast.outlook.compliance import check_compliance as check_compliance
    from poolcast.outlook.explaining import Explanation as Explanation
    from poolcast.outlook.explaining import explain as explain
    from poolcast.outlook.forecasting import project as project
    from poolcast.outlook.measures import exhaustion as exhaustion
    from poolcast.outlook.measures import first_deficit as first_deficit
    from poolcast.outlook.measures import first_deficit_before_interest as first_deficit_before_interest
    from poolcast.outlook.measures import in_prices as in_prices
    from poolcast.outlook.packages import solve_package as solve_package
    from poolcast.outlook.solving import solve as solve
    from poolcast.parameters.assumptions import Assumptions as Assumptions
    from poolcast.parameters.errors import AssumptionError as AssumptionError
    from poolcast.parameters.errors import PoolcastError as PoolcastError
    from poolcast.parameters.errors import Problem as Problem
    from poolcast.parameters.errors import ResultError as ResultError
    from poolcast.parameters.errors import ScenarioError as ScenarioError
    from poolcast.parameters.reading import load_assumptions as load_assumptions
    from poolcast.projection.control_totals import calibrate as calibrate
    from poolcast.projection.drivers import Drivers as Drivers
    from poolcast.scenarios.reading import load_scenario as load_scenario
    from poolcast.scenarios.scenario import Scenario as Scenario
    from poolcast.uncertainty.analyses import sensitivity as sensitivity
    from poolcast.uncertainty.simulate import simulate as simulate

_HOMES = {
    "AnnualBudget": "poolcast.budget.annual_budget",
    "Assumptions": "poolcast.parameters.assumptions",
    "Comparison": "poolcast.outlook.comparison",
    "Compliance": "poolcast.outlook.compliance",
    "AssumptionError": "poolcast.parameters.errors",
    "Drivers": "poolcast.projection.drivers",
    "Explanation": "poolcast.outlook.explaining",
    "PoolcastError": "poolcast.parameters.errors",
    "Problem": "poolcast.parameters.errors",
    "ResultError": "poolcast.parameters.errors",
    "Rolled": "poolcast.calibration.rolling",
    "Scenario": "poolcast.scenarios.scenario",
    "ScenarioError": "poolcast.parameters.errors",
    "birth_cohorts": "poolcast.outlook.birth_cohorts",
    "budget": "poolcast",
    "calibrate": "poolcast.projection.control_totals",
    "check_compliance": "poolcast.outlook.compliance",
    "compare": "poolcast.outlook.comparison",
    "exhaustion": "poolcast.outlook.measures",
    "explain": "poolcast.outlook.explaining",
    "first_deficit": "poolcast.outlook.measures",
    "first_deficit_before_interest": "poolcast.outlook.measures",
    "in_prices": "poolcast.outlook.measures",
    "load_assumptions": "poolcast.parameters.reading",
    "load_scenario": "poolcast.scenarios.reading",
    "project": "poolcast.outlook.forecasting",
    "roll": "poolcast.calibration.rolling",
    "sensitivity": "poolcast.uncertainty.analyses",
    "simulate": "poolcast.uncertainty.simulate",
    "solve": "poolcast.outlook.solving",
    "solve_package": "poolcast.outlook.packages",
}

__all__ = [
    "AnnualBudget",
    "AssumptionError",
    "Assumptions",
    "Comparison",
    "Compliance",
    "Drivers",
    "Explanation",
    "PoolcastError",
    "Problem",
    "ResultError",
    "Rolled",
    "Scenario",
    "ScenarioError",
    "__version__",
    "birth_cohorts",
    "budget",
    "calibrate",
    "check_compliance",
    "compare",
    "exhaustion",
    "explain",
    "first_deficit",
    "first_deficit_before_interest",
    "in_prices",
    "load_assumptions",
    "load_scenario",
    "project",
    "roll",
    "sensitivity",
    "simulate",
    "solve",
    "solve_package",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for, so that the command line starts at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'poolcast' has no attribute {name!r}")
    if _HOMES[name] == __name__:  # a room that can be called
        return import_module(f"{__name__}.{name}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*globals(), *__all__])
