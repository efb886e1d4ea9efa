"""Age sums: people times profiles, added over sex and age for each status and year end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import INSURED_STATUSES, RESIDENT_STATUSES, STATUSES, index
from poolcast.projection.health import (
    carried_gained_years,
    death_burden,
    death_related_factor,
    gained_years,
    shifted_profile,
)

Array = NDArray[np.float64]

_ACTIVE = index("status", "active")
_SCHEME = {status: int(status in RESIDENT_STATUSES) for status in INSURED_STATUSES}


@dataclass(frozen=True)
class Measure:
    """One sum over sex and age: a profile weighed with the members of a status.

    Parameters
    ----------
    name : str
        Name of the sum.
    status : int
        Position of the status.
    sex : int or None
        Position of the only sex counted.
    profile : array (region, year_end, sex, age) or None
        Amount per member; one year end serves all; None counts heads.
    """

    name: str
    status: int
    sex: int | None
    profile: Array | None


def measures_of(assumptions: Assumptions, years: int) -> list[Measure]:
    """List the age sums with their profiles (region, year_end, sex, age); year ends from before the base year on."""
    profiles = _Profiles(assumptions, years)
    wage = assumptions["revenue.relative_wage"][:, None]
    measures = [Measure("members", number, None, None) for number in range(len(STATUSES))]
    for sex in (0, 1):
        measures += [Measure("active_by_sex", _ACTIVE, sex, None), Measure("relative_wages", _ACTIVE, sex, wage)]
    measures += [Measure("births", number, 1, profiles.fertility) for number in range(len(STATUSES))]
    for status in INSURED_STATUSES:
        number, scheme = index("status", status), _SCHEME[status]
        rate = profiles.shifted("inpatient", assumptions["utilisation.inpatient_rate"][:, number])
        cost = profiles.shifted("inpatient", assumptions["utilisation.inpatient_cost"][:, scheme], of_cost=True)
        outpatient = profiles.shifted("outpatient", assumptions["utilisation.outpatient_bill"][:, scheme], of_cost=True)
        chronic = profiles.shifted("chronic", assumptions["utilisation.chronic_bill"][:, scheme], of_cost=True)
        measures += [
            Measure("admissions", number, None, rate),
            Measure("inpatient_cost", number, None, rate * cost),
            Measure("outpatient_bill", number, None, outpatient),
            Measure("chronic_bill", number, None, chronic),
        ]
        if "long_term_care.prevalence" in assumptions:
            prevalence = profiles.shifted("long_term_care", assumptions["long_term_care.prevalence"])
            measures.append(Measure("disabled", number, None, prevalence))
    return measures


def gain_at_year_ends(assumptions: Assumptions) -> Array:
    """Return the life expectancy gained since the age profiles (region, year_end, sex, age), years."""
    survival = assumptions.from_year("population.survival_ratio", assumptions.base_year + 1)
    if "opening.gained_years" not in assumptions:
        return gained_years(survival)
    return carried_gained_years(survival, _at_opening(assumptions, "opening.gained_years"))


def death_burden_at_year_ends(assumptions: Assumptions) -> Array:
    """Return the cost of death against that of the age profiles (region, year_end, sex, age)."""
    survival = assumptions.from_year("population.survival_ratio", assumptions.base_year + 1)
    burden = death_burden(survival, assumptions["health.decedent_cost_ratio"])
    if "opening.death_burden" not in assumptions:
        return np.concatenate([np.ones_like(burden[:, :1])] * 2 + [burden], axis=1)
    opening = _at_opening(assumptions, "opening.death_burden")
    return np.concatenate([opening[:, :2], burden * opening[:, 2:]], axis=1)


def _at_opening(assumptions: Assumptions, name: str) -> Array:
    """Return a parameter at the year ends before, at and after the base year end (region, 3, sex, age)."""
    return assumptions.from_year(name, assumptions.base_year - 1)[:, :3]


class _Profiles:
    """Age profiles at each year end, moved with health; each distinct one is made once."""

    def __init__(self, assumptions: Assumptions, years: int) -> None:
        self._gain = gain_at_year_ends(assumptions)
        self._ends = years + 2
        self._theta = assumptions["health.shift"]
        self._death_related = assumptions["health.death_related_share"]
        self._assumptions = assumptions
        self._made: dict[tuple[str, bool, bytes], Array] = {}
        fertility = assumptions.from_year("population.fertility_rate", assumptions.base_year)
        at_ends = np.concatenate([fertility[:, :1], fertility], axis=1)
        self.fertility: Array = np.broadcast_to(at_ends[:, :, None], (*at_ends.shape[:2], 2, at_ends.shape[-1]))

    def shifted(self, benefit: str, profile: Array, *, of_cost: bool = False) -> Array:
        """Return a profile (region, sex, age) at every year end, or at one where health moves nothing."""
        key = (benefit, of_cost, profile.tobytes())
        if key not in self._made:
            self._made[key] = self._move(benefit, profile, of_cost)
        return self._made[key]

    def _move(self, benefit: str, profile: Array, of_cost: bool) -> Array:
        number = index("benefit", benefit)
        theta = float(self._theta[number])
        weight = float(self._death_related[number]) if of_cost else 0.0
        if theta == 0.0 and weight == 0.0:
            return profile[:, None]
        moved = np.repeat(profile[:, None], self._ends, axis=1)
        if theta > 0.0:
            moved = shifted_profile(profile, theta * self._gain)
        if weight > 0.0:
            moved *= death_related_factor(death_burden_at_year_ends(self._assumptions), weight)
        return moved


def _at_ends(profile: Array, first_end: int, ends: int) -> Array:
    """Return the part of a profile for some year ends; one that never moves serves all."""
    return profile if profile.shape[1] == 1 else profile[:, first_end : first_end + ends]


def contract(population: Array, shares: Array, measures: list[Measure], first_end: int) -> Array:
    """Sum people times profiles over sex and age (region, year_end, measure), without the dense weights."""
    ends = population.shape[1]
    people = population[:, :, None] * shares
    result = np.empty((population.shape[0], ends, len(measures)))
    for number, measure in enumerate(measures):
        of_status = people[:, :, measure.status]
        sexes = slice(None) if measure.sex is None else slice(measure.sex, measure.sex + 1)
        if measure.profile is None:
            result[:, :, number] = of_status[:, :, sexes].sum((-1, -2))
            continue
        profile = _at_ends(measure.profile, first_end, ends)
        profile = np.broadcast_to(profile, (population.shape[0], profile.shape[1], *of_status.shape[2:]))
        profile = np.broadcast_to(profile, of_status.shape)
        result[:, :, number] = np.einsum("resa,resa->re", of_status[:, :, sexes], profile[:, :, sexes])
    return result


def dense_weights(shares: Array, measures: list[Measure]) -> Array:
    """Return the kernel's weights (year_end, region, measure, sex, age); the last measure counts people."""
    regions, ends, _, sexes, ages = shares.shape
    weights = np.zeros((ends, regions, len(measures) + 1, sexes, ages))
    by_end = np.swapaxes(weights, 0, 1)
    for number, measure in enumerate(measures):
        chosen = slice(None) if measure.sex is None else slice(measure.sex, measure.sex + 1)
        of_status = shares[:, :, measure.status, chosen]
        if measure.profile is None:
            by_end[:, :, number, chosen] = of_status
            continue
        profile = _at_ends(measure.profile, 1, ends)
        width = np.broadcast_to(profile, (profile.shape[0], profile.shape[1], sexes, ages))
        by_end[:, :, number, chosen] = of_status * width[:, :, chosen]
    weights[:, :, -1] = 1.0
    return weights
