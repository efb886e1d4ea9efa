"""Run every benchmark in one go: ``python -m benchmarks``."""

from __future__ import annotations

import runpy

for name in ("cohort_kernel", "reference_job", "engine", "solve", "simulation"):
    print(f"== {name}", flush=True)
    runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
