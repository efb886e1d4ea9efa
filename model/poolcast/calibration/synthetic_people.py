"""People of a synthetic set: age structures, the year before, mortality, fertility, migration and members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.calibration.region_profiles import RegionProfile, SetPlan, generator
from poolcast.calibration.set_tables import Table, number, people
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import AGES, INSURED_STATUSES, OPEN_AGE, STATUSES, index, positions

Array = NDArray[np.float64]

_AGE = np.array(AGES, dtype=float)
_MORTALITY_YEARS = (2026, 2035, 2045, 2060, 2075)
_FERTILITY_YEARS = (2025, 2026, 2030, 2035, 2040, 2050, 2060, 2075)
_FORMALISATION_YEARS = (*range(2026, 2036), 2040, 2045, 2050, 2060, 2075)
_OUTSIDE_PATH = {2026: 1.0, 2040: 0.6, 2060: 0.3}

_CONTRIBUTING = positions("status", ("active", "flexible", "unemployed"))
_PENSION = positions("status", ("retired", "paying_past_retirement"))
_RESIDENT = positions("status", ("child", "adult_resident"))
_UNINSURED = [index("status", "uninsured")]


@dataclass(frozen=True)
class RegionPeople:
    """People of a region (sex, age), persons, and members by status (status,)."""

    previous: Array
    closing: Array
    previous_members: Array
    members: Array
    highest_contributing_share: float
    outside: Array


def migrant_profile() -> Array:
    """Return the shares of movers by sex and age (sex, age): a Rogers-Castro curve with its peak at 23, adding to one.

    Children move with their parents; beyond 70 hardly anybody moves, so that small cells of the old never empty.
    """
    children = 0.022 * np.exp(-0.11 * _AGE)
    labour = 0.065 * np.exp(-0.10 * (_AGE - 21) - np.exp(-0.42 * (_AGE - 21)))
    fading = np.clip((90 - _AGE) / 25, 0.0, 1.0)
    curve = (children + labour + 0.0012) * fading
    both = np.stack([0.51 * curve, 0.49 * curve]) / curve.sum()
    rounded = np.round(both, 6)
    rounded[0, 23] += 1 - rounded.sum()
    result: Array = np.round(rounded, 6)
    return result


def tilted_ages(base: Array, region: RegionProfile) -> Array:
    """Tilt an age structure (sex, age) to the shares of children and of people of 60 and over of a region.

    The weight is the exponential of two smooth steps, at 15 and at 60, of a bump of young adults and of a slope over
    the children; the heights of the steps are solved for by Newton's method, so that the structure stays smooth.
    """
    child_step = 1 / (1 + np.exp((_AGE - 14.5) / 1.5))
    old_step = 1 / (1 + np.exp((59.5 - _AGE) / 2.5))
    bump = region.young_adults * np.exp(-(((_AGE - 31) / 9.0) ** 2)) + region.newborns * np.clip(
        1 - _AGE / 14, 0.0, 1.0
    )
    steps = np.stack([child_step, old_step])
    wanted = np.array([region.children, region.old])
    heights = np.zeros(2)
    for _ in range(60):
        weighted = base * np.exp(heights @ steps + bump)
        share = weighted / weighted.sum()
        now = np.array([share[:, :15].sum(), share[:, 60:].sum()])
        if np.abs(now - wanted).max() < 1e-12:
            break
        slope = np.empty((2, 2))
        for number_, step in enumerate(steps):
            mean = (share * step).sum()
            slope[:, number_] = [(share * step)[:, :15].sum(), (share * step)[:, 60:].sum()] - now * mean
        heights = heights + np.linalg.solve(slope, wanted - now)
    result: Array = share * region.population
    return result


def previous_year_end(closing: Array, survival: Array, outside: Array, base_previous: Array) -> Array:
    """Run a population (sex, age) one year back: undo migration and deaths; the open group splits as in the base."""
    arrived = np.maximum(closing - outside, 0.1 * closing)
    previous = np.empty_like(closing)
    previous[:, : OPEN_AGE - 1] = arrived[:, 1:OPEN_AGE] / survival[:, 1:OPEN_AGE]
    oldest = base_previous[:, OPEN_AGE - 1 :]
    dying = arrived[:, OPEN_AGE] / survival[:, OPEN_AGE]
    previous[:, OPEN_AGE - 1 :] = dying[:, None] * oldest / oldest.sum(1, keepdims=True)
    return previous


def cover_weights(share: Array, population: Array, region: RegionProfile) -> Array:
    """Return the weights of the statuses that tilt status shares (status, sex, age) to the cover of a region.

    Each group of statuses (employee scheme, resident scheme, uninsured; on request contributing and past retirement
    apart) has one weight in all cells; the weights are found by repeated proportion. Proportional
    fitting to the members of the accounts finds the same shares again.
    """
    total = population.sum()
    wanted = [(1 - region.employees - region.uninsured, _RESIDENT), (region.uninsured, _UNINSURED)]
    if region.retired is None:
        wanted.append((region.employees, [*_CONTRIBUTING, *_PENSION]))
    else:
        wanted.append(((1 - region.retired) * region.employees, _CONTRIBUTING))
        wanted.append((region.retired * region.employees, _PENSION))
    weight = np.ones(len(STATUSES))
    for _ in range(2_000):
        tilted = tilted_shares(share, weight)
        held = (tilted * population).sum((1, 2)) / total
        steps = [target / held[group].sum() for target, group in wanted]
        for step, (_, group) in zip(steps, wanted, strict=True):
            weight[group] *= step
        if max(abs(step - 1) for step in steps) < 1e-11:
            break
    return weight


def tilted_shares(share: Array, weight: Array) -> Array:
    """Weigh status shares (status, sex, age) and let them add to one again."""
    weighted = share * weight[:, None, None]
    result: Array = weighted / weighted.sum(0)
    return result


def make_people(plan: SetPlan, base: Assumptions) -> dict[str, RegionPeople]:
    """Return the people of every region of a plan, from the age structure and cover of the set it is based on."""
    survival = base.in_year("population.survival_ratio", base.base_year + 1)[0]
    movers = migrant_profile()
    result = {}
    for region in plan.regions:
        closing = np.round(tilted_ages(base["population.at_base_year_end"][0], region))
        outside = movers * region.outside_migration / 1000 * region.population
        arriving = sum(amount for (_, target), amount in plan.flows.items() if target == region.code)
        leaving = sum(amount for (origin, _), amount in plan.flows.items() if origin == region.code)
        internal = movers * (arriving - leaving)
        living = regional_survival(survival, region)
        before = previous_year_end(closing, living, outside + internal, base["population.at_previous_year_end"][0])
        previous = np.round(before)
        weights = cover_weights(base["coverage.status_share"][0], closing, region)
        shares = tilted_shares(base["coverage.status_share"][0], weights)
        earlier = tilted_shares(base["coverage.previous_status_share"][0], weights)
        pension = shares[_PENSION].sum(0)
        contributing = shares[_CONTRIBUTING].sum(0)
        room = np.where(pension < 0.5, 1 - pension, 1.0)
        result[region.code] = RegionPeople(
            previous=previous,
            closing=closing,
            previous_members=np.round((earlier * previous).sum((1, 2))),
            members=np.round((shares * closing).sum((1, 2))),
            highest_contributing_share=float((contributing / room).max()),
            outside=outside,
        )
    return result


def regional_survival(survival: Array, region: RegionProfile) -> Array:
    """Return survival ratios (..., age) under the mortality of a region; the ratio fades out between 75 and 100."""
    fading = np.clip((100 - _AGE) / 25, 0.0, 1.0)
    result: Array = 1 - (1 - survival) * (1 + (region.mortality - 1) * fading)
    return result


def people_tables(plan: SetPlan, base: Assumptions, made: dict[str, RegionPeople]) -> list[Table]:
    """Return the tables of population, mortality, fertility, migration and cover."""
    population, mortality = Table("population"), Table("mortality")
    for region in plan.regions:
        note = f"total {region.evidence}, ages generated"
        for name, values in (
            ("population.at_previous_year_end", made[region.code].previous),
            ("population.at_base_year_end", made[region.code].closing),
        ):
            rows = Table("")
            rows.add_ages(name, values, 0, region=region.code)
            population.extend(rows, source=region.sources, note=note)
        if region.mortality != 1.0:
            for year in _MORTALITY_YEARS:
                survival = regional_survival(base.in_year("population.survival_ratio", year)[0], region)
                mortality.add_ages("population.survival_ratio", survival, 5, region=region.code, year=str(year))
    return [
        population,
        mortality,
        _fertility_table(plan, base, made),
        _migration_table(plan, made),
        _coverage_table(plan, base, made),
    ]


def _fertility_table(plan: SetPlan, base: Assumptions, made: dict[str, RegionPeople]) -> Table:
    """Scale the fertility of the base set so that the births of the base year fill the age 0 of the base year end."""
    table = Table("fertility")
    rate = base.in_year("population.fertility_rate", base.base_year)[0]
    survival = base.in_year("population.survival_ratio", base.base_year + 1)[0, :, 0].mean()
    for code, members in plan.profile_places.items():
        newborn = sum(made[region.code].closing[:, 0].sum() for region in members) / survival
        women = sum((made[region.code].previous[1] + made[region.code].closing[1]) / 2 for region in members)
        factor = round(float(np.clip(newborn / (women * rate).sum(), 0.6, 1.6)), 3)
        for year in _FERTILITY_YEARS:
            scaled = factor * base.in_year("population.fertility_rate", year)[0]
            table.add_ages("population.fertility_rate", scaled, 4, region=code, year=str(year))
    return table


def _migration_table(plan: SetPlan, made: dict[str, RegionPeople]) -> Table:
    """Return flows between regions, their age profile, and net migration from outside the set."""
    table = Table("migration")
    codes = [region.code for region in plan.regions]
    for origin in codes:
        going = {target: amount for (start, target), amount in plan.flows.items() if start == origin}
        for target in (code for code in codes if code in going):
            for later, part in plan.flow_path.items():
                planned = target in plan.keeps_up and later <= 2035
                amount = people(going[target] * (1.0 if planned else part))
                table.add("population.migration_flow", amount, region=origin, destination=target, year=str(later))
        others = [code for code in codes if code not in going and code != origin]
        if others:
            first, nowhere = str(min(plan.flow_path)), "|".join(others)
            table.add("population.migration_flow", "0", region=origin, destination=nowhere, year=first)
    table.add_ages("population.migration_age_profile", migrant_profile(), 6)
    for region in plan.regions:
        for year, part in _OUTSIDE_PATH.items():
            persons = made[region.code].outside * part
            table.add_ages("population.net_migration", persons, 0, region=region.code, year=str(year))
    return table


def _add_formalisation(table: Table, region: RegionProfile, base: Assumptions) -> None:
    """Scale formalisation to the size of the employee scheme, so that a small one does not grow faster than a large."""
    share = base["coverage.status_share"][0][[*_CONTRIBUTING, *_PENSION]].sum(0)
    population = base["population.at_base_year_end"][0]
    scale = np.clip(region.employees / ((share * population).sum() / population.sum()), 0.3, 1.0)
    if scale < 1:
        note = "rate of China times the share of the employee scheme over that of China"
        for year in _FORMALISATION_YEARS:
            rate = number(scale * base.in_year("coverage.formalisation_rate", year)[0], 3)
            table.add("coverage.formalisation_rate", rate, region=region.code, year=str(year), note=note)


def _coverage_table(plan: SetPlan, base: Assumptions, made: dict[str, RegionPeople]) -> Table:
    """Return the ceilings of the contributing share, and members at both year ends as control totals."""
    table = Table("coverage")
    of_base = float(base["coverage.contributor_share_ceiling"][0])
    share = base["coverage.status_share"][0]
    pension, contributing = share[_PENSION].sum(0), share[_CONTRIBUTING].sum(0)
    highest = float((contributing / np.where(pension < 0.5, 1 - pension, 1.0)).max())
    note = "ceiling over the highest contributing share as in the set it is based on"
    for region in plan.regions:
        ceiling = np.clip(made[region.code].highest_contributing_share * of_base / highest, 0.4, 0.97)
        growth = generator(plan.seed, "entry", region.code).uniform(0.001, 0.005)
        table.add("coverage.contributor_share_ceiling", number(ceiling, 3), region=region.code, note=note)
        table.add("coverage.entry_growth_rate", number(growth, 2), region=region.code)
        _add_formalisation(table, region, base)
    for region in plan.regions:
        both = made[region.code].previous_members, made[region.code].members
        for year, members in zip((base.base_year - 1, base.base_year), both, strict=True):
            for status in INSURED_STATUSES:
                value = people(members[index("status", status)])
                table.add("accounts.members", value, region=region.code, year=str(year), status=status)
    return table
