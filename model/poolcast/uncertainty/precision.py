"""Stop by precision: paths are added until a figure is known well enough, or the cap comes first (handbook 7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.conditions import parse_measure
from poolcast.outlook.measured import EVENTS, MeasureCall
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean
from poolcast.uncertainty import sampling_error
from poolcast.uncertainty.draws import REPLICATES, Draws
from poolcast.uncertainty.histogram import HistogramStore
from poolcast.uncertainty.kept import KeptMeasure, Layout

if TYPE_CHECKING:
    from poolcast.uncertainty.simulate import AnyStore

Array = NDArray[np.float64]

FEWEST_PATHS = 256
"""Paths of the first round; every following round doubles them."""
_OPTION = "--of"


@dataclass(frozen=True)
class Precision:
    """What stopped a simulation.

    Parameters
    ----------
    of : str
        What was watched, as the grammar writes it.
    wanted : float
        Largest standard error that was asked for.
    error : float
        Standard error at the end, the largest of all scenarios, years and regions that were named.
    paths : int
        Paths at the end.
    rounds : tuple of (int, float)
        Paths and error after each round.
    """

    of: str
    wanted: float
    error: float
    paths: int
    rounds: tuple[tuple[int, float], ...]

    @property
    def is_reached(self) -> bool:
        """Whether the error is as small as was asked for; otherwise the largest number of paths came first."""
        return self.error <= self.wanted


@dataclass(frozen=True)
class Target:
    """A figure whose error is watched.

    The probability that an event comes by a year (within the forecast without one), the mean of any other measure, or
    with ``level`` its quantile.

    Parameters
    ----------
    call : MeasureCall
    layout : Layout
    positions : array of int
        Which cells of the measure count.
    level : float or None
    """

    call: MeasureCall
    layout: Layout
    positions: NDArray[np.intp]
    level: float | None = None

    @property
    def kept(self) -> KeptMeasure:
        """The measure that is watched."""
        return self.layout[self.call.measure]

    @property
    def watched(self) -> dict[str, list[int]]:
        """Cells to be kept exactly, as `poolcast.uncertainty.histogram.HistogramStore` takes them."""
        return {self.kept.name: self.positions.tolist()}

    def error(self, store: AnyStore, scenarios: tuple[str, ...], draws: Draws, paths: int) -> float:
        """Return the largest standard error of any scenario and cell over the first so many paths.

        Cells that a scenario does not have are left out; some scenario has every one.
        """
        errors = []
        for scenario in scenarios:
            held = self.layout.holds(scenario, self.kept.name)[self.positions]
            if held.any():
                errors.append(self._error(self._values(store, scenario, paths)[:, held], draws))
        return max(errors)

    def _values(self, store: AnyStore, scenario: str, paths: int) -> Array:
        if isinstance(store, HistogramStore):
            return store.watched(scenario, self.kept.name, paths)
        values: Array = store.values(scenario, self.kept, paths)[:, self.positions]
        return values

    def _error(self, values: Array, draws: Draws) -> float:
        by_cell = np.ascontiguousarray(values.T)
        batches = sampling_error.batches_of(draws, by_cell.shape[-1])
        if self.call.is_event:
            met = by_cell <= (np.inf if self.call.year is None else self.call.year)  # never: not a number, not met
            return _of_share(met, batches)
        if self.level is None:
            return float(sampling_error.of_mean(by_cell, batches).max())
        level = np.array([self.level])
        if batches is None:
            return float(sampling_error.of_quantiles(np.sort(by_cell, axis=-1), level).max())
        return float(sampling_error.of_quantiles_by_batch(by_cell, level, batches).max())


def read_target(text: str, layout: Layout, level: float | None = None) -> Target:
    """Read what precision is asked of.

    Parameters
    ----------
    text : str
        ``measure(LEDGER[, year=Y][, region=CODE])``.
    layout : Layout
        What the simulation keeps.
    level : float, optional
        The quantile of a measure; its mean by default.

    Raises
    ------
    ScenarioError, ResultError
        Where it cannot be read, or the simulation does not keep it.
    """
    call = parse_measure(text, _OPTION)
    if call.measure not in layout.names:
        known = ", ".join(layout.names)
        remedy = did_you_mean(call.measure, layout.names) or "Name it among the measures to keep (--measure)."
        raise _refused(text, f"{call.measure}, which is not kept", known, remedy)
    if MEASURES[call.measure].unit in ("year", "month") and call.measure not in EVENTS:
        raise _refused(
            text, call.measure, "a measure that is a number, or an event", f"Name one of {', '.join(EVENTS)}."
        )
    if call.horizon is not None:
        raise _refused(text, f"horizon={call.horizon}", "a year, or none", "Name the year itself (year=Y).")
    if level is not None and (call.measure in EVENTS or not 0 < level < 1):
        raise _refused(text, f"the quantile {level}", "between 0 and 1, of a measure that is no event", "Leave it out.")
    kept = layout[call.measure]
    named: dict[str, str | int | None] = {"ledger": call.ledger, "region": call.region}
    if call.measure not in EVENTS:
        named["year"] = call.year
    wanted = np.ones(kept.shape, dtype=bool)
    for axis, asked in named.items():
        if asked is None:
            if axis == "ledger" and axis in kept.dimensions:
                held = ", ".join(map(str, kept.coordinates[axis]))
                raise _refused(text, "no ledger", held, f"Name the ledger, as in {call.measure}(EPF).")
            continue
        codes = [str(member) for member in kept.coordinates.get(axis, [])]
        if str(asked) not in codes:
            allowed = ", ".join(codes) or f"no {axis}: {call.measure} has none"
            raise _refused(text, f"{axis} {asked}", allowed, did_you_mean(str(asked), codes) or f"Name another {axis}.")
        shape = [-1 if item == axis else 1 for item in kept.dimensions]
        wanted &= np.array([code == str(asked) for code in codes]).reshape(shape)
    positions = np.flatnonzero(wanted.reshape(-1)[kept.cells])
    if not len(positions):
        raise _refused(text, f"no value of {call.measure} there", "a ledger and region that has one", "Name another.")
    return Target(call, layout, positions, level)


def rounds_of(paths: int, fewest: int = FEWEST_PATHS) -> list[int]:
    """Return the numbers of paths after each round: doubled from the fewest up to the cap."""
    found = []
    number = fewest
    while number < paths:
        found.append(number)
        number *= 2
    return [*found, paths]


def _of_share(met: NDArray[np.bool_], batches: NDArray[np.intp] | None) -> float:
    """Return the error of a probability; where all paths agree, that of one path more that does not.

    The textbook error of a share of zero is zero, and would stop a simulation at its first round.
    """
    error = sampling_error.of_share(met, batches)
    count = met.shape[-1]
    hits = met.sum(-1)
    share = (hits + 1) / (count + 2)
    cautious = np.sqrt(share * (1 - share) / count)
    agreed = (hits == 0) | (hits == count)
    return float(np.where(agreed | (error == 0), cautious, error).max())


def smallest_number(draws: Draws) -> int:
    """Return the fewest paths from which an error can be told: two in every batch."""
    return 2 if draws.sampling == "random" else 4 * REPLICATES


def _refused(text: str, found: str, allowed: str, remedy: str) -> ResultError:
    return ResultError(Problem(f"{_OPTION} '{text}'", found, allowed, remedy))
