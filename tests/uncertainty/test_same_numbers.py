"""The same numbers to the last bit: threads, sizes of blocks, and a process that was killed and resumed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.histogram import CHECKPOINT, HistogramStore
from poolcast.uncertainty.simulate import run_paths, simulate
from poolcast.uncertainty.store import JOURNAL, MemoryStore, ScratchStore, journal_entries
from tests.uncertainty.small_jobs import MEASURES, job_of
from tests.uncertainty.test_histogram import assert_same

SCENARIOS = ("baseline", "high_cost")
PATHS = 300
ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from pathlib import Path
from tests.uncertainty.small_jobs import job_of
from poolcast.uncertainty.histogram import HistogramStore
from poolcast.uncertainty.simulate import run_paths
from poolcast.uncertainty.store import ScratchStore
job, folder, paths = job_of(("baseline", "high_cost")), Path(sys.argv[2]), int(sys.argv[3])
if sys.argv[1] == "scratch":
    store = ScratchStore(folder, tuple(job.scenarios), job.layout, paths)
else:
    store = HistogramStore(job, paths, folder, seconds=0.0)
run_paths(job, store, paths, workers=1, block=20)
"""


def assert_equal(rows, store, paths):
    job = job_of(SCENARIOS)
    for scenario in SCENARIOS:
        for kept in job.layout.measures:
            found = store.values(scenario, kept, paths)
            assert np.array_equal(rows[scenario][kept.name][:paths], found, equal_nan=True), (scenario, kept.name)


@pytest.mark.parametrize(
    ("threads", "block", "paths"),
    [(1, 1000, PATHS), (2, 64, PATHS), (4, 7, PATHS), (2, 1, 40), (1, 7, 40), (4, 1000, 40)],
)
def test_threads_and_sizes_of_blocks(threads, block, paths):
    job = job_of(SCENARIOS)
    store = MemoryStore(SCENARIOS, job.layout, paths)
    run_paths(job, store, paths, workers=threads, block=block)
    assert_equal(run_block(job, 0, PATHS), store, paths)


@pytest.mark.parametrize("sampling", ["antithetic", "sobol"])
def test_sizes_of_blocks_with_other_samplings(sampling):
    job = job_of(("baseline",), sampling)
    whole = run_block(job, 0, 60)["baseline"]
    for first, count in ((0, 1), (1, 6), (7, 16), (23, 37)):
        part = run_block(job, first, count)["baseline"]
        for name, values in part.items():
            assert np.array_equal(values, whole[name][first : first + count], equal_nan=True), (name, first)


def killed_in_mid_run(kind, folder, paths, has_begun):
    """Start a simulation in a process of its own and kill it once something is written down."""
    path = os.pathsep.join([str(ROOT), *(item for item in sys.path if item)])
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, kind, str(folder), str(paths)], cwd=ROOT, env=os.environ | {"PYTHONPATH": path}
    )
    deadline = time.monotonic() + 240
    while not has_begun() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"


@pytest.mark.long
def test_a_simulation_killed_in_mid_run_goes_on_to_the_same_numbers(tmp_path):
    paths, journal = 1_500, tmp_path / JOURNAL
    killed_in_mid_run("scratch", tmp_path, paths, lambda: len(list(journal_entries(journal))) >= 3)
    job = job_of(SCENARIOS)
    store = ScratchStore(tmp_path, SCENARIOS, job.layout, paths)
    before = int(store.done.sum())
    assert 60 <= before < paths
    run_paths(job, store, paths, workers=2, block=64)
    assert sum(count for _, count in journal_entries(journal)) == paths
    assert_equal(run_block(job, 0, paths), store, paths)
    store.close()


@pytest.mark.long
def test_histograms_killed_in_mid_run_go_on_to_the_same_counters(tmp_path):
    paths = 7_000  # the first 4,096 fix the grid
    killed_in_mid_run("histogram", tmp_path, paths, lambda: (tmp_path / CHECKPOINT).exists())
    job = job_of(SCENARIOS)
    store, whole = HistogramStore(job, paths, tmp_path), HistogramStore(job, paths)
    assert 4_096 <= store.counted < paths
    run_paths(job, store, paths, workers=2, block=100)
    run_paths(job, whole, paths, workers=1)
    assert_same(whole, store)


def test_a_folder_with_finished_paths_is_not_computed_again(tmp_path):
    job = job_of(SCENARIOS)
    options = {"seed": 7, "measures": MEASURES, "workers": 1, "folder": tmp_path}
    first = simulate(job.baseline, SCENARIOS, paths=60, block=20, **options)
    counted = []
    again = simulate(job.baseline, SCENARIOS, paths=60, progress=lambda done, _: counted.append(done), **options)
    assert counted == [60]
    assert np.array_equal(first.rows("high_cost", "reserve"), again.rows("high_cost", "reserve"))
