"""Policy uncertainty: a reform may come late and work less or more than planned (handbook 7.1).

Every path belongs to one variant of the scenario: a whole number of years of delay and one of five strata of the
effect, each as likely. A variant is an ordinary assumption set, so that a late or weak reform goes through the engine
like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Parameter
from poolcast.parameters.declarations import PARAMETERS
from poolcast.uncertainty.draws import Draws
from poolcast.uncertainty.processes import Processes

Array = NDArray[np.float64]

STRATA = 5
POLICY = "policy"


@dataclass(frozen=True, order=True)
class Variant:
    """A way in which a scenario may come.

    Parameters
    ----------
    delay : int
        Years.
    effect : float
        Factor on every change of a parameter.
    """

    delay: int
    effect: float

    @property
    def is_planned(self) -> bool:
        """Whether the scenario comes as planned."""
        return self.delay == 0 and self.effect == 1.0


PLANNED = Variant(0, 1.0)


def draw_variants(processes: Processes, draws: Draws, first: int, count: int) -> list[Variant]:
    """Return the variant of each path from `first` on, the same for every scenario.

    The delay is triangular from zero, the likeliest, to the longest, rounded to years; the effect is triangular around
    one and takes the middle of its stratum.
    """
    uniforms = draws.uniforms(POLICY, "", first, count, 2)
    delays = np.rint(processes.policy_delay * (1 - np.sqrt(1 - uniforms[:, 0]))).astype(int)
    strata = np.minimum((uniforms[:, 1] * STRATA).astype(int), STRATA - 1)
    middles = (np.arange(STRATA) + 0.5) / STRATA
    below = -1 + np.sqrt(2 * middles)
    above = 1 - np.sqrt(2 * (1 - middles))
    effects = 1 + processes.policy_effect_spread * np.where(middles < 0.5, below, above)
    effects[STRATA // 2] = 1.0
    return [
        Variant(int(delay), float(effects[stratum])) for delay, stratum in zip(delays.tolist(), strata, strict=True)
    ]


def in_variant(baseline: Assumptions, reformed: Assumptions, variant: Variant) -> Assumptions:
    """Return a reformed set in which every change of a parameter comes late and in another size.

    Dated parameters are moved by ``effect`` times the change of ``delay`` years before; others change at once and
    whole, as do whole numbers, switches and structural options. Values stay within the declared bounds.

    Parameters
    ----------
    baseline, reformed : Assumptions
        Calibrated set without and with the scenario.
    variant : Variant
    """
    if variant.is_planned:
        return reformed
    changed = {}
    for name, after in reformed.values.items():
        before = baseline.values.get(name)
        parameter = PARAMETERS[name]
        if before is None or after is before or not parameter.is_dated or parameter.integer:
            continue
        if parameter.unit == "switch" or parameter.adds_to_one_over:
            continue
        changed[name] = _moved(before, after, parameter.dimensions.index("year"), variant, parameter)
    return reformed.with_values(changed)


def _moved(before: Array, after: Array, axis: int, variant: Variant, parameter: Parameter) -> Array:
    difference = after - before
    change = np.nan_to_num(difference)  # years without a value, as those of history, must not move on
    late = np.zeros_like(change)
    moved, source = np.moveaxis(late, axis, 0), np.moveaxis(change, axis, 0)
    moved[variant.delay :] = source[: len(source) - variant.delay]
    low, high = parameter.minimum, parameter.maximum
    result: Array = np.where(np.isnan(difference), after, np.clip(before + variant.effect * late, low, high))
    return result
