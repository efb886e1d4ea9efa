"""`solve`, `check` with rules and scenarios, and `list rules`, through the command line."""

from __future__ import annotations

import json

import pytest

from poolcast.commands.solving import rounded_outwards
from tests.fixtures.minimal_set import write_minimal_set
from tests.validation.worked_example import write_worked_example

LEVEL = "payable_months(EPF, year=2026) >= 24"


@pytest.fixture
def example(elsewhere):
    return str(write_worked_example(elsewhere / "assumptions" / "worked_example"))


@pytest.fixture
def flat(elsewhere):
    """A set that reimburses all tiers alike."""
    return str(write_minimal_set(elsewhere / "assumptions" / "flat", name="flat"))


def test_solve_prints_the_value_and_that_it_was_verified(poolcast, example):
    line = ("solve", "revenue.employer_rate", "--for", LEVEL, "--set", example, "--start", "2025")
    code, out, _ = poolcast(*line)
    assert code == 0
    assert out.startswith("revenue.employer_rate = 0.0889")
    assert "verified by a run of its own" in out
    code, out, _ = poolcast(*line, "--json")
    document = json.loads(out)
    assert (code, document["schema"], document["reached"], document["verified"]) == (0, "poolcast.solve/1", True, True)
    assert document["conditions"][0]["condition"] == LEVEL
    assert document["conditions"][0]["after"] == pytest.approx(24)
    assert list(document["entry"]["values"]) == ["2025"]
    assert "已重新运行验证" in poolcast(*line, "--language", "zh")[1]


def test_what_is_printed_does_it_when_it_is_typed_in(poolcast, example):
    line = ("solve", "revenue.employer_rate", "--set", example, "--start", "2025", "--for")
    shown = float(poolcast(*line, LEVEL)[1].split(" = ")[1].split()[0])
    again = poolcast(*line, LEVEL, "--bounds", f"{shown}:{shown + 0.01}", "--json")
    assert again[0] == 0
    assert json.loads(again[1])["value"] == shown


def test_a_target_out_of_reach_ends_with_1_and_the_nearest_value(poolcast, example):
    line = ("solve", "revenue.employer_rate", "--for", "payable_months(EPF, year=2026) >= 99", "--set", example)
    code, out, _ = poolcast(*line, "--bounds", "0.05:0.1")
    assert code == 1
    assert "no value from 0.05 to 0.1" in out
    assert "missed" in out
    code, out, _ = poolcast(*line, "--json")
    document = json.loads(out)
    assert (code, document["reached"]) == (1, False)
    assert document["nearest_value"] == pytest.approx(0.2)


def test_each_region_and_packages(poolcast, example):
    base = ("--set", example, "--start", "2025", "--for", LEVEL, "--json")
    code, out, _ = poolcast("solve", "revenue.employer_rate", *base, "--region", "each")
    (region,) = json.loads(out)["regions"]
    assert (code, region["region"], region["holds_together"]) == (0, "A", True)
    costs = ("--cost", "revenue.employer_rate=1", "--cost", "revenue.flexible_rate=0.01")
    code, out, _ = poolcast("solve", "revenue.employer_rate", "revenue.flexible_rate", *base, *costs)
    document = json.loads(out)
    assert code == 0
    assert [part["change"] > 0 for part in document["parts"]] == [False, True]
    assert document["cost"] == pytest.approx(document["parts"][1]["cost_alone"])
    code, out, _ = poolcast("solve", "revenue.employer_rate", "revenue.flexible_rate", *base[:-1])
    assert "cost" in out
    assert code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("revenue.employer_rate",), "--for"),
        (("revenue.employer_rate", "--for", "reserv(EPF) > 0"), "'reserve'"),
        (("revenue.employr_rate", "--for", "reserve(EPF) > 0"), "'revenue.employer_rate'"),
        (("revenue.employer_rate", "--for", "reserve(EPF) > 0", "--bounds", "x"), "lower:upper"),
        (("revenue.employer_rate", "--for", "reserve(EPF) > 0", "--region", "B"), "--region"),
        (("a.b", "c.d", "--for", "reserve(EPF) > 0", "--bounds", "0:1"), "UNKNOWN=lower:upper"),
        (("a.b", "c.d", "--for", "reserve(EPF) > 0", "--cost", "a.b=1"), "no cost of c.d"),
        (("a.b", "c.d", "--for", "reserve(EPF) > 0", "--region", "each"), "one region at a time"),
        (("revenue.employer_rate", "--for", "reserve(EPF) > 0 and x(EPF) > 1", "--scenario", "non"), "2 things"),
    ],
)
def test_what_cannot_be_solved_ends_with_2_and_a_remedy(poolcast, example, words, message):
    code, out, err = poolcast("solve", *words, "--set", example)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("value", "present", "shown"),
    [
        (0.0826351023818, 0.08, 0.0826352),
        (0.0773648976182, 0.08, 0.0773648),
        (0.08, 0.08, 0.08),
        (1234.5678, 1000.0, 1234.57),
        (0.1999999999, 0.0, 0.2),
    ],
)
def test_values_are_rounded_away_from_the_present_one_and_stay_in_bounds(value, present, shown):
    assert rounded_outwards(value, present, (0.0, 2000.0)) == shown
    assert rounded_outwards(value, present, (0.0, value)) <= value


