"""Who looked at what: one line a request, chained per file, synced at least once a second."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FIRST = "0" * 64
SYNC_SECONDS = 1.0


class LookupLog:
    """This worker's audit file of the day: `audit/WORKER-DATE.jsonl`. Safe for threads; one process a file."""

    def __init__(self, ledger: Path) -> None:
        self._folder = ledger / "audit"
        self._lock = threading.Lock()
        self._day = ""
        self._stream: Any = None
        self._previous = FIRST
        self._synced = 0.0

    def note(self, entry: dict[str, Any]) -> None:
        """Add one line: who, what, when, and the hash of the line before."""
        moment = datetime.now(UTC)
        with self._lock:
            self._turn(moment.date().isoformat())
            body = {"at": moment.isoformat(timespec="milliseconds"), **entry, "previous": self._previous}
            line = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            self._stream.write(line + b"\n")
            self._stream.flush()
            self._previous = hashlib.sha256(line).hexdigest()
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                self._sync()

    def close(self) -> None:
        """Sync what is written."""
        with self._lock:
            if self._stream is not None:
                self._sync()
                self._stream.close()
                self._stream = None

    def sync(self) -> None:
        """Sync now; the server calls this every second."""
        with self._lock:
            if self._stream is not None:
                self._sync()

    def _sync(self) -> None:
        os.fsync(self._stream.fileno())
        self._synced = time.monotonic()

    def _turn(self, day: str) -> None:
        if day == self._day and self._stream is not None:
            return
        if self._stream is not None:
            self._stream.close()
        self._folder.mkdir(exist_ok=True)
        self._folder.chmod(0o700)
        file = self._folder / f"{os.getpid()}-{day}.jsonl"
        lines = file.read_bytes().split(b"\n") if file.exists() else []
        whole = [line for line in lines if line]
        self._previous = hashlib.sha256(whole[-1]).hexdigest() if whole else FIRST
        self._stream = file.open("ab")
        self._day = day
