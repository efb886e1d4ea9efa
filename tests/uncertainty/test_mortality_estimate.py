"""The shipped uncertainty of mortality is what the UN's history gives, and bad histories are refused."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

import poolcast
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import AssumptionError
from poolcast.uncertainty.mortality_estimate import (
    FALLBACK_DEVIATION,
    MortalityEstimate,
    MortalityHistory,
    estimate,
    main,
    read_history,
    table_text,
    window_table,
)

ROOT = Path(__file__).resolve().parents[2]
HISTORY = ROOT / "tests" / "data" / "un_china_history" / "china_mortality_history.csv"
SHIPPED = ROOT / "assumptions" / "china" / "uncertainty_mortality.csv"
NAMES = ("mortality_age_pattern", "mortality_deviation", "mortality_drift_error")


@pytest.fixture(scope="module")
def history() -> MortalityHistory:
    return read_history(HISTORY)


@pytest.fixture(scope="module")
def found(history: MortalityHistory) -> MortalityEstimate:
    return estimate(history)


def test_history_is_complete(history: MortalityHistory) -> None:
    assert history.periods == tuple(range(1950, 2025, 5))
    assert history.length == 5
    assert history.rates.shape == history.person_years.shape == (15, 2, 22)
    # men die more than women at 60-64, and everybody below 80 less than in 1950
    sixty, eighty = history.age_start.index(60), history.age_start.index(80)
    assert (history.rates[:, 0, sixty] > history.rates[:, 1, sixty]).all()
    assert (history.rates[-2, :, :eighty] < history.rates[0, :, :eighty]).all()


def test_shipped_table_is_the_estimate(found: MortalityEstimate) -> None:
    made = list(csv.DictReader(table_text(found).splitlines()))
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    assert len(made) == len(shipped) == 2 * 101 + 2
    for one, other in zip(made, shipped, strict=True):
        # the last digit may fall either way on another machine
        place = 1e-4 if one["age"] else 1e-5
        assert float(one.pop("value")) == pytest.approx(float(other.pop("value")), abs=1.01 * place)
        assert one == other


def test_both_sets_hold_it_and_hebei_borrows_it(found: MortalityEstimate) -> None:
    china, hebei = poolcast.load_assumptions("china"), poolcast.load_assumptions("hebei")
    for name in NAMES:
        assert np.array_equal(china[f"uncertainty.{name}"], hebei[f"uncertainty.{name}"])
    pattern = china["uncertainty.mortality_age_pattern"]
    assert pattern.shape == (2, 101)
    assert pattern.mean() == pytest.approx(1, abs=1e-4)
    assert pattern == pytest.approx(found.pattern, abs=1e-4)
    assert float(china["uncertainty.mortality_deviation"]) == pytest.approx(found.deviation, abs=1e-5)


def test_engine_does_not_read_it() -> None:
    for name in NAMES:
        assert PARAMETERS[f"uncertainty.{name}"].layer == "uncertainty"
        assert PARAMETERS[f"uncertainty.{name}"].needed == "never"


def test_deviation_has_the_floor_and_the_error_goes_with_it(found: MortalityEstimate) -> None:
    assert found.deviation == max(found.estimated_deviation, found.floor)
    assert found.drift_error / found.deviation == pytest.approx(found.estimated_error / found.estimated_deviation)
    # eight periods: the difference of last and first has variance 7 * 3.4 + 2 * 6 * 0.8 = 33.4, over 35 years
    assert found.drift_error / found.deviation == pytest.approx(math.sqrt(33.4) / 35)


def test_life_expectancy_of_china(found: MortalityEstimate) -> None:
    # UN: 77.4 years over 2015-2020, 73.4 of men and 79 and more of women, so that their mean is a little higher
    assert 77.0 < found.life_expectancy < 78.0
    # the fallback alone, without an unknown drift: 0.10 sqrt(25) = 0.5
    assert FALLBACK_DEVIATION * 5 < found.life_expectancy_deviation < 1.0
    assert found.drift < 0


def test_windows_before_1965_carry_the_famine(history: MortalityHistory, found: MortalityEstimate) -> None:
    assert estimate(history, 1950).estimated_deviation > 3 * found.estimated_deviation
    assert estimate(history, 1970).estimated_deviation < 1.3 * found.estimated_deviation
    assert any("1980-2020 (shipped)" in line for line in window_table(history))


def test_an_estimate_above_the_floor_is_used_and_says_so(history: MortalityHistory) -> None:
    wide = estimate(history, 1960)
    assert wide.deviation == wide.estimated_deviation > wide.floor
    assert table_text(wide).splitlines()[-2].split(",")[5:8] == ["estimated", "B", "UN_WPP2024"]


def test_command_writes_the_shipped_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(HISTORY), "--out", str(tmp_path / "table.csv")]) == 0
    assert len((tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()) == 205
    assert "after 25 years" in capsys.readouterr().out


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = HISTORY.read_text(encoding="utf-8").splitlines()
    rows[3] = rows[3].replace(",female,", ",woman,")
    rows[5] = ",".join([*rows[5].split(",")[:5], "0", "17"])
    rows[7] = ",".join([*rows[7].split(",")[:5], "1.2%", "17"])
    rows[9] = rows[8]
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(AssumptionError) as caught:
        read_history(bad)
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [
        (4, "sex"),
        (6, "mx"),
        (8, "mx"),
        (10, None),
    ]
    assert main([str(bad), "--out", str(tmp_path / "table.csv")]) == 2
    assert not (tmp_path / "table.csv").exists()
    assert "bad.csv" in capsys.readouterr().err


def test_missing_columns_and_cells_are_refused(tmp_path: Path) -> None:
    rows = HISTORY.read_text(encoding="utf-8").splitlines()
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(row.rsplit(",", 1)[0] for row in rows), encoding="utf-8")
    with pytest.raises(AssumptionError, match="person_years_thousands"):
        read_history(bad)
    bad.write_text("\n".join(rows[:-1]), encoding="utf-8")
    with pytest.raises(AssumptionError, match=r"no rate for 2020, (fe)?male, ages \[100\]"):
        read_history(bad)


def test_too_few_periods_end_with_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(HISTORY), "--first", "2010", "--last", "2015"]) == 2
    assert "at least 3" in capsys.readouterr().err
