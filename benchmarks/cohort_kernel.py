"""How fast the cohort component is: the same job by Poolcast and by a plain path-innermost kernel, in one run.

The job: 16 regions, 2 sexes, ages 0 to 99 and 100+, 50 years. In every path of every region the population is projected
anew: mortality and fertility have factors by path and year, migrants join at the end of the year and their women count
in the births. At each year end seven sums over sex and age are taken: people, active, retired, contributions and three
services (inpatient, outpatient, long-term care). Wages and prices by path turn the last four into revenue and spending,
and these, with interest (half a year's on the year's flows), into a reserve.

Poolcast does the money in plain NumPy after its kernel, block by block of paths. The bar: at most 1.3 times
the time of the yardstick, to 1e-9 the same numbers.

    python -m benchmarks.cohort_kernel [--paths 2000] [--rounds 7] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from poolcast.projection.cohort import CohortInputs, PathMultipliers, project_cohort

REGIONS, AGES, YEARS = 16, 101, 50
OUTPUTS = ("people", "active", "retired", "revenue", "inpatient", "outpatient", "long_term_care", "reserve")
BLOCK = 512


@dataclass(frozen=True)
class Job:
    """What is the same in all paths; sex is male, female."""

    population: np.ndarray  # (region, sex, age), persons
    death_probability: np.ndarray  # (region, sex, age), by age at the start of the year
    newborn_death_probability: np.ndarray  # (region, sex)
    fertility_rate: np.ndarray  # (region, age)
    migrants: np.ndarray  # (region, sex, age), by age at the end of the year
    male_birth_share: float
    weights: np.ndarray  # (year, region, measure, sex, age)
    reserve: np.ndarray  # (region)
    interest: float


@dataclass(frozen=True)
class Paths:
    """What differs by path; path 0 is the central one."""

    mortality: np.ndarray  # (path, year)
    fertility: np.ndarray  # (path, year)
    wage_index: np.ndarray  # (path, year)
    cost_index: np.ndarray  # (path, year, service)


def make_job(seed: int = 20260101) -> Job:
    """Invented regions of 0.3 to 5.5 million people."""
    random = np.random.default_rng(seed)
    age = np.arange(AGES, dtype=float)
    size = random.uniform(0.3e6, 5.5e6, REGIONS)
    shape = np.exp(-(((age - 42.0) / 30.0) ** 2)) / (1 + np.exp((age - 92.0) / 3.0))
    population = shape * random.uniform(0.9, 1.1, (REGIONS, 2, AGES))
    population *= (size / population.sum(axis=(1, 2)))[:, None, None]
    mortality = np.stack([4e-5 * np.exp(0.094 * age), 2e-5 * np.exp(0.098 * age)])
    mortality[:, 0] = 0.004
    probability = np.minimum(mortality * random.uniform(0.9, 1.1, (REGIONS, 1, 1)), 0.45)
    fertility = np.where((age >= 15) & (age < 50), np.exp(-(((age - 30.0) / 5.5) ** 2)), 0.0)
    moving = np.exp(-(((age - 28.0) / 10.0) ** 2))
    moving_share = moving / moving.sum() / 2
    migrants = (size * random.uniform(0.0004, 0.003, REGIONS))[:, None, None] * np.broadcast_to(moving_share, (2, AGES))
    return Job(
        population=population,
        death_probability=probability,
        newborn_death_probability=probability[:, :, 0] / 2,
        fertility_rate=fertility / fertility.sum() * random.uniform(1.2, 1.8, (REGIONS, 1)),
        migrants=migrants,
        male_birth_share=0.513,
        weights=_weights(random, age),
        reserve=size * 700.0,
        interest=0.021,
    )


def _weights(random: np.random.Generator, age: np.ndarray) -> np.ndarray:
    """People, active, retired, contributions and three services; the retirement age rises from 63 to 67."""
    retirement_age = 63.0 + 4.0 * np.minimum(np.arange(1, YEARS + 1) / 25.0, 1.0)
    past = 1 / (1 + np.exp((retirement_age[:, None] - age) / 1.5))
    grown = 1 / (1 + np.exp((21.0 - age) / 1.5))
    active = random.uniform(0.7, 0.85, (1, REGIONS, 2, 1)) * (grown * (1 - past))[:, None, None]
    retired = np.broadcast_to(0.95 * past[:, None, None], active.shape)
    insured = active + retired + random.uniform(0.9, 0.99, (1, REGIONS, 1, 1)) * (1 - active - retired)
    wage = 0.112 * 35e3 * (0.6 + 0.6 * np.exp(-(((age - 50.0) / 20.0) ** 2))) * np.array([[1.05], [0.85]])
    use = (0.08 + 0.9 * np.exp((age - 100) / 22), 2 + 8 * np.exp((age - 100) / 35), 2 * np.exp((age - 100) / 9))
    services = [insured * by_age * price for by_age, price in zip(use, (6300.0, 208.0, 5400.0), strict=True)]
    return np.stack([np.ones_like(active), active, retired, active * wage, *services], axis=2)


def make_paths(number: int, seed: int = 7) -> Paths:
    """Random walks around trends."""
    shock = np.random.default_rng(seed).standard_normal((number, YEARS, 6))
    shock[0] = 0.0
    return Paths(
        mortality=np.exp(np.cumsum(0.015 * shock[:, :, 4] - 0.012, axis=1)),
        fertility=np.exp(np.cumsum(0.02 * shock[:, :, 5], axis=1)),
        wage_index=np.exp(np.cumsum(0.026 + 0.010 * shock[:, :, 0], axis=1)),
        cost_index=np.exp(np.cumsum(0.031 + np.array([0.012, 0.010, 0.015]) * shock[:, :, 1:4], axis=1)),
    )


def cohort_inputs(job: Job) -> CohortInputs:
    """The job in the words of the cohort component."""
    probability = np.empty((YEARS, REGIONS, 2, AGES + 1))
    probability[..., 0] = job.newborn_death_probability
    probability[..., 1:] = job.death_probability
    migrants = np.broadcast_to(job.migrants, (YEARS, *job.migrants.shape))
    weights = np.zeros((YEARS + 1, *job.weights.shape[1:]))
    weights[1:] = job.weights
    return CohortInputs(
        population=job.population,
        death_probability=probability,
        fertility_rate=np.broadcast_to(job.fertility_rate, (YEARS, REGIONS, AGES)),
        male_birth_share=np.full((YEARS, REGIONS), job.male_birth_share),
        migration_start=np.zeros_like(migrants),
        migration_end=migrants,
        births_include_migrants=True,
        weights=weights,
    )


def run(job: Job, paths: Paths, workers: int | None = None) -> np.ndarray:
    """The eight outputs (output, path, region, year) by Poolcast's kernel and plain NumPy."""
    inputs = cohort_inputs(job)
    number = paths.mortality.shape[0]
    out = np.empty((len(OUTPUTS), number, REGIONS, YEARS))

    def block(first: int) -> None:
        part = slice(first, min(first + BLOCK, number))
        mortality, fertility = paths.mortality[part, None], paths.fertility[part, None]
        multipliers = PathMultipliers(mortality, fertility, np.ones_like(mortality))
        measures = project_cohort(inputs, multipliers, implementation="compiled", workers=1).measures[:, :, 1:]
        settle(measures, paths.wage_index[part], paths.cost_index[part], job.reserve, job.interest, out[:, part])

    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(block, range(0, number, BLOCK)))
    return out


