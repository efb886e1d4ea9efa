"""``poolcast budget``: next year's draft, the running year by its months, and early warning; saved where asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poolcast.commands.run import Journal, read_scenarios
from poolcast.parameters.errors import AssumptionError, PoolcastError, Problem, ResultError, ScenarioError
from poolcast.reporting.console import data_console, print_json, working

if TYPE_CHECKING:
    from poolcast.budget.annual_budget import AnnualBudget
    from poolcast.parameters.assumptions import Assumptions
    from poolcast.reporting.budget_folder import BudgetRecord
    from poolcast.reporting.budget_tables import Shown
    from poolcast.scenarios.scenario import Scenario

DEFAULT_LEDGERS = ("EPF", "EPA", "RPF")
"""Ledgers of the official statement: shown unless others are asked for; files hold every ledger."""


@dataclass(frozen=True)
class BudgetOptions:
    """What the command line asked for.

    Parameters
    ----------
    assumption_set, scenario : str
    reforms : sequence of str
    year : int or None
        Year of the draft; two years after the base year where None.
    as_of : str or None
        Last month that counts, ``YYYY-MM``.
    actuals, approved : Path or None
        Months so far; the approved budget of the running year.
    regions, ledgers : sequence of str
    paths, seed : int
        Futures behind the warnings that speak of chances; none where 0.
    unit : {"auto", "yi", "wan", "yuan"}
    prices : {"nominal", "real", "gdp"}
    language : {"en", "zh"}
    as_json, quiet : bool
    out : Path or None
    command : str
    """

    assumption_set: str
    scenario: str
    reforms: Sequence[str]
    year: int | None
    as_of: str | None
    actuals: Path | None
    approved: Path | None
    regions: Sequence[str]
    ledgers: Sequence[str]
    paths: int
    seed: int
    unit: str
    prices: str
    language: str
    as_json: bool
    quiet: bool
    out: Path | None
    command: str


def make_budget(options: BudgetOptions) -> None:
    """Make the budget, save it where asked, and print it.

    Raises
    ------
    PoolcastError
        With every problem of the set, the scenario, the files or the options.
    """
    journal = Journal(options.quiet or options.as_json)
    journal.keep(options.command)
    if options.out is not None:
        from poolcast.reporting.run_folder import free_place

        free_place(options.out.absolute(), chosen=True)
    assumptions, scenario = _read(options, journal)
    with working(journal.console, "Budget"):
        budget = _budget(options, assumptions, scenario)
        everything, shown = _shown(options, budget)
    if budget.synthetic:
        journal.say(f"{budget.read.name} holds synthetic data: it describes no real region.", "yellow")
    for remark in () if budget.months is None else budget.months.remarks:
        journal.say(remark.in_language(options.language), "yellow")
    if options.out is not None:
        from poolcast.reporting.budget_folder import save_budget

        with working(journal.console, "Saving"):
            place = save_budget(options.out, everything, _record(options, journal))
    if options.as_json:
        from poolcast.reporting.budget_document import budget_document

        print_json(budget_document(shown))
    elif options.quiet and options.out is not None:
        data_console().print(str(place), markup=False, soft_wrap=True)
    elif not options.quiet:
        from poolcast.reporting.budget_console import print_budget

        print_budget(data_console(), shown, options.unit, options.language)
    if options.out is not None:
        label = "结果" if options.language == "zh" else "Saved"
        journal.console.print(f"{label}: {place}", markup=False, soft_wrap=True)


def _read(options: BudgetOptions, journal: Journal) -> tuple[Assumptions, Scenario]:
    """Read the set and the scenario; the problems of both are raised together."""
    import poolcast

    problems: list[Problem] = []
    assumptions = scenario = None
    try:
        with working(journal.console, f"Reading the assumption set {options.assumption_set}"):
            assumptions = poolcast.load_assumptions(options.assumption_set)
    except AssumptionError as error:
        problems += error.problems
    try:
        scenario = read_scenarios([options.scenario], options.reforms)[0]
    except ScenarioError as error:
        problems += error.problems
    if assumptions is None or scenario is None:
        raise PoolcastError(problems)
    return assumptions, scenario


def _budget(options: BudgetOptions, assumptions: Assumptions, scenario: Scenario) -> AnnualBudget:
    import poolcast

    simulation = None
    if options.paths:
        simulation = poolcast.simulate(assumptions, [scenario], paths=options.paths, seed=options.seed)
    return poolcast.budget(
        assumptions,
        scenario,
        options.year,
        approved=options.approved,
        actuals=options.actuals,
        as_of=options.as_of,
        ledger=options.ledgers[0].upper() if len(options.ledgers) == 1 else "",
        simulation=simulation,
        history=options.assumption_set,
    )


def _shown(options: BudgetOptions, budget: AnnualBudget) -> tuple[Shown, Shown]:
    """Return all that files hold, and what is shown."""
    from poolcast.reporting.budget_tables import Shown
    from poolcast.reporting.outcome import Outcome, chosen_ledgers, chosen_regions

    outcome = Outcome.of(budget.forecast)
    problems: list[Problem] = []
    regions: list[str] = []
    ledgers: list[str] = []
    try:
        regions = list(chosen_regions([outcome], options.regions))
    except ResultError as error:
        problems += error.problems
    try:
        ledgers = chosen_ledgers(outcome, options.ledgers)
    except ResultError as error:
        problems += error.problems
    if problems:
        raise ResultError(problems)
    if not options.ledgers:
        ledgers = [code for code in DEFAULT_LEDGERS if code in ledgers]
    whole = Shown(budget, tuple(regions), tuple(budget.accounts.ledgers), options.prices)
    return whole, Shown(budget, tuple(regions), tuple(ledgers), options.prices)


def _record(options: BudgetOptions, journal: Journal) -> BudgetRecord:
    from poolcast.reporting.budget_folder import BudgetRecord

    return BudgetRecord(
        options.command,
        {
            "set": options.assumption_set,
            "scenario": options.scenario,
            "reforms": list(options.reforms),
            "year": options.year,
            "as_of": options.as_of,
            "actuals": None if options.actuals is None else options.actuals.name,
            "approved": None if options.approved is None else options.approved.name,
            "paths": options.paths,
            "seed": options.seed,
            "prices": options.prices,
            "unit": options.unit,
            "language": options.language,
        },
        [file for file in (options.actuals, options.approved) if file is not None],
        options.language,
        tuple(journal.lines),
    )
