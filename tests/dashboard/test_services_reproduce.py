"""Reproduce: the command line and the Python lines of a view, run here, print the numbers that the page shows."""

import json
import re
import shlex

import pytest

import poolcast
from poolcast.cli import main
from poolcast.dashboard.services.band_simulation import compute_bands
from poolcast.dashboard.services.bands import Request
from poolcast.dashboard.services.projections import compared, explained, findings
from poolcast.dashboard.services.reproduce import View, is_found, recipe
from poolcast.dashboard.services.scenarios import scenario_of
from poolcast.dashboard.services.sets import Edit, edited_set, load_set
from poolcast.scenarios.scenario import BASELINE
from tests.dashboard.services_shared import baseline, draft, loaded, with_draft

NATION = "000000"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Save the files of a recipe in a folder, run its Python lines and its command line there."""
    monkeypatch.chdir(tmp_path)

    def both(made, code=0):
        for name, text in made.files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        exec(compile(made.python, "recipe", "exec"), {})
        printed = capsys.readouterr().out
        words = shlex.split(made.command)
        assert words[0] == "poolcast"
        assert main([*words[1:], "--json"]) == code
        return printed, json.loads(capsys.readouterr().out)

    return both


def shown(text):
    return [float(number) for number in re.findall(r"(?<![\w.])-?\d+\.\d+(?:e[+-]\d+)?", text)]


def test_comparison_of_a_draft(run):
    scenario = draft("B01", rate_change=0.15).scenario
    view = View("compare", loaded(), (BASELINE, scenario), NATION, "EPF", 2040, "reserve")
    made = recipe(view)
    assert list(made.files) == ["draft.yaml"]
    printed, document = run(made)
    items = [baseline(), with_draft(rate_change=0.15)]
    levels = compared(items, ["reserve"]).level("reserve").sel(region=NATION, ledger="EPF", year=2040)
    expected = [float(value) for value in levels.values]
    assert shown(printed)[:2] == pytest.approx(expected, rel=1e-6)
    text = json.dumps(document)
    assert all(json.dumps(value)[:12] in text for value in expected)


def test_levels_of_the_baseline_over_a_horizon(run):
    made = recipe(View("levels", load_set("china", 2035), (BASELINE,), NATION, "EPF", 2030))
    assert "--to 2035" in made.command
    assert not made.files
    printed, document = run(made)
    forecast = poolcast.project(loaded().assumptions).sel(region=NATION, ledger="EPF", year=2030)
    assert shown(printed) == pytest.approx([float(forecast.reserve), float(forecast.payable_months)], rel=1e-6)
    assert json.dumps(float(forecast.reserve))[:12] in json.dumps(document)


def test_why(run):
    scenario = draft("B01").scenario
    printed, document = run(recipe(View("why", loaded(), (BASELINE, scenario), NATION, "EPF", 2040)))
    why = explained(with_draft(), baseline())
    parts = why.reasons.parts.sel(region=NATION, ledger="EPF", year=2040).values
    assert max(shown(printed), key=abs) == pytest.approx(float(max(parts, key=abs)), rel=1e-6)
    assert json.dumps(float(max(parts, key=abs)))[:10] in json.dumps(document)


def test_bands(run):
    scenario = draft("B01").scenario
    view = View("simulate", loaded(), (BASELINE, scenario), NATION, "EPF", 2040, paths=48, seed=5)
    printed, document = run(recipe(view))
    bands = compute_bands(Request(loaded(), scenario, BASELINE, 48, 5)).bands
    expected = [bands.quantile("payable_months", level, NATION, "EPF")[2040] for level in (0.1, 0.5, 0.9)]
    values = shown(printed)
    assert [value for value in values if value not in (0.1, 0.5, 0.9)][-3:] == pytest.approx(expected, rel=1e-5)
    assert document["paths"] == 48
    assert json.dumps(expected[1])[:9] in json.dumps(document)


def test_goal_seek(run):
    condition = f"payable_months(RPF, year=2040, region={NATION}) >= 6"
    scenario = scenario_of("high_cost")
    view = View("solve", loaded(), (scenario,), NATION, "RPF", unknown="scale:resident.subsidy", condition=condition)
    made = recipe(view)
    assert not made.files
    printed, document = run(made)
    solved = poolcast.solve(loaded().assumptions, view.unknown, condition, region=NATION, base_scenario=scenario)
    assert printed.split() == [str(solved.reached), str(solved.value)]
    assert json.dumps(solved.value)[:12] in json.dumps(document)


def test_findings_of_the_rules(run):
    scenario = draft("B01").scenario
    found = findings(loaded(), scenario, "national")
    printed, document = run(recipe(View("rules", loaded(), (BASELINE, scenario))), code=0 if found.passes else 1)
    assert len(printed.splitlines()) == len(found.findings)
    assert printed.split()[0] == found.findings[0].rule.id
    assert json.dumps(found.number("warning")) in json.dumps(document)


def test_an_edited_set_is_written_out_in_python(capsys):
    mine = edited_set(loaded(), [Edit("revenue.employer_rate", 0.09, (("region", NATION),), 2027, 2060)])
    made = recipe(View("levels", mine, (BASELINE,), NATION, "EPF", 2040))
    exec(compile(made.python, "recipe", "exec"), {})
    forecast = poolcast.project(mine.assumptions).sel(region=NATION, ledger="EPF", year=2040)
    assert shown(capsys.readouterr().out) == pytest.approx(
        [float(forecast.reserve), float(forecast.payable_months)], rel=1e-6
    )
    assert f"--set {made.set_folder}" in made.command


def test_a_name_that_finds_other_changes_is_written_as_a_file():
    changed = draft("B01").scenario
    named = type(changed)("high_cost", changed.title, changed.why, "", changed.reforms)
    assert is_found(scenario_of("high_cost"))
    assert not is_found(named)
    assert list(recipe(View("levels", loaded(), (named,), NATION)).files) == ["high_cost.yaml"]


def test_the_name_of_a_file_that_a_user_brought_is_no_path_and_no_command():
    scenario = draft("B01").scenario
    evil = type(scenario)("../a; rm -r b", scenario.title, scenario.title, "", scenario.reforms)
    made = recipe(View("levels", loaded(), (evil,), NATION))
    assert list(made.files) == ["a_rm_-r_b.yaml"]
    assert "name: a_rm_-r_b\n" in made.files["a_rm_-r_b.yaml"]
    assert shlex.split(made.command)[2] == "a_rm_-r_b.yaml"


def test_budget_of_a_fund(run):
    made = recipe(View("budget", loaded(), (BASELINE,), NATION, "EPF"))
    printed, document = run(made)
    statement = poolcast.budget("china").statements[NATION]
    draft_of_fund = statement.value("E", "EPF", "draft")
    assert any(value == pytest.approx(draft_of_fund, rel=1e-5) for value in shown(printed.replace("e+", "e+")))
    assert json.dumps(draft_of_fund)[:10] in json.dumps(document)
    given = recipe(View("budget", loaded(), (BASELINE,), NATION, "EPF", actuals="my months.xlsx", approved="b.csv"))
    assert "--actuals 'my months.xlsx' --approved b.csv" in given.command
    assert "actuals='my months.xlsx', approved='b.csv'" in given.python
