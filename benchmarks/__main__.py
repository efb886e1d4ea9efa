"""Run every benchmark in one go: ``python -m benchmarks``; those of the dashboard want Chromium and a quarter hour."""

from __future__ import annotations

import runpy
import sys

NAMES = ("cohort_kernel", "reference_job", "engine", "solve", "simulation", "moved_slider", "many_sessions")

missed = []
for name in NAMES:
    print(f"== {name}", flush=True)
    sys.argv[1:] = []
    try:
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        missed += [name] if end.code else []
if missed:
    sys.exit(f"missed their bars: {', '.join(missed)}")
