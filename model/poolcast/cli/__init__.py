"""The command ``poolcast``: parses the command line, a module a command; `poolcast.commands` does the work.

Data go to standard output; messages, progress and problems to standard error. Exit codes: 0 done, 1 a check or a
target not met, 2 bad input, 130 interrupted. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from poolcast import __version__
from poolcast.cli.app import app_command
from poolcast.cli.budget import budget_command
from poolcast.cli.check import check_command
from poolcast.cli.compare import compare_command
from poolcast.cli.exit_codes import BAD_INPUT, DONE, INTERRUPTED
from poolcast.cli.explain import explain_command
from poolcast.cli.listing import list_command
from poolcast.cli.population import population_command
from poolcast.cli.roll import roll_command
from poolcast.cli.run import run_command
from poolcast.cli.sensitivity import sensitivity_command
from poolcast.cli.simulate import simulate_command
from poolcast.cli.solve import solve_command
from poolcast.cli.workbook import export_command, import_command, template_command
from poolcast.commands.command_line import UsageError, language_asked, usage_problem
from poolcast.parameters.errors import PoolcastError, ResultError

app = typer.Typer(
    name="poolcast",
    help="Project medical-insurance funds: revenue, expenditure, balance and reserve, ledger by ledger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run_command,
    "compare": compare_command,
    "explain": explain_command,
    "simulate": simulate_command,
    "budget": budget_command,
    "roll": roll_command,
    "list": list_command,
    "solve": solve_command,
    "sensitivity": sensitivity_command,
    "check": check_command,
    "template": template_command,
    "import": import_command,
    "export": export_command,
    "population": population_command,
    "app": app_command,
}
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"poolcast {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def poolcast_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Project medical-insurance funds: revenue, expenditure, balance and reserve, ledger by ledger."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; never a traceback for what a user can mend.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line without the program's name; that of the process by default.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _drop_output()
        return DONE
    except (KeyboardInterrupt, typer.Abort):
        chinese = language_asked(arguments) == "zh"
        text = "已中断；没有留下未完成的结果。" if chinese else "Interrupted; no unfinished run was left behind."
        sys.stderr.write(f"\n{text}\n")
        return INTERRUPTED
    except PoolcastError as error:
        from poolcast.reporting.console import print_problems

        print_problems(error, language_asked(arguments))
        return BAD_INPUT


def _invoke(arguments: list[str]) -> int:
    """Parse and run, without typer's own handling of errors, which prints and exits by itself."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("poolcast", list(arguments), obj=arguments) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return DONE
        raise ResultError(usage_problem(error, arguments)) from None
    return DONE


def _drop_output() -> None:
    """Give the closed standard output something to flush into at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
