"""What the running server refuses: other networks, foreign pages, large and strange uploads, paths, broken messages."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.e2e.served import served
from tests.e2e.wire import opened


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="module")
def address(log):
    with served(log) as found:
        yield found


def get(address: str, path: str, **headers: str) -> tuple[int, str]:
    """Ask for a path as it is written: urllib would tidy up the dots of a browser, a raw request does not."""
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), 10) as line:
        words = {"Host": place.netloc, "Connection": "close", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in words.items())
        line.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    answer = b"".join(parts).decode("utf-8", "replace")
    return int(answer.split(" ", 2)[1]), answer


def put(address: str, place: str, body: bytes, name: str = "sent.xlsx", token: str = "", told: int = 0) -> int:
    """Send a file as the page does, and return the status; `told` is the length that the head claims."""
    mark = "partpartpart"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    whole = head.encode() + body + f"\r\n--{mark}--\r\n".encode()
    words = {
        "Host": urlsplit(address).netloc,
        "Content-Type": f"multipart/form-data; boundary={mark}",
        "Content-Length": str(told or len(whole)),
        "Connection": "close",
    }
    if token:
        words |= {"X-Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}
    lines = "".join(f"{key}: {value}\r\n" for key, value in words.items())
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), 20) as line:
        line.sendall(f"PUT {place} HTTP/1.1\r\n{lines}\r\n".encode() + (b"" if told else whole))
        return int(line.recv(4096).split(b" ", 2)[1])


def token_of(address: str) -> str:
    """Return what the server gives its own page against forged requests."""
    _, answer = get(address, "/_stcore/health")
    found = re.search(r"_streamlit_xsrf=([^;\r]+)", answer)
    return found.group(1) if found else ""


async def handshake(address: str, **headers: str) -> int:
    uri = f"ws://{urlsplit(address).netloc}/_stcore/stream"
    try:
        async with connect(uri, subprotocols=["streamlit"], additional_headers=headers, proxy=None):
            return 101
    except InvalidStatus as refused:
        return int(refused.response.status_code)


def test_it_listens_on_this_machine_only(address):
    heard = [line.laddr for line in psutil.Process(address.pid).net_connections("inet") if line.status == "LISTEN"]
    assert [(place.ip, place.port) for place in heard] == [("127.0.0.1", urlsplit(address).port)]


def test_a_page_of_another_site_cannot_open_a_session(address):
    own = str(address)
    assert asyncio.run(handshake(address)) == 101
    assert asyncio.run(handshake(address, Origin=own)) == 101
    assert asyncio.run(handshake(address, Origin="http://evil.example")) == 403


def test_a_foreign_name_for_this_machine_is_refused(address):
    """DNS rebinding: the page of evil.example, whose name now points here, has the same origin as its host."""
    place = urlsplit(address)
    evil = f"evil.example:{place.port}"
    status, _ = get(
        address,
        "/_stcore/stream",
        Host=evil,
        Origin=f"http://{evil}",
        Upgrade="websocket",
        Connection="Upgrade",
        **{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"},
    )
    assert status == 403


SECRET = Path("/etc/passwd")
CLIMB = (
    "/../../../../../../etc/passwd",
    "/static/../../../../../../../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/app/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/app/static/main.py",
    "/component/x/../../../../etc/passwd",
    "/_stcore/component/..%2f..%2fetc/passwd",
    "/media/../../../../etc/passwd",
    "/_stcore/upload_file/../../../etc/passwd",
    "//etc/passwd",
    "/.streamlit/config.toml",
    "/secrets.toml",
)


@pytest.mark.parametrize("path", CLIMB)
def test_no_path_of_an_address_reaches_a_file(address, path):
    _, answer = get(address, path)
    assert "root:" not in answer
    assert "[server]" not in answer
    assert "poolcast.dashboard" not in answer


def test_no_value_of_an_address_reaches_a_file(address, log):
    async def ask(**query):
        async with opened(address) as session:
            await session.open("forecast", lang="en", **query)
            return session

    for name in ("../../../etc/passwd", "..%2f..%2fetc", "x\x00y"):
        session = asyncio.run(ask(set=name, region=name, ledger=name, s=name, one=name, d=name, to=name))
        assert "pc-line" in session.html
        assert session.faults == []
        assert not {"set", "s", "d", "to", "one"} & set(session.query), "what nobody knows leaves the address"
        assert not [word for word in ("/etc", "2fetc", "x\x00y") if word in session.html]
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace")


def test_uploads_have_a_limit_and_an_owner(address, tmp_path):
    async def ask():
        async with opened(address) as session:
            await session.open("forecast", lang="en")
            place = f"/_stcore/upload_file/{session.id}/0"
            token = token_of(address)
            assert token

            def send(*words, **more):
                return asyncio.to_thread(put, address, *words, **{"token": token, **more})

            return {
                "small": await send(place, b"x" * 1000),
                "large": await send(place, b"", told=21 * 1024 * 1024),
                "of nobody": await send("/_stcore/upload_file/nobody/0", b"x"),
                "forged": await send(place, b"x", token=""),
                "climbing": await send(place, b"x", name=f"../../../../../../..{tmp_path}/climbed.xlsx"),
            }

    got = asyncio.run(ask())
    assert got == {"small": 204, "large": 413, "of nobody": 400, "forged": 403, "climbing": 204}
    assert not list(tmp_path.iterdir()), "the name is a label: uploads are kept in memory"


async def _until_closed(line):
    while True:
        await line.recv()


def test_broken_messages_end_their_own_session_only(address):
    async def ask():
        uri = f"ws://{urlsplit(address).netloc}/_stcore/stream"
        async with opened(address) as good:
            await good.open("forecast", lang="en")
            for wrong in (b"\xff" * 64, "text"):
                async with connect(uri, subprotocols=["streamlit"], proxy=None, max_size=None) as line:
                    await line.send(wrong)
                    with pytest.raises(ConnectionClosed):
                        await asyncio.wait_for(_until_closed(line), 60)
            await good.move("language@en", "中")
            return good

    session = asyncio.run(ask())
    assert session.query.get("lang", "zh") == "zh"


def test_a_fault_shows_a_code_and_no_traceback(monkeypatch):
    from poolcast.dashboard.services import takeaways
    from tests.dashboard.opening import open_page

    def broken(*_args, **_more):
        raise RuntimeError("/srv/secret/place of the server")

    monkeypatch.setattr(takeaways, "forecast", broken)
    app = open_page("forecast", lang="en")
    shown = "\n".join(str(element.proto) for kind in ("warning", "error", "exception") for element in app.get(kind))
    shown += "\n".join(item.value for item in app.warning)
    assert "Quote" in shown
    assert "secret" not in shown
    assert "Traceback" not in shown
    assert not app.exception


SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:8501/oauth2callback"
cookie_secret = "0123456789012345678901234567890123456789"
client_id = "poolcast"
client_secret = "from the provider"
server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"

[roles]
editors = ["planner@example.org"]
"""


def test_with_sign_in_set_up_nobody_gets_past_the_door(tmp_path):
    """The whole way: Streamlit reads the file, the session has no cookie, and forged ones or headers do not help."""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(SECRETS, encoding="utf-8")

    async def ask(address, headers):
        async with opened(address, **headers) as session:
            await session.open("forecast", set="hebei", lang="en")
            return session

    with served(folder=tmp_path) as address:
        token = token_of(address)
        assert token, "without it the server does not even look at a cookie of a sign-in"
        cookie = f"_streamlit_xsrf={token}; _streamlit_user=eyJpc19sb2dnZWRfaW4iOnRydWV9"
        forged = {"Cookie": cookie, "X-Forwarded-User": "planner@example.org", "Origin": str(address)}
        for headers in ({}, forged):
            session = asyncio.run(ask(address, headers))
            assert "sign_in" in session.keys
            assert not [key for key in session.keys if key.startswith(("set@", "region@", "chart_"))]
            assert "pc-line" not in session.html
