"""Who asks: an API key, a signed token (JWT, also of an OIDC site), a trusted proxy's header, or the session cookie.

Without any configuration only the person at this machine is served, reading. Algorithms are pinned; a token says who
somebody is, the users file says what that one may.
"""

from __future__ import annotations

import hmac
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.access.people import KEY_PREFIX, LOCAL, Person, key_hash, read_people

SESSION_SECONDS = 8 * 3600
COOKIE, CSRF_HEADER = "lineage_session", "x-csrf-token"
ASYMMETRIC = ("RS256", "ES256")


class Refused(Exception):
    """Sign-in failed; the reason is for the log, the asker learns only that it failed."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How askers are known, from the environment: see docs/api.md."""

    users: Path
    jwt_secret: str = ""
    jwt_key_file: str = ""
    jwks_uri: str = ""
    issuer: str = ""
    audience: str = ""
    proxy_address: str = ""
    proxy_header: str = "x-remote-user"

    @staticmethod
    def of_environment(users: Path) -> Trust:
        """LINEAGE_JWT_SECRET, _JWT_KEY_FILE, _JWKS_URI, _ISSUER, _AUDIENCE, _PROXY_ADDRESS, _PROXY_HEADER."""

        def value(name: str) -> str:
            return os.environ.get(f"LINEAGE_{name}", "")

        return Trust(
            users,
            value("JWT_SECRET"),
            value("JWT_KEY_FILE"),
            value("JWKS_URI"),
            value("ISSUER"),
            value("AUDIENCE"),
            value("PROXY_ADDRESS"),
            value("PROXY_HEADER").lower() or "x-remote-user",
        )

    @property
    def is_configured(self) -> bool:
        """Whether anybody was given a way to sign in."""
        return self.users.exists() or bool(self.jwt_secret or self.jwt_key_file or self.jwks_uri or self.proxy_address)


class Doorkeeper:
    """Knows people by what they show. Reads the users file again whenever it has changed."""

    def __init__(self, trust: Trust) -> None:
        self.trust = trust
        self._people: dict[str, Person] = {}
        self._by_key: dict[str, Person] = {}
        self._read_at: tuple[int, int] = (-1, -1)
        self._session_secret = secrets.token_bytes(32)

    def known(self, headers: Mapping[str, str], cookies: Mapping[str, str], client: str) -> Person:
        """The person who asks. Raises Refused."""
        bearer = headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            return self._bearer(bearer[7:].strip())
        if self.trust.proxy_address and client == self.trust.proxy_address and self.trust.proxy_header in headers:
            return self._named(headers[self.trust.proxy_header])
        if COOKIE in cookies:
            return self._named(self._session(cookies[COOKIE])["sub"])
        if not self.trust.is_configured and client in ("127.0.0.1", "::1"):
            return LOCAL
        raise Refused("nothing shown")

    def session(self, person: Person) -> tuple[str, str]:
        """A new session's cookie and the CSRF token that must come with every change made by it."""
        import jwt

        csrf = secrets.token_urlsafe(16)
        claims = {"sub": person.name, "csrf": csrf, "exp": int(time.time()) + SESSION_SECONDS}
        return jwt.encode(claims, self._session_secret, algorithm="HS256"), csrf

    def csrf_holds(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> bool:
        """Whether a change asked for by cookie bears the session's own token."""
        if COOKIE not in cookies or headers.get("authorization"):
            return True
        return hmac.compare_digest(self._session(cookies[COOKIE])["csrf"], headers.get(CSRF_HEADER, ""))

    def csrf_of(self, cookies: Mapping[str, str]) -> str:
        """The token that changes of this session must bear, for the pages of the session itself; "" without one."""
        try:
            return str(self._session(cookies[COOKIE])["csrf"]) if COOKIE in cookies else ""
        except Refused:
            return ""

    def _bearer(self, token: str) -> Person:
        if token.startswith(KEY_PREFIX):
            self._refresh()
            person = self._by_key.get(key_hash(token))
            if person is None or not person.active:
                raise Refused("unknown key")
            return person
        return self._named(self._claims(token)["sub"])

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt

        trust = self.trust
        key: Any
        if trust.jwks_uri:
            key, algorithms = jwt.PyJWKClient(trust.jwks_uri).get_signing_key_from_jwt(token).key, list(ASYMMETRIC)
        elif trust.jwt_key_file:
            key, algorithms = Path(trust.jwt_key_file).read_text(encoding="ascii"), list(ASYMMETRIC)
        elif trust.jwt_secret:
            key, algorithms = trust.jwt_secret, ["HS256"]
        else:
            raise Refused("no tokens here")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=algorithms,
                issuer=trust.issuer or None,
                audience=trust.audience or None,
                options={"require": ["exp", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise Refused(str(error)) from error
        return claims

    def _session(self, cookie: str) -> dict[str, Any]:
        import jwt

        try:
            claims: dict[str, Any] = jwt.decode(
                cookie, self._session_secret, algorithms=["HS256"], options={"require": ["exp", "sub", "csrf"]}
            )
        except jwt.PyJWTError as error:
            raise Refused(str(error)) from error
        return claims

    def _named(self, name: str) -> Person:
        self._refresh()
        person = self._people.get(name)
        if person is None or not person.active:
            raise Refused(f"unknown user {name}")
        return person

    def _refresh(self) -> None:
        try:
            found = self.trust.users.stat()
        except FileNotFoundError:
            self._people, self._by_key, self._read_at = {}, {}, (-1, -1)
            return
        if (found.st_mtime_ns, found.st_size) != self._read_at:
            self._people = read_people(self.trust.users)
            self._by_key = {held: person for person in self._people.values() for held in person.key_hashes}
            self._read_at = (found.st_mtime_ns, found.st_size)
