"""The folder of a sensitivity report: written beside its place and renamed, so that it is whole or not there.

FOLDER/
    report.html     figures with their tables, both languages
    report.xlsx     the same tables, a sheet each
    tables/*.csv    tidy tables of every ledger, in yuan; utf-8 with BOM for Excel
    manifest.json   what is needed to reproduce it
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.reporting.run_folder import (
    RUN_SCHEMA,
    free_place,
    guarded,
    json_text,
    package_versions,
    whole_folder,
    write_text,
)
from poolcast.reporting.sensitivity_page import all_panels, sensitivity_page
from poolcast.reporting.sensitivity_panels import Subject
from poolcast.reporting.sensitivity_workbook import write_sensitivity_workbook
from poolcast.reporting.simulation_tables import TABLES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from poolcast.reporting.sensitivity_basis import Origin
    from poolcast.uncertainty.findings import Findings

OPTION = "--report"
_MEASURED = ("tornado", "standard", "sobol", "grid")


def save_report(folder: Path, findings: Findings, origin: Origin, language: str) -> Path:
    """Write the report and return its place.

    Parameters
    ----------
    folder : path
        A new folder, or an empty one.
    findings : Findings
    origin : Origin
        What made it.
    language : {"en", "zh"}
        Of the workbook, and of the page when it opens.

    Raises
    ------
    ResultError
        Where the folder holds something or cannot be written.
    """
    place = free_place(folder.absolute(), chosen=True, option=OPTION)
    subject = Subject(findings)
    panels = all_panels(subject, origin)
    with whole_folder(place, OPTION) as partial:
        write_text(partial / "report.html", sensitivity_page(subject, panels, origin, language))
        write_sensitivity_workbook(partial / "report.xlsx", subject, panels, origin, language)
        (partial / "tables").mkdir()
        for name, table in csv_tables(findings):
            safe = guarded(table, every_text=True)
            safe.to_csv(partial / "tables" / f"{name}.csv", index=False, encoding="utf-8-sig")
        write_text(partial / "manifest.json", json_text(_manifest(findings, origin, language)))
    return place


def csv_tables(findings: Findings) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table by its name: of the simulation, then of the other methods; empty ones are left out."""
    for name, make in TABLES.items():
        table = make(findings.simulation)
        if not table.empty:
            yield name, table
    yield from _of_simulation(findings)
    for name, dataset in findings.datasets.items():
        if name == "rate_by_months":
            yield "rates", _frame(dataset[["payable_months"]])
            yield "rates_needed", _frame(dataset[["rate_needed", "months_reached"]])
        elif name == "pooling":
            pools = [str(one) for one in dataset.data_vars if "pool" in dataset[one].dims]
            yield "pooling", _frame(dataset.drop_vars(pools).drop_dims("pool"))
            yield "pooling_pools", _frame(dataset[pools])
        else:
            table = _frame(dataset)
            if name in _MEASURED:
                table.insert(0, "unit", dataset.attrs["unit"])
                table.insert(0, "measure", dataset.attrs["measure"])
            yield name, table


def _of_simulation(findings: Findings) -> Iterator[tuple[str, pd.DataFrame]]:
    import pandas as pd
    import xarray as xr

    parts: dict[str, list[pd.DataFrame]] = {"single_run": [], "reserve_needed": [], "convergence": []}
    for found in findings.by_scenario:
        tables = {
            "single_run": xr.Dataset(found.single),
            "reserve_needed": found.reserve_needed.to_dataset(name="reserve_needed").assign(
                error=found.reserve_needed_error
            ),
            "convergence": found.settling,
        }
        for name, dataset in tables.items():
            if dataset is not None:
                table = _frame(dataset).dropna(subset=[name for name in map(str, dataset.data_vars) if name != "error"])
                table.insert(0, "scenario", found.name)
                parts[name].append(table)
    for name, tables_of in parts.items():
        if tables_of:
            yield name, pd.concat(tables_of, ignore_index=True)


def _frame(dataset: xr.Dataset) -> pd.DataFrame:
    table: pd.DataFrame = dataset.to_dataframe().reset_index()
    return table


def _manifest(findings: Findings, origin: Origin, language: str) -> dict[str, Any]:
    held, simulation = findings.assumptions, findings.simulation
    return {
        "schema": RUN_SCHEMA,
        "kind": "sensitivity",
        "poolcast": __version__,
        "time": origin.time,
        "command": origin.command,
        "language": language,
        "set": held.name,
        "set_digest": origin.digest,
        "synthetic": held.synthetic,
        "base_year": held.base_year,
        "last_year": held.last_year,
        "scenarios": [one.name for one in findings.scenarios],
        "scenario_digests": {one.name: one.digest for one in findings.scenarios},
        "of": str(findings.call),
        "paths": simulation.paths,
        "seed": simulation.draws.seed,
        "sampling": simulation.draws.sampling,
        "sobol_rows": int(findings.datasets["sobol"].attrs["rows"]),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": package_versions(),
    }
