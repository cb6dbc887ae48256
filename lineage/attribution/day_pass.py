"""Whose money is it, for the whole ledger at once, under the policies that look at single deposits.

First in, first out; last in, first out; and the day-by-day mixtures (rolling, libr, poverty-first), by the ten origin
classes. The same rules as `fifo`, `lifo` and `replay` for one pool, over the graph's arrays: a pool of one class is one
small number and is never replayed. Invariant: Σ over draws + balance = deposits, for every class at every node.
Cost: linear in the edges, and in the parts of deposits that draws take.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lineage.attribution.class_pass import CLASS_COUNT, Classes, _grown, _is_pure, first_fen, money_order
from lineage.compiled import kernel
from lineage.graph.arrays import UNSOURCED_POVERTY, Graph, Ints
from lineage.schema import NODE_KINDS

FIFO, LIFO, ROLLING, LIBR, POVERTY_FIRST = range(5)
MODES = {"fifo": FIFO, "lifo": LIFO, "rolling": ROLLING, "libr": LIBR, "poverty-first": POVERTY_FIRST}
AMOUNT, KIND, ROW, DATE, TAKEN = range(5)
OUTSIDE, OWN, UNSOURCED = -1, 1, 2


def replayed(graph: Graph, policy: str) -> tuple[Classes, Classes]:
    """Classes of every node's pool and of what flows along every edge; `policy` is one of MODES."""
    edges = graph.edges
    born_start, born = _arising(graph)
    result = _replay(
        money_order(graph), born_start, born, edges.out_start, edges.flow, edges.date, edges.in_start, edges.in_edge,
        (edges.named_edge, edges.named_deposit, edges.named_before, edges.named_part), MODES[policy],
    )
    node_kind, node_row, node_rows, edge_kind, edge_row, edge_rows = result
    return Classes(node_kind, node_row, node_rows), Classes(edge_kind, edge_row, edge_rows)


def _arising(graph: Graph) -> tuple[Ints, Ints]:
    """Money that enters at nodes: row starts (n + 1,), and rows of amount, class, rank, date in deposit order."""
    pools, nodes, receipts = graph.pools, graph.nodes, graph.receipts
    place = NODE_KINDS.index("allocation")
    allocations = np.arange(int(graph.kind_start[place]), int(graph.kind_start[place + 1]))
    declared, unsourced = np.flatnonzero(pools.declared > 0), np.flatnonzero(pools.unsourced > 0)
    classes = 2 * nodes.tier.astype(np.int64) + np.where(nodes.in_scope, 0, 1)
    lost = UNSOURCED_POVERTY + np.where(nodes.in_scope, 0, 1)
    node = np.concatenate([receipts.account, allocations, declared, unsourced]).astype(np.int64)
    columns = np.empty((len(node), 4), np.int64)
    columns[:, 0] = np.concatenate([receipts.amount, nodes.amount[allocations], pools.declared[declared],
                                    pools.unsourced[unsourced]])
    columns[:, 1] = np.concatenate([UNSOURCED_POVERTY + np.where(receipts.poverty, 0, 1), classes[allocations],
                                    classes[declared], lost[unsourced]])
    columns[:, 2] = np.repeat([OUTSIDE, OWN, OWN, UNSOURCED],
                              [len(receipts.account), len(allocations), len(declared), len(unsourced)])
    dates = nodes.date
    columns[:, 3] = np.concatenate([receipts.date, dates[allocations], dates[declared], dates[unsourced]])
    keep = np.flatnonzero(columns[:, 0] > 0)
    keep = keep[np.lexsort((columns[keep, 2], columns[keep, 3], node[keep]))]
    return np.searchsorted(node[keep], np.arange(graph.node_count + 1)), columns[keep]


@kernel
def _one_class(first: int, last: int, in_edge: Any, flow: Any, edge_kind: Any, born: Any) -> int:
    """The class of all deposits of a pool: -1 of none, 10 where they are mixed."""
    found = -1
    for place in range(first, last):
        if flow[in_edge[place]] > 0:
            kind = edge_kind[in_edge[place]]
            if found >= 0 and kind != found:
                return CLASS_COUNT
            found = kind
    for place in range(len(born)):
        if found >= 0 and born[place, 1] != found:
            return CLASS_COUNT
        found = born[place, 1]
    return found


