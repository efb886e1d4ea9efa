"""The allocator: set where it is glibc and the user has not set it, given back afterwards."""

import gc
import os
import platform
import subprocess
import sys

import pytest

from poolcast.uncertainty import allocator

GLIBC = platform.system() == "Linux" and platform.libc_ver()[0] == "glibc"


@pytest.mark.skipif(not GLIBC, reason="needs glibc")
def test_freed_arrays_are_kept_until_they_are_given_back():
    """An array of 20 MB that is freed and asked for again faults no page; after `give_back` it does."""
    code = """
import resource, numpy as np
from poolcast.uncertainty import allocator
assert allocator.reuse_memory()
def faults(size=20 * 2**20):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(size // 8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
faults()
again = max(faults() for _ in range(3))
assert allocator.give_back()
print(again, faults())
"""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MALLOC_", "GLIBC_"))}
    environment["NUMPY_MADVISE_HUGEPAGE"] = "0"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    again, after = (int(number) for number in done.stdout.split())
    assert again < 50
    assert after > 1_000


def test_a_choice_of_the_user_or_another_library_is_left_alone(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    assert allocator.reuse_memory.__wrapped__() is False
    monkeypatch.delenv("MALLOC_ARENA_MAX")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("musl", "1.2"))
    assert allocator.reuse_memory.__wrapped__() is False
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
