"""Money that only goes round, taken out before attribution.

In each strongly connected set the shortest ring through its least-named record (ties by name) loses
its least edge's amount on every edge, until no ring is left. In sets past 10,000 edges any fixed
order serves: there each ring found by depth-first search is taken as met. Invariant: at every node
as much is taken from its incoming as from its outgoing edges.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from lineage.graph.arrays import Indexes, Ints, Ring
from lineage.graph.order import in_money_order

LARGE_SET_EDGES = 10_000
Successors = dict[int, list[tuple[int, int]]]


def take_out(
    source: Indexes, target: Indexes, amount: Ints, row_starts: tuple[Ints, Ints]
) -> tuple[Ints, tuple[Ring, ...]]:
    """The flow (m,) of each edge without what goes round, and the strongly connected sets by least member.

    `row_starts` are those of the edges by source, in whose order they are, and by target.
    """
    flow = amount.copy()
    edges = np.flatnonzero(_on_cycles(source, target, amount, row_starts))
    if not len(edges):
        return flow, ()
    found = []
    for members, inside in _strong_sets(_successors(edges, source, target, flow)):
        found.append(Ring(tuple(sorted(members)), min(int(amount[edge]) for edge in inside)))
        _empty_set(inside, source, target, flow)
    return flow, tuple(sorted(found, key=lambda ring: ring.members[0]))


def _empty_set(inside: list[int], source: Indexes, target: Indexes, flow: Ints) -> None:
    waiting = [inside]
    while waiting:
        edges = waiting.pop()
        for members, within in _strong_sets(_successors(edges, source, target, flow)):
            successors = _successors(within, source, target, flow)
            if len(within) > LARGE_SET_EDGES:
                ring = _any_ring(successors, min(members))
            else:
                ring = _shortest_ring(successors, min(members))
            least = min(int(flow[edge]) for edge in ring)
            for edge in ring:
                flow[edge] -= least
            waiting.append(within)


def _successors(edges: Any, source: Indexes, target: Indexes, flow: Ints) -> Successors:
    result: Successors = {}
    for edge in edges:
        if flow[edge] > 0:
            result.setdefault(int(source[edge]), []).append((int(target[edge]), int(edge)))
    for following in result.values():
        following.sort()
    return result


def _strong_sets(successors: Successors) -> list[tuple[list[int], list[int]]]:
    """Strongly connected sets of two or more nodes (Tarjan, without recursion): members and the edges among them."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    home: dict[int, int] = {}
    sets: list[list[int]] = []
    for root in sorted(successors):
        if root in index:
            continue
        work = [(root, iter(successors[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            node, following = work[-1]
            step = next(following, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = _popped(stack, node)
                    home.update(dict.fromkeys(members, len(sets)))
                    sets.append(members)
            elif step[0] not in index:
                index[step[0]] = low[step[0]] = len(index)
                stack.append(step[0])
                work.append((step[0], iter(successors.get(step[0], ()))))
            elif step[0] not in home:
                low[node] = min(low[node], index[step[0]])
    inside: list[list[int]] = [[] for _ in sets]
    for node, following_edges in successors.items():
        for after, edge in following_edges:
            if home.get(after) == home[node]:
                inside[home[node]].append(edge)
    return [(members, edges) for members, edges in zip(sets, inside, strict=True) if edges]


def _popped(stack: list[int], until: int) -> list[int]:
    members = [stack.pop()]
    while members[-1] != until:
        members.append(stack.pop())
    return members


def _shortest_ring(successors: Successors, start: int) -> list[int]:
    """Edges of the shortest ring through `start`; of equally short ones the least by the names along it."""
    before: dict[int, list[int]] = {}
    for node, following in successors.items():
        for after, _ in following:
            before.setdefault(after, []).append(node)
    steps = {start: 0}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for earlier in before.get(node, ()):
            if earlier not in steps:
                steps[earlier] = steps[node] + 1
                queue.append(earlier)
    ring: list[int] = []
    node = start
    while not ring or node != start:
        nearest = min(steps[after] for after, _ in successors[node])
        node, edge = min(step for step in successors[node] if steps[step[0]] == nearest)
        ring.append(edge)
    return ring


def _any_ring(successors: Successors, start: int) -> list[int]:
    """Edges of the first ring that a walk from `start` along least names closes."""
    path: list[tuple[int, int]] = []
    seen: dict[int, int] = {}
    node = start
    while node not in seen:
        seen[node] = len(path)
        after, edge = successors[node][0]
        path.append((node, edge))
        node = after
    return [edge for _, edge in path[seen[node] :]]


def _on_cycles(source: Indexes, target: Indexes, amount: Ints, row_starts: tuple[Ints, Ints]) -> Any:
    """Which edges (m,) could lie on a cycle: both ends pass money on, and neither has a place in the money's order."""
    out_start, in_start = row_starts
    left = out_start[1:] > out_start[:-1]
    left[in_money_order(out_start, in_start, target, amount)] = False
    return left[source] & left[target]
