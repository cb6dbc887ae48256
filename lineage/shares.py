"""Follows money through a part of the graph: what each pool holds of each source, and what each draw takes.

Under the interval policies (pro-rata, fifo) a draw is an interval of its pool's line of fen and costs its own
pool's mixture; the day-by-day policies replay a pool's whole history. Invariant: at every node, Σ over
draws + balance = deposits, for every source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from lineage.attribution.mixture import share
from lineage.graph import Graph

Lot = dict[int, int]
Seed = Callable[[int, int], int]
"""The source key of money that arises at a node: (node, class index) to key."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A homogeneous lot that enters a pool. `edge` is its edge number, -1 where it arises in the pool itself."""

    lot: Lot
    amount: int
    date: int
    edge: int
    outside: bool = False


@dataclass(slots=True)
class Follower:
    """Attribution over one part of the graph; mutable: remembers the pools worked out so far.

    `whole` replaces the mixture of a node by a single source.
    """

    graph: Graph
    policy: str
    key_of: Seed
    whole: dict[int, Lot] = field(default_factory=dict)
    _lines: dict[int, tuple[Lot, dict[int, Lot]]] = field(default_factory=dict)

    def follow(self, order: list[int]) -> None:
        """Work out the pools of the given nodes, which hold all their ancestors, in money order."""
        for node in order:
            self._line(node)

    def pool(self, node: int) -> Lot:
        """What the pool holds in all, by source."""
        if node in self.whole:
            return dict(self.whole[node])
        total: Lot = {}
        for deposit in self.deposits(node):
            _add(total, deposit.lot)
        return total

    def deposits(self, node: int) -> list[Deposit]:
        """The pool's deposits in order; those of upstream pools are drawn from there."""
        edges = self.graph.edges
        found = [
            Deposit(self.draw(edge), int(edges.flow[edge]), int(edges.date[edge]), edge)
            for edge in self.graph.incoming(node) if edges.flow[edge] > 0
        ]
        return _merged(found, self._arising(node))

    def draw(self, edge: int) -> Lot:
        """What one movement carries, by source."""
        edges = self.graph.edges
        holder = int(edges.source[edge])
        line, named_lots = self._line(holder)
        place = int(np.searchsorted(edges.named_edge, edge))
        taken: Lot = {}
        part = 0
        if place < len(edges.named_edge) and edges.named_edge[place] == edge:
            part, before = int(edges.named_part[place]), int(edges.named_before[place])
            _add(taken, share(named_lots[int(edges.named_deposit[place])], before, before + part))
        start = int(edges.line_before[edge])
        _add(taken, share(line, start, start + int(edges.flow[edge]) - part))
        return taken

    def balance(self, node: int) -> Lot:
        """What is left in a pool after every draw."""
        edges = self.graph.edges
        line, _ = self._line(node)
        drawn = 0
        for edge in self.graph.outgoing(node)[-1:]:
            drawn = int(edges.line_before[edge]) + int(edges.flow[edge]) - self._named_part(edge)
        return share(line, drawn, sum(line.values()))

    def _named_part(self, edge: int) -> int:
        edges = self.graph.edges
        place = int(np.searchsorted(edges.named_edge, edge))
        return int(edges.named_part[place]) if place < len(edges.named_edge) and edges.named_edge[place] == edge else 0

    def _line(self, node: int) -> tuple[Lot, dict[int, Lot]]:
        """The mixture that no draw has named, and the whole lots of deposits that some draw names."""
        if node not in self._lines:
            self._lines[node] = self._new_line(node)
        return self._lines[node]

    def _new_line(self, node: int) -> tuple[Lot, dict[int, Lot]]:
        edges = self.graph.edges
        first, last = np.searchsorted(edges.named_edge, [edges.out_start[node], edges.out_start[node + 1]])
        if first == last:
            return self.pool(node), {}
        named: dict[int, int] = {}
        for place in range(int(first), int(last)):
            deposit = int(edges.named_deposit[place])
            named[deposit] = named.get(deposit, 0) + int(edges.named_part[place])
        line: Lot = {}
        lots: dict[int, Lot] = {}
        for deposit in self.deposits(node):
            taken = named.get(deposit.edge, 0)
            if taken:
                lots[deposit.edge] = deposit.lot
            _add(line, share(deposit.lot, taken, deposit.amount))
        return line, lots

    def _arising(self, node: int) -> list[Deposit]:
        graph, pools = self.graph, self.graph.pools
        date = int(graph.nodes.date[node])
        found = []
        if graph.kind(node) == "allocation":
            found.append(self._of(node, graph.class_of(node), int(graph.nodes.amount[node]), date))
        if pools.outside[node] > 0:
            first, last = np.searchsorted(graph.receipts.account, [node, node + 1])
            for place in range(int(first), int(last)):
                kind = 8 if graph.receipts.poverty[place] else 9
                amount, day = int(graph.receipts.amount[place]), int(graph.receipts.date[place])
                found.append(Deposit({self.key_of(node, kind): amount}, amount, day, -1, outside=True))
        if pools.declared[node] > 0:
            found.append(self._of(node, graph.class_of(node), int(pools.declared[node]), date))
        if pools.unsourced[node] > 0:
            found.append(self._of(node, graph.unsourced_class(node), int(pools.unsourced[node]), date))
        return found

    def _of(self, node: int, kind: int, amount: int, date: int) -> Deposit:
        return Deposit({self.key_of(node, kind): amount}, amount, date, -1)


def _add(total: Lot, lot: Mapping[int, int]) -> None:
    for source, amount in lot.items():
        total[source] = total.get(source, 0) + amount


def _merged(recorded: list[Deposit], arising: list[Deposit]) -> list[Deposit]:
    """Deposits by date; within a day outside receipts and recorded ones by name, then what arises in the pool.

    Only payments are recorded deposits of accounts, and `account_entry:` comes before `payment:`.
    """
    ranked = [(deposit.date, 1, deposit) for deposit in recorded]
    ranked += [(deposit.date, 0 if deposit.outside else 2, deposit) for deposit in arising]
    ranked.sort(key=lambda item: item[:2])
    return [deposit for _, _, deposit in ranked]


def records_as_sources(graph: Graph) -> Seed:
    """Keys by record: the node's number, and two beyond all nodes for unsourced poverty and other money."""
    beyond = graph.node_count

    def key(node: int, kind: int) -> int:
        return node if kind < 8 else beyond + kind - 8

    return key
