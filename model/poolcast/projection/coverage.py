"""Coverage: in which of the eight statuses the population stands, as shares that move with the cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import OPEN_AGE, STATUSES, index
from poolcast.projection.retirement import Flexibility, retirement_hazard, share_past_retirement

Array = NDArray[np.float64]

_CHILD, _ADULT, _ACTIVE, _FLEXIBLE, _RETIRED, _PAYING, _UNEMPLOYED, _UNINSURED = (
    index("status", status) for status in STATUSES
)
_CONTRIBUTING = [_ACTIVE, _FLEXIBLE, _UNEMPLOYED]
_OUTSIDE = [_CHILD, _ADULT, _UNINSURED]
_FIRST_ADULT_AGE = 18


def fit_status_shares(share: Array, population: Array, members: Array, rounds: int = 5000) -> tuple[Array, Array]:
    """Fit status shares to control totals by proportional fitting (handbook 6.10, 6.3).

    Rows are the people of each sex and age, columns the members of each status; the fitted table is the one of least
    relative entropy to the prior that meets both.

    Parameters
    ----------
    share : array (region, status, sex, age)
        Prior shares.
    population : array (region, sex, age)
        Persons.
    members : array (region, status)
        Control totals, persons; the column of the uninsured is what remains of the population.
    rounds : int
        Most rounds of fitting.

    Returns
    -------
    fitted : array (region, status, sex, age)
        Shares that add to one over statuses and meet the totals.
    missed : array (region, status)
        Persons by which a total is still missed: not nothing where more members are asked for than there are people
        of the sexes and ages that can be in the status.
    """
    target = members.copy()
    target[:, _UNINSURED] = population.sum((1, 2)) - np.delete(members, _UNINSURED, axis=1).sum(1)
    table = share * population[:, None]
    for _ in range(rounds):
        column = table.sum((2, 3))
        table *= np.divide(target, column, out=np.zeros_like(column), where=column > 0)[:, :, None, None]
        row = table.sum(1)
        table *= np.divide(population, row, out=np.zeros_like(row), where=row > 0)[:, None]
        if np.abs(table.sum((2, 3)) - target).max() <= 1e-12 * max(target.max(), 1.0):
            break
    fitted: Array = np.divide(
        table, population[:, None], out=share.copy(), where=np.broadcast_to(population[:, None] > 0, table.shape)
    )
    return fitted, np.abs(table.sum((2, 3)) - target)


@dataclass
class _Shares:
    """Shares by region, retirement group (male, female_50, female_55) and age, moved in place year by year."""

    contributing: Array
    retired: Array
    paying: Array


def project_status_shares(assumptions: Assumptions, population: Array) -> Array:
    """Project the status shares of every year end (handbook 6.3).

    From the base year end on, cover moves with the cohort: contributors retire by the hazard of their cohort (the
    vested to ``retired``, the others to ``paying_past_retirement``), enter by the base-year age increments up to the
    last age of entry, join by formalisation and leave by the exit rate. Who is outside the employee scheme is split
    into child, adult resident and uninsured by the base-year ratios of the age.

    Parameters
    ----------
    assumptions : Assumptions
        Reads ``coverage.*`` and ``retirement.*``.
    population : array (region, year_end, sex, age)
        Central population; weighs ages 99 and 100+ where both enter the open group.

    Returns
    -------
    array (region, year_end, status, sex, age)
        Shares at the year end before the base year end, at the base year end, and at every later one.
    """
    base = assumptions["coverage.status_share"]
    ends = assumptions.last_year - assumptions.base_year + 2
    result = np.empty((base.shape[0], ends, *base.shape[1:]))
    result[:, 0] = assumptions["coverage.previous_status_share"]
    result[:, 1:] = base[:, None]
    if assumptions.options["coverage_movement"] == "by_cohort":
        mover = _CohortMovement(assumptions)
        for end in range(2, ends):
            result[:, end] = mover.step(assumptions.base_year + end - 1, population[:, end - 1])
    _insure_by_age(assumptions, result)
    return result


def _insure_by_age(assumptions: Assumptions, shares: Array) -> None:
    """Move a share of the uninsured of each age to the resident statuses, in place (handbook 6.3.12).

    They become children and adult residents as those insured at their age are; where nobody is, those under 18 become
    children.

    Parameters
    ----------
    shares : array (region, year_end, status, sex, age)
        From the year end before the base year end on; those up to the base year end stay as they are.
    """
    joining = assumptions.from_year("coverage.joining_share", assumptions.base_year + 1)[:, :, None]
    if not joining.any():
        return
    later = shares[:, 2:]
    moved = joining * later[:, :, _UNINSURED]
    insured = later[:, :, _CHILD] + later[:, :, _ADULT]
    young = np.broadcast_to(np.arange(shares.shape[-1]) < _FIRST_ADULT_AGE, insured.shape).astype(float)
    as_child = moved * np.divide(later[:, :, _CHILD], insured, out=young, where=insured > 0)
    later[:, :, _UNINSURED] -= moved
    later[:, :, _CHILD] += as_child
    later[:, :, _ADULT] += moved - as_child


def opening_state(assumptions: Assumptions, population: Array) -> tuple[Array, Array]:
    """Return what a set that begins one year later must know of the movement: see `_CohortMovement.opening_state`.

    Parameters
    ----------
    assumptions : Assumptions
        As of `project_status_shares`, with cover that moves with the cohort.
    population : array (region, year_end, sex, age)
    """
    mover = _CohortMovement(assumptions)
    mover.step(assumptions.base_year + 1, population[:, 1])
    return mover.opening_state()


class _CohortMovement:
    """One year of the movement of cover after another, from the base year end on."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._assumptions = assumptions
        self._flexibility = Flexibility(
            early_share=float(assumptions["retirement.early_share"]),
            late_share=float(assumptions["retirement.late_share"]),
            late_months=float(assumptions["retirement.late_months"]),
            delay=bool(assumptions["retirement.delay"]),
        )
        base = assumptions["coverage.status_share"]
        self._declared_women_50 = assumptions["coverage.women_retiring_at_50_share"][:, None]
        if "opening.women_50_share" in assumptions:
            self._women_50, self._shares = self._carried_groups(base)
            self._increments = assumptions["opening.entry_increment"][:, [0, 1, 1]]
        else:
            self._women_50 = self._fitted_women_50(base)
            self._shares = self._split_women(base)
            self._increments = self._entry_increments()
        self._flexible, self._unemployed = _ratios_to_contributors(base)
        self._flexible_growth = np.ones(base.shape[0])
        outside = base[:, _OUTSIDE].sum(1)
        self._child_ratio = _filled_ratio(base[:, _CHILD], outside)
        self._uninsured_ratio = _filled_ratio(base[:, _UNINSURED], outside)
        self._uninsured_decline = np.ones(base.shape[0])

    def step(self, year: int, population: Array) -> Array:
        """Move the shares to the end of a year; return them by status and sex (region, status, sex, age)."""
        self._move_with_cohort(population)
        self._retire(year)
        self._exit_and_enter(year)
        return self._by_status(year)

    def opening_state(self) -> tuple[Array, Array]:
        """Return what the next year must know beside the shares by status: ``opening.women_50_share`` and increments.

        Returns
        -------
        women_50_share : array (region, status, age)
            Share of the women of a status whose original retirement age is 50.
        entry_increment : array (region, sex, age)
            Increments of the contributing share, with which young cohorts entered in the year.
        """
        weight, shares = self._women_50, self._shares

        def part(of_group: Array) -> Array:
            of_50, of_55 = weight * of_group[:, 1], (1 - weight) * of_group[:, 2]
            both = of_50 + of_55
            return np.divide(of_50, both, out=weight.copy(), where=both > 0)

        outside = np.maximum(1 - shares.contributing - shares.retired - shares.paying, 0.0)
        women_50 = np.empty((weight.shape[0], len(STATUSES), weight.shape[1]))
        women_50[:, _OUTSIDE] = part(outside)[:, None]
        women_50[:, _CONTRIBUTING] = part(shares.contributing)[:, None]
        women_50[:, _RETIRED], women_50[:, _PAYING] = part(shares.retired), part(shares.paying)
        growth = 1 + self._assumptions["coverage.entry_growth_rate"][:, None, None]
        return women_50, self._increments[:, :2] * growth

    def _carried_groups(self, base: Array) -> tuple[Array, _Shares]:
        """Share of women of original retirement age 50 and the shares of all groups, from what was carried over."""
        part = self._assumptions["opening.women_50_share"]
        women = base[:, :, 1]
        weight = (women * part).sum(1) / women.sum(1)

        def of_groups(statuses: list[int]) -> Array:
            both, of_50 = women[:, statuses].sum(1), (women * part)[:, statuses].sum(1)
            women_50 = np.divide(of_50, weight, out=both.copy(), where=weight > 0)
            women_55 = np.divide(both - of_50, 1 - weight, out=both.copy(), where=weight < 1)
            return np.stack([base[:, statuses, 0].sum(1), women_50, women_55], axis=1)

        return weight, _Shares(of_groups(_CONTRIBUTING), of_groups([_RETIRED]), of_groups([_PAYING]))

    def _fitted_women_50(self, base: Array) -> Array:
        """Share of women whose original retirement age is 50, by age (region, age); it moves with the cohort.

        Where one group is past retirement and the other is not, the retired of the base year tell the share:
        ``w pi_50 + (1 - w) pi_55`` of the employee scheme are retired. A share that ignored this would leave
        contributors behind who are long past retirement age, and retire them all in the first projected year.
        """
        pension = base[:, [_RETIRED, _PAYING], 1].sum(1)
        employee = base[:, _CONTRIBUTING, 1].sum(1) + pension
        past = share_past_retirement(self._assumptions.base_year, self._flexibility)
        between = past[1] - past[2]
        retired = np.divide(pension, employee, out=np.zeros_like(pension), where=employee > 0)
        known = (between > 0) & (employee > 0)
        told = np.divide(retired - past[2], between, out=np.zeros_like(retired), where=known)
        return np.where(known, np.clip(told, 0.0, 1.0), self._declared_women_50)

    def _split_women(self, base: Array) -> _Shares:
        """Give the retired and still paying of each age to the groups whose retirement age has passed."""
        pension = base[:, [_RETIRED, _PAYING]].sum(1)
        employee = base[:, _CONTRIBUTING].sum(1) + pension
        past = share_past_retirement(self._assumptions.base_year, self._flexibility)
        weight = self._women_50
        expected = weight * past[1] + (1 - weight) * past[2]
        scale = np.divide(pension[:, 1], expected, out=np.zeros_like(expected), where=expected > 0)
        women_50 = np.clip(np.where(expected > 0, past[1] * scale, pension[:, 1]), 0.0, employee[:, 1])
        rest = pension[:, 1] - weight * women_50
        women_55 = np.divide(rest, 1 - weight, out=women_50.copy(), where=weight < 1)
        women_55 = np.clip(women_55, 0.0, employee[:, 1])
        past_retirement = np.stack([pension[:, 0], women_50, women_55], axis=1)
        retired_ratio = _filled_ratio(base[:, _RETIRED], pension)[:, [0, 1, 1]]
        return _Shares(
            contributing=employee[:, [0, 1, 1]] - past_retirement,
            retired=past_retirement * retired_ratio,
            paying=past_retirement * (1 - retired_ratio),
        )

    def _entry_increments(self) -> Array:
        """Base-year increments of the contributing share by age, up to the last age of entry."""
        last = int(self._assumptions["coverage.entry_last_age"])
        increments = np.zeros_like(self._shares.contributing)
        increments[..., 1 : last + 1] = np.maximum(np.diff(self._shares.contributing[..., : last + 1], axis=-1), 0.0)
        return increments

    def _move_with_cohort(self, population: Array) -> None:
        oldest = population[..., OPEN_AGE - 1 :]
        total = oldest.sum(-1, keepdims=True)
        weight = np.divide(oldest, total, out=np.full_like(oldest, 0.5), where=total > 0)[:, [0, 1, 1]]
        self._women_50 = np.concatenate([self._declared_women_50, self._women_50[:, :-1]], axis=1)
        shares = self._shares
        self._shares = _Shares(
            *(_one_year_older(array, weight) for array in (shares.contributing, shares.retired, shares.paying))
        )

    def _retire(self, year: int) -> None:
        assumptions, shares = self._assumptions, self._shares
        vested = assumptions.in_year("coverage.vested_share", year)[:, [0, 1, 1]][..., None]
        vesting = assumptions["coverage.vesting_rate_of_unvested"][:, None, None]
        lapse = assumptions["coverage.lapse_rate_of_unvested"][:, None, None]
        retiring = shares.contributing * retirement_hazard(year, self._flexibility)
        becoming_vested = shares.paying * vesting
        shares.contributing = shares.contributing - retiring
        shares.retired = shares.retired + vested * retiring + becoming_vested
        shares.paying = shares.paying * (1 - lapse) - becoming_vested + (1 - vested) * retiring

    def _exit_and_enter(self, year: int) -> None:
        assumptions, shares = self._assumptions, self._shares
        contributing = shares.contributing.copy()
        exit_age = int(assumptions["coverage.exit_first_age"])
        contributing[..., exit_age:] *= 1 - assumptions["coverage.exit_rate_before_retirement"][:, None, None]
        years = year - assumptions.base_year
        contributing += self._increments * (1 + assumptions["coverage.entry_growth_rate"][:, None, None]) ** years
        first = int(assumptions["coverage.formalisation_first_age"])
        last = int(assumptions["coverage.formalisation_last_age"])
        rate = assumptions.in_year("coverage.formalisation_rate", year)[:, None, None]
        pension = shares.retired + shares.paying
        ages = slice(first, last + 1)
        contributing[..., ages] += rate * np.maximum(1 - contributing - pension, 0.0)[..., ages]
        ceiling = assumptions["coverage.contributor_share_ceiling"][:, None, None] * (1 - pension)
        shares.contributing = np.minimum(contributing, ceiling)

    def _by_status(self, year: int) -> Array:
        assumptions = self._assumptions
        weight_50 = self._women_50

        def two_sexes(array: Array) -> Array:
            women = weight_50 * array[:, 1] + (1 - weight_50) * array[:, 2]
            return np.stack([array[:, 0], women], axis=1)

        contributing = two_sexes(self._shares.contributing)
        retired, paying = two_sexes(self._shares.retired), two_sexes(self._shares.paying)
        self._flexible_growth = self._flexible_growth * (
            1 + assumptions.in_year("coverage.flexible_share_growth", year)
        )
        self._uninsured_decline = self._uninsured_decline * (
            1 - assumptions.in_year("coverage.uninsured_decline", year)
        )
        flexible = np.minimum(self._flexible * self._flexible_growth[:, None, None], 1 - self._unemployed)
        uninsured = np.minimum(self._uninsured_ratio * self._uninsured_decline[:, None, None], 1.0)
        outside = np.maximum(1 - contributing - retired - paying, 0.0)
        child_of_insured = _filled_ratio(self._child_ratio, 1 - self._uninsured_ratio)
        child = child_of_insured * (1 - uninsured)
        result = np.empty((contributing.shape[0], len(STATUSES), *contributing.shape[1:]))
        result[:, _CHILD] = outside * child
        result[:, _ADULT] = outside * np.maximum(1 - uninsured - child, 0.0)
        result[:, _UNINSURED] = outside * uninsured
        result[:, _FLEXIBLE] = contributing * flexible
        result[:, _UNEMPLOYED] = contributing * self._unemployed
        result[:, _ACTIVE] = contributing * (1 - flexible - self._unemployed)
        result[:, _RETIRED], result[:, _PAYING] = retired, paying
        return result


