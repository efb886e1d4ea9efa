"""Errors that carry every problem at once, each with its place and its remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN_OF_A_KIND = 20
"""How many problems of one kind a message lists before it only counts them; ``problems`` holds them all."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and how to mend it.

    Parameters
    ----------
    file : str
        File (or command-line option) in which the problem stands.
    found : str
        What was found there.
    allowed : str
        What would be accepted.
    remedy : str
        What to do about it, in words of the planner who caused it.
    row : int or None
        Line of the file, counted from 1 with the header as line 1.
    column : str or None
        Name of the column or the key.
    kind : str
        Problems of one kind are shown together, and only the first of many.
    sheet, cell : str or None
        In a workbook: name of the sheet, and address of the cell such as ``F12``.
    zh : tuple of str or None
        Found, allowed and remedy in Chinese, where somebody wrote them.
    """

    file: str
    found: str
    allowed: str
    remedy: str
    row: int | None = None
    column: str | None = None
    kind: str = ""
    sheet: str | None = None
    cell: str | None = None
    zh: tuple[str, str, str] | None = None

    @property
    def place(self) -> str:
        """File, line and column, or sheet and cell, in one phrase."""
        return self.place_in("en")

    def place_in(self, language: str) -> str:
        """Return the place in ``zh`` or, for anything else, in English."""
        chinese = language == "zh"
        parts = [self.file]
        if self.sheet is not None:
            parts.append(f"工作表 {self.sheet}" if chinese else f"sheet {self.sheet}")
        if self.cell is not None:
            parts.append(f"单元格 {self.cell}" if chinese else f"cell {self.cell}")
        if self.row is not None:
            parts.append(f"第 {self.row} 行" if chinese else f"line {self.row}")
        if self.column:
            parts.append(f"列 {self.column}" if chinese else f"column {self.column}")
        return ", ".join(parts)

    def words_in(self, language: str) -> tuple[str, str, str]:
        """Return found, allowed and remedy in Chinese as far as somebody wrote them, else in English."""
        if language != "zh":
            return self.found, self.allowed, self.remedy
        if self.zh is not None:
            return self.zh
        from poolcast.parameters.problem_words import in_chinese

        return in_chinese(self.found, self.allowed, self.remedy)

    def __str__(self) -> str:
        """Place, found, allowed and remedy in one line."""
        return f"{self.place}: found {self.found}; allowed: {self.allowed}. {self.remedy}"


class PoolcastError(Exception):
    """Base of the errors that a user can mend; carries all problems found.

    Parameters
    ----------
    problems : iterable of Problem
        Everything that is wrong, in reading order.
    """

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems: Sequence[Problem] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        left_out = (f"... and {number} more of this kind: {kind}" for kind, number in self.left_out().items())
        super().__init__("\n".join([*map(str, self.shown()), *left_out]))

    def shown(self, limit: int = SHOWN_OF_A_KIND) -> tuple[Problem, ...]:
        """Return the problems worth showing: of each kind the first `limit`, in reading order."""
        seen: Counter[str] = Counter()
        chosen = []
        for problem in self.problems:
            seen[problem.kind] += 1
            if not problem.kind or seen[problem.kind] <= limit:
                chosen.append(problem)
        return tuple(chosen)

    def left_out(self, limit: int = SHOWN_OF_A_KIND) -> dict[str, int]:
        """Return how many problems of each kind `shown` leaves out."""
        numbers = Counter(problem.kind for problem in self.problems if problem.kind)
        return {kind: number - limit for kind, number in numbers.items() if number > limit}


class AssumptionError(PoolcastError):
    """An assumption set, or a table that feeds one, cannot be used."""


class ScenarioError(PoolcastError):
    """A scenario names or asks something that cannot be."""


class ResultError(PoolcastError):
    """A result was asked for something it does not hold."""
