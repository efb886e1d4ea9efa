"""Mortality: the model of Lee and Carter, its index as a random walk with drift, and what that means for people.

ln m_{a,t} = alpha_a + beta_a k_t + e_{a,t} and k_t = k_{t-1} + d + xi_t (handbook 7.1). Both sexes share one index:
their ages stand side by side in one matrix, because the engine is moved by one national index.

Sources: Lee and Carter (1992), "Modeling and forecasting U.S. mortality", Journal of the American Statistical
Association 87, 659-671; Li, Lee and Tuljapurkar (2004), "Using the Lee-Carter method to forecast mortality for
populations with limited data", International Statistical Review 72, 19-36 (years far apart or few); Working (1960),
"Note on the correlation of first differences of averages in a random chain", Econometrica 28, 916-918 (averages).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poolcast.parameters.axes import OPEN_AGE
from poolcast.projection.health import remaining_life_expectancy
from poolcast.projection.un_population import MIDDLE_OF_OPEN_GROUP

Array = NDArray[np.float64]

LEAST_YEARS = 3
"""Two observations give the drift; its error needs a third (Li, Lee and Tuljapurkar 2004)."""
NEWTON_ROUNDS = 100
QUADRATURE_NODES = 40
SMALL_CHANGE = 1e-4
"""Step of the index, in log points, with which a slope is taken."""


@dataclass(frozen=True)
class LeeCarter:
    """A fitted model. The parts of `beta` add to one, those of `k` to zero.

    Parameters
    ----------
    alpha : array (sex, age) or (age,)
        Mean of ln m over the years.
    beta : array (as `alpha`)
        Share of each age in the movement of the index.
    k : array (year,)
        The index.
    drift : float
        d, change of the index per year.
    deviation : float
        Standard deviation of xi, per year.
    drift_error : float
        Standard error of the drift, per year.
    years : array (year,)
        Years of the observations.
    explained : float
        Share of the variance of ln m around its mean that one index explains, before k is estimated anew.
    """

    alpha: Array
    beta: Array
    k: Array
    drift: float
    deviation: float
    drift_error: float
    years: Array
    explained: float


@dataclass(frozen=True)
class RandomWalk:
    """Drift of an index, standard deviation of its yearly steps, standard error of the drift; all per year."""

    drift: float
    deviation: float
    drift_error: float


def fit_lee_carter(
    log_rates: ArrayLike, years: ArrayLike, exposures: ArrayLike | None = None, averaged_over: int = 1
) -> LeeCarter:
    """Fit the model by singular values, estimate k anew so that deaths are met, and fit the random walk.

    alpha is the mean of ln m over the years, beta and k the first pair of singular vectors of what remains. With
    exposures, k_t is then moved until sum_a E_{a,t} exp(alpha_a + beta_a k_t) is the number of deaths
    sum_a E_{a,t} m_{a,t} of the year, and what k has left of a mean goes into alpha; without, k stays.

    Parameters
    ----------
    log_rates : array (year, sex, age) or (year, age)
        ln m, with m in deaths per person-year.
    years : array (year,)
        Years of the observations, rising; they may lie apart unequally. Only their distances count, so that means of
        several years may be dated by their first year or by their middle.
    exposures : array (as `log_rates`) or None
        Person-years E, in any unit.
    averaged_over : int
        Years of which each observation is the mean; see `fit_random_walk`.

    Raises
    ------
    ValueError
        With everything that is wrong with the arrays, or if no index meets the deaths.
    """
    rates, when = np.asarray(log_rates, dtype=float), np.asarray(years, dtype=float)
    weights = None if exposures is None else np.asarray(exposures, dtype=float)
    _refuse(_faults(rates, when, weights, averaged_over))
    alpha = rates.mean(axis=0)
    left, sizes, right = np.linalg.svd((rates - alpha).reshape(when.size, -1), full_matrices=False)
    total = float(right[0].sum())
    if not sizes[0] or abs(total) < 1e-9 * math.sqrt(right.shape[1]):
        raise ValueError("Lee-Carter: log_rates: no common movement, so that beta cannot add to one")
    beta = (right[0] / total).reshape(alpha.shape)
    k = left[:, 0] * sizes[0] * total
    if weights is not None:
        k = _meet_deaths(alpha, beta, k, weights, (weights * np.exp(rates)).reshape(when.size, -1).sum(axis=1))
    alpha, k = alpha + beta * k.mean(), k - k.mean()
    walk = fit_random_walk(k, when, averaged_over)
    explained = float(sizes[0] ** 2 / (sizes**2).sum())
    return LeeCarter(alpha, beta, k, walk.drift, walk.deviation, walk.drift_error, when, explained)


def fit_random_walk(index: ArrayLike, years: ArrayLike, averaged_over: int = 1) -> RandomWalk:
    """Fit a random walk with drift to an index observed in years u_0 < u_1 < ... < u_T, at any distances.

    d = (k_T - k_0) / (u_T - u_0), and sd(xi)^2 = sum r_i^2 / tr(M S M'), se(d) = sd(xi) sqrt(1'S1) / (u_T - u_0), with
    r_i = k_i - k_{i-1} - d (u_i - u_{i-1}), M the map from differences to r, and sd(xi)^2 S the covariance of the
    differences. For single years S is diag(u_i - u_{i-1}), and these are the estimators of Li, Lee and
    Tuljapurkar (2004): tr = (u_T - u_0) - sum (u_i - u_{i-1})^2 / (u_T - u_0) and se(d) = sd(xi) / sqrt(u_T - u_0).

    Means of n years move less than single years, and neighbouring differences of them are correlated (Working 1960):
    for adjoining means the variance is (2n^2 + 1) / 3n instead of n, the covariance (n^2 - 1) / 6n instead of 0. S
    takes this into account.

    Parameters
    ----------
    index : array (year,)
    years : array (year,)
    averaged_over : int
        n, years of which each observation is the mean, 1 for single years.

    Raises
    ------
    ValueError
        With everything that is wrong with the arrays.
    """
    k, when = np.asarray(index, dtype=float), np.asarray(years, dtype=float)
    _refuse(_faults(k[:, None], when, None, averaged_over, "index"))
    steps = np.diff(when)
    span = float(when[-1] - when[0])
    drift = float(k[-1] - k[0]) / span
    covariance = difference_covariance(when, averaged_over)
    to_residual = np.eye(steps.size) - np.outer(steps, np.ones(steps.size)) / span
    residual = np.diff(k) - drift * steps
    freedom = float(np.trace(to_residual @ covariance @ to_residual.T))
    deviation = math.sqrt(float(residual @ residual) / freedom)
    return RandomWalk(drift, deviation, deviation * math.sqrt(float(covariance.sum())) / span)


def difference_covariance(years: Array, averaged_over: int = 1) -> Array:
    """Covariance of the differences of neighbouring observations of a random walk whose yearly steps have variance one.

    An observation is the mean of the walk at ``u, u + 1, ..., u + n - 1``; two points of the walk share the variance
    of the steps up to the earlier of them.

    Parameters
    ----------
    years : array (year,)
        u, rising.
    averaged_over : int
        n.

    Returns
    -------
    array (difference, difference)
    """
    points = (np.asarray(years, dtype=float) - years[0])[:, None] + np.arange(averaged_over)
    shared = np.minimum(points[:, None, :, None], points[None, :, None, :]).mean(axis=(2, 3))
    result: Array = np.diff(np.diff(shared, axis=0), axis=1)
    return result


def single_age_pattern(beta: Array, age_start: Sequence[int]) -> tuple[Array, float]:
    """Return beta on single ages 0..100+, scaled to a mean of one, and its mean before it was scaled.

    beta of an age group stands in the middle of the group, and that of the open group two years above its first age,
    as in `poolcast.projection.un_population`; between the middles runs a monotone cubic (PCHIP), which is smooth and
    stays between its neighbours. A single age a is read at a + 1/2, the open age 100 at 102; beyond the outermost
    middles beta is held.

    Parameters
    ----------
    beta : array (..., group)
    age_start : sequence of int
        First age of each group, rising from 0; the last group is open.

    Returns
    -------
    pattern : array (..., age)
        Ages 0..100+; its mean over all ages and sexes is one, so that the index is in log points of an average age.
    scale : float
        What an index, its deviation and its drift have to be multiplied by to go with the pattern.

    Raises
    ------
    ValueError
        If the groups do not fit, or beta has no positive mean.
    """
    start = np.asarray(age_start, dtype=float)
    if start.size != beta.shape[-1] or start.size < 2 or start[0] != 0 or (np.diff(start) <= 0).any():
        raise ValueError(f"single_age_pattern: age_start: not {beta.shape[-1]} first ages that rise from 0")
    middle = np.append((start[:-1] + start[1:]) / 2, start[-1] + MIDDLE_OF_OPEN_GROUP)
    place = np.append(np.arange(OPEN_AGE) + 0.5, OPEN_AGE + MIDDLE_OF_OPEN_GROUP)
    from scipy.interpolate import PchipInterpolator  # heavy: only where it is used

    single: Array = PchipInterpolator(middle, beta, axis=-1)(np.clip(place, middle[0], middle[-1]))
    scale = float(single.mean())
    if scale <= 0:
        raise ValueError("single_age_pattern: beta: its mean over ages is not positive")
    return single / scale, scale


def mortality_multiplier(pattern: Array, index: ArrayLike) -> Array:
    """Return what death probabilities are multiplied by: exp(beta_{s,a} K) (handbook 7.1).

    The model is one of death rates; the engine has probabilities of dying within the year, which move by the same
    ratio to first order in the rate. Above age 90 the probability of a given K moves a little more than the rate would
    have it; beta is small there.

    Parameters
    ----------
    pattern : array (sex, age)
        beta, with a mean of one.
    index : array (...)
        K, deviation of the index from its own path, in log points; above zero, more people die.

    Returns
    -------
    array (..., sex, age), factor
    """
    deviation = np.asarray(index, dtype=float)
    result: Array = np.exp(deviation[..., None, None] * pattern)
    return result


def index_deviation(drift_draw: ArrayLike, walk: ArrayLike, drift_error: float) -> Array:
    """Return K by path and year: t times the error of the drift, plus the random walk up to year t (handbook 7.1).

    Parameters
    ----------
    drift_draw : array (path,)
        Standard normal, one a path: the drift is unknown but the same in every year.
    walk : array (path, ..., year), log points
        Sum of the steps xi since the base year; the first year is the first projected one, t = 1.
    drift_error : float, log points a year
        Standard error of the drift.

    Returns
    -------
    array (path, ..., year), log points
    """
    steps = np.asarray(walk, dtype=float)
    draw = np.asarray(drift_draw, dtype=float).reshape(-1, *[1] * (steps.ndim - 1))
    elapsed = np.arange(1, steps.shape[-1] + 1)
    result: Array = drift_error * draw * elapsed + steps
    return result


def life_expectancy_at_birth(survival: Array) -> Array:
    """Return e0 of a life table given as survival ratios by age at the end of the year: S_0 (1 + S_1 (1 + ...)).

    Parameters
    ----------
    survival : array (..., age), fraction
        Ages 0..100+; at age 0 the share of the newborn of a year alive at its end.

    Returns
    -------
    array (...), years
    """
    result: Array = survival[..., 0] * (0.5 + remaining_life_expectancy(survival)[..., 0])
    return result


def life_expectancy_under(survival: Array, pattern: Array, index: ArrayLike) -> Array:
    """Return e0, mean of the sexes, when the index stands K away from its path.

    Parameters
    ----------
    survival : array (sex, age), fraction
    pattern : array (sex, age)
    index : array (...)

    Returns
    -------
    array (...), years
    """
    dying = np.minimum((1 - survival) * mortality_multiplier(pattern, index), 1.0)
    result: Array = life_expectancy_at_birth(1 - dying).mean(axis=-1)
    return result


def life_expectancy_slope(survival: Array, pattern: Array) -> float:
    """Return the change of e0 per unit of the index at K = 0; below zero. Years per log point."""
    above, below = life_expectancy_under(survival, pattern, [SMALL_CHANGE, -SMALL_CHANGE])
    return float(above - below) / (2 * SMALL_CHANGE)


def life_expectancy_deviation(
    survival: Array, pattern: Array, deviation: float, drift_error: float, years: float = 25
) -> float:
    """Return the standard deviation of e0 (mean of the sexes) some years ahead that an index implies.

    K is normal with mean zero and variance (years se(d))^2 + years sd(xi)^2; the moments of e0 are taken by
    Gauss-Hermite quadrature on the life table that is given, so that its curvature counts.

    Parameters
    ----------
    survival : array (sex, age), fraction
        Survival ratios of the year looked at, ages 0..100+.
    pattern : array (sex, age)
        beta, with a mean of one.
    deviation, drift_error : float
        sd(xi) and se(d), per year, in log points of an average age.
    years : float
        Years ahead.

    Returns
    -------
    float, years
    """
    spread = math.sqrt((years * drift_error) ** 2 + years * deviation**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
    weights = weights / weights.sum()
    expectancy = life_expectancy_under(survival, pattern, spread * nodes)
    mean = float(weights @ expectancy)
    return math.sqrt(float(weights @ (expectancy - mean) ** 2))


def _meet_deaths(alpha: Array, beta: Array, k: Array, exposures: Array, deaths: Array) -> Array:
    """Return the index at which expected deaths are the deaths of each year, by Newton's method."""
    flat, weights = beta.ravel(), exposures.reshape(k.size, -1)
    for _ in range(NEWTON_ROUNDS):
        expected = weights * np.exp(alpha.ravel() + flat * k[:, None])
        slope = (expected * flat).sum(axis=1)
        step = np.divide(expected.sum(axis=1) - deaths, slope, out=np.full(k.size, np.inf), where=slope > 0)
        if not np.isfinite(step).all():
            break
        k = k - step
        if (np.abs(step) <= 1e-12 * (1 + np.abs(k))).all():
            return k
    raise ValueError("Lee-Carter: exposures: no index near the first estimate, with deaths rising, meets the deaths")


