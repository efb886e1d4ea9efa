"""The compiled kernel of the claims: care, entitlement and the patients' answer, from age sums to what a fund is asked.

The same formulae as `care`, `benefits` and `behaviour`, which are the twin to read; those hold whole arrays at every
step. Here some paths of one region go from their age sums to the sums over statuses that the ledgers need, year after
year, side by side in rows that stay in the cache, so that the processor works on several paths at once. What no path
changes, logarithms among it, is read from tables that are made once (`claims_compiled`).

A lane never reads another lane, and nothing is reassociated (no `fastmath`), so a path has the same bits in any block.
The kernel lets go of the interpreter lock.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import BENEFITS, STATUSES, TIERS, index
from poolcast.projection.lane_functions import exponential, in_place, logarithm, mean_below

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_INPATIENT, _OUTPATIENT, _CHRONIC, _DUAL, _MATERNITY, _ALLOWANCE, _LONG_TERM = (
    index("benefit", benefit) for benefit in BENEFITS
)
_UNINSURED, _ACTIVE, _RETIRED = (index("status", status) for status in ("uninsured", "active", "retired"))
_BENEFITS, _STATUSES, _TIERS = len(BENEFITS), len(STATUSES), len(TIERS)
EMPLOYEE, RESIDENT, NOBODY = 0, 1, -1

IN_POLICY, LOG_IN_POLICY, DEDUCTIBLE, LOG_DEDUCTIBLE, RATE, OVER_RATE, MIX, BASE_MIX, REFERENCE = range(9)
"""Columns of `Law.tiers`: in-policy bill over the mean cost of a stay, deductible, rate and its inverse, mix of the
year and of the base year, the patient's share under the unreformed law."""
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

SMALLEST = 1e-300
"""What stands for zero where a logarithm is taken; it is far below any limit."""
BEYOND = 1e30
"""What stands for the inverse of a rate of zero: a ceiling that nobody reaches."""

ROW = 32
"""Paths side by side, and so places in a row of the workspace."""
_LINE, _VECTOR = 8, 8
"""Numbers in a line of the cache, and in a vector: lanes are filled up to a multiple of it."""
_WAGE, _INCOME, _STRENGTH, _INDEX, _LOG_INDEX, _BIRTHS, _ENTITLED = range(7)
_COST, _LOG_COST, _CEILING, _BILL, _BILL_PAID, _SERVICES, _IN_POLICY, _PAID, _OWN = range(7, 16)
_TOTAL, _STAY, _STAY_PAID, _ABOVE, _OUTSIDE, _BASE_BILL, _BASE_PAID, _ANSWER_STAYS, _ANSWER_VISITS = range(16, 25)
_USE = 25
_UNIT_COST = _USE + _BENEFITS
_AGE_SUMS = _UNIT_COST + 2 * _BENEFITS
_ROWS = _AGE_SUMS + 7 * _STATUSES
"""Rows of the workspace: levels of the year, then what one status needs, then levels and age sums by place."""
_CLAIMED, _FROM_OUTSIDE, _OWN_SUMS, _ABOVE_CEILING, _RESULTS = 0, 14, 16, 20, 21
"""Rows of the results of a year, in the order of `Sums`."""

LANE_FUNCTIONS = "172580ff52414e36"
"""First digits of the SHA-256 of `lane_functions`: numba's cache on disk looks at the file of a function only, so that
a change there would go unnoticed here; a test asks for the right digits."""

