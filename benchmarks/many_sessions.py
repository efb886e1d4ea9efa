"""Twenty planners at once: errors, other people's numbers, waiting times and memory over ten minutes.

Nineteen sessions on the wire and one in Chromium, each moving a slider of the page Build every five seconds; half
of them look at `china`, half at the fourteen regions of `hebei`. Bars: no fault, 95th percentile below 3 s, memory
flat.

    python -m benchmarks.many_sessions [--minutes 10] [--sessions 20] [--every 5] [--hebei 0.5] [--no-browser]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.e2e.load import Load, run_load
from tests.e2e.served import CHROMIUM, chromium, served

SLOWEST, GROWTH = 3.0, 10.0


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--minutes", type=float, default=10.0)
    words.add_argument("--sessions", type=int, default=20)
    words.add_argument("--every", type=float, default=5.0)
    words.add_argument("--hebei", type=float, default=0.5)
    words.add_argument("--no-browser", action="store_true")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with served(log) as address:
            options = (given.minutes * 60, given.sessions, given.every, given.hebei)
            if given.no_browser or CHROMIUM is None:
                print("without a browser: all sessions on the wire")
                load = run_load(address, None, *options)
            else:
                with chromium(address) as browser:
                    load = run_load(address, browser, *options)
            told = log.read_text(encoding="utf-8", errors="replace")  # before the end cuts jobs short
        if "Traceback" in told:
            load.faults.append("the log of the server holds a traceback")
    print(load.report())
    return int(not holds(load))


def holds(load: Load) -> bool:
    """Whether the bars are held; memory only where the time was long enough to speak of it."""
    flat = load.memory[-1][0] < 240 or load.growth < GROWTH
    return not load.faults and load.percentile(0.95) < SLOWEST and flat


if __name__ == "__main__":
    sys.exit(main())
