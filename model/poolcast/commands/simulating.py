"""``poolcast simulate``: thousands of futures of some scenarios, saved, with the bands and chances printed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolcast.commands.run import MANY_REGIONS, Journal
from poolcast.parameters.errors import PoolcastError, Problem, ResultError, ScenarioError
from poolcast.reporting.console import data_console, print_json
from poolcast.reporting.formats import LEDGERS_WITH_BANDS
from poolcast.reporting.simulation_folder import PATHS, Request, begin, finish, read_request, refuse_changed

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from poolcast.parameters.assumptions import Assumptions
    from poolcast.scenarios.scenario import Scenario
    from poolcast.uncertainty.simulate import Driver, Progress, Simulation


@dataclass(frozen=True)
class SimulateOptions:
    """What the command line asked for.

    Parameters
    ----------
    scenarios, reforms, measures : sequence of str
        Names, levers or files; changes made in all of them; measures to keep (the standard ones where empty).
    assumption_set : str
    to : int or None
    paths, seed : int
    sampling : str
    policy : bool
        Whether reforms may come late and weak.
    workers : int or None
    scheduler : str or None
        Address of a Dask scheduler; ``local`` for processes of this machine, as many as `workers`.
    until_error, of : float and str, or None
        Add paths until the standard error of a figure is small enough.
    keep_paths : bool
        Also write every path to one file.
    memory : float
        GiB for exact paths.
    resume, out : path or None
    ledgers, regions : sequence of str
        Which to show.
    language : str
    as_json, all_rows, quiet : bool
        Whether to print a document, with every row of the tables; whether to print the folder only.
    command : str
    """

    scenarios: Sequence[str]
    reforms: Sequence[str]
    measures: Sequence[str]
    assumption_set: str
    to: int | None
    paths: int
    seed: int
    sampling: str
    policy: bool
    workers: int | None
    scheduler: str | None
    until_error: float | None
    of: str | None
    keep_paths: bool
    memory: float
    resume: Path | None
    out: Path | None
    ledgers: Sequence[str]
    regions: Sequence[str]
    language: str
    as_json: bool
    all_rows: bool
    quiet: bool
    command: str


def simulate_scenarios(options: SimulateOptions) -> bool:
    """Simulate, save and print; return whether all paths were finished.

    Raises
    ------
    PoolcastError
        With every problem of the set, the scenarios or the options.
    """
    from poolcast.reporting.simulation_tables import TABLES
    from poolcast.uncertainty.simulate import simulate

    journal = Journal(options.quiet or options.as_json)
    request = read_request(options.resume) if options.resume else None
    assumptions, scenarios = _read(options, request, journal)
    digests = {"set": assumptions.digest(), **{scenario.name: scenario.digest for scenario in scenarios}}
    if request is not None and options.resume is not None:
        refuse_changed(request, digests)
        folder = options.resume.absolute()
    else:
        request = _request(options, digests)
        _refuse_early(request)
        folder = begin(options.out, request, datetime.now().astimezone())
    journal.keep(options.command)
    stop = threading.Event()
    with (
        _computed(options) as driver,
        _stopped_by_interrupt(stop),
        show_progress(journal.console, options.language) as progress,
    ):
        simulation = simulate(
            assumptions,
            scenarios,
            paths=request.paths,
            seed=request.seed,
            sampling=request.sampling,  # type: ignore[arg-type]
            measures=request.measures or None,
            policy=request.policy,
            workers=options.workers,
            folder=folder / PATHS,
            memory=int(options.memory * 2**30),
            until_error=request.until_error,
            of=request.of,
            driver=driver,
            progress=progress,
            stop=stop,
        )
    if not simulation.is_complete:
        _say_interrupted(simulation, folder, options, journal)
        return False
    journal.keep(f"simulated {simulation.paths} paths")
    if options.keep_paths:
        from poolcast.uncertainty.paths_file import save_paths

        save_paths(simulation, folder / "paths.nc")
    _print(simulation, options)
    _say_precision(simulation, options, journal)
    with ThreadPoolExecutor(2) as pool:
        tables = dict(zip(TABLES, pool.map(lambda make: make(simulation), TABLES.values()), strict=True))
    document = _document(simulation, request, options, tables) if options.as_json else {}
    place = finish(folder, simulation, request, options.command, journal.lines, tables)
    if options.as_json:
        print_json({**document, "run_folder": str(place)})
    elif options.quiet:
        data_console().print(str(place), markup=False, soft_wrap=True)
    saved = "结果" if options.language == "zh" else "Saved"
    journal.console.print(f"{saved}: {place}", markup=False, soft_wrap=True)
    return True


def _request(options: SimulateOptions, digests: dict[str, str]) -> Request:
    return Request(
        assumption_set=options.assumption_set,
        scenarios=options.scenarios,
        reforms=options.reforms,
        measures=options.measures,
        to=options.to,
        paths=options.paths,
        seed=options.seed,
        sampling=options.sampling,
        policy=options.policy,
        until_error=options.until_error,
        of=options.of,
        digests=digests,
    )


def _refuse_early(request: Request) -> None:
    """Refuse what cannot be before a folder is made."""
    from poolcast.outlook.catalogue_of_measures import chosen_measures
    from poolcast.uncertainty.simulate import refuse_options, refuse_precision

    refuse_options(request.paths, request.sampling)
    refuse_precision(request.until_error, request.of)
    if request.measures:
        chosen_measures(request.measures)


@contextmanager
def _computed(options: SimulateOptions) -> Iterator[Driver | None]:
    """Give what computes the paths: the threads of this process, or a cluster."""
    if options.scheduler is None:
        yield None
        return
    from poolcast.uncertainty.cluster import Cluster

    local = options.scheduler == "local"
    with Cluster(None if local else options.scheduler, options.workers if local else None) as cluster:
        cluster.refuse_other_versions()
        yield cluster.run_paths


def _say_precision(simulation: Simulation, options: SimulateOptions, journal: Journal) -> None:
    """Say at which precision the paths stopped, and how far a counted quantile may be off."""
    chinese = options.language == "zh"
    if simulation.precision is not None:
        found = simulation.precision
        if chinese:
            text = f"{found.of} 的标准误 {found.error:.2g}，共 {found.paths:,} 条路径"
            text += "。" if found.is_reached else f"；未达到 {found.wanted:g}，已到路径上限。"
        else:
            text = f"Standard error of {found.of}: {found.error:.2g} with {found.paths:,} paths"
            text += "." if found.is_reached else f"; {found.wanted:g} was not reached within --paths."
        journal.say(text)
    if not simulation.is_exact:
        from poolcast.uncertainty.histogram_summary import rank_errors
        from poolcast.uncertainty.summary import LEVELS

        worst = max(rank_errors(simulation, LEVELS).values())
        journal.say(
            f"分位数来自直方图，秩误差最多 {worst:.4f}。"
            if chinese
            else f"Quantiles are from histograms: their rank is off by {worst:.4f} at most."
        )


def _read(options: SimulateOptions, request: Request | None, journal: Journal) -> tuple[Assumptions, list[Scenario]]:
    import poolcast
    from poolcast.scenarios.reading import with_reforms

    name = request.assumption_set if request else options.assumption_set
    to = request.to if request else options.to
    names = request.scenarios if request else options.scenarios
    problems: list[Problem] = []
    assumptions, scenarios = None, []
    try:
        assumptions = poolcast.load_assumptions(name, to=to)
    except PoolcastError as error:
        problems += error.problems
    for item in dict.fromkeys(names):
        try:
            scenarios.append(
                with_reforms(poolcast.load_scenario(item), list(request.reforms if request else options.reforms))
            )
        except ScenarioError as error:
            problems += error.problems
    if assumptions is None or problems:
        raise PoolcastError(problems)
    if assumptions.synthetic:
        journal.say(f"{assumptions.name} holds synthetic data: it describes no real region.", "yellow")
    return assumptions, scenarios


@contextmanager
def _stopped_by_interrupt(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C end the simulation after the blocks under way; a second one ends at once."""

    def ask(signum: int, frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def show_progress(console: Console, language: str) -> Iterator[Progress | None]:
    """Show paths done and time left on a terminal; the first call may compile for some seconds, which is said."""
    if not console.is_terminal or console.quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    preparing = "准备（首次运行需编译，约 15 秒）" if language == "zh" else "Preparing (compiles once, about 15 s)"
    running = "模拟路径" if language == "zh" else "Simulating paths"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(preparing, total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, description=running if done else preparing, completed=done, total=total)

        yield show


def _say_interrupted(simulation: Simulation, folder: Path, options: SimulateOptions, journal: Journal) -> None:
    done = int(simulation.store.done.sum())
    if options.language == "zh":
        text = f"已中断：{simulation.wanted:,} 条路径中的 {done:,} 条已保存。继续：poolcast simulate --resume {folder}"
    else:
        text = (
            f"Interrupted: {done:,} of {simulation.wanted:,} paths are kept. "
            f"Go on with: poolcast simulate --resume {folder}"
        )
    journal.console.print(text, markup=False, soft_wrap=True)


def _shown(simulation: Simulation, options: SimulateOptions) -> tuple[list[str], list[str]]:
    """Return the regions and ledgers to show: of many regions the pools, and the pooled funds first."""
    held = [str(code) for code in simulation.layout.measures[0].coordinates["region"]]
    ledgers = [str(code) for code in simulation.layout.measures[0].coordinates["ledger"]]
    problems = [
        Problem(option, code, ", ".join(known), "Name one of those.")
        for option, asked, known in (("--region", options.regions, held), ("--ledger", options.ledgers, ledgers))
        for code in asked
        if code not in known
    ]
    if problems:
        raise ResultError(problems)
    regions = list(options.regions) or (held if len(held) <= MANY_REGIONS else held[:1])
    shown = list(options.ledgers) or [ledger for ledger in ledgers if ledger in LEDGERS_WITH_BANDS]
    return regions, shown


def _print(simulation: Simulation, options: SimulateOptions) -> None:
    from poolcast.reporting.simulation_console import print_simulation

    if (
        options.as_json
        or options.quiet
        or not {"reserve", "payable_months", "exhaustion"} <= set(simulation.layout.names)
    ):
        return
    regions, ledgers = _shown(simulation, options)
    print_simulation(data_console(), simulation, options.language, regions, ledgers)


def _document(
    simulation: Simulation, request: Request, options: SimulateOptions, tables: Mapping[str, pd.DataFrame]
) -> dict[str, Any]:
    """Return the JSON document ``poolcast.simulation/2``: the request and the tables, in extract or whole, as records.

    ``rows`` says how many rows each table of the run folder has, so that an extract is known for one.
    """
    from poolcast.reporting.simulation_console import shown_years
    from poolcast.reporting.simulation_tables import summary_of

    chosen = dict(tables)
    if not options.all_rows:
        chosen = summary_of(tables, shown_years(simulation), *_shown(simulation, options))
    return {
        "schema": "poolcast.simulation/2",
        **request.document(),
        "set": simulation.job.baseline.name,
        "synthetic": simulation.job.baseline.synthetic,
        "whole": options.all_rows,
        "rows": {name: len(table) for name, table in tables.items()},
        **{
            name: [] if table.empty else table.astype(object).where(table.notna(), None).to_dict("records")
            for name, table in chosen.items()
        },
    }
