"""What a serving process holds: the ledger in force, the graph's home, sign-in, look-up log, remembered answers.

A new version is made ready beside the old one, which answers until then. Answers are remembered for the state of the
ledger that they depend on, so a remembered answer is never stale; of equal questions at one time one is worked out.
"""

from __future__ import annotations

import gc
import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import lineage
import queries
from api.access.audit import LookupLog
from api.access.people import users_file
from api.access.sessions import Sessions
from api.access.signin import Doorkeeper, Trust
from api.homes import home_at
from api.http.kept import Kept
from api.http.views import Sight, Views, sight_of
from lineage.errors import LineageError
from lineage.ledger import Ledger
from lineage.stores import FlowStore
from lineage.stores.embedded import EmbeddedStore

Answer = TypeVar("Answer")
LOOK_SECONDS = 1.0
REMEMBERED = 256
UPLOADS_MOST = 8
"""So many uploads wait or are loaded at a time."""
STEADY = frozenset({"check", "scope", "repairs", "overview", "words", "deliveries", "names", "flows", "figure"})
"""Answers that depend on batches and links only: an event of a finding does not make them anew."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: the ledger, the graph's other home, limits."""

    ledger: Path
    graph: str | None = None
    upload_bytes_max: int = 512 * 2**20
    body_bytes_max: int = 2**20
    requests_per_second: float = 200.0
    prepares: bool = False
    """Whether what a first page would wait for is worked out aside, for every version that comes into force."""

    def to_text(self) -> str:
        """The options as a worker's process gets them."""
        return json.dumps({**asdict(self), "ledger": str(self.ledger)})

    @staticmethod
    def of_text(text: str) -> Options:
        """The options out of that text."""
        given = json.loads(text)
        return Options(**{**given, "ledger": Path(given["ledger"])})


@dataclass(slots=True)
class Meters:
    """Counters for /metrics; mutable."""

    requests: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0
    within: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    started: float = field(default_factory=time.time)


