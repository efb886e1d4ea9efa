"""The memory of a process that computes paths: how the allocator and the garbage collector are told what to expect.

glibc gives every thread an arena of its own, hands arrays of some megabytes back to the system when they are freed, and
has the system clear them again a moment later. A simulation frees and asks for such arrays thousands of times: with one
arena that keeps what it has, it needs less memory and a fifth less time. Elsewhere, and where the user has set the
allocator in the environment, nothing is changed. Numbers do not depend on it.

Python's collector walks again and again over every object that the modules and the set hold, and nobody computes while
it does: a tenth of the time of two threads. Those objects stay; what the paths make is freed without it.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of ``mallopt`` (malloc.h of glibc)."""
LARGEST_IN_ARENA = 32 * 2**20
"""Bytes up to which an array lies in the arena: the most that glibc accepts."""
KEPT_FREE = 512 * 2**20
"""Free bytes at the end of the arena that are kept; `give_back` hands them over."""


@cache
def reuse_memory() -> bool:
    """Set the allocator of this process, once, before threads compute paths; return whether it could be set."""
    library = _glibc()
    chosen = [name for name in os.environ if name.startswith("MALLOC_") or name == "GLIBC_TUNABLES"]
    if library is None or chosen:
        return False
    options = ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGEST_IN_ARENA), (_TRIM_THRESHOLD, KEPT_FREE))
    return sum(int(library.mallopt(option, value)) for option, value in options) == len(options)


@contextmanager
def collector_spared() -> Iterator[None]:
    """Keep what is there now out of the garbage collector's sight while paths are computed.

    Where something is out of its sight already, as in a server, or in a simulation beside this one, nothing is changed.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def give_back() -> bool:
    """Hand free memory back to the system, after the paths and before they are reduced."""
    library = _glibc()
    return library is not None and library.malloc_trim(0) == 1


def _glibc() -> ctypes.CDLL | None:
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return None
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
    except OSError:
        return None
