"""Phase-in: how much of a change has arrived in each year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Shape = Literal["step", "linear", "s_curve"]
SHAPES: tuple[Shape, ...] = ("step", "linear", "s_curve")


@dataclass(frozen=True)
class PhaseIn:
    """Share of a change that has arrived by year.

    Parameters
    ----------
    years : int
        Years over which the change arrives, the first year of the change among them; 1 is at once.
    shape : {"step", "linear", "s_curve"}
        All in the last of these years, evenly, or slowly at both ends (``3 x^2 - 2 x^3``).
    """

    years: int = 1
    shape: Shape = "linear"

    def shares(self, count: int) -> Array:
        """Return the share that has arrived in each of the years from the start on; one from the last of them.

        Examples
        --------
        >>> PhaseIn(4).shares(5)
        array([0.25, 0.5 , 0.75, 1.  , 1.  ])
        """
        passed = np.minimum(np.arange(1, count + 1) / self.years, 1.0)
        if self.shape == "step":
            passed = np.floor(passed)
        elif self.shape == "s_curve":
            passed = passed * passed * (3 - 2 * passed)
        result: Array = np.asarray(passed, dtype=np.float64)
        return result


AT_ONCE = PhaseIn()
