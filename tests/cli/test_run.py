"""`poolcast run`, with a fake engine behind it."""

from __future__ import annotations

import json

import xarray as xr

from poolcast.reporting.run_folder import load_run
from tests.fixtures.fake_forecast import fake_forecast


def _folders(place):
    return sorted(folder.name for folder in (place / "runs").iterdir())


def test_a_run_is_saved_and_summed_up(fake, poolcast, elsewhere):
    code, out, err = poolcast("run", "--set", "fake", "--region", "110000")
    assert code == 0
    assert "EPF Employee pooled fund · Northland · 100m yuan, nominal" in out
    assert "Where each fund is heading" in out
    assert "borrowed from another set" in out.splitlines()[-1]
    (folder,) = _folders(elsewhere)
    assert f"Saved: runs/{folder}" in err
    expected = fake_forecast("baseline").assign_attrs(command="poolcast run --set fake --region 110000")
    xr.testing.assert_identical(load_run(elsewhere / "runs" / folder), expected)
    assert "projected baseline" in (elsewhere / "runs" / folder / "log.txt").read_text()


def test_scenarios_side_by_side_with_their_page(fake, poolcast, elsewhere):
    code, out, err = poolcast("run", "baseline", "high_cost", "baseline", "--set", "fake", "--page", "--out", "both")
    assert code == 0
    assert {path.name for path in (elsewhere / "both").iterdir()} == {
        "baseline", "high_cost", "manifest.json", "log.txt", "summary.xlsx", "page.html",
    }  # fmt: skip
    assert err.splitlines()[-1] == f"Page: {elsewhere / 'both' / 'page.html'}"
    assert "high_cost" in out


def test_json_is_one_document_and_nothing_else(fake, poolcast):
    code, out, err = poolcast("run", "baseline", "high_cost", "--set", "fake", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert [scenario["name"] for scenario in document["scenarios"]] == ["baseline", "high_cost"]
    assert document["scenarios"][0]["rows"][0]["revenue"] == 18292.91e8 * 0.75
    assert load_run(document["scenarios"][1]["run_folder"]).attrs["scenario"] == "high_cost"


def test_quiet_prints_the_folder_only(fake, poolcast, elsewhere):
    code, out, err = poolcast("run", "--set", "fake", "--quiet")
    assert (code, err) == (0, "")
    assert out == f"{elsewhere / 'runs' / _folders(elsewhere)[0]}\n"


def test_a_shorter_horizon_prices_and_language(fake, poolcast):
    options = ("--to", "2030", "--prices", "real", "--language", "zh", "--region", "110000", "--ledger", "rpf")
    code, out, _ = poolcast("run", "--set", "fake", *options)
    assert code == 0
    assert "RPF 居民统筹基金 · 北区 · 亿元，2025 年不变价" in out
    assert "EPF" not in out
    assert "2030 年前不会" in out
    assert "2035" not in out


def test_warnings_go_to_standard_error(fake, poolcast):
    _, out, err = poolcast("run", "--set", "fake")
    assert "calibration factor benefit (110000, long_term_care) is 1.300, outside 0.80 to 1.25" in err
    assert "calibration factor" not in out


def test_all_runs_every_scenario_found(fake, poolcast, elsewhere, monkeypatch):
    monkeypatch.setattr("poolcast.parameters.location.package_copy", lambda folder: elsewhere / "shipped" / folder)
    (elsewhere / "scenarios").mkdir()
    for name in ("high_cost", "baseline"):
        (elsewhere / "scenarios" / f"{name}.yaml").write_text(f"name: {name}\n")
    code, out, _ = poolcast("run", "--all", "--set", "fake", "--json")
    assert code == 0
    assert [scenario["name"] for scenario in json.loads(out)["scenarios"]] == ["baseline", "high_cost"]


def test_of_many_regions_the_pooled_funds_are_shown(fake, poolcast, monkeypatch):
    monkeypatch.setattr("poolcast.commands.run.MANY_REGIONS", 1)
    _, out, err = poolcast("run", "--set", "fake")
    assert "Not shown: MAF; use --ledger" in err
    assert out.count("EPF Employee pooled fund") == 2
    assert "Not shown" not in poolcast("run", "--set", "fake", "--ledger", "EPF")[2]


def test_runs_are_listed(fake, poolcast):
    poolcast("run", "baseline", "--set", "fake")
    poolcast("run", "baseline", "high_cost", "--set", "fake")
    _, out, _ = poolcast("list", "runs", "--json")
    assert [run["scenarios"] for run in json.loads(out)["runs"]] == [["baseline"], ["baseline", "high_cost"]]


def test_the_same_command_gives_the_same_document(fake, poolcast):
    first, second = (json.loads(poolcast("run", "--set", "fake", "--json")[1]) for _ in range(2))
    for document in (first, second):
        for scenario in document["scenarios"]:
            scenario.pop("run_folder")
    assert first == second