class Service:
    """One process's state. Safe for threads."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.kept = Kept(options.ledger)
        trust = Trust.of_environment(users_file(options.ledger))
        self.doorkeeper = Doorkeeper(trust, Sessions(self.kept.sessions))
        self.log = LookupLog(options.ledger)
        self.meters = Meters()
        self.loading = ThreadPoolExecutor(1, "loading")
        self.may_wait = threading.BoundedSemaphore(UPLOADS_MOST)
        self._lock = threading.Lock()
        self._ledger = lineage.open(options.ledger)
        self._looked = time.monotonic()
        self._renewing = threading.Lock()
        self._renewals: list[threading.Thread] = []
        self._closing = False
        self._remembered: OrderedDict[tuple[Hashable, Sight | None, Hashable], Future[Any]] = OrderedDict()
        self._views = Views()
        self._remote: FlowStore | None = home_at(options.graph) if options.graph else None
        self.settings = settings_hash()
        self.prepare: Callable[[], None] | None = None

    def prepare_soon(self) -> None:
        """Begin to work out, aside, what somebody will ask; who asks meanwhile waits for the same work."""
        if self.prepare is not None and self._ledger.batch:
            threading.Thread(target=self.prepare, name="preparing", daemon=True).start()

    @property
    def ledger(self) -> Ledger:
        """The ledger in force; looks for a newer version at most once a second and makes it ready aside."""
        now = time.monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            if not self._renewing.locked() and self._is_stale():
                self.renew_soon()
        return self._ledger

    def renew_soon(self) -> None:
        """Make the latest version ready in a thread of its own; the one in force answers until then."""
        with self._lock:
            if not self._closing:
                self._renewals = [one for one in self._renewals if one.is_alive()]
                self._renewals.append(threading.Thread(target=self.renew, name="renewing", daemon=True))
                self._renewals[-1].start()

    def renew(self) -> None:
        """Open the latest version, derived where that can be written, and put it in force; one at a time."""
        with self._renewing:
            if self._closing or not self._is_stale():
                return
            with suppress(LineageError):
                queries.prepare(self.options.ledger)
            fresh = lineage.open(self.options.ledger)
            if fresh.batch:
                _ = fresh.graph.node_count
            with self._lock:
                self._ledger = fresh
                states = (fresh.version, _links_state(fresh))
                self._views.forget()
                self._drop(lambda state, sight: sight is not None or state not in states)
            gc.collect()  # the version before and the load lie in cycles, until the next full collection otherwise
        self.prepare_soon()

    def _is_stale(self) -> bool:
        try:
            return lineage.open(self.options.ledger).version != self._ledger.version
        except LineageError:
            return False

    def viewed(self, ledger: Ledger, asked: Sight) -> Ledger:
        """The ledger in force, or another view of it (api/http/views.py). Raises NotFound, Busy."""
        found = self._views.of(ledger, asked)
        if found is not ledger:
            kept = self._views.kept()
            with self._lock:
                self._drop(lambda _, sight: sight is not None and sight not in kept)
        return found

    def home(self, ledger: Ledger) -> FlowStore:
        """Where traces are asked: the server named, or the ledger's own graph; of other views the server has none."""
        return self._remote if self._remote and sight_of(ledger) is None else EmbeddedStore(ledger)

    def is_asked_remotely(self, ledger: Ledger) -> bool:
        """Whether traces of this ledger are asked of a graph server."""
        return self._remote is not None and sight_of(ledger) is None

    def graph_version(self) -> str:
        """The version that the graph's home holds. Raises Unavailable while a server is away or not whole."""
        return self._remote.stamp().version if self._remote else self._ledger.version

    def remembered(self, ledger: Ledger, key: Hashable, work: Callable[[], Answer]) -> Answer:
        """An answer of this version (of these batches and links, for `STEADY` ones), worked out once."""
        parts = key if isinstance(key, tuple) else (key,)
        state = _links_state(ledger) if parts[0] in STEADY else ledger.version
        whole = (state, sight_of(ledger), parts)
        with self._lock:
            found = self._remembered.get(whole)
            if found is not None:
                self._remembered.move_to_end(whole)
            else:
                mine: Future[Answer] = Future()
                self._remembered[whole] = mine
                while len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
        if found is not None:
            answer: Answer = found.result()
            return answer
        try:
            mine.set_result(work())
        except BaseException as error:
            with self._lock:
                self._remembered.pop(whole, None)
            mine.set_exception(error)
        return mine.result()

    def _drop(self, is_old: Callable[[Hashable, Sight | None], bool]) -> None:
        """Forget answers by the state and view that they are of; under the lock."""
        for key in [key for key in self._remembered if is_old(key[0], key[1])]:
            del self._remembered[key]

    def count(self, status: int, seconds: float) -> None:
        """Count one request."""
        with self._lock:
            self.meters.requests[status] = self.meters.requests.get(status, 0) + 1
            self.meters.seconds += seconds
            for place, most in enumerate(BUCKETS):
                self.meters.within[place] += seconds <= most

    def close(self) -> None:
        """Finish the load and the version in hand, let go of connections and sync the log.

        A thread still at work in the engine would bring the process down at its end.
        """
        self._closing = True
        self.loading.shutdown(wait=True, cancel_futures=True)
        for renewal in self._renewals:
            renewal.join()
        self.log.close()
        if self._remote is not None:
            self._remote.close()


def _links_state(ledger: Ledger) -> tuple[int, tuple[int, ...]]:
    return ledger.batch, tuple(entry.number for entry in ledger.links_in_force)


def settings_hash() -> str:
    """A hash of the rule parameters and weights that answers depend on."""
    import queries

    digest = hashlib.sha256()
    for file in sorted(Path(queries.__file__).parent.glob("*.toml")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
