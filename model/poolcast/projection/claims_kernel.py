"""The compiled kernel of the claims: care, entitlement and the patients' answer, from age sums to what a fund is asked.

The same formulae as `care`, `benefits` and `behaviour`, which are the twin to read; those hold whole arrays at every
step. Here one path of one region goes from its age sums to the sums over statuses that the ledgers need, year after
year, and nothing in between leaves the cache. What no path changes, logarithms among it, is read from tables that are
made once (`claims_compiled`); their last axis holds what is read together, so that it lies in one line of the cache.

Paths do not meet, and nothing is reassociated (no `fastmath`), so a path has the same bits in any block. The kernel
lets go of the interpreter lock.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import BENEFITS, STATUSES, TIERS, index
from poolcast.projection.normal_distribution_compiled import mean_below_limit

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_INPATIENT, _OUTPATIENT, _CHRONIC, _DUAL, _MATERNITY, _ALLOWANCE, _LONG_TERM = (
    index("benefit", benefit) for benefit in BENEFITS
)
_UNINSURED, _ACTIVE, _RETIRED = (index("status", status) for status in ("uninsured", "active", "retired"))
_BENEFITS, _STATUSES, _TIERS = len(BENEFITS), len(STATUSES), len(TIERS)
EMPLOYEE, RESIDENT, NOBODY = 0, 1, -1

IN_POLICY, LOG_IN_POLICY, DEDUCTIBLE, LOG_DEDUCTIBLE, RATE, MIX, BASE_MIX, REFERENCE = range(8)
"""Columns of `Law.tiers`: in-policy bill over the mean cost of a stay, deductible, rate, mix of the year and of the
base year, the patient's share under the unreformed law."""
LOWER, LOG_LOWER, UPPER, LOG_UPPER, USERS, PAID_SHARE, LOG_REFERENCE_STAYS, LOG_REFERENCE_VISITS = range(8)
"""Columns of `Law.visits`: limits between which outpatient bills are paid, members who use such care, what is paid of
the layer, and the logarithms of the patient's share under the unreformed law."""
SERVICES, COST, LISTED, PAID, ANSWER, CHEAPER = range(6)
"""Columns of `Law.benefits`: services per exposure, bill per service, in-policy part of it; where no layer matters, the
part paid of that and the exponent of the patients' answer; what procurement leaves of a bill."""
FACTOR, HALF_VARIANCE, DEVIATION, REPEAT, AGAIN, LOG_AGAIN, HALF_VARIANCE_VISITS, DEVIATION_VISITS = range(8)
"""Columns of `Law.spread`: calibration of the payment of stays, spread of their cost, share and deductible of repeated
stays, spread of outpatient bills."""
OF_STAYS, OF_VISITS, CROSS, SWITCHING = range(4)
"""Columns of `Law.elasticity`."""
CEILINGS, WAITING = (0, 1), 2
"""Columns of `Law.years`: ceiling as a multiple of the wage (employees) and income (residents), years of wait."""
MEMBERS, ADMISSIONS, INPATIENT_COST, OUTPATIENT_BILL, CHRONIC_BILL, BIRTHS, DISABLED = range(7)
"""Age sums, in the order of `Crowd`."""
RESIDENTS_COUNTED, RESIDENTS, EMPLOYEES_INPATIENT, CIVIL_SERVICE = range(4)
"""Sums of own payments: residents' inpatient and chronic care, all of the residents', employees' inpatient care, and
all of unit employees and the retired."""

# Every compiled function but the limited expected value stands in this file: numba's cache on disk looks at the file of
# a function only. After a change of `normal_distribution_compiled` this file must be touched. What is called in one
# place is put there (`_in_place`), because handing many arrays over takes longer than the formula.
_compile: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(nogil=True, cache=True, error_model="numpy")
_in_place: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(
    nogil=True, cache=True, error_model="numpy", inline="always"
)


class Law(NamedTuple):
    """What no path changes, calibration inside."""

    scheme: Integers  # (status): EMPLOYEE, RESIDENT or NOBODY
    tiers: Array  # (region, year, status, tier, column)
    visits: Array  # (region, year, status, column)
    benefits: Array  # (region, year, status, benefit, column)
    spread: Array  # (region, scheme, column)
    years: Array  # (region, year, column)
    elasticity: Array  # (status, column)
    phase_in: Array  # steps of the cumulated phase-in
    indexation: Array  # (region): of deductibles and ceilings, to the wage
    base_births: Array  # (region, status): of the base year, where the set gives them; NaN where they follow


