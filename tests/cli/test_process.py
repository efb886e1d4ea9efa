"""The command as a process: start, interruption, closed pipes, narrow encodings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import poolcast

HEAVY = ("numpy", "pandas", "xarray", "numba", "scipy", "plotly", "statsmodels", "streamlit", "rich", "pydantic.fields")
CLI = "poolcast.cli"


def test_the_command_line_starts_without_anything_heavy():
    code = "import sys, poolcast.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "poolcast.cli" in loaded
    assert [name for name in HEAVY[:-2] if name in loaded] == []


@pytest.mark.parametrize("arguments", [["--help"], ["list", "ledgers"], ["list", "parameters"], ["list", "sets"]])
def test_help_and_lists_stay_light(arguments):
    code = f"import sys; from poolcast.cli import main; main({arguments!r}); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    assert [name for name in HEAVY[:-2] if name in loaded] == []


def test_the_version(process):
    out, _ = process("--version", module=CLI).communicate(timeout=30)
    assert out.decode().split() == ["poolcast", poolcast.__version__]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGINT")
def test_an_interruption_is_clean(process, tmp_path):
    slow = {"POOLCAST_FAKE_SECONDS": "30"}
    running = process("run", "--set", "fake", env=slow)
    assert running.stderr is not None
    assert running.stderr.readline() == b"projecting\n"
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert (out, err.decode().strip()) == (b"", "Interrupted; no unfinished run was left behind.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="needs head")
@pytest.mark.parametrize("arguments", [["list", "parameters"], ["list", "parameters", "--json"]])
def test_a_closed_pipe_is_no_error(process, arguments):
    running = process(*arguments, module=CLI)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(timeout=30) == 0


@pytest.mark.parametrize("encoding", ["cp1252", "gbk", "ascii"])
def test_a_console_without_utf8_never_breaks(process, encoding):
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    running = process("run", "--set", "fake", "--language", "zh", "--region", "110000", env=environment)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, b"Traceback" in err) == (0, False)
    assert "2026" in out.decode(encoding, errors="replace")
