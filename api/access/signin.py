"""Who asks: an API key, a signed token (JWT, also of an OIDC site), a trusted proxy's header, or the session cookie.

Without any configuration only the person at this machine is served, reading. A token says who somebody is, the users
file says what that one may.
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
from urllib.parse import urlsplit

from api.access.oidc import WAY_SECONDS, Provider, Site, named
from api.access.people import KEY_PREFIX, LOCAL, Person, key_hash, read_people
from api.access.sessions import Session, Sessions
from api.access.tokens import Expected, KeySet, Refused, signed_claims
from lineage.errors import Misuse, Unavailable

__all__ = ["Doorkeeper", "Refused", "Trust"]

COOKIE, WAY_COOKIE, CSRF_HEADER = "lineage_session", "lineage_signin", "x-csrf-token"
SECRET_OF_WORKERS = "LINEAGE_SESSION_SECRET"


@dataclass(frozen=True, slots=True)
class Trust:
    """How askers are known, from the environment: see docs/api.md."""

    users: Path
    jwt_secret: str = ""
    jwt_key_file: str = ""
    jwks_uri: str = ""
    issuer: str = ""
    audience: str = ""
    claim: str = "sub"
    proxy_address: str = ""
    proxy_header: str = "x-remote-user"
    oidc: Site | None = None

    @staticmethod
    def of_environment(users: Path) -> Trust:
        """LINEAGE_JWT_SECRET, _JWT_KEY_FILE, _JWKS_URI, _ISSUER, _AUDIENCE, _CLAIM, _PROXY_ADDRESS, _PROXY_HEADER,
        _OIDC_ISSUER, _OIDC_CLIENT, _OIDC_SECRET, _OIDC_BACK."""

        def value(name: str) -> str:
            return os.environ.get(f"LINEAGE_{name}", "")

        claim = value("CLAIM") or "sub"
        site = Site(value("OIDC_ISSUER"), value("OIDC_CLIENT"), value("OIDC_SECRET"), value("OIDC_BACK"), claim)
        return Trust(
            users,
            value("JWT_SECRET"),
            value("JWT_KEY_FILE"),
            value("JWKS_URI"),
            value("ISSUER"),
            value("AUDIENCE"),
            claim,
            value("PROXY_ADDRESS"),
            value("PROXY_HEADER").lower() or "x-remote-user",
            site if site.issuer and site.client else None,
        )

    @property
    def is_configured(self) -> bool:
        """Whether anybody was given a way to sign in."""
        tokens = self.jwt_secret or self.jwt_key_file or self.jwks_uri or self.oidc
        return self.users.exists() or bool(tokens or self.proxy_address)


class Doorkeeper:
    """Knows people by what they show. Reads the users file again whenever it has changed."""

    def __init__(self, trust: Trust, sessions: Sessions) -> None:
        self.trust = trust
        self.sessions = sessions
        self.provider = Provider(trust.oidc) if trust.oidc else None
        self._jwks = KeySet(trust.jwks_uri) if trust.jwks_uri else None
        self._people: dict[str, Person] = {}
        self._by_key: dict[str, Person] = {}
        self._read_at: tuple[int, ...] = ()
        self._secret = os.environ.get(SECRET_OF_WORKERS, "") or secrets.token_urlsafe(48)

    def known(self, headers: Mapping[str, str], cookies: Mapping[str, str], client: str) -> Person:
        """The person who asks. Raises Refused, and Unavailable while a provider's keys cannot be had."""
        bearer = headers.get("authorization", "")
        if bearer:
            kind, _, shown = bearer.partition(" ")
            if kind.lower() != "bearer":
                raise Refused(f"authorization by {kind[:20]}")
            return self._bearer(shown.strip())
        if self._is_proxy(client) and self.trust.proxy_header in headers:
            return self.person(_utf8(headers[self.trust.proxy_header]))
        if COOKIE in cookies:
            return self._in_session(self.sessions.found(cookies[COOKIE]))
        if not self.trust.is_configured and client in ("127.0.0.1", "::1"):
            return LOCAL
        raise Refused("nothing shown")

    def session(self, person: Person, key: str = "") -> tuple[str, str]:
        """A new session's cookie and the CSRF token that must come with every change made by it.

        A session that a key began ends with that key. Raises Unavailable.
        """
        cookie, session = self.sessions.begin(person.name, key_hash(key) if key.startswith(KEY_PREFIX) else "")
        return cookie, session.csrf

    def csrf_of(self, cookies: Mapping[str, str]) -> str:
        """The token that changes of this session must bear, for the pages of the session itself; "" without one."""
        try:
            return self.sessions.found(cookies[COOKIE]).csrf if COOKIE in cookies else ""
        except Refused:
            return ""

    def way(self, facts: dict[str, str]) -> str:
        """The cookie that holds a sign-in at a provider together."""
        return self._signed(facts, "way", WAY_SECONDS)

    def way_back(self, cookie: str) -> dict[str, Any]:
        """What such a cookie holds. Raises Refused."""
        return self._claims_of(cookie, "way", ("state", "nonce", "verifier"))

    def must_be_meant(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> None:
        """Raise Refused for a change that another site's page may have made somebody's browser ask for.

        Who shows a key or token means it. By cookie it takes the session's own token; in every other way (a
        gateway's header too) the browser must not say that the page was another site's.
        """
        if headers.get("authorization"):
            return
        site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "")
        if site and site not in ("same-origin", "none"):
            raise Refused(f"asked by a page that is {site}")
        if origin and urlsplit(origin).netloc != headers.get("host", ""):
            raise Refused("asked by a page of another origin")
        if COOKIE in cookies:
            own = self.sessions.found(cookies[COOKIE]).csrf
            if not hmac.compare_digest(own.encode(), headers.get(CSRF_HEADER, "").encode()):
                raise Refused("no csrf token")

    def person(self, name: str) -> Person:
        """The person of a name. Raises Refused for one who is unknown or switched off."""
        self._refresh()
        person = self._people.get(name)
        if person is None or not person.active:
            raise Refused(f"unknown user {name[:80]}")
        return person

    def _is_proxy(self, client: str) -> bool:
        return bool(self.trust.proxy_address) and client == self.trust.proxy_address

    def _bearer(self, token: str) -> Person:
        if token.startswith(KEY_PREFIX):
            self._refresh()
            person = self._by_key.get(key_hash(token))
            if person is None or not person.active:
                raise Refused("unknown key")
            return person
        trust = self.trust
        expected = Expected(trust.issuer, trust.audience)
        keys: KeySet | Path | str
        if self._jwks is not None:
            keys = self._jwks
        elif trust.jwt_key_file:
            keys = Path(trust.jwt_key_file)
        elif self.provider is not None:
            expected = Expected(self.provider.site.issuer, trust.audience or self.provider.site.client)
            keys = self.provider.keys
        elif trust.jwt_secret:
            keys = trust.jwt_secret
        else:
            raise Refused("no tokens here")
        claims = signed_claims(token, keys, expected)
        person = self.person(named(claims, trust.claim))
        issued = claims.get("iat", 0)
        if person.valid_from and not (isinstance(issued, int | float) and issued >= person.valid_from):
            raise Refused("the token is of the time before this person was switched off")
        return person

    def _in_session(self, session: Session) -> Person:
        person = self.person(session.name)
        if session.key and session.key not in person.key_hashes:
            raise Refused("the session's key is no more")
        if session.begun < person.valid_from:
            raise Refused("the session is of the time before this person was switched off")
        return person

    def _signed(self, claims: dict[str, str], purpose: str, seconds: int) -> str:
        import jwt

        content = {**claims, "aud": purpose, "exp": int(time.time()) + seconds}
        return jwt.encode(content, self._secret, algorithm="HS256")

    def _claims_of(self, cookie: str, purpose: str, required: tuple[str, ...]) -> dict[str, Any]:
        return signed_claims(cookie, self._secret, Expected(audience=purpose, required=("exp", *required)))

    def _refresh(self) -> None:
        try:
            found = self.trust.users.stat()
        except FileNotFoundError:
            self._people, self._by_key, self._read_at = {}, {}, ()
            return
        read_at = (found.st_mtime_ns, found.st_size, found.st_ino)
        if read_at != self._read_at:
            try:
                people = read_people(self.trust.users)
            except Misuse as error:  # nobody comes in by a file that cannot be read
                raise Unavailable(error.message, error.hint) from error
            self._by_key = {held: person for person in people.values() for held in person.key_hashes}
            self._people, self._read_at = people, read_at


def _utf8(value: str) -> str:
    """A header's text: gateways send UTF-8, the server reads Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
