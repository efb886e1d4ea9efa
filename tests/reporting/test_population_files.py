"""The folder format of one country: what is read, what is refused, and what is written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from poolcast.parameters.errors import AssumptionError
from poolcast.reporting.population_files import read_country_folder, run_population

OPEN = 20
START, TO = 2024, 2030
Rows = list[list[object]]


def write(path: Path, header: str, rows: Rows, **how: str) -> None:
    with path.open("w", encoding=how.get("encoding", "utf-8"), newline="") as file:
        writer = csv.writer(file, lineterminator=how.get("line_end", "\n"))
        writer.writerow(header.split(","))
        writer.writerows(rows)


def people(year: int, age: int, sex: str) -> float:
    return round(100 + 3 * age - year / 100 + (5 if sex == "male" else 0), 3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small country with groups of ages, to 2030, whose population table ends with the first year."""
    place = tmp_path / "inputs"
    place.mkdir()
    ages, sexes, years = range(OPEN + 1), ("female", "male"), range(START, TO + 1)
    population: Rows = [[y, a, s, people(y, a, s)] for y in range(2022, START + 1) for a in ages for s in sexes]
    write(place / "atlantis_population.csv", "year,age,sex,population_thousands", population)
    groups = [(0, 1, 0.004), (1, 4, 0.0004), (5, 5, 0.0003), (10, 10, 0.002), (20, -1, 0.1)]
    mortality: Rows = [
        [f"{p}-{p + 5}", p, s, a, w, m * (1.02 - (p - 2020) / 500)]
        for p in (2020, 2025)
        for s in sexes
        for a, w, m in groups
    ]
    write(place / "atlantis_mortality.csv", "period,period_start,sex,age_start,age_width,mx", mortality)
    fertility: Rows = [[y, a, 5, f] for y in years for a, f in ((10, 0.02), (15, 0.1))]
    write(place / "atlantis_fertility.csv", "year,age_start,age_width,asfr_per_woman", fertility)
    migration: Rows = [[y, s, a, 0.01 * (y - 2020)] for y in years for s in sexes for a in ages]
    write(place / "atlantis_migration.csv", "year,sex,age,net_migrants_thousands", migration)
    write(
        place / "atlantis_migration_total.csv", "year,net_migrants_thousands", [[y, 0.42 * (y - 2020)] for y in years]
    )
    write(place / "atlantis_srb.csv", "year,male_births_per_female_birth", [[y, 1.05] for y in years])
    return place


def edit(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")


def refused(folder: Path, start: int | None = None, to: int = TO) -> list[str]:
    out = folder.parent / "refused.csv"
    with pytest.raises(AssumptionError) as caught:
        run_population(folder, start, to, out)
    assert list(folder.parent.glob("*refused.csv*")) == []
    return [str(problem) for problem in caught.value.problems]


def test_writes_persons_by_year_sex_and_age(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    run = run_population(folder, None, TO, out)
    assert run.country == "atlantis"
    assert run.years == tuple(range(START, TO + 1))
    assert run.notes == ()
    raw = out.read_bytes()
    assert b"\r" not in raw
    assert raw.startswith(b"year,sex,age,population\n2024,male,0,")
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines()))
    assert len(rows) == 7 * 2 * (OPEN + 1)
    first = {(row["sex"], int(row["age"])): float(row["population"]) for row in rows if row["year"] == "2024"}
    assert first["female", 3] == pytest.approx(1000 * people(START, 3, "female"), rel=1e-15)
    written = np.array([float(row["population"]) for row in rows]).reshape(7, 2, OPEN + 1)
    assert np.array_equal(written, run.population)
    assert list(tmp_path.glob("*.partial")) == []


