"""Population projections from a folder of tables, for one country, and the file that comes out.

The folder format is that of the UN's World Population Prospects as tidy CSV, one file a table, named
`<country>_<table>.csv`. Columns not named here are left alone, and so are other files.

| table             | columns                                               | of                                      |
| ----------------- | ----------------------------------------------------- | --------------------------------------- |
| `population`      | year, age, sex, population_thousands                  | 1 July; single ages, the last one open  |
| `mortality`       | [period,] period_start, sex, age_start, age_width, mx | last `age_width` -1: open               |
| `survival`        | year, sex, age_at_end, survival_ratio                 | the year from 1 July on; for mortality  |
| `fertility`       | year, age_start, age_width, asfr_per_woman            | calendar years                          |
| `migration`       | year, sex, age, net_migrants_thousands                | calendar years; age at the year's end   |
| `migration_total` | year, net_migrants_thousands                          | calendar years that `migration` leaves  |
| `srb`             | year, male_births_per_female_birth                    | calendar years                          |

A period of mortality that its label gives as two years (2020-2025), or that is longer than a year, runs from mid-year
to mid-year; a period of one year without such a label is that calendar year. Rates are linear in time between the
middles of the periods. Migrants of whom only the total is known have the ages of Rogers and Castro's standard schedule.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.location import display
from poolcast.projection.cohort import CohortResult, FloatArray
from poolcast.projection.un_population import (
    migrant_age_profile,
    project_un_population,
    rates_at,
    single_age_fertility,
    single_age_mortality,
    survival_ratios,
)
from poolcast.reporting.population_tables import CountryTable, Keys, files_of_country, refuser

SEXES = ("male", "female")
THOUSAND = 1000.0


@dataclass(frozen=True)
class CountryInputs:
    """What one country's folder says, for a projection from 1 July `start` to 1 July `to`.

    Parameters
    ----------
    country : str
        As in the file names.
    start, to : int
        Years of the first and the last 1 July.
    population : array (sex, age), persons on 1 July `start`
    survival_ratio : array (to - start, sex, age), share, by age at the end of the year
    fertility_rate : array (to - start + 1, age), births per woman and calendar year
    male_births_per_female_birth : array (to - start + 1), ratio
    net_migrants : array (to - start + 1, sex, age), persons by age at the end of the year
    notes : tuple of str
        What had to be assumed, in words.
    """

    country: str
    start: int
    to: int
    population: FloatArray
    survival_ratio: FloatArray
    fertility_rate: FloatArray
    male_births_per_female_birth: FloatArray
    net_migrants: FloatArray
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PopulationRun:
    """A finished projection.

    Parameters
    ----------
    country : str
    years : tuple of int
        Each 1 July, the first one included.
    population : array (year, sex, age), persons
    notes : tuple of str
        What had to be assumed, in words.
    file : Path
        Where it was written.
    """

    country: str
    years: tuple[int, ...]
    population: FloatArray
    notes: tuple[str, ...]
    file: Path


def run_population(folder: Path, start: int | None, to: int, out: Path) -> PopulationRun:
    """Project a country's population and write it: year, sex, age, population in persons at 1 July.

    Parameters
    ----------
    folder : Path
        Tables of one country, in the format of this module.
    start : int or None
        Year of the first 1 July; by default the last of the population table.
    to : int
        Year of the last 1 July.
    out : Path
        CSV file to write, or to replace; it appears whole or not at all.

    Returns
    -------
    PopulationRun
        What was written.

    Raises
    ------
    AssumptionError
        With all that is wrong in the folder and with the file to be written.
    """
    problems = _problems_of_target(Path(folder), Path(out))
    try:
        inputs = read_country_folder(folder, start, to)
    except AssumptionError as error:
        raise AssumptionError([*problems, *error.problems]) from None
    if problems:
        raise AssumptionError(problems)
    result = project_un_population(
        inputs.population,
        inputs.survival_ratio,
        inputs.fertility_rate,
        inputs.male_births_per_female_birth,
        inputs.net_migrants,
    )
    assert result.population is not None
    population, years = result.population[0, 0], tuple(range(inputs.start, to + 1))
    _write_whole(Path(out), _lines(years, population))
    return PopulationRun(inputs.country, years, population, (*inputs.notes, *_notes_of(result, years)), Path(out))


def read_country_folder(folder: Path, start: int | None, to: int) -> CountryInputs:
    """Read one country's tables; of the population, only what stands at `start`.

    Parameters
    ----------
    folder : Path
        Tables of one country, in the format of this module.
    start : int or None
        Year of the first 1 July; by default the last of the population table, which may not reach `to` then.
    to : int
        Year of the last 1 July.

    Returns
    -------
    CountryInputs
        By single age and year.

    Raises
    ------
    AssumptionError
        With all that is wrong.
    """
    problems: list[Problem] = []
    country, files = files_of_country(Path(folder), problems)
    population, start = _population(files.get("population"), start, to, problems)
    if population is None or start is None:
        raise AssumptionError(problems)
    ages = population.shape[1]
    calendar_years = range(start, to + 1)
    survival = _survival(files, start, to, ages, problems)
    fertility = _fertility(files.get("fertility"), calendar_years, ages, problems)
    srb = _by_year(files.get("srb"), "male_births_per_female_birth", 0.8, 1.4, calendar_years, problems)
    migrants, notes = _migrants(files, calendar_years, ages, problems)
    if problems or survival is None or fertility is None or srb is None or migrants is None:
        raise AssumptionError(problems)
    return CountryInputs(country, start, to, population, survival, fertility, srb, migrants, notes)


def _population(
    path: Path | None, start: int | None, to: int, problems: list[Problem]
) -> tuple[FloatArray | None, int | None]:
    """The opening stock; rows of other years are left unread."""
    if path is None:
        return None, start
    table = CountryTable(path, ("year", "age", "sex", "population_thousands"), problems)
    refuse = refuser("--from", problems)
    years = table.values("year") if table.sound() else []
    if table.sound() and not years:
        table.refuse("no rows", "a row for each year, sex and age", "Fill the table.")
    if start is None and years:
        start = years[-1]
        if start >= to:
            found = f"no --from, and a population table that reaches {start}"
            refuse(found, f"a year before {to}", "Say with --from where the projection begins.")
            return None, None
    elif start is not None and years and start not in years:
        refuse(f"{start}, which {table.file} does not hold", f"{years[0]} to {years[-1]}", "Choose one of its years.")
        return None, None
    if start is not None and start >= to:
        refuse(f"{start}, not before --to {to}", f"a year before {to}", "Choose an earlier --from or a later --to.")
        return None, None
    table.keep("year", start, start)
    ages = table.values("age") if table.sound() else []
    if not ages or start is None or ages[-1] < 1:
        if table.sound():
            table.refuse(f"no ages for {start}", "single ages from 0, the last one open", "Add the rows.")
        return None, None
    keys: Keys = {"year": [start], "sex": SEXES, "age": range(ages[-1] + 1)}
    return table.grid(keys, "population_thousands", 0.0, 3e6, "Write thousands of persons.")[0] * THOUSAND, start


def _survival(files: dict[str, Path], start: int, to: int, ages: int, problems: list[Problem]) -> FloatArray | None:
    """Survival ratios by step, sex and age at the end: as given, else from death rates."""
    if "survival" in files:
        table = CountryTable(files["survival"], ("year", "sex", "age_at_end", "survival_ratio"), problems)
        if not table.sound():
            return None
        table.keep("year", start, to - 1)
        keys: Keys = {"year": range(start, to), "sex": SEXES, "age_at_end": range(ages)}
        return table.grid(keys, "survival_ratio", 0.0, 1.0, "Write the share who live to the end of the year.")
    return _survival_by_mortality(files["mortality"], start, to, ages, problems) if "mortality" in files else None


def _survival_by_mortality(path: Path, start: int, to: int, ages: int, problems: list[Problem]) -> FloatArray | None:
    """Survival ratios from death rates by period and age group."""
    table = CountryTable(path, ("period_start", "sex", "age_start", "age_width", "mx"), problems)
    if not table.sound():
        return None
    table.keep("period_start", None, None)
    centres = _centres_of_periods(table, start, to)
    groups = table.grouping()
    if groups is None or centres is None:
        return None
    if groups.starts[0] != 0 or groups.end is not None:
        table.refuse("age groups that do not begin at 0 and end open", "0 to an open group", "Mark it by -1.")
        return None
    keys: Keys = {"period_start": table.values("period_start"), "sex": SEXES, "age_start": groups.starts}
    rates = table.grid(keys, "mx", 0.0, 5.0, "Write deaths per person-year, not per 1,000.")
    if not table.sound():
        return None
    at_steps = rates_at(np.arange(start + 1.0, to + 1.0), centres, single_age_mortality(rates, groups.starts))
    return survival_ratios(at_steps, ages - 1)


def _centres_of_periods(table: CountryTable, start: int, to: int) -> FloatArray | None:
    """Middles of the periods of mortality in years; refused where they leave gaps or do not reach."""
    starts = table.values("period_start")
    labels = {table.word(row, "period") for _, row in table.rows} if table.has("period") else set()
    two_years = [
        (int(found[1]), int(found[2])) for found in map(re.compile(r"(\d+)\D(\d+)").fullmatch, labels) if found
    ]
    widths = {last - first for first, last in two_years} or set(np.diff(starts).tolist()) or {1}
    if len(widths) != 1 or (np.diff(starts) != next(iter(widths))).any():
        table.refuse(
            "periods with gaps or of several lengths", "periods of one length, in a row", "Add or mend periods."
        )
        return None
    width = next(iter(widths))
    middle_of_first_year = 0.5 if two_years or width > 1 else 0.0
    centres: FloatArray = np.asarray(starts, dtype=np.float64) + middle_of_first_year + width / 2
    if centres[0] - width / 2 > start + 1 or centres[-1] + width / 2 < to:
        found = f"death rates for {centres[0] - width / 2:g} to {centres[-1] + width / 2:g}"
        table.refuse(found, f"{start + 1} to {to}, the middles of the years", "Add periods, or project fewer years.")
        return None
    return centres


def _fertility(path: Path | None, years: range, ages: int, problems: list[Problem]) -> FloatArray | None:
    """Births per woman by calendar year and single age."""
    if path is None:
        return None
    table = CountryTable(path, ("year", "age_start", "age_width", "asfr_per_woman"), problems)
    if not table.sound():
        return None
    table.keep("year", years[0], years[-1])
    groups = table.grouping()
    if groups is None or groups.end is None or groups.starts[0] < 0 or groups.end > ages:
        if table.sound():
            found = "no rows for these years" if groups is None else "an open group, or ages that the population lacks"
            table.refuse(found, f"closed age groups within 0 to {ages - 1}, for {years[0]} to {years[-1]}", "Add them.")
        return None
    rates = table.grid(
        {"year": years, "age_start": groups.starts},
        "asfr_per_woman",
        0.0,
        1.0,
        "Write births per woman, not per 1,000.",
    )
    return single_age_fertility(rates, groups.starts, groups.end, ages) if table.sound() else None


def _migrants(
    files: dict[str, Path], years: range, ages: int, problems: list[Problem]
) -> tuple[FloatArray | None, tuple[str, ...]]:
    """Net migrants by calendar year, sex and age; for years of which only the total is known, by standard ages."""
    migrants = np.zeros((len(years), 2, ages))
    by_age: list[int] = []
    if "migration" in files:
        table = CountryTable(files["migration"], ("year", "sex", "age", "net_migrants_thousands"), problems)
        if not table.sound():
            return None, ()
        table.keep("year", years[0], years[-1])
        by_age = table.values("year")
        keys: Keys = {"year": by_age, "sex": SEXES, "age": range(ages)}
        held = table.grid(keys, "net_migrants_thousands", -1e6, 1e6, "Write thousands of persons.")
        migrants[[year - years[0] for year in by_age]] = held * THOUSAND
    left = [year for year in years if year not in set(by_age)]
    if not left:
        return migrants, ()
    if "migration_total" not in files:
        if "migration" in files:
            found = f"no rows for {left[0]}, and no migration_total that would have it"
            refuser(files["migration"].name, problems)(found, f"{years[0]} to {years[-1]}", "Add the years.")
        return None, ()
    totals = _by_year(files["migration_total"], "net_migrants_thousands", -1e6, 1e6, left, problems)
    if totals is None:
        return None, ()
    migrants[[year - years[0] for year in left]] = totals[:, None, None] * THOUSAND * migrant_age_profile(ages)
    note = f"net migrants of {left[0]} to {left[-1]}: only the total is known; ages by a standard schedule"
    return migrants, (note,)


def _by_year(
    path: Path | None, column: str, low: float, high: float, years: Sequence[int], problems: list[Problem]
) -> FloatArray | None:
    """One number a calendar year."""
    if path is None:
        return None
    table = CountryTable(path, ("year", column), problems)
    if not table.sound():
        return None
    table.keep("year", years[0], years[-1])
    table.rows = [(line, row) for line, row in table.rows if int(table.word(row, "year")) in set(years)]
    return table.grid({"year": years}, column, low, high, "Check the unit that the column's name gives.")


def _problems_of_target(folder: Path, out: Path) -> list[Problem]:
    problems: list[Problem] = []
    refuse = refuser("--out", problems)
    if out.is_dir():
        refuse(f"the folder {display(out)}", "a file", "Name a file in it.")
    elif not out.absolute().parent.is_dir():
        refuse(
            f"{display(out)}, whose folder is not there", "a file in a folder", "Make the folder, or choose another."
        )
    elif out.exists() and folder.is_dir() and any(out.samefile(path) for path in folder.iterdir()):
        refuse(f"{display(out)}, one of the inputs", "another file", "Choose a name outside the folder of inputs.")
    return problems


def _notes_of(result: CohortResult, years: Sequence[int]) -> tuple[str, ...]:
    clipped = result.clipped[0, 0]
    if not clipped.any():
        return ()
    first = years[int(np.flatnonzero(clipped)[0])]
    return (f"from {first} on, {clipped.sum():,.1f} net emigrants were not there to leave and were left out",)


def _lines(years: Sequence[int], population: FloatArray) -> Iterable[str]:
    yield "year,sex,age,population\n"
    for year, by_sex in zip(years, population.tolist(), strict=True):
        for sex, by_age in zip(SEXES, by_sex, strict=True):
            yield from (f"{year},{sex},{age},{people!r}\n" for age, people in enumerate(by_age))


def _write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write beside the place and rename into it, so that a kill leaves the old file or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
        partial.replace(path)
    except OSError as error:
        problem = Problem("--out", f"{path}: {error.strerror}", "a file that can be written", "Choose another place.")
        raise AssumptionError(problem) from error
    finally:
        partial.unlink(missing_ok=True)
