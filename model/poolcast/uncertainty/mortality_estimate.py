"""Estimates the uncertainty of mortality from a history of death rates, and writes the table of a set.

    python -m poolcast.uncertainty.mortality_estimate RATES.csv                     the estimate, by window
    python -m poolcast.uncertainty.mortality_estimate RATES.csv --out TABLE.csv     and the rows of a set

RATES.csv has the columns ``period_start, sex, age_start, mx, person_years_thousands``: central death rates of adjoining
periods of equal length, by sex and age group from 0 to an open one, and the person-years lived in them. The shipped
table of `china` comes from ``tests/data/un_china_history/china_mortality_history.csv``.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from poolcast.parameters.axes import OPEN_AGE, SEXES
from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import display
from poolcast.parameters.number_cells import Fault, read_number
from poolcast.parameters.tables import read_text
from poolcast.projection.un_population import single_age_mortality, survival_ratios
from poolcast.uncertainty.mortality import (
    LeeCarter,
    difference_covariance,
    fit_lee_carter,
    life_expectancy_at_birth,
    life_expectancy_deviation,
    life_expectancy_slope,
    single_age_pattern,
)

Array = NDArray[np.float64]

FIRST_PERIOD, LAST_PERIOD = 1980, 2015
"""First years of the first and the last period of the shipped fit. Before 1980 stand the famine of 1959-61 and the fall
of infectious diseases, with registration that missed many deaths; the period after 2015-2020 is half a projection."""

FALLBACK_DEVIATION = 0.10
"""Standard deviation of the yearly change of e0, years (handbook 7.1, fallback)."""

YEARS_AHEAD = 25
LEAST_SHOWN = 6
"""Periods of the shortest window in the table of windows."""
COLUMNS = ("period_start", "sex", "age_start", "mx", "person_years_thousands")
TABLE_COLUMNS = ("parameter", "sex", "age", "value", "unit", "evidence", "grade", "source", "note")
SOURCE, GRADE = "UN_WPP2024", "B"


@dataclass(frozen=True)
class MortalityHistory:
    """Death rates of adjoining periods.

    Parameters
    ----------
    periods : tuple of int
        First year of each period.
    length : int
        Years of a period.
    age_start : tuple of int
        First age of each group; the last is open.
    rates : array (period, sex, group), deaths per person-year
        Sexes in the order of the house.
    person_years : array (period, sex, group), thousands
    """

    periods: tuple[int, ...]
    length: int
    age_start: tuple[int, ...]
    rates: Array
    person_years: Array

    def window(self, first: int, last: int) -> MortalityHistory:
        """Return the periods that begin from `first` to `last`."""
        kept = [place for place, period in enumerate(self.periods) if first <= period <= last]
        return MortalityHistory(
            tuple(self.periods[place] for place in kept),
            self.length,
            self.age_start,
            self.rates[kept],
            self.person_years[kept],
        )

    def survival(self) -> Array:
        """Return the survival ratios (sex, age) of the last period's life table, ages 0..100+."""
        return survival_ratios(single_age_mortality(self.rates[-1], self.age_start), OPEN_AGE)


@dataclass(frozen=True)
class MortalityEstimate:
    """What a window of the history says of the uncertainty of mortality.

    Parameters
    ----------
    fit : LeeCarter
        The model, in its own scale.
    span : (int, int)
        First year of the first period, and the year in which the last one ends.
    pattern : array (sex, age)
        beta on single ages, with a mean of one.
    drift : float
        Change of the index per year, in log points of an average age, as are the next three.
    estimated_deviation, estimated_error : float
        sd(xi) and the standard error of the drift, as estimated from period means.
    floor : float
        sd(xi) at which the yearly standard deviation of e0 is the handbook's fallback.
    deviation, drift_error : float
        What a set should use: the estimate or the floor, whichever is larger, and the error that goes with it.
    life_expectancy : float
        e0 of the last period, mean of the sexes, years.
    life_expectancy_deviation : float
        Standard deviation of e0 `YEARS_AHEAD` years ahead under `deviation` and `drift_error`, years.
    """

    fit: LeeCarter
    span: tuple[int, int]
    pattern: Array
    drift: float
    estimated_deviation: float
    estimated_error: float
    floor: float
    deviation: float
    drift_error: float
    life_expectancy: float
    life_expectancy_deviation: float


