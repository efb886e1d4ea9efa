"""The library: scenarios, presets and levers with their words, groups, badges and controls, and one search over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from poolcast.dashboard.services.sets import LoadedSet, ledger_name
from poolcast.parameters.declaration import UNITS, Parameter, Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.declarations.groups import GROUPS as PARAMETER_GROUPS
from poolcast.parameters.errors import PoolcastError, Problem, ScenarioError
from poolcast.parameters.location import available_scenarios
from poolcast.parameters.nearest import did_you_mean
from poolcast.scenarios.catalogue import LEVERS, find_lever
from poolcast.scenarios.lever import GROUPS, Argument, Lever
from poolcast.scenarios.reading import load_scenario
from poolcast.scenarios.scenario import BASELINE, FIRST_YEAR_OF_A_POLICY, LeverCall, Scenario

Badge = Literal["seed", "public", "verify", "assumed", "stress", "record"]

BADGES: dict[Badge, Words] = {
    "seed": Words("Document", "文件依据"),
    "public": Words("Published", "公开资料"),
    "verify": Words("To be verified", "待核实"),
    "assumed": Words("Assumed", "手册假设"),
    "stress": Words("Stress test", "压力测试"),
    "record": Words("Recorded only", "仅记录"),
}
"""What stands behind a lever: a document, a published figure, an unverified one, an assumption; and two marks."""

_BADGE_OF_EVIDENCE: dict[str, Badge] = {
    "seed": "seed",
    "source": "public",
    "derived": "public",
    "estimated": "public",
    "source_unverified": "verify",
}
SHOWN_HITS = 12


@dataclass(frozen=True)
class Preset:
    """A scenario of the library.

    Parameters
    ----------
    id : str
        Name that finds it.
    scenario : Scenario
    is_stress : bool
        Whether one of its levers rests on a source of grade D.
    """

    id: str
    scenario: Scenario
    is_stress: bool

    @property
    def title(self) -> Words:
        """Title for readers."""
        return self.scenario.title


@dataclass(frozen=True)
class LeverGroup:
    """A group of levers, in the order of the catalogue."""

    id: str
    title: Words
    levers: tuple[Lever, ...]


@dataclass(frozen=True)
class Notch:
    """A named value of an argument; notches are not equally hard to reach."""

    name: Words
    value: float
    source: str


@dataclass(frozen=True)
class Touched:
    """A ledger that a lever touches, and which way its balance is expected to go.

    Parameters
    ----------
    ledger : str
    name : Words
    sign : {"+", "-", "0", "either"}
    reason : Words
    """

    ledger: str
    name: Words
    sign: str
    reason: Words


@dataclass(frozen=True)
class Hits:
    """What a search finds; policies and assumptions never mix."""

    levers: tuple[Lever, ...]
    presets: tuple[Preset, ...]
    parameters: tuple[Parameter, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.levers or self.presets or self.parameters)


def presets() -> tuple[Preset, ...]:
    """Return the scenarios that a name finds, but for the baseline, by title; a file that is broken is left out."""
    stamps = tuple((name, path.stat().st_mtime_ns) for name, path in sorted(available_scenarios().items()))
    return _presets(stamps)


@lru_cache(maxsize=4)
def _presets(stamps: tuple[tuple[str, int], ...]) -> tuple[Preset, ...]:
    found = []
    for name, _ in stamps:
        if name == BASELINE.name:
            continue
        try:
            scenario = load_scenario(name)
        except PoolcastError:
            continue
        found.append(Preset(name, scenario, has_stress(scenario)))
    return tuple(found)


def has_stress(scenario: Scenario) -> bool:
    """Whether a scenario holds a lever whose source is of grade D."""
    return any(isinstance(item, LeverCall) and item.lever.stress for item in scenario.reforms)


def scenario_of(name: str) -> Scenario:
    """Return the baseline, a scenario of the library or a lever by name; a path is never followed.

    Raises
    ------
    ScenarioError
        Where there is none of that name, or its file is broken.
    """
    if name == BASELINE.name and name not in available_scenarios():
        return BASELINE
    known = {preset.id: preset.scenario for preset in presets()}
    if name in known:
        return known[name]
    if name in available_scenarios() or (name.replace("_", "").isalnum() and find_lever(name) is not None):
        return load_scenario(name)
    remedy = did_you_mean(name, (*known, *LEVERS)) or "Choose one of the library."
    raise ScenarioError(Problem("scenario", f"'{name}'", ", ".join(known), remedy))


def lever_groups() -> tuple[LeverGroup, ...]:
    """Return the eight groups with their levers; every lever of the catalogue stands in exactly one."""
    return tuple(
        LeverGroup(group, title, tuple(lever for lever in LEVERS.values() if lever.group == group))
        for group, title in GROUPS.items()
    )


def lever(word: str) -> Lever:
    """Return a lever by id or name.

    Raises
    ------
    ScenarioError
        Where there is none.
    """
    found = find_lever(word)
    if found is None:
        raise ScenarioError(Problem("lever", f"'{word}'", "a lever", did_you_mean(word, LEVERS) or "Choose another."))
    return found


def badges(lever: Lever) -> tuple[Badge, ...]:
    """Return what stands behind a lever, the strongest first: the document that names it, then its main figure."""
    found: list[Badge] = []
    if any(document.startswith("seed") for document in lever.documents):
        found.append("seed")
    if lever.arguments:
        badge = _BADGE_OF_EVIDENCE.get(lever.arguments[0].evidence, "assumed")
        if badge not in found:
            found.append(badge)
    if lever.stress:
        found.append("stress")
    if lever.no_effect is not None:
        found.append("record")
    return tuple(found)


def touched(lever: Lever, loaded: LoadedSet | None = None) -> tuple[Touched, ...]:
    """Return the ledgers that a lever touches; of a set only those that it holds."""
    held = None if loaded is None else loaded.assumptions.ledgers
    return tuple(
        Touched(effect.ledger, ledger_name(effect.ledger), effect.sign, effect.reason)
        for effect in lever.effects
        if held is None or effect.ledger in held
    )


def notches(argument: Argument) -> tuple[Notch, ...]:
    """Return the named values of an argument: no change where zero means that, half, the default, and twice of it."""
    default, source = argument.default, argument.source
    found = [Notch(Words("Default", "默认"), default, source)]
    if argument.minimum <= 0.0 <= argument.maximum and default != 0.0:
        derived = "share of the default"
        found = [Notch(Words("None", "不变"), 0.0, "no change"), *found]
        half = _on_step(argument, default / 2)
        if half not in (0.0, default):
            found.insert(1, Notch(Words("Mild", "温和"), half, derived))
        double = _on_step(argument, default * 2)
        if argument.minimum <= double <= argument.maximum and double != default:
            found.append(Notch(Words("Strong", "大幅"), double, derived))
    else:
        for name, value in ((Words("Lowest", "最低"), argument.minimum), (Words("Highest", "最高"), argument.maximum)):
            if value != default:
                found.append(Notch(name, value, "bound of the argument"))
    return tuple(sorted(found, key=lambda notch: notch.value))


def _on_step(argument: Argument, value: float) -> float:
    """Return a value on the steps of the control, counted from the default."""
    steps = round((value - argument.default) / argument.notch)
    return round(argument.default + steps * argument.notch, 10)


def start_years(loaded: LoadedSet) -> tuple[int, ...]:
    """Return the years in which a policy may begin."""
    return tuple(range(loaded.base_year + 1, loaded.last_year + 1))


def usual_start(loaded: LoadedSet) -> int:
    """Return the year in which a lever begins where nobody says otherwise."""
    return loaded.base_year + FIRST_YEAR_OF_A_POLICY


def unit_words(unit: str) -> Words:
    """Return the words of a unit."""
    return Words(*UNITS[unit])


def search(text: str, shown: int = SHOWN_HITS) -> Hits:
    """Return levers, scenarios and parameters of which ids, names, documents or help hold every word of a text.

    Both languages are searched whatever the language of the page; hits in an id or a name come before others.

    Parameters
    ----------
    text : str
        As ``门诊``, ``employer rate``, ``B01`` or ``seed 001 item 9``.
    shown : int
        Most hits of a kind.
    """
    words = [word for word in text.casefold().split() if word][:8]
    if not words:
        return Hits((), (), ())
    found_levers = _ranked(
        words,
        {
            item.id: (
                [item.id, item.name, item.title.en, item.title.zh],
                [*item.documents, item.explanation.en, item.explanation.zh, *_argument_words(item)],
            )
            for item in LEVERS.values()
        },
    )
    known = {preset.id: preset for preset in presets()}
    found_presets = _ranked(
        words,
        {
            item.id: (
                [item.id, item.title.en, item.title.zh],
                [item.scenario.why.en, item.scenario.why.zh, item.scenario.source],
            )
            for item in known.values()
        },
    )
    found_parameters = _ranked(words, _parameter_texts())
    return Hits(
        tuple(LEVERS[key] for key in found_levers[:shown]),
        tuple(known[key] for key in found_presets[:shown]),
        tuple(PARAMETERS[key] for key in found_parameters[:shown]),
    )


def _argument_words(item: Lever) -> list[str]:
    return [text for argument in item.arguments for text in (argument.name, argument.label.en, argument.label.zh)]


@lru_cache(maxsize=1)
def _parameter_texts() -> Mapping[str, tuple[list[str], list[str]]]:
    none = Words("", "")
    return {
        name: (
            [name, parameter.label.en, parameter.label.zh],
            [
                parameter.help.en,
                parameter.help.zh,
                PARAMETER_GROUPS.get(parameter.group, none).en,
                PARAMETER_GROUPS.get(parameter.group, none).zh,
            ],
        )
        for name, parameter in PARAMETERS.items()
    }


def _ranked(words: Sequence[str], texts: Mapping[str, tuple[list[str], list[str]]]) -> list[str]:
    """Return the keys whose texts hold every word: an equal id first, then hits in names, then all others."""
    found = []
    for number, (key, (names, others)) in enumerate(texts.items()):
        name = " ".join(names).casefold()
        every = f"{name} {' '.join(others)}".casefold()
        if not all(word in every for word in words):
            continue
        rank = 0 if " ".join(words) in (part.casefold() for part in names) else 2
        if rank and all(word in name for word in words):
            rank = 1
        found.append((rank, number, key))
    return [key for _, _, key in sorted(found)]