# Every other compiled function stands in this file, for the same reason. What is called in one place is put there
# (`in_place`): every floor of calls is optimised once more, and compiling is what a first call waits for.
_compile: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(nogil=True, cache=True, error_model="numpy")


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
    work = _flat(_ROWS)
    rows, results = work.reshape(_ROWS, ROW), _flat(_RESULTS).reshape(_RESULTS, ROW)
    change = np.zeros((years + 2, _STATUSES, 2, ROW))  # two empty years before the base year
    for region in range(regions):
        for first in range(0, paths, ROW):
            count = min(ROW, paths - first)
            lanes = (count + _VECTOR - 1) // _VECTOR * _VECTOR
            for year in range(years):
                _load(rows, lanes, first, count, region, year, options.closing_weight, crowd, prices)
                _open_year(rows, work, lanes, law, crowd, first, count, region, year, prices)
                results[:] = 0.0
                for status in range(_STATUSES):
                    if law.scheme[status] != NOBODY:
                        _one_status(rows, work, results, change, lanes, law, options, region, year, status)
                _write(results, sums, first, count, region, year)


@_compile
def _flat(count):  # type: ignore[no-untyped-def]
    """Rows that begin where a line of the cache does; flat, row after row."""
    raw = np.zeros(count * ROW + _LINE)
    skip = -raw.ctypes.data % 64 // 8
    return raw[skip : skip + count * ROW]


@_compile
def _path(values, first, count, lane):  # type: ignore[no-untyped-def]
    """Return where the path of a lane lies: lanes to spare repeat the last path, and one path may serve all."""
    return first + min(lane, count - 1) if values.shape[0] > 1 else 0


@in_place
def _load(rows, lanes, first, count, region, year, weight, crowd, prices):  # type: ignore[no-untyped-def]
    """Set the levels of a year and the exposures of all statuses (see `people.People.exposure`) of every lane."""
    for lane in range(lanes):
        rows[_WAGE, lane] = prices.wage[_path(prices.wage, first, count, lane), region, year]
        rows[_INCOME, lane] = prices.income[_path(prices.income, first, count, lane), region, year]
        rows[_STRENGTH, lane] = prices.strength[_path(prices.strength, first, count, lane), region, year]
        use, unit_cost = _path(prices.use, first, count, lane), _path(prices.unit_cost, first, count, lane)
        for benefit in range(_BENEFITS):
            rows[_USE + benefit, lane] = prices.use[use, region, year, benefit]
            for scheme in range(2):
                place = _UNIT_COST + scheme * _BENEFITS + benefit
                rows[place, lane] = prices.unit_cost[unit_cost, region, year, scheme, benefit]
    sums = (
        crowd.members,
        crowd.admissions,
        crowd.inpatient_cost,
        crowd.outpatient_bill,
        crowd.chronic_bill,
        crowd.expected_births,
        crowd.disabled,
    )  # in the order of MEMBERS, ADMISSIONS, ...
    for number in range(len(sums)):
        first_row = _AGE_SUMS + number * _STATUSES
        target = rows[first_row : first_row + _STATUSES]
        _expose(target, lanes, first, count, region, year, weight, sums[number])


@_compile
def _expose(rows, lanes, first, count, region, year, weight, values):  # type: ignore[no-untyped-def]
    for lane in range(lanes):
        path = _path(values, first, count, lane)
        for status in range(_STATUSES):
            opening, closing = values[path, region, year, status], values[path, region, year + 1, status]
            rows[status, lane] = weight * closing + (1 - weight) * opening


@in_place
def _open_year(rows, work, lanes, law, crowd, first, count, region, year, prices):  # type: ignore[no-untyped-def]
    """Set the index of limits, births over those expected, and the part of residents who do not wait."""
    indexation, waits = law.indexation[region], law.years[region, year, WAITING]
    for lane in range(lanes):
        base = prices.wage[_path(prices.wage, first, count, lane), region, 0]
        log_index = indexation * logarithm(work[_WAGE * ROW + lane] / base)
        work[_LOG_INDEX * ROW + lane] = log_index
        work[_INDEX * ROW + lane] = exponential(log_index)
        expected, residents = 0.0, 0.0
        for status in range(_STATUSES):
            expected += rows[_AGE_SUMS + BIRTHS * _STATUSES + status, lane]
            if law.scheme[status] == RESIDENT:
                residents += rows[_AGE_SUMS + MEMBERS * _STATUSES + status, lane]
        born = crowd.births[_path(crowd.births, first, count, lane), region, year]
        work[_BIRTHS * ROW + lane] = born / expected if expected > 0.0 else 0.0
        uninsured = crowd.members[_path(crowd.members, first, count, lane), region, year, _UNINSURED]
        waiting = min(waits * uninsured / residents, 1.0) if residents > 0.0 else 0.0
        work[_ENTITLED * ROW + lane] = 1.0 - waiting


