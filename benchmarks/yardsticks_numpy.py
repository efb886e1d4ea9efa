"""Two yardsticks in NumPy for the job of `cohort_kernel`: plain, as one writes it first, and blocked, as one tunes it.

Plain works on the ages of one path, region and year at a time. Blocked works on blocks of paths that fit the cache, in
place, with one matrix product a year for all seven measures. Both know this job alone, as `yardstick_path_innermost`.
"""

from __future__ import annotations

import numpy as np

FERTILE = slice(15, 50)
BLOCK = 16


def run_plain(job, paths):
    """Return the eight outputs (output, path, region, year); Python loops over paths, regions and years."""
    number, years = paths.mortality.shape
    regions = len(job.reserve)
    out = np.empty((8, number, regions, years))
    shares = np.array([job.male_birth_share, 1 - job.male_birth_share])
    for path in range(number):
        for region in range(regions):
            people, reserve = job.population[region], job.reserve[region]
            for year in range(years):
                factor = paths.mortality[path, year]
                chance = np.minimum(job.death_probability[region] * factor, 1.0)
                alive = people * (1.0 - chance)
                new = np.empty_like(people)
                new[:, 1:] = alive[:, :-1]
                new[:, -1] += alive[:, -1]
                new[:, 1:] += job.migrants[region, :, 1:]
                women = 0.5 * (people[1, FERTILE] + new[1, FERTILE])
                births = paths.fertility[path, year] * np.sum(job.fertility_rate[region, FERTILE] * women)
                lost = np.minimum(job.newborn_death_probability[region] * factor, 1.0)
                new[:, 0] = births * shares * (1.0 - lost) + job.migrants[region, :, 0]
                sums = [np.sum(new * weights) for weights in job.weights[year, region]]
                revenue = sums[3] * paths.wage_index[path, year]
                spending = np.array(sums[4:]) * paths.cost_index[path, year]
                reserve = reserve * (1 + job.interest) + (revenue - spending.sum()) * (1 + 0.5 * job.interest)
                out[:, path, region, year] = *sums[:3], revenue, *spending, reserve
                people = new
    return out


def run_blocked(job, paths):
    """Return the same, a block of paths at a time."""
    number, years = paths.mortality.shape
    regions, sexes, ages = job.population.shape
    out = np.empty((8, number, regions, years))
    weights = np.ascontiguousarray(job.weights.reshape(years, regions, -1, sexes * ages).transpose(0, 1, 3, 2))
    shares = np.array([job.male_birth_share, 1 - job.male_birth_share])
    for first in range(0, number, BLOCK):
        mine = slice(first, min(first + BLOCK, number))
        count = mine.stop - first
        people = np.repeat(job.population[:, None], count, axis=1)
        new, left = np.empty_like(people), np.empty_like(people)
        reserve = np.repeat(job.reserve[:, None], count, axis=1)
        for year in range(years):
            factor = paths.mortality[mine, year, None, None]
            np.multiply(job.death_probability[:, None], factor, out=left)
            np.minimum(left, 1.0, out=left)
            lost = np.minimum(job.newborn_death_probability[:, None] * factor[..., 0], 1.0)
            women = people[:, :, 1, FERTILE].copy()
            np.multiply(people, left, out=left)
            np.subtract(people, left, out=left)
            new[..., 1:] = left[..., :-1]
            new[..., -1] += left[..., -1]
            new[..., 1:] += job.migrants[:, None, :, 1:]
            women += new[:, :, 1, FERTILE]
            born = np.matmul(women, job.fertility_rate[:, FERTILE, None])[..., 0]
            births = 0.5 * paths.fertility[mine, year] * born
            new[..., 0] = births[..., None] * shares * (1.0 - lost) + job.migrants[:, None, :, 0]
            sums = np.matmul(new.reshape(regions, count, sexes * ages), weights[year])
            revenue = sums[..., 3] * paths.wage_index[mine, year]
            spending = sums[..., 4:] * paths.cost_index[mine, year]
            reserve = reserve * (1 + job.interest) + (revenue - spending.sum(-1)) * (1 + 0.5 * job.interest)
            out[:3, mine, :, year] = np.moveaxis(sums[..., :3], -1, 0).swapaxes(1, 2)
            out[3, mine, :, year] = revenue.T
            out[4:7, mine, :, year] = np.moveaxis(spending, -1, 0).swapaxes(1, 2)
            out[7, mine, :, year] = reserve.T
            people, new = new, people
    return out
