"""The allocator: set where it is glibc and the user has not set it, given back afterwards."""

import gc
import os
import platform
import subprocess
import sys

import pytest

from poolcast.uncertainty import allocator

GLIBC = platform.system() == "Linux" and platform.libc_ver()[0] == "glibc"


def faults_of_an_array(*calls):
    """Page faults of an array of 20 MB that was freed and is asked for again, in a process after some calls."""
    code = f"""
import resource, numpy as np
from poolcast.uncertainty import allocator
def faults(size=20 * 2**20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(size // 8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
for call in {calls}:
    assert getattr(allocator, call)()
faults()
again = max(faults() for _ in range(3))
assert allocator.give_back() or {"return_memory" in calls}
print(again, faults())
"""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MALLOC_", "GLIBC_"))}
    environment["NUMPY_MADVISE_HUGEPAGE"] = "0"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return tuple(int(number) for number in done.stdout.split())


@pytest.mark.skipif(not GLIBC, reason="needs glibc")
def test_freed_arrays_are_kept_until_they_are_given_back():
    again, after = faults_of_an_array("reuse_memory")
    assert again < 50
    assert after > 1_000


@pytest.mark.skipif(not GLIBC, reason="needs glibc")
def test_a_server_gives_freed_arrays_back_at_once_whatever_it_computes_afterwards():
    again, _ = faults_of_an_array("return_memory", "reuse_memory")
    assert again > 1_000


def test_a_choice_of_the_user_or_another_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(allocator, "_chosen", [])
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    assert allocator.reuse_memory() is False
    assert allocator.return_memory() is False
    monkeypatch.delenv("MALLOC_ARENA_MAX")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    assert allocator.reuse_memory() is False
    assert allocator.give_back() is False


def test_what_lasts_is_out_of_the_collectors_sight_while_paths_are_computed():
    gc.unfreeze()
    with allocator.collector_spared():
        assert gc.get_freeze_count() > 1000
        with allocator.collector_spared():
            pass
        assert gc.get_freeze_count() > 1000  # the inner one leaves what it found
    assert gc.get_freeze_count() == 0
    gc.freeze()
    with allocator.collector_spared():
        pass
    assert gc.get_freeze_count() > 0  # a server's own freeze stays
    gc.unfreeze()
