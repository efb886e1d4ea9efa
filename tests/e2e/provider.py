"""A provider of OpenID Connect on this machine: discovery, authorisation that asks nobody anything, tokens, keys.

Its signing keys are made when it begins, and it forgets everything when it ends. Who signs in, and how the provider
misbehaves, is set by the test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

CLIENT, SECRET = "poolcast", "known to the provider and the dashboard"
LASTS = 600
"""Seconds for which a token holds."""


@dataclass
class Provider:
    """What the provider knows; use `provider`.

    Parameters
    ----------
    address : str
        Its issuer, ``http://127.0.0.1:...``.
    claims : mapping of str to object, or None
        Of whoever is at the browser; None where the provider does not know them and lets nobody in.
    has_foreign_key : bool
        Whether tokens are signed with a key that the provider does not publish, under the name of the one that it does.
    changed : mapping of str to object
        Claims of the token that are not what they should be: another audience, another nonce.
    asked : list of str
        Paths, in order.
    """

    address: str
    claims: Mapping[str, Any] | None = None
    has_foreign_key: bool = False
    changed: Mapping[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        from joserfc.jwk import RSAKey

        self._own, self._foreign = (
            RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}) for _ in range(2)
        )
        self._codes: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        """Return what stands at ``/.well-known/openid-configuration``."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorise",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        """Return the public key."""
        return {"keys": [self._own.as_dict(private=False)]}

    def authorise(self, query: dict[str, str]) -> str:
        """Return where the browser goes at once: back, with a code or with a refusal."""
        if self.claims is None:
            answer = {"error": "access_denied", "error_description": "not one of us"}
        else:
            code = secrets.token_urlsafe(16)
            self._codes[code] = query
            answer = {"code": code}
        return f"{query['redirect_uri']}?{urlencode({**answer, 'state': query['state']})}"

    def token(self, form: dict[str, str], credentials: str) -> dict[str, Any] | None:
        """Return the tokens for a code, once; None where the code, the client or the proof of the browser is wrong."""
        from joserfc import jwt

        asked = self._codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or self.claims is None
            or credentials != f"Basic {expected}"
            or base64.urlsafe_b64encode(proof).decode().rstrip("=") != asked.get("code_challenge")
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + LASTS,
            "nonce": asked["nonce"],
            "sub": str(self.claims.get("email")),
            **self.claims,
            **self.changed,
        }
        key = self._foreign if self.has_foreign_key else self._own
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": signed}


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider on a free port of this machine until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    known = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    server.known = known  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    @property
    def known(self) -> Provider:
        found: Provider = self.server.known  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        self.known.asked.append(place.path)
        if place.path == "/.well-known/openid-configuration":
            self._answer(self.known.discovery())
        elif place.path == "/keys":
            self._answer(self.known.keys())
        elif place.path == "/authorise":
            self.send_response(302)
            self.send_header("Location", self.known.authorise(dict(parse_qsl(place.query))))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self.known.asked.append(self.path)
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        tokens = self.known.token(form, self.headers.get("Authorization", "")) if self.path == "/token" else None
        self._answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

    def _answer(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
