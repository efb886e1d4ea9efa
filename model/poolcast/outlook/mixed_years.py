"""Mixed years: a year in which some drivers stand where they stood in an earlier one."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.driver_groups import driver_of
from poolcast.outlook.mixed_sets import Side
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declarations import PARAMETERS
from poolcast.projection.age_sums import contract, measures_of
from poolcast.projection.behaviour import REFERENCE, REFERENCE_BY_TIER
from poolcast.projection.benefits import project_entitlement
from poolcast.projection.care import project_care
from poolcast.projection.coverage import project_status_shares
from poolcast.projection.economy import CostTrend, Economy, growth_index
from poolcast.projection.engine import Projection, run
from poolcast.projection.flows import Flows, project_flows
from poolcast.projection.money import MoneyState
from poolcast.projection.people import SUMS, People
from poolcast.projection.statement import EXPENDITURE_LINES

Array = NDArray[np.float64]

_BY_ARRAY = ("demography", "coverage", "wage")
"""Drivers whose year is mixed in what the engine makes of them, not in their parameters."""


@dataclass(frozen=True)
class _MixedPeople(People):
    """People whose exposure in one year was put together from two."""

    year: int = 0
    exposures: dict[str, Array] = field(default_factory=dict, repr=False)
    stocks: dict[str, Array] = field(default_factory=dict, repr=False)
    openings: dict[str, Array] = field(default_factory=dict, repr=False)

    def in_year(self, name: str) -> Array:
        result = super().in_year(name).copy()
        result[:, :, self.year] = self.exposures[name]
        return result

    def at_year_end(self, name: str) -> Array:
        result = super().at_year_end(name).copy()
        result[:, :, self.year] = self.stocks[name]
        return result

    def at_previous_year_end(self, name: str) -> Array:
        result = super().at_previous_year_end(name).copy()
        result[:, :, self.year] = self.openings[name]
        return result


class MixedYears:
    """Expenditure of a year with some of its drivers as they stood in an earlier year.

    Parameters
    ----------
    side : Side
        Calibrated assumptions, before and after the scenario.
    first, second : int
        The two years.
    """

    def __init__(self, side: Side, first: int, second: int) -> None:
        self._side = side
        base = side.reformed.base_year
        self._first, self._second = first - base, second - base
        self._run = run(side.reformed)
        people = self._run.money.people
        ends = side.reformed.last_year - base
        self._population = people.population_by_age
        self._shares = project_status_shares(side.reformed, self._population)
        self._measures = measures_of(side.reformed, ends)

    @property
    def projection(self) -> Projection:
        """The unmixed run."""
        return self._run

    def expenditure(self, drivers: Set[str]) -> Array:
        """Return expenditure (holder, ledger) of the second year with some drivers of it, the others of the first.

        The flows of care and transfers only: spending of accounts and rules that look at reserves are not in it.
        """
        flows = self._flows(drivers)
        paid = np.stack([flows.total(flows.expenditure, ledger) for ledger in self._run.assumptions.ledgers], axis=-1)
        result: Array = self._run.holders.total(paid)[0, :, self._second]
        return result

    def expenditure_by_line(self, drivers: Set[str]) -> Array:
        """Return expenditure (holder, ledger, statement line) of such a year; lines that nobody books are zero."""
        flows = self._flows(drivers)
        ledgers = self._run.assumptions.ledgers
        paid = np.zeros((*flows.shape, len(ledgers), len(EXPENDITURE_LINES)))
        for number, ledger in enumerate(ledgers):
            for line, amount in flows.expenditure.get(ledger, {}).items():
                paid[..., number, list(EXPENDITURE_LINES).index(line)] = amount
        result: Array = self._run.holders.total(paid)[0, :, self._second]
        return result

    def _flows(self, drivers: Set[str]) -> Flows:
        state = self._run.money
        people, economy = self._people(drivers), self._economy(drivers)
        trend = self._trend(drivers)
        assumptions = self._assumptions(self._side.reformed, drivers)
        if self._side.reformed is self._side.law:
            assumptions = assumptions.with_values({"behaviour.response": np.zeros(())})
        else:
            law = self._assumptions(self._side.law, drivers)
            assumptions = _with_reference(assumptions, law, people, economy, trend)
        return project_flows(MoneyState(assumptions, people, economy, trend, state.contributions))

    def _year(self, driver: str, drivers: Set[str]) -> int:
        return self._second if driver in drivers else self._first

    def _people(self, drivers: Set[str]) -> People:
        """Members by age of one year at the status shares of another, at the profiles of the former."""
        people = self._run.money.people
        of_people, of_status = self._year("demography", drivers), self._year("coverage", drivers)
        population = self._population[:, of_people : of_people + 2]
        shares = self._shares[:, of_status : of_status + 2]
        counted = contract(population, shares, self._measures, of_people)[None]
        stocks = {name: np.zeros((*counted.shape[:3], shares.shape[2])) for name in SUMS}
        for number, measure in enumerate(self._measures):
            if measure.name in stocks:
                stocks[measure.name][..., measure.status] = counted[..., number]
        weight = people.closing_weight
        births = people.births.copy()
        births[:, :, self._second] = births[:, :, of_people]
        given = {item.name: getattr(people, item.name) for item in fields(People)} | {"births": births}
        return _MixedPeople(
            **given,
            year=self._second,
            exposures={name: weight * ends[:, :, 1] + (1 - weight) * ends[:, :, 0] for name, ends in stocks.items()},
            stocks={name: ends[:, :, 1] for name, ends in stocks.items()},
            openings={name: ends[:, :, 0] for name, ends in stocks.items()},
        )

    def _economy(self, drivers: Set[str]) -> Economy:
        economy, year = self._run.money.economy, self._year("wage", drivers)
        changed = {}
        for item in fields(Economy):
            values = getattr(economy, item.name).copy()
            values[:, :, self._second] = values[:, :, year]
            changed[item.name] = values
        return Economy(**changed)

    def _trend(self, drivers: Set[str]) -> CostTrend:
        r"""Indices of use and unit cost: price, what follows wages, and intensity, :math:`C = P W J`."""
        assumptions, trend = self._side.reformed, self._run.money.trend
        base = assumptions.base_year
        use, cost = trend.use.copy(), trend.unit_cost.copy()
        use[:, :, self._second] = use[:, :, self._year("utilisation", drivers)]
        price = growth_index(assumptions.from_year("cost.price_growth", base)[None], 2)[..., None, None]
        by_wage = assumptions.from_year("cost.income_elasticity", base)[None]
        by_wage = (by_wage * self._run.money.economy.wage_growth[..., None])[:, :, :, None]
        rest = assumptions.from_year("cost.autonomous_growth", base)[None]
        rest = 1 + rest + assumptions.from_year("cost.excess_growth", base)[None, :, :, None]
        wages = growth_index(by_wage / rest, 2)
        intensity = trend.unit_cost / (price * wages)
        cost[:, :, self._second] = (
            np.broadcast_to(price, cost.shape)[:, :, self._year("price", drivers)]
            * np.broadcast_to(wages, cost.shape)[:, :, self._year("wage", drivers)]
            * intensity[:, :, self._year("intensity", drivers)]
        )
        return CostTrend(use, cost)

    def _assumptions(self, assumptions: Assumptions, drivers: Set[str]) -> Assumptions:
        """Return the set with the dated parameters of the drivers that are not taken as in the first year."""
        changes = {}
        offset = assumptions.year_position(assumptions.base_year)
        for name, values in assumptions.values.items():
            declaration, driver = PARAMETERS[name], driver_of(name)
            if not declaration.is_dated or driver in _BY_ARRAY or driver in drivers or name.startswith("calibration."):
                continue
            axis = declaration.dimensions.index("year")
            moved = np.moveaxis(values.copy(), axis, 0)
            moved[offset + self._second] = moved[offset + self._first]
            changes[name] = np.moveaxis(moved, 0, axis)
        return assumptions.with_values(changes)


def _with_reference(
    assumptions: Assumptions, law: Assumptions, people: People, economy: Economy, trend: CostTrend
) -> Assumptions:
    """Return the set with the patient's share under the law of the mixed year as reference of behaviour."""
    still = law.with_values({"behaviour.response": np.zeros(())})
    entitlement = project_entitlement(still, project_care(still, people, trend), economy)
    pad = ((0, 0), (2, 0), (0, 0), (0, 0))
    pairs = ((REFERENCE, entitlement.own_share), (REFERENCE_BY_TIER, entitlement.tier_own_share))
    return assumptions.with_values({name: np.pad(share[0], pad, constant_values=1.0) for name, share in pairs})


__all__ = ["MixedYears"]
