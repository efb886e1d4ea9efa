"""A supporting schedule: a small labelled table whose figures say where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from poolcast.budget.statement import Column
from poolcast.parameters.declaration import Words
from poolcast.parameters.errors import Problem, ResultError
from poolcast.parameters.nearest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

CHANGE = Words("Change", "增减额")
RELATIVE_CHANGE = Words("Relative change", "增减率")


@dataclass(frozen=True)
class ScheduleColumn:
    """A column of a schedule.

    Parameters
    ----------
    key : str
    label : Words
    unit : str
        Unit of its numbers; empty where every row has its own.
    """

    key: str
    label: Words
    unit: str = ""


@dataclass(frozen=True)
class ScheduleRow:
    """A row of a schedule.

    Parameters
    ----------
    key : str
    label : Words
    values : tuple of float or str
        One a column; NaN where there is none.
    unit : str
    level : int
        Indent.
    trace : str
        Where the figures come from: a variable of the forecast, a parameter, or rows of the statement.
    """

    key: str
    label: Words
    values: tuple[float | str, ...]
    unit: str = "yuan"
    level: int = 0
    trace: str = ""


@dataclass(frozen=True)
class Schedule:
    """A small labelled table.

    Parameters
    ----------
    code : str
        S1 to S8.
    title : Words
    region : str
    columns : tuple of ScheduleColumn
    rows : tuple of ScheduleRow
    """

    code: str
    title: Words
    region: str
    columns: tuple[ScheduleColumn, ...]
    rows: tuple[ScheduleRow, ...] = field(repr=False)

    def value(self, row: str, column: str) -> float | str:
        """Return one figure by the keys of its row and column.

        Raises
        ------
        ResultError
            Where there is no such row or column.
        """
        keys = {"row": [one.key for one in self.rows], "column": [one.key for one in self.columns]}
        for name, what in ((row, "row"), (column, "column")):
            if name not in keys[what]:
                remedy = did_you_mean(name, keys[what]) or "Name one of those."
                raise ResultError(Problem(f"{self.code}, {what}", name, ", ".join(keys[what]), remedy))
        return self.rows[keys["row"].index(row)].values[keys["column"].index(column)]

    def table(self) -> pd.DataFrame:
        """Return the schedule as a table with words in both languages, units and traces."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"row": row.key, "label": row.label.en, "label_zh": row.label.zh, "level": row.level, "unit": row.unit}
                | {column.key: value for column, value in zip(self.columns, row.values, strict=True)}
                | {"trace": row.trace}
                for row in self.rows
            ]
        )


@dataclass(frozen=True)
class YearColumns:
    """The columns of schedules that show years as the statement does, with the change of the draft on the outlook.

    Parameters
    ----------
    columns : tuple of Column
        Of the statement, without the approved budget.
    years : tuple of int
        Years of the arrays that rows are made of.
    """

    columns: tuple[Column, ...]
    years: tuple[int, ...]

    @property
    def labels(self) -> tuple[ScheduleColumn, ...]:
        """The columns of a schedule."""
        shown = [
            ScheduleColumn(one.key, Words(f"{one.label.en} {one.year}", f"{one.year} {one.label.zh}"))
            for one in self.columns
        ]
        return (
            *shown,
            ScheduleColumn("change", CHANGE),
            ScheduleColumn("relative_change", RELATIVE_CHANGE, "fraction"),
        )

    def row(self, key: str, label: Words, by_year: Array, unit: str, trace: str, level: int = 0) -> ScheduleRow:
        """Return a row from figures of every year (year,)."""
        found = {one.key: float(by_year[self.years.index(one.year)]) for one in self.columns}
        draft, outlook = found.get("draft", np.nan), found.get("outlook", np.nan)
        relative = (draft - outlook) / abs(outlook) if outlook else np.nan
        return ScheduleRow(key, label, (*found.values(), draft - outlook, relative), unit, level, trace)


__all__ = ["Schedule", "ScheduleColumn", "ScheduleRow", "YearColumns"]
