"""Budgets by content, the months and the approved budget of one reader, and a fund by the month.

What a set and a scenario make is shared between sessions and read only. What a reader uploads is never put into a
shared cache: a page keeps it in its session and hands it in.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.budget.approved_budget import ApprovedBudget, read_approved_budget
from poolcast.budget.fund_months import FundMonths, MonthsOfBudget
from poolcast.budget.lines import EXPENDITURE, REVENUE
from poolcast.budget.provider_budget import ProviderBudget
from poolcast.budget.provider_claims import NEEDED
from poolcast.budget.reading_months import MonthsRead, read_months
from poolcast.budget.schedule import Schedule
from poolcast.budget.schedules import ScheduleMaker
from poolcast.budget.warning_rules import Level
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.sets import MIB, LoadedSet
from poolcast.parameters.errors import PoolcastError, Problem, ResultError
from poolcast.scenarios.scenario import Scenario

Kept = TypeVar("Kept", MonthsRead, ApprovedBudget)

LARGEST_UPLOAD = 20 * 10**6
"""Bytes of an uploaded file; the reader of months has the same bound."""
ENDINGS = {"months": (".xlsx", ".csv"), "approved": (".xlsx", ".csv")}
"""What each reader can read."""


@dataclass(frozen=True)
class Uploads:
    """What a reader gave beside the set.

    Parameters
    ----------
    months : MonthsRead or None
    approved : ApprovedBudget or None
    is_example : bool
        Whether the months are made up, to try the page with.
    """

    months: MonthsRead | None = None
    approved: ApprovedBudget | None = None
    is_example: bool = False


_BUDGETS: BoundedCache[AnnualBudget] = BoundedCache(6, 384 * MIB, lambda made: 3 * int(made.forecast.nbytes))
_FUNDS: BoundedCache[FundMonths] = BoundedCache(24, 192 * MIB, lambda made: _bytes_of(made))


def _bytes_of(made: FundMonths) -> int:
    watched = made.watched
    noise = sum(one.covariance.nbytes for one in (*watched.patterns.noise, *watched.noise_of_totals))
    return noise + 3 * int(made.cash.balance.nbytes) + 100_000


def _key(loaded: LoadedSet, scenario: Scenario) -> tuple[str, str, str]:
    return loaded.digest, scenario.digest, scenario.name


def annual_budget(loaded: LoadedSet, scenario: Scenario) -> AnnualBudget:
    """Return the budget of the second year after the base year, without months; shared, never to be changed.

    Raises
    ------
    AssumptionError, ScenarioError, ResultError
        With every problem.
    """

    def make() -> AnnualBudget:
        made = budget(loaded.assumptions, scenario)
        return replace(made, history=loaded.name) if loaded.is_named else made

    return _BUDGETS.get(_key(loaded, scenario), make)


def with_uploads(plain: AnnualBudget, uploads: Uploads, region: str, ledger: str) -> AnnualBudget:
    """Return the budget of a region with the months and the approved budget of a reader.

    Parameters
    ----------
    plain : AnnualBudget
        Without them.
    uploads : Uploads
    region : str
        Whose statement is wanted; months of other regions are passed over.
    ledger : str
        Ledger of months that name none.

    Raises
    ------
    ResultError
        Where the months do not fit the funds or the year.
    """
    if uploads.months is None and uploads.approved is None:
        return plain
    read = None if uploads.months is None else months_of_region(uploads.months, region, plain.regions)
    months = MonthsOfBudget(
        plain.projection, plain.accounts, plain.outlook_year, uploads.approved, read, None, ledger
    )  # fmt: skip
    return replace(plain, months=months, approved=uploads.approved)


def months_of_region(read: MonthsRead, region: str, regions: tuple[str, ...]) -> MonthsRead | None:
    """Return the months of one region, and those that name none where there is only one; None where there are none."""
    own = {
        key: amounts for key, amounts in read.months.items() if key[0] == region or (not key[0] and len(regions) == 1)
    }
    return MonthsRead(read.file, own, read.remarks) if own else None


def fund_months(made: AnnualBudget, loaded: LoadedSet, scenario: Scenario, region: str, ledger: str) -> FundMonths:
    """Return the running year of a fund by the month; from the shared cache where nobody's months are in it.

    Raises
    ------
    ResultError
        Where there is no such fund.
    AssumptionError
        Where the set lacks the calendar of collection and payment.
    """
    if made.months is not None and (made.months.given or made.approved is not None):
        return made.months.of(region, ledger)

    def make() -> FundMonths:  # of months of its own, so that the shared budget does not grow with every fund looked at
        return MonthsOfBudget(made.projection, made.accounts, made.outlook_year).of(region, ledger)

    return _FUNDS.get((*_key(loaded, scenario), region, ledger), make)


def can_be_phased(made: AnnualBudget, region: str, ledger: str) -> bool:
    """Return whether a fund shows revenue and expenditure of its own."""
    return made.months is not None and (region, ledger) in made.months.funds


def draft_months(made: AnnualBudget, loaded: LoadedSet, scenario: Scenario, region: str, ledger: str) -> FundMonths:
    """Return the draft year of a fund by the month; see `fund_months`."""
    if made.months is not None and (made.months.given or made.approved is not None):
        return made.months.draft(region, ledger)

    def make() -> FundMonths:
        return MonthsOfBudget(made.projection, made.accounts, made.outlook_year).draft(region, ledger)

    return _FUNDS.get((*_key(loaded, scenario), region, ledger, made.year), make)


def schedules_of(made: AnnualBudget, region: str) -> Mapping[str, Schedule]:
    """Return the schedules of one region or pool by code, without S6."""
    providers = made.provider_budgets if all(name in made.side.reformed for name in NEEDED) else None
    return ScheduleMaker(made.projection, made.forecast, providers).all_of(made.statements[region])


def provider_budget(made: AnnualBudget, region: str, ledger: str) -> ProviderBudget | None:
    """Return the budget of providers of a fund in the draft year; None where the set lacks what it rests on."""
    if not all(name in made.side.reformed for name in NEEDED):
        return None
    return made.provider_budgets.of(region, ledger, made.year)


@dataclass(frozen=True)
class OffBudget:
    """What the months say of a fund: totals by themselves, lines together.

    Parameters
    ----------
    level : {"orange", "red"}
    lines : tuple of (line, departure)
        Execution rate less one, the largest first.
    """

    level: Level
    lines: tuple[tuple[str, float], ...]


def off_budget(months: FundMonths | None) -> tuple[OffBudget, ...]:
    """Return the lines whose months are off the phased budget, the worst first; none before the third month."""
    if months is None:
        return ()
    done = months.watched.execution
    levels: dict[str, Level] = {"red": "red", "amber": "orange"}
    found = []
    for alert, level in levels.items():
        away = [
            (line, float(rate) - 1)
            for line, rate, own in zip(done.lines, done.rate, done.alerts, strict=True)
            if own == alert
        ]
        away.sort(key=lambda one: -abs(one[1]))
        found += [OffBudget(level, (one,)) for one in away if one[0] in (REVENUE, EXPENDITURE)]
        lines = tuple(one for one in away if one[0] not in (REVENUE, EXPENDITURE))
        found += [OffBudget(level, lines)] if lines else []
    return tuple(found)


def read_uploaded_months(name: str, content: bytes, made: AnnualBudget) -> MonthsRead:
    """Read a file of months that somebody uploaded.

    Parameters
    ----------
    name : str
        Name of the file, for readers; only its ending is looked at.
    content : bytes
    made : AnnualBudget
        Whose regions and running year hold.

    Raises
    ------
    AssumptionError, ResultError
        With every problem of the file, each with its cell.
    """
    year, regions = made.outlook_year, made.regions
    read = _from_upload("months", name, content, lambda path: read_months(path, year=year, regions=regions))
    # what names no fund or line of the set is refused here, before anything is kept
    MonthsOfBudget(made.projection, made.accounts, year, None, read, None, "EPF")
    return read


def read_uploaded_budget(name: str, content: bytes, made: AnnualBudget) -> ApprovedBudget:
    """Read a table of the approved budget that somebody uploaded; see `read_uploaded_months`."""
    return _from_upload(
        "approved", name, content, lambda path: read_approved_budget(path, made.accounts, made.outlook_year)
    )


def _from_upload(kind: str, name: str, content: bytes, read: Callable[[Path], Kept]) -> Kept:
    """Read content through a file with a name of our own: no word of a user reaches the file system."""
    ending = next((one for one in ENDINGS[kind] if name.lower().endswith(one)), None)
    if ending is None:
        allowed = " / ".join(ENDINGS[kind])
        raise ResultError(Problem(name, "another kind of file", allowed, "Save the table as one of these."))
    if len(content) > LARGEST_UPLOAD:
        allowed = f"at most {LARGEST_UPLOAD // 10**6} MB"
        raise ResultError(Problem(name, f"{len(content) / 1e6:.1f} MB", allowed, "Keep the table only."))
    with tempfile.TemporaryDirectory(prefix="poolcast-upload-") as folder:
        path = Path(folder) / f"upload{ending}"
        path.write_bytes(content)
        try:
            found = read(path)
        except PoolcastError as error:
            named = [replace(one, file=name if path.name in one.file else one.file) for one in error.problems]
            raise type(error)(named) from None
    return replace(found, file=name)


def workbook(made: AnnualBudget, region: str, language: str) -> bytes:
    """Return the workbook that ``poolcast budget`` writes of a region or pool."""
    from poolcast.reporting.budget_workbook import write_budget_workbook

    with tempfile.TemporaryDirectory(prefix="poolcast-budget-") as folder:
        path = Path(folder) / "workbook.xlsx"
        write_budget_workbook(path, made, region, language)
        return path.read_bytes()


def clear() -> None:
    """Forget every budget and what was made of it."""
    for cache in (_BUDGETS, _FUNDS):
        cache.clear()
