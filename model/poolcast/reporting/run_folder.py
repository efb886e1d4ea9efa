"""Run folders: a result with its inputs, tables and manifest, saved whole or not at all.

A command with one scenario makes one run folder::

    runs/20261103-142501-baseline-1a2b3c4d/
        result.nc       the forecast (NetCDF4); `load_run` gives it back identical
        manifest.json   what is needed to reproduce it
        tables/*.csv    tidy tables with a unit column, utf-8 with BOM for Excel
        summary.xlsx    the same for readers
        page.html       the charts, where asked for
        log.txt
        inputs/         the set (set.yaml, provenance.csv, assumptions.nc) and the scenario

A command with several scenarios makes one folder, ``…-baseline+high_cost-…``, that holds a run folder for each under
its name, and the page, the workbook and the manifest that compare them. Either is written beside its place under
another name and renamed into it, so that a kill leaves what was there before, or the new folder, never half of one.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.exchange.layout import LEADS_A_FORMULA
from poolcast.parameters.partial_folders import PARTIAL, new_partial_folder
from poolcast.reporting.inputs_folder import write_inputs
from poolcast.reporting.outcome import Outcome

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from poolcast.parameters.assumptions import Assumptions
    from poolcast.scenarios.scenario import Scenario

PACKAGES = ("numpy", "scipy", "pandas", "xarray", "numba", "h5netcdf", "h5py", "xlsxwriter", "plotly")
RUN_SCHEMA = "poolcast.run_folder/1"


@dataclass(frozen=True)
class RunRecord:
    """What a command knows about itself and its inputs.

    Parameters
    ----------
    command : str
        The command line.
    options : mapping
        Options that shaped the result or its display.
    assumptions : Assumptions or None
        The set as read, before calibration.
    scenarios : mapping
        Scenario by name.
    log : sequence of str
        Lines for ``log.txt``.
    language, prices : str
        Of the workbook.
    time : datetime
        When the command started.
    """

    command: str
    options: Mapping[str, Any] = field(default_factory=dict)
    assumptions: Assumptions | None = None
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    log: Sequence[str] = ()
    language: str = "en"
    prices: str = "nominal"
    time: datetime = field(default_factory=lambda: datetime.now().astimezone())


def save_run(
    folder: Path | str | None,
    outcomes: Sequence[Outcome],
    record: RunRecord,
    page: Callable[[], str] | None = None,
) -> dict[str, Path]:
    """Save the scenarios of one command and return the run folder of each.

    Parameters
    ----------
    folder : path or None
        Where; ``None`` for a new folder under ``./runs``. A folder that exists must be empty.
    outcomes : sequence of Outcome
        The scenarios.
    record : RunRecord
        What the manifest and the log say.
    page : callable, optional
        Makes the HTML page, which is written to ``page.html``.

    Raises
    ------
    ResultError
        Where the folder exists and holds something, or cannot be written.
    """
    from poolcast.reporting.workbook import write_workbook

    place = Path("runs") / _folder_name(outcomes, record.time) if folder is None else Path(folder)
    place = free_place(place.absolute(), chosen=folder is not None)
    with whole_folder(place) as partial:
        if len(outcomes) == 1:
            _write_run(partial, outcomes[0], record)
        else:
            for outcome in outcomes:
                (partial / safe_name(outcome.name)).mkdir()
                _write_run(partial / safe_name(outcome.name), outcome, record)
            write_text(partial / "manifest.json", json_text(_comparison_manifest(outcomes, record)))
            write_text(partial / "log.txt", "\n".join(record.log) + "\n")
            write_workbook(partial / "summary.xlsx", outcomes, record.assumptions, record.language, record.prices)
        if page is not None:
            write_text(partial / "page.html", page())
    return {outcome.name: place if len(outcomes) == 1 else place / safe_name(outcome.name) for outcome in outcomes}


def safe_name(name: str) -> str:
    """Return a name that can be a folder on every system."""
    return re.sub(r"[^\w.+-]+", "_", name).strip(".") or "scenario"


def load_run(folder: Path | str) -> xr.Dataset:
    """Return the forecast of a run folder, identical to the one that was saved.

    Parameters
    ----------
    folder : path
        A run folder, or a ``result.nc`` in one.

    Raises
    ------
    ResultError
        Where there is no result; for a folder of several scenarios the message names their folders.
    """
    import xarray as xr

    path = Path(folder)
    file = path if path.suffix == ".nc" else path / "result.nc"
    if not file.is_file():
        inside = sorted(entry.parent.name for entry in path.glob("*/result.nc")) if path.is_dir() else []
        remedy = f"Name one of its scenarios: {', '.join(inside)}." if inside else "See `poolcast list runs`."
        raise ResultError(Problem(str(folder), "no result.nc", "a run folder", remedy))
    try:
        return xr.load_dataset(file, engine="h5netcdf")
    except (OSError, ValueError, KeyError) as error:
        problem = Problem(
            str(file), f"a file that cannot be read ({error})", "a result saved by Poolcast", "Run again."
        )
        raise ResultError(problem) from error


def list_runs(folder: Path | str = "runs") -> list[dict[str, Any]]:
    """Return the manifests of the run folders in a folder, newest last, each with its ``folder``."""
    manifests = []
    for file in Path(folder).glob("*/manifest.json"):
        if file.parent.name.startswith(PARTIAL):
            continue
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(manifest, dict) and manifest.get("schema") == RUN_SCHEMA:
            manifests.append({**manifest, "folder": str(file.parent)})
    return sorted(manifests, key=lambda manifest: (str(manifest.get("time")), manifest["folder"]))


# ------------------------------------------------------------------------------------------------ places


def _folder_name(outcomes: Sequence[Outcome], time: datetime) -> str:
    names = [safe_name(outcome.name) for outcome in outcomes]
    label = "+".join(names) if len(names) <= 2 else f"{names[0]}+{len(names) - 1}"
    digests = "".join(str(outcome.forecast.attrs["scenario_digest"]) for outcome in outcomes)
    content = str(outcomes[0].forecast.attrs["set_digest"]) + digests
    return f"{time:%Y%m%d-%H%M%S}-{label}-{blake2b(content.encode(), digest_size=4).hexdigest()}"


def free_place(place: Path, *, chosen: bool, option: str = "--out") -> Path:
    """Return a place for a new run folder.

    Parameters
    ----------
    place : path
        Where the folder shall lie.
    chosen : bool
        Whether the user named it; a name of our own gets a number where it is taken.
    option : str
        By which it was named.

    Raises
    ------
    ResultError
        Where the place that the user named holds something.
    """
    if not place.exists():
        return place
    if not chosen:  # two runs of the same content in one second
        tries = (place.with_name(f"{place.name}-{number}") for number in range(2, 1000))
        return next(candidate for candidate in tries if not candidate.exists())
    if place.is_dir() and not any(place.iterdir()):
        return place
    found = "a folder that holds something" if place.is_dir() else "a file"
    remedy = "Name another folder, or move this one away; runs are never overwritten."
    raise ResultError(Problem(option, f"{place}, {found}", "a new or an empty folder", remedy))


@contextmanager
def whole_folder(place: Path, option: str = "--out") -> Iterator[Path]:
    """Give a folder beside the place; rename it into place at the end, or remove it when anything fails."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = new_partial_folder(place.parent)
    except OSError as error:
        remedy = "Name a folder in which you may write."
        raise ResultError(Problem(option, f"{place}: {error.strerror}", "a writable place", remedy)) from error
    try:
        yield partial
        _flush(partial)
        if place.is_dir():
            place.rmdir()  # empty, as was checked; a rename onto it fails on Windows
        os.replace(partial, place)
        _flush_folder(place.parent)
    except OSError as error:
        problem = Problem(
            option, f"{place}: {error}", "a writable place with room", "Mend that, or name another folder."
        )
        raise ResultError(problem) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _flush(folder: Path) -> None:
    """Force everything in a folder to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _flush_folder(path)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ------------------------------------------------------------------------------------------------ contents


def _write_run(folder: Path, outcome: Outcome, record: RunRecord) -> None:
    """Write one scenario's run folder into an empty folder."""
    from poolcast.reporting.tables import TABLES
    from poolcast.reporting.workbook import write_workbook

    forecast = outcome.forecast
    encoding = {name: {"zlib": True, "complevel": 1} for name, array in forecast.data_vars.items() if array.ndim}
    forecast.to_netcdf(folder / "result.nc", engine="h5netcdf", encoding=encoding)
    (folder / "tables").mkdir()
    for name, make in TABLES.items():
        table = make(forecast)
        if not table.empty:
            guarded(table).to_csv(folder / "tables" / f"{name}.csv", index=False, encoding="utf-8-sig")
    write_workbook(folder / "summary.xlsx", [outcome], record.assumptions, record.language, record.prices)
    write_inputs(folder / "inputs", record.assumptions, record.scenarios.get(outcome.name))
    write_text(folder / "log.txt", "\n".join(record.log) + "\n")
    write_text(folder / "manifest.json", json_text(_manifest(outcome, record)))


