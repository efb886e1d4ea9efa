"""Control variate: the mean of a reserve from far fewer paths, with an honest error.

A surrogate of the engine is fitted on pilot paths: for each year the logarithms of revenue and expenditure are linear
in normal numbers, namely each driver's deviation of the year and its sum since the base year, the level of cost, the
elasticities and the drift of mortality. Its reserve accumulates at the interest of the central path,

    S = F_0 G(0) + sum_t (exp r_t - exp x_t) (1 + i_t tau) G(t),      G(t) = (1 + i_(t+1)) … (1 + i_T),

and because r and x are normal its expectation is known in closed form, ``E exp r = exp(mean + variance / 2)``. Interest
and the once-a-path numbers are controls of their own, with expectation zero. Then

    estimate = mean(F - b (C - E C)),

with the coefficients b of the regression on the pilot alone, so that the main paths, which have no part in choosing
them, give an unbiased mean and the residual's own spread as its error. Processes that bounds reflect, collection and
epidemics are not in the surrogate; what they do stays in the residual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.outlook.measured import MeasureCall
from poolcast.parameters.axes import RISK_DRIVERS
from poolcast.parameters.errors import Problem, ResultError
from poolcast.projection.forecast import label
from poolcast.scenarios.scenario import Scenario
from poolcast.uncertainty.blocks import Job, central_run
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.innovations import draw_innovations
from poolcast.uncertainty.kept import Layout
from poolcast.uncertainty.paths import deviations
from poolcast.uncertainty.processes import Processes
from poolcast.uncertainty.sensitivity import as_call, as_scenario, as_set
from poolcast.uncertainty.simulate import BLOCK, missing_blocks, run_paths
from poolcast.uncertainty.store import MemoryStore

if TYPE_CHECKING:
    import os

    from poolcast.parameters.assumptions import Assumptions

Array = NDArray[np.float64]

PILOT_PATHS = 400
FEWEST = 100
_MEASURES = ("reserve", "revenue_before_interest", "expenditure")


@dataclass(frozen=True)
class MeanEstimate:
    """The mean of a reserve by control variate, beside the plain mean of the same paths.

    Parameters
    ----------
    mean, error : float
        Estimate and its standard error, yuan.
    plain_mean, plain_error : float
        Mean of the main paths as they are, and its standard error.
    variance_ratio : float
        Variance of a path over that of its residual: so many times fewer paths give the same error.
    coefficients : array (control,)
        Surrogate, sum of interest deviations, and the numbers drawn once a path.
    paths, pilot : int
    """

    mean: float
    error: float
    plain_mean: float
    plain_error: float
    variance_ratio: float
    coefficients: Array
    paths: int
    pilot: int


@dataclass(frozen=True)
class Features:
    """Normal numbers of paths, and what is known of them beforehand.

    Parameters
    ----------
    values : array (path, year, feature)
        Mean zero; years after the base year.
    covariance : array (year, feature, feature)
        Between the features of one year.
    controls : array (path, control)
        Mean zero.
    """

    values: Array
    covariance: Array
    controls: Array


@dataclass(frozen=True)
class Surrogate:
    """Log-linear revenue and expenditure, and the reserve that comes of them.

    Parameters
    ----------
    revenue, expenditure : array (year, feature + 1)
        Coefficients of the logarithms, the constant first.
    weight : array (year,)
        What a balance of the year is worth at the end, at central interest.
    opening : float, yuan
        What the reserve of the base year is worth at the end.
    """

    revenue: Array
    expenditure: Array
    weight: Array
    opening: float

    def reserve(self, features: Features) -> Array:
        """Return the reserve of each path (path,)."""
        flow = np.exp(_predicted(self.revenue, features.values)) - np.exp(_predicted(self.expenditure, features.values))
        result: Array = self.opening + (flow * self.weight).sum(1)
        return result

    def expectation(self, features: Features) -> float:
        """Return the expectation of the reserve, of lognormal flows."""
        flow = _lognormal_mean(self.revenue, features.covariance) - _lognormal_mean(
            self.expenditure, features.covariance
        )
        return self.opening + float((flow * self.weight).sum())


def mean_reserve(
    assumptions: Assumptions | str | os.PathLike[str],
    of: MeasureCall | str = "reserve(EPF, year=2050)",
    scenario: Scenario | str | os.PathLike[str] = "baseline",
    *,
    paths: int = 1_000,
    pilot: int = PILOT_PATHS,
    seed: int = 1,
    workers: int | None = None,
) -> MeanEstimate:
    """Return the mean of a reserve over paths; reforms come as planned.

    Parameters
    ----------
    assumptions : Assumptions, str or path
        A set with the group ``uncertainty``.
    of : MeasureCall or str
        ``reserve(LEDGER, year=Y[, region=CODE])``.
    scenario : Scenario, str or path
    paths, pilot : int
        Main paths, which make the estimate, and pilot paths, which choose the coefficients. The pilot has the first
        numbers of the seed, the main paths the next.
    seed : int
    workers : int, optional

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        Where the set has no processes, the measure is no reserve with a year, or paths are too few.
    """
    call = as_call(of)
    _refuse(call, paths, pilot)
    calibrated = as_set(assumptions)
    applied = as_scenario(scenario).apply(calibrated)
    central = central_run(applied)
    job = Job({"": applied}, calibrated, Processes.of(calibrated), Draws(seed), Layout.of(central, _MEASURES))
    region, year, ledger = _place(call, job)
    store = MemoryStore(("",), job.layout, pilot + paths)
    run_paths(job, store, pilot + paths, workers=workers, block=min(BLOCK, -(-pilot // 2)))
    found = {}
    for name in _MEASURES:
        kept = job.layout[name]
        rows = kept.unflatten(store.values("", kept, pilot + paths))
        found[name] = rows[:, : year + 1, region, ledger]
    parts = [_features(job, region, year, *block) for block in missing_blocks(np.zeros(pilot + paths, bool), 4 * BLOCK)]
    features = Features(
        np.concatenate([part.values for part in parts]),
        parts[0].covariance,
        np.concatenate([part.controls for part in parts]),
    )
    forecast = label(central, with_paths=True, only=("interest_rate", "reserve"))
    rates = forecast.interest_rate.transpose("path", "year", "region", "ledger").values[0, 1 : year + 1, region, ledger]
    surrogate = _fit(found, features, rates, float(forecast.attrs["flow_timing"]), pilot)
    controls = np.column_stack([surrogate.reserve(features) - surrogate.expectation(features), features.controls])
    reserve = found["reserve"][:, year]
    coefficients = _regression(controls[:pilot], reserve[:pilot])[1:]
    plain = reserve[pilot:]
    residual = plain - controls[pilot:] @ coefficients
    return MeanEstimate(
        mean=float(residual.mean()),
        error=float(residual.std(ddof=1) / np.sqrt(paths)),
        plain_mean=float(plain.mean()),
        plain_error=float(plain.std(ddof=1) / np.sqrt(paths)),
        variance_ratio=float(plain.var(ddof=1) / residual.var(ddof=1)),
        coefficients=coefficients,
        paths=paths,
        pilot=pilot,
    )


def _features(job: Job, region: int, year: int, first: int, count: int) -> Features:
    """Return the normal numbers of some paths: deviations, their sums, and what is drawn once a path."""
    processes = job.processes
    drawn = draw_innovations(processes, job.draws, job.baseline.region_codes, first, count, job.years)
    own = min(region, drawn.drivers.shape[1] - 1)
    moving = np.flatnonzero(processes.deviation > 0)
    yearly = deviations(drawn.drivers[:, own : own + 1], processes.persistence, np.ones_like(processes.deviation))
    moved = np.moveaxis(yearly[:, 0, moving, :year], 1, 2)
    level = drawn.cost_level[:, min(region, drawn.cost_level.shape[1] - 1)]
    once = np.stack([level, drawn.elasticities, drawn.mortality_drift], axis=1)
    constant = np.broadcast_to(once[:, None], (count, year, once.shape[1]))
    interest = moving.tolist().index(number) if (number := RISK_DRIVERS.index("interest")) in moving else None
    sums = moved.cumsum(1)
    controls = once if interest is None else np.column_stack([sums[:, -1, interest], once])
    correlation = processes.correlation.used[np.ix_(moving, moving)]
    covariance = _covariance(processes.persistence[moving], correlation, year, once.shape[1])
    return Features(np.concatenate([moved, sums, constant], axis=2), covariance, controls)


def _covariance(persistence: Array, correlation: Array, years: int, once: int) -> Array:
    """Return the covariance of the features of each year (year, feature, feature) from the weights of the shocks."""
    count = len(persistence)
    size = 2 * count + once
    result = np.zeros((years, size, size))
    powers = persistence[:, None] ** np.arange(years)
    for year in range(years):
        latest = powers[:, : year + 1][:, ::-1]  # weight of each shock so far in the deviation of the year
        summed = powers[:, : year + 1].cumsum(1)[:, ::-1]  # and in the sum of deviations
        weights = np.concatenate([latest, summed])
        result[year, : 2 * count, : 2 * count] = weights @ weights.T * np.tile(correlation, (2, 2))
        result[year, 2 * count :, 2 * count :] = np.eye(once)
    return result


def _fit(found: dict[str, Array], features: Features, rates: Array, timing: float, pilot: int) -> Surrogate:
    years = rates.size
    after = np.cumprod((1 + rates)[::-1])[::-1]
    weight = (1 + rates * timing) * np.append(after[1:], 1.0)
    coefficients = {}
    for name in ("revenue_before_interest", "expenditure"):
        flows = np.log(found[name][:pilot, 1:])
        coefficients[name] = np.stack(
            [_regression(features.values[:pilot, year], flows[:, year]) for year in range(years)]
        )
    opening = float(found["reserve"][0, 0] * after[0])
    return Surrogate(coefficients["revenue_before_interest"], coefficients["expenditure"], weight, opening)


def _regression(regressors: Array, values: Array) -> Array:
    """Return constant and coefficients by least squares; what varies in no path gets zero."""
    design = np.column_stack([np.ones(len(values)), regressors])
    size = np.where(design.std(0) > 0, design.std(0), 1.0)
    result: Array = np.linalg.lstsq(design / size, values, rcond=1e-10)[0] / size
    return result


def _predicted(coefficients: Array, values: Array) -> Array:
    result: Array = coefficients[:, 0] + np.einsum("pyf,yf->py", values, coefficients[:, 1:])
    return result


def _lognormal_mean(coefficients: Array, covariance: Array) -> Array:
    slope = coefficients[:, 1:]
    result: Array = np.exp(coefficients[:, 0] + np.einsum("yf,yfg,yg->y", slope, covariance, slope) / 2)
    return result


def _place(call: MeasureCall, job: Job) -> tuple[int, int, int]:
    """Return the positions of region, year and ledger of a call."""
    codes: Sequence[str] = [str(code) for code in job.layout["reserve"].coordinates["region"]]
    ledgers = [str(code) for code in job.layout["reserve"].coordinates["ledger"]]
    problems = []
    region = call.region or (codes[0] if len(codes) == 1 else "")
    if region not in codes:
        problems.append(Problem(f"measure {call}", f"region {region or 'none'}", ", ".join(codes), "Name the region."))
    if call.ledger not in ledgers:
        problems.append(Problem(f"measure {call}", str(call.ledger), ", ".join(ledgers), "Name a ledger of the set."))
    first, last = job.baseline.base_year + 1, job.baseline.last_year
    if call.year is None or not first <= call.year <= last:
        problems.append(Problem(f"measure {call}", f"year {call.year}", f"{first} to {last}", f"Write year={last}."))
    if problems:
        raise ResultError(problems)
    assert call.ledger is not None
    assert call.year is not None
    return codes.index(region), call.year - job.baseline.base_year, ledgers.index(call.ledger)


def _refuse(call: MeasureCall, paths: int, pilot: int) -> None:
    problems = []
    if call.measure != "reserve":
        remedy = "The surrogate is one of revenue, expenditure and interest; take the plain mean of other measures."
        problems.append(Problem(f"measure {call}", call.measure, "reserve", remedy))
    for name, count in (("--paths", paths), ("pilot", pilot)):
        if count < FEWEST:
            problems.append(Problem(name, str(count), f"{FEWEST} or more", f"{PILOT_PATHS} are usual for a pilot."))
    if problems:
        raise ResultError(problems)
