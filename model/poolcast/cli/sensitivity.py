"""Arguments of ``poolcast sensitivity``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import resolve_language


def sensitivity_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Names, levers or files; default: baseline.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="tornado|grid|sobol|pooling",
            help="One risk at a time (default); two unknowns; parts of the variance; what sharing a ledger saves.",
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option("--of", metavar="MEASURE(...)", help="Default: the reserve of EPF in the last year."),
    ] = None,
    row: Annotated[
        str | None, typer.Option(metavar="UNKNOWN=A,B,C", help="Rows of a grid; also UNKNOWN=FIRST:LAST:STEP.")
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(metavar="UNKNOWN=A,B,C", help="Columns; without both: contribution rate by months of reserve."),
    ] = None,
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    start: Annotated[int | None, typer.Option(metavar="YEAR", help="First year of the changes of a grid.")] = None,
    paths: Annotated[
        int | None, typer.Option(metavar="N", help="sobol: rows, of k + 2 paths each; pooling, report: paths.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="K", help="Seed of the paths.")] = 1,
    sampling: Annotated[
        str | None, typer.Option(metavar="random|antithetic|sobol", help="Of a report; default: random.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write all methods as a page, a workbook and tables.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show which risks and choices move a measure, and by how much."""
    from poolcast.commands.sensitivity import SensitivityOptions, show_sensitivities
    from poolcast.commands.sensitivity_report import ReportOptions, refuse_mixed, report_sensitivities

    refuse_mixed(method, sampling, with_report=report is not None)
    options = SensitivityOptions(
        scenarios=scenarios or ["baseline"],
        method=method or "tornado",
        of=of,
        row=row,
        column=column,
        assumption_set=assumption_set,
        to=to,
        start=start,
        paths=paths,
        seed=seed,
        language=resolve_language(language),
        as_json=as_json,
        quiet=quiet,
    )
    if report is None:
        show_sensitivities(options)
    else:
        report_sensitivities(
            options, ReportOptions(report, sampling or "random", shlex.join(["poolcast", *context.obj]))
        )
