"""Partial folders: where a folder is written before it is renamed into its place, and what a kill has left of them.

Whoever is killed while it writes leaves its partial folder behind. The next one that writes beside it removes those
whose process, named in the folder's name, runs no longer on this machine. What another machine wrote, or cannot be
told, is removed when nothing in it has changed for a day.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
from hashlib import blake2b
from pathlib import Path
from uuid import uuid4

PARTIAL = ".poolcast-partial-"
"""Folders of this name are not finished."""
STALE_SECONDS = 86_400.0
_OWNED = re.compile(re.escape(PARTIAL) + r"(?P<machine>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{32}")
_OURS = re.compile(re.escape(PARTIAL) + r"([0-9a-f]{8}-\d+-)?[0-9a-f]{32}")
"""The whole name, also as earlier versions gave it: nothing else is ever removed."""


def new_partial_folder(parent: Path) -> Path:
    """Make a partial folder in a folder that is there, after what killed processes left of theirs is removed.

    Raises
    ------
    OSError
        Where it cannot be made.
    """
    remove_stale(parent)
    folder = parent / f"{PARTIAL}{_machine()}-{os.getpid()}-{uuid4().hex}"
    folder.mkdir()
    return folder


def remove_stale(parent: Path) -> list[Path]:
    """Remove partial folders that nobody writes any more, and return which; what cannot be removed stays."""
    removed = []
    for folder in parent.glob(f"{PARTIAL}*"):
        if _OURS.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink() and _is_stale(folder):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                removed.append(folder)
    return removed


def _is_stale(folder: Path) -> bool:
    owned = _OWNED.fullmatch(folder.name)
    if owned and owned["machine"] == _machine() and os.name == "posix":
        return not _runs(int(owned["process"]))
    try:
        newest = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:  # it goes away while we look: somebody is at work
        return False
    return time.time() - newest > STALE_SECONDS


def _runs(process: int) -> bool:
    """Return whether a process of this machine runs; asked by a signal that does nothing (not to be had on Windows)."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs, and is not ours
        return True
    return True


def _machine() -> str:
    """Return which machine this is, without its name: process numbers mean nothing on another."""
    return blake2b(platform.node().encode(), digest_size=4).hexdigest()
