"""The year-end outlook: what a budget will have become in December, seen from each month, with 80 % bands.

Two ways. The credibility blend is the rule of the handbook (5.3):

    outlook = YTD + sum over m' > m of phased_m' * (1 + z_m (ER_m - 1)),    z_m = m / (m + 4)            (5.3.4)

The nowcast takes the state-space model of `poolcast.budget.monthly_noise`: given the months so far, the months to come
are lognormal for every setting of the model, and the settings are weighed by how well they foretold the months so far.
Its outlook is the median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.execution import check_shapes
from poolcast.budget.monthly_noise import MonthlyNoise
from poolcast.budget.months import MONTHS, known_months
from poolcast.parameters.declaration import Words
from poolcast.uncertainty.draws import Draws

Array = NDArray[np.float64]

CREDIBILITY = 4.0
"""Months that count as much as the budget: z_m = m / (m + 4) [assumption, handbook 5.3]."""
LOWER, UPPER = 0.10, 0.90
"""Quantiles of the bands."""
PATHS = 4096
"""Years drawn for the band of the blend."""

OUTLOOKS: dict[str, Words] = {
    "blend": Words("credibility blend", "信度加权预测"),
    "nowcast": Words("state-space nowcast", "状态空间实时预测"),
    "straight_line": Words("straight line", "按月均直线外推"),
}


@dataclass(frozen=True)
class Outlook:
    """An outcome foretold, with its 80 % band.

    Parameters
    ----------
    central, low, high : array (line,), yuan
    """

    central: Array
    low: Array
    high: Array


@dataclass(frozen=True)
class YearEndOutlook:
    """The outlook for the end of the year by line.

    Parameters
    ----------
    lines : tuple of str
    months : int
        Months known, from January on.
    budget : array (line,), yuan
        The annual budget.
    actual : array (line,), yuan
        Cumulative so far.
    blend, nowcast : Outlook
        See the module. Where a month or a factor is not above zero the nowcast is the blend (`nowcast_is_blend`).
    straight_line : array (line,), yuan
        Months so far times twelve over their number, for comparison; NaN before the first month.
    nowcast_is_blend : tuple of bool
        By line.
    """

    lines: tuple[str, ...]
    months: int
    budget: Array
    actual: Array
    blend: Outlook
    nowcast: Outlook
    straight_line: Array
    nowcast_is_blend: tuple[bool, ...]


def year_end_outlook(
    lines: Sequence[str], actual: Array, phased: Array, noise: Sequence[MonthlyNoise], *, seed: int = 1
) -> YearEndOutlook:
    """Return the outlook for the end of the year by line.

    Parameters
    ----------
    lines : sequence of str
        Statement lines, or other series (such as ``R`` for all revenue, summed by the caller).
    actual : array (line, 12), yuan
        Months so far; NaN for those to come. A line without months stays on its budget.
    phased : array (line, 12), yuan
        The phased budget.
    noise : sequence of MonthlyNoise
        By line, as in `SeasonalPatterns.noise`.
    seed : int
        Of the draws behind the band of the blend.
    """
    check_shapes(lines, actual, phased)
    months = known_months(actual)
    columns: list[tuple[float, ...]] = []
    same: list[bool] = []
    for row, plan, model in zip(actual, phased, noise, strict=True):
        known = row[: months if np.isfinite(row).any() else 0]
        blend = _blend(known, plan)
        low, high = _blend_band(blend, known, plan, model, seed)
        ok = _is_above_zero(known, plan)
        nowcast = nowcast_quantiles(known, plan, model) if ok else (low, blend, high)
        same.append(not ok)
        straight = float(known.sum() / len(known) * MONTHS) if len(known) else float("nan")
        columns.append((blend, low, high, nowcast[1], nowcast[0], nowcast[2], straight, float(known.sum())))
    table = np.array(columns).reshape(len(lines), 8).T
    return YearEndOutlook(
        tuple(lines),
        months,
        phased.sum(-1),
        table[7],
        Outlook(table[0], table[1], table[2]),
        Outlook(table[3], table[4], table[5]),
        table[6],
        tuple(same),
    )


def expected_months(outlook: YearEndOutlook, actual: Array, phased: Array) -> Array:
    """Return the whole year by month (line, 12), yuan: months so far, then the phased rest moved onto the nowcast.

    What cash needs (`poolcast.budget.cash.cash_flow`, with ``known`` at the months of the outlook).

    Parameters
    ----------
    outlook : YearEndOutlook
    actual, phased : array (line, 12), yuan
        As given to `year_end_outlook`; a total among the lines counts as a line.
    """
    months = outlook.months
    silent = ~np.isfinite(actual).any(-1)
    result = phased.copy()
    result[~silent, :months] = actual[~silent, :months]
    done = np.where(silent, 0.0, result[:, :months].sum(-1))
    rest = np.where(silent, phased.sum(-1), phased[:, months:].sum(-1))
    scale = np.divide(outlook.nowcast.central - done, rest, out=np.ones_like(rest), where=rest != 0)
    result[:, months:] *= scale[:, None]
    result[silent, :months] *= scale[silent, None]
    return result


def _blend(known: Array, phased: Array) -> float:
    """Equation (5.3.4); before the first month it is the budget."""
    months = len(known)
    planned = float(phased[:months].sum())
    rate = float(known.sum()) / planned if planned else 1.0
    shrink = 1 + months / (months + CREDIBILITY) * (rate - 1)
    return float(known.sum()) + shrink * float(phased[months:].sum())


def _blend_band(blend: float, known: Array, phased: Array, noise: MonthlyNoise, seed: int) -> tuple[float, float]:
    """Return the band of the blend: how far it was from the outcome in drawn years, seen from the same month.

    What is left uncertain are the months to come alone, so that the errors are those of the rest of the year.
    """
    months = len(known)
    rest = float(phased[months:].sum())
    if not rest or not phased.any():
        return blend, blend
    years = phased * np.exp(drawn_years(noise, seed, PATHS))
    planned = float(phased[:months].sum())
    done = years[:, :months].sum(-1)
    rate = done / planned if planned else np.ones(PATHS)
    expected = (1 + months / (months + CREDIBILITY) * (rate - 1)) * rest
    errors = np.quantile(years[:, months:].sum(-1) / expected, (LOWER, UPPER))
    ahead = blend - float(known.sum())
    low, high = sorted((ahead * float(errors[0]), ahead * float(errors[1])))
    return float(known.sum()) + low, float(known.sum()) + high


def drawn_years(noise: MonthlyNoise, seed: int, paths: int, stream: str = "months", first: int = 0) -> Array:
    """Return logs of months over their phased budget (path, 12), drawn from all components of the noise.

    The draws are keyed by seed, stream and path (`poolcast.uncertainty.draws`).
    """
    draws = Draws(seed)
    chosen = np.searchsorted(np.cumsum(noise.weights), draws.uniforms(f"{stream} component", "", first, paths, 1)[:, 0])
    chosen = np.minimum(chosen, len(noise.weights) - 1)
    normals = draws.normals(stream, "", first, paths, MONTHS)
    factors = np.linalg.cholesky(noise.covariance)
    result: Array = np.einsum("pij,pj->pi", factors[chosen], normals)
    return result


def _is_above_zero(known: Array, phased: Array) -> bool:
    """Whether logs exist: months with a budget are above zero. What comes in other months just adds to the year."""
    planned = phased[: len(known)] > 0
    return bool((phased >= 0).all() and (known[planned] > 0).all() and phased.any())


def nowcast_quantiles(known: Array, phased: Array, noise: MonthlyNoise) -> tuple[float, float, float]:
    """Return lower quantile, median and upper quantile of the outcome, yuan, given the months so far.

    Parameters
    ----------
    known : array (month,), yuan
        January to the last known month.
    phased : array (12,), yuan
    noise : MonthlyNoise
    """
    months = len(known)
    ahead = np.flatnonzero(phased[months:] > 0) + months
    seen = np.flatnonzero(phased[:months] > 0)
    done = float(known.sum())
    if not len(ahead):
        return done, done, done
    mean, covariance, weights = _conditional(np.log(known[seen] / phased[seen]), seen, ahead, noise)
    # sum of lognormals: exact mean and variance, then the lognormal that has them (Fenton 1960)
    expected = phased[ahead] * np.exp(mean + np.einsum("cii->ci", covariance) / 2)
    total = expected.sum(-1)
    variance = np.einsum("ci,cij,cj->c", expected, np.expm1(covariance), expected)
    spread = np.sqrt(np.log1p(variance / total**2))
    centre = np.log(total) - spread**2 / 2
    low, middle, high = (done + float(np.exp(_quantile(q, centre, spread, weights))) for q in (LOWER, 0.5, UPPER))
    return low, middle, high


def _conditional(
    observed: Array, seen: NDArray[np.intp], ahead: NDArray[np.intp], noise: MonthlyNoise
) -> tuple[Array, Array, Array]:
    """Return means (component, month), covariances and weights of the logs to come, given those observed."""
    covariance = noise.covariance
    later = covariance[:, ahead[:, None], ahead]
    if not len(seen):
        return np.zeros((len(covariance), len(ahead))), later, noise.weights
    among = covariance[:, seen[:, None], seen]
    across = covariance[:, ahead[:, None], seen]
    factor = np.linalg.cholesky(among)
    scaled = np.linalg.solve(factor, np.broadcast_to(observed[:, None], (len(covariance), len(seen), 1)))[..., 0]
    gain = np.linalg.solve(among, across.transpose(0, 2, 1)).transpose(0, 2, 1)
    mean = np.einsum("cij,j->ci", gain, observed)
    left = later - gain @ across.transpose(0, 2, 1)
    evidence = -np.log(np.einsum("cii->ci", factor)).sum(-1) - np.square(scaled).sum(-1) / 2
    with np.errstate(divide="ignore"):
        scores = np.log(noise.weights) + evidence
    weights = np.exp(scores - scores.max())
    return mean, (left + left.transpose(0, 2, 1)) / 2, weights / weights.sum()


def _quantile(probability: float, centre: Array, spread: Array, weights: Array) -> float:
    """Return the quantile of a mixture of normals, by bisection."""
    from scipy.special import ndtr

    low, high = float((centre - 8 * spread).min()), float((centre + 8 * spread).max())
    for _ in range(60):
        middle = (low + high) / 2
        if float(weights @ ndtr((middle - centre) / spread)) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
