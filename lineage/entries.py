"""Where money enters the network, and which movements left a pool before their money came."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from lineage.books import named_by_deposit
from lineage.graph import Graph
from lineage.graph.arrays import UNSOURCED_POVERTY, place_of

OUTSIDE, OWN, UNSOURCED = -1, 1, 2
"""Ranks among a day's deposits, recorded ones being 0: outside receipts (`account_entry:` comes before `payment:`, the
only recorded deposits of accounts), a record's own money, unsourced money."""


@dataclass(frozen=True, slots=True)
class Arising:
    """`amount` fen of class index `kind` that enter at a record; `date` is a day number."""

    rank: int
    kind: int
    amount: int
    date: int


def arising(graph: Graph, node: int) -> list[Arising]:
    """Money that enters the network at a node, in order within a day; none of it nothing."""
    if not graph.nodes.alive[node]:
        return []
    pools = graph.pools
    date = int(graph.nodes.date[node])
    found = []
    if pools.outside[node] > 0:
        first, last = (place_of(graph.receipts.account, end) for end in (node, node + 1))
        for place in range(first, last):
            kind = UNSOURCED_POVERTY if graph.receipts.poverty[place] else UNSOURCED_POVERTY + 1
            found.append(Arising(OUTSIDE, kind, int(graph.receipts.amount[place]), int(graph.receipts.date[place])))
    if graph.kind(node) == "allocation":
        found.append(Arising(OWN, graph.class_of(node), int(graph.nodes.amount[node]), date))
    if pools.declared[node] > 0:
        found.append(Arising(OWN, graph.class_of(node), int(pools.declared[node]), date))
    if pools.unsourced[node] > 0:
        found.append(Arising(UNSOURCED, graph.unsourced_class(node), int(pools.unsourced[node]), date))
    return [born for born in found if born.amount]


def advances(graph: Graph, edges: Iterable[int]) -> frozenset[int]:
    """Which of these movements were made before their money came (预拨): alike under every policy.

    Cost: the deposits of the pools they leave, never their siblings.
    """
    calendars: dict[int, _Calendar] = {}
    early = set()
    for edge in edges:
        node = int(graph.edges.source[edge])
        if node not in calendars:
            calendars[node] = _Calendar(graph, node)
        if calendars[node].is_early(edge):
            early.add(edge)
    return frozenset(early)


class _Calendar:
    """How much had come into a pool by each day, without what named draws take."""

    def __init__(self, graph: Graph, node: int) -> None:
        self._graph = graph
        arrays = graph.edges
        used = named_by_deposit(graph, node)
        came = [(int(arrays.date[edge]), int(arrays.flow[edge]) - used.get(edge, 0)) for edge in graph.incoming(node)]
        came += [(born.date, born.amount) for born in arising(graph, node)]
        came.sort()
        self._dates = [date for date, _ in came]
        self._sums = [0, *accumulate(amount for _, amount in came)]

    def is_early(self, edge: int) -> bool:
        edges = self._graph.edges
        date = int(edges.date[edge])
        part = 0
        place = self._graph.named_place(edge)
        if place >= 0:
            part = int(edges.named_part[place])
            if part and edges.date[edges.named_deposit[place]] > date:
                return True
        wanted = int(edges.flow[edge]) - part
        return wanted > 0 and int(edges.line_before[edge]) + wanted > self._sums[bisect_right(self._dates, date)]
