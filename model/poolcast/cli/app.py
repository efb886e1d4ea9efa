"""Arguments of ``poolcast app``."""

from __future__ import annotations

from typing import Annotated

import typer


def app_command(
    address: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen; this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", help="Port.")] = 8501,
    host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name under which others reach the dashboard; may repeat."),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
) -> None:
    """Open the dashboard: scenarios side by side, how sure they are, assumptions, budget."""
    from poolcast.dashboard.server import start

    code = start(address=address, port=port, hosts=host or (), browser=browser)
    if code:
        raise typer.Exit(code)
