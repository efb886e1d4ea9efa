from __future__ import annotations

import io

import pytest
from rich.console import Console

from poolcast.parameters.errors import PoolcastError, Problem
from poolcast.reporting import console as module
from poolcast.reporting.console import print_json, print_outcomes, print_problems
from poolcast.reporting.outcome import Outcome
from tests.fixtures.fake_forecast import china_like


@pytest.fixture(scope="module")
def china():
    return [Outcome.of(china_like("baseline")), Outcome.of(china_like("high_cost"))]


def _text(outcomes, width=140, language="en", prices="nominal", ledgers=("EPF", "RPF", "MAF"), regions=("000000",)):
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False)
    print_outcomes(console, outcomes, prices, language, regions, ledgers)
    return stream.getvalue()


def test_the_base_year_is_the_published_account(china):
    line = next(line for line in _text(china[:1]).splitlines() if line.strip().startswith("2025"))
    assert line.split() == ["2025", "18,293", "13,594", "4,699", "35,144", "31.0"]


def test_scenarios_stand_side_by_side_where_there_is_room(china):
    wide = _text(china, ledgers=("EPF",))
    assert wide.count("\n  2025 ") == 1
    narrow = _text(china, width=80, ledgers=("EPF",))
    assert narrow.count("\n  2025 ") == 2
    assert max(len(line) for line in narrow.splitlines()) <= 80


def test_after_exhaustion_the_reserve_is_a_word(china):
    last = next(line for line in _text(china[1:], ledgers=("RPF",)).splitlines() if line.strip().startswith("2060"))
    assert last.split()[-2:] == ["exhausted", "0"]


def test_the_years_of_deficit_and_exhaustion_are_said(china):
    text = _text(china, ledgers=("RPF",))
    years = [china[1].event_year(event, "000000", "RPF") for event in ("first_deficit", "exhaustion")]
    assert f"high_cost: first deficit {years[0]}" in text
    assert f"reserve exhausted {years[1]}" in text
    assert "首次收不抵支" in _text(china, language="zh", ledgers=("RPF",))


def test_a_ledger_without_reserve_has_no_events_and_no_headline(china):
    text = _text(china, ledgers=("MAF",))
    assert "first deficit" not in text
    assert "Where each fund" not in text


def test_units_are_named(china):
    assert "100m yuan, nominal" in _text(china)
    assert "亿元，2025 年不变价" in _text(china, language="zh", prices="real")
    assert "% of GDP" in _text(china, prices="gdp")


def test_of_several_regions_the_headline_is_shown(outcomes):
    text = _text(outcomes, regions=("110000", "120000"))
    assert "Southland" in text
    assert "\n  2025" not in text


def test_every_problem_is_printed_with_its_remedy(capsys):
    first = Problem("a.csv", "4.5", "0 to 1", "Write 0.045.", row=3, column="value")
    problems = [first, Problem("--to", "x", "a year", "Mend.")]
    print_problems(PoolcastError(problems))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2 things need mending" in captured.err
    assert "a.csv, line 3, column value: found 4.5; allowed: 0 to 1. Write 0.045." in captured.err
    print_problems(PoolcastError(problems), "zh")
    assert "有 2 处需要改正" in capsys.readouterr().err


def test_on_a_wide_terminal_problems_are_a_table(monkeypatch):
    stream = io.StringIO()
    terminal = Console(file=stream, width=140, force_terminal=True, highlight=False)
    monkeypatch.setattr(module, "message_console", lambda: terminal)
    print_problems(PoolcastError([Problem("a.csv", "[red]4.5", "0 to 1", "Write 0.045.")]))
    assert "[red]4.5" in stream.getvalue()
    assert "What to do" in stream.getvalue()


def test_json_is_escaped_where_the_console_has_no_utf8(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="cp1252"))
    print_json({"a": "基金"})
    module.sys.stdout.flush()
    assert b"\\u57fa" in raw.getvalue()