def estimate(history: MortalityHistory, first: int = FIRST_PERIOD, last: int = LAST_PERIOD) -> MortalityEstimate:
    """Fit the model to a window of a history, and put a floor under its deviation.

    UN rates are means of five years and smoothed besides. The mean is corrected for (`fit_random_walk`); the smoothing
    cannot be, so sd(xi) is at least the one at which e0 has a yearly standard deviation of 0.10 years on the life table
    of the last period of the window (handbook 7.1). The error of the drift is that of a drift which was
    observed over the same periods with the sd(xi) used: se(d) = sd(xi) sqrt(1'S1) / (u_T - u_0).

    Parameters
    ----------
    history : MortalityHistory
    first, last : int
        First years of the first and the last period of the window.

    Raises
    ------
    ValueError
        If the window holds fewer than three periods.
    """
    used = history.window(first, last)
    fit = fit_lee_carter(np.log(used.rates), used.periods, used.person_years, averaged_over=used.length)
    pattern, scale = single_age_pattern(fit.beta, used.age_start)
    survival = used.survival()
    floor = FALLBACK_DEVIATION / abs(life_expectancy_slope(survival, pattern))
    deviation = max(fit.deviation * scale, floor)
    error_of_one = float(np.sqrt(difference_covariance(fit.years, used.length).sum()) / (fit.years[-1] - fit.years[0]))
    drift_error = deviation * error_of_one
    return MortalityEstimate(
        fit,
        (used.periods[0], used.periods[-1] + used.length),
        pattern,
        fit.drift * scale,
        fit.deviation * scale,
        fit.drift_error * scale,
        floor,
        deviation,
        drift_error,
        float(life_expectancy_at_birth(survival).mean()),
        life_expectancy_deviation(survival, pattern, deviation, drift_error, YEARS_AHEAD),
    )


def table_text(found: MortalityEstimate) -> str:
    """Return the estimate as the CSV table of a set."""
    window = f"Lee-Carter on UN five-year rates {found.span[0]}-{found.span[1]}"
    rows = [
        ("pattern", sex, str(age), f"{found.pattern[place, age]:.4f}", "estimated", GRADE, SOURCE, window)
        for place, sex in enumerate(SEXES)
        for age in range(OPEN_AGE + 1)
    ]
    told = window
    error = f"from the sd above and the {np.ptp(found.fit.years):.0f} years from the first period to the last"
    if found.deviation > found.estimated_deviation:
        evidence, grade, source = "assumption", "", ""
        told = (
            f"yearly sd of e0 of {FALLBACK_DEVIATION:.2f} (handbook 7.1); estimated {found.estimated_deviation:.5f}, "
        )
        told += "less because the UN's rates are smoothed"
        error += f"; {found.estimated_error:.5f} with the estimated sd"
    else:
        evidence, grade, source = "estimated", GRADE, SOURCE
    rows += [
        ("deviation", "", "", f"{found.deviation:.5f}", evidence, grade, source, told),
        ("drift_error", "", "", f"{found.drift_error:.5f}", evidence, grade, source, error),
    ]
    names = {"pattern": "age_pattern", "deviation": "deviation", "drift_error": "drift_error"}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(TABLE_COLUMNS)
    for name, sex, age, value, *rest in rows:
        writer.writerow([f"uncertainty.mortality_{names[name]}", sex, age, value, "ratio", *rest])
    return text.getvalue()


