"""The reference job: Poolcast's kernel against two NumPy yardsticks and a compiled one, in one run.

The job is that of `cohort_kernel`: 16 regions, 2 sexes, 101 ages, 50 years, the population anew in every path.
The bars of the project: Poolcast at least 150 times as fast as the plain yardstick (timed on fewer paths and scaled)
and 6 times as fast as the blocked one, in float64 without ``fastmath``, to 1e-9 the same numbers.

    python -m benchmarks.reference_job [--paths 2000] [--plain-paths 200] [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks import yardstick_path_innermost, yardsticks_numpy
from benchmarks.cohort_kernel import AGES, REGIONS, YEARS, make_job, make_paths, run

BAR_PLAIN, BAR_BLOCKED = 150.0, 6.0


def largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference of two results in parts of the largest number of each output."""
    scale = np.abs(theirs).max(axis=(1, 2, 3), keepdims=True)
    return float((np.abs(ours[:, : theirs.shape[1]] - theirs) / scale).max())


def measure(paths: int, plain_paths: int, rounds: int) -> dict[str, object]:
    """Run all by turns; times are medians in nanoseconds per path, region and year."""
    job, many, few = make_job(), make_paths(paths), make_paths(plain_paths)
    ours = run(job, few)
    contenders: dict[str, tuple[int, Callable[[], np.ndarray]]] = {
        "plain_numpy": (plain_paths, lambda: yardsticks_numpy.run_plain(job, few)),
        "blocked_numpy": (paths, lambda: yardsticks_numpy.run_blocked(job, many)),
        "path_innermost_kernel": (paths, lambda: yardstick_path_innermost.run(job, many)),
        "poolcast": (paths, lambda: run(job, many)),
    }
    differences = {
        "plain_numpy": largest_difference(ours, yardsticks_numpy.run_plain(job, few)),
        "blocked_numpy": largest_difference(ours, yardsticks_numpy.run_blocked(job, few)),
        "path_innermost_kernel": largest_difference(ours, yardstick_path_innermost.run(job, few)),
    }
    if max(differences.values()) > 1e-9:
        raise SystemExit(f"the results differ: {differences}")
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, (count, contender) in contenders.items():
            if name == "plain_numpy" and number:
                continue  # half a minute each: once
            start = time.perf_counter()
            contender()
            taken[name].append((time.perf_counter() - start) / (count * REGIONS * YEARS) * 1e9)
    nanoseconds = {name: round(statistics.median(values), 1) for name, values in taken.items()}
    return {
        "job": {"paths": paths, "plain_paths": plain_paths, "regions": REGIONS, "years": YEARS, "ages": AGES},
        "threads": os.cpu_count(),
        "load": os.getloadavg()[0],
        "nanoseconds": nanoseconds,
        "times_as_fast_as_plain": round(nanoseconds["plain_numpy"] / nanoseconds["poolcast"], 1),
        "bar_plain": BAR_PLAIN,
        "times_as_fast_as_blocked": round(nanoseconds["blocked_numpy"] / nanoseconds["poolcast"], 2),
        "bar_blocked": BAR_BLOCKED,
        "ratio_to_path_innermost_kernel": round(nanoseconds["poolcast"] / nanoseconds["path_innermost_kernel"], 3),
        "largest_difference": max(differences.values()),
    }


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=2_000)
    parser.add_argument("--plain-paths", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.paths, asked.plain_paths, asked.rounds)))


if __name__ == "__main__":
    main()
