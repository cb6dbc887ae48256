"""The state of every record's chain: what can be reached from the sources, and from where unsourced money enters."""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.compiled import kernel
from lineage.graph.arrays import Chains, Edges, Flags, Ints, Nodes, Pools
from lineage.schema import NODE_KINDS


def reached(nodes: Nodes, edges: Edges, pools: Pools, kind_start: Ints) -> Chains:
    """Mark every node that sourced and unsourced money reaches. Linear in the edges, rings or not."""
    sources = (pools.declared > 0) & nodes.alive
    place = NODE_KINDS.index("allocation")
    sources[int(kind_start[place]) : int(kind_start[place + 1])] = True
    entries = (pools.unsourced > 0) | (pools.outside > 0)
    return Chains(_spread(edges, sources), _spread(edges, entries))


def _spread(edges: Edges, seeds: Flags) -> Flags:
    marked = seeds.copy()
    _flood(edges.out_start, edges.target, marked)
    return marked


@kernel
def _flood(start: Any, target: Any, marked: Any) -> None:
    """Mark (n,) every node downstream of a marked one."""
    stack = np.flatnonzero(marked)
    queue = np.empty(len(marked), np.int32)
    filled = len(stack)
    for place in range(filled):
        queue[place] = stack[place]
    while filled > 0:
        filled -= 1
        node = queue[filled]
        for edge in range(start[node], start[node + 1]):
            after = target[edge]
            if not marked[after]:
                marked[after] = True
                queue[filled] = after
                filled += 1


@kernel
def payments_below(start: Any, target: Any, roots: Any, first: int, last: int, amount: Any, alive: Any) -> Any:
    """Number and sum (r, 2) of the payments, nodes first..last - 1, at or downstream of each root (r,).

    Cost: the edges below each root; `seen` bears the root's number, so nothing is cleared in between.
    """
    result = np.zeros((len(roots), 2), np.int64)
    seen = np.full(len(alive), -1, np.int32)
    queue = np.empty(len(alive), np.int32)
    for place in range(len(roots)):
        queue[0] = roots[place]
        seen[roots[place]] = place
        filled = 1
        while filled > 0:
            filled -= 1
            node = queue[filled]
            if first <= node < last and alive[node]:
                result[place, 0] += 1
                result[place, 1] += amount[node]
            for edge in range(start[node], start[node + 1]):
                after = target[edge]
                if seen[after] != place:
                    seen[after] = place
                    queue[filled] = after
                    filled += 1
    return result
