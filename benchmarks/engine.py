"""Time of one projection: `china` to 2060 and `hebei` (14 regions, to 2075), warm, layer 1 cold and cached.

The bars of the project are 50 ms and 300 ms. The yardstick in the same run is NumPy itself: one pass of multiplication
and addition over the people by status, sex and age of every year end, the least that any such engine must touch.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

import poolcast
from poolcast.projection import people
from poolcast.projection.engine import project, run

JOBS = (("china", 2060, 50.0), ("hebei", 2075, 300.0))


def seconds(action: Callable[[], object], repeats: int = 15) -> float:
    """Return the median seconds of an action after one warm-up."""
    action()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def measure(name: str, last_year: int, bar: float) -> dict[str, object]:
    """Return milliseconds of one projection of a set, and the ratio to the yardstick."""
    calibrated = poolcast.calibrate(poolcast.load_assumptions(name, to=last_year))
    ends = last_year - calibrated.base_year + 2
    cells = np.ones((len(calibrated.regions), ends, 8, 2, 101))

    def cold() -> None:
        people._CACHE.clear()
        run(calibrated)

    yardstick = seconds(lambda: (cells * cells).sum())
    full = seconds(cold)
    return {
        "set": name,
        "regions": len(calibrated.regions),
        "years": last_year - calibrated.base_year,
        "milliseconds_all_layers": round(full * 1e3, 2),
        "milliseconds_layers_2_and_3": round(seconds(lambda: run(calibrated)) * 1e3, 2),
        "milliseconds_with_labels": round(seconds(lambda: project(calibrated)) * 1e3, 2),
        "bar_milliseconds": bar,
        "ratio_to_one_numpy_pass": round(full / yardstick, 1),
    }


def main() -> None:
    """Print the measurements as JSON lines."""
    wanted = sys.argv[1:] or [name for name, _, _ in JOBS]
    for name, last_year, bar in JOBS:
        if name in wanted:
            print(json.dumps(measure(name, last_year, bar)))


if __name__ == "__main__":
    main()
