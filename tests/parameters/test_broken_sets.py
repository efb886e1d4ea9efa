"""Every broken set is refused with all its problems, each with its place and its remedy, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from poolcast.parameters.errors import AssumptionError, Problem
from poolcast.parameters.reading import load_assumptions
from tests.parameters.broken import cases, line_of, make_broken_set

SETS = cases("sets.yaml")


def _is(problem: Problem, expected: dict[str, Any], folder: Path) -> bool:
    file = expected.get("file", "values.csv")
    place = file if file.startswith("--") else str(folder / file)
    return (
        problem.file == place
        and ("line" not in expected or problem.row == line_of(folder / file, expected["line"]))
        and ("column" not in expected or problem.column == expected["column"])
        and all(str(piece) in str(problem) for piece in expected["says"])
    )


@pytest.mark.parametrize("case", SETS, ids=[case["name"].replace(" ", "_") for case in SETS])
def test_broken_set_is_refused(case: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    to = make_broken_set(folder, case["do"])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(AssumptionError) as caught:
        load_assumptions(folder, to=to)
    problems = list(caught.value.problems)
    for expected in case["expect"]:
        match = next((problem for problem in problems if _is(problem, expected, folder)), None)
        assert match is not None, f"no problem says {expected}; there are:\n{caught.value}"
        problems.remove(match)
    assert not problems, "more was said than expected:\n" + "\n".join(map(str, problems))
    assert all(problem.found and problem.allowed and problem.remedy for problem in caught.value.problems)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_there_are_enough_broken_sets() -> None:
    assert len(SETS) >= 40
