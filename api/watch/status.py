"""When each feed and each division last delivered, for the page and for /metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from api.watch.state import State, home_of, read_state
from lineage.errors import Damaged
from queries.deliveries import Delivery


def watch_state(ledger: Path) -> State | None:
    """What the watch of a ledger last wrote; None where none ever ran, or its state cannot be read."""
    home = home_of(ledger)
    if not (home / "state.json").is_file():
        return None
    try:
        return read_state(home)
    except Damaged:
        return None


def metric_lines(ledger: Path, delivered: Iterable[Delivery]) -> Iterator[str]:
    """Prometheus gauges: last delivery by division and by feed, stale feeds, messages waiting."""
    yield "# TYPE lineage_division_last_delivery_timestamp_seconds gauge"
    for one in delivered:
        label = f'division="{one.division_code}"'
        yield f"lineage_division_last_delivery_timestamp_seconds{{{label}}} {_seconds(one.delivered_at)}"
    state = watch_state(ledger)
    if state is None:
        return
    yield "# TYPE lineage_watch_last_round_timestamp_seconds gauge"
    yield f"lineage_watch_last_round_timestamp_seconds {_seconds(state.round_at)}"
    yield "# TYPE lineage_feed_last_delivery_timestamp_seconds gauge"
    for name, feed in sorted(state.feeds.items()):
        if feed.delivered_at:
            yield f"lineage_feed_last_delivery_timestamp_seconds{{{_label(name)}}} {_seconds(feed.delivered_at)}"
    yield "# TYPE lineage_feed_stale gauge"
    for name, feed in sorted(state.feeds.items()):
        yield f"lineage_feed_stale{{{_label(name)}}} {int(feed.stale)}"
    waiting = home_of(ledger) / "waiting"
    yield "# TYPE lineage_messages_waiting gauge"
    yield f"lineage_messages_waiting {sum(1 for _ in waiting.glob('*.json')) if waiting.is_dir() else 0}"


def _label(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'feed="{escaped}"'


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
