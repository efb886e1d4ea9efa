"""What all tests share: which files are too slow for every day."""

from __future__ import annotations

import pytest

LONG_FILES = (
    "calibration/test_rolling.py",
    "calibration/test_synthetic_regions.py",
    "cli/test_roll.py",
    "cli/test_sensitivity.py",
    "cli/test_simulate.py",
    "dashboard/test_assumption_files.py",
    "dashboard/test_services_bands.py",
    "dashboard/test_services_reproduce.py",
    "e2e/test_security.py",
    "outlook/test_explaining.py",
    "parameters/test_exchange.py",
    "reporting/test_sensitivity_report.py",
)
"""Files of tests that run whole commands, servers or searches: a quarter of the time, with the long validations."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of those files as long, before ``-m`` chooses."""
    for item in items:
        if item.path.as_posix().endswith(LONG_FILES):
            item.add_marker(pytest.mark.long)
