"""Reproduce: the command line and the Python lines that print the numbers of a view, with the files that they read.

A scenario that no name finds (a draft, an uploaded file) comes as a file beside the command. A set that a user edited
is written out in Python as its edits; the command line reads it from the folder that the page of assumptions saves.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from poolcast.dashboard.services.drafts import safe_name
from poolcast.dashboard.services.scenarios import scenario_of
from poolcast.dashboard.services.sets import LoadedSet, load_set
from poolcast.parameters.errors import PoolcastError
from poolcast.scenarios.scenario import BASELINE, Scenario
from poolcast.scenarios.writing import scenario_text

Kind = Literal["levels", "compare", "why", "simulate", "solve", "rules", "budget"]
_MANY = 9


@dataclass(frozen=True)
class View:
    """What a page shows.

    Parameters
    ----------
    kind : {"levels", "compare", "why", "simulate", "solve", "rules", "budget"}
        What it prints: levels of scenarios, a comparison, why the last differs from the first, bands, the answer of a
        goal seek, findings of the rules for the last, the annual budget under the last.
    loaded : LoadedSet
    scenarios : tuple of Scenario
        The first is what the others are compared with.
    region, ledger : str
        Codes; every region for an empty one.
    year : int or None
        Year in focus.
    measure : str
        Of the catalogue.
    paths, seed : int
        Of a simulation.
    probability : float or None
        Of a goal seek.
    unknown, condition : str
        Of a goal seek.
    start : int or None
        First year of the change that is looked for.
    rules : str
        Rule set.
    actuals, approved : str
        Names of the files of months and of the approved budget behind a budget, which the reader has.
    language : {"zh", "en"}
    """

    kind: Kind
    loaded: LoadedSet
    scenarios: tuple[Scenario, ...] = (BASELINE,)
    region: str = ""
    ledger: str = "EPF"
    year: int | None = None
    measure: str = "payable_months"
    paths: int = 1_000
    seed: int = 1
    probability: float | None = None
    unknown: str = ""
    condition: str = ""
    start: int | None = None
    rules: str = "national"
    actuals: str = ""
    approved: str = ""
    language: str = "zh"


@dataclass(frozen=True)
class Recipe:
    """What prints the numbers of a view.

    Parameters
    ----------
    command : str
        Command line.
    python : str
        Lines of Python.
    files : mapping of str to str
        Texts of the files that both read, by name; to be saved in the working folder.
    set_folder : str
        Folder in which the command line expects an edited or uploaded set; empty where a name finds it.
    """

    command: str
    python: str
    files: Mapping[str, str] = field(default_factory=dict)
    set_folder: str = ""


def recipe(view: View) -> Recipe:
    """Return the command line, the Python lines and the files that print the numbers of a view."""
    words, files = _scenario_words(view.scenarios)
    set_folder = "" if view.loaded.is_named else set_word(view.loaded)
    return Recipe(_command(view, words, set_folder), _python(view, words), files, set_folder)


def set_word(loaded: LoadedSet) -> str:
    """Return what a command line calls a set: its name, or the folder to which a reader's own one is imported."""
    return loaded.name if loaded.is_named else f"my_{loaded.name}"


def report_command(loaded: LoadedSet, scenario: Scenario, number: str, paths: int, seed: int, language: str) -> str:
    """Return the command line that makes the sensitivity report of a number, as ``reserve(EPF, year=2040)``.

    A scenario that no name finds is the file that `recipe` gives.
    """
    (word,), _ = _scenario_words([scenario])
    words = ["poolcast", "sensitivity", word, "--set", set_word(loaded), "--of", number]
    words += [] if (to := _horizon(loaded)) is None else ["--to", str(to)]
    words += ["--paths", str(paths), "--seed", str(seed), "--report", "report", "--language", language]
    return shlex.join(words)


def _scenario_words(scenarios: Sequence[Scenario]) -> tuple[list[str], dict[str, str]]:
    """Return what names each scenario on a command line, and the files of those that no name finds."""
    words, files = [], {}
    for scenario in scenarios:
        if is_found(scenario):
            words.append(scenario.name)
        else:
            stem = safe_name(scenario.name)
            files[f"{stem}.yaml"] = scenario_text(replace(scenario, name=stem))
            words.append(f"{stem}.yaml")
    return words, files


def is_found(scenario: Scenario) -> bool:
    """Whether the name of a scenario finds the same changes."""
    try:
        return scenario_of(scenario.name).digest == scenario.digest
    except PoolcastError:
        return False


def _horizon(loaded: LoadedSet) -> int | None:
    """Return the last year where it is not the set's own."""
    if loaded.sent:
        return None
    try:
        own = load_set(loaded.name).last_year
    except PoolcastError:
        return loaded.last_year
    return None if own == loaded.last_year else loaded.last_year


def _command(view: View, names: Sequence[str], set_folder: str) -> str:
    words = ["poolcast", *_asked(view, names), "--set", set_folder or view.loaded.name]
    if view.kind not in ("rules", "budget") and (to := _horizon(view.loaded)) is not None:
        words += ["--to", str(to)]
    if view.kind not in ("solve", "rules"):
        words += ["--region", view.region] if view.region else []
        words += ["--ledger", view.ledger]
    return shlex.join([*words, "--language", view.language])


