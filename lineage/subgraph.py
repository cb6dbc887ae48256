"""What lies up- or downstream of a record: nodes by hops, and an order in which money can be followed.

Upstream means ancestors only, downstream descendants only. Cost: the edges of what is reached, never
its paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lineage.graph import Graph
from lineage.graph.arrays import Indexes, Ints

Direction = Literal["up", "down"]
FEW = 1_000
"""Nodes up to which walking them one by one is sooner done."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Nodes (k,) by depth, then number; depth (k,) in hops from the record asked."""

    nodes: NDArray[np.int64]
    depth: NDArray[np.int64]


def reach(graph: Graph, roots: NDArray[np.int64], direction: Direction) -> Reach:
    """Everything reached from the roots, level by level.

    Few nodes are walked one by one: arrays cost some 30 µs a hop and a byte for each node of the graph, ten records
    that way fifty times what they are worth. From `FEW` nodes on whole rows of the sparse form are taken at a time.
    """
    levels = _few(graph, sorted(set(roots.tolist())), direction)
    if sum(map(len, levels)) >= FEW:
        return _many(graph, [np.array(level, np.int64) for level in levels], direction)
    depth = [hops for hops, level in enumerate(levels) for _ in level]
    return Reach(np.array(list(chain.from_iterable(levels)), np.int64), np.array(depth, np.int64))


def _few(graph: Graph, frontier: list[int], direction: Direction) -> list[list[int]]:
    """Levels of nodes until all are met, or `FEW`."""
    start, ends = _ends(graph, direction)
    levels, seen = [frontier], set(frontier)
    while frontier and len(seen) < FEW:
        met: set[int] = set()
        for node in frontier:
            met.update(ends(start[node], start[node + 1]))
        frontier = sorted(met - seen)
        seen |= met
        if frontier:
            levels.append(frontier)
    return levels


def _ends(graph: Graph, direction: Direction) -> tuple[memoryview, Callable[[int, int], Iterable[int]]]:
    """Where each node's row of the sparse form begins, and the far ends of a row, as plain numbers."""
    edges = graph.edges
    if direction == "down":
        target = edges.target.data
        return edges.out_start.data, lambda first, last: target[first:last]
    in_edge, source = edges.in_edge.data, edges.source.data
    return edges.in_start.data, lambda first, last: [source[edge] for edge in in_edge[first:last]]


def _many(graph: Graph, levels: list[NDArray[np.int64]], direction: Direction) -> Reach:
    """The levels met so far and all that follow."""
    seen = np.zeros(graph.node_count, np.bool_)
    for level in levels:
        seen[level] = True
    frontier = levels[-1]
    while len(frontier):
        following = neighbours(graph, frontier, direction)
        frontier = np.unique(following[~seen[following]])
        seen[frontier] = True
        levels.append(frontier)
    depth = np.repeat(np.arange(len(levels)), [len(level) for level in levels])
    return Reach(np.concatenate(levels), depth)


def edges_of(graph: Graph, nodes: NDArray[np.int64], direction: Direction) -> NDArray[np.int64]:
    """Edge numbers entering (up) or leaving (down) the nodes, in the nodes' order."""
    start = graph.edges.in_start if direction == "up" else graph.edges.out_start
    places = _rows(start, nodes)
    edges: NDArray[np.int64] = graph.edges.in_edge[places].astype(np.int64) if direction == "up" else places
    return edges


def fan(graph: Graph, nodes: NDArray[np.int64], direction: Direction) -> int:
    """The most edges that enter (up) or leave (down) one of the nodes."""
    start = graph.edges.in_start if direction == "up" else graph.edges.out_start
    return int((start[nodes + 1] - start[nodes]).max())


def neighbours(graph: Graph, nodes: NDArray[np.int64], direction: Direction) -> NDArray[np.int64]:
    """Nodes one hop away, repeated where several edges lead there."""
    edges = edges_of(graph, nodes, direction)
    ends: Indexes = graph.edges.source if direction == "up" else graph.edges.target
    found: NDArray[np.int64] = ends[edges].astype(np.int64)
    return found


def _rows(start: Ints, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of all entries of the given rows, row after row."""
    first, counts = start[nodes], start[nodes + 1] - start[nodes]
    total = int(counts.sum())
    ends = np.cumsum(counts)
    places: NDArray[np.int64] = np.arange(total, dtype=np.int64) + np.repeat(first - (ends - counts), counts)
    return places


def money_order(graph: Graph, nodes: NDArray[np.int64]) -> list[int]:
    """The nodes so that money flows forward only. `nodes` must hold all ancestors of its members.

    What goes round has been taken out of `flow`, so the order exists; ties go by node number.
    """
    edges = edges_of(graph, np.sort(nodes), "up")
    edges = edges[graph.edges.flow[edges] > 0]
    waiting: dict[int, int] = dict.fromkeys((int(node) for node in nodes), 0)
    following: dict[int, list[int]] = {}
    for source, target in zip(graph.edges.source[edges].tolist(), graph.edges.target[edges].tolist(), strict=True):
        waiting[target] += 1
        following.setdefault(source, []).append(target)
    order = sorted((node for node, count in waiting.items() if count == 0), reverse=True)
    result = []
    while order:
        node = order.pop()
        result.append(node)
        for after in following.get(node, ()):
            waiting[after] -= 1
            if waiting[after] == 0:
                order.append(after)
    assert len(result) == len(waiting), "money goes round after rings were taken out"
    return result
