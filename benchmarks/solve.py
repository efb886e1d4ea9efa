"""Time of a solve for every region of `hebei` by itself, as a ratio to one projection of all of them.

The bar of the project is 2 seconds for a solve. Searched one after the other the regions need some 280 projections;
side by side the slowest region decides how many.
"""

from __future__ import annotations

import json

import poolcast
from benchmarks.engine import seconds
from poolcast.outlook.solving import solve
from poolcast.projection.engine import project

JOBS = (
    ("resident.subsidy", "payable_months(RPF, year=2040) >= 6"),
    ("revenue.employer_rate", "payable_months(EPF, year=2045) >= 24"),
)


def main() -> None:
    """Print the measurements as JSON lines."""
    read = poolcast.load_assumptions("hebei")
    calibrated = poolcast.calibrate(read)
    one = seconds(lambda: project(calibrated))
    for unknown, condition in JOBS:
        taken = seconds(lambda: solve(read, unknown, condition, region="each"), repeats=5)  # noqa: B023
        print(
            json.dumps(
                {
                    "unknown": unknown,
                    "condition": condition,
                    "regions": len(read.regions),
                    "seconds": round(taken, 3),
                    "bar_seconds": 2.0,
                    "ratio_to_one_labelled_projection": round(taken / one, 1),
                }
            )
        )


if __name__ == "__main__":
    main()