def test_check_with_rules_ends_with_1_where_one_is_broken(poolcast, example, flat):
    code, out, _ = poolcast("check", flat, "--rules", "hebei", "--json")
    document = json.loads(out)
    errors = {one["rule"] for one in document["compliance"]["findings"] if one["severity"] == "error"}
    assert (code, document["compliance"]["passes"]) == (1, False)
    assert errors == {"C01", "C02", "C03", "C04", "C05", "C06"}
    code, out, _ = poolcast("check", flat, "--rules", "hebei")
    assert code == 1
    assert f"rules hebei: {document['compliance']['errors']} errors" in out
    assert "规则集 hebei" in poolcast("check", flat, "--rules", "hebei", "--language", "zh")[1]
    assert poolcast("check", flat)[0] == 0
    assert poolcast("check", example, "--rules", "hebei")[0] == 0  # the handbook's example keeps them all


def test_waivers_turn_the_code_and_unused_ones_are_named(poolcast, flat, elsewhere):
    found = json.loads(poolcast("check", flat, "--rules", "hebei", "--json")[1])["compliance"]["findings"]
    errors = sorted({one["rule"] for one in found if one["severity"] == "error"})
    lines = [f"  - {{rule: {rule}, reason: made up}}" for rule in (*errors, "C27")]
    (elsewhere / "w.yaml").write_text("\n".join(["waivers:", *lines]), encoding="utf-8")
    code, out, _ = poolcast("check", flat, "--rules", "hebei", "--waivers", "w.yaml")
    assert code == 0
    assert "waived: made up" in out
    assert f"waiver of C27 (line {len(errors) + 2}) covers nothing" in out
    assert poolcast("check", flat, "--waivers", "w.yaml")[0] == 2


def test_a_scenario_is_checked_on_a_set(poolcast, example, elsewhere):
    text = (
        "name: paying\ntitle: {en: Retired members pay, zh: 退休缴费}\nwhy: {en: test, zh: 测试}\nreforms:\n"
        "  - set: revenue.retiree_rate\n    values: {2026: 0.01}\n"
    )
    (elsewhere / "paying.yaml").write_text(text, encoding="utf-8")
    code, out, _ = poolcast("check", "paying.yaml", "--set", example, "--json")
    document = json.loads(out)
    assert (code, document["scenario"], document["reforms"], document["changes"]) == (0, "paying", 1, True)
    document = json.loads(poolcast("check", "paying.yaml", "--set", example, "--rules", "national", "--json")[1])
    (found,) = [one for one in document["compliance"]["findings"] if one["rule"] == "C35"]
    assert (found["severity"], found["first_year"], found["value"]) == ("warning", 2026, 0.01)
    assert "1 changes" in poolcast("check", "paying.yaml", "--set", example)[1]
    assert poolcast("check", "F01", "--set", example)[0] == 0
    code, _, err = poolcast("check", "high_cst")
    assert code == 2
    assert "'high_cost'" in err


def test_rules_are_listed_from_their_declarations(poolcast):
    _, out, _ = poolcast("list", "rules", "--json", "--language", "zh")
    rows = json.loads(out)["rules"]
    assert [row["id"] for row in rows] == [f"C{number:02}" for number in range(1, 37)]
    assert (rows[2]["national"], rows[2]["hebei"], rows[12]["reads"]) == ("information", "error", "result")
    assert "基层" in rows[0]["text"]
