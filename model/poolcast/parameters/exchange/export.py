"""Any set as one file: a workbook for planners, or a zip of its tables."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.declaration import Words
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange.layout import SheetTable, guarded, unguarded
from poolcast.parameters.location import SET_FILE, find_set
from poolcast.parameters.number_cells import read_number
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.set_file import SetFile
from poolcast.parameters.set_folder import read_rows
from poolcast.parameters.tables import COLUMNS, Table, read_text, table_files
from poolcast.parameters.whole_folder import is_there

ENDINGS = (".xlsx", ".zip")
_TIME = (2000, 1, 1, 0, 0, 0)


def export_set(
    name_or_folder: str | os.PathLike[str], to: str | os.PathLike[str], *, language: str = "zh", overwrite: bool = False
) -> Assumptions:
    """Write a set as a workbook or as a zip of its tables; reading it back gives the same content digest.

    Only what the set itself gives is written; what it borrows stays with the set named in ``based_on``.

    Parameters
    ----------
    name_or_folder : str or path
        The set, which must be without fault.
    to : str or path
        ``.xlsx`` or ``.zip``; written beside its place and renamed, so that it is whole or not there.
    language : {"en", "zh"}
        Which language comes first; both stand in it.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Assumptions
        The set that was written.

    Raises
    ------
    AssumptionError
        With every problem of the set, or what is wrong with the place.
    """
    place = Path(to).expanduser()
    refuse_place(place, overwrite)
    assumptions = load_assumptions(name_or_folder)
    folder = find_set(name_or_folder)
    with replacing(place) as partial:
        if place.suffix.lower() == ".zip":
            _write_zip(partial, folder)
        else:
            _write_workbook(partial, folder, assumptions.digest(), language)
    return assumptions


def refuse_place(place: Path, overwrite: bool, endings: tuple[str, ...] = ENDINGS) -> None:
    """Refuse a file that is there, or one of another kind."""
    if place.suffix.lower() not in endings:
        allowed = f"a file that ends in {' or '.join(endings)}"
        raise AssumptionError(Problem("--to", f"'{place}'", allowed, "Name a workbook or a zip file.", kind="--to"))
    if is_there(place) and not overwrite:
        remedy = "Name another file, or remove this one first."
        raise AssumptionError(Problem("--to", f"'{place}', which is there already", "a new file", remedy, kind="--to"))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AssumptionError(_unwritable(place, str(error.strerror))) from error


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Give a name beside a place for a file that is not finished; at the end it takes the place, or it is removed.

    Raises
    ------
    AssumptionError
        Where the file cannot be written there.
    """
    from xlsxwriter.exceptions import FileCreateError

    partial = place.with_name(f".poolcast-partial-{uuid4().hex}{place.suffix}")
    try:
        yield partial
        os.replace(partial, place)
    except (OSError, FileCreateError) as error:  # the writer of workbooks wraps the error of the system
        cause = error if isinstance(error, OSError) else error.args[0]
        raise AssumptionError(_unwritable(place, str(getattr(cause, "strerror", None) or cause))) from error
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(place: Path, why: str) -> Problem:
    return Problem("--to", f"{place}: {why}", "a writable place", "Name a folder in which you may write.", kind="--to")


def _write_workbook(place: Path, folder: Path, digest: str, language: str) -> None:
    from poolcast.parameters.exchange.writing import write_book

    problems: list[Problem] = []
    rows = read_rows(folder, problems)
    if rows is None or problems:
        raise AssumptionError(problems)
    tables = [_sheet_table(table, language) for table in rows.tables]
    write_book(place, rows.set_file, tables, language, export_notes(rows.set_file, digest))


def export_notes(set_file: SetFile, digest: str) -> list[Words]:
    """Return what a workbook says of the set from which it was written."""
    based = set_file.based_on
    notes = [
        Words(
            f"Written from the set {set_file.name}, content digest {digest}.",
            f"导出自假设集 {set_file.name},内容摘要值 {digest}。",
        )
    ]
    if based:
        notes.append(
            Words(
                f"What it does not give itself is borrowed from the set '{based}', which the reader must have.",
                f"本簿未给出的参数借自假设集“{based}”,导入时须能找到该假设集。",
            )
        )
    return notes


def _sheet_table(table: Table, language: str) -> SheetTable:
    """Return a table with the words of its parameters beside their names."""
    stem = Path(table.file).stem
    columns = tuple(name for name in COLUMNS if name in table.columns)
    texts = []
    for name in columns:
        column = table.columns[name]
        words = [unguarded(word) for word in column.words] if name == "note" else column.words
        texts.append([words[code] for code in column.codes.tolist()])
    labels = {name: PARAMETERS[name].label.in_language(language) for name in set(texts[0])}
    texts.insert(1, [labels[name] for name in texts[0]])
    return SheetTable(stem, (columns[0], "#name", *columns[1:]), list(zip(*texts, strict=True)))


def _write_zip(place: Path, folder: Path) -> None:
    """Write ``set.yaml`` and the tables; texts that a spreadsheet would take for formulas are guarded."""
    problems: list[Problem] = []
    with ZipFile(place, "w", ZIP_DEFLATED) as archive:
        for path in (folder / SET_FILE, *table_files(folder)):
            text = read_text(path, problems)
            if text is None:
                raise AssumptionError(problems)
            if path.name != SET_FILE:
                text = guarded_table(text)
            entry = ZipInfo(path.name, _TIME)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, text.encode())


def guarded_table(text: str) -> str:
    """Return a table in which no cell but a number begins like a formula; unchanged where none does."""
    records = list(csv.reader(io.StringIO(text, newline="")))
    changed = [[_guarded_cell(cell) for cell in record] for record in records]
    if changed == records:
        return text
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(changed)
    return out.getvalue()


def _guarded_cell(cell: str) -> str:
    return cell if isinstance(read_number(cell.strip()), float) else guarded(cell)


def export_bytes(name_or_folder: str | os.PathLike[str], ending: str = ".xlsx", *, language: str = "zh") -> bytes:
    """Return a set as the bytes of a workbook or a zip, for a download.

    Parameters
    ----------
    name_or_folder : str or path
        The set.
    ending : {".xlsx", ".zip"}
        Kind of file.
    language : {"en", "zh"}
        Which language comes first.
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        place = Path(folder) / f"set{ending}"
        export_set(name_or_folder, place, language=language)
        return place.read_bytes()
