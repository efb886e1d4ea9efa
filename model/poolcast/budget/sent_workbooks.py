"""Workbooks that a planner sends with months or a budget: opened only after what could harm was refused.

The same checks as for a workbook of assumptions: every member is unpacked within limits and its XML followed once, so
that a damaged file, an entity, a macro or a link to another file never reaches the reader.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from poolcast.parameters.errors import Problem
from poolcast.parameters.exchange.safe_files import Limits, check_workbook, repacked, unpack
from poolcast.parameters.exchange.sheet_scan import scan_sheets

if TYPE_CHECKING:
    from openpyxl import Workbook

LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 200_000_000
UNREADABLE = (ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError)
"""What the library raises on a workbook that is whole but holds what it did not expect, also row by row."""
LIMITS = Limits(packed=LARGEST_FILE, unpacked=LARGEST_UNPACKED)


def opened(path: Path, file: str, problems: list[Problem], *, read_only: bool) -> Workbook | None:
    """Return a workbook; None, and the problems noted, where it is refused or cannot be read.

    Parameters
    ----------
    path : Path
        The file, which is there.
    file : str
        Its name for readers.
    problems : list of Problem
        Receives what is wrong.
    read_only : bool
        Whether rows are read one after another and nothing else is asked for.
    """
    from openpyxl import load_workbook

    before = len(problems)
    if path.suffix.lower() != ".xlsx":
        found, remedy = "a workbook with macros, or of another form", "Save it as .xlsx."
        problems.append(Problem(file, found, "a workbook without macros (.xlsx)", remedy, kind="file"))
    if path.stat().st_size > LARGEST_FILE:
        allowed = f"at most {LARGEST_FILE // 10**6} MB"
        problems.append(Problem(file, "a workbook that is too large", allowed, "Keep the table only.", kind="file"))
    if len(problems) > before:
        return None
    members = unpack(path.read_bytes(), file, LIMITS, problems)
    if members is None or not check_workbook(members, file, problems):
        return None
    if not scan_sheets(members, file, LIMITS, problems):
        return None
    try:
        return load_workbook(repacked(members), read_only=read_only, data_only=False)
    except UNREADABLE as error:
        problems.append(unreadable(file, error))
        return None


def unreadable(file: str, error: BaseException) -> Problem:
    """Return what is said of a workbook that the library cannot read."""
    found = f"a workbook that cannot be read ({error})"
    return Problem(file, found, "an Excel workbook", "Save it again in Excel.", kind="file")
