"""What a serving process holds: the ledger in force, the graph's home, sign-in, look-up log, remembered answers.

A new version is made ready beside the old one, which answers until then. Answers are remembered for the version in
force only, so a remembered answer is never stale.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import lineage
from api.access.audit import LookupLog
from api.access.people import users_file
from api.access.signin import Doorkeeper, Trust
from api.homes import home_at
from lineage.errors import LineageError
from lineage.ledger import Ledger, derive
from lineage.stores import FlowStore
from lineage.stores.embedded import EmbeddedStore

Answer = TypeVar("Answer")
LOOK_SECONDS = 1.0
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: the ledger, the graph's other home, limits."""

    ledger: Path
    graph: str | None = None
    upload_bytes_max: int = 512 * 2**20
    body_bytes_max: int = 2**20
    requests_per_second: float = 200.0


@dataclass(slots=True)
class Meters:
    """Counters for /metrics; mutable."""

    requests: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    started: float = field(default_factory=time.time)


class Service:
    """One process's state. Safe for threads."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.doorkeeper = Doorkeeper(Trust.of_environment(users_file(options.ledger)))
        self.log = LookupLog(options.ledger)
        self.meters = Meters()
        self.lock = threading.Lock()
        self._ledger = lineage.open(options.ledger)
        self._looked = time.monotonic()
        self._renewing = False
        self._remembered: OrderedDict[Hashable, Any] = OrderedDict()
        self._remote: FlowStore | None = home_at(options.graph) if options.graph else None
        self.settings = settings_hash()

    @property
    def ledger(self) -> Ledger:
        """The ledger in force; looks for a newer version at most once a second and makes it ready aside."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            with self.lock:
                look = now - self._looked >= LOOK_SECONDS and not self._renewing
                self._looked = now
            if look and self._is_stale():
                self._renewing = True
                threading.Thread(target=self.renew, daemon=True).start()
        return self._ledger

    def renew(self) -> None:
        """Open the latest version, derived where that can be written, and put it in force."""
        try:
            with suppress(LineageError):
                derive(self.options.ledger)
            fresh = lineage.open(self.options.ledger)
            if fresh.batch:
                _ = fresh.graph.node_count
            with self.lock:
                self._ledger = fresh
                self._remembered.clear()
        finally:
            self._renewing = False

    def _is_stale(self) -> bool:
        try:
            return lineage.open(self.options.ledger).version != self._ledger.version
        except LineageError:
            return False

    def home(self, ledger: Ledger) -> FlowStore:
        """Where traces are asked: the server named, or the ledger's own graph."""
        return self._remote or EmbeddedStore(ledger)

    def graph_version(self) -> str:
        """The version that the graph's home holds. Raises Unavailable while a server is away or not whole."""
        return self._remote.stamp().version if self._remote else self.ledger.version

    def remembered(self, ledger: Ledger, key: Hashable, work: Callable[[], Answer]) -> Answer:
        """An answer of this version, worked out once."""
        whole = (ledger.version, key)
        with self.lock:
            if whole in self._remembered:
                self._remembered.move_to_end(whole)
                found: Answer = self._remembered[whole]
                return found
        answer = work()
        with self.lock:
            if ledger is self._ledger:
                self._remembered[whole] = answer
                while len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
        return answer

    def count(self, status: int, seconds: float) -> None:
        """Count one request."""
        with self.lock:
            self.meters.requests[status] = self.meters.requests.get(status, 0) + 1
            self.meters.seconds += seconds

    def close(self) -> None:
        """Let go of connections and sync the log."""
        self.log.close()
        if self._remote is not None:
            self._remote.close()


def settings_hash() -> str:
    """A hash of the rule parameters and weights that answers depend on."""
    import queries

    digest = hashlib.sha256()
    for file in sorted(Path(queries.__file__).parent.glob("*.toml")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
