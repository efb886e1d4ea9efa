"""Employment: unit employees who are lost to the adult residents, or gained from them, after the age sums."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import index

Array = NDArray[np.float64]

_ACTIVE, _RESIDENT = index("status", "active"), index("status", "adult_resident")


def move_employment(
    sums: Mapping[str, Array], share: Array, *, in_place: bool = False
) -> tuple[dict[str, Array], Array]:
    """Move a share of the unit employees, with all their age sums, from or to the adult residents (handbook 7.1).

    ``moved = min(e sum_active, sum_resident)`` is added to the sum of the employees and taken from that of the adult
    residents, for every sum alike: nobody appears or is lost, and no sum falls below zero. Who moves keeps the ages,
    the use and the cost of the unit employees.

    Parameters
    ----------
    sums : mapping of array (path, region, year_end, status)
        Age sums by name, ``members`` among them; not changed unless `in_place`.
    share : array (path, region or 1, year_end)
        e, at least -1; negative where employees are lost.
    in_place : bool
        Whether sums of as many paths may be changed: nobody else holds them.

    Returns
    -------
    moved : dict of array (path, region, year_end, status)
        The sums after the move.
    factor : array (path, region, year_end)
        Unit employees after the move over those before; one where there are none.
    """
    result, factor = {}, np.ones(1)
    for name, array in sums.items():
        active, resident = array[..., _ACTIVE], array[..., _RESIDENT]
        moved = np.minimum(share * active, resident)
        members = active.copy() if name == "members" else active
        whole = np.broadcast_to(array, (*moved.shape, array.shape[-1]))
        fits = in_place and whole.shape == array.shape
        after = array if fits else whole.copy()  # in order: sums do not depend on paths
        after[..., _ACTIVE] += moved
        after[..., _RESIDENT] -= moved
        result[name] = after
        if name == "members":
            factor = 1 + np.divide(moved, members, out=np.zeros_like(moved), where=members > 0)
    return result, factor
