"""Arguments of ``poolcast roll``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import resolve_language


def roll_command(
    assumption_set: Annotated[str, typer.Argument(metavar="SET", help="Assumption set whose next year has closed.")],
    accounts: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Accounts of that year, as rows of a set: CSV or Excel."),
    ],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder of the rolled set.")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Close a year: the next one becomes the base of a new set; what its accounts leave open is projected."""
    from poolcast.commands.rolling import RollOptions, roll

    roll(RollOptions(assumption_set, accounts, to, resolve_language(language), as_json, quiet))
