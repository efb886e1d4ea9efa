"""Partial folders that a kill left behind go when the next is made; those that somebody writes stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from poolcast.parameters import partial_folders
from poolcast.parameters.partial_folders import PARTIAL, STALE_SECONDS, new_partial_folder, remove_stale


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_the_folder_of_a_killed_process_goes_and_that_of_a_running_one_stays(tmp_path):
    code = (
        "import sys, time; from pathlib import Path;"
        "from poolcast.parameters.partial_folders import new_partial_folder;"
        "f = new_partial_folder(Path(sys.argv[1])); (f / 'half.csv').write_text('1'); print(f, flush=True);"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        theirs = tmp_path / process.stdout.readline().strip()
        mine = new_partial_folder(tmp_path)
        assert theirs.is_dir()
        assert remove_stale(tmp_path) == []
        process.send_signal(signal.SIGKILL)
    assert (theirs / "half.csv").exists()
    new_partial_folder(tmp_path)
    assert not theirs.exists()
    assert mine.is_dir()


def test_what_another_machine_wrote_goes_after_a_day_without_change(tmp_path):
    hexadecimal = "0123456789abcdef" * 2
    names = {
        "other machine": f"{PARTIAL}00000000-1-{hexadecimal}",
        "earlier version": f"{PARTIAL}{hexadecimal}",
        "not ours": f"{PARTIAL}notes",
        "not ours either": f"{PARTIAL}{hexadecimal}-copy",
    }
    long_ago = time.time() - STALE_SECONDS - 60
    for name in names.values():
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
        os.utime(tmp_path / name, (long_ago, long_ago))
    assert remove_stale(tmp_path) == []  # a file in each is new
    for name in names.values():
        os.utime(tmp_path / name / "file", (long_ago, long_ago))
        os.utime(tmp_path / name, (long_ago, long_ago))
    assert {folder.name for folder in remove_stale(tmp_path)} == {names["other machine"], names["earlier version"]}
    assert {folder.name for folder in tmp_path.iterdir()} == {names["not ours"], names["not ours either"]}


def test_a_link_is_never_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(partial_folders, "STALE_SECONDS", -1.0)
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (tmp_path / f"{PARTIAL}{'ab' * 16}").symlink_to(kept)
    assert remove_stale(tmp_path) == []
    assert (kept / "file").exists()