def settle(
    measures: np.ndarray, wage: np.ndarray, cost: np.ndarray, reserve: np.ndarray, interest: float, out: np.ndarray
) -> None:
    """Money after the contraction: revenue, spending by service, and the reserve year by year, into `out`."""
    out[:3] = np.moveaxis(measures[..., :3], -1, 0)
    np.multiply(measures[..., 3], wage[:, None], out=out[3])
    for service in range(3):
        np.multiply(measures[..., 4 + service], cost[:, None, :, service], out=out[4 + service])
    grown = out[3] - out[4] - out[5] - out[6]
    grown *= 1.0 + 0.5 * interest
    held = np.broadcast_to(reserve, out.shape[1:3])
    for year in range(out.shape[3]):
        held = held * (1.0 + interest) + grown[..., year]
        out[7, ..., year] = held


def kernel_alone(job: Job, paths: Paths) -> None:
    """Poolcast's kernel with its own threads, without the money."""
    mortality, fertility = paths.mortality[:, None], paths.fertility[:, None]
    multipliers = PathMultipliers(mortality, fertility, np.ones_like(mortality))
    project_cohort(cohort_inputs(job), multipliers, implementation="compiled")


def measure(paths: int, rounds: int) -> dict[str, object]:
    """Run both by turns; times are medians in nanoseconds per path, region and year."""
    from benchmarks import yardstick_path_innermost

    job, drawn = make_job(), make_paths(paths)
    ours, theirs = run(job, drawn), yardstick_path_innermost.run(job, drawn)
    scale = np.abs(theirs).max(axis=(1, 2, 3), keepdims=True)
    difference = float((np.abs(ours - theirs) / scale).max())
    if difference > 1e-9:
        raise SystemExit(f"the two kernels differ by {difference:.1e}")
    del ours, theirs
    kernel_alone(job, drawn)
    contenders = {
        "yardstick": lambda: yardstick_path_innermost.run(job, drawn),
        "poolcast": lambda: run(job, drawn),
        "poolcast_kernel_alone": lambda: kernel_alone(job, drawn),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            begin = time.perf_counter()
            contender()
            seconds[name].append(time.perf_counter() - begin)
    cells = paths * REGIONS * YEARS
    nanoseconds = {name: statistics.median(taken) / cells * 1e9 for name, taken in seconds.items()}
    by_round = [ours / theirs for ours, theirs in zip(seconds["poolcast"], seconds["yardstick"], strict=True)]
    return {
        "job": {"paths": paths, "regions": REGIONS, "years": YEARS, "ages": AGES, "rounds": rounds},
        "threads": os.cpu_count(),
        "nanoseconds": nanoseconds,
        "ratio": nanoseconds["poolcast"] / nanoseconds["yardstick"],
        "ratio_kernel_alone": nanoseconds["poolcast_kernel_alone"] / nanoseconds["yardstick"],
        "ratio_by_round": by_round,
        "bar": 1.3,
        "largest_difference": difference,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    options = parser.parse_args()
    found = measure(options.paths, options.rounds)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print("nanoseconds per path, region and year, medians of", options.rounds)
    for name, value in found["nanoseconds"].items():  # type: ignore[attr-defined]
        print(f"  {name:<24}{value:8.1f}{value / found['nanoseconds']['yardstick']:8.2f}")  # type: ignore[index]
    print(f"ratio {found['ratio']:.2f} (bar {found['bar']}); largest difference {found['largest_difference']:.0e}")


if __name__ == "__main__":
    main()
