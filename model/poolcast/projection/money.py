"""Money: what the second layer holds of a run, and the claims by status where somebody asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.projection.claim_sums import ClaimSums, add_up, add_up_by_kernel, by_kernel
from poolcast.projection.claims import Claims, project_claims
from poolcast.projection.contributions import Contributions, resident_financing
from poolcast.projection.drivers import NO_DRIVERS, Drivers
from poolcast.projection.economy import CostTrend, Economy, project_cost_trend, project_economy
from poolcast.projection.people import People

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MoneyState:
    """Everything the flows are made of; claims are made when they are first asked for."""

    assumptions: Assumptions
    people: People
    economy: Economy
    trend: CostTrend
    contributions: Contributions
    drivers: Drivers = NO_DRIVERS

    @cached_property
    def claims(self) -> Claims:
        """Claims by status and benefit; a simulation that keeps none of them needs `claim_sums` only."""
        expected = None
        if self.drivers is not NO_DRIVERS:
            economy = project_economy(self.assumptions, NO_DRIVERS)
            expected = project_cost_trend(self.assumptions, economy, NO_DRIVERS)
        return project_claims(
            self.assumptions, self.people, self.economy, self.trend, self._revenue, self.drivers, expected
        )

    @cached_property
    def claim_sums(self) -> ClaimSums:
        """Claims added up over statuses."""
        if not by_kernel(self.assumptions, self.drivers):
            return add_up(self.claims)
        return add_up_by_kernel(self.assumptions, self.people, self.economy, self.trend, self._revenue, self.drivers)

    @property
    def _revenue(self) -> Array:
        """Contribution income of each scheme, which budgets may follow (path, region, year, scheme), yuan."""
        financing = resident_financing(self.assumptions, self.people)
        return np.stack(np.broadcast_arrays(self.contributions.pooled_income, financing), axis=-1)

    def yearly(self, name: str) -> Array:
        """Return a dated parameter from the base year on with a path axis of length one."""
        return self.assumptions.from_year(name, self.assumptions.base_year)[None]

    def factor(self, name: str) -> Array:
        """Return a calibration factor by region, shaped (1, region, 1)."""
        return self.assumptions[f"calibration.{name}"][None, :, None]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Paths, regions, years."""
        paths, regions, years = self.claim_sums.payments.shape[:3]
        extra = self.drivers.extra_cost
        return max(paths, self.contributions.units.shape[0], 1 if extra is None else extra.shape[0]), regions, years
