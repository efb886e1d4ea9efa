"""Order statistics: a few of the sorted values of every cell, without sorting all paths.

A fan asks for some forty ranks of ten thousand paths. The compiled way counts the paths of a cell into buckets, which
are in the order of the values, and sorts only the buckets that hold a rank asked for; the plain way sorts everything.
Both give the same numbers to the last bit, as both only choose among the values.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEWEST_PATHS = 512
"""Below, sorting costs less than counting."""


def order_statistics(values: Array, ranks: NDArray[np.intp]) -> Array:
    """Return the values at some ranks of every cell (cell, rank); not-a-number comes last, as in `numpy.sort`.

    Parameters
    ----------
    values : array (cell, path), contiguous
        Left as they are.
    ranks : array (rank,), increasing
        From zero, below the number of paths.
    """
    if values.shape[1] < FEWEST_PATHS or not can_compile():
        return sorted_statistics(values, ranks)
    from poolcast.uncertainty.order_statistics_kernel import select_into  # numba is heavy: only where it is used

    result = np.empty((values.shape[0], len(ranks)))
    select_into(values, ranks, result)
    return result


def sorted_statistics(values: Array, ranks: NDArray[np.intp]) -> Array:
    """Return the same from a whole sort: the twin of the compiled selection."""
    result: Array = np.sort(values, axis=-1)[:, ranks]
    return result


@cache
def can_compile() -> bool:
    """Return whether numba is there; looked up once."""
    return find_spec("numba") is not None
