"""Publish a ledger's graph to a server: whole, or only what changed; restartable, the stamp last.

Each record bears a digest of its properties and of the movements that leave it. What differs from the ledger is
written again, what the ledger no longer has is removed. While that goes on the stamp says `publishing`, and readers
refuse; a publish that died is completed by the next. Invariant: `whole` is written only after all else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lineage.release import VERSION
from lineage.stores.embedded import EmbeddedStore
from lineage.stores.rows import Row, edge_rows, node_rows
from queries.bolt.driver import PUBLISH_SECONDS, Connection

if TYPE_CHECKING:
    from lineage.ledger import Ledger

BATCH = 10_000
WRITERS = 2
LABELS = {
    "allocation": "Allocation", "transfer": "Transfer", "indicator": "Indicator", "payment": "Payment",
    "special_account": "SpecialAccount", "account_entry": "AccountExpenditure", "one_card_batch": "OneCardBatch",
    "one_card_payment": "OneCardPayment",
}
NAMED_KINDS = frozenset({"one_card_payment"})
"""Kinds whose title is a person's name: left out unless asked for (`--with-names`)."""
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did: records written, removed, and left as they were; movements written."""

    version: str
    written: int
    removed: int
    unchanged: int
    edges: int


def publish(connection: Connection, ledger: Ledger, *, with_names: bool = False,
            told: Told = lambda _count: None) -> Published:
    """Bring a server's graph to a ledger's state. Raises Unavailable, Misuse; what was begun is then completed by
    publishing again.
    """
    stamp = EmbeddedStore(ledger).stamp()
    wanted = {"name": "ledger", "version": stamp.version, "as_of": stamp.as_of, "nodes": stamp.nodes,
              "edges": stamp.edges, "fen": str(stamp.fen), "checksums": json.dumps(stamp.checksums),
              "with_names": with_names, "release": VERSION}
    connection.asked("constraint", PUBLISH_SECONDS)
    connection.asked("write_stamp", PUBLISH_SECONDS, stamp={**wanted, "state": "publishing"})
    there = _digests(connection)
    movements = _by_source(edge_rows(ledger.graph))
    changed, digests, kept = _changed(_records(ledger, with_names), movements, there)
    gone = sorted(there.keys() - kept - digests.keys())
    edges = [row for record in changed for row in movements.get(record["record"], ())]
    _write(connection, changed, edges, gone, told)
    for batch in _batches([{"record": name, "digest": digest} for name, digest in digests.items()]):
        connection.asked("write_digests", PUBLISH_SECONDS, rows=list(batch))
    connection.asked("write_stamp", PUBLISH_SECONDS, stamp={**wanted, "state": "whole"})
    return Published(stamp.version, len(changed), len(gone), len(kept), len(edges))


def _write(connection: Connection, changed: list[Row], edges: list[Row], gone: list[str], told: Told) -> None:
    names = [row["record"] for row in changed]
    for batch in _batches(gone):
        connection.asked("remove", PUBLISH_SECONDS, records=batch)
    with ThreadPoolExecutor(WRITERS) as writers:
        for label in sorted(set(LABELS.values())):
            rows = [row for row in changed if LABELS[row["record"].partition(":")[0]] == label]
            for count in writers.map(lambda batch, kind=label: _write_nodes(connection, kind, batch), _batches(rows)):
                told(count)
        list(writers.map(lambda batch: connection.asked("unlink", PUBLISH_SECONDS, records=batch), _batches(names)))
    for batch in _batches(edges):  # one after another: two writers that touch one record would wait for each other
        connection.asked("write_edges", PUBLISH_SECONDS, rows=[
            {"source": row["source"], "target": row["target"],
             "properties": {key: value for key, value in row.items() if key not in ("source", "target")}}
            for row in batch
        ])
        told(len(batch))


def _write_nodes(connection: Connection, label: str, batch: Sequence[Row]) -> int:
    connection.asked(f"write_{label}", PUBLISH_SECONDS, rows=list(batch))
    return len(batch)


def _records(ledger: Ledger, with_names: bool) -> Iterator[Row]:
    split = {
        row["record"]: (row["poverty"], row["other"])
        for row in ledger.rows("""SELECT record, amount_poverty_fen AS poverty, amount_other_fen AS other FROM nodes
                                  WHERE amount_poverty_fen > 0 AND amount_other_fen > 0""")
    }
    for row in node_rows(ledger.graph):
        poverty, other = split.get(row["record"], (0, 0))
        row |= {"poverty_fen": poverty, "other_fen": other, "broken": row["breaks"] != "[]"}
        if not with_names and row["record"].partition(":")[0] in NAMED_KINDS:
            row["title"] = ""
        yield row


def _by_source(rows: Iterator[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["source"], []).append(row)
    return found


def _changed(records: Iterator[Row], movements: dict[str, list[Row]],
             there: dict[str, str]) -> tuple[list[Row], dict[str, str], set[str]]:
    """Records to write, their digests by name, and the names of those that are there as they should be."""
    changed: list[Row] = []
    digests: dict[str, str] = {}
    kept: set[str] = set()
    for row in records:
        name = row["record"]
        text = json.dumps([row, movements.get(name, [])], ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:20]
        if there.get(name) == digest:
            kept.add(name)
        else:
            changed.append(row)
            digests[name] = digest
    return changed, digests, kept


def _digests(connection: Connection) -> dict[str, str]:
    found: dict[str, str] = {}
    after = ""
    while True:
        rows = connection.asked("digests", PUBLISH_SECONDS, after=after, count=100_000)
        found.update((row["record"], row["digest"]) for row in rows)
        if len(rows) < 100_000:
            return found
        after = rows[-1]["record"]


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
