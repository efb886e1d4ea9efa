"""Budgets that many tests read: made once."""

from __future__ import annotations

import pytest

import poolcast
from poolcast.budget.annual_budget import AnnualBudget, budget
from poolcast.parameters.assumptions import Assumptions


@pytest.fixture(scope="session")
def china_set() -> Assumptions:
    return poolcast.load_assumptions("china")


@pytest.fixture(scope="session")
def hebei_set() -> Assumptions:
    return poolcast.load_assumptions("hebei")


@pytest.fixture(scope="session")
def china(china_set: Assumptions) -> AnnualBudget:
    return budget(china_set)


@pytest.fixture(scope="session")
def hebei(hebei_set: Assumptions) -> AnnualBudget:
    return budget(hebei_set)
