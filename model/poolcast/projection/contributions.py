"""What the employee scheme collects: bases, rates, collection and arrears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import RESIDENT_STATUSES, index, positions
from poolcast.projection.contribution_base import class_base, lognormal_base
from poolcast.projection.drivers import Drivers
from poolcast.projection.economy import Economy
from poolcast.projection.people import People

Array = NDArray[np.float64]

_FLEXIBLE, _PAYING, _RETIRED, _UNEMPLOYED = (
    index("status", status) for status in ("flexible", "paying_past_retirement", "retired", "unemployed")
)
_RESIDENTS = positions("status", RESIDENT_STATUSES)


@dataclass(frozen=True)
class Contributions:
    """Contributions of the employee scheme; every array has the axes (path, region, year), yuan a year.

    Parameters
    ----------
    unit_payroll, flexible_payroll : array
        Contributory bases, gross of collection.
    units, members, flexible, unemployment_fund, retirees : array
        Cash of the year: employers, own 2 % of unit employees, pooled part of flexible workers, the unemployment
        fund, retired members.
    flexible_accounts : array
        What flexible members pay into accounts.
    arrears_recovered, late_fees : array
    arrears : array
        Stock at the year end.
    credited_to_active, credited_to_retired : array
        Parts of the fund's contribution income that go to personal accounts.
    """

    unit_payroll: Array
    flexible_payroll: Array
    units: Array
    members: Array
    flexible: Array
    unemployment_fund: Array
    retirees: Array
    flexible_accounts: Array
    arrears_recovered: Array
    late_fees: Array
    arrears: Array
    credited_to_active: Array
    credited_to_retired: Array

    @property
    def pooled_income(self) -> Array:
        """Contribution income of the pooled fund, what goes to personal accounts still inside."""
        return (
            self.units
            + self.flexible
            + self.arrears_recovered
            + self.late_fees
            + self.unemployment_fund
            + self.retirees
        )

    @property
    def contributory_bases(self) -> Array:
        """Bases of units and flexible workers, gross of collection (handbook 6.9, PB)."""
        return self.unit_payroll + self.flexible_payroll


def resident_financing(assumptions: Assumptions, people: People) -> Array:
    """Return premium and subsidy of the insured residents at the year end (path, region, year), yuan (handbook 2.4)."""
    heads = people.at_year_end("members")[..., _RESIDENTS].sum(-1)
    heads = heads * assumptions["calibration.resident_financing"][None, :, None]
    collected = premium_of_cover(assumptions) * assumptions.from_year(
        "revenue.resident_collection_rate", assumptions.base_year
    )
    subsidy = assumptions.from_year("resident.subsidy", assumptions.base_year)
    result: Array = heads * (collected + subsidy)[None]
    return result


def premium_of_cover(assumptions: Assumptions) -> Array:
    """Return the personal premium by year of cover (region, year): of the year's own notice, or of the year before."""
    lag = int(assumptions["resident.personal_premium_lag"])
    years = assumptions.last_year - assumptions.base_year + 1
    return assumptions.from_year("resident.personal_premium", assumptions.base_year - lag)[:, :years]


