"""Arguments of ``poolcast compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import PRICES, JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import choice, resolve_language


def compare_command(
    baseline: Annotated[str, typer.Argument(metavar="BASELINE", help="What the others are compared with.")],
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Up to eight names, levers or files.")],
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    prices: Annotated[
        str,
        typer.Option(
            metavar="nominal|real|gdp", help="Money in nominal yuan, in yuan of the base year, or as a share of GDP."
        ),
    ] = "nominal",
    measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Show this measure; may repeat; 'all' for all. See `poolcast list measures`."
        ),
    ] = None,
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv|FOLDER", help="Tidy table of all years; in a folder with a table for maps."),
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare scenarios with a baseline: levels, differences, ratios and ranks by any measure."""
    from poolcast.commands.compare import CompareOptions, compare_scenarios

    chosen = choice("--prices", prices, PRICES)
    compare_scenarios(
        CompareOptions(
            scenarios=[baseline, *scenarios],
            assumption_set=assumption_set,
            to=to,
            prices=chosen,
            language=resolve_language(language),
            measures=measure or (),
            regions=region or (),
            ledgers=ledger or (),
            as_json=as_json,
            quiet=quiet,
            out=out,
        )
    )
