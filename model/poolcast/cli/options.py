"""Options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

PRICES = ("nominal", "real", "gdp")

LanguageOption = Annotated[str | None, typer.Option("--language", metavar="en|zh", help="Words; default: the locale.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]