class Options(NamedTuple):
    """Switches and bounds."""

    closing_weight: float
    fixed_share: bool  # of outpatient care: no layers
    answers: bool  # whether patients answer a change of price
    switches: bool  # whether they go to another tier
    smallest_own_share: float
    smallest_answer: float
    largest_answer: float


class Crowd(NamedTuple):
    """Age sums (path, region, year end, status) and births (path, region, year); one path may serve all."""

    members: Array
    admissions: Array
    inpatient_cost: Array
    outpatient_bill: Array
    chronic_bill: Array
    expected_births: Array
    disabled: Array
    births: Array


class Prices(NamedTuple):
    """Levels by path; (path, region, year, ...), one path may serve all."""

    use: Array  # (..., benefit)
    unit_cost: Array  # (..., scheme, benefit)
    wage: Array  # of the year before
    income: Array  # of the year before
    strength: Array  # multiplies elasticities


class Sums(NamedTuple):
    """Where the kernel writes, yuan."""

    claimed: Array  # (path, region, year, scheme, benefit)
    outside: Array  # (path, region, year, scheme): the part of inpatient claims from outside the region
    own: Array  # (path, region, year, 4)
    above: Array  # (path, region, year): of employees' stays, above the ceiling


@_compile
def add_up_claims(law, options, crowd, prices, sums):  # type: ignore[no-untyped-def]
    """Fill the sums; regions outside, so that their part of the law stays in the cache."""
    paths, regions, years = sums.above.shape
    exposure = np.empty((7, years, _STATUSES))
    change = np.zeros((years, _STATUSES, 2))
    for region in range(regions):
        for path in range(paths):
            for number, ends in enumerate(
                (
                    crowd.members,
                    crowd.admissions,
                    crowd.inpatient_cost,
                    crowd.outpatient_bill,
                    crowd.chronic_bill,
                    crowd.expected_births,
                    crowd.disabled,
                )
            ):
                _expose(ends[_of(ends, path), region], options.closing_weight, exposure[number])
            uninsured = crowd.members[_of(crowd.members, path), region, :, _UNINSURED]
            born = crowd.births[_of(crowd.births, path), region]
            use, unit_cost = (
                prices.use[_of(prices.use, path), region],
                prices.unit_cost[_of(prices.unit_cost, path), region],
            )
            wage, income = prices.wage[_of(prices.wage, path), region], prices.income[_of(prices.income, path), region]
            strength = prices.strength[_of(prices.strength, path), region]
            _one_path(
                law,
                options,
                region,
                exposure,
                uninsured,
                born,
                use,
                unit_cost,
                wage,
                income,
                strength,
                change,
                sums.claimed[path, region],
                sums.outside[path, region],
                sums.own[path, region],
                sums.above[path, region],
            )


@_compile
def _of(values, path):  # type: ignore[no-untyped-def]
    """Return where a path lies; one path may serve all."""
    return path if values.shape[0] > 1 else 0


@_compile
def _expose(ends, weight, exposure):  # type: ignore[no-untyped-def]
    """Set the exposure of each year (year, status) from its two ends; see `people.People.exposure`."""
    for year in range(exposure.shape[0]):
        for status in range(_STATUSES):
            exposure[year, status] = weight * ends[year + 1, status] + (1 - weight) * ends[year, status]


