"""Every command line that cannot be obeyed ends with 2, says why, and leaves nothing behind."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from poolcast.cli import main
from tests.fixtures.minimal_set import minimal_set, write_minimal_set
from tests.parameters.broken import cases

UN_CHINA = Path(__file__).parents[1] / "data" / "un_china"
COMMANDS = cases("command_lines.yaml")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_minimal_set(tmp_path / "minimal")
    broken = minimal_set(name="broken", without=["revenue.employee_rate"])
    broken.of("revenue.employer_rate")[0]["value"] = "8"
    broken.of("economy.wage_growth")[0]["unit"] = "percent"
    broken.write(tmp_path / "broken")
    shutil.copytree(UN_CHINA, tmp_path / "un")
    (tmp_path / "results").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POOLCAST_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("LC_ALL", "C")
    return tmp_path


def _tree(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


@pytest.mark.parametrize("case", COMMANDS, ids=[case["name"].replace(" ", "_") for case in COMMANDS])
def test_broken_command_line(case: dict[str, Any], place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in case.get("remove", ()):
        (place / name).unlink()
    for name, text in case.get("write", {}).items():
        (place / name).write_text(text, encoding="utf-8")
    for name, (old, new) in case.get("replace", {}).items():
        text = (place / name).read_text(encoding="utf-8")
        assert old in text
        (place / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    before = _tree(place)
    code = main(shlex.split(case["command"]))
    printed = capfd.readouterr()
    assert code == 2
    assert not printed.out
    assert "Traceback" not in printed.err
    for piece in case["says"]:
        assert re.search(piece if "|" in piece else re.escape(piece), " ".join(printed.err.split())), printed.err
    assert _tree(place) == before