@in_place
def _one_status(rows, work, results, change, lanes, law, options, region, year, status):  # type: ignore[no-untyped-def]
    """Add the claims of one status to the results of a year."""
    scheme = law.scheme[status]
    rules, spread = law.benefits[region, year, status], law.spread[region, scheme]
    level = _INCOME if scheme == RESIDENT else _WAGE
    members = rows[_AGE_SUMS + MEMBERS * _STATUSES + status]
    admissions, costs = (
        rows[_AGE_SUMS + ADMISSIONS * _STATUSES + status],
        rows[_AGE_SUMS + INPATIENT_COST * _STATUSES + status],
    )
    prices = _UNIT_COST + scheme * _BENEFITS
    _mean(rows[_COST], lanes, costs, admissions, rows[prices + _INPATIENT], rules[_INPATIENT, COST])
    _scale(rows[_CEILING], lanes, rows[level], law.years[region, year, scheme])
    _stays(rows, work, lanes, law, options, region, year, status, spread)
    bills = rows[_AGE_SUMS + OUTPATIENT_BILL * _STATUSES + status]
    _mean(rows[_BILL], lanes, bills, members, rows[prices + _OUTPATIENT], rules[_OUTPATIENT, COST])
    _times(rows[_BILL], lanes, rows[_USE + _OUTPATIENT], rules[_OUTPATIENT, LISTED])
    _visits(work, lanes, law.visits[region, year, status], spread, options.fixed_share)
    if options.answers:
        _answers(rows, work, lanes, change, law, options, year, status, law.visits[region, year, status])
    for benefit in range(_BENEFITS):
        rule = rules[benefit]
        services, in_policy, paid = rows[_SERVICES], rows[_IN_POLICY], rows[_PAID]
        use, price = rows[_USE + benefit], rows[prices + benefit]
        _scale(services, lanes, members, rule[SERVICES])
        if benefit == _INPATIENT:
            in_policy, paid = rows[_STAY], rows[_STAY_PAID]
            _scale(services, lanes, admissions, rule[SERVICES])
            _times(services, lanes, use, 1.0)
            if options.answers:
                _times(services, lanes, rows[_ANSWER_STAYS], 1.0)
        elif benefit == _OUTPATIENT:
            in_policy, paid = rows[_BILL], rows[_BILL_PAID]
            if options.answers:
                _times(services, lanes, rows[_ANSWER_VISITS], 1.0)
        else:
            if benefit == _CHRONIC:
                _mean(
                    in_policy,
                    lanes,
                    rows[_AGE_SUMS + CHRONIC_BILL * _STATUSES + status],
                    members,
                    price,
                    rule[COST] * rule[LISTED],
                )
                _times(in_policy, lanes, use, 1.0)
            elif benefit == _DUAL:
                _scale(in_policy, lanes, price, rule[COST] * rule[LISTED])
                _times(in_policy, lanes, use, 1.0)
            elif benefit == _LONG_TERM:
                _scale(in_policy, lanes, price, rule[COST] * rule[LISTED])
                _scale(services, lanes, rows[_AGE_SUMS + DISABLED * _STATUSES + status], rule[SERVICES])
                _times(services, lanes, use, 1.0)
            else:
                _scale(in_policy, lanes, price, rule[COST] * rule[LISTED])
                if benefit == _ALLOWANCE:
                    _scale(in_policy, lanes, rows[_WAGE], rule[LISTED])
                _scale(services, lanes, rows[_AGE_SUMS + BIRTHS * _STATUSES + status], rule[SERVICES])
                _times(services, lanes, rows[_BIRTHS], 1.0)
                if year == 0 and not math.isnan(law.base_births[region, status]):
                    services[:] = law.base_births[region, status] * rule[SERVICES]
                _times(services, lanes, use, 1.0)
            _scale(paid, lanes, in_policy, rule[PAID])
            if rule[ANSWER] != 0.0:
                _answer(services, lanes, rows[_STRENGTH], rule[ANSWER], options)
        if scheme == RESIDENT and benefit != _LONG_TERM:
            _times(services, lanes, rows[_ENTITLED], 1.0)
        own = rows[_OWN]
        _claim(results[_CLAIMED + scheme * _BENEFITS + benefit], own, lanes, services, in_policy, paid, rule[CHEAPER])
        if scheme == RESIDENT:
            _add(results[_OWN_SUMS + RESIDENTS], lanes, own)
            if benefit in (_INPATIENT, _CHRONIC):
                _add(results[_OWN_SUMS + RESIDENTS_COUNTED], lanes, own)
        elif benefit == _INPATIENT:
            _add(results[_OWN_SUMS + EMPLOYEES_INPATIENT], lanes, own)
            _add_product(results[_ABOVE_CEILING], lanes, services, rows[_ABOVE], rule[CHEAPER])
        if status in (_ACTIVE, _RETIRED):
            _add(results[_OWN_SUMS + CIVIL_SERVICE], lanes, own)
        if benefit == _INPATIENT:
            _add_product(results[_FROM_OUTSIDE + scheme], lanes, services, rows[_OUTSIDE], 1.0)


