"""Run folders: identical after a round trip, whole or absent after a failure or a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

import poolcast
from poolcast.parameters.errors import ResultError
from poolcast.reporting import run_folder
from poolcast.reporting.outcome import Outcome
from poolcast.reporting.run_folder import RunRecord, list_runs, load_run, safe_name, save_run
from tests.fixtures.fake_forecast import fake_forecast


def test_a_saved_run_opens_identical(tmp_path, outcomes, record):
    folders = save_run(tmp_path / "run", outcomes[:1], record)
    reopened = load_run(folders["baseline"])
    xr.testing.assert_identical(reopened, outcomes[0].forecast)
    assert dict(reopened.attrs) == dict(outcomes[0].forecast.attrs)
    assert reopened["revenue"].attrs == outcomes[0].forecast["revenue"].attrs
    xr.testing.assert_identical(load_run(folders["baseline"] / "result.nc"), reopened)


def test_a_run_folder_holds_what_is_needed_to_reproduce_it(tmp_path, outcomes, record):
    folder = save_run(tmp_path / "run", outcomes[:1], record)["baseline"]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["poolcast"] == poolcast.__version__
    assert (manifest["scenario"], manifest["set"], manifest["base_year"]) == ("baseline", "fake", 2025)
    assert manifest["command"] == "poolcast run baseline"
    assert manifest["set_digest"] == outcomes[0].forecast.attrs["set_digest"]
    assert manifest["packages"]["xarray"] == xr.__version__
    assert (folder / "log.txt").read_text(encoding="utf-8") == "first\nsecond\n"
    inputs = xr.load_dataset(folder / "inputs" / "assumptions.nc", engine="h5netcdf")
    xr.testing.assert_identical(inputs, record.assumptions.dataset)
    assert "calibration: accounts" in (folder / "inputs" / "set.yaml").read_text(encoding="utf-8")
    provenance = pd.read_csv(folder / "inputs" / "provenance.csv", encoding="utf-8-sig", dtype=str)
    assert set(provenance["evidence"]) == {"source", "borrowed", "assumption"}


def test_the_scenario_file_and_what_it_extends_are_kept(tmp_path, monkeypatch, outcomes):
    (tmp_path / "scenarios").mkdir()
    for name, more in (("below", ""), ("above", "extends: below\n")):
        text = f"name: {name}\ntitle: {{en: a, zh: b}}\nwhy: {{en: a, zh: b}}\nsource: none\n{more}reforms: []\n"
        (tmp_path / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    record = RunRecord("poolcast run above", scenarios={"baseline": poolcast.load_scenario("above")})
    folder = save_run(None, outcomes[:1], record)["baseline"]
    assert {file.name for file in (folder / "inputs").iterdir()} == {"above.yaml", "below.yaml"}


def test_tables_are_tidy_with_units_and_a_mark_for_excel(tmp_path, outcomes, record):
    folder = save_run(tmp_path / "run", outcomes[:1], record)["baseline"]
    for file in (folder / "tables").glob("*.csv"):
        assert file.read_bytes().startswith(b"\xef\xbb\xbf"), file.name
        assert {"value", "unit"} <= set(pd.read_csv(file, encoding="utf-8-sig").columns), file.name
    accounts = pd.read_csv(folder / "tables" / "accounts.csv", encoding="utf-8-sig", dtype={"region": str})
    row = accounts.query("region == '110000' and ledger == 'EPF' and year == 2025 and measure == 'revenue'")
    assert row["value"].item() == pytest.approx(18292.91e8 * 0.75, rel=1e-12)
    assert (row["unit"].item(), row["ledger_name_zh"].item()) == ("yuan", "职工统筹基金")
    assert accounts.query("ledger == 'MAF' and measure == 'reserve'").empty


def test_a_name_that_looks_like_a_formula_is_guarded(tmp_path, record):
    forecast = fake_forecast()
    forecast["region_name"] = ("region", ["=cmd()", "Southland"])
    folder = save_run(tmp_path / "run", [Outcome.of(forecast)], record)["baseline"]
    names = pd.read_csv(folder / "tables" / "accounts.csv", encoding="utf-8-sig")["region_name"]
    assert set(names) == {"'=cmd()", "Southland"}


def test_several_scenarios_make_one_folder_with_a_run_each(tmp_path, outcomes, record):
    folders = save_run(tmp_path / "both", outcomes, record, lambda: "<p>")
    assert folders == {name: tmp_path / "both" / name for name in ("baseline", "high_cost")}
    for outcome in outcomes:
        xr.testing.assert_identical(load_run(folders[outcome.name]), outcome.forecast)
    assert (tmp_path / "both" / "page.html").read_text() == "<p>"
    manifest = json.loads((tmp_path / "both" / "manifest.json").read_text())
    assert (manifest["kind"], manifest["scenarios"]) == ("comparison", ["baseline", "high_cost"])
    with pytest.raises(ResultError, match="Name one of its scenarios: baseline, high_cost"):
        load_run(tmp_path / "both")


def test_runs_get_new_names_and_are_listed(tmp_path, monkeypatch, outcomes, record):
    monkeypatch.chdir(tmp_path)
    first = save_run(None, outcomes[:1], record)["baseline"]
    second = save_run(None, outcomes[:1], record)["baseline"]
    assert first.parent == second.parent == tmp_path / "runs"
    assert first != second
    assert first.name.split("-", 2)[2].startswith("baseline-")
    (tmp_path / "runs" / "notes").mkdir()
    (tmp_path / "runs" / "notes" / "manifest.json").write_text("{", encoding="utf-8")
    (tmp_path / "runs" / f"{run_folder.PARTIAL}x").mkdir()
    assert {Path(run["folder"]).name for run in list_runs()} == {first.name, second.name}


def test_an_empty_folder_may_be_named(tmp_path, outcomes, record):
    (tmp_path / "empty").mkdir()
    assert load_run(save_run(tmp_path / "empty", outcomes[:1], record)["baseline"]).sizes["year"] == 11


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_exists_is_never_overwritten(tmp_path, outcomes, record, kind):
    place = tmp_path / "there"
    if kind == "folder":
        place.mkdir()
        (place / "thesis.docx").write_text("years of work")
    else:
        place.write_text("years of work")
    with pytest.raises(ResultError, match="never overwritten"):
        save_run(place, outcomes[:1], record)
    assert (place / "thesis.docx" if kind == "folder" else place).read_text() == "years of work"
    assert [entry.name for entry in tmp_path.iterdir()] == ["there"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("part", ["write_inputs", "_manifest", "_flush"])
def test_a_failure_while_writing_leaves_nothing(tmp_path, monkeypatch, outcomes, record, part, error):
    def fail(*_):
        raise error("in the middle")

    monkeypatch.setattr(run_folder, part, fail)
    with pytest.raises(error):
        save_run(tmp_path / "run", outcomes[:1], record)
    assert list(tmp_path.iterdir()) == []


def test_a_failing_page_leaves_nothing(tmp_path, outcomes, record):
    def fail():
        raise RuntimeError("no page")

    with pytest.raises(RuntimeError):
        save_run(tmp_path / "run", outcomes[:1], record, fail)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_appears_by_one_rename(tmp_path, monkeypatch, outcomes, record):
    moved = []

    def rename(source, target):
        moved.append(({file.name for file in Path(source).iterdir()}, Path(target).exists()))
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(run_folder.os, "replace", rename)
    with pytest.raises(ResultError, match="Input/output error"):
        save_run(tmp_path / "run", outcomes[:1], record)
    assert moved == [({"result.nc", "tables", "summary.xlsx", "inputs", "log.txt", "manifest.json"}, False)]
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_in_words(tmp_path, monkeypatch, outcomes, record):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_inputs", full)
    with pytest.raises(ResultError, match="No space left on device"):
        save_run(tmp_path / "run", outcomes[:1], record)


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_leaves_the_old_or_the_new_never_half(tmp_path):
    """Killed in the middle of writing: no run folder is there, and the next run is not disturbed."""
    script = f"""
