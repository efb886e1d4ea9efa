"""Sobol indices: how much of the variance of a measure each risk makes, alone and with all others (handbook 7.3).

A risk is all of its randomness: its yearly shocks, national and regional, and what is drawn once a path. Two
independent simulations A and B are mixed: AB_i is A with risk i from B. The first-order index is the variance that risk
i makes alone; the total index also holds its share in what risks make together. Estimators are those of Saltelli et al.
(2010) and Jansen (1999) as in SALib, with bootstrapped intervals. Risks are drawn without correlation, because the
indices are not defined otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.errors import Problem, ResultError
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.blocks import Job
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.innovations import MORTALITY_DRIFT
from poolcast.uncertainty.kept_calls import call_layout
from poolcast.uncertainty.policy import POLICY
from poolcast.uncertainty.processes import Correlation, Processes
from poolcast.uncertainty.sensitivity import active_risks, as_call, as_scenario, as_set
from poolcast.uncertainty.simulate import Progress, run_paths
from poolcast.uncertainty.store import MemoryStore

if TYPE_CHECKING:
    import os

    import xarray as xr

Array = NDArray[np.float64]

BASE_PATHS = 512
"""Paths of A, of B, and of A with each risk from B."""
RESAMPLES = 400
CONFIDENCE = 0.95

_SECOND = "|second"


@dataclass(frozen=True)
class MixedDraws(Draws):
    """Draws of A, B and every mixture as the paths of one simulation.

    Path ``p`` is row ``p // (k + 2)`` of matrix ``p % (k + 2)``: A, then A with risk 1, 2, … k from B, then B. A is
    what a simulation of the same seed draws.

    Parameters
    ----------
    risks : tuple of str
        The k risks.
    streams : mapping of str to str
        Risk of a stream whose name is not that of its risk. A stream of no risk always comes from A.
    """

    risks: tuple[str, ...] = ()
    streams: Mapping[str, str] = field(default_factory=dict)

    @property
    def matrices(self) -> int:
        """Number of matrices, k + 2."""
        return len(self.risks) + 2

    def uniforms(self, stream: str, region: str, first: int, count: int, size: int) -> Array:
        """Return uniforms (path, size) of the matrix and row of each path."""
        paths = np.arange(first, first + count)
        rows, matrices = paths // self.matrices, paths % self.matrices
        start, length = int(rows[0]), int(rows[-1] - rows[0] + 1)
        result = super().uniforms(stream, region, start, length, size)[rows - start]
        risk = self.streams.get(stream, stream)
        if risk in self.risks:
            mixed = (matrices == self.matrices - 1) | (matrices == self.risks.index(risk) + 1)
            second = super().uniforms(stream + _SECOND, region, start, length, size)
            result[mixed] = second[rows[mixed] - start]
        return result


def indices(values: Array, risks: tuple[str, ...], seed: int, resamples: int = RESAMPLES) -> xr.Dataset:
    """Return first-order and total indices from the values of all paths, in the order of `MixedDraws`.

    Parameters
    ----------
    values : array (path,)
        ``rows * (k + 2)`` values.
    risks : tuple of str
    seed : int
        Of the bootstrap.
    resamples : int

    Returns
    -------
    xarray.Dataset
        ``first`` and ``total`` (risk) with ``first_error`` and ``total_error``, half the width of the 95 % interval;
        NaN where nothing varies.
    """
    import xarray as xr
    from SALib.analyze import sobol

    names = ("first", "first_error", "total", "total_error")
    if np.ptp(values) > 0:
        problem = {"num_vars": len(risks), "names": list(risks), "bounds": [[0.0, 1.0]] * len(risks)}
        found = sobol.analyze(
            problem,
            values,
            calc_second_order=False,
            num_resamples=resamples,
            conf_level=CONFIDENCE,
            seed=np.random.default_rng(seed).integers(1, 2**31).item(),
        )
        arrays = (found["S1"], found["S1_conf"], found["ST"], found["ST_conf"])
    else:
        arrays = (np.full(len(risks), np.nan),) * 4
    return xr.Dataset(
        {name: ("risk", np.asarray(array)) for name, array in zip(names, arrays, strict=True)},
        coords={"risk": list(risks)},
        attrs={"confidence": CONFIDENCE, "correlated": 0, "rows": values.size // (len(risks) + 2)},
    )


def indices_of_model(
    model: Callable[[Draws, int, int], Array], risks: tuple[str, ...], rows: int, seed: int
) -> xr.Dataset:
    """Return the indices of any model that takes its random numbers from draws; see `indices`.

    Parameters
    ----------
    model : callable
        Takes draws, the first path and the number of paths, and returns one value a path. What belongs to a risk is
        drawn from the stream of its name.
    risks : tuple of str
    rows, seed : int
    """
    draws = MixedDraws(seed, risks=risks)
    return indices(model(draws, 0, rows * draws.matrices), risks, seed)


def sobol_indices(
    assumptions: Assumptions | str | os.PathLike[str],
    of: MeasureCall | str,
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    *,
    rows: int = BASE_PATHS,
    seed: int = 1,
    policy: bool = True,
    workers: int | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Return the Sobol indices of a measure: which risk makes its variance.

    ``reserve(EPF, year=2050)`` is the reserve; ``exhaustion(EPF, year=2050)``, which is one where the reserve has run
    out by then and zero elsewhere, is the probability of exhaustion.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``.
    of : MeasureCall or str
        A single number.
    scenario : Scenario, str or path
        Late and weak reforms are a risk of their own, ``policy``.
    rows, seed : int
        Paths of each of the k + 2 matrices; all run as one simulation of ``rows (k + 2)`` paths.
    policy : bool
        Whether reforms may come late and weak.
    workers : int, optional
    progress : callable, optional

    Returns
    -------
    xarray.Dataset
        See `indices`; ordered by the total index, with ``mean`` and ``standard_deviation`` of the measure.

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        Where the set has no processes, the measure is not a single number, or it is infinite on some path.
    """
    if rows < 2:
        raise ResultError(Problem("--paths", str(rows), "2 or more rows", f"{BASE_PATHS} are usual."))
    calibrated, chosen, call = as_set(assumptions), as_scenario(scenario), as_call(of)
    if call.is_event and call.year is None:
        found, remedy = f"{call}, a year that may not come", f"Write year={calibrated.last_year}: has it come by then?"
        raise ResultError(Problem("--of", found, "a number on every path", remedy))
    applied = chosen.apply(calibrated)
    processes = _uncorrelated(Processes.of(calibrated))
    uncertain = policy and bool(chosen.reforms) and (processes.policy_delay > 0 or processes.policy_effect_spread > 0)
    risks = (*active_risks(processes), POLICY) if uncertain else active_risks(processes)
    draws = MixedDraws(seed, risks=risks, streams={MORTALITY_DRIFT: "mortality"})
    job = Job(
        scenarios={chosen.name: applied},
        baseline=calibrated,
        processes=processes,
        draws=draws,
        layout=call_layout(applied, [call]),
        policy=frozenset((chosen.name,) if uncertain else ()),
    )
    paths = rows * draws.matrices
    store = MemoryStore((chosen.name,), job.layout, paths)
    run_paths(job, store, paths, workers=workers, progress=progress)
    values = store.values(chosen.name, job.layout.measures[0], paths)[:, 0]
    if not np.isfinite(values).all():
        found = f"{call}, which {int((~np.isfinite(values)).sum())} of {paths} paths do not have"
        raise ResultError(Problem("--of", found, "a number on every path", "Choose a measure that is always defined."))
    result = indices(values, risks, seed)
    own = values.reshape(rows, draws.matrices)[:, [0, -1]]
    result["mean"], result["standard_deviation"] = ((), own.mean()), ((), own.std(ddof=1))
    attributes = {"measure": str(call), "unit": call.declared.unit, "scenario": chosen.name, "seed": seed}
    return result.sortby("total", ascending=False).assign_attrs(attributes, paths=paths)


def _uncorrelated(processes: Processes) -> Processes:
    none = np.eye(len(RISK_DRIVERS))
    return replace(processes, correlation=Correlation(none, none, 1.0))
