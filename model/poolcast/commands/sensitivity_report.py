"""``poolcast sensitivity --report``: every method on the same question, as a page, a workbook and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from poolcast.parameters.errors import Problem, ResultError
from poolcast.reporting.console import data_console, message_console, print_json

if TYPE_CHECKING:
    from poolcast.commands.sensitivity import SensitivityOptions


@dataclass(frozen=True)
class ReportOptions:
    """What a report needs besides the options of `poolcast sensitivity`.

    Parameters
    ----------
    folder : path
        A new or an empty folder.
    sampling : str
    command : str
        The command line, for the record.
    """

    folder: Path
    sampling: str
    command: str


def report_sensitivities(options: SensitivityOptions, report: ReportOptions) -> Path:
    """Compute everything, write the folder and say where it is.

    Raises
    ------
    PoolcastError
        With every problem of set, scenarios, measure, options and place; nothing is written then.
    """
    from poolcast.commands.sensitivity import read_options
    from poolcast.commands.simulating import show_progress
    from poolcast.reporting.run_folder import free_place
    from poolcast.reporting.sensitivity_basis import Origin
    from poolcast.reporting.sensitivity_folder import OPTION, save_report
    from poolcast.uncertainty.findings import find_all
    from poolcast.uncertainty.simulate import STANDARD_PATHS

    started = datetime.now().astimezone()
    console = message_console(quiet=options.quiet or options.as_json)
    free_place(report.folder.absolute(), chosen=True, option=OPTION)  # refuse before the work, not after it
    assumptions, scenarios, row, column = read_options(options)
    if assumptions.synthetic:
        text = f"{assumptions.name} holds synthetic data: it describes no real region."
        console.print(text, style="yellow", markup=False, soft_wrap=True)
    with show_progress(console, options.language) as progress:
        findings = find_all(
            assumptions,
            scenarios,
            of=options.of,
            row=row,
            column=column,
            start=options.start,
            paths=STANDARD_PATHS if options.paths is None else options.paths,
            seed=options.seed,
            sampling=report.sampling,  # type: ignore[arg-type]
            progress=progress,
        )
    origin = Origin(report.command, started.isoformat(timespec="seconds"), assumptions.digest())
    place = save_report(report.folder, findings, origin, options.language)
    if options.as_json:
        print_json(
            {"schema": "poolcast.sensitivity_report/1", "folder": str(place), "page": str(place / "report.html")}
        )
    elif options.quiet:
        data_console().print(str(place), markup=False, soft_wrap=True)
    else:
        said = "报告" if options.language == "zh" else "Report"
        console.print(f"{said}: {place / 'report.html'}", markup=False, soft_wrap=True)
    return place


def refuse_mixed(method: str | None, sampling: str | None, *, with_report: bool) -> None:
    """Refuse options that a report, or a single method, does not take.

    Raises
    ------
    ResultError
    """
    problems = []
    if with_report and method is not None:
        problems.append(
            Problem("--method", f"{method} with --report", "no method", "A report holds all: leave it out.")
        )
    if not with_report and sampling is not None:
        problems.append(Problem("--sampling", f"{sampling} without --report", "--report FOLDER", "Leave it out."))
    if problems:
        raise ResultError(problems)
