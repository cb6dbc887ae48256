"""A small OpenID Connect provider over real HTTP: discovery, authorization code with PKCE, key rotation.

It checks what a provider must check (RFC 6749, 7636): client, secret, redirect address, code used once, verifier. What
it signs can be bent for a test: `claims` replace those of the next identity token.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Provider:
    """One provider with one client; mutable: codes, keys and what a test bends."""

    def __init__(self, client: str, secret: str, back: str) -> None:
        self.client, self.secret, self.back = client, secret, back
        self.person = "county"
        self.claims: dict[str, Any] = {}
        self.issuer_said = ""
        self.keys: dict[str, RSAPrivateKey] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.address = ""
        self.fetched_keys = 0
        self.rotate()

    def rotate(self) -> str:
        """Take a new key and forget the old ones."""
        name = secrets.token_hex(4)
        self.keys = {name: generate_private_key(65537, 2048)}
        return name

    @property
    def public_pem(self) -> bytes:
        """The public key as a file, as an attacker would have it."""
        [key] = self.keys.values()
        return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(self, **claims: Any) -> str:
        """A signed token of the person."""
        [(name, key)] = self.keys.items()
        now = int(time.time())
        content = {"iss": self.address, "aud": self.client, "sub": self.person, "iat": now, "exp": now + 300}
        kept = {claim: value for claim, value in {**content, **claims}.items() if value is not None}
        return jwt.encode(kept, key, "RS256", headers={"kid": name})

    def discovery(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer_said or self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        }

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        self.fetched_keys += 1
        return {"keys": [
            json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": name, "use": "sig"}
            for name, key in self.keys.items()
        ]}  # fmt: skip

    def authorized(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, once the person has agreed."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client
        assert asked["redirect_uri"] == self.back
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{self.back}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchanged(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code; None where something is wrong."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        known = (form.get("client_id"), form.get("client_secret"), form.get("redirect_uri"))
        if asked is None or known != (self.client, self.secret, self.back) or challenge != asked["code_challenge"]:
            return None
        identity = self.token(**{"nonce": asked["nonce"], **self.claims})
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": identity}


@contextmanager
def provider(client: str, secret: str, back: str) -> Iterator[Provider]:
    """A provider on a free loopback port for the time of a block."""
    found = Provider(client, secret, back)

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._answer(200, found.discovery())
            elif parts.path == "/keys":
                self._answer(200, found.jwks())
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", found.authorized(_single(parts.query)))
                self.end_headers()
            else:
                self._answer(404, {})

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = found.exchanged(_single(form))
            self._answer(400 if given is None else 200, given or {"error": "invalid_grant"})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    found.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
