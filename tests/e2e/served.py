"""A dashboard on a free port of this machine and a Chromium to look at it; both are ended by their process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from poolcast.dashboard import server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = ((1366, 768), (1920, 1080))

HARMLESS = ("_stcore/health", "_stcore/host-config")
"""Streamlit asks for these below the page's own path first, and gets 404 on a deep link."""

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: browser journeys not run")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Address(str):
    """Address of a server, with the process behind it."""

    __slots__ = ("pid",)
    pid: int


@contextmanager
def served(
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    port: int | None = None,
) -> Iterator[Address]:
    """Run the dashboard, and yield its address; the server is ended by its process id.

    `folder` is where it works: settings of a deployment lie in its ``.streamlit``; `port` is for those that name it.
    """
    port = port or free_port()
    with log.open("w") if log else open(os.devnull, "w") as out:
        process = subprocess.Popen(
            server.command(port=port),
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=folder,
        )
        try:
            _wait(process, port)
            address = Address(f"http://127.0.0.1:{port}")
            address.pid = process.pid
            yield address
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not listen within a minute")


@dataclass
class Seen:
    """What a browser said and asked for.

    Parameters
    ----------
    errors : list of str
        Errors on its console and errors of scripts.
    hosts : set of str
        Hosts asked, this machine left out.
    """

    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


@dataclass
class Browser:
    """A browser with pages whose console and requests are watched."""

    browser: Any
    address: str
    seen: Seen = field(default_factory=Seen)

    def open(self, page: str = "", *, width: int = 1366, height: int = 768, dark: bool = False, **query: str) -> Any:
        """Open a page of the dashboard in a session of its own, and wait until its script has run."""
        scheme = "dark" if dark else "light"
        session = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", color_scheme=scheme, accept_downloads=True
        )
        tab = session.new_page()
        tab.set_default_navigation_timeout(120_000)  # a page is large, and a busy machine slow
        tab.on("console", self._hear)
        tab.on("pageerror", lambda error: self.seen.errors.append(str(error)))
        tab.on("request", self._note)
        path = "" if page == "overview" else page  # the first page has no path of its own
        tab.goto(f"{self.address}/{path}" + (f"?{urlencode(query)}" if query else ""))
        settle(tab)
        return tab

    def close_tabs(self) -> None:
        """End every session, so that none of them looks for results while another is tested."""
        for session in self.browser.contexts:
            session.close()

    def _hear(self, message: Any) -> None:
        place = str((message.location or {}).get("url", ""))
        if message.type == "error" and not any(part in place + message.text for part in HARMLESS):
            self.seen.errors.append(f"{message.text} {place}")

    def _note(self, request: Any) -> None:
        host = urlsplit(request.url).hostname
        if host not in ("127.0.0.1", "localhost", None):
            self.seen.hosts.add(host)


@contextmanager
def chromium(address: str) -> Iterator[Browser]:
    """Start a Chromium that opens pages of a served dashboard."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        try:
            yield Browser(browser, address)
        finally:
            browser.close()


def settle(tab: Any, timeout: float = 120_000) -> None:
    """Wait until the script of a page has run and its charts are drawn; on states, never on time."""
    tab.wait_for_selector(".pc-line, [data-testid=stAlert]", timeout=timeout)
    tab.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid=stApp]');
            const charts = [...document.querySelectorAll('[class*="st-key-chart_"]')];
            const drawn = chart => {
                const picture = chart.querySelector('.main-svg');
                return picture && Math.abs(picture.getBoundingClientRect().height - chart.clientHeight) < 3;
            };
            return app && app.getAttribute('data-test-script-state') === 'notRunning' && charts.every(drawn);
        }""",
        timeout=timeout,
    )


def shots(folder: Path, pages: list[str], **query: str) -> None:
    """Take pictures of pages at two sizes in both languages, to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    with served(folder / "server.log") as address, chromium(address) as browser:
        for page in pages:
            for language in ("zh", "en"):
                for width, height in SIZES:
                    tab = browser.open(page, width=width, height=height, lang=language, **query)
                    tab.wait_for_timeout(600)  # fonts and last layout, for the eye only
                    tab.screenshot(path=str(folder / f"{page}_{language}_{width}.png"))
                    tab.context.close()
        print("errors:", browser.seen.errors[:8], "off-host:", sorted(browser.seen.hosts))


if __name__ == "__main__":  # python -m tests.e2e.served OUT overview,forecast set=hebei
    given = dict(word.split("=", 1) for word in sys.argv[3:])
    shots(Path(sys.argv[1]), sys.argv[2].split(","), **given)
