"""The walk that all passes over a whole ledger share: pools in the money's order, each told what it holds.

A pool of one class is one small number, and so is all that leaves it. Only what is mixed has a row of ten amounts;
a movement and the pool that holds nothing else share theirs. Money is pushed along as one byte a node, for these stay
in the caches where amounts would not; a mixed pool fetches the amounts of its deposits when its turn comes.
Invariant: when a node's turn comes, all that enters it is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lineage.attribution.class_mixture import CLASS_COUNT, EMPTY, MIXED, first_fen
from lineage.compiled import int64, kernel
from lineage.graph.arrays import UNSOURCED_POVERTY, Graph, Indexes, Ints, Small
from lineage.graph.order import in_money_order
from lineage.schema import NODE_KINDS

OUTSIDE, OWN, UNSOURCED = -1, 1, 2
OUT_START, TARGET, FLOW, IN_START, IN_EDGE = range(5)
"""The arrays in `money`: those of the graph's edges."""
NODE_KIND, NODE_ROW, EDGE_KIND, EDGE_ROW = range(4)
"""The arrays in `lots`: what is known of each pool and each movement."""
FRESH_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Classes:
    """Class amounts, compact: `kind` (k,) is a class index, EMPTY or MIXED; `row` (k,) leads into `rows` (r, 10)."""

    kind: Small
    row: Indexes
    rows: Ints

    def dense(self, total: Ints) -> Ints:
        """All class amounts (k, 10), each class in one run of memory, where `total` (k,) is what each holds in all."""
        result = np.zeros((CLASS_COUNT, len(self.kind)), np.int64).T
        pure = np.flatnonzero((self.kind != EMPTY) & (self.kind != MIXED))
        result[pure, self.kind[pure]] = total[pure]
        mixed = np.flatnonzero(self.kind == MIXED)
        result[mixed] = self.rows[self.row[mixed]]
        return result


