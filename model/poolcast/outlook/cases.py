"""Cases: a result with, where they are at hand, the assumptions and the scenario that made it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from poolcast.outlook.forecasting import project
from poolcast.outlook.mixed_sets import Side
from poolcast.parameters.assumptions import Assumptions, CommonPool, Region
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import PoolcastError, Problem, ResultError
from poolcast.parameters.reading import load_assumptions
from poolcast.scenarios.reading import load_scenario, with_reforms
from poolcast.scenarios.scenario import Scenario


@dataclass(frozen=True)
class Case:
    """One of two things to be compared.

    Parameters
    ----------
    name : str
        Name for tables.
    forecast : xarray.Dataset
        The result.
    assumptions : Assumptions or None
        The set as read, before calibration; None where it is not at hand.
    scenario : Scenario or None
        The scenario; None where it is not at hand.
    """

    name: str
    forecast: xr.Dataset
    assumptions: Assumptions | None = None
    scenario: Scenario | None = None

    @property
    def side(self) -> Side | None:
        """The calibrated assumptions before and after the scenario; None where they are not at hand."""
        if self.assumptions is None or self.scenario is None:
            return None
        return Side.of(self.assumptions, self.scenario)


Given = Case | xr.Dataset | Scenario | str | os.PathLike[str]


def case_of(given: Given, assumptions: Assumptions | str | os.PathLike[str]) -> Case:
    """Return the case of a forecast, a run folder, or a scenario under a set of assumptions.

    Parameters
    ----------
    given : Case, xarray.Dataset, Scenario, str or path
        A run folder (or its ``result.nc``), a scenario's name or file, a lever, or one of them as an object.
    assumptions : Assumptions, str or path
        The set under which a scenario is projected.

    Raises
    ------
    PoolcastError
        Where nothing of that name is found.
    """
    if isinstance(given, Case):
        return given
    if isinstance(given, xr.Dataset):
        return Case(str(given.attrs["scenario"]), given)
    if not isinstance(given, Scenario):
        folder = run_folder_of(given)
        if folder is not None:
            return saved_case(folder)
    scenario = given if isinstance(given, Scenario) else load_scenario(given)
    read = assumptions if isinstance(assumptions, Assumptions) else load_assumptions(assumptions)
    return Case(scenario.name, project(read, scenario), read, scenario)


def run_folder_of(given: str | os.PathLike[str]) -> Path | None:
    """Return the run folder that a word names, or None."""
    path = Path(given)
    folder = path.parent if path.suffix == ".nc" else path
    if (folder / "result.nc").is_file():
        return folder
    inside = sorted(file.parent.name for file in folder.glob("*/result.nc")) if folder.is_dir() else []
    if inside:
        remedy = f"Name one of its scenarios: {', '.join(inside)}."
        raise ResultError(Problem(str(given), "several runs", "the folder of one run", remedy))
    return None


def saved_case(folder: Path) -> Case:
    """Return the case of a run folder, with its inputs where the copy in it gives the set that made the result.

    Raises
    ------
    ResultError
        Where the result cannot be read.
    """
    try:
        forecast = xr.load_dataset(folder / "result.nc", engine="h5netcdf")
    except (OSError, ValueError, KeyError) as error:
        problem = Problem(str(folder), f"a result that cannot be read ({error})", "a result of Poolcast", "Run again.")
        raise ResultError(problem) from error
    assumptions = _saved_assumptions(folder / "inputs", forecast)
    return Case(folder.name, forecast, assumptions, _saved_scenario(folder, forecast))


def _saved_assumptions(inputs: Path, forecast: xr.Dataset) -> Assumptions | None:
    if not (inputs / "assumptions.nc").is_file() or not (inputs / "set.yaml").is_file():
        return None
    from ruamel.yaml import YAML

    try:
        metadata = YAML(typ="safe").load((inputs / "set.yaml").read_text(encoding="utf-8"))
        with xr.open_dataset(inputs / "assumptions.nc", engine="h5netcdf") as dataset:
            values = {str(name): array.values for name, array in dataset.data_vars.items()}
        found = _assumptions(metadata, values)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.digest() == str(forecast.attrs["set_digest"]) else None


def _assumptions(metadata: Mapping[str, Any], values: Mapping[str, Any]) -> Assumptions:
    regions = [
        Region(
            str(item["code"]),
            _words(item["name"]),
            None if item["parent"] is None else str(item["parent"]),
            bool(item["projected"]),
            bool(item.get("own_pool", False)),
        )
        for item in metadata["regions"]
    ]
    return Assumptions(
        name=str(metadata["name"]),
        title=_words(metadata["title"]),
        description=_words(metadata["description"]),
        base_year=int(metadata["base_year"]),
        last_year=int(metadata["last_year"]),
        regions=tuple(region for region in regions if region.projected),
        parents=tuple(region for region in regions if not region.projected),
        ledgers=tuple(map(str, metadata["ledgers"])),
        options={str(key): str(value) for key, value in metadata["options"].items()},
        values=dict(values),
        provenance={},
        sources={},
        synthetic=bool(metadata["synthetic"]),
        pools=tuple(
            CommonPool(str(item["code"]), _words(item["name"]), tuple(map(str, item["members"])))
            for item in metadata.get("pools", ())
        ),
    )


def _words(item: Mapping[str, str]) -> Words:
    return Words(str(item["en"]), str(item["zh"]))


def _saved_scenario(folder: Path, forecast: xr.Dataset) -> Scenario | None:
    """Return the scenario that made a result; None where what is found under its name is another one by now."""
    name = str(forecast.attrs["scenario"])
    own, wanted = name.removesuffix("+reforms"), str(forecast.attrs["scenario_digest"])
    copy = folder / "inputs" / f"{own}.yaml"
    for place in (copy, own):
        try:
            scenario = with_reforms(load_scenario(place), _reforms(folder))
        except PoolcastError:
            continue
        if scenario.digest == wanted:
            return scenario
    return None


def _reforms(folder: Path) -> list[str]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return [str(text) for text in manifest["options"]["reforms"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
