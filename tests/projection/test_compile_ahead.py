"""The kernel of the claims is compiled by another process where the cache lacks it, and only there."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("numba")


def script(text, cache):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    ran = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


@pytest.mark.long
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: nothing is compiled ahead")
def test_the_other_process_leaves_the_kernel_in_the_cache(tmp_path):
    text = """
from poolcast.projection import compile_ahead
print(compile_ahead.is_compiled(), compile_ahead.begin(), compile_ahead.begin())
compile_ahead.wait()
print(compile_ahead.is_compiled())
from poolcast.projection.claims_kernel import add_up_claims
compile_ahead.compile_claims()
print(sum(add_up_claims.stats.cache_hits.values()), sum(add_up_claims.stats.cache_misses.values()))
"""
    assert script(text, tmp_path) == ["False", "True", "False", "True", "1", "0"]
    again = "from poolcast.projection import compile_ahead; print(compile_ahead.begin())"
    assert script(again, tmp_path) == ["False"]


def test_a_process_that_cannot_start_changes_nothing(tmp_path):
    text = """
import sys
from poolcast.projection import compile_ahead
sys.executable = "/nowhere/python"
print(compile_ahead.begin())
compile_ahead.wait()
"""
    assert script(text, tmp_path) == ["False"]