import sys, time
from tests.fixtures.fake_forecast import fake_forecast
from poolcast.reporting import run_folder
from poolcast.reporting.outcome import Outcome

def stall(folder, *rest):
    print("writing", flush=True)
    time.sleep(60)

if sys.argv[1] == "stall":
    run_folder.write_inputs = stall
run_folder.save_run({str(tmp_path / "run")!r}, [Outcome.of(fake_forecast())], run_folder.RunRecord("x"))
"""
    command = [sys.executable, "-c", script]
    process = subprocess.Popen([*command, "stall"], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "run").exists()
    left = list(tmp_path.iterdir())
    assert len(left) == 1
    assert left[0].name.startswith(run_folder.PARTIAL)
    assert list_runs(tmp_path) == []
    subprocess.run([*command, "go"], check=True, cwd=Path.cwd())
    xr.testing.assert_identical(load_run(tmp_path / "run"), fake_forecast())
    assert [folder.name for folder in tmp_path.iterdir()] == ["run"]  # what the kill left is gone


def test_no_result_and_a_broken_result_are_explained(tmp_path):
    with pytest.raises(ResultError, match="no result"):
        load_run(tmp_path)
    (tmp_path / "result.nc").write_bytes(b"not a netCDF")
    with pytest.raises(ResultError, match="cannot be read"):
        load_run(tmp_path)


def test_names_of_folders_work_on_every_system():
    assert safe_name("门诊 50%: a/b") == "门诊_50_a_b"
    assert safe_name("..") == "scenario"
