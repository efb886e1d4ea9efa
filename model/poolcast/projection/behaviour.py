"""Behaviour: how patients answer a change of the share that they pay themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.axes import index
from poolcast.projection.care import SCHEME_OF_STATUS, by_status

Array = NDArray[np.float64]

_INPATIENT, _OUTPATIENT = index("benefit", "inpatient"), index("benefit", "outpatient")
REFERENCE = "calibration.reference_own_share"
REFERENCE_BY_TIER = "calibration.reference_tier_own_share"


def is_active(assumptions: Assumptions) -> bool:
    """Whether patients respond: the switch is on and the unreformed law is known."""
    return REFERENCE in assumptions and bool(assumptions["behaviour.response"])


def response_multiplier(assumptions: Assumptions, own_share: Array, strength: Array | float = 1.0) -> Array:
    """Return the factor on use ``H = (o / o_reference)^elasticity``, phased in over three years (handbook 6.7).

    The reference is the patient's share under the unreformed law in the same year, so that the baseline has H = 1.
    Outpatient prices also move admissions by the cross elasticity.

    Parameters
    ----------
    own_share : array (path, region, year, status, benefit)
        Patient's share of the in-policy bill.
    strength : array (path, region, year) or float
        Multiplies the elasticities, by the driver `elasticity`.

    Returns
    -------
    array (path, region, year, status, benefit)
        Within the declared bounds.
    """
    if not is_active(assumptions):
        return np.ones_like(own_share)
    strength = np.asarray(strength)[..., None]
    smallest = float(assumptions["behaviour.minimum_own_share"])
    reference = assumptions.from_year(REFERENCE, assumptions.base_year)[None]
    elasticity = assumptions["behaviour.own_price_elasticity"][SCHEME_OF_STATUS]
    cross = by_status(assumptions["behaviour.cross_price_elasticity"])
    answering = slice(0, _last_answering(elasticity))
    own, before = own_share[..., answering], reference[..., answering]
    change = phased_in(assumptions, np.log(np.maximum(own, smallest) / np.maximum(before, smallest)))
    exponent = elasticity[..., answering] * change * strength[..., None]
    exponent[..., _INPATIENT] += cross * change[..., _OUTPATIENT] * strength
    low, high = float(assumptions["behaviour.minimum_multiplier"]), float(assumptions["behaviour.maximum_multiplier"])
    result: Array = np.ones(np.broadcast_shapes(own_share.shape, (*exponent.shape[:-1], 1)))
    result[..., answering] = np.clip(np.exp(exponent), low, high)
    return result


def _last_answering(elasticity: Array) -> int:
    """Return how many benefits, from the first on, hold all whose use answers a price; the others need no logarithm."""
    answers = np.flatnonzero(elasticity.any(0))
    return int(max(answers.max(initial=0), _INPATIENT, _OUTPATIENT)) + 1


def phased_in(assumptions: Assumptions, change: Array) -> Array:
    """Spread a change over the years of response; the weights are the steps of the cumulated phase-in."""
    cumulated = assumptions["behaviour.phase_in"]
    weights = np.diff(cumulated, prepend=0.0)
    spread = np.zeros_like(change)
    for lag, weight in enumerate(weights):
        spread[:, :, lag:] += weight * change[:, :, : change.shape[2] - lag]
    return spread


def switched_tier_share(
    assumptions: Assumptions, share: Array, own_share: Array, strength: Array | float = 1.0
) -> Array:
    """Return the mix of tiers after patients answered a change of their share by tier (handbook 6.7).

    A logit choice: ``s_h`` proportional to ``s_h exp(-beta (o_h - o_h of the unreformed law))``.

    Parameters
    ----------
    share, own_share : array (path, region, year, status, tier)
    strength : array (path, region, year) or float
        Multiplies beta, by the driver `elasticity`.
    """
    if REFERENCE_BY_TIER not in assumptions or not is_active(assumptions):
        return share
    reference = assumptions.from_year(REFERENCE_BY_TIER, assumptions.base_year)[None]
    beta = by_status(assumptions["behaviour.tier_switching"])[:, None]
    weight = share * np.exp(-beta * (own_share - reference) * np.asarray(strength)[..., None, None])
    total = weight.sum(-1, keepdims=True)
    result: Array = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
    return result
