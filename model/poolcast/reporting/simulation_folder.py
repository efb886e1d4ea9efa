"""The folder of a simulation: unfinished under a name of its own while it runs, whole in its place afterwards.

    runs/20261103-142501-simulate-baseline-1a2b3c4d/
        manifest.json    what is needed to reproduce it: set, scenarios, seed, sampling, paths, versions, digests
        tables/*.csv     fans, differences, probabilities, events, tails; tidy, utf-8 with BOM for Excel
        log.txt
        paths.nc         every path, where asked for

While it runs the folder is called ``….unfinished`` and holds ``request.json`` and the finished paths; a run that was
stopped goes on there (``poolcast simulate --resume FOLDER``).
"""

from __future__ import annotations

import csv
import json
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.parameters.errors import Problem, ResultError
from poolcast.reporting.run_folder import RUN_SCHEMA, free_place, package_versions, safe_name

if TYPE_CHECKING:
    import pandas as pd

    from poolcast.uncertainty.simulate import Simulation

UNFINISHED = ".unfinished"
REQUEST = "request.json"
PATHS = "paths"
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Request:
    """What a simulation was asked for, and the content that it rests on.

    Parameters
    ----------
    assumption_set : str
    scenarios, reforms, measures : sequence of str
        As on the command line; no measures are the standard ones.
    to : int or None
    paths, seed : int
    sampling : str
    policy : bool
    until_error, of : float and str, or None
    digests : mapping
        Digest of the set and of each scenario, to tell whether they are still the same when it goes on.
    version : str
    """

    assumption_set: str
    scenarios: Sequence[str]
    reforms: Sequence[str]
    measures: Sequence[str]
    to: int | None
    paths: int
    seed: int
    sampling: str
    policy: bool
    until_error: float | None
    of: str | None
    digests: Mapping[str, str]
    version: str = __version__

    def document(self) -> dict[str, Any]:
        """Return the request as it is written down."""
        return {
            "assumption_set": self.assumption_set,
            "scenarios": list(self.scenarios),
            "reforms": list(self.reforms),
            "measures": list(self.measures),
            "to": self.to,
            "paths": self.paths,
            "seed": self.seed,
            "sampling": self.sampling,
            "policy": self.policy,
            "until_error": self.until_error,
            "of": self.of,
            "digests": dict(self.digests),
            "version": self.version,
        }


def begin(out: Path | None, request: Request, time: datetime) -> Path:
    """Make the unfinished folder of a new simulation and write the request down.

    Raises
    ------
    ResultError
        Where the place is taken or cannot be written.
    """
    content = blake2b(json.dumps(request.document(), sort_keys=True).encode(), digest_size=4).hexdigest()
    label = "+".join(safe_name(name) for name in list(request.digests)[1:3])
    name = f"{time:%Y%m%d-%H%M%S}-simulate-{label}-{content}"
    place = free_place((Path("runs") / name if out is None else out).absolute(), chosen=out is not None)
    folder = place.with_name(place.name + UNFINISHED)
    if folder.exists():
        found = f"{folder}, an unfinished simulation"
        remedy = "Go on with it (--resume), name another folder, or delete it."
        raise ResultError(Problem("--out", found, "a new folder", remedy))
    try:
        folder.mkdir(parents=True)
        (folder / REQUEST).write_text(json.dumps(request.document(), ensure_ascii=False, indent=2), encoding="utf-8")
    except OSError as error:
        remedy = "Name a folder in which you may write."
        raise ResultError(Problem("--out", f"{folder}: {error.strerror}", "a writable place", remedy)) from error
    return folder


def read_request(folder: Path) -> Request:
    """Return the request of an unfinished simulation.

    Raises
    ------
    ResultError
        Where the folder holds none, or another version of Poolcast began it.
    """
    try:
        found = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
        request = Request(**found)
    except (OSError, ValueError, TypeError) as error:
        allowed = f"the folder of an unfinished simulation (…{UNFINISHED})"
        remedy = "Name the folder that the interrupted command printed."
        raise ResultError(Problem("--resume", str(folder), allowed, remedy)) from error
    if request.version != __version__:
        found_text = f"a simulation begun by version {request.version}"
        raise ResultError(Problem("--resume", found_text, f"version {__version__}", "Begin it again."))
    return request


def refuse_changed(request: Request, now: Mapping[str, str]) -> None:
    """Refuse to go on with a set or scenario that is no longer what the finished paths rest on."""
    problems = [
        Problem(
            "--resume",
            f"{name} has changed since the simulation began",
            f"content {before}",
            "Undo the change, or begin the simulation again.",
        )
        for name, before in request.digests.items()
        if now.get(name) != before
    ]
    if problems:
        raise ResultError(problems)


def write_table(place: Path, table: pd.DataFrame) -> None:
    """Write a table as pandas would, utf-8 with byte order mark, in a third of the time.

    Numbers are written with the fewest digits that give the same float64 back; what is unknown is left blank.
    """
    columns = []
    for _, column in table.items():
        values = column.tolist()
        blank = column.isna().to_numpy()
        columns.append(["" if unknown else value for unknown, value in zip(blank.tolist(), values, strict=True)])
    with place.open("w", encoding="utf-8", newline="") as file:
        file.write(BYTE_ORDER_MARK)
        writer = csv.writer(file, lineterminator=os.linesep)
        writer.writerow(table.columns)
        writer.writerows(zip(*columns, strict=True))


def finish(
    folder: Path,
    simulation: Simulation,
    request: Request,
    command: str,
    log: Sequence[str],
    tables: Mapping[str, pd.DataFrame],
) -> Path:
    """Write tables, manifest and log of a complete simulation and rename its folder into place.

    Returns
    -------
    path
        The finished folder.
    """
    (folder / "tables").mkdir(exist_ok=True)
    for name, table in tables.items():
        if not table.empty:
            write_table(folder / "tables" / f"{name}.csv", table)
    manifest = {
        "schema": RUN_SCHEMA,
        "kind": "simulation",
        "poolcast": __version__,
        "time": datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "command": command,
        **request.document(),
        "set": simulation.job.baseline.name,
        "synthetic": simulation.job.baseline.synthetic,
        "base_year": simulation.job.baseline.base_year,
        "last_year": simulation.job.baseline.last_year,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": package_versions(),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (folder / "log.txt").write_text("\n".join(log) + "\n", encoding="utf-8")
    close = getattr(simulation.store, "close", None)
    if close is not None:
        close()
    shutil.rmtree(folder / PATHS, ignore_errors=True)
    (folder / REQUEST).unlink()
    place = folder.with_name(folder.name.removesuffix(UNFINISHED))
    if place.is_dir():
        place.rmdir()
    os.replace(folder, place)
    return place
