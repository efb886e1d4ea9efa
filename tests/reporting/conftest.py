from __future__ import annotations

import pytest

from poolcast.reporting.outcome import Outcome
from poolcast.reporting.run_folder import RunRecord
from tests.fixtures.fake_engine import fake_assumptions
from tests.fixtures.fake_forecast import fake_forecast


@pytest.fixture(scope="session")
def outcomes() -> list[Outcome]:
    """Law in force, and a dear line whose resident fund runs out within the horizon."""
    return [Outcome.of(fake_forecast("baseline")), Outcome.of(fake_forecast("high_cost", cost=0.05))]


@pytest.fixture
def record() -> RunRecord:
    return RunRecord("poolcast run baseline", assumptions=fake_assumptions(), log=["first", "second"])
