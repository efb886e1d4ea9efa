"""Arguments of ``poolcast run``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import PRICES, JsonOption, LanguageOption
from poolcast.commands.command_line import choice, resolve_language


def run_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Names or files; default: baseline.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario that `poolcast list scenarios` shows.")] = False,
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    reform: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARAMETER=VALUE@YEAR",
            help="A change of one parameter in every scenario, as revenue.employer_rate=0.085@2027; may repeat.",
        ),
    ] = None,
    prices: Annotated[
        str,
        typer.Option(
            metavar="nominal|real|gdp", help="Money in nominal yuan, in yuan of the base year, or as a share of GDP."
        ),
    ] = "nominal",
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Run folder; default: a new one under ./runs.")
    ] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Write page.html with the main charts.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No messages or tables; prints the run folder only.")
    ] = False,
) -> None:
    """Project scenarios, save the run, and print the summary by ledger."""
    from poolcast.commands.run import RunOptions, run

    names = list(scenarios or ())
    if every:
        from poolcast.commands.listing import shipped_scenarios

        names += shipped_scenarios()
    run(
        RunOptions(
            scenarios=names or ["baseline"],
            reforms=reform or (),
            assumption_set=assumption_set,
            to=to,
            prices=choice("--prices", prices, PRICES),
            language=resolve_language(language),
            as_json=as_json,
            quiet=quiet,
            page=page,
            out=out,
            ledgers=ledger or (),
            regions=region or (),
            command=shlex.join(["poolcast", *context.obj]),
        )
    )
