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
    """Refuse a place where something is already, or can never be, as one with too long a name."""
    if is_there(place) and (not place.is_dir() or any(place.iterdir())):
        remedy = "Name a new folder; a set is never overwritten."
        raise AssumptionError(Problem("--to", f"'{place}', which is there already", "a new or empty folder", remedy))


def is_there(place: Path) -> bool:
    """Return whether something is at a place.

    Raises
    ------
    AssumptionError
        Where that cannot be told: the name is too long, or a folder on the way may not be looked into.
    """
    try:
        return place.exists()
    except OSError as error:
        remedy = "Choose a shorter name, or a folder in which you may write."
        found = f"a name of {len(place.name)} signs: {error.strerror}"
        raise AssumptionError(Problem("--to", found, "a place where a file can be", remedy, kind="--to")) from error