@dataclass(slots=True)
class Walk:
    """A pass on its way (mutable: `rows` grows). `born` and the tuples are laid out as the kernels unpack them."""

    order: Indexes
    born: tuple[Ints, Ints]
    money: tuple[Any, ...]
    lots: tuple[Any, ...]
    rows: Ints
    room: int
    used: int = 0

    def grow(self) -> None:
        """Half as many rows again, and at least what one node can need. Rows never written cost no memory."""
        larger = np.empty((self.used + self.used // 2 + self.room + FRESH_ROWS, CLASS_COUNT), np.int64)
        larger[: self.used] = self.rows[: self.used]
        self.rows = larger

    def finish(self) -> tuple[Classes, Classes]:
        """Give payees their rows; the classes of every node's pool and of what flows along every edge."""
        node = 0
        while node < len(self.lots[NODE_KIND]):
            node, self.used = _settle(node, self.money, self.born, self.lots, self.rows, self.used)
            if node < len(self.lots[NODE_KIND]):
                self.grow()
        rows = self.rows[: self.used]
        node_kind, node_row, edge_kind, edge_row = self.lots
        return Classes(node_kind, node_row, rows), Classes(edge_kind, edge_row, rows)


def start(graph: Graph) -> Walk:
    """A pass before its first pool: money that arises is marked where it does."""
    edges = graph.edges
    money = (edges.out_start, edges.target, edges.flow, edges.in_start, edges.in_edge)
    order: Indexes = in_money_order(edges.out_start, edges.in_start, edges.target, edges.flow)
    passing = int(np.count_nonzero(edges.out_start[1:] > edges.out_start[:-1]))
    assert len(order) == passing, "money goes round after rings were taken out"
    born = arising(graph)
    node_kind = np.full(graph.node_count, EMPTY, np.int8)
    _mark_all(born[0], born[1], node_kind)
    lots = (
        node_kind, np.zeros(graph.node_count, np.int32),
        np.full(graph.edge_count, EMPTY, np.int8), np.zeros(graph.edge_count, np.int32),
    )
    widest = int((edges.out_start[order + 1] - edges.out_start[order]).max(initial=0))
    return Walk(order, born, money, lots, np.empty((FRESH_ROWS + widest, CLASS_COUNT), np.int64), 1 + widest)


def arising(graph: Graph) -> tuple[Ints, Ints]:
    """Money that enters at nodes: the node of each (b,), and rows of amount, class, rank, date in deposit order."""
    pools, nodes, receipts = graph.pools, graph.nodes, graph.receipts
    place = NODE_KINDS.index("allocation")
    allocations = np.arange(int(graph.kind_start[place]), int(graph.kind_start[place + 1]))
    declared, unsourced = np.flatnonzero(pools.declared), np.flatnonzero(pools.unsourced)
    own = np.concatenate([allocations, declared])
    node = np.concatenate([receipts.account, own, unsourced]).astype(np.int64)
    columns = np.empty((len(node), 4), np.int64)
    columns[:, 0] = np.concatenate([receipts.amount, nodes.amount[allocations], pools.declared[declared],
                                    pools.unsourced[unsourced]])
    columns[:, 1] = np.concatenate([UNSOURCED_POVERTY + np.where(receipts.poverty, 0, 1),
                                    2 * nodes.tier[own].astype(np.int64) + np.where(nodes.in_scope[own], 0, 1),
                                    UNSOURCED_POVERTY + np.where(nodes.in_scope[unsourced], 0, 1)])
    columns[:, 2] = np.repeat([OUTSIDE, OWN, UNSOURCED], [len(receipts.account), len(own), len(unsourced)])
    columns[:, 3] = np.concatenate([receipts.date, nodes.date[own], nodes.date[unsourced]])
    keep = np.flatnonzero(columns[:, 0] > 0)
    keep = keep[np.lexsort((columns[keep, 2], columns[keep, 3], node[keep]))]
    return node[keep], columns[keep]


@kernel
def first_at(values: Any, wanted: int) -> Any:
    """The first place of an ascending array whose value is at least `wanted`."""
    low, high = int64(0), int64(len(values))
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def mark(node: int, kind: int, node_kind: Any) -> None:
    """Let money of a class, or mixed money, come into a pool."""
    if node_kind[node] == EMPTY:
        node_kind[node] = kind
    elif node_kind[node] != kind:
        node_kind[node] = MIXED


@kernel
def _mark_all(born_node: Any, born: Any, node_kind: Any) -> None:
    for place in range(len(born_node)):
        mark(born_node[place], born[place, 1], node_kind)


@kernel
def pass_on(node: int, money: Any, lots: Any) -> None:
    """Let all draws out of a pool of one class go where they go."""
    out_start, target, flow = money[OUT_START], money[TARGET], money[FLOW]
    node_kind, edge_kind = lots[NODE_KIND], lots[EDGE_KIND]
    kind = int64(node_kind[node])
    for edge in range(out_start[node], out_start[node + 1]):
        if flow[edge] > 0:
            edge_kind[edge] = kind
            mark(int64(target[edge]), kind, node_kind)


@kernel
def gather(node: int, money: Any, born: Any, lots: Any, rows: Any, used: int) -> int:
    """Give a mixed pool its row: the sum of its deposits, or the row of the only one. How many rows are in use."""
    flow, in_start, in_edge = money[FLOW], money[IN_START], money[IN_EDGE]
    node_row, edge_kind, edge_row = lots[NODE_ROW], lots[EDGE_KIND], lots[EDGE_ROW]
    born_node, arises = born
    first, last = in_start[node], in_start[node + 1]
    first_born, last_born = first_at(born_node, node), first_at(born_node, node + 1)
    if last == first + 1 and last_born == first_born:
        node_row[node] = edge_row[in_edge[first]]
        return used
    for kind in range(CLASS_COUNT):
        rows[used, kind] = 0
    for place in range(first_born, last_born):
        rows[used, arises[place, 1]] += arises[place, 0]
    for place in range(first, last):
        edge = in_edge[place]
        if edge_kind[edge] == MIXED:
            for kind in range(CLASS_COUNT):
                rows[used, kind] += rows[edge_row[edge], kind]
        elif flow[edge] > 0:
            rows[used, edge_kind[edge]] += flow[edge]
    node_row[node] = used
    return used + 1


@kernel
def _settle(node: int, money: Any, born: Any, lots: Any, rows: Any, used: int) -> Any:
    """Rows of mixed pools that nothing leaves, from `node` on while there is room: where it stopped, rows in use."""
    out_start, node_kind = money[OUT_START], lots[NODE_KIND]
    while node < len(node_kind):
        if node_kind[node] == MIXED and out_start[node] == out_start[node + 1]:
            if used == len(rows):
                break
            used = gather(node, money, born, lots, rows, used)
        node += 1
    return node, used


@kernel
def add_span(kind: int, row: int, first: int, last: int, rows: Any, lot: Any, work: Any) -> None:
    """Add fen first..last of what a deposit holds, on its own line, to a lot. `work` (3, 10) has two rows to spare."""
    if kind < MIXED:
        lot[kind] += last - first
        return
    before, after = work[0], work[1]
    first_fen(rows[row], last, after)
    if first > 0:
        first_fen(rows[row], first, before)
        for one in range(CLASS_COUNT):
            after[one] -= before[one]
    for one in range(CLASS_COUNT):
        lot[one] += after[one]


@kernel
def put(edge: int, kind: int, lot: Any, money: Any, lots: Any, rows: Any, used: int) -> int:
    """Let a draw of a class, or mixed as in `lot`, go where it goes. How many rows are in use."""
    node_kind, edge_kind, edge_row = lots[NODE_KIND], lots[EDGE_KIND], lots[EDGE_ROW]
    edge_kind[edge] = kind
    mark(int64(money[TARGET][edge]), kind, node_kind)
    if kind < MIXED:
        return used
    for one in range(CLASS_COUNT):
        rows[used, one] = lot[one]
    edge_row[edge] = used
    return used + 1
