"""The command ``poolcast``: parses the command line; `poolcast.commands` does the work.

Data go to standard output; messages, progress and problems to standard error. Exit codes: 0 done, 1 a check or a
target not met, 2 bad input, 130 interrupted. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from poolcast import __version__
from poolcast.commands.command_line import UsageError, choice, language_asked, resolve_language, usage_problem
from poolcast.parameters.errors import PoolcastError, ResultError

DONE, NOT_MET, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
PRICES = ("nominal", "real", "gdp")

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
            prices=choice("--prices", prices, PRICES),
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


@app.command("compare")
def compare_command(
    baseline: Annotated[str, typer.Argument(metavar="BASELINE", help="What the others are compared with.")],
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Up to eight names, levers or files.")],
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    prices: Annotated[
        str,
        typer.Option(
            metavar="nominal|real|gdp", help="Money in nominal yuan, in yuan of the base year, or as a share of GDP."
        ),
    ] = "nominal",
    measure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Show this measure; may repeat; 'all' for all. See `poolcast list measures`."
        ),
    ] = None,
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv|FOLDER", help="Tidy table of all years; in a folder with a table for maps."),
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Compare scenarios with a baseline: levels, differences, ratios and ranks by any measure."""
    from poolcast.commands.compare import CompareOptions, compare_scenarios

    chosen = choice("--prices", prices, PRICES)
    compare_scenarios(
        CompareOptions(
            scenarios=[baseline, *scenarios],
            assumption_set=assumption_set,
            to=to,
            prices=chosen,
            language=resolve_language(language),
            measures=measure or (),
            regions=region or (),
            ledgers=ledger or (),
            as_json=as_json,
            quiet=quiet,
            out=out,
        )
    )


@app.command("explain")
def explain_command(
    first: Annotated[str, typer.Argument(metavar="RUN|SCENARIO", help="A run folder, a scenario, a lever or a file.")],
    against: Annotated[
        str, typer.Option("--against", metavar="RUN|SCENARIO", help="What it differs from.")
    ] = "baseline",
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    against_set: Annotated[
        str | None, typer.Option(metavar="NAME|FOLDER", help="Set of the other side; default: the same.")
    ] = None,
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    year: Annotated[int | None, typer.Option(metavar="YEAR", help="Year end to explain; default: the last.")] = None,
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger only; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region only; may repeat.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=1+2", help="Reforms that count as one lever; may repeat.")
    ] = None,
    shapley: Annotated[bool, typer.Option("--shapley", help="Share out free of the order; up to ten levers.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say why two results differ: by line, by lever, by driver."""
    from poolcast.commands.explaining import ExplainOptions, explain_results

    explain_results(
        ExplainOptions(
            first=first,
            against=against,
            assumption_set=assumption_set,
            against_set=against_set,
            to=to,
            year=year,
            ledgers=ledger or (),
            regions=region or (),
            groups=group or (),
            shapley=shapley,
            as_json=as_json,
            quiet=quiet,
            language=resolve_language(language),
        )
    )


@app.command("simulate")
def simulate_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Names, levers or files; default: baseline.")
    ] = None,
    paths: Annotated[int, typer.Option(metavar="N", help="Number of futures; 10000 for tails.")] = 1_000,
    seed: Annotated[int, typer.Option(metavar="K", help="The same seed gives the same futures.")] = 1,
    sampling: Annotated[
        str, typer.Option(metavar="random|antithetic|sobol", help="How the futures are drawn.")
    ] = "random",
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    reform: Annotated[
        list[str] | None,
        typer.Option(metavar="PARAMETER=VALUE@YEAR", help="A change of one parameter in every scenario; may repeat."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Keep this measure; may repeat. Default: accounts, rates and members."),
    ] = None,
    sure_policy: Annotated[
        bool, typer.Option("--sure-policy", help="Reforms come on time and in full in every future.")
    ] = False,
    until_error: Annotated[
        float | None, typer.Option(metavar="E", help="Add paths, up to --paths, until the standard error of --of is E.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(metavar="MEASURE", help="What --until-error watches, as 'exhaustion(EPF, year=2050)'.")
    ] = None,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Threads; default: all processors.")] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|local", help="Compute on a Dask cluster, tcp://host:port; local: --workers processes here."
        ),
    ] = None,
    keep_paths: Annotated[bool, typer.Option("--keep-paths", help="Write every path to paths.nc.")] = False,
    memory: Annotated[float, typer.Option(metavar="GIB", help="Memory for exact paths; more goes to the disk.")] = 1.0,
    resume: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Go on with an interrupted simulation; needs nothing else.")
    ] = None,
    ledger: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this ledger; may repeat.")] = None,
    region: Annotated[list[str] | None, typer.Option(metavar="CODE", help="Show this region; may repeat.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Run folder; default: a new one under ./runs.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="With --json: every row of the tables, not the summary.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No messages or tables; prints the run folder only.")
    ] = False,
) -> None:
    """Simulate thousands of futures of scenarios: bands, and the chances of running short."""
    from poolcast.commands.simulating import SimulateOptions, simulate_scenarios

    done = simulate_scenarios(
        SimulateOptions(
            scenarios=scenarios or ["baseline"],
            reforms=reform or (),
            measures=measure or (),
            assumption_set=assumption_set,
            to=to,
            paths=paths,
            seed=seed,
            sampling=sampling,
            policy=not sure_policy,
            workers=workers,
            scheduler=scheduler,
            until_error=until_error,
            of=of,
            keep_paths=keep_paths,
            memory=memory,
            resume=resume,
            out=out,
            ledgers=ledger or (),
            regions=region or (),
            language=resolve_language(language),
            as_json=as_json,
            all_rows=all_rows,
            quiet=quiet,
            command=shlex.join(["poolcast", *context.obj]),
        )
    )
    if not done:
        raise typer.Exit(INTERRUPTED)


