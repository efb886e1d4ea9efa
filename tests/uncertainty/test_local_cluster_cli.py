"""`poolcast simulate --scheduler local`: processes of this machine give the numbers of threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolcast.cli import main


@pytest.mark.long
def test_processes_of_this_machine_give_the_numbers_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    plain = ["simulate", "--to", "2028", "--paths", "600", "--quiet", "--language", "en"]
    assert main([*plain, "--out", "threads"]) == 0
    assert main([*plain, "--out", "processes", "--scheduler", "local", "--workers", "2"]) == 0
    for name in ("fans", "probabilities", "events", "tails"):
        first, second = (Path(folder, "tables", f"{name}.csv").read_bytes() for folder in ("threads", "processes"))
        assert first == second
