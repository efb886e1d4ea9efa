"""Compiling the kernel of the claims in a process of its own, while this one compiles that of the cohort.

On a machine where nothing was compiled yet the first simulation waits for both, and numba compiles one thing at a time
in a process. What the other process compiled is found in numba's cache on disk; where anything goes wrong there, this
process compiles it itself, as it would have anyway.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

LONGEST_WAIT = 60.0
"""Seconds after which this process compiles by itself."""

_LOCK = threading.Lock()
_other: subprocess.Popen[bytes] | None = None
_asked = False


def begin() -> bool:
    """Start the other process, once, where the kernel is not in the cache and a second processor is there.

    Returns
    -------
    bool
        Whether it was started by this call.
    """
    global _other, _asked
    with _LOCK:
        if _asked or find_spec("numba") is None or (os.cpu_count() or 1) < 2 or is_compiled():
            return False
        _asked = True
        command = [sys.executable, "-m", "poolcast.projection.compile_ahead"]
        try:
            _other = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:
            return False
        return True


def wait() -> None:
    """Wait until the other process is done, where one was started."""
    global _other
    with _LOCK:
        if _other is None:
            return
        try:
            _other.wait(LONGEST_WAIT)
        except subprocess.TimeoutExpired:
            _other.kill()
            _other.wait()
        _other = None


def is_compiled() -> bool:
    """Whether numba's cache holds the kernel of the claims, or is kept where we cannot look."""
    from poolcast.projection.claims_kernel import add_up_claims

    cache = getattr(getattr(add_up_claims, "_cache", None), "_cache_file", None)
    index = getattr(cache, "_index_path", None)
    return index is None or Path(index).exists()


def compile_claims() -> None:
    """Add up the claims of the national set over two years: the kernel is compiled on the way and kept in the cache."""
    from poolcast.parameters.reading import load_assumptions
    from poolcast.projection.claims_compiled import sum_compiled
    from poolcast.projection.control_totals import calibrate
    from poolcast.projection.drivers import NO_DRIVERS
    from poolcast.projection.economy import project_cost_trend, project_economy
    from poolcast.projection.people import project_people

    read = load_assumptions("china")
    assumptions = calibrate(load_assumptions("china", to=read.base_year + 2))
    economy = project_economy(assumptions, NO_DRIVERS)
    trend = project_cost_trend(assumptions, economy, NO_DRIVERS)
    sum_compiled(assumptions, project_people(assumptions), economy, trend, NO_DRIVERS)


if __name__ == "__main__":
    compile_claims()