def test_rows_after_the_start_are_never_read(folder: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    run_population(folder, 2024, TO, cut)
    edit(
        folder / "atlantis_population.csv",
        lambda lines: [
            *lines,
            "2025,0,female,lots",
            "2025,0,female,-1",
            "2026,0,nobody,1",
            "2031,7,male",
            "2040,x,y,z",
        ],
    )
    run_population(folder, 2024, TO, whole)
    assert whole.read_bytes() == cut.read_bytes()


def test_start_defaults_to_the_last_year_and_is_asked_for_where_the_table_reaches_the_end(
    folder: Path, tmp_path: Path
) -> None:
    by_default = run_population(folder, None, TO, tmp_path / "default.csv")
    assert by_default.years[0] == 2024
    edit(folder / "atlantis_population.csv", lambda lines: [*lines, f"{TO},0,female,1"])
    assert any("--from" in problem and "reaches 2030" in problem for problem in refused(folder))
    run_population(folder, 2024, TO, tmp_path / "named.csv")
    assert (tmp_path / "named.csv").read_bytes() == (tmp_path / "default.csv").read_bytes()


def test_single_ages_and_years_are_used_as_they_are(folder: Path) -> None:
    years = range(START, TO + 1)
    rates = {a: 0.001 * (a + 1) for a in range(OPEN + 1)}
    mortality: Rows = [
        [y, s, a, -1 if a == OPEN else 1, m * (y - 2000)]
        for y in years
        for s in ("male", "female")
        for a, m in rates.items()
    ]
    write(folder / "atlantis_mortality.csv", "period_start,sex,age_start,age_width,mx", mortality)
    fertility: Rows = [[y, a, 1, 0.01 * (a - 14) * (y - 2000) / 24] for y in years for a in range(15, 20)]
    write(folder / "atlantis_fertility.csv", "year,age_start,age_width,asfr_per_woman", fertility)
    inputs = read_country_folder(folder, None, TO)
    assert inputs.fertility_rate[0, 15:20] == pytest.approx([0.01, 0.02, 0.03, 0.04, 0.05], rel=1e-14)
    m8, m9 = 0.009 * 24.5, 0.010 * 24.5
    expected = (1 / (1 + m9 / 2)) * (1 - m8 / 2)  # L9 / L8 with l9 = l8 (1 - q8)
    assert inputs.survival_ratio[0, :, 9] == pytest.approx(expected, rel=1e-13)


def test_a_period_labelled_by_two_years_runs_from_mid_year_to_mid_year(folder: Path) -> None:
    rows: Rows = [
        [f"{y}-{y + 1}", y, s, a, -1 if a == OPEN else 1, 0.001 * (y - 2000)]
        for y in range(START, TO)
        for s in ("male", "female")
        for a in range(OPEN + 1)
    ]
    write(folder / "atlantis_mortality.csv", "period,period_start,sex,age_start,age_width,mx", rows)
    ratio = read_country_folder(folder, None, TO).survival_ratio
    for step, rate in enumerate(0.001 * (y - 2000) for y in range(START, TO)):
        assert ratio[step, :, 9] == pytest.approx((1 - rate / 2) / (1 + rate / 2), rel=1e-13)


def test_survival_replaces_mortality(folder: Path, tmp_path: Path) -> None:
    (folder / "atlantis_mortality.csv").unlink()
    rows: Rows = [
        [y, s, a, 1 - 0.001 * (a + 1)] for y in range(2020, TO) for s in ("male", "female") for a in range(OPEN + 1)
    ]
    write(folder / "atlantis_survival.csv", "year,sex,age_at_end,survival_ratio", rows)
    run = run_population(folder, 2024, TO, tmp_path / "out.csv")
    migrants = 1000 * 0.01 * (4 + 5) / 2
    start = 1000 * people(START, 6, "male")
    assert run.population[1, 0, 7] == pytest.approx(start * (1 - 0.008) + migrants, rel=1e-14)
    oldest = 1000 * (people(START, OPEN - 1, "female") + people(START, OPEN, "female"))
    assert run.population[1, 1, OPEN] == pytest.approx(oldest * (1 - 0.021) + migrants, rel=1e-14)


def test_migrants_without_ages_are_spread_and_it_is_said(folder: Path, tmp_path: Path) -> None:
    (folder / "atlantis_migration.csv").unlink()
    run = run_population(folder, None, TO, tmp_path / "out.csv")
    assert len(run.notes) == 1
    assert "only the total is known" in run.notes[0]
    migrants = read_country_folder(folder, None, TO).net_migrants
    assert migrants.sum(axis=(1, 2)) == pytest.approx([420.0 * (y - 2020) for y in range(START, TO + 1)], rel=1e-12)


def test_byte_order_mark_line_ends_and_other_files_do_not_matter(folder: Path, tmp_path: Path) -> None:
    run_population(folder, None, TO, tmp_path / "plain.csv")
    text = (folder / "atlantis_srb.csv").read_text(encoding="utf-8")
    (folder / "atlantis_srb.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    (folder / "atlantis_old_5x5_population.csv").write_text("year,kind,age\n1950,x,0-4\n", encoding="utf-8")
    (folder / "atlantis_old_5x5_migration_srb.csv").write_text("period\n1950\n", encoding="utf-8")
    (folder / "atlantis_indicators.csv").write_text("year\n1950\n", encoding="utf-8")
    run_population(folder, None, TO, tmp_path / "dressed.csv")
    assert (tmp_path / "plain.csv").read_bytes() == (tmp_path / "dressed.csv").read_bytes()


def test_an_existing_file_is_replaced_and_survives_a_failure(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("before", encoding="utf-8")
    (folder / "atlantis_srb.csv").unlink()
    with pytest.raises(AssumptionError):
        run_population(folder, None, TO, out)
    assert out.read_text(encoding="utf-8") == "before"


def test_emigrants_who_are_not_there_are_noted(folder: Path, tmp_path: Path) -> None:
    edit(
        folder / "atlantis_migration.csv",
        lambda lines: [lines[0], *(f"{line.rsplit(',', 1)[0]},-9e5" for line in lines[1:])],
    )
    run = run_population(folder, None, TO, tmp_path / "out.csv")
    assert any("were not there to leave" in note for note in run.notes)


def test_all_problems_come_at_once(folder: Path) -> None:
    (folder / "atlantis_srb.csv").unlink()
    edit(folder / "atlantis_fertility.csv", lambda lines: [*lines[:3], "2025,10,5,71", *lines[4:]])
    edit(folder / "atlantis_migration.csv", lambda lines: [*lines[:-1]])
    problems = refused(folder)
    assert len(problems) == 3
    assert any("no atlantis_srb.csv" in problem for problem in problems)
    assert any("atlantis_fertility.csv, line 4" in problem and "per 1,000" in problem for problem in problems)
    assert any("no row for year 2030, sex male, age 20" in problem for problem in problems)


BROKEN: list[tuple[str, Callable[[list[str]], list[str]], str]] = [
    (
        "population",
        lambda lines: [line.replace("population_thousands", "population") for line in lines],
        "no such column",
    ),
    ("population", lambda lines: [*lines, lines[-1]], "again"),
    ("population", lambda lines: lines[:-1], "no row for year 2024, sex male, age 20"),
    ("population", lambda lines: [*lines[:-1], f"2024,{OPEN},male,nan"], "no finite number"),
    ("population", lambda lines: [*lines[:-1], f'2024,{OPEN},male,"1,234.5"'], "thousands separators"),
    ("population", lambda lines: [*lines[:-1], f"2024,{OPEN},male,-3"], "0 to"),
    ("population", lambda lines: [*lines[:-1], f"2024,{OPEN},man,3"], "'man'"),
    ("population", lambda lines: [*lines[:-1], f"2024,{OPEN}+,male,3"], "20+"),
    ("population", lambda lines: [*lines[:-1], f"2024,{OPEN},male"], "3 cells"),
    ("population", lambda lines: [*lines, "next,0,male,3"], "'next'"),
    ("population", lambda lines: [*lines, '2024,"0,male,3'], "cannot be read"),
    ("population", lambda lines: [], "an empty file"),
    ("population", lambda lines: lines[:1], "no rows"),
    ("mortality", lambda lines: [line for line in lines if ",1,4," not in line], "age 0 with width 1, then age 5"),
    ("mortality", lambda lines: [line.replace(",20,-1,", ",20,5,") for line in lines], "open"),
    (
        "mortality",
        lambda lines: [line for line in lines if "2025-2030" not in line],
        "death rates for 2020.5 to 2025.5",
    ),
    ("mortality", lambda lines: [*lines[:1], *(f"{line[:-1]}e9" for line in lines[1:])], "per 1,000"),
    ("mortality", lambda lines: [line.replace(",1,4,", ",1,4.0,") for line in lines], "whole number"),
    ("fertility", lambda lines: [line for line in lines if not line.startswith("2027")], "no row for year 2027"),
    ("fertility", lambda lines: lines[:1], "no rows for these years"),
    ("fertility", lambda lines: [line.replace(",15,5,", ",15,15,") for line in lines], "closed age groups"),
    ("migration", lambda lines: [line for line in lines if not line.endswith("x")][:-5], "no row for year 2030"),
    ("srb", lambda lines: [line.replace("1.05", "105") for line in lines], "0.8 to 1.4"),
    ("srb", lambda lines: [line.replace("1.05", "") for line in lines], "an empty value"),
]


@pytest.mark.parametrize(("table", "change", "words"), BROKEN)
def test_broken_tables_are_refused(
    folder: Path, table: str, change: Callable[[list[str]], list[str]], words: str
) -> None:
    path = folder / f"atlantis_{table}.csv"
    edit(path, change)
    problems = refused(folder)
    assert any(words in problem for problem in problems), problems
    assert all(problem.startswith((path.name, str(path), "--from")) or path.name in problem for problem in problems)


def test_folders_that_are_none_are_refused(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no tables" in refused(empty)[0]
    assert "no folder" in refused(tmp_path / "nowhere")[0]
    (folder / "lemuria_population.csv").write_text("year\n", encoding="utf-8")
    assert "atlantis, lemuria" in refused(folder)[0]


@pytest.mark.parametrize(("start", "to"), [(2030, 2024), (2024, 2024), (1999, 2030), (2024, 2031)])
def test_spans_that_the_tables_do_not_hold_are_refused(folder: Path, start: int, to: int) -> None:
    assert refused(folder, start, to)


def test_targets_that_cannot_be_written_are_refused(folder: Path, tmp_path: Path) -> None:
    for out, words in [
        (tmp_path, "a file"),
        (tmp_path / "nowhere" / "out.csv", "whose folder is not there"),
        (folder / "atlantis_population.csv", "one of the inputs"),
    ]:
        with pytest.raises(AssumptionError, match=words):
            run_population(folder, None, TO, out)
