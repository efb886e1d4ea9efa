"""`list`, `check`, `population`, and the language of the words."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from poolcast.commands.command_line import resolve_language
from poolcast.parameters.axes import LEDGERS
from poolcast.parameters.declarations import PARAMETERS
from poolcast.parameters.errors import ResultError
from poolcast.projection import control_totals
from poolcast.reporting import population_files
from tests.fixtures.fake_engine import fake_assumptions


def test_shipped_sets_and_scenarios_are_listed(poolcast):
    _, out, _ = poolcast("list", "sets", "--json")
    china = next(row for row in json.loads(out)["sets"] if row["name"] == "china")
    assert china["synthetic"] is False
    _, out, _ = poolcast("list", "scenarios", "--json", "--language", "zh")
    names = [row["name"] for row in json.loads(out)["scenarios"]]
    assert names[0] == "baseline"
    assert "high_cost" in names


def test_own_sets_are_listed_first_and_broken_ones_do_not_stop_the_list(poolcast, elsewhere):
    for name, text in (
        ("mine", "name: mine\nsources:\n  X: {a: [\nsynthetic: true\ntitle: {en: Mine, zh: 我}\n"),
        ("odd", "{"),
    ):
        (elsewhere / "assumptions" / name).mkdir(parents=True)
        (elsewhere / "assumptions" / name / "set.yaml").write_text(text, encoding="utf-8")
    code, out, _ = poolcast("list", "sets", "--json")
    rows = {row["name"]: row for row in json.loads(out)["sets"]}
    assert code == 0
    assert (rows["mine"]["title"], rows["mine"]["synthetic"], rows["mine"]["folder"]) == (
        "Mine",
        True,
        "assumptions/mine",
    )
    assert rows["odd"]["title"] == ""


def test_parameters_ledgers_and_measures_are_listed_from_their_declarations(poolcast):
    _, out, _ = poolcast("list", "parameters", "--json")
    assert [row["name"] for row in json.loads(out)["parameters"]] == list(PARAMETERS)
    _, out, _ = poolcast("list", "ledgers", "--json", "--language", "zh")
    rows = json.loads(out)["ledgers"]
    assert [row["code"] for row in rows] == list(LEDGERS)
    assert rows[0]["name"] == "职工统筹基金"
    _, out, _ = poolcast("list", "measures")
    assert "payable_months" in out


def test_no_line_of_a_list_is_broken_in_a_pipe(poolcast):
    _, out, _ = poolcast("list", "parameters")
    assert len([line for line in out.splitlines() if line.strip()]) == len(PARAMETERS) + 2


def test_an_empty_list_says_so(poolcast):
    assert poolcast("list", "runs") == (0, "", "There are no runs here.\n")
    assert poolcast("list", "runs", "--json")[1] == '{\n "runs": []\n}\n'


@pytest.fixture
def calibrated(fake, monkeypatch):
    """A set of which one factor is far from one."""
    factors = np.ones((2, 2, 7))
    factors[1, 0, 0] = 1.4
    names = ("calibration.benefit",)
    monkeypatch.setattr(control_totals, "FACTORS", names)
    monkeypatch.setattr(control_totals, "calibrate", lambda one: one.with_values({names[0]: factors}))


def test_check_tells_what_a_set_rests_on(calibrated, poolcast):
    code, out, _ = poolcast("check", "fake", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["digest"] == fake_assumptions().digest()
    assert document["parameters_by_evidence"] == {"source": 1, "assumption": 1, "borrowed": 1}
    assert document["parameters_by_grade"] == {"A": 1}
    assert document["borrowed"] == ["revenue.employer_rate"]
    (factor,) = document["calibration_outside"]
    assert (factor["region"], factor["member"], factor["value"]) == ("120000", "employee inpatient", 1.4)


def test_check_in_words(calibrated, poolcast):
    _, out, _ = poolcast("check", "fake")
    assert "published 1 · assumption 1 · borrowed from another set 1" in out
    assert "120000 employee inpatient" in out
    assert "共" not in out
    assert "假设集" in poolcast("check", "fake", "--language", "zh")[1]
    assert poolcast("check", "fake", "--quiet") == (0, "", "")


def test_population_hands_its_options_on(poolcast, monkeypatch):
    calls = []

    def run_population(*arguments):
        calls.append(arguments)
        return SimpleNamespace(country="land", years=(2024, 2100), notes=("Rates were held.",), out=Path("o.csv"))

    monkeypatch.setattr(population_files, "run_population", run_population)
    line = ("population", "--inputs", "in", "--from", "2024", "--to", "2100", "--out", "o.csv")
    code, out, err = poolcast(*line)
    assert (code, out, err) == (0, "", "Rates were held.\nWrote o.csv\n")
    document = json.loads(poolcast(*line, "--json")[1])
    assert (document["out"], document["from"], document["notes"]) == ("o.csv", 2024, ["Rates were held."])
    assert calls == [(Path("in"), 2024, 2100, Path("o.csv"))] * 2


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_TW"}, "zh"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "de_DE", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_language_follows_the_locale(monkeypatch, variables, language):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert resolve_language(None) == language
    assert resolve_language("en") == "en"


def test_an_unknown_language_is_refused():
    with pytest.raises(ResultError, match="en, zh"):
        resolve_language("fr")
