"""What parameters say together: orders and sums that no single bound can check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Array, Assumptions
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.errors import Problem

_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Rule:
    """A rule over several parameters.

    Parameters
    ----------
    names : tuple of str
        Parameters that must all be held for the rule to apply.
    broken : callable
        From their values to a mask of what breaks the rule, region first where the parameters have regions.
    found, allowed, remedy : str
        Words of the problem.
    """

    names: tuple[str, ...]
    broken: Callable[..., NDArray[np.bool_]]
    found: str
    allowed: str
    remedy: str


def _falling(values: Array) -> NDArray[np.bool_]:
    falls: NDArray[np.bool_] = np.diff(values, axis=-1) < 0
    return falls


RULES: tuple[Rule, ...] = (
    Rule(
        ("revenue.base_floor_multiple", "revenue.base_cap_multiple"),
        lambda floor, cap: floor > cap,
        "a floor of the contribution base above its cap",
        "base_floor_multiple at most base_cap_multiple",
        "Exchange or mend the two multiples.",
    ),
    Rule(
        ("coverage.formalisation_first_age", "coverage.formalisation_last_age"),
        lambda first, last: np.asarray(first > last),
        "a first age of formalisation above the last",
        "first age at most last age",
        "Exchange or mend the two ages.",
    ),
    Rule(
        ("retirement.early_share", "retirement.late_share"),
        lambda early, late: np.asarray(early + late > 1 + _TOLERANCE),
        "shares of early and late retirement that add to more than one",
        "early_share plus late_share at most 1",
        "Lower one of the shares.",
    ),
    Rule(
        ("long_term_care.share_from_pooled_fund", "long_term_care.share_from_accounts"),
        lambda fund, accounts: fund + accounts > 1 + _TOLERANCE,
        "shares of long-term care revenue from pooled fund and accounts that add to more than one",
        "a sum of at most 1; the rest is paid by units and members",
        "Lower one of the shares.",
    ),
    Rule(
        ("critical_illness.tranche_upper",),
        _falling,
        "upper ends of the critical-illness tranches that fall",
        "upper ends that rise from tranche to tranche",
        "Put the tranches in order.",
    ),
    Rule(
        ("behaviour.phase_in",),
        _falling,
        "a cumulated phase-in that falls",
        "shares that rise from the first to the third year",
        "Give cumulated shares, for example 0.5, 0.8, 1.0.",
    ),
)


def contradictions(
    assumptions: Assumptions, files: Mapping[str, str] | None = None, skip: Iterable[str] = ()
) -> list[Problem]:
    """Return a problem for every rule that the values of a set break together.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    files : mapping, optional
        File in which each parameter stands.
    skip : iterable of str
        Parameters about which something was said already.
    """
    skipped = frozenset(skip)
    problems = []
    for rule in RULES:
        if skipped.intersection(rule.names) or any(name not in assumptions for name in rule.names):
            continue
        broken = rule.broken(*(assumptions[name] for name in rule.names))
        if broken.any():
            place = (files or {}).get(rule.names[0], assumptions.name)
            found = f"{rule.found} ({_regions(broken, assumptions, rule.names[0])})"
            column = ", ".join(rule.names)
            problems.append(Problem(place, found, rule.allowed, rule.remedy, column=column, kind="contradictions"))
    return problems + _two_reserves(assumptions, files or {}, skipped)


def _regions(broken: NDArray[np.bool_], assumptions: Assumptions, name: str) -> str:
    if assumptions[name].ndim < 2 or broken.shape[0] != len(assumptions.regions):
        return "set-wide"
    rows = np.flatnonzero(broken.reshape(broken.shape[0], -1).any(1))
    named = ", ".join(assumptions.region_codes[row] for row in rows[:5])
    return f"region {named}" + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")


def _two_reserves(assumptions: Assumptions, files: Mapping[str, str], skipped: frozenset[str]) -> list[Problem]:
    """Return where the accounts and the opening reserve name different stocks at the base year end."""
    names = ("ledger.opening_reserve", "accounts.reserve")
    if skipped.intersection(names) or any(name not in assumptions for name in names):
        return []
    opening = assumptions[names[0]]
    given = assumptions.in_year(names[1], assumptions.base_year)
    held = np.array([ledger in assumptions.ledgers for ledger in LEDGERS])
    known = held & np.isfinite(given) & np.isfinite(opening)
    differs = known & ~np.isclose(opening, given, rtol=_TOLERANCE, atol=0.01)
    return [
        Problem(
            files.get(names[0], assumptions.name),
            f"{opening[row, column]:,.2f} yuan, while accounts.reserve says {given[row, column]:,.2f} "
            f"(region {assumptions.region_codes[row]}, ledger {LEDGERS[column]})",
            "one reserve at the base year end",
            "Give the same figure in both.",
            column=names[0],
            kind="contradictions",
        )
        for row, column in np.argwhere(differs)
    ]