def _asked(view: View, names: Sequence[str]) -> list[str]:
    first, last = names[0], names[-1]
    if view.kind == "compare" and len(names) > 1:
        return ["compare", *names[:_MANY], "--measure", view.measure]
    if view.kind == "why":
        return ["explain", last, "--against", first, *([] if view.year is None else ["--year", str(view.year)])]
    if view.kind == "simulate":
        return ["simulate", *names, "--paths", str(view.paths), "--seed", str(view.seed)]
    if view.kind == "budget":
        given = (("--actuals", view.actuals), ("--approved", view.approved))
        return ["budget", "--scenario", last, *(word for pair in given if pair[1] for word in pair)]
    if view.kind == "rules":
        return ["check", last, "--rules", view.rules]
    if view.kind == "solve":
        words = ["solve", view.unknown, "--for", view.condition, "--scenario", last]
        words += ["--region", view.region] if view.region else []
        words += [] if view.start is None else ["--start", str(view.start)]
        if view.probability is not None:
            words += ["--probability", f"{view.probability:g}", "--paths", str(view.paths), "--seed", str(view.seed)]
        return words
    return ["run", *names]


def _python(view: View, names: Sequence[str]) -> str:
    lines = ["import poolcast", *_PYTHON_IMPORTS.get(view.kind, ()), "", *_python_set(view.loaded)]
    lines.append(f"scenarios = [poolcast.load_scenario(name) for name in {list(names)!r}]")
    return "\n".join([*lines, *_python_answer(view)]) + "\n"


_PYTHON_IMPORTS: dict[str, tuple[str, ...]] = {
    "simulate": ("from poolcast.uncertainty.summary import quantiles",),
}


def _python_set(loaded: LoadedSet) -> list[str]:
    to = _horizon(loaded)
    horizon = "" if to is None else f", to={to}"
    if loaded.sent or not loaded.edits:  # the workbook of a set that was sent holds the edits too
        return [f"assumptions = poolcast.load_assumptions({set_word(loaded)!r}{horizon})"]
    lines = ["from poolcast.dashboard.services.sets import Edit, edited_set, load_set", "", "edits = ["]
    lines += [f"    {edit!r}," for edit in loaded.edits]
    return [*lines, "]", f"assumptions = edited_set(load_set({loaded.name!r}{horizon}), edits).assumptions"]


def _python_answer(view: View) -> list[str]:
    place = [f"ledger={view.ledger!r}", *([f"region={view.region!r}"] if view.region else [])]
    if view.year is not None:
        place.append(f"year={view.year}")
    chosen = ", ".join(place)
    if view.kind == "compare" and len(view.scenarios) > 1:
        return [
            "forecasts = {scenario.name: poolcast.project(assumptions, scenario) for scenario in scenarios}",
            f"comparison = poolcast.compare(forecasts, [{view.measure!r}])",
            f"level = comparison.level({view.measure!r})",
            f"place = {{axis: member for axis, member in dict({chosen}).items() if axis in level.dims}}",
            "print(level.sel(place).to_series().to_string())",
            f"print(comparison.differences({view.measure!r}).sel(place).to_series().to_string())",
        ]
    if view.kind == "why":
        return [
            "why = poolcast.explain(scenarios[-1], scenarios[0], assumptions)",
            f"print(why.reasons.parts.sel({chosen}).to_series().to_string())",
        ]
    if view.kind == "simulate":
        return [
            f"simulation = poolcast.simulate(assumptions, scenarios, paths={view.paths}, seed={view.seed})",
            "for scenario in simulation.scenarios:",
            f"    fan = quantiles(simulation, scenario, {view.measure!r})['quantile']",
            f"    print(scenario, fan.sel(level=[0.1, 0.5, 0.9]).sel({chosen}).to_series().to_string(), sep='\\n')",
        ]
    if view.kind == "solve":
        return _python_solve(view)
    if view.kind == "rules":
        return [
            f"found = poolcast.check_compliance(assumptions, scenarios[-1], {view.rules!r})",
            "for finding in found.findings:",
            "    print(finding.rule.id, finding.severity, finding.region, finding.place, finding.value)",
        ]
    if view.kind == "budget":
        given = ((name, getattr(view, name)) for name in ("actuals", "approved"))
        files = "".join(f", {name}={file!r}" for name, file in given if file)
        return [
            f"draft = poolcast.budget(assumptions, scenarios[-1]{files}, ledger={view.ledger!r})",
            f"print(draft.statements[{view.region!r}].table({view.ledger!r}).to_string())",
        ]
    return [
        "for scenario in scenarios:",
        f"    forecast = poolcast.project(assumptions, scenario)[{list(dict.fromkeys(['reserve', view.measure]))!r}]",
        f"    print(scenario.name, forecast.sel({chosen}).to_dataframe().to_string(), sep='\\n')"
        if view.year is None or not view.region
        else f"    print(scenario.name, forecast.sel({chosen}).to_array().to_series().to_string(), sep='\\n')",
    ]


def _python_solve(view: View) -> list[str]:
    region = f", region={view.region!r}" if view.region else ""
    start = "" if view.start is None else f", start={view.start}"
    if view.probability is None:
        asked = f"{view.unknown!r}, {view.condition!r}{region}, base_scenario=scenarios[-1]{start}"
        return [f"answer = poolcast.solve(assumptions, {asked})", "print(answer.reached, answer.value)"]
    runs = f"probability={view.probability:g}, paths={view.paths}, seed={view.seed}"
    asked = f"{view.unknown!r}, {view.condition!r}, {runs}{region}, base_scenario=scenarios[-1]{start}"
    return [
        "from poolcast.uncertainty.seeking import seek",
        f"answer = seek(assumptions, {asked})",
        "print(answer.reached, answer.value)",
    ]
