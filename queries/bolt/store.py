"""A published graph as a home of the graph: finds the part a question needs by frontier, over Bolt.

The part that comes back is a `Graph` like any other; amounts are attributed here, by the one implementation. An
answer begins and ends on the same stamp, or is refused: what is published meanwhile cannot mix into it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from typing import Any

from lineage.errors import Misuse, NotFound, Unavailable
from lineage.graph import Graph
from lineage.graph.arrays import REASONS
from lineage.schema import NODE_KINDS
from lineage.stores import Mixed, Part, Stamp
from lineage.stores.rows import Row, graph_of
from lineage.subgraph import Direction
from lineage.trail import Break
from queries.bolt.driver import Connection, connect

INTERVAL_POLICIES = ("pro-rata", "fifo")
REPLAYED_DRAWS_MOST = 200_000
FRONTIER = 5_000


class BoltStore:
    """A Neo4j 5 server that a ledger was published to."""

    def __init__(self, uri: str) -> None:
        self._connection: Connection = connect(uri)

    def stamp(self) -> Stamp:
        """What was published. Raises Unavailable when nothing is, or not all of it."""
        rows = self._connection.asked("stamp")
        if not rows:
            raise Unavailable(f"{self._connection.address} holds no published ledger", "run lineage publish")
        stamp = rows[0]["stamp"]
        if stamp.get("state") != "whole":
            raise Unavailable(f"{self._connection.address} is half-published (version {stamp.get('version')})",
                              "a publish is under way or died: run lineage publish again")
        return Stamp(stamp["version"], stamp["as_of"], stamp["nodes"], stamp["edges"], int(stamp["fen"]),
                     json.loads(stamp["checksums"]))

    def counted(self) -> dict[str, int]:
        """Nodes, edges and fen really there, to hold against the stamp."""
        return {key: int(value) for key, value in self._connection.asked("counts", 60.0)[0].items()}

    def resolve(self, text: str) -> str:
        """A record by name or bare id. Raises NotFound, Misuse."""
        kind = text.partition(":")[0]
        names = [text] if ":" in text and kind in NODE_KINDS else [f"{kind}:{text}" for kind in NODE_KINDS]
        self.stamp()
        found = [row["record"] for row in self._connection.asked("resolve", names=names)]
        if len(found) > 1:
            raise Misuse(f"{text} names {len(found)} records", f"say which: {', '.join(found)}")
        if not found:
            raise NotFound(f"there is no record {text} in the published graph", "ask the ledger for near names")
        return str(found[0])

    def around(self, record: str, direction: Direction, policy: str) -> Part:
        """The part of the graph that a trace of the record needs."""
        before = self.stamp()
        reached, edges = self._reached({record}, direction)
        if direction == "down":
            reached, edges_above = self._reached(reached, "up")
            edges |= edges_above
        graph = self._part(reached, edges, policy)
        self._unchanged(before)
        as_of = datetime.date.fromisoformat(before.as_of) if before.as_of else None
        return Part(graph, graph.find(record), before.version, as_of)

    def between(self, one: str, other: str) -> Graph:
        """The records and movements on ways from one record to the other."""
        before = self.stamp()
        below, edges = self._reached({one}, "down")
        above, _ = self._reached({other}, "up")
        inside = below & above
        graph = self._part(inside, {ends: flow for ends, flow in edges.items() if set(ends) <= inside}, "pro-rata")
        self._unchanged(before)
        return graph

    def breaks(self, division: str = "") -> tuple[Break, ...]:
        """Broken chains by record and reason."""
        self.stamp()
        found = []
        for row in self._connection.asked("breaks", 60.0, division=division):
            for reason, amount, payments, below in json.loads(row["breaks"]):
                found.append(Break(row["record"], REASONS[reason], amount, payments, below))
        return tuple(sorted(found, key=lambda gap: (gap.record, gap.reason)))

    def mixed(self, division: str = "") -> tuple[Mixed, ...]:
        """Payments that hold poverty and other money."""
        self.stamp()
        return tuple(Mixed(**row) for row in self._connection.asked("mixed", 60.0, division=division))

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _unchanged(self, before: Stamp) -> None:
        if self.stamp() != before:
            raise Unavailable("the graph was published anew while it was read", "ask again")

    def _reached(self, records: set[str], direction: Direction) -> tuple[set[str], dict[tuple[str, str], Row]]:
        """Everything up- or downstream, a hop at a time, with the movements on the way by their two ends."""
        step, far = ("step_up", "source") if direction == "up" else ("step_down", "target")
        seen, frontier = set(records), set(records)
        edges: dict[tuple[str, str], Row] = {}
        while frontier:
            following: set[str] = set()
            for row in self._pieces(step, frontier):
                edges[row["source"], row["target"]] = row["flow"]
                following.add(row[far])
            frontier = following - seen
            seen |= frontier
        return seen, edges

    def _part(self, records: set[str], edges: dict[tuple[str, str], Row], policy: str) -> Graph:
        """A graph of the records, with what else their pools' lines depend on: named draws, or all draws."""
        if policy in INTERVAL_POLICIES:
            draws = self._pieces("named_draws", records)
        else:
            count = sum(row["draws"] for row in self._pieces("out_degree", records))
            if count > REPLAYED_DRAWS_MOST:
                raise Misuse(f"{policy} replays {count} draws of the pools on the way, the most over a server is "
                             f"{REPLAYED_DRAWS_MOST}", "ask the ledger's own graph, or use pro-rata or fifo")
            draws = self._pieces("step_down", records)
        known = dict(edges)
        known.update({(row["source"], row["target"]): row["flow"] for row in draws})
        names = records | {name for ends in known for name in ends}
        rows = [row["row"] for row in self._pieces("records", names)]
        return graph_of(rows, ({**flow, "source": source, "target": target,
                                **{key: flow.get(key) for key in ("named_from", "named_before", "named_part")}}
                               for (source, target), flow in known.items()))

    def _pieces(self, name: str, records: Iterable[str]) -> list[dict[str, Any]]:
        ordered = sorted(records)
        found: list[dict[str, Any]] = []
        for start in range(0, len(ordered), FRONTIER):
            found += self._connection.asked(name, 30.0 if start else 2.5, records=ordered[start : start + FRONTIER])
        return found
