"""Whose money is it, for the whole ledger at once, under the policies that look at single deposits.

First in, first out; last in, first out; and the day-by-day mixtures (rolling, libr, poverty-first), by the ten origin
classes. The same rules as `fifo`, `lifo` and `replay` for one pool, over the graph's arrays: a pool of one class is one
small number and is never replayed. Invariant: Σ over draws + balance = deposits, for every class at every node.
Cost: linear in the edges, and in the parts of deposits that draws take.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.attribution import class_walk
from lineage.attribution.class_mixture import CLASS_COUNT, EMPTY, MIXED, class_of, first_fen
from lineage.attribution.class_walk import (
    EDGE_KIND,
    EDGE_ROW,
    FLOW,
    IN_EDGE,
    IN_START,
    NODE_KIND,
    OUT_START,
    Classes,
    add_span,
    first_at,
    gather,
    pass_on,
    put,
)
from lineage.compiled import int64, kernel
from lineage.graph.arrays import Graph

FIFO, LIFO, ROLLING, LIBR, POVERTY_FIRST = range(5)
MODES = {"fifo": FIFO, "lifo": LIFO, "rolling": ROLLING, "libr": LIBR, "poverty-first": POVERTY_FIRST}
AMOUNT, KIND, ROW, DATE, TAKEN, STACK = range(6)
"""Columns of a pool's deposits; STACK is no part of them but the line-up of those that are there, by row."""
ONE, TWO, POOL, LOT, WORK_ROWS = range(5)
"""Rows of the space to work in: the first two belong to whoever computes a part of a mixture."""


def replayed(graph: Graph, policy: str) -> tuple[Classes, Classes]:
    """Classes of every node's pool and of what flows along every edge; `policy` is one of MODES."""
    walk = class_walk.start(graph)
    edges = graph.edges
    named = (edges.named_edge.astype(np.int64), edges.named_deposit, edges.named_before, edges.named_part)
    held = np.empty((_most_deposits(graph, walk), 6), np.int64)
    position = np.empty(graph.edge_count if len(named[0]) else 0, np.int32)
    work = np.zeros((WORK_ROWS, CLASS_COUNT), np.int64)
    place = 0
    while place < len(walk.order):
        place, walk.used = _replay(place, walk.order, walk.money, walk.born, walk.lots, edges.date, named, walk.rows,
                                   walk.used, walk.room, MODES[policy], held, position, work)
        if place < len(walk.order):
            walk.grow()
    return walk.finish()


def _most_deposits(graph: Graph, walk: class_walk.Walk) -> int:
    """No pool that passes money on has more deposits than this."""
    order, in_start = walk.order, graph.edges.in_start
    _, arising = np.unique(walk.born[0], return_counts=True)
    return int((in_start[order + 1] - in_start[order]).max(initial=0)) + int(arising.max(initial=0))


@kernel
def _replay(place: int, order: Any, money: Any, born: Any, lots: Any, date: Any, named: Any, rows: Any, used: int,
            room: int, mode: int, held: Any, position: Any, work: Any) -> Any:
    """Replay pool after pool from `place` of the order on, while there is room: where it stopped, rows in use."""
    node_kind = lots[NODE_KIND]
    while place < len(order):
        node = int64(order[place])
        if node_kind[node] == MIXED:
            if used + room > len(rows):
                break
            used = gather(node, money, born, lots, rows, used)
            count = _collect(node, money, born, lots, date, held, position)
            used = _serve(node, count, mode, money, lots, date, named, rows, used, held, position, work)
        elif node_kind[node] != EMPTY:
            pass_on(node, money, lots)
        place += 1
    return place, used


@kernel
def _collect(node: int, money: Any, born: Any, lots: Any, date: Any, held: Any, position: Any) -> Any:
    """Write a pool's deposits in order into `held`; `position` (m,) gets each deposit edge's row. How many they are."""
    flow, in_start, in_edge = money[FLOW], money[IN_START], money[IN_EDGE]
    edge_kind, edge_row = lots[EDGE_KIND], lots[EDGE_ROW]
    born_node, arises = born
    place, last = int64(in_start[node]), int64(in_start[node + 1])
    other, last_other = first_at(born_node, node), first_at(born_node, node + 1)
    count = int64(0)
    while place < last or other < last_other:
        if place < last and flow[in_edge[place]] == 0:
            place += 1
            continue
        arising = place == last
        if not arising and other < last_other:
            day = date[in_edge[place]]
            arising = arises[other, 3] < day or (arises[other, 3] == day and arises[other, 2] < 0)
        if arising:
            held[count, AMOUNT], held[count, KIND] = arises[other, 0], arises[other, 1]
            held[count, ROW], held[count, DATE] = -1, arises[other, 3]
            other += 1
        else:
            edge = in_edge[place]
            held[count, AMOUNT], held[count, KIND], held[count, ROW] = flow[edge], edge_kind[edge], edge_row[edge]
            held[count, DATE] = date[edge]
            if len(position):
                position[edge] = count
            place += 1
        held[count, TAKEN] = 0
        count += 1
    return count


