"""Wages, incomes, prices and unit costs as levels, path by path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import BENEFITS
from poolcast.projection.drivers import Drivers

Array = NDArray[np.float64]

_SHOCKED = np.array([benefit in ("inpatient", "outpatient", "chronic", "dual_channel") for benefit in BENEFITS])
"""Benefits whose use an epidemic or another shock of use moves; births and disability have drivers of their own."""

_MOVED_BY = {
    "utilisation": _SHOCKED,
    "inpatient_use": np.array([benefit == "inpatient" for benefit in BENEFITS]),
    "outpatient_use": _SHOCKED & np.array([benefit != "inpatient" for benefit in BENEFITS]),
}


@dataclass(frozen=True)
class Economy:
    """Levels of the economy; every array has the axes (path, region, year), years from the base year on.

    Parameters
    ----------
    wage, previous_wage, earlier_wage : array, yuan a year
        Average wage of the year, of the year before and of the year before that.
    income, previous_income : array, yuan per head and year
        Disposable income of the year and of the year before.
    pension : array, yuan a year
    consumer_price_index : array
        Base year 1.
    gross_domestic_product : array, yuan
    wage_growth : array, rate per year
        Zero in the base year.
    """

    wage: Array
    previous_wage: Array
    earlier_wage: Array
    income: Array
    previous_income: Array
    pension: Array
    consumer_price_index: Array
    gross_domestic_product: Array
    wage_growth: Array


def growth_index(growth: Array, axis: int) -> Array:
    """Return the index of a growth rate along the year axis; the first year is 1 whatever its rate."""
    factors = growth + 1.0
    first = (slice(None),) * axis + (slice(0, 1),)
    factors[first] = 1.0
    result: Array = np.cumprod(factors, axis=axis, out=factors)
    return result


def project_economy(assumptions: Assumptions, drivers: Drivers) -> Economy:
    """Carry wages, incomes, pensions, prices and the product on from the base year (handbook 6.4).

    ``W_t = W_{t-1} (1 + g_w)``, and likewise for the others; a driver adds to the growth of the year.
    """
    base = assumptions.base_year

    def growth(name: str, driver: str | None = None) -> Array:
        own = assumptions.from_year(name, base)[None].copy()
        own[..., 0] = 0.0
        return own + (drivers.added(driver) if driver else 0.0)

    wage_growth = growth("economy.wage_growth", "wage_growth")
    inflation = growth("economy.consumer_price_inflation", "consumer_prices")
    wage = assumptions.in_year("economy.average_wage", base)[None, :, None] * growth_index(wage_growth, 2)
    income_growth = growth("economy.disposable_income_growth", "wage_growth")
    income = assumptions.in_year("economy.disposable_income", base)[None, :, None] * growth_index(income_growth, 2)
    pension = assumptions.in_year("economy.average_pension", base)[None, :, None]
    product = assumptions.in_year("economy.gross_domestic_product", base)[None, :, None]
    product_growth = growth("economy.gross_domestic_product_growth", "wage_growth")

    def lagged(levels: Array, name: str, years: int) -> Array:
        before = [assumptions.in_year(name, base - lag)[None, :, None] for lag in range(years, 0, -1)]
        known = np.broadcast_to(np.concatenate(before, axis=2), (*levels.shape[:2], years))
        result: Array = np.concatenate([known, levels], axis=2)[:, :, : levels.shape[2]]
        return result

    return Economy(
        wage=wage,
        previous_wage=lagged(wage, "economy.average_wage", 1),
        earlier_wage=lagged(wage, "economy.average_wage", 2),
        income=income,
        previous_income=lagged(income, "economy.disposable_income", 1),
        pension=pension * growth_index(growth("economy.pension_growth"), 2),
        consumer_price_index=growth_index(inflation, 2),
        gross_domestic_product=product * growth_index(product_growth, 2),
        wage_growth=wage_growth,
    )


@dataclass(frozen=True)
class CostTrend:
    """Indices of use and unit cost, base year 1.

    Parameters
    ----------
    use : array (path, region, year, benefit)
    unit_cost : array (path, region, year, scheme, benefit)
    """

    use: Array
    unit_cost: Array


def project_cost_trend(assumptions: Assumptions, economy: Economy, drivers: Drivers) -> CostTrend:
    """Split the growth of cost per member at constant age into use and unit cost (handbook 6.5, 6.6).

    ``g = autonomous + elasticity g_w + excess``; ``unit cost = (1 + g)(1 + gap / T) / (1 + g_use) - 1`` while the
    region converges over T years, so that the growth of use is not counted twice. Drivers of use and of the level of
    cost multiply the indices of their year.
    """
    base = assumptions.base_year
    use_growth = assumptions.from_year("utilisation.growth", base)[None].copy()
    use_growth[:, :, 0] = 0.0
    elasticity = assumptions.from_year("cost.income_elasticity", base)[None, :, :, None]
    excess = assumptions.from_year("cost.excess_growth", base)[None, :, :, None]
    own = assumptions.from_year("cost.autonomous_growth", base)[None]
    shock = np.asarray(drivers.added("unit_cost_growth"))
    shock = shock[..., None, None] if shock.ndim else shock
    growth = own + elasticity * economy.wage_growth[..., None, None] + excess + shock
    span = float(assumptions["cost.convergence_years"])
    years = np.arange(growth.shape[2])
    converging = np.where((years >= 1) & (years <= span), 1.0, 0.0)
    gap = assumptions["cost.convergence_gap"][:, None] * converging / span
    factor = (1 + growth) * (1 + gap)[None, :, :, None, None]
    factor /= (1 + use_growth)[:, :, :, None]
    factor -= 1
    use = growth_index(use_growth, 2)
    for driver, moved in _MOVED_BY.items():
        shocked = np.asarray(drivers.factor(driver))
        if shocked.ndim:
            use = use * np.where(moved, shocked[..., None], 1.0)
    unit_cost = growth_index(factor, 2)
    level = np.asarray(drivers.factor("benefit_level"))
    if level.ndim:
        unit_cost = unit_cost * np.where(_SHOCKED, level[..., None, None], 1.0)
    return CostTrend(use=use, unit_cost=unit_cost)
