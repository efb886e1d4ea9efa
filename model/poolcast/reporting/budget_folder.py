"""The folder of an annual budget, saved whole or not at all.

FOLDER/
budget.xlsx      the statement with live formulas, schedules, months and warnings
budget.json      the same as one document
tables/*.csv     tidy, with units, utf-8 with BOM for Excel
manifest.json    what is needed to reproduce it
log.txt
inputs/          the set, the scenario, and the files of months and of the approved budget
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from poolcast import __version__
from poolcast.reporting.budget_document import budget_document
from poolcast.reporting.budget_tables import TABLES, Shown, table
from poolcast.reporting.budget_workbook import write_budget_workbook
from poolcast.reporting.inputs_folder import write_inputs
from poolcast.reporting.run_folder import (
    RUN_SCHEMA,
    free_place,
    guarded,
    json_text,
    package_versions,
    whole_folder,
    write_text,
)


@dataclass(frozen=True)
class BudgetRecord:
    """What a command knows about itself.

    Parameters
    ----------
    command : str
    options : mapping
        Options that shaped the result.
    files : sequence of Path
        Files of months and of the approved budget, which are copied.
    language : {"en", "zh"}
        Of the workbook.
    log : sequence of str
    time : datetime
    """

    command: str
    options: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Path] = ()
    language: str = "en"
    log: Sequence[str] = ()
    time: datetime = field(default_factory=lambda: datetime.now().astimezone())


def save_budget(folder: Path, shown: Shown, record: BudgetRecord) -> Path:
    """Save a budget and return its folder.

    Raises
    ------
    ResultError
        Where the folder exists and holds something, or cannot be written.
    """
    place = free_place(folder.absolute(), chosen=True)
    budget = shown.budget
    with whole_folder(place) as partial:
        (partial / "tables").mkdir()
        for name, rows in TABLES.items():
            made = table(rows(shown))
            if not made.empty:
                guarded(made).to_csv(partial / "tables" / f"{name}.csv", index=False, encoding="utf-8-sig")
        for code in shown.regions:
            name = "budget.xlsx" if len(shown.regions) == 1 else f"budget-{code}.xlsx"
            write_budget_workbook(partial / name, budget, code, record.language)
        write_inputs(partial / "inputs", budget.read, budget.scenario)
        for file in record.files:
            shutil.copyfile(file, partial / "inputs" / file.name)
        write_text(partial / "budget.json", json_text(budget_document(shown)))
        write_text(partial / "manifest.json", json_text(_manifest(shown, record)))
        write_text(partial / "log.txt", "\n".join(record.log) + "\n")
    return place


def _manifest(shown: Shown, record: BudgetRecord) -> dict[str, Any]:
    budget = shown.budget
    return {
        "schema": RUN_SCHEMA,
        "kind": "budget",
        "poolcast": __version__,
        "time": record.time.isoformat(timespec="milliseconds"),
        "command": record.command,
        "options": dict(record.options),
        "set": budget.read.name,
        "set_digest": budget.read.digest(),
        "synthetic": budget.synthetic,
        "base_year": budget.read.base_year,
        "last_year": budget.read.last_year,
        "year": budget.year,
        "months": 0 if budget.months is None else budget.months.known,
        "scenario": budget.scenario.name,
        "scenario_digest": budget.scenario.digest,
        "title": budget.scenario.title.en,
        "title_zh": budget.scenario.title.zh,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": package_versions(),
    }


__all__ = ["BudgetRecord", "save_budget"]
