"""Mixed sets: some drivers from one set of assumptions, the others from another."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.driver_groups import DRIVERS, driver_of
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.behaviour import REFERENCE, REFERENCE_BY_TIER
from poolcast.projection.control_totals import calibrate
from poolcast.projection.engine import project_money
from poolcast.scenarios.scenario import Scenario

Array = NDArray[np.float64]

_Chooser = Callable[[str], Assumptions]

_REFERENCES = (REFERENCE, REFERENCE_BY_TIER)


@dataclass(frozen=True)
class Side:
    """One side of a difference.

    Parameters
    ----------
    law : Assumptions
        The calibrated set before any reform: what patients compare with.
    reformed : Assumptions
        The same after the scenario.
    """

    law: Assumptions
    reformed: Assumptions

    @classmethod
    def of(cls, assumptions: Assumptions, scenario: Scenario) -> Side:
        """Calibrate a set and apply a scenario."""
        calibrated = calibrate(assumptions)
        return cls(calibrated, scenario.apply(calibrated))


def refuse_unlike(first: Side, second: Side) -> None:
    """Refuse two sides whose arrays cannot stand in for each other.

    Raises
    ------
    ResultError
        With everything that differs among base year, last year, regions and ledgers.
    """
    one, other = first.reformed, second.reformed
    pairs = [
        ("base year", one.base_year, other.base_year),
        ("last year", one.last_year, other.last_year),
        ("regions", ", ".join(one.region_codes), ", ".join(other.region_codes)),
        ("ledgers", ", ".join(one.ledgers), ", ".join(other.ledgers)),
    ]
    remedy = "Take sets of the same years, regions and ledgers; the table of reasons needs no such thing."
    problems = [
        Problem(f"{one.name} and {other.name}", f"{what} {mine}", f"{what} {theirs}, as on the other side", remedy)
        for what, mine, theirs in pairs
        if mine != theirs
    ]
    if problems:
        raise ResultError(problems)


def differing_drivers(first: Side, second: Side) -> list[str]:
    """Return the drivers in which two sides differ, in order."""
    found = set()
    for one, other in ((first.law, second.law), (first.reformed, second.reformed)):
        names = ({*one.values} | {*other.values}) - {*_REFERENCES}
        found |= {driver_of(name) for name in names if not _same(one, other, name)}
        if dict(one.options) != dict(other.options):
            found.add("policy")
    return [driver for driver in DRIVERS if driver in found]


def mixed(first: Side, second: Side, drivers: Set[str]) -> Assumptions:
    """Return the assumptions with some drivers of the second side and the others of the first, ready to run.

    Patients answer to the change against the law; the law is mixed in the same way.

    Parameters
    ----------
    drivers : set of str
        Drivers taken from the second side.
    """
    result = _mixed(first.reformed, second.reformed, drivers)
    laws = (first.law, second.law)
    if all(_same(*laws, name) for name in laws[0].values):
        return result
    entitlement = project_money(_mixed(*laws, drivers).with_values(_neutral(laws[0]))).claims.entitlement
    pad = ((0, 0), (2, 0), (0, 0), (0, 0))
    shares = (entitlement.own_share[0], entitlement.tier_own_share[0])
    return result.with_values(
        {name: np.pad(share, pad, constant_values=1.0) for name, share in zip(_REFERENCES, shares, strict=True)}
    )


def _neutral(assumptions: Assumptions) -> dict[str, Array]:
    """Switch the answer of patients off: under the law there is none."""
    return {"behaviour.response": np.zeros_like(assumptions["behaviour.response"])}


def _mixed(first: Assumptions, second: Assumptions, drivers: Set[str]) -> Assumptions:
    def side(driver: str) -> Assumptions:
        return second if driver in drivers else first

    values = {
        name: side(driver_of(name))[name] for name in {**first.values, **second.values} if name in side(driver_of(name))
    }
    values["cost.autonomous_growth"] = _growth(side)
    return replace(first, values=values, options=side("policy").options)


def _growth(side: _Chooser) -> Array:
    r"""Return the growth of cost at constant age for use, price and intensity of different sides.

    The engine takes use out of this growth g, so that it splits into :math:`1 + g = (1 + u)(1 + p)(1 + j)`; with j of
    one side and u, p of others :math:`g' = g + (1 + g) (\frac{(1 + u')(1 + p')}{(1 + u)(1 + p)} - 1)`. What follows
    wages moves with the wages.
    """
    own, wages = side("intensity"), side("wage")
    use, price = side("utilisation"), side("price")
    autonomous = own["cost.autonomous_growth"]
    if own is use and own is price:
        return autonomous
    linked = own["cost.income_elasticity"] * wages["economy.wage_growth"][:, :, None] + own["cost.excess_growth"]
    growth = autonomous + linked[:, :, None]
    of_use = (1 + use["utilisation.growth"]) / (1 + own["utilisation.growth"])
    of_price = (1 + price["cost.price_growth"]) / (1 + own["cost.price_growth"])
    ratio = of_use * of_price[:, :, None]
    result: Array = autonomous + (1 + growth) * (ratio[:, :, None] - 1)
    return result


def _same(one: Assumptions, other: Assumptions, name: str) -> bool:
    if (name in one) != (name in other):
        return False
    return name not in one or one[name] is other[name] or np.array_equal(one[name], other[name], equal_nan=True)


__all__ = ["Side", "differing_drivers", "mixed", "refuse_unlike"]
