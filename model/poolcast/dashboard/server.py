"""The server behind ``poolcast app``: Streamlit on this machine only, without telemetry, with our settings."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from poolcast.parameters.errors import Problem, ResultError

SCRIPT = Path(__file__).parent / "script" / "main.py"
"""Beside it lies ``.streamlit/config.toml``, which Streamlit reads wherever it is started from."""
LOCAL = ("localhost", "127.0.0.1")
PORT = 8501


def command(
    *, address: str = "127.0.0.1", port: int = PORT, hosts: Sequence[str] = (), browser: bool = False
) -> list[str]:
    """Return the command that runs the dashboard.

    Parameters
    ----------
    address : str
        Address to listen on; this machine alone unless told.
    port : int
        Port.
    hosts : sequence of str
        Names under which readers reach the server beside this machine's own; others are refused.
    browser : bool
        Whether to open a browser.

    Raises
    ------
    ResultError
        Where the address is none, the port is out of range, or others can reach a server without names.
    """
    problems = []
    if not 1 <= port <= 65535:
        problems.append(Problem("--port", str(port), "1 to 65535", "Choose a free port, for example 8501."))
    try:
        local = ipaddress.ip_address(address).is_loopback
    except ValueError:
        local = address == "localhost"
        if not local:
            remedy = "Write 127.0.0.1 for this machine alone, or the address of a network card."
            problems.append(Problem("--address", address, "an address such as 127.0.0.1", remedy))
    if not local and not hosts:
        remedy = "Name the host under which readers will reach it, for example --host poolcast.example.org."
        problems.append(Problem("--address", f"{address} without a host name", "one --host or more", remedy))
    if problems:
        raise ResultError(problems)
    settings: dict[str, object] = {
        "server.address": "127.0.0.1" if address == "localhost" else address,
        "server.port": port,
        "server.headless": str(not browser).lower(),
        "browser.serverAddress": hosts[0] if hosts else "localhost",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
    }
    flags = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    flags += [word for host in dict.fromkeys([*LOCAL, *hosts]) for word in ("--server.allowedHosts", host)]
    return [sys.executable, "-m", "streamlit", "run", str(SCRIPT), *flags]


def start(*, address: str = "127.0.0.1", port: int = PORT, hosts: Sequence[str] = (), browser: bool = True) -> int:
    """Run the dashboard until it is stopped, and return its exit code; see `command`.

    Where the system can, this process becomes the server, so that a signal to it reaches the server.
    """
    words = command(address=address, port=port, hosts=hosts, browser=browser)
    environment = {**os.environ, "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(words[0], words, environment)
    return subprocess.run(words, env=environment, check=False).returncode