@app.command("roll")
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


@app.command("list")
def list_command(
    kind: Annotated[str, typer.Argument(metavar="sets|scenarios|parameters|ledgers|measures|rules|runs")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what there is."""
    from poolcast.commands.listing import list_things

    list_things(kind, resolve_language(language), as_json=as_json)


@app.command("solve")
def solve_command(
    unknowns: Annotated[
        list[str],
        typer.Argument(metavar="UNKNOWN...", help="A parameter or LEVER.argument; several are solved as a package."),
    ],
    conditions: Annotated[
        list[str],
        typer.Option("--for", metavar="CONDITION", help="As 'payable_months(EPF, year=2050) >= 6'; may repeat."),
    ],
    assumption_set: Annotated[str, typer.Option("--set", metavar="NAME|FOLDER", help="Assumption set.")] = "china",
    scenario: Annotated[str, typer.Option(metavar="SCENARIO", help="What holds besides.")] = "baseline",
    to: Annotated[int | None, typer.Option(metavar="YEAR", help="Last year; default: the set's own.")] = None,
    start: Annotated[int | None, typer.Option(metavar="YEAR", help="First year of the change.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="CODE|each", help="For a region, a parent, or each by itself.")
    ] = None,
    bounds: Annotated[
        list[str] | None, typer.Option(metavar="A:B", help="Where to look; of a package UNKNOWN=A:B, may repeat.")
    ] = None,
    cost: Annotated[
        list[str] | None, typer.Option(metavar="UNKNOWN=COST", help="Cost of a unit of change in a package.")
    ] = None,
    probability: Annotated[
        float | None, typer.Option(metavar="P", help="How likely each condition shall hold, as 0.9; by simulation.")
    ] = None,
    paths: Annotated[int, typer.Option(metavar="N", help="Paths behind a probability.")] = 1_000,
    seed: Annotated[int, typer.Option(metavar="K", help="Seed of the paths.")] = 1,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find the smallest change, or the cheapest package of changes, that meets conditions."""
    from poolcast.commands.solving import SolveOptions, solve

    asked = resolve_language(language)
    options = SolveOptions(
        unknowns,
        conditions,
        assumption_set,
        scenario,
        to,
        start,
        region,
        bounds or (),
        cost or (),
        asked,
        as_json,
        quiet,
        probability,
        paths,
        seed,
    )
    if not solve(options):
        raise typer.Exit(NOT_MET)


@app.command("sensitivity")
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


@app.command("check")
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


def _every_scenario() -> list[str]:
    from poolcast.commands.listing import shipped_scenarios

    return list(shipped_scenarios())


def _drop_output() -> None:
    """Give the closed standard output something to flush into at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
