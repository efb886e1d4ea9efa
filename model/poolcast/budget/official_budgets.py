"""Official budgets of the social insurance funds against their outcomes: how far they were apart (handbook 5.3)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from poolcast.parameters.assumptions import Source
from poolcast.parameters.declaration import Words

_DATA = Path(__file__).parent / "data"

SCHEMES: Mapping[str, Words] = {
    "employee": Words("Employee scheme, accounts inside", "职工医保(含个人账户)"),
    "resident": Words("Resident scheme, rural scheme inside", "居民医保(含新农合)"),
    "maternity": Words("Maternity insurance", "生育保险"),
    "all_social_insurance": Words("All social insurance", "全部社会保险"),
    "all_social_insurance_central": Words("All social insurance, central level", "中央级社会保险"),
}
STAGES: Mapping[str, Words] = {
    "final": Words("final accounts", "决算"),
    "preliminary_execution": Words("preliminary execution", "预计执行"),
}


@dataclass(frozen=True)
class OfficialBudget:
    """A budget and its outcome, both official.

    Parameters
    ----------
    scheme : str
        Key of `SCHEMES`.
    line : str
        Row of the statement: R, R1, R2, E or E1.
    year : int
    budget, outcome : float, yuan
    basis : {"published", "implied"}
        Whether the budget was printed, or follows from a printed completion percentage.
    doubt : float
        Half width of the deviation by the rounding of that percentage.
    stage : str
        Key of `STAGES`: final accounts, or the preliminary execution of the following March.
    sources : tuple of str
        Keys of `official_sources`.
    """

    scheme: str
    line: str
    year: int
    budget: float
    outcome: float
    basis: str
    doubt: float
    stage: str
    sources: tuple[str, ...]

    @property
    def deviation(self) -> float:
        """Outcome less budget over the budget (handbook 5.3)."""
        return self.outcome / self.budget - 1


@lru_cache(maxsize=1)
def official_budgets() -> tuple[OfficialBudget, ...]:
    """Return every official budget found with its outcome, by scheme, line and year."""
    with (_DATA / "official_budgets.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            OfficialBudget(
                row["scheme"],
                row["line"],
                int(row["year"]),
                float(row["budget_yuan"]),
                float(row["outcome_yuan"]),
                row["basis"],
                float(row["doubt"]),
                row["stage"],
                tuple(row["sources"].split("|")),
            )
            for row in csv.DictReader(file)
        )


@lru_cache(maxsize=1)
def official_sources() -> dict[str, Source]:
    """Return the documents that `official_budgets` cites, by key."""
    with (_DATA / "official_budget_sources.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: Source(**row) for row in csv.DictReader(file)}


@dataclass(frozen=True)
class BudgetErrors:
    """How far budgets were from outcomes.

    Parameters
    ----------
    count : int
        Pairs.
    bias : float
        Mean deviation: above zero where budgets were low.
    mean_absolute : float
    largest : float
        Largest absolute deviation.
    """

    count: int
    bias: float
    mean_absolute: float
    largest: float


def budget_errors(scheme: str, line: str) -> BudgetErrors | None:
    """Return the errors of the official budgets of a scheme and line; None where no pair was found."""
    found = np.array([one.deviation for one in official_budgets() if (one.scheme, one.line) == (scheme, line)])
    if not found.size:
        return None
    return BudgetErrors(int(found.size), float(found.mean()), float(np.abs(found).mean()), float(np.abs(found).max()))


__all__ = [
    "SCHEMES",
    "STAGES",
    "BudgetErrors",
    "OfficialBudget",
    "budget_errors",
    "official_budgets",
    "official_sources",
]
