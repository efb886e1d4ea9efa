"""Arguments of ``poolcast template``, ``import`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from poolcast.cli.options import JsonOption, LanguageOption, QuietOption
from poolcast.commands.command_line import resolve_language

_Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")]


def template_command(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.xlsx", help="Workbook to write.")],
    regions: Annotated[int, typer.Option(metavar="N", help="How many regions, 1 to 500.")] = 1,
    code: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Code of a region, in place of --regions; may repeat.")
    ] = None,
    based_on: Annotated[str, typer.Option(metavar="SET", help="Set from which the rest is borrowed.")] = "china",
    base_year: Annotated[
        int | None, typer.Option(metavar="YEAR", help="Last closed year; default: that of the set below.")
    ] = None,
    years: Annotated[int, typer.Option(metavar="N", help="Years of accounts to enter, 1 to 5.")] = 1,
    overwrite: _Overwrite = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write an empty workbook for new regions: about sixty numbers each, the rest is borrowed."""
    from poolcast.commands.templating import TemplateOptions, write_template

    write_template(
        TemplateOptions(
            out, regions, code or (), based_on, base_year, years, resolve_language(language), as_json, quiet, overwrite
        )
    )


def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook (.xlsx), or a zip of the tables of a set.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder of the set.")],
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read a workbook into the folder of a set; every problem at once, by sheet and cell."""
    from poolcast.commands.templating import ImportOptions, import_file

    import_file(ImportOptions(file, to, resolve_language(language), as_json, quiet))


def export_command(
    assumption_set: Annotated[str, typer.Argument(metavar="SET", help="Name or folder of a set.")],
    to: Annotated[Path, typer.Option(metavar="FILE", help="Workbook (.xlsx) or zip of tables (.zip) to write.")],
    overwrite: _Overwrite = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a set as one file; importing it gives the same set."""
    from poolcast.commands.templating import ExportOptions, export_file

    export_file(ExportOptions(assumption_set, to, resolve_language(language), as_json, quiet, overwrite))
