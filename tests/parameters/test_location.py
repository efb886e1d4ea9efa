"""Sets and scenarios are found where they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolcast.parameters.errors import AssumptionError, ScenarioError
from poolcast.parameters.location import available_scenarios, available_sets, find_scenario, find_set, package_copy
from poolcast.parameters.nearest import did_you_mean, nearest_names
from tests.fixtures.minimal_set import write_minimal_set


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    home, work = tmp_path / "home", tmp_path / "work"
    for place in (home, work):
        (place / "scenarios").mkdir(parents=True)
    monkeypatch.setenv("POOLCAST_HOME", str(home))
    monkeypatch.chdir(work)
    return home, work


def test_home_then_working_folder_then_package(places: tuple[Path, Path]) -> None:
    home, work = places
    assert find_set("china") == package_copy("assumptions").resolve() / "china"
    in_work = write_minimal_set(work / "assumptions" / "china")
    assert find_set("china") == in_work
    in_home = write_minimal_set(home / "assumptions" / "china")
    assert find_set("china") == in_home
    assert available_sets()["china"] == in_home


def test_a_folder_given_comes_first(places: tuple[Path, Path]) -> None:
    home, work = places
    write_minimal_set(home / "assumptions" / "mine")
    given = write_minimal_set(work / "mine")
    assert find_set("mine").resolve() == given
    assert find_set("./mine").resolve() == given
    assert find_set(given) == given
    assert find_set(given / "set.yaml") == given


def test_scenarios_are_found_alike(places: tuple[Path, Path]) -> None:
    home, work = places
    (home / "scenarios" / "mine.yaml").write_text("name: mine")
    (work / "scenarios" / "mine.yaml").write_text("name: mine")
    (work / "scenarios" / "other.yml").write_text("name: other")
    assert find_scenario("mine") == home / "scenarios" / "mine.yaml"
    assert find_scenario("other") == work / "scenarios" / "other.yml"
    assert find_scenario("scenarios/mine.yaml").resolve() == work / "scenarios" / "mine.yaml"
    assert {"mine", "other"} <= set(available_scenarios())


def test_unknown_names_are_answered_with_the_nearest(places: tuple[Path, Path]) -> None:
    write_minimal_set(places[1] / "assumptions" / "minimal")
    with pytest.raises(AssumptionError, match="Did you mean 'minimal'"):
        find_set("minmal")
    with pytest.raises(ScenarioError, match="unknown scenario 'nosuch'"):
        find_scenario("nosuch")


def test_a_home_that_is_no_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLCAST_HOME", str(tmp_path / "gone"))
    with pytest.raises(AssumptionError, match="which is no folder"):
        find_set("nosuch")


@pytest.mark.parametrize("given", ["./nosuch", "nosuch/set.yaml", "/nosuch"])
def test_a_path_that_is_not_there_is_no_name(given: str) -> None:
    with pytest.raises(AssumptionError, match="Check the path"):
        find_set(given)


def test_nearest_names() -> None:
    names = ["economy.wage_growth", "economy.average_wage", "revenue.employer_rate"]
    assert nearest_names("economy.wage_growht", names)[0] == "economy.wage_growth"
    assert nearest_names("WAGE_GROWTH", names)[0] == "economy.wage_growth"
    assert nearest_names("zzz", names) == ()
    assert did_you_mean("zzz", names) == ""
    assert did_you_mean("employer_rat", names) == "Did you mean 'revenue.employer_rate'?"
