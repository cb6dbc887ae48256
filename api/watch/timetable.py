"""The timetable: rounds one after another until somebody stops it; between them, messages that wait are tried again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from api.watch.outbox import Outbox
from api.watch.plan import Plan
from api.watch.state import home_of
from lineage.ledger import lock

Clock = Callable[[], datetime]


@contextmanager
def only_one(ledger: Path, now: datetime) -> Iterator[None]:
    """Hold the watch of a ledger. Raises Busy where another runs."""
    home = home_of(ledger)
    home.mkdir(mode=0o700, exist_ok=True)
    with lock.held(home / lock.NOTE, "lineage watch", now.isoformat(timespec="seconds"), wait=False):
        yield


def watch(ledger: Path, plan: Plan, clock: Clock, stop: threading.Event, each: Callable[[datetime], object]) -> None:
    """Call `each`, which does a round, by the plan's timetable until `stop` is set; one under way is finished.

    Raises Busy where another watches this ledger.
    """
    with only_one(ledger, clock()):
        following = clock()
        while not stop.is_set():
            now = clock()
            if now >= following:
                each(now)
                following = plan.next_round(now)
            else:
                Outbox(home_of(ledger)).send_due(plan, now)
            pause = min(following - clock(), timedelta(minutes=plan.retry_minutes), timedelta(minutes=1))
            stop.wait(max(pause.total_seconds(), 0.05))


def stopped_by_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set: the round under way is finished, then the watch ends with 0."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
