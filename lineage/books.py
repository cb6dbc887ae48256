"""What the draws of one pool of the graph take, worked out when asked.

Under the interval policies (pro-rata, fifo) a draw is a place on its pool's line, known from the running sums that the
graph keeps: its siblings are never looked at. The day-by-day policies replay the pool's history once.
A pool with a single source needs neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lineage.attribution.interval import INTERVAL_POLICIES, IntervalPool
from lineage.attribution.mixture import Lot, add
from lineage.attribution.policies import policy_named
from lineage.attribution.pool import Deposit, Draw, Drawn, IsPoverty
from lineage.graph import Graph
from lineage.graph.arrays import place_of


class Book(Protocol):
    """Draws by edge number, and what is left after all of them."""

    def draw(self, edge: int) -> Lot:
        """What one movement out of the pool carries."""
        ...

    def balance(self) -> Lot:
        """What is left in the pool."""
        ...


def book_of(graph: Graph, node: int, policy: str, deposits: Sequence[Deposit], is_poverty: IsPoverty) -> Book:
    """The cheapest book that gives exact answers for a node's pool."""
    sources = {key for deposit in deposits for key in deposit.lot}
    if len(sources) <= 1 and policy != "poison":
        return _OneSource(graph, node, sources, sum(deposit.amount for deposit in deposits))
    if policy in INTERVAL_POLICIES:
        return _Intervals(graph, node, policy, deposits)
    return _Replayed(graph, node, policy_named(policy)(deposits, draws_of(graph, node), is_poverty))


def draws_of(graph: Graph, node: int) -> list[Draw]:
    """The draws of a node's pool, in order, with the deposits that they name."""
    edges = graph.edges
    named = {edge: int(edges.named_deposit[place]) for edge, place in _named(graph, node).items()}
    return [
        Draw(int(edges.flow[edge]), int(edges.date[edge]), edge, named.get(edge, -1))
        for edge in graph.outgoing(node) if edges.flow[edge] > 0
    ]


def named_by_deposit(graph: Graph, node: int) -> dict[int, int]:
    """How much named draws take of each deposit of a node, by the deposit's edge."""
    return _by_deposit(graph, _named(graph, node))


def _by_deposit(graph: Graph, named: dict[int, int]) -> dict[int, int]:
    edges = graph.edges
    total: dict[int, int] = {}
    for place in named.values():
        part = int(edges.named_part[place])
        if part:
            deposit = int(edges.named_deposit[place])
            total[deposit] = total.get(deposit, 0) + part
    return total


def _named(graph: Graph, node: int) -> dict[int, int]:
    """Place among the named draws by edge, for the draws of one node."""
    edges = graph.edges
    if not len(edges.named_edge):
        return {}
    first, last = (place_of(edges.named_edge, int(edges.out_start[end])) for end in (node, node + 1))
    return {int(edges.named_edge[place]): place for place in range(first, last)}


class _OneSource:
    def __init__(self, graph: Graph, node: int, sources: set[int], amount: int) -> None:
        self._graph, self._node, self._sources, self._amount = graph, node, sources, amount

    def draw(self, edge: int) -> Lot:
        amount = int(self._graph.edges.flow[edge])
        return dict.fromkeys(self._sources, amount) if amount else {}

    def balance(self) -> Lot:
        start, stop = self._graph.edges.out_start[self._node : self._node + 2].tolist()
        left = self._amount - int(self._graph.edges.flow[start:stop].sum())
        return dict.fromkeys(self._sources, left) if left else {}


class _Intervals:
    def __init__(self, graph: Graph, node: int, policy: str, deposits: Sequence[Deposit]) -> None:
        self._graph, self._node = graph, node
        self._named = _named(graph, node)
        self._pool = IntervalPool(deposits, _by_deposit(graph, self._named), policy)

    def draw(self, edge: int) -> Lot:
        edges = self._graph.edges
        taken: Lot = {}
        part = self._part(edge)
        if part:
            place = self._named[edge]
            before = int(edges.named_before[place])
            add(taken, self._pool.take_named(int(edges.named_deposit[place]), before, before + part))
        start = int(edges.line_before[edge])
        add(taken, self._pool.take(start, start + int(edges.flow[edge]) - part))
        return taken

    def balance(self) -> Lot:
        edges = self._graph.edges
        drawn = 0
        for edge in self._graph.outgoing(self._node)[-1:]:
            drawn = int(edges.line_before[edge]) + int(edges.flow[edge]) - self._part(edge)
        return self._pool.take(drawn, self._pool.amount)

    def _part(self, edge: int) -> int:
        return int(self._graph.edges.named_part[self._named[edge]]) if edge in self._named else 0


class _Replayed:
    def __init__(self, graph: Graph, node: int, drawn: Drawn) -> None:
        edges = [edge for edge in graph.outgoing(node) if graph.edges.flow[edge] > 0]
        self._lots = dict(zip(edges, drawn.draws, strict=True))
        self._balance = drawn.balance

    def draw(self, edge: int) -> Lot:
        return self._lots.get(edge, {})

    def balance(self) -> Lot:
        return self._balance
