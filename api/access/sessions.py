"""Sessions of browsers, kept by the server: one is valid while its file is there, so that signing out ends it.

A cookie is a random name; what it stands for lies beside the ledger (`NAME.serve/sessions`), in a folder for each
person, readable by the server's user only, so that every worker knows every session and a restart ends none. Kept is
the name's SHA-256: who reads the folder holds no session. Of one person the newest are kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from api.access.tokens import Refused
from lineage.errors import Unavailable
from lineage.ledger import durable

SESSION_SECONDS = 8 * 3600
SESSIONS_MOST = 32
"""So many sessions of one person at a time; the oldest goes when one more begins."""
_COOKIE = re.compile(r"([0-9a-f]{16})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Session:
    """Whose session it is, when it began (seconds since 1970), the token its changes must bear, the key that began it.

    `key` is that key's hash, "" for a session begun otherwise.
    """

    name: str
    begun: float
    csrf: str
    key: str = ""


class Sessions:
    """The sessions in a folder. Safe for threads and for several processes: a file is written and removed whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, name: str, key: str = "") -> tuple[str, Session]:
        """A new session of a person: the cookie's value and the session. Raises Unavailable where none can be kept."""
        session = Session(name, time.time(), secrets.token_urlsafe(16), key)
        whose, secret = _whose(name), secrets.token_urlsafe(32)
        folder = self._folder / whose
        try:
            for one in (self._folder.parent, self._folder, folder):
                one.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"could not make {folder}: {error.strerror}", "see that you may write there") from error
        self._make_room(folder)
        durable.write(folder / _file(secret), durable.to_json(asdict(session)), mode=0o600)
        return f"{whose}.{secret}", session

    def found(self, cookie: str) -> Session:
        """The session of a cookie. Raises Refused for one that never was, has ended or is too old."""
        try:
            session = Session(**json.loads(self._place(cookie).read_bytes()))
        except (FileNotFoundError, ValueError, TypeError) as error:
            raise Refused("no such session") from error
        if time.time() - session.begun > SESSION_SECONDS:
            raise Refused("the session is over")
        return session

    def end(self, cookie: str) -> None:
        """End the session of a cookie, in every worker at once."""
        try:
            self._place(cookie).unlink(missing_ok=True)
        except Refused:
            return

    def _place(self, cookie: str) -> Path:
        parts = _COOKIE.fullmatch(cookie)
        if parts is None:
            raise Refused("not a session's name")
        return self._folder / parts[1] / _file(parts[2])

    def _make_room(self, folder: Path) -> None:
        """Remove a person's sessions that are over, and the oldest beyond the number kept."""
        ages = {file: _written(file) for file in folder.glob("*.json")}
        alive = [file for file, at in ages.items() if time.time() - at <= SESSION_SECONDS]
        alive.sort(key=lambda file: ages[file], reverse=True)
        for file in ages.keys() - set(alive[: SESSIONS_MOST - 1]):
            file.unlink(missing_ok=True)


def _whose(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _file(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest() + ".json"


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another worker removed it
        return 0.0
