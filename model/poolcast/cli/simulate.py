"""Arguments of ``poolcast simulate``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.exit_codes import INTERRUPTED
from poolcast.cli.options import JsonOption, LanguageOption
from poolcast.commands.command_line import resolve_language


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
