"""The catalogue: every measure is declared in full and can be read from real forecasts."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import poolcast
from poolcast.outlook.catalogue_of_measures import HEADLINE, MEASURES, chosen_measures
from poolcast.parameters.errors import ResultError
from tests.fixtures.fake_forecast import fake_forecast


@pytest.fixture(scope="module", params=["china", "hebei"])
def forecast(request: pytest.FixtureRequest) -> xr.Dataset:
    return poolcast.project(poolcast.load_assumptions(request.param, to=2036), by_age=True)


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_can_be_read(name: str, forecast: xr.Dataset) -> None:
    measure = MEASURES[name]
    found = measure.read(forecast)
    assert set(found.dims) <= {"year", "region", "ledger"}
    assert ("year" in found.dims) == (measure.unit not in ("year", "month") and not measure.takes_horizon)
    alone = forecast.attrs["set"] == "china" and name == "equity_between_regions"
    never = name.startswith("exhaustion")
    assert alone or never or bool(np.isfinite(found).any())
    if measure.unit == "fraction":
        assert float(abs(found).max()) < 25


def test_declarations_are_complete_and_distinct() -> None:
    assert set(HEADLINE) <= set(MEASURES)
    for measure in MEASURES.values():
        words = (measure.label.en, measure.label.zh, measure.basis.en, measure.basis.zh)
        assert all(words), measure.name
        assert measure.function.__doc__ or measure.place.startswith("variable.")
    for language in ("en", "zh"):
        labels = [measure.label.in_language(language) for measure in MEASURES.values()]
        assert len(set(labels)) == len(labels)


def test_unknown_measures_are_refused_all_at_once() -> None:
    with pytest.raises(ResultError) as caught:
        chosen_measures(["payable_moths", "reserve", "nonsense"])
    assert [problem.found for problem in caught.value.problems] == ["payable_moths", "nonsense"]
    assert "payable_months" in caught.value.problems[0].remedy


def test_a_choice_keeps_its_order_and_nothing_twice() -> None:
    names = [measure.name for measure in chosen_measures(["reserve", "balance", "reserve"])]
    assert names == ["reserve", "balance"]
    assert [measure.name for measure in chosen_measures(None)] == list(HEADLINE)
    assert [measure.name for measure in chosen_measures(["all"])] == list(MEASURES)
    without = [measure.name for measure in chosen_measures(["all"], by_age=False)]
    assert without == [name for name, measure in MEASURES.items() if not measure.by_cohort]


def test_only_some_measures_have_a_horizon() -> None:
    forecast = fake_forecast()
    assert MEASURES["actuarial_balance"].read(forecast, 5).dims == ("region", "ledger")
    with pytest.raises(ResultError, match="no horizon"):
        MEASURES["reserve"].read(forecast, 5)
    with pytest.raises(ResultError, match="no cohort"):
        MEASURES["reserve"].read(forecast, cohort=1990)


def test_income_cover(forecast: xr.Dataset) -> None:
    found = MEASURES["income_cover"].read(forecast).sel(ledger="EPF")
    expected = forecast.revenue_before_interest / forecast.expenditure
    np.testing.assert_allclose(found.values, expected.sel(ledger="EPF").values)


def test_the_catalogue_starts_fast() -> None:
    code = (
        "import sys, poolcast.outlook.catalogue_of_measures; "
        "print([name for name in ('numpy', 'pandas', 'xarray', 'scipy', 'numba') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_months_on_next_years_spending(forecast: xr.Dataset) -> None:
    found = MEASURES["payable_months_forward"].read(forecast).sel(ledger="RPF")
    expected = 12 * forecast.reserve.sel(ledger="RPF", year=2030) / forecast.expenditure.sel(ledger="RPF", year=2031)
    np.testing.assert_allclose(found.sel(year=2030).values, expected.values)
    assert np.isnan(found.sel(year=2036)).all()