@_compile
def _scale(row, lanes, values, factor):  # type: ignore[no-untyped-def]
    for lane in range(min(lanes, ROW)):
        row[lane] = values[lane] * factor


@_compile
def _times(row, lanes, values, factor):  # type: ignore[no-untyped-def]
    for lane in range(min(lanes, ROW)):
        row[lane] *= values[lane] * factor


@_compile
def _add(row, lanes, values):  # type: ignore[no-untyped-def]
    for lane in range(min(lanes, ROW)):
        row[lane] += values[lane]


@_compile
def _add_product(row, lanes, values, others, factor):  # type: ignore[no-untyped-def]
    for lane in range(min(lanes, ROW)):
        row[lane] += values[lane] * others[lane] * factor


@_compile
def _mean(row, lanes, amounts, count, price, factor):  # type: ignore[no-untyped-def]
    """Set the row to the mean amount at a price; zero where nobody counts."""
    for lane in range(min(lanes, ROW)):
        mean = amounts[lane] / (count[lane] if count[lane] > 0.0 else 1.0)
        row[lane] = (mean if count[lane] > 0.0 else 0.0) * price[lane] * factor


@_compile
def _claim(claimed, own, lanes, services, in_policy, paid, cheaper):  # type: ignore[no-untyped-def]
    """Add what the fund is asked for, and set what the law leaves to the patients."""
    for lane in range(min(lanes, ROW)):
        gross = services[lane] * paid[lane]
        left = services[lane] * in_policy[lane] - gross
        claimed[lane] += gross
        own[lane] = (left if left > 0.0 else 0.0) * cheaper


