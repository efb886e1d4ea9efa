"""Explain: why do two results differ? By statement line, by lever, by driver."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolcast.outlook.cases import Case, Given, case_of
from poolcast.outlook.explaining_drivers import DriverExplanation, explain_sets
from poolcast.outlook.explaining_levers import LeverExplanation, explain_levers
from poolcast.outlook.explaining_valuations import ValuationExplanation, explain_valuations
from poolcast.outlook.reasons import Reasons, reasons_for_change
from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import PoolcastError, ResultError, ScenarioError


@dataclass(frozen=True)
class Explanation:
    """Why two results differ: the first less the other, in yuan.

    Parameters
    ----------
    first, against : Case
        What was compared.
    reasons : Reasons
        By opening reserve, revenue and expenditure line, and interest; always there.
    levers : tuple of (sign, LeverExplanation)
        By lever, where both stand on the same set: those of the first with +1, those of the other with -1; together
        they add up to the difference.
    drivers : DriverExplanation or None
        By driver, where the assumptions of both are at hand and of the same years, regions and ledgers.
    notes : tuple of Words
        What could not be told, and why.
    valuations : ValuationExplanation or None
        Forecast error, new data, new assumptions and new law, where the two stand on different assumption sets.
    """

    first: Case
    against: Case
    reasons: Reasons
    levers: tuple[tuple[int, LeverExplanation], ...]
    drivers: DriverExplanation | None
    notes: tuple[Words, ...]
    valuations: ValuationExplanation | None = None


def explain(
    first: Given,
    against: Given = "baseline",
    assumptions: Assumptions | str | os.PathLike[str] = "china",
    against_assumptions: Assumptions | str | os.PathLike[str] | None = None,
    *,
    shapley: bool = False,
    groups: Mapping[str, Sequence[int]] | None = None,
) -> Explanation:
    """Say why two results differ.

    Parameters
    ----------
    first, against : Case, xarray.Dataset, Scenario, str or path
        Run folders, forecasts or scenarios, in any combination, also of different sets and versions.
    assumptions, against_assumptions : Assumptions, str or path
        Sets under which scenarios are projected; the same for both by default.
    shapley : bool
        Whether to share out by all orders, not by the fixed one only; up to ten levers.
    groups : mapping of str to sequence of int, optional
        Positions of reforms of the first that count as one lever.

    Raises
    ------
    PoolcastError
        Where something is not found, or cannot be explained.

    Examples
    --------
    >>> import poolcast
    >>> why = poolcast.explain("B01", "baseline")
    >>> why.levers[0][1].levers
    ('B01',)
    """
    one = case_of(first, assumptions)
    other = case_of(against, assumptions if against_assumptions is None else against_assumptions)
    reasons = reasons_for_change(one.forecast, other.forecast)
    notes: list[Words] = []
    levers = _by_lever(one, other, notes, shapley=shapley, groups=groups)
    drivers = _by_driver(one, other, notes, shapley=shapley)
    valuations = _between_valuations(one, other, notes)
    return Explanation(one, other, reasons, levers, drivers, tuple(notes), valuations)


def _between_valuations(first: Case, against: Case, notes: list[Words]) -> ValuationExplanation | None:
    """Explain by class of change, where the sets differ and both are at hand."""
    one, other = first.assumptions, against.assumptions
    if one is None or other is None or one.digest() == other.digest():
        return None
    try:
        return explain_valuations(first, against)
    except PoolcastError as error:
        found = "; ".join(f"{problem.found} ({problem.allowed})" for problem in error.problems[:3])
        notes.append(
            Words(f"No table by class of change: {found}.", f"没有按变动类别的分解：{found}。"),
        )
        return None


def _by_lever(
    first: Case,
    against: Case,
    notes: list[Words],
    *,
    shapley: bool,
    groups: Mapping[str, Sequence[int]] | None,
) -> tuple[tuple[int, LeverExplanation], ...]:
    if first.assumptions is None or against.assumptions is None or first.scenario is None or against.scenario is None:
        notes.append(
            Words(
                "No table by lever: the inputs of a side are not at hand.",
                "没有按政策工具的分解：一方的输入不在手边。",
            )
        )
        return ()
    if first.assumptions.digest() != against.assumptions.digest():
        notes.append(
            Words(
                "No table by lever: the two stand on different assumption sets or years.",
                "没有按政策工具的分解：双方的假设集或年份不同。",
            )
        )
        return ()
    sides = ((1, first, groups), (-1, against, None))
    try:
        return tuple(
            (sign, explain_levers(case.assumptions, case.scenario, groups=grouped, shapley=shapley))
            for sign, case, grouped in sides
            if case.assumptions is not None and case.scenario is not None and case.scenario.reforms
        )
    except ScenarioError as error:
        found = "; ".join(problem.found for problem in error.problems[:2])
        notes.append(
            Words(f"No table by lever: {found}. Use --group.", f"没有按政策工具的分解：{found}。请用 --group。")
        )
        return ()


def _by_driver(first: Case, against: Case, notes: list[Words], *, shapley: bool) -> DriverExplanation | None:
    one, other = first.side, against.side
    if one is None or other is None:
        notes.append(
            Words(
                "No table by driver: the inputs of a side are not at hand.",
                "没有按驱动因素的分解：一方的输入不在手边。",
            )
        )
        return None
    try:
        return explain_sets(other, one, shapley=shapley)
    except ResultError as error:
        found = "; ".join(f"{problem.found} ({problem.allowed})" for problem in error.problems)
        notes.append(Words(f"No table by driver: {found}.", f"没有按驱动因素的分解：{found}。"))
        return None
