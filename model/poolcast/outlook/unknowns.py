"""What `solve` may change: a declared parameter, or an argument of a lever, each with its present value and bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import UNITS, Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.nearest import did_you_mean
from poolcast.parameters.number_cells import Fault
from poolcast.parameters.selectors import select
from poolcast.scenarios.catalogue import BY_NAME, LEVERS, find_lever
from poolcast.scenarios.lever import Argument, Lever
from poolcast.scenarios.reform import Kind, Reform
from poolcast.scenarios.scenario import FIRST_YEAR_OF_A_POLICY, LeverCall, Scenario

LARGEST_FACTOR = 10.0
"""A parameter that is scaled is looked for up to this multiple of itself."""

_PARAMETER = re.compile(r"(?:(?P<kind>set|scale|shift):)?(?P<name>[a-z_]+\.[a-z_]+)(?:\[(?P<where>[^\]]*)\])?")
_LEVER = re.compile(r"(?P<lever>[A-Za-z_0-9]+)[.:](?P<argument>[a-z_0-9]+)(?:\[(?P<where>[^\]]*)\])?")
_FORM = "a parameter (revenue.employer_rate, scale:resident.subsidy, a.parameter[axis=member]) or LEVER.argument"


@dataclass(frozen=True)
class ParameterUnknown:
    """A declared parameter from a year on: set where all chosen values are equal now, else shifted or scaled."""

    text: str
    parameter: str
    kind: Kind
    start: int
    where: Mapping[str, str]
    present: float
    bounds: tuple[float, float]
    note: str = ""

    @property
    def label(self) -> Words:
        """Name of the parameter; with the kind of change where it is not set."""
        words = PARAMETERS[self.parameter].label
        added = {"set": ("", ""), "shift": (", addition", "(增减)"), "scale": (", factor", "(倍数)")}[self.kind]
        return Words(words.en + added[0], words.zh + added[1])

    @property
    def unit(self) -> str:
        """The parameter's unit; a factor is a ratio."""
        return "ratio" if self.kind == "scale" else PARAMETERS[self.parameter].unit

    def applied(self, scenario: Scenario, value: float) -> Scenario:
        """Return the scenario with one reform more."""
        year = self.start if PARAMETERS[self.parameter].is_dated else 0
        return _with(scenario, Reform(self.kind, self.parameter, {year: value}, dict(self.where)))

    def entry(self, value: float) -> dict[str, object]:
        """Return ``{set: parameter, values: {year: value}}``."""
        dated = PARAMETERS[self.parameter].is_dated
        key = ("values" if dated else "value") if self.kind == "set" else "by"
        where = {"where": dict(self.where)} if self.where else {}
        return {self.kind: self.parameter, **where, key: {self.start: value} if dated else value}


@dataclass(frozen=True)
class LeverUnknown:
    """An argument of a lever that the scenario already calls, or of one that is added to it."""

    text: str
    lever: Lever
    argument: str
    start: int
    where: Mapping[str, str]
    present: float
    bounds: tuple[float, float]
    note: str
    position: int | None = None

    @property
    def label(self) -> Words:
        """Title of the lever and name of the argument."""
        words, title = self._declared.label, self.lever.title
        return Words(f"{title.en}: {words.en}", f"{title.zh}:{words.zh}")

    @property
    def unit(self) -> str:
        """Unit of the argument."""
        return self._declared.unit

    def applied(self, scenario: Scenario, value: float) -> Scenario:
        """Return the scenario in which the lever has the argument; its own call is changed where it has one."""
        if self.position is None:
            return _with(scenario, LeverCall(self.lever, {self.argument: value}, self.start, where=dict(self.where)))
        call = scenario.reforms[self.position]
        assert isinstance(call, LeverCall)
        changed = replace(call, arguments={**call.arguments, self.argument: value})
        reforms = (*scenario.reforms[: self.position], changed, *scenario.reforms[self.position + 1 :])
        return replace(scenario, reforms=reforms)

    def entry(self, value: float) -> dict[str, object]:
        """Return ``{lever: id, start: year, argument: value}``."""
        where = {"where": dict(self.where)} if self.where else {}
        return {"lever": self.lever.id, "start": self.start, **where, self.argument: value}

    @property
    def _declared(self) -> Argument:
        return next(argument for argument in self.lever.arguments if argument.name == self.argument)


Unknown = ParameterUnknown | LeverUnknown
"""A quantity that a scenario can give a value: how it is named, its label, unit, present value and bounds."""


@dataclass(frozen=True)
class Setting:
    """Where an unknown is looked for.

    Parameters
    ----------
    assumptions : Assumptions
        Calibrated set, without the scenario.
    scenario : Scenario
        What holds besides the unknown.
    start : int or None
        First year of the change; the second year after the base year where None.
    where : mapping
        Members concerned by axis.
    """

    assumptions: Assumptions
    scenario: Scenario
    start: int | None = None
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_year(self) -> int:
        """First year of the change."""
        if self.start is not None:
            return self.start
        return min(self.assumptions.base_year + FIRST_YEAR_OF_A_POLICY, self.assumptions.last_year)


