"""Every path of a simulation as one chunked file: NetCDF4, which xarray, R and MATLAB read, some paths at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from poolcast._version import __version__
from poolcast.parameters.errors import Problem, ResultError
from poolcast.uncertainty.kept import KeptMeasure
from poolcast.uncertainty.store import ScratchStore

if TYPE_CHECKING:
    from poolcast.uncertainty.simulate import Simulation

PIECE = 2**26
"""Bytes written at a time."""
CHUNK = 2**20
"""Bytes of a chunk of the file."""


def save_paths(simulation: Simulation, file: str | os.PathLike[str]) -> Path:
    """Write every path of every scenario into one file.

    A variable is a measure with the axes (scenario, path, year, region, ledger), chunked along the paths and
    compressed; it is written in pieces, so that memory does not grow with the paths. The file is written beside its
    place and then renamed into it.

    Parameters
    ----------
    simulation : Simulation
        That keeps every path.
    file : path
        A name that ends in ``.nc``.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ResultError
        Where the simulation was counted into histograms, or the file cannot be written there.
    """
    import h5netcdf

    if not simulation.is_exact:
        remedy = "Keep every path: fewer paths or measures, or more memory."
        raise ResultError(
            Problem("simulation in histograms", "no single paths", "a simulation that keeps them", remedy)
        )
    target = Path(file)
    if target.suffix != ".nc":
        raise ResultError(Problem(str(target), f"a name that ends in '{target.suffix}'", ".nc", "Name it .nc."))
    if not target.parent.is_dir():
        raise ResultError(Problem(str(target), "a folder that is not there", "a folder that is", "Make it first."))
    beside = target.with_suffix(".nc.part")
    try:
        with h5netcdf.File(beside, "w") as out:
            _describe(out, simulation)
            for kept in simulation.layout.measures:
                _write_measure(out, simulation, kept)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _describe(out: Any, simulation: Simulation) -> None:
    out.attrs["source"] = f"poolcast {__version__}"
    out.attrs["set"] = simulation.job.baseline.name
    out.attrs["set_digest"] = simulation.job.baseline.digest()
    out.attrs["synthetic"] = str(simulation.job.baseline.synthetic)
    out.attrs["seed"] = str(simulation.draws.seed)
    out.attrs["sampling"] = simulation.draws.sampling
    members: dict[str, list[int] | list[str]] = {
        "scenario": list(simulation.scenarios),
        "path": list(range(simulation.paths)),
    }
    for kept in simulation.layout.measures:
        for axis, found in kept.coordinates.items():
            if members.setdefault(axis, found) != found:
                raise ValueError(f"measures disagree about the members of {axis}")
    for axis, found in members.items():
        out.dimensions[axis] = len(found)
        values = np.array(found)
        kind: Any = _text() if values.dtype.kind in "UO" else np.int64
        variable = out.create_variable(axis, (axis,), dtype=kind)
        variable[:] = values.astype(object) if values.dtype.kind in "UO" else values


def _write_measure(out: Any, simulation: Simulation, kept: KeptMeasure) -> None:
    whole = int(np.prod(kept.shape))
    chunk = max(1, min(simulation.paths, CHUNK // (8 * whole)))
    variable = out.create_variable(
        kept.name,
        ("scenario", "path", *kept.dimensions),
        dtype=np.float64,
        chunks=(1, chunk, *kept.shape),
        fillvalue=np.nan,
        compression="gzip",
        compression_opts=1,
        shuffle=True,
    )
    variable.attrs["units"] = kept.measure.unit
    variable.attrs["long_name"] = kept.measure.label.en
    variable.attrs["long_name_zh"] = kept.measure.label.zh
    step = chunk * max(1, PIECE // (8 * whole * chunk))
    for number, scenario in enumerate(simulation.scenarios):
        for first in range(0, simulation.paths, step):
            last = min(first + step, simulation.paths)
            if isinstance(simulation.store, ScratchStore):
                rows = simulation.store.some_values(scenario, kept, first, last)
            else:
                rows = simulation.store.values(scenario, kept, last)[first:]
            variable[number, first:last] = kept.unflatten(rows)


def _text() -> Any:
    import h5py

    return h5py.string_dtype()
