"""Every parameter of the model, declared once."""

from __future__ import annotations

from poolcast.parameters.declarations import (
    accounts,
    benefits,
    economy,
    ledgers,
    opening_state,
    payment,
    phasing,
    population,
    provider_budget,
    revenue,
    uncertainty,
    uncertainty_mortality,
    use_and_cost,
    warnings,
)
from poolcast.parameters.declarations.options import OPTIONS

PARAMETERS = {
    parameter.name: parameter
    for module in (
        population,
        economy,
        revenue,
        use_and_cost,
        benefits,
        payment,
        provider_budget,
        ledgers,
        phasing,
        opening_state,
        accounts,
        uncertainty,
        uncertainty_mortality,
        warnings,
    )
    for parameter in module.PARAMETERS
}

__all__ = ["OPTIONS", "PARAMETERS"]
