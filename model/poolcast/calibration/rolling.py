"""Rolling a set on disk: the next closed year becomes the base, with its accounts (handbook 6.10)."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poolcast._version import __version__
from poolcast.calibration.closed_year import ClosedYear, read_closed_year, with_closed_year
from poolcast.calibration.rolled_set import (
    Texts,
    changed_parameters,
    valid_name,
    write_rolled_set_file,
    write_rolled_tables,
)
from poolcast.parameters.assumptions import Assumptions, Source
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import find_set
from poolcast.parameters.reading import load_assumptions
from poolcast.parameters.set_file import read_set_file
from poolcast.parameters.whole_folder import whole_set
from poolcast.projection.control_totals import Factor, calibrate, factor_report
from poolcast.projection.rolled_accounts import ACCOUNTS
from poolcast.projection.rolling import one_year_later
from poolcast.projection.rolling import roll as roll_in_memory


@dataclass(frozen=True)
class Rolled:
    """A set that was rolled.

    Parameters
    ----------
    folder : Path
        Where it lies.
    assumptions : Assumptions
        As read back from there.
    given : tuple of str
        Parameters that the table of the closed year gave.
    projected : tuple of str
        Control totals of which at least one cell is projected, not observed.
    changed : tuple of str
        Parameters that differ from the old set, beside history.
    warnings : tuple of Factor
        Calibration factors outside the range that needs no explanation.
    """

    folder: Path
    assumptions: Assumptions
    given: tuple[str, ...]
    projected: tuple[str, ...]
    changed: tuple[str, ...]
    warnings: tuple[Factor, ...]


def roll(
    name_or_folder: str | os.PathLike[str], accounts: str | os.PathLike[str], to: str | os.PathLike[str]
) -> Rolled:
    """Close a year: write a set whose base year is the next one, from its accounts and, for the rest, the projection.

    Parameters
    ----------
    name_or_folder : str or path
        The set that is rolled.
    accounts : str or path
        Table of the accounts of the year after its base year.
    to : str or path
        New folder of the rolled set.

    Raises
    ------
    AssumptionError
        With every problem of the set, of the table, or of the base year that they give; nothing is written then.
    """
    source, file, place = find_set(name_or_folder), Path(accounts).expanduser(), Path(to).expanduser()
    problems: list[Problem] = []
    set_file = read_set_file(source, problems)
    if set_file is None or problems:
        raise AssumptionError(problems)
    old = load_assumptions(source, to=set_file.longest)
    digest = load_assumptions(source).digest()
    closed = read_closed_year(file, set_file, old.base_year + 1)
    projected = roll_in_memory(old)
    residual = calibrate(old)["calibration.other_expenditure_share"]
    after = with_closed_year(projected, closed.values, residual)
    calibrate(after)  # refuses accounts that no factor can meet, before anything is written
    changed = changed_parameters(one_year_later(old), after)
    year = after.base_year
    document = Source(
        f"PROJECTED_{year}",
        f"Projection of {year} by set {old.name}, base year {old.base_year}: not observed",
        f"Poolcast {__version__}",
        str(year),
        f"set {old.name}, digest {digest}",
        "D",
    )
    with whole_set(place) as partial:
        write_rolled_tables(partial, source, after, changed, _Provenance(old, projected, after, closed, document).texts)
        write_rolled_set_file(
            partial,
            source,
            valid_name(place),
            year,
            {
                "set": old.name,
                "digest": digest,
                "version": __version__,
                "base_year": old.base_year,
                "accounts": file.name,
                "accounts_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            },
            {
                "en": f"set {old.name} with base year {year}; accounts of {year} from {file.name}, "
                "the rest projected, not observed.",
                "zh": f"由假设集 {old.name} 结转至基年 {year};{year} 年决算取自 {file.name},其余为推算值,非实际数据。",
            },
            [*closed.sources.values(), document],
        )
        load_assumptions(partial)
    loaded = load_assumptions(place)
    warnings = tuple(factor for factor in factor_report(calibrate(loaded)) if not factor.within_range)
    return Rolled(place, loaded, tuple(sorted(closed.values)), _still_projected(after, closed), changed, warnings)


def _still_projected(after: Assumptions, closed: ClosedYear) -> tuple[str, ...]:
    found = []
    for name in ACCOUNTS:
        if name in after:
            cells = np.isfinite(after.in_year(name, after.base_year))
            given = np.isfinite(closed.values[name]) if name in closed.values else np.zeros_like(cells)
            if (cells & ~given).any():
                found.append(name)
    return tuple(found)


class _Provenance:
    """Evidence, grade, source and note of every new row."""

    def __init__(
        self, old: Assumptions, projected: Assumptions, after: Assumptions, closed: ClosedYear, document: Source
    ) -> None:
        self._old, self._closed, self._after = old, closed, after
        self._evidence = "synthetic" if old.synthetic else "derived"
        self._key = document.key
        same = {
            name: np.array_equal(projected[name], after[name], equal_nan=True) if name in projected else False
            for name in after.values
        }
        self._worked_out = {name for name, equal in same.items() if not equal}

    def texts(self, name: str, year: int | None, position: tuple[int, ...]) -> Texts:
        """Return the texts of a row; the position holds the region first, where there is one."""
        base, old = self._after.base_year, self._old
        given = self._closed.texts.get(name, {})
        if position in given and year in (None, base):
            return given[position]
        if year is not None and year < base:
            note = f"history: as set {old.name} has it for {year}"
        elif name in ("population.at_previous_year_end", "coverage.previous_status_share"):
            note = f"31 December {old.base_year} as in set {old.name}, calibrated"
        elif name in self._worked_out:
            note = f"worked out from the accounts of {base} and the projection by set {old.name}, not observed"
        elif name.startswith("accounts.") or name == "ledger.opening_reserve":
            note = f"projected by set {old.name}, not observed"
        else:
            note = f"carried on from {old.base_year} by the projection of set {old.name}, not observed"
        return self._evidence, "D", self._key, note