@kernel
def _collect(first: int, last: int, in_edge: Any, flow: Any, date: Any, edge_kind: Any, edge_row: Any, born: Any,
             held: Any, position: Any) -> int:
    """Write a pool's deposits in order into `held` (k, 5); `position` (m,) gets each deposit edge's row."""
    count, place, other = 0, first, 0
    while place < last or other < len(born):
        if place < last and flow[in_edge[place]] == 0:
            place += 1
            continue
        arising = place == last
        if not arising and other < len(born):
            day = date[in_edge[place]]
            arising = born[other, 3] < day or (born[other, 3] == day and born[other, 2] < 0)
        if arising:
            held[count, AMOUNT], held[count, KIND], held[count, ROW] = born[other, 0], born[other, 1], -1
            held[count, DATE] = born[other, 3]
            other += 1
        else:
            edge = in_edge[place]
            held[count, AMOUNT], held[count, KIND], held[count, ROW] = flow[edge], edge_kind[edge], edge_row[edge]
            held[count, DATE] = date[edge]
            position[edge] = count
            place += 1
        held[count, TAKEN] = 0
        count += 1
    return count


@kernel
def _add_span(held: Any, place: int, start: int, stop: int, edge_rows: Any, lot: Any, one: Any, two: Any) -> None:
    """Add fen start..stop of a deposit's own line to a lot."""
    if held[place, KIND] < CLASS_COUNT:
        lot[held[place, KIND]] += stop - start
        return
    mixture = edge_rows[held[place, ROW]]
    first_fen(mixture, start, one)
    first_fen(mixture, stop, two)
    for kind in range(CLASS_COUNT):
        lot[kind] += two[kind] - one[kind]


@kernel
def _take_part(pool: Any, amount: int, step: int, offset: int, lot: Any, one: Any, two: Any) -> int:
    """Add F(amount) of the classes offset, offset + step … of a pool to a lot, at most all of them; how much it was."""
    total = 0
    for kind in range(CLASS_COUNT):
        one[kind] = pool[kind] if kind % step == offset else 0
        total += one[kind]
    part = min(amount, total)
    first_fen(one, part, two)
    for kind in range(CLASS_COUNT):
        lot[kind] += two[kind]
        pool[kind] -= two[kind]
    return part


@kernel
def _take(mode: int, held: Any, stack: Any, depth: int, pool: Any, amount: int, edge_rows: Any, lot: Any, one: Any,
          two: Any) -> int:
    """Take `amount` fen, which are there, out of the pool into a lot; the depth of the stack after it."""
    if mode == ROLLING:
        _take_part(pool, amount, 1, 0, lot, one, two)
    elif mode in (LIBR, POVERTY_FIRST):
        early = 1 if mode == LIBR else 0
        part = _take_part(pool, amount, 2, early, lot, one, two)
        if part < amount:
            _take_part(pool, amount - part, 2, 1 - early, lot, one, two)
    else:
        while amount > 0:
            place = stack[depth - 1]
            start = held[place, TAKEN]
            part = min(amount, held[place, AMOUNT] - start)
            _add_span(held, place, start, start + part, edge_rows, lot, one, two)
            held[place, TAKEN] = start + part
            amount -= part
            if start + part == held[place, AMOUNT]:
                depth -= 1
    return depth


