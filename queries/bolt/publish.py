"""Publish a ledger's graph to a server: whole, or only what changed; restartable, the stamp last.

One publisher at a time holds a lock that goes with its connection. What differs is found first; while it is written the
stamp says `publishing`, and readers refuse; a publish that died is completed by the next. Invariant: `whole` is written
only after all else, when the server's own sums are the ledger's, and in the transaction that still holds the lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.errors import Unavailable
from lineage.release import VERSION
from lineage.schema import NODE_KINDS
from lineage.stores.columns import EDGE_COLUMNS, EVERY, OF_KIND, Copy, copy_of
from lineage.stores.embedded import stamp_of
from lineage.stores.rows import listed
from queries.bolt import surroundings
from queries.bolt.difference import PATIENT_SECONDS, Difference, Places, difference, summed
from queries.bolt.driver import Connection, Lease, at_once

if TYPE_CHECKING:
    from lineage.ledger import Ledger

LAYOUT = 2
"""Of labels, properties and seals: a reader of another layout refuses."""
BATCH = 10_000
WRITERS = 2
LABELS = {
    "allocation": "Allocation", "transfer": "Transfer", "indicator": "Indicator", "payment": "Payment",
    "special_account": "SpecialAccount", "account_entry": "AccountExpenditure", "one_card_batch": "OneCardBatch",
    "one_card_payment": "OneCardPayment",
}
SCHEMA = ("constraint_record", "constraint_ledger", "constraint_publisher", "index_division", "index_broken",
          "index_mixed", *surroundings.SCHEMA, "indexes_online", "publisher")
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did: records written, removed, and left as they were; movements written and removed."""

    version: str
    written: int
    removed: int
    unchanged: int
    edges: int
    edges_removed: int


def publish(connection: Connection, ledger: Ledger, *, with_names: bool = False, anew: bool = False,
            told: Told = lambda _count: None) -> Published:
    """Bring a server's graph to a ledger's state; `anew` writes all of it again. Raises Unavailable, Busy, Misuse; what
    was begun is completed by publishing again. Cost: the sums of the whole graph on both sides, and what differs.
    """
    for name in SCHEMA:
        connection.asked(name, PATIENT_SECONDS)
    copied = copy_of(ledger, with_names=with_names)
    around = surroundings.surroundings(ledger)
    stamp = _stamp(ledger, copied, with_names) | {"surroundings": around.digest}
    lease = Lease(connection)
    try:
        connection.asked("remove_nameless", PATIENT_SECONDS)
        found = difference(connection, copied, anew=anew)
        if anew or not found.nothing or not _stands(connection, stamp):
            connection.asked("write_stamp", stamp={**stamp, "state": "publishing"})
            _write(connection, copied, found, told)
            surroundings.write(connection, around, PATIENT_SECONDS)
            if summed(connection) != copied.sums():
                raise Unavailable(f"{connection.address} does not hold what was written: somebody else writes there",
                                  "see that nobody edits the graph, then run lineage publish again")
        lease.kept("write_stamp", stamp={**stamp, "state": "whole"})
    finally:
        lease.given_up()
    count = copied.graph.node_count
    return Published(stamp["version"], len(found.records), len(found.gone), count - len(found.records),
                     len(found.movements), len(found.gone_movements))


def _stands(connection: Connection, stamp: dict[str, Any]) -> bool:
    """Whether a whole publish left the surroundings as they are to be."""
    before = connection.asked("stamp")
    return bool(before) and all(before[0][0].get(name) == value for name, value in
                                (("state", "whole"), ("surroundings", stamp["surroundings"]), ("layout", LAYOUT)))


def _stamp(ledger: Ledger, copied: Copy, with_names: bool) -> dict[str, Any]:
    made = stamp_of(ledger, copied)
    return {"version": made.version, "as_of": made.as_of, "nodes": made.nodes, "edges": made.edges,
            "fen": str(made.fen), "checksums": json.dumps(made.checksums), "with_names": with_names,
            "release": VERSION, "layout": LAYOUT}


def _write(connection: Connection, copied: Copy, found: Difference, told: Told) -> None:
    for name, gone in (("remove_edges", found.gone_movements), ("remove_records", found.gone)):
        for start in range(0, len(gone), BATCH):
            connection.asked(name, PATIENT_SECONDS, rows=gone[start : start + BATCH])
    for place, kind in enumerate(NODE_KINDS):
        first, last = copied.graph.kind_start[place : place + 2]
        chosen = found.records[(found.records >= first) & (found.records < last)]
        names = (*EVERY, *OF_KIND[kind])
        batches = [chosen[start : start + BATCH] for start in range(0, len(chosen), BATCH)]
        with at_once(WRITERS) as writers:
            for count in writers.map(lambda batch, kind=kind, names=names: _sent(
                    connection, f"write_{LABELS[kind]}", listed(copied.nodes, names, batch)), batches):
                told(count)
    for lanes in _apart(copied, found.movements):
        with at_once(WRITERS) as writers:
            list(writers.map(lambda lane: _edges(connection, copied, lane, told), lanes))


def _sent(connection: Connection, name: str, rows: list[list[Any]]) -> int:
    connection.asked(name, PATIENT_SECONDS, rows=rows)
    return len(rows)


def _edges(connection: Connection, copied: Copy, lane: Places, told: Told) -> None:
    for start in range(0, len(lane), BATCH):
        rows = listed(copied.edges, EDGE_COLUMNS, lane[start : start + BATCH])
        written = connection.asked("write_edges", PATIENT_SECONDS, rows=rows)[0][0]
        if written != len(rows):
            raise Unavailable(f"{connection.address} lost records while movements were written: somebody deletes there",
                              "see that nobody edits the graph, then run lineage publish again")
        told(len(rows))


def _apart(copied: Copy, movements: Places) -> Iterator[Sequence[Places]]:
    """Movements by the kinds they join, cut into lanes that share no record: two writers that touch one record would
    wait for each other, or for ever.
    """
    graph = copied.graph
    source, target = graph.edges.source[movements], graph.edges.target[movements]
    kinds = [np.searchsorted(graph.kind_start, side, side="right") for side in (source, target)]
    pairs = kinds[0] * (len(NODE_KINDS) + 1) + kinds[1]
    for pair in np.unique(pairs):
        chosen = np.flatnonzero(pairs == pair)
        yield _lanes(movements[chosen], source[chosen], target[chosen])


def _lanes(movements: Places, source: Any, target: Any) -> Sequence[Places]:
    for side, other in ((source, target), (target, source)):
        if len(np.unique(other)) == len(other):
            order = np.argsort(side, kind="stable")
            changes = np.flatnonzero(np.diff(side[order])) + 1
            cuts = np.unique(changes[np.searchsorted(changes, np.arange(BATCH, len(order), BATCH), side="right") - 1]
                             ) if len(changes) else changes
            return np.split(movements[order], cuts)
    return [movements]
