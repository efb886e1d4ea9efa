"""Bad command lines: exit code 2, what is allowed, what to do; never a traceback, nothing left behind."""

from __future__ import annotations

import pytest

CASES = {
    "unknown command": (["rum"], "Did you mean 'run'?"),
    "unknown option": (["run", "--pries", "real"], "found --pries; allowed:"),
    "nearest option": (["run", "--pries", "real"], "Did you mean '--prices'"),
    "unknown prices": (
        ["run", "--prices", "nominl"],
        "--prices: found nominl; allowed: nominal, real, gdp. Did you mean",
    ),
    "unknown language": (["run", "--language", "de"], "--language: found de; allowed: en, zh."),
    "a word for a year": (["run", "--to", "soon"], "--to: found soon; allowed: a whole number."),
    "a year with a fraction": (["run", "--to=2030.5"], "--to: found 2030.5; allowed: a whole number."),
    "option without value": (["run", "--to"], "requires an argument"),
    "too many arguments": (["check", "china", "hebei"], "extra argument"),
    "nothing to list": (["list"], "sets|scenarios|parameters|ledgers|measures|rules|runs: found nothing"),
    "unknown list": (["list", "parmeters"], "found parmeters; allowed: sets, scenarios, levers"),
    "nearest list": (["list", "parmeters"], "Did you mean 'parameters'?"),
    "population without folder": (["population", "--to", "2030", "--out", "x.csv"], "--inputs FOLDER: found nothing"),
    "population without year": (["population", "--inputs", "x", "--out", "x.csv"], "--to YEAR: found nothing"),
    "population of an absent folder": (["population", "--inputs", "x", "--to", "2030", "--out", "x.csv"], "x"),
    "unknown set": (["run", "--set", "chian"], "unknown assumption set 'chian'"),
    "unknown set to check": (["check", "chian"], "unknown assumption set 'chian'"),
    "unknown scenario": (["run", "basline"], "unknown scenario 'basline'"),
    "set and scenario": (["run", "basline", "--set", "chian"], "2 things need mending"),
    "two scenarios": (["run", "basline", "hihg_cost"], "2 things need mending"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_command_line(poolcast, elsewhere, case):
    arguments, message = CASES[case]
    code, out, err = poolcast(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "need mending" in err or "needs mending" in err
    assert "Traceback" not in err
    assert list(elsewhere.iterdir()) == []


FAKE_CASES = {
    "absent ledger": (["--ledger", "CII"], "CII, which the set fake does not hold; allowed: EPF, RPF, MAF."),
    "absent region": (["--region", "11"], "11, which the set fake does not hold; allowed: 110000, 120000."),
    "every problem of every scenario": (["a", "b"], "4 things need mending"),
    "place of the problem": (["a"], "x.yaml, line 3, column value: found 4.5; allowed: 0 to 1. Write 0.045."),
}


@pytest.mark.parametrize("case", FAKE_CASES)
def test_bad_request_to_a_good_set(fake, poolcast, elsewhere, case):
    arguments, message = FAKE_CASES[case]
    code, out, err = poolcast("run", "--set", "fake", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert list(elsewhere.iterdir()) == []


def test_problems_in_chinese(poolcast):
    _, _, err = poolcast("run", "--prices", "x", "--language", "zh")
    assert "有 1 处需要改正" in err
    assert "应当是" in err


def test_a_place_that_holds_something_is_refused_before_the_work(fake, poolcast, elsewhere, monkeypatch):
    (elsewhere / "taken").mkdir()
    (elsewhere / "taken" / "file").write_text("mine")
    monkeypatch.setattr("poolcast.project", lambda *_: pytest.fail("worked for nothing"), raising=False)
    code, _, err = poolcast("run", "--set", "fake", "--out", "taken")
    assert code == 2
    assert "never overwritten" in err
    assert [path.name for path in (elsewhere / "taken").iterdir()] == ["file"]


def test_no_arguments_print_the_help(poolcast):
    code, out, err = poolcast()
    assert (code, err) == (0, "")
    assert "Usage: poolcast" in out
