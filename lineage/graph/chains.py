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
def payments_below(start: Any, target: Any, roots: Any, entering: Any, own: Any) -> Any:
    """Number and sum (r, 2) of the payments at or downstream of each root (r,), each once.

    `own` (n, 2) is 1 and the amount at payments that count, nothing elsewhere; `entering` (n,) counts the edges into
    each node. Cost: the edges below all roots once, and for each root what of them is not closed: where money spreads
    out and never meets again (an indicator and its payments) the sums are known, and nobody goes down there again.
    """
    closed, below = _closed(start, target, roots, entering, own)
    result = np.zeros((len(roots), 2), np.int64)
    seen = np.full(len(own), -1, np.int32)
    queue = np.empty(len(own), np.int32)
    for place in range(len(roots)):
        queue[0] = roots[place]
        seen[roots[place]] = place
        filled = 1
        while filled > 0:
            filled -= 1
            node = queue[filled]
            if closed[node]:
                result[place] += below[node]
                continue
            result[place] += own[node]
            for edge in range(start[node], start[node + 1]):
                after = target[edge]
                if seen[after] != place and not (closed[after] and below[after, 0] == 0):
                    seen[after] = place
                    queue[filled] = after
                    filled += 1
    return result


@kernel
def _closed(start: Any, target: Any, roots: Any, entering: Any, own: Any) -> Any:
    """Of the nodes at or below the roots: whether all payments below are met on one way only (n,), and then their sums
    (n, 2).

    A node is finished after all nodes below it; one on a ring meets a node not finished, and is not closed.
    """
    closed = np.zeros(len(own), np.bool_)
    below = own.copy()
    following = np.full(len(own), -1, np.int64)
    path = np.empty(len(own), np.int32)
    for root in roots:
        if following[root] >= 0:
            continue
        path[0], filled = root, 1
        following[root], closed[root] = start[root], True
        while filled > 0:
            node = path[filled - 1]
            if following[node] < start[node + 1]:
                after = target[following[node]]
                following[node] += 1
                if following[after] < 0:
                    following[after], closed[after] = start[after], True
                    path[filled] = after
                    filled += 1
                    continue
                _take_up(node, after, following[after] < start[after + 1] + 1, closed, below, entering)
                continue
            following[node] = start[node + 1] + 1
            filled -= 1
            if filled > 0:
                _take_up(path[filled - 1], node, False, closed, below, entering)
    return closed, below


@kernel
def _take_up(node: Any, after: Any, is_open: Any, closed: Any, below: Any, entering: Any) -> None:
    """Add what lies below the end of an edge to its beginning."""
    if is_open or not closed[after] or (below[after, 0] > 0 and entering[after] > 1):
        closed[node] = False
    else:
        below[node] += below[after]
