from __future__ import annotations

import pytest

import poolcast
from poolcast.parameters.assumptions import Assumptions


@pytest.fixture(scope="session")
def short_china() -> Assumptions:
    """The national set up to 2032, as read."""
    return poolcast.load_assumptions("china", to=2032)


@pytest.fixture(scope="session")
def short_hebei() -> Assumptions:
    """The set of several regions up to 2030, as read."""
    return poolcast.load_assumptions("hebei", to=2030)