def guarded(table: pd.DataFrame, *, every_text: bool = False) -> pd.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would take for a formula: names, or texts of any column."""
    result = table.copy()
    for column in result.columns:
        if every_text and result[column].dtype.kind in "OUT":
            result[column] = [_safe(value) for value in result[column]]
        elif str(column).endswith(("_name", "_name_zh")):
            result[column] = [_safe(str(value)) for value in result[column]]
    return result


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(LEADS_A_FORMULA) else value


def _manifest(outcome: Outcome, record: RunRecord) -> dict[str, Any]:
    attributes = outcome.forecast.attrs
    return {
        "schema": RUN_SCHEMA,
        "kind": "run",
        **_common_manifest(outcome, record),
        "scenario": outcome.name,
        "scenario_digest": str(attributes["scenario_digest"]),
        "title": outcome.title.en,
        "title_zh": outcome.title.zh,
        "seed": str(attributes.get("seed", "")),
    }


def _comparison_manifest(outcomes: Sequence[Outcome], record: RunRecord) -> dict[str, Any]:
    return {
        "schema": RUN_SCHEMA,
        "kind": "comparison",
        **_common_manifest(outcomes[0], record),
        "scenarios": [outcome.name for outcome in outcomes],
        "scenario_digests": {outcome.name: str(outcome.forecast.attrs["scenario_digest"]) for outcome in outcomes},
    }


def _common_manifest(outcome: Outcome, record: RunRecord) -> dict[str, Any]:
    attributes = outcome.forecast.attrs
    return {
        "poolcast": __version__,
        "time": record.time.isoformat(timespec="milliseconds"),
        "command": record.command,
        "options": dict(record.options),
        "set": str(attributes["set"]),
        "set_digest": str(attributes["set_digest"]),
        "synthetic": outcome.synthetic,
        "base_year": outcome.base_year,
        "last_year": outcome.last_year,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": package_versions(),
    }


def package_versions() -> dict[str, str]:
    """Return the versions of the packages on which numbers rest."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "absent"
    return versions


def json_text(document: Mapping[str, Any]) -> str:
    """Return a document as it is written to a file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a text with the same line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")
