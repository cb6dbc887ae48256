"""Whose money is it, for the whole ledger at once: the ten origin classes of every record under pro-rata.

A draw out of a mixed pool takes F(stop) - F(start) of the pool's line, which the graph keeps; out of any other pool it
is of the pool's one class. Invariant: Σ over draws + balance = deposits, for every class at every node.
Cost: linear in the edges.
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
    NODE_KIND,
    NODE_ROW,
    OUT_START,
    Classes,
    add_span,
    first_at,
    gather,
    pass_on,
    put,
)
from lineage.compiled import int64, kernel
from lineage.graph.arrays import Edges, Flags, Graph


def pro_rata(graph: Graph) -> tuple[Classes, Classes]:
    """Classes of every node's pool and of what flows along every edge."""
    walk = class_walk.start(graph)
    edges = graph.edges
    named = (edges.named_edge.astype(np.int64), edges.named_deposit, edges.named_before, edges.named_part,
             _last_of_deposit(edges))
    work = np.zeros((5, CLASS_COUNT), np.int64)
    place = 0
    while place < len(walk.order):
        place, walk.used = _share_out(place, walk.order, walk.money, walk.born, walk.lots, edges.line_before, named,
                                      walk.rows, walk.used, walk.room, work)
        if place < len(walk.order):
            walk.grow()
    return walk.finish()


def _last_of_deposit(edges: Edges) -> Flags:
    """Which named draws are the last to name their deposit: theirs ends what has been named of it."""
    order = np.argsort(edges.named_deposit, kind="stable")
    deposit = edges.named_deposit[order]
    last = np.zeros(len(order), np.bool_)
    last[order] = np.append(deposit[1:] != deposit[:-1], np.ones(min(len(order), 1), np.bool_))
    return last


@kernel
def _share_out(place: int, order: Any, money: Any, born: Any, lots: Any, line_before: Any, named: Any, rows: Any,
               used: int, room: int, work: Any) -> Any:
    """Share out pool after pool from `place` of the order on, while there is room: where it stopped, rows in use."""
    node_kind = lots[NODE_KIND]
    while place < len(order):
        node = int64(order[place])
        if node_kind[node] == MIXED:
            if used + room > len(rows):
                break
            used = gather(node, money, born, lots, rows, used)
            used = _draw(node, money, lots, line_before, named, rows, used, work)
        elif node_kind[node] != EMPTY:
            pass_on(node, money, lots)
        place += 1
    return place, used


@kernel
def _draw(node: int, money: Any, lots: Any, line_before: Any, named: Any, rows: Any, used: int, work: Any) -> int:
    """Serve all draws of a mixed pool. How many rows are in use."""
    out_start, flow = money[OUT_START], money[FLOW]
    node_row, edge_kind, edge_row = lots[NODE_ROW], lots[EDGE_KIND], lots[EDGE_ROW]
    named_edge, named_deposit, named_before, named_part, last_of_deposit = named
    line, lot, before = work[2], work[3], work[4]
    after = work[1]
    place, last_place = first_at(named_edge, out_start[node]), first_at(named_edge, out_start[node + 1])
    for kind in range(CLASS_COUNT):
        line[kind] = rows[node_row[node], kind]
        lot[kind] = 0
        before[kind] = 0
    for other in range(place, last_place):
        if last_of_deposit[other]:
            deposit = named_deposit[other]
            add_span(int64(edge_kind[deposit]), int64(edge_row[deposit]), int64(0),
                     named_before[other] + named_part[other], rows, lot, work)
    for kind in range(CLASS_COUNT):
        line[kind] -= lot[kind]
    line_kind = class_of(line)
    for edge in range(out_start[node], out_start[node + 1]):
        if flow[edge] == 0:
            continue
        rest = flow[edge]
        while place < last_place and named_edge[place] < edge:
            place += 1
        has_named = place < last_place and named_edge[place] == edge and named_part[place] > 0
        if line_kind < MIXED and not has_named:
            used = put(edge, line_kind, lot, money, lots, rows, used)
            continue
        for kind in range(CLASS_COUNT):
            lot[kind] = 0
        if has_named:
            deposit = named_deposit[place]
            add_span(int64(edge_kind[deposit]), int64(edge_row[deposit]), named_before[place],
                     named_before[place] + named_part[place], rows, lot, work)
            rest -= named_part[place]
        if rest > 0 and line_kind < MIXED:
            lot[line_kind] += rest
        elif rest > 0:
            first_fen(line, line_before[edge] + rest, after)
            for kind in range(CLASS_COUNT):
                lot[kind] += after[kind] - before[kind]
                before[kind] = after[kind]
        used = put(edge, class_of(lot), lot, money, lots, rows, used)
    return used
