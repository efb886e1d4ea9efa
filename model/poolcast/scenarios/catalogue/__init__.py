"""The catalogue of policy levers: every row of handbook 8, declared once, by group."""

from __future__ import annotations

from poolcast.scenarios.catalogue import (
    contributions,
    enrolment,
    inpatient,
    outpatient,
    payment,
    pooling,
    prices,
    serious_illness,
)
from poolcast.scenarios.lever import Lever

LEVERS: dict[str, Lever] = {
    lever.id: lever
    for module in (contributions, enrolment, outpatient, inpatient, serious_illness, prices, payment, pooling)
    for lever in module.LEVERS
}
"""Levers by id."""

BY_NAME: dict[str, Lever] = {lever.name: lever for lever in LEVERS.values()}
"""Levers by name."""


def find_lever(word: str) -> Lever | None:
    """Return the lever of an id (in capitals or not) or a name, or None."""
    return LEVERS.get(word.upper()) or BY_NAME.get(word)
