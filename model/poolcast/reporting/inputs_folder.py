"""The copy of the inputs in a run folder: the set as it was read, and the scenario."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions, CommonPool, Region
    from poolcast.scenarios.scenario import Scenario


def write_inputs(folder: Path, assumptions: Assumptions | None, scenario: Scenario | None) -> None:
    """Write the inputs of a run: values, metadata and provenance of the set, and the scenario file.

    Parameters
    ----------
    folder : path
        Made by this function.
    assumptions : Assumptions or None
        The set as read, before calibration and reforms.
    scenario : Scenario or None
        The scenario; the files that it extends are copied too.
    """
    folder.mkdir()
    if scenario is not None:
        for file in _scenario_files(scenario):
            shutil.copyfile(file, folder / file.name)
    if assumptions is None:
        return
    dataset = assumptions.dataset
    encoding = {name: {"zlib": True, "complevel": 1} for name, array in dataset.data_vars.items() if array.ndim}
    dataset.to_netcdf(folder / "assumptions.nc", engine="h5netcdf", encoding=encoding)
    _write_metadata(folder / "set.yaml", assumptions)
    with (folder / "provenance.csv").open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["parameter", "region", "evidence", "grade", "source"])
        for name, entries in assumptions.provenance.items():
            writer.writerows([name, entry.region, entry.evidence, entry.grade, entry.source] for entry in entries)


def _scenario_files(scenario: Scenario) -> list[Path]:
    """Return the file of a scenario and of those that it extends; none for one made in memory."""
    from ruamel.yaml import YAML

    from poolcast.parameters.location import find_scenario

    files: list[Path] = []
    path = Path(scenario.file) if scenario.file else None
    while path is not None and path.is_file() and path not in files:
        files.append(path)
        document = YAML(typ="safe").load(path.read_text(encoding="utf-8-sig"))
        extended = document.get("extends") if isinstance(document, dict) else None
        path = find_scenario(str(extended)) if extended else None
    return files


def _write_metadata(path: Path, assumptions: Assumptions) -> None:
    from ruamel.yaml import YAML

    metadata: dict[str, Any] = {
        "name": assumptions.name,
        "title": {"en": assumptions.title.en, "zh": assumptions.title.zh},
        "description": {"en": assumptions.description.en, "zh": assumptions.description.zh},
        "base_year": assumptions.base_year,
        "last_year": assumptions.last_year,
        "currency": "CNY",
        "synthetic": assumptions.synthetic,
        "digest": assumptions.digest(),
        "ledgers": list(assumptions.ledgers),
        "options": dict(assumptions.options),
        "regions": [_region(region) for region in (*assumptions.parents, *assumptions.regions)],
        **({"pools": [_pool(pool) for pool in assumptions.pools]} if assumptions.pools else {}),
        "sources": {
            key: {
                "title": source.title,
                "publisher": source.publisher,
                "year": source.year,
                "address": source.address,
                "grade": source.grade,
                "note": source.note,
            }
            for key, source in assumptions.sources.items()
        },
    }
    yaml = YAML()
    yaml.width = 4096
    yaml.allow_unicode = True
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(metadata, file)


def _pool(pool: CommonPool) -> dict[str, Any]:
    return {"code": pool.code, "name": {"en": pool.name.en, "zh": pool.name.zh}, "members": list(pool.members)}


def _region(region: Region) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": {"en": region.name.en, "zh": region.name.zh},
        "parent": region.parent,
        "projected": region.projected,
        "own_pool": region.own_pool,
    }
