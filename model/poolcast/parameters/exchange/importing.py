"""A sent file becomes a set: all its problems at once, each at its sheet and cell, or a whole folder."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from poolcast.parameters.assumptions import Assumptions
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.exchange.from_archive import unpack_zip
from poolcast.parameters.exchange.from_workbook import unpack_book
from poolcast.parameters.exchange.safe_files import LIMITS, Limits, refusal
from poolcast.parameters.exchange.unpacked import Unpacked
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.whole_folder import refuse_used, whole_set


@dataclass(frozen=True)
class Imported:
    """What a file gave.

    Parameters
    ----------
    assumptions : Assumptions
        The set.
    left_empty : tuple of (sheet, cell, parameter)
        Cells that were left empty although the workbook asked for them; their values are borrowed or not needed.
    ignored : tuple of str
        Sheets or members that were not read.
    spread : tuple of str
        Parameters of which a total was spread over its members.
    """

    assumptions: Assumptions
    left_empty: tuple[tuple[str, str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()


def import_set(file: str | os.PathLike[str], to: str | os.PathLike[str], *, limits: Limits = LIMITS) -> Imported:
    """Read a workbook or a zip of tables and write it as the folder of a set, whole or not at all.

    Parameters
    ----------
    file : str or path
        ``.xlsx`` or ``.zip``.
    to : str or path
        New folder.
    limits : Limits
        How much the file may hold.

    Raises
    ------
    AssumptionError
        With every problem of the file, each with its sheet and cell.
    """
    path, place = Path(file).expanduser(), Path(to).expanduser()
    refuse_used(place)
    content = _content(path, limits)
    with TemporaryDirectory(prefix="poolcast-") as scratch:
        imported, folder = _accept(content, path.name, Path(scratch), limits)
        with whole_set(place) as partial:
            for made in sorted(folder.iterdir()):
                shutil.copyfile(made, partial / made.name)
    return imported


def read_upload(content: bytes, name: str, *, limits: Limits = LIMITS) -> Imported:
    """Read a workbook or a zip of tables from memory, for an upload; nothing is left on the disk.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, which only words use.
    limits : Limits
        How much it may hold.

    Raises
    ------
    AssumptionError
        With every problem of the file.
    """
    with TemporaryDirectory(prefix="poolcast-") as scratch:
        return _accept(content, PurePosixPath(name.replace("\\", "/")).name, Path(scratch), limits)[0]


def _content(path: Path, limits: Limits) -> bytes:
    try:
        if path.stat().st_size > limits.packed:
            return b"".join([path.open("rb").read(limits.packed + 1)])
        return path.read_bytes()
    except OSError as error:
        why = "which is not there" if isinstance(error, FileNotFoundError) else str(error.strerror)
        remedy = "Name a workbook that `poolcast template` or `poolcast export` wrote, or a zip of tables."
        zh = (f"“{path}”无法打开", ".xlsx 或 .zip 文件", "请检查路径。")
        raise AssumptionError(
            Problem("FILE", f"'{path}', {why}", "an .xlsx or .zip file", remedy, kind="file", zh=zh)
        ) from error


def _accept(content: bytes, name: str, scratch: Path, limits: Limits) -> tuple[Imported, Path]:
    """Turn a file into a folder and read it as any set is read."""
    problems: list[Problem] = []
    _refuse_ending(name)
    folder = scratch / "set"
    folder.mkdir()
    unpacked = Unpacked(name, folder)
    is_zip = name.lower().endswith(".zip")
    ready = (
        unpack_zip(content, unpacked, limits, problems) if is_zip else unpack_book(content, unpacked, limits, problems)
    )
    if not ready:
        raise AssumptionError(problems)
    try:
        assumptions = load_assumptions(folder)
    except AssumptionError as error:
        problems += unpacked.told(error.problems, problems)
        raise AssumptionError(problems) from None
    if problems:
        raise AssumptionError(problems)
    left = tuple((sheet, cell, parameter) for parameter, cells in unpacked.empty.items() for sheet, cell in cells)
    return Imported(assumptions, left, tuple(unpacked.ignored), tuple(unpacked.spread)), folder


def _refuse_ending(name: str) -> None:
    ending = Path(name).suffix.lower()
    if ending in (".xlsx", ".zip"):
        return
    english = (f"a file that ends in '{ending}'", ".xlsx or .zip", "In Excel save it as 'Excel Workbook (*.xlsx)'.")
    chinese = (f"扩展名为“{ending}”的文件", ".xlsx 或 .zip", "请在 Excel 中另存为“Excel 工作簿(*.xlsx)”。")
    if ending in (".xlsm", ".xltm", ".xlam", ".xlsb"):
        english = (f"a workbook that may hold macros ({ending})", *english[1:])
        chinese = (f"可能含宏的工作簿({ending})", *chinese[1:])
    raise AssumptionError(refusal(name, english, chinese))
