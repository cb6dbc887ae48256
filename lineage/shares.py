"""Follows money through a part of the graph: what each pool holds of each source, and what each draw takes.

Invariant: at every node, Σ over draws + balance = deposits, for every source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lineage.attribution.mixture import Lot, add
from lineage.attribution.pool import Deposit
from lineage.books import Book, book_of
from lineage.entries import arising
from lineage.graph import Graph
from lineage.graph.arrays import UNSOURCED_POVERTY


@dataclass(frozen=True, slots=True)
class Sources:
    """What counts as a source: the key of money that arises, by node and class index; which keys are poverty money."""

    key: Callable[[int, int], int]
    is_poverty: Callable[[int], bool]


@dataclass(slots=True)
class Follower:
    """Attribution over one part of the graph; mutable: remembers the pools worked out so far.

    `whole` names a node whose whole pool counts as one source, with that node as its key.
    """

    graph: Graph
    policy: str
    sources: Sources
    whole: int = -1
    _books: dict[int, Book] = field(default_factory=dict)
    _pools: dict[int, Lot] = field(default_factory=dict)

    def follow(self, order: list[int]) -> None:
        """Work out the pools of the given nodes, which hold all their ancestors, in money order."""
        for node in order:
            self._book(node)

    def pool(self, node: int) -> Lot:
        """What the pool holds in all, by source."""
        self._book(node)
        return dict(self._pools[node])

    def deposits(self, node: int) -> list[Deposit]:
        """The pool's deposits in order; those of upstream pools are drawn from there."""
        edges = self.graph.edges
        entering = [edge for edge in self.graph.incoming(node) if edges.flow[edge] > 0]
        found = [(0, Deposit(self.draw(edge), int(edges.flow[edge]), int(edges.date[edge]), edge)) for edge in entering]
        deposits = _in_order(found + self._arising(node))
        if node != self.whole:
            return deposits
        return [Deposit({node: deposit.amount}, deposit.amount, deposit.date, deposit.edge) for deposit in deposits]

    def draw(self, edge: int) -> Lot:
        """What one movement carries, by source."""
        return self._book(int(self.graph.edges.source[edge])).draw(edge)

    def balance(self, node: int) -> Lot:
        """What is left in a pool after every draw."""
        return self._book(node).balance()

    def _book(self, node: int) -> Book:
        if node not in self._books:
            deposits = self.deposits(node)
            total: Lot = {}
            for deposit in deposits:
                add(total, deposit.lot)
            self._pools[node] = total
            self._books[node] = book_of(self.graph, node, self.policy, deposits, self.sources.is_poverty)
        return self._books[node]

    def _arising(self, node: int) -> list[tuple[int, Deposit]]:
        """Money that enters the network here, each deposit with its rank among those of a day."""
        return [
            (born.rank, Deposit({self.sources.key(node, born.kind): born.amount}, born.amount, born.date))
            for born in arising(self.graph, node)
        ]


def _in_order(ranked: list[tuple[int, Deposit]]) -> list[Deposit]:
    """Deposits by date; within a day outside receipts and recorded ones by name, then what arises in the pool.

    Only payments are recorded deposits of accounts, and `account_entry:` comes before `payment:`.
    """
    ranked.sort(key=lambda item: (item[1].date, item[0]))
    return [deposit for _, deposit in ranked]


def records_as_sources(graph: Graph) -> Sources:
    """Keys by record: the node's number, and two beyond all nodes for unsourced poverty and other money."""
    beyond = graph.node_count
    return Sources(lambda node, kind: node if kind < UNSOURCED_POVERTY else beyond + kind - UNSOURCED_POVERTY,
                   _poverty_of(graph))


def all_as_others(graph: Graph, policy: str) -> Sources:
    """One key for all money but that of one pool; two where the policy ranks poverty money, so that it still can."""
    beyond = graph.node_count
    ranked = policy in ("libr", "poverty-first")
    return Sources(lambda _node, kind: beyond + kind % 2 if ranked else beyond, _poverty_of(graph))


def classes_as_sources() -> Sources:
    """The ten origin classes as sources, as the whole-ledger passes have them: poverty classes are the even ones."""
    return Sources(lambda _node, kind: kind, lambda kind: kind % 2 == 0)


def _poverty_of(graph: Graph) -> Callable[[int], bool]:
    """A record's money is poverty money where it is in scope; beyond all records comes unsourced poverty money."""
    beyond, in_scope = graph.node_count, graph.nodes.in_scope
    return lambda key: bool(in_scope[key]) if key < beyond else key == beyond
