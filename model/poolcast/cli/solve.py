"""Arguments of ``poolcast solve``."""

from __future__ import annotations

from typing import Annotated

import typer

from poolcast.cli.exit_codes import NOT_MET
from poolcast.cli.options import JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import resolve_language


def solve_command(
    unknowns: Annotated[
        list[str],
        typer.Argument(metavar="UNKNOWN...", help="A parameter or LEVER.argument; several are solved as a package."),
    ],
    conditions: Annotated[
        list[str],
        typer.Option("--for", metavar="CONDITION", help="As 'payable_months(EPF, year=2050) >= 6'; may repeat."),
    ],
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    scenario: Annotated[str, typer.Option(metavar="SCENARIO", help="What holds besides.")] = "baseline",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    start: Annotated[int | None, typer.Option(metavar="YEAR", help="First year of the change.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE|each", help="For a region, a parent, or each by itself.")
    ] = None,
    bounds: Annotated[
        list[str] | None, typer.Option(metavar="A:B", help="Where to look; of a package UNKNOWN=A:B, may repeat.")
    ] = None,
    cost: Annotated[
        list[str] | None, typer.Option(metavar="UNKNOWN=COST", help="Cost of a unit of change in a package.")
    ] = None,
    probability: Annotated[
        float | None, typer.Option(metavar="P", help="How likely each condition shall hold, as 0.9; by simulation.")
    ] = None,
    paths: Annotated[int, typer.Option(metavar="N", help="Paths behind a probability.")] = 1_000,
    seed: Annotated[int, typer.Option(metavar="K", help="Seed of the paths.")] = 1,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find the smallest change, or the cheapest package of changes, that meets conditions."""
    from poolcast.commands.solving import SolveOptions, solve

    asked = resolve_language(language)
    options = SolveOptions(
        unknowns,
        conditions,
        assumption_set,
        scenario,
        to,
        start,
        region,
        bounds or (),
        cost or (),
        asked,
        as_json,
        quiet,
        probability,
        paths,
        seed,
    )
    if not solve(options):
        raise typer.Exit(NOT_MET)