@kernel
def _serve(node: int, count: int, mode: int, held: Any, position: Any, out_start: Any, flow: Any, date: Any, named: Any,
           edge_kind: Any, edge_row: Any, edge_rows: Any, used: int) -> Any:
    """Serve all draws of a mixed pool in order; edge rows and how many of them are in use."""
    named_edge, named_deposit, named_before, named_part = named
    place = np.searchsorted(named_edge, out_start[node])
    last_place = np.searchsorted(named_edge, out_start[node + 1])
    for other in range(place, last_place):
        if named_part[other] > 0:
            held[position[named_deposit[other]], TAKEN] += named_part[other]
    pool, lot = np.zeros(CLASS_COUNT, np.int64), np.zeros(CLASS_COUNT, np.int64)
    one, two = np.zeros(CLASS_COUNT, np.int64), np.zeros(CLASS_COUNT, np.int64)
    stack = np.empty(count, np.int64)
    depth, following, there = 0, 0, 0
    if mode == FIFO:
        # all deposits are there from the start, the oldest on top
        for row in range(count - 1, -1, -1):
            if held[row, TAKEN] < held[row, AMOUNT]:
                stack[depth] = row
                depth += 1
                there += held[row, AMOUNT] - held[row, TAKEN]
        following = count
    for edge in range(out_start[node], out_start[node + 1]):
        if flow[edge] == 0:
            continue
        lot[:] = 0
        wanted = flow[edge]
        while place < last_place and named_edge[place] < edge:
            place += 1
        if place < last_place and named_edge[place] == edge and named_part[place] > 0:
            start = named_before[place]
            _add_span(held, position[named_deposit[place]], start, start + named_part[place], edge_rows, lot, one, two)
            wanted -= named_part[place]
        while following < count and held[following, DATE] <= date[edge]:
            depth, there, following = _put(mode, held, following, stack, depth, pool, there, edge_rows, one, two)
        while wanted > 0:
            if there == 0:
                depth, there, following = _put(mode, held, following, stack, depth, pool, there, edge_rows, one, two)
                continue
            part = min(wanted, there)
            depth = _take(mode, held, stack, depth, pool, part, edge_rows, lot, one, two)
            there -= part
            wanted -= part
        kind = _is_pure(lot)
        edge_kind[edge] = kind
        if kind == CLASS_COUNT:
            edge_rows = _grown(edge_rows, used)
            edge_rows[used] = lot
            edge_row[edge] = used
            used += 1
    return edge_rows, used


@kernel
def _put(mode: int, held: Any, place: int, stack: Any, depth: int, pool: Any, there: int, edge_rows: Any, one: Any,
         two: Any) -> Any:
    """Let the next deposit arrive: depth of the stack, fen that are there, the deposit after it."""
    left = held[place, AMOUNT] - held[place, TAKEN]
    if left > 0:
        if mode == LIFO:
            stack[depth] = place
            depth += 1
        else:
            _add_span(held, place, held[place, TAKEN], held[place, AMOUNT], edge_rows, pool, one, two)
    return depth, there + left, place + 1


@kernel
def _replay(order: Any, born_start: Any, born: Any, out_start: Any, flow: Any, date: Any, in_start: Any, in_edge: Any,
            named: Any, mode: int) -> Any:
    """Classes of nodes (kind, row, rows) and edges (kind, row, rows), node after node in money order."""
    nodes, edges = len(order), len(flow)
    node_kind, node_row = np.full(nodes, -1, np.int8), np.full(nodes, -1, np.int32)
    edge_kind, edge_row = np.full(edges, -1, np.int8), np.full(edges, -1, np.int32)
    node_rows, edge_rows = np.zeros((1024, CLASS_COUNT), np.int64), np.zeros((1024, CLASS_COUNT), np.int64)
    node_used, edge_used = 0, 0
    held = np.empty((1024, 5), np.int64)
    position = np.full(edges, -1, np.int32)
    one, two = np.zeros(CLASS_COUNT, np.int64), np.zeros(CLASS_COUNT, np.int64)
    for node in order:
        first, last = in_start[node], in_start[node + 1]
        mine = born[born_start[node] : born_start[node + 1]]
        kind = _one_class(first, last, in_edge, flow, edge_kind, mine)
        node_kind[node] = kind
        if kind < CLASS_COUNT:
            for edge in range(out_start[node], out_start[node + 1]):
                if flow[edge] > 0:
                    edge_kind[edge] = kind
            continue
        if last - first + len(mine) > len(held):
            held = np.empty((2 * (last - first + len(mine)), 5), np.int64)
        count = _collect(first, last, in_edge, flow, date, edge_kind, edge_row, mine, held, position)
        node_rows = _grown(node_rows, node_used)
        for place in range(count):
            _add_span(held, place, 0, held[place, AMOUNT], edge_rows, node_rows[node_used], one, two)
        node_row[node] = node_used
        node_used += 1
        edge_rows, edge_used = _serve(node, count, mode, held, position, out_start, flow, date, named, edge_kind,
                                      edge_row, edge_rows, edge_used)
    return node_kind, node_row, node_rows[:node_used], edge_kind, edge_row, edge_rows[:edge_used]
