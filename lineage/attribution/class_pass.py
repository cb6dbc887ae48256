"""Whose money is it, for the whole ledger at once: the ten origin classes of every record under pro-rata.

Money is pushed along the graph in its own order. A pool of one class is one small number; only mixed pools
have a row of ten amounts. A draw out of a mixed pool takes F(stop) - F(start) of its line, where F is
Sainte-Laguë's divisor method (Webster), computed from rounded quotas and exact 128-bit comparisons.
Invariant: Σ over draws + balance = deposits, for every class at every node. Cost: linear in the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lineage.attribution.wide import product_exceeds
from lineage.compiled import kernel
from lineage.graph.arrays import CLASSES, Graph, Indexes, Ints, Small
from lineage.graph.order import in_money_order
from lineage.schema import NODE_KINDS

CLASS_COUNT = len(CLASSES)
EMPTY, MIXED = -1, CLASS_COUNT


@dataclass(frozen=True, slots=True)
class Classes:
    """Class amounts, compact: `kind` (k,) is a class index, EMPTY or MIXED; `row` (k,) leads into `rows` (r, 10)."""

    kind: Small
    row: Indexes
    rows: Ints

    def dense(self, total: Ints) -> Ints:
        """All class amounts (k, 10) where `total` (k,) is what each holds in all."""
        result = np.zeros((len(self.kind), CLASS_COUNT), np.int64)
        pure = np.flatnonzero((self.kind != EMPTY) & (self.kind != MIXED))
        result[pure, self.kind[pure]] = total[pure]
        mixed = np.flatnonzero(self.kind == MIXED)
        result[mixed] = self.rows[self.row[mixed]]
        return result


def pro_rata(graph: Graph, *, edges: bool = False) -> tuple[Classes, Classes | None]:
    """Classes of every node's pool and, where asked, of what flows along every edge."""
    order = money_order(graph)
    arising = _arising(graph)
    named = graph.edges
    deposits, place = np.unique(named.named_deposit, return_inverse=True)
    deposit_row = np.full(graph.edge_count, -1, np.int32)
    deposit_row[deposits] = np.arange(len(deposits))
    held = np.zeros((len(deposits), CLASS_COUNT), np.int64)
    used = np.zeros(len(deposits), np.int64)
    np.add.at(used, place, named.named_part)
    node = _Growing(graph.node_count)
    edge = _Growing(graph.edge_count if edges else 0)
    count = _push(
        order, arising, named.out_start, named.target, named.flow, named.line_before,
        named.named_edge, named.named_deposit, named.named_before, named.named_part, deposit_row, held, used,
        named.in_start, named.in_edge, node.kind, node.row, graph.pools.pool, edges, edge.kind, edge.row,
    )
    node_rows, edge_rows = count
    found = Classes(node.kind, node.row, node_rows)
    return found, Classes(edge.kind, edge.row, edge_rows) if edges else None


class _Growing:
    def __init__(self, count: int) -> None:
        self.kind = np.full(count, EMPTY, np.int8)
        self.row = np.full(count, -1, np.int32)


def _arising(graph: Graph) -> tuple[Indexes, Small, Ints]:
    """Money that arises in a node, sorted by node: node, class, amount."""
    pools, nodes = graph.pools, graph.nodes
    place = NODE_KINDS.index("allocation")
    allocations = np.arange(int(graph.kind_start[place]), int(graph.kind_start[place + 1]))
    classes = (2 * nodes.tier + np.where(nodes.in_scope, 0, 1)).astype(np.int8)
    declared = np.flatnonzero(pools.declared > 0)
    unsourced = np.flatnonzero(pools.unsourced > 0)
    lost = np.where(nodes.in_scope[unsourced], 8, 9)
    outside = np.where(graph.receipts.poverty, 8, 9)
    node = np.concatenate([allocations, declared, unsourced, graph.receipts.account]).astype(np.int32)
    kind = np.concatenate([classes[allocations], classes[declared], lost, outside]).astype(np.int8)
    amount = np.concatenate([nodes.amount[allocations], pools.declared[declared], pools.unsourced[unsourced],
                             graph.receipts.amount])
    order = np.argsort(node, kind="stable")
    return node[order], kind[order], amount[order]