def _one_year_older(share: Array, weight: Array) -> Array:
    """Move shares one age up; the open group mixes ages 99 and 100+, newborns keep the share of age 0."""
    older = np.empty_like(share)
    older[..., 0] = share[..., 0]
    older[..., 1:OPEN_AGE] = share[..., : OPEN_AGE - 1]
    older[..., OPEN_AGE] = (share[..., OPEN_AGE - 1 :] * weight).sum(-1)
    return older


def _filled_ratio(part: Array, whole: Array) -> Array:
    """Return ``part / whole``; where the whole is nothing, the ratio of the nearest lower age (zero at the start)."""
    known = whole > 0
    ratio = np.divide(part, whole, out=np.zeros_like(whole), where=known)
    position = np.where(known, np.arange(known.shape[-1]), 0)
    latest = np.maximum.accumulate(position, axis=-1)
    result: Array = np.take_along_axis(ratio, latest, axis=-1)
    return result


def _ratios_to_contributors(base: Array) -> tuple[Array, Array]:
    """Return the shares of flexible workers and of the unemployed among contributors of the same sex and age."""
    contributing = base[:, _CONTRIBUTING].sum(1)
    return (
        _filled_ratio(base[:, _FLEXIBLE], contributing),
        _filled_ratio(base[:, _UNEMPLOYED], contributing),
    )