@in_place
def _stays(rows, work, lanes, law, options, region, year, status, spread):  # type: ignore[no-untyped-def]
    """Set, of a mean stay, in-policy bill, payment, bill above the ceiling, payment outside the region, and bill and
    payment at the mix of the base year; see `benefits._Rules.inpatient`.
    """
    for lane in range(min(lanes, ROW)):
        cost = work[_COST * ROW + lane]
        work[_LOG_COST * ROW + lane] = logarithm(cost if cost > SMALLEST else SMALLEST)
    rows[_TOTAL : _BASE_PAID + 1] = 0.0
    for tier in range(_TIERS):
        _tier(work, lanes, law.tiers[region, year, status, tier], spread, options, law.elasticity[status, SWITCHING])
    if options.switches:
        for lane in range(min(lanes, ROW)):
            total = work[_TOTAL * ROW + lane]
            scale = 1.0 / (total if total > 0.0 else 1.0)
            work[_STAY * ROW + lane] *= scale
            work[_STAY_PAID * ROW + lane] *= scale
            work[_ABOVE * ROW + lane] *= scale
            work[_OUTSIDE * ROW + lane] *= scale


@_compile
def _tier(work, lanes, rule, spread, options, switching):  # type: ignore[no-untyped-def]
    """Add one tier; the last one is outside the region."""
    share, log_share, deductible, log_deductible = (
        rule[IN_POLICY],
        rule[LOG_IN_POLICY],
        rule[DEDUCTIBLE],
        rule[LOG_DEDUCTIBLE],
    )
    rate, over_rate, mix, base_mix, reference = rule[RATE], rule[OVER_RATE], rule[MIX], rule[BASE_MIX], rule[REFERENCE]
    half_variance, deviation, factor = spread[HALF_VARIANCE], spread[DEVIATION], spread[FACTOR]
    repeat, again, log_again = spread[REPEAT], spread[AGAIN], spread[LOG_AGAIN]
    beta = switching if options.switches else 0.0
    for lane in range(min(lanes, ROW)):
        in_policy = work[_COST * ROW + lane] * share
        log_mean = work[_LOG_COST * ROW + lane] + log_share
        lower = deductible * work[_INDEX * ROW + lane]
        log_lower = log_deductible + work[_LOG_INDEX * ROW + lane] - log_mean
        limit = work[_CEILING * ROW + lane] * over_rate + lower
        log_limit = logarithm(limit if limit > SMALLEST else SMALLEST) - log_mean
        below = mean_below(in_policy, limit, log_limit, half_variance, deviation)
        kept = (1.0 - repeat) * mean_below(in_policy, lower, log_lower, half_variance, deviation)
        kept += repeat * mean_below(in_policy, lower * again, log_lower + log_again, half_variance, deviation)
        between = below - kept
        paid = rate * (between if between > 0.0 else 0.0) * factor
        paid = paid if paid < in_policy else in_policy
        own = 1.0 - paid / (in_policy if in_policy > 0.0 else 1.0)
        weight = mix * exponential(beta * (reference - own) * work[_STRENGTH * ROW + lane])
        work[_TOTAL * ROW + lane] += weight
        work[_STAY * ROW + lane] += weight * in_policy
        work[_STAY_PAID * ROW + lane] += weight * paid
        work[_ABOVE * ROW + lane] += weight * (in_policy - below)
        work[_OUTSIDE * ROW + lane] = weight * paid
        work[_BASE_BILL * ROW + lane] += base_mix * in_policy
        work[_BASE_PAID * ROW + lane] += base_mix * paid


@_compile
def _visits(work, lanes, rule, spread, fixed_share):  # type: ignore[no-untyped-def]
    """Set the payment of an in-policy outpatient bill; see `benefits._Rules.outpatient`."""
    users, paid_share = rule[USERS], rule[PAID_SHARE]
    lower, log_lower, upper, log_upper = rule[LOWER], rule[LOG_LOWER], rule[UPPER], rule[LOG_UPPER]
    half_variance, deviation = spread[HALF_VARIANCE_VISITS], spread[DEVIATION_VISITS]
    for lane in range(min(lanes, ROW)):
        bill, index_level = work[_BILL * ROW + lane], work[_INDEX * ROW + lane]
        mean = bill / users
        log_mean = logarithm(mean if mean > SMALLEST else SMALLEST) - work[_LOG_INDEX * ROW + lane]
        between = mean_below(mean, upper * index_level, log_upper - log_mean, half_variance, deviation)
        between -= mean_below(mean, lower * index_level, log_lower - log_mean, half_variance, deviation)
        between = between if between > 0.0 else 0.0
        paid = paid_share * (bill if fixed_share else between)
        work[_BILL_PAID * ROW + lane] = paid if paid < bill else bill


