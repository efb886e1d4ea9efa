"""Arguments of ``poolcast budget``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import PRICES, JsonOption, LanguageOption
from poolcast.commands.command_line import choice, resolve_language

UNITS = ("auto", "yi", "wan", "yuan")


def budget_command(
    context: typer.Context,
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    scenario: Annotated[str, typer.Option(metavar="SCENARIO", help="What holds besides.")] = "baseline",
    reform: Annotated[
        list[str] | None, typer.Option(metavar="PARAMETER=VALUE@YEAR", help="A change of one parameter; may repeat.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(metavar="YEAR", help="Year of the draft; default: two years after the base year.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM", help="Last month of the running year that counts; default: all that are given."
        ),
    ] = None,
    actuals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Months of the running year so far: CSV or Excel.")
    ] = None,
    approved: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Budget approved for the running year: CSV, or our workbook.")
    ] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    unit: Annotated[
        str, typer.Option(metavar="auto|yi|wan|yuan", help="Money in 100m yuan, 10k yuan, or yuan.")
    ] = "auto",
    prices: Annotated[
        str,
        typer.Option(
            metavar="nominal|real|gdp", help="Statement in nominal yuan, yuan of the base year, or share of GDP."
        ),
    ] = "nominal",
    paths: Annotated[
        int, typer.Option(metavar="N", min=0, help="Futures behind warnings that speak of chances; 0 for none.")
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="K", help="Seed of these futures.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Save workbook, tables and inputs in a new folder.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No messages or tables; prints the folder of --out only.")
    ] = False,
) -> None:
    """Draw up next year's budget: statement, execution of the running year by its months, early warning."""
    from poolcast.commands.budgeting import BudgetOptions, make_budget

    make_budget(
        BudgetOptions(
            assumption_set=assumption_set,
            scenario=scenario,
            reforms=reform or (),
            year=year,
            as_of=as_of,
            actuals=actuals,
            approved=approved,
            regions=region or (),
            ledgers=ledger or (),
            paths=paths,
            seed=seed,
            unit=choice("--unit", unit, UNITS),
            prices=choice("--prices", prices, PRICES),
            language=resolve_language(language),
            as_json=as_json,
            quiet=quiet,
            out=out,
            command=shlex.join(["poolcast", *context.obj]),
        )
    )