def find_unknown(text: str, setting: Setting, bounds: tuple[float, float] | None = None) -> Unknown:
    """Read the name of an unknown: ``[set:|shift:|scale:]parameter[axis=members, ...]`` or ``LEVER.argument``.

    Parameters
    ----------
    text : str
        What was written.
    setting : Setting
        Set, scenario, first year and members.
    bounds : tuple of float, optional
        Narrower bounds than the declared ones.

    Raises
    ------
    ScenarioError
        Where nothing of that name can be changed, with the nearest names.
    """
    asked = text.strip()
    match = _PARAMETER.fullmatch(asked)
    if match is not None and (match["kind"] or match["name"] in PARAMETERS or not find_lever(asked.split(".")[0])):
        found: Unknown = _parameter(match, setting, asked)
    else:
        match = _LEVER.fullmatch(asked)
        if match is None or find_lever(match["lever"]) is None:
            names = (*PARAMETERS, *LEVERS, *BY_NAME)
            raise _refused(asked, f"'{asked}'", _FORM, did_you_mean(asked, names) or "See `poolcast list parameters`.")
        found = _lever(match, setting, asked)
    low, high = found.bounds
    if bounds is not None:
        if not bounds[0] < bounds[1]:
            raise _refused("--bounds", f"{bounds[0]:g}:{bounds[1]:g}", "lower:upper", "Write the lower one first.")
        if bounds[1] < low or bounds[0] > high:
            shown, allowed = f"{bounds[0]:g} to {bounds[1]:g}", f"{low:g} to {high:g} ({UNITS[found.unit][0]})"
            raise _refused(f"--bounds of {asked}", shown, allowed, "Rates and shares are fractions, 0.045 for 4.5 %.")
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return replace(found, bounds=(low, high))


def regions_under(assumptions: Assumptions, code: str) -> tuple[str, ...]:
    """Return the projected regions of a code: itself, or for a parent those below it.

    Raises
    ------
    ScenarioError
        Where the set has no such region.
    """
    if code in assumptions.region_codes:
        return (code,)
    parents = {region.code: region.parent for region in (*assumptions.regions, *assumptions.parents)}
    below = []
    for region in assumptions.region_codes:
        above = parents.get(region)
        while above is not None and above != code:
            above = parents.get(above)
        if above == code:
            below.append(region)
    if not below:
        known = (*assumptions.region_codes, *(parent.code for parent in assumptions.parents))
        remedy = did_you_mean(code, known) or "Name a region of the set, a parent, or each."
        raise _refused("--region", code, ", ".join(known[:20]), remedy)
    return tuple(below)


def _with(scenario: Scenario, item: Reform | LeverCall) -> Scenario:
    return replace(scenario, reforms=(*scenario.reforms, item))


def _parameter(match: re.Match[str], setting: Setting, text: str) -> ParameterUnknown:
    name, asked = match["name"], match["kind"]
    declaration = PARAMETERS.get(name)
    changeable = [
        key
        for key, one in PARAMETERS.items()
        if one.layer not in ("accounts", "uncertainty", "budget") and one.group != "calibration"
    ]
    if declaration is None or name not in changeable:
        remedy = did_you_mean(name, changeable) or "See `poolcast list parameters`."
        raise _refused(text, f"'{name}'", "a declared parameter that is no account and no calibration factor", remedy)
    now = setting.scenario.apply(setting.assumptions)
    if name not in now:
        remedy = "See `poolcast list parameters`; add the ledger or option to the set."
        raise _refused(text, f"{name}, which set {now.name} does not hold", "parameters of the set", remedy)
    where = _members(match["where"], setting.where, text)
    values = _selected_values(name, now, where, setting.first_year, text)
    uniform = bool(np.all(values == values.flat[0]))
    if asked == "set" and not uniform:
        found = f"set:, while values now run from {values.min():g} to {values.max():g}"
        raise _refused(text, found, "shift: or scale:, or one member by [axis=member]", "Choose what is to be changed.")
    kind: Kind = asked or ("set" if uniform else "shift" if _is_share(declaration.unit) else "scale")  # type: ignore[assignment]
    low, high = declaration.minimum, declaration.maximum
    if kind == "set":
        return ParameterUnknown(text, name, kind, setting.first_year, where, float(values.flat[0]), (low, high))
    note = f"values now run from {values.min():g} to {values.max():g}"
    if kind == "shift":
        limits = (low - float(values.min()), high - float(values.max()))
        return ParameterUnknown(text, name, kind, setting.first_year, where, 0.0, limits, note)
    positive = float(np.abs(values).max())
    limits = (0.0, min(LARGEST_FACTOR, high / positive) if positive > 0 else LARGEST_FACTOR)
    if low > 0:
        limits = (low / float(values.min()), limits[1])
    return ParameterUnknown(text, name, kind, setting.first_year, where, 1.0, limits, note)


def _is_share(unit: str) -> bool:
    return unit in ("fraction", "rate_per_year", "switch")


