"""A folder that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.partial_folders import new_partial_folder


@contextmanager
def whole_set(place: Path) -> Iterator[Path]:
    """Give a folder beside the place; rename it into place at the end, or remove it when anything fails."""
    refuse_used(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = new_partial_folder(place.parent)
    except OSError as error:
        remedy = "Name a folder in which you may write."
        raise AssumptionError(Problem("--to", f"{place}: {error.strerror}", "a writable place", remedy)) from error
    try:
        yield partial
        if place.is_dir():
            place.rmdir()  # empty, as was checked; a rename onto it fails on Windows
        os.replace(partial, place)
    except OSError as error:
        remedy = "Mend that, or name another folder."
        raise AssumptionError(Problem("--to", f"{place}: {error}", "a writable place with room", remedy)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_used(place: Path) -> None:
    """Refuse a place where something is already."""
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        remedy = "Name a new folder; a set is never overwritten."
        raise AssumptionError(Problem("--to", f"'{place}', which is there already", "a new or empty folder", remedy))
