"""Conditions on a forecast: one grammar, one parser (design, section 9).

``measure(LEDGER[, year=Y][, horizon=N][, cohort=B][, region=CODE])``, in a condition followed by ``>= <= > <`` and a
number; B is a birth year, for the measures of birth cohorts; several conditions are joined by ``and``::

    payable_months(EPF, year=2050) >= 6 and first_deficit(RPF) > 2045

What is not named is meant for all: without a year a yearly measure must meet the condition in every projected year (of
the first N with ``horizon=N``), without a region in every region or pool that keeps the ledger. The value of such a
condition is the worst one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NoReturn

import numpy as np
import xarray as xr

from poolcast.outlook.catalogue_of_measures import MEASURES
from poolcast.outlook.measured import EVENTS, MeasureCall, margin_field, margin_of_values, value_field
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.parameters.nearest import did_you_mean

Operator = Literal[">=", "<=", ">", "<"]
OPERATORS: dict[str, Operator] = {
    ">=": ">=",
    "<=": "<=",
    ">": ">",
    "<": "<",
    "≥": ">=",
    "≤": "<=",
    "＞": ">",
    "＜": "<",
}
"""How a comparison may be written, and what it means."""

FIRST_YEAR, LAST_YEAR, LONGEST_HORIZON = 1900, 2300, 300
_GRAMMAR = "measure(LEDGER, year=Y, horizon=N, cohort=B, region=CODE) >= number"
_NAMED = "year=Y, horizon=N, cohort=B or region=CODE"
_EXAMPLES = {"year": 2050, "horizon": 10, "cohort": 1990}
_TOKEN = re.compile(r"""\s*(?:(>=|<=|[<>≥≤＞＜])|([()（）,，=＝])|"([^"]*)"|([^\s()（）,，=＝<>≥≤＞＜"]+))""")
_PLAIN = str.maketrans("（），＝", "(),=")


@dataclass(frozen=True)
class Reading:
    """What a condition finds in one forecast.

    Parameters
    ----------
    value : float
        Worst value of the measure; infinity for a year that does not come within the forecast.
    margin : float
        By how much the condition is met, in the unit of what it watches; negative where it is missed. It moves
        steadily with the forecast also where the value jumps (years of first deficit and exhaustion).
    holds : bool
        Whether the condition is met.
    """

    value: float
    margin: float
    holds: bool


@dataclass(frozen=True)
class Condition:
    """A measure that must not pass a number.

    Parameters
    ----------
    call : MeasureCall
        What is measured.
    operator : {">=", "<=", ">", "<"}
        Comparison.
    number : float
        What it is compared with, in the unit of the measure.
    """

    call: MeasureCall
    operator: Operator
    number: float

    def __str__(self) -> str:
        """The condition as the grammar writes it; parsing it gives the condition back."""
        return f"{self.call} {self.operator} {_number_text(self.number)}"

    def in_region(self, region: str) -> Condition:
        """Return the condition for a region, where it names none itself."""
        return self if self.call.region else replace(self, call=replace(self.call, region=region))

    def value(self, forecast: xr.Dataset) -> float:
        """Return the worst value of the measure: that of the year and region that is furthest from the number.

        Raises
        ------
        ScenarioError
            Where the forecast lacks the year, region or ledger.
        """
        return self.read(forecast).value

    def holds(self, forecast: xr.Dataset) -> bool:
        """Return whether a single run meets the condition, in every year and region that it speaks of."""
        return self.read(forecast).holds

    def margins(self, forecast: xr.Dataset) -> xr.DataArray:
        """Return the margin of `Reading`: one number, or one a path where the forecast holds paths."""
        field = margin_field(self.call, self.operator, self.number, forecast)
        result: xr.DataArray = field.min([axis for axis in ("year", "region") if axis in field.dims])
        return result

    def met(self, margin: float) -> bool:
        """Return whether a margin meets the condition: above zero for a strict one, else not below."""
        return margin > 0 if self.call.is_strict(self.operator) else margin >= 0

    def read(self, forecast: xr.Dataset) -> Reading:
        """Return value, margin and whether the condition holds, of a single run."""
        return self.reading_of(*self.fields(forecast))

    def fields(self, forecast: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
        """Return the values of the measure and their margins, by region and year."""
        values = value_field(self.call, forecast)
        if self.call.is_event:
            return values, margin_field(self.call, self.operator, self.number, forecast)
        return values, margin_of_values(values, self.operator, self.number)

    def reading_of(self, values: xr.DataArray, margins: xr.DataArray) -> Reading:
        """Return the worst of values and margins of a single run, and whether the condition holds."""
        wanted = 1 if self.operator in (">=", ">") else -1
        margin = float(np.nanmin(margins.values))
        return Reading(wanted * float(np.nanmin(wanted * values.values)), margin, self.met(margin))


def parse_measure(text: str, place: str = "measure") -> MeasureCall:
    """Read ``measure(LEDGER[, year=Y][, horizon=N][, cohort=B][, region=CODE])`` alone, for traces and probabilities.

    Parameters
    ----------
    text : str
        What was written.
    place : str
        Where it stands, for messages: an option or a file.

    Raises
    ------
    ScenarioError
        With every problem and its place in the text.

    Examples
    --------
    >>> parse_measure("reserve(EPF, year=2050)").year
    2050
    """
    parser = _Parser(text, place)
    call = parser.measure()
    parser.end(f"nothing after the measure, or {_GRAMMAR}")
    return call


def parse_condition(text: str, place: str = "--for") -> Condition:
    """Read one condition; see `parse_conditions`.

    Examples
    --------
    >>> str(parse_condition("payable_months( EPF,year=2050 )>=6"))
    'payable_months(EPF, year=2050) >= 6'
    """
    conditions = parse_conditions(text, place)
    if len(conditions) > 1:
        problem = Problem(f"{place} '{text}'", f"{len(conditions)} conditions", "one condition", "Give the first only.")
        raise ScenarioError(problem)
    return conditions[0]


def parse_conditions(texts: str | Condition | Iterable[str | Condition], place: str = "--for") -> tuple[Condition, ...]:
    """Read conditions: texts in which ``and`` joins several, or conditions already read.

    Raises
    ------
    ScenarioError
        With every problem of all texts, each with its place.
    """
    given = [texts] if isinstance(texts, (str, Condition)) else list(texts)
    problems: list[Problem] = []
    conditions: list[Condition] = []
    for item in given:
        if isinstance(item, Condition):
            conditions.append(item)
            continue
        try:
            conditions.extend(_Parser(item, place).conditions())
        except ScenarioError as error:
            problems.extend(error.problems)
    if not given:
        problems.append(Problem(place, "nothing", _GRAMMAR, "Name at least one condition."))
    if problems:
        raise ScenarioError(problems)
    return tuple(conditions)


def all_hold(conditions: Sequence[Condition], forecast: xr.Dataset) -> bool:
    """Return whether a single run meets every condition."""
    return all(condition.holds(forecast) for condition in conditions)


def needed_variables(conditions: Iterable[Condition]) -> frozenset[str] | None:
    """Return the variables of a forecast that conditions read; None where a measure reads more than variables."""
    names: set[str] = set()
    for condition in conditions:
        home, _, name = condition.call.declared.place.partition(".")
        if condition.call.is_event:
            names |= {EVENTS[condition.call.measure], "reserve"}
        elif home == "variable":
            names.add(name)
        else:
            return None
    return frozenset(names)


def need_ages(conditions: Iterable[Condition]) -> bool:
    """Return whether conditions read the money by age."""
    return any(condition.call.declared.by_cohort for condition in conditions)


def read_conditions(conditions: Sequence[Condition], forecast: xr.Dataset) -> list[Reading]:
    """Read conditions on a single run; one that is asked of several regions is measured once for all of them."""
    everywhere = [replace(condition, call=replace(condition.call, region=None)) for condition in conditions]
    shared = {one for one in everywhere if everywhere.count(one) > 1}
    fields: dict[Condition, tuple[xr.DataArray, xr.DataArray, list[str]]] = {}
    readings = []
    for condition, whole in zip(conditions, everywhere, strict=True):
        if whole in shared and whole not in fields:
            values, margins = whole.fields(forecast)
            fields[whole] = (
                values,
                margins,
                [str(code) for code in values.region.values] if "region" in values.dims else [],
            )
        if whole not in shared or condition.call.region not in fields[whole][2]:
            readings.append(condition.read(forecast))
            continue
        values, margins, codes = fields[whole]
        at = {"region": codes.index(str(condition.call.region))}
        readings.append(condition.reading_of(values.isel(at), margins.isel(at)))
    return readings


class _Parser:
    """Reads one text from left to right; wrong words are collected, a broken form ends the reading."""

    def __init__(self, text: str, place: str) -> None:
        self._text, self._place = text, place
        self._problems: list[Problem] = []
        self._tokens = list(self._split())
        self._next = 0

    def conditions(self) -> list[Condition]:
        found = [self._condition()]
        while self._peek().lower() == "and":
            self._take()
            found.append(self._condition())
        self.end("'and' and a further condition, or nothing")
        return found

    def measure(self) -> MeasureCall:
        at, name, quoted = self._take()
        if not name or quoted or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            self._stop(at, name or "nothing", f"the name of a measure, as in {_GRAMMAR}")
        if name not in MEASURES:
            remedy = did_you_mean(name, MEASURES) or "See `poolcast list measures`."
            self._note(at, f"an unknown measure '{name}'", ", ".join(sorted(MEASURES)), remedy)
        self._sign("(", f"'(' after {name}")
        ledger, named = self._arguments()
        return MeasureCall(name, ledger, **named)  # type: ignore[arg-type]

    def end(self, allowed: str) -> None:
        if self._next < len(self._tokens):
            at, word, _ = self._take()
            self._stop(at, word, allowed)
        if self._problems:
            raise ScenarioError(self._problems)

    def _condition(self) -> Condition:
        call = self.measure()
        at, word, _ = self._take()
        if word not in OPERATORS:
            self._stop(at, word or "nothing", "one of >= <= > <")
        number_at, text, _ = self._take()
        return Condition(call, OPERATORS[word], self._number(number_at, text))

    def _number(self, at: int, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            remedy = "Rates and shares are fractions, 0.045 for 4.5 %; money is yuan, 1e9 for a billion."
            self._stop(at, text or "nothing", "a number", remedy)
        return number

    def _arguments(self) -> tuple[str | None, dict[str, int | str]]:
        ledger: str | None = None
        named: dict[str, int | str] = {}
        first = True
        while True:
            at, word, quoted = self._take()
            if word == ")" and not quoted and first:
                return ledger, named
            if not quoted and (not word or word in OPERATORS or word in "(),="):
                self._stop(at, word or "nothing", f"LEDGER, {_NAMED}, and ')' at the end")
            if self._peek() == "=":
                self._take()
                value_at, value, _ = self._take()
                self._named(at, word, value_at, value, named)
            elif first:
                ledger = self._ledger(at, word)
            else:
                self._note(at, f"'{word}'", _NAMED, "Name what it is, as in year=2050.")
            first = False
            at, word, _ = self._take()
            if word == ")":
                return ledger, named
            if word != ",":
                self._stop(at, word or "nothing", "',' or ')'")

    def _ledger(self, at: int, word: str) -> str:
        if word not in LEDGERS:
            remedy = did_you_mean(word, LEDGERS) or "See `poolcast list ledgers`."
            self._note(at, f"an unknown ledger '{word}'", ", ".join(LEDGERS), remedy)
        return word

    def _named(self, at: int, key: str, value_at: int, value: str, named: dict[str, int | str]) -> None:
        years = (FIRST_YEAR, LAST_YEAR)
        limits = {"year": years, "horizon": (1, LONGEST_HORIZON), "cohort": years}
        if key not in (*limits, "region"):
            remedy = did_you_mean(key, (*limits, "region")) or "Remove it."
            self._note(at, f"an unknown argument '{key}'", "year, horizon, cohort, region", remedy)
        elif key in named:
            self._note(at, f"{key} a second time", f"{key} once", "Remove one of the two.")
        elif key == "region":
            if not value or value in "(),=":
                self._stop(value_at, value or "nothing", "the code of a region")
            named[key] = value
        else:
            low, high = limits[key]
            number = int(value) if re.fullmatch(r"[0-9]{1,4}", value) else 0
            if not low <= number <= high:
                allowed = f"a whole number, {low} to {high}"
                self._note(value_at, f"{key}={value or 'nothing'}", allowed, f"Write {key}={_EXAMPLES[key]}.")
            named[key] = number

    def _split(self) -> Iterator[tuple[int, str, bool]]:
        """Cut the text into words and signs with their place; a last odd sign stands for itself."""
        position, text = 0, self._text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                at = position + len(text[position:]) - len(text[position:].lstrip())
                yield at, text[at], False
                position = at + 1
                continue
            group = match.lastindex or 0
            word = match[group]
            yield match.start(group), word.translate(_PLAIN) if group == 2 else word, group == 3
            position = match.end()

    def _peek(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _take(self) -> tuple[int, str, bool]:
        if self._next >= len(self._tokens):
            return len(self._text.rstrip()), "", False
        self._next += 1
        return self._tokens[self._next - 1]

    def _sign(self, sign: str, allowed: str) -> None:
        at, word, _ = self._take()
        if word != sign:
            self._stop(at, word or "nothing", allowed)

    def _note(self, at: int, found: str, allowed: str, remedy: str) -> None:
        self._problems.append(Problem(f"{self._place} '{self._text}', character {at + 1}", found, allowed, remedy))

    def _stop(self, at: int, found: str, allowed: str, remedy: str = f"The form is {_GRAMMAR}.") -> NoReturn:
        self._note(at, f"'{found}'" if found != "nothing" else found, allowed, remedy)
        raise ScenarioError(self._problems)


def _number_text(number: float) -> str:
    """Return a number in its shortest form that reads back as the same number."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
