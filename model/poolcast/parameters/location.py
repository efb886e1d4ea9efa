"""Where assumption sets and scenarios lie, and the names under which they are found.

A set or scenario is looked for as a folder or file given, then in ``$POOLCAST_HOME``, then in the working folder, then
in the copy inside the package (design, section 9).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from poolcast.parameters.errors import AssumptionError, Problem, ScenarioError
from poolcast.parameters.nearest import did_you_mean

SET_FILE = "set.yaml"
SCENARIO_ENDINGS = (".yaml", ".yml")
_PACKAGE = Path(__file__).resolve().parent.parent


def display(path: Path) -> str:
    """Return a path for readers: relative to the working folder where it lies inside it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def package_copy(folder: str) -> Path:
    """Return the shipped ``assumptions`` or ``scenarios``: inside a wheel, or beside ``model/`` in a checkout."""
    inside = _PACKAGE / "data" / folder
    return inside if inside.is_dir() else _PACKAGE.parent.parent / folder


def places(folder: str) -> tuple[Path, ...]:
    """Return the folders that hold sets or scenarios, the first to be asked first."""
    home = os.environ.get("POOLCAST_HOME")
    candidates = [Path(home).expanduser() / folder] if home else []
    candidates += [Path.cwd() / folder, package_copy(folder)]
    return tuple(dict.fromkeys(place.resolve() for place in candidates if place.is_dir()))


def available_sets() -> dict[str, Path]:
    """Return the folder of every set that a name can find; the first place wins."""
    found: dict[str, Path] = {}
    for place in places("assumptions"):
        for folder in sorted(place.iterdir()):
            if (folder / SET_FILE).is_file():
                found.setdefault(folder.name, folder)
    return found


def available_scenarios() -> dict[str, Path]:
    """Return the file of every scenario that a name can find; the first place wins."""
    found: dict[str, Path] = {}
    for place in places("scenarios"):
        for file in sorted(place.iterdir()):
            if file.suffix in SCENARIO_ENDINGS and file.is_file():
                found.setdefault(file.stem, file)
    return found


def find_set(name_or_folder: str | os.PathLike[str]) -> Path:
    """Return the folder of an assumption set.

    Parameters
    ----------
    name_or_folder : str or path
        A name such as ``china``, a folder that holds ``set.yaml``, or that file itself.

    Raises
    ------
    AssumptionError
        If nothing is found; the message names the sets there are and the nearest of them.
    """
    given = Path(name_or_folder).expanduser()
    if given.name == SET_FILE and given.is_file():
        return given.parent
    if (given / SET_FILE).is_file():
        return given
    word = os.fspath(name_or_folder)
    if not _is_path(word):
        found = available_sets().get(word)
        if found is not None:
            return found
    elif given.is_dir():
        raise AssumptionError(
            Problem(
                display(given),
                "a folder without set.yaml",
                "a folder that holds set.yaml",
                "Name the folder of one assumption set, not the one above it.",
                kind="set not found",
            )
        )
    raise AssumptionError(_unknown("assumption set", "--set", word, available_sets(), "a folder that holds set.yaml"))


def find_scenario(name_or_file: str | os.PathLike[str]) -> Path:
    """Return the file of a scenario.

    Parameters
    ----------
    name_or_file : str or path
        A name such as ``baseline``, or a YAML file.

    Raises
    ------
    ScenarioError
        If nothing is found; the message names the scenarios there are and the nearest of them.
    """
    given = Path(name_or_file).expanduser()
    if given.suffix in SCENARIO_ENDINGS and given.is_file():
        return given
    word = os.fspath(name_or_file)
    if not _is_path(word):
        found = available_scenarios().get(word)
        if found is not None:
            return found
    raise ScenarioError(_unknown("scenario", "SCENARIO", word, available_scenarios(), "a YAML file"))


def _is_path(word: str) -> bool:
    separators = {"/", os.sep, os.altsep or "/"}
    return any(separator in word for separator in separators) or word.startswith((".", "~"))


def _unknown(what: str, place: str, word: str, names: Iterable[str], otherwise: str) -> Problem:
    known = sorted(names)
    allowed = f"{', '.join(known)}, or {otherwise}" if known else f"{otherwise} (no {what} was found by name)"
    if _is_path(word):
        return Problem(place, f"'{word}', which is not there", otherwise, "Check the path.", kind=f"{what} not found")
    home = os.environ.get("POOLCAST_HOME")
    if home and not Path(home).expanduser().is_dir():
        hint = f"$POOLCAST_HOME names '{home}', which is no folder."
    else:
        hint = "Looked in $POOLCAST_HOME, the working folder and the package."
    remedy = " ".join(part for part in (did_you_mean(word, known), hint) if part)
    return Problem(place, f"unknown {what} '{word}'", allowed, remedy, kind=f"{what} not found")
