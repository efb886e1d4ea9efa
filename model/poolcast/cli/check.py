"""Arguments of ``poolcast check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.exit_codes import NOT_MET
from poolcast.cli.options import JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import resolve_language


def check_command(
    name: Annotated[str, typer.Argument(metavar="SET|SCENARIO", help="Name, lever id, folder or file.")],
    assumption_set: Annotated[
        str, typer.Option("--set", metavar="NAME|FOLDER", help="Set under which a scenario is checked.")
    ] = "china",
    rules: Annotated[str | None, typer.Option(metavar="national|hebei", help="Check the rules of policy, too.")] = None,
    waivers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rules that shall not count, with reason.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read a set or a scenario: what is wrong with it, what it rests on, and which rules it breaks."""
    from poolcast.commands.checking import CheckOptions, check

    if not check(CheckOptions(name, assumption_set, rules, waivers, resolve_language(language), as_json, quiet)):
        raise typer.Exit(NOT_MET)