def project_contributions(
    assumptions: Assumptions, people: People, economy: Economy, drivers: Drivers
) -> Contributions:
    """Return the contributions of the employee scheme (handbook 2.1, 6.4).

    ``R1.1 = kappa tau_er sum n_A B`` with B the base between floor and cap; flexible workers and those still paying
    past retirement age pay on ``beta W_{t-1}``; what is not collected becomes arrears, of which a part is recovered.
    """

    def yearly(name: str) -> Array:
        return assumptions.from_year(name, assumptions.base_year)[None]

    members = people.in_year("members")
    floor_wage = _wage_of_the_bounds(assumptions, economy)
    payroll = _unit_payroll(assumptions, people, economy)
    own_base = yearly("revenue.flexible_base_multiple") * floor_wage
    flexible_payroll = (members[..., _FLEXIBLE] + members[..., _PAYING]) * own_base
    collection = np.minimum(yearly("revenue.collection_rate") * drivers.factor("collection"), 1.0)
    flexible_collection = np.minimum(yearly("revenue.flexible_collection_rate") * drivers.factor("collection"), 1.0)
    factor = assumptions["calibration.pooled_contribution"][None, :, None]
    whole_rate = yearly("revenue.employer_rate") + yearly("revenue.maternity_rate")
    rate = np.maximum(whole_rate - _shifted_rate(assumptions), 0.0)
    due = rate * payroll * factor
    recovered, arrears = _arrears(assumptions, due, collection)
    units = collection * due
    late_fees = yearly("revenue.late_fee_rate") * recovered
    employee_rate = yearly("revenue.employee_rate")
    accounts = employee_rate * yearly("revenue.flexible_account_share") * members[..., _FLEXIBLE] * own_base
    unemployed_base = yearly("revenue.unemployed_base_multiple") * floor_wage * members[..., _UNEMPLOYED]
    return Contributions(
        unit_payroll=payroll,
        flexible_payroll=flexible_payroll,
        units=units,
        members=collection * employee_rate * payroll,
        flexible=flexible_collection * yearly("revenue.flexible_rate") * flexible_payroll,
        unemployment_fund=rate * unemployed_base,
        retirees=yearly("revenue.retiree_rate") * economy.pension * members[..., _RETIRED],
        flexible_accounts=flexible_collection * accounts,
        arrears_recovered=recovered,
        late_fees=late_fees,
        arrears=arrears,
        credited_to_active=yearly("revenue.share_credited_to_active_accounts") * (units + recovered),
        credited_to_retired=yearly("revenue.retiree_account_credit") * members[..., _RETIRED],
    )


def _wage_of_the_bounds(assumptions: Assumptions, economy: Economy) -> Array:
    """Average wage behind the bounds: before the switch month that of two years ago, then that of last year."""
    month = assumptions["revenue.base_switch_month"][None, :, None]
    earlier = (month - 1) / 12
    mixed = earlier * np.where(earlier > 0, economy.earlier_wage, 0.0) + (13 - month) / 12 * economy.previous_wage
    result: Array = mixed
    return result


def _unit_payroll(assumptions: Assumptions, people: People, economy: Economy) -> Array:
    """Contributory base of unit employees, both sexes, times the calibrated factor."""
    factor = assumptions["calibration.contribution_base"][None, :, None]
    result: Array = unit_payroll_by_sex(assumptions, people, economy).sum(-1) * factor
    return result


def unit_payroll_by_sex(assumptions: Assumptions, people: People, economy: Economy) -> Array:
    """Return exposure times mean base of unit employees (path, region, year, sex), before the calibrated factor.

    Before the switch month the base stands between bounds of the wage of two years ago, then of last year's:
    ``(m - 1)/12 B(W_{t-2}) + (13 - m)/12 B(W_{t-1})`` (handbook 2.1).
    """
    base = assumptions.base_year

    def yearly(name: str) -> Array:
        return assumptions.from_year(name, base)[None, :, :, None]

    exposure = people.exposure(people.active_by_sex)
    relative = people.exposure(people.relative_wages)
    of_base = relative[:, :, :1].sum(-1, keepdims=True) / np.maximum(exposure[:, :, :1].sum(-1, keepdims=True), 1e-300)
    mean = np.divide(relative, exposure, out=np.zeros_like(relative), where=exposure > 0)
    mean = np.divide(mean, of_base, out=np.zeros_like(mean), where=of_base > 0)
    wage = economy.previous_wage if int(assumptions["revenue.base_wage_lag"]) else economy.wage
    relativity = assumptions["revenue.wage_relativity"][None, :, None]
    declared = (relativity * wage)[..., None] * mean * yearly("revenue.wage_compliance")
    earlier = (assumptions["revenue.base_switch_month"][None, :, None, None] - 1) / 12
    mean_base = (1 - earlier) * _mean_base(assumptions, declared, economy.previous_wage)
    if earlier.any():
        of_earlier = _mean_base(assumptions, declared, economy.earlier_wage)
        mean_base = mean_base + np.where(earlier > 0, earlier * of_earlier, 0.0)
    result: Array = exposure * mean_base
    return result


