"""Arguments of ``poolcast population``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import JsonOption, QuietOption


def population_command(
    inputs: Annotated[Path, typer.Option(metavar="FOLDER", help="One country's files, named as in data/un_wpp.")],
    to: Annotated[int, typer.Option(metavar="YEAR", help="Last year.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="CSV with year, sex, age, population.")],
    start: Annotated[
        int | None,
        typer.Option("--from", metavar="YEAR", help="First year; default: the last one of the population table."),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Project a population by single age and sex, from any country's files."""
    from poolcast.reporting.console import message_console, print_json, working
    from poolcast.reporting.population_files import run_population

    console = message_console(quiet=quiet or as_json)
    with working(console, "Projecting"):
        done = run_population(inputs, start, to, out)
    for note in done.notes:
        console.print(note, markup=False, soft_wrap=True)
    if as_json:
        record = {"schema": "poolcast.population/1", "country": done.country, "inputs": str(inputs)}
        print_json({**record, "from": done.years[0], "to": to, "out": str(out), "notes": list(done.notes)})
    console.print(f"Wrote {out}", markup=False, soft_wrap=True)
