"""Attribution: a change made by several causes together, shared out among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Coalition = tuple[int, ...]

MOST = 10
"""Causes of one Shapley run: 2^10 coalitions are a minute, and more rows cannot be read."""


@dataclass(frozen=True)
class Attribution:
    """Shares of a change by cause; the leading axis of an array counts the causes.

    Parameters
    ----------
    total : array
        Change by all causes together.
    alone : array (cause, ...)
        Change by one cause at a time; these do not add up.
    sequential : array (cause, ...)
        Further change by each cause after those before it; adds up, and depends on the order.
    shapley : array (cause, ...) or None
        Mean of the further change over all orders; adds up. None where it was not asked for.
    runs : int
        Coalitions valued.
    """

    total: Array
    alone: Array
    sequential: Array
    shapley: Array | None
    runs: int

    @property
    def best(self) -> Array:
        """Shares that add up: free of the order where that was worked out."""
        return self.sequential if self.shapley is None else self.shapley


def attribute(causes: int, change: Callable[[Coalition], Array], *, shapley: bool = True) -> Attribution:
    r"""Share the change by all causes out among them.

    With v(S) the change by a coalition S of the n causes,

    .. math:: \phi_i = \sum_{S \not\ni i} \frac{|S|! \, (n - |S| - 1)!}{n!} \, (v(S \cup i) - v(S)).

    Every coalition is valued once and added to the shares of all causes at once, so that memory holds n results and
    not 2^n: v(T) enters the share of i with :math:`(|T|-1)!(n-|T|)!/n!` where i is in T, and with
    :math:`-|T|!(n-|T|-1)!/n!` where it is not.

    Parameters
    ----------
    causes : int
        n, at least 1.
    change : callable
        From the positions of a coalition, ascending, to its change against nothing; not asked for the empty one.
    shapley : bool
        Whether to value all 2^n coalitions, or only the 2 n - 1 of the other two methods.

    Examples
    --------
    >>> found = attribute(2, lambda coalition: np.array(float(len(coalition) ** 2)))
    >>> found.alone, found.sequential, found.shapley
    (array([1., 1.]), array([1., 3.]), array([2., 2.]))
    """
    prefixes = [tuple(range(size)) for size in range(1, causes + 1)]
    wanted = every_coalition(causes) if shapley else sorted({*prefixes, *((one,) for one in range(causes))}, key=len)
    shares: Array | None = None
    kept: dict[Coalition, Array] = {}
    for coalition in wanted:
        value = change(coalition)
        if len(coalition) == 1 or coalition in prefixes:
            kept[coalition] = value
        if shapley:
            shares = np.zeros((causes, *value.shape)) if shares is None else shares
            _share_out(shares, coalition, value)
    steps = [np.zeros_like(kept[prefixes[-1]]), *(kept[prefix] for prefix in prefixes)]
    return Attribution(
        total=kept[prefixes[-1]],
        alone=np.stack([kept[one,] for one in range(causes)]),
        sequential=np.stack([after - before for before, after in pairwise(steps)]),
        shapley=shares,
        runs=len(wanted),
    )


def every_coalition(causes: int) -> list[Coalition]:
    """Return every coalition but the empty one, in the order of counting in binary.

    The later a cause stands, the longer its presence stays as it is from one coalition to the next; what is cached by
    the inputs of late causes is found again.
    """
    found = [members for size in range(1, causes + 1) for members in combinations(range(causes), size)]
    return sorted(found, key=lambda members: sum(1 << member for member in members))


def _share_out(shares: Array, coalition: Sequence[int], value: Array) -> None:
    causes, size = len(shares), len(coalition)
    inside = factorial(size - 1) * factorial(causes - size) / factorial(causes)
    outside = factorial(size) * factorial(causes - size - 1) / factorial(causes) if size < causes else 0.0
    for cause in range(causes):
        if cause in coalition:
            shares[cause] += inside * value
        elif outside:
            shares[cause] -= outside * value


def table_with_total(
    values: Array, rows: Sequence[str], columns: Sequence[str], *, across: bool = False
) -> pd.DataFrame:
    """Return a table of shares whose last row, and where asked for its last column, is the total."""
    import pandas as pd

    total = np.concatenate([values, values.sum(0, keepdims=True)])
    if across:
        total = np.concatenate([total, total.sum(1, keepdims=True)], axis=1)
    return pd.DataFrame(total, index=[*rows, "total"], columns=[*columns, *(["total"] if across else [])])
