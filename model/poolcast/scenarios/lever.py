"""A lever: a named policy with its own arguments, evidence and expected effects, declared once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import UNITS, Evidence, Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.scenarios.phase_in import AT_ONCE, PhaseIn
from poolcast.scenarios.reform import Kind, Reform

Sign = Literal["+", "-", "0", "either"]
Arguments = Mapping[str, float]
Amount = float | str | Callable[[Arguments, Assumptions], float]
"""A number, the name of an argument, or a function of the arguments and of the set before the change."""

Array = NDArray[np.float64]
Transform = Callable[[Arguments, int, Assumptions, PhaseIn], dict[str, Array]]
"""A rule that no list of changes can write: from the arguments, the first year, the set as it stands and the phase-in
to the new values of parameters, in full (every region and year). Among the arguments `behaviour` is 1 or 0."""
Options = Mapping[str, str] | Callable[[Arguments, Assumptions], Mapping[str, str]]
"""Structural options, or a function of the arguments and of the set with the options chosen so far."""

GROUPS: dict[str, Words] = {
    "contributions": Words("Contributions", "筹资与缴费"),
    "enrolment": Words("Enrolment, retirement, population", "参保、退休与人口"),
    "outpatient": Words("Outpatient and accounts", "门诊与个人账户"),
    "inpatient": Words("Inpatient, referral, out of region", "住院、转诊与异地"),
    "serious_illness": Words("Serious illness, aid, maternity, care", "大病、救助、生育、长护"),
    "prices": Words("Drugs, supplies, prices", "药品、耗材与价格"),
    "payment": Words("Provider payment", "支付方式"),
    "pooling": Words("Pooling and supervision", "统筹层次与监管"),
}


@dataclass(frozen=True)
class Argument:
    """One argument of a lever.

    Parameters
    ----------
    name : str
        Word in a scenario file.
    unit : str
        Key of `poolcast.parameters.declaration.UNITS`.
    minimum, maximum, default : float
        Closed bounds, and the value where a scenario names none.
    notch : float
        Step of the dashboard's control.
    label : Words
        Name for readers.
    evidence : str
        Evidence of the default (handbook 0.1).
    source : str
        Where the default comes from, or why it was chosen.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    default: float
    notch: float
    label: Words
    evidence: Evidence
    source: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS or not self.minimum <= self.default <= self.maximum:
            raise ValueError(f"argument {self.name}: unknown unit or default out of bounds")


@dataclass(frozen=True)
class Effect:
    """Expected effect of a lever on the balance of a ledger over the horizon, written before the lever first ran."""

    ledger: str
    sign: Sign
    reason: Words


@dataclass(frozen=True)
class Change:
    """A change of one parameter in terms of the arguments.

    Parameters
    ----------
    kind : {"set", "scale", "shift"}
    parameter : str
        Declared name.
    amount : float, str or callable
        Value, factor or addition.
    where : mapping
        Members concerned by axis, as in a table cell.
    yearly : bool
        Whether the amount comes anew every year (a drift): from the start on it is added, or multiplied, once more in
        each year, up to `years` times.
    years : float, str or callable
        How many years a drift goes on.
    optional : bool
        Whether sets without the parameter (because they lack its ledger or option) leave the change out.
    behavioural : bool
        Whether the change is how people answer the policy; ``behaviour: false`` leaves it out.
    """

    kind: Kind
    parameter: str
    amount: Amount
    where: Mapping[str, str] = field(default_factory=dict)
    yearly: bool = False
    years: Amount = 10
    optional: bool = False
    behavioural: bool = False