def window_table(history: MortalityHistory) -> list[str]:
    """Return, as a Markdown table, how the estimate moves with the window; the shipped window is marked."""
    lines = [
        "| periods | drift a year | its error | sd(xi) | sd(xi), periods taken as years | explained |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for last in history.periods[-2:]:
        for first in history.periods:
            used = history.window(first, last)
            if len(used.periods) < LEAST_SHOWN:
                continue
            found = estimate(history, first, last)
            plain = fit_lee_carter(np.log(used.rates), used.periods, used.person_years)
            scale = found.estimated_deviation / found.fit.deviation
            mark = " (shipped)" if (first, last) == (FIRST_PERIOD, LAST_PERIOD) else ""
            lines.append(
                f"| {first}-{last + history.length}{mark} | {found.drift:.4f} | {found.estimated_error:.4f} | "
                f"{found.estimated_deviation:.4f} | {plain.deviation * scale:.4f} | {found.fit.explained:.3f} |"
            )
    return lines


def read_history(path: Path) -> MortalityHistory:
    """Read a history of death rates.

    Raises
    ------
    AssumptionError
        With every problem of the file.
    """
    problems: list[Problem] = []
    file = display(path)

    def refuse(found: str, allowed: str, remedy: str, row: int | None = None, column: str | None = None) -> None:
        problems.append(Problem(file, found, allowed, remedy, row=row, column=column, kind=f"{file} {column or ''}"))

    cells: dict[tuple[int, str, int], tuple[float, float]] = {}
    text = read_text(path, problems)
    reader = csv.DictReader(io.StringIO(text or "", newline=""))
    missing = [name for name in COLUMNS if text is not None and name not in (reader.fieldnames or ())]
    for name in missing:
        refuse("no such column", f"the columns {', '.join(COLUMNS)}", "Name the columns in the first line.", 1, name)
    for row in () if missing else reader:
        line, sex = reader.line_num, (row["sex"] or "").strip()
        numbers: dict[str, float] = {}
        for name in COLUMNS:
            if name == "sex":
                continue
            number = read_number((row[name] or "").strip())
            if isinstance(number, Fault):
                refuse(number.found, number.allowed, number.remedy, line, name)
            elif name in ("period_start", "age_start") and (number < 0 or number != int(number)):
                refuse(f"{number:g}", "a whole number, not below 0", "Give a first year or a first age.", line, name)
            elif name in ("mx", "person_years_thousands") and number <= 0:
                refuse(f"{number:g}", "a number above 0", "A rate of zero has no logarithm; join ages.", line, name)
            else:
                numbers[name] = number
        if sex not in SEXES:
            refuse(f"'{sex}'", ", ".join(SEXES), "Write the sex in one of these words.", line, "sex")
        elif len(numbers) == len(COLUMNS) - 1:
            key = (int(numbers["period_start"]), sex, int(numbers["age_start"]))
            if key in cells:
                refuse(f"a second row for {key[0]}, {sex}, age {key[2]}", "one row each", "Remove one.", line)
            cells[key] = (numbers["mx"], numbers["person_years_thousands"])
    if problems:
        raise AssumptionError(problems)
    periods = sorted({period for period, _, _ in cells})
    ages = sorted({age for _, _, age in cells})
    for period in periods:
        for sex in SEXES:
            lacking = [age for age in ages if (period, sex, age) not in cells]
            if lacking:
                refuse(f"no rate for {period}, {sex}, ages {lacking}", "a rate in every cell", "Add the rows.")
    lengths = sorted(set(np.diff(periods).tolist()))
    if len(lengths) != 1:
        refuse(f"periods that begin in {periods}", "at least two, adjoining and equally long", "Give every period.")
    if not ages or ages[0] != 0 or ages[-1] < OPEN_AGE:
        found = f"ages from {ages[0]} to {ages[-1]}" if ages else "no ages"
        refuse(found, f"0 to an open group from {OPEN_AGE}", "Add the groups.", column="age_start")
    if problems:
        raise AssumptionError(problems)
    values = np.array([[[cells[period, sex, age] for age in ages] for sex in SEXES] for period in periods])
    return MortalityHistory(tuple(periods), int(lengths[0]), tuple(ages), values[..., 0], values[..., 1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Estimate from the file that the command line names; exit code 2 where it cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m poolcast.uncertainty.mortality_estimate", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("rates", type=Path, help="history of death rates")
    parser.add_argument("--first", type=int, default=FIRST_PERIOD, help="first year of the first period (1980)")
    parser.add_argument("--last", type=int, default=LAST_PERIOD, help="first year of the last period (2015)")
    parser.add_argument("--out", type=Path, help="table to write")
    given = parser.parse_args(arguments)
    try:
        history = read_history(given.rates)
        found = estimate(history, given.first, given.last)
    except (AssumptionError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    lines = [
        *window_table(history),
        "",
        f"sd(xi) {found.deviation:.5f}: estimated {found.estimated_deviation:.5f}, floor {found.floor:.5f}",
        f"drift {found.drift:.5f}, its error {found.drift_error:.5f}: estimated {found.estimated_error:.5f}",
        f"e0 {found.life_expectancy:.2f}, sd {found.life_expectancy_deviation:.2f} after {YEARS_AHEAD} years",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    if given.out is not None:
        given.out.write_bytes(table_text(found).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
