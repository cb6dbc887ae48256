"""Signing in to the pages at a site's OpenID Connect provider: authorization code with PKCE (RFC 7636), then a session.

The way there and back is held together by a signed cookie of ten minutes with state, nonce and verifier; the
provider's endpoints come from its discovery document, whose `issuer` must be the one that was configured.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from api.access.tokens import Expected, KeySet, Refused, fetched, signed_claims
from lineage.errors import Unavailable

WAY_SECONDS = 600
DISCOVERED_SECONDS = 3600.0
WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Site:
    """How this site signs in: the provider, our name and secret there, our address to come back to, whose name counts.

    `claim` is the claim that holds the name in the users file.
    """

    issuer: str
    client: str
    secret: str = ""
    back: str = ""
    claim: str = "sub"


@dataclass(slots=True)
class Provider:
    """A provider as discovered; mutable: it remembers its endpoints for an hour and its keys until they change."""

    site: Site
    _found: dict[str, Any] = field(default_factory=dict)
    _found_at: float = 0.0
    _keys: KeySet | None = None

    def endpoint(self, name: str) -> str:
        """An address out of the discovery document. Raises Unavailable."""
        if not self._found or time.monotonic() - self._found_at > DISCOVERED_SECONDS:
            found = fetched(self.site.issuer.rstrip("/") + WELL_KNOWN)
            if found.get("issuer") != self.site.issuer:
                raise Unavailable(
                    f"the sign-in provider says it is {str(found.get('issuer'))[:200]}, expected {self.site.issuer}",
                    "LINEAGE_OIDC_ISSUER must be the issuer to the letter",
                )
            self._found, self._found_at = found, time.monotonic()
        address = self._found.get(name)
        if not isinstance(address, str):
            raise Unavailable(f"the sign-in provider names no {name}", "see its discovery document")
        return address

    @property
    def keys(self) -> KeySet:
        """The provider's keys."""
        address = self.endpoint("jwks_uri")
        if self._keys is None or self._keys.address != address:
            self._keys = KeySet(address)
        return self._keys

    def beginning(self) -> tuple[str, dict[str, str]]:
        """Where to send the person, and what must be known when that one comes back."""
        way = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(way["verifier"].encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self.site.client,
            "redirect_uri": self.site.back,
            "scope": "openid profile",
            "state": way["state"],
            "nonce": way["nonce"],
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in self.endpoint("authorization_endpoint") else "?"
        return f"{self.endpoint('authorization_endpoint')}{joint}{urlencode(asked)}", way

    def name(self, code: str, state: str, way: dict[str, Any]) -> str:
        """The name of the person who came back with a code. Raises Refused, Unavailable."""
        if not hmac.compare_digest(str(way["state"]).encode(), state.encode()):
            raise Refused("another sign-in was begun")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.site.back,
            "client_id": self.site.client,
            "code_verifier": way["verifier"],
        }
        if self.site.secret:
            form["client_secret"] = self.site.secret
        given = fetched(self.endpoint("token_endpoint"), urlencode(form).encode(), {"Accept": "application/json"})
        expected = Expected(self.site.issuer, self.site.client, ("exp", "iat", "iss", "aud", "sub", "nonce"))
        claims = signed_claims(str(given.get("id_token", "")), self.keys, expected)
        if not hmac.compare_digest(str(claims["nonce"]).encode(), str(way["nonce"]).encode()):
            raise Refused("the identity token is of another sign-in")
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self.site.client:
            raise Refused("the identity token was given to another client")
        return named(claims, self.site.claim)


def named(claims: dict[str, Any], claim: str) -> str:
    """The name in a token's claim. Raises Refused."""
    name = claims.get(claim)
    if not isinstance(name, str) or not name:
        raise Refused(f"the token has no {claim}")
    return name
