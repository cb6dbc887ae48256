"""What the door itself keeps beside the ledger, in `NAME.serve`: uploads, answers to repeated POSTs, sessions.

On disk, so that every worker of a server can answer for every other. Readable by the server's user only; an upload's
files go as soon as they are loaded, notes after a week.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lineage.errors import Busy, Misuse, NotFound
from lineage.ledger import durable, lock

KEPT_SECONDS = 7 * 86_400
_UPLOAD = re.compile(r"U-[0-9a-f]{16}")
FINAL = frozenset({"done", "failed"})


class Kept:
    """The door's own folder. Safe for threads and for several processes."""

    def __init__(self, ledger: Path) -> None:
        place = ledger.absolute()
        self._folder = place.with_name(place.name + ".serve")
        self.sessions = self._folder / "sessions"

    def sweep(self) -> None:
        """Drop notes older than a week."""
        for file in (*self._folder.glob("*/*.json"), *self.sessions.glob("*/*.json")):
            if time.time() - file.stat().st_mtime > KEPT_SECONDS:
                file.unlink(missing_ok=True)
                file.with_suffix(".lock").unlink(missing_ok=True)

    def new_upload(self, by: str) -> tuple[str, Path]:
        """A new upload's name and the folder for its files."""
        name = f"U-{uuid.uuid4().hex[:16]}"
        folder = self._made("uploads") / name
        folder.mkdir(mode=0o700)
        self.note_upload(name, {"by": by, "state": "waiting", "result": {}})
        return name, folder

    def note_upload(self, name: str, state: dict[str, Any]) -> None:
        """Write how an upload stands."""
        durable.write(self._made("uploads") / f"{name}.json", durable.to_json(state), mode=0o600)

    def folder_of(self, name: str) -> Path:
        """Where an upload's files lie until they are loaded."""
        return self._folder / "uploads" / name

    def drop_files(self, name: str) -> None:
        """Remove an upload's files: they hold numbers in clear."""
        shutil.rmtree(self.folder_of(name), ignore_errors=True)

    @contextmanager
    def loading(self, name: str) -> Iterator[None]:
        """Hold an upload while it is loaded: whoever dies lets go of it."""
        with lock.held(self._made("uploads") / f"{name}.lock", name, "", wait=False):
            yield

    def upload(self, name: str) -> dict[str, Any]:
        """How an upload stands. Raises NotFound. One whose loader died counts as failed."""
        file = self._folder / "uploads" / f"{name}.json"
        if not _UPLOAD.fullmatch(name) or not file.exists():
            raise NotFound(f"there is no batch {name}", "its name came with the answer to the upload")
        found: dict[str, Any] = json.loads(file.read_bytes())
        if found["state"] != "loading":
            return found
        try:
            with self.loading(name):
                found = json.loads(file.read_bytes())  # it may have ended meanwhile
        except Busy:
            return found
        if found["state"] in FINAL:
            return found
        lost = {"detail": "the server stopped while it was loading", "hint": "send it again; a repeat is harmless"}
        return {**found, "state": "failed", "result": lost}

    def once(
        self, who: str, key: str, asked: Any, work: Callable[[], tuple[int, dict[str, Any]]]
    ) -> tuple[int, dict[str, Any], bool]:
        """Do the work once for a person's key: (status, body, whether it is a repeat).

        `asked` is what was asked for; the same key with another question raises Misuse. A failure is not kept.
        """
        if not key:
            return (*work(), False)
        name = hashlib.sha256(json.dumps([who, key]).encode()).hexdigest()
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        file = self._made("once") / f"{name}.json"
        with lock.held(file.with_suffix(".lock"), who, ""):
            if file.exists():
                saved = json.loads(file.read_bytes())
                if saved["asked"] != digest:
                    raise Misuse("this Idempotency-Key was used for another request", "take a new key for each request")
                return saved["status"], saved["body"], True
            status, body = work()
            durable.write(
                file, durable.to_json({"asked": digest, "status": status, "body": body}), mode=0o600
            )
        return status, body, False

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        if not folder.is_dir():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder
