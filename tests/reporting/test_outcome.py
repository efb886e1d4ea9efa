from __future__ import annotations

import pytest

from poolcast.parameters.errors import ResultError
from poolcast.reporting.outcome import Outcome, chosen_ledgers, chosen_regions, display_years
from tests.fixtures.fake_forecast import fake_forecast


def test_the_base_year_is_the_published_account(outcomes):
    forecast = Outcome.of(fake_forecast(regions=("000000",)))
    assert forecast.series("revenue", "000000", "EPF")[0] == pytest.approx(18292.91e8, rel=1e-12)
    assert forecast.series("reserve", "000000", "RPF")[0] == pytest.approx(8742.11e8, rel=1e-12)


def test_prices_change_money_only(outcomes):
    outcome = outcomes[0]
    nominal = outcome.series("revenue", "110000", "EPF")
    real = outcome.series("revenue", "110000", "EPF", "real")
    assert real[0] == pytest.approx(nominal[0])
    assert real[-1] == pytest.approx(nominal[-1] / 1.02**10)
    assert outcome.series("payable_months", "110000", "EPF", "gdp") == outcome.series("payable_months", "110000", "EPF")


def test_events_are_years_or_nothing(outcomes):
    assert outcomes[1].event_year("exhaustion", "110000", "RPF") == 2031
    assert outcomes[0].event_year("exhaustion", "110000", "RPF") is None
    assert outcomes[0].event_year("exhaustion", "110000", "MAF") is None


def test_ledgers_stand_in_the_order_of_concern():
    forecast = fake_forecast(ledgers=("EPF", "EPA", "RPF", "CII", "MAF", "LTCI"))
    assert Outcome.of(forecast).ledgers == ["EPF", "RPF", "EPA", "LTCI", "CII", "MAF"]


def test_years_of_a_table():
    years = display_years(Outcome.of(fake_forecast(last_year=2043)))
    assert years == [2025, 2026, 2027, 2028, 2029, 2030, 2035, 2040, 2043]


def test_an_absent_ledger_is_an_error_that_names_those_held(outcomes):
    assert chosen_ledgers(outcomes[0], ["rpf"]) == ["RPF"]
    with pytest.raises(ResultError, match="LTCI, which the set fake does not hold; allowed: EPF, RPF, MAF"):
        chosen_ledgers(outcomes[0], ["LTCI", "EPF"])


def test_every_absent_region_is_named(outcomes):
    with pytest.raises(ResultError) as caught:
        chosen_regions(outcomes, ["110001", "x"])
    assert [problem.found.split(",")[0] for problem in caught.value.problems] == ["110001", "x"]
    assert "110000" in caught.value.problems[0].remedy
