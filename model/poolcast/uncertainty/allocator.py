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

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Options of ``mallopt`` (malloc.h of glibc)."""
LARGEST_IN_ARENA = 32 * 2**20
"""Bytes up to which an array lies in the arena: the most that glibc accepts."""
SMALLEST_RETURNED = 4 * 2**20
"""Bytes from which on an array of a server lies by itself, and goes as soon as it is freed."""
KEPT_FREE = 512 * 2**20
"""Free bytes at the end of the arena that are kept; `give_back` hands them over."""


_chosen: list[bool] = []
"""Whether the allocator of this process could be set, by the first who asked."""


def reuse_memory() -> bool:
    """Let this process keep what it frees, before threads compute paths; return whether it could be set.

    The first choice of a process holds: a server that has called `return_memory` goes on to return it.
    """
    return _choose(((_ARENA_MAX, 1), (_MMAP_THRESHOLD, LARGEST_IN_ARENA), (_TRIM_THRESHOLD, KEPT_FREE)))


def return_memory() -> bool:
    """Let this process hand large arrays back as soon as they are freed; return whether it could be set.

    For a server: it computes now and then, for weeks, and memory that it only might need is missed by its neighbours. A
    simulation takes as long as otherwise within what can be measured.
    """
    return _choose(((_ARENA_MAX, 1), (_MMAP_THRESHOLD, SMALLEST_RETURNED), (_TRIM_THRESHOLD, 2 * LARGEST_IN_ARENA)))


def _choose(options: tuple[tuple[int, int], ...]) -> bool:
    """Set options of the allocator unless this process has set some before."""
    if not _chosen:
        library = _glibc()
        of_user = [name for name in os.environ if name.startswith("MALLOC_") or name == "GLIBC_TUNABLES"]
        if library is None or of_user:
            return False
        _chosen.append(sum(int(library.mallopt(option, value)) for option, value in options) == len(options))
    return _chosen[0]


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
