"""Age detail of the money: what the funds pay for members of each age in a year, and what is paid in for them.

The engine works with groups of members after the contraction over ages. Here the money of a group goes back to the ages
that it came from, in proportion to the weights of that contraction, so that the sum over ages is the statement line:

    inpatient care                 members x admission rate x relative cost of the age
    outpatient and chronic care    members x bill of the age
    dual-channel drugs             members
    maternity care and allowance   women x fertility of the age
    units, their arrears and fees  members x relative wage of the age, each sex with its own payroll
    all others, premiums, subsidy  members; premiums and subsidy of residents those of the year end

The age is the one that a person reaches in the year, year less birth year: who stood at age a at the last year end
counts at a + 1. Rules of the ledgers that change a line (rate holiday, prices that follow the reserve, pools) change it
at every age alike.

Made of a finished single run when it is asked for; no run is slower because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import EMPLOYEE_STATUSES, RESIDENT_STATUSES, STATUSES, index, positions
from poolcast.projection.age_sums import measures_of
from poolcast.projection.contributions import unit_payroll_by_sex
from poolcast.projection.coverage import project_status_shares
from poolcast.projection.drivers import NO_DRIVERS
from poolcast.projection.engine import Projection
from poolcast.projection.statement import BENEFIT_LINES, EXPENDITURE_LINES, REVENUE_LINES

Array = NDArray[np.float64]

SCHEME_FUNDS = {"EPF": EMPLOYEE_STATUSES, "RPF": RESIDENT_STATUSES}
"""Funds whose money is followed to ages, and whom they insure."""

PAID_IN = ("R1.1", "R1.3", "R1.4", "R1.5", "R1.6", "R1.7", "R1.8")
"""Lines of contributions to the pooled funds, by members, units and the unemployment fund."""

CREDITED = "R1.9"
"""What a pooled fund passes on to personal accounts: negative revenue, received by the members."""

PAID_OUT = ("E1.1", "E1.2", "E1.3", "E1.4", "E1.5", "E1.6", "E2")
"""Lines of benefits of the pooled funds, and the critical-illness cover that the resident fund buys."""

SUBSIDIES = ("R2.1", "R2.2", "R2.3", "R2.4")
"""Lines of subsidy by head: three levels of government, and premium aid."""

_ACTIVE, _FLEXIBLE, _RETIRED, _PAYING, _UNEMPLOYED = (
    index("status", status) for status in ("active", "flexible", "retired", "paying_past_retirement", "unemployed")
)
_RESIDENTS = positions("status", RESIDENT_STATUSES)
_PROFILE_OF = {
    "inpatient": "inpatient_cost",
    "outpatient": "outpatient_bill",
    "chronic": "chronic_bill",
    "dual_channel": "members",
    "maternity_care": "births",
    "maternity_allowance": "births",
}


@dataclass(frozen=True)
class AgeDetail:
    """Money by age; arrays (region, year, status, sex, age), yuan a year, age the one reached in the year.

    Parameters
    ----------
    benefits : array
        `PAID_OUT`, and what the pooled fund credits to personal accounts.
    contributions : array
        `PAID_IN`: members and employers together; own contributions to accounts are not inside.
    account_contributions : array
        What members pay into their own accounts (line R1.2).
    subsidies : array
        `SUBSIDIES`.
    """

    benefits: Array
    contributions: Array
    account_contributions: Array
    subsidies: Array


def age_detail(projection: Projection) -> AgeDetail:
    """Return the age detail of a single run.

    Raises
    ------
    ValueError
        For a run with drivers: the ages kept are those of the central path.
    """
    if projection.drivers is not NO_DRIVERS:
        raise ValueError("age detail belongs to a single run")
    return _Allocation(projection).detail()


class _Allocation:
    """Takes the money of one run back to ages, line by line."""

    def __init__(self, projection: Projection) -> None:
        self._run = projection
        self._set = projection.assumptions
        self._weight = projection.money.people.closing_weight
        population = projection.money.people.population_by_age
        self._people = population[:, :, None] * project_status_shares(self._set, population)
        self._weights: dict[tuple[str, int], Array] = {}

    def detail(self) -> AgeDetail:
        """Allocate every line."""
        regions, ends, _, sexes, ages = self._people.shape
        shape = (regions, ends - 1, len(STATUSES), sexes, ages)
        benefits, contributions, accounts, subsidies = (np.zeros(shape) for _ in range(4))
        self._pay_benefits(benefits)
        if "EPF" in self._set.ledgers:
            self._collect_from_employees(contributions, accounts, benefits)
        if "RPF" in self._set.ledgers:
            self._collect_from_residents(contributions, subsidies, benefits)
        return AgeDetail(benefits, contributions, accounts, subsidies)

    def _pay_benefits(self, benefits: Array) -> None:
        payments = self._run.money.claims.payments[0]
        for ledger, statuses in SCHEME_FUNDS.items():
            if ledger not in self._set.ledgers:
                continue
            for benefit, profile in _PROFILE_OF.items():
                factor = self._rules_on(ledger, BENEFIT_LINES[benefit])
                for status in positions("status", statuses):
                    amount = payments[..., status, index("benefit", benefit)] * factor
                    benefits[:, :, status] += self._spread(amount, self._exposure(profile, status))

    def _collect_from_employees(self, contributions: Array, accounts: Array, benefits: Array) -> None:
        paid = self._run.money.contributions
        by_wage = self._wages
        for line, amount in (
            ("R1.1", paid.units),
            ("R1.5", paid.arrears_recovered),
            ("R1.6", paid.late_fees),
        ):
            contributions[:, :, _ACTIVE] += self._line("EPF", line, amount)[..., None, None] * by_wage
        flexible = self._line("EPF", "R1.3", paid.flexible)
        heads = self._run.money.people.in_year("members")[0]
        both = heads[..., _FLEXIBLE] + heads[..., _PAYING]
        for status in (_FLEXIBLE, _PAYING):
            share = np.divide(heads[..., status], both, out=np.zeros_like(both), where=both > 0)
            contributions[:, :, status] += self._spread(flexible * share, self._exposure("members", status))
        for line, status, amount in (
            ("R1.7", _UNEMPLOYED, paid.unemployment_fund),
            ("R1.8", _RETIRED, paid.retirees),
        ):
            exposure = self._exposure("members", status)
            contributions[:, :, status] += self._spread(self._line("EPF", line, amount), exposure)
        if "EPA" not in self._set.ledgers:
            return
        benefits[:, :, _ACTIVE] += self._line("EPF", CREDITED, paid.credited_to_active)[..., None, None] * by_wage
        credited = self._line("EPF", CREDITED, paid.credited_to_retired)
        benefits[:, :, _RETIRED] += self._spread(credited, self._exposure("members", _RETIRED))
        accounts[:, :, _ACTIVE] += self._line("EPA", "R1.2", paid.members)[..., None, None] * by_wage
        own = self._line("EPA", "R1.2", paid.flexible_accounts)
        accounts[:, :, _FLEXIBLE] += self._spread(own, self._exposure("members", _FLEXIBLE))

    def _collect_from_residents(self, contributions: Array, subsidies: Array, benefits: Array) -> None:
        flows = self._run.flows
        insured = self._people[:, 1:, _RESIDENTS]
        average = np.stack([self._exposure("members", status) for status in _RESIDENTS], axis=2)
        at_end = _shares(insured, axes=(2, 3, 4))
        in_year = _shares(average, axes=(2, 3, 4))

        def booked(side: str, line: str) -> Array:
            lines = (flows.revenue if side == "revenue" else flows.expenditure)["RPF"]
            return self._line("RPF", line, lines.get(line, np.zeros(flows.shape)))[..., None, None, None]

        contributions[:, :, _RESIDENTS] += booked("revenue", "R1.4") * at_end
        for line in SUBSIDIES:
            subsidies[:, :, _RESIDENTS] += booked("revenue", line) * at_end
        benefits[:, :, _RESIDENTS] += booked("expenditure", "E2") * in_year

    @cached_property
    def _wages(self) -> Array:
        """Share of each sex and age in the payroll of unit employees (region, year, sex, age)."""
        money = self._run.money
        payroll = unit_payroll_by_sex(self._set, money.people, money.economy)[0]
        of_sex = _shares(payroll, axes=(2,))[..., None]
        return of_sex * _shares(self._exposure("relative_wages", _ACTIVE), axes=(3,))

    def _exposure(self, profile: str, status: int) -> Array:
        """Return members times profile by the age reached in the year (region, year, sex, age)."""
        key = (profile, status)
        if key not in self._weights:
            stock = self._people[:, :, status].copy()
            weights = self._profiles[key]
            for sex in (0, 1):
                weight = weights.get(sex, np.zeros(1))
                if weight is not None:
                    stock[:, :, sex] *= weight
            self._weights[key] = self._by_age_reached(stock)
        return self._weights[key]

    @cached_property
    def _profiles(self) -> dict[tuple[str, int], dict[int, Array | None]]:
        """Profile (region, year_end, age) of every age sum by name and status, then by sex; None counts heads."""
        ends = self._people.shape[1]
        found: dict[tuple[str, int], dict[int, Array | None]] = {}
        for measure in measures_of(self._set, ends - 2):
            sexes = (0, 1) if measure.sex is None else (measure.sex,)
            profile = measure.profile
            if profile is not None and profile.shape[1] > 1:
                profile = profile[:, :ends]
            for sex in sexes:
                of_sex = None if profile is None else profile[:, :, min(sex, profile.shape[2] - 1)]
                found.setdefault((measure.name, measure.status), {})[sex] = of_sex
        return found

    def _by_age_reached(self, stock: Array) -> Array:
        """Return the exposure of each year from a stock (region, year_end, sex, age) by the age reached in it."""
        result = self._weight * stock[:, 1:]
        opening = (1 - self._weight) * stock[:, :-1]
        result[..., 1:] += opening[..., :-1]
        result[..., -1] += opening[..., -1]
        return result

    def _line(self, ledger: str, line: str, amount: Array) -> Array:
        """Return an amount (path, region, year) of a statement line after the rules of the ledger (region, year)."""
        result: Array = np.broadcast_to(amount, self._run.flows.shape)[0] * self._rules_on(ledger, line)
        return result

    def _rules_on(self, ledger: str, line: str) -> Array:
        """Return a line of the account over the flow that it was made of (region, year): one where no rule acts."""
        flows, accounts, holders = self._run.flows, self._run.accounts, self._run.holders
        revenue = line.startswith("R")
        lines = list(REVENUE_LINES if revenue else EXPENDITURE_LINES)
        side = (flows.revenue if revenue else flows.expenditure).get(ledger, {})
        before = holders.total(np.broadcast_to(side.get(line, 0.0), flows.shape))[0]
        booked = accounts.revenue_lines if revenue else accounts.expenditure_lines
        after = booked[0, :, :, self._set.ledgers.index(ledger), lines.index(line)]
        ratio = np.divide(after, before, out=np.ones_like(after), where=before != 0)
        result: Array = ratio[: holders.regions].copy()
        if ledger in holders.shared:
            for pool, members in holders.pools.items():
                result[members] = ratio[pool]
        return result

    @staticmethod
    def _spread(amount: Array, exposure: Array) -> Array:
        """Spread an amount (region, year) over sex and age."""
        return amount[..., None, None] * _shares(exposure, axes=(2, 3))


def _shares(values: Array, axes: tuple[int, ...]) -> Array:
    total = values.sum(axes, keepdims=True)
    result: Array = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    return result