def _faults(
    rates: Array, years: Array, exposures: Array | None, averaged_over: int, name: str = "log_rates"
) -> list[str]:
    found = []
    if rates.ndim not in (2, 3):
        found.append(f"{name}: {rates.ndim} axes, not (year, sex, age) or (year, age)")
    if not np.isfinite(rates).all():
        found.append(f"{name}: not finite numbers; a rate of zero has no logarithm")
    if years.ndim != 1 or rates.shape[:1] != years.shape:
        found.append(f"years: {years.size} years for {len(rates) if rates.ndim else 0} rows")
    elif years.size < LEAST_YEARS:
        found.append(f"years: {years.size} observations; at least {LEAST_YEARS} are needed")
    elif not np.isfinite(years).all() or (np.diff(years) <= 0).any():
        found.append("years: not rising")
    if averaged_over < 1:
        found.append(f"averaged_over: {averaged_over}, not at least 1")
    elif years.ndim == 1 and years.size > 1 and np.diff(years).min() < averaged_over:
        found.append(f"years: closer than the {averaged_over} years over which they are averaged")
    if exposures is not None and exposures.shape != rates.shape:
        found.append(f"exposures: shape {exposures.shape}, not that of log_rates {rates.shape}")
    elif exposures is not None and not (np.isfinite(exposures).all() and (exposures > 0).all()):
        found.append("exposures: not finite numbers above zero")
    return found


def _refuse(found: list[str]) -> None:
    if found:
        raise ValueError("Lee-Carter: " + "; ".join(found))
