"""What a set must give: which parameters, which of their cells, and which sums must be one.

The checks read a complete set in memory, so that they serve the reader and, after a scenario has changed values or
options, the scenario as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import UNITS, Parameter
from poolcast.parameters.declarations import OPTIONS, PARAMETERS
from poolcast.parameters.errors import Problem
from poolcast.parameters.number_cells import plain

_MOST_PIECES = 4


def is_needed(parameter: Parameter, ledgers: Sequence[str], options: Mapping[str, str], region_count: int) -> bool:
    """Return whether a set with these ledgers, options and regions must give a parameter.

    Every part of the condition, joined by ``&``, must hold: ``always``, ``never``, ``ledger:CODE``,
    ``several_regions``, ``option:name=choice|choice``.
    """
    return all(_holds(part.strip(), ledgers, options, region_count) for part in parameter.needed.split("&"))


def _holds(condition: str, ledgers: Sequence[str], options: Mapping[str, str], region_count: int) -> bool:
    if condition in ("always", "never"):
        return condition == "always"
    if condition == "several_regions":
        return region_count > 1
    kind, _, rest = condition.partition(":")
    if kind == "ledger":
        return rest in ledgers
    name, _, choices = rest.partition("=")
    return options.get(name, OPTIONS[name].default) in choices.split("|")


def needed_parameters(assumptions: Assumptions) -> tuple[Parameter, ...]:
    """Return the parameters that a set must give."""
    return tuple(
        parameter
        for parameter in PARAMETERS.values()
        if is_needed(parameter, assumptions.ledgers, assumptions.options, len(assumptions.regions))
    )


def needed_cells(parameter: Parameter, assumptions: Assumptions) -> NDArray[np.bool_]:
    """Return which cells of a needed parameter must have a value, axes as declared."""
    shape = tuple(len(assumptions.axis_members(axis)) for axis in parameter.dimensions)
    mask = np.ones(shape, dtype=bool)
    declared = dict(parameter.needed_members)
    for position, axis in enumerate(parameter.dimensions):
        members = assumptions.axis_members(axis)
        if axis == "year":
            first = assumptions.base_year + parameter.first_year
            last = assumptions.base_year if parameter.layer == "accounts" else assumptions.last_year
            wanted = [first <= year <= last for year in assumptions.years]
        else:
            wanted = [member in declared.get(axis, members) for member in members]
            if axis == "ledger":
                wanted = [want and member in assumptions.ledgers for want, member in zip(wanted, members, strict=True)]
        lengths = [1] * len(shape)
        lengths[position] = len(wanted)
        mask &= np.array(wanted).reshape(lengths)
    if "destination" in parameter.dimensions:
        mask &= ~np.eye(len(assumptions.regions), dtype=bool).reshape(mask.shape[0], -1, *[1] * (mask.ndim - 2))
    return mask


def missing_values(
    assumptions: Assumptions, files: Mapping[str, str] | None = None, skip: Iterable[str] = ()
) -> list[Problem]:
    """Return a problem for every needed parameter that lacks values.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    files : mapping, optional
        File in which each parameter stands, for the place of the problem.
    skip : iterable of str
        Parameters about which something was said already.
    """
    problems = []
    skipped = frozenset(skip)
    for parameter in needed_parameters(assumptions):
        if parameter.name in skipped:
            continue
        place = (files or {}).get(parameter.name, assumptions.name)
        if parameter.name not in assumptions:
            problems.append(_all_missing(parameter, place, assumptions))
            continue
        missing = np.isnan(assumptions[parameter.name]) & needed_cells(parameter, assumptions)
        if missing.any():
            problems.append(_some_missing(parameter, place, missing, assumptions))
    return problems


def _all_missing(parameter: Parameter, place: str, assumptions: Assumptions) -> Problem:
    axes = f" by {', '.join(parameter.dimensions)}" if parameter.dimensions else ""
    why = "" if parameter.needed == "always" else f" (needed because of {parameter.needed})"
    advice = (
        f"The declaration suggests {plain(parameter.default)}; write it down as an assumption if you agree."
        if parameter.default is not None
        else f"{parameter.help.en}"
    )
    found = f"no value of {parameter.name}"
    return Problem(place, found, f"values{axes} in {UNITS[parameter.unit][0]}{why}", advice, kind="missing parameters")


def _some_missing(parameter: Parameter, place: str, missing: NDArray[np.bool_], assumptions: Assumptions) -> Problem:
    cells = describe_cells(parameter, missing, assumptions)
    if parameter.layer == "accounts":
        remedy = "Give the accounts of these years; they are never filled in."
    elif parameter.is_extensive:
        remedy = "Give these cells; what adds over regions is never taken from a parent."
    elif parameter.is_dated:
        first = assumptions.base_year + parameter.first_year
        remedy = f"Give {first} or an earlier year; the years after a given one are filled."
    else:
        remedy = "Give these cells; a block of values is never mixed from several levels."
    return Problem(place, f"no value of {parameter.name} for {cells}", "a complete block", remedy, kind="missing cells")


def sums_not_one(
    assumptions: Assumptions, files: Mapping[str, str] | None = None, skip: Iterable[str] = ()
) -> list[Problem]:
    """Return a problem for every parameter whose shares do not add to one where they must."""
    problems = []
    skipped = frozenset(skip)
    for parameter in PARAMETERS.values():
        if not parameter.adds_to_one_over or parameter.name in skipped or parameter.name not in assumptions:
            continue
        over = tuple(parameter.dimensions.index(axis) for axis in parameter.adds_to_one_over)
        sums = assumptions[parameter.name].sum(axis=over, keepdims=True)
        distance = np.abs(np.nan_to_num(sums, nan=1.0) - 1.0)
        wrong = distance > parameter.sum_tolerance
        if not wrong.any():
            continue
        worst = float(sums.ravel()[int(distance.argmax())])
        cells = describe_cells(parameter, wrong, assumptions)
        found = f"{parameter.name} adding to {worst:.6g} over {', '.join(parameter.adds_to_one_over)}"
        problems.append(
            Problem(
                (files or {}).get(parameter.name, assumptions.name),
                found + (f" for {cells}" if cells else ""),
                f"a sum of 1 (within {parameter.sum_tolerance:g})",
                "Correct the shares, or divide them by their sum.",
                kind="sums",
            )
        )
    return problems


def values_out_of_bounds(assumptions: Assumptions) -> list[Problem]:
    """Return a problem for every parameter with a value outside its declared bounds, or not whole where it must be.

    The reader checks the rows themselves and so knows their lines; this serves a set that a scenario has changed.
    """
    problems = []
    for parameter in PARAMETERS.values():
        if parameter.name not in assumptions:
            continue
        values = assumptions[parameter.name]
        wrong = (values < parameter.minimum) | (values > parameter.maximum)
        if parameter.integer:
            wrong |= ~np.isnan(values) & (values != np.rint(values))
        if not wrong.any():
            continue
        worst = float(values[wrong].flat[0])
        cells = describe_cells(parameter, wrong, assumptions)
        whole = "whole numbers, " if parameter.integer else ""
        bounds = f"{whole}{plain(parameter.minimum)} to {plain(parameter.maximum)} ({UNITS[parameter.unit][0]})"
        found = f"{plain(worst)} for {parameter.name}" + (f" ({cells})" if cells else "")
        problems.append(Problem(assumptions.name, found, bounds, percent_remedy(parameter, worst), kind="bounds"))
    return problems


def percent_remedy(parameter: Parameter, value: float) -> str:
    """Return what to do about a value out of bounds: a percent where a fraction is meant is told apart."""
    is_percent = parameter.unit in ("fraction", "rate_per_year")
    if is_percent and parameter.minimum <= value / 100 <= parameter.maximum:
        return f"Write {plain(value / 100)} for {plain(value)} %."
    return "Check the value and its unit."


def describe_cells(parameter: Parameter, mask: NDArray[np.bool_], assumptions: Assumptions) -> str:
    """Return the marked cells in few words, such as ``year 2027, sex female, age 37-41``."""
    members = [tuple(str(member) for member in assumptions.axis_members(axis)) for axis in parameter.dimensions]
    pieces = _pieces(mask, parameter.dimensions, members)
    shown = "; ".join(", ".join(piece) for piece in pieces[:_MOST_PIECES])
    return shown + (f"; and {len(pieces) - _MOST_PIECES} more such blocks" if len(pieces) > _MOST_PIECES else "")


def _pieces(mask: NDArray[np.bool_], axes: Sequence[str], members: Sequence[tuple[str, ...]]) -> list[list[str]]:
    """Cut the marked cells into blocks: members of the first axis with the same pattern go together."""
    if not axes:
        return [[]]
    groups: dict[bytes, list[int]] = {}
    for position in range(mask.shape[0]):
        if mask[position].any():
            groups.setdefault(mask[position].tobytes(), []).append(position)
    pieces = []
    for positions in groups.values():
        words = _words(axes[0], members[0], positions)
        if mask.shape[0] == 1 and len(members[0]) > 1:
            words = ""  # an axis over which was summed
        for rest in _pieces(mask[positions[0]], axes[1:], members[1:]):
            pieces.append([words, *rest] if words else rest)
    return pieces


def _words(axis: str, members: tuple[str, ...], positions: list[int]) -> str:
    """Return some members of an axis in few words."""
    if len(positions) == len(members):
        return "" if len(members) == 1 else f"every {axis}"
    if axis not in ("age", "year"):
        named = ", ".join(members[position] for position in positions[:8])
        return f"{axis} {named}" + (f" and {len(positions) - 8} more" if len(positions) > 8 else "")
    runs: list[list[int]] = []
    for position in positions:
        if runs and position == runs[-1][-1] + 1:
            runs[-1].append(position)
        else:
            runs.append([position])
    return (
        f"{axis} "
        + ", ".join(members[run[0]] if len(run) == 1 else f"{members[run[0]]}-{members[run[-1]]}" for run in runs[:8])
        + (" and more" if len(runs) > 8 else "")
    )