def _members(written: str | None, given: Mapping[str, str], text: str) -> dict[str, str]:
    """Read ``axis=members`` pairs; those written beside the name come on top of those given."""
    where = dict(given)
    for part in filter(None, (part.strip() for part in (written or "").split(","))):
        axis, sign, members = part.partition("=")
        if not sign or not axis.strip() or not members.strip():
            raise _refused(text, f"'{part}'", "axis=members, as in [status=retired]", "Write axis, '=' and members.")
        where[axis.strip()] = members.strip()
    return where


def _selected_values(
    name: str, now: Assumptions, where: Mapping[str, str], start: int, text: str
) -> NDArray[np.float64]:
    """Return the values of a parameter that a reform would change, from its first year on."""
    declaration = PARAMETERS[name]
    for axis in where:
        if axis not in declaration.dimensions or axis == "year":
            allowed = ", ".join(axis for axis in declaration.dimensions if axis != "year") or "no selector"
            raise _refused(text, f"{axis}, an axis that {name} does not have", allowed, "Name one of its axes.")
    chosen = []
    for axis in declaration.dimensions:
        if axis == "year":
            first, last = now.base_year + 1, now.last_year
            if not first <= start <= last:
                raise _refused("--start", str(start), f"{first} to {last}", "Choose a year of the projection.")
            chosen.append(np.arange(now.year_position(start), len(now.years)))
            continue
        members = {str(member): number for number, member in enumerate(now.axis_members(axis))}
        found = select(axis, where.get(axis, "all"), members)
        if isinstance(found, Fault):
            raise _refused(f"{text}, {axis}", found.found, found.allowed, found.remedy)
        chosen.append(np.asarray(found, dtype=np.intp))
    values: NDArray[np.float64] = np.atleast_1d(now[name][np.ix_(*chosen)] if chosen else now[name])
    known = values[np.isfinite(values)]
    if not known.size:
        raise _refused(text, f"{name} without a value there", "members with values", "Choose other members.")
    return known


def _lever(match: re.Match[str], setting: Setting, text: str) -> LeverUnknown:
    lever = find_lever(match["lever"])
    assert lever is not None
    arguments = {argument.name: argument for argument in lever.arguments}
    argument = arguments.get(match["argument"])
    if argument is None:
        remedy = did_you_mean(match["argument"], arguments) or f"{lever.id} has these arguments only."
        raise _refused(text, f"'{match['argument']}'", ", ".join(arguments) or "no argument", remedy)
    where = _members(match["where"], setting.where, text)
    by_region = any("region" in PARAMETERS[change.parameter].dimensions for change in lever.changes)
    if "region" in where and not by_region and lever.transform is None:
        raise _refused(text, f"{lever.id} for a region", "a lever that differs by region", "Leave the region out.")
    calls = [
        (number, item)
        for number, item in enumerate(setting.scenario.reforms)
        if isinstance(item, LeverCall) and item.lever.id == lever.id
    ]
    limits = (argument.minimum, argument.maximum)
    if len(calls) > 1:
        found = f"{lever.id}, which scenario {setting.scenario.name} calls {len(calls)} times"
        raise _refused(text, found, "a lever that it calls once or not at all", "Solve on another scenario.")
    if calls and not where:
        number, call = calls[0]
        value = {**lever.defaults, **call.arguments}[argument.name]
        start = call.start if call.start is not None else setting.assumptions.base_year + FIRST_YEAR_OF_A_POLICY
        note = f"present value: that of scenario {setting.scenario.name}"
        return LeverUnknown(text, lever, argument.name, start, call.where, value, limits, note, number)
    start, neutral = setting.first_year, None
    for value in _candidates(lever, argument.name, setting.assumptions, limits):
        call = LeverCall(lever, {argument.name: value}, start, where=where)
        if _changes_nothing(setting, call):
            neutral = value
            break
    present = argument.default if neutral is None else neutral
    note = "" if neutral is not None else f"no value leaves everything as it is: counted from the default {present:g}"
    return LeverUnknown(text, lever, argument.name, start, where, present, limits, note)


def _candidates(lever: Lever, argument: str, assumptions: Assumptions, limits: tuple[float, float]) -> Iterable[float]:
    """Values at which a lever may change nothing: zero, one, and the present values of what it sets."""
    values = [0.0, 1.0]
    for change in lever.changes:
        if change.kind == "set" and change.amount == argument and change.parameter in assumptions:
            present = assumptions[change.parameter]
            distinct: Sequence[float] = np.unique(present[np.isfinite(present)])[:8].tolist()
            values.extend(distinct)
    return [value for value in values if limits[0] <= value <= limits[1]]


def _changes_nothing(setting: Setting, call: LeverCall) -> bool:
    """Whether a lever leaves every parameter and option as it is."""
    try:
        before = setting.scenario.apply(setting.assumptions)
        after = _with(setting.scenario, call).apply(setting.assumptions)
    except ScenarioError:
        return False
    if after.options != before.options:
        return False
    return all(
        after[name] is before[name] or np.array_equal(after[name], before[name], equal_nan=True)
        for name in after.values
    )


def _refused(place: str, found: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError(Problem(place, found, allowed, remedy))
