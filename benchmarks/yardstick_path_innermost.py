"""The yardstick: a plain numba kernel for the job of `cohort_kernel`, with paths as the innermost axis.

It knows this job alone: constant rates and migrants, seven measures, fertile ages 15 to 49, money settled in the same
pass; and it counts neither deaths nor what could not leave. Row after row, blocks of 128 paths, threads by `prange`.
"""

from __future__ import annotations

import numba
import numpy as np

ROW = 128
GROUP = 8
FIRST_FERTILE, LAST_FERTILE = 15, 50
_compile = numba.njit(error_model="numpy")


@_compile
def age(arrive, leave, chance, mortality, migrants):
    for lane in range(ROW):
        people = leave[lane]
        arrive[lane] = people - people * min(chance * mortality[lane], 1.0) + migrants


@_compile
def age_into_open(oldest, entering, chance_oldest, chance_entering, mortality, migrants):
    for lane in range(ROW):
        old, new = oldest[lane], entering[lane]
        left = old - old * min(chance_oldest * mortality[lane], 1.0)
        oldest[lane] = left + new - new * min(chance_entering * mortality[lane], 1.0) + migrants


@_compile
def add_row(total, row, rate):
    for lane in range(ROW):
        total[lane] += rate * row[lane]


@_compile
def add_newborn(row, women, fertility, mortality, share, chance, migrants):
    for lane in range(ROW):
        born = 0.5 * fertility[lane] * women[lane] * share
        row[lane] = born * (1.0 - min(chance * mortality[lane], 1.0)) + migrants


@_compile
def add_eight(total, r0, r1, r2, r3, r4, r5, r6, r7, w0, w1, w2, w3, w4, w5, w6, w7):
    for lane in range(ROW):
        low = (w0 * r0[lane] + w1 * r1[lane]) + (w2 * r2[lane] + w3 * r3[lane])
        high = (w4 * r4[lane] + w5 * r5[lane]) + (w6 * r6[lane] + w7 * r7[lane])
        total[lane] += low + high


@_compile
def year(people, totals, women, mortality, fertility, chance, newborn_chance, rate, migrants, boys, weights):
    ages, cells = rate.size, weights.shape[1]
    women[:] = 0.0
    for x in range(FIRST_FERTILE, LAST_FERTILE):
        add_row(women, people[ages + x], rate[x])
    for sex in range(2):
        first = sex * ages
        top = first + ages - 1
        age_into_open(people[top], people[top - 1], chance[top], chance[top - 1], mortality, migrants[top])
        for x in range(ages - 2, 0, -1):
            age(people[first + x], people[first + x - 1], chance[first + x - 1], mortality, migrants[first + x])
    for x in range(FIRST_FERTILE, LAST_FERTILE):
        add_row(women, people[ages + x], rate[x])
    add_newborn(people[0], women, fertility, mortality, boys, newborn_chance[0], migrants[0])
    add_newborn(people[ages], women, fertility, mortality, 1.0 - boys, newborn_chance[1], migrants[ages])
    totals[:] = 0.0
    for c in range(0, cells, GROUP):
        for measure in range(totals.shape[0]):
            w = weights[measure]
            add_eight(
                totals[measure], people[c], people[c + 1], people[c + 2], people[c + 3],
                people[c + 4], people[c + 5], people[c + 6], people[c + 7],
                w[c], w[c + 1], w[c + 2], w[c + 3], w[c + 4], w[c + 5], w[c + 6], w[c + 7],
            )  # fmt: skip


@_compile
def task(region, first, paths, people, totals, women, reserve, held, opening, rates, weights, drivers, interest, out):
    chance, newborn_chance, rate, migrants, boys, opening_reserve = rates
    mortality, fertility, wage, cost = drivers
    for cell in range(opening.shape[1]):
        people[cell] = opening[region, cell]
    reserve[:] = opening_reserve[region]
    for t in range(mortality.shape[0]):
        block = slice(first, first + ROW)
        year(
            people, totals, women, mortality[t, block], fertility[t, block], chance[region], newborn_chance[region],
            rate[region], migrants[region], boys, weights[t, region],
        )  # fmt: skip
        for lane in range(ROW):
            revenue = totals[3, lane] * wage[t, first + lane]
            spending = 0.0
            for service in range(3):
                spent = totals[4 + service, lane] * cost[t, service, first + lane]
                held[4 + service, t, lane] = spent
                spending += spent
            reserve[lane] = reserve[lane] * (1.0 + interest) + (revenue - spending) * (1.0 + 0.5 * interest)
            held[0, t, lane], held[1, t, lane], held[2, t, lane] = totals[0, lane], totals[1, lane], totals[2, lane]
            held[3, t, lane], held[7, t, lane] = revenue, reserve[lane]
    for output in range(8):
        for lane in range(paths):
            for t in range(mortality.shape[0]):
                out[output, first + lane, region, t] = held[output, t, lane]


@numba.njit(parallel=True, error_model="numpy")
def kernel(opening, rates, weights, drivers, interest, out, blocks, threads):
    years, regions, measures, cells = weights.shape
    tasks = blocks * regions
    for thread in numba.prange(threads):
        people, totals, women = np.zeros((cells, ROW)), np.zeros((measures, ROW)), np.empty(ROW)
        reserve, held = np.empty(ROW), np.empty((8, years, ROW))
        for number in range(tasks * thread // threads, tasks * (thread + 1) // threads):
            region, first = number // blocks, number % blocks * ROW
            paths = min(ROW, out.shape[1] - first)
            task(
                region, first, paths, people, totals, women, reserve, held,
                opening, rates, weights, drivers, interest, out,
            )  # fmt: skip


def run(job, paths):
    """The eight outputs (output, path, region, year) of a `cohort_kernel.Job` for its `Paths`."""
    regions, _, ages = job.population.shape
    years = job.weights.shape[0]
    number = paths.mortality.shape[0]
    blocks = -(-number // ROW)

    def innermost(array):
        array = np.moveaxis(array, 0, -1)
        rest = np.ones((*array.shape[:-1], blocks * ROW - number))
        return np.ascontiguousarray(np.concatenate([array, rest], axis=-1))

    cells = 2 * ages
    weights = np.zeros((years, regions, job.weights.shape[2], -(-cells // GROUP) * GROUP))
    weights[..., :cells] = job.weights.reshape(*job.weights.shape[:3], cells)
    rates = (
        job.death_probability.reshape(regions, cells),
        job.newborn_death_probability,
        job.fertility_rate,
        job.migrants.reshape(regions, cells),
        job.male_birth_share,
        job.reserve,
    )
    drivers = tuple(map(innermost, (paths.mortality, paths.fertility, paths.wage_index, paths.cost_index)))
    out = np.empty((8, number, regions, years))
    opening = job.population.reshape(regions, cells)
    kernel(opening, rates, weights, drivers, job.interest, out, blocks, numba.get_num_threads())
    return out
