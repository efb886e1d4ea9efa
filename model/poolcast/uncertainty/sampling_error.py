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


def ranks_of(levels: Array, paths: int) -> NDArray[np.intp]:
    """Return the ranks, from zero and increasing, that quantiles and their errors are read from.

    Parameters
    ----------
    levels : array (level,)
    paths : int
    """
    low, high, _ = _about(levels, paths)
    result: NDArray[np.intp] = np.unique(np.concatenate([low, high, *_one_deviation_off(levels, paths)]))
    return result


def of_quantiles(
    ordered: Array, levels: Array, paths: int | None = None, ranks: NDArray[np.intp] | None = None
) -> Array:
    """Return the standard errors of quantiles of independent paths, from the order statistics about them (level, cell).

    The number of paths below a quantile is binomial; half the distance between the values one standard deviation of it
    up and down is the error, whatever the distribution.

    Parameters
    ----------
    ordered : array (cell, path), increasing
        All paths, or those at some ranks.
    levels : array (level,)
    paths : int, optional
        Number of all paths, where some ranks are given.
    ranks : array (rank,), optional
        Which ranks they are; those of `ranks_of` among them.
    """
    low, high = (_column(place, ranks) for place in _one_deviation_off(levels, paths or ordered.shape[-1]))
    result: Array = np.moveaxis((ordered[..., high] - ordered[..., low]) / 2, -1, 0)
    return result


def of_quantiles_by_batch(values: Array, levels: Array, batches: NDArray[np.intp]) -> Array:
    """Return the standard errors of quantiles (level, cell) from their spread over batches."""
    by_batch = np.stack(
        [quantiles_of_ordered(np.sort(values[..., batches == number], axis=-1), levels) for number in _numbers(batches)]
    )
    return _of_batches(by_batch)


def quantiles_of_ordered(
    ordered: Array, levels: Array, paths: int | None = None, ranks: NDArray[np.intp] | None = None
) -> Array:
    """Return quantiles (level, cell), on the straight line between two order statistics; see `of_quantiles`."""
    low, high, weight = _about(levels, paths or ordered.shape[-1])
    below, above = ordered[..., _column(low, ranks)], ordered[..., _column(high, ranks)]
    result: Array = np.moveaxis(below * (1 - weight) + above * weight, -1, 0)
    return result


def _about(levels: Array, paths: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Return the ranks on both sides of quantiles and the weight of the upper one."""
    place = levels * (paths - 1)
    low = np.floor(place).astype(np.intp)
    return low, np.minimum(low + 1, paths - 1), place - low


def _one_deviation_off(levels: Array, paths: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the ranks one standard deviation of the number of paths below a quantile down and up."""
    step = np.sqrt(paths * levels * (1 - levels))
    low = np.clip(np.floor(levels * (paths - 1) - step), 0, paths - 1).astype(np.intp)
    high = np.clip(np.ceil(levels * (paths - 1) + step), 0, paths - 1).astype(np.intp)
    return low, high


def _column(places: NDArray[np.intp], ranks: NDArray[np.intp] | None) -> NDArray[np.intp]:
    return places if ranks is None else np.searchsorted(ranks, places)


def _numbers(batches: NDArray[np.intp]) -> list[int]:
    return sorted(set(batches.tolist()))


def _of_batches(by_batch: Array) -> Array:
    result: Array = by_batch.std(0, ddof=1) / np.sqrt(by_batch.shape[0])
    return result
