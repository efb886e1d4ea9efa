"""``poolcast compare``: a baseline and scenarios side by side; nothing is saved unless it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poolcast.commands.run import MANY_REGIONS
from poolcast.outlook.catalogue_of_measures import HEADLINE, MEASURES, chosen_measures
from poolcast.parameters.errors import PoolcastError, Problem, ResultError
from poolcast.reporting.console import data_console, message_console, print_json, working
from poolcast.reporting.formats import LEDGERS_WITH_BANDS
from poolcast.reporting.outcome import Outcome, chosen_ledgers, chosen_regions, milestone_years

if TYPE_CHECKING:
    from poolcast.outlook.comparison import Comparison
    from poolcast.outlook.measures import Prices
    from poolcast.parameters.assumptions import Assumptions
    from poolcast.scenarios.scenario import Scenario

TABLES = ("revenue", "expenditure", "reserve")
"""Measures with a table of their own where a single region is shown and none is asked for."""


@dataclass(frozen=True)
class CompareOptions:
    """What the command line asked for.

    Parameters
    ----------
    scenarios : sequence of str
        The baseline, then the scenarios: names, levers or files.
    assumption_set : str
        Name or folder.
    to : int or None
        Last year; the set's own where None.
    prices, language : str
        How money and words are shown.
    measures, regions, ledgers : sequence of str
        Which to show; the usual ones where empty.
    as_json, quiet : bool
        One JSON document instead of tables; no messages.
    out : path or None
        CSV file or folder.
    """

    scenarios: Sequence[str]
    assumption_set: str
    to: int | None
    prices: str
    language: str
    measures: Sequence[str]
    regions: Sequence[str]
    ledgers: Sequence[str]
    as_json: bool
    quiet: bool
    out: Path | None


def compare_scenarios(options: CompareOptions) -> None:
    """Project the scenarios, compare them, and print or save the comparison.

    Raises
    ------
    PoolcastError
        With every problem of the set, the scenarios, the measures or the place.
    """
    import poolcast
    from poolcast.outlook.measures import PRICES
    from poolcast.reporting.comparison_document import comparison_document, refuse_taken, save_comparison

    console = message_console(quiet=options.quiet or options.as_json)
    if options.out is not None:
        refuse_taken(options.out)
    asked = [measure.name for measure in chosen_measures(options.measures)]
    with working(console, "Reading"):
        assumptions, scenarios = _read(options)
    with working(console, "Projecting"):
        by_age = any(MEASURES[name].by_cohort for name in asked)
        forecasts = {scenario.name: poolcast.project(assumptions, scenario, by_age=by_age) for scenario in scenarios}
    outcomes = {name: Outcome.of(forecast) for name, forecast in forecasts.items()}
    first = next(iter(outcomes.values()))
    ledgers, regions = chosen_ledgers(first, options.ledgers), _regions(outcomes, options.regions)
    with working(console, "Comparing"):
        wanted = asked if options.as_json else [*asked, *HEADLINE]
        known: Prices = next(word for word in PRICES if word == options.prices)
        comparison = poolcast.compare(forecasts, wanted, prices=known)
    if options.out is not None:
        save_comparison(options.out, comparison.only(asked), regions, ledgers)
    if options.as_json:
        print_json(comparison_document(comparison, outcomes, regions, ledgers, milestone_years(first)))
    elif not options.quiet:
        _print(options, comparison, outcomes, regions, ledgers)
    if options.out is not None:
        console.print(f"{'结果' if options.language == 'zh' else 'Saved'}: {options.out}", markup=False, soft_wrap=True)


def _read(options: CompareOptions) -> tuple[Assumptions, list[Scenario]]:
    """Read the set and the scenarios; the problems of all of them are raised together."""
    import poolcast

    problems: list[Problem] = []
    assumptions = None
    scenarios: dict[str, Scenario] = {}
    try:
        assumptions = poolcast.load_assumptions(options.assumption_set, to=options.to)
    except PoolcastError as error:
        problems.extend(error.problems)
    for name in options.scenarios:
        try:
            scenario = poolcast.load_scenario(name)
        except PoolcastError as error:
            problems.extend(error.problems)
            continue
        if scenario.name in scenarios:
            found = f"{scenario.name} twice"
            problems.append(Problem("SCENARIO", found, "different scenarios", "Name each scenario once."))
        scenarios[scenario.name] = scenario
    if assumptions is None or problems:
        raise PoolcastError(problems)
    if len(scenarios) < 2:
        found = f"{next(iter(scenarios))} alone"
        raise ResultError(Problem("SCENARIO", found, "BASELINE SCENARIO...", "Name a scenario to compare it with."))
    return assumptions, list(scenarios.values())


def _regions(outcomes: dict[str, Outcome], wanted: Sequence[str]) -> list[str]:
    """Return the regions and pools to show; a pool that only one of the scenarios has may be asked for."""
    return chosen_regions(list(outcomes.values()), wanted)


def _print(
    options: CompareOptions,
    comparison: Comparison,
    outcomes: dict[str, Outcome],
    regions: Sequence[str],
    ledgers: Sequence[str],
) -> None:
    from poolcast.reporting.comparison_tables import print_comparison

    pooled = [ledger for ledger in ledgers if ledger in LEDGERS_WITH_BANDS]
    many = len(regions) > MANY_REGIONS
    shown = pooled if pooled and not options.ledgers else ledgers
    tables = options.measures or (() if many else TABLES)
    names = [measure.name for measure in chosen_measures(tables)] if tables else []
    print_comparison(data_console(), comparison, outcomes, options.language, regions, shown, names)
