"""The draft: changes against the baseline as a frozen value, for the builder, the link and the scenario file."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import LoadedSet
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import Problem, ScenarioError
from poolcast.scenarios.catalogue import find_lever
from poolcast.scenarios.phase_in import PhaseIn
from poolcast.scenarios.reading import read_changes, read_scenario
from poolcast.scenarios.reform import Reform
from poolcast.scenarios.review import Remark, review
from poolcast.scenarios.scenario import LeverCall, Scenario
from poolcast.scenarios.writing import entry_of, scenario_text

MOST_CHARACTERS = 6_000
"""Of a draft in a link; a longer one is saved as a file."""
MOST_TEXT = 200_000
"""Characters of a scenario file, and of a draft once it is unpacked: a link must not be able to fill the memory."""
MOST_CHANGES = 60
STEPS_BACK = 20
_TITLE = Words("Draft", "设计中的情景")


@dataclass(frozen=True)
class Draft:
    """Changes being built.

    Parameters
    ----------
    entries : tuple of LeverCall and Reform
        In the order in which they are applied.
    origin : str
        Name of the scenario from which the draft began; empty for the baseline.
    title : Words
        Title for readers.
    """

    entries: tuple[LeverCall | Reform, ...] = ()
    origin: str = ""
    title: Words = _TITLE

    @classmethod
    def of(cls, scenario: Scenario) -> Draft:
        """Return the changes of a scenario as a draft, levers as editable levers."""
        return cls(tuple(_plain(item) for item in scenario.reforms), scenario.name, scenario.title)

    @property
    def scenario(self) -> Scenario:
        """The draft as a scenario."""
        return Scenario("draft", self.title, self.title, "", self.entries)

    @property
    def digest(self) -> str:
        """Hash of the changes; empty for none."""
        return self.scenario.digest

    def __len__(self) -> int:
        """Return the number of changes."""
        return len(self.entries)

    def call(self, lever: str) -> LeverCall | None:
        """Return the entry of a lever, by id or name; None where it is off."""
        position = self.position(lever)
        found = None if position is None else self.entries[position]
        return found if isinstance(found, LeverCall) else None

    def position(self, name: str) -> int | None:
        """Return where a lever (id or name), or a change of one parameter (its name), stands; None where it is off."""
        wanted = find_lever(name)
        for number, item in enumerate(self.entries):
            if isinstance(item, LeverCall):
                if wanted is not None and item.lever.id == wanted.id:
                    return number
            elif item.parameter == name:
                return number
        return None

    def with_lever(self, lever: str, **arguments: float) -> Draft:
        """Return the draft with a lever switched on, its arguments at their defaults but for those given.

        Raises
        ------
        ScenarioError
            Where there is no such lever or an argument is out of bounds.
        """
        found = find_lever(lever)
        entry: dict[str, Any] = {"lever": lever if found is None else found.name, **arguments}
        return self._put(self.position(lever), entry)

    def with_argument(self, lever: str, argument: str, value: float) -> Draft:
        """Return the draft with an argument of a lever that is on set to a value; the default is not written down."""
        call = self._on(lever)
        kept = {name: given for name, given in call.arguments.items() if name != argument}
        entry = entry_of(replace(call, arguments=kept)) | {argument: value}
        if call.lever.defaults.get(argument) == value:
            del entry[argument]
        return self._put(self.position(lever), entry)

    def with_start(self, lever: str, start: int | None) -> Draft:
        """Return the draft with another first year of a lever; None for the usual one."""
        return self._changed(lever, start=start)

    def with_phase_in(self, lever: str, phase_in: PhaseIn | None) -> Draft:
        """Return the draft with another phase-in of a lever; None for the lever's own."""
        return self._changed(lever, phase_in=phase_in)

    def with_regions(self, lever: str, codes: Sequence[str]) -> Draft:
        """Return the draft with a lever that concerns some regions only; all for none."""
        return self._changed(lever, where={"region": "|".join(codes)} if codes else {})

    def with_behaviour(self, lever: str, counted: bool) -> Draft:
        """Return the draft with or without the answer of patients to a lever."""
        return self._changed(lever, behaviour=counted)

    def with_parameter(
        self,
        parameter: str,
        value: float,
        year: int | None = None,
        kind: str = "set",
        where: Mapping[str, str] | None = None,
    ) -> Draft:
        """Return the draft with a change of one parameter, in place of an earlier one of the same members.

        Raises
        ------
        ScenarioError
            Where there is no such parameter, or it needs a year.
        """
        declared = PARAMETERS.get(parameter)
        key = "values" if declared is not None and declared.is_dated else "value"
        entry: dict[str, Any] = {
            kind: parameter,
            key if kind == "set" else "by": value if year is None else {year: value},
        }
        if where:
            entry["where"] = dict(where)
        place = next(
            (
                number
                for number, item in enumerate(self.entries)
                if isinstance(item, Reform) and item.parameter == parameter and item.where == dict(where or {})
            ),
            None,
        )
        return self._put(place, entry)

    def without(self, position: int) -> Draft:
        """Return the draft without the change at a position."""
        return replace(self, entries=(*self.entries[:position], *self.entries[position + 1 :]))

    def without_lever(self, lever: str) -> Draft:
        """Return the draft with a lever switched off."""
        position = self.position(lever)
        return self if position is None else self.without(position)

    def moved(self, position: int, to: int) -> Draft:
        """Return the draft with a change at another place: what comes later acts on what came before."""
        rest = list(self.entries)
        rest.insert(to, rest.pop(position))
        return replace(self, entries=tuple(rest))

    def _on(self, lever: str) -> LeverCall:
        call = self.call(lever)
        if call is None:
            raise ScenarioError(Problem("draft", f"{lever}, which is off", "a lever that is on", "Switch it on first."))
        return call

    def _changed(self, lever: str, **values: Any) -> Draft:
        return self._put(self.position(lever), entry_of(replace(self._on(lever), **values)))

    def _put(self, position: int | None, entry: dict[str, Any]) -> Draft:
        """Return the draft with an entry at a place, behind all others for None; the reader of files checks it."""
        (made,) = read_changes([entry], "draft")
        if position is None:
            if len(self.entries) >= MOST_CHANGES:
                found, allowed = f"{len(self.entries) + 1} changes", f"at most {MOST_CHANGES}"
                raise ScenarioError(Problem("draft", found, allowed, "Save the draft as a scenario and start anew."))
            return replace(self, entries=(*self.entries, made))
        return replace(self, entries=(*self.entries[:position], made, *self.entries[position + 1 :]))

    def changes(self) -> list[dict[str, Any]]:
        """Return the changes as plain data: the list under ``reforms:`` of a scenario file."""
        return [entry_of(item) for item in self.entries]

    @classmethod
    def of_changes(cls, changes: object) -> Draft:
        """Return a draft from plain data, as JSON gives it back.

        Raises
        ------
        ScenarioError
            With everything that is wrong with it.
        """
        if isinstance(changes, list) and len(changes) > MOST_CHANGES:
            remedy = "Open the scenario as a file."
            raise ScenarioError(Problem("link", f"{len(changes)} changes", f"at most {MOST_CHANGES}", remedy))
        return cls(tuple(_plain(item) for item in read_changes(_years_as_numbers(changes), "link")))

    def file_text(self, name: str = "draft", title: Words | None = None, why: Words | None = None) -> str:
        """Return the scenario file that the command line reads, to be called ``NAME.yaml``; see `safe_name`."""
        given = title or self.title
        scenario = Scenario(
            safe_name(name), given, why or given, f"made in the dashboard from {self.origin or 'baseline'}"
        )
        return scenario_text(replace(scenario, reforms=self.entries))

    @classmethod
    def of_file(cls, text: str, file: str = "scenario.yaml") -> Draft:
        """Return the draft of a scenario file that a user brought; what it extends is found by name only.

        Raises
        ------
        ScenarioError
            With every problem and its line.
        """
        if len(text) > MOST_TEXT:
            found = f"{len(text):,} characters"
            raise ScenarioError(Problem(file, found, f"at most {MOST_TEXT:,}", "Open a scenario file."))
        scenario = read_scenario(text.removeprefix("\ufeff"), file)
        return cls.of(scenario)

    def link(self) -> str | None:
        """Return the draft for an address: JSON, deflated, base64url; None where it is too long and must be a file."""
        if not self.entries:
            return ""
        text = json.dumps(self.changes(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = base64.urlsafe_b64encode(packer.compress(text.encode()) + packer.flush()).decode().rstrip("=")
        return packed if len(packed) <= MOST_CHARACTERS else None

    @classmethod
    def of_link(cls, packed: str) -> Draft:
        """Return the draft of an address.

        Raises
        ------
        ScenarioError
            Where the text is none of ours, is broken, too long, or holds what cannot be.
        """
        if not packed:
            return cls()
        refused = Problem("link", "a draft that cannot be read", "the part of a link behind d=", "Copy the whole link.")
        if len(packed) > MOST_CHARACTERS:
            raise ScenarioError(refused)
        try:
            content = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
            unpacker = zlib.decompressobj(-15)
            text = unpacker.decompress(content, MOST_TEXT)
            if not unpacker.eof:
                raise ScenarioError(refused)
            changes = json.loads(text)
        except (binascii.Error, zlib.error, ValueError, RecursionError):
            raise ScenarioError(refused) from None
        return cls.of_changes(changes)


def safe_name(text: str, otherwise: str = "draft") -> str:
    """Return a text as the name of a scenario and its file: letters, digits, _ and -, nothing of a path."""
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")[:60]
    return kept or otherwise


def _plain(item: LeverCall | Reform) -> LeverCall | Reform:
    """Return a change that does not remember the line of its file."""
    return replace(item, line=None)


def _years_as_numbers(changes: object) -> object:
    """Return plain data in which amounts are by year again: JSON has made texts of the years."""
    if not isinstance(changes, list):
        return changes
    found = []
    for item in changes:
        if isinstance(item, dict):
            item = {
                key: {_year(year): amount for year, amount in value.items()}
                if key in ("values", "by") and isinstance(value, dict)
                else value
                for key, value in item.items()
            }
        found.append(item)
    return found


def _year(text: object) -> object:
    return int(text) if isinstance(text, str) and len(text) == 4 and text.isdecimal() else text


@dataclass(frozen=True)
class History:
    """A draft with the steps that led to it and those that were taken back.

    Parameters
    ----------
    draft : Draft
        What is shown.
    past, future : tuple of Draft
        Oldest first; next first.
    """

    draft: Draft = field(default_factory=Draft)
    past: tuple[Draft, ...] = ()
    future: tuple[Draft, ...] = ()

    def do(self, draft: Draft) -> History:
        """Return the history after a step; a step that changes nothing is none."""
        if draft == self.draft:
            return self
        return History(draft, (*self.past, self.draft)[-STEPS_BACK:])

    def undo(self) -> History:
        """Return the history one step back; unchanged at its beginning."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.draft, *self.future))

    def redo(self) -> History:
        """Return the history one step on; unchanged at its end."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.draft), self.future[1:])


_REMARKS: BoundedCache[tuple[Remark, ...]] = BoundedCache(128, 4 * 2**20, lambda remarks: 1_000 * (1 + len(remarks)))


def remarks(loaded: LoadedSet, scenario: Scenario) -> tuple[Remark, ...]:
    """Return what the author of a scenario should know: idle changes, overlaps, levers that do less than they say.

    Raises
    ------
    ScenarioError
        Where the scenario does not apply to the set.
    """
    if not scenario.reforms:
        return ()
    key = (loaded.digest, scenario.digest)
    return _REMARKS.get(key, lambda: tuple(review(scenario, loaded.calibrated)))
