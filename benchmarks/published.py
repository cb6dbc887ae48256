"""The graph on a real Neo4j server: publishing it, publishing a small change, traces over Bolt beside the embedded."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks.measures import Measure, Scale
from benchmarks.trace import ledger_of

TITLE = "The graph on a Neo4j server"
NOTE = (
    "A server of its own on this machine (heap 1 GB), the province published whole, then again as of two payment days "
    "earlier (what differs is written), then traces of random payments, each beside the embedded graph's answer, which "
    "must be equal. Quantiles are over single traces; client and server share the machine's cores."
)
TRACES = 300


def measure(scale: Scale) -> list[Measure]:
    """Publish, publish a change, trace."""
    import lineage
    from queries.bolt.driver import connect
    from queries.bolt.publish import publish
    from tools.neo4j import server

    ledger = lineage.open(ledger_of(scale))
    days = ledger.rows("SELECT DISTINCT pay_date AS day FROM payments WHERE pay_date IS NOT NULL "
                       "ORDER BY day DESC LIMIT 3")
    earlier = lineage.open(ledger.path, as_of=days[-1]["day"])
    rows = ledger.graph.node_count + ledger.graph.edge_count
    _ = earlier.graph.node_count
    running = server.start(scale.folder / "neo4j")
    try:
        connection = connect(running.uri)
        whole = _seconds(lambda: publish(connection, ledger))
        nothing = _seconds(lambda: publish(connection, ledger))
        begun = time.perf_counter()
        changed = publish(connection, earlier)
        change = time.perf_counter() - begun
        publish(connection, ledger)
        connection.close()
        written = changed.written + changed.edges + changed.removed + changed.edges_removed
        return [
            Measure("publish, whole", whole, rows, "records and movements"),
            Measure("publish, nothing changed", nothing, rows, "compared", "publish, whole"),
            Measure("publish, a small change", change, written, "rows written and removed", "publish, whole"),
            *_traces(ledger, running.uri),
        ]
    finally:
        server.stop(running.pid)


def _traces(ledger: object, uri: str) -> list[Measure]:
    from lineage import stores
    from lineage.ledger import Ledger
    from lineage.stores.embedded import EmbeddedStore
    from queries.bolt.store import BoltStore

    assert isinstance(ledger, Ledger)
    chosen = "SELECT record FROM payments WHERE NOT is_reversal ORDER BY hash(record) LIMIT ?"
    records = [row["record"] for row in ledger.rows(chosen, [TRACES])]
    home, embedded = BoltStore(uri), EmbeddedStore(ledger)
    stores.trace(home, records[0])
    seconds: dict[str, list[float]] = {"over Bolt": [], "embedded": []}
    for record in records:
        begun = time.perf_counter()
        there = stores.trace(home, record)
        middle = time.perf_counter()
        here = stores.trace(embedded, record)
        seconds["over Bolt"].append(middle - begun)
        seconds["embedded"].append(time.perf_counter() - middle)
        assert stores.titled(there, ledger) == here, record
    home.close()
    return [
        Measure(f"trace {name}, {quantile}", sorted(found)[int(len(found) * part)], 1, "trace",
                f"trace embedded, {quantile}" if name != "embedded" else "")
        for name, found in reversed(seconds.items()) for quantile, part in (("p50", 0.5), ("p99", 0.99))
    ]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
