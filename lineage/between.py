"""All movements between two records, divisions or payees.

Of two records: every movement on a way from the one to the other, in the direction of the money, whichever comes
first. Of two divisions: the transfers from records of the one to the other. A payee stands for its payments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lineage.errors import NotFound
from lineage.graph import Graph
from lineage.money import yuan
from lineage.subgraph import edges_of, reach
from lineage.trace import trail_edge
from lineage.trail import TrailEdge

if TYPE_CHECKING:
    from lineage.ledger import Ledger
    from lineage.stores import FlowStore

MOST = 5_000


@dataclass(frozen=True, slots=True)
class Links:
    """Movements from one side to the other, the greatest amounts first; `more` were left out."""

    one: str
    other: str
    movements: tuple[TrailEdge, ...]
    more: int

    def first(self, most: int) -> Links:
        """The first movements only; the others are counted."""
        return Links(self.one, self.other, self.movements[:most], self.more + max(len(self.movements) - most, 0))

    def to_json(self) -> dict[str, Any]:
        """The movements with their sum over those that are shown."""
        return {
            "from": self.one, "to": self.other, "total": len(self.movements) + self.more, "more": self.more,
            "movements": [
                {"from": edge.source, "to": edge.target, "amount": yuan(edge.amount_fen),
                 "date": edge.date.isoformat() if edge.date else None, "evidence": edge.evidence}
                for edge in self.movements
            ],
        }


def between_records(store: FlowStore, one: str, other: str, *, most: int = MOST) -> Links:
    """Movements on the ways between two records, in the direction in which money can pass. Raises NotFound, Misuse."""
    first, second = store.resolve(one), store.resolve(other)
    for source, target in ((first, second), (second, first)):
        graph = store.between(source, target)
        edges = _on_the_way(graph, source, target)
        if len(edges):
            return _links(source, target, [trail_edge(graph, int(edge)) for edge in edges]).first(most)
    return Links(first, second, (), 0)


def between(ledger: Ledger, one: str, other: str, *, most: int = MOST) -> Links:
    """Movements from one side to the other, or where there are none the other way round. Raises NotFound.

    A side is a division's code or name, a payee's name or a record.
    """
    sides = [_side(ledger, text) for text in (one, other)]
    found = _from_to(ledger, sides)
    back = _from_to(ledger, sides[::-1]) if not found.movements else found
    return (back if back.movements else found).first(most)


def _from_to(ledger: Ledger, sides: list[tuple[str, str]]) -> Links:
    rows = ledger.rows("""
        SELECT e.source, e.target, e.amount_fen, e.date, e.evidence FROM edges e
        JOIN nodes s ON s.record = e.source JOIN nodes t ON t.record = e.target
        LEFT JOIN payments p ON p.record = e.target
        WHERE CASE $kind_one WHEN 'division' THEN s.division_code = $one ELSE e.source = $one END
          AND CASE $kind_other WHEN 'division' THEN t.division_code = $other WHEN 'payee' THEN p.payee_name = $other
                               ELSE e.target = $other END
          AND (s.division_code IS DISTINCT FROM t.division_code OR $kind_one <> 'division' OR $kind_other <> 'division')
        ORDER BY e.amount_fen DESC, e.source, e.target""",
        {"kind_one": sides[0][0], "one": sides[0][1], "kind_other": sides[1][0], "other": sides[1][1]})
    return _links(sides[0][1], sides[1][1], [
        TrailEdge(row["source"], row["target"], row["amount_fen"], row["date"], row["evidence"]) for row in rows])


def names_a_side(ledger: Ledger, text: str) -> bool:
    """Whether a text names a division or a payee rather than a record."""
    return _kind(ledger, text)[0] != "record"


def _side(ledger: Ledger, text: str) -> tuple[str, str]:
    kind, name = _kind(ledger, text)
    return (kind, name) if kind != "record" else ("record", ledger.resolve(text))


def _kind(ledger: Ledger, text: str) -> tuple[str, str]:
    plain = text.removeprefix("division:").removeprefix("payee:")
    if len(plain) == 6 and plain.isascii() and plain.isdigit() and not text.startswith("payee:"):
        padded = plain + "000"
        if ledger.rows("SELECT 1 FROM divisions WHERE division_code = $1 LIMIT 1", (padded,)):
            return "division", padded
    if not text.startswith("payee:") and ledger.rows(
            "SELECT 1 FROM divisions WHERE division_code = $1 OR name = $1 LIMIT 1", (plain,)):
        found = ledger.rows("SELECT division_code FROM divisions WHERE division_code = $1 OR name = $1 "
                            "ORDER BY division_code LIMIT 1", (plain,))
        return "division", str(found[0]["division_code"])
    if ledger.rows("SELECT 1 FROM payments WHERE payee_name = $1 LIMIT 1", (plain,)):
        return "payee", plain
    if text != plain:
        raise NotFound(f"there is no {text.partition(':')[0]} {plain}", "find it with lineage search")
    return "record", text


def _on_the_way(graph: Graph, source: str, target: str) -> Any:
    start, end = graph.find(source), graph.find(target)
    if start < 0 or end < 0 or start == end:
        return np.zeros(0, np.int64)
    inside = np.intersect1d(reach(graph, np.array([start]), "down").nodes, reach(graph, np.array([end]), "up").nodes)
    edges = edges_of(graph, inside, "down")
    return edges[np.isin(graph.edges.target[edges], inside)]


def _links(one: str, other: str, movements: list[TrailEdge]) -> Links:
    ordered = sorted(movements, key=lambda edge: (-edge.amount_fen, edge.source, edge.target))
    return Links(one, other, tuple(ordered), 0)