@_in_place
def _one_path(  # type: ignore[no-untyped-def]
    law,
    options,
    region,
    exposure,
    uninsured,
    born,
    use,
    unit_cost,
    wage,
    income,
    strength,
    change,
    claimed,
    outside,
    own_sums,
    above_ceiling,
):
    """Fill the sums of one path of one region."""
    claimed[:] = 0.0
    outside[:] = 0.0
    own_sums[:] = 0.0
    above_ceiling[:] = 0.0
    for year in range(len(wage)):
        log_index = law.indexation[region] * math.log(wage[year] / wage[0])
        index_level = math.exp(log_index)
        expected_births, residents = 0.0, 0.0
        for status in range(_STATUSES):
            expected_births += exposure[BIRTHS, year, status]
            if law.scheme[status] == RESIDENT:
                residents += exposure[MEMBERS, year, status]
        waiting = law.years[region, year, WAITING] * uninsured[year]
        waiting = min(waiting / residents, 1.0) if residents > 0.0 else 0.0
        for status in range(_STATUSES):
            scheme = law.scheme[status]
            if scheme == NOBODY:
                continue
            members, admissions = exposure[MEMBERS, year, status], exposure[ADMISSIONS, year, status]
            cost = exposure[INPATIENT_COST, year, status] / admissions if admissions > 0.0 else 0.0
            cost *= law.benefits[region, year, status, _INPATIENT, COST] * unit_cost[year, scheme, _INPATIENT]
            ceiling = law.years[region, year, CEILINGS[0]] * wage[year]
            if scheme == RESIDENT:
                ceiling = law.years[region, year, CEILINGS[1]] * income[year]
            stay, stay_paid, stay_above, stay_outside, stay_own = _inpatient(
                law, options, region, year, status, scheme, cost, ceiling, index_level, log_index, strength[year]
            )
            bill = exposure[OUTPATIENT_BILL, year, status] / members if members > 0.0 else 0.0
            bill *= law.benefits[region, year, status, _OUTPATIENT, COST] * unit_cost[year, scheme, _OUTPATIENT]
            bill *= use[year, _OUTPATIENT] * law.benefits[region, year, status, _OUTPATIENT, LISTED]
            bill_paid = _outpatient(law, options, region, year, status, scheme, bill, index_level, log_index)
            bill_own = 1.0 - bill_paid / bill if bill > 0.0 else 1.0
            answer_stays, answer_visits = _answers(
                law, options, change, region, year, status, stay_own, bill_own, strength[year]
            )
            for benefit in range(_BENEFITS):
                in_policy = (
                    law.benefits[region, year, status, benefit, COST]
                    * unit_cost[year, scheme, benefit]
                    * law.benefits[region, year, status, benefit, LISTED]
                )
                services, answer = members, 1.0
                if benefit == _INPATIENT:
                    in_policy, paid = stay, stay_paid
                    services, answer = admissions * use[year, benefit], answer_stays
                elif benefit == _OUTPATIENT:
                    in_policy, paid = bill, bill_paid
                    answer = answer_visits
                else:
                    if benefit == _CHRONIC:
                        mean = exposure[CHRONIC_BILL, year, status] / members if members > 0.0 else 0.0
                        in_policy *= mean * use[year, benefit]
                    elif benefit == _DUAL:
                        in_policy *= use[year, benefit]
                    elif benefit == _LONG_TERM:
                        services = exposure[DISABLED, year, status] * use[year, benefit]
                    else:
                        if benefit == _ALLOWANCE:
                            in_policy = wage[year] * law.benefits[region, year, status, benefit, LISTED]
                        services = law.base_births[region, status]
                        if year > 0 or math.isnan(services):
                            mine = exposure[BIRTHS, year, status]
                            services = mine / expected_births * born[year] if expected_births > 0.0 else 0.0
                        services *= use[year, benefit]
                    paid = in_policy * law.benefits[region, year, status, benefit, PAID]
                    if options.answers:
                        answer = _bounded(
                            law.benefits[region, year, status, benefit, ANSWER] * strength[year],
                            options.smallest_answer,
                            options.largest_answer,
                        )
                services *= law.benefits[region, year, status, benefit, SERVICES] * answer
                if scheme == RESIDENT and benefit != _LONG_TERM:
                    services *= 1.0 - waiting
                gross = services * paid
                own = max(services * in_policy - gross, 0.0) * law.benefits[region, year, status, benefit, CHEAPER]
                claimed[year, scheme, benefit] += gross
                if scheme == RESIDENT:
                    own_sums[year, RESIDENTS] += own
                    if benefit in (_INPATIENT, _CHRONIC):
                        own_sums[year, RESIDENTS_COUNTED] += own
                elif benefit == _INPATIENT:
                    own_sums[year, EMPLOYEES_INPATIENT] += own
                    above_ceiling[year] += services * stay_above * law.benefits[region, year, status, benefit, CHEAPER]
                if status in (_ACTIVE, _RETIRED):
                    own_sums[year, CIVIL_SERVICE] += own
                if benefit == _INPATIENT:
                    outside[year, scheme] += services * stay_outside