@kernel
def _take_part(amount: int, step: int, offset: int, work: Any) -> Any:
    """Add F(amount) of the classes offset, offset + step … of the pool to the lot, at most all of them; how much."""
    one, two = work[ONE], work[TWO]
    total = int64(0)
    for kind in range(CLASS_COUNT):
        one[kind] = work[POOL, kind] if kind % step == offset else 0
        total += one[kind]
    part = amount if amount < total else total
    first_fen(one, part, two)
    for kind in range(CLASS_COUNT):
        work[LOT, kind] += two[kind]
        work[POOL, kind] -= two[kind]
    return part


@kernel
def _take(mode: int, held: Any, depth: int, amount: int, rows: Any, work: Any) -> int:
    """Take `amount` fen, which are there, out of the pool into the lot; the depth of the stack after it."""
    if mode >= ROLLING:
        step = int64(1 if mode == ROLLING else 2)
        early = int64(1 if mode == LIBR else 0)
        part = _take_part(amount, step, early, work)
        if part < amount:
            _take_part(amount - part, step, 1 - early, work)
        return depth
    while amount > 0:
        place = held[depth - 1, STACK]
        start = held[place, TAKEN]
        left = held[place, AMOUNT] - start
        part = amount if amount < left else left
        add_span(held[place, KIND], held[place, ROW], start, start + part, rows, work[LOT], work)
        held[place, TAKEN] = start + part
        amount -= part
        if part == left:
            depth -= 1
    return depth


@kernel
def _serve(node: int, count: int, mode: int, money: Any, lots: Any, date: Any, named: Any, rows: Any, used: int,
           held: Any, position: Any, work: Any) -> int:
    """Serve all draws of a mixed pool in order. How many rows are in use."""
    out_start, flow = money[OUT_START], money[FLOW]
    named_edge, named_deposit, named_before, named_part = named
    lot = work[LOT]
    place, last_place = first_at(named_edge, out_start[node]), first_at(named_edge, out_start[node + 1])
    for other in range(place, last_place):
        if named_part[other] > 0:
            held[position[named_deposit[other]], TAKEN] += named_part[other]
    depth, following, there = int64(0), int64(0), int64(0)
    for kind in range(CLASS_COUNT):
        work[POOL, kind] = 0
    if mode == FIFO:
        # all deposits are there from the start, the oldest on top
        for back in range(count):
            row = count - 1 - back
            if held[row, TAKEN] < held[row, AMOUNT]:
                held[depth, STACK] = row
                depth += 1
                there += held[row, AMOUNT] - held[row, TAKEN]
        following = count
    for edge in range(out_start[node], out_start[node + 1]):
        if flow[edge] == 0:
            continue
        for kind in range(CLASS_COUNT):
            lot[kind] = 0
        wanted = flow[edge]
        while place < last_place and named_edge[place] < edge:
            place += 1
        if place < last_place and named_edge[place] == edge and named_part[place] > 0:
            row = int64(position[named_deposit[place]])
            add_span(held[row, KIND], held[row, ROW], named_before[place], named_before[place] + named_part[place],
                     rows, lot, work)
            wanted -= named_part[place]
        while wanted > 0 or (following < count and held[following, DATE] <= date[edge]):
            if following < count and (there == 0 or held[following, DATE] <= date[edge]):
                depth, there = _put(mode, held, following, depth, there, rows, work)
                following += 1
                continue
            assert there > 0, "a pool has less than what leaves it"
            part = wanted if wanted < there else there
            depth = _take(mode, held, depth, part, rows, work)
            there -= part
            wanted -= part
        used = put(edge, class_of(lot), lot, money, lots, rows, used)
    return used


@kernel
def _put(mode: int, held: Any, place: int, depth: int, there: int, rows: Any, work: Any) -> Any:
    """Let the next deposit arrive: depth of the stack, fen that are there."""
    left = held[place, AMOUNT] - held[place, TAKEN]
    if left > 0:
        if mode == LIFO:
            held[depth, STACK] = place
            depth += 1
        else:
            add_span(held[place, KIND], held[place, ROW], held[place, TAKEN], held[place, AMOUNT], rows, work[POOL],
                     work)
    return depth, there + left
