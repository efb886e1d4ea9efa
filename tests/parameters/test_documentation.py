"""The parameter reference holds every parameter, in both languages."""

from __future__ import annotations

import re

import pytest

from poolcast.parameters.declarations import OPTIONS, PARAMETERS
from poolcast.parameters.documentation import parameter_reference


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reference_holds_every_parameter_once(language: str) -> None:
    page = parameter_reference(language)
    for name in (*PARAMETERS, *OPTIONS):
        assert page.count(f"| `{name}`") == 1
    assert page.count("\n## ") == len({parameter.group for parameter in PARAMETERS.values()}) + 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_tables_are_even(language: str) -> None:
    rows = [line for line in parameter_reference(language).splitlines() if line.startswith("|")]
    widths = {len(re.split(r"(?<!\\)\|", row)) for row in rows}
    assert widths == {12, 5}


def test_a_row_says_what_a_planner_needs() -> None:
    row = next(line for line in parameter_reference("en").splitlines() if "`revenue.employer_rate`" in line)
    for piece in ("Employer rate", "fraction of one", "region, year", "0 … 0.2", "step, held", "0.08", "2.1", "always"):
        assert piece in row
    assert "单位费率" in parameter_reference("zh")
