"""`poolcast simulate`: bands on the terminal, tables in a folder, and a run that is interrupted goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from poolcast.reporting.simulation_folder import write_table
from poolcast.uncertainty.simulate import simulate
from poolcast.uncertainty.summary import quantiles
from tests.cli.conftest import ROOT

SHORT = ("--to", "2029", "--paths", "60")


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / f"{name}.csv", encoding="utf-8-sig", dtype={"region": str})


def test_bands_chances_and_tables(poolcast, elsewhere):
    code, out, err = poolcast("simulate", "baseline", "B01", *SHORT, "--seed", "4", "--out", "result")
    assert code == 0
    for words in ("EPF Employee pooled fund", "Exhausted", "not exhausted by 2029", "Projections, not forecasts"):
        assert words in out
    assert "Saved: " in err
    fans = table(Path("result"), "fans").set_index(["scenario", "measure", "region", "ledger", "year"])
    import poolcast as package

    found = quantiles(
        simulate(package.load_assumptions("china", to=2029), ["baseline", "B01"], paths=60, seed=4), "B01", "reserve"
    )
    place = {"region": "000000", "ledger": "RPF", "year": 2028}
    row = fans.loc[("B01", "reserve", "000000", "RPF", 2028)]
    assert row["p05"] == pytest.approx(float(found["quantile"].sel({**place, "level": 0.05})), rel=1e-12)
    assert row["mean_error"] == pytest.approx(float(found["mean_error"].sel(place)), rel=1e-12)
    assert row["unit"] == "yuan"
    events = table(Path("result"), "events")
    sums = events[events["event"] == "exhaustion"].groupby(["scenario", "region", "ledger"])["probability"].sum()
    assert np.allclose(sums, 1)
    assert set(table(Path("result"), "differences")["against"]) == {"baseline"}
    manifest = json.loads(Path("result/manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["seed"], manifest["paths"]) == ("simulation", 4, 60)
    assert not list(elsewhere.glob("*.unfinished"))


def test_chinese_and_one_document(poolcast):
    code, out, _ = poolcast("simulate", *SHORT, "--language", "zh")
    assert code == 0
    assert "职工统筹基金" in out
    assert "这是推算，不是预言" in out
    code, out, err = poolcast("simulate", *SHORT, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document["schema"] == "poolcast.simulation/2"
    assert {row["measure"] for row in document["fans"]} == {"reserve", "payable_months"}
    assert "not within the horizon" in {row["year"] for row in document["events"]}
    code, out, _ = poolcast("simulate", *SHORT, "--json", "--all-rows", "--ledger", "EPF")
    whole = json.loads(out)
    assert (document["whole"], whole["whole"]) == (False, True)
    assert document["rows"] == whole["rows"] == {name: len(whole[name]) for name in whole["rows"]}
    for name in ("fans", "probabilities", "events", "tails"):
        every = [json.dumps(row) for row in whole[name]]
        some = [json.dumps(row) for row in document[name]]
        assert 0 < len(some) < len(every)
        assert set(some) <= set(every)


def test_bad_options_come_together_and_leave_nothing(poolcast, elsewhere):
    code, out, err = poolcast("simulate", "nobody", "--set", "nowhere")
    assert (code, out) == (2, "")
    assert "nobody" in err
    assert "nowhere" in err
    code, _, err = poolcast("simulate", "--paths", "1", "--sampling", "quasi")
    assert code == 2
    assert "--paths" in err
    assert "--sampling" in err
    code, _, err = poolcast("simulate", "--until-error", "0.01")
    assert code == 2
    assert "--of" in err
    code, _, err = poolcast("simulate", "--resume", "nothing_here")
    assert code == 2
    assert "unfinished" in err
    assert not list(elsewhere.iterdir())


def test_a_folder_that_holds_something_is_refused(poolcast, elsewhere):
    (elsewhere / "taken").mkdir()
    (elsewhere / "taken" / "note.txt").write_text("mine")
    code, _, err = poolcast("simulate", *SHORT, "--out", "taken")
    assert code == 2
    assert "--out" in err
    assert [path.name for path in elsewhere.iterdir()] == ["taken"]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_an_interrupted_simulation_goes_on(poolcast, elsewhere):
    """Ctrl-C keeps finished blocks; the resumed run has the numbers of one that was never interrupted."""
    command = [sys.executable, "-m", "poolcast.cli", "simulate", "--paths", "5000", "--to", "2031", "--workers", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "model")}
    process = subprocess.Popen([*command, "--out", "run"], cwd=elsewhere, env=environment, stderr=subprocess.PIPE)
    journal = elsewhere / "run.unfinished" / "paths" / "blocks.txt"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"--resume" in err
    request = elsewhere / "run.unfinished" / "request.json"
    document = json.loads(request.read_text(encoding="utf-8"))
    done = sum(int(line.split()[1]) for line in journal.read_text().splitlines())
    assert 0 < done < document["paths"]
    document["digests"]["set"] = "other"
    good = request.read_text(encoding="utf-8")
    request.write_text(json.dumps(document), encoding="utf-8")
    code, _, err = poolcast("simulate", "--resume", "run.unfinished")
    assert code == 2
    assert "has changed" in err
    request.write_text(good, encoding="utf-8")
    code, _, _ = poolcast("simulate", "--resume", "run.unfinished", "--quiet")
    assert code == 0
    assert (elsewhere / "run" / "manifest.json").exists()
    assert not request.exists()


def test_paths_are_added_until_the_error_is_small(poolcast, elsewhere):
    watched = ("--until-error", "0.2", "--of", "first_deficit(RPF, year=2029)", "--keep-paths")
    code, _, err = poolcast("simulate", "--to", "2029", "--paths", "4000", *watched, "--out", "run")
    assert code == 0
    assert "Standard error of first_deficit(RPF, year=2029)" in err
    import xarray as xr

    with xr.open_dataset(elsewhere / "run" / "paths.nc", engine="h5netcdf") as paths:
        assert paths.sizes["path"] < 4000


def test_tables_are_written_as_pandas_would(tmp_path):
    """The quick writer of tables gives the bytes of `DataFrame.to_csv`."""
    frame = pd.DataFrame(
        {
            "scenario": ["baseline", 'a "quoted", one', "基线"],
            "year": pd.Series([2026, "not within the horizon", 2028], dtype=object),
            "count": [1, 2, 3],
            "mean": [0.1 + 0.2, np.nan, -1e22],
            "error": [5e-324, -0.0, 123456789012345680.0],
        }
    )
    write_table(tmp_path / "quick.csv", frame)
    frame.to_csv(tmp_path / "pandas.csv", index=False, encoding="utf-8-sig")
    assert (tmp_path / "quick.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()
