"""A published graph as a home of the graph: finds the part a question needs by frontier, over Bolt.

The part that comes back is a `Graph` like any other; amounts are attributed here, by the one implementation. An
answer begins and ends on the same stamp, every row is held against its seal and every record against the number of its
movements, or the answer is refused: what is published or edited meanwhile cannot mix into it.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from lineage.errors import Misuse, NotFound, Unavailable
from lineage.graph import Graph
from lineage.schema import NODE_KINDS
from lineage.stores import Mixed, Part, Stamp
from lineage.stores.rows import graph_of
from lineage.subgraph import Direction
from lineage.trail import Break
from queries.bolt.driver import Connection, connect
from queries.bolt.publish import LAYOUT

INTERVAL_POLICIES = ("pro-rata", "fifo", "poison")
REPLAYED_DRAWS_MOST = 200_000
FRONTIER = 5_000
Rows = dict[int, list[Any]]
"""Movements by seal."""


class BoltStore:
    """A Neo4j 5 server that a ledger was published to."""

    def __init__(self, uri: str) -> None:
        self._connection: Connection = connect(uri)

    def stamp(self) -> Stamp:
        """What was published. Raises Unavailable when nothing is, or not all of it, or in another layout."""
        stamp = self._stamp()
        return Stamp(stamp["version"], stamp["as_of"], stamp["nodes"], stamp["edges"], int(stamp["fen"]),
                     json.loads(stamp["checksums"]))

    @property
    def with_names(self) -> bool:
        """Whether the names of payees were published."""
        return bool(self._stamp()["with_names"])

    def resolve(self, text: str) -> str:
        """A record by name or bare id. Raises NotFound, Misuse."""
        kind = text.partition(":")[0]
        names = [text] if ":" in text and kind in NODE_KINDS else [f"{kind}:{text}" for kind in NODE_KINDS]
        self._stamp()
        found = [row[0] for row in self._connection.asked("resolve", names=names)]
        if len(found) > 1:
            raise Misuse(f"{text} names {len(found)} records", f"say which: {', '.join(found)}")
        if not found:
            raise NotFound(f"there is no record {text} in the published graph", "ask the ledger for near names")
        return str(found[0])

    def around(self, record: str, direction: Direction, policy: str) -> Part:
        """The part of the graph that a trace of the record needs."""
        before = self._stamp()
        reached, edges = self._reached({record}, direction)
        counted = {direction: reached}
        if direction == "down":
            reached, above = self._reached(reached, "up")
            counted["up"] = reached
            edges |= above
        graph = self._part(reached, edges, policy, counted)
        self._same(before)
        as_of = datetime.date.fromisoformat(before["as_of"]) if before["as_of"] else None
        return Part(graph, graph.find(record), before["version"], as_of)

    def between(self, one: str, other: str) -> Graph:
        """The records and movements on ways from one record to the other."""
        before = self._stamp()
        below, edges = self._reached({one}, "down")
        above, _ = self._reached({other}, "up")
        inside = below & above
        kept = {seal: row for seal, row in edges.items() if row[0] in inside and row[1] in inside}
        graph = self._part(inside, kept, "pro-rata", {})
        self._same(before)
        return graph

    def breaks(self, division: str = "") -> tuple[Break, ...]:
        """Broken chains by record and reason."""
        before = self._stamp()
        found = [Break(record, *gap) for record, breaks in self._connection.asked("breaks", division=division)
                 for gap in json.loads(breaks)]
        self._same(before)
        return tuple(sorted(found, key=lambda gap: (gap.record, gap.reason)))

    def mixed(self, division: str = "") -> tuple[Mixed, ...]:
        """Payments that hold poverty and other money."""
        before = self._stamp()
        found = tuple(Mixed(*row) for row in self._connection.asked("mixed", division=division))
        self._same(before)
        return found

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _stamp(self) -> dict[str, Any]:
        address = self._connection.address
        rows = self._connection.asked("stamp")
        if not rows:
            raise Unavailable(f"{address} holds no published ledger", "run lineage publish")
        stamp: dict[str, Any] = rows[0][0]
        if stamp.get("state") != "whole":
            raise Unavailable(f"{address} is half-published (version {stamp.get('version')})",
                              "a publish is under way or died: run lineage publish again")
        if stamp.get("layout") != LAYOUT:
            raise Unavailable(f"{address} was published by release {stamp.get('release')} in another layout",
                              "run lineage publish with this release")
        return stamp

    def _same(self, before: dict[str, Any]) -> None:
        if self._stamp() != before:
            raise Unavailable("the graph was published anew while it was read", "ask again")

    def _reached(self, records: set[str], direction: Direction) -> tuple[set[str], Rows]:
        """Everything up- or downstream, a hop at a time, with the movements on the way."""
        step, far = ("step_up", 0) if direction == "up" else ("step_down", 1)
        seen, frontier = set(records), set(records)
        edges: Rows = {}
        while frontier:
            following: set[str] = set()
            for row in self._pieces(step, frontier):
                edges[row[-1]] = row
                following.add(row[far])
            frontier = following - seen
            seen |= frontier
        return seen, edges

    def _part(self, records: set[str], edges: Rows, policy: str, counted: dict[Direction, set[str]]) -> Graph:
        """A graph of the records, with what else their pools' lines depend on: named draws, or all draws.

        `counted` are the records whose movements of a direction should all be among the edges.
        """
        rows = self._records(records)
        if policy in INTERVAL_POLICIES:
            draws = self._pieces("named_draws", records)
            _complete(rows, Counter(row[0] for row in draws), "named_draws", records)
        else:
            count = sum(rows[name].get("draws") or 0 for name in records if name in rows)
            if count > REPLAYED_DRAWS_MOST:
                raise Misuse(f"{policy} replays {count} draws of the pools on the way, the most over a server is "
                             f"{REPLAYED_DRAWS_MOST}", "ask the ledger's own graph, or use pro-rata or fifo")
            draws = self._pieces("step_down", records)
            counted = {**counted, "down": records}
        known = edges | {row[-1]: row for row in draws}
        beyond = {name for row in known.values() for name in row[:2]} - records
        for direction, far in (("up", 1), ("down", 0)):
            if direction in counted:
                found = Counter(row[far] for row in known.values())
                _complete(rows, found, "deposits" if direction == "up" else "draws", counted[direction])
        return graph_of([*rows.values(), *self._records(beyond).values()], list(known.values()))

    def _records(self, names: set[str]) -> dict[str, dict[str, Any]]:
        return {row[0]["record"]: row[0] for row in self._pieces("records", names)}

    def _pieces(self, name: str, records: Iterable[str]) -> list[list[Any]]:
        ordered = sorted(records)
        found: list[list[Any]] = []
        for start in range(0, len(ordered), FRONTIER):
            found += self._connection.asked(name, records=ordered[start : start + FRONTIER])
        return found


def _complete(rows: dict[str, dict[str, Any]], found: Counter[str], name: str, records: set[str]) -> None:
    """Raises Unavailable where a record has more or fewer movements than were published."""
    for record in sorted(records):
        wanted = rows[record].get(name) or 0 if record in rows else -1
        if found[record] != wanted:
            what = name.replace("_", " ")
            raise Unavailable(f"{record} has {found[record]} {what}, published were {max(wanted, 0)}: somebody "
                              "changed the graph on the server", "run lineage publish --anew")
