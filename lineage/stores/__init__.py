"""The homes of the graph behind one small protocol: the arrays beside the ledger, or a graph server.

A home gives the part of the graph that a question needs, as a `Graph`; amounts are attributed by the one
implementation over it. So every home gives the same answer, record by record and fen by fen.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from lineage.graph import Graph
from lineage.subgraph import Direction
from lineage.trace import answered, checked_policy, question_of
from lineage.trail import Break, Trail

if TYPE_CHECKING:
    from lineage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which ledger state a home holds: version, business date, counts, the sum of movements, a checksum by division."""

    version: str
    as_of: str
    nodes: int
    edges: int
    fen: int
    checksums: dict[str, str]


@dataclass(frozen=True, slots=True)
class Mixed:
    """A record that poverty and other money both reach; the lesser part is its co-mingled amount."""

    record: str
    division_code: str | None
    amount_fen: int
    poverty_fen: int
    other_fen: int


@dataclass(frozen=True, slots=True)
class Part:
    """The graph, or the part of it around one record: that record's node in it, and which state of the ledger it is."""

    graph: Graph
    node: int
    version: str
    as_of: datetime.date | None


class FlowStore(Protocol):
    """A home of the fund-flow graph. Every method raises Unavailable while the home is away or not whole."""

    def stamp(self) -> Stamp:
        """What the home holds."""
        ...

    def resolve(self, text: str) -> str:
        """`kind:id` of a record of the graph, by name or by an id only one bears. Raises NotFound, Misuse."""
        ...

    def around(self, record: str, direction: Direction, policy: str) -> Part:
        """The graph, or the part of it that holds all a trace of the record needs. Raises NotFound, Misuse."""
        ...

    def between(self, one: str, other: str) -> Graph:
        """The part that money can pass through from one record to the other."""
        ...

    def breaks(self, division: str = "") -> tuple[Break, ...]:
        """Broken chains at their cause, of one division or all, by record and reason."""
        ...

    def mixed(self, division: str = "") -> tuple[Mixed, ...]:
        """Payments that hold poverty and other money, of one division or all, by record."""
        ...

    def close(self) -> None:
        """Let go of what the home holds open."""
        ...


def titled(trail: Trail, ledger: Ledger) -> Trail:
    """A trail with the titles that its home does not hold, names of payees among them, taken from the ledger."""
    graph = ledger.graph

    def title(record: str) -> str:
        node = graph.find(record)
        return graph.nodes.titles[node] if node >= 0 else ""

    return replace(trail, nodes=tuple(
        node if node.title else replace(node, title=title(node.record)) for node in trail.nodes))


def trace(store: FlowStore, text: str, direction: Direction = "up", policy: str = "pro-rata", **shown: Any) -> Trail:
    """A record's trail out of any home; `shown` as for `Ledger.trace`. Raises NotFound, Misuse, Unavailable."""
    checked_policy(policy)
    record = store.resolve(text)
    part = store.around(record, direction, policy)
    trail = answered(part.graph, question_of(record, part.node, policy, **shown), direction)
    return replace(trail, version=part.version, as_of=part.as_of)


