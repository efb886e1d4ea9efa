"""China to 2100 from the UN's inputs, against the UN's own projection (World Population Prospects 2024)."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from poolcast.reporting.population_files import run_population

UN_CHINA = Path(__file__).parent.parent / "data" / "un_china"
START, TO = 2024, 2100


def rows(name: str) -> list[dict[str, str]]:
    with (UN_CHINA / f"china_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_china_to_2100_meets_the_published_projection(tmp_path: Path) -> None:
    """Total within 0.2 %, aged 65 and over within 0.5 %; measured: at most 0.10 % and 0.05 %."""
    run = run_population(UN_CHINA, None, TO, tmp_path / "china.csv")
    assert run.years[0] == START
    for published in rows("published_totals"):
        people = run.population[int(published["year"]) - START] / 1000
        assert people.sum() == pytest.approx(float(published["population_thousands"]), rel=0.002)
        assert people[:, 65:].sum() == pytest.approx(float(published["aged_65_and_over_thousands"]), rel=0.005)
    assert run.notes == ()


def test_a_year_on_implied_survival_gives_the_published_ages(tmp_path: Path) -> None:
    """Ages 1 and over within 1e-5; the newborn depend on fertility by single age, and come within 0.1 %."""
    folder = tmp_path / "inputs"
    shutil.copytree(UN_CHINA, folder)
    (folder / "china_survival_implied.csv").rename(folder / "china_survival.csv")
    (folder / "china_mortality.csv").unlink()
    run = run_population(folder, START, START + 1, tmp_path / "china.csv")
    published = np.array([float(row["population_thousands"]) for row in rows("published_2025")]).reshape(2, 101)
    relative = run.population[1] / 1000 / published - 1
    assert np.abs(relative[:, 1:]).max() < 1e-5
    assert np.abs(relative[:, 0]).max() < 1e-3
