"""The least and the most of each source in a record, proved by max-flow over the movements above it.

Capacities are what remains once money that only goes round is taken out, as attribution has it."""

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


def proved(graph: Graph, node: int, ancestors: NDArray[np.int64], pool_fen: int) -> dict[int, Bounds]:
    """Bounds by source node, and of all unsourced money, for a record whose ancestors (itself included) are given."""
    edges = graph.edges
    entering = edges_of(graph, ancestors, "up").tolist()
    movements = [
        Capacity(int(edges.source[edge]), int(edges.target[edge]), int(edges.flow[edge])) for edge in entering
    ]
    births = [
        Capacity(UNSOURCED if born.kind >= UNSOURCED_POVERTY else member, member, born.amount)
        for member in ancestors.tolist() for born in arising(graph, member)
    ]
    return bounds(movements, births, node, pool_fen)
