"""`sensitivity` and `solve --probability` through the command line."""

from __future__ import annotations

import json

import pytest

from poolcast.commands.sensitivity import axis_values
from poolcast.parameters.errors import ResultError

SHORT = ("--to", "2028")


def test_tornado_prints_bars_and_the_standard_set_in_both_languages(poolcast):
    code, out, _ = poolcast("sensitivity", *SHORT)
    assert code == 0
    assert "reserve(EPF, year=2028), baseline: one risk at a time" in out
    assert "Care prices" in out
    assert "Wage growth ±1 point" in out
    assert "Projections, not forecasts" in out
    chinese = poolcast("sensitivity", *SHORT, "--language", "zh")[1]
    assert "逐项风险" in chinese
    assert "医疗价格" in chinese
    assert "工资增速 ±1 个百分点" in chinese


def test_one_json_document(poolcast):
    code, out, err = poolcast("sensitivity", "high_cost", *SHORT, "--of", "exhaustion(EPF)", "--json")
    document = json.loads(out)
    assert (code, err, document["schema"], document["method"]) == (0, "", "poolcast.sensitivity/1", "tornado")
    assert document["tornado"]["data_vars"]["baseline"]["data"] == [None]  # does not come
    assert document["tornado"]["coords"]["side"]["data"] == ["minus", "plus"]
    assert document["scenarios"] == ["high_cost"]


def test_grid_of_two_unknowns_and_the_preset(poolcast):
    line = ("sensitivity", "--method", "grid", *SHORT, "--json")
    rates = "revenue.employer_rate=0.07:0.08:0.01"
    asked = ("--of", "reserve(EPF, year=2028)", "--row", rates, "--column", "scale:resident.subsidy=1,1.1")
    grid = json.loads(poolcast(*line, *asked)[1])["grid"]
    assert grid["coords"]["row"]["data"] == [0.07, 0.08]
    values = grid["data_vars"]["value"]["data"]
    assert values[1][0] == grid["data_vars"]["baseline"]["data"] > values[0][0]
    preset = json.loads(poolcast(*line)[1])["rate_by_months"]
    assert preset["coords"]["year"]["data"] == [2028]
    shown = poolcast("sensitivity", "--method", "grid", *SHORT)[1]
    assert "Payable months of EPF" in shown


def test_sobol_is_the_same_for_the_same_seed(poolcast):
    line = ("sensitivity", "--method", "sobol", "--paths", "8", "--seed", "5", *SHORT, "--json")
    first, second = json.loads(poolcast(*line)[1]), json.loads(poolcast(*line)[1])
    assert first == second
    assert first["sobol"]["attrs"]["paths"] == 8 * (len(first["sobol"]["coords"]["risk"]["data"]) + 2)


def test_every_problem_at_once(poolcast):
    code, out, err = poolcast("sensitivity", "no_such", "--of", "reserv(EPF)", "--row", "x", "--to", "2028")
    assert (code, out) == (2, "")
    assert "3 things need mending" in err
    assert poolcast("sensitivity", "--method", "tornadoes")[0] == 2


@pytest.mark.parametrize("text", ["", "a", "a=", "a=1,x", "=1", "a=1:2:0", "a=nan"])
def test_axes_that_cannot_be_read(text):
    with pytest.raises(ResultError, match="UNKNOWN=values"):
        axis_values("--row", text)


def test_solve_with_a_probability(poolcast):
    line = ("solve", "revenue.employer_rate", "--for", "payable_months(EPF, year=2028) >= 40", "--to", "2028")
    asked = ("--probability", "0.9", "--paths", "40")
    code, out, _ = poolcast(*line, *asked)
    assert code == 0
    assert "standard error" in out
    assert "-> 0.900 (>= 0.9), met" in out
    assert "verified by a run of its own" in out
    document = json.loads(poolcast(*line, *asked, "--json")[1])
    assert document["reached"]
    assert document["bracket"][0] < document["value"]
    assert "标准误" in poolcast(*line, *asked, "--language", "zh")[1]
    code, out, _ = poolcast(*line, *asked, "--bounds", "0.08:0.0801")
    assert code == 1
    assert "no value from 0.08 to 0.0801" in out


def test_a_probability_refuses_what_it_cannot_answer(poolcast):
    line = ("solve", "revenue.employer_rate", "--for", "payable_months(EPF, year=2028) >= 40", "--to", "2028")
    code, _, err = poolcast(*line, "--probability", "2", "--paths", "1")
    assert code == 2
    assert "2 things need mending" in err
    each = ("--probability", "0.9", "--region", "each")
    code, _, err = poolcast(*line, *each, "--bounds", "0.01:0.2", "--for", "reserve(EPF, year=2028) >= 0")
    assert code == 2
    assert "2 things need mending" in err
    assert "one condition" in err


def test_every_region_is_solved_with_a_probability(poolcast):
    line = ("solve", "revenue.employer_rate", "--for", "payable_months(EPF, year=2027) >= 20", "--set", "hebei")
    asked = (*line, "--to", "2027", "--probability", "0.9", "--paths", "40", "--region", "each")
    code, out, _ = poolcast(*asked)
    document = json.loads(poolcast(*asked, "--json")[1])
    assert len(document["regions"]) == 14
    assert code == (0 if document["reached"] else 1)
    assert any(region["share"] == 1.0 for region in document["regions"])  # enough with the lowest rate already
    for region in document["regions"]:
        assert f"{region['region']}  " in out
        assert region["reached"] or region["share"] < 0.9
        assert not region["reached"] or abs(region["share"] - 0.9) <= 0.05 or region["value"] == 0.0
    assert "各统筹区以 0.9 的概率" in poolcast(*asked, "--language", "zh")[1]


def test_a_report_of_all_methods(poolcast, tmp_path):
    place = tmp_path / "report"
    line = ("sensitivity", "baseline", "B01", *SHORT, "--paths", "12", "--report", str(place))
    code, out, err = poolcast(*line, "--sampling", "antithetic", "--language", "zh")
    assert (code, out) == (0, "")
    assert f"报告: {place / 'report.html'}" in err
    assert sorted(path.name for path in place.iterdir()) == ["manifest.json", "report.html", "report.xlsx", "tables"]
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"].startswith("poolcast sensitivity baseline B01")
    assert (manifest["sampling"], manifest["last_year"]) == ("antithetic", 2028)
    code, out, err = poolcast(*line)  # the folder holds something now
    assert (code, out) == (2, "")
    assert "--report" in err


def test_a_report_takes_no_method_and_a_method_no_sampling(poolcast, tmp_path):
    code, _, err = poolcast("sensitivity", "--method", "grid", "--report", str(tmp_path / "new"))
    assert code == 2
    assert "A report holds all" in err
    assert not (tmp_path / "new").exists()
    assert poolcast("sensitivity", "--sampling", "sobol", *SHORT)[0] == 2
