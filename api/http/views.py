"""Other views of the ledger than the one in force: as of a day, as known at a batch, without accepted links.

Such a view is built in memory when it is asked, so few are kept, one is built at a time, and few askers wait for it:
a process that answers does not run out of memory or threads because many days are asked at once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

import lineage
from lineage.errors import Busy
from lineage.ledger import Ledger

KEPT_MOST = 2
WAITING_MOST = 4
WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sight:
    """How the ledger is looked at; the defaults are the view in force."""

    as_of: date | None = None
    as_known: int | None = None
    asserted: bool = True


def sight_of(ledger: Ledger) -> Sight | None:
    """What tells a view from the one in force of the same batches and decisions; None for that one."""
    is_latest = ledger.as_of == ledger.latest_business_date
    found = Sight(None if is_latest else ledger.as_of, ledger.as_known, ledger.asserted)
    return None if found == Sight() else found


class Views:
    """The views that were asked last. Safe for threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Sight], Ledger] = OrderedDict()
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._waiting = threading.BoundedSemaphore(WAITING_MOST)

    def of(self, ledger: Ledger, asked: Sight) -> Ledger:
        """The ledger in force as it is asked for. Raises NotFound (no such batch), Busy (others are being built)."""
        if asked == Sight() or asked == Sight(ledger.as_of):
            return ledger
        key = (ledger.version, asked)
        found = self._found(key)
        if found is not None:
            return found
        if not self._waiting.acquire(blocking=False):
            raise Busy("other days or batches are being made ready", "ask again in a moment")
        try:
            if not self._building.acquire(timeout=WAIT_SECONDS):
                raise Busy("other days or batches are being made ready", "ask again in a moment")
            try:
                return self._found(key) or self._built(ledger, key)
            finally:
                self._building.release()
        finally:
            self._waiting.release()

    def _found(self, key: tuple[str, Sight]) -> Ledger | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _built(self, ledger: Ledger, key: tuple[str, Sight]) -> Ledger:
        asked = key[1]
        view = lineage.open(ledger.path, asked.as_of, asked.as_known, asked.asserted)
        if view.batch:
            _ = view.graph.node_count
        with self._lock:
            self._kept[key] = view
            while len(self._kept) > KEPT_MOST:
                self._kept.popitem(last=False)
        return view

    def kept(self) -> frozenset[Sight]:
        """The views that are held now: what is remembered of others may go."""
        with self._lock:
            return frozenset(sight for _, sight in self._kept)

    def forget(self) -> None:
        """Let go of all of them: another version is in force."""
        with self._lock:
            self._kept.clear()
