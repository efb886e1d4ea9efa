"""Arguments of ``poolcast explain``."""

from __future__ import annotations

from typing import Annotated

import typer

from poolcast.cli.options import JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import resolve_language


def explain_command(
    first: Annotated[str, typer.Argument(metavar="RUN|SCENARIO", help="A run folder, a scenario, a lever or a file.")],
    against: Annotated[
        str, typer.Option("--against", metavar="RUN|SCENARIO", help="What it differs from.")
    ] = "baseline",
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    against_set: Annotated[
        str | None, typer.Option(metavar="NAME|FOLDER", help="Set of the other side; default: the same.")
    ] = None,
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    year: Annotated[int | None, typer.Option(metavar="YEAR", help="Year end to explain; default: the last.")] = None,
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=1+2", help="Reforms that count as one lever; may repeat.")
    ] = None,
    shapley: Annotated[bool, typer.Option("--shapley", help="Share out free of the order; up to ten levers.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say why two results differ: by line, by lever, by driver."""
    from poolcast.commands.explaining import ExplainOptions, explain_results

    explain_results(
        ExplainOptions(
            first=first,
            against=against,
            assumption_set=assumption_set,
            against_set=against_set,
            to=to,
            year=year,
            ledgers=ledger or (),
            regions=region or (),
            groups=group or (),
            shapley=shapley,
            as_json=as_json,
            quiet=quiet,
            language=resolve_language(language),
        )
    )
