"""``poolcast run``: project scenarios, save them, show them."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast import __version__
from poolcast.parameters.borrowing import borrowed_words
from poolcast.parameters.errors import AssumptionError, PoolcastError, Problem, ScenarioError
from poolcast.reporting.console import data_console, message_console, print_json, print_outcomes, working
from poolcast.reporting.formats import LEDGERS_WITH_BANDS
from poolcast.reporting.outcome import Outcome, chosen_ledgers, chosen_regions

if TYPE_CHECKING:
    from poolcast.parameters.assumptions import Assumptions
    from poolcast.scenarios.scenario import Scenario

SHOWN_WARNINGS = 5
MANY_REGIONS = 3


@dataclass(frozen=True)
class RunOptions:
    """What the command line asked for.

    Parameters
    ----------
    scenarios : sequence of str
        Names or files, in the order in which they are shown.
    reforms : sequence of str
        Changes of one parameter each, as ``revenue.employer_rate=0.085@2027``, made in every scenario.
    assumption_set : str
        Name or folder.
    to : int or None
        Last year; the set's own where None.
    prices, language : str
        How money and words are shown.
    as_json, quiet, page : bool
        One JSON document instead of tables; no messages, and the run folder's path as only output; write the page.
    out : path or None
        Run folder.
    ledgers, regions : sequence of str
        Which to show; all where empty.
    command : str
        The command line, for the record.
    """

    scenarios: Sequence[str]
    reforms: Sequence[str]
    assumption_set: str
    to: int | None
    prices: str
    language: str
    as_json: bool
    quiet: bool
    page: bool
    out: Path | None
    ledgers: Sequence[str]
    regions: Sequence[str]
    command: str


@dataclass
class Journal:
    """Messages for the person at the terminal, kept with their time for ``log.txt``."""

    quiet: bool
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.console = message_console(quiet=self.quiet)

    def keep(self, text: str) -> None:
        """Keep a line for the log only."""
        self.lines.append(f"{datetime.now().astimezone().isoformat(timespec='milliseconds')} {text}")

    def say(self, text: str, style: str = "") -> None:
        """Keep a line and print it on standard error."""
        self.keep(text)
        self.console.print(text, style=style, markup=False, soft_wrap=True)


def run(options: RunOptions) -> None:
    """Project the scenarios, save them and print the summary.

    Parameters
    ----------
    options : RunOptions
        What the command line asked for.

    Raises
    ------
    PoolcastError
        With every problem of the set, the scenarios or the place of the run folder.
    """
    from poolcast.reporting.json_document import calibration_warnings, run_document
    from poolcast.reporting.run_folder import RunRecord, free_place, save_run

    started = datetime.now().astimezone()
    journal = Journal(options.quiet or options.as_json)
    journal.keep(f"poolcast {__version__}, Python {platform.python_version()}: {options.command}")
    if options.out is not None:
        free_place(options.out.absolute(), chosen=True)  # refuse before the work, not after it
    assumptions, scenarios = _read(options, journal)
    outcomes = [_project(assumptions, scenario, options.command, journal) for scenario in scenarios]
    ledgers = chosen_ledgers(outcomes[0], options.ledgers)
    regions = chosen_regions(outcomes, options.regions)
    warnings = [*calibration_warnings(outcomes), *_remarks(assumptions, scenarios, options.language)]
    _say_warnings(warnings, journal)
    record = RunRecord(
        command=options.command,
        options=_recorded(options, assumptions),
        assumptions=assumptions,
        scenarios={outcome.name: scenario for outcome, scenario in zip(outcomes, scenarios, strict=True)},
        log=journal.lines,
        language=options.language,
        prices=options.prices,
        time=started,
    )

    def make_page() -> str:
        from poolcast.reporting.page import page

        return page(outcomes, assumptions, language=options.language, prices=options.prices)

    with working(journal.console, "Saving"):
        folders = save_run(options.out, outcomes, record, make_page if options.page else None)
    root = folders[outcomes[0].name] if len(outcomes) == 1 else folders[outcomes[0].name].parent
    if options.as_json:
        print_json(run_document(outcomes, options.prices, folders, warnings, regions, ledgers))
    elif options.quiet:
        data_console().print(str(root), markup=False, soft_wrap=True)
    else:
        shown = _shown_ledgers(options, regions, ledgers, journal)
        print_outcomes(data_console(), outcomes, options.prices, options.language, regions, shown)
        borrowed = borrowed_words(assumptions).in_language(options.language)
        if borrowed:
            data_console().print(borrowed, style="dim", markup=False, soft_wrap=True)
    _say_where(root, options, journal)


def _read(options: RunOptions, journal: Journal) -> tuple[Assumptions, list[Scenario]]:
    """Read the set and the scenarios; the problems of all of them are raised together."""
    try:
        assumptions = _read_assumptions(options, journal)
    except AssumptionError as error:
        try:
            read_scenarios(options.scenarios, options.reforms)
        except ScenarioError as other:
            raise PoolcastError([*error.problems, *other.problems]) from None
        raise
    return assumptions, read_scenarios(options.scenarios, options.reforms)


def _read_assumptions(options: RunOptions, journal: Journal) -> Assumptions:
    import poolcast

    start = time.perf_counter()
    with working(journal.console, f"Reading the assumption set {options.assumption_set}"):
        assumptions = poolcast.load_assumptions(options.assumption_set, to=options.to)
    journal.keep(
        f"read {assumptions.name} ({assumptions.digest()}), {assumptions.base_year} to {assumptions.last_year}, "
        f"in {time.perf_counter() - start:.2f} s"
    )
    if assumptions.synthetic:
        journal.say(f"{assumptions.name} holds synthetic data: it describes no real region.", "yellow")
    return assumptions


def read_scenarios(names: Sequence[str], reforms: Sequence[str]) -> list[Scenario]:
    """Read the scenarios with their further reforms, and raise the problems of all of them together."""
    import poolcast
    from poolcast.scenarios.reading import with_reforms

    scenarios: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            scenario = poolcast.load_scenario(name)
        except ScenarioError as error:
            problems.extend(error.problems)
            continue
        scenarios.setdefault(scenario.name, scenario)
    try:
        changed = [with_reforms(scenario, list(reforms)) for scenario in scenarios.values()]
    except ScenarioError as error:
        problems.extend(error.problems)
    if problems:
        raise ScenarioError(problems)
    return changed


def _project(assumptions: Assumptions, scenario: Scenario, command: str, journal: Journal) -> Outcome:
    import poolcast

    start = time.perf_counter()
    with working(journal.console, f"Projecting {scenario.name}"):
        forecast = poolcast.project(assumptions, scenario, by_age=True)
    journal.keep(f"projected {scenario.name} in {time.perf_counter() - start:.2f} s")
    return Outcome.of(forecast.assign_attrs(command=command))


def _remarks(assumptions: Assumptions, scenarios: Sequence[Scenario], language: str) -> list[str]:
    """Return a sentence for every change that changes nothing or meets another one."""
    import poolcast
    from poolcast.scenarios.review import review

    reformed = [scenario for scenario in scenarios if scenario.reforms]
    if not reformed:
        return []
    calibrated = poolcast.calibrate(assumptions)
    return [
        f"{scenario.name}: {remark.text_zh if language == 'zh' else remark.text}"
        for scenario in reformed
        for remark in review(scenario, calibrated)
    ]


def _say_warnings(warnings: Sequence[str], journal: Journal) -> None:
    for text in warnings:
        journal.keep(f"warning: {text}")
    for text in warnings[:SHOWN_WARNINGS]:
        journal.console.print(f"warning: {text}", style="yellow", markup=False, soft_wrap=True)
    if len(warnings) > SHOWN_WARNINGS:
        more = f"warning: {len(warnings) - SHOWN_WARNINGS} more of this kind; see log.txt or `poolcast check`"
        journal.console.print(more, style="yellow", markup=False, soft_wrap=True)


def _recorded(options: RunOptions, assumptions: Assumptions) -> dict[str, Any]:
    return {
        "set": options.assumption_set,
        "scenarios": list(options.scenarios),
        "reforms": list(options.reforms),
        "to": assumptions.last_year,
        "prices": options.prices,
        "language": options.language,
    }


def _shown_ledgers(
    options: RunOptions, regions: Sequence[str], ledgers: Sequence[str], journal: Journal
) -> Sequence[str]:
    """Of many regions show the pooled funds only, unless a ledger was asked for."""
    pooled = [ledger for ledger in ledgers if ledger in LEDGERS_WITH_BANDS]
    rest = [ledger for ledger in ledgers if ledger not in pooled]
    if options.ledgers or len(regions) <= MANY_REGIONS or not pooled or not rest:
        return ledgers
    chinese = options.language == "zh"
    text = (
        f"另有 {', '.join(rest)}：用 --ledger 或见 summary.xlsx。"
        if chinese
        else (f"Not shown: {', '.join(rest)}; use --ledger, or see summary.xlsx.")
    )
    journal.console.print(text, markup=False, soft_wrap=True)
    return pooled


def _say_where(root: Path, options: RunOptions, journal: Journal) -> None:
    chinese = options.language == "zh"
    journal.console.print(f"{'结果' if chinese else 'Saved'}: {_short(root)}", markup=False, soft_wrap=True)
    if options.page:
        journal.console.print(f"{'网页' if chinese else 'Page'}: {root / 'page.html'}", markup=False, soft_wrap=True)


def _short(path: Path) -> str:
    """Path from the working folder, where it lies below that."""
    working_folder = Path.cwd()
    return str(path.relative_to(working_folder)) if path.is_relative_to(working_folder) else str(path)