@dataclass(frozen=True)
class Lever:
    """A named policy.

    Parameters
    ----------
    id : str
        Number in the catalogue (handbook 8), as ``B01``.
    name : str
        Word in a scenario file, as ``outpatient_pooling``.
    group : str
        Key of `GROUPS`.
    title, explanation : Words
        Title, and one paragraph: what it does, by which formula, and what is not counted.
    documents : tuple of str
        Where the policy is named, as ``seed 000 item 3``.
    arguments : tuple of Argument
        The first is the main one.
    effects : tuple of Effect
        Ledgers touched.
    changes : tuple of Change
        What it does to parameters.
    transform : Transform or None
        New values by a rule of its own, applied after the changes; the selectors of a scenario keep the old values of
        whom they do not name.
    options : mapping or callable
        Structural options that it sets.
    phase_in : PhaseIn
        How it arrives where a scenario says nothing.
    stress : bool
        Whether its source is of grade D: a stress lever, off by default and marked so.
    no_effect : Words or None
        Why the lever moves nothing by default; such a lever is kept on record.
    needs : tuple of str
        Ledgers, or codes of regions, without which the lever has nothing to act on.
    brings : tuple of str
        Parameters that its options make necessary and that a set without them takes at the default of the declaration.
    remark : callable or None
        What the author of a scenario should know of the lever on a set, from the arguments; None where all is well.
    """

    id: str
    name: str
    group: str
    title: Words
    explanation: Words
    documents: tuple[str, ...]
    arguments: tuple[Argument, ...] = ()
    effects: tuple[Effect, ...] = ()
    changes: tuple[Change, ...] = ()
    transform: Transform | None = None
    options: Options = field(default_factory=dict)
    phase_in: PhaseIn = AT_ONCE
    stress: bool = False
    no_effect: Words | None = None
    needs: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    remark: Callable[[Arguments, Assumptions], Words | None] | None = None

    @property
    def defaults(self) -> dict[str, float]:
        """Default value of every argument."""
        return {argument.name: argument.default for argument in self.arguments}

    def chosen_options(self, arguments: Arguments, assumptions: Assumptions) -> Mapping[str, str]:
        """Return the structural options for values that differ from the defaults, on a set."""
        if callable(self.options):
            return self.options({**self.defaults, **arguments}, assumptions)
        return self.options

    def reforms(
        self,
        arguments: Arguments,
        start: int,
        assumptions: Assumptions,
        phase_in: PhaseIn | None = None,
        where: Mapping[str, str] | None = None,
        line: int | None = None,
        *,
        behaviour: bool = True,
    ) -> tuple[Reform, ...]:
        """Return the reforms that the lever stands for.

        Parameters
        ----------
        arguments : mapping
            Values that differ from the defaults.
        start : int
            First year of the policy.
        assumptions : Assumptions
            The set before the change.
        phase_in : PhaseIn, optional
            Another phase-in than the lever's own; drifts have none.
        where : mapping, optional
            Further selectors, such as the region; ignored by parameters without the axis.
        line : int, optional
            Line of the scenario file.
        behaviour : bool
            Whether changes that stand for people's answers are made.
        """
        given = {**self.defaults, **arguments}
        return tuple(
            _reform(self, change, given, start, assumptions, phase_in or self.phase_in, where or {}, line)
            for change in self.changes
            if (change.parameter in assumptions or not change.optional) and (behaviour or not change.behavioural)
        )


def _reform(
    lever: Lever,
    change: Change,
    given: Arguments,
    start: int,
    assumptions: Assumptions,
    phase_in: PhaseIn,
    where: Mapping[str, str],
    line: int | None,
) -> Reform:
    declaration = PARAMETERS[change.parameter]
    amount = value_of(change.amount, given, assumptions)
    selectors = {**change.where, **{axis: cell for axis, cell in where.items() if axis in declaration.dimensions}}
    if not declaration.is_dated:
        return Reform(change.kind, change.parameter, {0: amount}, selectors, line, lever=lever.id)
    if not change.yearly:
        return Reform(change.kind, change.parameter, {start: amount}, selectors, line, phase_in, lever.id)
    times = min(int(value_of(change.years, given, assumptions)), max(assumptions.last_year - start + 1, 1))
    amounts = {
        start + number - 1: amount * number if change.kind == "shift" else amount**number
        for number in range(1, times + 1)
    }
    return Reform(change.kind, change.parameter, amounts, selectors, line, lever=lever.id)


def value_of(amount: Amount, given: Arguments, assumptions: Assumptions) -> float:
    """Return an amount for given arguments and the set before the change."""
    if callable(amount):
        return float(amount(given, assumptions))
    return float(given[amount]) if isinstance(amount, str) else float(amount)


def now(assumptions: Assumptions, parameter: str, **members: str) -> float:
    """Return the base-year value of a parameter, the mean over whatever is not selected, for amounts that need it.

    Parameters
    ----------
    parameter : str
        Declared name.
    **members : str
        One member by axis, as ``scheme="employee"``.
    """
    declaration = PARAMETERS[parameter]
    axes = list(declaration.dimensions)
    array: NDArray[np.float64] = assumptions[parameter]
    if declaration.is_dated:
        array = assumptions.in_year(parameter, assumptions.base_year)
        axes.remove("year")
    for axis in list(axes):
        if axis in members:
            position = list(assumptions.axis_members(axis)).index(members[axis])
            array = np.asarray(array.take(position, axis=axes.index(axis)))
            axes.remove(axis)
    return float(np.mean(array))


def arrived(assumptions: Assumptions, start: int, phase_in: PhaseIn) -> Array:
    """Return the share of a change that has arrived in each year of a set: nothing before the start."""
    shares = np.zeros(len(assumptions.years))
    first = assumptions.year_position(start)
    shares[first:] = phase_in.shares(len(shares) - first)
    return shares
