"""The least and the most of each source in a record, proved by max-flow over the recorded movements above it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineage.attribution.bounds import Bounds, Capacity, bounds
from lineage.entries import arising
from lineage.graph import Graph
from lineage.graph.arrays import UNSOURCED_POVERTY
from lineage.subgraph import edges_of, reach

UNSOURCED = -1
"""The key of all unsourced money together."""
_TOGETHER = -2
POVERTY = 0
"""Classes alternate: poverty money has the even ones."""


def proved(graph: Graph, node: int, ancestors: NDArray[np.int64], pool_fen: int) -> dict[int, Bounds]:
    """Bounds by source node, and of all unsourced money, for a record whose ancestors (itself included) are given."""
    births = [
        Capacity(UNSOURCED if born.kind >= UNSOURCED_POVERTY else member, member, born.amount)
        for member in ancestors.tolist() for born in arising(graph, member)
    ]
    return bounds(_movements(graph, ancestors), births, node, pool_fen)


def proved_poverty(graph: Graph, node: int, ancestors: NDArray[np.int64], pool_fen: int) -> Bounds:
    """Bounds of all poverty money together, unsourced poverty money included: often narrower than any source's own."""
    births = [
        Capacity(born.kind % 2, member, born.amount) for member in ancestors.tolist() for born in arising(graph, member)
    ]
    return bounds(_movements(graph, ancestors), births, node, pool_fen).get(POVERTY, Bounds(0, 0))


def proved_together(graph: Graph, members: NDArray[np.int64], amounts_fen: NDArray[np.int64]) -> dict[int, Bounds]:
    """Bounds of poverty (0), other (1) and unsourced money (`UNSOURCED`) in what several records hold together.

    Of each member its amount counts, at most its pool. No member may be a descendant of another.
    """
    ancestors = reach(graph, members, "up").nodes
    held = np.minimum(amounts_fen, graph.pools.pool[members]).tolist()
    births = [
        Capacity(UNSOURCED if born.kind >= UNSOURCED_POVERTY else born.kind % 2, member, born.amount)
        for member in ancestors.tolist() for born in arising(graph, member)
    ]
    ends = [Capacity(member, _TOGETHER, fen) for member, fen in zip(members.tolist(), held, strict=True)]
    return bounds([*_movements(graph, ancestors), *ends], births, _TOGETHER, sum(held))


def _movements(graph: Graph, ancestors: NDArray[np.int64]) -> list[Capacity]:
    edges = graph.edges
    return [
        Capacity(int(edges.source[edge]), int(edges.target[edge]), int(edges.flow[edge]))
        for edge in edges_of(graph, ancestors, "up").tolist()
    ]
