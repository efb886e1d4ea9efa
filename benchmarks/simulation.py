"""Speed of the simulation: paths per second of the full model, linearity, memory, and the gain of a second worker.

Full model, all ledgers and standard measures: ``hebei`` (14 regions, 50 years) and ``china`` (1,000 paths, warm). The
bars of the project: ``hebei`` 10,000 paths in 30 s, ``china`` 1,000 paths in 1.0 s, time linear in paths, and
two workers at least 90 % of the gain that a plain compiled kernel (`yardstick_path_innermost`) has from a second thread
in the same run: a machine with shared caches and a shared clock gives nobody the factor of two.

    python -m benchmarks.simulation [--paths 512] [--rounds 3] [--histogram | --gain]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from unittest.mock import patch

import numba

from benchmarks.cohort_kernel import make_job, make_paths
from benchmarks.yardstick_path_innermost import run as run_yardstick
from poolcast.parameters.reading import load_assumptions
from poolcast.projection.engine import project_money
from poolcast.projection.people import project_people
from poolcast.uncertainty import summary
from poolcast.uncertainty.blocks import Job, run_block
from poolcast.uncertainty.histogram import HistogramStore
from poolcast.uncertainty.innovations import draw_innovations
from poolcast.uncertainty.paths import Centre, drivers_of
from poolcast.uncertainty.simulate import Simulation, finished_paths, prepare, run_paths, usual_block
from poolcast.uncertainty.store import MemoryStore

HEBEI_PATHS, CHINA_PATHS, BAR_HEBEI, BAR_CHINA = 10_000, 1_000, 30.0, 1.0


def seconds(action: Callable[[], object], rounds: int) -> float:
    """Return the median seconds of an action."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def job_of(name: str, last_year: int) -> Job:
    """Return the job of a set's baseline."""
    return prepare(load_assumptions(name, to=last_year), ("baseline",), 1, "random", None)[0]


