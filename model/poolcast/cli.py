"""The command ``poolcast``: parses the command line; `poolcast.commands` does the work.

Data go to standard output; messages, progress and problems to standard error. Exit codes: 0 done, 1 a check or a
target not met, 2 bad input, 130 interrupted. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import locale
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from poolcast import __version__
from poolcast.parameters.errors import PoolcastError, Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
PRICES = ("nominal", "real", "gdp")
LANGUAGES = ("en", "zh")

app = typer.Typer(
    name="poolcast",
    help="Project medical-insurance funds: revenue, expenditure, balance and reserve, ledger by ledger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

LanguageOption = Annotated[str | None, typer.Option("--language", metavar="en|zh", help="Words; default: the locale.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No messages.")]


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


@app.command("run")
def run_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Names or files; default: baseline.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario that `poolcast list scenarios` shows.")] = False,
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    reform: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARAMETER=VALUE@YEAR",
            help="A change of one parameter in every scenario, as revenue.employer_rate=0.085@2027; may repeat.",
        ),
    ] = None,
    prices: Annotated[
        str,
        typer.Option(
            metavar="nominal|real|gdp", help="Money in nominal yuan, in yuan of the base year, or as a share of GDP."
        ),
    ] = "nominal",
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Run folder; default: a new one under ./runs.")
    ] = None,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Write page.html with the main charts.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No messages or tables; prints the run folder only.")
    ] = False,
) -> None:
    """Project scenarios, save the run, and print the summary by ledger."""
    from poolcast.commands.run import RunOptions, run

    names = list(scenarios or ())
    if every:
        names += _every_scenario()
    run(
        RunOptions(
            scenarios=names or ["baseline"],
            reforms=reform or (),
            assumption_set=assumption_set,
            to=to,
            prices=_choice("--prices", prices, PRICES),
            language=resolve_language(language),
            as_json=as_json,
            quiet=quiet,
            page=page,
            out=out,
            ledgers=ledger or (),
            regions=region or (),
            command=shlex.join(["poolcast", *context.obj]),
        )
    )


@app.command("list")
def list_command(
    kind: Annotated[str, typer.Argument(metavar="sets|scenarios|parameters|ledgers|measures|runs")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what there is."""
    from poolcast.commands.listing import list_things

    list_things(kind, resolve_language(language), as_json=as_json)


@app.command("check")
def check_command(
    assumption_set: Annotated[str, typer.Argument(metavar="SET", help="Name or folder of an assumption set.")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read an assumption set, with everything that is wrong with it, and tell what it rests on."""
    from poolcast.commands.checking import check

    check(assumption_set, resolve_language(language), as_json=as_json, quiet=quiet)


@app.command("population")
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
        chinese = _language_asked(arguments) == "zh"
        text = "已中断；没有留下未完成的结果。" if chinese else "Interrupted; no unfinished run was left behind."
        sys.stderr.write(f"\n{text}\n")
        return INTERRUPTED
    except PoolcastError as error:
        from poolcast.reporting.console import print_problems

        print_problems(error, _language_asked(arguments))
        return BAD_INPUT


def _invoke(arguments: list[str]) -> int:
    """Parse and run, without typer's own handling of errors, which prints and exits by itself."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("poolcast", list(arguments), obj=arguments) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return DONE
        raise ResultError(_usage_problem(error, arguments)) from None
    return DONE


_UsageError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
"""Base of everything that can be wrong with a command line; older versions of typer take it from click."""


def _usage_problem(error: Any, arguments: Sequence[str]) -> Problem:
    """Return a usage error in the form of all our problems, with the nearest valid name."""
    context = error.ctx
    hint = f"See `{context.command_path if context else 'poolcast'} --help`."
    kind = type(error).__name__
    command = context.command if context is not None else None
    if kind == "NoSuchOption" and command is not None:
        held = sorted({name for parameter in command.params for name in parameter.opts if name.startswith("--")})
        found = str(error.option_name)
        return Problem("command line", found, ", ".join(held), did_you_mean(found, held) or hint)
    commands = getattr(command, "commands", None)
    if commands and "No such command" in error.format_message():
        found = next((word for word in arguments if word not in commands and not word.startswith("-")), "nothing")
        return Problem("command line", found, ", ".join(commands), did_you_mean(found, commands) or hint)
    parameter = getattr(error, "param", None)
    if parameter is None:
        return Problem("command line", error.message, "the options and arguments of the command", hint)
    name = parameter.opts[0]
    metavar = parameter.metavar or parameter.name.upper()
    if kind == "MissingParameter":
        shown = f"{name} {metavar}" if name.startswith("-") else metavar
        return Problem(shown, "nothing", metavar, f"It is required. {hint}")
    allowed = "a whole number" if "integer" in error.message else metavar
    return Problem(name, _value_given(name, arguments), allowed, hint)


def _value_given(option: str, arguments: Sequence[str]) -> str:
    """Return what was written behind an option."""
    for position, argument in enumerate(arguments):
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
        if argument == option and position + 1 < len(arguments):
            return arguments[position + 1]
    return "nothing"


def _choice(option: str, value: str, allowed: Sequence[str]) -> str:
    if value in allowed:
        return value
    raise ResultError(Problem(option, value, ", ".join(allowed), did_you_mean(value, allowed) or "Name one of those."))


def resolve_language(asked: str | None) -> str:
    """Return the language asked for, else that of the locale where it is Chinese, else English.

    Parameters
    ----------
    asked : {"en", "zh"} or None
        Value of ``--language``.
    """
    if asked is not None:
        return _choice("--language", asked, LANGUAGES)
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), "") or (locale.getlocale()[0] or "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"


def _language_asked(arguments: list[str]) -> str:
    """Return the language for problems, also of a command line that could not be parsed."""
    for position, argument in enumerate(arguments):
        value = argument.partition("=")[2] if argument.startswith("--language=") else ""
        if argument == "--language":
            value = arguments[position + 1] if position + 1 < len(arguments) else ""
        if value in LANGUAGES:
            return value
    return resolve_language(None)


def _every_scenario() -> list[str]:
    from poolcast.commands.listing import shipped_scenarios

    return list(shipped_scenarios())


def _drop_output() -> None:
    """Give the closed standard output something to flush into at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
