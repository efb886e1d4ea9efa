"""The files of docs/deployment: what they start, and what they let through, fits the dashboard that they serve."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import typer

from poolcast.cli.app import app_command
from poolcast.dashboard.server import command

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "deployment"


def _unit() -> str:
    line = re.search(r"^ExecStart=(.+)$", (FOLDER / "poolcast.service").read_text(), re.MULTILINE)
    assert line is not None
    return line[1]


def _container() -> str:
    text = (FOLDER / "Containerfile").read_text()
    parts = [json.loads(re.search(rf"^{name} (\[.+\])$", text, re.MULTILINE)[1]) for name in ("ENTRYPOINT", "CMD")]
    return shlex.join([*parts[0], *parts[1]])


@pytest.mark.parametrize("given", [_unit, _container], ids=["systemd", "container"])
def test_the_command_of_a_server_is_one_of_ours_and_opens_no_browser(given):
    binary, name, *words = shlex.split(given())
    assert Path(binary).name == "poolcast"
    assert name == "app"
    app = typer.Typer()
    app.command()(app_command)
    parsed = typer.main.get_command(app).make_context("app", words).params
    assert parsed["browser"] is False
    started = command(address=parsed["address"], port=parsed["port"], hosts=parsed["host"], browser=parsed["browser"])
    assert "--server.headless" in started


def test_the_proxy_lets_the_largest_upload_through_with_what_a_form_puts_around_it():
    settings = tomllib.loads(
        (ROOT / "model/poolcast/dashboard/script/.streamlit/config.toml").read_text(encoding="utf-8")
    )
    limit = re.search(r"client_max_body_size (\d+)m;", (FOLDER / "nginx.conf").read_text())
    assert settings["server"]["maxUploadSize"] < int(limit[1]) <= settings["server"]["maxUploadSize"] + 2


def test_the_proxy_speaks_to_the_port_of_the_unit_and_under_its_name():
    proxy = (FOLDER / "nginx.conf").read_text()
    words = shlex.split(_unit())
    port, host = words[words.index("--port") + 1], words[words.index("--host") + 1]
    assert f"proxy_pass http://127.0.0.1:{port};" in proxy
    assert set(re.findall(r"server_name (\S+);", proxy)) == {host}


def test_the_proxy_file_needs_no_nginx_newer_than_that_of_debian():
    """``http2 on;`` is unknown before nginx 1.25.1, and Debian 12 has 1.22."""
    lines = [line.split("#")[0].strip() for line in (FOLDER / "nginx.conf").read_text().splitlines()]
    assert "http2 on;" not in lines
    assert any(line.startswith("listen 443 ssl http2") for line in lines)


def test_nginx_takes_the_file(tmp_path):
    nginx, openssl = shutil.which("nginx") or shutil.which("/usr/sbin/nginx"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("neither nginx nor openssl")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=poolcast.example.org"]
    made += ["-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")]
    subprocess.run(made, check=True, capture_output=True)
    text = (FOLDER / "nginx.conf").read_text().replace("/etc/ssl/poolcast", str(tmp_path))
    (tmp_path / "poolcast.conf").write_text(text)
    head = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ include {tmp_path}/poolcast.conf; }}"
    (tmp_path / "nginx.conf").write_text(head)
    run = subprocess.run([nginx, "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
