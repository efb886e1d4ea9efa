"""A moved slider in a browser: from the key to the chart with other lines, and to the band of 1,000 paths.

Bars on two cores: the line within 300 ms on `china` and 800 ms on `hebei` (median of 20), the band within 2 s on
`china`. Each move is to a value that nobody has asked for before, so nothing comes from a cache.

    python -m benchmarks.moved_slider [--moves 20] [--sets china,hebei]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

from tests.e2e.load import LOWEST, SLIDER, Reader, show_levers, slider_to_chart
from tests.e2e.served import CHROMIUM, chromium, served, settle

BARS = {"china": 0.3, "hebei": 0.8}
BAND = 2.0
REGIONS = {"china": "000000", "hebei": "130100"}


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--moves", type=int, default=20)
    words.add_argument("--sets", default="china,hebei")
    given = words.parse_args()
    if CHROMIUM is None:
        print("no Chromium on this machine: not measured")
        return 0
    held = True
    with served() as address, chromium(address) as browser:
        for name in given.sets.split(","):
            reader = Reader(1, name, REGIONS[name])
            tab = browser.open("build", **reader.query(LOWEST))
            show_levers(tab)
            wait_for_band(tab)
            moves = []
            for _ in range(given.moves):
                moves.append(slider_to_chart(tab, SLIDER, "effect", "ArrowRight"))
                tab.wait_for_timeout(1_000)  # a planner looks before the next move
            median, slowest = statistics.median(moves), max(moves)
            held &= median <= BARS[name]
            print(f"{name}: line median {median * 1000:.0f} ms of {given.moves}, slowest {slowest * 1000:.0f} ms")
            bands = []
            for _ in range(4 if name == "china" else 2):
                wait_for_band(tab)
                began = time.perf_counter()
                slider_to_chart(tab, SLIDER, "effect", "ArrowRight")
                wait_for_band(tab)
                bands.append(time.perf_counter() - began)
            print(f"{name}: band of 1,000 paths median {statistics.median(bands):.2f} s, slowest {max(bands):.2f} s")
            held &= name != "china" or statistics.median(bands) <= BAND
            tab.context.close()
    print(f"load of the machine {os.getloadavg()}")
    return int(not held)


def wait_for_band(tab: object) -> None:
    """Wait until the chart says with how many runs its band was drawn."""
    tab.wait_for_function(  # type: ignore[attr-defined]
        "() => /1,000\\s*(次|runs)/.test(document.querySelector('.st-key-card_effect')?.innerText ?? '')",
        timeout=300_000,
        polling=20,
    )
    settle(tab)


if __name__ == "__main__":
    sys.exit(main())