@_compile
def _answers(rows, work, lanes, change, law, options, year, status, rule):  # type: ignore[no-untyped-def]
    """Set the factors on inpatient and outpatient use; see `behaviour.response_multiplier`."""
    smallest, low, high = options.smallest_own_share, options.smallest_answer, options.largest_answer
    reference_stays, reference_visits = rule[LOG_REFERENCE_STAYS], rule[LOG_REFERENCE_VISITS]
    own_price, cross = law.elasticity[status, OF_STAYS], law.elasticity[status, CROSS]
    own_price_visits = law.elasticity[status, OF_VISITS]
    now, then, before = law.phase_in[0], law.phase_in[1], law.phase_in[2]
    stays, visits = change[year + 2, status, 0], change[year + 2, status, 1]
    for lane in range(min(lanes, ROW)):
        bill, whole = work[_BASE_BILL * ROW + lane], work[_BILL * ROW + lane]
        own = 1.0 - work[_BASE_PAID * ROW + lane] / (bill if bill > 0.0 else 1.0)
        own_visits = 1.0 - work[_BILL_PAID * ROW + lane] / (whole if whole > 0.0 else 1.0)
        stays[lane] = logarithm(own if own > smallest else smallest) - reference_stays
        visits[lane] = logarithm(own_visits if own_visits > smallest else smallest) - reference_visits
    last_stays, last_visits = change[year + 1, status, 0], change[year + 1, status, 1]
    old_stays, old_visits = change[year, status, 0], change[year, status, 1]
    strength, answer, other = rows[_STRENGTH], rows[_ANSWER_STAYS], rows[_ANSWER_VISITS]
    for lane in range(min(lanes, ROW)):
        of_stays = now * stays[lane] + then * last_stays[lane] + before * old_stays[lane]
        of_visits = now * visits[lane] + then * last_visits[lane] + before * old_visits[lane]
        factor = exponential((own_price * of_stays + cross * of_visits) * strength[lane])
        factor = factor if factor > low else low
        answer[lane] = factor if factor < high else high
    for lane in range(min(lanes, ROW)):
        of_visits = now * visits[lane] + then * last_visits[lane] + before * old_visits[lane]
        factor = exponential(own_price_visits * of_visits * strength[lane])
        factor = factor if factor > low else low
        other[lane] = factor if factor < high else high


@_compile
def _answer(services, lanes, strength, exponent, options):  # type: ignore[no-untyped-def]
    """Multiply services by the patients' answer where no path moves their share."""
    low, high = options.smallest_answer, options.largest_answer
    for lane in range(min(lanes, ROW)):
        factor = exponential(exponent * strength[lane])
        factor = factor if factor > low else low
        services[lane] *= factor if factor < high else high


@_compile
def _write(results, sums, first, count, region, year):  # type: ignore[no-untyped-def]
    """Turn the rows of a year into the axes of the sums."""
    for lane in range(count):
        path = first + lane
        for scheme in range(2):
            sums.outside[path, region, year, scheme] = results[_FROM_OUTSIDE + scheme, lane]
            for benefit in range(_BENEFITS):
                claimed = results[_CLAIMED + scheme * _BENEFITS + benefit, lane]
                sums.claimed[path, region, year, scheme, benefit] = claimed
        for kind in range(4):
            sums.own[path, region, year, kind] = results[_OWN_SUMS + kind, lane]
        sums.above[path, region, year] = results[_ABOVE_CEILING, lane]
