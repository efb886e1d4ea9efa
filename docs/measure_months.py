"""Prints the tables of docs/monthly-execution.md.

python docs/measure_months.py real          the real national months of 2015-2018, seconds
python docs/measure_months.py simulated     2,000 simulated years, about 5 minutes of one core
python docs/measure_months.py simulated 2001 3000
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.validation import real_months, simulated_years


def main(what: str, first: int = 1, last: int = 2000) -> None:
    """Print the tables of one kind."""
    if what == "simulated":
        print(simulated_years.table(*simulated_years.score(range(first, last + 1))))
        return
    flows, years = ("revenue", "expenditure"), real_months.YEARS
    real = [real_months.real_year(year, flow) for flow in flows for year in years]
    known = [real_months.real_year(year, flow, to_last_month=True) for flow in flows for year in years]
    print(real_months.summary(real), real_months.summary(known), real_months.table(real), sep="\n\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
