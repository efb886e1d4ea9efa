"""``poolcast template``, ``import`` and ``export``: a set as one file that planners fill and send.

Keys of ``poolcast.template/1``::

    poolcast, schema      version of the package; "poolcast.template/1"
    file                  the workbook written
    regions               codes of its regions
    base_year, based_on   the year to enter; the set from which the rest is borrowed
    numbers               how many cells are left to fill
    required              how many of them must be filled

Keys of ``poolcast.import/1``::

    poolcast, schema      version of the package; "poolcast.import/1"
    file, to              the file read; the folder written
    name, digest          name and content digest of the set
    borrowed              [{name, lender, regions, carried_back}], what comes from another set
    spread                parameters of which a total was spread over its members
    left_empty            [{sheet, cell, parameter}], cells asked for and left empty
    ignored               sheets or members that were not read

Keys of ``poolcast.export/1``::

    poolcast, schema      version of the package; "poolcast.export/1"
    set, digest           name and content digest of the set
    file                  the file written
    based_on              sets from which it borrows, which the reader must have
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from poolcast import __version__
from poolcast.parameters.declaration import Words
from poolcast.reporting.console import data_console, message_console, print_json, working

TEMPLATE_SCHEMA, IMPORT_SCHEMA, EXPORT_SCHEMA = "poolcast.template/1", "poolcast.import/1", "poolcast.export/1"

_WORDS = {
    "template": Words(
        "{numbers} numbers to fill, {required} of them required; the rest is borrowed from {set}. Read 'guide' first.",
        "需填 {numbers} 个数,其中必填 {required} 个;其余借自 {set}。请先阅读“guide”工作表。",
    ),
    "written": Words("Workbook: {file}", "工作簿:{file}"),
    "spread": Words("Totals spread as in the set below: {names}", "按所借假设集比例分摊的合计数:{names}"),
    "empty": Words("{count} cells left empty: {names}", "{count} 个单元格留空:{names}"),
    "ignored": Words("Not read: {names}", "未读取:{names}"),
    "imported": Words("Set {name}: {folder}", "假设集 {name}:{folder}"),
    "next": Words(
        "Next: poolcast check {folder}; poolcast run --set {folder}",
        "下一步:poolcast check {folder};poolcast run --set {folder}",
    ),
    "needs": Words("The reader must have the set {names}.", "导入方须有假设集 {names}。"),
}
_MOST_NAMES = 12


@dataclass(frozen=True)
class TemplateOptions:
    """What the command line asked for.

    Parameters
    ----------
    out : Path
        Workbook to write.
    regions : int
        How many regions.
    codes : sequence of str
        Their codes, in place of a number.
    based_on : str
        Set from which the rest is borrowed.
    base_year : int or None
        Last closed year; that of the set below where None.
    years : int
        Years of accounts.
    language : {"en", "zh"}
    as_json, quiet, overwrite : bool
    """

    out: Path
    regions: int = 1
    codes: Sequence[str] = ()
    based_on: str = "china"
    base_year: int | None = None
    years: int = 1
    language: str = "en"
    as_json: bool = False
    quiet: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class ImportOptions:
    """What the command line asked for: a file, a new folder, and how to answer."""

    file: Path
    to: Path
    language: str = "en"
    as_json: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class ExportOptions:
    """What the command line asked for: a set, a new file, and how to answer."""

    assumption_set: str
    to: Path
    language: str = "en"
    as_json: bool = False
    quiet: bool = False
    overwrite: bool = False


def write_template(options: TemplateOptions) -> None:
    """Write an empty workbook for new regions.

    Raises
    ------
    PoolcastError
        With what is wrong with the options or the place; nothing is written then.
    """
    from poolcast.parameters.exchange import template

    with working(message_console(quiet=options.quiet or options.as_json), "Writing the template"):
        set_file = template.write_template(
            options.out,
            regions=options.regions,
            codes=options.codes,
            based_on=options.based_on,
            base_year=options.base_year,
            years=options.years,
            language=options.language,
            overwrite=options.overwrite,
        )
    codes = [region.code for region in set_file.regions]
    numbers = template.numbers_asked(len(codes), options.years)
    required = template.numbers_required(len(codes))
    if options.as_json:
        print_json(
            {
                "poolcast": __version__,
                "schema": TEMPLATE_SCHEMA,
                "file": str(options.out),
                "regions": codes,
                "base_year": set_file.base_year,
                "based_on": set_file.based_on,
                "numbers": numbers,
                "required": required,
            }
        )
        return
    _say(options, "template", numbers=numbers, required=required, set=set_file.based_on)
    _print(options, "written", file=options.out)


def import_file(options: ImportOptions) -> None:
    """Read a workbook or a zip of tables into a folder, and say what was borrowed, spread and left out.

    Raises
    ------
    PoolcastError
        With every problem of the file at its sheet and cell; nothing is written then.
    """
    from poolcast.parameters.borrowing import borrowed_parameters, borrowed_words
    from poolcast.parameters.exchange.importing import import_set

    with working(message_console(quiet=options.quiet or options.as_json), f"Reading {options.file.name}"):
        found = import_set(options.file, options.to)
    assumptions = found.assumptions
    if options.as_json:
        print_json(
            {
                "poolcast": __version__,
                "schema": IMPORT_SCHEMA,
                "file": str(options.file),
                "to": str(options.to),
                "name": assumptions.name,
                "digest": assumptions.digest(),
                "borrowed": [
                    {
                        "name": one.name,
                        "lender": one.lender,
                        "regions": list(one.regions),
                        "carried_back": one.carried_back or None,
                    }
                    for one in borrowed_parameters(assumptions)
                ],
                "spread": list(found.spread),
                "left_empty": [
                    {"sheet": sheet, "cell": cell, "parameter": parameter}
                    for sheet, cell, parameter in found.left_empty
                ],
                "ignored": list(found.ignored),
            }
        )
        return
    borrowed = borrowed_words(assumptions).in_language(options.language)
    if borrowed:
        message_console(quiet=options.quiet).print(borrowed, markup=False, soft_wrap=True)
    if found.spread:
        _say(options, "spread", names=", ".join(found.spread))
    if found.left_empty:
        names = [f"{sheet}!{cell}" for sheet, cell, _ in found.left_empty]
        _say(options, "empty", count=len(names), names=_shortened(names))
    if found.ignored:
        _say(options, "ignored", names=_shortened(found.ignored))
    _say(options, "next", folder=options.to)
    _print(options, "imported", name=assumptions.name, folder=options.to)


def export_file(options: ExportOptions) -> None:
    """Write a set as a workbook or a zip of tables.

    Raises
    ------
    PoolcastError
        With every problem of the set or of the place; nothing is written then.
    """
    from poolcast.parameters.borrowing import borrowed_parameters
    from poolcast.parameters.exchange.export import export_set

    with working(message_console(quiet=options.quiet or options.as_json), f"Writing {options.to.name}"):
        assumptions = export_set(
            options.assumption_set, options.to, language=options.language, overwrite=options.overwrite
        )
    lenders = list(dict.fromkeys(one.lender for one in borrowed_parameters(assumptions) if one.lender))
    if options.as_json:
        print_json(
            {
                "poolcast": __version__,
                "schema": EXPORT_SCHEMA,
                "set": assumptions.name,
                "digest": assumptions.digest(),
                "file": str(options.to),
                "based_on": lenders,
            }
        )
        return
    if lenders:
        _say(options, "needs", names=", ".join(lenders))
    _print(options, "written", file=options.to)


def _shortened(names: Sequence[str]) -> str:
    more = f" … (+{len(names) - _MOST_NAMES})" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _say(options: TemplateOptions | ImportOptions | ExportOptions, key: str, **texts: object) -> None:
    text = _WORDS[key].in_language(options.language).format(**texts)
    message_console(quiet=options.quiet).print(text, markup=False, soft_wrap=True)


def _print(options: TemplateOptions | ImportOptions | ExportOptions, key: str, **texts: object) -> None:
    text = _WORDS[key].in_language(options.language).format(**texts)
    data_console().print(text, markup=False, soft_wrap=True)
