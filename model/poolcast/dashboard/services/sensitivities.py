"""Sensitivities for pages: what moves a measure, two unknowns at once, parts of the variance, and the whole report.

The same functions as ``poolcast sensitivity``; results are shared by content, and each is the work of a job that ends
early where nobody waits for it any more.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import MIB, LoadedSet
from poolcast.dashboard.services.stoppable import Progress, made_once
from poolcast.outlook.measured import MeasureCall
from poolcast.outlook.unknowns import Setting, Unknown, find_unknown, regions_under
from poolcast.parameters.errors import ScenarioError
from poolcast.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import xarray as xr

    from poolcast.dashboard.services.jobs import Work

SOBOL_ROWS = 64
"""Rows of each matrix; about ten matrices, so that a page waits for some hundred paths and not for thousands."""
REPORT_PATHS = 1_000
"""Most paths of a report that a page makes; the command line makes larger ones."""
GRID_STEPS = (-2, -1, 0, 1, 2)
"""Values of a two-way grid on each axis, in steps from the present one."""


@dataclass(frozen=True)
class Asked:
    """A number whose sensitivity is asked for.

    Parameters
    ----------
    loaded : LoadedSet
    scenario : Scenario
    measure : str
        Of the catalogue, with a value for each year.
    region, ledger : str
    year : int
    """

    loaded: LoadedSet
    scenario: Scenario
    measure: str
    region: str
    ledger: str
    year: int

    @property
    def call(self) -> MeasureCall:
        """The number as the grammar of measures writes it."""
        return MeasureCall(self.measure, self.ledger, self.year, region=self.region)

    @property
    def key(self) -> tuple[object, ...]:
        """What the answers rest on."""
        return self.loaded.digest, self.scenario.digest, self.scenario.name, str(self.call)


_HELD: BoundedCache[xr.Dataset] = BoundedCache(256, 32 * MIB, lambda found: int(found.nbytes) + 2_000)
_PAGES: BoundedCache[bytes] = BoundedCache(8, 64 * MIB, len)


def held(kind: str, asked: Asked, *more: object) -> xr.Dataset | None:
    """Return an answer where it is known; ``kind`` is ``standard``, ``risks``, ``sobol`` or ``grid``."""
    return _HELD.peek((kind, *asked.key, *more))


def held_report(asked: Asked, paths: int, seed: int, language: str) -> bytes | None:
    """Return the page of a report where it is made already."""
    return _PAGES.peek((*asked.key, paths, seed, language))


def standard(asked: Asked) -> Work:
    """Return the work of the standard set of sensitivities (handbook 6.13): nine lines, both ways."""
    from poolcast.uncertainty.standard_sensitivities import standard_sensitivities

    return _work(
        "standard", asked, lambda _: standard_sensitivities(asked.loaded.calibrated, asked.call, asked.scenario)
    )


def risks(asked: Asked) -> Work:
    """Return the work of the tornado: each risk moved as far as in one of ten futures (handbook 7.3)."""
    from poolcast.uncertainty.sensitivity import tornado

    return _work("risks", asked, lambda _: tornado(asked.loaded.calibrated, asked.call, asked.scenario))


def sobol(asked: Asked, rows: int, seed: int) -> Work:
    """Return the work of the parts of the variance (handbook 7.3)."""
    from poolcast.uncertainty.sobol_indices import sobol_indices

    return _work(
        "sobol",
        asked,
        lambda progress: sobol_indices(
            asked.loaded.calibrated, asked.call, asked.scenario, rows=rows, seed=seed, progress=progress
        ),
        rows,
        seed,
    )


def _work(kind: str, asked: Asked, make: Callable[[Progress], xr.Dataset], *more: object) -> Work:
    def work(progress: Progress, stop: threading.Event) -> xr.Dataset | None:
        progress(0, 1)
        found = made_once(_HELD, (kind, *asked.key, *more), make, progress, stop)
        if found is not None:
            progress(1, 1)
        return found

    return work


@dataclass(frozen=True)
class Axis:
    """An unknown of a two-way grid with its values.

    Parameters
    ----------
    unknown : Unknown
    values : tuple of float
        Sorted; the present value is among them.
    """

    unknown: Unknown
    values: tuple[float, ...]


STEPS = {"fraction": 0.005, "rate_per_year": 0.005}
"""Step between two values of an axis by unit; of others a twentieth of the present value."""


def axis_of(asked: Asked, text: str, start: int | None = None) -> Axis | None:
    """Return an axis around the present value of an unknown; None where this set or scenario has none of that name.

    Parameters
    ----------
    asked : Asked
        Set, scenario and region.
    text : str
        As `poolcast.outlook.unknowns.find_unknown` reads it.
    start : int, optional
        First year of the change.
    """
    calibrated = asked.loaded.calibrated
    try:
        where = {"region": "|".join(regions_under(calibrated, asked.region))}
        found = find_unknown(text, Setting(calibrated, asked.scenario, start, where))
    except ScenarioError:
        return None
    return Axis(found, around(found, GRID_STEPS))


def around(unknown: Unknown, steps: Sequence[int]) -> tuple[float, ...]:
    """Return values in round steps around the present one, within the bounds."""
    low, high = unknown.bounds
    step = STEPS.get(unknown.unit) or max(abs(unknown.present), (high - low) / 50) / 20
    values = {round(min(max(unknown.present + number * step, low), high), 10) for number in steps}
    return tuple(sorted(values))


def two_way(asked: Asked, row: Axis, column: Axis, start: int | None = None) -> Work:
    """Return the work of a grid of two unknowns, row by row."""
    from poolcast.uncertainty.grids import grid

    def make(progress: Progress) -> xr.Dataset:
        import xarray as xr

        rows = []
        for number, value in enumerate(row.values):
            progress(number, len(row.values))
            rows.append(
                grid(
                    asked.loaded.calibrated,
                    asked.call,
                    (row.unknown.text, [value]),
                    (column.unknown.text, list(column.values)),
                    asked.scenario,
                    start=start,
                    region=asked.region,
                )
            )
        return xr.concat(rows, "row", data_vars=["value"], coords="minimal", compat="override")

    return _work("grid", asked, make, row.unknown.text, column.unknown.text, start)


def report(asked: Asked, paths: int, seed: int, language: str, command: str) -> Work:
    """Return the work of the sensitivity report: the page of ``poolcast sensitivity --report``, as bytes.

    Parameters
    ----------
    asked : Asked
    paths, seed : int
        At most `REPORT_PATHS` paths are run.
    language : {"zh", "en"}
    command : str
        The command line that makes the same report.
    """
    from poolcast.reporting.sensitivity_basis import Origin
    from poolcast.reporting.sensitivity_folder import save_report
    from poolcast.uncertainty.findings import find_all

    def make(progress: Progress) -> bytes:
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        calibrated = asked.loaded.calibrated
        found = find_all(
            calibrated,
            [asked.scenario],
            of=asked.call,
            paths=min(paths, REPORT_PATHS),
            seed=seed,
            progress=progress,
        )
        with tempfile.TemporaryDirectory(prefix="poolcast-report-") as folder:
            origin = Origin(command, started, asked.loaded.content)
            place = save_report(Path(folder) / "report", found, origin, language)
            return (place / "report.html").read_bytes()

    def work(progress: Progress, stop: threading.Event) -> bytes | None:
        progress(0, 1)
        made = made_once(_PAGES, (*asked.key, paths, seed, language), make, progress, stop)
        if made is not None:
            progress(1, 1)
        return made

    return work


def clear() -> None:
    """Forget everything."""
    _HELD.clear()
    _PAGES.clear()