def money_order(graph: Graph) -> Indexes:
    """All nodes (n,) so that money flows forward only."""
    order: Indexes = in_money_order(graph.node_count, graph.edges.out_start, graph.edges.target, graph.edges.flow)
    assert len(order) == graph.node_count, "money goes round after rings were taken out"
    return order


@kernel
def _better(mixture: Any, given: Any, one: int, other: int) -> bool:
    """Whether class `one` gets the next fen before `other`: greater amount / (2 × given + 1), ties to the lesser."""
    left = mixture[one] / (2.0 * given[one] + 1.0)
    right = mixture[other] / (2.0 * given[other] + 1.0)
    if abs(left - right) > 1e-9 * (left + right):
        return bool(left > right)
    sign = product_exceeds(mixture[one], 2 * given[other] + 1, mixture[other], 2 * given[one] + 1)
    return sign > 0 or (sign == 0 and one < other)


@kernel
def _next_class(mixture: Any, given: Any) -> int:
    best = -1
    for kind in range(len(mixture)):
        if given[kind] < mixture[kind] and (best < 0 or _better(mixture, given, kind, best)):
            best = kind
    return best


@kernel
def _last_class(mixture: Any, given: Any) -> int:
    """The class whose latest fen was handed out last of all: compared as of before that fen."""
    worst = -1
    for kind in range(len(mixture)):
        if given[kind] > 0:
            given[kind] -= 1
            if worst >= 0:
                given[worst] -= 1
                later = _better(mixture, given, worst, kind)
                given[worst] += 1
            else:
                later = True
            given[kind] += 1
            if later:
                worst = kind
    return worst


@kernel
def first_fen(mixture: Any, count: int, given: Any) -> None:
    """F(count): what each class (10,) has after `count` fen of the mixture, written into `given`."""
    total = 0
    for kind in range(len(mixture)):
        total += mixture[kind]
    if count >= total:
        for kind in range(len(mixture)):
            given[kind] = mixture[kind]
        return
    handed = 0
    part = count / total
    certain = True
    for kind in range(len(mixture)):
        given[kind] = 0
        if mixture[kind] > 0:
            quota = mixture[kind] * part
            below = np.floor(quota)
            # six roundings of 2^-53 each at most: outside that of a half, the quota is rounded as the exact one is
            certain = certain and abs(quota - below - 0.5) > 1e-15 * quota + 1e-15
            given[kind] = min(np.int64(np.floor(quota + 0.5)), mixture[kind])
            handed += given[kind]
    while handed < count:
        given[_next_class(mixture, given)] += 1
        handed += 1
    while handed > count:
        given[_last_class(mixture, given)] -= 1
        handed -= 1
    while not certain and count > 0:
        gain, loss = _next_class(mixture, given), _last_class(mixture, given)
        if gain < 0 or gain == loss:
            break
        given[loss] -= 1
        earlier = _better(mixture, given, gain, loss)
        given[loss] += 1
        if not earlier:
            break
        given[loss] -= 1
        given[gain] += 1


@kernel
def _grown(rows: Any, used: int) -> Any:
    if used < len(rows):
        return rows
    larger = np.zeros((2 * len(rows) + 16, rows.shape[1]), np.int64)
    larger[: len(rows)] = rows
    return larger


@kernel
def _is_pure(lot: Any) -> int:
    """The one class of a lot, -1 for none, 10 for several."""
    found = -1
    for kind in range(len(lot)):
        if lot[kind] > 0:
            if found >= 0:
                return len(lot)
            found = kind
    return found


@kernel
def _pour(lot: Any, node: int, kinds: Any, row: Any, rows: Any, used: int, got: Any) -> Any:
    """Add a lot to a node's pool; the pool gets a row of its own when it becomes mixed."""
    width = len(lot)
    kind_of = _is_pure(lot)
    amount = 0
    for kind in range(width):
        amount += lot[kind]
    if kinds[node] == -1:
        kinds[node] = kind_of
    if kinds[node] == kind_of and kind_of < width:
        got[node] += amount
        return rows, used
    if row[node] < 0:
        rows = _grown(rows, used)
        rows[used] = 0
        if kinds[node] < width:
            rows[used, kinds[node]] = got[node]
        row[node] = used
        used += 1
        kinds[node] = width
    for kind in range(width):
        rows[row[node], kind] += lot[kind]
    got[node] += amount
    return rows, used


