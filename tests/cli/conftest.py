from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import poolcast.outlook.compliance
import poolcast.outlook.forecasting
from poolcast.cli import main
from tests.fixtures import fake_engine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Work in an empty folder, in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POOLCAST_HOME", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return tmp_path


@pytest.fixture
def fake(monkeypatch):
    """Put the fake engine behind the public functions."""
    fake_engine.install(monkeypatch)


@pytest.fixture
def poolcast(capfd):
    """Run a command line in this process: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def process(tmp_path):
    """Start the command as a process of its own, with the fake engine or the real one."""

    def start(*arguments: str, module: str = "tests.fixtures.fake_engine", **more) -> subprocess.Popen:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **more.pop("env", {})}
        command = [sys.executable, "-m", module, *arguments]
        if os.name == "posix":  # a test run in the background has the interrupt switched off, and hands that on
            more["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        return subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
        )

    return start