@_in_place
def _inpatient(  # type: ignore[no-untyped-def]
    law, options, region, year, status, scheme, cost, ceiling, index_level, log_index, strength
):
    """Return, of a mean stay, in-policy bill, payment, bill above the ceiling, payment outside the region and the
    patient's share at the mix of the base year; see `benefits._Rules.inpatient`.
    """
    log_cost = math.log(cost) if cost > 0.0 else 0.0
    half_variance, deviation = law.spread[region, scheme, HALF_VARIANCE], law.spread[region, scheme, DEVIATION]
    repeat, again = law.spread[region, scheme, REPEAT], law.spread[region, scheme, AGAIN]
    log_again, factor = law.spread[region, scheme, LOG_AGAIN], law.spread[region, scheme, FACTOR]
    total, bill, payment, above, outside, base_bill, base_payment = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for tier in range(_TIERS):
        in_policy, log_mean = (
            cost * law.tiers[region, year, status, tier, IN_POLICY],
            log_cost + law.tiers[region, year, status, tier, LOG_IN_POLICY],
        )
        deductible, log_deductible = (
            law.tiers[region, year, status, tier, DEDUCTIBLE] * index_level,
            law.tiers[region, year, status, tier, LOG_DEDUCTIBLE] + log_index - log_mean,
        )
        limit = (
            ceiling / law.tiers[region, year, status, tier, RATE]
            if law.tiers[region, year, status, tier, RATE] > 0.0
            else math.inf
        ) + deductible
        log_limit = math.log(limit) - log_mean if limit > 0.0 else 0.0
        below = mean_below_limit(in_policy, limit, log_limit, half_variance, deviation)
        kept = (1 - repeat) * mean_below_limit(in_policy, deductible, log_deductible, half_variance, deviation)
        if repeat > 0.0:
            log_lower = log_deductible + log_again
            kept += repeat * mean_below_limit(in_policy, deductible * again, log_lower, half_variance, deviation)
        paid = min(law.tiers[region, year, status, tier, RATE] * max(below - kept, 0.0) * factor, in_policy)
        weight = law.tiers[region, year, status, tier, MIX]
        if options.switches:
            moved = (1.0 - paid / in_policy if in_policy > 0.0 else 1.0) - law.tiers[
                region, year, status, tier, REFERENCE
            ]
            weight *= math.exp(-law.elasticity[status, SWITCHING] * moved * strength)
        total += weight
        bill += weight * in_policy
        payment += weight * paid
        above += weight * (in_policy - below)
        outside = weight * paid  # of the last tier
        base_bill += law.tiers[region, year, status, tier, BASE_MIX] * in_policy
        base_payment += law.tiers[region, year, status, tier, BASE_MIX] * paid
    scale = 1.0
    if options.switches:
        scale = 1.0 / total if total > 0.0 else 0.0
    own = 1.0 - base_payment / base_bill if base_bill > 0.0 else 1.0
    return bill * scale, payment * scale, above * scale, outside * scale, own


@_in_place
def _outpatient(law, options, region, year, status, scheme, bill, index_level, log_index):  # type: ignore[no-untyped-def]
    """Return the payment of an in-policy bill; see `benefits._Rules.outpatient`."""
    between = bill
    if not options.fixed_share:
        half_variance = law.spread[region, scheme, HALF_VARIANCE_VISITS]
        deviation = law.spread[region, scheme, DEVIATION_VISITS]
        mean = bill / law.visits[region, year, status, USERS]
        log_mean = math.log(mean) - log_index if mean > 0.0 else 0.0
        upper, lower = (
            law.visits[region, year, status, UPPER] * index_level,
            law.visits[region, year, status, LOWER] * index_level,
        )
        between = mean_below_limit(
            mean, upper, law.visits[region, year, status, LOG_UPPER] - log_mean, half_variance, deviation
        )
        between -= mean_below_limit(
            mean, lower, law.visits[region, year, status, LOG_LOWER] - log_mean, half_variance, deviation
        )
    return min(law.visits[region, year, status, PAID_SHARE] * max(between, 0.0), bill)


@_in_place
def _answers(law, options, change, region, year, status, own_stays, own_visits, strength):  # type: ignore[no-untyped-def]
    """Return the factors on inpatient and outpatient use; see `behaviour.response_multiplier`."""
    stays, visits = 1.0, 1.0
    if options.answers:
        smallest = options.smallest_own_share
        change[year, status, 0] = (
            math.log(max(own_stays, smallest)) - law.visits[region, year, status, LOG_REFERENCE_STAYS]
        )
        change[year, status, 1] = (
            math.log(max(own_visits, smallest)) - law.visits[region, year, status, LOG_REFERENCE_VISITS]
        )
        of_stays, of_visits = 0.0, 0.0
        for lag in range(min(len(law.phase_in), year + 1)):
            of_stays += law.phase_in[lag] * change[year - lag, status, 0]
            of_visits += law.phase_in[lag] * change[year - lag, status, 1]
        stays = (law.elasticity[status, OF_STAYS] * of_stays + law.elasticity[status, CROSS] * of_visits) * strength
        stays = _bounded(stays, options.smallest_answer, options.largest_answer)
        visits = law.elasticity[status, OF_VISITS] * of_visits * strength
        visits = _bounded(visits, options.smallest_answer, options.largest_answer)
    return stays, visits


@_compile
def _bounded(exponent, smallest, largest):  # type: ignore[no-untyped-def]
    """Return the exponential, within bounds."""
    factor = math.exp(exponent) if exponent != 0.0 else 1.0
    return min(max(factor, smallest), largest)