def simulate_once(job: Job, paths: int, workers: int) -> MemoryStore:
    """Compute paths into memory."""
    store = MemoryStore(tuple(job.scenarios), job.layout, paths)
    run_paths(job, store, paths, workers=workers, block=min(usual_block(job), max(1, paths // 4)))
    return store


def all_quantiles(job: Job, store: MemoryStore | HistogramStore, paths: int) -> None:
    """Reduce every measure."""
    simulation = Simulation(job, {}, store, finished_paths(store, paths), paths)
    for measure in job.layout.names:
        summary.quantiles(simulation, "baseline", measure)
    summary.probabilities(simulation, "baseline")


def hebei(paths: int, rounds: int) -> dict[str, object]:
    """Return paths per second of the full model, with the reduction, and linearity in paths."""
    job = job_of("hebei", 2075)
    simulate_once(job, 32, 2)
    whole = seconds(lambda: all_quantiles(job, simulate_once(job, paths, 2), paths), rounds)
    one_two = second_worker(paths, rounds)
    taken = {count: seconds(lambda count=count: simulate_once(job, count, 2), rounds) for count in (paths, 2 * paths)}
    return {
        "job": "hebei, 14 regions, 50 years, standard measures, quantiles of all",
        "paths": paths,
        "paths_per_second": round(paths / whole, 1),
        "seconds_for_10000_paths": round(whole * HEBEI_PATHS / paths, 1),
        "bar_seconds": BAR_HEBEI,
        "seconds_of_twice_the_paths_over_twice_the_seconds": round(taken[2 * paths] / (2 * taken[paths]), 3),
        **one_two,
    }


def second_worker(paths: int, rounds: int, yardstick_paths: int = 1_024) -> dict[str, object]:
    """Return the gain of a second worker and that of the yardstick's second thread, measured by turns.

    Each round takes the four times one after another, so that what else the machine does meets all of them; the figure
    is the median over rounds of the share within the round.
    """
    job, drawn = job_of("hebei", 2075), (make_job(), make_paths(yardstick_paths))

    def yardstick(threads: int) -> None:
        numba.set_num_threads(threads)
        run_yardstick(*drawn)

    def one_worker() -> None:
        with patch("os.cpu_count", return_value=1):  # the cohort kernel has threads of its own: one as well
            simulate_once(job, paths, 1)

    actions: dict[str, Callable[[], object]] = {
        "one_worker": one_worker,
        "yardstick_one": lambda: yardstick(1),
        "two_workers": lambda: simulate_once(job, paths, 2),
        "yardstick_two": lambda: yardstick(2),
    }
    for action in (lambda: simulate_once(job, 64, 2), actions["yardstick_one"], actions["yardstick_two"]):
        action()
    every = [{name: seconds(action, 1) for name, action in actions.items()} for _ in range(rounds)]
    gains = [taken["one_worker"] / taken["two_workers"] for taken in every]
    plain = [taken["yardstick_one"] / taken["yardstick_two"] for taken in every]
    shares = [gain / other for gain, other in zip(gains, plain, strict=True)]
    parts = [(gain - 1) / (other - 1) for gain, other in zip(gains, plain, strict=True) if other > 1]
    return {
        "gain_of_second_worker": round(statistics.median(gains), 3),
        "gain_of_second_thread_of_yardstick": round(statistics.median(plain), 3),
        "share_of_that_gain": round(statistics.median(shares), 3),
        "share_of_what_it_adds": round(statistics.median(parts), 3) if parts else None,
        "shares_by_round": [round(share, 3) for share in shares],
        "bar_share": 0.9,
        "load": os.getloadavg()[0],
    }


def china(rounds: int) -> dict[str, object]:
    """Return the seconds of what the dashboard asks for, warm."""
    job = job_of("china", 2060)
    simulate_once(job, 64, 2)
    taken = seconds(lambda: all_quantiles(job, simulate_once(job, CHINA_PATHS, 2), CHINA_PATHS), rounds)
    return {"job": "china to 2060", "paths": CHINA_PATHS, "seconds_warm": round(taken, 3), "bar_seconds": BAR_CHINA}


def claims(paths: int, rounds: int) -> dict[str, object]:
    """Return processor time of the claims kernel, and how often its plain twin takes that."""
    job = job_of("hebei", 2075)
    innovations = draw_innovations(job.processes, job.draws, job.baseline.region_codes, 0, paths, job.years)
    drivers = drivers_of(innovations, job.processes, Centre.of(job.baseline))
    people = project_people(job.baseline, drivers)
    cells = paths * len(job.baseline.regions) * (job.years + 1)

    def seconds_of(name: str) -> float:
        taken = []
        for _ in range(rounds + 1):
            money = project_money(job.baseline, drivers, people)
            start = time.process_time()
            getattr(money, name)
            taken.append(time.process_time() - start)
        return statistics.median(taken[1:])

    kernel, twin = seconds_of("claim_sums"), seconds_of("claims")
    return {
        "job": "claims of hebei",
        "paths": paths,
        "processor_microseconds_a_path_region_and_year": round(kernel / cells * 1e6, 2),
        "times_of_the_plain_twin": round(twin / kernel, 1),
    }


def histogram(paths: int) -> dict[str, object]:
    """Return seconds of processor time and memory of counting hebei's paths; the same blocks are counted again."""
    job = job_of("hebei", 2075)
    blocks = [run_block(job, first, 64) for first in range(0, 256, 64)]
    store = HistogramStore(job, paths)
    start = time.process_time()
    for number, first in enumerate(range(0, paths, 64)):
        count = min(64, paths - first)
        rows = blocks[number % 4]
        store.add(first, {"baseline": {name: values[:count] for name, values in rows["baseline"].items()}})
    counting = time.process_time() - start
    all_quantiles(job, store, paths)
    return {
        "job": "hebei in histograms",
        "paths": paths,
        "processor_seconds_of_counting_1000_paths": round(counting / paths * 1_000, 2),
        "counters_gib": round(store.accumulator_bytes / 2**30, 3),
        "largest_resident_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
        "bar_gib": 2.0,
    }


def main() -> None:
    """Print the measurements as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--histogram", action="store_true", help="only the histograms, in a process of their own")
    parser.add_argument("--gain", action="store_true", help="only the gain of a second worker")
    asked = parser.parse_args()
    if asked.gain:
        print(json.dumps(second_worker(asked.paths, asked.rounds)))
        return
    if asked.histogram:
        print(json.dumps(histogram(asked.paths)))
        return
    print(json.dumps(claims(32, asked.rounds)), flush=True)
    print(json.dumps(china(asked.rounds)), flush=True)
    print(json.dumps(hebei(asked.paths, asked.rounds)), flush=True)


if __name__ == "__main__":
    main()
