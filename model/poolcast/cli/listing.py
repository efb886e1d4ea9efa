"""Arguments of ``poolcast list``."""

from __future__ import annotations

from typing import Annotated

import typer

from poolcast.cli.options import JsonOption, LanguageOption
from poolcast.commands.command_line import resolve_language


def list_command(
    kind: Annotated[str, typer.Argument(metavar="sets|scenarios|parameters|ledgers|measures|rules|runs")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what there is."""
    from poolcast.commands.listing import list_things

    list_things(kind, resolve_language(language), as_json=as_json)