def _mean_base(assumptions: Assumptions, declared: Array, bound_wage: Array) -> Array:
    """Mean base of each sex between the floor and the cap that rest on a wage (path, region, year, sex)."""
    base = assumptions.base_year
    floor = (assumptions.from_year("revenue.base_floor_multiple", base)[None] * bound_wage)[..., None]
    cap = (assumptions.from_year("revenue.base_cap_multiple", base)[None] * bound_wage)[..., None]
    if assumptions.options["wage_distribution"] == "classes":
        share = assumptions["revenue.wage_class_share"][None, :, None, None]
        relative = assumptions["revenue.wage_class_relative_wage"][None, :, None, None]
        return class_base(declared, share, relative, floor, cap)
    spread = assumptions["revenue.wage_coefficient_of_variation"][None, :, None, None]
    return lognormal_base(declared, spread, floor, cap)


def _shifted_rate(assumptions: Assumptions) -> Array | float:
    """Employer rate that moves to long-term care insurance for coverage above that of the base year."""
    if "long_term_care.shifted_employer_rate" not in assumptions:
        return 0.0
    coverage = assumptions.from_year("long_term_care.coverage_share", assumptions.base_year)
    added = np.maximum(coverage - coverage_before_shift(assumptions), 0.0)
    shift = assumptions.from_year("long_term_care.shifted_employer_rate", assumptions.base_year)
    result: Array = (shift * added)[None]
    return result


def coverage_before_shift(assumptions: Assumptions) -> Array:
    """Return the long-term care coverage from which the employer rate moves (region, 1): that of the base year."""
    if "opening.long_term_care_coverage" in assumptions:
        return assumptions["opening.long_term_care_coverage"][:, None]
    return assumptions.from_year("long_term_care.coverage_share", assumptions.base_year)[:, :1]


def _arrears(assumptions: Assumptions, due: Array, collection: Array) -> tuple[Array, Array]:
    """Recovery and year-end stock of arrears (handbook 2.1), from the steady state of the base year.

    ``Arr_t = (1 - rho - omega) Arr_{t-1} + (1 - kappa) due``. Where dues have grown by g a year the opening stock of
    the base year is ``(1 - kappa) due / (g + rho + omega)``; g is the growth of the average wage in the base year.
    A set that was rolled gives the opening stock as a multiple of the due.
    """
    base = assumptions.base_year
    recovery = assumptions.from_year("revenue.arrears_recovery_rate", base)
    write_off = assumptions.from_year("revenue.arrears_write_off_rate", base)
    wages = [assumptions.in_year("economy.average_wage", base + offset) for offset in (-1, 0)]
    unpaid = (1 - collection) * due
    leaving = np.minimum(recovery + write_off, 1.0)
    outflow = np.where(leaving[:, 0] > 0, np.maximum(leaving[:, 0] + wages[1] / wages[0] - 1, 1e-6), 0.0)
    opening = np.divide(unpaid[:, :, 0], outflow, out=np.zeros_like(unpaid[:, :, 0]), where=outflow > 0)
    if "opening.arrears_over_due" in assumptions:
        opening = assumptions["opening.arrears_over_due"] * due[:, :, 0]
    recovered, stock = np.empty_like(unpaid), np.empty_like(unpaid)
    for year in range(unpaid.shape[2]):
        recovered[:, :, year] = recovery[:, year] * opening
        stock[:, :, year] = (1 - leaving[:, year]) * opening + unpaid[:, :, year]
        opening = stock[:, :, year]
    return recovered, stock
