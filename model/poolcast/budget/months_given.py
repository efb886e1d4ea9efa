"""The months that a file gives, laid onto the funds and lines of a budget; what does not belong there is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.accounts_by_line import AccountsByLine
from poolcast.budget.lines import EXPENDITURE, REVENUE
from poolcast.budget.months import MONTHS, MonthlyHistory, known_months
from poolcast.budget.reading_months import MonthsRead
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError

Array = NDArray[np.float64]


def phased_funds(accounts: AccountsByLine) -> tuple[tuple[str, str], ...]:
    """Return region and ledger of every fund that can be phased: those that show revenue and expenditure."""
    codes = [line.code for line in accounts.lines]
    wanted = [codes.index(REVENUE), codes.index(EXPENDITURE)]
    return tuple(
        (region, ledger)
        for place, region in enumerate(accounts.regions)
        for number, ledger in enumerate(accounts.ledgers)
        if np.isfinite(accounts.amounts[place, :, number][:, wanted]).all()
    )


class MonthsGiven:
    """Months of the running year, and of closed years, by fund and line.

    Parameters
    ----------
    read : MonthsRead or None
        Nothing is given where None.
    accounts : AccountsByLine
        Regions, ledgers and lines that there are.
    year : int
        The running year.
    limit : int or None
        Months that count; later ones are passed over.
    default_ledger : str
        Ledger of rows that name none.

    Raises
    ------
    ResultError
        Where months are of funds or lines that there are not, of other years only, or end before `limit`.
    """

    def __init__(
        self, read: MonthsRead | None, accounts: AccountsByLine, year: int, limit: int | None, default_ledger: str
    ) -> None:
        self.year = year
        self.limit = limit
        self._accounts = accounts
        self._all_funds = phased_funds(accounts)
        self._read = None if read is None else self._attached(read, default_ledger)
        self.remarks: tuple[Words, ...] = () if read is None else read.remarks
        self.funds = self._funds()

    def lines(self, region: str, ledger: str) -> dict[str, Array]:
        """Return the months of the running year by line (12,), yuan."""
        if self._read is None:
            return {}
        return {
            line: months
            for (code, book, line, year), months in self._read.months.items()
            if (code, book, year) == (region, ledger, self.year) and np.isfinite(months).any()
        }

    def actual(self, region: str, ledger: str, lines: Sequence[str]) -> Array:
        """Return the months of the running year that count (line, 12), yuan; NaN elsewhere."""
        given = self.lines(region, ledger)
        result = np.array([given.get(line, np.full(MONTHS, np.nan)) for line in lines]).reshape(-1, MONTHS)
        if self.limit is not None:
            result[:, self.limit :] = np.nan
        return result

    def history(self, region: str, ledger: str, lines: Sequence[str]) -> MonthlyHistory | None:
        """Return the months of closed years, or None where the file has none."""
        return None if self._read is None else self._read.history(lines, self.year, ledger, region)

    def _funds(self) -> tuple[tuple[str, str], ...]:
        """Return the funds with months in the running year, and refuse those that end before the month asked for."""
        found = [fund for fund in self._all_funds if self.lines(*fund)]
        problems = []
        for region, ledger in found:
            known = known_months(np.array(list(self.lines(region, ledger).values())))
            if self.limit is not None and known < self.limit:
                allowed = f"months to {self.year}-{self.limit:02d}"
                remedy = "Add the missing months, or name an earlier month with --as-of."
                what = f"{region} {ledger} to {self.year}-{known:02d}"
                problems.append(Problem("--actuals", what, allowed, remedy))
        if self._read is not None and not found:
            remedy = "Give months of the running year, or name another year with --year."
            years = ", ".join(map(str, self._read.years()))
            problems.append(Problem("--actuals", f"months of {years} only", f"months of {self.year}", remedy))
        if problems:
            raise ResultError(problems)
        return tuple(found)

    def _attached(self, read: MonthsRead, default_ledger: str) -> MonthsRead:
        """Give every row its region and ledger, and refuse rows of funds or lines that there are not."""
        regions = self._accounts.regions
        lines = {line.code for line in self._accounts.lines}
        months: dict[tuple[str, str, str, int], Array] = {}
        problems: dict[tuple[str, str, str], Problem] = {}
        for (region, ledger, line, year), amounts in read.months.items():
            code = region or (regions[0] if len(regions) == 1 else "")
            book = ledger or default_ledger
            for kind, found, allowed, remedy in (
                ("region", code, regions, "Add a column 'region'."),
                ("ledger", book, self._accounts.ledgers, "Add a column 'ledger', or name one with --ledger."),
                ("line", line, sorted(lines), "Use a line of the statement."),
            ):
                if found not in allowed:
                    what = f"{kind} '{found}'" if found else f"rows without a {kind}"
                    problems.setdefault((kind, found, ""), Problem(read.file, what, ", ".join(allowed), remedy))
            if (code, book) in self._all_funds and line in lines and not self._applies(code, book, line):
                what = f"line {line} of {book}"
                remedy = "Book it where the statement has it."
                problems.setdefault(("row", book, line), Problem(read.file, what, f"a line that {book} has", remedy))
            months[code, book, line, year] = amounts
        if problems:
            raise ResultError(list(problems.values()))
        return MonthsRead(read.file, months, read.remarks)

    def _applies(self, region: str, ledger: str, line: str) -> bool:
        number = [one.code for one in self._accounts.lines].index(line)
        here = self._accounts.amounts[
            self._accounts.regions.index(region), :, self._accounts.ledgers.index(ledger), number
        ]
        return bool(np.isfinite(here).any())


__all__ = ["MonthsGiven", "phased_funds"]
