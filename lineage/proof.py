"""The least and the most of each source in a record, proved by max-flow over the recorded movements above it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineage.attribution.bounds import Bounds, Capacity, bounds
from lineage.entries import arising
from lineage.graph import Graph
from lineage.graph.arrays import UNSOURCED_POVERTY
from lineage.subgraph import edges_of

UNSOURCED = -1
"""The key of all unsourced money together."""
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


def _movements(graph: Graph, ancestors: NDArray[np.int64]) -> list[Capacity]:
    edges = graph.edges
    return [
        Capacity(int(edges.source[edge]), int(edges.target[edge]), int(edges.flow[edge]))
        for edge in edges_of(graph, ancestors, "up").tolist()
    ]