@kernel
def _push(
    order: Any, arising: Any, out_start: Any, target: Any, flow: Any, line_before: Any,
    named_edge: Any, named_deposit: Any, named_before: Any, named_part: Any, deposit_row: Any, held: Any, used: Any,
    in_start: Any, in_edge: Any, kinds: Any, row: Any, pool: Any, keep: bool, edge_kinds: Any, edge_row: Any,
) -> Any:
    """Push every pool's draws to where they go, in money order. Writes `kinds`, `row` (n,), and those of edges."""
    width = held.shape[1]
    rows = np.zeros((1024, width), np.int64)
    rows_used = 0
    edge_rows = np.zeros((1024 if keep else 0, width), np.int64)
    edge_used = 0
    got = np.zeros(len(pool), np.int64)
    line, before, after, lot, one = np.zeros((5, width), np.int64)
    born_node, born_kind, born_amount = arising
    born = np.searchsorted(born_node, np.arange(len(pool) + 1))
    for node in order:
        for place in range(born[node], born[node + 1]):
            if born_amount[place] > 0:
                one[:] = 0
                one[born_kind[place]] = born_amount[place]
                rows, rows_used = _pour(one, node, kinds, row, rows, rows_used, got)
        if kinds[node] == -1:
            continue
        first_named = np.searchsorted(named_edge, out_start[node])
        last_named = np.searchsorted(named_edge, out_start[node + 1])
        mixed = kinds[node] == width
        for kind in range(width):
            line[kind] = rows[row[node], kind] if mixed else 0
        if not mixed:
            line[kinds[node]] = got[node]
        if first_named < last_named:
            for place in range(in_start[node], in_start[node + 1]):
                deposit = deposit_row[in_edge[place]]
                if deposit >= 0:
                    first_fen(held[deposit], used[deposit], after)
                    for kind in range(width):
                        line[kind] -= after[kind]
        line_kind = _is_pure(line)
        before[:] = 0
        named = first_named
        for edge in range(out_start[node], out_start[node + 1]):
            if flow[edge] == 0:
                continue
            lot[:] = 0
            part = 0
            if named < last_named and named_edge[named] < edge:
                named += 1
            if named < last_named and named_edge[named] == edge:
                deposit = deposit_row[named_deposit[named]]
                part = named_part[named]
                first_fen(held[deposit], named_before[named], one)
                first_fen(held[deposit], named_before[named] + part, after)
                for kind in range(width):
                    lot[kind] += after[kind] - one[kind]
                named += 1
            rest = flow[edge] - part
            if rest > 0:
                if line_kind < width:
                    lot[line_kind] += rest
                else:
                    first_fen(line, line_before[edge] + rest, after)
                    for kind in range(width):
                        lot[kind] += after[kind] - before[kind]
                        before[kind] = after[kind]
            if deposit_row[edge] >= 0:
                held[deposit_row[edge]] = lot
            rows, rows_used = _pour(lot, target[edge], kinds, row, rows, rows_used, got)
            if keep:
                kind_of = _is_pure(lot)
                edge_kinds[edge] = kind_of
                if kind_of == width:
                    edge_rows = _grown(edge_rows, edge_used)
                    edge_rows[edge_used] = lot
                    edge_row[edge] = edge_used
                    edge_used += 1
    return rows[:rows_used], edge_rows[:edge_used]


@kernel
def _first_parts(split: Any, amount: Any, rows: Any, result: Any) -> None:
    for place in range(len(rows)):
        first_fen(split[rows[place]], amount[rows[place]], result[rows[place]])


def first_parts(split: Ints, amount: Ints) -> Ints:
    """F(amount) of each mixture: what a record's own amount (k,) carries out of its pool's classes (k, 10)."""
    result = split.copy()
    rows = np.flatnonzero(split.sum(axis=1) != amount)
    _first_parts(split, amount, rows, result)
    return result
