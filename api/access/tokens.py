"""Signed tokens: the keys that a site's tokens are checked with, and what must hold of a token.

Algorithms are pinned: where keys are public only RS256 and ES256 are understood, so that neither `none` nor an HS256
made with the public key is ever a signature. Keys of a provider are fetched again when a token names one that is not
known, at most once a second, so that a provider may change its keys at any time.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lineage.errors import Misuse, Unavailable

ASYMMETRIC = ("RS256", "ES256")
FETCH_SECONDS = 5.0
AGAIN_SECONDS = 1.0
LEEWAY_SECONDS = 30
ANSWER_BYTES_MAX = 2**20


class Refused(Exception):
    """Sign-in failed; the reason is for the log, the asker learns only that it failed."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must stand in a token: who issued it and for whom ("": not asked), and what must be there at all."""

    issuer: str = ""
    audience: str = ""
    required: tuple[str, ...] = ("exp", "sub")


@dataclass(slots=True)
class KeySet:
    """The keys at an address (JWKS), by their names; mutable: it remembers what it fetched."""

    address: str
    _keys: dict[str, Any] = field(default_factory=dict)
    _fetched: float = 0.0
    _lock: Any = field(default_factory=threading.Lock)

    def key(self, name: str) -> Any:
        """The key of a name. Raises Refused (no such key), Unavailable (the provider does not answer)."""
        import jwt

        with self._lock:
            if name not in self._keys and time.monotonic() - self._fetched >= AGAIN_SECONDS:
                found = fetched(self.address)
                try:
                    known = jwt.PyJWKSet.from_dict(found).keys
                except jwt.PyJWTError as error:
                    raise Unavailable(f"{self.address} gave no keys", "see the sign-in provider") from error
                self._keys = {one.key_id or "": one.key for one in known}
                self._fetched = time.monotonic()
            if name not in self._keys:
                raise Refused(f"no key {name[:80]}")
            return self._keys[name]


def fetched(address: str, form: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address. Raises Unavailable. Only https, and http on this machine."""
    parts = urlsplit(address)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Misuse(f"{address}: a sign-in provider needs https", "use its https address")
    try:
        request = urllib.request.Request(address, form, headers or {})
        with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as response:
            found = json.loads(response.read(ANSWER_BYTES_MAX))
    except (OSError, ValueError) as error:
        reason = f"{parts.hostname} does not answer ({type(error).__name__})"
        raise Unavailable(f"the sign-in provider {reason}", "try again in a moment") from error
    if not isinstance(found, dict):
        raise Unavailable(f"the sign-in provider {parts.hostname} gave no object", "see the sign-in provider")
    return found


def signed_claims(token: str, keys: KeySet | Path | str, expected: Expected) -> dict[str, Any]:
    """The claims of a token signed by one of the keys: a key set, a file of a public key, or a shared secret.

    Raises Refused.
    """
    import jwt

    algorithms: tuple[str, ...] = ASYMMETRIC
    try:
        key: Any = keys
        if isinstance(keys, KeySet):
            key = keys.key(str(jwt.get_unverified_header(token).get("kid", "")))
        elif isinstance(keys, Path):
            key = keys.read_text(encoding="ascii")
        else:
            algorithms = ("HS256",)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(algorithms),
            issuer=expected.issuer or None,
            audience=expected.audience or None,
            leeway=LEEWAY_SECONDS,
            options={"require": list(expected.required), "verify_aud": bool(expected.audience)},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    return claims
