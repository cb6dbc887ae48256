"""The graph's first home: the arrays beside the ledger."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from lineage.graph import Graph
from lineage.graph.arrays import REASONS
from lineage.stores import Mixed, Part, Stamp
from lineage.subgraph import Direction
from lineage.trace import named, node_of
from lineage.trail import Break

if TYPE_CHECKING:
    from lineage.ledger import Ledger


class EmbeddedStore:
    """A ledger's own graph. Never away: what it cannot map it builds."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def stamp(self) -> Stamp:
        """The ledger's version, date, counts and checksums. Cost: every record; for publishing and comparing only."""
        graph = self._ledger.graph
        as_of = self._ledger.as_of.isoformat() if self._ledger.as_of else ""
        return Stamp(self._ledger.version, as_of, graph.node_count, graph.edge_count,
                     sum(graph.edges.amount.tolist()), division_checksums(graph))

    def resolve(self, text: str) -> str:
        """As the ledger resolves it."""
        return named(self._ledger, text)

    def around(self, record: str, direction: Direction, policy: str) -> Part:
        """The whole graph: a trace touches only what it needs of it."""
        ledger = self._ledger
        return Part(ledger.graph, node_of(ledger, record), ledger.version, ledger.as_of)

    def between(self, one: str, other: str) -> Graph:
        """The whole graph."""
        return self._ledger.graph

    def breaks(self, division: str = "") -> tuple[Break, ...]:
        """Broken chains by record and reason."""
        graph, gaps = self._ledger.graph, self._ledger.graph.breaks
        found = []
        for place, node in enumerate(gaps.node.tolist()):
            if not division or graph.division(node) == division:
                found.append(Break(graph.record(node), REASONS[int(gaps.reason[place])], int(gaps.amount[place]),
                                   int(gaps.payments[place]), int(gaps.payments_amount[place])))
        return tuple(sorted(found, key=lambda gap: (gap.record, gap.reason)))

    def mixed(self, division: str = "") -> tuple[Mixed, ...]:
        """Payments that hold both, from the class pass."""
        rows = self._ledger.rows("""
            SELECT record, division_code, amount_fen, amount_poverty_fen AS poverty, amount_other_fen AS other
            FROM nodes WHERE kind = 'payment' AND amount_poverty_fen > 0 AND amount_other_fen > 0
              AND ($division = '' OR division_code = $division) ORDER BY record""", {"division": division})
        return tuple(Mixed(row["record"], row["division_code"], row["amount_fen"], row["poverty"], row["other"])
                     for row in rows)

    def close(self) -> None:
        """Nothing to let go of."""


def division_checksums(graph: Graph) -> dict[str, str]:
    """For each division a hash of its records' names, amounts and pools: equal graphs, equal checksums."""
    sums: dict[str, str] = {}
    order = np.argsort(graph.nodes.division, kind="stable")
    bounds = np.searchsorted(graph.nodes.division[order], np.arange(-1, len(graph.division_codes) + 1))
    for place, code in enumerate(["", *graph.division_codes]):
        members = np.sort(order[bounds[place] : bounds[place + 1]])
        if len(members):
            digest = hashlib.sha256("\n".join(graph.record(int(node)) for node in members).encode())
            digest.update(np.ascontiguousarray(graph.nodes.amount[members]).tobytes())
            digest.update(np.ascontiguousarray(graph.pools.pool[members]).tobytes())
            sums[code] = digest.hexdigest()[:16]
    return sums
