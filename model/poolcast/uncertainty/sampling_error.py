"""Sampling error: how far a figure of a simulation may be off because the paths are finite.

Independent paths have the textbook errors. Antithetic pairs and scrambled Sobol points do not: their paths fall into
batches that are independent of each other (16 scramblings, or 16 groups of pairs), and the spread of the figure over
the batches is its error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.uncertainty.draws import REPLICATES, Draws

Array = NDArray[np.float64]


def batches_of(draws: Draws, paths: int) -> NDArray[np.intp] | None:
    """Return the batch of each path; None where the paths are independent."""
    numbers = np.arange(paths)
    if draws.sampling == "sobol":
        return numbers % REPLICATES
    if draws.sampling == "antithetic":
        return (numbers // 2) % REPLICATES
    return None


def groups_of(draws: Draws, paths: int, fewest: int = 40) -> NDArray[np.intp] | None:
    """Return groups of paths for figures whose error has no formula, such as tail means: 16, or fewer of some size.

    None where there are too few paths for four groups: the error is then not known.
    """
    batches = batches_of(draws, paths)
    groups = np.arange(paths) % REPLICATES if batches is None else batches
    number = min(REPLICATES, paths // fewest)
    return groups % number if number >= 4 else None


def of_mean(values: Array, batches: NDArray[np.intp] | None) -> Array:
    """Return the standard error of the mean over paths (cell,).

    Parameters
    ----------
    values : array (cell, path)
    batches : array (path,) or None
    """
    count = values.shape[-1]
    if batches is None:
        result: Array = values.std(-1, ddof=1) / np.sqrt(count)
        return result
    return _of_batches(np.stack([values[..., batches == number].mean(-1) for number in _numbers(batches)]))


def of_share(met: NDArray[np.bool_], batches: NDArray[np.intp] | None) -> Array:
    """Return the standard error of a probability, ``sqrt(p (1 - p) / n)`` for independent paths (handbook 7.2).

    Parameters
    ----------
    met : array (cell, path)
    batches : array (path,) or None
    """
    if batches is not None:
        return of_mean(met.astype(np.float64), batches)
    share = met.mean(-1)
    result: Array = np.sqrt(share * (1 - share) / met.shape[-1])
    return result


def of_quantiles(ordered: Array, levels: Array) -> Array:
    """Return the standard errors of quantiles of independent paths, from the order statistics about them (level, cell).

    The number of paths below a quantile is binomial; half the distance between the values one standard deviation of it
    up and down is the error, whatever the distribution.

    Parameters
    ----------
    ordered : array (cell, path), increasing
    levels : array (level,)
    """
    count = ordered.shape[-1]
    step = np.sqrt(count * levels * (1 - levels))
    low = np.clip(np.floor(levels * (count - 1) - step), 0, count - 1).astype(int)
    high = np.clip(np.ceil(levels * (count - 1) + step), 0, count - 1).astype(int)
    result: Array = np.moveaxis((ordered[..., high] - ordered[..., low]) / 2, -1, 0)
    return result


def of_quantiles_by_batch(values: Array, levels: Array, batches: NDArray[np.intp]) -> Array:
    """Return the standard errors of quantiles (level, cell) from their spread over batches."""
    by_batch = np.stack(
        [quantiles_of_ordered(np.sort(values[..., batches == number], axis=-1), levels) for number in _numbers(batches)]
    )
    return _of_batches(by_batch)


def quantiles_of_ordered(ordered: Array, levels: Array) -> Array:
    """Return quantiles (level, cell), on the straight line between two order statistics.

    Parameters
    ----------
    ordered : array (cell, path), increasing
    levels : array (level,)
    """
    place = levels * (ordered.shape[-1] - 1)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, ordered.shape[-1] - 1)
    weight = place - low
    result: Array = np.moveaxis(ordered[..., low] * (1 - weight) + ordered[..., high] * weight, -1, 0)
    return result


def _numbers(batches: NDArray[np.intp]) -> list[int]:
    return sorted(set(batches.tolist()))


def _of_batches(by_batch: Array) -> Array:
    result: Array = by_batch.std(0, ddof=1) / np.sqrt(by_batch.shape[0])
    return result
