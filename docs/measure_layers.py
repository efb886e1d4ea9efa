"""How far layers at group means lie from layers age by age (design: deductibles act after the sums over ages).

The engine applies floors, caps, deductibles and ceilings once per group (status, or sex for wages) at the mean of the
group. This script applies the same public functions to every sex and age and adds up. A spread declared for a whole
group contains the spread between ages; age by age the part between ages is taken out, so that both ways see the same
distribution in the base year.

    python docs/measure_layers.py
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import poolcast
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, index, positions
from poolcast.projection.age_sums import measures_of
from poolcast.projection.benefits import project_entitlement
from poolcast.projection.care import Care, project_care
from poolcast.projection.contribution_base import lognormal_base
from poolcast.projection.coverage import project_status_shares
from poolcast.projection.engine import project_money
from poolcast.projection.flows import MoneyState

Array = NDArray[np.float64]

COUNT = {"inpatient": "admissions", "outpatient": "members", "chronic": "members"}
AMOUNT = {"inpatient": "inpatient_cost", "outpatient": "outpatient_bill", "chronic": "chronic_bill"}
SPREAD = {
    "inpatient": "inpatient.cost_coefficient_of_variation",
    "outpatient": "outpatient.cost_coefficient_of_variation",
}
GROUPS = {"employees": EMPLOYEE_STATUSES, "residents": RESIDENT_STATUSES}


@dataclass(frozen=True)
class Line:
    """One measured line: what the sum over ages gives, over what the group means give."""

    name: str
    ratio_in_base_year: float
    ratio_later: float

    @property
    def drift(self) -> float:
        """What calibration of the base year leaves over."""
        return self.ratio_later / self.ratio_in_base_year - 1


class Cells:
    """Counts and amounts of a set by status, sex and age, as exposures of a year."""

    def __init__(self, assumptions: Assumptions, state: MoneyState) -> None:
        previous = assumptions["population.at_previous_year_end"][:, None]
        population = np.concatenate([previous, state.people.population_by_age[:, 1:]], axis=1)
        self._people = population[:, :, None] * project_status_shares(assumptions, population)
        self._measures = measures_of(assumptions, assumptions.last_year - assumptions.base_year)
        self._base_year = assumptions.base_year

    def in_year(self, name: str, status: int, year: int, sex: int | None = None) -> Array:
        """Return a sum of the first region before it is added up (sex, age)."""
        end = year - self._base_year
        ends = [self._at_end(name, status, sex, number) for number in (end, end + 1)]
        return (ends[0] + ends[1]) / 2

    def _at_end(self, name: str, status: int, sex: int | None, end: int) -> Array:
        found = [m for m in self._measures if (m.name, m.status) == (name, status) and m.sex in (None, sex)]
        if not found:
            return np.zeros(self._people.shape[-2:])
        people, profile = self._people[0, end, status], found[0].profile
        if profile is None:
            return people
        return people * np.broadcast_to(profile[0, end if profile.shape[1] > 1 else 0], people.shape)


def spread_within(cells: Cells, benefit: str, statuses: tuple[str, ...], year: int, spread: float) -> float:
    """Take the spread between ages out of the spread of a group: ``1 + cv_w^2 = (1 + cv^2) / (1 + cv_b^2)``."""
    between, total = 0.0, 0.0
    for status in positions("status", statuses):
        count = cells.in_year(COUNT[benefit], status, year)
        amount = cells.in_year(AMOUNT[benefit], status, year)
        if count.sum() > 0 and amount.sum() > 0:
            cost = np.divide(amount, count, out=np.zeros_like(amount), where=count > 0)
            between += (count * cost**2).sum() / (amount.sum() / count.sum()) ** 2 - count.sum()
            total += count.sum()
    return float(np.sqrt(max((1 + spread**2) / (1 + between / total) - 1, 0.0)))


def measured_lines(assumptions: Assumptions, later: int) -> list[Line]:
    """Measure every layered line of a set of one region, in the base year and in a later one."""
    assumptions = assumptions.with_values({"behaviour.response": np.asarray(0.0)})
    state = project_money(assumptions)
    cells = Cells(assumptions, state)
    years = (assumptions.base_year, later)
    ratios = [base_ratio(assumptions, state, cells, year) for year in years]
    lines = [Line("contribution base, unit employees", *ratios)]
    for benefit in COUNT:
        narrow = assumptions
        if benefit in SPREAD:
            spread = assumptions[SPREAD[benefit]].copy()
            for scheme, statuses in enumerate(GROUPS.values()):
                spread[0, scheme] = spread_within(cells, benefit, statuses, years[0], spread[0, scheme])
            narrow = assumptions.with_values({SPREAD[benefit]: spread})
        for group, statuses in GROUPS.items():
            ratios = [payment_ratio(assumptions, narrow, state, cells, benefit, statuses, year) for year in years]
            lines.append(Line(f"{benefit} payment, {group}", *ratios))
    return lines


def payment_ratio(
    wide: Assumptions,
    narrow: Assumptions,
    state: MoneyState,
    cells: Cells,
    benefit: str,
    statuses: tuple[str, ...],
    year: int,
) -> float:
    """Return payments added over ages, over payments at group means; ages take the place of paths."""
    care = project_care(wide, state.people, state.trend)
    at, number = year - wide.base_year, index("benefit", benefit)
    by_age, at_mean = 0.0, 0.0
    mean_pay = project_entitlement(wide, care, state.economy).payment[0, 0, at, :, number]
    for status in positions("status", statuses):
        count = cells.in_year(COUNT[benefit], status, year).ravel()
        amount = cells.in_year(AMOUNT[benefit], status, year).ravel()
        if count.sum() == 0 or amount.sum() == 0:
            continue
        relative = np.divide(amount, count, out=np.zeros_like(amount), where=count > 0) / (amount.sum() / count.sum())
        unit_cost = np.repeat(care.unit_cost[:1], relative.size, axis=0)
        unit_cost[..., status, number] *= relative[:, None, None]
        ages = Care(np.repeat(care.services[:1], relative.size, axis=0), unit_cost)
        pay = project_entitlement(narrow, ages, state.economy).payment[:, 0, at, status, number]
        by_age += float((count * pay).sum())
        at_mean += float(count.sum() * mean_pay[status])
    return by_age / at_mean


def base_ratio(assumptions: Assumptions, state: MoneyState, cells: Cells, year: int) -> float:
    """Return the contribution base added over ages, over the base at the mean wage of each sex."""
    at = year - assumptions.base_year
    economy, active = state.economy, index("status", "active")
    spread = float(assumptions["revenue.wage_coefficient_of_variation"][0])
    bounds = [
        assumptions.in_year(f"revenue.base_{end}_multiple", year)[0] * economy.previous_wage[0, 0, at]
        for end in ("floor", "cap")
    ]
    level = assumptions["revenue.wage_relativity"][0] * economy.wage[0, 0, at]
    level *= assumptions.in_year("revenue.wage_compliance", year)[0]

    def cell(name: str, when: int) -> Array:
        return np.stack([cells.in_year(name, active, when, sex)[sex] for sex in (0, 1)])

    base_heads, base_wages = cell("active_by_sex", assumptions.base_year), cell("relative_wages", assumptions.base_year)
    norm = base_wages.sum() / base_heads.sum()
    profile = np.divide(base_wages, base_heads, out=np.zeros_like(base_wages), where=base_heads > 0)
    mean = base_wages.sum(1) / base_heads.sum(1)
    between = ((base_heads * profile**2).sum(1) / base_heads.sum(1) / mean**2 - 1).mean()
    within = np.sqrt((1 + spread**2) / (1 + between) - 1)
    heads, wages = cell("active_by_sex", year), cell("relative_wages", year)
    relative = np.divide(wages, heads, out=np.zeros_like(wages), where=heads > 0) / norm
    group = lognormal_base(level * wages.sum(1) / heads.sum(1) / norm, spread, *bounds)
    ages = np.where(heads > 0, lognormal_base(level * relative, within, *bounds), 0.0)
    return float((heads * ages).sum() / (heads.sum(1) * group).sum())


def table(set_name: str = "china", later: int = 2050) -> list[str]:
    """Return the measured lines as a Markdown table."""
    assumptions = poolcast.calibrate(poolcast.load_assumptions(set_name))
    rows = [
        f"| line | {assumptions.base_year} | {later} | change that calibration leaves |",
        "|---|---|---|---|",
    ]
    for line in measured_lines(assumptions, later):
        first, last = (100 * (value - 1) for value in (line.ratio_in_base_year, line.ratio_later))
        rows.append(f"| {line.name} | {first:+.2f} % | {last:+.2f} % | {100 * line.drift:+.2f} % |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
