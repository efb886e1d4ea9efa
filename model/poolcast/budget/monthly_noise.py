"""How months depart from a phased budget: a local level with autocorrelated noise, learnt from closed years.

The logarithm of a month over its phased budget is

    e_m = a + l_m + u_m,    l_m = l_{m-1} + w_m,    u_m = rho u_{m-1} + v_m                               (5.3.1)

with a the error of the year's budget, l a level that drifts through the year, and u the noise of single months. That is
a state-space model of twelve months with a known seasonal pattern, so small that its exact Gaussian covariance

    cov(e_m, e_n) = s_a^2 + s^2 (rho^|m-n| + q min(m, n) + d [m = n = 12])                                 (5.3.2)

takes the place of a filter (a test holds it to the Kalman filter of statsmodels). A few years tell rho, q, d and s
badly, and a single best value would make bands too narrow; so a grid of values, each with its weight by Bayes' rule, is
carried on to the end. The prior is compared with the real residuals of the national months in the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.months import MONTHS, MonthlyHistory

Array = NDArray[np.float64]

CORRELATIONS = (0.0, 0.25, 0.5, 0.75)
DRIFTS = (0.0, 0.02, 0.08, 0.25)
CLOSINGS = (0.0, 1.0)
"""Grid of rho, of q, the variance of the monthly drift of the level over that of the noise, and of d, by how much more
than other months December scatters, in which books are closed."""

NOISE, NOISE_YEARS = 0.05, 6.0
"""Prior of the noise of a month, in log points, and its weight in residuals: see docs/monthly-execution.md."""

LEVEL, LEVEL_YEARS = 0.07, 4.0
"""Prior of the error of a year's budget and its weight in years: root mean square of eight official budgets of the
employee scheme against their outcomes, 2011-2016 (docs/monthly-execution.md)."""

BORROWED_PATTERN = 0.08
"""How far the months of a region lie from a pattern that is not its own, in log points [assumption]."""

_QUANTILES = 5
_LEVELS = 3


@dataclass(frozen=True)
class MonthlyNoise:
    """Departures of months from a phased budget: Gaussian components with weights.

    Parameters
    ----------
    weights : array (component,)
        Add to one.
    covariance : array (component, 12, 12)
        Of the log of a month over its phased budget in a year that is not in the history.
    years : int
        Closed years that it was learnt from; 0 where it is the prior alone.
    noise, correlation, drift, level : float
        Posterior means of s, rho, q and s_a.
    """

    weights: Array
    covariance: Array
    years: int
    noise: float
    correlation: float
    drift: float
    level: float

    @property
    def mean_covariance(self) -> Array:
        """Covariance (12, 12) over all components."""
        result: Array = np.einsum("c,cij->ij", self.weights, self.covariance)
        return result

    def shape_deviation(self, factors: Array) -> Array:
        """Return the standard deviation (12,) of the log of a month's share of its year.

        Parameters
        ----------
        factors : array (12,)
            Seasonal factors.
        """
        total = factors.sum()
        if not total:
            return np.zeros(MONTHS)
        centred = np.eye(MONTHS) - np.broadcast_to(factors / total, (MONTHS, MONTHS))
        variance: Array = np.einsum("im,mn,in->i", centred, self.mean_covariance, centred)
        return np.sqrt(np.maximum(variance, 0.0))


def shape_covariance(correlation: float, drift: float, closing: float = 0.0) -> Array:
    """Return the covariance (12, 12) of noise and drift for s = 1: the second part of equation (5.3.2)."""
    month = np.arange(1, MONTHS + 1)
    noise = correlation ** np.abs(month[:, None] - month)
    result: Array = noise + drift * np.minimum(month[:, None], month)
    result[-1, -1] += closing
    return result


def monthly_noise(deviations: Array, budget_errors: Array, *, borrowed: bool = False) -> MonthlyNoise:
    """Learn how months depart from their phased budget.

    Parameters
    ----------
    deviations : array (year, 12)
        Logs of months of closed years; NaN where not known. The level of each year and the mean of each month are taken
        out here, exactly: what is left are the contrasts that say something of the noise.
    budget_errors : array (year,)
        Log of outcome over approved budget of closed years; NaN where not known.
    borrowed : bool
        Whether the seasonal pattern is not that of the fund itself.
    """
    contrasts = _contrasts(deviations)
    years = int(np.isfinite(deviations).any(-1).sum())
    known = budget_errors[np.isfinite(budget_errors)]
    level_weight = LEVEL_YEARS + len(known)
    level_squares = (LEVEL_YEARS - 2) * LEVEL**2 + float(np.square(known).sum())
    levels = _inverse_gamma(level_weight / 2, level_squares / 2, _LEVELS)
    pattern_error = 1 / max(years, 1)
    grid = list(product(CORRELATIONS, DRIFTS, CLOSINGS))
    scores, covariances, settings = [], [], []
    for correlation, drift, closing in grid:
        unit = shape_covariance(correlation, drift, closing)
        score, weight, squares = _posterior(contrasts, unit)
        for variance in _inverse_gamma(weight / 2, squares / 2, _QUANTILES):
            shape = variance * unit * (1 + pattern_error)
            if borrowed:
                shape = shape + BORROWED_PATTERN**2 * np.eye(MONTHS)
            for level in levels:
                scores.append(score)
                covariances.append(shape + level)
                settings.append((np.sqrt(variance), correlation, drift, np.sqrt(level)))
    log_weights = np.array(scores)
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    means = weights @ np.array(settings)
    return MonthlyNoise(weights, np.array(covariances), years, *(float(mean) for mean in means))


def noise_of(history: MonthlyHistory, line: str) -> MonthlyNoise:
    """Learn the noise of a line from its closed years; months that are not above zero say nothing of it."""
    months = history.of(line)
    logs = np.log(np.where(months > 0, months, np.nan))
    errors = np.full(len(history.years), np.nan)
    if history.budgets is not None:
        budget = history.budgets[history.lines.index(line)]
        outcome = history.outcomes(line)
        usable = (budget > 0) & (outcome > 0)
        errors[usable] = np.log(outcome[usable] / budget[usable])
    return monthly_noise(logs, errors)


def _contrasts(deviations: Array) -> list[Array]:
    """Return contrasts between years (12,): each of unit scale, free of every month's mean; NaN where not known.

    Years with most months come first, so that a gap spoils one contrast only (Helmert).
    """
    known = np.isfinite(deviations).sum(-1)
    order = [int(year) for year in np.argsort(-known, kind="stable") if known[year]]
    rows = deviations[order]
    return [(rows[number] - rows[:number].mean(0)) / np.sqrt(1 + 1 / number) for number in range(1, len(rows))]


def _posterior(contrasts: list[Array], unit: Array) -> tuple[float, float, float]:
    """Return the log evidence of a (rho, q), and weight and squares of the inverse gamma of s^2.

    The level of each contrast is unknown: it is projected out.
    """
    score, weight, squares = 0.0, NOISE_YEARS, (NOISE_YEARS - 2) * NOISE**2
    for contrast in contrasts:
        seen = np.isfinite(contrast)
        number = int(seen.sum())
        if number < 2:
            continue
        basis = _without_level(number)
        factor = np.linalg.cholesky(basis @ unit[np.ix_(seen, seen)] @ basis.T)
        scaled = np.linalg.solve(factor, basis @ contrast[seen])
        score -= float(np.log(np.diag(factor)).sum())
        weight += number - 1
        squares += float(scaled @ scaled)
    return score - weight / 2 * float(np.log(squares)), weight, squares


def _without_level(number: int) -> Array:
    """Return an orthonormal basis (number - 1, number) of everything but a common level."""
    basis = np.zeros((number - 1, number))
    for row in range(1, number):
        basis[row - 1, :row] = 1 / np.sqrt(row * (row + 1))
        basis[row - 1, row] = -np.sqrt(row / (row + 1))
    return basis


def _inverse_gamma(shape: float, scale: float, number: int) -> Array:
    """Return equally likely values of an inverse gamma distribution: the middles of `number` equal slices."""
    from scipy.special import gammaincinv

    middles = (np.arange(number) + 0.5) / number
    result: Array = scale / gammaincinv(shape, 1 - middles)
    return result
